"""Messages of the X-Road protocol (PR-MESS) in every spelling that XML, SOAP
1.1 and 1.2 and MIME leave open. A Message says what is meant; its style says
how it is written. What an answer has to echo is taken from the former."""

import copy

XROAD = "http://x-road.eu/xsd/xroad.xsd"
ID = "http://x-road.eu/xsd/identifiers"
REPRESENTATION = "http://x-road.eu/xsd/representation.xsd"
OURS = "https://ehealth.gov.ua/trembita/dovidka"
SOAP = {"1.1": "http://schemas.xmlsoap.org/soap/envelope/", "1.2": "http://www.w3.org/2003/05/soap-envelope"}
XOP = "http://www.w3.org/2004/08/xop/include"

# In one sentence what breaks careless programs: letters that Latin alphabets
# lack, both quotation marks, what markup means, the end of a CDATA section.
NASTY = """Їжак Ґалаґан’щ <>&"' ]]> кінець"""


class Part:
    """A header field with parts, such as client."""

    def __init__(self, kind, *parts, space=ID):
        self.kind, self.parts, self.space = kind, list(parts), space

    def replace(self, name, value):
        return Part(self.kind, *((n, value if n == name else v) for n, v in self.parts), space=self.space)


def client(instance="SEVDEIR-TEST", group="GOV", member="43395033", subsystem="DIIA_cons"):
    parts = [("xRoadInstance", instance), ("memberClass", group), ("memberCode", member)]
    if subsystem is None:
        return Part("MEMBER", *parts)
    return Part("SUBSYSTEM", *parts, ("subsystemCode", subsystem))


def service(code, version=None, subsystem="DOVIDKA_prod"):
    parts = [("xRoadInstance", "SEVDEIR-TEST"), ("memberClass", "GOV"), ("memberCode", "42032422"), ("subsystemCode", subsystem), ("serviceCode", code)]
    return Part("SERVICE", *parts, *([("serviceVersion", version)] if version else []))


class Style:
    """How a message is written."""

    def __init__(self):
        self.prefixes = "usual"
        self.text = "plain"
        self.space = ""  # between elements
        self.declaration = '<?xml version="1.0" encoding="utf-8"?>'
        self.charset, self.bom = "utf-8", b""
        self.mark_client = ""  # attributes of the first header field, for mustUnderstand


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def in_cdata(text):
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>").replace("\r", "]]>&#13;<![CDATA[") + "]]>"


def in_references(text):
    """Every character by its number, in decimal and hexadecimal in turn."""
    return "".join(f"&#{ord(c)};" if i % 2 else f"&#x{ord(c):X};" for i, c in enumerate(text))


