package cms_test

import (
	"bytes"
	"crypto/sha256"
	"math/big"
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

const (
	oidData          = "1.2.840.113549.1.7.1"
	oidContentType   = "1.2.840.113549.1.9.3"
	oidMessageDigest = "1.2.840.113549.1.9.4"
	oidESS           = "1.2.840.113549.1.9.16.2.47"
)

// forgery is a container made by a signer who holds a good key and breaks a rule:
// the signature over the attributes is always right.
type forgery struct {
	who         *cmstest.Identity
	content     []byte
	attributes  [][]byte
	digests     []string // announced
	digest      string
	contentType string
	certs       []*pki.Certificate
	signers     int
	key         pki.PublicKeyInfo             // of the signer, whatever the certificate says
	value       func(i int, v []byte) []byte  // changes the value of a signature
	unsigned    func(value []byte) [][]byte   // attributes made for the signature's value
	present     func(set []byte) (doc []byte) // shows the signed attributes as a document without any
	others      []byte                        // signerInfos of others
}

func newForgery(who *cmstest.Identity) *forgery {
	content := []byte("document")
	sum, cert := sha256.Sum256(content), sha256.Sum256(who.Certificate.Raw)
	return &forgery{
		who: who, content: content, digests: []string{pki.OIDSHA256}, digest: pki.OIDSHA256, contentType: oidData, signers: 1,
		certs: []*pki.Certificate{who.Certificate}, key: who.Certificate.PublicKey,
		attributes: [][]byte{
			attr(oidContentType, func(b *cryptobyte.Builder) { der.AddOID(b, oidData) }),
			attr(oidMessageDigest, func(b *cryptobyte.Builder) { b.AddASN1OctetString(sum[:]) }),
			essAttr(cert[:]),
		},
	}
}

// as makes the forgery name another certificate as the signer's.
func (f *forgery) as(c *pki.Certificate) *forgery {
	sum := sha256.Sum256(c.Raw)
	f.who = &cmstest.Identity{Key: f.who.Key, Certificate: c}
	f.certs, f.attributes[2] = []*pki.Certificate{c}, essAttr(sum[:])
	return f
}

// useGOST hashes the document with GOST 34.311, as signatures of DSTU 4145 want it.
func (f *forgery) useGOST() *forgery {
	sum, err := pki.Sum(pki.OIDGOST34311, f.content)
	if err != nil {
		panic(err) // cannot happen: the digest is known
	}
	f.digest, f.digests = pki.OIDGOST34311, []string{pki.OIDGOST34311}
	f.attributes[1] = attr(oidMessageDigest, func(b *cryptobyte.Builder) { b.AddASN1OctetString(sum) })
	return f
}

func attr(oid string, values ...func(*cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		der.AddOID(b, oid)
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
			for _, v := range values {
				v(b)
			}
		})
	})
	return b.BytesOrPanic()
}

// essAttr names a certificate by its hash and, if given, as issuerSerial does.
func essAttr(hash []byte, issuerSerial ...byte) []byte {
	return attr(oidESS, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1OctetString(hash)
					b.AddBytes(issuerSerial)
				})
			})
		})
	})
}

// issuerSerial is IssuerSerial (RFC 5035, clause 5) with the certificate's issuer.
func issuerSerial(c *pki.Certificate, serial *big.Int) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.Tag(4).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(c.Issuer.Raw()) })
		})
		b.AddASN1BigInt(serial)
	})
	return b.BytesOrPanic()
}

func (f *forgery) marshal(t testing.TB) []byte {
	t.Helper()
	slices.SortFunc(f.attributes, bytes.Compare)
	attributes := bytes.Join(f.attributes, nil)
	var set cryptobyte.Builder
	set.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(attributes) })
	alg, digest, err := pki.SignatureAlgorithmFor(f.key, "")
	if err != nil {
		t.Fatal(err)
	}
	genuine := must[[]byte](t)(f.key.Sign(f.who.Key, alg, digest, set.BytesOrPanic()))
	content := f.content
	if f.present != nil {
		content = f.present(set.BytesOrPanic())
	}
	context := func(n uint8) asn1.Tag { return asn1.Tag(n).ContextSpecific().Constructed() }
	signer := func(b *cryptobyte.Builder, i int) {
		value := genuine
		if f.value != nil {
			value = f.value(i, bytes.Clone(genuine))
		}
		b.AddASN1Int64(1)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(f.who.Certificate.Issuer.Raw())
			b.AddASN1BigInt(f.who.Certificate.SerialNumber)
		})
		pki.AlgorithmIdentifier{OID: f.digest}.Add(b)
		if f.present == nil {
			b.AddASN1(context(0), func(b *cryptobyte.Builder) { b.AddBytes(attributes) })
		}
		alg.Add(b)
		b.AddASN1OctetString(value)
		if f.unsigned != nil {
			b.AddASN1(context(1), func(b *cryptobyte.Builder) { b.AddBytes(bytes.Join(f.unsigned(value), nil)) })
		}
	}
	body := func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
			for _, d := range f.digests {
				pki.AlgorithmIdentifier{OID: d}.Add(b)
			}
		})
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			der.AddOID(b, f.contentType)
			b.AddASN1(context(0), func(b *cryptobyte.Builder) { b.AddASN1OctetString(content) })
		})
		b.AddASN1(context(0), func(b *cryptobyte.Builder) {
			for _, c := range f.certs {
				b.AddBytes(c.Raw)
			}
		})
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
			for i := range f.signers {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { signer(b, i) })
			}
			b.AddBytes(f.others)
		})
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		der.AddOID(b, "1.2.840.113549.1.7.2")
		b.AddASN1(context(0), func(b *cryptobyte.Builder) { b.AddASN1(asn1.SEQUENCE, body) })
	})
	return b.BytesOrPanic()
}

