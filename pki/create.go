package pki

import (
	"crypto"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki/der"
)

// Template describes a certificate to issue. [PersonTemplate], [SealTemplate] and
// their siblings fill it in for the usual kinds.
type Template struct {
	Subject   Name
	NotBefore time.Time
	NotAfter  time.Time
	Key       PublicKeyInfo
	// SerialNumber nil: 20 bytes as order 1401-12 has them, the first half the
	// issuer's key identifier with its top bit cleared, the second random.
	SerialNumber *big.Int
	// Digest with which the issuer signs; "" is the usual one of its key.
	Digest string

	IsCA         bool
	MaxPathLen   int // -1: unlimited; of a CA only
	KeyUsage     KeyUsage
	ExtKeyUsages []string
	Policies     []string
	QCStatements []QCStatement

	// DRFO, UNZR and EDRPOU go into subjectDirectoryAttributes.
	DRFO, UNZR, EDRPOU string

	CRLURL, DeltaCRLURL, OCSPURL, CAIssuerURL, TSPURL string
}

// CreateCertificate issues a certificate. The signer holds the key of issuer; a nil
// issuer makes the certificate self-signed with the template's own key.
func CreateCertificate(t Template, issuer *Certificate, signer crypto.Signer) (*Certificate, error) {
	if signer == nil || t.NotBefore.IsZero() || !t.NotAfter.After(t.NotBefore) {
		return nil, errors.New("create certificate: no signer or no validity")
	}
	spki, err := t.Key.Marshal()
	if err != nil {
		return nil, fmt.Errorf("create certificate: %w", err)
	}
	subjectID, err := keyID(spki)
	if err != nil {
		return nil, fmt.Errorf("create certificate: %w", err)
	}
	issuerName, issuerKey, issuerID := t.Subject, t.Key, subjectID
	if issuer != nil {
		issuerName, issuerKey, issuerID = issuer.Subject, issuer.PublicKey, issuer.SubjectKeyID
	}
	alg, _, err := SignatureAlgorithmFor(issuerKey, t.Digest)
	if err != nil {
		return nil, fmt.Errorf("create certificate: %w", err)
	}
	serial := t.SerialNumber
	if serial == nil {
		serial = newSerial(issuerID)
	}
	tbs, err := t.marshalTBS(serial, alg, issuerName, spki, subjectID, issuerID)
	if err != nil {
		return nil, fmt.Errorf("create certificate: %w", err)
	}
	raw, err := signStructure(tbs, alg, issuerKey, signer)
	if err != nil {
		return nil, fmt.Errorf("create certificate: %w", err)
	}
	return ParseCertificate(raw)
}

// signStructure signs a tbsCertificate or tbsCertList and appends the signature.
func signStructure(tbs []byte, alg AlgorithmIdentifier, key PublicKeyInfo, signer crypto.Signer) ([]byte, error) {
	bits, err := key.signBits(signer, alg, tbs)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		alg.Add(b)
		b.AddASN1BitString(bits)
	})
	return b.Bytes()
}

func newSerial(issuerKeyID []byte) *big.Int {
	var serial [20]byte
	_, _ = rand.Read(serial[:]) // never fails, crypto/rand
	copy(serial[:8], issuerKeyID)
	serial[0] &= 0x7f
	return new(big.Int).SetBytes(serial[:])
}

func (t *Template) marshalTBS(serial *big.Int, alg AlgorithmIdentifier, issuer Name, spki, subjectID, issuerID []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1Int64(2) })
		b.AddASN1BigInt(serial)
		alg.Add(b)
		b.AddBytes(issuer.Raw())
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			der.AddTime(b, t.NotBefore)
			der.AddTime(b, t.NotAfter)
		})
		b.AddBytes(t.Subject.Raw())
		b.AddBytes(spki)
		b.AddASN1(asn1.Tag(3).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { t.addExtensions(b, subjectID, issuerID) })
		})
	})
	return b.Bytes()
}

