package scenarios

import (
	"encoding/hex"
	"slices"
	"testing"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// soakAudit holds three accounts of one time against each other: what callers
// have in their hands, what the security server passed on, and the ledger.
type soakAudit struct {
	report  func(format string, args ...any) // of what does not agree
	entries []recorded                       // the first is at 1
	before  int                              // entries that are older than the load
	calls   []*call
	seen    map[string][]xroadtest.Exchange

	byMessage map[string][]recorded // entries
}

func (a *soakAudit) run() {
	a.byMessage = map[string][]recorded{}
	for _, e := range a.entries[a.before:] {
		a.byMessage[e.Message] = append(a.byMessage[e.Message], e)
	}
	a.messages()
	a.ledger()
	for _, asked := range a.calls {
		a.call(asked)
	}
	a.answers()
}

// messages proves that the security server saw what was sent and nothing else,
// no message more often than it was sent.
func (a *soakAudit) messages() {
	sent := map[string]int{}
	for _, asked := range a.calls {
		for _, id := range asked.messages {
			sent[id]++
		}
	}
	for id, exchanges := range a.seen {
		if id != "" && len(exchanges) > sent[id] {
			a.report("message %s was sent %d times and seen %d times", id, sent[id], len(exchanges))
		}
	}
}

// ledger proves that every entry is of a message which the door was given whole,
// under the transaction it was given with, and that what was granted once was
// disclosed once.
func (a *soakAudit) ledger() {
	type count struct{ granted, disclosed int }
	counts := map[dovidka.ID]*count{} // by request
	for i, e := range a.entries[a.before:] {
		at := a.before + i
		of := func(x xroadtest.Exchange) bool {
			return x.TransactionID == e.Transaction && x.Forwarded > 0 && reached(x.Fault)
		}
		if !slices.ContainsFunc(a.seen[e.Message], of) {
			a.report("entry %d (%s): the door was never given message %s with transaction %s", at, e.Kind, e.Message, e.Transaction)
		}
		if counts[e.Request] == nil {
			counts[e.Request] = &count{}
		}
		switch e.Kind {
		case dovidka.EventGranted:
			counts[e.Request].granted++
		case dovidka.EventDisclosed:
			counts[e.Request].disclosed++
		case dovidka.EventReleased:
			if counts[e.Request].disclosed == 0 {
				a.report("entry %d: request %s is released, and was never disclosed", at, e.Request)
			}
		}
		if c := counts[e.Request]; c.granted > 1 || c.disclosed > c.granted {
			a.report("entry %d: request %s has %d grants and %d disclosures", at, e.Request, c.granted, c.disclosed)
		}
	}
}

// call proves one answer by its receipt, and that the ledger has the message
// that was answered, with what it was answered.
func (a *soakAudit) call(asked *call) {
	if asked.final == "" {
		return
	}
	digest := hex.EncodeToString(asked.digest[:])
	ids := asked.messages
	if asked.origin != nil {
		ids = asked.origin.messages
	}
	if r := asked.receipt; r != nil {
		if r.Index < int64(a.before) || r.Index >= int64(len(a.entries)) {
			a.report("%s %s: the ledger has no entry %d", asked.operation, asked.requestID, r.Index)
			return
		}
		e := a.entries[r.Index]
		if e.hash != r.Hash || e.Kind != dovidka.EventDisclosed || e.Request != asked.requestID || e.Grant != r.GrantID || e.Digest != digest ||
			!slices.Contains(ids, e.Message) {
			a.report("%s %s: entry %d is not the one in the receipt", asked.operation, asked.requestID, r.Index)
		}
	}
	found := slices.ContainsFunc(a.byMessage[asked.final], func(e recorded) bool {
		if e.Request != asked.requestID || asked.under != "" && e.Transaction != asked.under {
			return false
		}
		if asked.receipt != nil {
			return (e.Kind == dovidka.EventDisclosed || e.Kind == dovidka.EventReleased) && e.Digest == digest
		}
		return e.Kind == dovidka.EventRefused && trembita.ResultCode(e.Code) == asked.outcome
	})
	switch {
	case asked.outcome == trembita.ResultAccepted || asked.outcome == trembita.ResultPending:
	case asked.origin != nil && asked.receipt == nil:
		// What was refused is refused by the message that asked; who hears of it
		// later is told nothing that would have to be recorded.
	case !found:
		a.report("%s %s: message %s was answered %s, and the ledger does not say so", asked.operation, asked.requestID, asked.final, asked.outcome)
	}
}

// answers proves the other direction: whatever the door answered in order is
// recorded, whether or not the answer came to anybody. A refusal is recorded
// once: who sends the same message again is told the same again.
func (a *soakAudit) answers() {
	unrecorded := map[string]bool{}
	for _, asked := range a.calls {
		if asked.operation == trembita.OperationSubmitDeclarations || asked.operation == trembita.OperationGetDeclarationsResult {
			for _, id := range asked.messages {
				unrecorded[id] = true // that it was submitted, or is not there yet
			}
		}
	}
	for id, exchanges := range a.seen {
		for _, x := range exchanges {
			of := func(e recorded) bool { return e.Transaction == x.TransactionID || e.Kind == dovidka.EventRefused }
			if x.Provider == 200 && !unrecorded[id] && !slices.ContainsFunc(a.byMessage[id], of) {
				a.report("message %s, transaction %s: the door answered, and the ledger does not say so", id, x.TransactionID)
			}
		}
	}
}

// TestSoakAudit proves of a small account that it agrees, and of every way to
// spoil it that the audit notices.
func TestSoakAudit(t *testing.T) {
	t.Parallel()
	const request, grant, message, transaction, later = "r", "g", "m", "t", "m2"
	digest := [32]byte{1}
	good := func() *soakAudit {
		text := hex.EncodeToString(digest[:])
		entry := func(kind dovidka.EventKind, message, transaction string) recorded {
			return recorded{Kind: kind, Request: request, Grant: grant, Digest: text, Message: message, Transaction: transaction, hash: "h"}
		}
		asked := &call{
			operation: trembita.OperationGetDeclarations, messages: []string{message, later}, final: later, outcome: trembita.ResultOK,
			under: "t2", requestID: request, receipt: &dovidka.Receipt{GrantID: grant, Index: 2, Hash: "h"}, digest: digest,
		}
		return &soakAudit{
			before:  1,
			entries: []recorded{{}, entry(dovidka.EventGranted, message, transaction), entry(dovidka.EventDisclosed, message, transaction), entry(dovidka.EventReleased, later, "t2")},
			calls:   []*call{asked},
			seen: map[string][]xroadtest.Exchange{
				message: {{ID: message, TransactionID: transaction, Forwarded: 1, Provider: 200}}, later: {{ID: later, TransactionID: "t2", Forwarded: 1, Provider: 200}},
			},
		}
	}
	count := func(spoil func(*soakAudit)) (n int) {
		a := good()
		a.report = func(string, ...any) { n++ }
		spoil(a)
		a.run()
		return n
	}
	if n := count(func(*soakAudit) {}); n != 0 {
		t.Errorf("the good account has %d differences", n)
	}
	for name, spoil := range map[string]func(*soakAudit){
		"another digest in the ledger":      func(a *soakAudit) { a.entries[2].Digest = "" },
		"another digest at the caller":      func(a *soakAudit) { a.calls[0].digest[0]++ },
		"another receipt":                   func(a *soakAudit) { a.calls[0].receipt.Hash = "" },
		"a receipt of another entry":        func(a *soakAudit) { a.calls[0].receipt.Index = 3 },
		"a receipt beyond the ledger":       func(a *soakAudit) { a.calls[0].receipt.Index = 9 },
		"another request":                   func(a *soakAudit) { a.calls[0].requestID = "x" },
		"another transaction":               func(a *soakAudit) { a.entries[2].Transaction = "x" },
		"another transaction at the caller": func(a *soakAudit) { a.calls[0].under = "x" },
		"another message":                   func(a *soakAudit) { a.entries[2].Message = "x" },
		"a message that nobody sent":        func(a *soakAudit) { a.calls[0].messages = []string{message} },
		"a message sent on twice":           func(a *soakAudit) { a.seen[message] = append(a.seen[message], a.seen[message][0]) },
		"a message that was cut":            func(a *soakAudit) { a.seen[message][0].Fault = xroadtest.CutRequest },
		"a message that was not sent on":    func(a *soakAudit) { a.seen[message][0].Forwarded = 0 },
		"an answer without an entry":        func(a *soakAudit) { a.entries = a.entries[:3] },
		"granted twice":                     func(a *soakAudit) { a.entries[3].Kind = dovidka.EventGranted },
		"disclosed twice":                   func(a *soakAudit) { a.entries[3].Kind = dovidka.EventDisclosed },
		"released and never disclosed":      func(a *soakAudit) { a.entries[2].Kind = dovidka.EventRefused },
		"a refusal that is not in the log":  func(a *soakAudit) { a.calls[0].outcome, a.calls[0].receipt = "CONSENT_REFUSED", nil },
	} {
		if count(spoil) == 0 {
			t.Errorf("%s: the audit does not notice", name)
		}
	}
}
