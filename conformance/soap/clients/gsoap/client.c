/* Sends cases by the stubs that gSOAP generates: client FOLDER...

   HAND       the header is header.h's
   DECORATED  the description is a security server's, with the types of its schemas
   The operations there are have a macro each, HAS_ and the operation's name. */

#include "soapH.h"
#include "Dovidka.nsmap"

#define FIELDS 64

/* A case: pairs of name and value. */
struct fields {
	char *names[FIELDS], *values[FIELDS];
	int count;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static FILE *in(const char *folder, const char *name, const char *mode)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, mode);
	if (!file)
		die(path);
	return file;
}

static struct fields read_fields(const char *folder)
{
	struct fields fields = {.count = 0};
	FILE *file = in(folder, "case.fields", "rb");
	char *part[2] = {NULL, NULL};
	size_t size[2] = {0, 0};
	while (getdelim(&part[0], &size[0], 0, file) > 0 && getdelim(&part[1], &size[1], 0, file) > 0 && fields.count < FIELDS) {
		fields.names[fields.count] = part[0];
		fields.values[fields.count++] = part[1];
		part[0] = part[1] = NULL;
		size[0] = size[1] = 0;
	}
	fclose(file);
	return fields;
}

/* field returns the value of a name, or NULL. */
static char *field(const struct fields *fields, const char *name)
{
	for (int i = 0; i < fields->count; i++)
		if (!strcmp(fields->names[i], name))
			return fields->values[i];
	return NULL;
}

/* Results are JSON. */

static void string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\' || c < 0x20)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

/* What was read at a path: begin, any number of values, end. */

static int values;

static void begin(FILE *out, const char *path)
{
	string(out, path);
	fputs(": [", out);
	values = 0;
}

static void value(FILE *out, const char *text)
{
	if (!text)
		return;
	if (values++)
		fputs(", ", out);
	string(out, text);
}

static void end(FILE *out) { fputs("],\n", out); }

static void one(FILE *out, const char *path, const char *text)
{
	begin(out, path);
	value(out, text);
	end(out);
}

#ifdef DECORATED
#define CLIENT struct id__XRoadClientIdentifierType
#define SERVICE struct id__XRoadServiceIdentifierType
#define KIND(identifier) id__objectType
#define read_kind soap_s2id__XRoadObjectType
#else
#define CLIENT struct id__ClientIdentifier
#define SERVICE struct id__ServiceIdentifier
#define KIND(identifier) objectType
#define read_kind soap_s2id__ObjectType
#endif

#define IDENTIFIER(soap, to, fields, prefix)                                                  \
	do {                                                                                      \
		(to)->xRoadInstance = field(fields, prefix "/xRoadInstance");                         \
		(to)->memberClass = field(fields, prefix "/memberClass");                             \
		(to)->memberCode = field(fields, prefix "/memberCode");                               \
		(to)->subsystemCode = field(fields, prefix "/subsystemCode");                         \
		if (read_kind(soap, field(fields, prefix "/objectType"), &(to)->KIND(to)) != SOAP_OK) \
			die("objectType");                                                                \
	} while (0)

static void write_header(struct soap *soap, const struct fields *fields)
{
	soap_header(soap);
	struct SOAP_ENV__Header *header = soap->header;
	memset(header, 0, sizeof *header);
	header->xroad__client = soap_malloc(soap, sizeof(CLIENT));
	memset(header->xroad__client, 0, sizeof(CLIENT));
	IDENTIFIER(soap, header->xroad__client, fields, "header/client");
	header->xroad__service = soap_malloc(soap, sizeof(SERVICE));
	memset(header->xroad__service, 0, sizeof(SERVICE));
	IDENTIFIER(soap, header->xroad__service, fields, "header/service");
	header->xroad__service->serviceCode = field(fields, "header/service/serviceCode");
	header->xroad__userId = field(fields, "header/userId");
	header->xroad__id = field(fields, "header/id");
	header->xroad__protocolVersion = field(fields, "header/protocolVersion");
#ifdef HAND
	header->xroad__issue = field(fields, "header/issue");
	header->party__representedParty = soap_malloc(soap, sizeof *header->party__representedParty);
	header->party__representedParty->partyClass = field(fields, "header/representedParty/partyClass");
	header->party__representedParty->partyCode = field(fields, "header/representedParty/partyCode");
#endif
}

/* What every response of ours begins with. */
#define OUTCOME(out, response)                              \
	do {                                                    \
		one(out, "resultCode", (response)->resultCode);     \
		one(out, "resultDetail", (response)->resultDetail); \
		one(out, "resultText", (response)->resultText);     \
		one(out, "requestId", (response)->requestId);       \
	} while (0)

#define CALL(operation, request, response) \
	soap_call___dovidka__##operation##_USCOREv1(soap, address, NULL, request, response)

