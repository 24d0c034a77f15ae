package keystore

// PKCS#5 (RFC 8018, appendix C), PKCS#7 (RFC 2315), PKCS#9 (RFC 2985) and PKCS#12
// (RFC 7292, appendix D).
const (
	oidPBKDF2 = "1.2.840.113549.1.5.12"
	oidPBES2  = "1.2.840.113549.1.5.13"

	oidData          = "1.2.840.113549.1.7.1"
	oidEncryptedData = "1.2.840.113549.1.7.6"

	oidFriendlyName    = "1.2.840.113549.1.9.20"
	oidLocalKeyID      = "1.2.840.113549.1.9.21"
	oidX509Certificate = "1.2.840.113549.1.9.22.1"

	oidPBESHA3Key3DES = "1.2.840.113549.1.12.1.3"
	oidPBESHA2Key3DES = "1.2.840.113549.1.12.1.4"

	oidKeyBag          = "1.2.840.113549.1.12.10.1.1"
	oidShroudedKeyBag  = "1.2.840.113549.1.12.10.1.2"
	oidCertBag         = "1.2.840.113549.1.12.10.1.3"
	oidCRLBag          = "1.2.840.113549.1.12.10.1.4"
	oidSecretBag       = "1.2.840.113549.1.12.10.1.5"
	oidSafeContentsBag = "1.2.840.113549.1.12.10.1.6"
)

// Pseudo-random functions of PBKDF2 (RFC 8018, appendix B.1; order 1399-12 for GOST)
// and hashes.
const (
	oidHMACSHA1   = "1.2.840.113549.2.7"
	oidHMACSHA224 = "1.2.840.113549.2.8"
	oidHMACSHA256 = "1.2.840.113549.2.9"
	oidHMACSHA384 = "1.2.840.113549.2.10"
	oidHMACSHA512 = "1.2.840.113549.2.11"
	oidHMACGOST   = "1.2.804.2.1.1.1.1.1.2"
	oidKupynaMAC  = "1.2.804.2.1.1.1.1.2.2.4"

	oidSHA224 = "2.16.840.1.101.3.4.2.4"
)

// Ciphers (RFC 8018, appendix B.2; RFC 3565; order 1399-12).
const (
	oidDESEDE3CBC = "1.2.840.113549.3.7"
	oidAES128CBC  = "2.16.840.1.101.3.4.1.2"
	oidAES192CBC  = "2.16.840.1.101.3.4.1.22"
	oidAES256CBC  = "2.16.840.1.101.3.4.1.42"
	oidGOST28147  = "1.2.804.2.1.1.1.1.1.1.3"
	oidKalynaCBC  = "1.2.804.2.1.1.1.1.1.3.5.2" // blocks and key of 256 bits
)

// Proprietary forms: the container and the key attributes of ІІТ (arc 19398), the key
// protection of Java's JKS (arc 42 of Sun Microsystems).
const (
	oidIITContainer       = "1.3.6.1.4.1.19398.1.1.1.2"
	oidIITAgreementParams = "1.3.6.1.4.1.19398.1.1.2.2"
	oidIITAgreementKey    = "1.3.6.1.4.1.19398.1.1.2.3"
	oidJKSProtection      = "1.3.6.1.4.1.42.2.17.1.1"
)
