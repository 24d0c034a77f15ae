// Runs every check; see README.md.
import { rmSync } from 'node:fs'
import { checkBouncyCastle } from './bouncycastle.mjs'
import { work } from './demo.mjs'
import { checkJkurwa } from './jkurwa.mjs'
import { checkOpenSSL } from './openssl.mjs'
import { finish } from './report.mjs'

try {
  await checkJkurwa()
  await checkOpenSSL()
  await checkBouncyCastle()
} finally {
  rmSync(work, { recursive: true })
}
finish()
