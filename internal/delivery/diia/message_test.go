package diia

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dovidka/dovidka"
)

func TestReadVerdict(t *testing.T) {
	t.Parallel()
	const open, end = `<t:NotificationCreateResponse xmlns:t="NotificationDistributionPush" xmlns:x="http://www.w3.org/2001/XMLSchema-instance">`,
		`</t:NotificationCreateResponse>`
	for text, want := range map[string]verdict{
		`<t:distributionId>d1</t:distributionId>`:                                                  {distribution: "d1"},
		`<t:distributionId> d1 </t:distributionId><t:error/>`:                                      {distribution: "d1"},
		`<t:error x:nil="true"/><t:distributionId>d<!-- c -->1</t:distributionId><t:more/>`:        {distribution: "d1"},
		`<t:error>no such template</t:error>`:                                                      {refusal: "no such template"},
		`<t:NotificationCreateResult><t:error>E1</t:error></t:NotificationCreateResult>`:           {refusal: "E1"},
		`<t:distributionId></t:distributionId><t:error><![CDATA[a < b]]></t:error>`:                {refusal: "a < b"},
		`<distributionId xmlns="NotificationDistributionPush">d1</distributionId>`:                 {distribution: "d1"},
		`<distributionId xmlns="other">d2</distributionId><t:distributionId>d1</t:distributionId>`: {distribution: "d1"},
	} {
		got, err := readVerdict([]byte(open + text + end))
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		``, `<t:distributionId/>`, `<t:distributionId> </t:distributionId><t:error> </t:error>`, `d1`, `<distributionId>d1</distributionId>`,
		`<t:distributionId>d1</t:distributionId><t:error>E1</t:error>`,
		`<t:distributionId>d1</t:distributionId><t:distributionId>d2</t:distributionId>`,
		`<t:distributionId>d1<t:inner/></t:distributionId>`,
		`<t:status>sent</t:status>`, `<t:distributionId>d1`,
	} {
		if got, err := readVerdict([]byte(open + text + end)); err == nil {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

func FuzzReadVerdict(f *testing.F) {
	f.Add([]byte(`<NotificationCreateResponse xmlns="NotificationDistributionPush"><distributionId>d1</distributionId></NotificationCreateResponse>`))
	f.Add([]byte(`<t:NotificationCreateResponse xmlns:t="NotificationDistributionPush"><t:error>немає</t:error></t:NotificationCreateResponse>`))
	f.Add([]byte(`<a xmlns="NotificationDistributionPush"><distributionId>1</distributionId><error>2</error></a>`))
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`))
	f.Fuzz(func(t *testing.T, element []byte) {
		got, err := readVerdict(element)
		if err == nil && (got.distribution == "") == (got.refusal == "") {
			t.Errorf("%+v", got)
		}
		if err != nil && got != (verdict{}) {
			t.Errorf("%+v with %v", got, err)
		}
	})
}

// TestMessageHides: what is being sent may come near a log when it cannot be sent.
func TestMessageHides(t *testing.T) {
	t.Parallel()
	number, err := dovidka.ParseRNOKPP("3075751279")
	if err != nil {
		t.Fatal(err)
	}
	m := (&Messenger{partnerID: "p", templateID: "t"}).compose(dovidka.Notice{ID: "n", Recipient: number})
	for _, v := range []any{m, &m, m.Recipients, m.Recipients.List[0], []any{m}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			if out := fmt.Sprintf(verb, v); strings.Contains(out, "3075751279") || strings.Contains(out, "33303735") {
				t.Errorf("%s of %T shows the number", verb, v)
			}
		}
	}
}

// TestName records what others call things, and no number of the recipient in it.
func TestName(t *testing.T) {
	t.Parallel()
	number, err := dovidka.ParseRNOKPP("3075751279")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"template.not-found": true, "6f1f7f0e-0000-4000-8000-000000000001": true, "307575127": true,
		"3075751279": false, "rnokpp:3075751279": false, "30-7575-1279": false, "a/307_575.1279/b": false, "Вигаданий": false, "not found": false, "": false,
	} {
		if got := name(text, dovidka.Notice{Recipient: number}); (got == text) != want && text != "" || !want && got != "" {
			t.Errorf("%q is recorded as %q", text, got)
		}
	}
}
