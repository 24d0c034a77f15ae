"""Calls OpName_v1 by zeep: zeep_client.py WSDL USER NAME. Prints what it made of the answer as JSON."""
import json
import sys

import zeep

wsdl, user, name = sys.argv[1:]
client = zeep.Client(wsdl)
member = {"xRoadInstance": "SEVDEIR-TEST", "memberClass": "GOV"}
header = {
    "protocolVersion": "4.0",
    "id": "zeep-1",
    "userId": user,
    "service": member | {"memberCode": "42032422", "subsystemCode": "42_NHSU_prod", "serviceCode": "OpName_v1", "objectType": "SERVICE"},
    "client": member | {"memberCode": "00000088", "subsystemCode": "20_EIS_cons", "objectType": "SUBSYSTEM"},
}
try:
    answer = client.service.OpName_v1(name=name, _soapheaders=header)
    print(json.dumps({"user": answer.header.userId, "greeting": answer.body.greeting}))
except zeep.exceptions.Fault as fault:
    print(json.dumps({"code": fault.code, "text": fault.message}))
