package dovidka

import (
	"fmt"
	"io"
	"log/slog"
)

// The types below carry personal data in plain fields or in bytes. They show
// only what they are, so that a careless log line tells nothing.

// Format hides the request's content; the id and the channel are shown.
func (r Request) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "request %s from %s", r.ID, r.Channel) }

// LogValue hides the request's content.
func (r Request) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(r)) }

// Format hides the requester.
func (r Requester) Format(f fmt.State, _ rune) { io.WriteString(f, "requester "+hidden) }

// LogValue hides the requester.
func (r Requester) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(r)) }

// Format hides the statement's subject; its id is shown.
func (s Statement) Format(f fmt.State, _ rune) { io.WriteString(f, "statement "+string(s.ID)) }

// LogValue hides the statement's subject.
func (s Statement) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

// Format hides the subject.
func (s SubjectJSON) Format(f fmt.State, _ rune) { io.WriteString(f, hidden) }

// LogValue hides the subject.
func (s SubjectJSON) LogValue() slog.Value { return slog.StringValue(hidden) }

// Format hides whom the inquiry is about; its scope is shown.
func (i Inquiry) Format(f fmt.State, _ rune) { io.WriteString(f, "inquiry of "+string(i.Scope)) }

// LogValue hides whom the inquiry is about.
func (i Inquiry) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(i)) }

// Format hides whom the inquiry is about.
func (i InquiryJSON) Format(f fmt.State, _ rune) { io.WriteString(f, hidden) }

// LogValue hides whom the inquiry is about.
func (i InquiryJSON) LogValue() slog.Value { return slog.StringValue(hidden) }

// Format hides the number.
func (d DocumentJSON) Format(f fmt.State, _ rune) { io.WriteString(f, hidden) }

// LogValue hides the number.
func (d DocumentJSON) LogValue() slog.Value { return slog.StringValue(hidden) }

// Format hides the statement's bytes; the id and the state are shown.
func (p Prepared) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "prepared %s, %s", p.ID, p.State) }

// LogValue hides the statement's bytes.
func (p Prepared) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(p)) }

// Format hides the record.
func (r RecordJSON) Format(f fmt.State, _ rune) { io.WriteString(f, "record "+hidden) }

// LogValue hides the record.
func (r RecordJSON) LogValue() slog.Value { return slog.StringValue("record " + hidden) }

// Format hides the record.
func (r Record) Format(f fmt.State, _ rune) { io.WriteString(f, "record "+hidden) }

// LogValue hides the record.
func (r Record) LogValue() slog.Value { return slog.StringValue("record " + hidden) }

// Format hides the patient.
func (p Patient) Format(f fmt.State, _ rune) { io.WriteString(f, "patient "+hidden) }

// LogValue hides the patient.
func (p Patient) LogValue() slog.Value { return slog.StringValue("patient " + hidden) }

// Format hides the sealed bytes.
func (s Sealed) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "sealed %d bytes", len(s.Bundle)) }

// LogValue hides the sealed bytes.
func (s Sealed) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

// Format hides the answer; the request's id is shown.
func (a Answer) Format(f fmt.State, _ rune) { io.WriteString(f, "answer to "+string(a.RequestID)) }

// LogValue hides the answer.
func (a Answer) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(a)) }

// Format hides the declaration; its id and status are shown.
func (d Declaration) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "declaration %s, %s", d.ID, d.Status)
}

// LogValue hides the declaration.
func (d Declaration) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(d)) }

// Format hides the human being.
func (p Party) Format(f fmt.State, _ rune) { io.WriteString(f, "party "+hidden) }

// LogValue hides the human being.
func (p Party) LogValue() slog.Value { return slog.StringValue("party " + hidden) }

// Format hides the human being behind the post; its id is shown.
func (e Employee) Format(f fmt.State, _ rune) { io.WriteString(f, "employee "+string(e.ID)) }

// LogValue hides the human being behind the post.
func (e Employee) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(e)) }

// Format hides the provider, who may be a sole proprietor; the id is shown.
func (l LegalEntity) Format(f fmt.State, _ rune) {
	io.WriteString(f, "legal entity "+string(l.ID))
}

// LogValue hides the provider.
func (l LegalEntity) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(l)) }

// Format hides the patient.
func (p PatientJSON) Format(f fmt.State, _ rune) { io.WriteString(f, "patient "+hidden) }

// LogValue hides the patient.
func (p PatientJSON) LogValue() slog.Value { return slog.StringValue("patient " + hidden) }

// Format hides the declaration; its id and status are shown.
func (d DeclarationJSON) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "declaration %s, %s", d.ID, d.Status)
}

// LogValue hides the declaration.
func (d DeclarationJSON) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(d)) }

// Format hides the human being behind the post; its id is shown.
func (e EmployeeJSON) Format(f fmt.State, _ rune) { io.WriteString(f, "employee "+string(e.ID)) }

// LogValue hides the human being behind the post.
func (e EmployeeJSON) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(e)) }

// Format hides the provider; the id is shown.
func (l LegalEntityJSON) Format(f fmt.State, _ rune) {
	io.WriteString(f, "legal entity "+string(l.ID))
}

// LogValue hides the provider.
func (l LegalEntityJSON) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(l)) }
