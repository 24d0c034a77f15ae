"""ASiC-E and ASiC-S (section 11 of the rules, ETSI EN 319 162)."""

import base64
import hashlib
import io
import struct
import urllib.parse
import zipfile

import cms
from world import ORYNA

E, S = "application/vnd.etsi.asic-e+zip", "application/vnd.etsi.asic-s+zip"
DOCUMENT = "Вигадана заява, аркуш перший".encode()
SECOND = "Вигаданий додаток".encode()


def archive(entries, mimetype=E, store=True, first=True, comment=b""):
    """A ZIP of pairs (name, data) behind its mimetype."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        typed = [("mimetype", mimetype.encode())] if mimetype else []
        for name, data in typed + entries if first else entries + typed:
            info = zipfile.ZipInfo(name, (2025, 8, 20, 10, 0, 0))
            stored = name == "mimetype" and store
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            z.writestr(info, data)
        z.comment = comment
    return out.getvalue()


def manifest(signature, documents, method="http://www.w3.org/2001/04/xmlenc#sha256", digests=None, prolog="", quote=True):
    references = []
    for i, (name, data) in enumerate(documents):
        value = digests[i] if digests else base64.b64encode(hashlib.sha256(data).digest()).decode()
        uri = urllib.parse.quote(name) if quote else name
        references.append(
            '<asic:DataObjectReference URI="%s" MimeType="text/plain"><ds:DigestMethod Algorithm="%s"/>'
            '<ds:DigestValue>%s</ds:DigestValue></asic:DataObjectReference>' % (uri, method, value))
    return ('<?xml version="1.0" encoding="UTF-8"?>%s<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" '
            'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><asic:SigReference URI="%s" '
            'MimeType="application/pkcs7-signature"/>%s</asic:ASiCManifest>'
            % (prolog, signature, "".join(references))).encode()


def add(w):
    _good(w)
    _dialects(w)
    _documents(w)
    _manifests(w)
    _archives(w)


def _parts(w, documents, number=1, signer=None, listed=None, **fields):
    """A manifest over documents and its signature."""
    name = "META-INF/signature%03d.p7s" % number
    m = manifest(name, documents if listed is None else listed, **fields)
    signer = signer or w.oryna
    return [("META-INF/ASiCManifest%03d.xml" % number, m), (name, cms.sign(signer, m, detached=True))]


def _add(w, id_, reason, data, expect="invalid", strength="must", signer=None, **fields):
    w.add(id_, data, expect, reason, strength=strength, signer=signer, level="ASiC", **fields)


def _good(w):
    one, two = ("заява.txt", DOCUMENT), ("додаток 2.txt", SECOND)
    who = ORYNA.expected()
    plain = ("document.txt", DOCUMENT)
    _add(w, "a101-one", "ASiC-E, one document", archive([plain, *_parts(w, [plain])]), "valid", signer=who)
    _add(w, "a102-several", "ASiC-E, documents with Cyrillic names and a space", archive([one, two, *_parts(w, [one, two])]), "valid",
         signer=who)
    nested = ("тека/заява.txt", DOCUMENT)
    _add(w, "a103-folder", "ASiC-E, a document in a folder", archive([nested, *_parts(w, [nested])]), "valid", signer=who)
    both = [*_parts(w, [plain]), *_parts(w, [plain], 2, w.marko)]
    _add(w, "a104-two-signatures", "ASiC-E, two signatures of two people", archive([plain, *both]), "valid")
    parts = _parts(w, [plain])
    stamped = cms.sign(w.oryna, parts[0][1], detached=True, unsigned=[w.d.tsa.signature_stamp("2025-08-20T10:05:00Z")])
    _add(w, "a105-stamped", "ASiC-E, with a signature-time-stamp", archive([plain, parts[0], (parts[1][0], stamped)]), "valid", signer=who)
    _add(w, "a106-asic-s", "ASiC-S", archive([plain, ("META-INF/signature.p7s", cms.sign(w.oryna, DOCUMENT, detached=True))], S),
         "valid", signer=who)
    _add(w, "a107-literal-name", "Cyrillic not percent-encoded", archive([one, *_parts(w, [one], quote=False)]), "valid", signer=who)
    sha512 = base64.b64encode(hashlib.sha512(DOCUMENT).digest()).decode()
    _add(w, "a108-sha512", "digests by SHA-512", archive([plain, *_parts(
        w, [plain], method="http://www.w3.org/2001/04/xmlenc#sha512", digests=[sha512])]), "valid", signer=who)
    m = manifest("META-INF/signature001.p7s", [plain])
    _add(w, "a109-international", "signed by a key of P-256", archive(
        [plain, ("META-INF/ASiCManifest001.xml", m), ("META-INF/signature001.p7s", cms.sign(w.citizen, m, detached=True))]),
        "valid", family=w.e)


def _dialects(w):
    """How other programs write the same."""
    plain, who = ("document.txt", DOCUMENT), ORYNA.expected()
    name = "META-INF/signature.p7s"
    m = manifest(name, [plain])

    def case(id_, reason, m, strength="must", expect="valid", name=name, named="META-INF/ASiCManifest.xml", make=archive):
        entries = [plain, (named, m), (name, cms.sign(w.oryna, m, detached=True))]
        _add(w, id_, reason, make(entries), expect, strength, who if expect == "valid" else None)

    case("a170-no-number", "manifest and signature without numbers", m)
    default = m.replace(b"<asic:", b"<").replace(b"</asic:", b"</").replace(b"xmlns:asic=", b"xmlns=")
    case("a171-default-namespace", "the default namespace", default)
    root = m.replace(b'MimeType="text/plain"', b'MimeType="text/plain" Rootfile="true"')
    case("a172-rootfile", "a root file named", root)
    case("a173-no-media-types", "no media types", m.replace(b' MimeType="text/plain"', b"").replace(
        b' MimeType="application/pkcs7-signature"', b""))
    case("a174-mark", "a byte order mark before the manifest", b"\xef\xbb\xbf" + m, strength="any")
    spaced = m.replace(b"><", b">\n  <").replace(b"<ds:DigestValue>", b"<ds:DigestValue>\n   ")
    case("a175-spaces", "indented, spaces around the digest", spaced)
    case("a176-other-order", "manifest before the documents", m, make=lambda e: archive([e[1], e[2], e[0]]))
    case("a177-streamed", "written as a stream, lengths behind the data", m, strength="any", make=_streamed)
    folder = lambda e: archive([("META-INF/", b""), *e])
    case("a178-folder-entry", "an entry for the folder itself", m, strength="any", make=folder)


def _streamed(entries):
    class Pipe(io.RawIOBase):
        def __init__(self):
            self.data = bytearray()

        def writable(self):
            return True

        def write(self, b):
            self.data += b
            return len(b)

    out = Pipe()
    with zipfile.ZipFile(out, "w") as z:
        for name, data in [("mimetype", E.encode()), *entries]:
            z.writestr(zipfile.ZipInfo(name, (2025, 8, 20, 10, 0, 0)), data)
    return bytes(out.data)


def _documents(w):
    plain, other = ("document.txt", DOCUMENT), ("other.txt", SECOND)
    parts = _parts(w, [plain])
    _add(w, "a110-changed", "document changed", archive([("document.txt", DOCUMENT + b"!"), *parts]))
    _add(w, "a111-one-of-two", "the second of two documents changed",
         archive([plain, ("other.txt", SECOND + b"!"), *_parts(w, [plain, other])]))
    _add(w, "a112-extra", "a document that no manifest names", archive([plain, other, *parts]), strength="policy")
    _add(w, "a113-missing", "a document that is missing", archive([plain, *_parts(w, [plain, other])]))
    _add(w, "a114-partly", "two signatures, the second over one of two documents", archive(
        [plain, other, *_parts(w, [plain, other]), *_parts(w, [plain], 2, w.marko)]), strength="policy")
    _add(w, "a115-duplicate", "two documents of one name", _duplicate(w))
    for id_, name in (("a116-parent", "../document.txt"), ("a117-absolute", "/document.txt"), ("a118-backslash", "..\\document.txt"),
                      ("a119-inner-parent", "a/../../document.txt")):
        _add(w, id_, "name " + name, archive([(name, DOCUMENT), *_parts(w, [(name, DOCUMENT)])]))
    _add(w, "a120-no-documents", "nothing signed", archive(_parts(w, [])))
    _add(w, "a121-case", "the name differs in its letters' case", archive([("Document.txt", DOCUMENT), *parts]))
    sums = ("META-INF/other.txt", SECOND)
    _add(w, "a122-meta-inf", "a strange file in META-INF", archive([plain, sums, *parts]), strength="any")


def _duplicate(w):
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = ("document.txt", DOCUMENT)
        return archive([plain, ("document.txt", SECOND), *_parts(w, [plain])])


def _manifests(w):
    plain = ("document.txt", DOCUMENT)
    name, signature = "META-INF/ASiCManifest001.xml", "META-INF/signature001.p7s"
    parts = _parts(w, [plain])
    good, p7s = parts[0][1], parts[1][1]

    def case(id_, reason, m, value=None, strength="must", expect="invalid"):
        value = cms.sign(w.oryna, m, detached=True) if value is None else value
        _add(w, id_, reason, archive([plain, (name, m), (signature, value)]), strength=strength, expect=expect)

    case("a130-manifest-changed", "a space added to the manifest", good + b" ", p7s)
    case("a131-digest-swapped", "manifest rewritten for another document, signature kept",
         manifest(signature, [("document.txt", DOCUMENT + b"!")]), p7s)
    case("a132-sha1", "digests by SHA-1", manifest(
        signature, [plain], "http://www.w3.org/2000/09/xmldsig#sha1", [base64.b64encode(hashlib.sha1(DOCUMENT).digest()).decode()]))
    case("a133-doctype", "a DOCTYPE with an entity", manifest(signature, [plain], prolog='<!DOCTYPE a [<!ENTITY b "c">]>'))
    case("a134-bomb", "entities that multiply", manifest(signature, [plain], prolog='<!DOCTYPE a [<!ENTITY b "ha">%s]>' % "".join(
        '<!ENTITY b%d "%s">' % (i, "&b%d;" % (i - 1) * 10 if i else "&b;" * 10) for i in range(12))))
    case("a135-not-xml", "the manifest is no XML", b"not XML at all")
    case("a136-cut", "the manifest is cut short", good[:-12])
    case("a137-namespace", "elements of another namespace", good.replace(b"02918/v1.2.1#", b"02918/v9.9.9#"))
    case("a138-digest-garbage", "a digest that is no base64", manifest(signature, [plain], digests=["!!!!"]))
    case("a139-digest-short", "a digest cut short", manifest(signature, [plain], digests=[base64.b64encode(bytes(20)).decode()]))
    case("a140-attached-other", "the signature is over other content, and carries it", good, cms.sign(w.oryna, b"other"))
    case("a141-over-document", "the signature is over the document, not over the manifest", good,
         cms.sign(w.oryna, DOCUMENT, detached=True))
    case("a142-unknown-digest", "an unknown digest method", manifest(signature, [plain], "http://example.invalid/hash"))
    _add(w, "a143-no-manifest", "ASiC-E with a signature and no manifest", archive([plain, (signature, p7s)]))
    _add(w, "a144-no-signature", "a manifest without its signature", archive([plain, (name, good)]))
    _add(w, "a145-nothing", "documents alone", archive([plain]))
    _add(w, "a146-lonely-signature", "a second signature that no manifest names",
         archive([plain, *parts, ("META-INF/signature002.p7s", p7s)]), strength="policy")
    _add(w, "a147-bad-second", "a second signature that is bad", archive(
        [plain, *parts, ("META-INF/ASiCManifest002.xml", manifest("META-INF/signature002.p7s", [plain])),
         ("META-INF/signature002.p7s", p7s)]))
    two = manifest(signature, [plain, plain])
    case("a148-reference-twice", "a document named twice", two, strength="any")


def _archives(w):
    plain = ("document.txt", DOCUMENT)
    parts = [plain, *_parts(w, [plain])]
    good = archive(parts)
    simple = ("META-INF/signature.p7s", cms.sign(w.oryna, DOCUMENT, detached=True))
    _add(w, "a150-no-mimetype", "no mimetype", archive(parts, None), strength="policy")
    _add(w, "a151-other-mimetype", "another mimetype", archive(parts, "application/zip"), strength="policy")
    _add(w, "a152-mimetype-last", "mimetype is not the first", archive(parts, first=False), strength="policy")
    _add(w, "a153-mimetype-packed", "mimetype is compressed", archive(parts, store=False), strength="policy")
    _add(w, "a154-prepended", "bytes before the archive", b"#!/bin/sh\n" + good, strength="policy")
    _add(w, "a155-appended", "bytes after the archive", good + b"tail", strength="policy")
    _add(w, "a156-truncated", "cut short", good[:-30])
    _add(w, "a157-comment", "a comment of the archive", archive(parts, comment=b"hello"), strength="any")
    _add(w, "a158-bomb", "zeros that multiply by a thousand", archive([("document.txt", bytes(48 << 20)), *_parts(w, [plain])]))
    _add(w, "a159-many", "three thousand documents", archive([("d%d" % n, b"") for n in range(3000)] + parts))
    _add(w, "a160-s-two", "ASiC-S with two documents", archive([plain, ("other.txt", SECOND), simple], S))
    _add(w, "a161-s-changed", "ASiC-S, document changed", archive([("document.txt", b"!" + DOCUMENT), simple], S))
    _add(w, "a162-s-none", "ASiC-S without a document", archive([simple], S))
    _add(w, "a163-s-unsigned", "ASiC-S without a signature", archive([plain], S))
    local = good.replace(b"document.txt", b"DOCUMENT.txt", 1)
    _add(w, "a164-headers-differ", "the name in the local header is not the central one", local)
    at = good.index(b"PK\1\2")
    crc = bytearray(good)
    crc[at + 16] ^= 1
    _add(w, "a165-crc", "a wrong checksum in the central directory", bytes(crc), strength="policy")
    flags = bytearray(good)
    struct.pack_into("<H", flags, at + 8, 1)
    _add(w, "a166-encrypted", "an entry said to be encrypted", bytes(flags))
    _add(w, "a167-revoked", "signer revoked", good, crls=w.d.crls((w.oryna.serial, "2025-08-01T00:00:00Z", 1)))
    _add(w, "a168-no-status", "nobody tells about the signer", good, expect="indeterminate", crls=w.d.upper)
