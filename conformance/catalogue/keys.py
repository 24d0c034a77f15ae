"""Keys of both families and what their algorithm identifiers, key infos and values look like in DER."""

import hashlib

import der
import dstu4145
import tables
from hashes import digest

UA = "1.2.804.2.1.1.1."
RSA = "1.2.840.113549.1.1."
DIGESTS = {
    "gost": UA + "1.2.1", "kupyna256": UA + "1.2.2.1", "kupyna384": UA + "1.2.2.2", "kupyna512": UA + "1.2.2.3",
    "sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3", "md5": "1.2.840.113549.2.5",
}
DSTU = {"gost": UA + "1.3.1.1", "kupyna256": UA + "1.3.6.1.1", "kupyna384": UA + "1.3.6.2.1", "kupyna512": UA + "1.3.6.3.1"}
ECDSA = {"sha1": "1.2.840.10045.4.1", "sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3",
         "sha512": "1.2.840.10045.4.3.4"}
RSA_WITH = {"md5": RSA + "4", "sha1": RSA + "5", "sha256": RSA + "11", "sha384": RSA + "12", "sha512": RSA + "13"}


def algorithm(oid, *parameters):
    return der.seq(der.oid(oid), *parameters)


def digest_algorithm(name):
    return algorithm(DIGESTS[name])


class Dstu:
    """A key of DSTU 4145. dke is the number of its substitution block, 64 bytes of another, or None for none."""

    def __init__(self, name, curve=dstu4145.M257, family="gost", dke=1, named=False, key_oid=None, params=None):
        self.curve, self.digest, self.dke = curve, family, dke
        self.d = dstu4145.derive(curve.n, b"key", name.encode())
        self.public = curve.compress(dstu4145.public_key(curve, self.d))
        self.oid, self.key_oid = DSTU[family], key_oid or DSTU[family]
        self.parameters = self._parameters(named) if params is None else params
        self.strength = curve.m

    def _parameters(self, named):
        c = self.curve
        exponents = [der.integer(e) for e in sorted(c.exponents)]
        field = exponents[0] if len(exponents) == 1 else der.seq(*exponents)
        domain = der.oid(c.oid) if named else ec_binary(c, field)
        dke = b"" if self.dke is None else der.octets(
            self.dke if isinstance(self.dke, bytes) else bytes.fromhex(tables.DKE[self.dke]))
        return der.seq(domain, dke)

    @property
    def spki(self):
        return der.seq(algorithm(self.key_oid, self.parameters), der.bits(der.octets(self.public)))

    @property
    def bit_string(self):
        return der.octets(self.public)

    @property
    def identifier(self):
        return digest("gost" if self.digest == "gost" else "kupyna256", self.bit_string)

    @property
    def algorithm(self):
        return algorithm(self.oid)

    def hash(self, data):
        """The hash of what this key signs: its own substitution block decides."""
        return digest(self.digest, data, 1 if self.dke is None else self.dke)

    def sign(self, data, hashed=None):
        return dstu4145.value(self.curve, *dstu4145.sign(self.curve, self.d, hashed or self.hash(data)))

    def seal(self, data):
        return der.octets(self.sign(data))


def ec_binary(c, field, a=None, b=None, n=None, base=None):
    """Explicit parameters; what is given replaces the standard's value."""
    little = lambda x: x.to_bytes(c.field_bytes, "little")
    return der.seq(der.seq(der.integer(c.m), field), der.integer(c.a if a is None else a),
                   der.octets(little(c.b if b is None else b)), der.integer(n or c.n),
                   der.octets(c.compress(base or c.base)))


