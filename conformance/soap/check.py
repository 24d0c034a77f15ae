"""Checks what clients sent, what came back, what the security server thought of
it and what the clients made of it: check.py NOTES WORK. Prints a line for every
check, and the totals."""

import base64
import email
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from urllib.parse import unquote

import schemas
import table
from lxml import etree

NS = "{https://ehealth.gov.ua/trembita/dovidka}"
SOAP = {"1.1": "{http://schemas.xmlsoap.org/soap/envelope/}", "1.2": "{http://www.w3.org/2003/05/soap-envelope}"}
MEDIA = {"1.1": "text/xml", "1.2": "application/soap+xml"}
XROAD = "{http://x-road.eu/xsd/xroad.xsd}"
ID = "{http://x-road.eu/xsd/identifiers}"
XOP = "{http://www.w3.org/2004/08/xop/include}"
PARTY = "{http://x-road.eu/xsd/representation.xsd}"

ROOT = Path(__file__).resolve().parents[2]


class Report:
    """Counts checks and says how they went."""

    passed = failed = 0

    def __call__(self, name, problems):
        problems = list(problems)
        if problems:
            self.failed += 1
            print(f"FAIL  {name}")
            print("".join(f"      {line[:1000]}\n" for line in problems[:20]), end="")
        else:
            self.passed += 1
            print(f"ok    {name}")


def parse(document):
    return etree.fromstring(document, etree.XMLParser(resolve_entities=False))


def unpacked(media, body):
    """The envelope of a package, with what it includes by XOP in its place."""
    package = email.message_from_bytes(f"Content-Type: {media}\r\n\r\n".encode() + body)
    parts = {part["Content-ID"]: part for part in package.get_payload()}
    envelope = parse(parts[package.get_param("start")].get_payload(decode=True))
    for include in list(envelope.iter(XOP + "Include")):
        content = parts[f"<{unquote(include.get('href').removeprefix('cid:'))}>"].get_payload(decode=True)
        include.getparent().text = base64.b64encode(content).decode()
        include.getparent().remove(include)
    return envelope


class Message:
    """A half of an exchange as it was on the wire."""

    def __init__(self, half):
        self.status, self.target = half.get("Status"), half.get("Target", "")
        self.headers = {name.lower(): values[0] for name, values in half["Header"].items()}
        body = base64.b64decode(half["Body"])
        self.packed = self.headers.get("content-type", "").startswith("multipart/related")
        self.envelope = unpacked(self.headers["content-type"], body) if self.packed else parse(body)
        self.soap = next((version for version, space in SOAP.items() if self.envelope.tag == space + "Envelope"), None)
        self.space = SOAP[self.soap]
        self.fields = self.envelope.findall(f"{self.space}Header/*")
        self.body = self.envelope.find(self.space + "Body")[0]

    def header(self):
        """The fields of the header as values to be compared, without what
        security servers add."""
        return [
            (field.tag, field.get(ID + "objectType"), [(part.tag, part.text or "") for part in field] or field.text or "")
            for field in self.fields if field.tag != XROAD + "requestHash"
        ]

    def value(self, name):
        """What a case calls a field."""
        field = next((f for f in self.fields if f.tag == (PARTY if name == "representedParty" else XROAD) + name), None)
        if field is None or len(field) == 0:
            return field if field is None else field.text
        kind = {"objectType": field.get(ID + "objectType")} if field.get(ID + "objectType") else {}
        return kind | {etree.QName(part).localname: part.text for part in field}


def texts(element, path):
    return [found.text or "" for found in element.findall("/".join(NS + name for name in path.split("/")))]


