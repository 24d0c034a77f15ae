package xroad_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math/rand/v2"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

const related = "multipart/related; boundary=MIME_boundary"

// rootPart is the part with an ordinary envelope.
func rootPart() string {
	return "Content-Type: text/xml; charset=utf-8\r\nContent-ID: <root>\r\n\r\n" + envelope(allFields, testPayload)
}

// packageForm is a multipart message and the attachments in it.
type packageForm struct {
	contentType string
	body        []byte
	want        xroad.Attachments
}

// packageForms are the ways in which attachments come.
func packageForms() map[string]packageForm {
	form := func(contentType string, want xroad.Attachments, parts ...string) packageForm {
		return packageForm{contentType, multipartMessage(parts...), want}
	}
	one := func(content, header string, more ...string) packageForm {
		want := xroad.Attachment{ID: "a", MediaType: "text/plain", Content: []byte(content)}
		return form(related, xroad.Attachments{want}, rootPart(), header+"\r\n\r\n"+strings.Join(more, ""))
	}
	usual := xroad.Attachment{ID: "a", MediaType: "text/plain", Content: []byte("b")}
	const usualPart = "Content-Type: text/plain\r\nContent-ID: <a>\r\n\r\nb"
	list := map[string]packageForm{
		"none": form(related, nil, rootPart()),
		"usual": form(related, xroad.Attachments{{ID: "a@b", MediaType: `application/pdf; name="c.pdf"`, FileName: "d.pdf", Content: []byte("\x00\xFF\r\n")}},
			rootPart(), "Content-Type: application/pdf; name=\"c.pdf\"\r\nContent-ID: <a@b>\r\nContent-Transfer-Encoding: binary\r\n"+
				"Content-Disposition: attachment; filename=\"d.pdf\"\r\n\r\n\x00\xFF\r\n"),
		"sequence": form(related, xroad.Attachments{{ID: "b", MediaType: "text/plain", Content: []byte("2")}, usual, {MediaType: "text/plain", Content: []byte("3")}},
			rootPart(), "content-id: b\r\n\r\n2", usualPart, "\r\n3"),
		"root in the middle": form(related+"; start=root", xroad.Attachments{usual, {MediaType: "text/plain", Content: []byte("2")}},
			usualPart, rootPart(), "\r\n2"),
		"another envelope after the root": form(related+"; start=root", xroad.Attachments{{ID: "a", MediaType: "text/xml", Content: []byte("<a/>")}},
			rootPart(), "Content-Type: text/xml\r\nContent-ID: a\r\n\r\n<a/>"),
		"no header":                  form(related, xroad.Attachments{{MediaType: "text/plain", Content: []byte("x")}}, rootPart(), "\r\nx"),
		"nothing at all":             form(related, xroad.Attachments{{MediaType: "text/plain", Content: []byte{}}}, rootPart(), "\r\n"),
		"header folded often":        one("b", "Content-ID:"+strings.Repeat("\r\n ", 3000)+"<a>\r\nContent-Type:\n"+strings.Repeat("\t\n", 3000)+" text/plain", "b"),
		"folded header":              one("b", "Content-Type:\r\n text/plain\r\nContent-ID:\r\n\t<a>", "b"),
		"letter case":                one("b", "CONTENT-TYPE:text/plain\r\ncontent-id:a", "b"),
		"unknown fields":             one("b", "X-A: b\r\nX-A: c\r\nContent-Type: text/plain\r\nContent-ID: <a>\r\nContent-Location: urn:a", "b"),
		"base64":                     one("this is an attachment", "Content-Type: text/plain\r\nContent-ID: a\r\nContent-Transfer-Encoding: BASE64", " dGhpcyBp\r\ncyBh\tbiBh\r\n\r\ndHRhY2ht ZW50\r\n"),
		"quoted":                     one("a=b\r\nc ", "Content-Type: text/plain\r\nContent-ID: a\r\nContent-Transfer-Encoding: Quoted-Printable", "a=3Db\r\nc=20=\r\n"),
		"8bit":                       one("Ї", "Content-Type: text/plain\r\nContent-ID: a\r\nContent-Transfer-Encoding:  8Bit ", "Ї"),
		"ends in CR":                 one("b\r", "Content-Type: text/plain\r\nContent-ID: a", "b\r"),
		"ends in CRLF":               one("b\r\n", "Content-Type: text/plain\r\nContent-ID: a", "b\r\n"),
		"ends in LF":                 one("b\n", "Content-Type: text/plain\r\nContent-ID: a", "b\n"),
		"only line ends":             one("\n\r\r\n\r", "Content-Type: text/plain\r\nContent-ID: a", "\n\r\r\n\r"),
		"like delimiters":            one("--MIME_boundaryx\r\n--MIME_bound\r\n --MIME_boundary\r\n--MIME_boundary-", "Content-Type: text/plain\r\nContent-ID: a", "--MIME_boundaryx\r\n--MIME_bound\r\n --MIME_boundary\r\n--MIME_boundary-"),
		"long line like a delimiter": one("--MIME_boundary"+strings.Repeat("a", 5000), "Content-Type: text/plain\r\nContent-ID: a", "--MIME_boundary"+strings.Repeat("a", 5000)),
		"nested": form(related, xroad.Attachments{{MediaType: "multipart/mixed; boundary=inner", Content: []byte("--inner\r\n\r\nx\r\n--inner--")}},
			rootPart(), "Content-Type: multipart/mixed; boundary=inner\r\n\r\n--inner\r\n\r\nx\r\n--inner--"),
		"message": form(related, xroad.Attachments{{MediaType: "message/rfc822", Content: []byte("Content-Type: text/xml\r\n\r\nx")}},
			rootPart(), "Content-Type: message/rfc822\r\n\r\nContent-Type: text/xml\r\n\r\nx"),
		"file name of RFC 2231": form(related, xroad.Attachments{{MediaType: "a/b", FileName: "Їжак.pdf", Content: []byte{}}},
			rootPart(), "Content-Type: a/b\r\nContent-Disposition: attachment; filename*=UTF-8''%D0%87%D0%B6%D0%B0%D0%BA.pdf\r\n\r\n"),
		"file name of RFC 2047": form(related, xroad.Attachments{{MediaType: "a/b", FileName: "Їжак.pdf", Content: []byte{}}},
			rootPart(), "Content-Type: a/b\r\nContent-Disposition: attachment; filename=\"=?utf-8?B?0IfQttCw0LoucGRm?=\"\r\n\r\n"),
		"file name of the media type": form(related, xroad.Attachments{{MediaType: "a/b; name=c", FileName: "c", Content: []byte{}}},
			rootPart(), "Content-Type: a/b; name=c\r\n\r\n"),
		"parameters of X-Road's test": {
			"multipart/related; start-info=text/xml; type='application/xop+xml'; boundary=:gkMa5KAvuHP7ahe9IQHONLgnncvv:",
			bytes.ReplaceAll(multipartMessage(rootPart(), usualPart), []byte("MIME_boundary"), []byte(":gkMa5KAvuHP7ahe9IQHONLgnncvv:")),
			xroad.Attachments{usual},
		},
		"charset twice": form("multipart/related; charset=UTF-8; boundary=MIME_boundary;charset=utf-8", xroad.Attachments{usual}, rootPart(), usualPart),
	}
	good := multipartMessage(rootPart(), usualPart)
	change := func(old, replacement string) packageForm {
		return packageForm{related, bytes.ReplaceAll(good, []byte(old), []byte(replacement)), xroad.Attachments{usual}}
	}
	list["line feeds only"] = change("\r\n", "\n")
	list["line feed before the delimiter only"] = change("\r\n--", "\n--")
	list["padded delimiters"] = change("--MIME_boundary\r\n", "--MIME_boundary \t\r\n")
	list["preamble"] = change("--MIME_boundary\r\nContent-Type: text/xml", strings.Repeat("a", 5000)+"\r\n--MIME_boundaryx\n--MIME_boundary\r\nContent-Type: text/xml")
	list["epilogue"] = change("--MIME_boundary--", "--MIME_boundary--\r\n--MIME_boundary\r\nContent-ID: <a>\r\n\r\nx")
	list["no line end at the end"] = change("--MIME_boundary--\r\n", "--MIME_boundary--")
	return list
}