class Ecdsa:
    """A key on P-256."""

    p = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
    n = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    base = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
            0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)

    def __init__(self, name, sha="sha256"):
        self.digest = sha
        self.d = dstu4145.derive(self.n, b"p256", name.encode())
        x, y = self._times(self.d, self.base)
        self.bit_string = b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
        self.spki = der.seq(algorithm("1.2.840.10045.2.1", der.oid("1.2.840.10045.3.1.7")), der.bits(self.bit_string))
        self.identifier = hashlib.sha1(self.bit_string).digest()
        self.algorithm = algorithm(ECDSA[sha])

    def _add(self, a, b):
        if a is None or b is None:
            return a or b
        if a == b:
            t = 3 * (a[0] * a[0] - 1) * pow(2 * a[1], -1, self.p)
        else:
            t = (b[1] - a[1]) * pow(b[0] - a[0], -1, self.p)
        x = (t * t - a[0] - b[0]) % self.p
        return x, (t * (a[0] - x) - a[1]) % self.p

    def _times(self, k, point):
        out = None
        while k:
            out = self._add(out, point) if k & 1 else out
            point = self._add(point, point)
            k >>= 1
        return out

    def hash(self, data):
        return digest(self.digest, data)

    def sign(self, data, hashed=None):
        e = hashed or self.hash(data)
        k = dstu4145.derive(self.n, b"k", self.d.to_bytes(32, "big"), e)
        r = self._times(k, self.base)[0] % self.n
        s = (int.from_bytes(e[:32], "big") + r * self.d) * pow(k, -1, self.n) % self.n
        return der.seq(der.integer(r), der.integer(s))

    seal = sign


class Rsa:
    """A key of RSA. offsets tell where after a derived number the two primes are, so that nobody searches again."""

    def __init__(self, name, size=2048, offsets=None, sha="sha256", pss=False, cms_oid=None):
        p, q = (self._prime(b"%s-%d" % (name.encode(), i), size // 2, offsets and offsets[i]) for i in range(2))
        self.n, self.e, self.digest, self.pss = p * q, 65537, sha, pss
        self.d = pow(self.e, -1, (p - 1) * (q - 1))
        self.size = size // 8
        self.bit_string = der.seq(der.integer(self.n), der.integer(self.e))
        self.spki = der.seq(algorithm(RSA + "1", der.NULL), der.bits(self.bit_string))
        self.identifier = hashlib.sha1(self.bit_string).digest()
        self.algorithm = self._pss_algorithm() if pss else algorithm(cms_oid or RSA_WITH[sha], der.NULL)
        self.certificate_algorithm = algorithm(RSA_WITH[sha], der.NULL)

    def _prime(self, name, size, offset):
        start = dstu4145.derive(1 << size, name) | 3 << size - 2 | 1
        if offset is None:
            offset = 0
            while not self._probable(start + offset):
                offset += 2
            print("the prime", name, "is at", offset)
        return start + offset

    @staticmethod
    def _probable(n):
        if any(n % q == 0 for q in range(3, 2000, 2)):
            return False
        return pow(2, n - 1, n) == 1 and pow(3, n - 1, n) == 1

    def _pss_algorithm(self):
        h = algorithm(DIGESTS[self.digest], der.NULL)
        return algorithm(RSA + "10", der.seq(der.explicit(0, h), der.explicit(1, algorithm(RSA + "8", h)),
                                             der.explicit(2, der.integer(len(digest(self.digest, b""))))))

    def hash(self, data):
        return digest(self.digest, data)

    def seal(self, data):
        return self._power(self._padded(self.hash(data)))

    def sign(self, data, hashed=None):
        h = hashed or self.hash(data)
        return self._power(self._pss_padded(h) if self.pss else self._padded(h))

    def _power(self, padded):
        return pow(int.from_bytes(padded, "big"), self.d, self.n).to_bytes(self.size, "big")

    def _padded(self, h):
        info = der.seq(algorithm(DIGESTS[self.digest], der.NULL), der.octets(h))
        return b"\0\1" + b"\xff" * (self.size - 3 - len(info)) + b"\0" + info

    def _pss_padded(self, h):
        salt = hashlib.sha256(b"salt" + h).digest().ljust(len(h), b"s")[:len(h)]
        m = digest(self.digest, bytes(8) + h + salt)
        room = self.size - len(m) - 1
        block = b"\0" * (room - len(salt) - 1) + b"\1" + salt
        mask = b"".join(digest(self.digest, m + i.to_bytes(4, "big")) for i in range(room // len(m) + 1))[:room]
        masked = bytes(x ^ y for x, y in zip(block, mask))
        return bytes([masked[0] & 0x7F]) + masked[1:] + m + b"\xbc"
