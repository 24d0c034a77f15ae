package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/dovidka/dovidka/xroad"
)

// packed is what a case says of an attachment.
type packed struct {
	ID   string `json:"id"`
	Type string `json:"type,omitempty"`
	Name string `json:"name"`
	Sum  string `json:"sum"`
}

// packing is what a case says of a message.
type packing struct {
	Attachments []packed `json:"attachments"`
	Data        *string  `json:"data,omitempty"` // base64
}

// content is of any bytes, those of line ends and delimiters above all.
func (s *suite) content(most int) []byte {
	pieces := []string{"\r", "\n", "\r\n", "--", "\x00", "\xFF", "Ї", "a"}
	var out []byte
	plain := s.random.IntN(2) == 0
	for range s.random.IntN(most) {
		if plain {
			out = append(out, byte(s.random.Uint32()))
		} else {
			out = append(out, pieces[s.random.IntN(len(pieces))]...)
		}
	}
	return out
}

func (s *suite) attachments() xroad.Attachments {
	all := xroad.Attachments{}
	for i := range s.random.IntN(4) + 1 {
		all = append(all, xroad.Attachment{
			ID: fmt.Sprintf("%d.%%%x@example.org", i, s.random.Uint32()), MediaType: []string{"application/pdf", "a/b", "text/x"}[s.random.IntN(3)],
			FileName: []string{"", "a b.pdf", "Їжак \"1\".pdf"}[s.random.IntN(3)], Content: s.content(3000),
		})
	}
	return all
}

// makeOurs lets our client send messages and keeps them in the folder.
func (s *suite) makeOurs(ctx context.Context, folder string) error {
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	var body []byte
	var contentType string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		contentType = r.Header.Get("Content-Type")
		body, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	for i := range s.cases {
		target := xroad.Target{Service: service(), Namespace: namespace, MTOM: i%2 == 0}
		client, err := xroad.NewClient(xroad.ClientConfig{Client: consumer(), URL: server.URL, PlainHTTP: true, Targets: []xroad.Target{target}})
		if err != nil {
			return err
		}
		call := xroad.Call{Service: service(), Attachments: s.attachments()}
		var want packing
		if target.MTOM {
			data := s.content(5000)
			text := base64.StdEncoding.EncodeToString(data)
			call.Payload, want.Data = payload{Data: data}, &text
			if len(data) == 0 {
				want.Data = nil
			}
		}
		for _, a := range call.Attachments {
			want.Attachments = append(want.Attachments, packed{a.ID, a.MediaType, a.FileName, sum(a.Content)})
		}
		if _, err := client.Call(ctx, call); !errors.Is(err, xroad.ErrResponse) { // there is none
			return fmt.Errorf("send: %w", err)
		}
		if err := client.Close(); err != nil {
			return err
		}
		if err := writeCase(filepath.Join(folder, strconv.Itoa(i)), contentType, body, want); err != nil {
			return err
		}
	}
	return nil
}

// oursToPython lets Python's email package and zeep read what our client sent.
func (s *suite) oursToPython(ctx context.Context, folder string) error {
	command := exec.CommandContext(ctx, s.python, filepath.Join(s.here, "mail.py"), "read", folder) //nolint:gosec // our own arguments
	return s.lines("Python reads", s.cases, command)
}

// oursToMime4j lets Mime4j read what our client sent, as a security server of X-Road does, and reads what that would
// send on.
func (s *suite) oursToMime4j(ctx context.Context, folder string) error {
	command := exec.CommandContext(ctx, "java", "-cp", s.classpath, "Mime4j", folder) //nolint:gosec // our own arguments
	if err := s.lines("Mime4j reads", s.cases, command); err != nil {
		return err
	}
	for i := range s.cases {
		s.check("Mime4j sends on "+strconv.Itoa(i), forwarded(filepath.Join(folder, strconv.Itoa(i))))
	}
	return nil
}

