package xroad_test

import (
	"testing"

	"github.com/dovidka/dovidka/xroad"
)

func TestParseClientID(t *testing.T) {
	t.Parallel()
	good := map[string]xroad.ClientID{
		"SEVDEIR/GOV/42032422":                       {Instance: "SEVDEIR", Class: "GOV", Member: "42032422"},
		"SEVDEIR-TEST/GOV/00000088/3_MJU_DRACS_prod": {Instance: "SEVDEIR-TEST", Class: "GOV", Member: "00000088", Subsystem: "3_MJU_DRACS_prod"},
		"a/b/c/Їжак зелений":                         {Instance: "a", Class: "b", Member: "c", Subsystem: "Їжак зелений"},
	}
	for path, want := range good {
		got, err := xroad.ParseClientID(path)
		if err != nil || !got.Equal(want) || got.String() != path || got.Validate() != nil {
			t.Errorf("%s: %+v, %v", path, got, err)
		}
	}
	for _, path := range []string{"", "a", "a/b", "a/b/", "a//c", "/a/b/c", "a/b/c/", "a/b/c/d/e", "a/b/c\n", "a/b/\x7f", "a/b/\xFF"} {
		if got, err := xroad.ParseClientID(path); err == nil {
			t.Errorf("%q accepted as %+v", path, got)
		}
	}
	if a, b := (xroad.ClientID{Member: "1"}), (xroad.ClientID{Member: "01"}); a.Equal(b) {
		t.Error("leading zero overlooked")
	}
}

func TestParseServiceID(t *testing.T) {
	t.Parallel()
	good := map[string]xroad.ServiceID{
		"SEVDEIR/GOV/42032422/SUBSYS/ServiceName_v1":   {Instance: "SEVDEIR", Class: "GOV", Member: "42032422", Subsystem: "SUBSYS", Service: "ServiceName_v1"},
		"SEVDEIR/GOV/42032422/SUBSYS/ServiceName/v1.2": {Instance: "SEVDEIR", Class: "GOV", Member: "42032422", Subsystem: "SUBSYS", Service: "ServiceName", Version: "v1.2"},
		"EE/BUSINESS/producer//testQuery":              {Instance: "EE", Class: "BUSINESS", Member: "producer", Service: "testQuery"},
	}
	for path, want := range good {
		got, err := xroad.ParseServiceID(path)
		if err != nil || !got.Equal(want) || got.String() != path || got.Validate() != nil {
			t.Errorf("%s: %+v, %v", path, got, err)
		}
		if provider := got.Provider(); provider.Member != want.Member || provider.Subsystem != want.Subsystem {
			t.Errorf("%s: provider %v", path, provider)
		}
	}
	for _, path := range []string{"", "a/b/c/d", "a/b/c/d/", "a/b/c/d/e/", "a/b/c/d/e/f/g", "a/b//d/e", "a/b/c/d/\t"} {
		if got, err := xroad.ParseServiceID(path); err == nil {
			t.Errorf("%q accepted as %+v", path, got)
		}
	}
}

func TestValidateRefusesEmptyCodes(t *testing.T) {
	t.Parallel()
	if (xroad.ClientID{Instance: "a", Class: "b"}).Validate() == nil ||
		(xroad.ServiceID{Instance: "a", Class: "b", Member: "c"}).Validate() == nil ||
		(xroad.SecurityServerID{Instance: "a", Class: "b", Member: "c"}).Validate() == nil ||
		(xroad.ClientID{Instance: "a", Class: "b", Member: "c", Subsystem: "d/e"}).Validate() == nil {
		t.Error("incomplete identifier accepted")
	}
	server := xroad.SecurityServerID{Instance: "a", Class: "b", Member: "c", Server: "d"}
	if server.Validate() != nil || server.String() != "a/b/c/d" {
		t.Errorf("%v", server)
	}
}

// FuzzIdentifiers checks that what parses prints as it came.
func FuzzIdentifiers(f *testing.F) {
	f.Add("SEVDEIR/GOV/42032422")
	f.Add("SEVDEIR/GOV/42032422/SUBSYS")
	f.Add("SEVDEIR/GOV/42032422/SUBSYS/ServiceName_v1/v1")
	f.Add("EE/BUSINESS/producer//testQuery")
	f.Fuzz(func(t *testing.T, path string) {
		if id, err := xroad.ParseClientID(path); err == nil && (id.String() != path || id.Validate() != nil) {
			t.Errorf("%q became %q", path, id)
		}
		if id, err := xroad.ParseServiceID(path); err == nil && (id.String() != path || id.Validate() != nil) {
			t.Errorf("%q became %q", path, id)
		}
	})
}
