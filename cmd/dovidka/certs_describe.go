package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/dstu/kupyna"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/czo"
	"github.com/dovidka/dovidka/pki/der"
)

// certificateJSON describes a certificate for programs.
type certificateJSON struct {
	Kind       string    `json:"kind"`          // root, authority, time-stamping, ocsp, seal, encryption, signature
	National   *string   `json:"national_root"` // central, banking
	ForTests   bool      `json:"for_tests"`
	Subject    string    `json:"subject"`
	Issuer     string    `json:"issuer"`
	Serial     string    `json:"serial"` // hexadecimal
	NotBefore  time.Time `json:"not_before"`
	NotAfter   time.Time `json:"not_after"`
	Key        *keyJSON  `json:"key"` // null when it is refused
	KeyID      *string   `json:"subject_key_id"`
	GOSTKeyID  *string   `json:"gost_key_id"` // calculated, of DSTU keys
	IssuerKey  *string   `json:"authority_key_id"`
	Signature  string    `json:"signature_algorithm"`
	KeyUsage   []string  `json:"key_usage"`
	ExtUsage   []string  `json:"extended_key_usage"`
	IsCA       bool      `json:"is_ca"`
	PathLen    *int      `json:"path_len"`
	Policies   []string  `json:"policies"`
	Statements []string  `json:"qc_statements"`
	DRFO       *string   `json:"drfo"`
	UNZR       *string   `json:"unzr"`
	EDRPOU     *string   `json:"edrpou"`
	CRL        []string  `json:"crl_urls"`
	DeltaCRL   []string  `json:"delta_crl_urls"`
	OCSP       []string  `json:"ocsp_urls"`
	CAIssuers  []string  `json:"ca_issuers_urls"`
	TSP        []string  `json:"tsp_urls"`
	SHA256     string    `json:"sha256"`
	Problems   []string  `json:"problems"` // reasons, as verify gives them
}

// keyJSON describes a key, public or private, by its public part.
type keyJSON struct {
	Algorithm string  `json:"algorithm"`
	Curve     *string `json:"curve"`
	Bits      int     `json:"bits"`
	DKE       *string `json:"dke"` // of DSTU keys
}

// describeCertificate says what stands in a certificate, and what is wrong with it at
// a time.
func describeCertificate(c *pki.Certificate, at time.Time) certificateJSON {
	out := certificateJSON{
		Kind: kindOf(c), Subject: c.Subject.Reveal(), Issuer: c.Issuer.Reveal(), Serial: serialText(c.SerialNumber),
		NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(), KeyID: hexadecimal(c.SubjectKeyID), IssuerKey: hexadecimal(c.AuthorityKeyID),
		Signature: oidName(c.SignatureAlgorithm.OID), KeyUsage: keyUsageNames(c.KeyUsage), ExtUsage: namesOf(c.ExtKeyUsages), IsCA: c.IsCA,
		Policies: namesOf(c.Policies), Statements: []string{}, CRL: listed(c.CRLURLs), DeltaCRL: listed(c.DeltaCRLURLs), OCSP: listed(c.OCSPURLs),
		CAIssuers: listed(c.CAIssuerURLs), TSP: listed(c.TSPURLs), Problems: problemsOf(c, at),
	}
	sum := sha256.Sum256(c.Raw)
	out.SHA256 = hex.EncodeToString(sum[:])
	if c.KeyError() == nil {
		key := describeKey(c.PublicKey.Key, c.PublicKey.SBox, c.PublicKey.AlgorithmOID)
		out.Key, out.GOSTKeyID = &key, gostKeyID(c)
	}
	if czo.IsProduction(c) {
		root, _ := czo.Lookup(c)
		out.National = stated(string(root.Kind))
	}
	out.ForTests = czo.IsTest(c)
	if c.IsCA && c.MaxPathLen >= 0 {
		out.PathLen = &c.MaxPathLen
	}
	for _, q := range c.QCStatements {
		out.Statements = append(out.Statements, describeStatement(q))
	}
	if who, err := c.Identity(); err == nil {
		out.DRFO, out.UNZR, out.EDRPOU = revealed(who.DRFO), revealed(who.UNZR), revealed(who.EDRPOU)
	}
	return out
}

// kindText is the kind with what is known of it besides.
func (c *certificateJSON) kindText() string {
	switch {
	case c.National != nil:
		return c.Kind + ", " + *c.National
	case c.ForTests:
		return c.Kind + ", for tests"
	}
	return c.Kind
}

// kindOf tells what a certificate is for by what it says of itself.
func kindOf(c *pki.Certificate) string {
	const signs = pki.KeyUsageDigitalSignature | pki.KeyUsageNonRepudiation
	switch {
	case c.IsCA && c.IsSelfIssued():
		return "root"
	case c.IsCA:
		return "authority"
	case c.HasExtendedKeyUsage(pki.OIDEKUTimeStamping):
		return "time-stamping"
	case c.HasExtendedKeyUsage(pki.OIDEKUOCSPSigning):
		return "ocsp"
	case c.HasKeyUsage && c.KeyUsage&signs == 0:
		return "encryption"
	case c.IsSeal():
		return "seal"
	}
	return "signature"
}

