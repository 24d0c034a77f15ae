// OpenSSL: ECDH and RSA, AES-CBC and AES-GCM.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { document, pick } from './random.mjs'

const international = (p) => p.family !== 'dstu'

export function opensslOpens(world, ours) {
  for (const family of ['ec', 'rsa']) {
    world.every(`openssl cms -decrypt opens what we made for ${family}`, ours.filter((c) => c.family === family), (c) => {
      const got = openssl(world, 'cms', '-decrypt', '-inform', 'DER', '-binary', '-in', c.file, '-inkey', `${c.to}.key.pem`, '-recip', `${c.to}.pem`)
      assert.deepEqual(got, readFileSync(join(world.folder, c.content)), 'other content')
    })
  }
}

function openssl(world, ...args) {
  return execFileSync('openssl', args, { cwd: world.folder, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 16 << 20 })
}

export function opensslMakes(world) {
  const made = []
  for (let i = 0; i < world.count; i++) {
    const to = pick(world.people.filter(international))
    const cipher = pick(['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'aes-128-gcm', 'aes-192-gcm', 'aes-256-gcm'])
    const { name } = document(world.folder, `openssl-${i}`)
    const options = []
    if (to.family === 'ec') {
      const hash = pick(['', 'sha256', 'sha384', 'sha512'])
      if (hash) options.push('-keyopt', `ecdh_kdf_md:${hash}`)
      if (pick([true, false])) options.push('-keyopt', 'ecdh_cofactor_mode:1')
    } else if (pick([true, false])) {
      options.push('-keyopt', 'rsa_padding_mode:oaep')
      if (pick([true, false])) options.push('-keyopt', `rsa_oaep_md:${pick(['sha256', 'sha384', 'sha512'])}`)
    }
    const flags = [pick([[], ['-stream']]), pick([[], ['-keyid']])].flat()
    openssl(world, 'cms', '-encrypt', `-${cipher}`, '-binary', '-in', name, '-outform', 'DER', '-out', `openssl-${i}.cms`, ...flags,
      '-recip', `${to.name}.pem`, ...options)
    made.push({ by: 'openssl', to: to.name, from: '', scheme: cipher, content: name, file: `openssl-${i}.cms` })
  }
  return made
}

export function opensslReadsKeys(world) {
  const people = world.people.filter(international)
  const publicKey = (p) => openssl(world, 'x509', '-in', `${p.name}.pem`, '-noout', '-pubkey').toString()
  for (const [ending, args] of [['p12', ['pkcs12', '-nodes', '-nocerts']], ['p8', ['pkey', '-inform', 'DER']]]) {
    world.every(`openssl opens our EC and RSA .${ending}`, people, (p) => {
      const open = (password) => openssl(world, ...args, '-in', `${p.name}.${ending}`, '-passin', `pass:${password}`)
      const got = execFileSync('openssl', ['pkey', '-pubout'], { input: open(p.password), stdio: ['pipe', 'pipe', 'pipe'] }).toString()
      assert.equal(got, publicKey(p), 'another key')
      assert.throws(() => open(p.password + 'x'), 'opens with another password')
    })
  }
}
