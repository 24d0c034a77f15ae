package fhir

// The codes of R4's required bindings, as far as we use them.
type (
	// EpisodeStatus is the status of an [EpisodeOfCare].
	EpisodeStatus string
	// Gender is administrative gender.
	Gender string
	// LinkType is what another record of a [Patient] is to this one.
	LinkType string
	// IdentifierUse is what an [Identifier] is for.
	IdentifierUse string
	// NameUse is what a [HumanName] is for.
	NameUse string
	// ContactSystem is the kind of a [ContactPoint].
	ContactSystem string
	// ContactUse is what a [ContactPoint] is for.
	ContactUse string
	// AddressUse is what an [Address] is for.
	AddressUse string
	// AddressType tells a place from a post box.
	AddressType string
	// LocationStatus is whether a [Location] is in use.
	LocationStatus string
	// LocationMode tells a place from a kind of places.
	LocationMode string
	// BundleType is what a [Bundle] is for.
	BundleType string
	// IssueSeverity is how bad an [OutcomeIssue] is.
	IssueSeverity string
	// IssueType is what kind of [OutcomeIssue] it is.
	IssueType string
	// AuditAction is what was done: C, R, U, D or E.
	AuditAction string
	// AuditOutcome is how it ended.
	AuditOutcome string
	// AuditNetworkType is what an [AuditNetwork.Address] is.
	AuditNetworkType string
	// ConsentStatus is whether a [Consent] is in force.
	ConsentStatus string
	// ProvisionType tells permission from prohibition.
	ProvisionType string
)

// Status of an episode of care: http://hl7.org/fhir/episode-of-care-status.
const (
	EpisodePlanned   EpisodeStatus = "planned"
	EpisodeActive    EpisodeStatus = "active"
	EpisodeFinished  EpisodeStatus = "finished"
	EpisodeCancelled EpisodeStatus = "cancelled"
)

// Gender: http://hl7.org/fhir/administrative-gender.
const (
	Male   Gender = "male"
	Female Gender = "female"
)

// What a link means: http://hl7.org/fhir/link-type.
const (
	LinkReplaces   LinkType = "replaces"
	LinkReplacedBy LinkType = "replaced-by"
)

// Uses of identifiers and names.
const (
	IdentifierOfficial IdentifierUse = "official"
	NameOfficial       NameUse       = "official"
)

// Kinds and uses of contact points.
const (
	ContactPhone  ContactSystem = "phone"
	ContactEmail  ContactSystem = "email"
	ContactHome   ContactUse    = "home"
	ContactWork   ContactUse    = "work"
	ContactMobile ContactUse    = "mobile"
)

// Uses and types of addresses.
const (
	AddressHome     AddressUse  = "home"
	AddressWork     AddressUse  = "work"
	AddressPhysical AddressType = "physical"
)

// Status and mode of locations.
const (
	LocationActive   LocationStatus = "active"
	LocationInactive LocationStatus = "inactive"
	LocationInstance LocationMode   = "instance"
)

// Collection is the type of a bundle that is just several resources together.
const Collection BundleType = "collection"

// Severities: http://hl7.org/fhir/issue-severity.
const (
	SeverityFatal       IssueSeverity = "fatal"
	SeverityError       IssueSeverity = "error"
	SeverityWarning     IssueSeverity = "warning"
	SeverityInformation IssueSeverity = "information"
)

// Kinds of issues: http://hl7.org/fhir/issue-type.
const (
	IssueInvalid       IssueType = "invalid"
	IssueStructure     IssueType = "structure"
	IssueRequired      IssueType = "required"
	IssueInvariant     IssueType = "invariant"
	IssueLogin         IssueType = "login"
	IssueExpired       IssueType = "expired"
	IssueForbidden     IssueType = "forbidden"
	IssueSuppressed    IssueType = "suppressed"
	IssueNotSupported  IssueType = "not-supported"
	IssueNotFound      IssueType = "not-found"
	IssueDeleted       IssueType = "deleted"
	IssueTooLong       IssueType = "too-long"
	IssueTooCostly     IssueType = "too-costly"
	IssueBusinessRule  IssueType = "business-rule"
	IssueConflict      IssueType = "conflict"
	IssueTransient     IssueType = "transient"
	IssueException     IssueType = "exception"
	IssueTimeout       IssueType = "timeout"
	IssueThrottled     IssueType = "throttled"
	IssueInformational IssueType = "informational"
)

// What was done and how it ended: http://hl7.org/fhir/audit-event-action and
// http://hl7.org/fhir/audit-event-outcome.
const (
	AuditRead           AuditAction      = "R"
	AuditExecute        AuditAction      = "E"
	AuditSuccess        AuditOutcome     = "0"
	AuditMinorFailure   AuditOutcome     = "4"
	AuditSeriousFailure AuditOutcome     = "8"
	AuditMajorFailure   AuditOutcome     = "12"
	AuditNetworkName    AuditNetworkType = "1"
	AuditNetworkIP      AuditNetworkType = "2"
)

// Consents: http://hl7.org/fhir/consent-state-codes and
// http://hl7.org/fhir/consent-provision-type.
const (
	ConsentActive   ConsentStatus = "active"
	ConsentInactive ConsentStatus = "inactive"
	ConsentRejected ConsentStatus = "rejected"
	ProvisionPermit ProvisionType = "permit"
	ProvisionDeny   ProvisionType = "deny"
)

// Code systems of HL7, DICOM, IHE and ASTM that our codings come from.
const (
	SystemIdentifierType   = "http://terminology.hl7.org/CodeSystem/v2-0203"
	SystemServiceType      = "http://terminology.hl7.org/CodeSystem/service-type"
	SystemOrganizationType = "http://terminology.hl7.org/CodeSystem/organization-type"
	SystemRoleCode         = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
	SystemParticipation    = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
	SystemActReason        = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
	SystemActCode          = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
	SystemConsentScope     = "http://terminology.hl7.org/CodeSystem/consentscope"
	SystemConsentPolicy    = "http://terminology.hl7.org/CodeSystem/consentpolicycodes"
	SystemAuditEventType   = "http://terminology.hl7.org/CodeSystem/audit-event-type"
	SystemAuditEntityType  = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
	SystemAuditObjectRole  = "http://terminology.hl7.org/CodeSystem/object-role"
	SystemAuditSourceType  = "http://terminology.hl7.org/CodeSystem/security-source-type"
	SystemInteraction      = "http://hl7.org/fhir/restful-interaction"
	SystemDICOM            = "http://dicom.nema.org/resources/ontology/DCM"
	SystemSignatureType    = "urn:iso-astm:E1762-95:2013"
	SystemURI              = "urn:ietf:rfc:3986" // values are uris themselves
)

// Registers of Ukraine under their object identifiers, as certificates name
// them.
const (
	SystemTaxID        = "urn:oid:1.2.804.2.1.1.1.11.1.4.1.1"  // РНОКПП
	SystemEntityID     = "urn:oid:1.2.804.2.1.1.1.11.1.4.2.1"  // ЄДРПОУ
	SystemDemographyID = "urn:oid:1.2.804.2.1.1.1.11.1.4.11.1" // УНЗР
)

// SettlementExtension is the address of HL7's extension that gives a part of
// an address as a code.
const SettlementExtension = "http://hl7.org/fhir/StructureDefinition/iso21090-SC-coding"
