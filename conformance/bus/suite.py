"""Runs cases against a live door and counts. A case is a request in bytes and
what the protocol says of its answer."""

import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from lxml import etree

from forms import Sending
from judge import Answer, differences, parse, secrets
from message import OURS, Message
from wire import BadAnswer, Door, request

XSD = "{http://www.w3.org/2001/XMLSchema}"
# What a repeated statement answers once its signature has been found good.
UNDERSTOOD = ("OK", "SIGNATURE_REPLAYED")


class Suite:
    def __init__(self, program, ready):
        self.program, self.ready = program, ready
        url = urllib.parse.urlsplit(ready["soap"])
        self.door = Door(url.hostname, url.port)
        url = urllib.parse.urlsplit(ready["metrics"])
        self.meter, self.meter_path = Door(url.hostname, url.port), url.path
        self.passed = self.failed = 0
        self.chapters, self.names = {}, set()
        self.chapter = ""
        self.statement, self.signed_at = None, 0
        with urllib.request.urlopen(ready["wsdl"], timeout=15) as answer:
            self.wsdl = answer.read()
        self.schema = payload_schema(self.wsdl)

    def begin(self, chapter):
        self.chapter = chapter

    def report(self, name, problems):
        name = f"{self.chapter}: {name}"
        if name in self.names:
            problems = [*problems, "another case has this name"]
        self.names.add(name)
        p, f = self.chapters.get(self.chapter, (0, 0))
        self.chapters[self.chapter] = (p + (not problems), f + bool(problems))
        if not problems:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAIL  {name}")
        for problem in problems[:6]:
            print(f"      {problem}")

    # What cases are made of.

    def signed(self):
        """A message with a really signed statement, which is good for two minutes."""
        if time.monotonic() - self.signed_at > 60:
            self.statement, self.signed_at = self.fresh(), time.monotonic()
        return Message(payload=list(self.statement))

    def fresh(self, citizen="ostap-ec", *more):
        """The payload of a new statement, which a citizen of the demonstration has signed."""
        person = next(c for c in self.ready["citizens"] if c["key"] == citizen)
        command = [self.program, "request", "--door", "soap", "--url", self.ready["soap"], "--key", person["key_file"],
                   "--password-file", person["password_file"], "--print", "--detached", *more]
        root = parse(subprocess.run(command, check=True, capture_output=True).stdout)
        return [(etree.QName(f).localname, f.text) for f in root.find(f".//{{{OURS}}}GetDeclarations_v1")]

    def post(self, body, media="text/xml; charset=utf-8", headers=()):
        kind = [] if media is None else [("Content-Type", media)]
        return request(self.door.host, body, [*kind, ("SOAPAction", '""'), *headers])

    def steps(self):
        """How many steps of the work behind the door have been taken so far."""
        reply = self.meter.exchange(f"GET {self.meter_path} HTTP/1.1\r\nHost: {self.meter.host}\r\n\r\n".encode(), "GET")
        counts = re.findall(r"^dovidka_step_duration_seconds_count\{[^}]*\} (\d+)", reply.body.decode(), re.M)
        return sum(map(int, counts))

    # Verdicts.

    def ask(self, data, method="POST"):
        """The answer to a request, or what is wrong with it as HTTP."""
        try:
            return Answer(self.door.exchange(data, method)), []
        except (BadAnswer, OSError) as error:
            return None, [f"no answer: {error!r}"]

    def accepted(self, answer, message, results=None):
        """Status 200, a response of the operation, header equal."""
        problems = list(answer.problems)
        if answer.payload is None:
            return [*problems, f"a fault: {answer.code}: {answer.reason}"]
        if answer.payload.tag != f"{{{OURS}}}{message.operation}Response":
            problems.append(f"the response is {answer.payload.tag}")
        elif not self.schema.validate(answer.payload):
            problems.append(f"against the description: {self.schema.error_log.last_error}")
        if answer.version != message.version:
            problems.append(f"answered in SOAP {answer.version}")
        problems += differences(message.expected(), answer.header)
        if results is not None and answer.result not in results:
            problems.append(f"resultCode {answer.result}, not {' or '.join(results)}")
        return problems

    def accept(self, name, sending, results=UNDERSTOOD):
        if isinstance(sending, Message):
            sending = Sending(sending)
        answer, problems = self.ask(sending.bytes(self.door.host))
        if answer:
            problems = self.accepted(answer, sending.message, results)
        self.report(name, problems)

    def refused(self, answer, code, message=None, version="1.1"):
        problems = list(answer.problems)
        if answer.fault is None:
            return [*problems, f"no fault, but {answer.result or answer.payload}"]
        if version and answer.version != version:
            problems.append(f"answered in SOAP {answer.version}")
        said = answer.code if answer.version == "1.1" else {"Sender": "Client", "Receiver": "Server"}.get(answer.code, answer.code)
        if code and not re.match(f"({code})([.]|$)", said):
            problems.append(f"code {answer.code}, not {code}")
        if message is not None:
            if answer.header:
                problems += differences(message.expected(), answer.header)
            words = answer.reason + " " + answer.detail
            problems += [f"the fault repeats {s[:40]!r}" for s in secrets(message) if s in words]
        return problems

    def refuse(self, name, data, code="Client", message=None, version="1.1"):
        """A fault with status 500, and nothing done."""
        if isinstance(data, Message):
            data, message, version = Sending(data), data, data.version
        if isinstance(data, Sending):
            data, message, version = data.bytes(self.door.host), message or data.message, data.message.version
        before = self.steps()
        answer, problems = self.ask(data)
        if answer:
            problems = self.refused(answer, code, message, version)
        if (after := self.steps()) != before:
            problems.append(f"{after - before} steps were taken")
        self.report(name, problems)

    def clean(self, name, data, message=None, method="POST"):
        """Whatever the verdict: a well-formed answer with 200 or 500. What is
        accepted has to be echoed right."""
        if isinstance(data, Message):
            data = Sending(data)
        if isinstance(data, Sending):
            data, message = data.bytes(self.door.host), data.message
        answer, problems = self.ask(data, method)
        if answer:
            problems = answer.problems
            if message is not None:
                problems = self.refused(answer, "", message, None) if answer.fault is not None else self.accepted(answer, message)
        self.report(name, problems)
        return answer

    def clean_or_description(self, name, data):
        """A fault, or the description of the service."""
        try:
            reply = self.door.exchange(data, "GET")
        except (BadAnswer, OSError) as error:
            self.report(name, [f"no answer: {error!r}"])
            return
        described = reply.status == 200 and b"definitions" in reply.body[:400]
        self.report(name, [] if described else Answer(reply).problems)

    def finish(self):
        for chapter, (p, f) in self.chapters.items():
            print(f"ok    {chapter}: {p} of {p + f}" if not f else f"--    {chapter}: {p} of {p + f}")
        print(f"{self.passed} passed, {self.failed} failed")
        if self.passed + self.failed == 0:
            sys.exit("no case was run")
        sys.exit(self.failed > 0)


def payload_schema(wsdl):
    """The description's schema of our payloads."""
    for found in parse(wsdl).iter(XSD + "schema"):
        if found.get("targetNamespace") == OURS:
            return etree.XMLSchema(etree.fromstring(etree.tostring(found)))
    raise SystemExit("the description has no schema of ours")
