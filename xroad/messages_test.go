package xroad_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// The operation of the tests.
const (
	testNamespace = "http://example.gov.ua/trembita/ns"
	testService   = "OpName_v1"
)

// fields of the header of trembita request, each with declarations of its own so that they can be moved.
const (
	clientField = `<x:client xmlns:x="http://x-road.eu/xsd/xroad.xsd" xmlns:i="http://x-road.eu/xsd/identifiers" i:objectType="SUBSYSTEM">` +
		`<i:xRoadInstance>SEVDEIR-TEST</i:xRoadInstance><i:memberClass>GOV</i:memberClass>` +
		`<i:memberCode>00000088</i:memberCode><i:subsystemCode>20_EIS_cons</i:subsystemCode></x:client>`
	serviceField = `<x:service xmlns:x="http://x-road.eu/xsd/xroad.xsd" xmlns:i="http://x-road.eu/xsd/identifiers" i:objectType="SERVICE">` +
		`<i:xRoadInstance>SEVDEIR-TEST</i:xRoadInstance><i:memberClass>GOV</i:memberClass>` +
		`<i:memberCode>42032422</i:memberCode><i:subsystemCode>42_NHSU_prod</i:subsystemCode>` +
		`<i:serviceCode>OpName_v1</i:serviceCode></x:service>`
	idField      = `<x:id xmlns:x="http://x-road.eu/xsd/xroad.xsd">5b0c0d5e-5a3b-4f0f-9e0e-0d7c3d1c8a11</x:id>`
	userField    = `<x:userId xmlns:x="http://x-road.eu/xsd/xroad.xsd">UA1234567890</x:userId>`
	issueField   = `<x:issue xmlns:x="http://x-road.eu/xsd/xroad.xsd">№ 12/3</x:issue>`
	versionField = `<x:protocolVersion xmlns:x="http://x-road.eu/xsd/xroad.xsd">4.0</x:protocolVersion>`
	partyField   = `<r:representedParty xmlns:r="http://x-road.eu/xsd/representation.xsd"><r:partyClass>COM</r:partyClass>` +
		`<r:partyCode>123 &amp; 456</r:partyCode></r:representedParty>`
	serverField = `<x:securityServer xmlns:x="http://x-road.eu/xsd/xroad.xsd" xmlns:i="http://x-road.eu/xsd/identifiers" i:objectType="SERVER">` +
		`<i:xRoadInstance>EE</i:xRoadInstance><i:memberClass>GOV</i:memberClass><i:memberCode>1</i:memberCode>` +
		`<i:serverCode>ss1</i:serverCode></x:securityServer>`
	allFields = clientField + serviceField + userField + idField + versionField

	testPayload = `<p:OpName_v1 xmlns:p="http://example.gov.ua/trembita/ns"><p:name>Їжак</p:name></p:OpName_v1>`
)

func envelope(header, body string) string {
	return `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header>` + header +
		`</e:Header><e:Body>` + body + `</e:Body></e:Envelope>`
}

// without returns the usual header less one field.
func without(field string) string { return strings.Replace(allFields, field, "", 1) }

// with returns the usual envelope with one text replaced.
func with(old, replacement string) string {
	message := envelope(allFields, testPayload)
	if !strings.Contains(message, old) {
		panic("test does not change the message: " + old)
	}
	return strings.ReplaceAll(message, old, replacement)
}

// input is a message as it comes over HTTP.
type input struct {
	name        string
	contentType string
	body        []byte
	plain       string // the envelope in UTF-8, for a reader that knows no more; empty if the body is that
}

func utf16Bytes(text string, order binary.AppendByteOrder) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

// multipartMessage builds a multipart body by hand: root parts of other programs look like this.
func multipartMessage(parts ...string) []byte {
	var out bytes.Buffer
	for _, part := range parts {
		out.WriteString("--MIME_boundary\r\n" + part + "\r\n")
	}
	out.WriteString("--MIME_boundary--\r\n")
	return out.Bytes()
}

