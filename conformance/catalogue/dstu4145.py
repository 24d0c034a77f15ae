"""DSTU 4145-2002 over binary fields in polynomial basis, with integers for polynomials."""

import hashlib

_SPREAD = [sum((x >> i & 1) << 2 * i for i in range(8)).to_bytes(2, "little") for x in range(256)]


class Curve:
    """A curve y² + xy = x³ + ax² + b over GF(2^m) with its base point of prime order n."""

    def __init__(self, m, exponents, a, b, n, px, py, oid=None):
        self.m, self.exponents, self.a, self.b, self.n, self.oid = m, tuple(exponents), a, b, n, oid
        self.base = (px, py)
        self.mask = (1 << m) - 1
        self.field_bytes = (m + 7) // 8
        self.order_bytes = (n.bit_length() + 7) // 8
        self._windows = None

    def reduce(self, t):
        while t > self.mask:
            high = t >> self.m
            t &= self.mask
            t ^= high
            for e in self.exponents:
                t ^= high << e
        return t

    def mul(self, x, y):
        low = [0, y]
        for i in range(2, 16):
            low.append(low[i >> 1] << 1 ^ (y if i & 1 else 0))
        high = [v << 4 for v in low]
        r = 0
        for byte in x.to_bytes(self.field_bytes, "big"):
            r = r << 8 ^ low[byte & 15] ^ high[byte >> 4]
        return self.reduce(r)

    def square(self, x):
        return self.reduce(int.from_bytes(b"".join(_SPREAD[v] for v in x.to_bytes(self.field_bytes, "little")), "little"))

    def inverse(self, x):
        u, v = x, 1 << self.m | 1 | sum(1 << e for e in self.exponents)
        g, h = 1, 0
        while u != 1:
            j = u.bit_length() - v.bit_length()
            if j < 0:
                u, v, g, h, j = v, u, h, g, -j
            u ^= v << j
            g ^= h << j
        return self.reduce(g)

    def sqrt(self, x):
        for _ in range(self.m - 1):
            x = self.square(x)
        return x

    def trace(self, x):
        t = x
        for _ in range(self.m - 1):
            x = self.square(x)
            t ^= x
        return t

    def half_trace(self, x):
        t = x
        for _ in range((self.m - 1) // 2):
            x = self.square(self.square(x))
            t ^= x
        return t

    def double(self, p):
        if p is None or p[0] == 0:
            return None
        x, y = p
        t = x ^ self.mul(y, self.inverse(x))
        x3 = self.square(t) ^ t ^ self.a
        return x3, self.square(x) ^ self.mul(t ^ 1, x3)

    def add(self, p, q):
        if p is None or q is None:
            return p or q
        if p[0] == q[0]:
            return self.double(p) if p[1] == q[1] else None
        t = self.mul(p[1] ^ q[1], self.inverse(p[0] ^ q[0]))
        x = self.square(t) ^ t ^ p[0] ^ q[0] ^ self.a
        return x, self.mul(t, p[0] ^ x) ^ x ^ p[1]

    def doubled(self, p):
        """Returns 2^i·p for every bit of the order."""
        out = [p]
        while len(out) < self.n.bit_length():
            out.append(self.double(out[-1]))
        return out

    def times(self, k, p=None):
        """Returns k·p; without p, multiples of the base point."""
        total = None
        if p is None:
            self._windows = self._windows or self._tables()
            for i, table in enumerate(self._windows):
                total = self._mixed(total, table[k >> 4 * i & 15])
        else:
            for i, q in enumerate(self.doubled(p)):
                total = self._mixed(total, q) if k >> i & 1 else total
        return self._affine(total)

    def _tables(self):
        """Multiples 0 to 15 of 16^i times the base point."""
        powers = self.doubled(self.base)
        powers += [self.double(powers[-1])] * (-len(powers) % 4)
        out = []
        for i in range(0, len(powers), 4):
            table = [None]
            for _ in range(15):
                table.append(self.add(table[-1], powers[i]))
            out.append(table)
        return out

    def _mixed(self, p, q):
        """Adds the affine q to p in López–Dahab coordinates (x = X/Z, y = Y/Z²)."""
        if q is None:
            return p
        if p is None:
            return q[0], q[1], 1
        x1, y1, z1 = p
        a = self.mul(q[1], self.square(z1)) ^ y1
        b = self.mul(q[0], z1) ^ x1
        if b == 0:
            s = self.add(self._affine(p), q)
            return s and (s[0], s[1], 1)
        c = self.mul(z1, b)
        b2 = self.square(b)
        d = self.mul(b2, c ^ (self.square(z1) if self.a else 0))
        z3 = self.square(c)
        e = self.mul(a, c)
        x3 = self.square(a) ^ d ^ e
        f = x3 ^ self.mul(q[0], z3)
        g = self.mul(q[0] ^ q[1], self.square(z3))
        return x3, self.mul(e ^ z3, f) ^ g, z3

    def _affine(self, p):
        if p is None or p[2] == 0:
            return None
        z = self.inverse(p[2])
        return self.mul(p[0], z), self.mul(p[1], self.square(z))

    def compress(self, p):
        t = self.trace(self.mul(p[1], self.inverse(p[0])))
        return (p[0] & ~1 | t).to_bytes(self.field_bytes, "little")

    def truncate(self, y):
        return y & (1 << self.n.bit_length() - 1) - 1

    def element(self, digest):
        return int.from_bytes(digest, "little") & self.mask or 1


def sign(curve, d, digest, k=None, truncated=True):
    """Returns (r, s). Without k it is derived from key and digest, so that a set is the same each time."""
    counter = 0
    while True:
        nonce = k or derive(curve.n, b"nonce", d.to_bytes(64, "big"), digest, bytes([counter]))
        product = curve.mul(curve.element(digest), curve.times(nonce)[0])
        r = curve.truncate(product) if truncated else product
        s = (nonce + d * r) % curve.n
        if r and s:
            return r, s
        counter += 1


def verify(curve, public, digest, r, s):
    if not (0 < r < curve.n and 0 < s < curve.n):
        return False
    point = curve.add(curve.times(s), curve.times(r, public))
    return point is not None and curve.truncate(curve.mul(curve.element(digest), point[0])) == r


def value(curve, r, s):
    n = curve.order_bytes
    return r.to_bytes(n, "little") + s.to_bytes(n, "little")


def public_key(curve, d):
    x, y = curve.times(d)
    return x, x ^ y


def derive(n, *parts):
    """Returns a number from 1 to n−1 made of what is given."""
    seed = hashlib.sha512(b"".join(len(p).to_bytes(4, "big") + p for p in parts)).digest()
    out = b"".join(hashlib.sha512(seed + bytes([i])).digest() for i in range(9))
    return int.from_bytes(out, "big") % (n - 1) + 1


def _named(m, exponents, a, b, n, px, py, arc):
    return Curve(m, exponents, a, int(b, 16), int(n, 16), int(px, 16), int(py, 16), "1.2.804.2.1.1.1.1.3.1.1.2.%d" % arc)


# The standard's curves that the set needs (order 1399, annex; checked against the vectors before anything is made).
M163 = _named(163, (7, 6, 3), 1, "5ff6108462a2dc8210ab403925e638a19c1455d21", "400000000000000000002bec12be2262d39bcf14d",
              "2e2f85f5dd74ce983a5c4237229daf8a3f35823be", "3826f008a8c51d7b95284d9d03ff0e00ce2cd723a", 0)
M233 = _named(233, (9, 4, 1), 1, "6973b15095675534c7cf7e64a21bd54ef5dd3b8a0326aa936ece454d2c",
              "1000000000000000000000000000013e974e72f8a6922031d2603cfe0d7",
              "3fcda526b6cdf83ba1118df35b3c31761d3545f32728d003eeb25efe96",
              "9ca8b57a934c54deeda9e54a7bbad95e3b2e91c54d32be0b9df96d8d35", 5)
M257 = _named(257, (12,), 0, "1cef494720115657e18f938d7a7942394ff9425c1458c57861f9eea6adbe3be10",
              "800000000000000000000000000000006759213af182e987d3e17714907d470d",
              "2a29ef207d0e9b6c55cd260b306c7e007ac491ca1b10c62334a9e8dcd8d20fb7",
              "10686d41ff744d4449fccf6d8eea03102e6812c93a9d60b978b702cf156d814ef", 6)
M307 = _named(307, (8, 4, 2), 1, "393c7f7d53666b5054b5e6c6d3de94f4296c0c599e2e2e241050df18b6090bdc90186904968bb",
              "3ffffffffffffffffffffffffffffffffffffffc079c2f3825da70d390fbba588d4604022b7b7",
              "216ee8b189d291a0224984c1e92f1d16bf75ccd825a087a239b276d3167743c52c02d6e7232aa",
              "5d9306bacd22b7faeb09d2e049c6e2866c5d1677762a8f2f2dc9a11c7f7be8340ab2237c7f2a0", 7)
M367 = _named(367, (21,), 1, "43fc8ad242b0b7a6f3d1627ad5654447556b47bf6aa4a64b0c2afe42cadab8f93d92394c79a79755437b56995136",
              "40000000000000000000000000000000000000000000009c300b75a3fa824f22428fd28ce8812245ef44049b2d49",
              "324a6eddd512f08c49a99ae0d3f961197a76413e7be81a400ca681e09639b5fe12e59a109f78bf4a373541b3b9a1",
              "1ab597a5b4477f59e39539007c7f977d1a567b92b043a49c6b61984c3fe3481aaf454cd41ba1f051626442b3c10", 8)
M431 = _named(431, (5, 3, 1), 1,
              "3ce10490f6a708fc26dfe8c3d27c4f94e690134d5bff988d8d28aaeaede975936c66bac536b18ae2dc312ca493117daa469c640caf3",
              "3fffffffffffffffffffffffffffffffffffffffffffffffffffffba3175458009a8c0a724f02f81aa8a1fcbaf80d90c7a95110504cf",
              "1a62ba79d98133a16bbae7ed9a8e03c32e0824d57aef72f88986874e5aae49c27bed49a2a95058068426c2171e99fd3b43c5947c857d",
              "70b5e1e14031c1f70bbefe96bdde66f451754b4ca5f48da241f331aa396b8d1839a855c1769b1ea14ba53308b5e2723724e090e02db9", 9)
CURVES = [M163, M233, M257, M307, M367, M431]
