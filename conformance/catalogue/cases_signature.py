"""Signature values, algorithms and keys that must not verify (sections 3 and 8.2 of the rules)."""

import cms
import der
import dstu4145
import tables
import x509
from dstu4145 import M163, M257, M431
from keys import UA, Dstu, algorithm, digest_algorithm, ec_binary
from world import CONTENT, MARKO, ORYNA, identity, profile


def add(w):
    _values(w)
    _untruncated(w)
    _attributes(w)
    _algorithms(w)
    _parameters(w)
    _keys(w)


def _values(w):
    n, size = M257.n, 32
    half = lambda x: x.to_bytes(size, "little")
    r = lambda v: int.from_bytes(v[:size], "little")
    s = lambda v: int.from_bytes(v[size:], "little")
    table = {
        "bit-of-r": ("a bit of r flipped", lambda v: bytes([v[0] ^ 4]) + v[1:]),
        "bit-of-s": ("a bit of s flipped", lambda v: v[:40] + bytes([v[40] ^ 1]) + v[41:]),
        "zeros": ("r = s = 0", lambda v: bytes(64)),
        "r-zero": ("r = 0", lambda v: half(0) + v[32:]),
        "s-zero": ("s = 0", lambda v: v[:32] + half(0)),
        "r-is-n": ("r = n", lambda v: half(n) + v[32:]),
        "s-is-n": ("s = n", lambda v: v[:32] + half(n)),
        "s-plus-n": ("s + n, which is s again modulo n", lambda v: v[:32] + half(s(v) + n)),
        "r-plus-n": ("r + n, which is r again modulo n", lambda v: half(r(v) + n) + v[32:]),
        "s-negative": ("n − s", lambda v: v[:32] + half(n - s(v))),
        "ones": ("all bits set", lambda v: b"\xff" * 64),
        "swapped": ("s before r", lambda v: v[32:] + v[:32]),
        "big-endian": ("halves in big-endian order", lambda v: v[31::-1] + v[:31:-1]),
        "reversed": ("the whole value reversed", lambda v: v[::-1]),
        "odd": ("one byte short", lambda v: v[:-1]),
        "short": ("a half only", lambda v: v[:32]),
        "empty": ("no value", lambda v: b""),
        "long": ("a byte too many", lambda v: v + b"\0"),
        "sequence": ("SEQUENCE of two INTEGERs", lambda v: der.seq(der.integer(r(v)), der.integer(s(v)))),
        "octets-twice": ("two OCTET STRINGs around", lambda v: der.octets(der.octets(v))),
        "octets-padded": ("an OCTET STRING around and a byte behind", lambda v: der.octets(v) + b"\0"),
        "bit-string": ("a BIT STRING around", der.bits),
    }
    for name_, (reason, spoil) in table.items():
        w.add("n1-" + name_, cms.sign(w.oryna, CONTENT, spoil=spoil), "invalid", reason)
    padded = lambda v: v[:32] + b"\0" + v[32:] + b"\0"
    w.add("n1-padded", cms.sign(w.oryna, CONTENT, spoil=padded), "invalid", "halves of 33 bytes", strength="any")
    w.add("n1-other-key", cms.sign(w.oryna, CONTENT, hashed=w.marko.key.hash(b"other")), "invalid", "signature over something else")


def _untruncated(w):
    """r is cut to the length of n less one bit: a value which was not is refused even where it is below n."""
    signer = w.d.user("untruncated", key=Dstu("untruncated", M431))

    def spoil(value):
        attributes = list(signer.attributes(CONTENT).values())
        h = signer.key.hash(der.tlv(0x31, *sorted(attributes)))
        for k in range(2, 1000):
            r, s = dstu4145.sign(M431, signer.key.d, h, k, truncated=False)
            if r < M431.n and r != M431.truncate(r):
                return dstu4145.value(M431, r, s)
        raise ValueError("no such nonce")
    w.add("n1-untruncated", cms.sign(signer, CONTENT, spoil=spoil), "invalid", "r is not truncated, and below n")