// accepted returns a message for every form that occurs in real clients or in X-Road's tests that must succeed.
func accepted() []input {
	usual := envelope(allFields, testPayload)
	one := func(name, body string) input {
		return input{name: name, contentType: "text/xml; charset=utf-8", body: []byte(body)}
	}
	typed := func(contentType string) input {
		return input{name: "content type " + contentType, contentType: contentType, body: []byte(usual)}
	}
	list := []input{
		one("usual", usual),
		one("other order", envelope(versionField+idField+userField+serviceField+clientField, testPayload)),
		one("default namespaces", `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Header>`+
			strings.NewReplacer("<x:", "<", "</x:", "</", "xmlns:x=", "xmlns=").Replace(allFields)+
			`</Header><Body><OpName_v1 xmlns="http://example.gov.ua/trembita/ns"><name>x</name></OpName_v1></Body></Envelope>`),
		one("usual prefixes bound to other namespaces", strings.Replace(
			strings.NewReplacer("<x:", "<xro:", "</x:", "</xro:", "xmlns:x=", "xmlns:xro=", "i:", "iden:", "xmlns:i=", "xmlns:iden=").Replace(usual),
			"<e:Envelope", `<e:Envelope xmlns:xro="urn:other" xmlns:iden="urn:another"`, 1)),
		one("envelope and body with different prefixes", strings.NewReplacer(
			"<e:Body>", `<f:Body xmlns:f="http://schemas.xmlsoap.org/soap/envelope/">`, "</e:Body>", "</f:Body>").Replace(usual)),
		one("declaration", `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+usual),
		one("declaration in single quotes", `<?xml version='1.0' encoding='utf-8'?>`+usual),
		one("byte order mark", "\uFEFF"+usual),
		one("byte order mark and declaration", "\uFEFF<?xml version='1.0'?>"+usual),
		one("white space everywhere", "\n"+strings.NewReplacer("><x:", ">\r\n\t <x:", "><i:", ">\n  <i:", "><e:", ">\n<e:", "</e:Header>", "\n</e:Header>").Replace(usual)+"\n\n"),
		one("CDATA", with("UA1234567890", "UA<![CDATA[<12345&]]>67890")),
		one("comments", "<!-- a -->"+strings.NewReplacer("><", "><!-- <b> & --><", "UA12345", "UA12<!-- -->345").Replace(usual)+"<!-- -->"),
		one("escaped text", with("UA1234567890", "&lt;&#1030;&#x406;&amp;&quot;&apos;&gt;")),
		one("line breaks in issue", envelope(allFields+`<x:issue xmlns:x="http://x-road.eu/xsd/xroad.xsd">a`+"\n\r\nb&#13;\tc</x:issue>", testPayload)),
		one("no userId", envelope(without(userField), testPayload)),
		one("empty userId", with("UA1234567890", "")),
		one("empty issue", envelope(allFields+`<x:issue xmlns:x="http://x-road.eu/xsd/xroad.xsd"/>`, testPayload)),
		one("issue", envelope(issueField+allFields, testPayload)),
		one("represented party", envelope(partyField+allFields, testPayload)),
		one("represented party without class", envelope(strings.Replace(partyField, `<r:partyClass>COM</r:partyClass>`, "", 1)+allFields, testPayload)),
		one("security server", envelope(allFields+serverField, testPayload)),
		one("unknown header elements", envelope(`<z:a xmlns:z="urn:z" z:b="c"><z:d>e</z:d></z:a><x:unknown xmlns:x="http://x-road.eu/xsd/xroad.xsd"/>`+allFields, testPayload)),
		one("mustUnderstand=0", envelope(`<z:a xmlns:z="urn:z" e:mustUnderstand="0"/>`+allFields, testPayload)),
		one("mustUnderstand for somebody else", envelope(`<z:a xmlns:z="urn:z" e:mustUnderstand="1" e:actor="urn:logger"/>`+allFields, testPayload)),
		one("mustUnderstand on a field we know", with("<x:id ", `<x:id e:mustUnderstand="1" `)),
		one("request hash", envelope(allFields+`<x:requestHash xmlns:x="http://x-road.eu/xsd/xroad.xsd" algorithmId="urn:a">Zm9v</x:requestHash>`, testPayload)),
		one("short id", with("5b0c0d5e-5a3b-4f0f-9e0e-0d7c3d1c8a11", "321")),
		one("empty id", with("5b0c0d5e-5a3b-4f0f-9e0e-0d7c3d1c8a11", "")),
		one("other minor version", with(">4.0<", ">4.1<")),
		one("member as client", strings.Replace(with(`<i:subsystemCode>20_EIS_cons</i:subsystemCode>`, ""), "SUBSYSTEM", "MEMBER", 1)),
		one("codes in other order", with(`<i:memberClass>GOV</i:memberClass><i:memberCode>42032422</i:memberCode>`, `<i:memberCode>42032422</i:memberCode><i:memberClass>GOV</i:memberClass>`)),
		one("service version", with(`</i:serviceCode>`, `</i:serviceCode><i:serviceVersion>v1</i:serviceVersion>`)),
		one("long values", with("UA1234567890", strings.Repeat("Їжак ", 1000))),
		typed("text/xml"), typed("TEXT/XML; Charset=UTF-8"), typed(`text/xml;charset="utf-8"`), typed(`text/xml ; charset='UTF-8'`),
		typed("text/xml; charset=utf8"), typed("text/xml;"), typed("text/xml; charset=utf-8; charset=utf-8"),
		typed(`text/xml; charset=utf-8; action="urn:a"`), typed("application/soap+xml; charset=utf-8"),
	}
	list = append(list, acceptedEncodings(usual)...)
	return append(list, acceptedMultipart(usual)...)
}

func acceptedEncodings(usual string) []input {
	cyrillic := strings.Replace(usual, "UA1234567890", "Їжак-Ґ", 1)
	windows := strings.NewReplacer("Ї", "\xAF", "ж", "\xE6", "а", "\xE0", "к", "\xEA", "Ґ", "\xA5").Replace(cyrillic)
	latin := strings.Replace(strings.Replace(usual, "UA1234567890", "\xE9", 1), "Їжак", "x", 1)
	latinPlain := strings.Replace(strings.Replace(usual, "UA1234567890", "é", 1), "Їжак", "x", 1)
	le, be := binary.LittleEndian, binary.BigEndian
	return []input{
		{"UTF-16LE with mark", "text/xml; charset=utf-16", utf16Bytes("\uFEFF"+cyrillic, le), cyrillic},
		{"UTF-16BE with mark", "text/xml; charset=utf-16", utf16Bytes("\uFEFF"+cyrillic, be), cyrillic},
		{"UTF-16 with mark, type says UTF-8", "text/xml; charset=utf-8", utf16Bytes("\uFEFF"+cyrillic, be), cyrillic},
		{"UTF-16LE by type", "text/xml; charset=utf-16le", utf16Bytes(cyrillic, le), cyrillic},
		{"UTF-16BE by type", "text/xml; charset=UTF-16BE", utf16Bytes(cyrillic, be), cyrillic},
		{"UTF-16 without mark", "text/xml; charset=utf-16", utf16Bytes(cyrillic, be), cyrillic},
		{"UTF-16LE without any word", "text/xml", utf16Bytes(cyrillic, le), cyrillic},
		{"UTF-16 declared", "text/xml", utf16Bytes(`<?xml version="1.0" encoding="UTF-16"?>`+cyrillic, be), cyrillic},
		{"windows-1251 by type", "text/xml; charset=Windows-1251", []byte(windows), cyrillic},
		{"windows-1251 declared", "text/xml", []byte(`<?xml version="1.0" encoding="windows-1251"?>` + windows), cyrillic},
		{"type beats declaration", "text/xml; charset=utf-8", []byte(`<?xml version="1.0" encoding="windows-1251"?>` + cyrillic), cyrillic},
		{"ISO-8859-1", "text/xml; charset=iso-8859-1", []byte(latin), latinPlain},
		{"US-ASCII", "text/xml; charset=us-ascii", []byte(strings.Replace(usual, "Їжак", "x", 1)), ""},
	}
}

func acceptedMultipart(usual string) []input {
	const related = "multipart/related; boundary=MIME_boundary"
	attachment := "Content-Type: application/octet-stream\r\nContent-ID: <a>\r\n\r\n<e:Envelope/>"
	rootPart := "Content-Type: text/xml; charset=utf-8\r\nContent-ID: <root>\r\n\r\n"
	return []input{
		{"multipart", related, multipartMessage(rootPart+usual, attachment), usual},
		{"multipart, letter case", "Multipart/Related; type=\"text/xml\"; Boundary=\"MIME_boundary\"", multipartMessage(rootPart + usual), usual},
		{"multipart with mark in the part", related, multipartMessage(rootPart + "\uFEFF" + usual), usual},
		{"multipart with start", related + `; start="<root>"`, multipartMessage(attachment, rootPart+usual), usual},
		{"multipart with bare start", related + `; start=root`, multipartMessage(attachment, rootPart+usual), usual},
		{"XOP", related, multipartMessage("Content-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\n\r\n" + usual), usual},
		{"part without charset", related, multipartMessage("content-type: TEXT/XML\r\n\r\n" + usual), usual},
		{"preamble", related, append([]byte("This is MIME.\r\n"), multipartMessage(rootPart+usual)...), usual},
		{"base64 part", related, multipartMessage("Content-Type: text/xml\r\nContent-Transfer-Encoding: base64\r\n\r\n" + wrapBase64(usual)), usual},
		{"quoted-printable part", related, multipartMessage("Content-Type: text/xml\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
			strings.NewReplacer("=", "=3D", "Ї", "=D0=87").Replace(usual)), usual},
	}
}
