package cmstest

import (
	"bytes"
	"errors"
	"io"
	"math/big"
	"net/http"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
)

// maxQuestion bounds what a service reads.
const maxQuestion = 64 << 10

func (s *Services) answerOCSP(r *http.Request, fault Fault) ([]byte, error) {
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/ocsp-request" {
		return nil, errors.New("not a question")
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxQuestion))
	if err != nil {
		return nil, err
	}
	question, err := pki.ParseOCSPRequest(raw)
	if err != nil {
		return pki.CreateOCSPRefusal(pki.OCSPMalformedRequest), nil //nolint:nilerr // the asker is told
	}
	if fault == Denied {
		return pki.CreateOCSPRefusal(pki.OCSPTryLater), nil
	}
	signer, err := s.responder(fault)
	if err != nil {
		return nil, err
	}
	t := pki.OCSPResponseTemplate{ProducedAt: s.at(fault), Nonce: answerNonce(question.Nonce, fault), Certificates: []*pki.Certificate{signer.Certificate}}
	for _, id := range question.Certificates {
		t.Responses = append(t.Responses, s.state(id, fault))
	}
	return pki.CreateOCSPResponse(t, signer.Certificate, signer.Key)
}

func answerNonce(nonce []byte, fault Fault) []byte {
	switch fault {
	case NoNonce:
		return nil
	case WrongNonce:
		return []byte("another question's nonce")
	}
	return nonce
}

func (s *Services) responder(fault Fault) (*Identity, error) {
	switch fault {
	case NoEKU:
		return s.other("OCSP without EKU", func() (*Identity, error) {
			return s.authority.Seal(pki.Organization{Name: "Довідка: випробування", Unit: "OCSP-сервер"})
		})
	case WrongKey:
		return s.other("OCSP of others", s.imitation((*Authority).OCSP))
	case RevokedResponder:
		return s.other("OCSP revoked", func() (*Identity, error) {
			id, err := s.authority.OCSP()
			if err == nil {
				s.authority.Revoke(id.Certificate, s.at(Sound).Add(-time.Hour), 1)
				s.full = nil // the caller holds the lock
			}
			return id, err
		})
	}
	return s.Responder, nil
}

// state is the answer about one certificate. Whatever carries the provider's name and
// key is taken for issued by it.
func (s *Services) state(id pki.CertID, fault Fault) pki.SingleResponse {
	out := pki.SingleResponse{CertID: id, State: pki.StateGood, ThisUpdate: s.at(fault)}
	if s.cfg.OCSPLifetime > 0 {
		out.NextUpdate = out.ThisUpdate.Add(s.cfg.OCSPLifetime)
	}
	ca := s.authority.CA.Certificate
	own, err := pki.NewCertID(ca, ca, id.HashOID)
	switch {
	case fault == OtherSerial:
		out.Serial = new(big.Int).Add(id.Serial, big.NewInt(1))
	case fault == Unknown, err != nil, !bytes.Equal(own.IssuerKeyHash, id.IssuerKeyHash), !bytes.Equal(own.IssuerNameHash, id.IssuerNameHash):
		out.State = pki.StateUnknown
	default:
		if r, revoked := s.authority.statusOf(id.Serial); revoked {
			out.State, out.Revocation = pki.StateRevoked, r
		}
	}
	return out
}

func (s *Services) answerTSP(r *http.Request, fault Fault) ([]byte, error) {
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/timestamp-query" {
		return nil, errors.New("not a request")
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxQuestion))
	if err != nil {
		return nil, err
	}
	request, err := cms.ParseTimeStampRequest(raw)
	if err != nil {
		return cms.CreateTimeStampRefusal(2), nil //nolint:nilerr // the asker is told
	}
	signer := s.Stamper
	switch fault {
	case Denied:
		return cms.CreateTimeStampRefusal(14), nil
	case OtherImprint:
		request.Digest[0] ^= 1
	case NoNonce:
		request.Nonce = nil
	case WrongNonce:
		request.Nonce = big.NewInt(1)
	case NoEKU:
		signer, err = s.other("TSA without EKU", func() (*Identity, error) {
			return s.authority.Seal(pki.Organization{Name: "Довідка: випробування", Unit: "TSP-сервер"})
		})
	case WrongKey:
		signer, err = s.other("TSA of others", s.imitation((*Authority).TSA))
	}
	if err != nil {
		return nil, err
	}
	token, err := signer.stamp(request, s.at(fault))
	if err != nil {
		return nil, err
	}
	return cms.CreateTimeStampResponse(token), nil
}

// answerCRL gives the full list that was made last.
func (s *Services) answerCRL(_ *http.Request, fault Fault) ([]byte, error) {
	return raw(s.current(&s.full, (*Authority).CRL, fault))
}

func (s *Services) answerRootCRL(_ *http.Request, fault Fault) ([]byte, error) {
	return raw(s.current(&s.rootFull, (*Authority).RootCRL, fault))
}

func (s *Services) answerDelta(_ *http.Request, fault Fault) ([]byte, error) {
	base, err := s.current(&s.full, (*Authority).CRL, Sound)
	if err != nil {
		return nil, err
	}
	return raw(s.authority.DeltaCRL(base, s.at(fault)))
}

func (s *Services) current(kept **pki.CRL, issue func(*Authority, time.Time) (*pki.CRL, error), fault Fault) (*pki.CRL, error) {
	switch fault {
	case WrongKey:
		a, err := NewAuthority(s.authority.family, s.at(Sound))
		if err != nil {
			return nil, err
		}
		return issue(a, s.at(Sound))
	case Stale:
		return issue(s.authority, s.at(Sound).Add(-2*crlLifetime))
	case Future:
		return issue(s.authority, s.at(fault))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.at(Sound); *kept == nil || now.After((*kept).NextUpdate) || now.Before((*kept).ThisUpdate) {
		list, err := issue(s.authority, now)
		if err != nil {
			return nil, err
		}
		*kept = list
	}
	return *kept, nil
}

func raw(list *pki.CRL, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return list.Raw, nil
}
