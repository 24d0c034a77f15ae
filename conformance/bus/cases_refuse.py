"""What has to be refused with a fault and status 500, nothing done (reference
3.2), in both versions of SOAP and in several spellings; and what looks like it
but has to be accepted."""

import base64
import quopri

from forms import BOUNDARY, ATTACHMENT, DIMENSIONS, Sending, apply, extra, part, related
from message import ID, OURS, SOAP, XROAD, Part, client, service
from wire import request


def run(suite, random):
    for version in SOAP:
        for prefixes in ("usual", "default", "shadowed"):
            suite.begin(f"3.2 envelope and header, SOAP {version}, prefixes {prefixes}")
            messages(suite, version, prefixes)
    suite.begin("3.2 in company of accepted forms")
    in_company(suite, random)
    suite.begin("3.2 what is no envelope")
    no_envelope(suite)
    suite.begin("3.2 media types")
    media_types(suite)
    suite.begin("Media types and packages in other spellings")
    spelled(suite)
    suite.begin("3.2 packages")
    packages(suite)
    suite.begin("SOAP: what has to be understood")
    for version in SOAP:
        must_understand(suite, version)


def base(suite, version, prefixes="usual"):
    message = suite.signed()
    message.version, message.style.prefixes = version, prefixes
    return message


def changed(suite, version, prefixes, **values):
    return base(suite, version, prefixes).but(**values)


def messages(suite, version, prefixes):
    """Each of these is the good message but for one thing."""
    def without(*names):
        return changed(suite, version, prefixes, **dict.fromkeys(names))

    for name in ("client", "service", "id", "protocolVersion"):
        suite.refuse(f"without {name}", without(name))
    suite.refuse("without service and id", without("service", "id"))
    suite.refuse("an empty header", without("client", "service", "id", "protocolVersion", "userId"))
    for value in ("", "3.0", "5.0", "foo", "40", "04.0", "four", " ", "-4.0", "4"):
        if value == "4":  # no dot, and yet every "4" that was seen meant 4.0
            suite.clean(f"protocolVersion {value!r}", changed(suite, version, prefixes, protocolVersion=value))
        else:
            suite.refuse(f"protocolVersion {value!r}", changed(suite, version, prefixes, protocolVersion=value))
    for name, value in base(suite, version).but(issue="1", representedParty=Part("", ("partyCode", "31"), space="http://x-road.eu/xsd/representation.xsd")).header:
        message = changed(suite, version, prefixes, issue="1", representedParty=Part("", ("partyCode", "31"), space="http://x-road.eu/xsd/representation.xsd"))
        message.header.append((name, value))
        # Which of the two an echo should repeat is open: no header is compared.
        suite.refuse(f"two fields {name}", Sending(message).bytes(suite.door.host), version=version)
    for kind in ("SERVICE", "MEMBERS", "subsystem", "", "SERVER", "GLOBALGROUP"):
        parts = client().parts
        suite.refuse(f"client of type {kind!r}", changed(suite, version, prefixes, client=Part(kind, *parts)))
    for kind in ("SUBSYSTEM", "MEMBER", "service", "", "SERVER"):
        parts = service("GetDeclarations_v1").parts
        suite.refuse(f"service of type {kind!r}", changed(suite, version, prefixes, service=Part(kind, *parts)))
    for name in ("client", "service"):
        whole = dict(base(suite, version).header)[name]
        suite.refuse(f"{name} without objectType", changed(suite, version, prefixes, **{name: Part(None, *whole.parts)}))
        suite.refuse(f"{name} with text", changed(suite, version, prefixes, **{name: "SEVDEIR-TEST/GOV/43395033/DIIA_cons"}))
        for missing in ("xRoadInstance", "memberClass", "memberCode", "serviceCode"):
            kept = [p for p in whole.parts if p[0] != missing]
            if len(kept) < len(whole.parts):
                suite.refuse(f"{name} without {missing}", changed(suite, version, prefixes, **{name: Part(whole.kind, *kept)}))
                suite.refuse(f"{name} with empty {missing}", changed(suite, version, prefixes, **{name: whole.replace(missing, "")}))
                twice = Part(whole.kind, *whole.parts, (missing, "GOV"))
                suite.refuse(f"{name} with two {missing}", Sending(changed(suite, version, prefixes, **{name: twice})).bytes(suite.door.host), version=version)
    for code in ("GetSomethingElse_v1", "getdeclarations_v1", "GetDeclarations_v2", "GetDeclarations_v1Response", "GetDeclarations_v1 x", "listMethods", "getWsdl"):
        suite.refuse(f"serviceCode {code}", changed(suite, version, prefixes, service=service(code)))
    for code, operation in (("GetDeclarations_v1", "GetSomethingElse_v1"), ("Nothing_v1", "Nothing_v1"), ("listMethods", "listMethods"),
                            ("GetDeclarations_v1", "GetDeclarations_v1Request"), ("GetDeclarations_v1", "getDeclarations_v1"), ("GetDeclarations_v1", "GetDeclarations_v1Response")):
        message = changed(suite, version, prefixes, service=service(code))
        message.operation = operation
        suite.refuse(f"body {operation} for {code}", message)
    envelopes(suite, version, prefixes)


