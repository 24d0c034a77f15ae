"""The description of the service, both variants: WSDL 1.1, WS-I Basic Profile
1.1 (its rules by number), PR-MESS 3.2, the reference's section 6. Read by
libxml2 and, as a client would, by zeep."""

import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

from inquiries import BY_PURPOSE, GROUND, PURPOSE, RESULT, STATUS, SUBMIT
from judge import parse
from message import ID, OURS, XROAD, Message, client, service
from wire import BadAnswer

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
OPERATIONS = ["GetDeclarations_v1", BY_PURPOSE, STATUS, SUBMIT, RESULT]
HEADER = ["client", "service", "userId", "id", "protocolVersion"]

# Children and attributes that WSDL 1.1 and its SOAP binding allow, in sequence.
GRAMMAR = {
    "definitions": (["import", "types", "message", "portType", "binding", "service"], {"name", "targetNamespace"}), "types": ([XSD + "schema"], set()),
    "message": (["part"], {"name"}), "part": ([], {"name", "element", "type"}), "portType": (["operation"], {"name"}),
    "binding": ([SOAP + "binding", "operation"], {"name", "type"}), "service": (["port"], {"name"}), "port": ([SOAP + "address"], {"name", "binding"}),
    "operation": (["input", "output", "fault"], {"name", "parameterOrder"}), "input": ([], {"name", "message"}), "output": ([], {"name", "message"}),
}
BOUND = {"operation": ([SOAP + "operation", "input", "output", "fault"], {"name"}), "input": ([SOAP + "body", SOAP + "header"], {"name"}), "output": ([SOAP + "body", SOAP + "header"], {"name"})}


def run(suite, random):
    found = {}
    for variant in ("", "=headers"):
        suite.begin("WSDL ?wsdl" + variant)
        data = f"GET /?wsdl{variant} HTTP/1.1\r\nHost: {suite.door.host}\r\n\r\n".encode()
        try:
            reply = suite.door.exchange(data, "GET")
        except (BadAnswer, OSError) as error:
            suite.report("is served", [repr(error)])
            continue
        found[variant] = root = parse(reply.body)
        suite.report("is served", list(served(suite, reply)))
        for name, rule in RULES.items():
            suite.report(name, [str(p) for p in rule(root, bool(variant))])
        suite.report("the schemas compile and take messages", schemas(suite, root, bool(variant)))
        suite.report("zeep reads it", by_zeep(reply.body, bool(variant)))
    suite.begin("WSDL, its address")
    addresses(suite)
    if len(found) == 2:
        suite.report("without its headers it is the other", [] if stripped(found["=headers"]) == stripped(found[""]) else ["they differ in more"])


def served(suite, reply):
    if reply.header("Content-Type") != "text/xml; charset=utf-8":
        yield f"Content-Type {reply.header('Content-Type')}"
    if not reply.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>'):
        yield "R4003: the declaration does not say UTF-8"
    if len(reply.body) > 10 << 20:
        yield "larger than a security server reads"
    if b"<!DOCTYPE" in reply.body:
        yield "a document type"
    address = parse(reply.body).find(f".//{SOAP}address").get("location")
    if urlsplit(address).netloc != suite.door.host:
        yield f"the address is {address}"


def addresses(suite):
    """The address is the one that was asked at, whatever stands in it; nobody else's."""
    for host in ("dovidka.gov.ua", "dovidka.gov.ua:8443", "[::1]:8444", "x&y", "a'b", "A.EXAMPLE", "xn--80ak6aa92e.example", "a" * 200):
        problems = []
        try:
            reply = suite.door.exchange(f"GET /?wsdl HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\nX-Forwarded-Proto: gopher\r\n\r\n".encode(), "GET")
            if reply.status == 200:
                location = parse(reply.body).find(f".//{SOAP}address").get("location")
                if location != f"http://{host}/":
                    problems.append(f"the address is {location}")
            elif reply.status not in (400, 500):
                problems.append(f"status {reply.status}")
        except (BadAnswer, OSError, etree.XMLSyntaxError) as error:
            problems.append(repr(error))
        suite.report(f"Host {host[:30]}", problems)
    suite.door.drop()
    try:
        reply = suite.door.exchange(b"GET /?wsdl HTTP/1.0\r\n\r\n", "GET")
        location = parse(reply.body).find(f".//{SOAP}address").get("location")
        suite.report("no Host", [] if location == f"http://{suite.door.host}/" else [f"the address is {location}"])
    except (BadAnswer, OSError, etree.XMLSyntaxError) as error:
        suite.report("no Host", [repr(error)])


