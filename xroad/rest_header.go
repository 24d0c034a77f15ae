package xroad

import (
	"errors"
	"net/http"
	"strings"
)

// Dialect is a family of header fields and paths in which calls in REST are made. The stand-in of package xroadtest
// has a Dialect of its own, whose zero value is the other.
type Dialect uint8

// The dialects.
const (
	// UXP is Trembita's: /restapi and Uxp-* (guide "REST services development for Trembita system").
	UXP Dialect = iota
	// XRoad is that of "X-Road: Message Protocol for REST" (PR-REST): /r1/service and X-Road-*.
	XRoad
)

// String returns the dialect's name.
func (d Dialect) String() string {
	if d == XRoad {
		return "X-Road"
	}
	return "UXP"
}

// RESTHeader is what the header fields of a call in REST say about it, as a provider gets them. It is fit to be logged:
// whatever is a person's hides itself.
type RESTHeader struct {
	Dialect Dialect // in which the client is named
	Client  ClientID
	// Service is nil if it is not told: X-Road tells its providers the client only. Where it is told it has to be the
	// service that is offered at the address asked, see [RESTHandler].
	Service          *ServiceID
	ID               string   // of the message; its format is the sender's, repetitions occur, and it may be empty
	UserID           Personal // who caused the request
	Issue            string
	RepresentedParty *RepresentedParty
	SecurityServer   *SecurityServerID // that the client wanted to be used; X-Road only

	// PurposeIDs are the registered purposes for which personal data are asked, and SubjectID is whose, for the
	// monitoring of access to personal data in Trembita.
	PurposeIDs []string
	SubjectID  Personal

	// TransactionID is given to the exchange by the security server: Uxp-Transaction-Id or X-Road-Request-Id. Empty if
	// absent or unfit for a log.
	TransactionID string
}

