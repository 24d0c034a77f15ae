package registry

import (
	"time"

	"github.com/dovidka/dovidka"
)

// Kind is the kind of a row, the field "type" of a line.
type Kind string

// The kinds.
const (
	KindLegalEntity Kind = "legal_entity"
	KindDivision    Kind = "division"
	KindParty       Kind = "party"
	KindEmployee    Kind = "employee"
	KindPerson      Kind = "person"
	KindMergedPair  Kind = "merged_pair"
	KindConfidant   Kind = "confidant"
	KindDeclaration Kind = "declaration"
)

// Kinds lists every Kind once, in the order of an export: what others refer to
// comes first.
func Kinds() []Kind {
	return []Kind{
		KindLegalEntity, KindDivision, KindParty, KindEmployee,
		KindPerson, KindMergedPair, KindConfidant, KindDeclaration,
	}
}

// Row is one row of the registry with the rows that belong to it: a *Person, a
// *MergedPair, a *Confidant, a *Declaration, a *Party, an *Employee, a
// *Division or a *LegalEntity. Rows hold plain text: their printed forms hide
// it, their JSON does not.
type Row interface {
	// Kind tells which of the eight it is.
	Kind() Kind
	// Key returns the row's id.
	Key() dovidka.ID
	// normalize brings times to the precision of the store, so that a row
	// reads back as it was written.
	normalize()
	// check reports the first field that cannot be stored.
	check() error
}

// Statuses that decide whether a row counts.
const (
	PersonActive   = "active"
	PersonInactive = "inactive"
	PairMerged     = "MERGED"
	PairDeclined   = "DECLINED"
	Verified       = "VERIFIED"
	NotVerified    = "NOT_VERIFIED"
)

// Person is a row of the master patient index. It is usable only when Status is
// PersonActive, IsActive is true and there is no DeathDate; a merged duplicate
// is inactive while IsActive stays true.
type Person struct {
	ID                 dovidka.ID       `json:"id"`
	LastName           string           `json:"last_name"`
	FirstName          string           `json:"first_name"`
	SecondName         string           `json:"second_name,omitempty"`
	BirthDate          string           `json:"birth_date"`
	Gender             dovidka.Gender   `json:"gender,omitempty"`
	TaxID              string           `json:"tax_id,omitempty"`
	NoTaxID            bool             `json:"no_tax_id"`
	InvalidTaxID       bool             `json:"invalid_tax_id,omitempty"`
	UNZR               string           `json:"unzr,omitempty"`
	DeathDate          string           `json:"death_date,omitempty"`
	Documents          []PersonDocument `json:"documents,omitempty"`
	Status             string           `json:"status"`
	IsActive           bool             `json:"is_active"`
	VerificationStatus string           `json:"verification_status,omitempty"`
	InsertedAt         time.Time        `json:"inserted_at,omitzero"`
	UpdatedAt          time.Time        `json:"updated_at,omitzero"`
}

// PersonDocument is an identity document as it was typed.
type PersonDocument struct {
	Type           dovidka.DocumentType `json:"type"`
	Number         string               `json:"number"`
	IssuedAt       string               `json:"issued_at,omitempty"`
	ExpirationDate string               `json:"expiration_date,omitempty"`
}

// MergedPair says that one person was found to be a duplicate of another. Only
// pairs with status PairMerged count.
type MergedPair struct {
	ID             dovidka.ID `json:"id"`
	MasterPersonID dovidka.ID `json:"master_person_id"`
	MergePersonID  dovidka.ID `json:"merge_person_id"`
	Status         string     `json:"status"`
	InsertedAt     time.Time  `json:"inserted_at,omitzero"`
	UpdatedAt      time.Time  `json:"updated_at,omitzero"`
}

// Confidant says that one person acts for another. It counts while IsActive is
// true, ActiveTo has not passed and VerificationStatus is Verified.
type Confidant struct {
	ID                 dovidka.ID `json:"id"`
	PersonID           dovidka.ID `json:"person_id"`
	ConfidantPersonID  dovidka.ID `json:"confidant_person_id"`
	RelationType       string     `json:"relation_type,omitempty"`
	IsActive           bool       `json:"is_active"`
	ActiveTo           string     `json:"active_to,omitempty"`
	VerificationStatus string     `json:"verification_status"`
	InsertedAt         time.Time  `json:"inserted_at,omitzero"`
	UpdatedAt          time.Time  `json:"updated_at,omitzero"`
}

