package trustlist

import (
	"slices"
	"time"

	"github.com/dovidka/dovidka/pki"
)

// URIs of the European Union (ETSI TS 119 612, annex D) and of the Ukrainian central
// certification authority, which has its own for services under national law.
const (
	etsi = "http://uri.etsi.org/TrstSvc/"
	czo  = "http://czo.gov.ua/TrstSvc/"

	// TypeCAQC is the service type of authorities that issue qualified certificates.
	TypeCAQC = etsi + "Svctype/CA/QC"
	// TypeCAQCUA is the same in Ukraine, TypeMRCAQCUA with mutual recognition, and
	// TypeRootUA the central certification authority.
	TypeCAQCUA   = czo + "Svctype/CA/QC"
	TypeMRCAQCUA = czo + "Svctype/MR-CA/QC"
	TypeRootUA   = czo + "Svctype/NationalRootCA-QC"

	// StatusGranted and StatusWithdrawn are the statuses of qualified services in the Union.
	StatusGranted   = etsi + "TrustedList/Svcstatus/granted"
	StatusWithdrawn = etsi + "TrustedList/Svcstatus/withdrawn"
	// StatusGrantedUA is the former in Ukraine. Whatever is not granted is not trusted.
	StatusGrantedUA = czo + "TrustedList/Svcstatus/granted"

	// The statuses which meant the same before July 2016 (annex D.5.6).
	statusUnderSupervision = etsi + "TrustedList/Svcstatus/undersupervision"
	statusInCessation      = etsi + "TrustedList/Svcstatus/supervisionincessation"
	statusAccredited       = etsi + "TrustedList/Svcstatus/accredited"

	// What a CA/QC is granted for (clause 5.5.9.4).
	ForSignatures = etsi + "TrustedList/SvcInfoExt/ForeSignatures"
	ForSeals      = etsi + "TrustedList/SvcInfoExt/ForeSeals"
	ForWebSites   = etsi + "TrustedList/SvcInfoExt/ForWebSiteAuthentication"
)

// IsGranted reports whether a status means that the service is trusted. Recognition
// "at national level", of services that are not qualified, does not.
func IsGranted(status string) bool {
	switch status {
	case StatusGranted, StatusGrantedUA, statusUnderSupervision, statusInCessation, statusAccredited:
		return true
	}
	return false
}

// signs reports whether an entry is of an authority whose certificates are for
// signatures or seals. An entry that does not say for what is for both.
func (e Entry) signs() bool {
	switch e.Type {
	case TypeCAQC, TypeCAQCUA, TypeMRCAQCUA, TypeRootUA:
	default:
		return false
	}
	return !slices.Contains(e.Information, ForWebSites) ||
		slices.Contains(e.Information, ForSignatures) || slices.Contains(e.Information, ForSeals)
}

// granted returns the times in which the service was granted to issue certificates for
// signatures or seals, the latest first. The list knows of nothing after closed, unless
// that is zero.
func (s *Service) granted(closed time.Time) []pki.Interval {
	if s.Err != nil {
		return nil
	}
	var out []pki.Interval
	until := closed
	for _, e := range s.Entries {
		if IsGranted(e.Status) && e.signs() && (until.IsZero() || e.From.Before(until)) {
			out = append(out, pki.Interval{From: e.From, Until: until})
		}
		until = e.From
	}
	return out
}

// isAuthority reports whether the service is or ever was one that issues certificates
// for signatures or seals.
func (s *Service) isAuthority() bool { return slices.ContainsFunc(s.Entries, Entry.signs) }

// Services returns the authorities which the list names, with the times in which it
// grants them to issue certificates for signatures or seals. Among them are those that
// are granted no longer, and those about which the list is not understood: they are
// granted at no time, which is more than not to be named.
func (l *List) Services() []pki.Service {
	var closed time.Time
	if l.Scheme.Closed() {
		closed = l.Scheme.IssueDate
	}
	var out []pki.Service
	for _, p := range l.Providers {
		for _, s := range p.Services {
			if !s.isAuthority() {
				continue
			}
			granted := s.granted(closed)
			for _, c := range s.Entries[0].Identity.Certificates {
				out = append(out, pki.Service{Certificate: c, Granted: granted})
			}
		}
	}
	return out
}

// Faults returns what is wrong with services of the list, each with the provider's
// name; they are trusted at no time.
func (l *List) Faults() []Fault {
	var out []Fault
	for _, p := range l.Providers {
		for _, s := range p.Services {
			if s.Err != nil {
				out = append(out, Fault{Provider: p.Names.In("uk"), Err: s.Err})
			}
		}
	}
	return out
}

// Fault is what is wrong with a service.
type Fault struct {
	Provider string
	Err      error
}
