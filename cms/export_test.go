package cms

import "github.com/dovidka/dovidka/pki"

// Change puts a container together again after a change of its parts, which keeps what
// was signed.
func Change(container []byte, change func(*Parts)) ([]byte, error) {
	sd, err := Parse(container, Limits{})
	if err != nil {
		return nil, err
	}
	p := &Parts{sd.parts()}
	change(p)
	return p.parts.marshal()
}

// Parts are the parts of a container which nobody signs.
type Parts struct{ parts *containerParts }

// DropStatements takes the CRLs and OCSP responses out.
func (p *Parts) DropStatements() { p.parts.revocations = nil }

// DropCertificate takes one certificate out.
func (p *Parts) DropCertificate(c *pki.Certificate) {
	var kept [][]byte
	for _, raw := range p.parts.certificates {
		if string(raw) != string(c.Raw) {
			kept = append(kept, raw)
		}
	}
	p.parts.certificates = kept
}

// Add puts certificates and CRLs in.
func (p *Parts) Add(certificates []*pki.Certificate, crls []*pki.CRL) {
	p.parts.addCertificates(certificates)
	p.parts.addStatements(crls, nil)
}

// AddStatement puts a RevocationInfoChoice in.
func (p *Parts) AddStatement(raw []byte) { p.parts.revocations = append(p.parts.revocations, raw) }

// Attach appends an unsigned attribute to the first signature.
func (p *Parts) Attach(oid string, value []byte) { p.parts.signers[0].attach(oid, value) }

// DropAttribute takes the unsigned attribute of a place out of the first signature.
func (p *Parts) DropAttribute(i int) {
	s := &p.parts.signers[0]
	s.attributes = append(s.attributes[:i:i], s.attributes[i+1:]...)
}