// Declaration is a signed declaration with its status history. IsActive is
// carried and never used: it stays true after termination.
type Declaration struct {
	ID                   dovidka.ID     `json:"id"`
	DeclarationNumber    string         `json:"declaration_number"`
	DeclarationRequestID dovidka.ID     `json:"declaration_request_id,omitempty"`
	PersonID             dovidka.ID     `json:"person_id"`
	EmployeeID           dovidka.ID     `json:"employee_id,omitempty"`
	DivisionID           dovidka.ID     `json:"division_id,omitempty"`
	LegalEntityID        dovidka.ID     `json:"legal_entity_id,omitempty"`
	Scope                string         `json:"scope,omitempty"`
	StartDate            string         `json:"start_date"`
	EndDate              string         `json:"end_date,omitempty"`
	SignedAt             time.Time      `json:"signed_at,omitzero"`
	Status               dovidka.Status `json:"status"`
	IsActive             bool           `json:"is_active"`
	Reason               string         `json:"reason,omitempty"`
	ReasonDescription    string         `json:"reason_description,omitempty"`
	Overlimit            *bool          `json:"overlimit,omitempty"`
	History              []StatusRow    `json:"history,omitempty"`
	InsertedAt           time.Time      `json:"inserted_at,omitzero"`
	UpdatedAt            time.Time      `json:"updated_at,omitzero"`
}

// StatusRow is one row of a declaration's status history.
type StatusRow struct {
	Status     dovidka.Status `json:"status"`
	InsertedAt time.Time      `json:"inserted_at"`
}

// Party is the human being behind an employee. TaxID may hold a document's
// number; it is stored because the source has it, and no record shows it.
type Party struct {
	ID         dovidka.ID     `json:"id"`
	LastName   string         `json:"last_name"`
	FirstName  string         `json:"first_name"`
	SecondName string         `json:"second_name,omitempty"`
	Gender     dovidka.Gender `json:"gender,omitempty"`
	TaxID      string         `json:"tax_id,omitempty"`
	NoTaxID    bool           `json:"no_tax_id,omitempty"`
	UpdatedAt  time.Time      `json:"updated_at,omitzero"`
}

// Employee is a post of a party with a provider.
type Employee struct {
	ID            dovidka.ID `json:"id"`
	PartyID       dovidka.ID `json:"party_id,omitempty"`
	LegalEntityID dovidka.ID `json:"legal_entity_id,omitempty"`
	DivisionID    dovidka.ID `json:"division_id,omitempty"`
	Position      string     `json:"position,omitempty"`
	EmployeeType  string     `json:"employee_type,omitempty"`
	Status        string     `json:"status,omitempty"`
	StartDate     string     `json:"start_date,omitempty"`
	EndDate       string     `json:"end_date,omitempty"`
	// Specialities are codes, the main one (speciality_officio) first.
	Specialities []string  `json:"specialities,omitempty"`
	UpdatedAt    time.Time `json:"updated_at,omitzero"`
}

// Division is a place of care.
type Division struct {
	ID            dovidka.ID           `json:"id"`
	LegalEntityID dovidka.ID           `json:"legal_entity_id,omitempty"`
	Name          string               `json:"name"`
	DivisionType  string               `json:"division_type,omitempty"`
	Status        string               `json:"status,omitempty"`
	Phones        []dovidka.PhoneJSON  `json:"phones,omitempty"`
	Email         string               `json:"email,omitempty"`
	Address       *dovidka.AddressJSON `json:"address,omitempty"`
	UpdatedAt     time.Time            `json:"updated_at,omitzero"`
}

// LegalEntity is a provider of care. EDRPOU of a sole proprietor is a personal
// number.
type LegalEntity struct {
	ID              dovidka.ID           `json:"id"`
	Name            string               `json:"name"`
	ShortName       string               `json:"short_name,omitempty"`
	PublicName      string               `json:"public_name,omitempty"`
	EDRPOU          string               `json:"edrpou,omitempty"`
	LegalEntityType string               `json:"legal_entity_type,omitempty"`
	LegalForm       string               `json:"legal_form,omitempty"`
	Status          string               `json:"status,omitempty"`
	Phones          []dovidka.PhoneJSON  `json:"phones,omitempty"`
	Email           string               `json:"email,omitempty"`
	Address         *dovidka.AddressJSON `json:"address,omitempty"`
	UpdatedAt       time.Time            `json:"updated_at,omitzero"`
}