def qname(node, attribute):
    prefix, colon, local = node.get(attribute).rpartition(":")
    return f"{{{node.nsmap.get(prefix or None, '')}}}{local}"


def local(tag):
    return tag.replace(WSDL, "")


def grammar(root, _):
    def walk(node, bound):
        if not isinstance(node.tag, str):
            return
        children, attributes = (BOUND if bound and local(node.tag) in BOUND else GRAMMAR).get(local(node.tag), (None, set()))
        if children is None:
            return
        wrong = {a for a in node.attrib if not a.startswith("{")} - attributes
        if wrong:
            yield f"{local(node.tag)} has {wrong}"
        inner = [c for c in node if isinstance(c.tag, str)]
        if inner and inner[0].tag == WSDL + "documentation":
            inner = inner[1:]
        places = [children.index(local(c.tag)) if local(c.tag) in children else None for c in inner]
        if None in places or places != sorted(places):
            yield f"{local(node.tag)} {node.get('name', '')} holds {[local(c.tag) for c in inner]}"
        for child in inner:
            yield from walk(child, bound or local(child.tag) == "binding")
    yield from walk(root, False)


def references(root, _):
    """Every qualified name leads somewhere."""
    space = "{" + root.get("targetNamespace") + "}"
    named = lambda kind: {space + n.get("name") for n in root.findall(WSDL + kind)}
    elements = {"{" + s.get("targetNamespace") + "}" + e.get("name") for s in root.iter(XSD + "schema") for e in s.findall(XSD + "element")}
    for part in root.iter(WSDL + "part"):
        if part.get("element") is None or qname(part, "element") not in elements:
            yield f"part {part.get('name')}"
    for kind in ("input", "output"):
        for node in root.iterfind(f"{WSDL}portType/{WSDL}operation/{WSDL}{kind}"):
            if qname(node, "message") not in named("message"):
                yield f"message of {kind} {node.get('name')}"
    for node, attribute, kind in [(b, "type", "portType") for b in root.iter(WSDL + "binding")] + [(p, "binding", "binding") for p in root.iter(WSDL + "port")]:
        if qname(node, attribute) not in named(kind):
            yield f"{kind} {node.get(attribute)}"
    names = [n.get("name") for kind in ("message", "portType", "binding", "service") for n in root.findall(WSDL + kind)]
    for kind in ("message", "portType", "binding", "service"):
        own = [n.get("name") for n in root.findall(WSDL + kind)]
        if len(own) != len(set(own)):
            yield f"two of one name among {kind}s"
    if not names:
        yield "nothing is defined"


def self_contained(root, _):
    for tag in (WSDL + "import", XSD + "include", XSD + "redefine", XSD + "any", XSD + "anyAttribute"):
        yield from (f"{etree.QName(n).localname}" for n in root.iter(tag))
    yield from (f"an import from {n.get('schemaLocation')}" for n in root.iter(XSD + "import") if n.get("schemaLocation"))
    spaces = [s.get("targetNamespace") for s in root.iter(XSD + "schema")]
    if None in spaces or len(spaces) != len(set(spaces)):
        yield f"R2105: the schemas are of {spaces}"
    for schema in root.iter(XSD + "schema"):
        imported = {n.get("namespace") for n in schema.findall(XSD + "import")} | {schema.get("targetNamespace"), XSD[1:-1]}
        if schema.get("elementFormDefault") != "qualified":
            yield f"{schema.get('targetNamespace')}: elements are not qualified"
        for node in schema.iter(XSD + "element", XSD + "attribute", XSD + "restriction", XSD + "extension"):
            for attribute in ("type", "ref", "base"):
                if node.get(attribute) and qname(node, attribute)[1:].split("}")[0] not in imported:
                    yield f"R2102: {node.get(attribute)} is of a namespace that is not imported"


