// jkurwa: DSTU 4145 in JavaScript, by other authors.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import gost89 from 'gost89'
import jkurwa from 'jkurwa'
import { authority, citizen, prepare, run, signedByUs, temporary } from './demo.mjs'
import { check } from './report.mjs'
import { flipped, requests } from './requests.mjs'

const algo = gost89.compat.algos()

// open reads a citizen's key file.
export function open(who) {
  return new jkurwa.Box({ algo, keys: [{ keyBuffers: [readFileSync(who.key_file)], password: who.password }] })
}

// scalar is a citizen's private key as a number in hexadecimal.
export function scalar(who) {
  return open(who).keys.find((key) => key.cert).priv.d.toString(true)
}

// nationalCertificates is a bundle of the DSTU certificates among those files.
function nationalCertificates(...files) {
  const blocks = files.flatMap((file) => readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g))
  const national = blocks.filter((block) => Buffer.from(block.replace(/-----[^-]+-----/g, ''), 'base64').includes(oidDSTU))
  assert.equal(national.length, files.length, 'expected one DSTU certificate in each file')
  return run('openssl', ['crl2pkcs7', '-nocrl', '-certfile', temporary(national.join('')), '-outform', 'DER'])
}

const oidDSTU = Buffer.from('2a8624020101010103', 'hex') // 1.2.804.2.1.1.1.1.3

export async function checkJkurwa() {
  const who = citizen('ostap')
  const box = open(who)

  await check('jkurwa: derives the key of our certificate from our key file', () => {
    const key = box.keys.find((k) => k.cert)
    assert(key, 'the key file gave no key with its certificate')
    const own = key.priv.pub()
    assert(own.point.equals(key.cert.pubkey.point), 'the private key is not the one certified')
    assert.deepEqual(own.keyid(algo), key.cert.extension.subjectKeyIdentifier)
    assert.equal(key.cert.extension.ipn.DRFO, who.rnokpp)
  })
  await check('jkurwa: refuses our key file with another password', () => {
    assert.throws(() => open({ ...who, password: who.password + 'x' }))
  })
  await check('jkurwa: GOST 34.311 of what the door asks to sign', async () => {
    const { content, hashes } = await prepare()
    assert.equal(Buffer.from(algo.hash(content)).toString('base64'), hashes.gost34311)
  })

  const verifier = new jkurwa.Box({ algo, casBuffer: nationalCertificates(authority.roots, authority.issuers) })
  const holds = async ({ content, container }) => {
    const result = await verifier.unwrap(container, content)
    assert.equal(result.error, undefined)
    assert.equal(result.pipe.length, 1)
    assert(result.pipe[0].signed && result.pipe[0].cert.verified, 'no signature was verified')
    assert.deepEqual(result.content, content)
    return result.pipe[0].cert
  }
  const fails = async ({ content, container }) => assert.equal((await verifier.unwrap(container, content)).error, 'ESIGN')

  const signer = {
    name: 'jkurwa',
    hash: 'gost34311',
    sign: (content, detached) => box.pipe(content, [{ op: 'sign', detached, tsp: false, time: Math.floor(Date.now() / 1000) }], {}),
  }
  await requests(signer, who, async (sealed, name) => {
    await check(`${name}: verifies our seal over the answer, to our root`, () => holds(sealed))
    await check(`${name}: finds a bit flipped in the answer`, () => fails({ ...sealed, content: flipped(sealed.content, 100) }))
  })

  for (const flags of [[], ['--detached']]) {
    const name = `jkurwa: what our program signs${flags.length ? ' detached' : ''}`
    await check(`${name} holds`, async () => {
      const { extension } = await holds(signedByUs(who, ...flags))
      assert.equal(extension.ipn.DRFO, who.rnokpp)
    })
    await check(`${name} does not with a bit flipped`, async () => {
      const ours = signedByUs(who, ...flags)
      await fails({ ...ours, container: flipped(ours.container, ours.container.length - 9) })
    })
  }
}
