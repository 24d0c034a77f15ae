package main

import (
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/pki"
)

// TestDemoServicesComeBack: what an authority issued before a restart is answered for
// after it, and an address that is taken stops nobody.
func TestDemoServicesComeBack(t *testing.T) {
	t.Parallel()
	d := &demoFolder{dir: t.TempDir()}
	if err := os.Mkdir(d.path("trust"), 0o700); err != nil {
		t.Fatal(err)
	}
	var args []string
	for _, f := range demoFamilies() {
		a, err := d.foundAuthority(f, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		who, err := a.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"})
		if err != nil {
			t.Fatal(err)
		}
		p7s, err := who.Sign([]byte("document"), time.Now(), false)
		if err != nil {
			t.Fatal(err)
		}
		signed, root := d.path(f.name+".p7s"), d.path(f.name+".pem")
		chain := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Certificate.Raw}),
			pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.CA.Certificate.Raw})...)
		if err := os.WriteFile(signed, p7s, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(root, chain, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, root, signed)
	}
	var said []string
	progress := func(text string) { said = append(said, text) }
	for range 2 {
		services, err := d.serve(t.Context(), progress)
		if len(said) > 0 {
			t.Skip("another process took a port of ours in the meantime: ", said)
		}
		if err != nil || len(services) != 2 {
			t.Fatalf("%d services, error %v", len(services), err)
		}
		for i := 0; i < len(args); i += 2 {
			code, stdout, stderr := execute(t, "verify", "--trust", args[i], args[i+1])
			if code != 0 {
				t.Errorf("%s: exit %d: %s%s", filepath.Base(args[i+1]), code, stdout, stderr)
			}
		}
		if err := services.close(); err != nil {
			t.Fatal(err)
		}
	}
	address, err := os.ReadFile(d.path("trust", "ecdsa.address"))
	if err != nil {
		t.Fatal(err)
	}
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", strings.TrimSpace(string(address)))
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	services, err := d.serve(t.Context(), progress)
	if err != nil || len(services) != 1 || len(said) != 1 {
		t.Errorf("with an address taken: %d services, %v, error %v", len(services), said, err)
	}
	if err := services.close(); err != nil {
		t.Error(err)
	}
}
