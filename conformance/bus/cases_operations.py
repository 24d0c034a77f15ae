"""Our operations by their published description: inquiries by law, the status,
submission and result. What is right about a person is read in the export of
the demonstration's registry."""

import json
import re
import subprocess
import time
from pathlib import Path

from inquiries import BY_PURPOSE, GROUND, PURPOSE, RESULT, STATUS, SUBMIT, ask, document, expect, inquiry, numbers, same, subject
from message import OURS, Message, client
from registry import Registry


def run(suite, random):
    registry = Registry(suite.program, suite.ready["config"])
    people = {c["key"]: registry.active(c["rnokpp"]) for c in suite.ready["citizens"]}
    one = lambda key: people[key][0]
    suite.begin("Inquiries by law: outcomes")
    outcomes(suite, registry, people)
    suite.begin("Inquiries by law: people of the registry")
    population(suite, registry, random)
    suite.begin("Inquiries by law: who may")
    entitlement(suite, one("ostap"), people)
    suite.begin("Inquiries by law: who cannot be told apart")
    indistinguishable(suite, registry, people)
    suite.begin("Inquiries by law: requests out of shape")
    out_of_shape(suite, one("ostap"), random)
    suite.begin("The status of declarations")
    status(suite, registry, one)
    suite.begin("Submission and result")
    later(suite, registry, one)
    suite.begin("Statements of citizens: outcomes")
    statements(suite)
    suite.begin("What stays behind")
    behind(suite, people)


def outcomes(suite, registry, people):
    ostap, solomiia, iryna = people["ostap"][0], people["solomiia"][0], people["iryna"][0]
    bohdan = next(c for c in suite.ready["citizens"] if c["key"] == "bohdan")
    last, first, _ = bohdan["name"].split()
    nobody = [("rnokpp", bohdan["rnokpp"]), ("lastName", last), ("firstName", first)]
    expect(suite, "a person by tax number", inquiry(subject(ostap)), "OK")
    expect(suite, "without patronymic and birth date", inquiry(subject(ostap, "secondName", "birthDate")), "OK")
    expect(suite, "by УНЗР", inquiry(subject(ostap, unzr=ostap["unzr"])), "OK")
    paper = ostap["documents"][0]
    expect(suite, "by document", inquiry(subject(ostap, document=document(paper["type"], paper["number"]))), "OK")
    expect(suite, "no declarations", inquiry(subject(iryna)), "NO_DECLARATIONS")
    expect(suite, "nobody", inquiry(nobody), "PATIENT_NOT_FOUND")
    expect(suite, "several", inquiry(subject(people["mykola"][0])), "PATIENT_NOT_FOUND")
    expect(suite, "a child", inquiry(subject(people["zoriana"][0])), "OK", "CONFIDANT_REQUIRED")
    for field, value in (("lastName", "Інший"), ("firstName", "Інший"), ("secondName", "Інший"), ("birthDate", "1984-03-18")):
        expect(suite, f"another {field}", inquiry(subject(ostap, **{field: value})), "PATIENT_NOT_FOUND")
    expect(suite, "another's tax number", inquiry(subject(ostap, rnokpp=solomiia["tax_id"])), "PATIENT_NOT_FOUND")
    expect(suite, "another's document", inquiry(subject(ostap, document=document("NATIONAL_ID", "000000014"))), "PATIENT_NOT_FOUND")
    expect(suite, "another type of document", inquiry(subject(ostap, document=document("BIRTH_CERTIFICATE", paper["number"]))), "PATIENT_NOT_FOUND")
    # As people and programs write names.
    for name, value in (("’", "Зразкова-В’юн"), ("ʼ", "Зразкова-Вʼюн"), ("`", "Зразкова-В`юн"), ("capitals", "ЗРАЗКОВА-В'ЮН"), ("small letters", "зразкова-в'юн"), ("blanks around", " Зразкова-В'юн ")):
        expect(suite, f"a surname with {name}", inquiry(subject(solomiia, lastName=value)), "OK")
    passport = next(d["number"] for p in people["mykola"] for d in p["documents"] if d["type"] == "PASSPORT")
    mykola = next(p for p in people["mykola"] if p["documents"][0]["number"] == passport)
    latin = passport.translate(str.maketrans("АВЕІКМНОРСТХ", "ABEIKMHOPCTX"))
    for name, number in (("as it stands", passport), ("Latin letters", latin), ("a blank", passport[:2] + " " + passport[2:]), ("small letters", passport.lower()), ("blanks around", f" {passport} ")):
        expect(suite, f"a passport, {name}", inquiry(subject(mykola, document=document("PASSPORT", number))), "OK")
    for empty in ("secondName", "birthDate"):
        message = inquiry([(n, "" if n == empty else v) for n, v in subject(ostap)])
        suite.clean(f"an empty {empty}", message)
    suite.clean("a birth date with a zone", inquiry(subject(ostap, birthDate="1984-03-17+02:00")))


