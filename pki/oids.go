package pki

// Object identifiers. Those under 1.2.804.2.1.1.1 are set by the Ukrainian order
// 1399-12; the others by RFC 5280, RFC 5480, RFC 8017, RFC 6960 and RFC 3739.
const (
	// OIDGOST34311 is the hash GOST 34.311-95.
	OIDGOST34311 = "1.2.804.2.1.1.1.1.2.1"
	// OIDKupyna256, OIDKupyna384 and OIDKupyna512 are the hashes of DSTU 7564:2014.
	OIDKupyna256 = "1.2.804.2.1.1.1.1.2.2.1"
	OIDKupyna384 = "1.2.804.2.1.1.1.1.2.2.2"
	OIDKupyna512 = "1.2.804.2.1.1.1.1.2.2.3"
	// OIDSHA1 is accepted in the certificate identifiers of OCSP and nowhere else.
	OIDSHA1   = "1.3.14.3.2.26"
	OIDSHA256 = "2.16.840.1.101.3.4.2.1"
	OIDSHA384 = "2.16.840.1.101.3.4.2.2"
	OIDSHA512 = "2.16.840.1.101.3.4.2.3"

	// OIDDSTU4145 is DSTU 4145-2002 with GOST 34.311, polynomial basis, little-endian
	// encodings: the identifier of keys and of signatures alike.
	OIDDSTU4145 = "1.2.804.2.1.1.1.1.3.1.1"
	// OIDDSTU4145BE is the same with big-endian encodings, met in old certificates.
	OIDDSTU4145BE = "1.2.804.2.1.1.1.1.3.1.1.1.1"
	// OIDDSTU4145ONB is DSTU 4145 in an optimal normal basis, little-endian, and
	// OIDDSTU4145ONBBE the same with big-endian encodings.
	OIDDSTU4145ONB   = "1.2.804.2.1.1.1.1.3.1.2"
	OIDDSTU4145ONBBE = "1.2.804.2.1.1.1.1.3.1.2.1.1"
	// OIDDSTU4145Kupyna256, 384 and 512 are DSTU 4145 with a hash of DSTU 7564,
	// polynomial basis.
	OIDDSTU4145Kupyna256 = "1.2.804.2.1.1.1.1.3.6.1.1"
	OIDDSTU4145Kupyna384 = "1.2.804.2.1.1.1.1.3.6.2.1"
	OIDDSTU4145Kupyna512 = "1.2.804.2.1.1.1.1.3.6.3.1"

	oidDSTU4145Kupyna256Family = "1.2.804.2.1.1.1.1.3.6.1"
	oidDSTU4145Kupyna384Family = "1.2.804.2.1.1.1.1.3.6.2"
	oidDSTU4145Kupyna512Family = "1.2.804.2.1.1.1.1.3.6.3"

	oidECPublicKey   = "1.2.840.10045.2.1"
	oidECDSASHA256   = "1.2.840.10045.4.3.2"
	oidECDSASHA384   = "1.2.840.10045.4.3.3"
	oidECDSASHA512   = "1.2.840.10045.4.3.4"
	oidRSAEncryption = "1.2.840.113549.1.1.1"
	oidMGF1          = "1.2.840.113549.1.1.8"
	oidRSAPSS        = "1.2.840.113549.1.1.10"
	oidRSASHA256     = "1.2.840.113549.1.1.11"
	oidRSASHA384     = "1.2.840.113549.1.1.12"
	oidRSASHA512     = "1.2.840.113549.1.1.13"
)

// Attributes of names and of subjectDirectoryAttributes.
const (
	OIDCommonName             = "2.5.4.3"
	OIDSurname                = "2.5.4.4"
	OIDSerialNumber           = "2.5.4.5"
	OIDCountry                = "2.5.4.6"
	OIDLocality               = "2.5.4.7"
	OIDState                  = "2.5.4.8"
	OIDOrganization           = "2.5.4.10"
	OIDOrganizationalUnit     = "2.5.4.11"
	OIDTitle                  = "2.5.4.12"
	OIDGivenName              = "2.5.4.42"
	OIDOrganizationIdentifier = "2.5.4.97"

	// OIDSubjectDRFO, OIDSubjectEDRPOU and OIDSubjectUNZR are the attributes of
	// subjectDirectoryAttributes in which Ukrainian certificates state the number of
	// the taxpayer, of the legal entity and of the demographic record.
	OIDSubjectDRFO   = "1.2.804.2.1.1.1.11.1.4.1.1"
	OIDSubjectEDRPOU = "1.2.804.2.1.1.1.11.1.4.2.1"
	OIDSubjectUNZR   = "1.2.804.2.1.1.1.11.1.4.11.1"
)

