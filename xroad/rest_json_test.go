package xroad_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/xroad"
)

type restPerson struct {
	restName
	Number  *string             `json:"number,omitempty"`
	List    []restName          `json:"list"`
	Map     map[string]restName `json:"map"`
	Any     any                 `json:"any"`
	Born    time.Time           `json:"born"`
	Raw     json.RawMessage     `json:"raw"`
	Skipped string              `json:"-"`
	Plain   int
}

type restName struct {
	First string `json:"firstName"`
}

// TestDecodeJSON reads bodies strictly, and says of those it refuses no more than names in the schema.
func TestDecodeJSON(t *testing.T) {
	t.Parallel()
	decode := func(contentType, body string) (restPerson, error) {
		var out restPerson
		err := (&xroad.RESTRequest{ContentType: contentType, Body: []byte(body)}).DecodeJSON(&out)
		return out, err
	}
	const whole = "\xEF\xBB\xBF {\"firstName\":\"Надія\",\"number\":\"1\",\"list\":[{\"firstName\":\"a\"}],\"map\":{\"x\":{\"firstName\":\"b\"}}," +
		"\"any\":{\"z\":[1,{}]},\"born\":\"2026-01-02T03:04:05Z\",\"raw\":{\"q\":1},\"Plain\":5} "
	for _, contentType := range []string{"", "application/json", "application/json;charset=UTF-8", "Application/Problem+JSON"} {
		out, err := decode(contentType, whole)
		if err != nil || out.First != "Надія" || out.List[0].First != "a" || out.Map["x"].First != "b" || out.Plain != 5 || out.Born.Year() != 2026 || string(out.Raw) != `{"q":1}` {
			t.Errorf("%q: %+v, %v", contentType, out, err)
		}
	}
	for body, code := range map[string]string{
		``: xroad.CodeInvalidBody, `{`: xroad.CodeInvalidBody, `{"firstName":"3404106605"`: xroad.CodeInvalidBody, `{"number":"3404106605"}x`: xroad.CodeInvalidBody,
		`{} {}`: xroad.CodeInvalidBody, `[]`: xroad.CodeInvalidBody, `{"firstName":3404106605}`: xroad.CodeInvalidBody, `{"unknown":"3404106605"}`: xroad.CodeInvalidBody,
		`{"3404106605":1}`: xroad.CodeInvalidBody, `{"FIRSTNAME":"3404106605"}`: xroad.CodeInvalidBody, `{"firſtName":"a"}`: xroad.CodeInvalidBody,
		`{"firstName":"3404106605","firstName":"b"}`: xroad.CodeInvalidBody, `{"list":[{"x":1}]}`: xroad.CodeInvalidBody, `{"map":{"3404106605":{"x":1}}}`: xroad.CodeInvalidBody,
		`{"map":{"3404106605":{},"3404106605":{}}}`: xroad.CodeInvalidBody, `{"map":{"3404106605":{"firstName":5}}}`: xroad.CodeInvalidBody, `{"Skipped":"a"}`: xroad.CodeInvalidBody, `{"any":{"a":1,"a":2}}`: xroad.CodeInvalidBody,
		`{"born":"3404106605"}`: xroad.CodeInvalidBody, "{\"firstName\":\"\xFF\"}": xroad.CodeInvalidBody,
		`{"any":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`: xroad.CodeInvalidBody, `{"any":` + strings.Repeat(`{"a":`, 100_000): xroad.CodeInvalidBody,
	} {
		_, err := decode("application/json", body)
		var fault *xroad.Fault
		if !errors.As(err, &fault) || fault.Code != code || strings.Contains(err.Error()+fault.Text, "3404106605") {
			t.Errorf("%.60s: %v", body, err)
		}
	}
	for _, contentType := range []string{"text/xml", "application/json; charset=windows-1251", "application/x-www-form-urlencoded"} {
		_, err := decode(contentType, "{}")
		var fault *xroad.Fault
		if !errors.As(err, &fault) || fault.HTTPStatus() != http.StatusUnsupportedMediaType {
			t.Errorf("%s: %v", contentType, err)
		}
	}
	if err := (&xroad.RESTRequest{Body: []byte("{}")}).DecodeJSON(restPerson{}); err == nil {
		t.Error("decoded into a value")
	}
}

// FuzzDecodeJSON accepts nothing that a decoder with unknown fields disallowed refuses, and what it accepts is written
// again as the same value.
func FuzzDecodeJSON(f *testing.F) {
	for _, seed := range []string{`{"firstName":"a","list":[{}],"map":{"a":{}},"any":[1,{"b":null}],"Plain":3}`, `{"a":`, `{"number":null,"raw":[1.5e3]}`, `{"FirstName":"a"}`, `{"firstName":"a","firstName":"b"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var out, loose restPerson
		if err := (&xroad.RESTRequest{Body: body}).DecodeJSON(&out); err != nil {
			var fault *xroad.Fault
			if !errors.As(err, &fault) || !slices.Contains([]int{400}, fault.HTTPStatus()) {
				t.Errorf("%v", err)
			}
			return
		}
		decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF"))))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&loose); err != nil {
			t.Fatalf("accepted, but %v", err)
		}
		a, errA := json.Marshal(out)
		b, errB := json.Marshal(loose)
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s\n%s\n%v %v", a, b, errA, errB)
		}
	})
}
