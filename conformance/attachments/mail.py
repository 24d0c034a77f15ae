"""Reads our multipart messages with Python's email package and with zeep, and writes some for us.

    mail.py read FOLDER           checks every case in the folder
    mail.py write FOLDER COUNT SEED   makes cases

A case is three files: NUMBER.body, NUMBER.type (the Content-Type) and NUMBER.json, which says what is in it: the
attachments in their sequence and, of an optimised message, the text that is included. Prints a line for each case, "ok"
or what is wrong.
"""

import base64
import email.generator
import email.header
import email.message
import email.policy
import hashlib
import io
import json
import pathlib
import random
import sys

from lxml import etree
from requests_toolbelt.multipart.decoder import MultipartDecoder
from zeep.wsdl.attachments import MessagePack
from zeep.wsdl.messages.xop import process_xop

POLICY = email.policy.HTTP.clone(max_line_length=78)
DATA = "{http://example.gov.ua/trembita/attachments}data"


def digest(data):
    return hashlib.sha256(data).hexdigest()


def parsed(content_type, body):
    """The parts of a message as the email package has them."""
    head = b"MIME-Version: 1.0\r\nContent-Type: " + content_type.encode() + b"\r\n\r\n"
    message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    if message.defects or not message.is_multipart():
        raise ValueError(f"defects {message.defects}")
    start, parts = message.get_param("start"), message.get_payload()
    if parts[0]["Content-ID"] != start or message.get_param("type") != parts[0].get_content_type():
        raise ValueError("start or type does not fit the first part")
    if parts[0]["Content-Transfer-Encoding"] != "8bit":
        raise ValueError("transfer encoding of the envelope, by PR-MESS 8bit")
    return parts


def check(case):
    want = json.loads(case.read_text())
    content_type = case.with_suffix(".type").read_text()
    body = case.with_suffix(".body").read_bytes()
    root, *others = parsed(content_type, body)
    etree.fromstring(root.get_payload(decode=True))
    got = [
        {
            "id": part["Content-ID"].strip("<>"),
            "type": part["Content-Type"],
            "name": part.get_filename() or "",
            "sum": digest(part.get_payload(decode=True)),
        }
        for part in others
    ]
    if "data" in want:  # the included parts come last
        got = got[: len(want["attachments"])]
    if got != want["attachments"]:
        raise ValueError(f"{got}, want {want['attachments']}")
    # As zeep reads an answer.
    decoder = MultipartDecoder(body, content_type, "utf-8")
    pack = MessagePack(parts=decoder.parts[1:])
    document = etree.fromstring(decoder.parts[0].content)
    if "data" in want:
        process_xop(document, pack)
        if trimmed(base64.b64decode(document.findtext(f".//{DATA}"))) != trimmed(base64.b64decode(want["data"])):
            raise ValueError("zeep includes another text")
    for part in others:
        if trimmed(pack.get_by_content_id(part["Content-ID"]).content) != trimmed(part.get_payload(decode=True)):
            raise ValueError("zeep reads another content")


def trimmed(data):
    """zeep takes line ends at either end of a part for padding."""
    return data.strip(b"\r\n")