def population(suite, registry, random):
    """People at random, asked for by every identifier that they have."""
    chosen = sorted((p for p in registry.persons.values() if p["status"] == "active" and p["is_active"] and p["verification_status"] == "VERIFIED" and not p.get("death_date")), key=lambda p: p["id"])
    for person in random.sample(chosen, 60):
        ways = []
        if person.get("tax_id"):
            ways.append(("tax number", subject(person), len(registry.active(person["tax_id"]))))
        if person.get("unzr"):
            same = [p for p in registry.by(unzr=person["unzr"]) if p["status"] == "active"]
            ways.append(("УНЗР", subject(person, unzr=person["unzr"]), len(same)))
        for paper in person.get("documents", [])[:1]:
            same = [p for p in registry.persons.values() if p["status"] == "active" and any((d["type"], d["number"]) == (paper["type"], paper["number"]) for d in p.get("documents", []))]
            ways.append(("document", subject(person, document=document(paper["type"], paper["number"])), len(same)))
        for way, of, count in ways:
            answer, problems = ask(suite, inquiry(of))
            if not problems:
                problems = compare(registry, person, answer, count)
            suite.report(f"{person['id']} by {way}", problems)
            # With the least that identifies: a status adds nothing to it.
            answer, problems = ask(suite, inquiry([f for f in of if f[0] not in ("secondName", "birthDate")], STATUS))
            if not problems:
                problems = compare_status(registry, person, answer, count)
            suite.report(f"status of {person['id']} by {way}", problems)


def compare(registry, person, answer, count):
    if count != 1:
        return [] if answer.result == "PATIENT_NOT_FOUND" else [f"{answer.result} where {count} match"]
    got = numbers(answer)
    problems = []
    if answer.result != ("OK" if got else "NO_DECLARATIONS"):
        problems.append(f"{answer.result} with {len(got)} declarations")
    if not registry.own(person) <= got <= registry.possible(person):
        problems.append(f"declarations {sorted(got)}, of the person {sorted(registry.own(person))}")
    current = {d.findtext(f"{{{OURS}}}declarationNumber") for d in answer.payload.iter(f"{{{OURS}}}declaration") if d.findtext(f"{{{OURS}}}inForce") == "true"}
    if current != registry.in_force(person):
        problems.append(f"in force {current}, not {registry.in_force(person)}")
    return problems


def compare_status(registry, person, answer, count):
    if count != 1:
        return [] if answer.result == "PATIENT_NOT_FOUND" else [f"{answer.result} where {count} match"]
    expected, got = registry.in_force(person), numbers(answer)
    problems = [] if got == expected else [f"in force {got}, not {expected}"]
    if answer.result != ("OK" if expected else "NO_DECLARATIONS"):
        problems.append(f"{answer.result} with {len(expected)} in force")
    if answer.payload.findtext(f"{{{OURS}}}inForce") != ("true" if expected else "false"):
        problems.append(f"inForce {answer.payload.findtext(f'{{{OURS}}}inForce')}")
    return problems + beyond_status(registry, person, answer)


