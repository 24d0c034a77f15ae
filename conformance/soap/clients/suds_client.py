"""Sends a case by suds: client.py WSDL bare|headers CASE."""

import json
import re
import sys

import suds
from suds.client import Client
from suds.plugin import MessagePlugin
from suds.sax.attribute import Attribute
from suds.sax.element import Element
from suds.transport import TransportError
from suds.transport.http import HttpTransport

XROAD = ("xroad", "http://x-road.eu/xsd/xroad.xsd")
ID = ("id", "http://x-road.eu/xsd/identifiers")


class Listening(MessagePlugin):
    """Keeps what went over the wire."""

    def marshalled(self, context):
        # suds loses the namespace of an attribute that the description takes
        # from another schema; its users put it back here.
        for field in context.envelope.getChild("Header"):
            attribute = field.getAttribute("objectType")
            if attribute is not None:
                attribute.prefix = "id"

    def sending(self, context):
        self.sent = context.envelope.decode()

    def received(self, context):
        self.answer = context.reply.decode()


class Transport(HttpTransport):
    """Keeps the status of the last answer."""

    status = None

    def send(self, request):
        try:
            reply = super().send(request)
        except TransportError as error:
            self.status = error.httpcode
            raise
        self.status = reply.code
        return reply


def elements(header):
    """The header as elements of one's own making."""
    for name, value in header.items():
        element = Element(name, ns=XROAD)
        if isinstance(value, dict):
            element.append(Attribute("id:objectType", value["objectType"]))
            element.addPrefix(*ID)
            for part, text in value.items():
                if part != "objectType":
                    element.append(Element(part, ns=ID).setText(text))
        else:
            element.setText(value)
        yield element


def typed(client, name, value):
    """A field of the header as an object of the description's type."""
    if isinstance(value, str):
        return value
    out = client.factory.create("{%s}%sIdentifier" % (ID[1], name.capitalize()))
    for part, text in value.items():
        setattr(out, "_objectType" if part == "objectType" else part, text)
    return out


def main():
    wsdl, mode, path = sys.argv[1:]
    case = json.load(open(path, encoding="utf-8"))
    listening, transport = Listening(), Transport(timeout=30)
    client = Client(wsdl, transport=transport, plugins=[listening], cache=None)
    header = dict(case["header"])
    if mode == "headers":
        header.pop("issue")  # not among the description's header parts
        client.set_options(soapheaders={name: typed(client, name, value) for name, value in header.items()})
    else:
        client.set_options(soapheaders=tuple(elements(header)))
    out = {"headerFields": list(header)}
    try:
        body = client.service.GetDeclarations_v1(**case["payload"])
        sealed, declarations = getattr(body, "sealed", None), getattr(body, "declarations", None)
        out.update(
            outcome="response",
            resultCode=str(body.resultCode),
            resultText=str(body.resultText),
            declarations=[str(d.declarationNumber) for d in declarations.declaration] if declarations else [],
            sealedContent=str(sealed.content) if sealed else None,
        )
    except suds.WebFault as fault:
        out.update(outcome="fault", faultcode=str(fault.fault.faultcode), faultstring=str(fault.fault.faultstring))
    out.update(status=transport.status, sent=strip(listening.sent), received=strip(listening.answer))
    json.dump(out, sys.stdout, ensure_ascii=False)


def strip(document):
    """Drops the XML declaration, whose encoding is not that of text."""
    return re.sub(r"^<\?xml[^>]*\?>\s*", "", document)


main()
