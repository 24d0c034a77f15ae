// Answers a line for every line it reads, like Dstu4145.java, with jkurwa. The curves come as lines
//
//   curve OID m exponents a b n x y
//
// for it names two of them only. It does not know agreement without the rest of its envelope.
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'

const { Curve } = createRequire(new URL('../package.json', import.meta.url))('jkurwa')
const curves = new Map()

const octets = (word) => Buffer.from(word === '-' ? '' : word, 'hex')
const reversed = (buffer) => Buffer.from(buffer).reverse()
const pad = (hex) => (hex.length % 2 ? '0' + hex : hex)

const commands = {
  curve(oid, m, exponents, a, b, n, x, y) {
    curves.set(oid, new Curve({ m: Number(m), ks: exponents.split(',').map(Number), a, b: pad(b), order: pad(n), kofactor: [4 >> Number(a)], base: { x: pad(x), y: pad(y) } }))
    return 'ok'
  },
  verify(oid, key, digest, sig) {
    const curve = curves.get(oid)
    return String(curve.pubkey(pad(reversed(octets(key)).toString('hex')), 'hex').verify(octets(digest), octets(sig), 'le'))
  },
  sign(oid, d, digest) {
    const curve = curves.get(oid)
    const priv = curve.pkey(reversed(octets(d)).toString('hex'), 'hex')
    const { r, s } = priv.sign(octets(digest))
    const half = Math.ceil(curve.order.bitLength() / 8)
    const little = (field, length) => {
      const out = Buffer.alloc(length)
      reversed(Buffer.from(pad(field.toString(true)), 'hex')).copy(out)
      return out.toString('hex')
    }
    return `${little(priv.pub().point.compress(), Math.ceil(curve.m / 8))} ${little(r, half)}${little(s, half)}`
  },
  key(oid, key) {
    const { x, y } = curves.get(oid).pubkey(reversed(octets(key)).toString('hex'), 'hex').point
    return `${x.toString(true)} ${y.toString(true)}`
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...args] = line.split(' ')
  let answer
  try {
    answer = commands[command](...args)
  } catch (error) {
    answer = `error ${error.message}`
  }
  console.log(answer.replaceAll('\n', ' '))
}
