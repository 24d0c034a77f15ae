"""Judges an answer by the protocol. Returned is a list of what is wrong, empty
when nothing is."""

import re
import socket

from lxml import etree

from message import ID, OURS, REPRESENTATION, SOAP, XROAD, texts

MEDIA = {"1.1": "text/xml; charset=utf-8", "1.2": "application/soap+xml; charset=utf-8"}
KNOWN = {f"{{{XROAD}}}{n}" for n in ("client", "service", "userId", "id", "issue", "protocolVersion", "securityServer", "requestHash")}
KNOWN |= {f"{{{XROAD}}}centralService", f"{{{REPRESENTATION}}}representedParty"}
CODES_11 = ("Client", "Server", "VersionMismatch", "MustUnderstand")
CODES_12 = ("Sender", "Receiver", "VersionMismatch", "MustUnderstand", "DataEncodingUnknown")

# What may never stand in a fault, whatever was sent.
LEAKS = [re.compile(p, re.I) for p in (
    r"127\.0\.0\.1|localhost|\.go\b|goroutine|panic|runtime error|/tmp/|/home/|/root/|/usr/", r"\bsqlite|\bSELECT\b|\bINSERT\b|\bSQL\b",
    r"encoding/xml|net/http|\bnil\b|unexpected EOF|\bxml: ", r"\b\d{10}\b", r"\b\d{8}-\d{5}\b")]
LEAKS.append(re.compile(r"(?<![\w-])" + re.escape(socket.gethostname()) + r"(?![\w-])", re.I))


def parse(document):
    return etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def fields(envelope, soap):
    """The fields of a header that the protocol knows, in their sequence."""
    found = []
    for node in envelope.iterfind(f"{{{soap}}}Header/*"):
        if node.tag not in KNOWN:
            continue
        parts = [(p.tag, own_text(p)) for p in node.iterchildren(tag=etree.Element)]
        found.append((node.tag, node.get(f"{{{ID}}}objectType"), parts or own_text(node)))
    return found


def own_text(node):
    """The character data of an element, comments and instructions left out."""
    return (node.text or "") + "".join(child.tail or "" for child in node)


