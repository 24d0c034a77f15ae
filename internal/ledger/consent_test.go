package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka"
)

// TestFold tells histories of one person and one recipient, and asks what of
// them stands afterwards and who may end it. Times are minutes.
func TestFold(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time {
		return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC).Add(time.Duration(minute) * time.Minute)
	}
	gives := func(minute int, id dovidka.ID, who dovidka.Pseudonym, until int) entry {
		return entry{
			Kind: dovidka.EventConsentGiven, At: at(minute), ConsentID: id, Subject: "child", Requester: who,
			Consent: &consentBody{ExpiresAt: at(until)},
		}
	}
	ends := func(minute int, id dovidka.ID) entry {
		return entry{Kind: dovidka.EventConsentWithdrawn, At: at(minute), ConsentID: id}
	}
	for name, c := range map[string]struct {
		history []entry
		at      int
		// What stands, and what the child, the mother and a stranger may end.
		stands, child, mother, stranger []dovidka.ID
	}{
		"nothing": {},
		"given": {
			history: []entry{gives(0, "a", "mother", 10)}, at: 5,
			stands: []dovidka.ID{"a"}, child: []dovidka.ID{"a"}, mother: []dovidka.ID{"a"},
		},
		"at the first moment": {
			history: []entry{gives(0, "a", "child", 10)}, at: 0, stands: []dovidka.ID{"a"}, child: []dovidka.ID{"a"},
		},
		"by a clock that is behind": {
			history: []entry{gives(1, "a", "child", 10)}, at: 0, stands: []dovidka.ID{"a"}, child: []dovidka.ID{"a"},
		},
		"run out":   {history: []entry{gives(0, "a", "mother", 10)}, at: 10},
		"withdrawn": {history: []entry{gives(0, "a", "mother", 10), ends(2, "a")}, at: 5},
		"given again": {
			history: []entry{gives(0, "a", "mother", 10), ends(2, "a"), gives(3, "b", "mother", 13)}, at: 5,
			stands: []dovidka.ID{"b"}, child: []dovidka.ID{"b"}, mother: []dovidka.ID{"b"},
		},
		"one of several": {
			history: []entry{gives(0, "a", "mother", 10), gives(1, "b", "child", 11), gives(1, "c", "father", 11), ends(2, "c")}, at: 5,
			stands: []dovidka.ID{"a", "b"}, child: []dovidka.ID{"a", "b"}, mother: []dovidka.ID{"a"},
		},
		"withdrawn twice":            {history: []entry{gives(0, "a", "child", 10), ends(2, "a"), ends(9, "a")}, at: 5},
		"another's withdrawal":       {history: []entry{gives(0, "a", "child", 10), ends(2, "z")}, at: 5, stands: []dovidka.ID{"a"}, child: []dovidka.ID{"a"}},
		"a withdrawal of nothing":    {history: []entry{gives(0, "a", "child", 10), ends(2, "")}, at: 5, stands: []dovidka.ID{"a"}, child: []dovidka.ID{"a"}},
		"other entries mean nothing": {history: []entry{{Kind: dovidka.EventGranted, ConsentID: "a"}}, at: 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			consents := fold(c.history)
			var standing []dovidka.ID
			for _, consent := range consents {
				if stands(consent, at(c.at)) {
					standing = append(standing, consent.ID)
				}
			}
			got := [][]dovidka.ID{standing}
			for _, who := range []dovidka.Pseudonym{"child", "mother", "stranger"} {
				var ids []dovidka.ID
				for _, consent := range withdrawable(consents, who, at(c.at)) {
					ids = append(ids, consent.ID)
				}
				got = append(got, ids)
			}
			if diff := cmp.Diff([][]dovidka.ID{c.stands, c.child, c.mother, c.stranger}, got); diff != "" {
				t.Errorf("stands; child, mother, stranger may end (-want +got):\n%s", diff)
			}
		})
	}
	if c := fold([]entry{gives(0, "a", "x", 9), ends(2, "a"), ends(9, "a")})[0]; !c.WithdrawnAt.Equal(at(2)) {
		t.Errorf("withdrawn at %v; the first time counts", c.WithdrawnAt)
	}
}

// FuzzDecode reads bodies as Verify does, which must trust nobody: what decodes
// encodes to the same bytes.
func FuzzDecode(f *testing.F) {
	for _, e := range []entry{
		{Version: entryVersion, Index: 1, Kind: dovidka.EventRefused, Code: dovidka.CodeMalformed, Caller: "<&>\u2028"},
		{Version: entryVersion, Index: 2, At: time.UnixMicro(1).UTC(), Signer: &certificateBody{}, Consent: &consentBody{}},
		{Version: 2},
	} {
		body, err := e.encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
		f.Add(append(body, ' '))
	}
	f.Add([]byte(`{"v":1,"index":1e0,"at":"2026-01-01T00:00:00+00:00"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := decode(body)
		if err != nil {
			return
		}
		again, err := e.encode()
		if err != nil || string(again) != string(body) {
			t.Errorf("%q became %q, %v", body, again, err)
		}
		if bound(e.Caller) == e.Caller && len(e.Caller) > maxText {
			t.Errorf("a text of %d bytes passes", len(e.Caller))
		}
	})
}