def _attributes(w):
    o = w.oryna

    def case(id_, reason, change, strength="must", expect="invalid", **fields):
        a = o.attributes(CONTENT)
        more = change(a) or []
        w.add("n2-" + id_, cms.sign(o, CONTENT, attributes=[v for v in a.values() if v], more=more, **fields), expect, reason,
              strength=strength)

    def drop(key):
        return lambda a: a.pop(key) and None

    def replace(key, value):
        return lambda a: a.__setitem__(key, value)

    digest = lambda data: cms.attribute(cms.MESSAGE_DIGEST, der.octets(o.key.hash(data)))
    octets = lambda data: der.octets(o.key.hash(data))
    case("no-digest", "no message-digest", drop("digest"))
    case("no-type", "no content-type", drop("type"))
    case("no-ess", "no signing-certificate-v2", drop("ess"), strength="policy")
    case("digest-of-other", "message-digest of other content", replace("digest", digest(b"other")))
    case("digest-good-first", "two message-digests, the good one first", lambda a: [digest(b"\xff other")])
    case("digest-twice", "the same message-digest twice", lambda a: [a["digest"]])
    case("digest-values", "message-digest with two values",
         replace("digest", cms.attribute(cms.MESSAGE_DIGEST, octets(CONTENT), octets(b"other"))))
    case("digest-none", "message-digest without value", replace("digest", cms.attribute(cms.MESSAGE_DIGEST)))
    case("digest-short", "message-digest cut short",
         replace("digest", cms.attribute(cms.MESSAGE_DIGEST, der.octets(o.key.hash(CONTENT)[:20]))))
    case("digest-empty", "empty message-digest", replace("digest", cms.attribute(cms.MESSAGE_DIGEST, der.octets(b""))))
    case("digest-bits", "message-digest in a BIT STRING",
         replace("digest", cms.attribute(cms.MESSAGE_DIGEST, der.bits(o.key.hash(CONTENT)))))
    case("type-other", "content-type is not the content's",
         replace("type", cms.attribute(cms.CONTENT_TYPE, der.oid(cms.SIGNED_DATA))))
    case("type-twice", "content-type twice", lambda a: [a["type"]])
    case("type-values", "content-type with two values",
         replace("type", cms.attribute(cms.CONTENT_TYPE, der.oid(cms.DATA), der.oid(cms.SIGNED_DATA))))
    case("time-twice", "two signing-times", lambda a: [cms.attribute(cms.SIGNING_TIME, der.time("2025-08-21T10:00:00Z"))])
    case("time-future", "signing-time in the future",
         replace("time", cms.attribute(cms.SIGNING_TIME, der.time("2026-03-01T00:00:00Z"))), strength="policy")
    case("time-malformed", "signing-time is not a time", replace("time", cms.attribute(cms.SIGNING_TIME, der.utf8("вчора"))))
    case("ess-twice", "two signing-certificate-v2", lambda a: [cms.attribute(cms.ESS, cms.ess(w.marko.certificate, "gost"))])
    case("ess-values", "signing-certificate-v2 with two values", replace(
        "ess", cms.attribute(cms.ESS, cms.ess(o.certificate, "gost"), cms.ess(w.marko.certificate, "gost"))))
    case("ess-empty", "signing-certificate-v2 names nothing", replace("ess", cms.attribute(cms.ESS, der.seq(der.seq()))))
    case("ess-other", "signing-certificate-v2 of another certificate",
         replace("ess", cms.attribute(cms.ESS, cms.ess(w.marko.certificate, "gost"))))
    second = der.seq(der.seq(der.body(der.body(cms.ess(w.marko.certificate, "gost"))),
                             der.body(der.body(cms.ess(o.certificate, "gost")))))
    case("ess-second", "signing-certificate-v2 names the signer second", replace("ess", cms.attribute(cms.ESS, second)))
    case("ess-hash", "signing-certificate-v2 says SHA-256 and has GOST 34.311", replace("ess", cms.attribute(
        cms.ESS, der.seq(der.seq(der.seq(digest_algorithm("sha256"), der.octets(o.key.hash(o.certificate))))))))
    serial = der.seq(der.seq(der.explicit(4, o.issuer)), der.integer(o.serial + 1))
    case("ess-serial", "signing-certificate-v2 with another serial number", replace("ess", cms.attribute(cms.ESS, der.seq(
        der.seq(der.seq(digest_algorithm("gost"), der.octets(o.key.hash(o.certificate)), serial))))), strength="policy")
    case("ess-sha1", "signing-certificate of SHA-1 only", replace("ess", cms.attribute(
        "1.2.840.113549.1.9.16.2.12", der.seq(der.seq(der.seq(der.octets(cms.digest("sha1", o.certificate))))))),
        strength="policy")
    case("changed-content", "content changed after signing", lambda a: a.__setitem__("digest", digest(CONTENT + b" ")))
    w.add("n2-plain", cms.sign(o, CONTENT, plain=True), "invalid", "no signed attributes", strength="policy")
    body = der.set_of(*o.attributes(CONTENT).values())
    w.add("n2-represented", cms.sign(o, body, plain=True), "invalid", "the signed attributes of another signature as content")
    w.add("n2-unsorted", cms.sign(o, CONTENT, ordered=False, as_sent=True), "valid", "attributes signed in the order sent",
          strength="any")
    w.add("n2-detached-other", cms.sign(o, CONTENT, detached=True), "invalid", "detached, other content", content=CONTENT + b"!")
    w.add("n2-both-differ", cms.sign(o, CONTENT), "invalid", "content inside and other content beside", content=CONTENT + b"!")
    w.add("n2-detached-alone", cms.sign(o, CONTENT, detached=True), "indeterminate", "detached, content not given",
          strength="policy")
    info = o.info(CONTENT, attributes=[])
    w.add("n2-none", cms.content_info(cms.signed_data([info], CONTENT, certificates=[o.certificate])), "invalid",
          "an empty set of signed attributes")


