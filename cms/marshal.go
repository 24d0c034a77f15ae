package cms

import (
	"bytes"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// containerParts are what a container is put together from. Those taken from another
// container are put back as they were.
type containerParts struct {
	version      int
	digests      [][]byte // each AlgorithmIdentifier
	encapsulated []byte   // content of EncapsulatedContentInfo
	certificates [][]byte
	revocations  [][]byte // each RevocationInfoChoice
	signers      []signerParts
}

// signerParts are a SignerInfo: the fields up to the signature, which are never
// written anew, and the unsigned attributes.
type signerParts struct {
	fields     []byte
	attributes [][]byte
}

// attach appends an unsigned attribute.
func (s *signerParts) attach(oid string, value []byte) {
	s.attributes = append(s.attributes, attribute(oid, func(b *cryptobyte.Builder) { b.AddBytes(value) }))
}

// parts takes a container apart.
func (sd *SignedData) parts() *containerParts {
	p := &containerParts{
		version: sd.raw.version, digests: slices.Clone(sd.raw.digests), encapsulated: sd.raw.encapsulated,
		certificates: slices.Clone(sd.raw.certificates),
	}
	for _, r := range sd.raw.revocations {
		p.revocations = append(p.revocations, r.raw)
	}
	for i := range sd.Signers {
		s := signerParts{fields: sd.Signers[i].rawFields}
		for _, a := range sd.Signers[i].UnsignedAttributes {
			s.attributes = append(s.attributes, wrap(asn1.SEQUENCE, a.content))
		}
		p.signers = append(p.signers, s)
	}
	return p
}

// add puts a new signature with its certificates in.
func (p *containerParts) add(s *signature, certificates []*pki.Certificate) {
	var b cryptobyte.Builder
	pki.AlgorithmIdentifier{OID: s.digest}.Add(&b)
	p.digests = include(p.digests, b.BytesOrPanic())
	p.addCertificates(certificates)
	p.signers = append(p.signers, s.info)
}

func (p *containerParts) addCertificates(certificates []*pki.Certificate) {
	for _, c := range certificates {
		p.certificates = include(p.certificates, c.Raw)
	}
}

// addStatements puts CRLs and OCSP responses in, the latter in the form of RFC 5940,
// which makes the container one of version 5 (RFC 5652, clause 5.1).
func (p *containerParts) addStatements(crls []*pki.CRL, ocsps []*pki.OCSPResponse) {
	for _, l := range crls {
		p.revocations = include(p.revocations, l.Raw)
	}
	for _, r := range ocsps {
		var b cryptobyte.Builder
		b.AddASN1(context1, func(b *cryptobyte.Builder) {
			der.AddOID(b, oidRevocationOCSP)
			b.AddBytes(ocspResponse(r.Raw))
		})
		p.revocations = include(p.revocations, b.BytesOrPanic())
		p.version = 5
	}
}

// include appends what is not there yet.
func include(set [][]byte, element []byte) [][]byte {
	for _, e := range set {
		if bytes.Equal(e, element) {
			return set
		}
	}
	return append(set, element)
}

func (p *containerParts) marshal() ([]byte, error) {
	context0 := asn1.Tag(0).ContextSpecific().Constructed()
	body := func(b *cryptobyte.Builder) {
		b.AddASN1Int64(int64(p.version))
		addSet(b, asn1.SET, p.digests)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(p.encapsulated) })
		addSet(b, context0, p.certificates)
		if len(p.revocations) > 0 {
			addSet(b, context1, p.revocations)
		}
		signers := make([][]byte, 0, len(p.signers))
		for _, s := range p.signers {
			signers = append(signers, s.marshal())
		}
		addSet(b, asn1.SET, signers)
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		der.AddOID(b, oidSignedData)
		b.AddASN1(context0, func(b *cryptobyte.Builder) { b.AddASN1(asn1.SEQUENCE, body) })
	})
	return b.Bytes()
}

// marshal keeps the order of the attributes: archive time-stamps of older versions are
// over it.
func (s *signerParts) marshal() []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(s.fields)
		if len(s.attributes) > 0 {
			b.AddASN1(context1, func(b *cryptobyte.Builder) { b.AddBytes(bytes.Join(s.attributes, nil)) })
		}
	})
	return b.BytesOrPanic()
}

// addSet writes a SET OF in DER order (X.690, clause 11.6).
func addSet(b *cryptobyte.Builder, tag asn1.Tag, elements [][]byte) {
	sorted := slices.Clone(elements)
	slices.SortFunc(sorted, bytes.Compare)
	b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(bytes.Join(sorted, nil)) })
}
