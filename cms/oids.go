package cms

// Object identifiers of RFC 5652, RFC 5035, RFC 3161 and ETSI TS 101 733.
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
	oidAttrArchiveTimeStampV3   = "0.4.0.1733.2.4"
)
