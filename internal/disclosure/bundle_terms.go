package disclosure

import (
	"strings"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/fhir"
)

// Code systems and naming systems of ours (api/fhir). Codes of the register
// are passed on as they are.
const (
	systemStatus      = canonical + "/CodeSystem/declaration-status"
	systemReason      = canonical + "/CodeSystem/declaration-status-reason"
	systemScope       = canonical + "/CodeSystem/declaration-scope"
	systemPosition    = canonical + "/CodeSystem/position"
	systemSpeciality  = canonical + "/CodeSystem/speciality-type"
	systemDivision    = canonical + "/CodeSystem/division-type"
	systemLegalEntity = canonical + "/CodeSystem/legal-entity-type"

	numberSystem     = canonical + "/sid/declaration-number"
	systemSettlement = canonical + "/sid/settlement"
)

// scopeFamilyDoctor is the only scope there is.
const scopeFamilyDoctor = "family_doctor"

// What people read beside a code; the same as in the code systems of api/fhir.
// An unknown code has no words, and is given alone.
var (
	statusNames = map[dovidka.Status]string{
		dovidka.StatusActive:     "Діє",
		dovidka.StatusPending:    "Очікує підтвердження",
		dovidka.StatusTerminated: "Припинена",
		dovidka.StatusClosed:     "Завершена",
		dovidka.StatusRejected:   "Відхилена",
	}
	scopeNames = map[string]string{scopeFamilyDoctor: "Сімейний лікар"}
	// reasonNames are by lower case: the register is careless about it.
	reasonNames = map[string]string{
		"offline":                        "Паперове підтвердження",
		"no_tax_id":                      "Немає РНОКПП",
		"manual_person":                  "За зверненням пацієнта",
		"manual_employee":                "За зверненням щодо лікаря",
		"manual_employee_deactivate":     "Лікаря звільнено",
		"auto_deactivation_legal_entity": "Заклад припинив діяльність",
		"auto_reorganization":            "Заклад реорганізовано",
		"auto_death_registration":        "Смерть пацієнта",
		"auto_fraud":                     "Порушення",
		"auto_merge":                     "Об’єднання записів",
		"manual_merge":                   "Об’єднання записів вручну",
	}
	positionNames = map[string]string{
		"P7":  "Лікар загальної практики - сімейний лікар",
		"P8":  "Лікар-педіатр",
		"P9":  "Лікар-педіатр дільничний",
		"P10": "Лікар-терапевт",
		"P11": "Лікар-терапевт дільничний",
		"P13": "Лікар-терапевт підлітковий",
	}
	specialityNames = map[string]string{
		"THERAPIST":     "Терапевт",
		"PEDIATRICIAN":  "Педіатр",
		"FAMILY_DOCTOR": "Сімейний лікар",
	}
	divisionNames = map[string]string{
		"CLINIC":          "Філія",
		"AMBULANT_CLINIC": "Амбулаторія",
		"FAP":             "ФАП",
		"DRUGSTORE":       "Аптека",
		"DRUGSTORE_POINT": "Аптечний пункт",
	}
	legalEntityNames = map[string]string{
		"MSP":          "Заклад охорони здоров’я",
		"PRIMARY_CARE": "Первинна медична допомога",
		"OUTPATIENT":   "Амбулаторна медична допомога",
		"PHARMACY":     "Аптека",
		"MSP_PHARMACY": "Заклад охорони здоров’я з аптекою",
		"MIS":          "Медична інформаційна система",
		"NHS":          "Національна служба здоров’я України",
	}
	// streetNames are of the dictionary STREET_TYPE, those whose meaning has
	// not changed between its editions.
	streetNames = map[string]string{
		"STREET":        "вул.",
		"AVENUE":        "просп.",
		"BOULEVARD":     "бульв.",
		"LANE":          "пров.",
		"SQUARE":        "пл.",
		"HIGHWAY":       "шосе",
		"ROAD":          "дорога",
		"ALLEY":         "алея",
		"ASCENT":        "узвіз",
		"PASSAGE":       "проїзд",
		"BLIND_STREET":  "тупик",
		"RIVER_SIDE":    "набережна",
		"MAIDAN":        "майдан",
		"BLOCK":         "квартал",
		"MICRODISTRICT": "мікрорайон",
		"HOUSING_AREA":  "житловий масив",
		"LINE":          "лінія",
		"STATION":       "станція",
		"ENTRANCE":      "в’їзд",
	}
)

// coding gives a code of the register; what FHIR does not take for a code
// stands in its place in words. Nothing gives nothing.
func coding(system, code, display string) fhir.Coding {
	switch {
	case text(code) == "":
		return fhir.Coding{}
	case fhir.ValidCode(code):
		return fhir.Coding{System: system, Code: code, Display: display}
	}
	return fhir.Coding{System: system, Display: text(code)}
}

// concept is coding for elements that take words without a system.
func concept(system, code, display string) fhir.CodeableConcept {
	if !fhir.ValidCode(code) {
		return fhir.CodeableConcept{Text: text(code)}
	}
	return fhir.Concept(system, code, display)
}

// concepts is a list of what is not empty.
func concepts(c fhir.CodeableConcept) []fhir.CodeableConcept {
	if len(c.Coding) == 0 && c.Text == "" {
		return nil
	}
	return []fhir.CodeableConcept{c}
}

// reason is why the declaration has its current status. The register's free
// text beside it is an official's note, not meant for the citizen: it stays.
func reason(code string) fhir.CodeableConcept {
	c := concept(systemReason, code, "")
	if len(c.Coding) > 0 {
		c.Text = reasonNames[strings.ToLower(code)]
	}
	return c
}

// scope says that this is a declaration, and not a clinical episode (uad-3).
func scope(s string) fhir.CodeableConcept {
	if text(s) == "" {
		s = scopeFamilyDoctor
	}
	c := fhir.CodeableConcept{Coding: []fhir.Coding{coding(systemScope, s, scopeNames[s])}}
	if s == scopeFamilyDoctor {
		c.Coding = append(c.Coding, fhir.Coding{System: fhir.SystemServiceType, Code: "124", Display: "General Practice"})
	}
	return c
}