def in_pieces(text):
    """Plain text, a comment, a CDATA section, references and an empty CDATA section in one."""
    third = max(1, len(text) // 3)
    a, b, c = text[:third], text[third : 2 * third], text[2 * third :]
    return escape(a) + "<!-- пояснення -->" + in_cdata(b) + in_references(c) + "<![CDATA[]]>"


TEXTS = {"plain": escape, "cdata": in_cdata, "references": in_references, "pieces": in_pieces}


class Message:
    def __init__(self, operation="GetDeclarations_v1", payload=None, version="1.1"):
        self.version = version
        self.header = [
            ("client", client()),
            ("service", service(operation)),
            ("userId", "UA3075751279"),
            ("id", "5b0c0d5e-5a3b-4f0f-9e0e-0d7c3d1c8a11"),
            ("protocolVersion", "4.0"),
        ]
        self.extra = ""  # more header elements, as they stand
        self.operation = operation
        self.payload = [("signature", "AAAA")] if payload is None else payload
        self.style = Style()

    def but(self, **fields):
        """A copy with other values of header fields, None for without, added ones at the end."""
        new = copy.deepcopy(self)
        for name, value in fields.items():
            names = [n for n, _ in new.header]
            if value is None:
                new.header = [(n, v) for n, v in new.header if n != name]
            elif name in names:
                new.header[names.index(name)] = (name, value)
            else:
                new.header.append((name, value))
        return new

    # What is meant.

    def expected(self):
        """The header fields that the answer has to have, in their sequence."""
        fields = []
        for name, value in self.header:
            if name == "requestHash":
                continue
            if isinstance(value, Part):
                kind = value.kind if value.space == ID else None
                fields.append((qualify(name), kind, [(f"{{{value.space}}}{n}", v) for n, v in value.parts]))
            else:
                fields.append((qualify(name), None, value))
        return fields

    # How it is written.

    def xml(self):
        body = self.wrapper(self.style)
        return self.envelope(self.head(), body)

    def head(self):
        s, parts = self.style, []
        for i, (name, value) in enumerate(self.header):
            parts.append(s.space * 2 + field(name, value, s, s.mark_client if i == 0 else ""))
        return "".join(parts) + self.extra

    def wrapper(self, s):
        return element("p", OURS, self.operation, fields(self.payload, s) + s.space, s, own=True)

    def envelope(self, head, body):
        s, soap = self.style, SOAP[self.version]
        e, b, declare = "soapenv", "soapenv", f' xmlns:soapenv="{soap}"'
        if s.prefixes == "two":
            b, declare = "ns0", declare + f' xmlns:ns0="{soap}"'
        elif s.prefixes == "default":
            e = b = ""
            declare = f' xmlns="{soap}"'
        elif s.prefixes == "cyrillic":
            e = b = "конверт"
            declare = f' xmlns:конверт="{soap}"'
        if s.prefixes in ("usual", "two", "local-body"):
            declare += f' xmlns:xro="{XROAD}" xmlns:iden="{ID}" xmlns:rep="{REPRESENTATION}" xmlns:p="{OURS}"'
        elif s.prefixes == "swapped":
            declare += f' xmlns:iden="{XROAD}" xmlns:xro="{ID}" xmlns:rep="{REPRESENTATION}" xmlns:p="{OURS}"'
        elif s.prefixes == "shadowed":
            declare += ' xmlns:xro="urn:not-this" xmlns:iden="urn:nor-this" xmlns:p="urn:nor-that" xmlns:rep="urn:nor"'
        e, b = (e + ":" if e else ""), (b + ":" if b else "")
        n = s.space
        lead = "<!-- перед конвертом -->" if s.text == "pieces" else ""
        return (
            f"{s.declaration}{n}{lead}<{e}Envelope{declare}>{n}<{e}Header>{head}{n}</{e}Header>{n}"
            f"<{b}Body>{n}{body}{n}</{b}Body>{n}</{e}Envelope>{n}"
        )

    def bytes(self):
        return self.style.bom + self.xml().encode(self.style.charset)


def fields(values, s):
    """Fields of a payload: text, or a list of fields."""
    return "".join(s.space + element("p", OURS, n, fields(v, s) if isinstance(v, list) else TEXTS[s.text](v), s) for n, v in values)


def texts(values):
    """All text in the fields of a payload."""
    return [t for _, v in values for t in (texts(v) if isinstance(v, list) else [v])]


def qualify(name):
    return f"{{{REPRESENTATION if name == 'representedParty' else XROAD}}}{name}"


def field(name, value, s, mark=""):
    space = REPRESENTATION if name == "representedParty" else XROAD
    if name == "requestHash":
        mark += ' algorithmId="http://www.w3.org/2001/04/xmlenc#sha512"'
    if isinstance(value, Part):
        inner = "".join(s.space * 3 + element("iden", value.space, n, TEXTS[s.text](v), s) for n, v in value.parts)
        kind = value.kind if value.space == ID else None
        return element("xro", space, name, inner + s.space * 2, s, kind=kind, mark=mark, own=True)
    return element("xro", space, name, TEXTS[s.text](value), s, mark=mark)


def element(prefix, space, name, inner, s, kind=None, mark="", own=False):
    """An element in a namespace, as the style declares prefixes; own elements
    stand directly below Header or Body."""
    if space == REPRESENTATION:
        prefix = "rep"
    if s.prefixes in ("usual", "two") or (s.prefixes == "local-body" and prefix != "p"):
        declare, tag, of_kind = "", f"{prefix}:{name}", "iden"
    elif s.prefixes == "swapped":
        other = {"xro": "iden", "iden": "xro"}.get(prefix, prefix)
        declare, tag, of_kind = "", f"{other}:{name}", "xro"
    elif s.prefixes == "default":
        declare, tag, of_kind = f' xmlns="{space}"', name, "k"
        if kind is not None:
            declare += f' xmlns:k="{ID}"'
    elif s.prefixes == "cyrillic":
        declare, tag, of_kind = f' xmlns:їжак="{space}"', f"їжак:{name}", "вид"
        if kind is not None:
            declare += f' xmlns:вид="{ID}"'
    else:  # declared anew on every element
        declare, tag, of_kind = f' xmlns:{prefix}="{space}"', f"{prefix}:{name}", "iden"
        if kind is not None:
            declare += f' xmlns:iden="{ID}"'
    if kind is not None:
        declare += f' {of_kind}:objectType="{kind}"'
    if not inner and not own:
        return f"<{tag}{declare}{mark}/>"
    return f"<{tag}{declare}{mark}>{inner}</{tag}>"
