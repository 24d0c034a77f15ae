"""Values that come back as they were sent (reference 4 and 12.3), and bytes
that become characters by the media type (RFC 7303, RFC 2781)."""

from forms import PARTY, Sending
from message import NASTY, Part, client
from message import REPRESENTATION as REP

VALUES = {
    "1200 characters": "Слово" * 240,
    "5000 characters with markup": (NASTY + "\n") * 125,
    "end of CDATA": "]]>", "only brackets": "]]]]>>", "markup": "<!-- a --><![CDATA[ b ]]><?c d?>&lt;",
    "escaped twice": "&amp;lt;&#38;#60;", "quotation marks": "\"'`«»„“”‘’",
    "line feed": "a\nb\n", "carriage return": "a\rb", "CR LF": "a\r\nb\r\n", "tabs": "\ta\tb\t",
    "blanks around": "  a  b  ", "only blanks": "   ", "only a line feed": "\n", "no-break spaces": "\u00a0a\u00a0",
    "beyond the first plane": "😀𝔘𐍈🇺🇦", "the last character": "\U0010ffff", "noncharacter": "\U0001fffe",
    "combining": "и\u0306і\u0308й ї e\u0301 \u212b", "right to left": "\u202eabc\u202c שלום", "apostrophes": "об'єкт об’єкт обʼєкт",
    "next line, line separator": "a\u0085b\u2028c", "zero width": "\ufeffa\u200b\u200d\ufeff", "replacement": "\ufffd", "controls of C1": "\u007f\u0080\u009f",
    "for a shell": "$(reboot) `id` ${jndi:ldap://x/y} %s%n %00 {{7*7}}", "for SQL": "'; DROP TABLE x; --", "for HTML": "<script>alert(1)</script>",
    "empty": "", "zero": "0", "looks like a header": "a\r\nX-Injected: 1\r\n\r\n<html>", "backslashes": "\\u0041\\n\\", "per cent": "%D0%99+%20",
}


def run(suite, random):
    texts = ["plain", "cdata", "references", "pieces"]
    for name in ("userId", "id", "issue"):
        suite.begin(f"4 echo of {name}")
        for i, (title, value) in enumerate(VALUES.items()):
            message = suite.signed().but(**{name: value})
            message.version = ("1.1", "1.2")[i % 2]
            message.style.text = texts[i % 4]
            suite.accept(title, message)
    suite.begin("4 echo of representedParty")
    for i, (title, value) in enumerate(VALUES.items()):
        for kind in ("partyClass", "partyCode"):
            message = suite.signed().but(representedParty=PARTY.replace(kind, value))
            message.style.text = texts[(i + 1) % 4]
            if value:
                suite.accept(f"{kind}: {title}", message)
            else:
                suite.clean(f"{kind}: {title}", message)
    suite.begin("4 echo in a fault")
    for i, (title, value) in enumerate(VALUES.items()):
        message = suite.signed().but(userId=value, issue=value[::-1] if "\r" not in value else value, representedParty=Part("", ("partyCode", value or "1"), space=REP))
        message.operation = "Nothing_v1"
        message.version = ("1.2", "1.1")[i % 2]
        message.style.text = texts[(i + 2) % 4]
        echoed_fault(suite, title, message)
    for title, value in VALUES.items():
        # Nobody's code, which an echo has to have all the same if it has the field at all.
        if value and "/" not in value and not any(ord(c) < 32 for c in value):
            suite.refuse(f"subsystemCode: {title}", suite.signed().but(client=client(subsystem=value)), "Client|Server")
    suite.begin("4 echo of service")
    for i, (title, value) in enumerate(VALUES.items()):
        for field in ("subsystemCode", "serviceVersion"):
            whole = dict(suite.signed().header)["service"]
            parts = [(n, value if n == field else v) for n, v in whole.parts] + ([(field, value)] if field == "serviceVersion" else [])
            message = suite.signed().but(service=Part("SERVICE", *parts))
            message.style.text = texts[i % 4]
            # Codes are not empty nor endless, and have neither slashes nor control characters.
            if value and "/" not in value and value.isprintable() and len(value) < 256:
                suite.accept(f"{field}: {title}", message)
            else:
                suite.clean(f"{field}: {title}", message)
    whole = dict(suite.signed().header)
    for name in ("client", "service"):
        suite.accept(f"{name}, its parts the other way round", reversed_parts(suite, name, whole[name]))
    suite.begin("4 line ends are normalised, and only those")
    for title, sent, meant in (("CR LF", "a\r\nb", "a\nb"), ("CR", "a\rb", "a\nb"), ("CR CR LF", "\r\r\n", "\n\n")):
        message = suite.signed().but(issue=meant)
        sending = Sending(message)
        raw = message.bytes().replace(b">" + meant.encode() + b"</xro:issue>", b">" + sent.encode() + b"</xro:issue>")
        literal(suite, title, sending, raw)
    suite.begin("Bytes by the media type")
    charsets(suite)
    suite.begin("Bytes that are no characters")
    no_characters(suite)


