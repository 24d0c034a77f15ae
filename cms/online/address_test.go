package online

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"testing"
)

func TestAddressesThatMayBeAsked(t *testing.T) {
	t.Parallel()
	open, listed := rules{}, rules{hosts: []string{"ca.example", ".gov.ua"}, networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	for address, want := range map[string][2]bool{ // open, listed
		"http://ca.example/ocsp":            {true, true},
		"HTTP://CA.Example:8080/ocsp":       {true, true},
		"https://ca.example./x":             {true, true},
		"http://czo.gov.ua/ocsp":            {true, true},
		"http://gov.ua/":                    {true, false},
		"http://evilgov.ua/":                {true, false},
		"http://other.example/":             {true, false},
		"http://user@ca.example/":           {},
		"ftp://ca.example/":                 {},
		"file:///etc/passwd":                {},
		"ldap://ca.example/":                {},
		"http:///path":                      {},
		"://":                               {},
		"http://127.0.0.1/":                 {},
		"http://[::1]/":                     {},
		"http://169.254.169.254/latest":     {},
		"http://10.1.2.3/":                  {},
		"http://192.168.0.1/":               {},
		"http://[::ffff:10.0.0.1]/":         {},
		"http://[fe80::1%25eth0]/":          {},
		"http://0.0.0.0/":                   {},
		"http://100.64.0.1/":                {},
		"http://[64:ff9b::a00:1]/":          {},
		"http://[::a00:1]/":                 {},
		"http://%ff/":                       {}, // no text, which metrics would choke on
		"http://україна.ua/":                {}, // names go over the network in ASCII
		"http://[2002:7f00:1::]/":           {},
		"http://224.0.0.1/":                 {},
		"http://255.255.255.255/":           {},
		"http://8.8.8.8/":                   {true, false},
		"http://[2a00:1450:4001::200e]/ocs": {true, false},
	} {
		for i, r := range []rules{open, listed} {
			if _, err := r.parse(address); (err == nil) != want[i] || err != nil && !errors.Is(err, errForbidden) {
				t.Errorf("%s, listed %v: %v", address, i == 1, err)
			}
		}
	}
	for address, want := range map[string]bool{
		"10.1.2.3:80": true, "10.2.0.1:80": false, "127.0.0.1:80": false, "[::1]:80": false, "93.184.216.34:443": true, "[::ffff:10.1.0.9]:80": true,
	} {
		if err := listed.control("tcp", address, nil); (err == nil) != want {
			t.Errorf("connection to %s: %v", address, err)
		}
	}
	if listed.control("tcp", "name:80", nil) == nil {
		t.Error("a name was taken for an address")
	}
}

// TestRedirects: a redirect may go to another public address, and neither inside nor
// to a weaker scheme nor with another question.
func TestRedirects(t *testing.T) {
	t.Parallel()
	r := rules{networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	for name, c := range map[string]struct {
		method, from, nextMethod, to string
		hops                         int
		allowed                      bool
	}{
		"to another host":       {"GET", "http://ca.example/crl", "GET", "http://cdn.example/crl", 1, true},
		"to https":              {"GET", "http://ca.example/crl", "GET", "https://ca.example/crl", 1, true},
		"a question repeated":   {"POST", "http://ca.example/ocsp", "POST", "http://new.example/ocsp", 1, true},
		"three times":           {"GET", "http://ca.example/crl", "GET", "http://cdn.example/crl", 3, true},
		"four times":            {"GET", "http://ca.example/crl", "GET", "http://cdn.example/crl", 4, false},
		"to an admitted net":    {"GET", "http://ca.example/crl", "GET", "http://10.1.0.1/crl", 1, true},
		"from https to http":    {"GET", "https://ca.example/crl", "GET", "http://ca.example/crl", 1, false},
		"a question turned GET": {"POST", "http://ca.example/ocsp", "GET", "http://ca.example/other", 1, false},
		"inside":                {"GET", "http://ca.example/crl", "GET", "http://169.254.169.254/latest", 1, false},
		"this machine":          {"GET", "http://ca.example/crl", "GET", "http://[::1]:8080/", 1, false},
		"another scheme":        {"GET", "http://ca.example/crl", "GET", "ftp://ca.example/crl", 1, false},
	} {
		request := func(method, address string) *http.Request {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			return &http.Request{Method: method, URL: u, Header: http.Header{}}
		}
		via := make([]*http.Request, c.hops)
		for i := range via {
			via[i] = request(c.method, c.from)
		}
		if err := r.redirect(request(c.nextMethod, c.to), via); (err == nil) != c.allowed {
			t.Errorf("%s: %v", name, err)
		}
	}
}
