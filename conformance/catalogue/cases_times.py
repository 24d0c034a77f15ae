"""Time-stamps and times (sections 8.3.5 and 8.3.6 of the rules)."""

import cms
import der
import x509
from keys import Dstu, digest_algorithm
from world import CONTENT, ORYNA, identity, organisation, profile

STAMPED = "2025-08-20T10:05:00Z"


def add(w):
    _signature_stamps(w)
    _services(w)
    _content_stamps(w)
    _validity(w)


def _signature_stamps(w):
    tsa = w.d.tsa

    def case(id_, reason, when=STAMPED, strength="must", expect="invalid", more=(), **fields):
        container = cms.sign(w.oryna, CONTENT, unsigned=[tsa.signature_stamp(when, **fields)], more=more)
        w.add("n6-" + id_, container, expect, reason, level="T", strength=strength)

    case("other-data", "stamp for other data", data=b"other")
    case("of-content", "signature-time-stamp over the content", data=CONTENT)
    case("future", "stamp later than the time of verification", "2025-10-01T00:00:00Z")
    case("spoiled", "signature of the token altered", spoil=lambda v: v[:9] + bytes([v[9] ^ 1]) + v[10:])
    case("zero", "signature of the token is 0, 0", spoil=lambda v: bytes(64))
    case("ess", "token with the hash of another certificate", ess_of=w.oryna.certificate)
    case("content-type", "token whose content is called data", content_type=cms.DATA)
    case("attribute-type", "token whose content-type attribute is data", attribute_type=cms.DATA)
    case("version", "TSTInfo of version 2", info_version=2)
    case("imprint-short", "imprint cut short", imprint=bytes(20))
    case("imprint-sha1", "imprint by SHA-1", digest_="sha1")
    case("imprint-name", "imprint by GOST 34.311, called SHA-256", imprint_algorithm=digest_algorithm("sha256"))
    case("before-content", "content stamp later than the signature stamp", strength="policy",
         more=[tsa.content_stamp(CONTENT, "2025-08-20T12:00:00Z")])
    case("within-minute", "content stamp half a minute later than the signature stamp", "2025-08-20T10:05:00Z", expect="valid",
         more=[tsa.content_stamp(CONTENT, "2025-08-20T10:05:30Z")])
    garbage = cms.attribute(cms.SIGNATURE_STAMP, der.octets(b"none"))
    w.add("n6-garbage", cms.sign(w.oryna, CONTENT, unsigned=[garbage]), "invalid", "a stamp that is none")
    two = lambda value: cms.attribute(cms.SIGNATURE_STAMP, tsa.token(value, STAMPED), tsa.token(b"other", STAMPED))
    w.add("n6-one-of-two", cms.sign(w.oryna, CONTENT, unsigned=[two]), "invalid", "two stamps, one for other data", strength="any")
    foreign = lambda value: cms.attribute(cms.SIGNATURE_STAMP, cms.sign(w.oryna, value))
    w.add("n6-no-token", cms.sign(w.oryna, CONTENT, unsigned=[foreign]), "invalid", "the stamp is an ordinary signature")


def _services(w):
    d = w.d

    def case(id_, reason, stamper, expect="invalid", strength="must", pool=None, crls=None, **fields):
        container = cms.sign(w.oryna, CONTENT, unsigned=[stamper.signature_stamp(STAMPED, **fields)])
        w.add("n7-" + id_, container, expect, reason, level="T", strength=strength, pool=pool, crls=crls)

    case("no-usage", "service without EKU", d.stamper("no usage", ()))
    case("other-usage", "service with EKU OCSPSigning", d.stamper("other usage", (x509.OCSP_SIGNING,)))
    case("extra-usage", "EKU timeStamping beside e-mail protection", d.stamper("extra", (x509.TIME_STAMPING, x509.EMAIL)),
         strength="policy")
    case("extra-seal", "EKU timeStamping beside the seal's", d.stamper("extra seal", (x509.TIME_STAMPING, x509.SEAL)),
         strength="policy")
    stranger = x509.Authority(organisation("Чужий корінь", "UA-00000666-Ч"), Dstu("stranger")).self_signed()
    case("stranger", "service of a root nobody trusts", d.stamper("stranger", issuer=stranger), expect="indeterminate",
         strength="policy", pool=[*d.pool, stranger.certificate])
    same = x509.Authority(d.ca.name, Dstu("same name"))
    case("same-name", "service issued with another key in the authority's name", d.stamper("same", issuer=same))
    case("by-user", "a citizen stamps", cms.Stamper(w.marko))
    case("itself", "the signer stamps his own signature", cms.Stamper(w.oryna))
    issued = d.stamper("young", since="2025-09-01T00:00:00Z")
    case("young", "service certified after the stamp", issued)
    case("old", "service expired before the stamp", d.stamper("old", until="2025-08-01T00:00:00Z"))
    gone = d.stamper("gone")
    case("revoked", "service revoked before the stamp", gone, crls=d.crls((gone.signer.serial, "2025-07-01T00:00:00Z", 1)))
    case("revoked-compromised", "service revoked for compromise after the stamp", gone, strength="any",
         crls=d.crls((gone.signer.serial, "2025-09-01T00:00:00Z", 1)))
    case("missing", "service's certificate is nowhere", d.stamper("missing"), expect="indeterminate", strength="policy",
         certificate=False)