def reversed_parts(suite, name, whole):
    """The parts come in any order; the answer may put them right."""
    message = suite.signed().but(**{name: Part(whole.kind, *reversed(whole.parts))})
    sending = Sending(message)
    raw = message.bytes()
    sending.message = message.but(**{name: whole})
    sending.package = lambda s, _: (s.content_type(), raw)
    return sending


def echoed_fault(suite, title, message):
    """A fault about a message whose header could be read has the header: what
    a client needs to know which of its messages failed."""
    sending = Sending(message)
    answer, problems = suite.ask(sending.bytes(suite.door.host))
    if answer:
        problems = suite.refused(answer, "Client", message, message.version)
        if not answer.header:
            problems.append("the fault has no header")
    suite.report(title, problems)


def literal(suite, title, sending, raw, media=None, results=None):
    """A message whose bytes are given, meaning what sending means."""
    sending.media = media or sending.media
    sending.package = lambda s, _: (s.content_type(), raw)
    suite.accept(title, sending, *([results] if results else []))


def in_charset(suite, charset, declared, bom=b"", encoding=None):
    message = suite.signed().but(userId="Їжак ґава" if encoding != "ascii" else "hedgehog", issue="№ 1" if encoding == "windows-1251" else "1")
    message.style.charset, message.style.bom = encoding or charset, bom
    message.style.declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    if encoding in ("ascii", "latin-1"):
        message.style.text = "references"
    return message


