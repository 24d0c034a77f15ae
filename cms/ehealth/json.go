package ehealth

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/dovidka/dovidka/pki"
)

type answerJSON struct {
	Content    json.RawMessage `json:"content"`
	Signatures []signatureJSON `json:"signatures"`
}

type signatureJSON struct {
	Signer  signerJSON `json:"signer"`
	IsValid bool       `json:"is_valid"`
	IsStamp bool       `json:"is_stamp"`
	Message string     `json:"validation_error_message"`
}

// signerJSON has every field always: what a certificate does not state is "".
type signerJSON struct {
	CommonName             string `json:"common_name"`
	CountryName            string `json:"country_name"`
	Surname                string `json:"surname"`
	GivenName              string `json:"given_name"`
	OrganizationName       string `json:"organization_name"`
	OrganizationalUnitName string `json:"organizational_unit_name"`
	StateOrProvinceName    string `json:"state_or_province_name"`
	LocalityName           string `json:"locality_name"`
	Title                  string `json:"title"`
	DRFO                   string `json:"drfo"`
	EDRPOU                 string `json:"edrpou"`
}

// RevealJSON returns the answer with its personal data, in the predecessor's names.
// Content which there is not is "".
func (a *Answer) RevealJSON() ([]byte, error) {
	out := answerJSON{Content: a.Content, Signatures: []signatureJSON{}}
	if out.Content == nil {
		out.Content = json.RawMessage(`""`)
	}
	for _, s := range a.Signatures {
		out.Signatures = append(out.Signatures, signatureJSON{s.Signer.reveal(), s.IsValid, s.IsStamp, s.Message})
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	return b.Bytes(), nil
}

func (s *Signer) reveal() signerJSON {
	show := pki.Personal.Reveal
	return signerJSON{
		CommonName: show(s.CommonName), CountryName: show(s.CountryName), Surname: show(s.Surname), GivenName: show(s.GivenName),
		OrganizationName: show(s.OrganizationName), OrganizationalUnitName: show(s.OrganizationalUnitName),
		StateOrProvinceName: show(s.StateOrProvinceName), LocalityName: show(s.LocalityName), Title: show(s.Title),
		DRFO: show(s.DRFO), EDRPOU: show(s.EDRPOU),
	}
}