def basic_profile(root, _):
    bindings, services = root.findall(WSDL + "binding"), root.findall(f"{WSDL}service/{WSDL}port")
    if len(bindings) != 1 or len(services) != 1:
        yield "one binding and one port are wanted: a security server keeps one of several at random"
    if any("soap12" in uri for node in root.iter() if isinstance(node.tag, str) for uri in node.nsmap.values()):
        yield "a binding of SOAP 1.2"
    for binding in bindings:
        soap = binding.find(SOAP + "binding")
        if soap is None or soap.get("transport") != "http://schemas.xmlsoap.org/soap/http":
            yield "R2701, R2702: no binding to SOAP over HTTP"
        elif soap.get("style", "document") != "document":
            yield "R2705: not document"
        for operation in binding.findall(WSDL + "operation"):
            inner = operation.find(SOAP + "operation")
            if inner is None or inner.get("soapAction") is None or inner.get("style", "document") != "document":
                yield f"R2745, R2705: {operation.get('name')}"
            for body in operation.iter(SOAP + "body"):
                if body.get("use") != "literal" or set(body.attrib) - {"use", "parts"}:
                    yield f"R2706, R2716: body of {operation.get('name')} has {dict(body.attrib)}"
            for header in operation.iter(SOAP + "header"):
                if header.get("use") != "literal" or "namespace" in header.attrib or "encodingStyle" in header.attrib or not header.get("part") or " " in header.get("part"):
                    yield f"R2706, R2716, R2720: header of {operation.get('name')}"
    offered = [o.get("name") for o in root.iterfind(f"{WSDL}portType/{WSDL}operation")]
    bound = [o.get("name") for o in root.iterfind(f"{WSDL}binding/{WSDL}operation")]
    if sorted(offered) != sorted(bound):
        yield "R2718: the binding has other operations than the port type"
    if len({n.lower() for n in offered}) != len(offered):
        yield "R2304: two operations of one name"
    signatures = [qname(root.find(f"{WSDL}message[@name='{name}']/{WSDL}part"), "element") for name in offered]
    if len(set(signatures)) != len(signatures):
        yield "R2710: two operations look the same on the wire"
    for message in root.findall(WSDL + "message"):
        parts = message.findall(WSDL + "part")
        if message.get("name") != "requestheader" and len(parts) != 1:
            yield f"R2201: {message.get('name')} has {len(parts)} parts"
        yield from (f"R2204: {message.get('name')} has a part by type" for p in parts if p.get("type"))


def operations(root, _):
    offered = {o.get("name"): o for o in root.iterfind(f"{WSDL}portType/{WSDL}operation")}
    if list(offered) != OPERATIONS:
        yield f"operations {list(offered)}"
    for name, operation in offered.items():
        for kind, element in (("input", name), ("output", name + "Response")):
            message = qname(operation.find(WSDL + kind), "message").split("}")[1]
            got = qname(root.find(f"{WSDL}message[@name='{message}']/{WSDL}part"), "element")
            if got != f"{{{OURS}}}{element}":
                yield f"the {kind} of {name} is {got}"
        for word in ("title", "notes"):
            if not (operation.findtext(f"{WSDL}documentation/{{{XROAD}}}{word}") or "").strip():
                yield f"{name} has no {word}"
    if any(True for _ in root.iter(f"{{{XROAD}}}version")):
        yield "a version, which Trembita leaves out"
    if root.nsmap.get("xroad") != XROAD or root.nsmap.get("id") != ID:
        yield "xroad and id are not declared on definitions, which clients of npm soap rely on"


def wrapped(root, _):
    schema = next(s for s in root.iter(XSD + "schema") if s.get("targetNamespace") == OURS)
    types = {t.get("name"): t for t in schema.findall(XSD + "complexType")}
    for element in schema.findall(XSD + "element"):
        type_ = types.get((element.get("type") or "").split(":")[-1], element.find(XSD + "complexType"))
        if type_ is None or [c.tag for c in type_ if c.tag != XSD + "annotation"] != [XSD + "sequence"]:
            yield f"{element.get('name')} is no sequence"
    for node in schema.iter(XSD + "element", XSD + "complexType", XSD + "simpleType"):
        if node.get("name") and not (node.findtext(f"{XSD}annotation/{XSD}documentation") or "").strip():
            yield f"{node.get('name')} has no explanation"
    # The monitoring of access reads identifiers here, in clear.
    for name in ("Subject", "SubjectID"):
        kinds = [e.get("name") for e in types[name].iter(XSD + "element")] if name in types else []
        yield from (f"{name} has no {kind}" for kind in ("rnokpp", "unzr", "document") if kind not in kinds)


