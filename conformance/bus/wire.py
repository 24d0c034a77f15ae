"""HTTP over plain sockets. Every byte of a request is the caller's; an answer
is read strictly (RFC 9112), so that what a security server would stumble over
is an error here."""

import re
import socket
import time


class BadAnswer(Exception):
    """The answer is no HTTP/1.1 answer, or stops short."""


class Reply:
    def __init__(self, version, status, headers, body, interim):
        self.version, self.status, self.headers, self.body = version, status, headers, body
        self.interim = interim  # statuses of 1xx answers before this one

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        values = self.all(name)
        if len(values) > 1:
            raise BadAnswer(f"{name} stands {len(values)} times")
        return values[0] if values else None


class Connection:
    """One connection, with the bytes that were read too early."""

    def __init__(self, address, timeout=15):
        self.socket = socket.create_connection(address, timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.ended = b"", False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def no_more(self):
        self.socket.shutdown(socket.SHUT_WR)

    def _more(self):
        data = self.socket.recv(1 << 16)
        self.ended = not data
        self.buffer += data
        return data

    def _line(self):
        while b"\r\n" not in self.buffer:
            if len(self.buffer) > 1 << 16 or not self._more():
                raise BadAnswer(f"the answer ends in its head: {self.buffer[:80]!r}")
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line.decode("latin-1")

    def _exactly(self, size):
        while len(self.buffer) < size:
            if not self._more():
                raise BadAnswer(f"the body ends after {len(self.buffer)} of {size} bytes")
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def _head(self):
        match = re.fullmatch(r"HTTP/(1\.[01]) ([1-9]\d\d) [^\r\n]*", self._line())
        if not match:
            raise BadAnswer("the answer has no status line")
        headers = []
        while line := self._line():
            name, colon, value = line.partition(":")
            if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
                raise BadAnswer(f"no header field: {line!r}")
            headers.append((name, value.strip(" \t")))
        return match[1], int(match[2]), headers

    def read(self, method="POST"):
        interim = []
        while True:
            version, status, headers = self._head()
            if status >= 200:
                break
            interim.append(status)
        reply = Reply(version, status, headers, b"", interim)
        if method == "HEAD" or status in (204, 304):
            return reply
        length, coding = reply.header("Content-Length"), reply.header("Transfer-Encoding")
        if length is not None and coding is not None:
            raise BadAnswer("both Content-Length and Transfer-Encoding")
        if coding is not None:
            reply.body = self._chunks()
        elif length is not None:
            reply.body = self._exactly(int(length))
        else:
            while self._more():
                pass
            reply.body, self.buffer = self.buffer, b""
        return reply

    def _chunks(self):
        body = b""
        while size := int(self._line().split(";")[0], 16):
            body += self._exactly(size)
            if self._line():
                raise BadAnswer("a chunk is longer than it says")
        while self._line():
            pass
        return body

    def closed(self, wait=2.0):
        """Whether the other side closes without another byte."""
        end = time.monotonic() + wait
        try:
            while time.monotonic() < end:
                self.socket.settimeout(wait)
                if not self._more():
                    return not self.buffer
        except (TimeoutError, socket.timeout):
            return False
        except OSError:
            return True
        return False


class Door:
    """Exchanges one request after another over a connection that is kept."""

    def __init__(self, host, port):
        self.address, self.host, self.kept = (host, port), f"{host}:{port}", None

    def open(self, timeout=15):
        return Connection(self.address, timeout)

    def exchange(self, data, method="POST"):
        """Sends on the kept connection, on a new one when that has been closed."""
        for fresh in (False, True):
            if fresh or self.kept is None:
                self.drop()
                self.kept = self.open()
            try:
                self.kept.send(data)
                reply = self.kept.read(method)
            except (BadAnswer, OSError):
                self.drop()
                if fresh:
                    raise
                continue
            if self.kept.buffer:
                self.drop()
                raise BadAnswer("bytes follow the answer")
            if (reply.header("Connection") or "").lower() == "close" or reply.version == "1.0":
                self.drop()
            return reply

    def drop(self):
        if self.kept is not None:
            self.kept.socket.close()
            self.kept = None


def request(host, body, headers, method="POST", target="/", version="1.1"):
    """A request with Host and Content-Length, the rest as given."""
    lines = [f"{method} {target} HTTP/{version}", f"Host: {host}", *(f"{name}: {value}" for name, value in headers)]
    lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def chunked(host, pieces, headers, target="/", extension="", size="{:x}", trailer="", coding="chunked"):
    """A request in chunks, whose sizes, extensions and trailer may look odd."""
    lines = [f"POST {target} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers)]
    lines.append(f"Transfer-Encoding: {coding}")
    data = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    for piece in pieces:
        if piece:
            data += (size.format(len(piece)) + extension + "\r\n").encode("latin-1") + piece + b"\r\n"
    return data + ("0" + extension + "\r\n" + trailer + "\r\n").encode("latin-1")
