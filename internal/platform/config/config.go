// Package config reads configuration files: YAML, strictly. What a setting
// means is the business of whoever owns the struct it is read into.
package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// MaxFile is the largest configuration file that is read, in bytes.
const MaxFile = 1 << 20

// Load reads the YAML file at path into a struct. A key the struct does not
// have, a key given twice, a value of another type and a second document are
// errors; every error names the file, the line and the key, and never a value,
// for values may be secrets. What the file does not mention keeps the value it
// had, so that defaults are set before. An empty file changes nothing.
func Load(path string, into any) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	return Decode(filepath.Base(path), data, into)
}

// Decode does what Load does with the content of a file; name stands in errors.
func Decode(name string, data []byte, into any) error {
	if len(data) > MaxFile {
		return fmt.Errorf("%s: longer than %d bytes", name, MaxFile)
	}
	if err := decode(data, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func decode(data []byte, into any) error {
	var document yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(data))
	switch err := documents.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return syntaxError(err)
	}
	switch err := documents.Decode(new(yaml.Node)); {
	case err == nil:
		return errors.New("more than one YAML document")
	case !errors.Is(err, io.EOF):
		return syntaxError(err)
	}
	strict := yaml.NewDecoder(bytes.NewReader(data))
	strict.KnownFields(true)
	err := strict.Decode(into)
	var wrong *yaml.TypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return explain(wrong, keysByLine(&document))
	default:
		return syntaxError(err)
	}
}

// syntaxError keeps the place a YAML error names and drops what it quotes.
func syntaxError(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := regexp.MustCompile("(?s)^(.*?)[`'\"]").FindStringSubmatch(text); m != nil {
		text = strings.TrimSpace(m[1])
	}
	return errors.New("not YAML: " + text)
}

// What the decoder says, in its words, of each kind of wrong value.
var (
	atLine  = regexp.MustCompile(`^line (\d+): `)
	unknown = regexp.MustCompile(`field (\S+) not found in type`)
	twice   = regexp.MustCompile(`(?:mapping key "([^"]*)"|field (\S+)) already (?:defined|set)`)
	typed   = regexp.MustCompile(`cannot unmarshal .* into (\S+)$`)
)

// explain says in our words what the decoder found, all of it at once.
func explain(wrong *yaml.TypeError, keys map[int]string) error {
	var all []error
	for _, text := range wrong.Errors {
		line := 0
		if m := atLine.FindStringSubmatch(text); m != nil {
			line, _ = strconv.Atoi(m[1]) // digits by the pattern; 0 when they overflow
			text = strings.TrimPrefix(text, m[0])
		}
		what := "a value that is not expected"
		switch {
		case strings.HasPrefix(text, ownError):
			what = strings.TrimPrefix(text, ownError)
		case unknown.MatchString(text):
			what = "unknown key"
		case twice.MatchString(text):
			what = "key given twice"
		case typed.MatchString(text):
			what = kindName(typed.FindStringSubmatch(text)[1]) + " is expected"
		}
		key := keys[line]
		if key == "" {
			key = "(document)"
		}
		all = append(all, fmt.Errorf("line %d: %s: %s", line, key, what))
	}
	return errors.Join(all...)
}

// kindName says in plain words what a Go type takes.
func kindName(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	case strings.HasPrefix(goType, "map["):
		return "a mapping"
	case strings.HasPrefix(goType, "int"), strings.HasPrefix(goType, "uint"):
		return "a whole number"
	case strings.HasPrefix(goType, "float"):
		return "a number"
	case goType == "bool":
		return "true or false"
	case goType == "string":
		return "a text"
	default:
		return "a mapping"
	}
}

// keysByLine tells which key a line belongs to, with its path: a.b.c, or
// a.b[2] for an item of a list. Where several keys of one mapping share a line,
// it is the mapping's.
func keysByLine(document *yaml.Node) map[int]string {
	keys := map[int]string{}
	last := map[int]string{} // the mapping whose key was last seen on the line
	var walk func(n *yaml.Node, path string)
	walk = func(n *yaml.Node, path string) {
		if _, known := keys[n.Line]; !known && path != "" {
			keys[n.Line] = path
		}
		switch n.Kind {
		case yaml.DocumentNode:
			for _, c := range n.Content {
				walk(c, path)
			}
		case yaml.SequenceNode:
			for i, c := range n.Content {
				walk(c, fmt.Sprintf("%s[%d]", path, i))
			}
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				key := n.Content[i]
				name := strings.TrimPrefix(path+"."+key.Value, ".")
				if parent, seen := last[key.Line]; seen && parent == path {
					keys[key.Line] = cmp.Or(path, name)
				} else if keys[key.Line] == path {
					keys[key.Line] = name // a block mapping begins on the line of its first key
				}
				last[key.Line] = path
				walk(n.Content[i+1], name)
			}
		}
	}
	walk(document, "")
	return keys
}
