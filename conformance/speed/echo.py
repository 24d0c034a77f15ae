"""Echoes a message with fastapi-xroad-soap over and over, and prints the processor's time for one.

    echo.py REQUEST SECONDS
"""

import asyncio
import sys
import time

from fastapi_xroad_soap.elements import String
from fastapi_xroad_soap.internal.base import MessageBody
from fastapi_xroad_soap.internal.envelope import XroadHeader
from fastapi_xroad_soap.internal.soap.action import SoapAction
from fastapi_xroad_soap.internal.storage import GlobalWeakStorage


NAMESPACES = {"reg": "https://register.example/services"}


def field(tag: str) -> String:
    return String(tag=tag, ns="reg", nsmap=NAMESPACES)


class Register_v1(MessageBody):
    first_name = field("firstName")
    last_name = field("lastName")
    birth_date = field("birthDate")
    document_number = field("documentNumber")
    note = field("note")


class Register_v1Response(MessageBody, ns="reg", nsmap=NAMESPACES):
    first_name = field("firstName")
    last_name = field("lastName")
    birth_date = field("birthDate")
    document_number = field("documentNumber")
    note = field("note")


ACTION = SoapAction(
    name="Register_v1", handler=lambda body, header: None, description=None, body_type=Register_v1, body_index=0,
    header_type=XroadHeader, header_index=1, return_type=Register_v1Response, storage=GlobalWeakStorage.new_subclass()(),
)


async def echo(request: bytes) -> bytes:
    envelope = await ACTION.parse(request, "text/xml; charset=utf-8")
    said, header = ACTION.arguments_from(envelope)
    answer = Register_v1Response(
        first_name=said.first_name, last_name=said.last_name, birth_date=said.birth_date,
        document_number=said.document_number, note=said.note,
    )
    return ACTION.response_from(answer, header).body


async def main() -> None:
    with open(sys.argv[1], "rb") as file:
        request = file.read()
    seconds = float(sys.argv[2])
    sys.stderr.write((await echo(request)).decode() + "\n")
    end = time.monotonic() + seconds / 4  # warm
    while time.monotonic() < end:
        await echo(request)
    count, end, before = 0, time.monotonic() + seconds, time.process_time_ns()
    while time.monotonic() < end:
        await echo(request)
        count += 1
    print(f"BenchmarkEcho/fastapi-xroad-soap\t{count:8d}\t{(time.process_time_ns() - before) // count:10d} ns/op")


asyncio.run(main())
