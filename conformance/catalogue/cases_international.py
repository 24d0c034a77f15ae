"""The international family: ECDSA and RSA (section 8.2 of the rules)."""

import cms
import der
from keys import RSA, UA, Ecdsa, Rsa, algorithm
from world import CONTENT, LATIN, profile

STAMPED = "2025-08-20T10:05:00Z"


def add(w):
    _forms(w)
    _ecdsa(w)
    _rsa(w)


def _forms(w):
    e, s, who = w.e, w.citizen, LATIN.expected()
    stamp = e.tsa.signature_stamp(STAMPED)
    w.add("p201-attached", cms.sign(s, CONTENT), "valid", "ECDSA, attached", family=e, signer=who, authorise="valid")
    w.add("p202-detached", cms.sign(s, CONTENT, detached=True), "valid", "ECDSA, detached", family=e, signer=who, content=CONTENT)
    w.add("p203-key-identifier", cms.sign(s, CONTENT, by_key=True), "valid", "ECDSA, by key identifier", family=e, signer=who)
    w.add("p204-stamp", cms.sign(s, CONTENT, unsigned=[stamp]), "valid", "ECDSA, signature-time-stamp", family=e, signer=who,
          level="T")
    content = e.tsa.content_stamp(CONTENT, "2025-08-20T09:00:00Z")
    w.add("p205-stamps", cms.sign(s, CONTENT, unsigned=[stamp], more=[content]), "valid", "ECDSA, both stamps", family=e,
          signer=who, level="T")
    w.add("p206-ber", cms.indefinite(s, CONTENT), "valid", "ECDSA, BER", family=e, signer=who)
    national = w.d.tsa.signature_stamp(STAMPED)
    w.add("p207-national-stamp", cms.sign(s, CONTENT, unsigned=[national]), "valid", "stamped by a service of the other family",
          trust=[e.root.certificate, w.d.root.certificate], pool=e.pool + w.d.pool, crls=e.crls() + w.d.crls(), signer=who, level="T")
    answers = [e.ocsp.basic(s.serial, this="2025-08-20T10:06:00Z", nonce=b"n1"),
               _of_authority(e).basic(e.ca.serial, this="2025-08-20T10:06:10Z", nonce=b"n2")]
    chain = [(e.middle.name, e.ca.serial, e.ca.certificate), (e.root.name, e.middle.serial, e.middle.certificate)]
    refs = [(der.explicit(1, name), "2025-08-20T10:06:%s0Z" % i, b) for i, (name, b) in
            enumerate(zip((e.ocsp.name, _of_authority(e).name), answers))]
    unsigned = [stamp, cms.certificate_refs(chain, "sha256"), cms.revocation_refs(refs, "sha256"),
                cms.certificate_values(e.ca.certificate, e.middle.certificate), cms.revocation_values(basics=answers)]
    w.add("p208-values", cms.sign(s, CONTENT, unsigned=unsigned), "valid", "ECDSA with references and values, also the authority's",
          family=e, signer=who, level="X-Long", crls=[e.root.crl(), e.middle.crl()])


def _of_authority(e):
    if not hasattr(e, "of_middle"):
        e.of_middle = e.responder("of middle", issuer=e.middle, of=e.middle)
    return e.of_middle


