// Package xroad speaks the SOAP message protocol of X-Road 4.0 and REST as Trembita (Cybernetica UXP) and X-Road carry
// them, on both sides: as an information system that stands behind a security server and answers its calls, and as one
// that calls others through it.
//
// # Providing
//
// Most providers want [NewHandler], which turns a list of operations into an http.Handler. [ReadMessage] and
// [ReadPackage], [MarshalResponse] and [MarshalPackage], and [Fault.Marshal] are the pieces below it, for those who bring
// their own transport. [Guard] makes an http.Server answer as a security server understands where it would not ask any
// handler.
//
// In REST it is [NewRESTHandler], and [ReadRESTHeader] below it, which reads the header fields of both families. Users and
// subjects of data are [Personal] there and hide themselves in logs.
//
// The connection from the security server is for the TLS configuration of the http.Server: ClientAuth has to demand a
// certificate, and VerifyConnection to compare it with the security server's own, as in the example of mutual TLS.
//
// # Consuming
//
// Consumers want [NewClient] and [Client.Call]: a request is sent to our own security server, and what comes back is an
// [Answer] that belongs to the request, or a [*CallError]. Its kind says what to do, and so does its Undelivered, which is
// true when the service certainly has not acted:
//
//   - [ErrRefused]: correct the request; the fault of a service that begins with Client is one, too
//   - [ErrAccessDenied]: ask the owner of the service for access
//   - [ErrConfiguration]: correct the identifiers, or have the operators of the security servers look
//   - [ErrUnavailable], [ErrServiceFailed]: try later if it is undelivered or the service idempotent; else the service may
//     have acted, so find out what became of the request
//   - [ErrServiceFault]: do what the service's own description says; [Target].Faults makes errors of its codes
//   - [ErrResponse]: find out what became of the request, and have somebody look at what answers there
//
// In REST it is [Client.CallREST], with the same errors for what fails on the way; any status of the service's own is an
// answer, and what is in its body is for the caller to check. [Client.Signature] fetches the signed containers of an exchange, for those who must prove it.
//
// A message is repeated, under a new identifier, when the service is declared idempotent and the network, a security
// server or the service's system failed; any other only when it certainly was not delivered. Services that fail in a
// row are left alone for a while. The security server is known by its exact certificate.
//
// Business outcomes, such as "no such person", are answers, not errors.
//
// # Attachments
//
// Both sides read and write SOAP Messages with Attachments. Whoever wants those that come says so, in
// [Operation].Attachments or [Target].Attachments; others never hold them. [Call].Attachments and [Reply] send some.
// An element of the type swaRef leads to its attachment by [Attachments.Find].
//
// What is included by MTOM and XOP is in the body as if it had been written there, whether attachments are wanted or
// not. [Target].MTOM sends requests in that way and [Operation].MTOM answers them; [Base64] is a field for such content.
//
// The envelope is the part that start names, else the first. A start that leads past another part which may be an
// envelope is refused: security servers of X-Road take the first, and would have permitted another message than the
// one acted upon. Parts in parts are content like any other.
//
// # Testing
//
// Package xroadtest is a security server for tests of both sides, which can be made to fail in every way of the field.
//
// # Common to both
//
// The rule is to be strict in what is sent and lenient in what is received, but never lenient about XML itself: the
// document is read by a parser of its own which refuses document types, entities and everything that is not
// well-formed, within limits. Names are matched by namespace, never by prefix.
//
// The package does not sign, encrypt or authorise: that is done between security servers, and the client in a header
// can be trusted only as far as the connection to the security server is protected.
//
// Sources: "X-Road: Message Protocol v4.0" (PR-MESS), "X-Road: Message Protocol for REST" (PR-REST), "Third Party
// Representation Extension", SOAP 1.1, SOAP 1.2, WSDL 1.1, and the guides for developers of Trembita services.
package xroad

// Namespaces of the message protocol (PR-MESS, clause 2) and of the two SOAP versions.
const (
	NamespaceXRoad          = "http://x-road.eu/xsd/xroad.xsd"
	NamespaceIdentifiers    = "http://x-road.eu/xsd/identifiers"
	NamespaceRepresentation = "http://x-road.eu/xsd/representation.xsd"
	NamespaceSOAP11         = "http://schemas.xmlsoap.org/soap/envelope/"
	NamespaceSOAP12         = "http://www.w3.org/2003/05/soap-envelope"
)
