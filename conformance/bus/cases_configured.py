"""The component as other deployments have it: other clients, other
entitlements, narrow bounds; what its log keeps; how it ends."""

import json
import socket
import threading
import time

import inquiries as soap
import cases_rest as rest
from cases_http import large
from forms import PARTY, Sending
from instance import Instance
from judge import Answer
from message import NASTY, Message, client
from registry import Registry
from wire import BadAnswer, request

INSTANCE, GROUP = "SEVDEIR-TEST", "GOV"
FULL, STATUS_ONLY, NOTHING, MEMBER = (f"{INSTANCE}/{GROUP}/{code}" for code in ("00000001/FULL_cons", "00000002/STATUS_cons", "00000003/NOTHING_cons", "00000004"))
UKRAINIAN = f"{INSTANCE}/{GROUP}/00000005/ЇЖАК_ґ"


def run(suite, random):
    registry = Registry(suite.program, suite.ready["config"])
    ostap = registry.active(next(c["rnokpp"] for c in suite.ready["citizens"] if c["key"] == "ostap"))[0]
    grants = [{"client": c, "purpose_id": p, "grounds": [soap.GROUND, "Друга підстава"], "scopes": s} for c, p, s in (
        (FULL, "1", ["declarations", "status"]), (FULL, "2", ["declarations"]), (STATUS_ONLY, "1", ["status"]), (MEMBER, "1", ["declarations"]), (UKRAINIAN, "1", ["declarations"]))]
    with Instance(suite, [FULL, STATUS_ONLY, NOTHING, MEMBER, UKRAINIAN], grants) as instance:
        suite.begin("Entitlements of several clients")
        entitlements(suite, ostap)
        suite.begin("Results of several clients")
        results(suite, ostap)
        suite.begin("Bounds that are configured")
        bounds(suite, ostap)
        suite.begin("Many at once")
        at_once(suite, ostap)
        suite.begin("The log of all this")
        log(suite, instance, ostap)
    with Instance(suite, [FULL]) as instance:
        suite.begin("An empty list of entitlements")
        ask(suite, "nobody inquires", FULL, "1", ostap, "NOT_ENTITLED")
        ask(suite, "nobody asks for a status", FULL, "1", ostap, "NOT_ENTITLED", soap.STATUS)
    with Instance(suite, []) as instance:
        suite.begin("An empty list of clients")
        suite.refuse("nobody is heard", whose(soap.inquiry(soap.subject(ostap), purpose="1"), FULL), "Client|Server")
        rest.Rest(suite, ostap).error("nor in REST", (403,))
    with Instance(suite, [FULL], grants[:1], rate=1, burst=3) as instance:
        suite.begin("More requests than are allowed")
        rate(suite, ostap)
    with Instance(suite, [FULL], grants[:1], connections=8) as instance:
        suite.begin("More connections than are allowed")
        connections(suite, ostap)
        suite.begin("The end")
        ended(suite, instance, ostap)


def whose(message, path):
    parts = path.split("/")
    return message.but(client=client(*parts) if len(parts) == 4 else client(*parts, subsystem=None))


def ask(suite, name, path, purpose, person, *results, operation=soap.BY_PURPOSE, detail=None, ground=soap.GROUND):
    return soap.expect(suite, name, whose(soap.inquiry(soap.subject(person), operation, purpose, ground), path), *results, detail=detail)


