"""Takes cases from folders and leaves beside each what a client made of the
answer: the part that clients in Python share."""

import base64
import json
import sys
import traceback
from pathlib import Path


class Fault(Exception):
    """A SOAP fault as the client reads it."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code, self.text = code, text


def run(call):
    """Calls with every case; call returns the response and the header fields."""
    for folder in map(Path, sys.argv[1:]):
        case = json.loads((folder / "case.json").read_text())
        try:
            response, echo = call(case)
            result = {"outcome": "response", "read": {path: list(texts(response, path.split("/"))) for path in case["read"]}, "echo": echo}
        except Fault as fault:
            result = {"outcome": "fault", "faultcode": fault.code, "faultstring": fault.text}
        except Exception:
            result = {"outcome": "error", "text": traceback.format_exc()}
        (folder / "result.json").write_text(json.dumps(result, ensure_ascii=False, indent=1))


def binary(payload):
    """The payload with bytes where the type is base64Binary, for clients that
    encode them."""
    return {
        name: binary(value) if isinstance(value, dict) else base64.b64decode(value) if name == "signature" else value
        for name, value in payload.items()
    }


def texts(value, path):
    """The values at a path below an object, as XML writes them."""
    if value is None:
        return
    if isinstance(value, list):
        for inner in value:
            yield from texts(inner, path)
    elif path:
        yield from texts(getattr(value, path[0], None), path[1:])
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, bytes):
        yield base64.b64encode(value).decode()
    else:
        yield str(value)
