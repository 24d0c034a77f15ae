// Bouncy Castle: ECDH and RSA, AES-CBC and AES-GCM, in Java.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { document, pick } from './random.mjs'

const jars = ['bcprov', 'bcpkix', 'bcutil'].map((name) => `/usr/share/java/${name}.jar`)

// java runs one command for many lines, as each start of Java takes a second, and
// returns what it answered to each: "ok" or a reason.
function java(world, command, lines) {
  const file = join(world.folder, `java-${command}.tsv`)
  writeFileSync(file, lines.map((line) => line.join('\t') + '\n').join(''))
  const out = execFileSync('java', ['-cp', [...jars, world.classes].join(':'), 'BouncyCastle', command, world.folder, file], { encoding: 'utf8', maxBuffer: 16 << 20 })
  const answers = out.trimEnd().split('\n')
  assert.equal(answers.length, lines.length, out)
  return answers
}

export function bouncyCastleOpens(world, ours) {
  const list = ours.filter((c) => c.family !== 'dstu')
  const answers = java(world, 'open', list.map((c) => [c.file, c.to, c.content]))
  const told = new Map(list.map((c, i) => [c, answers[i]]))
  for (const family of ['ec', 'rsa']) {
    world.every(`Bouncy Castle opens what we made for ${family}`, list.filter((c) => c.family === family), (c) => assert.equal(told.get(c), 'ok'))
  }
}

export function bouncyCastleReadsKeys(world) {
  const people = world.people.filter((p) => p.family !== 'dstu')
  const answers = java(world, 'key', people.map((p) => [p.name, p.password]))
  world.every('Bouncy Castle opens our EC and RSA .p12', people, (p) => assert.equal(answers[people.indexOf(p)], 'ok'))
}

export function bouncyCastleMakes(world) {
  const made = []
  for (let i = 0; i < world.count; i++) {
    const to = pick(world.people.filter((p) => p.family !== 'dstu'))
    const { name } = document(world.folder, `bc-${i}`)
    const scheme = pick(['AES128-CBC', 'AES256-CBC', 'AES128-GCM', 'AES256-GCM'])
    made.push({ by: 'Bouncy Castle', to: to.name, from: '', scheme, content: name, file: `bc-${i}.cms` })
  }
  const answers = java(world, 'make', made.map((c) => [c.content, c.to, c.scheme, c.file]))
  world.every('Bouncy Castle encrypts for our certificates', made, (c) => assert.equal(answers[made.indexOf(c)], 'ok'))
  return made.filter((_, i) => answers[i] === 'ok')
}