def entitlements(suite, ostap):
    ask(suite, "all of it", FULL, "1", ostap, "OK")
    ask(suite, "all of it, the second ground", FULL, "1", ostap, "OK", ground="Друга  підстава")
    ask(suite, "a status, too", FULL, "1", ostap, "OK", operation=soap.STATUS)
    ask(suite, "another purpose of it", FULL, "2", ostap, "OK")
    ask(suite, "for which there is no status", FULL, "2", ostap, "NOT_ENTITLED", operation=soap.STATUS, detail="scope-not-permitted")
    ask(suite, "a status alone", STATUS_ONLY, "1", ostap, "OK", operation=soap.STATUS)
    ask(suite, "a status alone is no more", STATUS_ONLY, "1", ostap, "NOT_ENTITLED", detail="scope-not-permitted")
    ask(suite, "another's purpose", STATUS_ONLY, "2", ostap, "NOT_ENTITLED", detail="purpose-not-permitted")
    ask(suite, "a client without any", NOTHING, "1", ostap, "NOT_ENTITLED", detail="purpose-not-permitted")
    ask(suite, "a member that is a client", MEMBER, "1", ostap, "OK")
    ask(suite, "letters of Ukrainian in a code", UKRAINIAN, "1", ostap, "OK")
    suite.refuse("a subsystem of that member", whose(soap.inquiry(soap.subject(ostap), purpose="1"), MEMBER + "/SUB"), "Client|Server")
    suite.refuse("the member of a subsystem", whose(soap.inquiry(soap.subject(ostap), purpose="1"), FULL.rsplit("/", 1)[0]), "Client|Server")
    # The path form must not confuse what the parts are.
    odd = client(subsystem="x/FULL_cons").replace("memberCode", "00000001")
    suite.refuse("a slash in a code", soap.inquiry(soap.subject(ostap), purpose="1").but(client=odd), "Client|Server")
    soap.same(suite, "not entitled is one answer, whoever is asked for", [whose(soap.inquiry(of, purpose="1"), NOTHING) for of in (soap.subject(ostap), soap.subject(ostap, lastName="Інший"), soap.subject(ostap, rnokpp="3495069015"))])
    door = rest.Rest(suite, ostap)
    door.outcome("in REST", ["OK"], headers=rest.uxp(FULL, "1"))
    door.outcome("in REST, a status alone", ["OK"], "/declaration-status", headers=rest.uxp(STATUS_ONLY, "1"))
    door.outcome("in REST, no more", ["NOT_ENTITLED"], headers=rest.uxp(STATUS_ONLY, "1"))
    door.outcome("in REST, a member", ["OK"], headers=rest.uxp(MEMBER, "1"))
    by_percent = UKRAINIAN.replace("ЇЖАК_ґ", "%D0%87%D0%96%D0%90%D0%9A_%D2%91")
    door.outcome("in REST, letters by percent", ["OK"], headers=rest.uxp(by_percent, "1"))
    door.outcome("in REST, letters by percent, of X-Road", ["OK"], headers=[f if f[0] != "Uxp-Purpose-Ids" else (f[0], "1") for f in rest.xroad(by_percent)])


def results(suite, ostap):
    """Only who asked may fetch; everybody else learns that there is nothing."""
    answer, problems = soap.ask(suite, whose(Message(soap.SUBMIT, [("inquiry", soap.inquiry(soap.subject(ostap), purpose="1").payload)]), FULL))
    request_id = answer.payload.findtext(f"{{{soap.OURS}}}requestId") if answer is not None and answer.payload is not None else ""
    suite.report("left by one client", problems + ([] if answer is not None and answer.result == "ACCEPTED" else ["not accepted"]))
    fetch = Message(soap.RESULT, [("requestId", request_id)])
    unknown = Message(soap.RESULT, [("requestId", "6f1f2e5a-0f6e-4b0a-9d43-0c8ef2a3b111")])
    for name, path in (("a client with a narrower entitlement", STATUS_ONLY), ("a client without any", NOTHING), ("a member", MEMBER)):
        soap.expect(suite, f"{name} finds nothing", whose(fetch, path), "REQUEST_NOT_FOUND")
    # The id is the asker's own word, so it is compared without it.
    bodies = set()
    for message, asked in ((fetch, request_id), (unknown, "6f1f2e5a-0f6e-4b0a-9d43-0c8ef2a3b111")):
        answer, _ = soap.ask(suite, whose(message, NOTHING))
        own = answer.payload.findtext(f"{{{soap.OURS}}}requestId")
        bodies.add(answer.reply.body.replace(own.encode(), b"-").replace(asked.encode(), b"-"))
    suite.report("another's request is as one that is not", [] if len(bodies) == 1 else [f"{len(bodies)} different answers"])
    end, answer = time.monotonic() + 20, None
    while time.monotonic() < end:
        answer, problems = soap.ask(suite, whose(fetch, FULL))
        if answer is None or answer.result != "PENDING":
            break
        time.sleep(0.05)
    suite.report("its own client finds it", problems + ([] if answer is not None and answer.result == "OK" else [f"{answer.result if answer else None}"]))
    wrong = whose(Message(soap.RESULT, [("purposeId", "2"), ("requestId", request_id)]), FULL)
    soap.expect(suite, "with another purpose it is not found", wrong, "REQUEST_NOT_FOUND")
    right = whose(Message(soap.RESULT, [("purposeId", "1"), ("requestId", request_id)]), FULL)
    soap.expect(suite, "with its purpose it is", right, "OK")


