// A declaration with a family doctor: who is responsible for whom, since when.

Invariant: uad-1
Description: "A declaration that has ended says when."
Severity: #error
Expression: "status = 'finished' implies period.end.exists()"

Invariant: uad-2
Description: "A declaration that has not ended has no end: the planned one is in the extension declaration-end-date."
Severity: #error
Expression: "(status = 'active' or status = 'planned') implies period.end.empty()"

Invariant: uad-3
Description: "The type says that this is a declaration, not a clinical episode."
Severity: #error
Expression: "type.coding.where(system = 'https://ehealth.gov.ua/fhir/CodeSystem/declaration-scope').exists()"

Profile: UADeclaration
Parent: EpisodeOfCare
Id: ua-declaration
Title: "Declaration with a family doctor"
Description: "A citizen's choice of a doctor of primary care, as the register of declarations has it. The register's own status is in the extension declaration-status, because five statuses do not fit into FHIR's without loss; EpisodeOfCare.status says what it means today."
* obeys uad-1 and uad-2 and uad-3
* extension contains
    DeclarationStatus named declarationStatus 1..1 MS and
    DeclarationStatusReason named declarationStatusReason 0..1 MS and
    DeclarationSignedAt named declarationSignedAt 0..1 MS and
    DeclarationEndDate named declarationEndDate 1..1 MS and
    DeclarationDivision named declarationDivision 0..1 MS and
    DeclarationOverlimit named declarationOverlimit 0..1 MS
// Without these, validators that do not resolve an extension's own definition
// find no member of its slice.
* extension[declarationStatus].url = "https://ehealth.gov.ua/fhir/StructureDefinition/declaration-status" (exactly)
* extension[declarationStatusReason].url = "https://ehealth.gov.ua/fhir/StructureDefinition/declaration-status-reason" (exactly)
* extension[declarationSignedAt].url = "https://ehealth.gov.ua/fhir/StructureDefinition/declaration-signed-at" (exactly)
* extension[declarationEndDate].url = "https://ehealth.gov.ua/fhir/StructureDefinition/declaration-end-date" (exactly)
* extension[declarationDivision].url = "https://ehealth.gov.ua/fhir/StructureDefinition/declaration-division" (exactly)
* extension[declarationOverlimit].url = "https://ehealth.gov.ua/fhir/StructureDefinition/declaration-overlimit" (exactly)
* identifier 1..* MS
* identifier ^slicing.discriminator.type = #value
* identifier ^slicing.discriminator.path = "system"
* identifier ^slicing.rules = #open
* identifier contains number 1..1 MS
* identifier[number] ^short = "Number of the declaration; never parse it"
* identifier[number].use 1..1
* identifier[number].use = #official (exactly)
* identifier[number].system 1..1
* identifier[number].system = "https://ehealth.gov.ua/fhir/sid/declaration-number" (exactly)
* identifier[number].value 1..1
* status MS
* statusHistory MS
* type 1..* MS
* patient MS
* managingOrganization 1..1 MS
* period 1..1 MS
* period.start 1..1 MS
* period.end MS
* period.end ^short = "The real end; absent while there is none"
* careManager 1..1 MS
* careManager only Reference(PractitionerRole)

Extension: DeclarationStatus
Id: declaration-status
Title: "Status in the register"
Description: "The status as the register has it. Unknown codes are possible and passed on."
Context: EpisodeOfCare
* value[x] 1..1
* value[x] only Coding
* valueCoding.system 1..1
* valueCoding.code 1..1
* valueCoding from DeclarationStatusVS (extensible)

Extension: DeclarationStatusReason
Id: declaration-status-reason
Title: "Reason of the current status"
Description: "Why the declaration has its current status: why it waits, or why it ended. The set of codes is open."
Context: EpisodeOfCare
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept from DeclarationStatusReasonVS (preferred)

Extension: DeclarationSignedAt
Id: declaration-signed-at
Title: "Time of signing"
Description: "When the declaration was signed."
Context: EpisodeOfCare
* value[x] 1..1
* value[x] only dateTime

Extension: DeclarationEndDate
Id: declaration-end-date
Title: "Planned end"
Description: "The last day of the declaration as planned when it was made. An earlier ending does not change it; the real end is EpisodeOfCare.period.end."
Context: EpisodeOfCare
* value[x] 1..1
* value[x] only date

Extension: DeclarationDivision
Id: declaration-division
Title: "Place of care"
Description: "The division of the provider where the patient is received. EpisodeOfCare has no element for it."
Context: EpisodeOfCare
* value[x] 1..1
* value[x] only Reference(Location)

Extension: DeclarationOverlimit
Id: declaration-overlimit
Title: "Over the doctor's limit"
Description: "Whether the doctor already had as many declarations as recommended."
Context: EpisodeOfCare
* value[x] 1..1
* value[x] only boolean
