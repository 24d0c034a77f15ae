package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestCertsShowText looks for what a person looks for.
func TestCertsShowText(t *testing.T) {
	t.Parallel()
	in := func(name string) string { return filepath.Join("../../pki/testdata", name) }
	for name, c := range map[string]struct {
		args   []string
		code   int
		stdout []string
		stderr string
	}{
		"a seal": {[]string{in("real/diia/diia-test-sign-7775603.cer"), "--at", "2023-01-01T00:00:00Z"}, 0, []string{
			"Certificate   seal, for tests", "ДП ДІЯ (Тестування)", "DSTU 4145 M257-PB, DKE №1", "digitalSignature, nonRepudiation", "electronic seal",
			"ЄДРПОУ        43395033", "5bc6c06e", "http://ca.informjust.ua/services/tsp/", "qualified under Ukrainian law",
		}, ""},
		"the root":                 {[]string{in("real/diia/CAO-05E19E2CD92EA2990100000001000000C1000000.cer")}, 0, []string{"Certificate   root, central"}, ""},
		"a bundle":                 {[]string{"../../cms/testdata/real/CACertificates.Test.p7b"}, 0, []string{"root, for tests  ", "19 certificates"}, ""},
		"of two files one is none": {[]string{in("real/revoked.ocsp"), "main_test.go"}, exitFailed, []string{"revoked at 2016-09-26T14:18:54Z (affiliationChanged)"}, "main_test.go: neither"},
		"a signed container":       {[]string{filepath.Join(synthetic, "cms/p01-bes-attached.p7s")}, 0, []string{"signed container", "ТЕСТЕНКО", "РНОКПП        3000000014"}, ""},
		"an unfit key":             {[]string{filepath.Join(synthetic, "cms/n75-public-key-not-on-curve.p7s")}, 0, []string{"refused: ", "key_rejected"}, ""},
		"no such file":             {[]string{"nothing"}, exitUsage, nil, "nothing"},
		"no file":                  {nil, exitUsage, nil, "files"},
		"a device":                 {[]string{"/dev/zero"}, exitUsage, nil, "/dev/zero"},
		"another time":             {[]string{in("real/revoked.ocsp"), "--at", "noon"}, exitUsage, nil, "--at"},
	} {
		code, stdout, stderr := execute(t, append([]string{"certs", "show"}, c.args...)...)
		if code != c.code || !strings.Contains(stderr, c.stderr) || (c.stderr == "") != (stderr == "") {
			t.Errorf("%s: exit %d: %s", name, code, stderr)
		}
		for _, part := range c.stdout {
			if !strings.Contains(stdout, part) {
				t.Errorf("%s: no %q in\n%s", name, part, stdout)
			}
		}
	}
}

// TestKeysShowText: who, never the secret.
func TestKeysShowText(t *testing.T) {
	t.Parallel()
	in := func(name string) string { return filepath.Join("../../pki/keystore/testdata", name) }
	code, stdout, stderr := execute(t, "keys", "show", in("jkurwa/PRIV1.cer"))
	if code != 0 || stderr != "" || !strings.Contains(stdout, "DSTU 4145 M257-PB, DKE №1") || !strings.Contains(stdout, "89fb24e2") {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}
	for name, c := range map[string]struct {
		args   []string
		code   int
		stderr string
	}{
		"no key":           {[]string{"../../cms/testdata/real/CACertificates.Test.p7b"}, exitFailed, "no key container"},
		"a password given": {[]string{in("jkurwa/PRIV1.cer"), "--password", "x"}, exitUsage, "--password"},
		"no password file": {[]string{in("jkurwa/PRIV1.cer"), "--password-file", "nothing"}, exitUsage, "nothing"},
		"a device":         {[]string{"/dev/zero"}, exitUsage, "/dev/zero"},
	} {
		if code, stdout, stderr := execute(t, append([]string{"keys", "show"}, c.args...)...); code != c.code || stdout != "" || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%s: exit %d: %s%s", name, code, stdout, stderr)
		}
	}
}