func (t *Template) addExtensions(b *cryptobyte.Builder, subjectID, issuerID []byte) {
	addExtension(b, oidExtSubjectKeyID, false, func(b *cryptobyte.Builder) { b.AddASN1OctetString(subjectID) })
	addExtension(b, oidExtAuthorityKeyID, false, func(b *cryptobyte.Builder) { addAuthorityKeyID(b, issuerID) })
	addExtension(b, oidExtKeyUsage, true, t.KeyUsage.add)
	if len(t.ExtKeyUsages) > 0 {
		// RFC 3161, clause 2.3: critical for time stamping, and harmless elsewhere.
		addExtension(b, oidExtExtendedKeyUsage, true, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, oid := range t.ExtKeyUsages {
					der.AddOID(b, oid)
				}
			})
		})
	}
	if len(t.Policies) > 0 {
		addExtension(b, oidExtCertificatePolicies, true, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, oid := range t.Policies {
					b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { der.AddOID(b, oid) })
				}
			})
		})
	}
	addExtension(b, oidExtBasicConstraints, true, t.addBasicConstraints)
	t.addStatements(b)
	t.addDirectory(b)
	t.addURLs(b)
}

func addExtension(b *cryptobyte.Builder, oid string, critical bool, value func(*cryptobyte.Builder)) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		der.AddOID(b, oid)
		if critical {
			b.AddASN1Boolean(true)
		}
		b.AddASN1(asn1.OCTET_STRING, value)
	})
}

func addAuthorityKeyID(b *cryptobyte.Builder, id []byte) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(id) })
	})
}

// add writes the named bit list, without zero bits at its end (X.690, clause 11.2.2).
func (u KeyUsage) add(b *cryptobyte.Builder) {
	var bits [2]byte
	last := 0
	for i := range 9 {
		if u&(1<<i) != 0 {
			bits[i/8] |= 0x80 >> (i % 8)
			last = i
		}
	}
	size := last/8 + 1
	b.AddASN1(asn1.BIT_STRING, func(b *cryptobyte.Builder) {
		b.AddUint8(uint8(7 - last%8))
		b.AddBytes(bits[:size])
	})
}

func (t *Template) addBasicConstraints(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		if !t.IsCA {
			return
		}
		b.AddASN1Boolean(true)
		if t.MaxPathLen >= 0 {
			b.AddASN1Int64(int64(t.MaxPathLen))
		}
	})
}

func (t *Template) addStatements(b *cryptobyte.Builder) {
	if len(t.QCStatements) == 0 {
		return
	}
	addExtension(b, oidExtQCStatements, false, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, q := range t.QCStatements {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					der.AddOID(b, q.OID)
					b.AddBytes(q.Info)
				})
			}
		})
	})
}

func (t *Template) addDirectory(b *cryptobyte.Builder) {
	numbers := []Attribute{{OIDSubjectDRFO, t.DRFO}, {OIDSubjectEDRPOU, t.EDRPOU}, {OIDSubjectUNZR, t.UNZR}}
	if t.DRFO == "" && t.EDRPOU == "" && t.UNZR == "" {
		return
	}
	addExtension(b, oidExtSubjectDirectory, false, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, n := range numbers {
				if n.Value == "" {
					continue
				}
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					der.AddOID(b, n.OID)
					b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
						b.AddASN1(stringTag(n.Value), func(b *cryptobyte.Builder) { b.AddBytes([]byte(n.Value)) })
					})
				})
			}
		})
	})
}

// stringTag: numbers are PrintableString, the passport form with its Cyrillic
// letters UTF8String.
func stringTag(s string) asn1.Tag {
	for _, r := range s {
		if r > 0x7f {
			return asn1.UTF8String
		}
	}
	return asn1.PrintableString
}

func (t *Template) addURLs(b *cryptobyte.Builder) {
	uri := func(url string) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.Tag(6).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes([]byte(url)) })
		}
	}
	point := func(oid, url string) {
		if url == "" {
			return
		}
		addExtension(b, oid, false, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
						b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), uri(url))
					})
				})
			})
		})
	}
	access := func(oid string, methods []Attribute) {
		addExtension(b, oid, false, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, m := range methods {
					if m.Value == "" {
						continue
					}
					b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
						der.AddOID(b, m.OID)
						uri(m.Value)(b)
					})
				}
			})
		})
	}
	point(oidExtCRLDistribution, t.CRLURL)
	point(oidExtFreshestCRL, t.DeltaCRLURL)
	if t.OCSPURL != "" || t.CAIssuerURL != "" {
		access(oidExtAuthorityInfo, []Attribute{{oidAccessOCSP, t.OCSPURL}, {oidAccessCAIssuers, t.CAIssuerURL}})
	}
	if t.TSPURL != "" {
		access(oidExtSubjectInfo, []Attribute{{oidAccessTimeStamping, t.TSPURL}})
	}
}
