// Sends a request by axios, as the client in Node.js of Trembita's samples does, and prints what came.
import axios from 'axios'
import { readFileSync } from 'node:fs'

const call = JSON.parse(readFileSync(0, 'utf8'))
const answer = await axios.request({
	method: call.method,
	url: call.url,
	headers: call.headers,
	params: call.query,
	data: call.json ?? undefined,
	responseType: 'arraybuffer',
	validateStatus: () => true,
	maxRedirects: 0
})
const headers = {}
for (const [name, value] of Object.entries(answer.headers)) headers[name.toLowerCase()] = String(value)
console.log(JSON.stringify({ status: answer.status, headers, body: Buffer.from(answer.data).toString('base64') }))
