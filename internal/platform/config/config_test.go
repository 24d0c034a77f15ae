package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

type server struct {
	Listen  string   `yaml:"listen"`
	Timeout Duration `yaml:"timeout"`
	Body    Size     `yaml:"body"`
	Pins    []string `yaml:"pins"`
	Port    int      `yaml:"port"`
}

type product struct {
	Rest    server            `yaml:"rest"`
	Clients []server          `yaml:"clients"`
	Codes   map[string]string `yaml:"codes"`
	Secret  int               `yaml:"secret"`
	On      bool              `yaml:"on"`
}

func TestLoad(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "c.yaml")
	err := os.WriteFile(path, []byte("rest:\n  timeout: 8s\n  body: 64KiB\n  pins: [a, b]\nclients:\n  - {listen: x, timeout: 30d}\ncodes:\n  busy: '1'\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	got := product{Rest: server{Listen: "127.0.0.1:8080"}}
	if err := Load(path, &got); err != nil {
		t.Fatal(err)
	}
	want := product{
		Rest:    server{Listen: "127.0.0.1:8080", Timeout: Duration(8 * time.Second), Body: 64 << 10, Pins: []string{"a", "b"}},
		Clients: []server{{Listen: "x", Timeout: Duration(30 * 24 * time.Hour)}},
		Codes:   map[string]string{"busy": "1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := Load(path+".missing", &got); err == nil {
		t.Error("a missing file is no error")
	}
}

func TestErrorsNameLineAndKeyAndNoValue(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"unknown key", "rest:\n  listen: a\n  lsten: b\n", "c.yaml: line 3: rest.lsten: unknown key"},
		{"unknown top key", "on: true\nhunter2: 1\n", "c.yaml: line 2: hunter2: unknown key"},
		{"in a list", "clients:\n  - listen: a\n  - listen: b\n    colour: red\n", "c.yaml: line 4: clients[1].colour: unknown key"},
		{"type", "on: true\nsecret: hunter2\n", "c.yaml: line 2: secret: a whole number is expected"},
		{"type of bool", "on: hunter2\n", "c.yaml: line 1: on: true or false is expected"},
		{"list for text", "rest:\n  listen: [hunter2]\n", "c.yaml: line 2: rest.listen: a text is expected"},
		{"text for list", "rest:\n  pins: hunter2\n", "c.yaml: line 2: rest.pins: a list is expected"},
		{"text for mapping", "rest: hunter2\n", "c.yaml: line 1: rest: a mapping is expected"},
		{"list for document", "- hunter2\n", "c.yaml: line 1: [0]: a mapping is expected"},
		{"bare number", "rest:\n  timeout: 8\n", "c.yaml: line 2: rest.timeout: a duration such as 180s, 12h or 30d is expected"},
		{"negative", "rest:\n  timeout: -8s\n", "c.yaml: line 2: rest.timeout: a duration such as 180s, 12h or 30d is expected"},
		{"size", "rest:\n  body: 64KB\n", "c.yaml: line 2: rest.body: a size such as 65536, 64KiB or 1MiB is expected"},
		{"one line", "rest: {listen: a, port: hunter2}\n", "c.yaml: line 1: rest: a whole number is expected"},
		{"one line in a list", "clients:\n  - {listen: a, port: hunter2, timeout: 1s}\n", "c.yaml: line 2: clients[0]: a whole number is expected"},
		{"twice", "on: true\non: false\n", "c.yaml: line 2: on: key given twice"},
		{"two errors", "on: 7\nsecret: x\n", "c.yaml: line 1: on: true or false is expected\nline 2: secret: a whole number is expected"},
		{"two documents", "on: true\n---\non: false\n", "c.yaml: more than one YAML document"},
		{"syntax", "on: true\n\tsecret: hunter2\n", "c.yaml: not YAML: line 2: found a tab character that violates indentation"},
		{"unknown anchor", "on: *hunter2\n", "c.yaml: not YAML: unknown anchor"},
		{"too long", strings.Repeat("#", MaxFile+1), "c.yaml: longer than 1048576 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := Decode("c.yaml", []byte(tt.in), new(product))
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEmptyFileKeepsDefaults(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"", "# nothing but words\n"} {
		got := product{On: true}
		if err := Decode("c.yaml", []byte(in), &got); err != nil || !got.On {
			t.Errorf("%q: %v, %+v", in, err, got)
		}
	}
}

func TestTypesWriteWhatTheyRead(t *testing.T) {
	t.Parallel()
	for _, s := range []Size{0, 1, 1000, 1024, 64 << 10, 1 << 20, 3 << 30, 1025} {
		if got, err := ParseSize(s.String()); err != nil || got != s {
			t.Errorf("%d: %q, %v", s, s, err)
		}
	}
	out, err := yaml.Marshal(server{Timeout: Duration(180 * time.Second), Body: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	var got server
	if err := Decode("c.yaml", out, &got); err != nil || got.Timeout.Std() != 3*time.Minute || got.Body != 1<<20 {
		t.Errorf("%v, %+v", err, got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("rest:\n  timeout: 8s\n  body: 64KiB\nclients: [{listen: x}]\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("? {a: b}\n: c\n"))
	f.Add([]byte("on: 7\n---\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p product
		if err := Decode("c.yaml", data, &p); err == nil && p.Rest.Timeout < 0 {
			t.Error("a negative duration passed")
		}
	})
}