def problems_of_wire(client, case, row, sent, received):
    if sent.target.startswith("http://") != client.proxy:
        yield f"sent to {sent.target}"
    if sent.packed != bool(case["mtom"]):
        yield f"sent as {sent.headers['content-type']}"
    for name, value in case["header"].items():
        if sent.value(name) != value:
            yield f"the client sent {name} as {sent.value(name)!r}, not {value!r}"
    if sent.body.tag != NS + row.operation:
        yield f"the client sent {sent.body.tag}"
    if not sent.soap == received.soap == case["soap"]:
        yield f"asked in SOAP {sent.soap}, answered in {received.soap}, wanted {case['soap']}"
    for what, message in ("sent", sent), ("answered", received):
        if not message.packed and not message.headers.get("content-type", "").lower().startswith(MEDIA[case["soap"]]):
            yield f"{what} as {message.headers.get('content-type')}"
    if received.status != (200 if row.result else 500):
        yield f"answered with status {received.status}"
    # A security server answers without a header what it refuses itself, and
    # UXP writes the header in an order of its own.
    if case["way"] in ("uxp", "xroad") and row.service_code:
        return
    header = sorted if case["way"] == "uxp" and row.result else list
    if header(sent.header()) != header(received.header()):
        yield f"header sent {sent.header()}, received {received.header()}"


def problems_of_server(case, row, received, verdicts):
    """What the security server has to say."""
    if len(verdicts) != 1:
        yield f"the security server saw {len(verdicts)} exchanges"
        return
    verdict = verdicts[0]
    if row.service_code:
        if not verdict["Error"] or verdict["Provider"]:
            yield "the security server let it through"
        return
    if verdict["Error"]:
        yield f"the security server refuses the answer: {verdict['Code']}: {verdict['Error']}"
    if verdict["Provider"] != (200 if row.result else 500):
        yield f"the door answered the security server with status {verdict['Provider']}"
    if case["way"] == "uxp" and received.headers.get("uxp-transaction-id") != verdict["TransactionID"]:
        yield "no transaction id"
    if row.result and not any(f.tag == XROAD + "requestHash" and f.get("algorithmId") and f.text for f in received.fields):
        yield "no requestHash"


def shown(body, result):
    return f"{etree.tostring(body, encoding='unicode')[:600]}, which the client takes for: {str(result)[:1500]}"


def problems_of_fault(case, row, result, received):
    if received.body.tag != received.space + "Fault" or result["outcome"] != "fault":
        yield f"expected a fault, got {shown(received.body, result)}"
        return
    if case["soap"] == "1.1":
        code, text = received.body.findtext("faultcode"), received.body.findtext("faultstring")
        read = result.get("faultcode")
    else:
        code = received.body.findtext("{0}Code/{0}Subcode/{0}Value".format(received.space))
        text = received.body.findtext("{0}Reason/{0}Text".format(received.space))
        read = result.get("subcode", row.fault)  # not all clients tell of subcodes
        if not (result.get("faultcode") or "").endswith("Sender"):
            yield f"the client reads the fault as {result['faultcode']}"
    if (code or "").split(":")[-1] != row.fault or (read or "").split(":")[-1] != row.fault:
        yield f"fault code {code}, read as {read}, not {row.fault}"
    if result.get("faultstring") != text or not text:
        yield f"the client reads the fault as {result['faultstring']!r}"


def problems_of_response(client, case, row, operation, result, received):
    if received.body.tag != f"{NS}{row.operation}Response" or result["outcome"] != "response":
        yield f"expected a response, got {shown(received.body, result)}"
        return
    if texts(received.body, "resultCode") != [row.result]:
        yield f"result {texts(received.body, 'resultCode')}, not {row.result}"
    for path in operation.read:
        if result["read"].get(path, []) != texts(received.body, path):
            yield f"the client reads {path} as {result['read'].get(path, [])}"
    if operation.found and (row.result == "OK") != bool(texts(received.body, operation.found)):
        yield f"{len(texts(received.body, operation.found))} {operation.found} with {row.result}"
    if case["way"] in client.reads:
        for name in ("userId", "id"):
            if result["echo"].get(name) != case["header"][name]:
                yield f"the client reads {name} as {result['echo'].get(name)!r}"


