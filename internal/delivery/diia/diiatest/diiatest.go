// Package diiatest plays Diia's side of the bus for tests: the service
// NotificationCreate behind a security server in memory.
//
// It reads messages by what eHealth sends (ehealth-ua/uc6), on its own and
// without the package it is to test.
package diiatest

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// The partner and the template that the service knows.
const (
	PartnerID  = "partner-of-tests"
	TemplateID = "749af9c1df41"
)

// Client is the subsystem that may call.
func Client() xroad.ClientID {
	return xroad.ClientID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "42032422", Subsystem: "50_eHealth_demo_PUSH"}
}

// Service is NotificationCreate as Diia offers it to tests.
func Service() xroad.ServiceID {
	return xroad.ServiceID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "43395033", Subsystem: "DpDiiaTest_33_prod", Service: "NotificationCreate"}
}

// Notice is one that the service was asked to push.
type Notice struct {
	ID         string
	RNOKPP     string
	Parameters map[string]string
	MessageID  string
	UserID     string
}

// Provider is the service.
type Provider struct {
	mu      sync.Mutex // protects everything below
	all     []Notice
	refusal string
	during  func()
}

const namespace = "NotificationDistributionPush"

// asked is the request's element, with the namespace of every element in it.
type asked struct {
	XMLName    xml.Name `xml:"NotificationDistributionPush NotificationCreate"`
	PartnerID  string   `xml:"NotificationDistributionPush partnerId"`
	TemplateID string   `xml:"NotificationDistributionPush templateId"`
	Recipients struct {
		List []struct {
			ID         string `xml:"notification.notification_distribution_push id"`
			RNOKPP     string `xml:"notification.notification_distribution_push rnokpp"`
			Parameters *struct {
				List []struct {
					Key   string `xml:"notification.notification_distribution_push key"`
					Value string `xml:"notification.notification_distribution_push value"`
				} `xml:"notification.notification_distribution_push parameter"`
			} `xml:"notification.notification_distribution_push parameters"`
		} `xml:"notification.notification_distribution_push RecipientsNotification"`
	} `xml:"NotificationDistributionPush recipients"`
}

type answered struct {
	DistributionID string `xml:"distributionId,omitempty"`
	Error          string `xml:"error,omitempty"`
}

// Handler returns the service for a security server to stand in front of.
func (p *Provider) Handler(t testing.TB) *xroad.Handler {
	t.Helper()
	handler, err := xroad.NewHandler(xroad.Config{Operations: []xroad.Operation{{Name: "NotificationCreate", Namespace: namespace, Handle: p.create}}})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func (p *Provider) create(_ context.Context, r *xroad.Request) (any, error) {
	var in asked
	if err := r.Body.DecodeStrict(&in); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.during != nil {
		p.during()
	}
	switch {
	case p.refusal != "":
		return answered{Error: p.refusal}, nil
	case in.PartnerID != PartnerID || in.TemplateID != TemplateID:
		return answered{Error: "unknown-template"}, nil
	case len(in.Recipients.List) == 0:
		return nil, xroad.NewFault("Client.ValidationError", "recipients")
	}
	for _, to := range in.Recipients.List {
		if to.ID == "" || to.RNOKPP == "" || to.Parameters == nil {
			return nil, xroad.NewFault("Client.ValidationError", "recipient")
		}
		n := Notice{ID: to.ID, RNOKPP: to.RNOKPP, Parameters: map[string]string{}, MessageID: r.Header.ID}
		if r.Header.UserID != nil {
			n.UserID = *r.Header.UserID
		}
		for _, parameter := range to.Parameters.List {
			n.Parameters[parameter.Key] = parameter.Value
		}
		p.all = append(p.all, n)
	}
	return answered{DistributionID: fmt.Sprintf("distribution-%d", len(p.all))}, nil
}

// Refuse lets the service answer with an error; the empty one ends that.
func (p *Provider) Refuse(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refusal = text
}

// During is called while a request is being answered; nil ends that.
func (p *Provider) During(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.during = do
}

// All returns what the service was asked to push, in order, repetitions included.
func (p *Provider) All() []Notice {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Notice(nil), p.all...)
}

// ByID returns how often each notice came, and an error when one of them did not
// say the same thing every time.
func (p *Provider) ByID() (map[string]int, error) {
	count, first := map[string]int{}, map[string]Notice{}
	for _, n := range p.All() {
		if earlier, again := first[n.ID]; again && earlier.RNOKPP != n.RNOKPP {
			return nil, errors.New("one id stands for two people")
		}
		first[n.ID] = n
		count[n.ID]++
	}
	return count, nil
}

// Start starts a security server with the service behind it. The test's end ends
// it.
func (p *Provider) Start(t testing.TB, config xroadtest.Config) *xroadtest.Server {
	t.Helper()
	config.Services = append(config.Services, xroadtest.Service{ID: Service(), Handler: p.Handler(t), Clients: []xroad.ClientID{Client()}})
	server, err := xroadtest.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}
