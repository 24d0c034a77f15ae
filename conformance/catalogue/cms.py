"""SignedData with CAdES attributes and time-stamp tokens (RFC 5652, RFC 5035, RFC 3161, ETSI TS 101 733)."""

import der
from hashes import digest
from keys import UA, digest_algorithm

DATA, SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = ("1.2.840.113549.1.9.%d" % n for n in (3, 4, 5))
SMIME = "1.2.840.113549.1.9.16.2."
ESS, CONTENT_STAMP, SIGNATURE_STAMP = SMIME + "47", SMIME + "20", SMIME + "14"
CERTIFICATE_REFS, REVOCATION_REFS, CERTIFICATE_VALUES, REVOCATION_VALUES = (SMIME + "%d" % n for n in (21, 22, 23, 24))
COMPLETE_STAMP, REFERENCES_STAMP = SMIME + "25", SMIME + "26"


def attribute(oid, *values):
    return der.seq(der.oid(oid), der.tlv(0x31, *values))


def ess(certificate, name_, explicit=True):
    hash_ = der.octets(digest(name_, certificate))
    return der.seq(der.seq(der.seq(digest_algorithm(name_) if explicit else b"", hash_)))


class Signer:
    """Somebody with a key and a certificate, able to sign. issuer and serial name the certificate."""

    def __init__(self, key, certificate, issuer, serial):
        self.key, self.certificate, self.issuer, self.serial = key, certificate, issuer, serial

    @property
    def digest(self):
        return self.key.digest

    def sid(self, by_key=False):
        if by_key:
            return der.implicit(0, der.octets(self.key.identifier))
        return der.seq(self.issuer, der.integer(self.serial))

    def attributes(self, content, content_type=DATA, signing_time="2025-08-20T10:00:00Z", ess_of=None, digest_=None):
        """The usual signed attributes by name, so that a case may drop, change or repeat one."""
        d = digest_ or self.digest
        return {
            "type": attribute(CONTENT_TYPE, der.oid(content_type)),
            "time": attribute(SIGNING_TIME, der.time(signing_time)),
            "digest": attribute(MESSAGE_DIGEST, der.octets(digest(d, content))),
            "ess": attribute(ESS, ess(ess_of or self.certificate, d)),
        }

    def info(self, content, *, attributes=None, unsigned=(), version=None, by_key=False, digest_=None, algorithm_=None,
             spoil=None, ordered=True, sid=None, plain=False, content_type=DATA, signing_time="2025-08-20T10:00:00Z",
             more=(), as_sent=False, hashed=None, ess_of=None):
        """Returns a SignerInfo. unsigned are functions of the signature value or encoded attributes."""
        d = digest_ or self.digest
        if attributes is None:
            attributes = list(self.attributes(content, content_type, signing_time, ess_of, d).values())
        attributes = [*attributes, *more]
        body = b"".join(sorted(attributes) if ordered else attributes)
        tbs = content if plain else der.tlv(0x31, body if as_sent else b"".join(sorted(attributes)))
        value = self.key.sign(tbs, hashed)
        value = spoil(value) if spoil else value
        extra = [u(value) if callable(u) else u for u in unsigned]
        return der.seq(
            der.integer(version or (3 if by_key else 1)), sid or self.sid(by_key), digest_algorithm(d),
            b"" if plain else der.tlv(0xA0, body), algorithm_ or self.key.algorithm, der.octets(value),
            der.tlv(0xA1, *sorted(extra)) if extra else b"")


def signed_data(infos, content, *, certificates=(), digests=("gost",), detached=False, content_type=DATA, version=1,
                crls=(), wrap=der.octets):
    inside = b"" if detached else der.explicit(0, wrap(content))
    return der.seq(
        der.integer(version), der.set_of(*map(digest_algorithm, digests)), der.seq(der.oid(content_type), inside),
        der.tlv(0xA0, *certificates) if certificates else b"", der.tlv(0xA1, *crls) if crls else b"",
        der.tlv(0x31, *infos))


def content_info(inside, content_type=SIGNED_DATA):
    return der.seq(der.oid(content_type), der.explicit(0, inside))


