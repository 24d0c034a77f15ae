"""Certificates, revocation lists and OCSP responses (RFC 5280, RFC 6960, orders of 2012 on their national profile)."""

import hashlib

import der
from hashes import digest
from keys import DIGESTS, UA, algorithm

CN, SURNAME, SERIAL, COUNTRY, LOCALITY, ORGANISATION = "2.5.4.3", "2.5.4.4", "2.5.4.5", "2.5.4.6", "2.5.4.7", "2.5.4.10"
UNIT, TITLE, GIVEN, ORGANISATION_ID = "2.5.4.11", "2.5.4.12", "2.5.4.42", "2.5.4.97"
DRFO, EDRPOU, UNZR = UA + "11.1.4.1.1", UA + "11.1.4.2.1", UA + "11.1.4.11.1"
TIME_STAMPING, OCSP_SIGNING = "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9"
EMAIL, SEAL, IIT = "1.3.6.1.5.5.7.3.4", UA + "3.9", "1.3.6.1.4.1.19398.1.1.8."
# Bits of keyUsage.
SIGN, COMMIT, AGREE, CERTIFY, LIST = 0, 1, 4, 5, 6


def name(*attributes):
    """Builds a name of pairs (type, text or encoded value)."""
    parts = []
    for kind, value in attributes:
        if isinstance(value, str):
            value = der.printable(value) if kind == COUNTRY else der.utf8(value)
        parts.append(der.set_of(der.seq(der.oid(kind), value)))
    return der.seq(*parts)


def extension(oid, value, critical=False):
    return der.seq(der.oid(oid), der.boolean(True) if critical else b"", der.octets(value))


def key_usage(*bits):
    top = max(bits)
    number = sum(1 << top - b for b in bits)
    size = top // 8 + 1
    unused = 8 * size - top - 1
    return extension("2.5.29.15", der.bits((number << unused).to_bytes(size, "big"), unused), True)


def basic_constraints(authority, path=None):
    inside = (der.boolean(True) if authority else b"") + (der.integer(path) if path is not None else b"")
    return extension("2.5.29.19", der.seq(inside), True)


def extended_usage(*oids, critical=False):
    return extension("2.5.29.37", der.seq(*map(der.oid, oids)), critical)


def subject_key(identifier):
    return extension("2.5.29.14", der.octets(identifier))


def authority_key(identifier):
    return extension("2.5.29.35", der.seq(der.implicit(0, der.octets(identifier))))


def policies(oid):
    return extension("2.5.29.32", der.seq(der.seq(der.oid(oid))))


def directory(*attributes):
    """subjectDirectoryAttributes of triples (type, text, encoder)."""
    parts = [der.seq(der.oid(kind), der.set_of(encode(text))) for kind, text, encode in attributes]
    return extension("2.5.29.9", der.seq(*parts))


def qualified(seal=False, critical=False):
    kind = "0.4.0.1862.1.6.2" if seal else "0.4.0.1862.1.6.1"
    statements = [der.seq(der.oid("0.4.0.1862.1.1")), der.seq(der.oid("0.4.0.1862.1.4")),
                  der.seq(der.oid("0.4.0.1862.1.6"), der.seq(der.oid(kind))), der.seq(der.oid(UA + "2.1"))]
    return extension("1.3.6.1.5.5.7.1.3", der.seq(*statements), critical)


def uri(text):
    return der.tlv(0x86, text.encode())


def points(url, freshest=False):
    point = der.seq(der.explicit(0, der.explicit(0, uri(url))))
    return extension("2.5.29.46" if freshest else "2.5.29.31", der.seq(point))


def access(url):
    return extension("1.3.6.1.5.5.7.1.1", der.seq(der.seq(der.oid("1.3.6.1.5.5.7.48.1"), uri(url))))


def signed(tbs, key, outer=None, spoil=None):
    """Puts a signature under what is to be signed."""
    value = key.seal(tbs)
    identifier = getattr(key, "certificate_algorithm", key.algorithm)
    return der.seq(tbs, outer or identifier, der.bits(spoil(value) if spoil else value))


