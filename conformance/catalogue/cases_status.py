"""Revocation lists and OCSP responses (section 8.3.9 of the rules)."""

import cms
import der
import x509
from keys import Dstu
from world import CONTENT, LATIN, ORYNA, subject

REVOKED = x509.revoked_status


def add(w):
    for family, prefix in ((w.d, ""), (w.e, "e-")):
        _responses(w, family, prefix)
        _responders(w, family, prefix)
    _lists(w)
    _deltas(w)
    _both(w)


def _who(w, family):
    return w.oryna if family is w.d else w.citizen


def _responses(w, f, prefix):
    s = _who(w, f)
    container = cms.sign(s, CONTENT)

    def case(id_, reason, expect, response, strength="must", **fields):
        if not isinstance(response, bytes):
            response = f.ocsp.response(s.serial, **response)
        w.add("n15-%s%s" % (prefix, id_), container, expect, reason, crls=f.upper, ocsps=[response], strength=strength,
              family=f, **fields)

    ca = f.ca
    case("p-good", "good, by the responder's name", "valid", {})
    case("p-key", "good, by the SHA-1 of the responder's key", "valid", {"by": "key"})
    case("p-identifier", "good, by the responder's key identifier", "valid", {"by": "identifier"})
    case("p-nonce", "good, with a nonce", "valid", {"nonce": b"12345678"})
    case("p-next", "good, with nextUpdate", "valid", {"next_": "2025-09-15T10:25:00Z"})
    case("p-no-certificate", "good, the responder's certificate among the intermediates", "valid", {"certificates": False})
    case("p-sha1", "certID by SHA-1", "valid", {"identifier": ca.certificate_id(s.serial, "sha1")})
    case("p-sha256", "certID by SHA-256", "valid", {"identifier": ca.certificate_id(s.serial, "sha256")}, strength="any")
    issuer = x509.Responder(ca, ca.name, ca.key, ca.certificate)
    case("p-issuer", "good, by the authority itself", "valid", issuer.response(s.serial))
    case("revoked", "revoked", "invalid", {"status": REVOKED("2025-09-01T00:00:00Z", 1)})
    case("revoked-bare", "revoked, no reason given", "invalid", {"status": REVOKED("2025-09-01T00:00:00Z")})
    case("hold", "blocked", "invalid", {"status": REVOKED("2025-09-01T00:00:00Z", 6)})
    case("unknown", "unknown", "indeterminate", {"status": x509.UNKNOWN})
    case("other-serial", "good, for another serial number", "indeterminate",
         {"identifier": ca.certificate_id(s.serial + 1)})
    case("name-hash", "hash of another issuer's name", "indeterminate",
         {"identifier": ca.certificate_id(s.serial, name_hash=bytes(20 if prefix else 32))})
    case("key-hash", "hash of another issuer's key", "indeterminate",
         {"identifier": ca.certificate_id(s.serial, key_hash=bytes(20 if prefix else 32))})
    case("stale", "a year old, no nextUpdate", "indeterminate", {"this": "2024-09-15T09:00:00Z"})
    case("over", "nextUpdate long past", "indeterminate", {"this": "2025-08-01T00:00:00Z", "next_": "2025-08-02T00:00:00Z"})
    case("future", "made tomorrow", "indeterminate", {"this": "2025-09-16T09:00:00Z"})
    case("altered", "signature altered", "indeterminate", {"spoil": lambda v: v[:12] + bytes([v[12] ^ 2]) + v[13:]})
    basic = f.ocsp.basic(s.serial, status=REVOKED("2025-09-01T00:00:00Z", 1))
    turned = basic.replace(REVOKED("2025-09-01T00:00:00Z", 1), b"\x80\x14" + bytes(20))
    case("turned", "revoked, made good afterwards", "indeterminate", x509.wrapped(turned))
    case("try-later", "the responder says to try later", "indeterminate", x509.wrapped(None, 3))
    case("garbage", "not a response", "indeterminate", b"none at all")
    case("trailing", "bytes after the response", "indeterminate", f.ocsp.response(s.serial) + b"\0", strength="any")
    single = der.seq(ca.certificate_id(s.serial + 7), REVOKED("2025-09-01T00:00:00Z", 1), der.generalized("2025-09-15T09:25:00Z"))
    case("p-two", "good, with another certificate's revocation beside it", "valid", {"more": [single]})
    twice = der.seq(ca.certificate_id(s.serial), REVOKED("2025-09-01T00:00:00Z", 1), der.generalized("2025-09-15T09:25:00Z"))
    case("contradiction", "good and revoked in one response", "invalid", {"more": [twice]}, strength="policy")
    stamped = cms.sign(s, CONTENT, unsigned=[f.tsa.signature_stamp("2025-08-20T10:05:00Z")])
    w.add("n15-%sp-revoked-later" % prefix, stamped, "valid", "revoked after the stamp, by OCSP", crls=f.upper, level="T",
          family=f, ocsps=[f.ocsp.response(s.serial, status=REVOKED("2025-09-01T00:00:00Z", 1))], authorise="invalid")
    w.add("n15-%srevoked-earlier" % prefix, stamped, "invalid", "revoked before the stamp, by OCSP", crls=f.upper, level="T",
          family=f, ocsps=[f.ocsp.response(s.serial, status=REVOKED("2025-08-01T00:00:00Z", 1))])


