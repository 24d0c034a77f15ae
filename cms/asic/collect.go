package asic

import (
	"context"
	"fmt"
	"slices"

	"github.com/dovidka/dovidka/cms"
)

// CollectLongTerm gathers for [Extend] what all signatures of a container need to prove
// themselves, as [cms.CollectLongTerm] does for one; opts.Content is not used.
func CollectLongTerm(ctx context.Context, file []byte, opts cms.VerifyOptions) (*cms.LongTerm, error) {
	c, _, pairs, err := reopen(file)
	if err != nil {
		return nil, fmt.Errorf("asic: collect: %w", err)
	}
	out := &cms.LongTerm{Anchors: opts.Anchors, Services: opts.Services, Keys: opts.Keys}
	for _, p := range pairs {
		opts.Content = p.signed
		l, err := cms.CollectLongTerm(ctx, c.files[p.File], opts)
		if err != nil {
			return nil, fmt.Errorf("asic: collect: %s: %w", p.File, err)
		}
		// What several signatures share is there several times, and put in once.
		out.Certificates = slices.Concat(out.Certificates, l.Certificates)
		out.CRLs, out.OCSPs = slices.Concat(out.CRLs, l.CRLs), slices.Concat(out.OCSPs, l.OCSPs)
		if l.Time.After(out.Time) {
			out.Time = l.Time
		}
	}
	return out, nil
}
