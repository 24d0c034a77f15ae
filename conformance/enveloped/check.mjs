// Runs every check; see README.md. Many containers make one line each program and kind.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bouncyCastleMakes, bouncyCastleOpens, bouncyCastleReadsKeys } from './bouncycastle.mjs'
import { jkurwaMakes, jkurwaOpens, jkurwaReadsKeys } from './jkurwa.mjs'
import { keytoolReadsKeys } from './keytool.mjs'
import { opensslMakes, opensslOpens, opensslReadsKeys } from './openssl.mjs'
import { uapki } from './uapki.mjs'

const work = process.argv[2]
const folder = join(work, 'cases')
const { people, containers } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'))
const byName = new Map(people.map((p) => [p.name, p]))
let passed = 0
let failed = 0

// every runs a check for each of a list and prints one line. Nothing to check is a failure.
function every(name, list, run) {
  const problems = []
  for (const item of list) {
    try {
      run(item)
      passed++
    } catch (error) {
      problems.push(`${item.file ?? item.name}: ${String(error.message ?? error).split('\n')[0]}`)
    }
  }
  if (list.length === 0) problems.push('there was nothing to check')
  failed += problems.length
  console.log(`${problems.length ? 'FAIL ' : 'ok   '} ${name}: ${list.length - problems.length} of ${list.length}`)
  for (const p of problems.slice(0, 5)) console.log(`      ${p}`)
}

const count = Math.ceil(containers.length / 3)
const world = { count, folder, classes: join(work, 'classes'), people, byName, every }
const ours = containers.map((c) => ({ ...c, family: byName.get(c.to).family }))

jkurwaOpens(world, ours)
opensslOpens(world, ours)
bouncyCastleOpens(world, ours)
jkurwaReadsKeys(world)
opensslReadsKeys(world)
keytoolReadsKeys(world)
bouncyCastleReadsKeys(world)

// What they make is opened by us.
const theirs = [...uapki(world, ours), ...jkurwaMakes(world), ...opensslMakes(world), ...bouncyCastleMakes(world)]
writeFileSync(join(folder, 'theirs.json'), JSON.stringify(theirs))
const opened = spawnSync(join(work, 'driver'), ['open', folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
console.log(opened.stdout.trimEnd().replace(/\n?(\d+) passed, (\d+) failed$/, (_, p, f) => {
  passed += Number(p)
  failed += Number(f)
  return `\n${f === '0' ? 'ok   ' : 'FAIL '} ours opens what they made: ${p} of ${Number(p) + Number(f)}`
}).trimStart())
if (opened.status !== 0 && failed === 0) failed++

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
