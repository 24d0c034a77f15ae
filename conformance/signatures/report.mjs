// Prints one line for each check and counts them.
import assert from 'node:assert/strict'

let passed = 0
let failed = 0

// check runs one check; it failed if it throws.
export async function check(name, run) {
  try {
    await run()
    passed++
    console.log(`ok    ${name}`)
  } catch (error) {
    failed++
    console.log(`FAIL  ${name}`)
    console.log(String(error instanceof assert.AssertionError ? error.message : error.stack).replace(/^/gm, '      '))
  }
}

// finish prints the totals and sets the exit status. Finding nothing to check is
// a failure.
export function finish() {
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
}
