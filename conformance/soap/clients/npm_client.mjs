// Sends a case by npm soap: npm_client.mjs WSDL bare|headers CASE.

import {readFileSync} from 'node:fs';
import {createClientAsync} from 'soap';

const [wsdl, mode, path] = process.argv.slice(2);
const {header, payload} = JSON.parse(readFileSync(path, 'utf8'));
if (mode === 'headers') {
	delete header.issue; // not among the description's header parts
}

const escape = text => text.replace(/[&<>]/g, c => ({'&': '&amp;', '<': '&lt;', '>': '&gt;'})[c]);

// As text: prefixes the description declares are declared on the envelope too.
function asText([name, value]) {
	if (typeof value === 'string') {
		return `<xroad:${name}>${escape(value)}</xroad:${name}>`;
	}
	const {objectType, ...parts} = value;
	const inner = Object.entries(parts).map(([part, text]) => `<id:${part}>${escape(text)}</id:${part}>`).join('');
	return `<xroad:${name} id:objectType="${objectType}">${inner}</xroad:${name}>`;
}

// As an object, which npm soap writes itself.
function asObject([name, value]) {
	if (typeof value === 'string') {
		return {[`xroad:${name}`]: value};
	}
	const {objectType, ...parts} = value;
	const inner = Object.fromEntries(Object.entries(parts).map(([part, text]) => [`id:${part}`, text]));
	return {[`xroad:${name}`]: {attributes: {'id:objectType': objectType}, ...inner}};
}

const client = await createClientAsync(wsdl);
for (const field of Object.entries(header)) {
	client.addSoapHeader(mode === 'headers' ? asObject(field) : asText(field));
}
let status;
client.on('response', (_, response) => {
	status = response?.status ?? response?.statusCode;
});
const strip = document => document.replace(/^<\?xml[^>]*\?>\s*/, '');
const out = {headerFields: Object.keys(header)};
try {
	const [body, raw, soapHeader, sent] = await client.GetDeclarations_v1Async(payload);
	Object.assign(out, {
		outcome: 'response',
		resultCode: body.resultCode,
		resultText: body.resultText,
		declarations: (body.declarations?.declaration ?? []).map(d => d.declarationNumber),
		sealedContent: body.sealed?.content ?? null,
		sent: strip(sent),
		received: strip(raw),
	});
	if (soapHeader.userId !== header.userId) {
		out.outcome = `response whose userId npm soap reads as ${JSON.stringify(soapHeader.userId)}`;
	}
} catch (error) {
	const fault = error.root?.Envelope?.Body?.Fault;
	if (!fault) {
		throw error;
	}
	Object.assign(out, {
		outcome: 'fault',
		faultcode: fault.faultcode?.$value ?? fault.faultcode,
		faultstring: fault.faultstring?.$value ?? fault.faultstring,
		sent: strip(client.lastRequest),
		received: strip(error.body ?? error.response.data),
	});
	status ??= error.response?.status;
}
console.log(JSON.stringify({...out, status}));