def _content_stamps(w):
    tsa = w.d.tsa

    def case(id_, reason, stamp, strength="must", expect="invalid"):
        w.add("n8-" + id_, cms.sign(w.oryna, CONTENT, more=[stamp]), expect, reason, strength=strength)

    case("other-data", "content stamp for other data", tsa.content_stamp(b"other", "2025-08-20T09:59:00Z"))
    case("future", "content stamp in the future", tsa.content_stamp(CONTENT, "2025-12-01T00:00:00Z"))
    case("no-usage", "content stamp of a service without EKU", w.d.stamper("content", ()).content_stamp(CONTENT, STAMPED))
    case("spoiled", "content stamp altered",
         tsa.content_stamp(CONTENT, STAMPED, spoil=lambda v: v[:-1] + bytes([v[-1] ^ 1])))
    expired = w.d.user("short lived", until="2025-09-01T00:00:00Z")
    w.add("n8-lower-bound", cms.sign(expired, CONTENT, more=[tsa.content_stamp(CONTENT, "2025-08-20T09:59:00Z")]), "invalid",
          "a content stamp does not show when it was signed: expired by now")


def _validity(w):
    d = w.d

    def case(id_, reason, expect="invalid", strength="must", stamp=None, crls=None, at=None, **fields):
        s = d.user("validity " + id_, **fields)
        container = cms.sign(s, CONTENT, unsigned=[d.tsa.signature_stamp(stamp)] if stamp else [])
        w.add("n9-" + id_, container, expect, reason, strength=strength, level="T" if stamp else "BES",
              crls=crls(s) if crls else None)

    case("expired", "expired, no stamp", until="2025-09-01T00:00:00Z")
    case("stamp-after-expiry", "stamped after expiry", until="2025-08-01T00:00:00Z", stamp=STAMPED)
    case("not-yet", "not valid yet", since="2025-10-01T00:00:00Z")
    case("stamp-before", "stamped before it was valid", since="2025-09-01T00:00:00Z", stamp=STAMPED)
    case("revoked-before", "revoked before the stamp", stamp=STAMPED, crls=lambda s: d.crls((s.serial, "2025-08-01T00:00:00Z", 1)))
    case("revoked-at", "revoked at the moment of the stamp", stamp=STAMPED, crls=lambda s: d.crls((s.serial, STAMPED, 4)))
    case("revoked-no-stamp", "revoked, no stamp", crls=lambda s: d.crls((s.serial, "2025-09-14T00:00:00Z", 5)))
    case("revoked-no-reason", "revoked without a reason given", crls=lambda s: d.crls((s.serial, "2025-09-14T00:00:00Z", None)))
    case("hold", "blocked", crls=lambda s: d.crls((s.serial, "2025-09-14T00:00:00Z", 6)))
    case("hold-before-stamp", "blocked before the stamp", stamp=STAMPED,
         crls=lambda s: d.crls((s.serial, "2025-08-14T00:00:00Z", 6)))
    case("p-hold-after-stamp", "blocked after the stamp", stamp=STAMPED, expect="valid",
         crls=lambda s: d.crls((s.serial, "2025-08-24T00:00:00Z", 6)))
