"""What a message refers to in another part of its package: XOP (MTOM), and
attachments that nobody asked for (SOAP with attachments, RFC 2387, RFC 2392)."""

import base64
from urllib.parse import quote

from forms import ATTACHMENT, BOUNDARY, Sending, part, related
from message import XOP
from suite import UNDERSTOOD

CID = "42a7ee0a-20ee-426b-a135-094d72bc138f@example.org"
ROOT = 'application/xop+xml; type="text/xml"; charset={}'
OUTER = '; type="application/xop+xml"; start="<rootpart>"; start-info="text/xml"'


def include(href, inside="", extra=""):
    return f'<xop:Include xmlns:xop="{XOP}" href="{href}"{extra}>{inside}</xop:Include>'


def sending(suite, attached, href=f"cid:{CID}", version="1.1", markup=None, root=ROOT, outer=OUTER, **package):
    """A signed statement whose signature lies in a part of its own; attached makes
    that part, and others, of its bytes."""
    message = suite.signed()
    message.version = version
    if version == "1.2":
        root, outer = root.replace("text/xml", "application/soap+xml"), outer.replace("text/xml", "application/soap+xml")
    signature = base64.b64decode(dict(message.payload)["signature"])
    whole = dict(message.payload)["signature"]
    result = Sending(message)
    related(attached(signature), root=root, parameters=outer, **package)(result)
    wrapped = result.package
    mark = markup if markup is not None else include(href)
    result.package = lambda s, xml: wrapped(s, xml.replace(whole.encode(), mark.encode(), 1))
    return result


def binary(signature, *heads, cid=f"<{CID}>", kind="application/octet-stream"):
    return part([("Content-Type", kind), ("Content-Transfer-Encoding", "binary"), ("Content-ID", cid), *heads], signature)


def run(suite, random):
    suite.begin("XOP: what is included")
    included(suite)
    suite.begin("XOP: what cannot be included")
    not_included(suite)
    suite.begin("Attachments that nobody asked for")
    unasked(suite)


def included(suite):
    accept = suite.accept
    for version in ("1.1", "1.2"):
        accept(f"SOAP {version}", sending(suite, lambda b: [binary(b)], version=version))
        accept(f"SOAP {version}, as an element with an end", sending(suite, lambda b: [binary(b)], version=version, markup=include(f"cid:{CID}", "\n  ")))
        accept(f"SOAP {version}, blanks around", sending(suite, lambda b: [binary(b)], version=version, markup="\r\n " + include(f"cid:{CID}") + "\n"))
        accept(f"SOAP {version}, more parts", sending(suite, lambda b: [ATTACHMENT, binary(b), ATTACHMENT.replace(b"attachment-1", b"attachment-2")], version=version))
    accept("the part before the root", sending(suite, lambda b: [], before=[binary(base64.b64decode(dict(suite.signed().payload)["signature"]))]))
    accept("the id by percent", sending(suite, lambda b: [binary(b, cid="<a+b %=@example.org>")], href="cid:" + quote("a+b %=@example.org", safe="")))
    accept("the id by percent, without need", sending(suite, lambda b: [binary(b)], href="cid:" + CID.replace("-", "%2d").replace("@", "%40")))
    accept("cid in capitals", sending(suite, lambda b: [binary(b)], href=f"CID:{CID}"))
    accept("text parts", sending(suite, lambda b: [binary(b, kind="text/plain; charset=us-ascii")]))
    accept("the part in base64", sending(suite, lambda b: [part([("Content-Type", "application/octet-stream"), ("Content-Transfer-Encoding", "base64"), ("Content-ID", f"<{CID}>")], base64.encodebytes(b))]))
    accept("Content-Id spelled otherwise", sending(suite, lambda b: [part([("content-type", "application/octet-stream"), ("CONTENT-ID", f"<{CID}>")], b)]))
    accept("MIME-Version", versioned(suite))
    for mark, name in ((b"\xef\xbb\xbf", "a byte order mark inside"),):
        accept(name, sending(suite, lambda b: [binary(b)], mark=mark))