def charsets(suite):
    def accept(title, media, message):
        sending = Sending(message)
        sending.media = media
        suite.accept(title, sending)

    def either(title, media, message):
        sending = Sending(message)
        sending.media = media
        suite.clean(title, sending)

    for spelled in ("windows-1251", "Windows-1251", '"WINDOWS-1251"'):
        for declared in ("windows-1251", "", "utf-8"):
            accept(f"{spelled}, declared {declared or 'nothing'}", f"text/xml; charset={spelled}", in_charset(suite, "windows-1251", declared, encoding="windows-1251"))
    for order, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
        for declared in ("utf-16", "", "utf-8"):
            accept(f"UTF-16, {order} by its mark, declared {declared or 'nothing'}", "text/xml; charset=UTF-16", in_charset(suite, "utf-16", declared, mark, order))
        either(f"UTF-16, {order}, no charset", "text/xml", in_charset(suite, "utf-16", "utf-16", mark, order))
        either(f"UTF-16, {order}, called UTF-8", "text/xml; charset=utf-8", in_charset(suite, "utf-16", "utf-16", mark, order))
        accept(f"{order} by name, no mark", f"text/xml; charset={order[:6]}{order[7:]}", in_charset(suite, "utf-16", "", encoding=order))
    accept("us-ascii", "text/xml; charset=us-ascii", in_charset(suite, "us-ascii", "us-ascii", encoding="ascii"))
    accept("ISO-8859-1", "text/xml; charset=ISO-8859-1", in_charset(suite, "iso-8859-1", "ISO-8859-1", encoding="latin-1"))
    # The media type is the authority, whatever the declaration says.
    for declared in ("windows-1251", "utf-16", "iso-8859-1", "klingon", "UTF8", "us-ascii"):
        either(f"UTF-8, declared {declared}", "text/xml; charset=utf-8", in_charset(suite, "utf-8", declared))
    either("windows-1251 by the declaration alone", "text/xml", in_charset(suite, "windows-1251", "windows-1251", encoding="windows-1251"))
    for charset, encoding in (("KOI8-U", "koi8-u"), ("ISO-8859-5", "iso-8859-5"), ("IBM866", "cp866"), ("UTF-32", "utf-32"), ("UTF-7", "utf-7"), ("utf8", "utf-8"),
                              ("cp1251", "windows-1251"), ("x-mac-cyrillic", "mac-cyrillic"), ("GB18030", "gb18030"), ("IBM037", "cp037"), ("Big5", "utf-8")):
        message = in_charset(suite, charset, charset, encoding=encoding).but(issue="1")
        if encoding in ("koi8-u", "iso-8859-5", "cp866", "mac-cyrillic", "cp037"):
            message.payload = [("signature", "AAAA")]  # the statement has letters that these lack
            message = message.but(userId={"cp866": "жук", "cp037": "bug"}.get(encoding, "їжак"))
        sending = Sending(message)
        sending.media = f"text/xml; charset={charset}"
        suite.clean(charset, sending)
    suite.refuse("UTF-8 called windows-1251, with a byte it lacks", suite.post(suite.signed().but(userId="И\u0418").bytes().replace("И".encode(), b"\x98", 1), "text/xml; charset=windows-1251"))
    suite.refuse("windows-1251 called UTF-8", suite.post(in_charset(suite, "x", "", encoding="windows-1251").bytes(), "text/xml; charset=utf-8"))
    suite.refuse("windows-1251 called nothing", suite.post(in_charset(suite, "x", "", encoding="windows-1251").bytes(), "text/xml"))
    suite.refuse("UTF-16 of an odd length", suite.post(in_charset(suite, "x", "", b"\xff\xfe", "utf-16-le").bytes()[:-1], "text/xml; charset=utf-16"))
    suite.refuse("UTF-16 with half a pair", suite.post(in_charset(suite, "x", "", b"\xff\xfe", "utf-16-le").bytes().replace("ґ".encode("utf-16-le"), b"\x00\xd8"), "text/xml; charset=utf-16"))


def no_characters(suite):
    good = suite.signed().but(userId="ABC").bytes()
    for title, data in (("an overlong blank", b"\xc0\xa0"), ("an overlong slash", b"\xe0\x80\xaf"), ("a surrogate", b"\xed\xa0\x80"), ("a pair of surrogates", b"\xed\xa0\xbd\xed\xb8\x80"),
                        ("beyond the last", b"\xf4\x90\x80\x80"), ("a lone continuation", b"\x80"), ("a start without an end", b"\xd0"), ("FF", b"\xff"), ("FE", b"\xfe"),
                        ("five bytes", b"\xf8\x88\x80\x80\x80"), ("zero", b"\x00"), ("one", b"\x01"), ("escape", b"\x1b"), ("form feed", b"\x0c"), ("U+FFFE", b"\xef\xbf\xbe"), ("U+FFFF", b"\xef\xbf\xbf")):
        suite.refuse(f"{title} in a value", suite.post(good.replace(b"ABC", b"A" + data + b"C")))
        suite.refuse(f"{title} in an attribute", suite.post(good.replace(b"<xro:userId>", b'<xro:userId a="' + data + b'">')))
        suite.refuse(f"{title} in a comment", suite.post(good.replace(b"<xro:userId>", b"<xro:userId><!--" + data + b"-->")))
        suite.refuse(f"{title} in a name", suite.post(good.replace(b"xro:userId>", b"xro:user" + data + b"Id>")))
    for reference in ("&#0;", "&#1;", "&#x1F;", "&#xD800;", "&#xDFFF;", "&#xFFFE;", "&#xFFFF;", "&#x110000;", "&#99999999999999999999;", "&#xFFFFFFFFFFFFFFFF41;", "&#;", "&#x;", "&#-65;", "&#x 41;", "&#65", "&;", "& ", "&nbsp;", "&AMP;", "&amp", "&#X41;"):
        suite.refuse(f"reference {reference}", suite.post(good.replace(b"ABC", reference.encode())))
