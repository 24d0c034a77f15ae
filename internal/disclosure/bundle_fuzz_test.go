package disclosure_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/fhir"
	"github.com/dovidka/dovidka/internal/disclosure"
)

const canonical = "https://ehealth.gov.ua/fhir"

// checkBundle holds for the answer to any record whatever.
func checkBundle(t *testing.T, record dovidka.Record, request dovidka.ID, data []byte) {
	t.Helper()
	again, err := disclosure.Bundle(record, request)
	if err != nil || !bytes.Equal(again, data) {
		t.Fatalf("composed again, other bytes: %v", err)
	}
	bundle, err := fhir.ParseBundle(data)
	if err != nil {
		t.Fatalf("cannot be read: %v", err)
	}
	if written, err := fhir.Marshal(bundle); err != nil || !bytes.Equal(written, data) {
		t.Fatalf("does not come back: %v", err)
	}
	if bundle.Identifier.Value != "urn:uuid:"+string(request) || !bundle.Timestamp.Time().Equal(record.AsOf.Truncate(time.Millisecond)) {
		t.Error("not tied to its request and moment")
	}
	rank, order := 0, []string{"Patient", "EpisodeOfCare", "PractitionerRole", "Practitioner", "Organization", "Location"}
	for i, entry := range bundle.Entry {
		r := entry.Resource
		if want := canonical + "/" + r.ResourceType() + "/" + r.ResourceID(); entry.FullURL != want || !fhir.ValidID(r.ResourceID()) {
			t.Errorf("entry %d: fullUrl is not that of its resource", i)
		}
		for rank < len(order) && order[rank] != r.ResourceType() {
			rank++
		}
		if rank == len(order) || (i == 0) != (r.ResourceType() == "Patient") {
			t.Fatalf("entry %d, %s, is out of order", i, r.ResourceType())
		}
		if e, ok := r.(*fhir.EpisodeOfCare); ok {
			checkEpisode(t, e, bundle.Entry[0].Resource.ResourceID())
		}
	}
}

// checkEpisode holds the invariants of the profile (uad-1 to uad-3) and of
// periods (per-1), and what the profile demands of those that claim it.
func checkEpisode(t *testing.T, e *fhir.EpisodeOfCare, patient string) {
	t.Helper()
	ended := !e.Period.End.IsZero()
	switch e.Status {
	case fhir.EpisodeFinished, fhir.EpisodeCancelled:
		if !ended {
			t.Error("uad-1: over, but without an end")
		}
	case fhir.EpisodeActive, fhir.EpisodePlanned:
		if ended {
			t.Error("uad-2: not over, but with an end")
		}
	default:
		t.Errorf("status %s", e.Status)
	}
	if e.Type[0].Coding[0].System != canonical+"/CodeSystem/declaration-scope" {
		t.Error("uad-3: no declaration by its type")
	}
	if e.Patient.Reference != "Patient/"+patient {
		t.Error("another patient's")
	}
	checkPeriod(t, e.Period)
	for i, h := range e.StatusHistory {
		checkPeriod(t, h.Period)
		last := i == len(e.StatusHistory)-1
		if h.Period.Start.IsZero() || h.Period.End.IsZero() != last || !last && e.StatusHistory[i+1].Status == h.Status {
			t.Errorf("status history has a gap or says something twice at %d", i)
		}
		if last && h.Status != e.Status {
			t.Errorf("status is %s, history ends with %s", e.Status, h.Status)
		}
	}
	if len(e.Meta.Profile) == 0 {
		return
	}
	has := map[string]int{}
	for _, x := range e.Extension {
		has[strings.TrimPrefix(x.URL, canonical+"/StructureDefinition/")]++
	}
	if has["declaration-status"] != 1 || has["declaration-end-date"] != 1 || len(e.Identifier) != 1 || e.Period.Start.IsZero() ||
		e.ManagingOrganization.Reference == "" || !strings.HasPrefix(e.CareManager.Reference, "PractitionerRole/") {
		t.Error("claims a profile it does not keep")
	}
}

func checkPeriod(t *testing.T, p fhir.Period) {
	t.Helper()
	if !p.Start.IsZero() && !p.End.IsZero() && p.End.String() < p.Start.String() {
		t.Errorf("per-1: ends on %s, starts on %s", p.End, p.Start)
	}
}

// Records that no registry should hold.
const oddText = "\x00 \xff\t\"\\\u2028<Ї>"

func TestBundleOfAnyRecord(t *testing.T) {
	t.Parallel()
	const records = 3000
	for seed := range uint64(records) {
		r := randomRecord{rand.New(rand.NewPCG(seed, 1)), oddText, int64(seed) * 1e9}
		record := r.record()
		checkBundle(t, record, requestID, compose(t, record, requestID))
		if t.Failed() {
			t.Fatalf("the record of seed %d", seed)
		}
	}
}

func FuzzBundle(f *testing.F) {
	for seed := range uint64(16) {
		f.Add(seed, oddText, int64(seed)*1e9)
	}
	f.Fuzz(func(t *testing.T, seed uint64, s string, n int64) {
		if len(s) > 1<<10 {
			return
		}
		r := randomRecord{rand.New(rand.NewPCG(seed, uint64(n))), s, n}
		record := r.record()
		checkBundle(t, record, requestID, compose(t, record, requestID))
	})
}

// randomRecord makes records of likely values, of unlikely ones, and of those
// that the fuzzer found.
type randomRecord struct {
	*rand.Rand
	found string
	at    int64
}

