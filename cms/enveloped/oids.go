package enveloped

// Content types (RFC 5652, RFC 5083).
const (
	oidData              = "1.2.840.113549.1.7.1"
	oidSignedData        = "1.2.840.113549.1.7.2"
	oidEnvelopedData     = "1.2.840.113549.1.7.3"
	oidAuthEnvelopedData = "1.2.840.113549.1.9.16.1.23"
)

// National algorithms (orders 1399-12 and 2230-13).
const (
	oidGOST28147CFB  = "1.2.804.2.1.1.1.1.1.1.3"
	oidGOST28147Wrap = "1.2.804.2.1.1.1.1.1.1.5"
	oidKalyna256CFB  = "1.2.804.2.1.1.1.1.1.3.3.2"
	oidKalynaWrap    = "1.2.804.2.1.1.1.1.1.3.11"

	oidCofactorGOST   = "1.2.804.2.1.1.1.1.3.4"
	oidStandardGOST   = "1.2.804.2.1.1.1.1.3.5"
	oidCofactorKupyna = "1.2.804.2.1.1.1.1.3.7"
	oidStandardKupyna = "1.2.804.2.1.1.1.1.3.8"
)

// International algorithms (RFC 3565, RFC 5084, RFC 5753, RFC 8017).
const (
	oidAES128CBC  = "2.16.840.1.101.3.4.1.2"
	oidAES128Wrap = "2.16.840.1.101.3.4.1.5"
	oidAES128GCM  = "2.16.840.1.101.3.4.1.6"
	oidAES192CBC  = "2.16.840.1.101.3.4.1.22"
	oidAES192Wrap = "2.16.840.1.101.3.4.1.25"
	oidAES192GCM  = "2.16.840.1.101.3.4.1.26"
	oidAES256CBC  = "2.16.840.1.101.3.4.1.42"
	oidAES256Wrap = "2.16.840.1.101.3.4.1.45"
	oidAES256GCM  = "2.16.840.1.101.3.4.1.46"

	oidStandardSHA1   = "1.3.133.16.840.63.0.2"
	oidCofactorSHA1   = "1.3.133.16.840.63.0.3"
	oidStandardSHA224 = "1.3.132.1.11.0"
	oidStandardSHA256 = "1.3.132.1.11.1"
	oidStandardSHA384 = "1.3.132.1.11.2"
	oidStandardSHA512 = "1.3.132.1.11.3"
	oidCofactorSHA224 = "1.3.132.1.14.0"
	oidCofactorSHA256 = "1.3.132.1.14.1"
	oidCofactorSHA384 = "1.3.132.1.14.2"
	oidCofactorSHA512 = "1.3.132.1.14.3"

	oidECPublicKey   = "1.2.840.10045.2.1"
	oidRSAEncryption = "1.2.840.113549.1.1.1"
	oidRSAOAEP       = "1.2.840.113549.1.1.7"
	oidMGF1          = "1.2.840.113549.1.1.8"
	oidPSpecified    = "1.2.840.113549.1.1.9"
)
