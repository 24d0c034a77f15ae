"""What HTTP allows between a security server and a provider (reference 7,
RFC 9110, RFC 9112). Whatever is asked, the status is 200 or 500."""

from lxml import etree

from forms import Sending
from judge import Answer
from message import Message
from wire import BadAnswer, chunked, request

XML = "text/xml; charset=utf-8"


def run(suite, random):
    suite.begin("HTTP methods and targets")
    methods(suite)
    suite.begin("HTTP connections")
    connections(suite)
    suite.begin("HTTP header fields")
    header_fields(suite)
    suite.begin("HTTP bodies")
    bodies(suite)
    suite.begin("HTTP out of shape")
    out_of_shape(suite)


def small():
    """A message that is refused for its signature, which needs no statement."""
    return Message()


def plain(suite, method, target, headers=(), body=None):
    if body is not None:
        return request(suite.door.host, body, headers, method, target)
    lines = [f"{method} {target} HTTP/1.1", f"Host: {suite.door.host}", *(f"{n}: {v}" for n, v in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def description(suite, name, data, method="GET"):
    """The answer is the description."""
    problems = []
    try:
        reply = suite.door.exchange(data, method)
        if reply.status != 200 or not (reply.header("Content-Type") or "").startswith("text/xml"):
            problems.append(f"status {reply.status}, {reply.header('Content-Type')}")
        elif method == "HEAD":
            if reply.header("Content-Length") in (None, "0"):
                problems.append("HEAD says nothing of the length")
        elif etree.fromstring(reply.body).tag != "{http://schemas.xmlsoap.org/wsdl/}definitions":
            problems.append("no description")
    except (BadAnswer, OSError, etree.XMLSyntaxError) as error:
        problems.append(repr(error))
    suite.report(name, problems)


def methods(suite):
    for target in ("/?wsdl", "/?WSDL", "/?Wsdl", "/?wsdl=", "/?wsdl=headers", "/?wsdl=HEADERS", "/?x=1&wsdl", "/?wsdl&x=%ZZ", "/?wsdl&queryId=1", "http://other.example/?wsdl", "/?%77sdl"):
        description(suite, f"GET {target}", plain(suite, "GET", target))
    description(suite, "HEAD /?wsdl", plain(suite, "HEAD", "/?wsdl"), "HEAD")
    description(suite, "GET /?wsdl with odd Accept", plain(suite, "GET", "/?wsdl", [("Accept", "image/png"), ("Accept-Encoding", "gzip")]))
    for target in ("/", "/?wsdlx", "/?xwsdl", "/?notwsdl=wsdl", "/wsdl", "/favicon.ico", "/?wsdl=nonsense", "/?", "/%00", "/../../etc/passwd", "/?disco", "/?singleWsdl", "//", "/services"):
        suite.clean_or_description(f"GET {target}", plain(suite, "GET", target))
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "post", "BREW", "LINK"):
        data = plain(suite, method, "/", [("Content-Type", XML)], suite.signed().bytes())
        suite.refuse(f"{method} with a good message", data, "Client|Server")
        suite.clean(f"{method} /?wsdl", plain(suite, method, "/?wsdl"))
    suite.refuse("GET with a good message", plain(suite, "GET", "/", [("Content-Type", XML)], suite.signed().bytes()), "Client|Server")
    bare(suite, "HEAD /", plain(suite, "HEAD", "/"), "HEAD")
    bare(suite, "OPTIONS *", plain(suite, "OPTIONS", "*"), "OPTIONS")
    bare(suite, "CONNECT", b"CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n\r\n", "CONNECT")
    for target in ("/?wsdl", "/?queryId=1", "/?a=%", "/?;", "/some/path", "//double//slash/", "/%D0%99", "/a%2Fb", "/.", "/a/../b", "http://user:pw@h/", "https://other.example/x?y#z", "/?" + "q" * 4000):
        sending = Sending(suite.signed())
        sending.frame_options = {"target": target}
        suite.accept(f"POST {target[:40]}", sending)


def bare(suite, name, data, method):
    """Only the status counts: these answers have no envelope."""
    problems = []
    try:
        reply = suite.door.exchange(data, method)
        if reply.status not in (200, 500):
            problems.append(f"status {reply.status}")
    except (BadAnswer, OSError) as error:
        problems.append(repr(error))
    suite.door.drop()
    suite.report(name, problems)


def sequence(suite, name, requests, at_once, expected):
    """Several requests over one connection; expected are the statuses."""
    problems, got = [], []
    try:
        with suite.door.open() as connection:
            if at_once:
                connection.send(b"".join(data for data, _ in requests))
            for i, (data, message) in enumerate(requests):
                if not at_once:
                    connection.send(data)
                reply = connection.read()
                answer = Answer(reply)
                problems += [f"answer {i}: {p}" for p in answer.problems]
                got.append(reply.status)
                ids = [v for tag, _, v in answer.header if tag.endswith("}id")]
                if message is not None and ids != [dict(message.header)["id"]]:
                    problems.append(f"answer {i} has the id {ids}")
    except (BadAnswer, OSError) as error:
        problems.append(f"after {got}: {error!r}")
    if got != expected:
        problems.append(f"statuses {got}, not {expected}")
    suite.report(name, problems)


def connections(suite):
    def numbered(i):
        message = small().but(id=f"message {i}")
        return Sending(message).bytes(suite.door.host), message

    bad = suite.post(b"<nonsense/>")
    broken = suite.post(b"<nonsense")
    wrong_type = suite.post(small().bytes(), "text/html")
    unknown, unknown_message = numbered("x"), None
    unknown_message = small().but(id="unknown")
    unknown_message.operation = "Nothing_v1"
    unknown = Sending(unknown_message).bytes(suite.door.host), unknown_message
    for name, fault in (("no envelope", bad), ("half a document", broken), ("a wrong type", wrong_type), ("GET", plain(suite, "GET", "/")), ("PUT", plain(suite, "PUT", "/", [], b"x"))):
        sequence(suite, f"kept after {name}", [numbered(1), (fault, None), numbered(2)], False, [200, 500, 200])
    sequence(suite, "kept after an unknown operation", [unknown, numbered(1)], False, [500, 200])
    sequence(suite, "pipelined", [numbered(i) for i in range(12)], True, [200] * 12)
    sequence(suite, "pipelined with faults between", [numbered(1), (bad, None), unknown, (broken, None), numbered(2), (wrong_type, None), numbered(3)], True, [200, 500, 500, 500, 200, 500, 200])
    chunks = [(chunked(suite.door.host, [m.bytes()[:9], m.bytes()[9:]], [("Content-Type", XML)]), m) for m in (small().but(id=f"c{i}") for i in range(5))]
    sequence(suite, "pipelined in chunks", chunks, True, [200] * 5)
    sequence(suite, "blank lines between", [(b"\r\n" + data, m) if i else (data, m) for i, (data, m) in enumerate(numbered(i) for i in range(3))], True, [200] * 3)
    cases = {
        "byte by byte": lambda c, d: [c.send(d[i : i + 1]) for i in range(len(d))],
        "head and body apart": lambda c, d: [c.send(p) for p in (d[: d.index(b"\r\n\r\n") + 4], d[d.index(b"\r\n\r\n") + 4 :])],
        "half closed": lambda c, d: (c.send(d), c.no_more()),
    }
    for name, send in cases.items():
        # net/http takes one that will send no more for one that has gone, and
        # whether its work is done by then is chance: both answers are right.
        alone(suite, name, send, numbered(7)[0], status=(200, 500) if name == "half closed" else 200)
    last = request(suite.door.host, small().bytes(), [("Content-Type", XML), ("Connection", "close")])
    alone(suite, "Connection: close", lambda c, d: c.send(d), last, closes=True)
    old = request(suite.door.host, small().bytes(), [("Content-Type", XML)], version="1.0")
    alone(suite, "HTTP/1.0 closes", lambda c, d: c.send(d), old, closes=True)
    hostless = b"POST / HTTP/1.0\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(small().bytes()) + small().bytes()
    alone(suite, "HTTP/1.0 without Host", lambda c, d: c.send(d), hostless, closes=True)
    faulty = request(suite.door.host, b"<x/>", [("Content-Type", XML)], version="1.0")
    alone(suite, "HTTP/1.0, a fault", lambda c, d: c.send(d), faulty, closes=True, status=500)
    expectation(suite)


def alone(suite, name, send, data, closes=False, status=200):
    problems = []
    try:
        with suite.door.open() as connection:
            send(connection, data)
            answer = Answer(connection.read())
            problems = answer.problems
            if answer.reply.status not in (status if isinstance(status, tuple) else (status,)):
                problems.append(f"status {answer.reply.status}, not {status}: {answer.reason}")
            if closes and not connection.closed():
                problems.append("the connection stays open")
    except (BadAnswer, OSError) as error:
        problems.append(repr(error))
    suite.report(name, problems)


def expectation(suite):
    """RFC 9110 section 10.1.1: who waits for 100 gets it, or the last answer."""
    problems = []
    body = small().bytes()
    data = request(suite.door.host, body, [("Content-Type", XML), ("Expect", "100-continue")])
    head = data[: -len(body)]
    try:
        with suite.door.open() as connection:
            connection.send(head)
            while b"\r\n\r\n" not in connection.buffer and connection._more():
                pass
            if not connection.buffer.startswith(b"HTTP/1.1 100 "):
                problems.append(f"not 100 but {connection.buffer[:40]!r}")
            connection.send(body)
            answer = Answer(connection.read())
            problems += answer.problems + ([] if answer.reply.status == 200 else [f"status {answer.reply.status}"])
    except (BadAnswer, OSError) as error:
        problems.append(repr(error))
    suite.report("waits for 100 Continue", problems)
    for value in ("100-Continue", "100-continue, x", ""):
        suite.clean(f"Expect: {value}", request(suite.door.host, body, [("Content-Type", XML), ("Expect", value)]), small())


def header_fields(suite):
    def fields(name, *pairs, verdict="accept"):
        sending = Sending(small())
        sending.headers = list(pairs)
        if verdict == "accept":
            suite.accept(name, sending, None)
        else:
            suite.clean(name, sending)

    fields("Accept that cannot be met", ("Accept", "application/vnd.nobody+cbor;q=0"))
    fields("Accept out of shape", ("Accept", ";;;=,/"))
    fields("TE: gzip", ("TE", "gzip;q=1"))
    fields("Range", ("Range", "bytes=0-10"))
    fields("conditions", ("If-None-Match", "*"), ("If-Modified-Since", "Sat, 29 Oct 2094 19:43:31 GMT"), ("If-Match", '"x"'))
    fields("override of the method", ("X-HTTP-Method-Override", "DELETE"), ("X-Original-URL", "/admin"), ("X-Forwarded-For", "127.0.0.1"))
    fields("Upgrade", ("Upgrade", "h2c, websocket"), ("Connection", "Upgrade, HTTP2-Settings"), ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"))
    fields("Max-Forwards", ("Max-Forwards", "0"), ("Via", "1.0 x"), ("Pragma", "no-cache"))
    fields("non-ASCII", ("X-Name", "Ð\x86Ð¶Ð°Ðº"))
    fields("two hundred", *[(f"X-{i}", "v" * 20) for i in range(200)])
    fields("20 kB", ("X-Long", "v" * 20_000))
    sending = Sending(small())
    sending.action = '"' + "a" * 10_000 + '"'
    suite.accept("a long SOAPAction", sending, None)
    for coding in ("gzip", "identity", "deflate", "br", "x-unknown"):
        fields(f"Content-Encoding {coding}", ("Content-Encoding", coding), verdict="any")
    fields("transaction id with hostile letters", ("uxp-transaction-id", "x\"'<>\\%00{}"))
    fields("two transaction ids", ("uxp-transaction-id", "1"), ("uxp-transaction-id", "2"))
    suite.accept("lower case", lowered(small()), None)


def lowered(message):
    sending = Sending(message)
    sending.frame = lambda host, body, headers: f"POST / HTTP/1.1\r\nhost:{host}\r\ncontent-type:text/xml\r\nsoapaction:\"\"\r\ncontent-length:{len(body)}\r\n\r\n".encode() + body
    return sending


def bodies(suite):
    good = small().bytes()
    for extension in (";", ";a", ";a=b;c=d", ';a="\\"; b"', "; a = b", ";" + "a" * 200):
        data = chunked(suite.door.host, [good], [("Content-Type", XML)], extension=extension)
        sending = Sending(small())
        sending.frame = lambda *_, data=data: data
        suite.accept(f"chunk extension {extension[:20]}", sending, None)
    tiny = Sending(small())
    tiny.frame = lambda host, body, headers: chunked(host, [body[i : i + 1] for i in range(len(body))], headers)
    suite.accept("chunks of one byte", tiny, None)
    trailing = Sending(small())
    trailing.frame = lambda host, body, headers: chunked(host, [body], [*headers, ("Trailer", "X-A, X-B")], trailer="X-A: 1\r\nX-B: 2\r\n")
    suite.accept("trailers", trailing, None)
    for size in (1_050_000, 4_000_000):
        for name, frame in (("", request), (" in chunks", lambda h, b, hs: chunked(h, [b[i : i + 50_000] for i in range(0, len(b), 50_000)], hs))):
            data = frame(suite.door.host, good.replace(b"AAAA", b"A" * size), [("Content-Type", XML)])
            suite.door.drop()
            large(suite, f"{size} bytes{name}", data)
            suite.door.drop()
    long_blank = Sending(small())
    long_blank.message.style.space = " " * 2000
    suite.accept("30 kB of blanks", long_blank, None)


def large(suite, name, data):
    """More than the door takes: it says so, and the sender, who may still be
    sending, can read it."""
    import threading
    problems = []
    try:
        with suite.door.open() as connection:
            def send():
                try:
                    connection.send(data)
                except OSError:
                    pass  # it has been told to stop
            sender = threading.Thread(target=send)
            sender.start()
            answer = Answer(connection.read())
            problems = answer.problems if answer.fault is not None else ["no fault"]
            if answer.reply.status == 500 and not answer.code.startswith("Client"):
                problems = [*problems, f"code {answer.code}"]
            connection.socket.close()
            sender.join(5)
    except (BadAnswer, OSError) as error:
        problems = [repr(error)]
    suite.report(name, problems)


def out_of_shape(suite):
    """No HTTP any more, or more of it than a server has to bear; no security
    server sends such. The only thing to ask is that nothing is done, that nothing
    leaks, and that the next request is served."""
    host, body = suite.door.host.encode(), small().bytes()
    head = b"POST / HTTP/1.1\r\nHost: " + host + b"\r\nContent-Type: text/xml\r\n"
    cases = {
        "no Host": b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "no version": b"POST /\r\n\r\n", "version 2.7": b"POST / HTTP/2.7\r\nHost: x\r\n\r\n",
        "a preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50), "zeros": bytes(100) + b"\r\n\r\n",
        "a blank before the colon": head + b"Content-Length : 4\r\n\r\nabcd", "a folded field": head + b"X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n",
        "a length below zero": head + b"Content-Length: -1\r\n\r\n", "a length of letters": head + b"Content-Length: abc\r\n\r\n", "two lengths": head + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "a length and chunks": head + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "a coding that nobody knows": head + b"Transfer-Encoding: gzip\r\n\r\n",
        "a chunk without a size": head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + body, "a chunk shorter than it says": head + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcdefgh\r\n0\r\n\r\n",
        "a huge chunk": head + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", "a head of 100 kB": head + b"X-A: " + b"a" * 100_000 + b"\r\n\r\n", "a head of 2 MB": head + b"X-A: " + b"a" * 2_000_000 + b"\r\n\r\n",
        "a zero in the head": head + b"X-A: a\x00b\r\nContent-Length: 0\r\n\r\n", "a bare CR in the head": head + b"X-A: a\rb\r\nContent-Length: 0\r\n\r\n",
        "a target with a blank": b"POST /a b HTTP/1.1\r\nHost: x\r\n\r\n", "a target that is none": b"POST a:b:c HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        # RFC 9110, 10.1.1 lets a server say 417 to expectations it does not know.
        "another expectation": head + b"Expect: something\r\nContent-Length: 0\r\n\r\n",
        "bytes after the end": request(suite.door.host, body, [("Content-Type", XML), ("Connection", "close")]) + b"garbage",
    }
    for name, data in cases.items():
        before, problems = suite.steps(), []
        try:
            with suite.door.open() as connection:
                try:
                    connection.send(data)
                    connection.no_more()
                except OSError:
                    pass
                reply = connection.read()
                said = reply.body.decode("utf-8", "replace")
                if reply.status not in (200, 500, 400, 413, 417, 431, 501, 505):
                    problems.append(f"status {reply.status}")
                if "goroutine" in said or ".go:" in said:
                    problems.append(f"the answer says {said[:100]!r}")
        except (BadAnswer, OSError):
            pass  # closed without a word
        taken = suite.steps() - before
        if taken and name != "bytes after the end":
            problems.append(f"{taken} steps were taken")
        suite.report(name, problems)
    suite.accept("served afterwards", small(), None)