// forwarded compares a message of ours, as it was sent, with what a security server makes of it.
func forwarded(base string) error {
	contentType, err := os.ReadFile(base + ".type")
	if err != nil {
		return err
	}
	var read [2]*xroad.Package
	var listed strings.Builder
	for i, suffix := range []string{".body", ".forwarded"} {
		body, err := os.ReadFile(base + suffix)
		if err != nil {
			return err
		}
		if read[i], err = xroad.ReadPackage(bytes.NewReader(body), string(contentType), xroad.Limits{}); err != nil {
			return err
		}
	}
	for i, a := range read[0].Attachments {
		b := read[1].Attachments[i]
		if a.ID != b.ID || a.MediaType != b.MediaType || a.FileName != b.FileName || !bytes.Equal(a.Content, b.Content) {
			return fmt.Errorf("attachment %s became %s, %d bytes of %d", a.ID, b.ID, len(b.Content), len(a.Content))
		}
		fmt.Fprintf(&listed, "%s\t<%s>\t%s\n", a.MediaType, a.ID, sum(a.Content))
	}
	if !bytes.Equal(read[0].Body.Raw, read[1].Body.Raw) || !read[0].Header.Equal(read[1].Header) {
		return errors.New("another envelope")
	}
	parts, err := os.ReadFile(base + ".parts")
	if err != nil {
		return err
	}
	_, others, _ := strings.Cut(string(parts), "\n") // the envelope; what it includes comes last
	if !strings.HasPrefix(others, listed.String()) {
		return fmt.Errorf("parts are %s, want %s", others, listed.String())
	}
	return nil
}

func writeCase(base, contentType string, body []byte, want packing) error {
	description, err := json.Marshal(want)
	if err != nil {
		return err
	}
	for suffix, data := range map[string][]byte{".type": []byte(contentType), ".body": body, ".json": description} {
		if err := os.WriteFile(base+suffix, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// pythonToOurs reads messages that Python's email package wrote.
func (s *suite) pythonToOurs(ctx context.Context, folder string) error {
	folder = filepath.Join(folder, "theirs")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, s.python, filepath.Join(s.here, "mail.py"), "write", folder, strconv.Itoa(s.cases), strconv.FormatUint(s.random.Uint64()>>1, 10)) //nolint:gosec // our own arguments
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		return err
	}
	for i := range s.cases {
		s.check("Python wrote "+strconv.Itoa(i), readCase(filepath.Join(folder, strconv.Itoa(i))))
	}
	return nil
}

func readCase(base string) error {
	contentType, err := os.ReadFile(base + ".type")
	if err != nil {
		return err
	}
	body, err := os.ReadFile(base + ".body")
	if err != nil {
		return err
	}
	description, err := os.ReadFile(base + ".json")
	if err != nil {
		return err
	}
	var want packing
	if err := json.Unmarshal(description, &want); err != nil {
		return err
	}
	got, err := xroad.ReadPackage(bytes.NewReader(body), string(contentType), xroad.Limits{})
	if err != nil {
		return fmt.Errorf("%w in %s", err, contentType)
	}
	var in payload
	if err := got.Body.Decode(&in); err != nil {
		return err
	}
	if text := base64.StdEncoding.EncodeToString(in.Data); text != *want.Data {
		return errors.New("another text is included")
	}
	if len(got.Attachments) != len(want.Attachments) {
		return fmt.Errorf("%d attachments, want %d", len(got.Attachments), len(want.Attachments))
	}
	for i, a := range got.Attachments {
		content := strings.ReplaceAll(string(a.Content), "\r\n", "\n") // which mail does not tell apart
		if p := want.Attachments[i]; a.ID != p.ID || a.FileName != p.Name || sum([]byte(content)) != p.Sum {
			return fmt.Errorf("attachment %d is %s %q of %d bytes", i, a.ID, a.FileName, len(a.Content))
		}
	}
	return nil
}