def envelopes(suite, version, prefixes):
    """The envelope out of shape."""
    def shaped(name, change, code="Client"):
        message = base(suite, version, prefixes)
        parts = {"head": message.head(), "body": message.wrapper(message.style)}
        message.envelope = None
        sending = Sending(base(suite, version, prefixes))
        soap = SOAP[version]
        h = f'<e:Header xmlns:e="{soap}" xmlns:xro="{XROAD}" xmlns:iden="{ID}" xmlns:p="{OURS}">{parts["head"]}</e:Header>'
        b = f'<e:Body xmlns:e="{soap}" xmlns:p="{OURS}">{parts["body"]}</e:Body>'
        xml = f'<e:Envelope xmlns:e="{soap}">{change(h, b, parts["body"])}</e:Envelope>'
        suite.refuse(name, request(suite.door.host, xml.encode(), [("Content-Type", sending.content_type())]), code, version=version)

    if prefixes == "shadowed":
        return  # all prefixes are declared below, the shape is what differs
    shaped("no header", lambda h, b, w: b)
    shaped("no body", lambda h, b, w: h)
    shaped("nothing", lambda h, b, w: "")
    shaped("the body first", lambda h, b, w: b + h)
    shaped("two headers", lambda h, b, w: h + h + b)
    shaped("two bodies", lambda h, b, w: h + b + b)
    shaped("an empty body", lambda h, b, w: h + b.replace(w, ""))
    shaped("a body of text", lambda h, b, w: h + b.replace(w, "GetDeclarations_v1"))
    shaped("a body with two children", lambda h, b, w: h + b.replace(w, w + w))
    shaped("a body with a child and another", lambda h, b, w: h + b.replace(w, w + '<x xmlns=""/>'))
    shaped("a body with another and a child", lambda h, b, w: h + b.replace(w, '<x xmlns="urn:x"/>' + w))
    shaped("a fault in the body", lambda h, b, w: h + b.replace(w, "<e:Fault><faultcode>e:Server</faultcode><faultstring>x</faultstring></e:Fault>"))
    shaped("an element in the namespace of the envelope", lambda h, b, w: h + b.replace(w, "<e:GetDeclarations_v1/>"))
    shaped("an unqualified operation", lambda h, b, w: h + b.replace(w, '<GetDeclarations_v1 xmlns=""/>'))
    shaped("an operation of another namespace", lambda h, b, w: h + b.replace(w, f'<GetDeclarations_v1 xmlns="{OURS}/"/>'))
    shaped("the header's fields in another namespace", lambda h, b, w: h.replace(XROAD, XROAD + "#") + b)
    shaped("identifiers in another namespace", lambda h, b, w: h.replace(f'"{ID}"', f'"{ID}/"') + b)
    shaped("objectType without a namespace", lambda h, b, w: h.replace("iden:objectType", "objectType").replace("k:objectType", "objectType") + b)
    shaped("a header in another version's namespace", lambda h, b, w: h.replace(SOAP[version], SOAP["1.2" if version == "1.1" else "1.1"]) + b)
    shaped("the fields inside one more element", lambda h, b, w: h.replace("><", '><y xmlns="urn:y"><', 1).replace("</e:Header>", "</y></e:Header>") + b)