func TestForgeries(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	template := func(change func(*pki.Template)) *cmstest.Identity {
		return must[*cmstest.Identity](t)(a.Custom(func(key pki.PublicKeyInfo) (pki.Template, error) {
			out, err := pki.PersonTemplate(citizen, key, pki.Validity{NotBefore: signedAt.AddDate(0, 0, -1), NotAfter: signedAt.AddDate(1, 0, 0)})
			if err == nil {
				change(&out)
			}
			return out, err
		}))
	}
	who := must[*cmstest.Identity](t)(a.Issue(citizen))
	decoy := template(func(o *pki.Template) { o.SerialNumber = who.Certificate.SerialNumber })
	agreement := template(func(o *pki.Template) { o.KeyUsage = pki.KeyUsageKeyAgreement })
	invalid := func(why cms.Reason) cms.Outcome { return cms.Outcome{Verdict: cms.Invalid, Reason: why} }
	octets := func(v []byte) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) { b.AddASN1OctetString(v) }
	}
	sum, essHash := sha256.Sum256([]byte("document")), sha256.Sum256(who.Certificate.Raw)
	cases := map[string]struct {
		who    *cmstest.Identity
		change func(*forgery)
		want   cms.Outcome
	}{
		"nothing":             {who, func(*forgery) {}, cms.Outcome{Verdict: cms.Valid}},
		"nonRepudiation only": {template(func(o *pki.Template) { o.KeyUsage = pki.KeyUsageNonRepudiation }), func(*forgery) {}, cms.Outcome{Verdict: cms.Valid}},
		"decoy of the same number first": {who, func(f *forgery) {
			f.certs = []*pki.Certificate{decoy.Certificate, who.Certificate}
		}, cms.Outcome{Verdict: cms.Valid}},
		"only the decoy":       {who, func(f *forgery) { f.certs = []*pki.Certificate{decoy.Certificate} }, invalid(cms.ReasonESSMismatch)},
		"keyAgreement only":    {agreement, func(*forgery) {}, invalid(cms.ReasonKeyUsage)},
		"two-valued digest":    {who, func(f *forgery) { f.attributes[1] = attr(oidMessageDigest, octets(sum[:]), octets(sum[:])) }, invalid(cms.ReasonAttributeRepeated)},
		"digest without value": {who, func(f *forgery) { f.attributes[1] = attr(oidMessageDigest) }, invalid(cms.ReasonAttributeRepeated)},
		"digest of a type": {who, func(f *forgery) {
			f.attributes[1] = attr(oidMessageDigest, func(b *cryptobyte.Builder) { der.AddOID(b, oidData) })
		}, invalid(cms.ReasonAttributeInvalid)},
		"two content-types": {who, func(f *forgery) { f.attributes = append(f.attributes, f.attributes[0]) }, invalid(cms.ReasonAttributeRepeated)},
		"two ESS":           {who, func(f *forgery) { f.attributes = append(f.attributes, f.attributes[2]) }, invalid(cms.ReasonAttributeRepeated)},
		"ESS with issuer and serial": {who, func(f *forgery) {
			f.attributes[2] = essAttr(essHash[:], issuerSerial(who.Certificate, who.Certificate.SerialNumber)...)
		}, cms.Outcome{Verdict: cms.Valid}},
		"ESS with another serial": {who, func(f *forgery) {
			f.attributes[2] = essAttr(essHash[:], issuerSerial(who.Certificate, big.NewInt(1))...)
		}, invalid(cms.ReasonESSMismatch)},
		"ESS with another issuer": {who, func(f *forgery) {
			f.attributes[2] = essAttr(essHash[:], issuerSerial(a.CA.Certificate, who.Certificate.SerialNumber)...)
		}, invalid(cms.ReasonESSMismatch)},
		"certificate that is none": {who, func(f *forgery) {
			none := []byte{0x30, 2, 5, 0}
			hash := sha256.Sum256(none)
			f.certs, f.attributes[2] = []*pki.Certificate{{Raw: none}}, essAttr(hash[:])
		}, invalid(cms.ReasonMalformed)},
		"empty ESS": {who, func(f *forgery) {
			f.attributes[2] = attr(oidESS, func(b *cryptobyte.Builder) { b.AddBytes([]byte{0x30, 0}) })
		}, invalid(cms.ReasonAttributeInvalid)},
		"other content type":  {who, func(f *forgery) { f.contentType = "1.2.3.4" }, invalid(cms.ReasonContentType)},
		"unknown attribute":   {who, func(f *forgery) { f.attributes = append(f.attributes, attr("1.2.3.4", octets(nil))) }, cms.Outcome{Verdict: cms.Valid}},
		"digest not listed":   {who, func(f *forgery) { f.digests = nil }, invalid(cms.ReasonDigestUnlisted)},
		"other digest beside": {who, func(f *forgery) { f.digest, f.digests = pki.OIDSHA512, []string{pki.OIDSHA512} }, invalid(cms.ReasonDigestMismatch)},
		"digests disagree": {who, func(f *forgery) {
			f.digest, f.digests = pki.OIDSHA512, []string{pki.OIDSHA512}
			long := must[[]byte](t)(pki.Sum(pki.OIDSHA512, f.content))
			f.attributes[1] = attr(oidMessageDigest, octets(long))
		}, invalid(cms.ReasonAlgorithmMismatch)},
		"SHA-1":         {who, func(f *forgery) { f.digest, f.digests = pki.OIDSHA1, []string{pki.OIDSHA1} }, invalid(pki.ReasonAlgorithmRejected)},
		"eight signers": {who, func(f *forgery) { f.signers = 8 }, cms.Outcome{Verdict: cms.Valid}},
		"nine signers":  {who, func(f *forgery) { f.signers = 9 }, invalid(cms.ReasonLimit)},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newForgery(tc.who)
			tc.change(f)
			r := must[*cms.Result](t)(cms.Verify(f.marshal(t), verifyOptions(t, a, signedAt.Add(time.Minute))))
			if r.Outcome != tc.want {
				t.Errorf("%v, want %v: %+v", r.Outcome, tc.want, r.Signers)
			}
		})
	}
}

