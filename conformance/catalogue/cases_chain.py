"""Chains of certificates (section 8.3.7 of the rules) and who is named in them (section 9.3)."""

import cms
import der
import x509
from dstu4145 import M431
from keys import UA, Dstu, algorithm
from world import CONTENT, KEEPER, LATIN, MARKO, ORYNA, Person, identity, organisation, profile, subject, taxpayer

ALL = (x509.SIGN, x509.COMMIT)


def add(w):
    _authorities(w)
    _impostors(w)
    _certificates(w)
    _persons(w)
    _conflicts(w)
    _spellings(w)


def _authorities(w):
    d = w.d

    def case(id_, reason, expect="invalid", strength="must", parent=None, **fields):
        parent = parent or d.middle
        crls = fields.pop("crls", [])
        ca = parent.authority(organisation("Надавач " + id_, "UA-00000700-Б"), Dstu("authority " + id_),
                              **{"path": 0} | fields)
        s = d.user("of " + id_, issuer=ca)
        w.add("n11-" + id_, cms.sign(s, CONTENT), expect, reason, strength=strength, pool=[*d.pool, ca.certificate],
              crls=[ca.crl(), *(crls(ca) if crls else d.upper)])

    case("no-certsign", "authority without keyCertSign", usage=(x509.SIGN, x509.LIST))
    case("no-usage", "authority without keyUsage", usage=(), strength="any")
    case("no-basic", "authority without basicConstraints", basic=False)
    case("not-ca", "basicConstraints says that it is no authority", basic=False, more=[x509.basic_constraints(False)])
    case("expired", "authority expired", until="2025-09-01T00:00:00Z")
    case("not-yet", "authority not valid yet", since="2025-10-01T00:00:00Z")
    case("path", "a third authority where the path allows two", parent=d.ca, path=None)
    case("critical", "authority with an unknown critical extension",
         more=[x509.extension("1.2.3.4.5.99", der.NULL, True)])
    case("spoiled", "signature under the authority's certificate altered", spoil=lambda v: v[:9] + bytes([v[9] ^ 1]) + v[10:])
    case("version-1", "authority with a certificate of version 1", version=0)
    case("revoked", "authority revoked", crls=lambda ca: [d.middle.crl([(ca.serial, "2025-07-01T00:00:00Z", 2)]), d.root.crl()])
    case("no-status", "nobody tells about the authority", strength="any", crls=lambda ca: [d.root.crl()])
    issuer = x509.Authority(subject(ORYNA), w.oryna.key)
    s = d.user("of citizen", MARKO, issuer=issuer)
    w.add("n11-by-citizen", cms.sign(s, CONTENT, certificates=[s.certificate, w.oryna.certificate]), "invalid",
          "issued by a citizen", pool=[*d.pool, w.oryna.certificate], crls=[*d.crls(), issuer.crl()])
    w.add("n11-no-anchor", cms.sign(w.oryna, CONTENT), "indeterminate", "another root is trusted", trust=[w.e.root.certificate],
          strength="policy")
    w.add("n11-no-middle", cms.sign(w.oryna, CONTENT), "indeterminate", "an authority's certificate is missing",
          pool=d.pool[1:])
    alone = x509.Authority(subject(ORYNA), Dstu("alone"))
    alone.certificate, alone.serial = alone.issue(subject(ORYNA), alone.key, profile(identity(ORYNA)))
    s = cms.Signer(alone.key, alone.certificate, alone.name, alone.serial)
    w.add("n11-self-signed", cms.sign(s, CONTENT), "invalid", "self-signed, trusted by nobody", strength="policy",
          crls=[*d.crls(), alone.crl()])
    old = x509.Authority(organisation("Старий корінь", "UA-00000102-Б"), Dstu("old root", M431))
    old.self_signed(until="2025-06-01T00:00:00Z")
    s = d.user("of old root", issuer=old)
    w.add("n11-root-expired", cms.sign(s, CONTENT), "invalid", "the pinned root has expired", trust=[old.certificate],
          crls=[old.crl()])



def _impostors(w):
    d = w.d
    for id_, reason, key_identifier, expect in (
            ("same-name", "authority of the same name with another key", None, "invalid"),
            ("same-name-and-key-identifier", "the same, claiming the true authority's key identifier", d.ca.key.identifier,
             "invalid")):
        fake = x509.Authority(d.ca.name, Dstu("impostor"))
        certificate, _ = x509.Authority(d.ca.name, fake.key).issue(
            d.ca.name, fake.key, [x509.key_usage(x509.CERTIFY, x509.LIST), x509.basic_constraints(True)],
            identifier=key_identifier)
        if key_identifier:
            s = d.user("of impostor", signer=fake.key)
        else:
            s = d.user("of impostor", issuer=fake)
        w.add("n12-" + id_, cms.sign(s, CONTENT, certificates=[s.certificate, certificate]), expect, reason,
              pool=[*d.pool, certificate], crls=[*d.crls(), fake.crl()])
    fake = x509.Authority(d.root.name, Dstu("impostor root", M431)).self_signed()
    ca = fake.authority(d.ca.name, Dstu("impostor's authority"), 0)
    s = d.user("of false root", issuer=ca)
    w.add("n12-false-root", cms.sign(s, CONTENT, certificates=[s.certificate, ca.certificate, fake.certificate]),
          "invalid", "a root of the same name with another key", pool=[*d.pool, ca.certificate, fake.certificate],
          crls=[ca.crl(), fake.crl()], strength="policy")
    decoy = d.user("decoy", MARKO, serial=w.oryna.serial, signer=Dstu("intruder"))
    w.add("n12-decoy", cms.sign(decoy, CONTENT, certificates=[w.oryna.certificate, decoy.certificate]), "invalid",
          "a forged certificate with the issuer and serial of a true one, and a signature by its key")
    w.add("n12-decoy-ess", cms.sign(decoy, CONTENT, certificates=[w.oryna.certificate, decoy.certificate],
                                    ess_of=w.oryna.certificate), "invalid", "the same, ESS naming the true certificate")


