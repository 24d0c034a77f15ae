// What every implementation's requests go through at the REST door.
import assert from 'node:assert/strict'
import { accepted, prepare, refused } from './demo.mjs'
import { check } from './report.mjs'

// requests checks that what a signer makes is accepted, and that the same with
// one bit flipped is not. A signer has a name, sign(content, detached) and the
// hash it signs with, as the door names it. answered is given each sealed answer.
export async function requests(signer, who, answered = async () => {}) {
  for (const detached of [false, true]) {
    const name = `${signer.name}, ${detached ? 'detached' : 'attached'}`
    const prepared = await prepare()
    let container
    await check(`${name}: signs what the door asks`, async () => {
      container = await signer.sign(prepared.content, detached)
      assert.equal(container.includes(prepared.content), !detached, 'the container is of the other kind')
    })
    if (!container) continue

    // Four bad ones and a good one are what one request may be given.
    for (const [what, flip, ...reasons] of flips(signer, who, prepared, detached)) {
      await check(`${name}: refused with a bit flipped in the ${what}`, async () => refused(prepared, await flip(container), ...reasons))
    }
    await check(`${name}: accepted as it is`, async () => answered(await accepted(prepared, container), name))
    await check(`${name}: refused for another request`, async () => {
      const reason = detached ? 'signature-invalid/message_digest_mismatch' : 'signature-over-other-content'
      await refused(await prepare(), container, reason)
    })
    await check(`${name}: refused over another statement`, async () => {
      const asked = await prepare()
      const other = Buffer.from(asked.content.toString().replace('"self"', '"ward"'))
      assert.notDeepEqual(other, asked.content)
      const reason = detached ? 'signature-invalid/message_digest_mismatch' : 'signature-over-other-content'
      await refused(asked, await signer.sign(other, detached), reason)
    })
  }
}

// flips are the places where one bit is changed, and the reasons to refuse that.
function flips(signer, who, prepared, detached) {
  const digest = Buffer.from(prepared.hashes[signer.hash], 'base64')
  const content = detached
    ? (container) => signer.sign(flipped(prepared.content, prepared.content.length >> 1), true)
    : (container) => flipped(container, container.indexOf(prepared.content) + (prepared.content.length >> 1))
  return [
    [detached ? 'statement that was signed' : 'content', content, 'signature-invalid/message_digest_mismatch'],
    ['signed digest', (container) => flipped(container, only(container, digest) + 5), 'signature-invalid/message_digest_mismatch'],
    // The last digit of the number that says who the citizen is.
    ["certificate's РНОКПП", (container) => flipped(container, container.indexOf(who.rnokpp) + 9),
      'signature-invalid/signing_certificate_mismatch'],
    ['signature value', (container) => flipped(container, container.length - 9), 'signature-invalid/signature_invalid'],
  ]
}

// flipped returns a copy with the lowest bit of one byte changed.
export function flipped(bytes, at) {
  assert(at >= 0 && at < bytes.length, 'there is nothing to flip')
  const copy = Buffer.from(bytes)
  copy[at] ^= 1
  return copy
}

// only finds bytes that occur once.
function only(bytes, wanted) {
  const at = bytes.indexOf(wanted)
  assert(at >= 0 && bytes.indexOf(wanted, at + 1) < 0, 'expected the digest once in the container')
  return at
}
