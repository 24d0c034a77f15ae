// Sends cases by npm soap: npm_client.mjs FOLDER...

import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {createClientAsync} from 'soap';

const PARTY = 'http://x-road.eu/xsd/representation.xsd';

const escape = text => text.replace(/[&<>]/g, c => ({'&': '&amp;', '<': '&lt;', '>': '&gt;'})[c]);

// Header fields that no description declares.
const undeclared = ['issue', 'representedParty'];

// As text: prefixes the description declares are declared on the envelope too.
function asText([name, value]) {
	if (typeof value === 'string') {
		return `<xroad:${name}>${escape(value)}</xroad:${name}>`;
	}
	const {objectType, ...parts} = value;
	const inner = prefix => Object.entries(parts).map(([part, text]) => `<${prefix}:${part}>${escape(text)}</${prefix}:${part}>`).join('');
	if (name === 'representedParty') {
		return `<party:${name} xmlns:party="${PARTY}">${inner('party')}</party:${name}>`;
	}
	return `<xroad:${name} id:objectType="${objectType}">${inner('id')}</xroad:${name}>`;
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

// The values at a path below an object, as XML writes them.
function texts(value, path) {
	if (value === undefined || value === null) {
		return [];
	}
	if (Array.isArray(value)) {
		return value.flatMap(one => texts(one, path));
	}
	return path.length ? texts(value[path[0]], path.slice(1)) : [String(value)];
}

const clients = {};

async function call({way, soap, wsdl, operation, header, payload, read}) {
	const client = await (clients[wsdl + soap] ??= createClientAsync(wsdl, {forceSoap12Headers: soap === '1.2'}));
	client.clearSoapHeaders();
	for (const field of Object.entries(header)) {
		client.addSoapHeader(way === 'bare' || undeclared.includes(field[0]) ? asText(field) : asObject(field));
	}
	try {
		const [body, , echo] = await client[`${operation}Async`](payload);
		return {
			outcome: 'response',
			read: Object.fromEntries(read.map(path => [path, texts(body, path.split('/'))])),
			echo: Object.fromEntries(Object.entries(echo ?? {}).filter(([name, text]) => typeof header[name] === 'string' && typeof text === 'string')),
		};
	} catch (error) {
		const fault = error.root?.Envelope?.Body?.Fault;
		if (!fault) {
			throw error;
		}
		const text = value => value?.$value ?? value;
		return soap === '1.2'
			? {outcome: 'fault', faultcode: text(fault.Code?.Value), subcode: text(fault.Code?.Subcode?.Value), faultstring: text(fault.Reason?.Text)}
			: {outcome: 'fault', faultcode: text(fault.faultcode), faultstring: text(fault.faultstring)};
	}
}

for (const folder of process.argv.slice(2)) {
	const result = await call(JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')))
		.catch(error => ({outcome: 'error', text: String(error.stack ?? error)}));
	writeFileSync(join(folder, 'result.json'), JSON.stringify(result));
}
