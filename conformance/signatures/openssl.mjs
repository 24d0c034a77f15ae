// OpenSSL: ECDSA, CMS and CAdES, key containers, chains and lists.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { accepted, authority, citizen, prepare, refused, request, run, signedByUs, temporary } from './demo.mjs'
import { check } from './report.mjs'
import { flipped, requests } from './requests.mjs'

const openssl = (...args) => run('openssl', args)

export async function checkOpenSSL() {
  const who = citizen('ostap-ec')
  const certificate = temporary(openssl('x509', '-inform', 'DER', '-in', who.certificate_file), '.pem')
  let key
  await check('openssl pkcs12: opens our EC key file', () => {
    const opened = openssl('pkcs12', '-in', who.key_file, '-passin', `file:${who.password_file}`, '-nodes').toString()
    const [pem] = opened.match(/-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n/)
    key = temporary(pem, '.key')
    assert(opened.includes(openssl('x509', '-in', certificate).toString().trim()), 'the key file lacks the certificate')
    assert.deepEqual(openssl('pkey', '-in', key, '-pubout'), openssl('x509', '-in', certificate, '-pubkey', '-noout'))
  })
  if (!key) return

  await containers(who, key, certificate)
  await chains(who, certificate)

  const sign = (content, detached, ...flags) =>
    openssl('cms', '-sign', '-md', 'sha256', '-signer', certificate, '-inkey', key, '-in', temporary(content), '-binary', '-nosmimecap',
      '-outform', 'DER', ...(detached ? [] : ['-nodetach']), ...flags)
  await requests({ name: 'openssl', hash: 'sha256', sign: (content, detached) => sign(content, detached, '-cades') }, who)
  await check('openssl: the signer named by key identifier is accepted', async () => {
    const prepared = await prepare()
    await accepted(prepared, sign(prepared.content, true, '-cades', '-keyid'))
  })
  await check('openssl: streamed as BER of indefinite length is accepted', async () => {
    const prepared = await prepare()
    const container = sign(prepared.content, false, '-cades', '-stream')
    assert.equal(container[1], 0x80, 'the container is of definite length')
    await accepted(prepared, container)
  })
  await check('openssl: refused without a signing-certificate attribute', async () => {
    const prepared = await prepare()
    await refused(prepared, sign(prepared.content, true), 'signature-invalid/signing_certificate_missing')
  })
  await check('openssl: refused without signed attributes', async () => {
    const prepared = await prepare()
    await refused(prepared, sign(prepared.content, true, '-noattr'), 'signature-invalid/no_signed_attributes')
  })
  await check('openssl: refused with the hash SHA-1', async () => {
    const prepared = await prepare()
    await refused(prepared, sign(prepared.content, true, '-cades', '-md', 'sha1'), 'signature-invalid/algorithm_rejected')
  })
  await check('openssl: refused by a certificate of nobody we trust', async () => {
    const prepared = await prepare()
    await refused(prepared, signedByStranger(who, prepared.content), 'signature-untrusted')
  })
  await ourSignatures(who)
}

// containers opens with our program what OpenSSL has packed.
async function containers(who, key, certificate) {
  const packed = {
    'PFX with AES': ['pkcs12', '-export', '-inkey', key, '-in', certificate, '-passout', `file:${who.password_file}`],
    'PFX with triple DES': ['pkcs12', '-export', '-inkey', key, '-in', certificate, '-passout', `file:${who.password_file}`,
      '-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'],
    'encrypted PKCS#8': ['pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-outform', 'DER', '-in', key, '-passout', `file:${who.password_file}`],
  }
  for (const [name, args] of Object.entries(packed)) {
    await check(`openssl: our program signs with its ${name}`, () => {
      const file = temporary(openssl(...args), '.key')
      const flags = args[0] === 'pkcs8' ? ['--certificate', certificate] : []
      const bundle = JSON.parse(request(file, who.password_file, '--format', 'fhir', ...flags))
      assert.equal(bundle.resourceType, 'Bundle')
    })
  }
}

// chains verifies certificates and lists of the demonstration's authority.
async function chains(who, certificate) {
  await check('openssl verify: the certificate to our root, with our list', () => {
    const list = temporary(openssl('crl', '-inform', 'DER', '-in', authority.lists.ecdsa), '.pem')
    openssl('verify', '-x509_strict', '-crl_check', '-CRLfile', list, '-CAfile', authority.roots, '-untrusted', authority.issuers, certificate)
  })
  await check('openssl: SHA-256 of what the door asks to sign', async () => {
    const { content, hashes } = await prepare()
    assert.equal(createHash('sha256').update(content).digest('base64'), hashes.sha256)
  })
}

// ourSignatures verifies with OpenSSL what our program signs.
async function ourSignatures(who) {
  // OpenSSL 3.0 builds chains of what it is told to trust and of the container
  // alone; an issuer there still has to lead to a root.
  const store = temporary(readFileSync(authority.roots, 'utf8') + readFileSync(authority.issuers, 'utf8'), '.pem')
  const verify = ({ content, container }, attached) =>
    openssl('cms', '-verify', '-cades', '-inform', 'DER', '-in', temporary(container), '-binary', '-CAfile', store,
      ...(attached ? [] : ['-content', temporary(content)]))
  for (const flags of [[], ['--detached']]) {
    const name = `openssl cms -verify: what our program signs${flags.length ? ' detached' : ''}`
    await check(`${name} holds`, () => {
      const ours = signedByUs(who, ...flags)
      assert.deepEqual(verify(ours, flags.length === 0), ours.content)
    })
    await check(`${name} does not with a bit flipped`, () => {
      const ours = signedByUs(who, ...flags)
      const broken = { ...ours, container: flipped(ours.container, ours.container.length - 9) }
      assert.throws(() => verify(broken, flags.length === 0), /verification failure/i)
    })
  }
}

// signedByStranger signs with a certificate that has the citizen's number and
// that its holder issued.
function signedByStranger(who, content) {
  const key = temporary('', '.key')
  const certificate = temporary('', '.pem')
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', certificate, '-days', '1',
    '-subj', `/C=UA/SN=Vyhadanyi/GN=Ostap/serialNumber=TINUA-${who.rnokpp}/CN=Ostap Vyhadanyi`, '-addext', 'keyUsage=critical,nonRepudiation')
  return openssl('cms', '-sign', '-cades', '-md', 'sha256', '-signer', certificate, '-inkey', key, '-in', temporary(content), '-binary',
    '-nosmimecap', '-outform', 'DER')
}
