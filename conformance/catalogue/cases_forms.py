"""What has to verify: the forms that real producers write."""

import cms
import der
import dstu4145
import x509
from keys import UA, Dstu, digest_algorithm
from world import CONTENT, KEEPER, LATIN, MARKO, ORYNA, Person, identity, organisation, profile, subject

STAMPED = "2025-08-20T10:05:00Z"


def add(w):
    _plain(w)
    _stamped(w)
    _long(w)
    _several(w)
    _algorithms(w)
    _boxes(w)
    _chains(w)


def _plain(w):
    d, who = w.d, ORYNA.expected()
    w.add("p101-attached", cms.sign(w.oryna, CONTENT), "valid", "CAdES-BES, attached", signer=who, authorise="valid")
    w.add("p102-detached", cms.sign(w.oryna, CONTENT, detached=True), "valid", "CAdES-BES, detached", signer=who,
          content=CONTENT)
    w.add("p103-both-given", cms.sign(w.oryna, CONTENT), "valid", "attached, and the same content given beside it",
          signer=who, content=CONTENT)
    w.add("p104-key-identifier", cms.sign(w.oryna, CONTENT, by_key=True), "valid",
          "version 3, signer named by subjectKeyIdentifier", signer=who)
    w.add("p105-ber", cms.indefinite(w.oryna, CONTENT), "valid", "BER: indefinite lengths, content in pieces", signer=who)
    w.add("p106-octet-string", cms.sign(w.oryna, CONTENT, spoil=der.octets), "valid",
          "signature value inside another OCTET STRING", signer=who)
    more = [cms.attribute("1.2.3.4.5.6", der.utf8("примітка")), cms.attribute("1.2.840.113549.1.9.16.2.4", der.seq(der.utf8("x")))]
    w.add("p107-unknown-attributes", cms.sign(w.oryna, CONTENT, more=more, unsigned=[cms.attribute("1.2.3.4.7", der.NULL)]),
          "valid", "unknown signed and unsigned attributes", signer=who)
    w.add("p113-unsorted", cms.sign(w.oryna, CONTENT, ordered=False), "valid",
          "attributes sent in another order than the signed one, which is DER's", signer=who)
    attributes = w.oryna.attributes(CONTENT)
    del attributes["time"]
    w.add("p108-no-signing-time", cms.sign(w.oryna, CONTENT, attributes=list(attributes.values())), "valid",
          "signing-time is optional", signer=who)
    bag = [w.marko.certificate, d.ca.certificate, w.oryna.certificate]
    w.add("p109-other-certificates", cms.sign(w.oryna, CONTENT, certificates=bag), "valid",
          "certificates of others beside the signer's", signer=who)
    w.add("p110-ess-default-hash", cms.sign(w.citizen, CONTENT, attributes=_with_ess(w.citizen, False)), "valid",
          "ESSCertIDv2 with its default hash left out", family=w.e, signer=LATIN.expected())
    w.add("p111-certificate-outside", cms.sign(w.oryna, CONTENT, certificates=[]), "valid",
          "signer's certificate only among the intermediates", pool=[*d.pool, w.oryna.certificate], signer=who)
    w.add("p112-long-content", cms.sign(w.oryna, CONTENT * 64), "valid", "content of several kilobytes", signer=who)


def _with_ess(signer, explicit):
    attributes = signer.attributes(CONTENT)
    attributes["ess"] = cms.attribute(cms.ESS, cms.ess(signer.certificate, signer.digest, explicit))
    return list(attributes.values())


