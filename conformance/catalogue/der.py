"""A writer of DER and, where a case wants it, of BER."""

import datetime


def length(n):
    if n < 128:
        return bytes([n])
    b = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([128 | len(b)]) + b


def tlv(tag, *parts):
    body = b"".join(parts)
    return bytes([tag]) + length(len(body)) + body


def seq(*parts):
    return tlv(0x30, *parts)


def set_of(*parts):
    return tlv(0x31, *sorted(parts))


def octets(body):
    return tlv(0x04, body)


def bits(body, unused=0):
    return tlv(0x03, bytes([unused]), body)


def integer(n):
    return tlv(0x02, n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))


def enumerated(n):
    return tlv(0x0A, bytes([n]))


def boolean(b):
    return tlv(0x01, b"\xff" if b else b"\0")


NULL = b"\x05\0"


def oid(text):
    arcs = [int(a) for a in text.split(".")]
    out = b""
    for arc in [40 * arcs[0] + arcs[1], *arcs[2:]]:
        piece = bytes([arc & 127])
        while arc := arc >> 7:
            piece = bytes([128 | arc & 127]) + piece
        out += piece
    return tlv(0x06, out)


def utf8(text):
    return tlv(0x0C, text.encode())


def printable(text):
    return tlv(0x13, text.encode())


def ia5(text):
    return tlv(0x16, text.encode())


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def generalized(text):
    return tlv(0x18, moment(text).strftime("%Y%m%d%H%M%SZ").encode())


def time(text):
    """UTCTime until 2049, GeneralizedTime afterwards (RFC 5280, 4.1.2.5)."""
    t = moment(text)
    return tlv(0x17, t.strftime("%y%m%d%H%M%SZ").encode()) if t.year < 2050 else generalized(text)


def explicit(n, *parts):
    return tlv(0xA0 | n, *parts)


def implicit(n, encoded):
    """Replaces the tag of an encoded value, keeping whether it is constructed."""
    return bytes([0x80 | encoded[0] & 0x20 | n]) + encoded[1:]


def indefinite(tag, *parts):
    return bytes([tag, 0x80]) + b"".join(parts) + b"\0\0"


def body(encoded):
    """The contents of one definite value."""
    if encoded[1] < 128:
        return encoded[2:]
    return encoded[2 + (encoded[1] & 127):]