static struct dovidka__SignedRequest *signed_request(struct soap *soap, const struct fields *fields, const char *path)
{
	struct dovidka__SignedRequest *request = soap_malloc(soap, sizeof *request);
	char name[64];
	int size = 0;
	soap_default_dovidka__SignedRequest(soap, request);
#define AT(what) (snprintf(name, sizeof name, "%s/" what, path), field(fields, name))
	request->purposeId = AT("purposeId");
	request->signedContent = AT("signedContent");
	request->signature.__ptr = (unsigned char *)soap_base642s(soap, AT("signature"), NULL, 0, &size);
	request->signature.__size = size;
#undef AT
	return request;
}

static struct dovidka__Subject *subject(struct soap *soap, const struct fields *fields, const char *path)
{
	struct dovidka__Subject *person = soap_malloc(soap, sizeof *person);
	char name[64];
	soap_default_dovidka__Subject(soap, person);
#define AT(what) (snprintf(name, sizeof name, "%s/subject/" what, path), field(fields, name))
	person->__union_Subject = SOAP_UNION__dovidka__union_Subject_rnokpp;
	person->union_Subject.rnokpp = AT("rnokpp");
	person->lastName = AT("lastName");
	person->firstName = AT("firstName");
	person->secondName = AT("secondName");
#undef AT
	return person;
}

static struct dovidka__Inquiry *inquiry(struct soap *soap, const struct fields *fields, const char *path)
{
	struct dovidka__Inquiry *request = soap_malloc(soap, sizeof *request);
	char name[64];
	soap_default_dovidka__Inquiry(soap, request);
	snprintf(name, sizeof name, "%s/purposeId", path);
	request->purposeId = field(fields, name);
	snprintf(name, sizeof name, "%s/legalGround", path);
	request->legalGround = field(fields, name);
	request->subject = subject(soap, fields, path);
	return request;
}

static void read_subject(FILE *out, const struct dovidka__SubjectID *id)
{
	one(out, "subjectId/rnokpp",
		id && id->__union_SubjectID == SOAP_UNION__dovidka__union_SubjectID_rnokpp ? id->union_SubjectID.rnokpp : NULL);
}

static void read_declarations(FILE *out, const struct dovidka__DeclarationsAnswer *response)
{
	OUTCOME(out, response);
	read_subject(out, response->subjectId);
	one(out, "patient/lastName", response->patient ? response->patient->lastName : NULL);
	struct dovidka__Declaration *declarations = response->declarations ? response->declarations->declaration : NULL;
	int count = response->declarations ? response->declarations->__sizedeclaration : 0;
	begin(out, "declarations/declaration/declarationNumber");
	for (int i = 0; i < count; i++)
		value(out, declarations[i].declarationNumber);
	end(out);
	begin(out, "declarations/declaration/inForce");
	for (int i = 0; i < count; i++)
		value(out, declarations[i].inForce ? "true" : "false");
	end(out);
	begin(out, "declarations/declaration/doctor/speciality");
	for (int i = 0; i < count; i++)
		for (int j = 0; declarations[i].doctor && j < declarations[i].doctor->__sizespeciality; j++)
			value(out, declarations[i].doctor->speciality[j]);
	end(out);
	one(out, "sealed/content", response->sealed ? response->sealed->content : NULL);
}

static void read_status(FILE *out, const struct dovidka__StatusAnswer *response)
{
	OUTCOME(out, response);
	read_subject(out, response->subjectId);
	one(out, "inForce", !response->inForce ? NULL : *response->inForce ? "true" : "false");
	struct dovidka__DeclarationInForce *declarations = response->declarations ? response->declarations->declaration : NULL;
	int count = response->declarations ? response->declarations->__sizedeclaration : 0;
	begin(out, "declarations/declaration/declarationNumber");
	for (int i = 0; i < count; i++)
		value(out, declarations[i].declarationNumber);
	end(out);
	begin(out, "declarations/declaration/legalEntity/name");
	for (int i = 0; i < count; i++)
		value(out, declarations[i].legalEntity ? declarations[i].legalEntity->name : NULL);
	end(out);
	one(out, "sealed/content", response->sealed ? response->sealed->content : NULL);
}