def _algorithms(w):
    d, o = w.d, w.oryna

    def case(id_, reason, signer=o, strength="must", **fields):
        w.add("n3-" + id_, cms.sign(signer, CONTENT, **fields), "invalid", reason, strength=strength)

    case("digest-kupyna", "digest Kupyna-256, signature of the GOST 34.311 family", digest_="kupyna256")
    case("digest-sha256", "digest SHA-256, signature of DSTU 4145", digest_="sha256")
    case("signature-kupyna", "digest GOST 34.311, signature of the Kupyna family",
         algorithm_=algorithm(UA + "1.3.6.1.1"))
    case("signature-kupyna384", "digest Kupyna-256, signature of the Kupyna-384 family",
         d.user("kupyna mixed", key=Dstu("kupyna mixed", family="kupyna256")), algorithm_=algorithm(UA + "1.3.6.2.1"))
    case("signature-ecdsa", "signature called ECDSA, key of DSTU 4145", algorithm_=algorithm("1.2.840.10045.4.3.2"))
    case("signature-unknown", "unknown signature algorithm", algorithm_=algorithm("1.2.804.2.1.1.1.1.3.9"))
    case("signature-onb", "signature of the normal basis, key of the polynomial one", algorithm_=algorithm(UA + "1.3.1.2"))
    case("signature-null", "NULL where parameters have to be absent", algorithm_=algorithm(UA + "1.3.1.1", der.NULL),
         strength="any")
    case("unlisted", "digest algorithm not listed in digestAlgorithms", digests=("kupyna256",))
    case("weak-163", "163 bits", d.user("m163", key=Dstu("m163", M163)))