def in_company(suite, random):
    """Defects stay defects whatever the rest looks like."""
    dimensions = sorted(set(DIMENSIONS) - {"fields"})
    defects = {
        "without id": {"id": None}, "without client": {"client": None}, "protocolVersion 3": {"protocolVersion": "3.1"},
        "wrong objectType": {"service": Part("SUBSYSTEM", *service("GetDeclarations_v1").parts)},
        "contradiction": {"service": service("SubmitNothing_v1")},
    }
    for i in range(120):
        name = random.choice(sorted(defects))
        chosen = [(d, random.choice(sorted(DIMENSIONS[d]))) for d in random.sample(dimensions, 3)]
        names = dict(chosen)
        if names.get("http") == "1.0" and names.get("headers") in ("Expect", "hop by hop"):
            continue
        if names.get("charset", "utf-8") != "utf-8" and "mark" in names.get("package", "") + names.get("declaration", ""):
            continue
        if "mark" in names.get("package", "") and "mark" in names.get("declaration", ""):
            continue
        sending = apply(Sending(suite.signed()), chosen)
        sending.message = sending.message.but(**defects[name])
        suite.refuse(f"{i}: {name}; " + "; ".join(f"{d} {n}" for d, n in chosen), sending)


def no_envelope(suite):
    good = suite.signed().bytes()
    post = suite.post
    suite.refuse("an empty message", post(b""))
    suite.refuse("blanks", post(b" \r\n\t "))
    suite.refuse("a byte order mark alone", post(b"\xef\xbb\xbf"))
    suite.refuse("two byte order marks", post(b"\xef\xbb\xbf" * 2 + good))
    suite.refuse("text", post(b"hello"))
    suite.refuse("JSON", post(b'{"Envelope": {}}'))
    suite.refuse("zeros", post(bytes(1000)))
    suite.refuse("random bytes", post(bytes(range(255, -1, -1)) * 4))
    suite.refuse("another document", post(b"<html><body/></html>"))
    suite.refuse("an envelope without a namespace", post(b"<Envelope><Header/><Body/></Envelope>"), "VersionMismatch|Client")
    suite.refuse("an envelope of nobody", post(good.replace(SOAP["1.1"].encode(), b"urn:soap")), "VersionMismatch|Client")
    suite.refuse("an envelope of SOAP 1.2's draft", post(good.replace(SOAP["1.1"].encode(), b"http://www.w3.org/2001/12/soap-envelope")), "VersionMismatch|Client")
    suite.refuse("the payload alone", post(f'<p:GetDeclarations_v1 xmlns:p="{OURS}"/>'.encode()))
    suite.refuse("two envelopes", post(good + good.split(b"?>", 1)[1]))
    suite.refuse("text after the envelope", post(good + b"x"))
    suite.refuse("text before the envelope", post(b"x" + good))
    suite.refuse("a blank before the declaration", post(b" " + good))
    suite.refuse("zeros after the envelope", post(good + b"\x00"))
    suite.refuse("an envelope in an envelope", post(good.replace(b"<p:GetDeclarations_v1", good.split(b"?>", 1)[1] + b"<p:GetDeclarations_v1", 1)))
    suite.refuse("another root, the envelope within", post(b"<x>" + good.split(b"?>", 1)[1] + b"</x>"))
    for name in ("Envelope", "Header", "Body"):
        suite.refuse(f"{name} in lower case", post(good.replace(b"soapenv:" + name.encode(), b"soapenv:" + name.lower().encode())), "Client|VersionMismatch")


def media_types(suite):
    good = suite.signed().bytes()
    for media in ("text/plain", "text/html; charset=utf-8", "application/json", "application/octet-stream", "application/x-www-form-urlencoded",
                  "multipart/form-data; boundary=x", "text/xmlx", "text", "/", "", ";charset=utf-8", "text/xml/xml", "image/svg+xml", "*/*"):
        suite.refuse(f"Content-Type {media!r}", suite.post(good, media))
    suite.refuse("no Content-Type", suite.post(good, None))
    # XML all the same: accepting it harms nobody, refusing it is the letter.
    for media in ("application/xml", "application/xml; charset=utf-8", "application/soap+xml; charset=utf-8", "application/xop+xml"):
        suite.clean(f"Content-Type {media!r}", suite.post(good, media), suite.signed())
    for charset in ("klingon", "utf-9", "x-user-defined", "base64", "../../etc/passwd", "utf-8\t\tx"):
        suite.refuse(f"charset {charset!r}", suite.post(good, f'text/xml; charset="{charset}"'))
    twice = request(suite.door.host, good, [("Content-Type", "text/xml"), ("Content-Type", "text/html")])
    suite.clean("two Content-Types", twice)


