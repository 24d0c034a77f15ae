package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"github.com/dovidka/dovidka"
)

// pseudonymizer turns what identifies a person into a Pseudonym.
type pseudonymizer struct{ key []byte }

// of returns HMAC-SHA-256 over the kind of the identity and its value. The kind
// keeps a number of one register from meeting an equal one of another.
func (p pseudonymizer) of(kind, value string) dovidka.Pseudonym {
	mac := hmac.New(sha256.New, p.key)
	mac.Write([]byte("dovidka pseudonym v1\x00" + kind + "\x00" + value))
	return dovidka.Pseudonym(hex.EncodeToString(mac.Sum(nil)))
}

// person returns the pseudonym of the strongest identity there is: the РНОКПП,
// else the УНЗР, else the document. Somebody who comes once with one and once
// with another has two pseudonyms: the ledger cannot know better, because it
// never asks the registry.
func (p pseudonymizer) person(rnokpp dovidka.RNOKPP, unzr dovidka.UNZR, document dovidka.Document) dovidka.Pseudonym {
	switch {
	case !rnokpp.IsZero():
		return p.of("rnokpp", rnokpp.Reveal())
	case !unzr.IsZero():
		return p.of("unzr", unzr.Reveal())
	case !document.IsZero():
		return p.of("document", string(document.Type)+"\x00"+document.Number())
	}
	return ""
}

func (p pseudonymizer) requester(who dovidka.Requester) dovidka.Pseudonym {
	return p.person(who.RNOKPP, who.UNZR, who.Document)
}

// subject returns the pseudonym of the person whose data are asked for. With
// RelationSelf that is the signer, whatever else the statement claims.
func (p pseudonymizer) subject(who dovidka.Requester, said dovidka.Subject) dovidka.Pseudonym {
	if said.Relation == dovidka.RelationSelf {
		return p.requester(who)
	}
	return p.person(said.RNOKPP, said.UNZR, said.Document)
}

// user returns the pseudonym of the calling body's user. Users of two callers
// never meet, even when both are called "operator1".
func (p pseudonymizer) user(caller dovidka.Caller) dovidka.Pseudonym {
	if caller.UserID.IsZero() {
		return ""
	}
	return p.of("user", caller.Name+"\x00"+caller.UserID.Reveal())
}
