"""Containers that are broken, hostile or something else (sections 8.3.1 and 16 of the rules)."""

import base64

import cms
import der
from world import CONTENT, ORYNA


def add(w):
    _bytes(w)
    _structure(w)
    _certificates(w)
    _encodings(w)
    _bombs(w)


def _bytes(w):
    good = cms.sign(w.oryna, CONTENT)

    def case(id_, reason, data, expect="invalid", strength="must", **fields):
        w.add("n22-" + id_, data, expect, reason, strength=strength, **fields)

    case("empty", "no bytes", b"")
    case("text", "not ASN.1", "просто текст".encode())
    case("truncated", "the last byte is missing", good[:-1])
    case("half", "half of it", good[:len(good) // 2])
    case("trailing", "bytes after the container", good + b"\0\0", strength="policy")
    case("twice", "two containers one after the other", good + good, strength="policy")
    case("leading", "a byte before the container", b"\0" + good)
    case("length-4g", "outer length of 4 GiB less one", b"\x30\x84\xff\xff\xff\xff" + good[4:])
    case("length-127", "length of 127 octets", b"\x30\xff" + b"\x01" * 127 + good[4:])
    case("length-8", "length of eight octets", b"\x30\x88" + b"\x7f" * 8 + good[4:])
    case("inner-length", "an inner length beyond the end", good.replace(der.octets(CONTENT), b"\x04\x7f" + CONTENT, 1))
    case("type", "ContentInfo of enveloped data", cms.content_info(der.seq(der.integer(0)), "1.2.840.113549.1.7.3"))
    case("type-data", "ContentInfo of data", cms.content_info(der.octets(CONTENT), cms.DATA))
    case("type-swapped", "signed data under the name of enveloped data", good.replace(
        der.oid(cms.SIGNED_DATA), der.oid("1.2.840.113549.1.7.3"), 1))
    case("certificate", "a certificate instead of a container", w.oryna.certificate)
    case("token", "a time-stamp token instead of a document", w.d.tsa.token(CONTENT, "2025-08-20T10:00:00Z"), strength="any")
    case("p-long-length", "BER: a length with a leading zero", b"\x30\x83\0" + good[2:4] + good[4:], "valid", signer=ORYNA.expected(),
         strength="any")
    pem = b"-----BEGIN CMS-----\n" + base64.encodebytes(good) + b"-----END CMS-----\n"
    case("p-pem", "in PEM", pem, "valid", strength="policy", signer=ORYNA.expected())
    case("p-base64", "in base64", base64.b64encode(good), "valid", strength="policy", signer=ORYNA.expected())


def _structure(w):
    o = w.oryna
    info = o.info(CONTENT)
    bag = [o.certificate]

    def case(id_, reason, infos, expect="invalid", strength="must", certificates=bag, **fields):
        w.add("n23-" + id_, cms.content_info(cms.signed_data(infos, CONTENT, certificates=certificates, **fields)), expect, reason,
              strength=strength)

    case("no-signers", "nobody signed", [])
    spoiled = w.marko.info(CONTENT, spoil=lambda v: bytes([v[0] ^ 1]) + v[1:])
    both = [o.certificate, w.marko.certificate]
    case("one-bad", "two signatures, the second bad", [info, spoiled], certificates=both)
    case("one-bad-first", "two signatures, the first bad", [spoiled, info], certificates=both)
    other = w.marko.info(b"other content")
    case("one-other", "two signatures, one over other content", [info, other], certificates=both)
    case("eight", "eight signatures", [info] * 8, "valid", strength="any")
    case("thousand", "a thousand signatures", [info] * 1000)
    case("digests-empty", "digestAlgorithms is empty", [info], digests=(), strength="policy")
    case("version-9", "SignedData of version 9", [info], version=9, strength="any")
    case("info-version-9", "SignerInfo of version 9", [o.info(CONTENT, version=9)], strength="any")
    inner = cms.sign(o, CONTENT, spoil=lambda v: bytes(64))
    w.add("n23-nested-bad", cms.sign(w.marko, inner), "invalid", "a sound signature around one that is not")
    deep = CONTENT
    for _ in range(5):
        deep = cms.sign(o, deep)
    w.add("n23-nested-five", deep, "invalid", "five containers one inside the other", strength="any")
    w.add("n23-serial", cms.sign(o, CONTENT, sid=der.seq(o.issuer, der.integer(o.serial + 1))), "indeterminate",
          "another serial number in the signer's identifier", strength="policy")
    w.add("n23-key-identifier", cms.sign(o, CONTENT, version=3, sid=der.implicit(0, der.octets(bytes(32)))), "indeterminate",
          "a key identifier that nobody has", strength="policy")
    w.add("n23-content-type", cms.sign(o, CONTENT, content_type="1.2.3.4.5"), "valid",
          "content of an unknown type, named alike inside and outside", strength="any")
    mixed = o.info(CONTENT, content_type="1.2.3.4.5")
    w.add("n23-content-type-differs", cms.content_info(cms.signed_data([mixed], CONTENT, certificates=bag)), "invalid",
          "content-type names another type than eContentType")
    bare = cms.content_info(cms.signed_data([info], CONTENT, certificates=bag, wrap=lambda c: c))
    w.add("n23-no-octets", bare, "invalid", "content not in an OCTET STRING")


def _certificates(w):
    o = w.oryna
    w.add("n24-none", cms.sign(o, CONTENT, certificates=[]), "indeterminate", "no certificate of the signer anywhere")
    w.add("n24-foreign", cms.sign(o, CONTENT, certificates=[w.marko.certificate]), "indeterminate", "only somebody else's certificate")
    w.add("n24-hundreds", cms.sign(o, CONTENT, certificates=[o.certificate] * 400), "valid", "four hundred certificates",
          strength="any")
    w.add("n24-sixty", cms.sign(o, CONTENT, certificates=[w.marko.certificate] * 60 + [o.certificate]), "valid",
          "sixty others before the signer's", strength="any")
    garbage = der.seq(der.octets(b"none"))
    w.add("n24-garbage", cms.sign(o, CONTENT, certificates=[garbage, o.certificate]), "valid", "something that is no certificate "
          "beside the signer's", strength="any")
    w.add("n24-attribute", cms.sign(o, CONTENT, certificates=[der.implicit(2, garbage), o.certificate]), "valid",
          "an attribute certificate beside the signer's", strength="any")


def _encodings(w):
    """BER where the signed bytes have to be DER (section 8.3.1)."""
    o = w.oryna
    loose = lambda encoded: encoded[:1] + b"\x81" + encoded[1:] if encoded[1] < 128 else encoded
    attributes = list(o.attributes(CONTENT).values())
    attributes[0] = loose(attributes[0])
    w.add("n26-attribute", cms.sign(o, CONTENT, attributes=attributes), "invalid", "a signed attribute with a long length",
          strength="policy")
    open_ = cms.attribute("1.2.3.4.5", der.indefinite(0x30, der.NULL))
    w.add("n26-indefinite", cms.sign(o, CONTENT, more=[open_]), "invalid", "a signed attribute of indefinite length",
          strength="policy")
    info = der.body(o.info(CONTENT))
    w.add("n26-p-info", cms.content_info(cms.signed_data([der.indefinite(0x30, info)], CONTENT, certificates=[o.certificate])),
          "valid", "a SignerInfo of indefinite length", signer=ORYNA.expected())
    pieces = der.indefinite(0x24, *[der.octets(bytes([c])) for c in CONTENT])
    w.add("n26-p-pieces", cms.content_info(cms.signed_data([o.info(CONTENT)], CONTENT, certificates=[o.certificate],
                                                           wrap=lambda c: pieces)),
          "valid", "content in pieces of one byte", signer=ORYNA.expected())
    nested = der.indefinite(0x24, der.indefinite(0x24, der.octets(CONTENT[:9])), der.octets(CONTENT[9:]))
    empty = der.indefinite(0x24, der.octets(CONTENT), der.octets(b""))
    definite = der.tlv(0x24, der.octets(CONTENT[:9]), der.octets(CONTENT[9:]))
    for id_, reason, encoded, strength in (("p-nested-pieces", "pieces within pieces", nested, "any"),
                                           ("p-empty-piece", "an empty piece", empty, "must"),
                                           ("p-definite-pieces", "pieces within a definite length", definite, "must")):
        w.add("n26-" + id_, cms.content_info(cms.signed_data(
            [o.info(CONTENT)], CONTENT, certificates=[o.certificate], wrap=lambda c: encoded)), "valid", reason,
            signer=ORYNA.expected(), strength=strength)


def _bombs(w):
    def case(id_, reason, data, strength="must"):
        w.add("n25-" + id_, data, "invalid", reason, strength=strength)

    deep = der.NULL
    for _ in range(200):
        deep = der.seq(deep)
    case("depth", "two hundred levels", cms.content_info(deep))
    case("depth-indefinite", "twenty thousand levels of indefinite length", b"\x30\x80" * 20000)
    case("octets-indefinite", "an OCTET STRING of ten thousand levels",
         der.seq(der.oid(cms.DATA), der.explicit(0, b"\x24\x80" * 10000 + b"\0\0" * 10000)))
    long_oid = b"\x06\x82\xff\xff" + b"\x81" * 65534 + b"\1"
    case("oid", "an object identifier of 64 KiB", cms.content_info(der.seq(der.integer(1), der.set_of(der.seq(long_oid)))))
    attribute = der.seq(long_oid, der.set_of(der.NULL))
    case("attribute-oid", "a signed attribute named by 64 KiB", cms.sign(w.oryna, CONTENT, more=[attribute]))
    case("integer", "a version of 64 KiB", cms.content_info(der.seq(der.tlv(2, b"\1" * 65536))))
    case("elements", "two hundred thousand elements", cms.content_info(der.seq(der.integer(1), der.tlv(0x31, der.NULL * 200000))))
    attributes = [cms.attribute("1.2.3.4.%d" % n, der.NULL) for n in range(5000)]
    case("attributes", "five thousand signed attributes", cms.sign(w.oryna, CONTENT, more=attributes), strength="any")
