"""The invented people and authorities of the set, and the list of its cases."""

import functools
import json
import pathlib

import cms
import der
import dstu4145
import x509
from keys import UA, Dstu, Ecdsa, Rsa

CONTENT = '{"запит":"декларація","номер":"B-7204"}'.encode()
NOW = "2025-09-15T09:30:00Z"


def taxpayer(nine):
    """Adds the check digit to nine digits of a taxpayer's number."""
    weights = (-1, 5, 7, 9, 4, 6, 10, 5, 7)
    return nine + str(sum(w * int(c) for w, c in zip(weights, nine)) % 11 % 10)


class Person:
    def __init__(self, surname, given, drfo=None, unzr=None, edrpou=None):
        self.surname, self.given, self.drfo, self.unzr, self.edrpou = surname, given, drfo, unzr, edrpou

    @property
    def common(self):
        return self.surname + " " + self.given

    def expected(self, **changes):
        out = {"cn": self.common, "drfo": self.drfo, "unzr": self.unzr, "edrpou": self.edrpou} | changes
        return {k: v for k, v in out.items() if v is not None}


ORYNA = Person("ЯСЕНЕЦЬ", "ОРИНА ЛУКІВНА", taxpayer("312740582"), "19850814-04417")
MARKO = Person("ВОВКОГОН", "МАРКО ІЛЛІЧ", taxpayer("285519037"), "19780301-10238")
LATIN = Person("HRYHORENKO-FAKE", "SOLOMIIA PETRIVNA", taxpayer("334106725"))
KEEPER = Person("ДІБРОВА", "ЗЕНОВІЯ ХОМІВНА", taxpayer("301188846"), None, "41234568")


def subject(p, serial=None, more=()):
    """The subject of a citizen; serial is the text of its serialNumber, "" for none."""
    serial = "TINUA-" + p.drfo if serial is None else serial
    named = [(x509.CN, p.common), (x509.SURNAME, p.surname), (x509.GIVEN, p.given)]
    if serial:
        named.append((x509.SERIAL, serial))
    return x509.name(*named, *more, (x509.COUNTRY, "UA"), (x509.LOCALITY, "Вигадин"))


def organisation(title, code, where="Вигадин"):
    return x509.name((x509.ORGANISATION, "Вигадана установа Б"), (x509.CN, title), (x509.SERIAL, code),
                     (x509.COUNTRY, "UA"), (x509.LOCALITY, where))


def identity(p, drfo=True, unzr=True):
    values = []
    if drfo and p.drfo:
        values.append((x509.DRFO, p.drfo, der.printable))
    if unzr and p.unzr:
        values.append((x509.UNZR, p.unzr, der.printable))
    if p.edrpou:
        values.append((x509.EDRPOU, p.edrpou, der.printable))
    return x509.directory(*values)


def profile(directory=None, usage=(x509.SIGN, x509.COMMIT), seal=False, critical=False, policy=UA + "2.2", basic=True):
    """What stands in a user's certificate besides key identifiers."""
    out = [x509.key_usage(*usage)] if usage else []
    out += [x509.basic_constraints(False)] if basic else []
    out += [x509.policies(policy), x509.qualified(seal, critical)]
    out += [directory] if directory else []
    out += [x509.extended_usage(x509.SEAL)] if seal else []
    return out + [x509.points("http://crl.vyhadka.invalid/full.crl"), x509.points("http://crl.vyhadka.invalid/d.crl", True),
                  x509.access("http://ocsp.vyhadka.invalid/")]


