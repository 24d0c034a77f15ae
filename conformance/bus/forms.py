"""The forms that a provider has to accept (reference 3.1), by dimension: each
value of a dimension can be combined with each of the others."""

import itertools

from message import NASTY, REPRESENTATION, SOAP, Part
from wire import chunked, request

BOUNDARY = "jetty771207119h3h10dty"


class Sending:
    """A message on its way: media type, package, header fields of HTTP, framing."""

    def __init__(self, message):
        self.message = message
        self.media = None  # Content-Type as it stands; None: the usual one of the version
        self.action = '""'  # SOAPAction as it stands; None: without
        self.headers = []
        self.package = lambda sending, xml: (sending.content_type(), xml)
        self.frame = request
        self.frame_options = {}

    def content_type(self):
        if self.media is not None:
            return self.media
        charset = self.message.style.charset
        if self.message.version == "1.2":
            return f'application/soap+xml; charset={charset}; action=""'
        return f"text/xml; charset={charset}"

    def bytes(self, host):
        media, body = self.package(self, self.message.bytes())
        headers = [("Content-Type", media)] if media is not None else []
        if self.action is not None and self.message.version == "1.1":
            headers.append(("SOAPAction", self.action))
        headers += self.headers
        if self.frame is chunked:
            third = len(body) // 3
            body = [body[:1], body[1:third], body[third:]]
        return self.frame(host, body, headers, **self.frame_options)


def style(**values):
    def form(sending):
        for name, value in values.items():
            setattr(sending.message.style, name, value)
    return form


def fields(**values):
    def form(sending):
        sending.message = sending.message.but(**values)
    return form


def order(*names):
    def form(sending):
        sending.message.header.sort(key=lambda f: names.index(f[0]) if f[0] in names else len(names))
    return form


def extra(xml, **values):
    def form(sending):
        fields(**values)(sending)
        sending.message.extra += xml
    return form


def marked(attributes):
    """Attributes of SOAP's namespace on the first header field."""
    def form(sending):
        sending.message.style.mark_client = f' xmlns:env="{SOAP[sending.message.version]}" {attributes}'
    return form


def media(text):
    """The usual media type of the version in another spelling; {} is the charset."""
    def form(sending):
        kind = "application/soap+xml" if sending.message.version == "1.2" else "text/xml"
        spelled = {"upper": kind.upper(), "mixed": kind.title(), "plain": kind}
        sending.media = text.format(sending.message.style.charset, **spelled)
    return form


def header(*pairs, action=None):
    def form(sending):
        sending.headers += pairs
        if action is not None:
            sending.action = action or None
    return form


def soap_action(value):
    def form(sending):
        sending.action = value
    return form


def framing(kind=request, **options):
    def form(sending):
        sending.frame, sending.frame_options = kind, options
    return form


def version(value):
    def form(sending):
        sending.message.version = value
    return form


def part(heads, body):
    return b"--" + BOUNDARY.encode() + b"\r\n" + "".join(f"{n}: {v}\r\n" for n, v in heads).encode() + b"\r\n" + body + b"\r\n"


def related(after=(), before=(), parameters="", root=None, heads=(("Content-Transfer-Encoding", "8bit"), ("Content-ID", "<rootpart>")), mark=b"", preamble=b"", epilogue=b"\r\n"):
    """multipart/related (RFC 2387) around the envelope."""
    def form(sending):
        def package(sending, xml):
            kind = root.format(sending.message.style.charset) if root else sending.content_type()
            parts = [*before, part([("Content-Type", kind), *heads], mark + xml), *after]
            outer = f"multipart/related; boundary={BOUNDARY}{parameters}"
            return outer, preamble + b"".join(parts) + b"--" + BOUNDARY.encode() + b"--" + epilogue
        sending.package = package
    return form


ATTACHMENT = part([("Content-Type", "application/octet-stream; name=attachment-1"), ("Content-Transfer-Encoding", "binary"), ("Content-ID", "<attachment-1>")], bytes(range(256)))
NESTED = part([("Content-Type", "multipart/mixed; charset=UTF-8; boundary=inner0")], b"--inner0\r\nContent-Type: text/plain\r\n\r\nblaah\r\n--inner0--\r\n")

PARTY = Part("", ("partyClass", "COM"), ("partyCode", "MEMBER3"), space=REPRESENTATION)
SERVER = Part("SERVER", ("xRoadInstance", "SEVDEIR-TEST"), ("memberClass", "GOV"), ("memberCode", "42032422"), ("serverCode", "SS1"))