def _stamped(w):
    d, who = w.d, ORYNA.expected()

    def case(id_, reason, stamper=d.tsa, pool=None, more=(), level="T", **fields):
        container = cms.sign(w.oryna, CONTENT, unsigned=[stamper.signature_stamp(STAMPED, **fields)], more=more)
        w.add(id_, container, "valid", reason, signer=who, level=level, pool=pool)

    case("p120-stamp", "signature-time-stamp")
    content = d.tsa.content_stamp(CONTENT, "2025-08-20T09:59:00Z")
    case("p121-two-stamps", "content-time-stamp and signature-time-stamp", more=[content])
    w.add("p122-content-stamp", cms.sign(w.oryna, CONTENT, more=[content]), "valid", "content-time-stamp alone", signer=who)
    case("p123-no-tsa-certificate", "the token has no certificate; it is among the intermediates", certificate=False)
    iit = d.stamper("iit", (x509.TIME_STAMPING, x509.IIT + "5"), critical=False)
    case("p124-iit-usage", "EKU timeStamping beside one of IIT, not critical", iit)
    case("p125-loose-usage", "EKU timeStamping alone, not critical", d.stamper("loose", critical=False))
    case("p126-fraction", "genTime with a fraction, accuracy, nonce", fraction="25", accuracy=1, nonce=77)
    case("p127-root-tsa", "time-stamping service certified by the root", d.stamper("of-root", issuer=d.root))
    case("p128-no-signing-time", "token without signing-time", signing_time=False)
    two = [d.tsa.signature_stamp(STAMPED), iit.signature_stamp("2025-08-21T10:00:00Z")]
    w.add("p129-several-stamps", cms.sign(w.oryna, CONTENT, unsigned=two), "valid", "two signature-time-stamps", signer=who,
          level="T")
    revoked = d.crls((w.oryna.serial, "2025-09-01T00:00:00Z", 1))
    w.add("p130-revoked-later", cms.sign(w.oryna, CONTENT, unsigned=[d.tsa.signature_stamp(STAMPED)]), "valid",
          "revoked after the stamp", crls=revoked, signer=who, level="T", authorise="invalid")
    late = [d.ca.crl(this="2027-01-05T06:00:00Z", next_="2027-02-05T06:00:00Z"),
            *(a.crl(this="2027-01-05T06:00:00Z", next_="2027-02-05T06:00:00Z") for a in (d.middle, d.root))]
    w.add("p131-expired-later", cms.sign(w.oryna, CONTENT, unsigned=[d.tsa.signature_stamp(STAMPED)]), "valid",
          "stamped while the certificate was valid, which has expired since", crls=late, signer=who, level="T",
          at="2027-01-20T12:00:00Z")


def _long(w):
    d, who = w.d, ORYNA.expected()
    basic = d.ocsp.basic(w.oryna.serial, this="2025-08-20T10:06:00Z", nonce=b"seventy7", certificates=False)
    with_bag = d.ocsp.basic(w.oryna.serial, this="2025-08-20T10:06:00Z", nonce=b"seventy7")
    chain = [(d.middle.name, d.ca.serial, d.ca.certificate), (d.root.name, d.middle.serial, d.middle.certificate)]
    responder = der.explicit(1, d.ocsp.name)
    stamp = d.tsa.signature_stamp(STAMPED)

    def refs(b, empty=0):
        return [cms.certificate_refs(chain, "gost"),
                cms.revocation_refs([(responder, "2025-08-20T10:06:00Z", b)], "gost", empty)]

    w.add("p140-references", cms.sign(w.oryna, CONTENT, unsigned=[stamp, *refs(basic)]), "valid",
          "complete references to certificates and an OCSP response", level="C", signer=who,
          ocsps=[x509.wrapped(basic)])
    values = [cms.certificate_values(d.ca.certificate, d.middle.certificate)]
    for id_, reason, b, empty in (
            ("p141-values", "references and values; the response has its responder's certificate", with_bag, 0),
            ("p142-values-iit", "empty SEQUENCEs after the first reference, response without certificate", basic, 2)):
        container = cms.sign(w.oryna, CONTENT, unsigned=[stamp, *refs(b, empty), *values, cms.revocation_values(basics=[b])])
        w.add(id_, container, "valid", reason, level="X-Long", signer=who, crls=d.upper)
    w.add("p143-values-archived", container, "valid", "as p142, after the certificate expired", level="X-Long", signer=who,
          crls=[a.crl(this="2027-03-01T06:00:00Z", next_="2027-04-01T06:00:00Z") for a in (d.middle, d.root)],
          at="2027-03-10T00:00:00Z")
    _extended(w, [stamp, *refs(with_bag)], with_bag)
    crl = d.ca.crl(this="2025-08-20T12:00:00Z", next_="2025-08-27T12:00:00Z")
    container = cms.sign(w.oryna, CONTENT, unsigned=[stamp, *values, cms.revocation_values(crls=[crl])])
    w.add("p144-values-crl", container, "valid", "revocation list among the values", level=None, signer=who, crls=d.upper,
          strength="policy")