def envelope(data):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="http://x-road.eu/xsd/xroad.xsd"
    xmlns:i="http://x-road.eu/xsd/identifiers"><e:Header>
  <x:client i:objectType="SUBSYSTEM"><i:xRoadInstance>SEVDEIR-TEST</i:xRoadInstance><i:memberClass>GOV</i:memberClass>
    <i:memberCode>00000088</i:memberCode><i:subsystemCode>20_EIS_cons</i:subsystemCode></x:client>
  <x:service i:objectType="SERVICE"><i:xRoadInstance>SEVDEIR-TEST</i:xRoadInstance><i:memberClass>GOV</i:memberClass>
    <i:memberCode>42032422</i:memberCode><i:subsystemCode>42_NHSU_prod</i:subsystemCode><i:serviceCode>Echo_v1</i:serviceCode></x:service>
  <x:id>1</x:id><x:protocolVersion>4.0</x:protocolVersion></e:Header>
  <e:Body><Echo_v1 xmlns="http://example.gov.ua/trembita/attachments"><data>{data}</data></Echo_v1></e:Body></e:Envelope>"""


def make(folder, number, pick):
    """One message as programs send them which leave MIME to a library for mail."""
    xop = pick.random() < 0.3
    message = email.message.EmailMessage(policy=POLICY)
    message["Content-Type"] = "multipart/related"
    message.set_param("type", "application/xop+xml" if xop else "text/xml")
    message.set_boundary("=" * pick.randint(0, 3) + f"part {pick.random()}" + "=" * pick.randint(1, 3))
    included = b""
    text = "".join(pick.choice("aЇ =\n.-") for _ in range(pick.randint(0, 300)))
    if xop:
        included = pick.randbytes(pick.randint(0, 3000))
        inside = '<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:in%25cluded%40b"/>'
    else:
        inside = ""
    root = email.message.EmailMessage(policy=POLICY)
    root.set_content(envelope(inside).encode(), "application", "xop+xml" if xop else "xml", cte=pick.choice(["8bit", "base64", "quoted-printable"]))
    del root["Content-Type"]
    root["Content-Type"] = 'application/xop+xml; charset=UTF-8; type="text/xml"' if xop else "text/xml; charset=UTF-8"
    root["Content-ID"] = "<root@b>"
    message.attach(root)
    want = []
    for i in range(pick.randint(0, 4)):
        part = email.message.EmailMessage(policy=POLICY)
        if pick.random() < 0.5:
            data = pick.randbytes(pick.randint(0, 5000))
            part.set_content(data, "application", "pdf", cte="base64", filename=pick.choice([None, "a b.pdf", "Їжак.pdf"]), cid=f"<{i}@b>")
        else:
            part.set_content(text, cte=pick.choice(["base64", "quoted-printable", "8bit"]), cid=f"<{i}@b>", disposition="attachment", filename="x.txt")
            data = part.get_payload(decode=True)
        want.append({"id": f"{i}@b", "name": part.get_filename() or "", "sum": digest(data.replace(b"\r\n", b"\n"))})
        message.attach(part)
    if xop:
        part = email.message.EmailMessage(policy=POLICY)
        part.set_content(included, "application", "octet-stream", cte="base64", cid="<in%cluded@b>")
        message.attach(part)
        pick.shuffle(message.get_payload())
        if message.get_payload()[0] is not root:
            message.set_param("start", "<root@b>")
        by_id = {attachment["id"]: attachment for attachment in want}
        want = [by_id[part["Content-ID"].strip("<>")] for part in message.get_payload() if part["Content-ID"].strip("<>") in by_id]
    out = io.BytesIO()
    email.generator.BytesGenerator(out, policy=POLICY).flatten(message)
    head, _, body = out.getvalue().partition(b"\r\n\r\n")
    unfolded = head.replace(b"\r\n\t", b" ").replace(b"\r\n ", b" ").decode()
    content_type = next(line for line in unfolded.split("\r\n") if line.lower().startswith("content-type:")).partition(":")[2].strip()
    base = folder / str(number)
    base.with_suffix(".body").write_bytes(body)
    base.with_suffix(".type").write_text(content_type)
    base.with_suffix(".json").write_text(json.dumps({"attachments": want, "data": base64.b64encode(included).decode()}))


def main():
    folder = pathlib.Path(sys.argv[2])
    if sys.argv[1] == "write":
        pick = random.Random(int(sys.argv[4]))
        for number in range(int(sys.argv[3])):
            make(folder, number, pick)
        return
    for case in sorted(folder.glob("*.json")):
        try:
            check(case)
            print("ok")
        except Exception as error:  # any is a failure of this case
            print(f"{case.name}: {type(error).__name__} {error}")


main()
