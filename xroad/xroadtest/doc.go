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
// It can be made to fail in every way that the field knows ([Server.Misbehave]): faults of security servers by their
// codes, wrong echoes, pages of HTML, bodies without end, connections cut at any point.
//
// It neither signs nor encrypts nor stamps, one server plays both ends, and its keys are worth nothing. Where it is
// known how X-Road and UXP differ it follows [Dialect]; what is only inferred of UXP is said where it is done.
//
// Sources: "X-Road: Message Protocol v4.0" (PR-MESS), the answers which X-Road's own tests demand of a security
// server, the guides for developers of Trembita services, and an exchange recorded by a UXP server.
package xroadtest
