"""What is asked of the door: a row for every operation and case.

A row names the operation, what to send and what has to come back: the result
code of an ordinary response, or the code of a fault. Every client sends every
row on every way that it knows."""

from collections.abc import Callable
from dataclasses import dataclass, field

# Everything that XML or an XML library of some language could stumble over.
NASTY = """Їжак Ґорданівна ’щ’ <>&"' ]]>"""


@dataclass(frozen=True)
class Row:
    operation: str
    name: str
    payload: Callable[["Asker"], dict]
    result: str | None = None
    fault: str | None = None
    # Changes the header's identifiers; a security server refuses that itself.
    service_code: str | None = None


@dataclass(frozen=True)
class Operation:
    name: str
    rows: list[Row] = field(default_factory=list)
    # What a client has to read as it was sent, as paths below the response.
    read: tuple[str, ...] = ()
    # Of these there has to be one at least when the result is OK.
    found: str | None = None


class Asker:
    """Gives rows what the demonstration knows; see cases.py."""

    def statement(self, *flags: str) -> dict:
        """The payload of a statement signed for one use."""
        raise NotImplementedError

    def spare(self, *flags: str) -> dict:
        """The same, for what is refused before the use counts."""
        raise NotImplementedError


def attached(asker):
    return without_content(asker.statement())


def without_content(payload):
    return {name: value for name, value in payload.items() if name != "signedContent"}


def detached(asker):
    return asker.statement("--detached")


def refused(asker):
    return asker.statement("--refuse")


def tampered(asker):
    payload = asker.spare("--detached")
    return {**payload, "signedContent": payload["signedContent"].replace('Z"', 'Z" ', 1)}


def unreadable(asker):
    # The schema allows it, the door does not.
    return {"purposeId": "мета\tобробки", **without_content(asker.spare())}


def elsewhere(asker):
    # What is sent to another service than it is for.
    return without_content(asker.spare())


GET = "GetDeclarations_v1"

OPERATIONS = [
    Operation(
        GET,
        [
            Row(GET, "attached", attached, result="OK"),
            Row(GET, "detached", detached, result="OK"),
            Row(GET, "refused", refused, result="CONSENT_REFUSED"),
            Row(GET, "tampered", tampered, result="SIGNATURE_INVALID"),
            Row(GET, "unreadable", unreadable, fault="Client.InvalidBody"),
            Row(GET, "contradiction", elsewhere, fault="Client.InconsistentHeaders", service_code="GetSomethingElse_v1"),
        ],
        read=(
            "resultCode", "resultDetail", "resultText", "requestId", "patient/lastName",
            "declarations/declaration/declarationNumber", "declarations/declaration/inForce",
            "declarations/declaration/doctor/speciality", "sealed/content",
        ),
        found="declarations/declaration",
    ),
]


@dataclass(frozen=True)
class Client:
    name: str
    program: str
    soap: str = "1.1"
    mtom: bool = False  # binary content goes in a part of its own
    ways: tuple[str, ...] = ("bare", "headers", "uxp", "xroad")
    # Whether it lets one send header fields beside those of the description.
    undeclared: bool = False
    # On which ways it tells what header fields it read.
    reads: tuple[str, ...] = ("bare", "headers", "uxp", "xroad")


BUS12 = ("bare", "headers", "uxp")  # X-Road has no SOAP 1.2

CLIENTS = [
    Client("zeep", "zeep", reads=("headers", "uxp", "xroad")),
    Client("suds", "suds", reads=()),
    Client("php", "php", undeclared=True),
    Client("php-1.2", "php", soap="1.2", ways=BUS12, undeclared=True),
    Client("npm-soap", "npm", undeclared=True),
    Client("npm-soap-1.2", "npm", soap="1.2", ways=BUS12, undeclared=True),
    Client("jax-ws", "jaxws", undeclared=True),
    Client("jax-ws-mtom", "jaxws", mtom=True, undeclared=True),
    Client("gsoap", "gsoap"),
    Client("gsoap-1.2", "gsoap", soap="1.2", ways=BUS12),
]