class Authority:
    """Whoever issues: a name, a key and, once somebody has issued it, a certificate."""

    def __init__(self, subject, key):
        self.name, self.key, self.certificate, self.serial, self.issued = subject, key, None, None, 0
        self.certid_digest = "sha1" if hasattr(key, "size") or not hasattr(key, "curve") else "gost"
        self.extensions_of_users = []

    def next_serial(self):
        """Twenty bytes, the first eight of which are the key identifier's without its top bit."""
        self.issued += 1
        tail = hashlib.sha256(self.key.identifier + self.issued.to_bytes(4, "big")).digest()[:12]
        head = int.from_bytes(self.key.identifier[:8], "big") & ~(1 << 63) | 1 << 62
        return head << 96 | int.from_bytes(tail, "big")

    def issue(self, subject, key, extensions, since="2025-01-10T00:00:00Z", until="2027-01-10T00:00:00Z", serial=None,
              inner=None, outer=None, spoil=None, version=2, spki=None, signer=None, identifier=None):
        """Returns a certificate and its serial number."""
        serial = serial if serial is not None else self.next_serial()
        signer = signer or self.key
        own = getattr(signer, "certificate_algorithm", signer.algorithm)
        all_ = [subject_key(identifier or key.identifier), authority_key(self.key.identifier), *extensions]
        tbs = der.seq(
            der.explicit(0, der.integer(version)) if version else b"", der.integer(serial), inner or own, self.name,
            der.seq(der.time(since), der.time(until)), subject, spki or key.spki,
            der.explicit(3, der.seq(*all_)) if version == 2 else b"")
        return signed(tbs, signer, outer, spoil), serial

    def authority(self, subject, key, path=None, usage=(CERTIFY, LIST), more=(), basic=True, **fields):
        """Issues a certificate to another authority."""
        extensions = [key_usage(*usage)] if usage else []
        extensions += ([basic_constraints(True, path)] if basic else []) + list(more)
        out = Authority(subject, key)
        fields = {"since": "2023-02-01T00:00:00Z", "until": "2031-02-01T00:00:00Z"} | fields
        out.certificate, out.serial = self.issue(subject, key, extensions, **fields)
        out.parent = self
        return out

    def self_signed(self, since="2022-03-01T00:00:00Z", until="2037-03-01T00:00:00Z", **fields):
        self.certificate, self.serial = self.issue(
            self.name, self.key, [key_usage(CERTIFY, LIST), basic_constraints(True)], since=since, until=until, **fields)
        return self

    def crl(self, revoked=(), this="2025-09-15T06:00:00Z", next_="2025-09-22T06:00:00Z", number=71, delta=None, more=(),
            signer=None, spoil=None, issuer=None):
        """A list of (serial, time, reason number or None); delta is the number of the base it extends."""
        entries = []
        for serial, when, reason in revoked:
            why = [] if reason is None else [extension("2.5.29.21", der.enumerated(reason))]
            entries.append(der.seq(der.integer(serial), der.time(when), der.seq(*why) if why else b""))
        signer = signer or self.key
        extensions = [authority_key(self.key.identifier), extension("2.5.29.20", der.integer(number))]
        if delta is not None:
            extensions.append(extension("2.5.29.27", der.integer(delta), True))
        tbs = der.seq(
            der.integer(1), getattr(signer, "certificate_algorithm", signer.algorithm), issuer or self.name, der.time(this),
            der.time(next_) if next_ else b"", der.seq(*entries) if entries else b"",
            der.explicit(0, der.seq(*extensions, *more)))
        return signed(tbs, signer, spoil=spoil)

    def certificate_id(self, serial, hash_=None, name_hash=None, key_hash=None):
        h = hash_ or self.certid_digest
        parameters = [der.NULL] if h.startswith("sha") else []
        return der.seq(algorithm(DIGESTS[h], *parameters), der.octets(name_hash or digest(h, self.name)),
                       der.octets(key_hash or digest(h, self.key.bit_string)), der.integer(serial))


GOOD, UNKNOWN = b"\x80\0", b"\x82\0"


def revoked_status(when, reason=None):
    return der.explicit(1, der.generalized(when), der.explicit(0, der.enumerated(reason)) if reason is not None else b"")


class Responder:
    """An OCSP responder."""

    def __init__(self, issuer, subject, key, certificate=None):
        self.issuer, self.name, self.key, self.certificate = issuer, subject, key, certificate

    def basic(self, serial, status=GOOD, this="2025-09-15T09:25:00Z", next_=None, produced=None, by="name", nonce=None,
              certificates=True, spoil=None, identity=None, identifier=None, more=()):
        responder = {
            "name": lambda: der.explicit(1, self.name),
            "key": lambda: der.explicit(2, der.octets(hashlib.sha1(self.key.bit_string).digest())),
            "identifier": lambda: der.explicit(2, der.octets(self.key.identifier)),
        }[by]()
        single = der.seq(identifier or self.issuer.certificate_id(serial), status, der.generalized(this),
                         der.explicit(0, der.generalized(next_)) if next_ else b"")
        extra = extension("1.3.6.1.5.5.7.48.1.2", der.octets(nonce)) if nonce else b""
        data = der.seq(identity or responder, der.generalized(produced or this), der.seq(single, *more),
                       der.explicit(1, der.seq(extra)) if extra else b"")
        value = self.key.seal(data)
        own = getattr(self.key, "certificate_algorithm", self.key.algorithm)
        bag = [self.certificate] if certificates and self.certificate else []
        return der.seq(data, own, der.bits(spoil(value) if spoil else value),
                       der.explicit(0, der.seq(*bag)) if bag else b"")

    def response(self, serial, **fields):
        return wrapped(self.basic(serial, **fields))


def wrapped(basic, status=0):
    inside = der.explicit(0, der.seq(der.oid("1.3.6.1.5.5.7.48.1.1"), der.octets(basic))) if basic else b""
    return der.seq(der.enumerated(status), inside)