func TestReadPackage(t *testing.T) {
	t.Parallel()
	for name, test := range packageForms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := xroad.ReadPackage(bytes.NewReader(test.body), test.contentType, xroad.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.Attachments); diff != "" {
				t.Error(diff)
			}
			checkEcho(t, []byte(envelope(allFields, testPayload)), &got.Message)
			if _, err := xroad.ReadMessage(bytes.NewReader(test.body), test.contentType, xroad.Limits{}); err != nil {
				t.Errorf("without attachments: %v", err)
			}
		})
	}
}

// TestSamplePackages reads what X-Road's and xrd4j's own tests send with attachments.
func TestSamplePackages(t *testing.T) {
	t.Parallel()
	const mixed = "multipart/mixed; charset=UTF-8; boundary=jetty1627004719h3h10du0"
	nested := func(header string) []byte {
		return []byte("--jetty1627004719h3h10du0\nContent-Type: text/plain\n" + header + "\nblaah\n--jetty1627004719h3h10du0--\n")
	}
	for name, want := range map[string]xroad.Attachments{
		"xr-attachm.query":   {{MediaType: mixed, Content: nested("Client-Header: FooBar\n")}},
		"xr-attachm2.answer": {{MediaType: mixed, Content: nested("")}},
		"xr-simple.query":    nil,
		"xrd4j-store-attachments-request.txt": {
			{ID: "attachment-1", MediaType: "application/octet-stream; name=attachment-1", FileName: "attachment-1", Content: []byte("attachment 1 content\n")},
			{ID: "attachment-2", MediaType: "application/octet-stream; name=attachment-2", FileName: "attachment-2", Content: []byte("attachment 2\n")},
		},
	} {
		got, err := xroad.ReadPackage(bytes.NewReader(sample(t, name)), samples()[name].contentType, xroad.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, got.Attachments); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// packageDefects are multipart messages that are refused, with the fault's code.
func packageDefects() map[string]struct {
	contentType string
	body        []byte
	code        string
} {
	type defect = struct {
		contentType string
		body        []byte
		code        string
	}
	bad := func(parts ...string) defect {
		return defect{related, multipartMessage(append([]string{rootPart()}, parts...)...), xroad.CodeInvalidContentType}
	}
	big := func(parts ...string) defect {
		d := bad(parts...)
		d.code = xroad.CodeTooLarge
		return d
	}
	good := multipartMessage(rootPart(), "Content-ID: <a>\r\n\r\nb")
	encoded := func(encoding, content string) defect {
		return bad("Content-Transfer-Encoding: " + encoding + "\r\n\r\n" + content)
	}
	past := func(contentType string) defect { // start leads past a part that another reader may take for the envelope
		first := contentType + "\r\n\r\n" + envelope(allFields, testPayload)
		return defect{related + "; start=root", multipartMessage(first, rootPart()), xroad.CodeInvalidContentType}
	}
	return map[string]defect{
		"start past an envelope":             past("Content-Type: text/xml"),
		"start past an optimised envelope":   past("Content-Type: application/xop+xml; type=\"text/xml\""),
		"start past an envelope of SOAP 1.2": past("Content-Type: application/soap+xml"),
		"start past other XML":               past("Content-Type: Application/Foo+XML"),
		"start past parts within a part":     past("Content-Type: multipart/mixed; boundary=a"),
		"start past a message":               past("Content-Type: message/rfc822"),
		"start past a part without type":     past("X: a"),

		"delimiter with a word":             bad("\r\n--MIME_boundary x\r\n"),
		"last delimiter with a word":        bad("\r\n--MIME_boundary--x\r\n"),
		"delimiter with a tab and more":     bad("\r\n--MIME_boundary\t--\r\n"),
		"delimiter with returns":            bad("\r\n--MIME_boundary\r\r\n"),
		"delimiter with endless padding":    bad("\r\n--MIME_boundary" + strings.Repeat(" ", 5000) + "\r\n"),
		"such a delimiter before the first": {related, append([]byte("--MIME_boundary x\r\n"+rootPart()+"\r\n"), good...), xroad.CodeInvalidContentType},

		"identifier twice":                bad("Content-ID: <a>\r\n\r\nb", "Content-ID: a\r\n\r\nc"),
		"identifier of the root":          bad("Content-ID: <root>\r\n\r\nb"),
		"identifier twice before it":      {related + "; start=root", multipartMessage("Content-Type: a/b\r\nContent-ID: a\r\n\r\n", "Content-Type: a/b\r\nContent-ID: a\r\n\r\n", rootPart()), xroad.CodeInvalidContentType},
		"unknown start":                   {related + "; start=other", good, xroad.CodeInvalidContentType},
		"attachment as start":             {related + "; start=a", good, xroad.CodeInvalidContentType},
		"no boundary":                     {"multipart/related", good, xroad.CodeInvalidContentType},
		"empty boundary":                  {`multipart/related; boundary=""`, good, xroad.CodeInvalidContentType},
		"long boundary":                   {"multipart/related; boundary=" + strings.Repeat("a", 71), bytes.ReplaceAll(good, []byte("MIME_boundary"), bytes.Repeat([]byte("a"), 71)), xroad.CodeInvalidContentType},
		"boundary of two values":          {"multipart/related; boundary=a; boundary=b", bytes.ReplaceAll(good, []byte("MIME_boundary"), []byte("b")), xroad.CodeInvalidContentType},
		"boundary of two words":           {"multipart/related; boundary=a b; start-info=a/b", bytes.ReplaceAll(good, []byte("MIME_boundary"), []byte("a b")), xroad.CodeInvalidContentType},
		"boundary with a line break":      {"multipart/related; boundary=\"a\tb\"", bytes.ReplaceAll(good, []byte("MIME_boundary"), []byte("a\tb")), xroad.CodeInvalidContentType},
		"no part":                         {related, []byte("--MIME_boundary--\r\n"), xroad.CodeInvalidContentType},
		"nothing":                         {related, nil, xroad.CodeInvalidContentType},
		"only a preamble":                 {related, []byte("hello"), xroad.CodeInvalidContentType},
		"cut before the last delimiter":   {related, bytes.TrimSuffix(good, []byte("--MIME_boundary--\r\n")), xroad.CodeInvalidContentType},
		"cut in the last delimiter":       {related, bytes.TrimSuffix(good, []byte("-\r\n")), xroad.CodeInvalidContentType},
		"cut in a header":                 {related, good[:bytes.Index(good, []byte("<a>"))], xroad.CodeInvalidContentType},
		"cut after a delimiter":           {related, good[:bytes.Index(good, []byte("Content-ID: <a>"))], xroad.CodeInvalidContentType},
		"cut in the envelope":             {related, good[:300], xroad.CodeInvalidContentType},
		"header without colon":            bad("Content-ID <a>\r\n\r\nb"),
		"header without name":             bad(": a\r\n\r\nb"),
		"space in a name":                 bad("Content-ID : <a>\r\n\r\nb"),
		"header begins folded":            bad(" a\r\n\r\nb"),
		"control character":               bad("X: \x00\r\n\r\nb"),
		"content type twice":              bad("Content-Type: a/b\r\nContent-Type: c/d\r\n\r\nb"),
		"transfer encoding twice":         bad("Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 7bit\r\n\r\nYQ=="),
		"part without end of the header":  bad("Content-ID: <a>"),
		"unknown transfer encoding":       encoded("gzip", "a"),
		"not base64":                      encoded("base64", "a!"),
		"base64 cut":                      encoded("base64", "YWJ"),
		"base64 goes on":                  encoded("base64", "YQ==YQ=="),
		"not quoted-printable":            encoded("quoted-printable", "a\x00"),
		"too many parts":                  big(strings.Split(strings.Repeat("\r\n;", 100), ";")[:100]...),
		"endless header":                  big("X: " + strings.Repeat("a", 16<<10) + "\r\n\r\n"),
		"header of many fields":           big(strings.Repeat("X: a\r\n", 16<<10/6+1) + "\r\n"),
		"part beyond its limit":           big("\r\n" + strings.Repeat("a", 50_001)),
		"part beyond its limit in base64": big("Content-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(make([]byte, 50_001))),
		"beyond the size in all":          big("\r\n"+strings.Repeat("a", 50_000), "\r\n"+strings.Repeat("a", 50_000)),
		"endless epilogue":                {related, append(bytes.Clone(good), bytes.Repeat([]byte("a"), 100_000)...), xroad.CodeTooLarge},
		"endless preamble":                {related, append(bytes.Repeat([]byte("a\n"), 50_000), good...), xroad.CodeTooLarge},
	}
}

func packageLimits() xroad.Limits { return xroad.Limits{Size: 100_000, Part: 50_000} }

func TestReadPackageRefused(t *testing.T) {
	t.Parallel()
	for name, test := range packageDefects() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := xroad.ReadPackage(bytes.NewReader(test.body), test.contentType, packageLimits())
			var fault *xroad.Fault
			if !errors.As(err, &fault) || fault.Code != test.code {
				t.Fatalf("error %v, want %s", err, test.code)
			}
			if begun := bytes.HasPrefix(test.body, []byte("--MIME_boundary\r\n"+rootPart())); begun && test.contentType == related && fault.Header == nil {
				t.Error("the envelope was there, and its header is not to be echoed")
			}
		})
	}
}

