"""Sends cases by zeep: zeep_client.py FOLDER..."""

from functools import cache

import case
import zeep
from lxml import etree
from zeep.transports import Transport

XROAD = "{http://x-road.eu/xsd/xroad.xsd}"
ID = "{http://x-road.eu/xsd/identifiers}"
PARTY = "{http://x-road.eu/xsd/representation.xsd}"


def elements(header):
    """The header as elements of one's own making."""
    for name, value in header.items():
        space, parts = (PARTY, PARTY) if name == "representedParty" else (XROAD, ID)
        element = etree.Element(space + name, nsmap={"xroad": XROAD[1:-1], "id": ID[1:-1]})
        if isinstance(value, str):
            element.text = value
        else:
            for part, text in value.items():
                if part == "objectType":
                    element.set(ID + part, text)
                else:
                    etree.SubElement(element, parts + part).text = text
        yield element


@cache
def client(wsdl):
    return zeep.Client(wsdl, transport=Transport(timeout=30))


def call(asked):
    described = asked["way"] != "bare"
    header, payload = asked["header"], case.binary(asked["payload"])
    operation = client(asked["wsdl"]).service[asked["operation"]]
    try:
        # With headers in the description zeep returns header and body.
        answer = operation(**payload, _soapheaders=header if described else list(elements(header)))
    except zeep.exceptions.Fault as fault:
        raise case.Fault(fault.code, fault.message) from fault
    if not described:
        return answer, {}
    return answer.body, {name: getattr(answer.header, name) for name, value in header.items() if isinstance(value, str)}


case.run(call)