func (r randomRecord) of(list ...string) string { return list[r.IntN(len(list))] }

func (r randomRecord) text() string {
	return r.of("", " ", "Приклад", "two  spaces", "\x01", "\xf0\x28", r.found)
}

func (r randomRecord) id() dovidka.ID {
	return dovidka.ID(r.of(string(patientID), string(clinicID), string(placeID), "1", "", "under_score", strings.Repeat("9", 65), r.found))
}

func (r randomRecord) date() dovidka.Date {
	switch r.IntN(5) {
	case 0:
		return dovidka.Date{}
	case 1:
		return dovidka.Date{Year: r.IntN(20000) - 5000, Month: time.Month(r.IntN(20) - 3), Day: r.IntN(40) - 4}
	}
	return dovidka.Date{Year: 2000 + r.IntN(60), Month: time.Month(1 + r.IntN(12)), Day: 1 + r.IntN(28)}
}

func (r randomRecord) time() time.Time {
	switch r.IntN(5) {
	case 0:
		return time.Time{}
	case 1:
		return time.Unix(r.at, r.Int64()%1e9)
	}
	return asOf.Add(time.Duration(r.Int64N(int64(20*365*24*time.Hour))) - 10*365*24*time.Hour)
}

func (r randomRecord) status() dovidka.Status {
	return dovidka.Status(r.of("active", "active", "pending_verification", "terminated", "closed", "rejected", "suspended", r.text()))
}

func (r randomRecord) name() dovidka.PersonName {
	return dovidka.PersonName{Family: r.text(), Given: r.text(), Patronymic: r.text()}
}

func (r randomRecord) record() dovidka.Record {
	out := dovidka.Record{AsOf: asOf, Patient: dovidka.Patient{
		ID: r.id(), Name: r.name(), BirthDate: dovidka.NewBirthDate(r.date()), Gender: dovidka.Gender(r.of("MALE", "FEMALE", r.text())),
		DeathDate: r.date(), UpdatedAt: r.time(),
	}}
	for range r.IntN(4) {
		out.Patient.Merged = append(out.Patient.Merged, r.id())
	}
	for range r.IntN(6) {
		out.Declarations = append(out.Declarations, r.declaration())
	}
	return out
}

func (r randomRecord) declaration() dovidka.Declaration {
	d := dovidka.Declaration{
		ID: dovidka.ID(r.of(string(r.id()), "a", "b", "c", "d")), Number: dovidka.KeepDeclarationNumber(r.text()), PersonID: r.id(),
		Scope: r.of("family_doctor", r.text()), Start: r.date(), PlannedEnd: r.date(), SignedAt: r.time(), Status: r.status(),
		Reason: r.of("AUTO_MERGE", r.text()), EmployeeID: r.id(), DivisionID: r.id(), LegalEntityID: r.id(), UpdatedAt: r.time(),
	}
	for range r.IntN(5) {
		d.History = append(d.History, dovidka.StatusChange{Status: r.status(), At: r.time()})
	}
	if r.IntN(2) == 0 {
		d.Overlimit = new(r.IntN(2) == 0)
	}
	if r.IntN(4) > 0 {
		d.Employee = r.employee()
	}
	if r.IntN(4) > 0 {
		d.Division = &dovidka.Division{
			ID: r.id(), LegalEntityID: r.id(), Name: r.text(), Type: r.of("FAP", r.text()), Status: r.of("ACTIVE", "INACTIVE", r.text()),
			Phones: r.phones(), Email: r.text(), Address: r.address(), UpdatedAt: r.time(),
		}
	}
	if r.IntN(4) > 0 {
		code, _ := dovidka.ParseEDRPOU(r.of("40000001", "4215602049", "АБ123456", ""))
		d.LegalEntity = &dovidka.LegalEntity{
			ID: r.id(), Name: r.text(), ShortName: r.text(), PublicName: r.text(), EDRPOU: code, Type: r.of("MSP", r.text()),
			LegalForm: r.of("150", "910"), Status: r.of("ACTIVE", "CLOSED", r.text()),
			Phones: r.phones(), Email: r.text(), Address: r.address(), UpdatedAt: r.time(),
		}
	}
	return d
}

func (r randomRecord) employee() *dovidka.Employee {
	e := &dovidka.Employee{
		ID: r.id(), PartyID: r.id(), LegalEntityID: r.id(), DivisionID: r.id(), Position: r.of("P7", r.text()),
		Status: r.of("APPROVED", "DISMISSED", r.text()), StartDate: r.date(), EndDate: r.date(), UpdatedAt: r.time(),
	}
	for range r.IntN(3) {
		e.Specialities = append(e.Specialities, r.of("THERAPIST", r.text()))
	}
	if r.IntN(3) > 0 {
		e.Party = &dovidka.Party{ID: r.id(), Name: r.name(), Gender: dovidka.Gender(r.of("MALE", r.text()))}
	}
	return e
}

func (r randomRecord) phones() []dovidka.Phone {
	return []dovidka.Phone{{Type: r.of("MOBILE", "LAND_LINE", r.text()), Number: r.text()}}
}

func (r randomRecord) address() dovidka.Address {
	return dovidka.Address{
		Country: r.text(), Area: r.text(), Region: r.text(), Settlement: r.text(), SettlementID: r.text(),
		StreetType: r.of("STREET", r.text()), Street: r.text(), Building: r.text(), Apartment: r.text(), Zip: r.text(),
	}
}
