"""NotificationCreate as Spyne offers it, validating with libxml2 against the schema that Spyne makes.

The names of the messages that eHealth sends are those which Spyne gives by itself: an array's elements are called after
their class, and a namespace after the module the class stands in. Reads a request from standard input and writes the
response to standard output. The argument says what to answer: push, error, nil (both elements, the error without value)
or other (a schema that wants more than we send).
"""

import io
import logging
import sys

from spyne import Application, Array, ComplexModel, ServiceBase, Unicode, rpc
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication

logging.disable(logging.CRITICAL)
answer = sys.argv[1]
module = "notification.notification_distribution_push"
required = Unicode(min_occurs=1, nillable=False, min_len=1)


class Parameter(ComplexModel):
    __namespace__ = module
    __type_name__ = "parameter"
    key = required
    value = required


class RecipientsNotification(ComplexModel):
    __namespace__ = module
    id = required
    parameters = Array(Parameter, min_occurs=1)
    if answer == "other":
        phone = required
    rnokpp = Unicode(min_occurs=1, pattern="[0-9]{10}")


maybe = Unicode(min_occurs=1 if answer == "nil" else 0, nillable=True)


class Notifications(ServiceBase):
    @rpc(required, Array(RecipientsNotification, min_occurs=1), required,
         _returns=[maybe, maybe], _out_variable_names=["distributionId", "error"])
    def NotificationCreate(ctx, partnerId, recipients, templateId):
        if answer == "error":
            return None, "template «%s» is not known" % templateId
        return "|".join([partnerId, templateId] + [
            ",".join([r.id, r.rnokpp] + ["%s=%s" % (p.key, p.value) for p in r.parameters]) for r in recipients
        ]).encode("utf-8").hex(), None


application = WsgiApplication(Application(
    [Notifications], tns="NotificationDistributionPush", in_protocol=Soap11(validator="lxml"), out_protocol=Soap11()))
body = sys.stdin.buffer.read()
environment = {
    "REQUEST_METHOD": "POST", "PATH_INFO": "/", "QUERY_STRING": "", "SERVER_NAME": "diia", "SERVER_PORT": "80",
    "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
    "CONTENT_TYPE": "text/xml; charset=utf-8", "CONTENT_LENGTH": str(len(body)), "HTTP_SOAPACTION": '"NotificationCreate"',
}
sys.stdout.buffer.write(b"".join(application(environment, lambda status, headers, error=None: None)))