// TestVersionOfRefusal has messages refused in the version of SOAP that they were announced in.
func TestVersionOfRefusal(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]xroad.Version{
		"text/xml": xroad.SOAP11, "application/soap+xml": xroad.SOAP12, related: xroad.SOAP11,
		related + `; type="text/xml"`:             xroad.SOAP11,
		related + `; type="application/soap+xml"`: xroad.SOAP12,
		related + `; type="application/xop+xml"; start-info="application/soap+xml; action=urn:a"`:      xroad.SOAP12,
		related + `; type="application/xop+xml"; start-info="text/xml"`:                                xroad.SOAP11,
		"multipart/related; boundary=other; type=application/xop+xml; start-info=application/soap+xml": xroad.SOAP12,
	} {
		_, err := xroad.ReadPackage(bytes.NewReader(multipartMessage(rootPart())), contentType, xroad.Limits{Size: 100})
		var fault *xroad.Fault
		if !errors.As(err, &fault) || fault.Version != want {
			t.Errorf("%s: %v in SOAP %s", contentType, err, fault.Version)
		}
	}
}

// TestReadToTheEnd has the rest of a message read when it is refused, so that its sender is there to be answered.
func TestReadToTheEnd(t *testing.T) {
	t.Parallel()
	read := 0
	for name, test := range packageDefects() {
		if test.code == xroad.CodeTooLarge {
			continue
		}
		rest := bytes.NewReader(append(bytes.Clone(test.body), make([]byte, 50_000)...))
		limits := packageLimits()
		limits.Size *= 2
		_, err := xroad.ReadPackage(rest, test.contentType, limits)
		var fault *xroad.Fault
		switch {
		case !errors.As(err, &fault):
			t.Errorf("%s: %v", name, err)
		case fault.Code == xroad.CodeTooLarge: // the connection is not worth keeping
		case rest.Len() > 0:
			t.Errorf("%s: %d bytes are left", name, rest.Len())
		default:
			read++
		}
	}
	if read < 20 {
		t.Errorf("only %d were read", read)
	}
}

