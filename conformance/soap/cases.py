"""Makes what clients are given:

    cases.py NOTES WORK descriptions   the descriptions of all ways
    cases.py NOTES WORK PROGRAM        a case of every row for every way, for the
                                       clients that are this program

A case is a folder with what the client has to send and how, as JSON and, for
languages that have none, as pairs of name and value that end with NUL."""

import json
import os
import subprocess
import sys
import time
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import table
from lxml import etree

NS = "{https://ehealth.gov.ua/trembita/dovidka}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
XROAD = "{http://x-road.eu/xsd/xroad.xsd}"
ID = "{http://x-road.eu/xsd/identifiers}"
CLIENT = {"objectType": "SUBSYSTEM", "xRoadInstance": "SEVDEIR-TEST", "memberClass": "GOV", "memberCode": "43395033", "subsystemCode": "DIIA_cons"}
SERVICE = {"objectType": "SERVICE", "xRoadInstance": "SEVDEIR-TEST", "memberClass": "GOV", "memberCode": "42032422", "subsystemCode": "DOVIDKA_prod"}


class Asker(table.Asker):
    def __init__(self):
        self.ready = json.loads(Path(os.environ["READY_FILE"]).read_text())

    def statement(self, *flags):
        citizen = self.ready["citizens"][0]
        command = [
            os.environ["DOVIDKA_BIN"], "request", "--door", "soap", "--url", self.ready["soap"], "--print",
            "--key", citizen["key_file"], "--password-file", citizen["password_file"], *flags,
        ]
        message = etree.fromstring(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        return {part.tag.removeprefix(NS): part.text for part in message.find(f".//{NS}{table.GET}")}

    @cache
    def spare(self, *flags):
        return self.statement(*flags)

    def person(self, key):
        citizen = next(c for c in self.ready["citizens"] if c["key"] == key)
        last, first, second = citizen["name"].split()
        return {"rnokpp": citizen["rnokpp"], "lastName": last, "firstName": first, "secondName": second}

    @cache
    def submitted(self, *flags):
        accepted = self._ask(table.SUBMIT, {"signed": table.without_content(self.statement(*flags))})
        for _ in range(300):
            answer = self._ask(table.RESULT, {"requestId": accepted["requestId"]})
            if answer["resultCode"] != "PENDING":
                return accepted["requestId"]
            time.sleep(0.1)
        raise SystemExit(f"request {accepted['requestId']} gets no answer")

    def _ask(self, operation, payload):
        """The texts at the top of what the door answers."""
        fields = {"client": CLIENT, "service": {**SERVICE, "serviceCode": operation}, "id": str(uuid.uuid4()), "protocolVersion": "4.0"}
        envelope = etree.Element(SOAP + "Envelope")
        header, body = etree.SubElement(envelope, SOAP + "Header"), etree.SubElement(envelope, SOAP + "Body")
        for name, value in fields.items():
            field = etree.SubElement(header, XROAD + name)
            if isinstance(value, str):
                field.text = value
            else:
                field.set(ID + "objectType", value["objectType"])
                fill(field, ID, {part: text for part, text in value.items() if part != "objectType"})
        fill(etree.SubElement(body, NS + operation), NS, payload)
        request = urllib.request.Request(self.ready["soap"], etree.tostring(envelope), {"Content-Type": "text/xml"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return {part.tag.removeprefix(NS): part.text for part in etree.fromstring(answer.read()).find(f"{SOAP}Body")[0]}


def fill(element, space, parts):
    for name, value in parts.items():
        part = etree.SubElement(element, space + name)
        if isinstance(value, dict):
            fill(part, space, value)
        else:
            part.text = value


def description(addresses, way, operation):
    """Where a client finds the description on a way, and its name here."""
    if way == "bare":
        return "bare", addresses["bare"] + "?wsdl"
    if way == "headers":
        return "headers", addresses["bare"] + "?wsdl=headers"
    service = {name: value for name, value in SERVICE.items() if name != "objectType"}
    return f"{way}-{operation}", f"{addresses[way]}wsdl?{urlencode({**service, 'serviceCode': operation})}"


def header(client, way, row):
    """The header fields in the order of sending."""
    fields = {
        "client": CLIENT,
        "service": {**SERVICE, "serviceCode": row.service_code or row.operation},
        "userId": table.NASTY,
        "id": f"{uuid.uuid4()} {table.NASTY}",
        "issue": "\n".join(["справа", *[table.NASTY] * 50]),
        "representedParty": {"partyClass": f"клас {table.NASTY}", "partyCode": f"код {table.NASTY}"},
        "protocolVersion": "4.0",
    }
    if way != "bare" and not client.undeclared:
        del fields["issue"], fields["representedParty"]
    return fields


def flat(value, path=""):
    """Pairs of path and text."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from flat(inner, f"{path}/{name}" if path else name)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from flat(inner, path)
    elif value is not None:
        yield path, value


def make(asker, addresses, work, client, way, operation, row):
    name, wsdl = description(addresses, way, operation.name)
    case = {
        "way": way, "soap": client.soap, "mtom": "true" if client.mtom else None, "wsdl": wsdl, "description": name, "operation": row.operation,
        "header": header(client, way, row), "payload": row.payload(asker), "read": operation.read,
    }
    folder = work / "cases" / client.program / f"{client.name}, {way}, {row.operation}, {row.name}"
    folder.mkdir(parents=True)
    (folder / "case.json").write_text(json.dumps(case, ensure_ascii=False, indent=1))
    (folder / "case.fields").write_bytes(b"".join(f"{path}\0{text}\0".encode() for path, text in flat(case)))


def fetch(addresses, work):
    """Keeps every description."""
    (work / "descriptions").mkdir()
    for way in ("bare", "headers", "uxp", "xroad"):
        for operation in table.OPERATIONS:
            name, address = description(addresses, way, operation.name)
            with urllib.request.urlopen(address, timeout=30) as answer:
                (work / "descriptions" / f"{name}.wsdl").write_bytes(answer.read())


def main():
    notes, work, what = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    addresses = json.loads((notes / "addresses.json").read_text())
    if what == "descriptions":
        fetch(addresses, work)
        return
    asker = Asker()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = [
            pool.submit(make, asker, addresses, work, client, way, operation, row)
            for client in table.CLIENTS if client.program == what for way, operation, row in client.exchanges()
        ]
        for one in made:
            one.result()


if __name__ == "__main__":
    main()
