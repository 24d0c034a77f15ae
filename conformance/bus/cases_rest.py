"""The operations in REST, by PR-REST, the reference's section 9 and the
published OpenAPI document: header fields of both families, statuses, bodies."""

import json
import re
import time

import inquiries as soap
from judge import LEAKS
from registry import Registry
from wire import BadAnswer, chunked, request

BASE = "/rest/v1"
CLIENT = "SEVDEIR-TEST/GOV/43395033/DIIA_cons"
JSON = ("Content-Type", "application/json")
ERRORS = (400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503, 504)
# What the document says stands in an outcome, and what always does.
FIELDS = {
    "/declarations": {"resultCode", "resultDetail", "resultText", "requestId", "subjectId", "asOf", "partial", "patient", "declarations", "withdrawnConsents", "receipt", "sealed"},
    "/declaration-status": {"resultCode", "resultDetail", "resultText", "requestId", "subjectId", "asOf", "inForce", "declarations", "receipt", "sealed"},
}
ALWAYS = {"resultCode", "resultText", "requestId"}


def run(suite, random):
    registry = Registry(suite.program, suite.ready["config"])
    people = {c["key"]: registry.active(c["rnokpp"]) for c in suite.ready["citizens"]}
    rest = Rest(suite, people["ostap"][0])
    for chapter in (families, subjects, bodies, outcomes, http, later, population):
        suite.begin("REST: " + chapter.__doc__.splitlines()[0].rstrip("."))
        chapter(rest, registry, people, random)


