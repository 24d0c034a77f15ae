package online

import (
	"context"
	"time"

	"github.com/dovidka/dovidka/pki"
)

// listKey names a list by where it is and whose it must be.
type listKey struct {
	url    string
	issuer fingerprint
}

// keptList is a list whose signature was verified.
type keptList struct {
	list        *pki.CRL
	fetched     time.Time // or found unchanged
	etag, since string
}

// valid reports whether the list still speaks for its issuer.
func (k *keptList) valid(now time.Time) bool {
	return k.list.NextUpdate.IsZero() || now.Before(k.list.NextUpdate)
}

func (c *Client) fresh(k *keptList) bool {
	now := c.cfg.Now()
	return k.valid(now) && now.Before(k.fetched.Add(c.cfg.ListAge))
}

// listsFor returns the full list that a certificate names and, if it names one that
// can be had, the delta that completes it.
func (c *Client) listsFor(ctx context.Context, cert, issuer *pki.Certificate, keys pki.KeyPolicy) ([]*pki.CRL, error) {
	if keys.Check(issuer.PublicKey) != nil {
		return nil, reject(pki.ReasonStatusUntrusted)
	}
	full, err := c.firstList(ctx, cert.CRLURLs, issuer, false)
	if err != nil {
		return nil, err
	}
	out := []*pki.CRL{full}
	if len(cert.DeltaCRLURLs) == 0 {
		return out, nil
	}
	// A full list that is valid speaks for itself, so a delta that is missing is no
	// reason to refuse.
	delta, err := c.firstList(ctx, cert.DeltaCRLURLs, issuer, false)
	if err != nil {
		return out, nil //nolint:nilerr // see above
	}
	if delta.BaseNumber != nil && full.Number != nil && delta.BaseNumber.Cmp(full.Number) > 0 {
		// The delta is for a newer full list than ours.
		if newer, err := c.firstList(ctx, cert.CRLURLs, issuer, true); err == nil {
			out[0] = newer
		}
	}
	return append(out, delta), nil
}

// firstList returns the first list that can be had of several addresses.
func (c *Client) firstList(ctx context.Context, addresses []string, issuer *pki.Certificate, anew bool) (list *pki.CRL, err error) {
	for _, address := range addresses[:min(maxAddresses, len(addresses))] {
		var kept *keptList
		if kept, err = c.list(ctx, listKey{address, issuer.Fingerprint()}, issuer, anew); err == nil {
			return kept.list, nil
		}
	}
	return nil, err
}

func (c *Client) list(ctx context.Context, key listKey, issuer *pki.Certificate, anew bool) (*keptList, error) {
	if kept, ok := c.lists.get(key, func(k *keptList) bool { return !anew && c.fresh(k) }); ok {
		return kept, nil
	}
	kept, err := c.fetching.do(ctx, key, c.cfg.ListTimeout, func(ctx context.Context) (*keptList, error) {
		// Another exchange may have ended since we looked.
		if kept, ok := c.lists.peek(key); ok && !anew && c.fresh(kept) {
			return kept, nil
		}
		return c.fetchList(ctx, key, issuer)
	})
	if err == nil {
		return kept, nil
	}
	// What is kept and valid serves on while nothing newer can be had.
	if old, ok := c.lists.peek(key); ok && old.valid(c.cfg.Now()) {
		return old, nil
	}
	return nil, err
}

func (c *Client) fetchList(ctx context.Context, key listKey, issuer *pki.Certificate) (*keptList, error) {
	q := request{kind: KindList, url: key.url, limit: c.cfg.MaxList}
	old, have := c.lists.peek(key)
	if have {
		q.etag, q.since = old.etag, old.since
	}
	var kept *keptList
	q.accept = func(a answer) error {
		if a.unchanged {
			kept = &keptList{old.list, c.cfg.Now(), old.etag, old.since}
		} else {
			list, err := c.acceptList(a.body, issuer)
			if err != nil {
				return err
			}
			kept = &keptList{list, c.cfg.Now(), a.etag, a.since}
			if have && older(list, old.list) {
				// Nobody takes back what was known: a copy from before is passed over.
				kept.list = old.list
			}
		}
		if !kept.valid(c.cfg.Now()) {
			return reject(pki.ReasonStatusStale)
		}
		return nil
	}
	start := c.cfg.Now()
	if err := c.fetch(ctx, q); err != nil {
		return nil, err
	}
	c.lists.put(key, kept, listCost(kept.list), c.cfg.Now().Sub(start))
	return kept, nil
}

// acceptList judges a list as of now.
func (c *Client) acceptList(body []byte, issuer *pki.Certificate) (*pki.CRL, error) {
	list, err := pki.ParseCRL(body)
	switch {
	case err != nil:
		return nil, &failure{Malformed, err}
	case list.CheckIssuedBy(issuer) != nil:
		return nil, reject(pki.ReasonStatusUntrusted)
	case list.ThisUpdate.After(c.cfg.Now().Add(pki.DefaultClockSkew)):
		return nil, reject(pki.ReasonStatusFuture)
	}
	return list, nil
}

func older(list, than *pki.CRL) bool {
	return list.ThisUpdate.Before(than.ThisUpdate)
}

// listCost estimates the memory of a list: its bytes, and for every entry a key, a
// date and the map around them.
func listCost(l *pki.CRL) int64 { return int64(len(l.Raw)) + 128*int64(l.Len()) }
