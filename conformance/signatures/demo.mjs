// What a running demonstration offers: its doors, its citizens, and the program
// itself.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const { DOVIDKA_BIN, READY_FILE } = process.env
assert(DOVIDKA_BIN && READY_FILE, 'DOVIDKA_BIN and READY_FILE name the program and what `dovidka demo --ready-file` wrote')

const ready = JSON.parse(readFileSync(READY_FILE, 'utf8'))
const trust = dirname(ready.authority)

// The certificates and lists of the authority, by path.
export const authority = {
  roots: ready.authority,
  issuers: join(trust, 'issuers.pem'),
  lists: { dstu4145: join(trust, 'dstu4145.crl'), ecdsa: join(trust, 'ecdsa.crl') },
}

export const work = mkdtempSync(join(tmpdir(), 'dovidka-signatures-'))

let files = 0

// temporary keeps data in a file for a program and returns its path.
export function temporary(data, suffix = '') {
  const path = join(work, `${++files}${suffix}`)
  writeFileSync(path, data)
  return path
}

// citizen finds a sample citizen by key and reads what a key file needs.
export function citizen(key) {
  const found = ready.citizens.find((c) => c.key === key)
  assert(found, `the demonstration has no citizen ${key}`)
  return { ...found, password: readFileSync(found.password_file, 'utf8').split('\n')[0], certificate: readFileSync(found.certificate_file) }
}

// run calls a program and returns what it printed; it throws what the program
// said when it failed.
export function run(program, args, options = {}) {
  return execFileSync(program, args, { stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 64 << 20, ...options })
}

// request lets our own program ask through the REST door with a key file.
export function request(keyFile, passwordFile, ...flags) {
  return run(DOVIDKA_BIN, ['request', '--url', ready.rest, '--key', keyFile, '--password-file', passwordFile, ...flags])
}

// signedByUs returns a container that our own program made of a statement, and
// the statement.
export function signedByUs(who, ...flags) {
  const message = run(DOVIDKA_BIN, ['request', '--door', 'soap', '--url', ready.soap, '--key', who.key_file,
    '--password-file', who.password_file, '--print', ...flags]).toString()
  const field = (name) => {
    const found = message.match(new RegExp(`<(?:\\w+:)?${name}[^>]*>([^<]*)<`))
    assert(found, `the message has no ${name}`)
    return found[1].replace(/&(#x?[0-9A-Fa-f]+|\w+);/g, (_, entity) =>
      entity[0] === '#' ? String.fromCodePoint(Number('0' + entity.slice(1))) : { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[entity])
  }
  return { content: Buffer.from(field('signedContent')), container: Buffer.from(field('signature'), 'base64') }
}

// prepare asks what has to be signed for one's own declarations.
export async function prepare() {
  const response = await fetch(`${ready.rest}/api/v1/declaration-requests`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ subject: { relation: 'self' }, consent: { granted: true } }),
  })
  const body = await response.json()
  assert.equal(response.status, 201, JSON.stringify(body))
  return { content: Buffer.from(body.toBeSigned.content, 'base64'), hashes: body.toBeSigned.hashes, address: ready.rest + body.links.signature }
}

// submit brings a container and returns status and body of the answer.
export async function submit(prepared, container) {
  const response = await fetch(prepared.address, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/pkcs7-signature', Accept: 'application/json' },
    body: container,
  })
  return { status: response.status, body: await response.json() }
}

// accepted requires an answer with declarations, and returns the sealed bundle
// and its seal.
export async function accepted(prepared, container) {
  const { status, body } = await submit(prepared, container)
  assert.equal(status, 200, JSON.stringify(body))
  assert(body.result.declarations.length > 0, 'the answer has no declarations')
  return { content: Buffer.from(body.sealed.content, 'base64'), container: Buffer.from(body.sealed.signature, 'base64') }
}

// refused requires a refusal for one of the reasons given, written as
// "reason" or "reason/detail".
export async function refused(prepared, container, ...reasons) {
  const { status, body } = await submit(prepared, container)
  assert.equal(status, 403, JSON.stringify(body))
  const said = [body.error.reason, `${body.error.reason}/${body.error.detail}`]
  assert(said.some((reason) => reasons.includes(reason)), `refused for ${said[1]}, not for ${reasons.join(' or ')}`)
}