class Rest:
    def __init__(self, suite, ostap):
        self.suite = suite
        self.good = {"legalGround": soap.GROUND, "subject": as_json(soap.subject(ostap))}

    def ask(self, path="/declarations", body=None, headers=None, method="POST", raw=None):
        headers = uxp() if headers is None else headers
        data = raw if raw is not None else b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        if method == "GET" and raw is None:
            lines = [f"GET {BASE}{path} HTTP/1.1", f"Host: {self.suite.door.host}", *(f"{n}: {v}" for n, v in headers)]
            return self.exchange(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"), method)
        return self.exchange(request(self.suite.door.host, data, headers, method, BASE + path), method)

    def exchange(self, data, method="POST"):
        try:
            return self.suite.door.exchange(data, method), []
        except (BadAnswer, OSError) as error:
            return None, [f"no answer: {error!r}"]

    def outcome(self, name, results, path="/declarations", statuses=(200,), **asked):
        """An outcome that the document describes. Returned is its JSON."""
        reply, problems = self.ask(path, **({"body": self.good} | asked))
        value = {}
        if reply:
            value, problems = judged(reply)
            if reply.status not in statuses:
                problems.append(f"status {reply.status}: {reply.body[:200].decode('utf-8', 'replace')}")
            elif isinstance(value, dict):
                problems += outcome_problems(reply, value, results, path)
        self.suite.report(name, problems)
        return value

    def error(self, name, statuses, path="/declarations", **asked):
        """An error that the document describes, and nothing done."""
        before = self.suite.steps()
        body = {"body": self.good} if "raw" not in asked else {}
        reply, problems = self.ask(path, **(body | asked))
        if reply:
            problems = error_problems(reply, statuses)
        if self.suite.steps() != before:
            problems.append("steps were taken")
        self.suite.report(name, problems)

    def either(self, name, results=("OK",), path="/declarations", **asked):
        """Left open: an error, or one of the outcomes."""
        body = {"body": self.good} if "raw" not in asked else {}
        reply, problems = self.ask(path, **(body | asked))
        if reply:
            value, problems = judged(reply)
            problems = problems + outcome_problems(reply, value, results, path) if reply.status in (200, 202) else error_problems(reply, ERRORS)
        self.suite.report(name, problems)


def uxp(client=CLIENT, purpose=soap.PURPOSE, *more):
    fields = [JSON, ("Uxp-QueryID", "5b0c0d5e-5a3b-4f0f-9e0e-0d7c3d1c8a11"), ("Uxp-UserId", "UA3075751279"), ("uxp-transaction-id", "1")]
    fields += [("Uxp-Client", client)] if client is not None else []
    fields += [("Uxp-Purpose-Ids", purpose)] if purpose is not None else []
    return fields + list(more)


def xroad(client=CLIENT, *more):
    return [JSON, ("X-Road-Client", client), ("X-Road-Id", "fa2e18a5-c2cb-4d09-b994-f57727f7c3fb"), ("X-Road-UserId", "UA3075751279"),
            ("X-Road-Request-Id", "f92591a3"), ("X-Road-Issue", "12/3"), ("Uxp-Purpose-Ids", soap.PURPOSE), *more]


def as_json(fields):
    return {n: as_json(v) if isinstance(v, list) else v for n, v in fields}


def judged(reply):
    """What is wrong with any answer in JSON."""
    problems = []
    for name, _ in reply.headers:
        if name.lower().startswith(("x-road-", "uxp-")) or name.lower() in ("location", "set-cookie", "content-encoding", "server"):
            problems.append(f"the answer has {name}")
    if reply.header("Content-Length") is None:
        problems.append("no Content-Length")
    kind = (reply.header("Content-Type") or "").lower().replace(" ", "")
    if kind not in ("application/json", "application/json;charset=utf-8"):
        return {}, [*problems, f"status {reply.status}, Content-Type {kind}: {reply.body[:100]!r}"]
    try:
        return json.loads(reply.body.decode("utf-8"), object_pairs_hook=unique), problems
    except (ValueError, UnicodeDecodeError) as error:
        return {}, [*problems, f"no JSON: {error}"]


def unique(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def outcome_problems(reply, value, results, path):
    problems = []
    path = path.partition("?")[0]
    path = "/declarations" if path not in FIELDS else path
    if wrong := (set(value) - FIELDS[path]) | (ALWAYS - set(value)):
        problems.append(f"fields {sorted(wrong)}")
    if value.get("resultCode") not in results:
        problems.append(f"resultCode {value.get('resultCode')}, not {' or '.join(results)}")
    if value.get("resultCode") not in ("OK", "NO_DECLARATIONS") and (more := set(value) - ALWAYS - {"resultDetail", "withdrawnConsents", "receipt"}):
        problems.append(f"no data, and {sorted(more)}")
    if reply.status == 200 and reply.header("Cache-Control") != "no-store":
        problems.append(f"Cache-Control {reply.header('Cache-Control')}")
    if reply.status == 202 and not re.fullmatch("[1-9][0-9]*", reply.header("Retry-After") or ""):
        problems.append(f"Retry-After {reply.header('Retry-After')}")
    return problems


def error_problems(reply, statuses):
    value, problems = judged(reply)
    if reply.status not in statuses:
        problems.append(f"status {reply.status}, not one of {statuses}: {reply.body[:160].decode('utf-8', 'replace')}")
    elif not isinstance(value, dict) or set(value) != {"type", "message", "detail"} or not all(isinstance(v, str) and v for v in value.values()):
        problems.append(f"the error is {str(value)[:200]}")
    else:
        said = " ".join(value.values())
        problems += [f"the error says {found[0]!r}" for pattern in LEAKS if (found := pattern.search(said))]
        problems += [f"the error repeats {word}" for word in ("Вигаданий", "Остап", "19840317-01234", "UA3075751279") if word in said]
    return problems


def families(rest, *_):
    """header fields of UXP and of X-Road."""
    rest.outcome("of UXP", ["OK"])
    rest.outcome("of X-Road", ["OK"], headers=xroad())
    rest.outcome("of both, which agree", ["OK"], headers=xroad() + [("Uxp-Client", CLIENT)])
    rest.outcome("in capitals", ["OK"], headers=[(n.upper(), v) for n, v in uxp()])
    rest.outcome("in small letters", ["OK"], headers=[(n.lower(), v) for n, v in xroad()])
    rest.outcome("without an id", ["OK"], headers=[f for f in uxp() if f[0] != "Uxp-QueryID"])
    rest.outcome("without a user", ["OK"], headers=[f for f in uxp() if f[0] != "Uxp-UserId"])
    rest.outcome("Uxp-Id", ["OK"], headers=[("Uxp-Id" if n == "Uxp-QueryID" else n, v) for n, v in uxp()])
    rest.outcome("a represented party", ["OK"], headers=xroad(CLIENT, ("X-Road-Represented-Party", "COM/MEMBER3"), ("X-Road-Security-Server", "SEVDEIR-TEST/GOV/42032422/SS1")))
    rest.outcome("a service", ["OK"], headers=uxp(CLIENT, soap.PURPOSE, ("Uxp-Service", "SEVDEIR-TEST/GOV/42032422/DOVIDKA_prod/Declarations_v1")))
    # PR-REST, 4.3: the parts are encoded by percent.
    rest.outcome("a client by percent", ["OK"], headers=uxp("SEVDEIR%2DTEST/%47OV/43395033/DIIA%5fcons"))
    rest.outcome("a client by percent, of X-Road", ["OK"], headers=xroad("SEVDEIR%2DTEST/GOV/43395033/DIIA%5Fcons"))
    rest.error("no client", (400, 403), headers=uxp(None))
    for name, client in (("another subsystem", "SEVDEIR-TEST/GOV/43395033/OTHER"), ("the member", "SEVDEIR-TEST/GOV/43395033"), ("another member", "SEVDEIR-TEST/GOV/43395034/DIIA_cons"), ("small letters", CLIENT.lower())):
        rest.error(f"{name} may not call", (403,), headers=uxp(client))
        rest.error(f"{name} may not call, of X-Road", (403,), headers=xroad(client))
    for name, client in (("two parts", "SEVDEIR-TEST/GOV"), ("five parts", CLIENT + "/x"), ("an empty part", "SEVDEIR-TEST//43395033/DIIA_cons"), ("nothing", ""), ("a slash at the end", CLIENT + "/"), ("a slash in front", "/" + CLIENT), ("half of a percent", CLIENT + "%4"),
                         ("slashes by percent", CLIENT.replace("/", "%2F")), ("no letters", CLIENT + "%00"), ("no UTF-8", CLIENT + "%FF"), ("a plus", CLIENT.replace("_", "+")), ("a blank by percent", CLIENT + "%20"), ("two in one", CLIENT + ", " + CLIENT)):
        rest.error(f"a client of {name}", (400, 403), headers=uxp(client))
        rest.error(f"a client of {name}, of X-Road", (400, 403), headers=xroad(client))
    rest.error("families that disagree about the client", (400, 403), headers=xroad("SEVDEIR-TEST/GOV/43395033/OTHER") + [("Uxp-Client", CLIENT)])
    rest.error("families that disagree, the other way", (400, 403), headers=xroad() + [("Uxp-Client", "SEVDEIR-TEST/GOV/43395033/OTHER")])
    rest.error("families that disagree about the id", (400,), headers=xroad(CLIENT, ("Uxp-QueryID", "another")))
    rest.error("families that disagree about the user", (400,), headers=xroad(CLIENT, ("Uxp-UserId", "another")))
    for first, second in ((CLIENT, "A/B/C/D"), ("A/B/C/D", CLIENT)):
        rest.error(f"two clients, {first[:7]} first", (400, 403), headers=uxp(first, soap.PURPOSE, ("Uxp-Client", second)))
        rest.error(f"two clients, {first[:7]} first, of X-Road", (400, 403), headers=xroad(first, ("X-Road-Client", second)))
    for name, value in (("long", "x" * 1024), ("nasty", "%00 <>\"'&\\ ;${x}"), ("Cyrillic", "Їжак".encode().decode("latin-1")), ("by percent", "%D0%87")):
        rest.either(f"a {name} id", headers=[f if f[0] != "Uxp-QueryID" else (f[0], value) for f in uxp()])
        rest.either(f"a {name} user", headers=[f if f[0] != "Uxp-UserId" else (f[0], value) for f in uxp()])
        rest.either(f"a {name} transaction id", headers=[f if f[0] != "uxp-transaction-id" else (f[0], value) for f in uxp()])
    rest.error("an id of 2000 characters", (400, 431), headers=[f if f[0] != "Uxp-QueryID" else (f[0], "x" * 2000) for f in uxp()])


def subjects(rest, registry, people, _):
    """purpose and subject in header fields."""
    ostap = people["ostap"][0]
    for path in FIELDS:
        rest.error(f"{path}: no purpose", (400, 422), path, headers=uxp(CLIENT, None))
        rest.error(f"{path}: an empty purpose", (400, 422), path, headers=uxp(CLIENT, ""))
        rest.error(f"{path}: two purposes", (400, 422), path, headers=uxp(CLIENT, "100500,1"))
        rest.error(f"{path}: two fields of purposes", (400, 422), path, headers=uxp(CLIENT, "100500", ("Uxp-Purpose-Ids", "1")))
        rest.error(f"{path}: a purpose of 256 characters", (400, 422), path, headers=uxp(CLIENT, "1" * 256))
        value = rest.outcome(f"{path}: another purpose", ["NOT_ENTITLED"], path, headers=uxp(CLIENT, "100501"))
        rest.suite.report(f"{path}: … which is said", [] if value.get("resultDetail") == "purpose-not-permitted" else [f"resultDetail {value.get('resultDetail')}"])
        rest.outcome(f"{path}: the subject once more", ["OK"], path, headers=uxp(CLIENT, soap.PURPOSE, ("Uxp-Subject-Id", ostap["tax_id"])))
        rest.error(f"{path}: another subject", (400, 409, 422), path, headers=uxp(CLIENT, soap.PURPOSE, ("Uxp-Subject-Id", people["iryna"][0]["tax_id"])))
        rest.error(f"{path}: two subjects", (400, 409, 422), path, headers=uxp(CLIENT, soap.PURPOSE, ("Uxp-Subject-Id", ostap["tax_id"]), ("Uxp-Subject-Id", people["iryna"][0]["tax_id"])))
        rest.either(f"{path}: an empty subject", path=path, headers=uxp(CLIENT, soap.PURPOSE, ("Uxp-Subject-Id", "")))
        by_unzr = {"legalGround": soap.GROUND, "subject": as_json(soap.subject(ostap, unzr=ostap["unzr"]))}
        rest.outcome(f"{path}: УНЗР once more", ["OK"], path, body=by_unzr, headers=uxp(CLIENT, soap.PURPOSE, ("Uxp-Subject-Id", ostap["unzr"])))
        paper = ostap["documents"][0]
        by_paper = {"legalGround": soap.GROUND, "subject": as_json(soap.subject(ostap, document=soap.document(paper["type"], paper["number"])))}
        rest.outcome(f"{path}: a document once more", ["OK"], path, body=by_paper, headers=uxp(CLIENT, soap.PURPOSE, ("Uxp-Subject-Id", paper["number"])))
    rest.error("a purpose in the body", (400, 422), body=rest.good | {"purposeId": soap.PURPOSE})


def bodies(rest, registry, people, random):
    """bodies in and out of shape."""
    good = json.dumps(rest.good, ensure_ascii=False).encode()
    subject = rest.good["subject"]
    rest.outcome("fields the other way round", ["OK"], raw=json.dumps({"subject": dict(reversed(subject.items())), "legalGround": soap.GROUND}).encode())
    rest.outcome("escaped and spaced out", ["OK"], raw=json.dumps(rest.good, indent=4).encode())
    rest.outcome("blanks around", ["OK"], raw=b" \r\n\t" + good + b"\n\n")
    for media in ("application/json; charset=utf-8", 'application/json;charset="UTF-8"', "APPLICATION/JSON", "application/json ; x=y"):
        rest.outcome(f"Content-Type {media}", ["OK"], headers=[f for f in uxp() if f != JSON] + [("Content-Type", media)])
    for media in ("text/plain", "text/xml; charset=utf-8", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", "x"):
        rest.error(f"Content-Type {media}", (400, 415), headers=[f for f in uxp() if f != JSON] + [("Content-Type", media)])
    for media in ("application/json; charset=utf-16", "application/json; charset=windows-1251", "application/vnd.a+json", ""):
        rest.either(f"Content-Type {media!r}", headers=[f for f in uxp() if f != JSON] + [("Content-Type", media)])
    rest.either("no Content-Type", headers=[f for f in uxp() if f != JSON])
    # RFC 8259, 8.2, leaves it open what half a pair of surrogates is; nobody's name it is.
    rest.either("half a pair", ("PATIENT_NOT_FOUND",), raw=good.replace("Остап".encode(), b"\\ud83d"))
    rest.either("a byte order mark", raw=b"\xef\xbb\xbf" + good)
    broken = {
        "nothing": b"", "blanks": b"  ", "text": b"hello", "an array": b"[" + good + b"]", "null": b"null", "a number": b"1", "a string": b'"x"', "two documents": good + good, "text behind": good + b"x",
        "cut short": good[:-5], "a comma too many": good[:-1] + b",}", "single quotes": good.replace(b'"', b"'"), "a comment": b"/* x */" + good, "NaN": good.replace(b'"3075751279"', b"NaN"), "UTF-16": good.decode().encode("utf-16"),
        "no UTF-8": good.replace("Остап".encode(), "Остап".encode("windows-1251")), "an overlong letter": good.replace("Остап".encode(), b"\xc1\xa1"), "a zero": good.replace("Остап".encode(), b"a\x00"),
        "a line feed in a string": good.replace("Остап".encode(), b"a\nb"), "a wrong escape": good.replace("Остап".encode(), b"\\x41"), "100,000 levels": b"[" * 100_000, "100,000 levels of objects": b'{"a":' * 100_000,
        "a field twice": good[:-1] + b',"legalGround":"1"}', "a field twice within": good.replace(b'"subject": {', b'"subject": {"rnokpp": "2503924181", '), "an unknown field": good[:-1] + b',"x":1}', "an unknown field within": good.replace(b'"subject": {', b'"subject": {"x": null, '),
        "a field in capitals": good.replace(b'"legalGround"', b'"LEGALGROUND"'), "a number for text": good.replace(b'"3075751279"', b"3075751279"), "an array for text": good.replace(b'"3075751279"', b'["3075751279"]'), "an object for text": good.replace(b'"3075751279"', b'{"a":1}'),
        "true for text": good.replace(b'"3075751279"', b"true"), "text for an object": b'{"legalGround": "x", "subject": "x"}', "null for an object": b'{"legalGround": "x", "subject": null}', "XML": b"<a/>", "a form": b"a=b&c=d",
        "a billion zeros' number": good[:-1] + b',"x":1e999999999}',
    }
    for name, raw in broken.items():
        rest.error(name, (400, 422), raw=raw, path="/declarations")
    for name, changed in {"no ground": {"subject": subject}, "no subject": {"legalGround": soap.GROUND}, "an empty ground": rest.good | {"legalGround": ""}, "a long ground": rest.good | {"legalGround": "x" * 256}}.items():
        rest.error(name, (400, 422), body=changed)
    within = {"no identifier": {k: v for k, v in subject.items() if k != "rnokpp"}, "two identifiers": subject | {"unzr": "19840317-01234"}, "no surname": {k: v for k, v in subject.items() if k != "lastName"}, "an empty surname": subject | {"lastName": ""}, "a long name": subject | {"firstName": "x" * 256},
              "nine digits": subject | {"rnokpp": "307575127"}, "letters": subject | {"rnokpp": "307575127O"}, "a date as the portal shows it": subject | {"birthDate": "17.03.1984"}, "a day that is not": subject | {"birthDate": "1984-02-30"}, "a document without a type": {**{k: v for k, v in subject.items() if k != "rnokpp"}, "document": {"number": "1"}}}
    for name, value in within.items():
        for path in FIELDS:
            rest.error(f"{path}: {name}", (400, 422), path, body={"legalGround": soap.GROUND, "subject": value})
    rest.error("a number for declarations", (400, 422), body=rest.good | {"declarationNumber": "0001-20MH-K800"})
    rest.error("neither", (400, 422), "/declaration-requests", body={})
    rest.error("both", (400, 422), "/declaration-requests", body={"inquiry": rest.good, "signed": {"signature": "AAAA"}})
    rest.error("more than is taken", (413,), raw=good[:-1] + b" " * 1_100_000 + b"}")
    for i in range(120):
        where = random.randrange(len(good))
        flipped = good[:where] + bytes([good[where] ^ 1 << random.randrange(8)]) + good[where + 1 :]
        rest.either(f"one bit wrong {i}", ("OK", "PATIENT_NOT_FOUND", "NOT_ENTITLED"), raw=flipped)
    for i in range(0, len(good), 40):
        rest.error(f"cut after {i} bytes", (400, 422), raw=good[:i])


def outcomes(rest, registry, people, _):
    """outcomes as over SOAP."""
    ostap, iryna = people["ostap"][0], people["iryna"][0]

    def body(of, **more):
        return {"legalGround": soap.GROUND, "subject": as_json(of)} | more

    bohdan = next(c for c in rest.suite.ready["citizens"] if c["key"] == "bohdan")
    last, first, _ = bohdan["name"].split()
    nobody = [("rnokpp", bohdan["rnokpp"]), ("lastName", last), ("firstName", first)]
    unknown = {"none": nobody, "several": soap.subject(people["mykola"][0]), "contradicted": soap.subject(ostap, lastName="Інший"), "contradicted date": soap.subject(ostap, birthDate="1984-03-18")}
    for path in FIELDS:
        rest.outcome(f"{path}: no declarations", ["NO_DECLARATIONS"], path, body=body(soap.subject(iryna)))
        bodies = set()
        for name, of in unknown.items():
            rest.outcome(f"{path}: {name}", ["PATIENT_NOT_FOUND"], path, body=body(of))
            reply, _ = rest.ask(path, body(of))
            value = json.loads(reply.body) if reply else {}
            bodies.add((tuple(h for h in reply.headers if h[0] != "Date"), reply.body.replace(value.get("requestId", "\0").encode(), b"-")) if reply else None)
        rest.suite.report(f"{path}: none, several and contradicted are one", [] if len(bodies) == 1 else [f"{len(bodies)} different answers"])
        value = rest.outcome(f"{path}: another ground", ["NOT_ENTITLED"], path, body=body(soap.subject(ostap)) | {"legalGround": "x"})
        rest.suite.report(f"{path}: … which is said", [] if value.get("resultDetail") == "ground-not-permitted" else [f"resultDetail {value.get('resultDetail')}"])
    for number, result in (("0001-20MH-K800", "OK"), ("123", "DECLARATION_NUMBER_INVALID"), ("0001-0H2M-4400", "NO_DECLARATIONS")):
        rest.outcome(f"a status of {number}", [result], "/declaration-status", body=body(soap.subject(ostap), declarationNumber=number))
    statement = dict(rest.suite.fresh())
    rest.outcome("a signed statement", ["OK"], "/signed-declarations", body=statement)
    rest.outcome("in another message", ["SIGNATURE_REPLAYED"], "/signed-declarations", body=statement, headers=[f if f[0] != "Uxp-QueryID" else (f[0], "another") for f in uxp(CLIENT, None)])
    rest.outcome("a word changed", ["SIGNATURE_INVALID", "SIGNATURE_OVER_OTHER_CONTENT"], "/signed-declarations", body=statement | {"signedContent": statement["signedContent"] + " "}, headers=uxp(CLIENT, None))
    rest.outcome("no signature that can be read", ["SIGNATURE_MALFORMED"], "/signed-declarations", body={"signature": "AAAA"}, headers=uxp(CLIENT, None))
    rest.error("no base64", (400, 422), "/signed-declarations", body={"signature": "Їжак"}, headers=uxp(CLIENT, None))
    rest.error("no signature", (400, 422), "/signed-declarations", body={"signedContent": "x"}, headers=uxp(CLIENT, None))


def http(rest, *_):
    """methods, paths and framing."""
    suite, good = rest.suite, json.dumps(rest.good).encode()
    for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"):
        for path in ("/declarations", "/declaration-status", "/declaration-requests"):
            rest.error(f"{method} {path}", (400, 404, 405, 501), path, method=method, raw=b"" if method == "GET" else good)
    for path in ("", "/", "/nothing", "/declarations/x", "//declarations", "/Declarations", "/../v1/declarations", "/declaration-requests/", "/%2e%2e/x", "/declarations%00"):
        rest.error(f"POST {path}", (400, 404, 405), path)
    rest.either("POST /declarations/", path="/declarations/")
    for query in ("?x=1", "?queryId=7&userId=UA1", "?%ZZ", "?" + "q" * 3000):
        rest.outcome(f"a query {query[:20]}", ["OK"], "/declaration-status" + query)
    for name, headers in (("Accept of images", [("Accept", "image/png")]), ("Accept-Encoding", [("Accept-Encoding", "gzip, br")]), ("hundred fields", [(f"X-{i}", "v") for i in range(100)]), ("an override", [("X-HTTP-Method-Override", "DELETE")])):
        rest.outcome(name, ["OK"], headers=uxp() + headers)
    for name, data in (("in chunks", chunked(suite.door.host, [good[:7], good[7:]], uxp(), BASE + "/declarations", extension=";a=b")), ("HTTP/1.0", request(suite.door.host, good, uxp(), target=BASE + "/declarations", version="1.0")),
                       ("absolute form", request(suite.door.host, good, uxp(), target="http://other.example:1" + BASE + "/declarations")), ("Expect", request(suite.door.host, good, [*uxp(), ("Expect", "100-continue")], target=BASE + "/declarations"))):
        reply, problems = rest.exchange(data)
        if reply:
            value, problems = judged(reply)
            problems += outcome_problems(reply, value, ["OK"], "/declarations")
        suite.report(name, problems)
    reply, problems = rest.ask("/openapi.yaml", method="GET", headers=[])
    if reply and (reply.status != 200 or not reply.body.startswith(b"openapi: 3") or b"/declaration-status:" not in reply.body):
        problems = [f"status {reply.status}, {reply.body[:60]!r}"]
    suite.report("the document is served without a client", problems)
    # REST beside SOAP: an envelope does not get in here, nor JSON there.
    rest.error("an envelope", (400, 415), headers=[f for f in uxp() if f != JSON] + [("Content-Type", "text/xml")], raw=suite.signed().bytes())
    suite.refuse("JSON at the SOAP door", suite.post(good, "application/json"))


def later(rest, registry, people, _):
    """submission and result."""
    suite = rest.suite

    def fetch(name, request_id, *results):
        end, reply, problems = time.monotonic() + 20, None, []
        while time.monotonic() < end:
            reply, problems = rest.ask(f"/declaration-requests/{request_id}", method="GET", headers=[f for f in uxp() if f != JSON])
            if reply is None or reply.status != 202:
                break
            time.sleep(0.05)
        value = {}
        if reply:
            value, problems = judged(reply)
            problems += outcome_problems(reply, value, results, "/declarations")
            if reply.status != 200:
                problems.append(f"status {reply.status}")
        suite.report(name, problems)
        return value

    ostap = people["ostap"][0]
    left = rest.outcome("an inquiry", ["ACCEPTED"], "/declaration-requests", (202,), body={"inquiry": rest.good})
    value = fetch("its result", left.get("requestId"), "OK")
    numbers = {d["declarationNumber"] for d in value.get("declarations", [])}
    suite.report("is the person's", [] if registry.own(ostap) <= numbers <= registry.possible(ostap) else [f"declarations {numbers}"])
    again = rest.outcome("the same inquiry again", ["ACCEPTED"], "/declaration-requests", (202,), body={"inquiry": rest.good})
    suite.report("is another or the same request", [] if again.get("requestId") else ["no id"])
    left = rest.outcome("a signed statement", ["ACCEPTED"], "/declaration-requests", (202,), body={"signed": dict(suite.fresh())}, headers=uxp(CLIENT, None))
    fetch("its result, too", left.get("requestId"), "OK")
    rest.error("an inquiry without a purpose", (400, 422), "/declaration-requests", body={"inquiry": rest.good}, headers=uxp(CLIENT, None))
    for request_id in ("6f1f2e5a-0f6e-4b0a-9d43-0c8ef2a3b111", "nonsense", "%27%20OR%201=1", "x" * 3000):
        fetch(f"a result by {request_id[:20]}", request_id, "REQUEST_NOT_FOUND")
    for client in ("SEVDEIR-TEST/GOV/43395033/OTHER", None):
        rest.error(f"the result, by {client}", (400, 403), f"/declaration-requests/{left.get('requestId')}", method="GET", headers=uxp(client), raw=None, body=None)


def population(rest, registry, people, random):
    """people of the registry, in both doors."""
    chosen = sorted((p for p in registry.persons.values() if p["status"] == "active" and p["is_active"] and p.get("tax_id") and len(registry.active(p["tax_id"])) == 1 and not p.get("death_date")), key=lambda p: p["id"])
    for person in random.sample(chosen, 25):
        of = soap.subject(person)
        answer, problems = soap.ask(rest.suite, soap.inquiry(of))
        reply, wrong = rest.ask(body={"legalGround": soap.GROUND, "subject": as_json(of)})
        problems += wrong
        if reply and not problems:
            value, problems = judged(reply)
            got = {d["declarationNumber"] for d in value.get("declarations", [])}
            if value.get("resultCode") != answer.result or got != soap.numbers(answer):
                problems.append(f"{value.get('resultCode')} with {got}, over SOAP {answer.result} with {soap.numbers(answer)}")
        rest.suite.report(person["id"], problems)