// Extended key usages, policies and statements.
const (
	OIDEKUTimeStamping = "1.3.6.1.5.5.7.3.8"
	OIDEKUOCSPSigning  = "1.3.6.1.5.5.7.3.9"
	// OIDEKUSeal marks the certificate of an electronic seal (печатка).
	OIDEKUSeal = "1.2.804.2.1.1.1.3.9"

	// OIDPolicyDSTU and OIDPolicyInternational are the certificate policies for the
	// national and the international algorithms.
	OIDPolicyDSTU          = "1.2.804.2.1.1.1.2.2"
	OIDPolicyInternational = "1.2.804.2.1.1.1.2.4"

	// OIDQualifiedUA states that a certificate is qualified under Ukrainian law.
	OIDQualifiedUA     = "1.2.804.2.1.1.1.2.1"
	oidQCCompliance    = "0.4.0.1862.1.1"
	oidQCSSCD          = "0.4.0.1862.1.4"
	oidQCType          = "0.4.0.1862.1.6"
	oidQCTypeSign      = "0.4.0.1862.1.6.1"
	oidQCTypeSeal      = "0.4.0.1862.1.6.2"
	oidQCSyntaxV2      = "1.3.6.1.5.5.7.11.2"
	oidSemanticsPerson = "0.4.0.194121.1.1"
	oidSemanticsLegal  = "0.4.0.194121.1.2"
)

// Extensions of certificates and CRLs.
const (
	oidExtSubjectDirectory    = "2.5.29.9"
	oidExtSubjectKeyID        = "2.5.29.14"
	oidExtKeyUsage            = "2.5.29.15"
	oidExtSubjectAltName      = "2.5.29.17"
	oidExtIssuerAltName       = "2.5.29.18"
	oidExtBasicConstraints    = "2.5.29.19"
	oidExtCRLNumber           = "2.5.29.20"
	oidExtReasonCode          = "2.5.29.21"
	oidExtInvalidityDate      = "2.5.29.24"
	oidExtDeltaCRL            = "2.5.29.27"
	oidExtIssuingDistribution = "2.5.29.28"
	oidExtCRLDistribution     = "2.5.29.31"
	oidExtCertificatePolicies = "2.5.29.32"
	oidExtAuthorityKeyID      = "2.5.29.35"
	oidExtExtendedKeyUsage    = "2.5.29.37"
	oidExtFreshestCRL         = "2.5.29.46"
	oidExtAuthorityInfo       = "1.3.6.1.5.5.7.1.1"
	oidExtQCStatements        = "1.3.6.1.5.5.7.1.3"
	oidExtSubjectInfo         = "1.3.6.1.5.5.7.1.11"
	oidExtPrivateKeyPeriod    = "2.5.29.16"
	oidExtOCSPNoCheck         = "1.3.6.1.5.5.7.48.1.5"
	oidExtOCSPNonce           = "1.3.6.1.5.5.7.48.1.2"
	oidAccessOCSP             = "1.3.6.1.5.5.7.48.1"
	oidAccessCAIssuers        = "1.3.6.1.5.5.7.48.2"
	oidAccessTimeStamping     = "1.3.6.1.5.5.7.48.3"
	oidBasicOCSPResponse      = "1.3.6.1.5.5.7.48.1.1"
	oidQCStatementPDS         = "0.4.0.1862.1.5"
	oidQCStatementCountry     = "0.4.0.1862.1.7"
	oidQCStatementRetention   = "0.4.0.1862.1.3"
	oidQCStatementLimitValue  = "0.4.0.1862.1.2"
	oidQCSyntaxV1             = "1.3.6.1.5.5.7.11.1"
)