def bounds(suite, ostap):
    message = whose(soap.inquiry(soap.subject(ostap), purpose="1"), FULL)
    message.style.text = "plain"
    for size, verdict in ((60_000, "accept"), (64_000, "accept"), (66_000, "refuse"), (200_000, "refuse")):
        padded = Sending(message)
        padded.message.extra = f'<t:pad xmlns:t="urn:pad">{"x" * 1000}</t:pad>'
        room = size - len(padded.message.bytes())
        padded.message.extra = f'<t:pad xmlns:t="urn:pad">{"x" * (1000 + room)}</t:pad>'
        if verdict == "accept":
            suite.accept(f"a message of {size} bytes", padded, ("OK",))
        else:
            large(suite, f"a message of {size} bytes", padded.bytes(suite.door.host))
    declared = request(suite.door.host, b"<" * 70_000, [("Content-Type", "text/xml")]).replace(b"Content-Length: 70000", b"Content-Length: 99999999")
    large(suite, "more than the bound, and much more to come", declared)


def at_once(suite, ostap):
    """Forty connections with twenty messages each: every answer is its own."""
    problems, lock = [], threading.Lock()

    def worker(number):
        try:
            with suite.door.open(30) as connection:
                for i in range(20):
                    message = whose(soap.inquiry(soap.subject(ostap), soap.STATUS, "1"), FULL).but(id=f"{number}.{i}", userId=f"UA{number}", issue=NASTY * (number % 5))
                    message.version = ("1.1", "1.2")[(number + i) % 2]
                    connection.send(Sending(message).bytes(suite.door.host))
                    answer = Answer(connection.read())
                    wrong = answer.problems + ([] if answer.header == message.expected() else ["another's header"])
                    if answer.payload is None or answer.result != "OK":
                        wrong.append(f"no answer: {answer.code}")
                    if wrong:
                        with lock:
                            problems.append(f"{number}.{i}: {wrong}")
        except (BadAnswer, OSError) as error:
            with lock:
                problems.append(f"{number}: {error!r}")

    threads = [threading.Thread(target=worker, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    suite.report("every answer is its own", problems)


def log(suite, instance, ostap):
    """One object on each line, and nobody's name or number in it. The ids of
    messages and of transactions are kept as they came: that is what they are for."""
    nasty = f"{NASTY}\r\n{{\"level\":\"ERROR\",\"msg\":\"forged\"}}\n\u202e"
    message = whose(soap.inquiry(soap.subject(ostap), soap.STATUS, "1"), FULL).but(id=nasty, userId="UA" + ostap["tax_id"], issue=f"{ostap['last_name']} {nasty}", representedParty=PARTY.replace("partyCode", ostap["tax_id"]))
    suite.accept("a message that wants to be noticed", message, ("OK",))
    sending = Sending(message)
    sending.frame_options = {"target": f"/?queryId={ostap['tax_id']}&userId=UA{ostap['tax_id']}&name=%D0%92%D0%B8%D0%B3%D0%B0%D0%B4%D0%B0%D0%BD%D0%B8%D0%B9"}
    sending.headers = [("uxp-transaction-id", "tx\"}{"), ("User-Agent", "Їжак".encode().decode("latin-1")), ("X-Forwarded-For", ostap["unzr"])]
    suite.accept("a query that tells", sending, ("OK",))
    for where in ("userId", "issue"):
        suite.refuse(f"a fault about {where}", message.but(**{where: ostap["last_name"] + ostap["tax_id"], "protocolVersion": "3"}))
    bad = message.but()
    bad.payload = [("purposeId", "1"), ("legalGround", ostap["last_name"] * 40), ("subject", soap.subject(ostap, birthDate=ostap["tax_id"]))]
    suite.refuse("a fault about the body", bad)
    suite.refuse("no XML", suite.post((f"<x>{ostap['last_name']} {ostap['tax_id']}").encode()))
    rest.Rest(suite, ostap).error("a fault in REST", (400, 422), raw=json.dumps({"subject": {"rnokpp": ostap["tax_id"], "lastName": ostap["last_name"], "x": ostap["unzr"]}}).encode(), headers=rest.uxp(FULL, "1", ("Uxp-Subject-Id", ostap["tax_id"])))
    written = instance.log()
    lines = written.splitlines()
    problems = [f"{len(lines)} lines"] if len(lines) < 20 else []
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            problems.append(f"no JSON: {line[:120]}")
            continue
        if entry.get("msg") == "forged":
            problems.append("an entry that a message forged")
    suite.report("one object on each line", problems)
    words = [ostap[k] for k in ("tax_id", "unzr", "last_name", "first_name", "second_name", "birth_date")] + [d["number"] for d in ostap["documents"]] + ["%D0%92%D0%B8%D0%B3"]
    suite.report("nobody is named", [f"the log has {w!r}: {next(l for l in lines if w in l)[:300]}" for w in words if w in written])


def rate(suite, ostap):
    """Over SOAP a fault with 500, in REST 429 that says when."""
    codes = []
    for i in range(12):
        answer, problems = suite.ask(Sending(whose(soap.inquiry(soap.subject(ostap), soap.STATUS, "1"), FULL)).bytes(suite.door.host))
        if problems or answer.problems:
            suite.report(f"request {i}", problems or answer.problems)
        elif answer.fault is not None:
            codes.append(answer.code)
    suite.report("SOAP", [] if len(codes) >= 6 and all(c.startswith("Server") for c in codes) else [f"codes {codes}"])
    reply, problems = rest.Rest(suite, ostap).ask(body=rest.Rest(suite, ostap).good, headers=rest.uxp(FULL, "1"))
    if reply:
        problems = rest.error_problems(reply, (429,))
        if not (reply.header("Retry-After") or "").isdigit():
            problems.append(f"Retry-After {reply.header('Retry-After')}")
    suite.report("REST", problems)


def connections(suite, ostap):
    """For one more than are allowed, the one that is idle longest is closed."""
    message = whose(soap.inquiry(soap.subject(ostap), soap.STATUS, "1"), FULL)
    idle, problems = [], []
    try:
        suite.door.drop()
        suite.meter.drop()
        for _ in range(30):
            idle.append(suite.door.open())
        with suite.door.open() as connection:
            connection.send(Sending(message).bytes(suite.door.host))
            answer = Answer(connection.read())
            problems = answer.problems + ([] if answer.result == "OK" else [f"{answer.code} {answer.result}"])
    except (BadAnswer, OSError) as error:
        problems = [repr(error)]
    finally:
        for connection in idle:
            connection.socket.close()
    suite.report("thirty idle ones keep nobody out", problems)


def ended(suite, instance, ostap):
    """Whoever has sent when it ends is answered or cut off, never told anything
    but 200 and 500."""
    seen, problems, stop, lock = [], [], threading.Event(), threading.Lock()
    message = whose(soap.inquiry(soap.subject(ostap), soap.STATUS, "1"), FULL)
    data = Sending(message).bytes(suite.door.host)

    def worker():
        while not stop.is_set():
            try:
                with suite.door.open(10) as connection:
                    for _ in range(10):
                        connection.send(data)
                        answer = Answer(connection.read())
                        with lock:
                            seen.append(answer.reply.status)
                            problems.extend(answer.problems)
                        if (answer.reply.header("Connection") or "") == "close":
                            break
            except (BadAnswer, OSError, socket.timeout):
                if instance.process.poll() is not None:
                    return

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.4)
    before = len(seen)
    status = instance.stop()
    stop.set()
    for thread in threads:
        thread.join()
    if status != 0:
        problems.append(f"exit status {status}: {instance.log()[-300:]}")
    if not before:
        problems.append("no request was under way")
    suite.report("in order", problems[:6])