def _responders(w, f, prefix):
    s = _who(w, f)
    container = cms.sign(s, CONTENT)

    def case(id_, reason, responder, strength="must", crls=None, pool=(), expect="indeterminate", **fields):
        w.add("n16-%s%s" % (prefix, id_), container, expect, reason, crls=f.upper if crls is None else crls,
              ocsps=[responder.response(s.serial, **fields)], strength=strength, family=f, pool=[*f.pool, *pool])

    ca = f.ca
    case("no-usage", "responder without EKU", f.responder("no usage", ()))
    case("other-usage", "responder with EKU timeStamping", f.responder("other usage", (x509.TIME_STAMPING,)))
    case("other-issuer", "responder certified by the authority above", f.responder("above", issuer=f.middle))
    same = x509.Authority(ca.name, f.key("same " + prefix))
    case("same-name", "responder certified with another key in the authority's name", f.responder("same", issuer=same))
    fake = x509.Authority(f.ocsp.name, f.key("fake " + prefix)).self_signed()
    case("fake", "self-made responder of the same name", x509.Responder(ca, f.ocsp.name, fake.key, fake.certificate))
    case("subject", "the signer answers about himself", x509.Responder(ca, subject(ORYNA if f is w.d else LATIN), s.key,
                                                                      s.certificate))
    case("expired", "responder expired", f.responder("expired", until="2025-06-01T00:00:00Z"))
    case("stranger-name", "the name of one responder, the key of another",
         x509.Responder(ca, f.ocsp.name, f.responder("another").key, f.responder("another").certificate), strength="any")
    case("missing", "responder's certificate is nowhere", f.responder("missing"), certificates=False)
    gone = f.responder("gone", serial=77001)
    lists = [f.ca.crl([(77001, "2025-07-01T00:00:00Z", 1)], this="2025-08-01T06:00:00Z", next_="2025-08-08T06:00:00Z"), *f.upper]
    case("revoked", "responder revoked, as an old list tells", gone, strength="any", crls=lists)


def _lists(w):
    d, s = w.d, w.oryna
    container = cms.sign(s, CONTENT)

    def case(id_, reason, lists, expect="indeterminate", strength="must", **fields):
        lists = lists if isinstance(lists, list) else [lists]
        w.add("n17-" + id_, container, expect, reason, crls=[*lists, *d.upper], strength=strength, **fields)

    crl = d.ca.crl
    gone = (s.serial, "2025-09-01T00:00:00Z", 1)
    case("none", "no list, no response", [])
    case("stale", "nextUpdate long past", crl(this="2025-06-01T00:00:00Z", next_="2025-06-08T00:00:00Z"))
    case("future", "list of the future", crl(this="2025-10-01T00:00:00Z", next_="2025-10-08T00:00:00Z"))
    case("no-next", "no nextUpdate, fresh", crl(next_=None), "valid", strength="any")
    case("no-next-old", "no nextUpdate, old", crl(this="2025-01-15T00:00:00Z", next_=None), strength="policy")
    case("other-key", "signed with another key", crl(signer=Dstu("other list")))
    case("altered", "signature altered", crl(spoil=lambda v: v[:7] + bytes([v[7] ^ 1]) + v[8:]))
    case("zero", "signature is 0, 0", crl(spoil=lambda v: der.octets(bytes(64))))
    case("other-issuer", "another authority's list", d.middle.crl(number=99), strength="policy")
    fake = x509.Authority(d.ca.name, Dstu("impostor of lists"))
    case("same-name", "list of an impostor of the same name", fake.crl())
    case("revoked-by-impostor", "an impostor revokes", [crl(), fake.crl([gone])], "valid")
    case("critical", "unknown critical extension", crl(more=[x509.extension("1.2.3.4.5.96", der.NULL, True)]))
    point = der.seq(der.tlv(0x81, b"\xff"))
    case("users-only", "list for users' certificates only", crl(more=[x509.extension("2.5.29.28", point, True)]), "valid",
         strength="any")
    authorities = der.seq(der.tlv(0x82, b"\xff"))
    case("authorities-only", "list for authorities' certificates only", crl(more=[x509.extension("2.5.29.28", authorities, True)]))
    case("others", "others are revoked", crl([(s.serial + 1, "2025-09-01T00:00:00Z", 1), (7, "2024-01-01T00:00:00Z", 0)]), "valid")
    case("many", "four hundred others are revoked", crl([(n, "2025-09-01T00:00:00Z", None) for n in range(1, 401)]), "valid")
    case("newer-revokes", "an older list is good, a newer one revokes", [crl(), crl([gone], this="2025-09-15T08:00:00Z", number=72)],
         "invalid")
    case("newer-first", "the same, the newer one first", [crl([gone], this="2025-09-15T08:00:00Z", number=72), crl()], "invalid")
    case("garbage", "not a list", b"none at all")
    by_user = x509.Authority(d.ca.name, w.marko.key)
    case("by-user", "a citizen signs a list", by_user.crl())
    w.add("n17-in-container", cms.sign(s, CONTENT, crls=[crl()]), "valid", "the list inside the container", crls=d.upper,
          strength="any")
    w.add("n17-revoked-in-container", cms.sign(s, CONTENT, crls=[crl([gone])]), "invalid",
          "a list inside the container revokes", crls=d.upper, strength="policy")


