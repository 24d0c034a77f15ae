package ledger

import (
	"errors"
	"fmt"

	"github.com/dovidka/dovidka"
)

// entitlements are the rights to inquire by law, by caller and purpose. What is
// not in them is not permitted.
type entitlements map[entitled]rights

type entitled struct{ caller, purposeID string }

type rights struct {
	grounds map[string]bool
	scopes  map[dovidka.Scope]bool
}

// readEntitlements checks the list. Every text in it is recorded with the grants
// that rest on it, so it must be one that the log keeps unchanged.
func readEntitlements(list []dovidka.Entitlement) (entitlements, error) {
	out := entitlements{}
	for i, e := range list {
		key := entitled{e.Caller, e.PurposeID}
		switch {
		case e.Caller == "" || bound(e.Caller) != e.Caller:
			return nil, fmt.Errorf("entitlement %d: a caller's name that can be recorded is required", i+1)
		case e.PurposeID == "" || bound(e.PurposeID) != e.PurposeID:
			return nil, fmt.Errorf("entitlement %d: the id of a registered purpose is required", i+1)
		case len(e.Grounds) == 0 || len(e.Scopes) == 0:
			return nil, fmt.Errorf("entitlement %d: legal grounds and scopes are required", i+1)
		}
		if _, twice := out[key]; twice {
			return nil, fmt.Errorf("entitlement %d: the caller has one for this purpose already", i+1)
		}
		r := rights{map[string]bool{}, map[dovidka.Scope]bool{}}
		for _, text := range e.Grounds {
			ground, err := dovidka.NormalizeGround(text)
			if err != nil || bound(ground) != ground {
				return nil, errors.Join(fmt.Errorf("entitlement %d: a legal ground cannot be used", i+1), err)
			}
			r.grounds[ground] = true
		}
		for _, scope := range e.Scopes {
			if !scope.Known() {
				return nil, fmt.Errorf("entitlement %d: scopes are %s and %s", i+1, dovidka.ScopeDeclarations, dovidka.ScopeStatus)
			}
			r.scopes[scope] = true
		}
		out[key] = r
	}
	return out, nil
}

// The reasons of dovidka.CodeNotEntitled. They tell a body about its own rights
// only.
const (
	reasonPurpose = "purpose-not-permitted"
	reasonGround  = "ground-not-permitted"
	reasonScope   = "scope-not-permitted"
)

// check returns a Fault unless somebody permitted exactly this.
func (e entitlements) check(caller, purposeID, ground string, scope dovidka.Scope) error {
	refuse := func(reason string) error {
		return &dovidka.Fault{Code: dovidka.CodeNotEntitled, Reason: reason, Err: errors.New(reason)}
	}
	r, ok := e[entitled{caller, purposeID}]
	switch {
	case !ok:
		return refuse(reasonPurpose)
	case !r.grounds[ground]:
		return refuse(reasonGround)
	case !r.scopes[scope]:
		return refuse(reasonScope)
	}
	return nil
}