// TestAttachmentDefectsInAnswers has the same messages as answers.
func TestAttachmentDefectsInAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range packageDefects() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newStandIn(t, func(r received) reply {
				body := bytes.ReplaceAll(test.body, []byte(envelope(allFields, testPayload)), []byte(good(r).body))
				return reply{status: 200, contentType: test.contentType, body: string(body)}
			})
			client := newTestClient(t, server.URL, func(c *xroad.ClientConfig) {
				c.Targets[0].Attachments, c.Limits = true, packageLimits()
			})
			_, err := client.Call(t.Context(), testCall())
			if failed := checkKind(t, err, xroad.ErrResponse); failed.Attempts != 1 {
				t.Errorf("%+v", failed)
			}
		})
	}
}

// TestLineEndings reads contents that consist of what delimiters are made of, of every length around the size of a buffer,
// as another program wrote them.
func TestLineEndings(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"\r", "\n", "\r\n", "-", "--", "--MIME_boundary", "\r\n--MIME_bound", "a", strings.Repeat("b", 100)}
	for length := range 300 {
		var want [][]byte
		for range 3 {
			content := bytes.Repeat([]byte("x"), 3400+random.IntN(600))
			for range length % 20 {
				content = append(content, pieces[random.IntN(len(pieces))]...)
			}
			content = append(content, bytes.Repeat([]byte("y"), random.IntN(3)*random.IntN(4000))...)
			if bytes.Contains(append([]byte("\n"), append(content, '\n')...), []byte("\n--MIME_boundary")) {
				content = append(content, '.') // only a delimiter if nothing follows it
				content = bytes.ReplaceAll(content, []byte("--MIME_boundary"), []byte("--MIME_boundary."))
			}
			want = append(want, content)
		}
		var body bytes.Buffer
		writer := multipart.NewWriter(&body)
		if err := writer.SetBoundary("MIME_boundary"); err != nil {
			t.Fatal(err)
		}
		contents := append([][]byte{[]byte(envelope(allFields, testPayload))}, want...)
		for i, content := range contents {
			header := textproto.MIMEHeader{}
			if i == 0 {
				header.Set("Content-Type", "text/xml")
			}
			part, err := writer.CreatePart(header)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := part.Write(content); err != nil {
				t.Fatal(err)
			}
		}
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := xroad.ReadPackage(&body, related, xroad.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Attachments) != len(want) {
			t.Fatalf("%d attachments", len(got.Attachments))
		}
		for i := range want {
			if !bytes.Equal(got.Attachments[i].Content, want[i]) {
				t.Fatalf("attachment %d of %q is %q", i, want[i], got.Attachments[i].Content)
			}
		}
	}
}

