"""Takes the signed statement out of a SOAP message and makes a case of it: what
a client has to send, and what has to come back."""

import json
import sys

from lxml import etree

NS = "{https://ehealth.gov.ua/trembita/dovidka}"
XROAD = "{http://x-road.eu/xsd/xroad.xsd}"
ID = "{http://x-road.eu/xsd/identifiers}"

NASTY = """Їжак Ґорданівна ’щ’ <>&"' ]]>"""

# What every kind of case expects: of the response the result code, of the fault
# its code.
EXPECTED = {
    "attached": {"resultCode": "OK"},
    "detached": {"resultCode": "OK"},
    "refused": {"resultCode": "CONSENT_REFUSED"},
    "tampered": {"resultCode": "SIGNATURE_INVALID"},
    "contradiction": {"faultcode": "Client.InconsistentHeaders"},
}


def identifier(element):
    return {"objectType": element.get(ID + "objectType"), **{part.tag.removeprefix(ID): part.text for part in element}}


def case(kind, message):
    root = etree.fromstring(message)
    request = root.find(".//" + NS + "GetDeclarations_v1")
    payload = {field.tag.removeprefix(NS): field.text for field in request}
    header = {
        "client": identifier(root.find(".//" + XROAD + "client")),
        "service": identifier(root.find(".//" + XROAD + "service")),
        "userId": NASTY,
        "id": root.find(".//" + XROAD + "id").text,
        "issue": "справа " + NASTY,
        "protocolVersion": "4.0",
    }
    if kind == "attached":
        payload.pop("signedContent", None)
    if kind == "tampered":
        payload["signedContent"] = payload["signedContent"].replace("Z\"", "Z\" ", 1)
    if kind == "contradiction":
        header["service"]["serviceCode"] = "GetSomethingElse_v1"
    return {"kind": kind, "header": header, "payload": payload, "expected": EXPECTED[kind]}


if __name__ == "__main__":
    json.dump(case(sys.argv[1], sys.stdin.buffer.read()), sys.stdout, ensure_ascii=False, indent=1)