def _parameters(w):
    d = w.d
    box = der.octets(bytes.fromhex(tables.DKE[1]))
    field = der.integer(12)

    def case(id_, reason, params, strength="must", expect="invalid", **fields):
        signer = d.user("params " + id_, key=Dstu("params " + id_, params=params), **fields)
        w.add("n4-" + id_, cms.sign(signer, CONTENT), expect, reason, strength=strength)

    case("other-base", "standard curve, another base point", der.seq(ec_binary(M257, field, base=M257.double(M257.base)), box))
    case("other-order", "standard curve, another order", der.seq(ec_binary(M257, field, n=M257.n + 2), box))
    case("other-b", "another coefficient b", der.seq(ec_binary(M257, field, b=M257.b ^ 2), box))
    case("other-a", "another coefficient a", der.seq(ec_binary(M257, field, a=1), box))
    case("other-field", "another polynomial", der.seq(ec_binary(M257, der.integer(41)), box))
    case("unknown-curve", "a named curve that is none", der.seq(der.oid(UA + "1.3.1.1.2.10"), box))
    case("normal-basis-name", "curve of the normal basis under the identifier of the polynomial one",
         der.seq(der.oid(UA + "1.3.1.2.2.4"), box))
    case("short-dke", "substitution block of 63 bytes", der.seq(ec_binary(M257, field), der.octets(bytes(63))))
    case("long-dke", "substitution block of 65 bytes",
         der.seq(ec_binary(M257, field), der.octets(bytes.fromhex(tables.DKE[1]) + b"\0")))
    case("zero-dke", "substitution block of zeros", der.seq(ec_binary(M257, field), der.octets(bytes(64))))
    altered = bytearray.fromhex(tables.DKE[1])
    altered[5] ^= 0x11
    case("altered-dke", "block №1 with a nibble changed", der.seq(ec_binary(M257, field), der.octets(bytes(altered))))
    case("no-parameters", "no parameters", b"")
    case("null-parameters", "NULL for parameters", der.NULL)
    inside = der.body(ec_binary(M257, field))
    version = der.seq(der.explicit(0, der.integer(0)), inside)
    case("p-version", "explicit parameters with their version", der.seq(version, box), expect="valid")
    ca = d.middle.authority(x509.name((x509.CN, "Надавач із чужим блоком")), Dstu("foreign box", dke=bytes(range(64))), 0)
    s = d.user("of foreign box", issuer=ca)
    w.add("n4-issuer-dke", cms.sign(s, CONTENT), "invalid", "issuer's substitution block is on no list",
          pool=[*d.pool, ca.certificate], crls=[ca.crl(), *d.upper])


def _keys(w):
    d = w.d
    spki = lambda key, octets: der.seq(algorithm(key.key_oid, key.parameters), der.bits(der.octets(octets)))

    def case(id_, reason, octets, key=None, **fields):
        key = key or Dstu("key " + id_)
        s = d.user("key " + id_, key=key, spki=spki(key, octets(key) if callable(octets) else octets))
        w.add("n5-" + id_, cms.sign(s, CONTENT, **fields), "invalid", reason)

    case("zero", "public key of zeros", bytes(33))
    case("one", "public key of 1", b"\1" + bytes(32))
    case("excess", "bits above the field", lambda k: k.public[:32] + bytes([k.public[32] | 4]))
    case("short", "a byte too short", lambda k: k.public[:32])
    case("long", "a byte too long", lambda k: k.public + b"\0")
    case("big-endian", "big-endian key under the little-endian identifier", lambda k: k.public[::-1])
    case("other", "the key of somebody else", w.marko.key.public)
    x = 4  # even: the trace of 1 is 1
    while M257.trace(x ^ M257.mul(M257.b, M257.inverse(M257.square(x)))) == 0 or M257.trace(x):
        x += 2
    case("no-point", "no point of the curve has this x", x.to_bytes(33, "little"))
    bare = Dstu("bare")
    s = d.user("bare", key=bare, spki=der.seq(algorithm(bare.key_oid, bare.parameters), der.bits(bare.public)))
    w.add("n5-bare", cms.sign(s, CONTENT), "invalid", "point not inside an OCTET STRING", strength="policy")
    _outside(w)


def _outside(w):
    """A key with the point of order two added: it verifies whenever r is even, unless the subgroup is checked."""
    key = Dstu("outside")
    point = M257.add(dstu4145.public_key(M257, key.d), (0, M257.sqrt(M257.b)))
    key.public = M257.compress(point)
    s = w.d.user("outside", key=key)
    for minute in range(60):
        when = "2025-08-20T10:%02d:00Z" % minute
        h = key.hash(der.set_of(*s.attributes(CONTENT, signing_time=when).values()))
        r, v = dstu4145.sign(M257, key.d, h)
        if r % 2 == 0 and dstu4145.verify(M257, point, h, r, v):
            w.add("n5-outside", cms.sign(s, CONTENT, signing_time=when), "invalid",
                  "key outside the subgroup, signature which verifies with it")
            return
    raise ValueError("no even r")
