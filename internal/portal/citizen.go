package portal

import (
	"crypto"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/keystore"
)

// Citizen signs statements as the citizen's own program does.
type Citizen struct {
	Key         crypto.Signer
	Certificate *pki.Certificate
	// Detached leaves the statement out of the container.
	Detached bool
	Now      func() time.Time // time.Now when nil
}

// OpenCitizen takes the first signing key with a certificate out of a key
// container; the certificate may be given apart.
func OpenCitizen(container, password, certificate []byte) (*Citizen, error) {
	store, err := keystore.Open(container, password)
	if err != nil {
		return nil, fmt.Errorf("open key container: %w", err)
	}
	for _, key := range store.Keys {
		raw := certificate
		if raw == nil && len(key.Certificates) > 0 {
			raw = key.Certificates[0]
		}
		if raw == nil {
			continue
		}
		parsed, err := pki.ParseCertificate(raw)
		if err != nil {
			return nil, fmt.Errorf("read certificate: %w", err)
		}
		const signs = pki.KeyUsageDigitalSignature | pki.KeyUsageNonRepudiation
		if !parsed.HasKeyUsage || parsed.KeyUsage&signs != 0 {
			return &Citizen{Key: key.Signer, Certificate: parsed}, nil
		}
	}
	return nil, errors.New("the container holds no signing key with a certificate")
}

// Sign returns a CAdES-BES container over the content.
func (c *Citizen) Sign(content []byte) ([]byte, error) {
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	return cms.Sign(content, cms.SignOptions{
		Signer: c.Key, Certificate: c.Certificate, Detached: c.Detached, SigningTime: now().UTC().Truncate(time.Second),
	})
}

// Sign composes the message of a citizen's statement.
func (c *SOAP) Sign(citizen *Citizen, said dovidka.Statement) ([]byte, error) {
	payload, err := signedRequest(citizen, said)
	if err != nil {
		return nil, err
	}
	return c.Compose(trembita.OperationGetDeclarations, payload)
}

func newNonce() string {
	var nonce [32]byte
	if _, err := rand.Read(nonce[:]); err != nil {
		panic(err) // crypto/rand never fails: it ends the process instead
	}
	return base64.RawURLEncoding.EncodeToString(nonce[:])
}