def _certificates(w):
    d = w.d

    def case(id_, reason, extensions=None, expect="invalid", strength="must", **fields):
        s = d.user("certificate " + id_, extensions=extensions, **fields)
        w.add("n13-" + id_, cms.sign(s, CONTENT), expect, reason, strength=strength)

    base = lambda **f: profile(identity(ORYNA), **f)
    case("critical", "unknown critical extension", [*base(), x509.extension("1.2.3.4.5.98", der.NULL, True)])
    case("repeated", "an extension twice", [*base(), x509.policies(UA + "2.4")], strength="policy")
    case("agreement", "a certificate for encryption", base(usage=(x509.AGREE,)))
    case("no-usage", "no keyUsage", base(usage=()), strength="any")
    case("spoiled", "signature under the certificate altered", spoil=lambda v: v[:20] + bytes([v[20] ^ 64]) + v[21:])
    case("zero", "signature under the certificate is 0, 0", spoil=lambda v: der.octets(bytes(64)))
    case("bare", "signature under the certificate not in an OCTET STRING", spoil=lambda v: v[2:], strength="policy")
    case("outer", "the algorithm outside is not the one inside", outer=algorithm(UA + "1.3.6.1.1"))
    case("inner", "the algorithm inside is not the one outside", inner=algorithm(UA + "1.3.6.1.1"))
    case("authority", "the signer is an authority", [x509.key_usage(*ALL, x509.CERTIFY), x509.basic_constraints(True),
                                                     identity(ORYNA)], strength="any")
    case("p-no-basic", "no basicConstraints, as some authorities issue", base(basic=False), expect="valid")


def _persons(w):
    d, e = w.d, w.e

    def case(id_, person, reason, extensions, want, subject_=None, family=d, **fields):
        s = family.user("person " + id_, person, extensions=extensions, subject_=subject_)
        w.add("p19-" + id_, cms.sign(s, CONTENT), "valid", reason, signer=want, family=family, **fields)

    case("sda-only", ORYNA, "directory attributes only", profile(identity(ORYNA)), ORYNA.expected(), subject(ORYNA, ""))
    case("serial-only", ORYNA, "serialNumber only", profile(), {"cn": ORYNA.common, "drfo": ORYNA.drfo})
    case("latin", LATIN, "Latin names, TINUA, no directory attributes", profile(usage=(x509.COMMIT,), policy=UA + "2.4"),
         LATIN.expected(), family=e)
    only = Person("POLYNOVA-FAKE", "DARYNA", None, "19900417-00631")
    case("pnoua", only, "PNOUA and a directory attribute with the same number, no taxpayer's",
         profile(x509.directory((x509.UNZR, only.unzr, der.printable)), usage=(x509.COMMIT,)), only.expected(),
         subject(only, "PNOUA-" + only.unzr), family=e)
    case("employee", KEEPER, "an employee: EDRPOU beside the person", profile(identity(KEEPER)), KEEPER.expected(),
         subject(KEEPER, None, [(x509.ORGANISATION, "ТОВ Вигадка"), (x509.TITLE, "бухгалтер"),
                                (x509.ORGANISATION_ID, "NTRUA-" + KEEPER.edrpou)]))
    passport = Person("ЛИХОБІР", "НЕСТОР САВИЧ", "АЮ742915")
    case("passport", passport, "passport in UTF8String", profile(x509.directory((x509.DRFO, passport.drfo, der.utf8))),
         passport.expected(), subject(passport, ""))
    card = Person("ЛИХОБІР", "НЕСТОР САВИЧ", "004718293")
    case("card", card, "nine digits of an identity card", profile(x509.directory((x509.DRFO, card.drfo, der.printable))),
         card.expected(), subject(card, ""))
    padded = x509.directory((x509.DRFO, ORYNA.drfo + "    ", der.printable), (x509.UNZR, ORYNA.unzr + " ", der.printable))
    case("padded", ORYNA, "values padded with spaces", profile(padded), ORYNA.expected())
    case("nobody", ORYNA, "no number anywhere", profile(), {"cn": ORYNA.common}, subject(ORYNA, ""), strength="policy",
         authorise="invalid")
    seal = x509.directory((x509.EDRPOU, "43219876", der.printable))
    title = x509.name((x509.ORGANISATION, "ТОВ Вигадана печатка"), (x509.CN, "ТОВ Вигадана печатка"),
                      (x509.SERIAL, "UA-43219876-17"), (x509.COUNTRY, "UA"), (x509.LOCALITY, "Вигадин"))
    case("seal", ORYNA, "an electronic seal", profile(seal, seal=True),
         {"cn": "ТОВ Вигадана печатка", "edrpou": "43219876", "is_stamp": True}, title, authorise="invalid")
    ids = x509.name((x509.ORGANISATION, "ТОВ Інша печатка"), (x509.CN, "ТОВ Інша печатка"),
                    (x509.ORGANISATION_ID, "NTRUA-43219877"), (x509.COUNTRY, "UA"))
    case("seal-ntrua", ORYNA, "a seal with NTRUA only", profile(seal=True),
         {"cn": "ТОВ Інша печатка", "edrpou": "43219877", "is_stamp": True}, ids, authorise="invalid")


