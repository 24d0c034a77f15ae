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

    def person(self, key: str) -> dict:
        """A citizen of the demonstration, as inquiries name persons."""
        raise NotImplementedError

    def submitted(self, *flags: str) -> str:
        """The id of a request with such a statement that has been answered."""
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


# What bodies inquire by law.


def inquiry(key, **change):
    """What the demonstration's client is permitted to ask of a citizen."""
    return lambda asker: {
        "purposeId": "100500", "legalGround": "Закон України № 2168-VIII, стаття 9", "subject": asker.person(key), **change,
    }


UNREADABLE = {"purposeId": "мета\tобробки"}  # again what the schema allows

# What requests with a later answer bring.


def signed(asker):
    return {"signed": attached(asker)}


def inquired(asker):
    return {"inquiry": inquiry("solomiia")(asker)}


def unreadable_inquiry(asker):
    return {"inquiry": inquiry("ostap", **UNREADABLE)(asker)}


def result_of(*flags):
    return lambda asker: {"requestId": asker.submitted(*flags)}


def result_of_none(_):
    return {"requestId": "00000000-0000-4000-8000-000000000000"}


def unreadable_result(_):
    return {**UNREADABLE, **result_of_none(_)}


GET = "GetDeclarations_v1"
BY_PURPOSE = "GetDeclarationsByPurpose_v1"
STATUS = "GetDeclarationStatus_v1"
SUBMIT = "SubmitDeclarationsRequest_v1"
RESULT = "GetDeclarationsResult_v1"

OUTCOME = ("resultCode", "resultDetail", "resultText", "requestId")
DECLARATIONS = (
    *OUTCOME, "subjectId/rnokpp", "patient/lastName", "declarations/declaration/declarationNumber",
    "declarations/declaration/inForce", "declarations/declaration/doctor/speciality", "sealed/content",
)

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
        read=DECLARATIONS,
        found="declarations/declaration",
    ),
    Operation(
        BY_PURPOSE,
        [
            Row(BY_PURPOSE, "found", inquiry("ostap"), result="OK"),
            Row(BY_PURPOSE, "unknown", inquiry("bohdan"), result="PATIENT_NOT_FOUND"),
            Row(BY_PURPOSE, "not entitled", inquiry("ostap", purposeId="інша мета"), result="NOT_ENTITLED"),
            Row(BY_PURPOSE, "unreadable", inquiry("ostap", **UNREADABLE), fault="Client.InvalidBody"),
        ],
        read=DECLARATIONS,
        found="declarations/declaration",
    ),
    Operation(
        STATUS,
        [
            Row(STATUS, "in force", inquiry("ostap"), result="OK"),
            Row(STATUS, "none", inquiry("iryna"), result="NO_DECLARATIONS"),
            Row(STATUS, "no such number", inquiry("ostap", declarationNumber="Ї-1"), result="DECLARATION_NUMBER_INVALID"),
            Row(STATUS, "unreadable", inquiry("ostap", **UNREADABLE), fault="Client.InvalidBody"),
        ],
        read=(
            *OUTCOME, "subjectId/rnokpp", "inForce", "declarations/declaration/declarationNumber",
            "declarations/declaration/legalEntity/name", "sealed/content",
        ),
        found="declarations/declaration",
    ),
    Operation(
        SUBMIT,
        [
            Row(SUBMIT, "signed", signed, result="ACCEPTED"),
            Row(SUBMIT, "inquiry", inquired, result="ACCEPTED"),
            Row(SUBMIT, "unreadable", unreadable_inquiry, fault="Client.InvalidBody"),
        ],
        read=OUTCOME,
    ),
    Operation(
        RESULT,
        [
            Row(RESULT, "answered", result_of(), result="OK"),
            Row(RESULT, "refused", result_of("--refuse"), result="CONSENT_REFUSED"),
            Row(RESULT, "of nothing", result_of_none, result="REQUEST_NOT_FOUND"),
            Row(RESULT, "unreadable", unreadable_result, fault="Client.InvalidBody"),
        ],
        read=DECLARATIONS,
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
    proxy: bool = False  # it has the security server for its HTTP proxy
    # Whether it lets one send to a service that the description is not of.
    contradicts: bool = True
    # Whether it lets one send header fields beside those of the description.
    undeclared: bool = False
    # On which ways it tells what header fields it read.
    reads: tuple[str, ...] = ("bare", "headers", "uxp", "xroad")

    def exchanges(self):
        """Its ways, and the rows that it sends on each."""
        for way in self.ways:
            for operation in OPERATIONS:
                for row in operation.rows:
                    if self.contradicts or not row.service_code:
                        yield way, operation, row


BUS12 = ("bare", "headers", "uxp")  # X-Road has no SOAP 1.2

CLIENTS = [
    Client("zeep", "zeep", reads=("headers", "uxp", "xroad")),
    Client("suds", "suds", reads=()),
    Client("pyxroad", "pyxroad", ways=("uxp", "xroad"), proxy=True, contradicts=False),
    Client("php", "php", undeclared=True),
    Client("php-1.2", "php", soap="1.2", ways=BUS12, undeclared=True),
    Client("npm-soap", "npm", undeclared=True),
    Client("npm-soap-1.2", "npm", soap="1.2", ways=BUS12, undeclared=True),
    Client("jax-ws", "jaxws", undeclared=True),
    Client("jax-ws-mtom", "jaxws", mtom=True, undeclared=True),
    Client("gsoap", "gsoap"),
    Client("gsoap-1.2", "gsoap", soap="1.2", ways=BUS12),
]
