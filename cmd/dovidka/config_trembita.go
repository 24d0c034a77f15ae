package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/xroad"
)

// TrembitaConfig is the door of the bus, in SOAP and in REST.
type TrembitaConfig struct {
	ListenConfig `yaml:",inline"`

	// Address is the public address in the WSDL; empty takes the request's.
	Address string `yaml:"address"`
	// Clients are the X-Road clients admitted, INSTANCE/CLASS/MEMBER/SUBSYSTEM;
	// an empty list admits nobody.
	Clients []string `yaml:"clients"`
	// Entitlements permit some of the clients to inquire by law; an empty list
	// permits nobody.
	Entitlements []EntitlementConfig `yaml:"entitlements"`
	Rate         RateConfig          `yaml:"rate"`
}

// EntitlementConfig permits one client inquiries for one registered purpose.
type EntitlementConfig struct {
	Client    string          `yaml:"client"`
	PurposeID string          `yaml:"purpose_id"`
	Grounds   []string        `yaml:"grounds"`
	Scopes    []dovidka.Scope `yaml:"scopes"`
}

// entitlements returns them as the ledger wants them.
func (c TrembitaConfig) entitlements() []dovidka.Entitlement {
	var out []dovidka.Entitlement
	for _, e := range c.Entitlements {
		out = append(out, dovidka.Entitlement{Caller: e.Client, PurposeID: e.PurposeID, Grounds: e.Grounds, Scopes: e.Scopes})
	}
	return out
}

// checkClients refuses names and entitlements that could never be used, or that
// say the same twice.
func (c TrembitaConfig) checkClients() error {
	var errs []error
	need := func(ok bool, text string) {
		if !ok {
			errs = append(errs, errors.New(text))
		}
	}
	admitted := map[string]bool{}
	for _, client := range c.Clients {
		id, err := xroad.ParseClientID(client)
		need(err == nil, "trembita.clients: each is INSTANCE/CLASS/MEMBER[/SUBSYSTEM]")
		admitted[id.String()] = true
	}
	type entitled struct{ client, purposeID string }
	seen := map[entitled]bool{}
	for i, e := range c.Entitlements {
		key := fmt.Sprintf("trembita.entitlements, %d: ", i+1)
		need(e.Client != "" && admitted[e.Client], key+"client is not one of trembita.clients")
		need(e.PurposeID != "" && strings.TrimSpace(e.PurposeID) == e.PurposeID, key+"purpose_id: the id of a registered purpose is required")
		need(!seen[entitled{e.Client, e.PurposeID}], key+"the client has an entitlement for this purpose above")
		seen[entitled{e.Client, e.PurposeID}] = true
		need(len(e.Grounds) > 0, key+"grounds: at least one legal ground is required")
		for _, ground := range e.Grounds {
			_, err := dovidka.NormalizeGround(ground)
			need(err == nil, key+fmt.Sprintf("grounds: each is a text of 1 to %d characters", dovidka.MaxGround))
		}
		need(len(e.Scopes) > 0, key+"scopes: declarations, status or both are required")
		for _, scope := range e.Scopes {
			need(scope.Known(), key+"scopes: declarations and status are known")
		}
	}
	return errors.Join(errs...)
}

// pinned reports whether only certain peers can connect to the door.
func (c TrembitaConfig) pinned() bool {
	return !c.Insecure && len(c.TLS.ClientFingerprints)+len(c.TLS.ClientCertificates) > 0
}

// warnOfInquiries tells that who asks by law is believed to be whom a message
// names: nothing but the connection says that a security server sent it.
func (c TrembitaConfig) warnOfInquiries(log *slog.Logger) {
	if c.Listen != "" && len(c.Entitlements) > 0 && !c.pinned() {
		log.Warn("inquiries by law are offered to whoever connects: pin the security server's certificate", "setting", "trembita.tls.client_certificates")
	}
}
