"""Requests of our operations, and what holds of every answer to them."""

from forms import Sending
from message import OURS, Message

PURPOSE, GROUND = "100500", "Закон України № 2168-VIII, стаття 9"
BY_PURPOSE, STATUS, SUBMIT, RESULT = "GetDeclarationsByPurpose_v1", "GetDeclarationStatus_v1", "SubmitDeclarationsRequest_v1", "GetDeclarationsResult_v1"
# What an answer without data may hold.
BARE = {"resultCode", "resultDetail", "resultText", "requestId"}

# Requests.

def subject(person, *without, **changed):
    """The subject of a person in the registry, with its tax number unless another is given."""
    values = {"rnokpp": person.get("tax_id"), "lastName": person["last_name"], "firstName": person["first_name"],
              "secondName": person.get("second_name"), "birthDate": person["birth_date"]}
    if "unzr" in changed or "document" in changed:
        values = {**{k: changed.pop(k) for k in ("unzr", "document") if k in changed}, **{k: v for k, v in values.items() if k != "rnokpp"}}
    values.update(changed)
    return [(n, v) for n, v in values.items() if v is not None and n not in without]


def inquiry(of, operation=BY_PURPOSE, purpose=PURPOSE, ground=GROUND, number=None):
    payload = [("purposeId", purpose), ("legalGround", ground), ("subject", of)]
    if number is not None:
        payload.append(("declarationNumber", number))
    message = Message(operation, payload)
    message.style.text = ("plain", "pieces", "cdata")[len(str(of)) % 3]
    return message


def document(type_, number):
    return [("type", type_), ("number", number)]


# Answers.

def ask(suite, message):
    answer, problems = suite.ask(Sending(message).bytes(suite.door.host))
    if answer:
        problems = suite.accepted(answer, message)
    return answer, problems


def content(answer):
    return {} if answer is None or answer.payload is None else {child.tag.split("}")[1]: child for child in answer.payload}


def expect(suite, name, message, *results, detail=None):
    """One of the results; without data unless it is OK. Returned is the answer."""
    answer, problems = ask(suite, message)
    if answer is not None and answer.payload is not None:
        found = content(answer)
        if answer.result not in results:
            problems.append(f"resultCode {answer.result}, not {' or '.join(results)}")
        if detail is not None and found.get("resultDetail") is None or detail is not None and found["resultDetail"].text != detail:
            problems.append(f"resultDetail {None if found.get('resultDetail') is None else found['resultDetail'].text}, not {detail}")
        if answer.result not in ("OK", "NO_DECLARATIONS", "CONSENT_WITHDRAWN_NOW") and (more := set(found) - BARE):
            problems.append(f"a refusal with {sorted(more)}")
        if not (found.get("resultText") is not None and (found["resultText"].text or "").strip()):
            problems.append("no resultText")
        if answer.result == "OK" and message.operation in (BY_PURPOSE, STATUS):
            problems += by_law(message, found)
    suite.report(name, problems)
    return answer


def by_law(message, found):
    """An answer by law names its subject as the request did, in clear, and has no consent."""
    problems = []
    asked = dict(dict(message.payload)["subject"])
    kind = next(k for k in ("rnokpp", "unzr", "document") if k in asked)
    told = found["subjectId"].find(f"{{{OURS}}}{kind}") if "subjectId" in found else None
    if told is None:
        problems.append(f"subjectId has no {kind}")
    elif kind != "document" and told.text != asked[kind]:
        problems.append(f"subjectId has another {kind}")
    if found.get("receipt") is None or found["receipt"].find(f"{{{OURS}}}consentId") is not None:
        problems.append("no receipt, or one with a consent")
    return problems


def numbers(answer):
    return {n.text for n in answer.payload.iter(f"{{{OURS}}}declarationNumber")} if answer is not None and answer.payload is not None else set()


def same(suite, name, messages):
    """Answers to all messages are the same bytes but for the id of the request."""
    problems, bodies = [], set()
    for message in messages:
        answer, wrong = ask(suite, message)
        problems += wrong
        if answer is None:
            continue
        own = answer.payload.findtext(f"{{{OURS}}}requestId") if answer.payload is not None else ""
        headers = tuple((n, v) for n, v in answer.reply.headers if n != "Date")
        bodies.add((headers, answer.reply.body.replace((own or "\0").encode(), b"-")))
    if len(bodies) != 1:
        problems.append(f"{len(bodies)} different answers: {[b[1][-420:].decode() for b in bodies]}")
    suite.report(name, problems)
