"""Lets each client call a service in REST over both kinds of security server, and checks what arrived and came back.

usage: check.py PROGRAM CLASSES, which are main.go and the client in Java, built. Prints a line for each check and the
totals.
"""

import base64
import io
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT = "SEVDEIR-TEST/GOV/00000088/20_EIS_cons"
SERVICE = "SEVDEIR-TEST/GOV/42032422/42_NHSU_prod/"
ODD = "<>&\"' O'Brien"
QUERY_ID = "7ef7045f-d886-4b32-8142-a40958a3ae8e"
counts = {True: 0, False: 0}


def check(ok, name, said=""):
    counts[bool(ok)] += 1
    print(("ok    " if ok else "FAIL  ") + name)
    if not ok:
        print("      " + str(said)[:2000])


def by_curl(call):
    """The command line of the guides."""
    command = ["curl", "-sS", "-i", "-X", call["method"], with_query(call)]
    if call["method"] == "HEAD":
        command[3:5] = ["--head"]
    for name, value in call["headers"].items():
        command += ["-H", f"{name}: {value}"]
    if call["json"] is not None:
        command += ["-H", "Content-Type: application/json", "-d", json.dumps(call["json"], ensure_ascii=False)]
    raw = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    head, _, body = raw.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    return int(lines[0].split()[1]), {n.lower(): v.strip() for n, v in (l.split(":", 1) for l in lines[1:])}, body


def with_query(call):
    return call["url"] + ("?" + urllib.parse.urlencode(call["query"], quote_via=urllib.parse.quote) if call["query"] else "")


def by_program(command, encode=json.dumps):
    def send(call):
        ran = subprocess.run(command, input=encode(call).encode(), capture_output=True, check=False, timeout=60, cwd=HERE)
        if ran.returncode != 0:
            raise RuntimeError(ran.stderr.decode()[-1500:])
        out = json.loads(ran.stdout)
        return out["status"], out["headers"], base64.b64decode(out["body"])
    return send


def lines(call):
    body = "" if call["json"] is None else json.dumps(call["json"], ensure_ascii=False)
    fields = dict(call["headers"])
    if body:
        fields["Content-Type"] = "application/json"
    return "\n".join([call["method"], with_query(call), body] + [f"{n}: {v}" for n, v in fields.items()]) + "\n"


# How clients spell the header of UXP, by Trembita's samples: the client in Python, that in Node.js, which has a slash
# after a service without version, the guide, and the client whose fields are called Uxp-Id.
def sample(purposes, query_id="Uxp-QueryID", user="Uxp-UserId", service=""):
    fields = {"UXP-Client": CLIENT, "UXP-Service": SERVICE + "Persons_v1" + service, "Uxp-Purpose-Ids": purposes}
    if query_id:
        fields.update({query_id: QUERY_ID, user: "UA1234567890"})
    return fields


CLIENTS = {
    "curl": (by_curl, sample("9K9J65I75ILCLMPDUIRXS")),
    "requests": (by_program([sys.executable, "clients/requests_client.py"]), sample("p1, p2", None)),
    "axios": (by_program(["node", "clients/axios_client.mjs"]), sample("p1;p2", None, service="/")),
    "PHP": (by_program(["php", "clients/php_client.php"]), sample("p1 p2", "Uxp-Id")),
    "Java": (by_program(["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", sys.argv[2], "HttpClientCall"], lines), sample("p1")),
}