def beyond_status(registry, person, answer):
    """What a status may not tell, in its fields and in what is sealed."""
    said = answer.reply.body.decode()
    sealed = answer.payload.findtext(f"{{{OURS}}}sealed/{{{OURS}}}content") or ""
    if sealed:
        said += json.dumps(json.loads(sealed), ensure_ascii=False)
    # Surname and name, and the identifier that was asked by, the asker knows.
    asked = "".join(answer.payload.find(f"{{{OURS}}}subjectId").itertext()) if answer.payload.find(f"{{{OURS}}}subjectId") is not None else ""
    told = [person["birth_date"], person.get("second_name"), person.get("tax_id"), person.get("unzr"), *(d["number"] for d in person.get("documents", []))]
    told = [word for word in told if word and word not in asked]
    current = registry.in_force(person)
    for declaration in registry.declarations[person["id"]]:
        if declaration["declaration_number"] not in current:
            told += [declaration["declaration_number"], declaration["id"]]
        told += registry.doctor(declaration)
    said = re.sub(r"(?s)<\w+:Header>.*?</\w+:Header>", "", said)
    return [f"a status tells {word!r}" for word in told if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said)]


def entitlement(suite, ostap, people):
    expect(suite, "another purpose", inquiry(subject(ostap), purpose="100501"), "NOT_ENTITLED", detail="purpose-not-permitted")
    expect(suite, "a purpose with a blank", inquiry(subject(ostap), purpose="100 500"), "NOT_ENTITLED")
    expect(suite, "another ground", inquiry(subject(ostap), ground="Закон України № 1-VIII"), "NOT_ENTITLED", detail="ground-not-permitted")
    expect(suite, "a ground in capitals", inquiry(subject(ostap), ground=GROUND.upper()), "NOT_ENTITLED", detail="ground-not-permitted")
    expect(suite, "part of the ground", inquiry(subject(ostap), ground=GROUND[:-3]), "NOT_ENTITLED", detail="ground-not-permitted")
    expect(suite, "more than the ground", inquiry(subject(ostap), ground=GROUND + "9"), "NOT_ENTITLED", detail="ground-not-permitted")
    expect(suite, "blanks in the ground mean nothing", inquiry(subject(ostap), ground="  " + GROUND.replace(" ", "\n\t ") + " "), "OK")
    expect(suite, "another purpose for a status", inquiry(subject(ostap), STATUS, purpose="100501"), "NOT_ENTITLED", detail="purpose-not-permitted")
    # Who is not entitled learns nothing of the person: the answers are the same.
    same(suite, "not entitled, whoever is asked for", [inquiry(subject(ostap), purpose="1"), inquiry(subject(ostap, lastName="Інший"), purpose="1"), inquiry(subject(people["mykola"][0]), purpose="1"), inquiry(subject(people["iryna"][0]), purpose="1")])
    same(suite, "no ground, whoever is asked for", [inquiry(subject(ostap), STATUS, ground="1"), inquiry(subject(ostap, lastName="Інший"), STATUS, ground="1"), inquiry(subject(people["mykola"][0]), STATUS, ground="1")])
    for name, other in (("another subsystem", client(subsystem="DIIA_prod")), ("another member", client(member="43395034")), ("another instance", client(instance="SEVDEIR")), ("another class", client(group="COM")),
                        ("the member itself", client(subsystem=None)), ("small letters", client(subsystem="diia_cons")), ("a blank", client(subsystem="DIIA_cons ")), ("a zero before", client(member="043395033"))):
        message = inquiry(subject(ostap)).but(client=other)
        suite.refuse(f"{name} may not call", message, "Client|Server")
        suite.refuse(f"{name} may not call for a status", inquiry(subject(ostap), STATUS).but(client=other), "Client|Server")