def _conflicts(w):
    d = w.d

    def case(id_, reason, directory=None, subject_=None, strength="must", expect="invalid", extensions=None, **fields):
        s = d.user("conflict " + id_, extensions=extensions or profile(directory), subject_=subject_)
        w.add("n14-" + id_, cms.sign(s, CONTENT), expect, reason, strength=strength, **fields)

    one = lambda text, encode=der.printable: (x509.DRFO, text, encode)
    case("two-attributes", "two taxpayer's numbers", x509.directory(one(ORYNA.drfo), one(MARKO.drfo)))
    case("same-twice", "the same number in two attributes", x509.directory(one(ORYNA.drfo), one(ORYNA.drfo)), strength="policy")
    values = der.seq(der.oid(x509.DRFO), der.set_of(der.printable(ORYNA.drfo), der.printable(MARKO.drfo)))
    case("two-values", "one attribute with two values", x509.extension("2.5.29.9", der.seq(values)))
    case("against-serial", "directory attribute against serialNumber", x509.directory(one(MARKO.drfo)))
    case("two-serials", "two serialNumbers", identity(ORYNA), subject(ORYNA, None, [(x509.SERIAL, "TINUA-" + MARKO.drfo)]))
    case("unzr", "UNZR against PNOUA", x509.directory((x509.UNZR, MARKO.unzr, der.printable)),
         subject(ORYNA, "PNOUA-" + ORYNA.unzr))
    case("edrpou", "EDRPOU against NTRUA", x509.directory(one(ORYNA.drfo), (x509.EDRPOU, "41234568", der.printable)),
         subject(ORYNA, None, [(x509.ORGANISATION_ID, "NTRUA-41234569")]))
    case("nul", "a zero byte in the number", x509.directory(one(ORYNA.drfo + "\0", der.utf8)))
    case("newline", "a line break in the number", x509.directory(one(ORYNA.drfo[:5] + "\n" + ORYNA.drfo[5:], der.utf8)))
    case("inner-space", "a space within the number", x509.directory(one(ORYNA.drfo[:5] + " " + ORYNA.drfo[5:])),
         strength="policy")
    case("check-digit", "wrong check digit", x509.directory(one(ORYNA.drfo[:9] + str((int(ORYNA.drfo[9]) + 1) % 10))),
         subject(ORYNA, ""), strength="policy")
    case("passport-letter", "a passport with a letter that is not Ukrainian", x509.directory(one("ЫЭ742915", der.utf8)),
         subject(ORYNA, ""), strength="policy")
    case("unzr-date", "UNZR of the thirtieth of February", x509.directory(one(ORYNA.drfo), (x509.UNZR, "19850230-04417", der.printable)),
         strength="policy")
    case("wide-digits", "digits of another script", x509.directory(one("".join(chr(0xFF10 + int(c)) for c in ORYNA.drfo), der.utf8)),
         subject(ORYNA, ""), strength="policy")


def _spellings(w):
    """Encodings of names that real authorities use."""
    d = w.d
    bmp = lambda text: der.tlv(0x1E, text.encode("utf-16-be"))
    named = x509.name((x509.CN, bmp(ORYNA.common)), (x509.SURNAME, bmp(ORYNA.surname)), (x509.GIVEN, bmp(ORYNA.given)),
                      (x509.SERIAL, der.printable("TINUA-" + ORYNA.drfo)), (x509.COUNTRY, "UA"))
    s = d.user("bmp", subject_=named)
    w.add("p19-bmp", cms.sign(s, CONTENT), "valid", "names in BMPString", signer=ORYNA.expected())
    apostrophe = Person("Д’ЯЧЕНКО-В’ЮН", "Ґалаґан Їжаківна", ORYNA.drfo, ORYNA.unzr)
    s = d.user("apostrophe", apostrophe)
    w.add("p19-apostrophe", cms.sign(s, CONTENT), "valid", "apostrophes and letters of Ukrainian alone", signer=apostrophe.expected())