DIMENSIONS = {
    "soap": {"1.1": version("1.1"), "1.2": version("1.2")},
    "order": {
        "as in the guide": order("client", "service", "userId", "id", "protocolVersion"),
        "id first": order("id", "protocolVersion", "userId", "service", "client"),
        "userId, client, service": order("userId", "client", "service", "protocolVersion", "id"),
        "protocolVersion first": order("protocolVersion", "client", "id", "service", "userId"),
        "service before client": order("service", "client", "userId", "issue", "id"),
    },
    "prefixes": {p: style(prefixes=p) for p in ("usual", "two", "local", "default", "shadowed", "swapped", "cyrillic", "local-body")},
    "text": {t: style(text=t) for t in ("plain", "cdata", "references", "pieces")},
    "space": {"none": style(space=""), "lines": style(space="\n  "), "CR LF": style(space="\r\n\t")},
    "declaration": {
        "double quotes": style(declaration='<?xml version="1.0" encoding="utf-8"?>'),
        "single quotes": style(declaration="<?xml version='1.0' encoding='UTF-8'?>\n"),
        "none": style(declaration=""),
        "without encoding": style(declaration='<?xml version="1.0"?>\n'),
        "standalone": style(declaration='<?xml version="1.0" encoding="Utf-8" standalone="yes"?>'),
        "byte order mark": style(bom=b"\xef\xbb\xbf"),
        "byte order mark, no declaration": style(bom=b"\xef\xbb\xbf", declaration=""),
    },
    "fields": {
        "usual": fields(),
        "without userId": fields(userId=None),
        "empty userId": fields(userId=""),
        "empty issue": fields(issue=""),
        "issue of lines": fields(issue="w\naa\nww\n"),
        "nasty userId and issue": fields(userId=NASTY, issue="справа " + NASTY),
        "represented party": fields(representedParty=PARTY),
        "party without a class": fields(representedParty=Part("", ("partyCode", "31"), space=REPRESENTATION)),
        "security server": fields(securityServer=SERVER),
        "everything": fields(issue="12/2026", representedParty=PARTY, securityServer=SERVER),
        "request hash": fields(requestHash="RQCdnfM00kok4TKPL9NDHw3dwAx8GTtXaCbMtdUqKb0="),
        "short id": fields(id="321"),
        "id of 32 hexadecimal digits": fields(id="0123456789abcdef0123456789ABCDEF"),
        "empty id": fields(id=""),
        "protocol 4.1": fields(protocolVersion="4.1"),
        "unknown field": extra('<t:trace xmlns:t="urn:elsewhere" a="&lt;"><t:x>1</t:x></t:trace>'),
        "unknown field of X-Road": extra('<xroad:xml xmlns:xroad="http://x-road.eu/xsd/xroad.xsd"><![CDATA[<a><b>12345678</b></a>]]></xroad:xml>'),
        "fields of the same names in another namespace": extra('<userId xmlns="urn:elsewhere">other</userId><id xmlns="http://x-road.eu/xsd/identifiers">other</id><client xmlns=""/>'),
        "unknown field without a namespace": extra('<token xmlns="">1</token>'),
        "client must be understood": marked('env:mustUnderstand="1"'),
        "unknown field need not be understood": lambda s: extra(f'<t:x xmlns:t="urn:elsewhere" xmlns:env="{SOAP[s.message.version]}" env:mustUnderstand="0"/>')(s),
    },
    "media": {
        "usual": lambda s: None,
        "upper case": media("{upper}; CHARSET={}"),
        "mixed case": media("{mixed};charset={}"),
        "no blanks": media("{plain};charset={}"),
        "many blanks": media("{plain} ;  charset={}  "),
        "quoted charset": media('{plain}; charset="{}"'),
        "more parameters": media('{plain}; charset={}; x-more="a;b=\\"c"; action="urn:a:b"'),
    },
    "action": {
        "empty, quoted": soap_action('""'),
        "missing": soap_action(None),
        "empty": soap_action(""),
        "URI": soap_action('"urn:dovidka#GetDeclarations_v1"'),
        "of another operation": soap_action('"GetSomethingElse_v1"'),
        "without quotes": soap_action("http://example.test/GetDeclarations_v1"),
    },
    "http": {
        "length": framing(),
        "chunked": framing(chunked),
        "chunks with extensions": framing(chunked, extension=';name=value;other="a;b\\"c"', size="{:X}"),
        "sizes with zeros and a trailer": framing(chunked, size="{:06x}", trailer="X-Checksum: 1\r\n", coding="Chunked"),
        "absolute form": framing(target="http://security-server.example:8080/some/where"),
        "query": framing(target="/?queryId=7&x=%3Cy%3E&=&&userId=UA1"),
        "1.0": framing(version="1.0"),
    },
    "headers": {
        "none": header(),
        "Expect": header(("Expect", "100-continue")),
        "odd Accept": header(("Accept", "image/png"), ("Accept-Charset", "windows-1251"), ("Accept-Language", "*;q=0")),
        "Accept-Encoding": header(("Accept-Encoding", "gzip, br;q=1, *;q=0.1")),
        "empty Accept-Encoding": header(("Accept-Encoding", ""), ("Accept", "")),
        "of UXP": header(("uxp-transaction-id", "0f8fad5b-d9cb-469f-a165-70867728950e"), ("X-Road-Request-Id", "1"), ("User-Agent", "")),
        "hop by hop": header(("Connection", "keep-alive, TE"), ("TE", "trailers"), ("Keep-Alive", "timeout=5")),
        "of a browser": header(("Cookie", "a=b; c"), ("Authorization", "Basic Og=="), ("Origin", "null"), ("Upgrade-Insecure-Requests", "1")),
    },
    "package": {
        "none": lambda s: None,
        "multipart": related(),
        "multipart, mark inside": related(mark=b"\xef\xbb\xbf"),
        "attachment": related([ATTACHMENT]),
        "nested": related([NESTED]),
        "start": related([ATTACHMENT], parameters='; type="text/xml"; start="<rootpart>"'),
        "start of the second part": related(before=[ATTACHMENT], parameters='; start="<rootpart>"'),
        "MTOM": related(root='application/xop+xml; type="text/xml"; charset={}', parameters='; type="application/xop+xml"; start="<rootpart>"; start-info="text/xml"'),
        "preamble and epilogue": related(preamble=b"This is a message in MIME.\r\n\r\n", epilogue=b"\r\nthe end\r\n"),
        "quoted boundary": related(parameters='; charset=UTF-8'),
    },
    "charset": {
        "utf-8": lambda s: None,
        "UTF-16, big": style(charset="utf-16-be"),
        "UTF-16, little": style(charset="utf-16-le"),
        "windows-1251": style(charset="windows-1251"),
    },
}


