package xroadtest_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

func unzip(t *testing.T, file []byte) map[string][]byte {
	t.Helper()
	reader, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, entry := range reader.File {
		content, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		if all[entry.Name], err = io.ReadAll(content); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// checkContainer has a container judged by package cms/asic, and returns its message.
func checkContainer(t *testing.T, container []byte) []byte {
	t.Helper()
	result, err := asic.Verify(container, cms.VerifyOptions{Time: time.Now(), Revocation: cms.RevocationNotChecked}, asic.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	// The certificate has signed itself and is no authority's, for which it is refused after all else was found good.
	if result.Reason != "issuer_not_ca" || len(result.Documents) != 1 || len(result.Signatures) != 1 || result.Documents[0].Name != "message.xml" {
		t.Fatalf("%s %s %+v", result.Verdict, result.Reason, result.Checks)
	}
	passed := map[string]bool{}
	for _, check := range result.Signatures[0].Result.Signers[0].Checks {
		passed[check.Name] = check.Status == cms.Passed
	}
	for _, name := range []string{cms.CheckSignedAttributes, cms.CheckSigningCertificate, cms.CheckMessageDigest, cms.CheckSignature} {
		if !passed[name] {
			t.Errorf("%s: %v", name, result.Signatures[0].Result.Signers[0].Checks)
		}
	}
	return result.Documents[0].Content
}

// TestSigned fetches the containers of exchanges as the REST client of Trembita's samples does, and as PyPI's
// asicverifier does of X-Road.
func TestSigned(t *testing.T) {
	t.Parallel()
	for _, dialect := range []xroadtest.Dialect{xroadtest.UXP, xroadtest.XRoad} {
		place := map[xroadtest.Dialect]string{xroadtest.UXP: "signature", xroadtest.XRoad: "asic"}[dialect]
		server := start(t, xroadtest.Config{Dialect: dialect}, provider(t))
		if response, body, err := post(t, server.URL, "text/xml", envelope); err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%v %s", err, body)
		}
		parameters := "queryId=5b0c0d5e&xRoadInstance=SEVDEIR-TEST&memberClass=GOV&memberCode=00000088&subsystemCode=20_EIS_cons"
		response, file := get(t, server.URL+place+"?"+parameters)
		if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "application/zip" ||
			response.Header.Get("Content-Disposition") != `attachment; filename="5b0c0d5e.zip"` {
			t.Fatalf("%d %v", response.StatusCode, response.Header)
		}
		kinds := map[string]string{}
		for name, container := range unzip(t, file) {
			kind, _, _ := strings.Cut(strings.TrimPrefix(name, "5b0c0d5e-"), "-")
			if path.Ext(name) != ".asics" {
				t.Errorf("name %s", name)
			}
			kinds[kind] = string(checkContainer(t, container))
		}
		if len(kinds) != 2 || kinds["request"] != envelope || !strings.Contains(kinds["response"], "Вітаю") || !strings.Contains(kinds["response"], "requestHash") {
			t.Errorf("%v", kinds)
		}
		response, file = get(t, server.URL+place+"?unique&requestOnly&"+parameters)
		if response.Header.Get("Content-Type") != "application/vnd.etsi.asic-s+zip" || string(checkContainer(t, file)) != envelope {
			t.Errorf("%v", response.Header)
		}
		if entries := unzip(t, file); len(entries) != 3 || !bytes.HasPrefix(file[30:], []byte("mimetypeapplication/vnd.etsi.asic-s+zipPK")) {
			t.Errorf("%d entries, %q", len(entries), file[:80])
		}
		if _, file = get(t, server.URL+place+"?responseOnly&"+parameters); len(unzip(t, file)) != 1 {
			t.Error("more than the response")
		}
		for query, status := range map[string]int{
			"": 400, strings.Replace(parameters, "GOV", "", 1): 400, parameters + "&unique": 400, parameters + "&requestOnly&responseOnly": 400,
			strings.Replace(parameters, "5b0c0d5e", "other", 1): 404, strings.Replace(parameters, "20_EIS_cons", "other", 1): 404,
		} {
			if response, body := get(t, server.URL+place+"?"+query); response.StatusCode != status || len(body) == 0 {
				t.Errorf("%s: %d", query, response.StatusCode)
			}
		}
		_, _, _ = post(t, server.URL, "text/xml", envelope)
		if _, file = get(t, server.URL+place+"?"+parameters); len(unzip(t, file)) != 4 {
			t.Error("not two exchanges of one identifier")
		}
		if response, _ := get(t, server.URL+place+"?unique&requestOnly&"+parameters); response.StatusCode != 500 {
			t.Errorf("%d", response.StatusCode)
		}
	}
}

// TestSignedBounds keeps no more than there is room for.
func TestSignedBounds(t *testing.T) {
	t.Parallel()
	server := start(t, xroadtest.Config{Dialect: xroadtest.UXP}, provider(t))
	for range 70 {
		if _, _, err := post(t, server.URL, "text/xml", envelope); err != nil {
			t.Fatal(err)
		}
	}
	query := url.Values{"queryId": {"5b0c0d5e"}, "xRoadInstance": {"SEVDEIR-TEST"}, "memberClass": {"GOV"}, "memberCode": {"00000088"}, "subsystemCode": {"20_EIS_cons"}}
	if _, file := get(t, server.URL+"signature?"+query.Encode()); len(unzip(t, file)) != 128 {
		t.Errorf("%d kept", len(unzip(t, file)))
	}
}

// TestSignedREST keeps calls in REST, too.
func TestSignedREST(t *testing.T) {
	t.Parallel()
	behind := restProvider(t)
	server := start(t, xroadtest.Config{Dialect: xroadtest.XRoad, Services: []xroadtest.Service{{ID: service(), URL: behind.URL, Clients: []xroad.ClientID{client()}}}}, nil)
	callREST(t, server, "r1/"+service().String()+"/a?b=1", map[string]string{"X-Road-Client": client().String(), "X-Road-Id": "a/b"})
	query := url.Values{"queryId": {"a/b"}, "xRoadInstance": {"SEVDEIR-TEST"}, "memberClass": {"GOV"}, "memberCode": {"00000088"}, "subsystemCode": {"20_EIS_cons"}}
	_, file := get(t, server.URL+"asic?"+query.Encode())
	var messages []string
	for name, container := range unzip(t, file) {
		if !strings.HasPrefix(name, "a%2Fb-re") {
			t.Errorf("name %s", name)
		}
		messages = append(messages, string(checkContainer(t, container)))
	}
	slices.Sort(messages)
	if len(messages) != 2 || !strings.HasPrefix(messages[0], "418\r\nI'm a teapot\r\n") || !strings.HasPrefix(messages[1], "PUT\r\n/r1/"+service().String()+"/a?b=1\r\n") ||
		!strings.HasSuffix(messages[1], "\r\n\r\n{\"a\":1}") {
		t.Errorf("%q", messages)
	}
}
