"""Sends cases by pyxroad, a client for Trembita: pyxroad_client.py FOLDER...

It asks the security server for the description itself, and has the security
server for its HTTP proxy."""

from types import SimpleNamespace

import case
from XRoad import XClient
from zeep.exceptions import Fault


def path(identifier):
    return "/".join(text for name, text in identifier.items() if name != "objectType")


def plain(value):
    """What was read, with attributes instead of keys."""
    if isinstance(value, dict):
        return SimpleNamespace(**{name: plain(inner) for name, inner in value.items()})
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def call(asked):
    header = asked["header"]
    client = XClient(asked["wsdl"].split("/wsdl?")[0], path(header["client"]), path(header["service"]))
    client.userId = header["userId"]
    try:
        answer = plain(client.request(xroad_id=header["id"], **case.binary(asked["payload"])))
    except Fault as fault:
        cause = fault.message if isinstance(fault.message, Fault) else fault
        raise case.Fault(cause.code, cause.message) from fault
    return answer.body, {name: getattr(answer.header, name) for name in ("userId", "id")}


case.run(call)