def _extended(w, unsigned, basic):
    """Stamps over references and signature (CAdES-X, ETSI TS 101 733, 6.3.5 and 6.3.6) and over other things."""
    d, later = w.d, "2025-08-20T10:30:00Z"
    values = [cms.certificate_values(d.ca.certificate, d.middle.certificate), cms.revocation_values(basics=[basic])]
    references = b"".join(map(cms.bare, unsigned[1:]))
    for id_, reason, kind, data, expect in (
            ("p145-complete-stamp", "stamp over signature, its stamp and references", cms.COMPLETE_STAMP, None, "valid"),
            ("p146-references-stamp", "stamp over references", cms.REFERENCES_STAMP, references, "valid"),
            ("n10-complete-stamp", "stamp of CAdES-X over other data", cms.COMPLETE_STAMP, b"other", "invalid"),
            ("n10-references-stamp", "stamp over references is over other data", cms.REFERENCES_STAMP, b"other", "invalid")):
        made = {}

        def first(value):
            made["stamp"] = unsigned[0](value)
            made["value"] = value
            return made["stamp"]

        def over(value):
            whole = value + cms.bare(made["stamp"]) + references
            return cms.attribute(kind, d.tsa.token(whole if data is None else data, later))
        container = cms.sign(w.oryna, CONTENT, unsigned=[first, *unsigned[1:], *values, over])
        w.add(id_, container, expect, reason, level="X-Long" if expect == "valid" else "X", crls=d.upper,
              strength="must" if expect == "valid" else "policy", signer=ORYNA.expected() if expect == "valid" else None)
    other = d.ocsp.basic(w.marko.serial, this="2025-08-20T10:06:00Z")
    spoiled = d.ocsp.basic(w.oryna.serial, this="2025-08-20T10:06:00Z", spoil=lambda v: v[:-1] + bytes([v[-1] ^ 1]))
    for id_, reason, b in (("n10-value-of-other", "the response among the values is about somebody else", other),
                           ("n10-value-spoiled", "the response among the values is altered", spoiled)):
        container = cms.sign(w.oryna, CONTENT, unsigned=[unsigned[0], cms.revocation_values(basics=[b])])
        w.add(id_, container, "indeterminate", reason, level="X-Long", crls=d.upper)
    revoked = d.ocsp.basic(w.oryna.serial, this="2025-08-20T10:06:00Z", status=x509.revoked_status("2025-08-01T00:00:00Z", 1))
    container = cms.sign(w.oryna, CONTENT, unsigned=[unsigned[0], cms.revocation_values(basics=[revoked])])
    w.add("n10-value-revoked", container, "invalid", "the response among the values says revoked", level="X-Long", crls=d.upper)
    container = cms.sign(w.oryna, CONTENT, unsigned=[*unsigned, cms.revocation_values(basics=[spoiled])])
    w.add("n10-references-of-other", container, "indeterminate", "references to another response than is among the values",
          level="X-Long", crls=d.upper, strength="any")


def _several(w):
    d = w.d
    infos = [w.oryna.info(CONTENT), w.marko.info(CONTENT, signing_time="2025-08-20T11:00:00Z")]
    bag = [w.oryna.certificate, w.marko.certificate]
    w.add("p150-two-signers", cms.content_info(cms.signed_data(infos, CONTENT, certificates=bag)), "valid",
          "two people in one container", authorise="invalid")
    inner = cms.sign(w.oryna, CONTENT)
    w.add("p151-nested", cms.sign(w.marko, inner), "valid", "a signed container signed by somebody else",
          authorise="invalid")
    w.add("p152-nested-twice", cms.sign(w.oryna, cms.sign(w.oryna, inner)), "valid", "signed three times by one person",
          authorise="valid")
    w.add("p153-two-of-one", cms.content_info(cms.signed_data(
        [w.oryna.info(CONTENT), w.oryna.info(CONTENT, signing_time="2025-08-20T11:00:00Z")], CONTENT,
        certificates=[w.oryna.certificate])), "valid", "two signatures of one person", authorise="valid")
    mixed = [w.oryna.info(CONTENT), w.citizen.info(CONTENT)]
    w.add("p154-two-families", cms.content_info(cms.signed_data(
        mixed, CONTENT, certificates=[w.oryna.certificate, w.citizen.certificate], digests=("gost", "sha256"))), "valid",
        "a signer of each family", trust=[d.root.certificate, w.e.root.certificate], pool=d.pool + w.e.pool,
        crls=d.crls() + w.e.crls())


def _algorithms(w):
    d, who = w.d, ORYNA.expected()
    for i, bits in enumerate((256, 384, 512)):
        family = "kupyna%d" % bits
        for suffix, key_oid in (("", None), ("-old-key", UA + "1.3.1.1")):
            key = Dstu(family + suffix, family=family, key_oid=key_oid, dke=None if not suffix else 1, named=not suffix)
            s = d.user(family + suffix, key=key)
            w.add("p16%d-%s%s" % (i, family, suffix), cms.sign(s, CONTENT), "valid",
                  "Kupyna-%d, key under %s" % (bits, "the family's identifier" if not suffix else "that of GOST 34.311"),
                  signer=who)
    large = d.user("large", key=Dstu("large", dstu4145.M431))
    w.add("p163-m431", cms.sign(large, CONTENT, unsigned=[d.tsa.signature_stamp(STAMPED)]), "valid", "signer on 431 bits",
          signer=who, level="T")
    wide = d.user("wide", key=Dstu("wide", dstu4145.M431, "kupyna512"))
    w.add("p164-m431-kupyna512", cms.sign(wide, CONTENT), "valid", "431 bits and Kupyna-512", signer=who)
    for c in (dstu4145.M233, dstu4145.M307, dstu4145.M367):
        s = d.user("m%d" % c.m, key=Dstu("m%d" % c.m, c))
        w.add("p165-m%d" % c.m, cms.sign(s, CONTENT), "valid", "%d bits: for archives, where configured" % c.m, strength="any",
              signer=who)
    named = d.user("named", key=Dstu("named", named=True, dke=None))
    w.add("p166-named", cms.sign(named, CONTENT), "valid", "named curve, no substitution block", signer=who)
    w.add("p167-named-dke", cms.sign(d.user("named dke", key=Dstu("named dke", named=True)), CONTENT), "valid",
          "named curve with the block", signer=who)
    w.add("p168-explicit-no-dke", cms.sign(d.user("no dke", key=Dstu("no dke", dke=None)), CONTENT), "valid",
          "explicit curve without the block", signer=who)
    exchanged = d.user("exchanged", key=_exchanged())
    w.add("p169-exponents", cms.sign(exchanged, CONTENT), "valid", "exponents of the pentanomial from the largest", signer=who)


