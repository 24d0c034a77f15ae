package main

import "github.com/dovidka/dovidka/pki"

// oidName names an object identifier for people, or gives it back.
func oidName(oid string) string {
	if name, ok := oidNames()[oid]; ok {
		return name
	}
	return oid
}

// oidNames are those that stand in Ukrainian certificates (order 1399-12, ETSI EN 319
// 412-5, RFC 3739, RFC 5280).
func oidNames() map[string]string {
	return map[string]string{
		pki.OIDDSTU4145: "DSTU 4145 with GOST 34.311", pki.OIDDSTU4145BE: "DSTU 4145 with GOST 34.311, big-endian",
		pki.OIDDSTU4145ONB:       "DSTU 4145 with GOST 34.311, normal basis",
		pki.OIDDSTU4145Kupyna256: "DSTU 4145 with Kupyna-256", pki.OIDDSTU4145Kupyna384: "DSTU 4145 with Kupyna-384",
		pki.OIDDSTU4145Kupyna512: "DSTU 4145 with Kupyna-512",
		"1.2.840.113549.1.1.1":   "RSA", "1.2.840.113549.1.1.5": "RSA with SHA-1", "1.2.840.113549.1.1.11": "RSA with SHA-256",
		"1.2.840.113549.1.1.12": "RSA with SHA-384", "1.2.840.113549.1.1.13": "RSA with SHA-512", "1.2.840.113549.1.1.10": "RSASSA-PSS",
		"1.2.840.10045.2.1": "EC", "1.2.840.10045.4.3.2": "ECDSA with SHA-256", "1.2.840.10045.4.3.3": "ECDSA with SHA-384",
		"1.2.840.10045.4.3.4": "ECDSA with SHA-512", "1.2.840.10045.4.1": "ECDSA with SHA-1",

		pki.OIDEKUTimeStamping: "time-stamping", pki.OIDEKUOCSPSigning: "OCSP signing", pki.OIDEKUSeal: "electronic seal",
		"1.3.6.1.5.5.7.3.1": "TLS server", "1.3.6.1.5.5.7.3.2": "TLS client", "1.3.6.1.5.5.7.3.4": "e-mail",

		pki.OIDPolicyDSTU: "national algorithms", pki.OIDPolicyInternational: "international algorithms",

		pki.OIDQualifiedUA: "qualified under Ukrainian law", "0.4.0.1862.1.1": "qualified", "0.4.0.1862.1.2": "limit of value",
		"0.4.0.1862.1.3": "retention period", "0.4.0.1862.1.4": "key in a secure device", "0.4.0.1862.1.5": "disclosure statements",
		"0.4.0.1862.1.6": "type", "0.4.0.1862.1.6.1": "signature", "0.4.0.1862.1.6.2": "seal", "0.4.0.1862.1.6.3": "web site",
		"0.4.0.1862.1.7": "country", "1.3.6.1.5.5.7.11.1": "syntax 1", "1.3.6.1.5.5.7.11.2": "semantics",
		"0.4.0.194121.1.1": "natural person", "0.4.0.194121.1.2": "legal person",
	}
}

// keyUsageNames returns the words of RFC 5280, clause 4.2.1.3.
func keyUsageNames(u pki.KeyUsage) []string {
	words := []string{
		"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign",
		"encipherOnly", "decipherOnly",
	}
	out := []string{}
	for i, word := range words {
		if u&(1<<i) != 0 {
			out = append(out, word)
		}
	}
	return out
}