// problemsOf lists what speaks against a certificate by itself; whether an issuer
// stands behind it is for verify.
func problemsOf(c *pki.Certificate, at time.Time) []string {
	out := []string{}
	note := func(when bool, why pki.Reason) {
		if when {
			out = append(out, string(why))
		}
	}
	note(c.KeyError() != nil, pki.ReasonKeyRejected)
	note(c.KeyError() == nil && errors.Is(pki.KeyPolicy{}.Check(c.PublicKey), pki.ErrWeakKey), pki.ReasonKeyWeak)
	if c.IsSelfIssued() && c.KeyError() == nil {
		err := c.CheckIssuedBy(c)
		switch {
		case errors.Is(err, pki.ErrUnsupportedAlgorithm):
			note(true, pki.ReasonAlgorithmRejected)
		case errors.Is(err, pki.ErrAlgorithmMismatch):
			note(true, pki.ReasonAlgorithmsDiffer)
		default:
			note(err != nil, pki.ReasonCertificateForged)
		}
	}
	note(at.After(c.NotAfter), pki.ReasonExpired)
	note(at.Before(c.NotBefore), pki.ReasonNotYetValid)
	note(len(c.UnknownCritical) > 0, pki.ReasonCriticalExtension)
	note(c.IsCA && c.KeyUsage&pki.KeyUsageCertSign == 0, pki.ReasonIssuerKeyUsage)
	note(!c.IsCA && c.KeyUsage&pki.KeyUsageCertSign != 0, pki.ReasonIssuerNotCA)
	_, err := c.Identity()
	note(errors.Is(err, pki.ErrIdentityConflict), "identity_conflict")
	note(errors.Is(err, pki.ErrIdentityMalformed), "identity_malformed")
	return out
}

func describeKey(key crypto.PublicKey, sbox *gost28147.SBox, oid string) keyJSON {
	switch key := key.(type) {
	case *dstu4145.PublicKey:
		name := "DSTU 4145"
		if oid != "" && oid != pki.OIDDSTU4145 {
			name = oidName(oid)
		}
		return keyJSON{Algorithm: name, Curve: stated(key.Curve().Name()), Bits: key.Curve().FieldBits(), DKE: stated(sboxName(sbox))}
	case *ecdsa.PublicKey:
		return keyJSON{Algorithm: "ECDSA", Curve: stated(key.Curve.Params().Name), Bits: key.Curve.Params().BitSize}
	case *rsa.PublicKey:
		return keyJSON{Algorithm: "RSA", Bits: key.N.BitLen()}
	}
	return keyJSON{Algorithm: fmt.Sprintf("%T", key)}
}

// sboxName names a substitution block as instruction 114 does.
func sboxName(sbox *gost28147.SBox) string {
	if sbox == nil {
		return "№1"
	}
	for n := 1; n <= 10; n++ {
		if numbered, err := gost28147.NumberedSBox(n); err == nil && sbox.Equal(numbered) {
			return fmt.Sprintf("№%d", n)
		}
	}
	return "test block of GOST 34.311"
}

// gostKeyID calculates the identifier which order 1401-12 gives a DSTU key: the hash of
// the DER OCTET STRING in the bit string of the SubjectPublicKeyInfo.
func gostKeyID(c *pki.Certificate) *string {
	if _, ok := c.PublicKey.Key.(*dstu4145.PublicKey); !ok {
		return nil
	}
	s := cryptobyte.String(c.RawKey)
	var body cryptobyte.String
	var alg pki.AlgorithmIdentifier
	var bits []byte
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !pki.ReadAlgorithmIdentifier(&body, &alg) || !body.ReadASN1BitStringAsBytes(&bits) {
		return nil
	}
	if strings.HasPrefix(alg.OID, "1.2.804.2.1.1.1.1.3.6.") {
		h := kupyna.New256()
		h.Write(bits)
		return hexadecimal(h.Sum(nil))
	}
	h := gost34311.NewWithSBox(c.PublicKey.SBox)
	h.Write(bits)
	return hexadecimal(h.Sum(nil))
}

// serialText is hexadecimal, with the sign that some old numbers have.
func serialText(n *big.Int) string {
	if n.Sign() < 0 {
		return "-" + hex.EncodeToString(n.Bytes())
	}
	return hex.EncodeToString(n.Bytes())
}

// describeStatement names a statement and what it says, where that is a list of
// identifiers or of words.
func describeStatement(q pki.QCStatement) string {
	name := oidName(q.OID)
	s := cryptobyte.String(q.Info)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return name
	}
	var said []string
	for !body.Empty() {
		var oid string
		var word cryptobyte.String
		switch {
		case body.PeekASN1Tag(asn1.OBJECT_IDENTIFIER) && der.ReadOID(&body, &oid):
			said = append(said, oidName(oid))
		case body.PeekASN1Tag(asn1.PrintableString) && body.ReadASN1(&word, asn1.PrintableString):
			said = append(said, string(word))
		default:
			return name
		}
	}
	if len(said) == 0 {
		return name
	}
	return name + ": " + strings.Join(said, ", ")
}

func namesOf(oids []string) []string {
	out := make([]string, 0, len(oids))
	for _, oid := range oids {
		out = append(out, oidName(oid))
	}
	return out
}

// listed is never null.
func listed(s []string) []string { return append([]string{}, slices.Clone(s)...) }

func hexadecimal(b []byte) *string { return stated(hex.EncodeToString(b)) }
