// keytool: Java's own reader of PKCS#12.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const ascii = (p) => /^[\x20-\x7e]*$/.test(p.password) // the command line of Java is in the locale's encoding

export function keytoolReadsKeys(world) {
  const people = world.people.filter((p) => p.family !== 'dstu' && ascii(p)).slice(0, 6) // each start of Java takes a second
  world.every('keytool lists our EC and RSA .p12', people, (p) => {
    const list = (password) => execFileSync('keytool',
      ['-list', '-v', '-storetype', 'PKCS12', '-keystore', join(world.folder, `${p.name}.p12`), '-storepass', password],
      { encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
    const got = list(p.password)
    assert.match(got, /PrivateKeyEntry/)
    assert(got.includes(`Alias name: ${p.name.toLowerCase()}`), 'another name')
    assert.throws(() => list(p.password + 'x'), 'opens with another password')
  })
}