def indistinguishable(suite, registry, people):
    ostap, mykola = people["ostap"][0], people["mykola"][0]
    bohdan = next(c for c in suite.ready["citizens"] if c["key"] == "bohdan")
    last, first, second = bohdan["name"].split()
    nobody = [("rnokpp", bohdan["rnokpp"]), ("lastName", last), ("firstName", first), ("secondName", second), ("birthDate", "1995-09-09")]
    inactive = next(p for p in registry.persons.values() if p.get("tax_id") and p["status"] == "inactive" and not registry.active(p["tax_id"]))
    cases = {
        "none": nobody, "several": subject(mykola), "several, less said": subject(mykola, "secondName", "birthDate"), "contradicted surname": subject(ostap, lastName="Інший"),
        "contradicted birth date": subject(ostap, birthDate="1984-03-18"), "contradicted patronymic": subject(ostap, secondName="Інший"), "not active": subject(inactive),
        "no such УНЗР": subject(ostap, unzr="19840317-99999"), "another's УНЗР": subject(mykola, unzr=ostap["unzr"]), "no such document": subject(ostap, document=document("PASSPORT", "АА000000")),
    }
    for operation in (BY_PURPOSE, STATUS):
        same(suite, f"{operation}: {', '.join(cases)}", [inquiry(of, operation) for of in cases.values()])
        for name, of in cases.items():
            expect(suite, f"{operation}: {name}", inquiry(of, operation), "PATIENT_NOT_FOUND")
    same(suite, "a status with a number: none, several, contradicted", [inquiry(of, STATUS, number="0001-20MH-K800") for of in cases.values()])
    invalid = [inquiry(of, STATUS, number="123") for of in [*cases.values(), subject(ostap)]]
    same(suite, "a status with a number that cannot be, whoever is asked for", invalid)


def out_of_shape(suite, ostap, random):
    """By the schema: what it allows is answered, what it does not is a fault."""
    good = subject(ostap)
    paper = ostap["documents"][0]
    number = document(paper["type"], paper["number"])
    cases = {
        "no purpose": [("legalGround", GROUND), ("subject", good)], "no ground": [("purposeId", PURPOSE), ("subject", good)], "no subject": [("purposeId", PURPOSE), ("legalGround", GROUND)],
        "nothing": [], "an empty subject": [("purposeId", PURPOSE), ("legalGround", GROUND), ("subject", [])],
    }
    subjects = {
        "no identifier": subject(ostap, "rnokpp"), "two identifiers": [("unzr", ostap["unzr"]), *good], "three identifiers": [("document", number), ("unzr", ostap["unzr"]), *good], "the tax number twice": [good[0], *good],
        "no surname": subject(ostap, "lastName"), "no name": subject(ostap, "firstName"), "an empty surname": subject(ostap, lastName=""), "nine digits": subject(ostap, rnokpp="307575127"), "eleven digits": subject(ostap, rnokpp="30757512790"),
        "letters for digits": subject(ostap, rnokpp="3O75751279"), "digits of another script": subject(ostap, rnokpp="٣٠٧٥٧٥١٢٧٩"), "an empty tax number": subject(ostap, rnokpp=""), "УНЗР without a hyphen": subject(ostap, unzr="1984031701234"),
        "a surname of 256 characters": subject(ostap, lastName="І" * 256), "a day that is not": subject(ostap, birthDate="1984-02-30"), "a month that is not": subject(ostap, birthDate="1984-13-01"), "a date as the portal shows it": subject(ostap, birthDate="17.03.1984"),
        "a date with a time": subject(ostap, birthDate="1984-03-17T00:00:00"), "a document without a number": subject(ostap, document=[("type", "PASSPORT")]), "a document without a type": subject(ostap, document=[("number", "000000011")]),
        "a document of text": subject(ostap, document="PASSPORT 000000011"),
    }
    for name, of in subjects.items():
        cases[name] = [("purposeId", PURPOSE), ("legalGround", GROUND), ("subject", of)]
    cases["a purpose of 256 characters"] = [("purposeId", "1" * 256), ("legalGround", GROUND), ("subject", good)]
    cases["a ground of 256 characters"] = [("purposeId", PURPOSE), ("legalGround", "З" * 256), ("subject", good)]
    for name, payload in cases.items():
        for operation in (BY_PURPOSE, STATUS):
            suite.refuse(f"{operation}: {name}", Message(operation, payload))
    for name, payload in (("neither", []), ("both", [("signed", [("signature", "AAAA")]), ("inquiry", cases["no purpose"])]), ("an inquiry without a purpose", [("inquiry", cases["no purpose"])]), ("text", [("inquiry", "x")])):
        suite.refuse(f"{SUBMIT}: {name}", Message(SUBMIT, payload))
    suite.clean(f"{RESULT}: no id", Message(RESULT, []))
    # The monitoring of access reads the purpose and the person by their names,
    # which have a namespace: who hides them in another is not served.
    for field in ("purposeId", "legalGround", "subject", "rnokpp", "lastName"):
        message = inquiry(subject(ostap))
        message.style.text, message.style.prefixes = "plain", "usual"
        for space in ("urn:elsewhere", OURS + "/", "http://x-road.eu/xsd/xroad.xsd"):
            xml = re.sub(rf"(?s)<p:{field}>(.*?)</p:{field}>", rf'<o:{field} xmlns:o="{space}">\1</o:{field}>', message.xml())
            suite.refuse(f"{field} in {space}", suite.post(xml.encode()))
            both = re.sub(rf"(?s)(<p:{field}>(.*?)</p:{field}>)", rf'\1<o:{field} xmlns:o="{space}">\2</o:{field}>', message.xml())
            suite.refuse(f"{field} once more in {space}", suite.post(both.encode()))
    # Values that the schema allows, however strange, are answered.
    for name, of in {"255 letters": subject(ostap, lastName="І" * 255), "letters beyond the first plane": subject(ostap, lastName="😀" * 255), "markup": subject(ostap, lastName="<&>\"']]>"), "only a hyphen": subject(ostap, firstName="-"),
                     "an old date": subject(ostap, birthDate="0001-01-01"),
                     "a date to come": subject(ostap, birthDate="2999-12-31"), "an unknown type of document": subject(ostap, document=document("LIBRARY_CARD", "1")), "Latin letters": subject(ostap, lastName="Vyhadanyi"), "a wrong check digit": subject(ostap, rnokpp="3075751270")}.items():
        expect(suite, f"allowed: {name}", inquiry(of), "PATIENT_NOT_FOUND")


    # Nobody can have these numbers, which the schema cannot say: a fault or an
    # outcome, as long as nobody is looked for who has another.
    for name, of in {"a tax number of zeros": subject(ostap, rnokpp="0000000000"), "УНЗР of a day that is not": subject(ostap, unzr="99999999-00000")}.items():
        answer = suite.clean(f"allowed, and cannot be: {name}", inquiry(of))
        suite.report(f"… {name}: nobody", [] if answer is not None and answer.result in (None, "PATIENT_NOT_FOUND") else [f"resultCode {answer.result if answer else None}"])


