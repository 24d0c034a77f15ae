// Bouncy Castle: DSTU 4145, GOST 34.311 and Kupyna in Java.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { authority, citizen, prepare, run, signedByUs, temporary, work } from './demo.mjs'
import { scalar } from './jkurwa.mjs'
import { check } from './report.mjs'
import { flipped, requests } from './requests.mjs'

// Where Debian's packages put them.
const jars = ['bcprov', 'bcpkix', 'bcutil'].map((name) => `/usr/share/java/${name}.jar`)

const java = (...args) => run('java', ['-cp', [...jars, join(work, 'classes')].join(':'), 'BouncyCastle', ...args])

export async function checkBouncyCastle() {
  const who = citizen('ostap')
  run('javac', ['-cp', jars.join(':'), '-d', join(work, 'classes'), join(import.meta.dirname, 'BouncyCastle.java')])

  for (const [name, title] of [['gost34311', 'GOST 34.311'], ['kupyna256', 'Kupyna-256']]) {
    await check(`Bouncy Castle: ${title} of what the door asks to sign`, async () => {
      const { content, hashes } = await prepare()
      const computed = Buffer.from(java('hash', name, temporary(content)).toString().trim(), 'hex')
      assert.equal(computed.toString('base64'), hashes[name])
    })
  }
  await check("Bouncy Castle: our revocation list holds by its issuer's key", () => java('crl', authority.lists.dstu4145, authority.issuers))

  const holds = ({ content, container }) => java('verify', temporary(container), temporary(content), authority.roots, authority.issuers)
  // Its key containers do not know the national ciphers, so jkurwa opens the file.
  const key = temporary(scalar(who), '.key')
  for (const form of ['bare', 'wrapped']) {
    const signer = {
      name: form === 'bare' ? 'Bouncy Castle' : 'Bouncy Castle, value in an OCTET STRING of its own',
      hash: 'gost34311',
      sign(content, detached) {
        const out = temporary('', '.p7s')
        java('sign', who.certificate_file, key, temporary(content), out, `${detached ? 'detached' : 'attached'},${form}`)
        return readFileSync(out)
      },
    }
    await requests(signer, who, async (sealed, name) => {
      if (form === 'wrapped') return
      await check(`${name}: verifies our seal over the answer, to our root`, () => holds(sealed))
      await check(`${name}: finds a bit flipped in the answer`, () => {
        assert.throws(() => holds({ ...sealed, content: flipped(sealed.content, 100) }), /CMSSignerDigestMismatchException|does not hold/)
      })
    })
  }

  await check('Bouncy Castle: what our program signs detached holds', () => holds(signedByUs(who, '--detached')))
  await check('Bouncy Castle: what our program signs detached does not with a bit flipped', () => {
    const ours = signedByUs(who, '--detached')
    assert.throws(() => holds({ ...ours, container: flipped(ours.container, ours.container.length - 9) }), /does not hold/)
  })
}
