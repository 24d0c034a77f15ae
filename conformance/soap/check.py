"""Checks what a client sent, what came back, and what the client made of it.
Prints what is wrong, and leaves both payloads for xmllint."""

import json
import sys
from pathlib import Path

from lxml import etree

NS = "{https://ehealth.gov.ua/trembita/dovidka}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
XROAD = "{http://x-road.eu/xsd/xroad.xsd}"
ID = "{http://x-road.eu/xsd/identifiers}"


def read(document):
    return etree.fromstring(document.encode(), etree.XMLParser(resolve_entities=False))


def header(envelope):
    """The fields of the header in their sequence, as a list to be compared;
    empty without a header."""
    fields = []
    for field in envelope.findall(SOAP + "Header/*"):
        parts = [(part.tag, part.text or "") for part in field]
        fields.append((field.tag, field.get(ID + "objectType"), parts or field.text or ""))
    return fields


def problems(case, result, folder):
    sent, received = read(result["sent"]), read(result["received"])
    if header(sent) != header(received):
        yield f"header sent {header(sent)}, received {header(received)}"
    asked = {field.tag: field.text for field in sent.findall(SOAP + "Header/*")}
    for field in ("userId", "id", "issue"):
        if field in result["headerFields"] and asked.get(XROAD + field) != case["header"][field]:
            yield f"the client did not send {field}"
    request = sent.find(SOAP + "Body")[0]
    if request.tag != NS + "GetDeclarations_v1":
        yield f"the client sent {request.tag}"
    (folder / "request.xml").write_bytes(etree.tostring(request))
    yield from (problems_of_fault if "faultcode" in case["expected"] else problems_of_response)(case["expected"], result, received, folder)


def problems_of_fault(expected, result, received, _):
    body = received.find(SOAP + "Body")[0]
    if body.tag != SOAP + "Fault" or result["outcome"] != "fault":
        yield f"expected a fault, got {body.tag}, which the client takes for a {result['outcome']}"
        return
    if result["status"] != 500:
        yield f"a fault with status {result['status']}"
    if not (result["faultcode"] or "").endswith(expected["faultcode"]):
        yield f"fault code {result['faultcode']}, not {expected['faultcode']}"
    if result["faultstring"] != body.findtext("faultstring") or not result["faultstring"]:
        yield f"the client reads the fault as {result['faultstring']!r}"


def problems_of_response(expected, result, received, folder):
    body = received.find(SOAP + "Body")[0]
    if body.tag != NS + "GetDeclarations_v1Response" or result["outcome"] != "response":
        yield f"expected a response, got {etree.tostring(body, encoding='unicode')[:500]}, which the client takes for a {result['outcome']}"
        return
    (folder / "response.xml").write_bytes(etree.tostring(body))
    if result["status"] != 200:
        yield f"a response with status {result['status']}"
    if result["resultCode"] != expected["resultCode"]:
        yield f"result {result['resultCode']}, not {expected['resultCode']}"
    if result["resultText"] != body.findtext(NS + "resultText"):
        yield f"the client reads the text as {result['resultText']!r}"
    declarations = body.findall(f"{NS}declarations/{NS}declaration/{NS}declarationNumber")
    if result["declarations"] != [d.text for d in declarations]:
        yield f"the client reads the declarations {result['declarations']}"
    if (expected["resultCode"] == "OK") != bool(declarations):
        yield f"{len(declarations)} declarations with {expected['resultCode']}"
    content = body.findtext(f"{NS}sealed/{NS}content")
    if result["sealedContent"] != content:
        yield "the client reads other sealed content than was sent"
    if expected["resultCode"] == "OK":
        if json.loads(content)["resourceType"] != "Bundle":
            yield "sealed content is no Bundle"
        (folder / "content.json").write_bytes(content.encode())


def schema(wsdl, folder):
    """Writes the description's inline schema of our payloads."""
    for found in etree.parse(wsdl).iter("{http://www.w3.org/2001/XMLSchema}schema"):
        if "{" + found.get("targetNamespace") + "}" == NS:
            (folder / "schema.xsd").write_bytes(etree.tostring(found))
            return
    raise SystemExit("the description has no schema of ours")


if __name__ == "__main__":
    if sys.argv[1] == "--schema":
        schema(sys.argv[2], Path(sys.argv[3]))
    elif sys.argv[1] == "--payload":
        sys.stdout.buffer.write(etree.tostring(etree.parse(sys.argv[2]).find(f".//{SOAP}Body")[0]))
    else:
        folder = Path(sys.argv[1])
        found = list(problems(json.loads((folder / "case.json").read_text()), json.loads((folder / "result.json").read_text()), folder))
        print("\n".join(found), end="")
        sys.exit(bool(found))
