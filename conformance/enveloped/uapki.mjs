// UAPKI: the four national schemes, in C. No registry has it, so whoever wants it builds
// it and names the library in UAPKI_LIB.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

// uapki lets it open ours and returns what it made.
export function uapki(world, ours) {
  if (!process.env.UAPKI_LIB) {
    console.log('      UAPKI is left out: UAPKI_LIB names no library of it')
    return []
  }
  const out = execFileSync('python3', [join(import.meta.dirname, 'uapki.py'), world.folder, String(world.count)], { encoding: 'utf8', maxBuffer: 64 << 20 })
  const { opened, made } = JSON.parse(out)
  for (const scheme of ['kalyna-cofactor', 'kalyna-standard', 'gost-cofactor', 'gost-standard']) {
    world.every(`UAPKI opens what we made, ${scheme}`, ours.filter((c) => c.scheme === scheme), (c) => assert.equal(opened[c.file], 'ok'))
  }
  return made
}
