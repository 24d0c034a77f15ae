package enveloped_test

import (
	"errors"
	"testing"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/enveloped"
)

func TestTransport(t *testing.T) {
	t.Parallel()
	clear := read(t, "testdata/jkurwa/clear_message.transport")
	got, err := enveloped.ParseTransport(clear)
	if err != nil || got.Kind != enveloped.TransportClear || string(got.Message) != "123" || got.Header != "filename=clear_file.txt\r\n" {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = enveloped.ParseTransport(read(t, "testdata/jkurwa/message.transport"))
	if err != nil || got.Kind != enveloped.TransportSigned {
		t.Fatalf("%+v, %v", got, err)
	}
	if sd, err := cms.Parse(got.Message, cms.Limits{}); err != nil || string(sd.Content) != "123" {
		t.Errorf("%v", err)
	}
	for _, name := range []string{"clear_message", "message", "enc_message"} {
		frame := read(t, "testdata/jkurwa", name+".transport")
		if !enveloped.IsTransport(frame) {
			t.Errorf("%s is not recognised", name)
		}
		for n := range frame {
			if got, err := enveloped.ParseTransport(frame[:n]); !errors.Is(err, enveloped.ErrMalformed) {
				t.Errorf("%s: %d bytes: %+v, %v", name, n, got, err)
			}
		}
	}
	if enveloped.IsTransport(read(t, "testdata/jkurwa/enc_message.p7")) {
		t.Error("a bare container is taken for a frame")
	}
	for name, c := range map[string]struct {
		in   string
		want error
	}{
		"twice":         {string(clear) + "CLEAR\x00\x01\x00\x00\x00x", enveloped.ErrMalformed},
		"another label": {string(clear) + "OTHER\x00\x01\x00\x00\x00x", enveloped.ErrUnsupported},
		"no label":      {"ABCDEFGHIJKLMNOPQRSTUVWXYZ\x00\x00\x00\x00\x00", enveloped.ErrMalformed},
		"too long":      {"CLEAR\x00\xff\xff\xff\xffx", enveloped.ErrMalformed},
	} {
		if got, err := enveloped.ParseTransport([]byte(c.in)); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
