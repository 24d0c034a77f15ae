package main

import (
	"errors"
	"log/slog"
	"net/url"
	"time"

	"github.com/dovidka/dovidka/internal/delivery/diia"
	"github.com/dovidka/dovidka/internal/platform/config"
	"github.com/dovidka/dovidka/xroad"
)

// DeliveryConfig says whether and how citizens are told that a request has ended
// whose end nobody waited for: by Diia, over the bus.
type DeliveryConfig struct {
	Enabled bool `yaml:"enabled"`
	// SecurityServer is the address of ours, normally its root.
	SecurityServer string            `yaml:"security_server"`
	PlainHTTP      bool              `yaml:"plain_http"`
	TLS            DeliveryTLSConfig `yaml:"tls"`

	Client    string `yaml:"client"`     // our subsystem, INSTANCE/CLASS/MEMBER/SUBSYSTEM
	UserID    string `yaml:"user_id"`    // in the header of messages
	PurposeID string `yaml:"purpose_id"` // in the ledger
	Service   string `yaml:"service"`    // Diia's, INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE
	SOAP      string `yaml:"soap"`       // 1.1 or 1.2
	Action    string `yaml:"action"`

	PartnerID        string `yaml:"partner_id"`
	TemplateID       string `yaml:"template_id"`
	RequestParameter string `yaml:"request_parameter"`

	Timeout     config.Duration `yaml:"timeout"`
	Attempts    int             `yaml:"attempts"`
	MaxAge      config.Duration `yaml:"max_age"`
	Concurrency int             `yaml:"concurrency"`
}

// DeliveryTLSConfig is who we are to the security server and which certificates it
// may have.
type DeliveryTLSConfig struct {
	Certificate string   `yaml:"certificate"`
	Key         string   `yaml:"key"`
	Pins        []string `yaml:"pins"`
}

func defaultDelivery() DeliveryConfig {
	return DeliveryConfig{
		SOAP: "1.1", Action: diia.Operation, Timeout: config.Duration(time.Minute), Attempts: 12,
		MaxAge: config.Duration(25 * time.Minute), Concurrency: 4,
	}
}

// soapVersions are the versions by their names.
func soapVersions() map[string]xroad.Version {
	return map[string]xroad.Version{xroad.SOAP11.String(): xroad.SOAP11, xroad.SOAP12.String(): xroad.SOAP12}
}

// check refuses what cannot work. What is off need not work.
func (c *DeliveryConfig) check(answers config.Duration) error {
	if !c.Enabled {
		return nil
	}
	var errs []error
	need := func(ok bool, text string) {
		if !ok {
			errs = append(errs, errors.New("delivery."+text))
		}
	}
	address, err := url.Parse(c.SecurityServer)
	known := err == nil && address.Host != "" && (address.Scheme == "https" || address.Scheme == "http")
	need(known, "security_server: https://HOST, or http with plain_http: true")
	if known {
		need(address.Scheme == "https" || c.PlainHTTP, "plain_http: must be true for a security server without TLS")
		need(address.Scheme == "http" || c.TLS.Certificate != "" && c.TLS.Key != "" && len(c.TLS.Pins) > 0,
			"tls: certificate, key and pins are required")
	}
	_, err = xroad.ParseClientID(c.Client)
	need(err == nil, "client: INSTANCE/CLASS/MEMBER[/SUBSYSTEM] is expected")
	_, err = xroad.ParseServiceID(c.Service)
	need(err == nil, "service: INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE[/VERSION] is expected")
	_, version := soapVersions()[c.SOAP]
	need(version, `soap: must be "1.1" or "1.2"`)
	need(c.PartnerID != "" && c.TemplateID != "", "partner_id, template_id: are required")
	need(c.Timeout > 0 && c.Attempts > 0 && c.Concurrency > 0, "timeout, attempts, concurrency: must be positive")
	need(c.MaxAge > 0 && c.MaxAge < answers, "max_age: must be shorter than disclosure.answer_ttl, or citizens are called to answers that are gone")
	return errors.Join(errs...)
}

// warn tells of settings that are legal but rarely meant.
func (c *DeliveryConfig) warn(log *slog.Logger, diiaListens string) {
	switch {
	case !c.Enabled:
	case diiaListens == "":
		log.Warn("nobody is notified: only those who come through the REST door are", "setting", "delivery.enabled")
	case c.PlainHTTP:
		log.Warn("citizens' numbers may go to the security server without TLS", "setting", "delivery.plain_http")
	}
}
