"""Sends a case by zeep: client.py WSDL bare|headers CASE."""

import base64
import json
import re
import sys

import zeep
from lxml import etree
from zeep.transports import Transport

XROAD = "{http://x-road.eu/xsd/xroad.xsd}"
ID = "{http://x-road.eu/xsd/identifiers}"


class Listening(Transport):
    """Keeps the status and the bytes of the last answer."""

    def post(self, address, message, headers):
        response = super().post(address, message, headers)
        self.status, self.received, self.sent = response.status_code, response.text, message.decode()
        return response


def elements(header):
    """The header as elements of one's own making."""
    for name, value in header.items():
        element = etree.Element(XROAD + name, nsmap={"xroad": XROAD[1:-1], "id": ID[1:-1]})
        if isinstance(value, dict):
            element.set(ID + "objectType", value["objectType"])
            for part, text in value.items():
                if part != "objectType":
                    etree.SubElement(element, ID + part).text = text
        else:
            element.text = value
        yield element


def strip(document):
    """Drops the XML declaration, whose encoding is not that of text."""
    return re.sub(r"^<\?xml[^>]*\?>\s*", "", document)


def main():
    wsdl, mode, path = sys.argv[1:]
    case = json.load(open(path, encoding="utf-8"))
    transport = Listening(timeout=30)
    client = zeep.Client(wsdl, transport=transport)
    header = dict(case["header"])
    if mode == "headers":
        header.pop("issue")  # not among the description's header parts
    payload = dict(case["payload"], signature=base64.b64decode(case["payload"]["signature"]))
    out = {"headerFields": list(header)}
    try:
        # With headers in the description zeep returns header and body.
        answer = client.service.GetDeclarations_v1(**payload, _soapheaders=header if mode == "headers" else list(elements(header)))
        body = answer.body if mode == "headers" else answer
        out.update(
            outcome="response",
            resultCode=body.resultCode,
            resultText=body.resultText,
            declarations=[d.declarationNumber for d in body.declarations.declaration] if body.declarations else [],
            sealedContent=body.sealed.content if body.sealed else None,
        )
        if mode == "headers" and answer.header.userId != header["userId"]:
            out["outcome"] = "response whose userId zeep reads as " + repr(answer.header.userId)
    except zeep.exceptions.Fault as fault:
        out.update(outcome="fault", faultcode=fault.code, faultstring=fault.message)
    out.update(status=transport.status, sent=strip(transport.sent), received=strip(transport.received))
    json.dump(out, sys.stdout, ensure_ascii=False)


main()