def versioned(suite):
    result = sending(suite, lambda b: [binary(b)])
    result.headers = [("MIME-Version", "1.0")]
    return result


def not_included(suite):
    cases = {
        "no such part": ("cid:nobody@example.org", lambda b: [binary(b)], None), "an address": (f"http://127.0.0.1:9/{CID}", lambda b: [binary(b)], None), "a file": ("file:///etc/passwd", lambda b: [binary(b)], None),
        "nothing": ("", lambda b: [binary(b)], None), "only cid": ("cid:", lambda b: [binary(b)], None), "the root itself": ("cid:rootpart", lambda b: [binary(b)], None), "no scheme": (CID, lambda b: [binary(b)], None),
        "half of a percent": (f"cid:{CID}%4", lambda b: [binary(b)], None), "no href": (None, lambda b: [binary(b)], f'<xop:Include xmlns:xop="{XOP}"/>'), "two in one": (None, lambda b: [binary(b)], include(f"cid:{CID}") * 2),
        "text beside": (None, lambda b: [binary(b)], "AAAA" + include(f"cid:{CID}")), "text behind": (None, lambda b: [binary(b)], include(f"cid:{CID}") + "AAAA"),
    }
    for name, (href, attached, markup) in cases.items():
        suite.refuse(name, sending(suite, attached, href=href or "", markup=markup))
    suite.clean("two parts of one id", sending(suite, lambda b: [binary(b), binary(b"x")]))
    suite.clean("an element within", sending(suite, lambda b: [binary(b)], markup=include(f"cid:{CID}", "<a/>")))
    suite.clean("in a package that is none of XOP", sending(suite, lambda b: [binary(b)], root="text/xml; charset={}", outer=""))
    plain = suite.signed()
    body = plain.bytes().replace(dict(plain.payload)["signature"].encode(), include(f"cid:{CID}").encode())
    suite.refuse("without a package", suite.post(body))
    # An identifier that a security server reads has to stand in the message.
    header = suite.signed().bytes().replace(b"UA3075751279", include(f"cid:{CID}").encode())
    media = f"multipart/related; boundary={BOUNDARY}{OUTER}"
    package = part([("Content-Type", ROOT.format("utf-8")), ("Content-ID", "<rootpart>")], header) + binary(b"UA1") + f"--{BOUNDARY}--".encode()
    answer, problems = suite.ask(suite.post(package, media))
    if answer:
        problems = answer.problems + (["the header has what was included"] if "UA1" in str(answer.header) else [])
    suite.report("in the header", problems)


def unasked(suite):
    """They are passed over; the answer is the same."""
    accept = suite.accept
    for name, attached in {
        "one": [ATTACHMENT], "fifty": [ATTACHMENT.replace(b"attachment-1", b"attachment-%d" % i) for i in range(50)], "an empty one": [part([("Content-Type", "application/octet-stream"), ("Content-ID", "<e>")], b"")],
        "without an id": [part([("Content-Type", "image/png")], b"\x89PNG\r\n\x1a\n")], "without a head": [part([], b"text")], "with a long line": [part([("Content-Type", "text/plain")], b"x" * 300_000)],
        "another envelope": [part([("Content-Type", "text/xml; charset=utf-8"), ("Content-ID", "<second>")], suite.signed().bytes())], "what looks like a boundary": [part([("Content-Type", "text/plain")], b"--" + BOUNDARY.encode()[:-1] + b"\r\n-" + BOUNDARY.encode() + b"--")],
        "a name that is a path": [part([("Content-Type", "text/plain"), ("Content-Disposition", 'attachment; filename="../../etc/passwd"')], b"x")],
    }.items():
        message = Sending(suite.signed())
        related(attached, parameters='; type="text/xml"; start="<rootpart>"')(message)
        accept(name, message, UNDERSTOOD)