def status(suite, registry, one):
    ostap, iryna, solomiia = one("ostap"), one("iryna"), one("solomiia")
    current = sorted(registry.in_force(ostap))[0]
    record = next(d for d in registry.declarations[ostap["id"]] if d["declaration_number"] == current)
    past = sorted(registry.own(ostap) - registry.in_force(ostap))
    expect(suite, "in force", inquiry(subject(ostap), STATUS), "OK")
    expect(suite, "none", inquiry(subject(iryna), STATUS), "NO_DECLARATIONS")
    expect(suite, "the number in force", inquiry(subject(ostap), STATUS, number=current), "OK")
    expect(suite, "its id", inquiry(subject(ostap), STATUS, number=record["id"]), "OK", "NO_DECLARATIONS")
    expect(suite, "its id in capitals", inquiry(subject(ostap), STATUS, number=record["id"].upper()), "OK", "NO_DECLARATIONS")
    expect(suite, "a number in small letters", inquiry(subject(ostap), STATUS, number=current.lower()), "OK", "DECLARATION_NUMBER_INVALID")
    if past:
        expect(suite, "a past number", inquiry(subject(ostap), STATUS, number=past[0]), "NO_DECLARATIONS")
    others = sorted(registry.in_force(solomiia)) or [next(iter(sorted(registry.in_force(p)))) for p in registry.persons.values() if registry.in_force(p)][:1]
    expect(suite, "another's number", inquiry(subject(ostap), STATUS, number=others[0]), "NO_DECLARATIONS")
    for invalid in ("123", "0001-20MH", "x" * 255, "0001_20MH_K800", "00000000-0000-0000-0000-00000000000", "DROP TABLE"):
        expect(suite, f"a number that cannot be: {invalid[:20]}", inquiry(subject(ostap), STATUS, number=invalid), "DECLARATION_NUMBER_INVALID")
    expect(suite, "an empty number is none", inquiry(subject(ostap), STATUS, number=""), "OK", "DECLARATION_NUMBER_INVALID")


