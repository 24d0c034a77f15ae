package dovidka

// Refusal is what the ledger records when nothing is given: as much as was
// known when the road ended.
type Refusal struct {
	Request   Request
	Requester *Requester // nil when the signature did not tell
	Statement *Statement // nil when it was not read
	Fault     *Fault
}