// TestContentGivenAndCarried: what is signed must be there once, and be one thing.
func TestContentGivenAndCarried(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	who := must[*cmstest.Identity](t)(a.Issue(citizen))
	p7s := newForgery(who).marshal(t)
	opts := verifyOptions(t, a, signedAt.Add(time.Minute))
	opts.Content = []byte("another document")
	if r := must[*cms.Result](t)(cms.Verify(p7s, opts)); r.Outcome != (cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonContentDiffers}) {
		t.Errorf("content both carried and given: %v", r.Outcome)
	}
	detached := must[[]byte](t)(who.Sign([]byte("x"), signedAt, true))
	opts.Content = nil
	if r := must[*cms.Result](t)(cms.Verify(detached, opts)); r.Outcome != (cms.Outcome{Verdict: cms.Indeterminate, Reason: cms.ReasonContentMissing}) {
		t.Errorf("content missing: %v", r.Outcome)
	}
}

// TestDecoysAreBounded: certificates with the name and key identifier of the issuer
// and another key are tried a bounded number of times, and after the right one.
func TestDecoysAreBounded(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	who := must[*cmstest.Identity](t)(a.Issue(citizen))
	f := newForgery(who)
	for range 63 {
		other, real := newAuthority(t, cmstest.EC).CA.Certificate, a.CA.Certificate
		raw := bytes.ReplaceAll(other.Raw, other.SubjectKeyID, real.SubjectKeyID)
		f.certs = append(f.certs, must[*pki.Certificate](t)(pki.ParseCertificate(raw)))
	}
	opts := verifyOptions(t, a, signedAt.Add(time.Minute))
	if r := must[*cms.Result](t)(cms.Verify(f.marshal(t), opts)); r.Verdict != cms.Valid {
		t.Errorf("with the issuer at hand: %v", r.Outcome)
	}
	opts.Intermediates = nil
	want := cms.Outcome{Verdict: cms.Invalid, Reason: pki.ReasonCertificateForged}
	if r := must[*cms.Result](t)(cms.Verify(f.marshal(t), opts)); r.Outcome != want {
		t.Errorf("without: %v, want %v", r.Outcome, want)
	}
}
