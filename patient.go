package dovidka

import "time"

// ID is eHealth's UUID of a person, a declaration, an employee and so on, in
// lower case. It names a row, not a person to people, but a patient's ID still
// stays out of logs.
type ID string

// Gender is eHealth's code of a person's gender; the set is open.
type Gender string

// The genders of eHealth.
const (
	GenderMale   Gender = "MALE"
	GenderFemale Gender = "FEMALE"
)

// Patient is a person of the registry as the holder of a grant sees it.
type Patient struct {
	ID        ID
	Name      PersonName
	BirthDate BirthDate
	Gender    Gender
	RNOKPP    RNOKPP
	UNZR      UNZR
	// DeathDate is set for a person known to have died.
	DeathDate Date
	UpdatedAt time.Time
	// Merged are the duplicates of this person, found over the whole chain of
	// merges; their declarations belong to the patient too.
	Merged []ID
}

// Party is the human being behind an employee. Its tax number is never read.
type Party struct {
	ID   ID
	Name PersonName
	// Gender may be empty.
	Gender Gender
}

// Employee is a doctor's post with one provider, as it is now (not at signing).
type Employee struct {
	ID            ID
	Party         *Party // nil when it cannot be resolved
	PartyID       ID
	LegalEntityID ID
	DivisionID    ID
	Position      string // dictionary POSITION, such as P7
	Type          string // DOCTOR and others
	Status        string // APPROVED, DISMISSED and others
	StartDate     Date
	EndDate       Date
	// Specialities are codes such as FAMILY_DOCTOR, the main one first.
	Specialities []string
	UpdatedAt    time.Time
}

// Active reports whether the post is held now.
func (e Employee) Active() bool { return e.Status == "APPROVED" }

// Division is a place of care.
type Division struct {
	ID            ID
	LegalEntityID ID
	Name          string
	Type          string // CLINIC, AMBULANT_CLINIC, FAP and others
	Status        string // ACTIVE, INACTIVE
	Phones        []Phone
	Email         string
	Address       Address
	UpdatedAt     time.Time
}

// LegalEntity is a provider of care.
type LegalEntity struct {
	ID         ID
	Name       string
	ShortName  string
	PublicName string
	EDRPOU     EDRPOU
	Type       string // PRIMARY_CARE, MSP and others
	LegalForm  string // dictionary LEGAL_FORM, such as 150
	Status     string // ACTIVE, SUSPENDED, CLOSED, REORGANIZED
	Phones     []Phone
	Email      string
	Address    Address
	UpdatedAt  time.Time
}

// legalFormSoleProprietor is the code of a ФОП in dictionary LEGAL_FORM.
const legalFormSoleProprietor = "910"

// Personal reports whether the provider is a natural person (ФОП), whose code
// is a personal number.
func (l LegalEntity) Personal() bool {
	return l.EDRPOU.Personal() || l.LegalForm == legalFormSoleProprietor
}

// DisplayName returns the name the public knows the provider by.
func (l LegalEntity) DisplayName() string {
	if l.PublicName != "" {
		return l.PublicName
	}
	return l.Name
}

// Phone is a telephone of a provider or a division.
type Phone struct {
	Type   string // MOBILE or LAND_LINE
	Number string
}

// Address is a postal address of a provider or a division.
type Address struct {
	Type         string // RESIDENCE or REGISTRATION
	Country      string
	Area         string // область
	Region       string // район
	Settlement   string
	SettlementID string
	StreetType   string
	Street       string
	Building     string
	Apartment    string
	Zip          string
}

// IsZero reports whether there is no address.
func (a Address) IsZero() bool { return a == Address{} }

// Record is everything one grant opened: the patient and all declarations, in
// force first, then newest first.
type Record struct {
	Patient      Patient
	Declarations []Declaration
	// AsOf is the moment the registry was read.
	AsOf time.Time
	// Scope is how much was opened: with ScopeStatus the declarations are those
	// in force, and of doctors and places nothing is told.
	Scope Scope
}
