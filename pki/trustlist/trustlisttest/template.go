// Package trustlisttest writes and signs lists of trusted services, for tests and
// demonstrations: what a scheme operator does, in memory. Whoever pins no signer of its
// lists trusts none of them.
package trustlisttest

import (
	"encoding/base64"
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"github.com/dovidka/dovidka/pki"
)

// Template is what a list says.
type Template struct {
	Territory      string
	SequenceNumber int
	IssueDate      time.Time
	NextUpdate     time.Time // zero: there will be no other list
	Providers      []Provider
	// Extra goes as it is, as XML, to the end of SchemeInformation.
	Extra string
}

// Provider is a provider of services.
type Provider struct {
	Name     string
	Services []Service
}

// Service is a service: its status and, after it, its past.
type Service []Entry

// Entry is a status of a service.
type Entry struct {
	Type, Status string
	From         time.Time
	// Certificate names the service; OnlyKey leaves the identifier of its key, as lists do
	// in the past of a service.
	Certificate *pki.Certificate
	OnlyKey     bool
	// Extra goes as it is, as XML, to the end of the entry.
	Extra string
}

// XML writes the list, unsigned.
func (t Template) XML() []byte {
	var w writer
	w.raw(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	w.raw(`<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" xmlns:tslx="http://uri.etsi.org/02231/v2/additionaltypes#"` +
		` TSLTag="http://uri.etsi.org/19612/TSLTag" Id="list">` + "\n<SchemeInformation>")
	w.text("TSLVersionIdentifier", "5")
	w.text("TSLSequenceNumber", strconv.Itoa(t.SequenceNumber))
	w.text("TSLType", "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric")
	w.names("SchemeOperatorName", "Засвідчувальний орган: випробування")
	w.raw(`<SchemeOperatorAddress><PostalAddresses><PostalAddress xml:lang="uk">`)
	w.text("StreetAddress", "Вигадана, 1")
	w.text("Locality", "Київ")
	w.text("CountryName", "UA")
	w.raw(`</PostalAddress></PostalAddresses></SchemeOperatorAddress>`)
	w.names("SchemeName", "UA:Довірчий список: випробування")
	w.text("StatusDeterminationApproach", "http://uri.etsi.org/TrstSvc/TrustedList/StatusDetn/EUappropriate")
	w.text("SchemeTerritory", t.Territory)
	w.text("HistoricalInformationPeriod", "65535")
	w.text("ListIssueDateTime", timeText(t.IssueDate))
	w.raw("<NextUpdate>")
	if !t.NextUpdate.IsZero() {
		w.text("dateTime", timeText(t.NextUpdate))
	}
	w.raw("</NextUpdate>" + t.Extra + "</SchemeInformation>\n")
	if len(t.Providers) > 0 {
		w.raw("<TrustServiceProviderList>\n")
		for _, p := range t.Providers {
			w.provider(p)
		}
		w.raw("</TrustServiceProviderList>\n")
	}
	w.raw("</TrustServiceStatusList>\n")
	return []byte(w.String())
}

type writer struct{ strings.Builder }

func (w *writer) raw(text string) { w.WriteString(text) }

func (w *writer) text(name, text string) {
	w.raw("<" + name + ">" + escape(text) + "</" + name + ">")
}

func (w *writer) names(name, text string) {
	w.raw("<" + name + `><Name xml:lang="uk">` + escape(text) + "</Name></" + name + ">")
}

func (w *writer) provider(p Provider) {
	w.raw("<TrustServiceProvider><TSPInformation>")
	w.names("TSPName", p.Name)
	w.raw("</TSPInformation><TSPServices>\n")
	for _, s := range p.Services {
		w.raw("<TSPService>")
		for i, e := range s {
			switch i {
			case 0:
				w.entry("ServiceInformation", p.Name, e)
				continue
			case 1:
				w.raw("<ServiceHistory>")
			}
			w.entry("ServiceHistoryInstance", p.Name, e)
		}
		if len(s) > 1 {
			w.raw("</ServiceHistory>")
		}
		w.raw("</TSPService>\n")
	}
	w.raw("</TSPServices></TrustServiceProvider>\n")
}

func (w *writer) entry(element, name string, e Entry) {
	w.raw("<" + element + ">")
	w.text("ServiceTypeIdentifier", e.Type)
	w.names("ServiceName", name)
	w.raw("<ServiceDigitalIdentity><DigitalId>")
	if e.OnlyKey {
		w.text("X509SKI", base64.StdEncoding.EncodeToString(e.Certificate.SubjectKeyID))
	} else {
		w.text("X509Certificate", base64.StdEncoding.EncodeToString(e.Certificate.Raw))
	}
	w.raw("</DigitalId></ServiceDigitalIdentity>")
	w.text("ServiceStatus", e.Status)
	w.text("StatusStartingTime", timeText(e.From))
	w.raw(e.Extra + "</" + element + ">")
}

func timeText(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder never fails
	return b.String()
}
