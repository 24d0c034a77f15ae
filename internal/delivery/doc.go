// Package delivery takes answers to those who do not wait: it tells citizens,
// through a body that can reach them, that a request of theirs has ended.
//
// It owns nothing. Notices lie in the disclosure's outbox, the body is reached
// through a Messenger, and every exchange is recorded in the ledger before a
// notice counts as delivered. It never sees an answer, a container or the
// registry: a notice names a person and a request, and says nothing of its end.
//
// A notice is passed on at least once, always under the same id; that it was
// passed on is known only when it is recorded, so after a crash in between it is
// passed on again. What cannot be delivered in time is given up: the answer it
// speaks of is wiped soon after. A notice is wiped as soon as it is delivered,
// rejected or given up, because it names a person.
package delivery