def _deltas(w):
    d, s = w.d, w.oryna
    container = cms.sign(s, CONTENT)

    def case(id_, reason, expect, *lists, strength="must"):
        w.add("n18-" + id_, container, expect, reason, crls=[*lists, *d.upper], strength=strength)

    crl = d.ca.crl
    later = {"this": "2025-09-15T08:00:00Z", "next_": "2025-09-15T20:00:00Z", "number": 75}
    hold, gone = (s.serial, "2025-09-10T00:00:00Z", 6), (s.serial, "2025-09-15T07:00:00Z", 1)
    lifted = (s.serial, "2025-09-15T07:00:00Z", 8)
    case("p-empty", "full list and an empty delta", "valid", crl(), crl(delta=71, **later))
    case("revokes", "the delta revokes", "invalid", crl(), crl([gone], delta=71, **later))
    case("revokes-first", "the delta revokes and comes first", "invalid", crl([gone], delta=71, **later), crl())
    case("p-lifted", "blocked, and the delta lifts it", "valid", crl([hold]), crl([lifted], delta=71, **later))
    case("still", "blocked, and the delta says nothing of it", "invalid", crl([hold]), crl(delta=71, **later))
    case("alone", "a delta alone", "indeterminate", crl(delta=71, **later))
    case("later-base", "a delta to a base that is not at hand", "invalid", crl([hold]), crl([lifted], delta=73, **later))
    case("p-older-base", "a delta to an older base applies", "valid", crl([hold]), crl([lifted], delta=60, **later))
    case("other-key", "a delta by somebody else lifts", "invalid", crl([hold]),
         crl([lifted], delta=71, signer=Dstu("other delta"), **later))
    case("lifted-revoked", "a delta lifts what was revoked for good", "invalid", crl([(s.serial, "2025-09-10T00:00:00Z", 1)]),
         crl([lifted], delta=71, **later), strength="policy")
    case("holds", "the delta blocks", "invalid", crl(), crl([hold], delta=71, **later))


def _both(w):
    d, s = w.d, w.oryna
    container = cms.sign(s, CONTENT)

    def case(id_, reason, expect, response, lists, strength="must"):
        w.add("n19-" + id_, container, expect, reason, crls=[*lists, *d.upper], ocsps=[response], strength=strength)

    gone = (s.serial, "2025-09-01T00:00:00Z", 1)
    case("p-both", "response and list are good", "valid", d.ocsp.response(s.serial), [d.ca.crl()])
    case("response-revokes", "the response revokes, the older list does not yet", "invalid",
         d.ocsp.response(s.serial, status=REVOKED("2025-09-15T08:00:00Z", 1)), [d.ca.crl()])
    case("list-revokes", "an older response is good, a newer list revokes", "invalid",
         d.ocsp.response(s.serial, this="2025-09-15T05:00:00Z"), [d.ca.crl([gone])], strength="policy")
    case("p-fallback", "the response is of no use, the list is good", "valid", d.ocsp.response(s.serial, status=x509.UNKNOWN),
         [d.ca.crl()], strength="policy")
    case("p-fallback-altered", "the response is altered, the list is good", "valid",
         d.ocsp.response(s.serial, spoil=lambda v: v[:-1] + bytes([v[-1] ^ 1])), [d.ca.crl()])
    case("fallback-revoked", "the response is for another, the list revokes", "invalid", d.ocsp.response(s.serial + 3),
         [d.ca.crl([gone])])
