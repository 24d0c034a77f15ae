"""Sends cases by suds: suds_client.py FOLDER..."""

from functools import cache

import case
import suds
from suds.client import Client
from suds.plugin import MessagePlugin
from suds.sax.attribute import Attribute
from suds.sax.element import Element
from suds.transport.http import HttpTransport

XROAD = ("xroad", "http://x-road.eu/xsd/xroad.xsd")
ID = ("id", "http://x-road.eu/xsd/identifiers")
PARTY = ("party", "http://x-road.eu/xsd/representation.xsd")


class Prefix(MessagePlugin):
    def marshalled(self, context):
        # suds loses the namespace of an attribute that the description takes
        # from another schema; its users put it back here.
        for field in context.envelope.getChild("Header"):
            attribute = field.getAttribute("objectType")
            if attribute is not None:
                attribute.prefix = "id"


def elements(header):
    """The header as elements of one's own making."""
    for name, value in header.items():
        space, parts = (PARTY, PARTY) if name == "representedParty" else (XROAD, ID)
        element = Element(name, ns=space)
        if isinstance(value, str):
            element.setText(value)
        else:
            element.addPrefix(*ID)
            for part, text in value.items():
                if part == "objectType":
                    element.append(Attribute("id:objectType", text))
                else:
                    element.append(Element(part, ns=parts).setText(text))
        yield element


def typed(client, way, name, value):
    """A field of the header as an object of the description's type."""
    if isinstance(value, str):
        return value
    form = "{%s}%sIdentifier" if way == "headers" else "{%s}XRoad%sIdentifierType"
    out = client.factory.create(form % (ID[1], name.capitalize()))
    for part, text in value.items():
        setattr(out, "_objectType" if part == "objectType" else part, text)
    return out


@cache
def client_of(wsdl):
    return Client(wsdl, transport=HttpTransport(timeout=30), plugins=[Prefix()], cache=None)


def call(asked):
    client = client_of(asked["wsdl"])
    way, header = asked["way"], asked["header"]
    if way == "bare":
        client.set_options(soapheaders=tuple(elements(header)))
    else:
        client.set_options(soapheaders={name: typed(client, way, name, value) for name, value in header.items()})
    try:
        return getattr(client.service, asked["operation"])(**asked["payload"]), {}
    except suds.WebFault as fault:
        raise case.Fault(str(fault.fault.faultcode), str(fault.fault.faultstring)) from fault


case.run(call)
