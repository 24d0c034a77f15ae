package ehealth

import (
	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
	"github.com/dovidka/dovidka/pki"
)

// The predecessor's messages, letter by letter.
const (
	messageContainer   = "error processing signed data"
	messageNoSigner    = "retrieving certificate from signed data container failed"
	messageCertificate = "processing certificate information from signed data failed"
	messageNoRoot      = "matching ROOT certificate not found"
	messageRoot        = "ROOT certificate signature verification failed"
	messageNoTSP       = "matching TSP certificate not found"
	messageStampForm   = "loading information about the response with a timestamp failed"
	messageStampSigner = "checking the signature of a response with a timestamp failed"
	messageStamp       = "signature timestamp verification failed"
	messageExpired     = "certificate timestamp expired"
	messageStatus      = "OCSP certificate verificaton failed"
	messageRefused     = "Certificate verificaton failed"
	messageSignature   = "verification of data siganture for a given subscriber failed" //nolint:misspell // letter by letter
	messageOther       = "error validating signed data container"
)

// Message returns the predecessor's message that comes nearest to a reason.
func Message(r cms.Reason) string {
	switch r {
	case cms.ReasonNone:
		return ""
	case cms.ReasonMalformed, cms.ReasonLimit, cms.ReasonTrailingData, cms.ReasonNotSignedData, cms.ReasonNotDER, cms.ReasonNoSigners,
		cms.ReasonContentMissing, cms.ReasonNestedInvalid,
		asic.ReasonZIP, asic.ReasonMimetype, asic.ReasonManifest, asic.ReasonMissingFile, asic.ReasonUnsignedFile,
		asic.ReasonUnexpectedFile, asic.ReasonDigest, asic.ReasonNoSignature:
		return messageContainer
	case cms.ReasonNoCertificate:
		return messageNoSigner
	case pki.ReasonKeyRejected, pki.ReasonKeyWeak, pki.ReasonCriticalExtension, cms.ReasonIdentityConflict, cms.ReasonIdentityMalformed:
		return messageCertificate
	case pki.ReasonIssuerUnknown, pki.ReasonAnchorUntrusted, pki.ReasonChainTooLong, pki.ReasonServiceNotGranted:
		return messageNoRoot
	case pki.ReasonIssuerImitated, pki.ReasonCertificateForged, pki.ReasonAlgorithmsDiffer, pki.ReasonIssuerNotCA,
		pki.ReasonIssuerKeyUsage, pki.ReasonPathLen:
		return messageRoot
	case pki.ReasonExpired, pki.ReasonNotYetValid, pki.ReasonIssuerExpired:
		return messageExpired
	case pki.ReasonRevoked, pki.ReasonOnHold, pki.ReasonIssuerRevoked, cms.ReasonKeyUsage, cms.ReasonNoPerson, cms.ReasonSeveralPersons,
		cms.ReasonTooOld:
		return messageRefused
	}
	return aboutStatementsAndSignature(r)
}

func aboutStatementsAndSignature(r cms.Reason) string {
	switch r {
	case pki.ReasonStatusNoSource, pki.ReasonStatusStale, pki.ReasonStatusFuture, pki.ReasonStatusUnknown, pki.ReasonStatusOther,
		pki.ReasonStatusUntrusted, pki.ReasonStatusNonce, pki.ReasonStatusDown, pki.ReasonStatusTooMany, pki.ReasonIssuerStatus,
		cms.ReasonStampStatus:
		return messageStatus
	case cms.ReasonStampMalformed:
		return messageStampForm
	case cms.ReasonStampSignature, cms.ReasonStampUsage, cms.ReasonStampRevoked:
		return messageStampSigner
	case cms.ReasonStampNoCert, cms.ReasonStampUntrusted:
		return messageNoTSP
	case cms.ReasonStampImprint, cms.ReasonStampFuture, cms.ReasonStampOrder, cms.ReasonSigningTime,
		cms.ReasonArchiveIndex, cms.ReasonArchivePartial, cms.ReasonArchiveForm:
		return messageStamp
	case cms.ReasonContentDiffers, cms.ReasonNoSignedAttrs, cms.ReasonAttributeMissing, cms.ReasonAttributeRepeated,
		cms.ReasonAttributeInvalid, cms.ReasonContentType, cms.ReasonDigestMismatch, cms.ReasonDigestUnlisted, cms.ReasonAlgorithmMismatch,
		cms.ReasonESSMismatch, cms.ReasonNoESS, cms.ReasonSignature, cms.ReasonAttributeOrder, pki.ReasonAlgorithmRejected,
		cms.ReasonReferences, cms.ReasonReferencesMalformed, cms.ReasonReferencesIncomplete:
		return messageSignature
	}
	return messageOther
}