static int call(struct soap *soap, const char *address, const struct fields *fields, FILE *out)
{
	const char *operation = field(fields, "operation");
	struct dovidka__DeclarationsAnswer declarations;
	struct dovidka__StatusAnswer status;
	struct dovidka__SubmissionAnswer submission;
#ifdef HAS_GetDeclarations_v1
	if (!strcmp(operation, "GetDeclarations_v1")) {
		if (CALL(GetDeclarations, signed_request(soap, fields, "payload"), &declarations) == SOAP_OK)
			read_declarations(out, &declarations);
		return soap->error;
	}
#endif
#ifdef HAS_GetDeclarationsByPurpose_v1
	if (!strcmp(operation, "GetDeclarationsByPurpose_v1")) {
		if (CALL(GetDeclarationsByPurpose, inquiry(soap, fields, "payload"), &declarations) == SOAP_OK)
			read_declarations(out, &declarations);
		return soap->error;
	}
#endif
#ifdef HAS_GetDeclarationStatus_v1
	if (!strcmp(operation, "GetDeclarationStatus_v1")) {
		struct dovidka__StatusInquiry request;
		soap_default_dovidka__StatusInquiry(soap, &request);
		request.purposeId = field(fields, "payload/purposeId");
		request.legalGround = field(fields, "payload/legalGround");
		request.declarationNumber = field(fields, "payload/declarationNumber");
		request.subject = subject(soap, fields, "payload");
		if (CALL(GetDeclarationStatus, &request, &status) == SOAP_OK)
			read_status(out, &status);
		return soap->error;
	}
#endif
#ifdef HAS_SubmitDeclarationsRequest_v1
	if (!strcmp(operation, "SubmitDeclarationsRequest_v1")) {
		struct dovidka__Submission request;
		soap_default_dovidka__Submission(soap, &request);
		if (field(fields, "payload/signed/signature")) {
			request.__union_Submission = SOAP_UNION__dovidka__union_Submission_signed_;
			request.union_Submission.signed_ = signed_request(soap, fields, "payload/signed");
		} else {
			request.__union_Submission = SOAP_UNION__dovidka__union_Submission_inquiry;
			request.union_Submission.inquiry = inquiry(soap, fields, "payload/inquiry");
		}
		if (CALL(SubmitDeclarationsRequest, &request, &submission) == SOAP_OK)
			OUTCOME(out, &submission);
		return soap->error;
	}
#endif
#ifdef HAS_GetDeclarationsResult_v1
	if (!strcmp(operation, "GetDeclarationsResult_v1")) {
		struct dovidka__ResultRequest request;
		soap_default_dovidka__ResultRequest(soap, &request);
		request.purposeId = field(fields, "payload/purposeId");
		request.requestId = field(fields, "payload/requestId");
		if (CALL(GetDeclarationsResult, &request, &declarations) == SOAP_OK)
			read_declarations(out, &declarations);
		return soap->error;
	}
#endif
	fprintf(stderr, "no stub for %s\n", operation);
	exit(1);
}

/* tell writes a fault, or an error of gSOAP's own, which has no fault code from
   the wire. */
static void tell(struct soap *soap, FILE *out)
{
	soap_set_fault(soap);
	int fault = soap->error == SOAP_FAULT || soap->error == SOAP_CLI_FAULT || soap->error == SOAP_SVR_FAULT;
	const char **code = soap_faultcode(soap), **subcode = soap_faultsubcode(soap), **text = soap_faultstring(soap);
	if (!fault)
		fprintf(stderr, "error %d\n", soap->error);
	fputs(fault ? "{\"outcome\": \"fault\", \"faultcode\": " : "{\"outcome\": \"error\", \"text\": ", out);
	string(out, *code ? *code : "");
	if (soap->version == 2 && *subcode) {
		fputs(", \"subcode\": ", out);
		string(out, *subcode);
	}
	fputs(", \"faultstring\": ", out);
	string(out, *text ? *text : "");
	fputs("}\n", out);
}

static void run(const char *folder)
{
	struct fields fields = read_fields(folder);
	struct soap *soap = soap_new1(SOAP_C_UTFSTRING | SOAP_IO_KEEPALIVE);
	soap->connect_timeout = soap->recv_timeout = soap->send_timeout = 30;
	/* The first URI of a prefix is what is sent, the others are accepted. */
	struct Namespace table[sizeof namespaces / sizeof *namespaces];
	memcpy(table, namespaces, sizeof namespaces);
	if (!strcmp(field(&fields, "soap"), "1.2")) {
		table[0].ns = "http://www.w3.org/2003/05/soap-envelope";
		table[1].ns = "http://www.w3.org/2003/05/soap-encoding";
	}
	soap_set_namespaces(soap, table);
	/* The address of the description, without the question for it. */
	char *address = strdup(field(&fields, "wsdl"));
	*strrchr(address, '?') = 0;
	char *path = strrchr(address, '/');
	path[1] = 0;
	write_header(soap, &fields);

	char *read = NULL;
	size_t size = 0;
	FILE *said = open_memstream(&read, &size);
	int status = call(soap, address, &fields, said);
	fclose(said);
	FILE *out = in(folder, "result.json", "wb");
	if (status == SOAP_OK) {
		fprintf(out, "{\"outcome\": \"response\", \"read\": {%s \"\": []}, \"echo\": {\"userId\": ", read);
		string(out, soap->header && soap->header->xroad__userId ? soap->header->xroad__userId : "");
		fputs(", \"id\": ", out);
		string(out, soap->header && soap->header->xroad__id ? soap->header->xroad__id : "");
		fputs("}}\n", out);
	} else {
		tell(soap, out);
	}
	fclose(out);
	free(read);
	free(address);
	soap_destroy(soap);
	soap_end(soap);
	soap_free(soap);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	return 0;
}