def settle(sending):
    """Puts right what two forms together leave wrong: encodings and their names."""
    s = sending.message.style
    if s.charset.startswith("utf-16"):
        # The name that RFC 2781 gives to either order when a mark tells which.
        s.bom = b"\xfe\xff" if s.charset.endswith("be") else b"\xff\xfe"
        s.declaration = s.declaration and '<?xml version="1.0" encoding="UTF-16"?>'
    elif s.charset != "utf-8":
        s.bom = b""
        s.declaration = s.declaration and f'<?xml version="1.0" encoding="{s.charset}"?>'
    return sending


def usable(chosen):
    """Whether forms make sense together."""
    names = dict(chosen)
    if names.get("charset", "utf-8") != "utf-8":
        if "mark" in names.get("package", "") or "mark" in names.get("declaration", ""):
            return False
    if "mark" in names.get("package", "") and "mark" in names.get("declaration", ""):
        return False
    if names.get("http") == "1.0" and names.get("headers") in ("Expect", "hop by hop"):
        return False
    return True


# Forms that change the message itself come before those that only look at it.
SEQUENCE = ("soap", "fields", "order", "prefixes", "text", "space", "declaration", "charset", "media", "action", "http", "headers", "package")


def apply(sending, chosen):
    for dimension, name in sorted(chosen, key=lambda c: SEQUENCE.index(c[0])):
        DIMENSIONS[dimension][name](sending)
        if dimension in ("charset", "declaration"):
            settle(sending)
    return sending


def single():
    return [[(d, n)] for d, values in DIMENSIONS.items() for n in values]


def pairs(random):
    """Rows with one value of every dimension such that each usable pair of
    values stands together in one of them."""
    values = [[(d, n) for n in DIMENSIONS[d]] for d in SEQUENCE]
    left = {frozenset(p) for a, b in itertools.combinations(values, 2) for p in itertools.product(a, b) if usable(p)}
    rows = []
    while left:
        seed = sorted(min(left, key=lambda p: sorted(p)))
        row = list(seed)
        for dimension in random.sample(values, len(values)):
            if any(d == dimension[0][0] for d, _ in row):
                continue
            options = [v for v in dimension if usable(row + [v])]
            random.shuffle(options)
            row.append(max(options, key=lambda v: sum(frozenset((v, r)) in left for r in row)))
        left -= {frozenset(p) for p in itertools.combinations(row, 2)}
        rows.append(row)
    return rows


def triples(random, count):
    found = []
    while len(found) < count:
        chosen = [(d, random.choice(sorted(DIMENSIONS[d]))) for d in random.sample(SEQUENCE, 3)]
        if usable(chosen):
            found.append(chosen)
    return found
