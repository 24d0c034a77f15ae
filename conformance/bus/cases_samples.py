"""Messages of real clients and of X-Road's own tests, turned into calls of our
operation: the name of the operation, its namespace and the two codes that say
who may call are replaced, nothing else."""

import re
from pathlib import Path

from judge import fields, parse
from message import OURS, SOAP, Message
from wire import request

SAMPLES = Path(__file__).resolve().parents[2] / "xroad" / "testdata"
JETTY = "multipart/related; charset=UTF-8; boundary=jetty771207119h3h10dty"
CLIENT = {"xRoadInstance": "SEVDEIR-TEST", "memberClass": "GOV", "memberCode": "43395033", "subsystemCode": "DIIA_cons"}

# File, media type, operation in it, its namespace.
ACCEPTED = [
    ("uxp-request.xml", "text/xml", "getPersonaListRequest", "http://spring.io/guides/gs-producing-web-service"),
    ("xr-simple.query", "text/xml", "testQuery", "http://cosumer.ee.xroad.net"),
    ("xr-missing-userId.query", "text/xml", "testQuery", "http://cosumer.ee.xroad.net"),
    ("xr-getstate.query", "text/xml; charset=UTF-8", "getState", None),
    ("xr-nowhitespace.query", 'text/xml; charset="utf-8"', "getState", None),
    ("xrd4j-hello-request.xml", "text/xml", "helloService", "http://test.x-road.global/producer"),
    ("xr-attachm.query", JETTY, "test", "http://cosumer.ee.xroad.net"),
    ("xrd4j-store-attachments-request.txt", 'multipart/related; type="text/xml"; start="<rootpart>"; boundary="MIME_boundary"', "storeAttachments", "http://test.x-road.global/producer"),
]
REFUSED = [
    ("xr-no-header.query", "text/xml"), ("xr-faulty-header.query", "text/xml"), ("xr-missing-protocolVersion.query", "text/xml"),
    ("xr-malformed-protocolVersion.query", "text/xml"), ("xr-missing-body.query", "text/xml"), ("xr-malformed-body3.query", "text/xml"),
    ("xr-attachm-no-soap.query", JETTY), ("xr-faulty-multipart.query", JETTY), ("xr-meta-listMethods.query", "text/xml"),
    ("xr-meta-getWsdl.query", "text/xml"), ("uxp-response.xml", "text/xml"), ("xr-fault.xml", "text/xml"), ("xr-simple.query", "text/xml"),
    ("xr-attachm.query", "text/xml"), ("xr-simple.query", JETTY), ("uxp-decorated.wsdl", "text/xml"),
]


def run(suite, random):
    suite.begin("Messages of real clients")
    for name, media, operation, namespace in ACCEPTED:
        data = adopt((SAMPLES / name).read_bytes().decode(), operation, namespace)
        call(suite, name, data.encode(), media)
    for path in sorted(SAMPLES.glob("wire-*.http")):
        head, body = path.read_bytes().decode().split("\r\n\r\n", 1)
        xml = adopt(body, "getPersonInfoJs", "http://trembita.gov.ua/TrembitaSoap/").encode()
        head = re.sub(r"(?m)^Content-Length: \d+", f"Content-Length: {len(xml)}", head)
        answer, problems = suite.ask(head.encode() + b"\r\n\r\n" + xml)
        suite.report(path.name, problems or judged(suite, answer, xml))
    suite.begin("Messages that X-Road refuses")
    for i, (name, media) in enumerate(REFUSED):
        suite.refuse(f"{name} as {media.split(';')[0]}, {i}", suite.post((SAMPLES / name).read_bytes(), media))


def adopt(text, operation, namespace):
    """The same message for our operation and from the member that may call it."""
    body = re.search(rf"(?s)<(\w+):{operation}\b([^>]*?)(/>|>.*?</\1:{operation}\s*>)", text)
    declared = "" if namespace is not None and f'xmlns:{body[1]}="{namespace}"' not in body[2] else f' xmlns:{body[1]}="{OURS}"'
    inside = f"<{body[1]}:signature>AAAA</{body[1]}:signature>"
    text = text[: body.start()] + f"<{body[1]}:GetDeclarations_v1{declared}>{inside}</{body[1]}:GetDeclarations_v1>" + text[body.end() :]
    if namespace is not None and not declared:
        text = text.replace(namespace, OURS)
    text = re.sub(r"(<\w+:serviceCode>)[^<]*", r"\1GetDeclarations_v1", text)
    end = re.search(r"</\w+:client>", text)
    client = text[: end.start()]
    for part, value in CLIENT.items():
        client = re.sub(rf"(<\w+:{part}>)[^<]*", rf"\g<1>{value}", client)
    client = client.replace('objectType="MEMBER"', 'objectType="SUBSYSTEM"')
    if "subsystemCode" not in client:
        client = re.sub(r"(</(\w+):memberCode>)", r"\1<\2:subsystemCode>DIIA_cons</\2:subsystemCode>", client)
    return client + text[end.start() :]


def judged(suite, answer, xml):
    root = parse(xml)
    problems = suite.accepted(answer, Message(payload=[]), None)
    # The header is what this message says, not what Message would say.
    problems = [p for p in problems if "echoed" not in p and "was not sent" not in p and "sequence" not in p]
    if answer.header != (sent := fields(root, SOAP["1.1"])):
        problems.append(f"echoed {answer.header}, sent {sent}")
    return problems


def call(suite, name, data, media):
    start = data.index(b"<SOAP-ENV:Envelope") if b"<SOAP-ENV:Envelope" in data else data.index(b"<soapenv:Envelope")
    end = data.index(b"Envelope>", start + 20) + len(b"Envelope>")
    answer, problems = suite.ask(request(suite.door.host, data, [("Content-Type", media), ("SOAPAction", "")]))
    suite.report(name, problems or judged(suite, answer, data[start:end]))