// TestEdgeOfBuffer has line ends fall on the edge of a buffer, before a delimiter and not.
func TestEdgeOfBuffer(t *testing.T) {
	t.Parallel()
	for length := range 3 * 4096 {
		if length%4096 > 8 && length%4096 < 4088 {
			continue
		}
		for _, end := range []string{"", "\r", "\n", "\r\n", "\r\r", "\r\nx"} {
			want := strings.Repeat("x", length) + end
			got, err := xroad.ReadPackage(bytes.NewReader(multipartMessage(rootPart(), "\r\n"+want)), related, xroad.Limits{})
			if err != nil || string(got.Attachments[0].Content) != want {
				t.Fatalf("%d and %q: %v", length, end, err)
			}
		}
	}
}

func TestFindAttachment(t *testing.T) {
	t.Parallel()
	list := xroad.Attachments{{ID: "data.bin"}, {ID: "a b@c"}, {ID: "50%25"}, {}, {ID: "Ї"}, {ID: "x?y/z"}}
	for reference, want := range map[string]string{
		"cid:data.bin": "data.bin", " CID:data.bin ": "data.bin", "cid:a%20b@c": "a b@c", "cid:a%20b%40c": "a b@c",
		"cid:a b@c": "a b@c", "cid:50%25": "50%25", "cid:50%2525": "50%25", "cid:%D0%87": "Ї",
	} {
		if got := list.Find(reference); got == nil || got.ID != want {
			t.Errorf("%q finds %+v", reference, got)
		}
	}
	for _, reference := range []string{"", "cid:", "data.bin", "cid:data", "mid:data.bin", "cid", "cid:%", "cid:50%"} {
		if got := list.Find(reference); got != nil {
			t.Errorf("%q finds %+v", reference, got)
		}
	}
	if got := list[1].Reference(); got != "cid:a%20b@c" {
		t.Errorf("reference %q", got)
	}
	for i := range list {
		if got := list.Find(list[i].Reference()); list[i].ID != "" && got != &list[i] {
			t.Errorf("%q does not lead back", list[i].Reference())
		}
	}
}