def _ecdsa(w):
    e, s = w.e, w.citizen
    n = Ecdsa.n

    def parts(v):
        inside = der.body(v)
        r = inside[2:2 + inside[1]]
        rest = inside[2 + inside[1]:]
        return int.from_bytes(r, "big"), int.from_bytes(der.body(rest), "big")

    pair = lambda r, t: der.seq(der.integer(r), der.integer(t))

    def case(id_, reason, spoil=None, strength="must", expect="invalid", signer=s, **fields):
        w.add("n20-" + id_, cms.sign(signer, CONTENT, spoil=spoil, **fields), expect, reason, family=e, strength=strength)

    case("flip", "a bit flipped", lambda v: v[:-1] + bytes([v[-1] ^ 1]))
    case("zeros", "r = s = 0", lambda v: pair(0, 0))
    case("s-plus-n", "s + n", lambda v: pair(parts(v)[0], parts(v)[1] + n))
    case("r-is-n", "r = n", lambda v: pair(n, parts(v)[1]))
    case("negative", "negative s", lambda v: der.seq(der.integer(parts(v)[0]), der.tlv(2, b"\xff" * 32)))
    case("trailing", "a byte after the SEQUENCE", lambda v: v + b"\0")
    case("bare", "r and s without a SEQUENCE", lambda v: b"".join(x.to_bytes(32, "big") for x in parts(v)))
    case("padded", "r with a needless zero", lambda v: der.seq(der.tlv(2, b"\0\0" + parts(v)[0].to_bytes(32, "big")),
                                                             der.integer(parts(v)[1])), strength="policy")
    case("empty", "no value", lambda v: b"")
    case("sha1", "ECDSA with SHA-1", signer=e.user("sha1", LATIN, key=Ecdsa("sha1", "sha1"), extensions=profile(),
                                                  signer=e.ca.key))
    case("digest", "digest SHA-384, signature with SHA-256", digest_="sha384")
    case("digest-national", "digest GOST 34.311, signature ECDSA", digest_="gost")
    case("algorithm", "signature called DSTU 4145", algorithm_=algorithm(UA + "1.3.1.1"))
    for sha in ("sha384", "sha512"):
        case("p-" + sha, "ECDSA with " + sha.upper(), expect="valid",
             signer=e.user(sha, LATIN, key=Ecdsa(sha, sha), extensions=profile(), signer=e.ca.key))
    key = Ecdsa("off curve")
    key.bit_string = key.bit_string[:-1] + bytes([key.bit_string[-1] ^ 1])
    spki = der.seq(algorithm("1.2.840.10045.2.1", der.oid("1.2.840.10045.3.1.7")), der.bits(key.bit_string))
    case("off-curve", "public key not on the curve", signer=e.user("off curve", LATIN, key=key, spki=spki))
    spki = der.seq(algorithm("1.2.840.10045.2.1", der.oid("1.3.132.0.10")), der.bits(Ecdsa("k1").bit_string))
    case("other-curve", "a curve that is not allowed", signer=e.user("k1", LATIN, key=Ecdsa("k1"), spki=spki))


def _rsa(w):
    r = w.r
    base = dict(family=r)
    offsets = (2214, 1618)
    plain = lambda **f: Rsa("rsa signer", 2048, offsets, **f)

    def case(id_, reason, key, expect="invalid", strength="must", **fields):
        s = r.user(id_, LATIN, key=key, extensions=profile(), **fields.pop("certificate", {}))
        w.add("n21-" + id_, cms.sign(s, CONTENT, **fields), expect, reason, strength=strength, **base)

    for sha in ("sha256", "sha384", "sha512"):
        case("p-" + sha, "RSA with " + sha.upper(), plain(sha=sha), "valid")
        case("p-pss-" + sha, "RSASSA-PSS with " + sha.upper(), plain(sha=sha, pss=True), "valid")
    case("p-plain", "rsaEncryption", plain(cms_oid=RSA + "1"), "valid")
    case("flip", "a bit flipped", plain(), spoil=lambda v: v[:100] + bytes([v[100] ^ 1]) + v[101:])
    case("plus-n", "value + n", plain(), spoil=lambda v: (int.from_bytes(v, "big") + plain().n).to_bytes(257, "big"))
    case("zero", "value 0", plain(), spoil=lambda v: bytes(256))
    case("one", "value 1", plain(), spoil=lambda v: bytes(255) + b"\1")
    case("short", "1024 bits", Rsa("rsa short", 1024, (870, 338)))
    case("sha1", "RSA with SHA-1", plain(sha="sha1"))
    case("md5", "RSA with MD5", plain(sha="md5"))
    case("digest", "digest SHA-512, signature with SHA-256", plain(), digest_="sha512")
    case("pss-as-plain", "PKCS#1 v1.5 called PSS", plain(), algorithm_=plain(pss=True).algorithm)
    case("plain-as-pss", "PSS called PKCS#1 v1.5", plain(pss=True), algorithm_=plain().algorithm)
    case("pss-default", "PSS with its defaults, which are SHA-1", plain(pss=True), algorithm_=algorithm(RSA + "10", der.seq()))