def run(name, dialect, base):
    send, uxp = CLIENTS[name]
    title = f"{name}, {dialect}: "

    def call(method, path="", query=None, body=None, service="Persons_v1", fields=None):
        query = dict(query or {})
        if dialect == "uxp":
            headers = dict(uxp)
            headers["UXP-Service"] = headers["UXP-Service"].replace("Persons_v1", service)
            if QUERY_ID not in headers.values():
                query.update({"queryId": QUERY_ID, "userId": "UA1234567890"})
            headers["Uxp-Subject-Id"], headers["Uxp-Issue"] = "1234567036", ODD
            url = base + "restapi" + path
        else:
            headers = {"X-Road-Client": CLIENT, "X-Road-Id": QUERY_ID, "X-Road-UserId": "UA1234567890", "X-Road-Issue": ODD}
            url = base + "r1/" + SERVICE + service + path
        headers.update(fields or {})
        status, got, content = send({"method": method, "url": url, "headers": headers, "query": query, "json": body})
        return status, got, content

    def expect(what, answer, status, **fields):
        code, headers, content = answer
        try:
            told = json.loads(content) if content else {}
        except ValueError:
            told = {}
        wrong = {k: told.get(k) for k, v in fields.items() if told.get(k) != v}
        check(code == status and not wrong, title + what, (code, wrong, headers, content[:300]))
        return headers, told

    step = urllib.parse.quote("Надія <&>")
    common = {"client": CLIENT, "id": QUERY_ID, "user": "UA1234567890", "issue": ODD}
    if dialect == "uxp":
        common.update(dialect="UXP", service=SERVICE + "Persons_v1", subject="1234567036", purposes=[
            p for p in uxp["Uxp-Purpose-Ids"].replace(",", " ").replace(";", " ").split() if p])
    else:
        common.update(dialect="X-Road")
    headers, told = expect("an ordinary answer", call("GET", "/" + step, {"q": "Їжак & <co>"}), 200, path="Надія <&>", q="Їжак & <co>", method="GET", **common)
    mark = "uxp-transaction-id" if dialect == "uxp" else "x-road-request-id"
    check(len(headers.get(mark, "")) == 36 and told.get("transaction") == headers[mark], title + "one transaction on both sides", headers)
    if dialect == "xroad":
        check(headers.get("x-road-id") == QUERY_ID and headers.get("x-road-client") == CLIENT and headers.get("x-road-service") == SERVICE + "Persons_v1"
              and len(headers.get("x-road-request-hash", "")) == 88, title + "the fields of X-Road, once", headers)
    for method, status in (("POST", 201), ("PUT", 200), ("PATCH", 200), ("DELETE", 200)):
        body = {"name": "Ґалаґан <>&\"'"} if method != "DELETE" else None
        expect(method, call(method, "", None, body), status, method=method, name=body and body["name"], **common)
    code, headers, content = call("HEAD", "/a")
    check(code == 200 and not content, title + "HEAD", (code, headers, content))
    headers, told = expect("an outcome of the business", call("GET", "/nobody"), 404, type="Client.NoPerson", message="Особу не знайдено.")
    check(len(told.get("detail", "")) == 32 and "x-road-error" not in headers and "uxp-faultcode" not in headers, title + "it is the service's own", headers)
    expect("a body that does not fit", call("POST", "", None, {"name": "a", "surname": "b"}), 400, type="Client.InvalidBody")
    expect("a method that nobody has", call("PUT", "/a/b"), 404, type="Client.UnknownOperation")
    other = {"X-Road-Client": "SEVDEIR-TEST/GOV/00000088/other"} if dialect == "uxp" else {"Uxp-Client": "SEVDEIR-TEST/GOV/00000088/other"}
    expect("the name of another in the other family", call("GET", "/a", fields=other), 400, type="Client.InconsistentHeaders")
    headers, _ = expect("an error of the security server", call("GET", "", service="Closed_v1"), 500, type="Server.ServerProxy.AccessDenied")
    check("Server.ServerProxy.AccessDenied" in (headers.get("x-road-error"), headers.get("uxp-faultcode")), title + "which is marked", headers)
    headers, _ = expect("nobody calls", call("GET", "", fields={"UXP-Client" if dialect == "uxp" else "X-Road-Client": "nobody"}), 400, type="Client.BadRequest")
    _, told = expect("services that may be called", call("GET", "", service="allowedMethods"), 200)
    check([s["service_code"] for s in told.get("service", [])] == ["Persons_v1"], title + "which is one", told)
    expect("the description", call("GET", "", {"serviceCode": "Persons_v1"}, service="getOpenAPI"), 200, openapi="3.0.3", servers=[{"url": "http://example.org/xroad-endpoint"}])
    check_signed(title, send, dialect, base)


def check_signed(title, send, dialect, base):
    """Fetches the containers, and has OpenSSL check the signatures."""
    query = {"queryId": QUERY_ID, "xRoadInstance": "SEVDEIR-TEST", "memberClass": "GOV", "memberCode": "00000088", "subsystemCode": "20_EIS_cons"}
    status, headers, content = send({"method": "GET", "url": base + ("signature" if dialect == "uxp" else "asic"), "headers": {}, "query": query, "json": None})
    check(status == 200 and headers.get("content-type") == "application/zip" and QUERY_ID in headers.get("content-disposition", ""), title + "the archive of the exchange", (status, headers))
    kinds = set()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            kinds.add(name[len(QUERY_ID):].split("-")[1])
        container = zipfile.ZipFile(io.BytesIO(archive.read(archive.namelist()[0])))
    first = container.infolist()[0]
    check(kinds == {"request", "response"} and first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED
          and container.testzip() is None, title + "containers of both messages", kinds)
    with tempfile.TemporaryDirectory() as folder:
        container.extractall(folder)
        ran = subprocess.run(["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "META-INF/signature.p7s", "-content", "message.xml", "-noverify"],
                             cwd=folder, capture_output=True, check=False)
        check(ran.returncode == 0, title + "a signature that OpenSSL verifies", ran.stderr.decode())


def main():
    with subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        ready = json.loads(program.stdout.readline())
        for name in CLIENTS:
            for dialect in ("uxp", "xroad"):
                try:
                    run(name, dialect, ready[dialect])
                except (RuntimeError, subprocess.SubprocessError, ValueError, zipfile.BadZipFile) as failure:
                    check(False, f"{name}, {dialect}", failure)
        program.stdin.close()
        check(program.wait(30) == 0, "The program ends in order")
    print(f"{counts[True]} passed, {counts[False]} failed")
    sys.exit(1 if counts[False] or not counts[True] else 0)


main()
