// Random documents and choices.
import { randomBytes, randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const pick = (list) => list[randomInt(list.length)]

// document writes random bytes to a file of the folder and returns them with its name.
export function document(folder, name) {
  const content = randomBytes(randomInt(1, 65537))
  writeFileSync(join(folder, `${name}.txt`), content)
  return { content, name: `${name}.txt` }
}
