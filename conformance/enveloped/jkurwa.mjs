// jkurwa: GOST 28147 with cofactor key agreement, in JavaScript, by other authors. It
// knows neither Kalyna nor the standard key agreement, and reads only what was encrypted
// with the key of a certificate.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { document, pick } from './random.mjs'

const require = createRequire(new URL('../signatures/package.json', import.meta.url))
const gost89 = require('gost89')
const jkurwa = require('jkurwa')
const asn1Node = require('asn1.js/lib/asn1/base/node')
const algo = gost89.compat.algos()
const { Certificate, Message, Priv } = jkurwa.models

// jkurwa is written for a fork of asn1.js whose choices see the structure around them;
// the original does not tell them.
const { _encodeValue } = asn1Node.prototype
asn1Node.prototype._encodeValue = function (data, reporter, parent) {
  this.around = parent
  return _encodeValue.call(this, data, reporter, parent)
}
asn1Node.prototype._encodeChoice = function (data, reporter) {
  return this._baseState.choice[data.type]._encode(data.value, reporter, this.around)
}

const load = (world, name) => ({
  key: Priv.from_asn1(readFileSync(join(world.folder, `${name}.key`))),
  certificate: Certificate.from_asn1(readFileSync(join(world.folder, `${name}.cer`))),
})

export function jkurwaOpens(world, ours) {
  const suitable = ours.filter((c) => c.family === 'dstu' && c.scheme === 'gost-cofactor' && c.from)
  // It drops one zero byte of what both keys share where there may be more.
  const same = suitable.filter((c) => c.zeros <= 1)
  world.every('jkurwa opens what we made with the key of a certificate', same, (c) => {
    const { key } = load(world, c.to)
    const message = new Message(readFileSync(join(world.folder, c.file)))
    const got = message.decrypt(key, algo, () => load(world, c.from).certificate)
    assert.deepEqual(Buffer.from(got), readFileSync(join(world.folder, c.content)), 'other content')
  })
  if (same.length < suitable.length) console.log(`      ${suitable.length - same.length} left out: more than one zero byte begins what the keys share`)
}

export function jkurwaMakes(world) {
  const dstu = world.people.filter((p) => p.family === 'dstu')
  const made = []
  for (let i = 0; i < world.count; i++) {
    const to = pick(dstu)
    const from = pick(dstu.filter((p) => p.curve === to.curve))
    const { content, name } = document(world.folder, `jkurwa-${i}`)
    const sender = load(world, from.name)
    const message = new Message({
      type: 'envelopedData', cert: sender.certificate, toCert: load(world, to.name).certificate, data: content, crypter: sender.key, algo,
    })
    writeFileSync(join(world.folder, `jkurwa-${i}.p7e`), message.as_asn1())
    made.push({ by: 'jkurwa', to: to.name, from: from.name, scheme: 'gost-cofactor', content: name, file: `jkurwa-${i}.p7e` })
  }
  return made
}

export function jkurwaReadsKeys(world) {
  // Both passwords; each opening takes seconds.
  const all = world.people.filter((p) => p.curve === '257' || p.curve === '431')
  const dstu = all.filter((p, i) => all.slice(0, i).filter((q) => q.curve === p.curve).length < 2)
  for (const ending of ['p8', 'p12']) {
    world.every(`jkurwa opens our DSTU .${ending}`, dstu, (p) => {
      // It takes a password for bytes.
      const bytes = (password) => Buffer.from(password, 'utf8').toString('binary')
      const open = (password) => new jkurwa.Box({ algo, keys: [{ keyBuffers: [readFileSync(join(world.folder, `${p.name}.${ending}`))], password: bytes(password) }] })
      const { key } = load(world, p.name)
      const got = open(p.password).keys.find((k) => k.priv)
      assert(got.priv.d.equals(key.d), 'another key')
      assert.throws(() => open(p.password + 'x'), 'opens with another password')
    })
  }
}