def spelled(suite):
    """Media types and packages in spellings that the RFCs leave open (RFC 9110,
    5.6.6; RFC 2046, 5.1.1)."""
    for media in ("text/xml;", "text/xml; ", "text/xml; charset=utf-8;", "text/xml;;charset=utf-8", "text/xml ; charset=utf-8 ; ", "text/xml;\tcharset=utf-8"):
        sending = Sending(suite.signed())
        sending.media = media
        suite.accept(f"Content-Type {media!r}", sending)
    for media in ("text/xml; charset", "text/xml; charset=", "text/xml; charset='utf-8'", "text/xml; charset = utf-8", "text/xml; charset=utf-8; charset=utf-8", "text/xml charset=utf-8", "text/xml, text/xml", "text/xml; charset=utf-8 x", 'text/xml; charset="utf-8'):
        sending = Sending(suite.signed())
        sending.media = media
        suite.clean(f"Content-Type {media!r}", sending)
    body = suite.signed().bytes()

    def package(name, media, lines, verdict="accept"):
        sending = Sending(suite.signed())
        sending.package = lambda *_: (media, b"".join(lines))
        (suite.accept if verdict == "accept" else suite.clean)(name, sending)

    root = b"Content-Type: text/xml; charset=utf-8\r\n\r\n" + body + b"\r\n"
    for boundary in ("----=_Part_0_1.2", "a b", "x" * 70, "'()+_,-./:=?", "uuid:0ca0e16e-feb1-426c-97d8-c4508ada5e82+id=1", "=_"):
        mark = b"--" + boundary.encode()
        package(f"boundary {boundary}", f'multipart/related; boundary="{boundary}"', [mark, b"\r\n", root, mark, b"--\r\n"])
        package(f"boundary {boundary}, the type first", f'MULTIPART/Related; type="text/xml"; BOUNDARY="{boundary}"', [mark, b"\r\n", root, mark, b"--"])
    package("blanks behind the boundary", "multipart/related; boundary=b", [b"--b \t \r\n", root, b"--b--  \r\n"])
    package("only line feeds", "multipart/related; boundary=b", [b"--b\n", root.replace(b"\r\n", b"\n"), b"--b--\n"])
    package("a blank line in front", "multipart/related; boundary=b", [b"\r\n--b\r\n", root, b"--b--"])
    package("a folded field", "multipart/related; boundary=b", [b"--b\r\n", root.replace(b"; charset", b";\r\n charset"), b"--b--"])
    package("fields in small letters", "multipart/related; boundary=b", [b"--b\r\n", root.replace(b"Content-Type", b"content-type"), b"--b--"])
    package("a boundary that begins another", "multipart/related; boundary=b", [b"--b\r\n", root, b"--b\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\nx\r\n--bb--\r\n", b"\r\n--b--"])
    package("boundaries in the message itself", "multipart/related; boundary=soapenv", [b"--soapenv\r\n", root, b"--soapenv--"])
    package("start without brackets", 'multipart/related; boundary=b; start="r"', [b"--b\r\nContent-ID: <r>\r\n", root, b"--b--"], "clean")
    package("a root without a type", "multipart/related; boundary=b", [b"--b\r\n\r\n", body, b"\r\n--b--"], "clean")
    package("a root by quoted-printable", "multipart/related; boundary=b", [b"--b\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", quopri.encodestring(body), b"\r\n--b--"], "clean")
    package("a root by base64", "multipart/related; boundary=b", [b"--b\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n", base64.encodebytes(body), b"\r\n--b--"], "clean")
    for version in SOAP:
        other = Sending(base(suite, version))
        other.media = f"{'text/xml' if version == '1.2' else 'application/soap+xml'}; charset=utf-8"
        suite.clean(f"SOAP {version} in the other's media type", other)