def later(suite, registry, one):
    ostap, iryna = one("ostap"), one("iryna")

    def submit(name, payload, message_id):
        answer, problems = ask(suite, Message(SUBMIT, payload).but(id=message_id))
        if answer is not None and answer.result != "ACCEPTED":
            problems.append(f"resultCode {answer.result}")
        suite.report(name, problems)
        return None if problems else answer.payload.findtext(f"{{{OURS}}}requestId")

    def fetch(request_id, *results, name, seconds=20):
        end = time.monotonic() + seconds
        message = Message(RESULT, [("requestId", request_id or "")])
        while True:
            answer, problems = ask(suite, message)
            if answer is None or answer.result != "PENDING" or time.monotonic() > end:
                break
            time.sleep(0.05)
        if not problems and answer.result not in results:
            problems.append(f"resultCode {answer.result}, not {' or '.join(results)}")
        suite.report(name, problems)
        return answer

    asked = {"ostap": subject(ostap), "iryna": subject(iryna), "contradicted": subject(ostap, lastName="Інший")}
    wanted = {"ostap": "OK", "iryna": "NO_DECLARATIONS", "contradicted": "PATIENT_NOT_FOUND"}
    # All three have one message id: ids are repeated on the bus, and mean nothing.
    ids = {name: submit(f"an inquiry about {name}", [("inquiry", inquiry(of).payload)], "one and the same") for name, of in asked.items()}
    if len(set(ids.values())) != len(ids):
        suite.report("every submission has its own id", [f"ids {ids}"])
    for name, request_id in ids.items():
        answer = fetch(request_id, wanted[name], name=f"the result about {name}")
        if name == "ostap" and answer is not None and answer.payload is not None:
            suite.report("the result is the person's", compare(registry, ostap, answer, 1))
            again = fetch(request_id, "OK", name="the result once more")
            suite.report("and it is the same", [] if again.reply.body == answer.reply.body else ["another answer the second time"])
    submitted = submit("a signed statement", [("signed", suite.fresh())], "signed")
    fetch(submitted, "OK", name="the result of a signed statement")
    # What is fetched once the consent has been withdrawn is no longer given out.
    left = submit("a statement that will be withdrawn", [("signed", suite.fresh("solomiia-ec"))], "withdrawn")
    fetch(left, "OK", name="before the consent is withdrawn")
    expect(suite, "the consent is withdrawn", Message(payload=suite.fresh("solomiia-ec", "--withdraw")), "CONSENT_WITHDRAWN_NOW")
    fetch(left, "CONSENT_WITHDRAWN", name="after the consent was withdrawn")
    refused = [submit("an inquiry for another purpose", [("inquiry", inquiry(subject(ostap), purpose="1").payload)], "e1")]
    if refused[0]:
        fetch(refused[0], "NOT_ENTITLED", name="not entitled, later")
    for name, request_id in (("unknown", "6f1f2e5a-0f6e-4b0a-9d43-0c8ef2a3b111"), ("no UUID", "nonsense"), ("long", "x" * 5000), ("blanks", "  "), ("for SQL", "' OR 1=1 --"), ("zero UUID", "00000000-0000-0000-0000-000000000000")):
        answer = suite.clean(f"a result by an id that is {name}", Message(RESULT, [("requestId", request_id)]))
        if answer is not None and answer.payload is not None:
            suite.report(f"… {name}: not found", [] if answer.result == "REQUEST_NOT_FOUND" else [f"resultCode {answer.result}"])
    if ids["ostap"]:
        suite.refuse("another subsystem asks for the result", Message(RESULT, [("requestId", ids["ostap"])]).but(client=client(subsystem="OTHER_cons")), "Client|Server")
        fetch(ids["ostap"].upper(), "OK", "REQUEST_NOT_FOUND", name="an id in capitals")