def problems(client, case, row, operation, folder, exchanges, seen):
    if len(exchanges) != 1 or not (folder / "result.json").exists():
        yield f"{len(exchanges)} exchanges on the wire, {'a' if (folder / 'result.json').exists() else 'no'} result of the client"
        if (folder / "result.json").exists():
            yield from json.loads((folder / "result.json").read_text()).get("text", "").splitlines()[-15:]
        return
    sent, received = exchanges[0]
    result = json.loads((folder / "result.json").read_text())
    yield from problems_of_wire(client, case, row, sent, received)
    if case["way"] in ("uxp", "xroad"):
        yield from problems_of_server(case, row, received, seen.verdicts[case["way"], case["header"]["id"]])
    if row.fault:
        yield from problems_of_fault(case, row, result, received)
    else:
        yield from problems_of_response(client, case, row, operation, result, received)


class Seen:
    """The notes of the road, by way and message id."""

    def __init__(self, notes):
        self.exchanges, self.verdicts, self.strange = defaultdict(list), defaultdict(list), []
        for exchange in json.loads((notes / "exchanges.json").read_text()):
            try:
                sent, received = Message(exchange["Request"]), Message(exchange["Response"])
                self.exchanges[exchange["Way"], sent.value("id")].append((sent, received))
            except Exception as error:
                body = base64.b64decode(exchange["Request"]["Body"]).decode(errors="replace")
                self.strange.append(f"{exchange['Way']}: {error!r}: {exchange['Response']['Status']}: {body[:2000]}")
        for verdict in json.loads((notes / "verdicts.json").read_text()):
            self.verdicts[verdict["Way"], verdict["ID"]].append(verdict)


def problems_of_seal(received, folder):
    """What the program itself thinks of the seal over what was received."""
    sealed = received.body.find(NS + "sealed")
    if sealed is None:
        yield "nothing is sealed"
        return
    content = sealed.findtext(NS + "content")
    if json.loads(content)["resourceType"] != "Bundle":
        yield "sealed content is no Bundle"
    (folder / "content.json").write_bytes(content.encode())
    (folder / "content.p7s").write_bytes(base64.b64decode(sealed.findtext(NS + "signature")))
    ready = json.loads(Path(os.environ["READY_FILE"]).read_text())
    command = [
        os.environ["DOVIDKA_BIN"], "verify", str(folder / "content.p7s"), "--content", str(folder / "content.json"),
        "--trust", ready["authority"], "--intermediate", ready["issuers"],
        *(flag for crl in ready["crls"] for flag in ("--crl", crl)),
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        yield from done.stdout.splitlines()


def main():
    notes, work = map(Path, sys.argv[1:])
    report, seen = Report(), Seen(notes)
    report("every message on the wire can be read", seen.strange)
    validator = schemas.Validator(work)
    report("the schema served is the one given out", validator.differences(ROOT / "api/trembita.wsdl", NS[1:-1]))
    for example in sorted((ROOT / "internal/gateway/trembita/testdata").glob("*-*.xml")):
        validator.add("bare", example.name, [etree.parse(example).find(f".//{SOAP['1.1']}Body")[0]])
    for client in table.CLIENTS:
        for way, operation, row in client.exchanges():
            name = f"{client.name}, {way}, {row.operation}, {row.name}"
            folder = work / "cases" / client.program / name
            case = json.loads((folder / "case.json").read_text())
            exchanges = seen.exchanges["bare" if way == "headers" else way, case["header"]["id"]]
            report(name, problems(client, case, row, operation, folder, exchanges, seen))
            for sent, received in exchanges:
                validator.add(case["description"], f"{name}: request", [*sent.fields, sent.body])
                if row.result:
                    validator.add(case["description"], f"{name}: response", [*received.fields, received.body])
                if row.result == "OK" and way in ("bare", "uxp"):
                    report(f"{name}: the seal holds", problems_of_seal(received, folder))
    for name, said in validator.run():
        report(f"{name} by the schema", said)
    print(f"{report.passed} passed, {report.failed} failed")
    sys.exit(1 if report.failed or not report.passed else 0)


if __name__ == "__main__":
    main()
