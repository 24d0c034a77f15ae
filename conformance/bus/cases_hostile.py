"""What attacks a reader of XML, what breaks on the way, and what is nearly
right. Whether a document is well-formed is asked of libxml2."""

import socket
import threading

from lxml import etree

from forms import ATTACHMENT, Sending, related
from judge import fields, parse
from message import OURS, SOAP, XROAD, Message
from suite import UNDERSTOOD
from wire import BadAnswer, request


def run(suite, random):
    suite.begin("Document types and entities")
    entities(suite)
    suite.begin("More than a reader should take")
    too_much(suite)
    suite.begin("Not well-formed")
    not_well_formed(suite)
    suite.begin("Well-formed and odd")
    odd(suite)
    suite.begin("Cut short")
    cut(suite)
    suite.begin("One bit wrong")
    damaged(suite, random, 400, flip)
    suite.begin("A few bytes wrong")
    damaged(suite, random, 300, mangle)
    suite.begin("One bit wrong in a package")
    packages(suite, random)
    suite.begin("Afterwards")
    suite.accept("served", suite.signed())


def variants(suite):
    good = suite.signed().but(userId="UA&e;x").bytes().replace(b"&amp;e;", b"&e;")
    head, rest = good.split(b"?>", 1)
    return head + b"?>", rest


