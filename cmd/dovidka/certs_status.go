package main

import (
	"time"

	"github.com/dovidka/dovidka/pki"
)

// crlJSON describes a revocation list for programs.
type crlJSON struct {
	Issuer     string     `json:"issuer"`
	IssuerKey  *string    `json:"authority_key_id"`
	Number     *string    `json:"number"`
	BaseNumber *string    `json:"base_number"` // of a delta
	ThisUpdate time.Time  `json:"this_update"`
	NextUpdate *time.Time `json:"next_update"`
	Revoked    int        `json:"revoked"`
	Signature  string     `json:"signature_algorithm"`
	Problems   []string   `json:"problems"`
}

func describeCRL(l *pki.CRL, at time.Time) crlJSON {
	out := crlJSON{
		Issuer: l.Issuer.Reveal(), IssuerKey: hexadecimal(l.AuthorityKeyID), ThisUpdate: l.ThisUpdate.UTC(), NextUpdate: given(l.NextUpdate),
		Revoked: l.Len(), Signature: oidName(l.SignatureAlgorithm.OID), Problems: []string{},
	}
	if l.Number != nil {
		out.Number = stated(l.Number.String())
	}
	if l.BaseNumber != nil {
		out.BaseNumber = stated(l.BaseNumber.String())
	}
	if len(l.UnknownCritical) > 0 {
		out.Problems = append(out.Problems, string(pki.ReasonCriticalExtension))
	}
	out.Problems = append(out.Problems, freshness(l.ThisUpdate, l.NextUpdate, at)...)
	return out
}

// freshness says whether a statement is for now, as far as it says itself.
func freshness(from, to, at time.Time) []string {
	switch {
	case at.Before(from):
		return []string{string(pki.ReasonStatusFuture)}
	case !to.IsZero() && at.After(to):
		return []string{string(pki.ReasonStatusStale)}
	}
	return []string{}
}

// ocspJSON describes an OCSP response for programs.
type ocspJSON struct {
	Responder    *string           `json:"responder"`
	ResponderKey *string           `json:"responder_key_hash"`
	ProducedAt   time.Time         `json:"produced_at"`
	Nonce        *string           `json:"nonce"`
	Signature    string            `json:"signature_algorithm"`
	Responses    []ocspStatusJSON  `json:"responses"`
	Certificates []certificateJSON `json:"certificates"`
}

type ocspStatusJSON struct {
	Serial     string     `json:"serial"`
	Status     string     `json:"status"` // good, revoked, unknown
	RevokedAt  *time.Time `json:"revoked_at"`
	Reason     *string    `json:"revocation_reason"`
	Hash       string     `json:"hash_algorithm"`
	ThisUpdate time.Time  `json:"this_update"`
	NextUpdate *time.Time `json:"next_update"`
	Problems   []string   `json:"problems"`
}

func describeOCSP(r *pki.OCSPResponse, at time.Time) ocspJSON {
	out := ocspJSON{
		ResponderKey: hexadecimal(r.ResponderKeyHash), ProducedAt: r.ProducedAt.UTC(), Nonce: hexadecimal(r.Nonce),
		Signature: oidName(r.SignatureAlgorithm.OID), Responses: []ocspStatusJSON{}, Certificates: []certificateJSON{},
	}
	if r.ResponderName != nil {
		out.Responder = stated(r.ResponderName.Reveal())
	}
	for _, one := range r.Responses {
		status := ocspStatusJSON{
			Serial: serialText(one.Serial), Status: "unknown", Hash: digestName(one.HashOID), ThisUpdate: one.ThisUpdate.UTC(),
			NextUpdate: given(one.NextUpdate), Problems: freshness(one.ThisUpdate, one.NextUpdate, at),
		}
		switch one.State {
		case pki.StateGood:
			status.Status = "good"
		case pki.StateRevoked:
			status.Status, status.RevokedAt = "revoked", given(one.Revocation.Time)
			status.Reason = stated(revocationWord(one.Revocation.Reason))
		}
		out.Responses = append(out.Responses, status)
	}
	for _, c := range r.Certificates {
		out.Certificates = append(out.Certificates, describeCertificate(c, at))
	}
	return out
}

// revocationWord is the word of RFC 5280, clause 5.3.1.
func revocationWord(code int) string {
	words := []string{
		"unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation", "certificateHold", "",
		"removeFromCRL", "privilegeWithdrawn", "aACompromise",
	}
	if code < 0 || code >= len(words) {
		return ""
	}
	return words[code]
}

func digestName(oid string) string {
	switch oid {
	case pki.OIDGOST34311:
		return "GOST 34.311"
	case pki.OIDSHA1:
		return "SHA-1"
	case pki.OIDSHA256:
		return "SHA-256"
	case pki.OIDKupyna256:
		return "Kupyna-256"
	}
	return oid
}
