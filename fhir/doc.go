// Package fhir has the HL7 FHIR R4 (4.0.1) resources that describe a patient's
// declarations with family doctors, and the rules of their JSON form.
//
// Most users build a [Bundle] from resources with [NewEntry] and call
// [Marshal]. The other way, [ParseBundle] reads a bundle to show it, and
// [ParseParameters] reads the input of an operation.
//
// It is no general FHIR library. The types carry the elements we speak and no
// others, no profile is validated, and there is no XML. In return
//
//   - the same resource always gives the same bytes, so that they can be signed;
//   - nothing empty is written: no null, "", [] or {} (R4, JSON representation),
//     and the zero value of any field means "absent";
//   - what lacks an element that R4 makes mandatory, or has an id, code, uri or
//     date of the wrong form, is refused rather than written;
//   - errors name places, never values: values are personal data.
//
// Use [Marshal], not encoding/json: the types know nothing of the latter.
//
// Canonical addresses of profiles and code systems belong to the product that
// publishes them and are passed in; those of HL7 are constants here.
package fhir