// ReadRESTHeader reads who calls what from a request, in either dialect or both: each field is looked for among Uxp-*
// first and among X-Road-* second, and where both or two of the same name are there they must agree. A request in which
// they do not is refused with [CodeInconsistentHeaders] or [CodeDuplicateHeaderField], because security servers vouch for
// the client in their own dialect only and pass the fields of the other on as they came: to prefer one would let a client
// of X-Road take the name of another by adding Uxp-Client. What is only claimed, such as the user, is the client's word
// in any case.
//
// In identifiers every part is percent-encoded UTF-8 for itself (PR-REST, clause 4.2); a part may not have a slash
// inside, encoded or not, because it would be another identifier when written as a path. Other values are taken as they
// are. A service whose version is empty after its slash, as clients without versions send it, has none.
//
// Trembita's guide calls the message's identifier Uxp-QueryID, clients in use also Uxp-Id, or they put it into the query
// as queryId, and the user as userId. The query is asked only where no header field tells, and only in UXP.
//
// Purposes come in one field or several, separated by commas, semicolons or white space: the name is in the plural, the
// guide shows one, and no identifier in use has any of these inside.
//
// Every field is bounded in length, and an error, which is always a [*Fault], names the field and never its value.
// Unknown fields are left alone.
func ReadRESTHeader(r *http.Request) (*RESTHeader, error) {
	in := &restReader{header: r.Header}
	h := &RESTHeader{Dialect: XRoad}
	if len(in.values("Uxp-Client", longestIdentifier)) > 0 {
		h.Dialect = UXP
	}
	var found bool
	h.Client, found = pick(in, CodeInvalidClientIdentifier, longestIdentifier, parseClientPath, "Uxp-Client", "X-Road-Client")
	if !found {
		in.fail(CodeMissingHeaderField, "Client", "немає заголовка Uxp-Client чи X-Road-Client", errors.New("is missing"))
	}
	if service, ok := pick(in, CodeInvalidServiceIdentifier, longestIdentifier, parseServicePath, "Uxp-Service", "X-Road-Service"); ok {
		h.Service = &service
	}
	h.ID, _ = pick(in, CodeInvalidHeaderField, longestID, parsePlain, "Uxp-QueryID", "Uxp-Id", "X-Road-Id")
	user, _ := pick(in, CodeInvalidHeaderField, longestText, parsePlain, "Uxp-UserId", "X-Road-UserId")
	h.Issue, _ = pick(in, CodeInvalidHeaderField, longestText, parsePlain, "Uxp-Issue", "X-Road-Issue")
	if party, ok := pick(in, CodeInvalidHeaderField, longestIdentifier, parsePartyPath, "Uxp-Represented-Party", "X-Road-Represented-Party"); ok {
		h.RepresentedParty = party.party()
	}
	if server, ok := pick(in, CodeInvalidHeaderField, longestIdentifier, parseServerPath, "Uxp-Security-Server", "X-Road-Security-Server"); ok {
		h.SecurityServer = &server
	}
	subject, _ := pick(in, CodeInvalidHeaderField, longestText, parsePlain, "Uxp-Subject-Id")
	h.SubjectID = NewPersonal(subject)
	h.PurposeIDs = in.purposes()
	if h.Dialect == UXP && in.fault == nil && (h.ID == "" || user == "") {
		query := r.URL.Query()
		h.ID = firstOf(h.ID, in.parameter(query["queryId"], "queryId", longestID))
		user = firstOf(user, in.parameter(query["userId"], "userId", longestText))
	}
	h.UserID = NewPersonal(user)
	h.TransactionID = in.transaction(h.Dialect)
	if in.fault != nil {
		return nil, in.fault
	}
	return h, nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// transactionField names the field in which a security server of the dialect gives its identifier of the exchange.
func (d Dialect) transactionField() string {
	if d == XRoad {
		return "X-Road-Request-Id"
	}
	return "Uxp-Transaction-Id"
}

// transaction returns the security server's identifier of the exchange. Where the client is named in both dialects, one
// of them is that of the security server and the other was added by the client, who must not choose the identifier.
func (in *restReader) transaction(dialect Dialect) string {
	id := fitForLog(in.header.Get(dialect.transactionField()))
	if dialect != UXP || in.header.Get("X-Road-Client") == "" {
		return id
	}
	other := fitForLog(in.header.Get(XRoad.transactionField()))
	if id != "" && other != "" && id != other {
		in.fail(CodeInconsistentHeaders, "X-Road-Request-Id", "заголовки Uxp-Transaction-Id і X-Road-Request-Id суперечать один одному",
			errors.New("contradicts Uxp-Transaction-Id"))
	}
	return firstOf(id, other)
}

// fitForLog returns an identifier made by others if it may stand in a log line, else nothing.
func fitForLog(value string) string {
	const longest = 128
	if len(value) > longest || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return value
}

// purposes returns the identifiers in all fields, each once. The older Purpose-Id of one sample client is not read: what
// monitors access to personal data does not know it, so that data would be given out for a purpose nobody notes.
func (in *restReader) purposes() []string {
	const most, longest = 32, 128
	var all []string
	seen := map[string]bool{}
	for _, value := range in.values("Uxp-Purpose-Ids", longestText) {
		separators := func(r rune) bool { return strings.ContainsRune(",; \t", r) }
		for part := range strings.FieldsFuncSeq(value, separators) {
			switch {
			case part == `""` || seen[part]: // a sample configuration has "" for none
				continue
			case strings.Contains(part, `"`), len(part) > longest || len(all) == most || strings.ContainsFunc(part, func(r rune) bool { return r <= ' ' || r > '~' }):
				in.fail(CodeInvalidHeaderField, "Uxp-Purpose-Ids", "неправильний заголовок Uxp-Purpose-Ids",
					errors.New("is not a list of identifiers, or too long"))
				return nil
			}
			seen[part] = true
			all = append(all, part)
		}
	}
	return all
}

// Write puts the header into fields of the dialect, as a client sends them. In X-Road the service belongs into the path,
// where it counts, and is a field only if set here. What only Trembita has is written in either dialect, for X-Road
// passes on what it does not know.
func (h *RESTHeader) Write(fields http.Header) {
	family := h.Dialect.family()
	set := func(name, value string) {
		if value != "" {
			fields.Set(name, value)
		}
	}
	fields.Set(family+"Client", encodePath(h.Client.Instance, h.Client.Class, h.Client.Member, h.Client.Subsystem))
	if h.Service != nil {
		set(family+"Service", h.Service.encode())
	}
	if h.Dialect == UXP {
		set("Uxp-QueryID", h.ID)
	} else {
		set("X-Road-Id", h.ID)
	}
	set(family+"UserId", h.UserID.Reveal())
	set(family+"Issue", h.Issue)
	if party := h.RepresentedParty; party != nil && party.Class != nil {
		set(family+"Represented-Party", encodePath(*party.Class, party.Code))
	} else if party != nil {
		set(family+"Represented-Party", encodePath(party.Code))
	}
	if server := h.SecurityServer; server != nil {
		set(family+"Security-Server", encodePath(server.Instance, server.Class, server.Member, server.Server))
	}
	set("Uxp-Purpose-Ids", strings.Join(h.PurposeIDs, ","))
	set("Uxp-Subject-Id", h.SubjectID.Reveal())
}

func (d Dialect) family() string {
	if d == XRoad {
		return "X-Road-"
	}
	return "Uxp-"
}