def entities(suite):
    """Refused before anything is expanded or fetched: a listener waits for a
    connection that may not come."""
    caught = []
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    def wait():
        try:
            while True:
                connection, _ = listener.accept()
                caught.append(connection)
                connection.close()
        except OSError:
            return
    threading.Thread(target=wait, daemon=True).start()
    head, rest = variants(suite)
    plain = rest.replace(b"&e;", b"")
    url = f"http://127.0.0.1:{port}/x".encode()
    bomb = b"".join(b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 12))
    types = {
        "nothing but a name": (b"<!DOCTYPE x>", plain), "the right name": (b"<!DOCTYPE soapenv:Envelope>", plain), "an empty subset": (b"<!DOCTYPE x []>", plain),
        "an internal entity": (b'<!DOCTYPE x [<!ENTITY e "y">]>', rest), "an entity that is not used": (b'<!DOCTYPE x [<!ENTITY e "y">]>', plain),
        "a file": (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', rest), "an address": (b'<!DOCTYPE x [<!ENTITY e SYSTEM "' + url + b'">]>', rest),
        "a parameter entity": (b'<!DOCTYPE x [<!ENTITY % p SYSTEM "' + url + b'"> %p;]>', plain), "an external subset": (b'<!DOCTYPE x SYSTEM "' + url + b'">', plain),
        "a public identifier": (b'<!DOCTYPE x PUBLIC "-//X//EN" "' + url + b'">', plain), "a bomb": (b'<!DOCTYPE x [<!ENTITY e0 "ha">' + bomb + b'<!ENTITY e "&e11;">]>', rest),
        "a long entity many times": (b'<!DOCTYPE x [<!ENTITY e "' + b"a" * 50_000 + b'">]>', rest.replace(b"&e;", b"&e;" * 1000)),
        "an entity within itself": (b'<!DOCTYPE x [<!ENTITY e "&e;">]>', rest), "attributes by default": (b'<!DOCTYPE x [<!ATTLIST y z CDATA "1">]>', plain),
        "a notation": (b'<!DOCTYPE x [<!NOTATION n SYSTEM "n"><!ENTITY e SYSTEM "x" NDATA n>]>', plain), "predefined ones again": (b'<!DOCTYPE x [<!ENTITY lt "&#38;#60;">]>', plain),
        "a subset without an end": (b"<!DOCTYPE x [", plain), "comments within": (b"<!DOCTYPE x [<!-- ]> -->]>", plain),
    }
    for name, (doctype, body) in types.items():
        suite.refuse(name, suite.post(head + doctype + body))
        suite.refuse(f"{name}, without a declaration", suite.post(doctype + body))
    for name, encoding, mark in (("UTF-16", "utf-16-le", b"\xff\xfe"), ("a byte order mark", "utf-8", b"\xef\xbb\xbf")):
        document = '<!DOCTYPE x [<!ENTITY e "y">]>' + rest.decode()
        suite.refuse(f"behind {name}", suite.post(mark + document.encode(encoding), f"text/xml; charset={encoding[:6].rstrip('-')}"))
    for doctype in (b"<!doctype x>", b"<!DocType x>", b"<!ENTITY e 'y'>", b"<!ELEMENT x ANY>", b"<![INCLUDE[x]]>", b"<!>"):
        suite.refuse(f"{doctype.decode()} in front", suite.post(head + doctype + plain))
    suite.refuse("within the envelope", suite.post(head + plain.replace(b"<soapenv:Header>", b"<!DOCTYPE x><soapenv:Header>")))
    suite.refuse("after the envelope", suite.post(head + plain + b"<!DOCTYPE x>"))
    suite.refuse("in a package", packed(suite, head + b'<!DOCTYPE x [<!ENTITY e "y">]>' + rest))
    suite.refuse("in SOAP 1.2", suite.post(head + b'<!DOCTYPE x [<!ENTITY e "y">]>' + rest.replace(SOAP["1.1"].encode(), SOAP["1.2"].encode()), 'application/soap+xml; charset=utf-8'), version=None)
    suite.refuse("an entity that is not declared", suite.post(head + rest))
    included = plain.replace(b"<xro:userId>", b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="' + url + b'"/><xro:userId>')
    suite.clean("XInclude", suite.post(head + included))
    suite.clean("a style sheet", suite.post(head + b'<?xml-stylesheet href="' + url + b'"?>' + plain))
    suite.clean("a place of schemas", suite.post(head + plain.replace(b"<soapenv:Envelope", b'<soapenv:Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x ' + url + b'"')))
    listener.close()
    suite.report("nothing was fetched", [f"{len(caught)} connections came"] if caught else [])


def packed(suite, xml):
    sending = Sending(Message())
    related([ATTACHMENT])(sending)
    media, body = sending.package(sending, xml)
    return suite.post(body, media)


def too_much(suite):
    good = suite.signed().bytes()

    def put(name, where, what, verdict="refuse"):
        data = good.replace(where, what, 1)
        assert data != good
        (suite.refuse if verdict == "refuse" else suite.clean)(name, suite.post(data))

    mark, field, body = b"<soapenv:Header>", b"<xro:userId>", b"<soapenv:Body>"
    put("100,000 attributes", field, b"<xro:userId " + b" ".join(b'a%d=""' % i for i in range(100_000)) + b">")
    put("50,000 namespaces", field, b"<xro:userId " + b" ".join(b'xmlns:a%d="u:%d"' % (i, i) for i in range(40_000)) + b">")
    put("100,000 levels", mark, mark + b"<a>" * 100_000 + b"</a>" * 100_000)
    put("100,000 levels without an end", mark, mark + b"<a>" * 100_000)
    put("5,000 levels in a value", field, field + b"<a>" * 5000 + b"</a>" * 5000)
    put("5,000 levels in the body", body, body + b"<a>" * 5000 + b"</a>" * 5000)
    put("250,000 fields", mark, mark + b"<a/>" * 250_000)
    put("100,000 fields of X-Road", mark, mark + b"<xro:a/>" * 100_000)
    put("250,000 elements in the body", b"</p:GetDeclarations_v1>", b"<a/>" * 250_000 + b"</p:GetDeclarations_v1>")
    put("50,000 comments", field, b"<!---->" * 50_000 + field, "clean")
    put("50,000 instructions", field, b"<?a?>" * 50_000 + field, "clean")
    put("50,000 CDATA sections", field, field + b"<![CDATA[]]>" * 50_000, "clean")
    put("100,000 references", field, field + b"&amp;" * 100_000, "clean")
    put("a name of 900 kB", mark, mark + b"<" + b"a" * 900_000 + b"/>", "clean")
    put("an attribute of 900 kB", field, b'<xro:userId a="' + b"a" * 900_000 + b'">', "clean")
    put("a namespace of 900 kB", field, b'<xro:userId xmlns:a="' + b"a" * 900_000 + b'">', "clean")
    put("a userId of 900 kB", field, field + b"a" * 900_000, "clean")
    put("a comment of 900 kB", field, b"<!--" + b"a" * 900_000 + b"-->" + field, "clean")
    put("attributes on every level", mark, mark + b"<a b='c'>" * 2000 + b"</a>" * 2000)
    put("prefixes that shadow one another", mark, mark + b"".join(b'<a xmlns:p%d="u">' % (i % 7) for i in range(3000)) + b"</a>" * 3000)
    put("attributes that differ by prefix", field, b"<xro:userId " + b" ".join(b'xmlns:p%d="u:%d" p%d:a=""' % (i, i, i) for i in range(20_000)) + b">")
    put("a tag without an end", field, b"<xro:userId " + b"a" * 900_000)
    put("only angle brackets", mark, mark + b"<" * 900_000)
    put("only ampersands", field, field + b"&" * 500_000)
    put("a comment without an end", mark, mark + b"<!-- " + b"- " * 400_000)
    put("CDATA without an end", field, field + b"<![CDATA[" + b"]" * 800_000)


BROKEN = {
    "an attribute twice": ("<xro:userId>", '<xro:userId a="1" a="1">'), "an attribute twice by its namespace": ("<xro:userId>", '<xro:userId xmlns:a="u" xmlns:b="u" a:c="1" b:c="2">'),
    "a namespace twice": ("<xro:userId>", '<xro:userId xmlns:a="u" xmlns:a="v">'), "objectType twice": ('iden:objectType="SUBSYSTEM"', 'iden:objectType="SUBSYSTEM" iden:objectType="MEMBER"'),
    "objectType twice by its namespace": ('iden:objectType="SUBSYSTEM"', 'iden:objectType="SUBSYSTEM" xmlns:i2="http://x-road.eu/xsd/identifiers" i2:objectType="MEMBER"'),
    "a prefix that is not bound": ("<xro:userId>", "<xro:userId><q:a/>"), "an attribute's prefix that is not bound": ("<xro:userId>", '<xro:userId q:a="">'),
    "a prefix bound to nothing": ("<xro:userId>", '<xro:userId xmlns:q="">'), "the operation's prefix is not bound": ("<p:GetDeclarations_v1>", "<q:GetDeclarations_v1>"),
    "xmlns bound": ("<xro:userId>", '<xro:userId xmlns:xmlns="u">'), "xml bound to something else": ("<xro:userId>", '<xro:userId xmlns:xml="u">'),
    "a prefix bound to xml's namespace": ("<xro:userId>", '<xro:userId xmlns:q="http://www.w3.org/XML/1998/namespace">'), "xmlns's namespace by default": ("<xro:userId>", '<xro:userId xmlns="http://www.w3.org/2000/xmlns/">'),
    "two colons": ("<xro:userId>", '<xro:userId xmlns:a="u"><a:b:c/>'), "nothing before the colon": ("<xro:userId>", "<xro:userId><:a/>"), "nothing after the colon": ("<xro:userId>", "<xro:userId><xro:/>"),
    "a local name that is a digit": ("<xro:userId>", "<xro:userId><xro:1/>"),
    "a name that is a digit": ("<xro:userId>", "<xro:userId><1/>"), "a blank before the name": ("<xro:userId>", "< xro:userId>"), "no name": ("<xro:userId>", "<xro:userId><>"),
    "tags that cross": ("<xro:userId>", "<xro:userId><a><b></a></b>"), "an end too many": ("<xro:userId>", "</a><xro:userId>"), "another end": ("</xro:userId>", "</xro:userID>"), "an end by another prefix": ("</xro:userId>", '</x:userId>'),
    "no end": ("</xro:userId>", ""), "an end with an attribute": ("</xro:userId>", '</xro:userId a="1">'), "an empty end": ("</xro:userId>", "</>"),
    "an attribute without quotes": ("<xro:userId>", "<xro:userId a=1>"), "an attribute without a value": ("<xro:userId>", "<xro:userId a>"), "no blank between attributes": ("<xro:userId>", '<xro:userId a="1"b="2">'),
    "less-than in an attribute": ("<xro:userId>", '<xro:userId a="<">'), "an ampersand alone": ("<xro:userId>", "<xro:userId>a & b"), "an ampersand in an attribute": ("<xro:userId>", '<xro:userId a="&">'),
    "the end of CDATA in text": ("<xro:userId>", "<xro:userId>]]>"), "CDATA in lower case": ("<xro:userId>", "<xro:userId><![cdata[a]]>"), "CDATA in CDATA": ("<xro:userId>", "<xro:userId><![CDATA[<![CDATA[]]>]]>"),
    "two hyphens in a comment": ("<xro:userId>", "<!-- a -- b --><xro:userId>"), "three hyphens at a comment's end": ("<xro:userId>", "<!-- a ---><xro:userId>"), "a comment in a tag": ("<xro:userId>", "<xro:userId <!-- a -->>"),
    "a declaration within": ("<soapenv:Header>", '<?xml version="1.0"?><soapenv:Header>'), "two declarations": ("?>", '?><?xml version="1.0"?>'), "an instruction named XML": ("<soapenv:Header>", "<?XML a?><soapenv:Header>"),
    "an instruction without a name": ("<soapenv:Header>", "<? a?><soapenv:Header>"), "an instruction without an end": ("<soapenv:Header>", "<?a ><soapenv:Header>"),
    "a declaration without a version": ('<?xml version="1.0" encoding="utf-8"?>', '<?xml encoding="utf-8"?>'), "a declaration the wrong way round": ('<?xml version="1.0" encoding="utf-8"?>', '<?xml encoding="utf-8" version="1.0"?>'),
    "standalone perhaps": ('encoding="utf-8"?>', 'encoding="utf-8" standalone="perhaps"?>'), "a declaration in capitals": ("<?xml ", "<?XML "), "a declaration without an end": ('"utf-8"?>', '"utf-8">'),
}


def not_well_formed(suite):
    good = suite.signed().bytes().decode()
    for name, (old, new) in BROKEN.items():
        data = good.replace(old, new, 1).encode()
        problems = [] if data != good.encode() else ["the case changes nothing"]
        try:
            parse(data)
            # libxml2 reports a bad use of namespaces and goes on.
            errors = etree.XMLParser(recover=True, resolve_entities=False)
            etree.fromstring(data, errors)
            if not errors.error_log:
                problems.append("libxml2 finds nothing wrong")
        except etree.XMLSyntaxError:
            pass
        if problems:
            suite.report(name, problems)
        else:
            suite.refuse(name, suite.post(data))


def odd(suite):
    """Nothing is wrong with these as XML; a security server lets them pass."""
    def accept(name, old, new, verdict="accept", **values):
        message = suite.signed().but(**values)
        xml = message.xml()
        data = xml.replace(old, new, 1)
        assert data != xml, name
        sending = Sending(message)
        sending.package = lambda s, _: (s.content_type(), data.encode())
        if verdict == "accept":
            suite.accept(name, sending)
        else:
            suite.clean(name, sending)

    u = "<xro:userId>"
    accept("xml:id", u, '<xro:userId xml:id="a">')
    accept("the same xml:id twice", "<xro:userId>UA", '<xro:userId xml:id="a"><!-- --><![CDATA[UA]]>')
    accept("xml:lang, xml:space, xml:base", u, '<xro:userId xml:lang="uk" xml:space="preserve" xml:base="http://x/">')
    accept("xsi:type", u, '<xro:userId xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:string">')
    accept("xsi:type in the body", "<p:signature>", '<p:signature xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:base64Binary">')
    accept("an attribute with a reference", "<xro:protocolVersion>", '<xro:protocolVersion test="&#35;">')
    accept("an attribute with a line break", u, '<xro:userId a="b\nc\t&quot;d\'">')
    accept("encodingStyle on the envelope", "<soapenv:Envelope", '<soapenv:Envelope soapenv:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"')
    accept("encodingStyle on the body", "<soapenv:Body>", '<soapenv:Body soapenv:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">')
    accept("an Id on the body, as WS-Security has it", "<soapenv:Body>", '<soapenv:Body xmlns:wsu="urn:wsu" wsu:Id="body">')
    accept("the namespaces of npm soap", "<soapenv:Envelope", '<soapenv:Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:jxb="http://java.sun.com/xml/ns/jaxb"')
    accept("xmlns:xml", u, '<xro:userId xmlns:xml="http://www.w3.org/XML/1998/namespace">')
    accept("blanks in tags", u, "<xro:userId \t\r\n >")
    accept("blanks in an end", "</xro:userId>", "</xro:userId \n\t>")
    accept("blanks around equals", 'iden:objectType="SUBSYSTEM"', "iden:objectType \n=\t 'SUBSYSTEM' ")
    accept("objectType by references", 'iden:objectType="SUBSYSTEM"', 'iden:objectType="&#83;UB&#x53;YSTEM"')
    accept("another objectType beside the right one", 'iden:objectType="SUBSYSTEM"', 'objectType="MEMBER" iden:objectType="SUBSYSTEM" xro:objectType="SERVICE"')
    accept("a name in Ukrainian", "</soapenv:Header>", '<поле xmlns="urn:a">значення</поле></soapenv:Header>')
    accept("a prefix with a dot and a hyphen", "</soapenv:Header>", '<a.b-c:d xmlns:a.b-c="urn:a"/></soapenv:Header>')
    accept("a comment after the end", "</soapenv:Envelope>", "</soapenv:Envelope><!-- end -->\n")
    accept("a comment in the body", "<soapenv:Body>", "<soapenv:Body><!-- <a/> -->\n")
    accept("blanks after the declaration", "?>", "?>\n\n\t")
    accept("a namespace with references", f'xmlns:p="{OURS}"', f'xmlns:p="&#104;{OURS[1:]}"')
    accept("a header's attribute", "<soapenv:Header>", '<soapenv:Header a="b">')
    accept("base64 on lines", "<p:signature>", "<p:signature>\r\n  ")
    accept("security of another layer", "</soapenv:Header>", '<w:Security xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><w:UsernameToken/></w:Security></soapenv:Header>')
    accept("addressing of another layer", "</soapenv:Header>", '<wsa:Action xmlns:wsa="http://www.w3.org/2005/08/addressing">urn:x</wsa:Action></soapenv:Header>')
    accept("a nil purpose", "<p:signedContent>", '<p:purposeId xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/><p:signedContent>')
    accept("an empty purpose", "<p:signedContent>", "<p:purposeId/><p:signedContent>")
    # Forbidden, tolerated or open: whatever the verdict, it has to be clean.
    for name, old, new in (
        ("an instruction", "<soapenv:Header>", "<?a b?><soapenv:Header>"), ("an instruction in a value", u, u + "<?a b?>"), ("text in the envelope", "<soapenv:Header>", "x<soapenv:Header>"),
        ("text in the header", "</soapenv:Header>", "x</soapenv:Header>"), ("text in the body", "</soapenv:Body>", "x</soapenv:Body>"), ("an element in a value", u, u + "<a/>"),
        ("an element after the body", "</soapenv:Envelope>", '<a xmlns="urn:a"/></soapenv:Envelope>'), ("an element before the header", "<soapenv:Header>", '<a xmlns="urn:a"/><soapenv:Header>'),
        ("text in the client", "<iden:xRoadInstance>", "x<iden:xRoadInstance>"), ("an unknown part of the client", "<iden:xRoadInstance>", "<iden:groupCode>1</iden:groupCode><iden:xRoadInstance>"),
        ("XML 1.1", 'version="1.0"', 'version="1.1"'), ("XML 1.9", 'version="1.0"', 'version="1.9"'), ("XML 2.0", 'version="1.0"', 'version="2.0"'), ("an encoding that is none", 'encoding="utf-8"', 'encoding="-utf"'),
        ("text in the operation", "<p:signature>", "x<p:signature>"), ("an unknown field in the operation", "<p:signature>", "<p:unknown/><p:signature>"), ("a field without a namespace", "<p:signature>", '<signature xmlns="">AAAA</signature><p:signature>'),
        ("an attribute on the operation", "<p:GetDeclarations_v1>", '<p:GetDeclarations_v1 a="b">'), ("two signatures", "<p:signature>", "<p:signature>AAAA</p:signature><p:signature>"), ("a nil signature", "<p:signature>", '<p:signature xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true">'),
        ("xsi:type of another type", "<p:signature>", '<p:signature xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="p:Patient">'), ("href, as encoded messages have it", "<p:signature>", '<p:signature href="#id0">'),
    ):
        accept(name, old, new, "clean")


def cut(suite):
    good = suite.signed().bytes()
    for i in range(0, len(good) - 1, 50):
        suite.refuse(f"after {i} bytes", suite.post(good[:i]))
    for i in range(-30, -1):
        suite.refuse(f"{-i} bytes before the end", suite.post(good[:i].rstrip() if i == -1 else good[:i]))
    wide = good.decode().encode("utf-16-le")
    for i in range(1, len(wide), 701):
        suite.refuse(f"UTF-16, after {i} bytes", suite.post(b"\xff\xfe" + wide[:i], "text/xml; charset=utf-16"))
    sending = Sending(suite.signed())
    related([ATTACHMENT])(sending)
    media, body = sending.package(sending, good)
    end = body.index(b"</soapenv:Envelope>")
    for i in range(0, len(body), 150):
        (suite.refuse if i <= end else suite.clean)(f"a package, after {i} bytes", suite.post(body[:i], media))
    whole = suite.post(good)
    for i in range(1, len(whole), 250):
        on_the_way(suite, f"on the way, after {i} bytes", whole[:i])


def on_the_way(suite, name, data):
    """The sender's side ends in the middle: a fault, or an end without an answer."""
    before, problems = suite.steps(), []
    try:
        with suite.door.open() as connection:
            connection.send(data)
            connection.no_more()
            status = connection.read().status
            if status not in (500, 400):
                problems.append(f"status {status}")
    except (BadAnswer, OSError):
        pass
    if suite.steps() != before:
        problems.append("steps were taken")
    suite.report(name, problems)


def flip(random, data):
    i = random.randrange(len(data))
    return data[:i] + bytes([data[i] ^ 1 << random.randrange(8)]) + data[i + 1 :]


def mangle(random, data):
    i, n = random.randrange(len(data)), random.randint(1, 6)
    kind = random.randrange(4)
    if kind == 0:
        return data[:i] + data[i + n :]
    if kind == 1:
        return data[:i] + data[i : i + n] * 2 + data[i + n :]
    if kind == 2:
        return data[:i] + random.choice([b"<", b">", b"&", b'"', b"'", b"]]>", b"<!--", b"\x00", b"\xff", b" xmlns=''", b"/>", b"<a>", b"&#0;", b":"]) + data[i:]
    j = random.randrange(len(data))
    return data[:i] + data[j : j + n] + data[i + n :]


def damaged(suite, random, count, damage):
    """What libxml2 cannot read is refused; what is accepted all the same is
    echoed as libxml2 reads it, and counts as signed only if nothing signed was hit."""
    for i in range(count):
        message = suite.signed().but(issue="Їжак & \"ґава\"")
        # Half of the hits go to the header, which is the smaller part.
        good = message.bytes()
        body = good.index(b"<soapenv:Body>")
        data = damage(random, good[:body]) + good[body:] if i % 2 else good[:body] + damage(random, good[body:])
        verdict(suite, f"{i}", good, data)


def verdict(suite, name, good, data):
    try:
        root = parse(data)
    except etree.XMLSyntaxError as error:
        # The name of a namespace need not be a URI to be one (Namespaces in XML, 2.2),
        # and what the declaration calls the encoding does not count beside a charset.
        if "is not a valid URI" in str(error) or "encoding" in str(error).lower():
            suite.clean(name, suite.post(data))
        else:
            suite.refuse(name, suite.post(data), "Client|VersionMismatch")
        return
    answer, problems = suite.ask(suite.post(data))
    if answer:
        problems = answer.problems
        if answer.payload is not None:
            soap = SOAP["1.1"]
            sent = [f for f in fields(root, soap) if f[0] != f"{{{XROAD}}}requestHash"]
            if sent != answer.header:
                problems.append(f"echoed {answer.header}, sent {sent}")
            signed = [[(f.tag, f.text) for f in r.find(f".//{{{soap}}}Body")[0]] for r in (root, parse(good))]
            if signed[0] != signed[1] and answer.result in UNDERSTOOD and blankless(signed[0]) != blankless(signed[1]):
                problems.append(f"{answer.result} for a statement that was changed")
    suite.report(name, problems)


def blankless(signed):
    """The payload with blanks in base64 left out, which mean nothing."""
    return [(tag, "".join((text or "").split()) if tag.endswith("signature") else text) for tag, text in signed]


def packages(suite, random):
    for i in range(150):
        sending = Sending(suite.signed())
        related([ATTACHMENT], parameters='; type="text/xml"; start="<rootpart>"')(sending)
        media, body = sending.package(sending, sending.message.bytes())
        envelope = body.index(b"<?xml")
        end = body.index(b"</soapenv:Envelope>") + 19
        outside = flip(random, body[:envelope]) + body[envelope:] if i % 2 else body[:end] + flip(random, body[end:])
        suite.clean(f"{i}", request(suite.door.host, outside, [("Content-Type", media), ("SOAPAction", '""')]))
