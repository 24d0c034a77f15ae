package dovidka

// Ask is what a calling body wants to have signed by a citizen: the first half
// of a request, before anybody has proved who he or she is.
type Ask struct {
	Caller  Caller
	Channel Channel
	Action  Action
	Subject Subject
	// ConsentGranted is nil when the citizen was not asked.
	ConsentGranted *bool
	// BodyDigest is the SHA-256 of the caller's body: together with the
	// caller's message id it makes the ask idempotent.
	BodyDigest [32]byte
}