def statements(suite):
    """What a citizen's statement answers, by the citizen's case in the demonstration."""
    def call(name, payload, *results):
        return expect(suite, name, Message(payload=payload), *results)

    call("a new one", suite.fresh(), "OK")
    statement = suite.fresh("ostap")
    call("a signature over DSTU 4145", statement, "OK")
    call("the same message again", statement, "SIGNATURE_REPLAYED", "OK")
    expect(suite, "the same in another message", Message(payload=statement).but(id="another"), "SIGNATURE_REPLAYED")
    call("a person without declarations", suite.fresh("iryna-ec"), "NO_DECLARATIONS")
    none, several = suite.fresh("bohdan-ec"), suite.fresh("mykola-ec")
    same(suite, "nobody and several", [Message(payload=none), Message(payload=several)])
    call("nobody", suite.fresh("bohdan-ec"), "PATIENT_NOT_FOUND")
    call("consent refused", suite.fresh("ostap-ec", "--refuse"), "CONSENT_REFUSED")
    call("a mother for her child", suite.fresh("solomiia-ec", "--subject", child(suite)), "OK")
    call("a stranger for a child", suite.fresh("ostap-ec", "--subject", child(suite)), "RELATION_NOT_CONFIRMED")
    call("consent withdrawn", suite.fresh("solomiia-ec", "--withdraw"), "CONSENT_WITHDRAWN_NOW")
    statement = dict(suite.fresh())
    content = statement["signedContent"]
    call("a word changed", [("signedContent", content.replace("self", "Self")), ("signature", statement["signature"])], "SIGNATURE_INVALID", "SIGNATURE_OVER_OTHER_CONTENT")
    call("a blank added", [("signedContent", content + " "), ("signature", statement["signature"])], "SIGNATURE_INVALID", "SIGNATURE_OVER_OTHER_CONTENT")
    other = dict(suite.fresh())
    call("another's signature", [("signedContent", content), ("signature", other["signature"])], "SIGNATURE_INVALID", "SIGNATURE_OVER_OTHER_CONTENT")
    long = suite.fresh()
    suite.refuse("a purpose of 256 characters", Message(payload=[("purposeId", "1" * 256), *long]))
    call("a purpose of 255 characters", [("purposeId", "Ї" * 255), *long], "OK")
    call("no content", [("signature", statement["signature"])], "SIGNATURE_INVALID", "SIGNATURE_MALFORMED", "SIGNATURE_OVER_OTHER_CONTENT")
    for name, signature in (("not DER", "AAAA"), ("cut short", statement["signature"][:400]), ("ended by more", statement["signature"][:-4] + "AAAA" * 40)):
        call(f"a signature {name}", [("signedContent", content), ("signature", signature)], "SIGNATURE_MALFORMED", "SIGNATURE_INVALID")
    for name, signature in (("not base64", "Їжак"), ("base64 cut short", statement["signature"][:401])):
        suite.clean(f"a signature {name}", Message(payload=[("signedContent", content), ("signature", signature)]))
    call("intact all the same", [("signedContent", content), ("signature", statement["signature"])], "OK")


def child(suite):
    return next(c for c in suite.ready["citizens"] if c["key"] == "zoriana")["subject_file"]


def behind(suite, people):
    """The ledger and the metrics have no person in clear."""
    folder = Path(suite.ready["config"]).parent / "data"
    words = [p["tax_id"] for ps in people.values() for p in ps if p.get("tax_id")] + ["Вигаданий", "Зразкова", "UA3075751279"]
    ledger = b"".join(path.read_bytes() for path in sorted(folder.glob("ledger.db*")))
    suite.report("the ledger was found", [] if len(ledger) > 10_000 else ["no ledger"])
    suite.report("the ledger names nobody", [f"the ledger has {w!r}" for w in words if w.encode() in ledger])
    page = suite.meter.exchange(f"GET {suite.meter_path} HTTP/1.1\r\nHost: {suite.meter.host}\r\n\r\n".encode(), "GET").body.decode()
    words += ["5b0c0d5e-5a3b-4f0f-9e0e-0d7c3d1c8a11", "one and the same", "Їжак"]
    suite.report("the metrics name nobody", [f"the metrics have {w!r}" for w in words if w in page])
    series = len(re.findall(r"(?m)^dovidka_http_requests_total\{", page))
    suite.report("the metrics stay few", [] if 0 < series < 200 else [f"{series} series of requests"])
    proof = subprocess.run([suite.program, "ledger", "verify", "--config", suite.ready["config"]], capture_output=True, text=True)
    suite.report("the ledger is sound", [] if proof.returncode == 0 else [proof.stderr[-300:]])