def headers(root, with_headers):
    declared = root.find(f"{WSDL}message[@name='requestheader']")
    uses = list(root.iter(SOAP + "header"))
    if not with_headers:
        if declared is not None or uses:
            yield "the bare description has headers"
        return
    parts = {p.get("name"): qname(p, "element") for p in declared.findall(WSDL + "part")}
    if parts != {n: f"{{{XROAD}}}{n}" for n in HEADER}:
        yield f"the parts of requestheader are {parts}"
    for operation in root.iterfind(f"{WSDL}binding/{WSDL}operation"):
        for kind in ("input", "output"):
            got = sorted(h.get("part") for h in operation.iterfind(f"{WSDL}{kind}/{SOAP}header") if qname(h, "message").endswith("}requestheader"))
            if got != sorted(HEADER):
                yield f"the {kind} of {operation.get('name')} has the headers {got}"


RULES = {"grammar of WSDL 1.1": grammar, "all names lead somewhere": references, "nothing outside is needed": self_contained, "WS-I Basic Profile": basic_profile, "operations": operations, "wrapped and explained": wrapped, "header fields": headers}


def schemas(suite, root, with_headers):
    """The schemas as one, which libxml2 compiles; messages of this catalogue are
    what they allow."""
    with tempfile.TemporaryDirectory() as folder:
        inline = list(root.iter(XSD + "schema"))
        files = {s.get("targetNamespace"): f"{i}.xsd" for i, s in enumerate(inline)}
        for schema in inline:
            copy = etree.fromstring(etree.tostring(schema))
            for node in copy.findall(XSD + "import"):
                node.set("schemaLocation", files[node.get("namespace")])
            (Path(folder) / files[schema.get("targetNamespace")]).write_bytes(etree.tostring(copy))
        everything = etree.fromstring(f'<xs:schema xmlns:xs="{XSD[1:-1]}">' + "".join(f'<xs:import namespace="{n}" schemaLocation="{f}"/>' for n, f in files.items()) + "</xs:schema>")
        (Path(folder) / "all.xsd").write_bytes(etree.tostring(everything))
        try:
            compiled = etree.XMLSchema(etree.parse(str(Path(folder) / "all.xsd")))
        except etree.XMLSchemaParseError as error:
            return [str(error)]
    subject = [("rnokpp", "3075751279"), ("lastName", "Вигаданий"), ("firstName", "Остап")]
    inquiry = [("purposeId", PURPOSE), ("legalGround", GROUND), ("subject", subject)]
    problems = []
    for operation, payload in (("GetDeclarations_v1", suite.signed().payload), (BY_PURPOSE, inquiry), (STATUS, [*inquiry, ("declarationNumber", "0001-20MH-K800")]), (SUBMIT, [("inquiry", inquiry)]), (RESULT, [("requestId", "x")])):
        envelope = parse(Message(operation, payload).but(client=client(), service=service(operation, "v1")).bytes())
        for node in [envelope[1][0], *(envelope[0] if with_headers else [])]:
            if not compiled.validate(node):
                problems.append(f"{operation}: {etree.QName(node).localname}: {compiled.error_log.last_error}")
        empty = parse(Message(operation, []).bytes())[1][0]
        if compiled.validate(empty):
            problems.append(f"{operation} may be empty")
    return problems


def by_zeep(document, with_headers):
    import zeep
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "service.wsdl"
        path.write_bytes(document)
        settings = zeep.Settings(strict=True, forbid_external=True, forbid_dtd=True)
        try:
            reader = zeep.Client(str(path), settings=settings)
        except Exception as error:  # whatever it is, zeep cannot read it
            return [f"zeep: {error!r}"]
    (service_,) = reader.wsdl.services.values()
    (port,) = service_.ports.values()
    got = list(port.binding._operations)
    problems = [] if sorted(got) == sorted(OPERATIONS) else [f"zeep finds {got}"]
    for operation in port.binding._operations.values():
        if bool(operation.input.header) != with_headers and with_headers:
            problems.append(f"zeep finds no headers of {operation.name}")
    return problems


def stripped(root):
    """The canonical form without declared headers."""
    copy = etree.fromstring(etree.tostring(root))
    for node in [*copy.iter(SOAP + "header"), *copy.findall(f"{WSDL}message[@name='requestheader']"), *(s for s in copy.iter(XSD + "schema") if s.get("targetNamespace") != OURS)]:
        node.getparent().remove(node)
    for node in copy.iter():
        node.tail = None
        if not (node.text or "").strip():
            node.text = None
    return etree.tostring(copy, method="c14n", with_comments=False)
