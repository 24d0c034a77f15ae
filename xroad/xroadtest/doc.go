// Package xroadtest is a security server in memory, for tests of those who stand behind one or talk to one.
//
// [New] starts it. It knows services by a table. To a consumer it is the security server of its own organisation: it
// takes SOAP messages, checks them and the access rights, and answers with what the provider said or with a fault of
// its own. To a provider it is the security server in front: it forwards messages with the header fields and in the
// transfer encoding that security servers use, and judges the answer as X-Road does: status 200 or 500 and nothing
// else, media type, an envelope, a response element that fits the service, every header field as it was sent. What
// differs becomes a fault. On the way back it adds requestHash. Attachments go along both ways: X-Road puts multipart
// messages together anew, with parts within parts as parts of their own, and answers faults bare. Descriptions of
// services are handed out on /wsdl, decorated as UXP decorates them. REST calls are passed on likewise, at /restapi with
// Uxp-* header fields in UXP and at /r1 with X-Road-* in X-Road.
//
// The meta-services it answers itself: the services of a provider and their descriptions in SOAP and REST, its clients,
// and its health. It keeps the last messages and gives them out on /signature, in X-Road /asic, in containers that have
// the form of the real ones and are signed by nobody but itself.
//
// It can be made to fail in every way that the field knows ([Server.Misbehave]): faults of security servers by their
// codes, wrong echoes, pages of HTML, bodies without end, connections cut at any point.
//
// A client that is to see every one of [Faults] has in its [xroad.ClientConfig] Failures above their number, or it pauses
// after some in a row and the rest never reach it; a short Grace, and a short Timeout of its targets, which Slow and
// Stalled use up; and a short Backoff.
//
// It neither encrypts nor stamps, one server plays both ends, and its keys are worth nothing. Where it is known how
// X-Road and UXP differ it follows [Dialect]; what is only inferred of UXP is said where it is done.
//
// Sources: "X-Road: Message Protocol v4.0" (PR-MESS) and for REST (PR-REST), "Service Metadata Protocol" (PR-META) and
// for REST (PR-MREST), "Signed Document Download and Verification Manual" (UG-SIGDOC), the answers which X-Road's own
// tests demand of a security server, the guides for developers of Trembita services, and an exchange recorded by a UXP
// server.
package xroadtest
