// Those a declaration points to.

Profile: UAPatient
Parent: Patient
Id: ua-patient
Title: "Patient"
Description: "The patient of a declaration. Identifiers of other registers are given only where the purpose needs them. Records of the same person that were merged into this one are its links."
* active MS
* name 1..* MS
* name.text 1..1 MS
* name.family MS
* name.given MS
* name.given ^short = "First name, then patronymic"
* gender MS
* birthDate MS
* generalPractitioner MS
* generalPractitioner only Reference(PractitionerRole)
* generalPractitioner ^short = "The doctor of the declaration in force"
* link MS

Invariant: uap-1
Description: "A doctor's tax number is never disclosed."
Severity: #error
Expression: "identifier.where(system = 'urn:oid:1.2.804.2.1.1.1.11.1.4.1.1').empty()"

Profile: UAPractitioner
Parent: Practitioner
Id: ua-practitioner
Title: "Doctor"
Description: "The person who is a doctor (party)."
* obeys uap-1
* name 1..* MS
* name.text 1..1 MS
* name.family MS
* name.given MS
* gender MS
* qualification MS

Profile: UAPractitionerRole
Parent: PractitionerRole
Id: ua-practitioner-role
Title: "Doctor's position"
Description: "A doctor's position at a provider (employee), as it is now, not as it was when the declaration was signed."
* active 1..1 MS
* period MS
* practitioner 1..1 MS
* organization 1..1 MS
* code MS
* code from PositionVS (extensible)
* specialty MS
* specialty from SpecialityTypeVS (extensible)
* specialty ^short = "The speciality of the position first"
* location MS
* telecom MS

Profile: UAOrganization
Parent: Organization
Id: ua-organization
Title: "Provider"
Description: "The provider of care (legal entity), as it is now."
* identifier MS
* identifier ^slicing.discriminator.type = #value
* identifier ^slicing.discriminator.path = "system"
* identifier ^slicing.rules = #open
* identifier contains edrpou 0..1 MS
* identifier[edrpou] ^short = "Code in the register of legal entities. A sole entrepreneur's is a person's tax number"
* identifier[edrpou].system 1..1
* identifier[edrpou].system = "urn:oid:1.2.804.2.1.1.1.11.1.4.2.1" (exactly)
* identifier[edrpou].value 1..1
* active 1..1 MS
* type MS
* name 1..1 MS
* alias MS
* telecom MS
* address MS

Profile: UALocation
Parent: Location
Id: ua-location
Title: "Place of care"
Description: "A division of a provider, as it is now."
* status 1..1 MS
* name 1..1 MS
* mode 1..1 MS
* mode = #instance (exactly)
* type MS
* type from DivisionTypeVS (extensible)
* telecom MS
* address MS
* position MS
* managingOrganization 1..1 MS