def packages(suite):
    def sent(form):
        sending = Sending(suite.signed())
        form(sending)
        return sending

    suite.refuse("no envelope among the parts", suite.post(part([("Content-Type", "text/plain")], b"x") + f"--{BOUNDARY}--".encode(), f"multipart/related; boundary={BOUNDARY}"))
    suite.refuse("no part at all", suite.post(f"--{BOUNDARY}--\r\n".encode(), f"multipart/related; boundary={BOUNDARY}"))
    suite.refuse("nothing", suite.post(b"", f"multipart/related; boundary={BOUNDARY}"))
    whole = sent(related([ATTACHMENT]))
    media, body = whole.package(whole, whole.message.bytes())
    suite.refuse("another boundary", suite.post(body, "multipart/related; boundary=another"))
    suite.refuse("no boundary", suite.post(body, "multipart/related"))
    suite.refuse("an empty boundary", suite.post(body, 'multipart/related; boundary=""'))
    suite.refuse("a boundary of 500 characters", suite.post(body, f"multipart/related; boundary={'b' * 500}"))
    suite.refuse("an envelope that is not the root", sent(related(before=[ATTACHMENT])))
    suite.refuse("a root of plain text", sent(related(root="text/plain; charset={}")))
    suite.refuse("start names nothing", sent(related(parameters='; start="<nobody>"')))
    suite.refuse("start names the attachment", sent(related([ATTACHMENT], parameters='; start="<attachment-1>"')))
    suite.refuse("the root is a multipart", suite.post(part([("Content-Type", "multipart/related; boundary=in")], b"--in\r\nContent-Type: text/xml\r\n\r\n" + suite.signed().bytes() + b"\r\n--in--") + f"--{BOUNDARY}--".encode(), f"multipart/related; boundary={BOUNDARY}"))
    suite.refuse("the end in the middle of the root", suite.post(body[: len(body) // 3], media))
    # The last delimiter is missing: the envelope is whole, the package is not.
    suite.clean("no last delimiter", suite.post(body.rsplit(b"--" + BOUNDARY.encode(), 1)[0], media), whole.message)
    for name, kind in (("mixed", "multipart/mixed"), ("form-data", "multipart/form-data"), ("alternative", "multipart/alternative")):
        suite.clean(f"multipart/{name}", suite.post(body, media.replace("multipart/related", kind)), whole.message)
    for coding in ("base64", "quoted-printable", "x-unknown"):
        suite.clean(f"root in {coding} that is not", sent(related(heads=(("Content-Transfer-Encoding", coding),))))
    suite.clean("two parts with the root's id", sent(related([part([("Content-Type", "text/xml"), ("Content-ID", "<rootpart>")], b"<x/>")], parameters='; start="<rootpart>"')))
    many = b"".join(part([("Content-Type", "text/plain")], b"x") for _ in range(3000))
    suite.clean("3000 attachments", suite.post(body.rsplit(b"--" + BOUNDARY.encode(), 1)[0] + many + f"--{BOUNDARY}--".encode(), media))
    suite.clean("a part with a head of 100 kB", sent(related(heads=(("X-Long", "x" * 100_000),))))
    suite.clean("a part with 5000 header fields", sent(related(heads=[(f"X-{i}", "x") for i in range(5000)])))
    suite.clean("a MIME header without a colon", sent(related(heads=(("Content-ID", "<rootpart>\r\nnonsense"),))))
    suite.clean("parts of parts of parts", suite.post(b"".join(f"--b{i}\r\nContent-Type: multipart/mixed; boundary=b{i + 1}\r\n\r\n".encode() for i in range(500)), "multipart/related; boundary=b0"))


def must_understand(suite, version):
    """SOAP 1.1 section 4.2.3, SOAP 1.2 part 1 sections 2.4 and 5.4.8."""
    soap = SOAP[version]
    role = "actor" if version == "1.1" else "role"
    following = "http://schemas.xmlsoap.org/soap/actor/next" if version == "1.1" else soap + "/role/next"

    def with_field(attributes):
        sending = Sending(base(suite, version))
        extra(f'<t:pay xmlns:t="urn:elsewhere" xmlns:env="{soap}" {attributes}>1</t:pay>')(sending)
        return sending

    for name, attributes in (("for everybody", ""), ("for the next", f'env:{role}="{following}"'), ("for nobody in particular", f'env:{role}=""')):
        suite.refuse(f"SOAP {version}, unknown, {name}", with_field(f'env:mustUnderstand="1" {attributes}'), "MustUnderstand")
        suite.accept(f"SOAP {version}, unknown and optional, {name}", with_field(f'env:mustUnderstand="0" {attributes}'))
    suite.accept(f"SOAP {version}, for another node", with_field(f'env:mustUnderstand="1" env:{role}="urn:another-node"'))
    suite.accept(f"SOAP {version}, mustUnderstand without a namespace", with_field('mustUnderstand="1"'))
    if version == "1.2":
        suite.refuse("SOAP 1.2, true", with_field('env:mustUnderstand="true"'), "MustUnderstand")
        suite.accept("SOAP 1.2, false", with_field('env:mustUnderstand="false"'))
        suite.refuse("SOAP 1.2, for the last", with_field(f'env:mustUnderstand="1" env:role="{soap}/role/ultimateReceiver"'), "MustUnderstand")
        suite.accept("SOAP 1.2, for none", with_field(f'env:mustUnderstand="1" env:role="{soap}/role/none"'))
    other = SOAP["1.2" if version == "1.1" else "1.1"]
    suite.accept(f"SOAP {version}, the other version's attribute", with_field(f'xmlns:o="{other}" o:mustUnderstand="1"'))
