"""Sends a request by Python's requests, as the REST client of Trembita's samples does, and prints what came."""

import base64
import json
import sys

import requests

case = json.load(sys.stdin)
answer = requests.request(
    case["method"], case["url"], headers=case["headers"], params=case["query"], json=case["json"],
    allow_redirects=False, timeout=30,
)
json.dump({
    "status": answer.status_code,
    "headers": {name.lower(): value for name, value in answer.headers.items()},
    "body": base64.b64encode(answer.content).decode(),
}, sys.stdout)