class Answer:
    """An answer taken apart; problems says what is wrong in any answer."""

    def __init__(self, reply):
        self.reply, self.problems, self.root = reply, [], None
        self.version = self.fault = self.payload = None
        self.code = self.reason = self.detail = ""
        self.header = []
        self.take_apart()

    def wrong(self, what):
        self.problems.append(what)

    def take_apart(self):
        reply = self.reply
        if reply.status not in (200, 500):
            self.wrong(f"status {reply.status}")
        for name in ("Content-Encoding", "Location", "Set-Cookie", "Server"):
            if reply.header(name) is not None:
                self.wrong(f"the answer has {name}")
        if reply.header("Content-Length") is None:
            self.wrong("no Content-Length")
        try:
            reply.body.decode("utf-8")
            self.root = parse(reply.body)
        except (UnicodeDecodeError, etree.XMLSyntaxError) as error:
            self.wrong(f"not well-formed: {error}: {reply.body[:120]!r}")
            return
        if self.root.getroottree().docinfo.doctype:
            self.wrong("the answer has a document type")
        name = etree.QName(self.root)
        self.version = next((v for v, uri in SOAP.items() if uri == name.namespace), None)
        if self.version is None or name.localname != "Envelope":
            self.wrong(f"the answer is {self.root.tag}")
            return
        if reply.header("Content-Type") != MEDIA[self.version]:
            self.wrong(f"Content-Type {reply.header('Content-Type')} for SOAP {self.version}")
        self.take_envelope(SOAP[self.version])

    def take_envelope(self, soap):
        names = [child.tag for child in self.root]
        if names not in ([f"{{{soap}}}Header", f"{{{soap}}}Body"], [f"{{{soap}}}Body"]):
            self.wrong(f"the envelope holds {names}")
            return
        if len(names) == 2:
            self.header = fields(self.root, soap)
            missing = {XROAD, ID} - set(self.root.nsmap.values())
            if missing:
                self.wrong(f"not declared on Envelope: {missing}")
        body = self.root[-1]
        if len(body) != 1:
            self.wrong(f"the body holds {len(body)} elements")
            return
        if body[0].tag == f"{{{soap}}}Fault":
            self.fault = body[0]
            (self.take_fault_11 if self.version == "1.1" else self.take_fault_12)(soap)
            self.take_words()
        else:
            self.payload = body[0]
        if (self.reply.status == 500) != (self.fault is not None):
            self.wrong(f"status {self.reply.status} with {body[0].tag}")

    def take_fault_11(self, soap):
        names = [child.tag for child in self.fault]
        if names[:2] != ["faultcode", "faultstring"] or names[2:] not in ([], ["detail"], ["faultactor"], ["faultactor", "detail"]):
            self.wrong(f"the fault holds {names}")
            return
        prefix, _, self.code = (self.fault[0].text or "").partition(":")
        if self.fault[0].nsmap.get(prefix) != soap:
            self.wrong(f"faultcode {self.fault[0].text} is not of SOAP")
        if self.code.split(".")[0] not in CODES_11:
            self.wrong(f"faultcode {self.code}")
        self.reason = self.fault[1].text or ""
        self.detail = "".join(self.fault[-1].itertext()) if names[-1] == "detail" else ""

    def take_fault_12(self, soap):
        names = [child.tag for child in self.fault]
        wanted = [f"{{{soap}}}{n}" for n in ("Code", "Reason", "Node", "Role", "Detail")]
        if names[:2] != wanted[:2] or [n for n in wanted if n in names] != names:
            self.wrong(f"the fault holds {names}")
            return
        value = self.fault.findtext(f"{{{soap}}}Code/{{{soap}}}Value") or ""
        prefix, _, self.code = value.partition(":")
        if self.fault.nsmap.get(prefix) != soap or self.code not in CODES_12:
            self.wrong(f"Code/Value {value}")
        inner = self.fault.find(f"{{{soap}}}Code/{{{soap}}}Subcode/{{{soap}}}Value")
        if inner is not None:
            prefix, colon, _ = (inner.text or "").partition(":")
            if colon and prefix not in inner.nsmap:
                self.wrong(f"Subcode/Value {inner.text} has a prefix that is not declared")
        texts = self.fault.findall(f"{{{soap}}}Reason/{{{soap}}}Text")
        if not texts or any(not t.get("{http://www.w3.org/XML/1998/namespace}lang") for t in texts):
            self.wrong("Reason/Text without xml:lang")
        else:
            self.reason = texts[0].text or ""
        node = self.fault.find(f"{{{soap}}}Detail")
        self.detail = "" if node is None else "".join(node.itertext())

    def take_words(self):
        if not self.reason.strip():
            self.wrong("the fault has no text")
        if len(self.detail) > 200:
            self.wrong(f"the fault's detail has {len(self.detail)} characters")
        said = " ".join(self.fault.itertext())
        for pattern in LEAKS:
            if found := pattern.search(said):
                self.wrong(f"the fault says {found[0]!r}")

    @property
    def result(self):
        return None if self.payload is None else self.payload.findtext(f"{{{OURS}}}resultCode")


def differences(expected, got):
    """What is not echoed as it was sent; ends with the sequence."""
    if expected == got:
        return []
    wrong = []
    left = list(got)
    for item in expected:
        if item in left:
            left.remove(item)
        else:
            name = etree.QName(item[0]).localname
            wrong.append(f"{name} is not echoed: sent {short(item[1:])}, got {short([g[1:] for g in got if g[0] == item[0]])}")
    wrong += [f"{etree.QName(item[0]).localname} was not sent: {short(item[1:])}" for item in left]
    return wrong or ["the sequence of the header fields is another"]


def short(value):
    shown = repr(value)
    return shown if len(shown) < 200 else shown[:190] + "…"


def secrets(message):
    """What of a message may not come back in the words of a fault."""
    values = [v for n, v in message.header if isinstance(v, str) and n not in ("protocolVersion", "id")]
    return [v.strip() for v in values + texts(message.payload) if len(v.strip()) > 7]