def _exchanged():
    from keys import ec_binary
    import tables
    field = der.seq(*map(der.integer, sorted(dstu4145.M431.exponents, reverse=True)))
    params = der.seq(ec_binary(dstu4145.M431, field), der.octets(bytes.fromhex(tables.DKE[1])))
    return Dstu("exchanged", dstu4145.M431, params=params)


def _boxes(w):
    """Issuers whose keys carry another allowed substitution block: it decides about what they sign."""
    d = w.d
    for number in (0, 2, 3, 4, 5, 6, 7, 8, 9, 10):
        key = Dstu("box %d" % number, dke=number)
        ca = d.middle.authority(organisation("Надавач із ДКЕ %d" % number, "UA-00000500-Б"), key, 0)
        s = d.user("of box %d" % number, issuer=ca)
        w.add("p17%d-dke" % number if number < 10 else "p17a-dke", cms.sign(s, CONTENT), "valid",
              "issuer with DKE №%d" % number if number else "issuer with the test block", signer=ORYNA.expected(),
              pool=[*d.pool, ca.certificate], crls=[ca.crl(), *d.upper])


def _chains(w):
    d, who = w.d, ORYNA.expected()
    other = x509.Authority(organisation("Другий корінь Б", "UA-00000101-Б"), Dstu("other root", dstu4145.M431)).self_signed()
    cross, _ = other.issue(d.ca.name, d.ca.key, [x509.key_usage(x509.CERTIFY, x509.LIST), x509.basic_constraints(True)])
    w.add("p180-cross", cms.sign(w.oryna, CONTENT), "valid", "authority certified by another root as well", signer=who,
          trust=[other.certificate], pool=[*d.pool, cross], crls=[*d.crls(), other.crl()])
    w.add("p181-cross-dead-end", cms.sign(w.oryna, CONTENT), "valid", "one of two ways up leads nowhere", signer=who,
          pool=[cross, *d.pool])
    iit = d.middle.authority(organisation("Надавач з ознакою ІІТ", "UA-00000301-Б"), Dstu("iit ca"), 0,
                             more=[x509.extended_usage(x509.IIT + "1")])
    s = d.user("of iit", issuer=iit)
    w.add("p182-authority-usage", cms.sign(s, CONTENT), "valid", "authority with an EKU of IIT", signer=who,
          pool=[*d.pool, iit.certificate], crls=[iit.crl(), *d.upper])
    s = d.user("critical qc", extensions=profile(identity(ORYNA), critical=True))
    w.add("p183-critical-qc", cms.sign(s, CONTENT), "valid", "critical qcStatements", signer=who)
    s = d.user("of root", issuer=d.root)
    w.add("p184-of-root", cms.sign(s, CONTENT), "valid", "issued by the root itself", signer=who)
    w.add("p185-anchor-below", cms.sign(w.oryna, CONTENT), "valid", "the pinned certificate is the authority's", signer=who,
          trust=[d.ca.certificate], pool=[], strength="any")
    s = d.user("commit only", extensions=profile(identity(ORYNA), usage=(x509.COMMIT,)))
    w.add("p186-commit-only", cms.sign(s, CONTENT), "valid", "keyUsage nonRepudiation only", signer=who)
    s = d.user("sign only", extensions=profile(identity(ORYNA), usage=(x509.SIGN,)))
    w.add("p187-sign-only", cms.sign(s, CONTENT), "valid", "keyUsage digitalSignature only", signer=who)
    decoy = d.user("decoy", MARKO, serial=w.oryna.serial, signer=Dstu("intruder"))
    for id_, bag in (("p188-decoy-first", [decoy.certificate, w.oryna.certificate]),
                     ("p189-decoy-last", [w.oryna.certificate, decoy.certificate])):
        w.add(id_, cms.sign(w.oryna, CONTENT, certificates=bag), "valid",
              "a stranger's certificate of the same issuer and serial beside it: ESS tells", signer=who)
