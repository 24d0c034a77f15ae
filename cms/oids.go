package cms

// Object identifiers of RFC 5652, RFC 5035, RFC 3161, ETSI TS 101 733 and EN 319 122-1.
const (
	oidData       = "1.2.840.113549.1.7.1"
	oidSignedData = "1.2.840.113549.1.7.2"
	oidTSTInfo    = "1.2.840.113549.1.9.16.1.4"

	oidAttrContentType          = "1.2.840.113549.1.9.3"
	oidAttrMessageDigest        = "1.2.840.113549.1.9.4"
	oidAttrSigningTime          = "1.2.840.113549.1.9.5"
	oidAttrSigningCertificate   = "1.2.840.113549.1.9.16.2.12"
	oidAttrSigningCertificateV2 = "1.2.840.113549.1.9.16.2.47"
	oidAttrContentTimeStamp     = "1.2.840.113549.1.9.16.2.20"
	oidAttrSignatureTimeStamp   = "1.2.840.113549.1.9.16.2.14"
	oidAttrCertificateRefs      = "1.2.840.113549.1.9.16.2.21"
	oidAttrRevocationRefs       = "1.2.840.113549.1.9.16.2.22"
	oidAttrCertificateValues    = "1.2.840.113549.1.9.16.2.23"
	oidAttrRevocationValues     = "1.2.840.113549.1.9.16.2.24"
	oidAttrESCTimeStamp         = "1.2.840.113549.1.9.16.2.25"
	oidAttrCertCRLTimeStamp     = "1.2.840.113549.1.9.16.2.26"
	oidAttrArchiveTimeStamp     = "1.2.840.113549.1.9.16.2.27" // versions 1 and 2 hash
	oidAttrArchiveTimeStampV2   = "1.2.840.113549.1.9.16.2.48" // the container as a whole
	oidAttrArchiveTimeStampV3   = "0.4.0.1733.2.4"
	oidAttrHashIndex            = "0.4.0.1733.2.5"
	oidAttrHashIndexV2          = "0.4.0.19122.1.4"
	oidAttrHashIndexV3          = "0.4.0.19122.1.5"

	// Forms of OCSP responses among revocation statements (RFC 5940; the latter in
	// ETSI TS 101 733 before its version 2.1.1).
	oidRevocationOCSP      = "1.3.6.1.5.5.7.16.2"
	oidRevocationBasicOCSP = "1.3.6.1.5.5.7.48.1.1"
)
