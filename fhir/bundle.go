package fhir

import (
	"fmt"
	"strings"
)

// Bundle is several resources together.
type Bundle struct {
	ID         string        `json:"id"`
	Meta       Meta          `json:"meta"`
	Identifier Identifier    `json:"identifier"`
	Type       BundleType    `json:"type"`
	Timestamp  Instant       `json:"timestamp"`
	Entry      []BundleEntry `json:"entry"`
}

// BundleEntry is a resource in a bundle and its absolute address.
type BundleEntry struct {
	FullURL  string   `json:"fullUrl"`
	Resource Resource `json:"resource"`
}

// NewEntry gives the entry of a resource that has, or could have, its home on
// the server whose FHIR base is given: fullUrl is base/type/id, and relative
// references between the entries resolve against it (R4, Bundle: resolving
// references). A wrong id shows when the bundle is written.
func NewEntry(base string, r Resource) BundleEntry {
	return BundleEntry{
		FullURL:  strings.TrimSuffix(base, "/") + "/" + r.ResourceType() + "/" + r.ResourceID(),
		Resource: r,
	}
}

// ResourceType implements [Resource].
func (*Bundle) ResourceType() string { return "Bundle" }

// ResourceID implements [Resource].
func (b *Bundle) ResourceID() string { return b.ID }

func (b *Bundle) members(w *writer) {
	object(w, "meta", &b.Meta)
	object(w, "identifier", &b.Identifier)
	w.must("type", code(w, "type", b.Type))
	writeTime(w, "timestamp", b.Timestamp)
	list(w, "entry", b.Entry)
	b.checkAddresses(w)
}

// checkAddresses keeps bdl-7, no fullUrl twice: a reference to it would mean
// two resources.
func (b *Bundle) checkAddresses(w *writer) {
	seen := make(map[string]struct{}, len(b.Entry))
	for i := range b.Entry {
		address := b.Entry[i].FullURL
		if _, twice := seen[address]; twice && address != "" {
			w.fail(fmt.Sprintf("entry[%d].fullUrl", i), "same address as an earlier entry")
		}
		seen[address] = struct{}{}
	}
}

func (e *BundleEntry) members(w *writer) {
	w.uri("fullUrl", e.FullURL)
	if strings.Contains(e.FullURL, "/_history/") {
		w.fail("fullUrl", "address of a version") // bdl-8
	}
	if isNil(e.Resource) {
		w.fail("resource", "required element is missing")
		return
	}
	e.checkAddress(w)
	w.key("resource")
	w.resource("resource", e.Resource)
}

// checkAddress: a RESTful fullUrl has to agree with the resource's id
// (R4, Bundle.entry.fullUrl).
func (e *BundleEntry) checkAddress(w *writer) {
	restful := strings.HasPrefix(e.FullURL, "https://") || strings.HasPrefix(e.FullURL, "http://")
	if restful && !strings.HasSuffix(e.FullURL, "/"+e.Resource.ResourceType()+"/"+e.Resource.ResourceID()) {
		w.fail("fullUrl", "does not end in type and id of the resource")
	}
}
