package diia

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"net/http"

	"github.com/dovidka/dovidka"
)

// signatureJSON is the JSON body that brings a signature.
type signatureJSON struct {
	Signature *string `json:"signature"`
}

// submit answers PUT /declaration-requests/{id}/signature.
func (d *door) submit(w http.ResponseWriter, r *http.Request, c call) error {
	id, err := knownID(c.id)
	if err != nil {
		return err
	}
	// Asked before the work is done, not after.
	representation, ok := negotiate(r.Header.Values("Accept"))
	if !ok {
		return notAcceptable()
	}
	container, err := d.container(w, r)
	if err != nil {
		return err
	}
	progress, err := d.disclosure.Submit(r.Context(), dovidka.Request{
		ID: id, Channel: dovidka.ChannelDiia, Caller: c.caller, Container: container, ReceivedAt: d.now(),
	})
	if err != nil {
		return err
	}
	return answer(w, r, c, progress, representation)
}

// container reads the signature container from the body, whichever of its forms
// came.
func (d *door) container(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	kind, err := mediaType(r.Header)
	if err != nil {
		return nil, err
	}
	var container []byte
	switch kind {
	case typeJSON:
		// Base64 takes four bytes for three, perhaps broken into lines.
		body, err := d.read(w, r, d.limits.ContainerBytes*3/2+1<<10)
		if err != nil {
			return nil, err
		}
		if container, err = decodeSignature(body); err != nil {
			return nil, err
		}
	case typePKCS7, "application/pkcs7-mime", "application/octet-stream":
		if container, err = d.read(w, r, d.limits.ContainerBytes*3/2+1<<10); err != nil {
			return nil, err
		}
	default:
		return nil, unsupported()
	}
	container = stripPEM(container)
	switch {
	case len(container) == 0:
		return nil, invalid("signature", "Потрібен підпис")
	case int64(len(container)) > d.limits.ContainerBytes:
		return nil, &refusal{code: dovidka.CodeTooLarge}
	}
	return container, nil
}

// decodeSignature reads the JSON form.
func decodeSignature(body []byte) ([]byte, error) {
	if err := checkJSON(body); err != nil {
		return nil, err
	}
	var in signatureJSON
	if err := decodeObject(body, "", &in); err != nil {
		return nil, err
	}
	if in.Signature == nil {
		return nil, invalid("signature", "Потрібен підпис")
	}
	// The decoder passes over line breaks by itself.
	container, err := base64.StdEncoding.DecodeString(*in.Signature)
	if err != nil {
		return nil, invalid("signature", "Підпис має бути закодований у base64")
	}
	return container, nil
}

// stripPEM forgives a container in PEM, as many signing programs save it. What
// is no PEM is returned as it is; the verifier judges it.
func stripPEM(data []byte) []byte {
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("-----BEGIN ")) {
		return data
	}
	block, rest := pem.Decode(data)
	if block == nil || len(bytes.TrimSpace(rest)) > 0 {
		return data
	}
	return block.Bytes
}

// knownID refuses an id that cannot be one as it refuses one that is not.
func knownID(id dovidka.ID) (dovidka.ID, error) {
	if known, ok := parseUUID(string(id)); !ok || known != string(id) {
		return "", dovidka.NewFault(dovidka.CodeRequestUnknown, "the id is no UUID in lower case")
	}
	return id, nil
}