def sign(signer, content, *, certificates=None, detached=False, version=None, by_key=False, digests=None, crls=(),
         content_type=DATA, **fields):
    """One signature in its container."""
    info = signer.info(content, by_key=by_key, content_type=content_type, **fields)
    bag = [signer.certificate] if certificates is None else certificates
    digests = digests or (fields.get("digest_") or signer.digest,)
    return content_info(signed_data([info], content, certificates=bag, digests=digests, detached=detached, crls=crls,
                                    version=version or (3 if by_key else 1), content_type=content_type))


def indefinite(signer, content):
    """The container in BER: indefinite lengths and the content in pieces."""
    info = signer.info(content)
    pieces = der.indefinite(0x24, der.octets(content[:11]), der.octets(content[11:]))
    inner = der.indefinite(0x30, der.oid(DATA), der.indefinite(0xA0, pieces))
    data = der.indefinite(0x30, der.integer(1), der.set_of(digest_algorithm(signer.digest)), inner,
                          der.indefinite(0xA0, signer.certificate), der.indefinite(0x31, info))
    return der.indefinite(0x30, der.oid(SIGNED_DATA), der.indefinite(0xA0, data))


class Stamper:
    """A time-stamping authority."""

    def __init__(self, signer, policy=UA + "2.3.1"):
        self.signer, self.policy, self.issued = signer, policy, 0

    def token(self, data, when, *, digest_=None, certificate=True, imprint=None, spoil=None, ess_of=None, nonce=None,
              accuracy=None, content_type=TST_INFO, attribute_type=None, signing_time=True, info_version=1, fraction=None,
              imprint_algorithm=None):
        """A token for the data; each argument after the time spoils or varies one thing."""
        d = digest_ or self.signer.digest
        self.issued += 1
        made = der.generalized(when)
        if fraction:
            made = der.tlv(0x18, der.body(made)[:-1] + b"." + fraction.encode() + b"Z")
        info = der.seq(
            der.integer(info_version), der.oid(self.policy),
            der.seq(imprint_algorithm or digest_algorithm(d), der.octets(digest(d, data) if imprint is None else imprint)),
            der.integer(5000 + self.issued), made, der.seq(der.integer(accuracy)) if accuracy else b"",
            der.integer(nonce) if nonce else b"")
        attributes = self.signer.attributes(info, attribute_type or content_type, when, ess_of)
        if not signing_time:
            del attributes["time"]
        inside = self.signer.info(info, attributes=list(attributes.values()), spoil=spoil)
        return content_info(signed_data(
            [inside], info, certificates=[self.signer.certificate] if certificate else [], digests=(self.signer.digest,),
            content_type=content_type, version=3))

    def signature_stamp(self, when, data=None, **fields):
        """An unsigned attribute, as a function of the signature value."""
        return lambda value: attribute(SIGNATURE_STAMP, self.token(value if data is None else data, when, **fields))

    def content_stamp(self, content, when, **fields):
        return attribute(CONTENT_STAMP, self.token(content, when, **fields))


def bare(encoded):
    """An attribute without its outer tag and length, as CAdES-X stamps hash it."""
    return der.body(encoded)


def certificate_refs(certificates, d):
    """complete-certificate-references to certificates of (issuer, serial, encoded)."""
    refs = []
    for issuer, serial, encoded in certificates:
        general = der.seq(der.explicit(4, issuer))
        refs.append(der.seq(der.seq(digest_algorithm(d), der.octets(digest(d, encoded))),
                            der.seq(general, der.integer(serial))))
    return attribute(CERTIFICATE_REFS, der.seq(*refs))


def revocation_refs(responses, d, empty=0):
    """complete-revocation-references to basic responses of (responder ID, produced, encoded); empty ones follow."""
    ids = []
    for responder, produced, encoded in responses:
        ids.append(der.seq(der.seq(responder, der.generalized(produced)),
                           der.seq(digest_algorithm(d), der.octets(digest(d, encoded)))))
    first = der.seq(der.explicit(1, der.seq(der.seq(*ids))))
    return attribute(REVOCATION_REFS, der.seq(first, *[der.seq()] * empty))


def certificate_values(*certificates):
    return attribute(CERTIFICATE_VALUES, der.seq(*certificates))


def revocation_values(crls=(), basics=()):
    return attribute(REVOCATION_VALUES, der.seq(der.explicit(0, der.seq(*crls)) if crls else b"",
                                                der.explicit(1, der.seq(*basics)) if basics else b""))