class Family:
    """A root, what it certified and their services, all of one family of algorithms."""

    def __init__(self, prefix, root, middle, ca, key):
        self.prefix, self.key = prefix, key
        self.root = x509.Authority(organisation("Кореневий центр " + prefix, "UA-00000100-" + prefix), root).self_signed()
        self.middle = self.root.authority(organisation("Проміжний центр " + prefix, "UA-00000200-" + prefix), middle, 1)
        self.ca = self.middle.authority(organisation("Надавач " + prefix, "UA-00000300-" + prefix), ca, 0)
        self.tsa = self.stamper("tsa")
        self.ocsp = self.responder("ocsp")

    def stamper(self, name_, usages=(x509.TIME_STAMPING,), critical=True, issuer=None, key=None, **fields):
        extensions = [x509.key_usage(x509.SIGN, x509.COMMIT), x509.basic_constraints(False)]
        if usages:
            extensions.append(x509.extended_usage(*usages, critical=critical))
        return cms.Stamper(self.service(name_, "Позначки часу", extensions, issuer, key, **fields))

    def service(self, name_, title, extensions, issuer=None, key=None, **fields):
        issuer, key = issuer or self.ca, key or self.key("%s %s" % (self.prefix, name_))
        subject_ = organisation("%s %s %s" % (title, self.prefix, name_), "UA-00000400-" + self.prefix)
        fields = {"since": "2024-01-10T00:00:00Z", "until": "2031-01-10T00:00:00Z"} | fields
        certificate, serial = issuer.issue(subject_, key, extensions, **fields)
        signer = cms.Signer(key, certificate, issuer.name, serial)
        signer.subject = subject_
        return signer

    def responder(self, name_, usages=(x509.OCSP_SIGNING,), issuer=None, of=None, key=None, **fields):
        extensions = [x509.key_usage(x509.SIGN), x509.basic_constraints(False)]
        extensions += [x509.extended_usage(*usages)] if usages else []
        s = self.service(name_, "Стан сертифікатів", extensions, issuer, key, **fields)
        return x509.Responder(of or self.ca, s.subject, s.key, s.certificate)

    def user(self, name_, person=ORYNA, key=None, extensions=None, subject_=None, issuer=None, **fields):
        """Issues a certificate; fields are those of Authority.issue."""
        key = key or self.key("%s %s" % (self.prefix, name_))
        issuer = issuer or self.ca
        extensions = profile(identity(person)) if extensions is None else extensions
        certificate, serial = issuer.issue(subject_ or subject(person), key, extensions, **fields)
        return cms.Signer(key, certificate, issuer.name, serial)

    def crls(self, *revoked, **fields):
        return [self.ca.crl(revoked, **fields), *self.upper]

    @functools.cached_property
    def upper(self):
        return [self.middle.crl(), self.root.crl()]

    @property
    def pool(self):
        return [self.middle.certificate, self.ca.certificate, self.tsa.signer.certificate, self.ocsp.certificate]


class World:
    """Both families and the cases made of them."""

    def __init__(self):
        self.d = Family("Б", Dstu("root", dstu4145.M431), Dstu("middle", dstu4145.M431), Dstu("ca"), Dstu)
        self.e = Family("Е", Ecdsa("root"), Ecdsa("middle"), Ecdsa("ca"), Ecdsa)
        self.files, self.names, self.cases, self.archives = {}, {}, [], []

    @functools.cached_property
    def r(self):
        ca = Rsa("rsa ca", 2048, (1476, 714))
        signer = lambda name_: Rsa("rsa signer", 2048, (2214, 1618))
        return Family("Р", ca, Ecdsa("rsa middle"), ca, signer)

    @functools.cached_property
    def oryna(self):
        return self.d.user("oryna")

    @functools.cached_property
    def marko(self):
        return self.d.user("marko", MARKO)

    @functools.cached_property
    def citizen(self):
        """A citizen of the international family, as Diia names them."""
        return self.e.user("citizen", LATIN, extensions=profile(usage=(x509.COMMIT,), policy=UA + "2.4"))

    def store(self, kind, data, extension):
        if data not in self.names:
            self.names[data] = "%s/%03d.%s" % (kind, sum(n.startswith(kind) for n in self.files) + 1, extension)
            self.files[self.names[data]] = data
        return self.names[data]

    def add(self, id_, container, expect, reason, *, family=None, strength="must", signer=None, level="BES", content=None,
            trust=None, pool=None, crls=None, ocsps=(), at=NOW, authorise=None):
        """Adds a case. family gives roots, intermediates and empty lists where a case has none of its own."""
        f = family or self.d
        trust = [f.root.certificate] if trust is None else trust
        pool = f.pool if pool is None else pool
        crls = f.crls() if crls is None else crls
        archive = container[:2] == b"PK"
        folder, suffix = ("asic", "asice") if level == "ASiC" else ("cms", "p7s")
        path = "%s/%s.%s" % (folder, id_, suffix)
        self.files[path] = container
        case = {
            "id": id_, "file": path, "content": content and self.store("content", content, "bin"),
            "level": None if folder == "asic" else level, "trust": [self.store("pki", c, "cer") for c in trust],
            "intermediates": [self.store("pki", c, "cer") for c in pool], "crls": [self.store("crl", c, "crl") for c in crls],
            "ocsps": [self.store("ocsp", c, "ocsp") for c in ocsps], "validation_time": at, "expect": expect,
            "reason": reason, "signer": signer, "strength": strength,
        }
        if authorise:
            case["authorise"] = authorise
        assert archive or folder == "cms" or expect != "valid"
        (self.archives if folder == "asic" else self.cases).append(case)

    def write(self, folder):
        folder = pathlib.Path(folder)
        for path, data in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        text = {"set": "B", "synthetic": True, "note": "synthetic keys and identities, made from a fixed seed",
                "cases": self.cases, "asic_cases": self.archives}
        (folder / "cases.json").write_text(json.dumps(text, ensure_ascii=False, indent=1) + "\n")
