package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"github.com/dovidka/dovidka/cms/online"
	"github.com/dovidka/dovidka/internal/platform/config"
)

// OnlineConfig says whether and how the authorities' services are asked for the
// status of certificates.
type OnlineConfig struct {
	Enabled bool `yaml:"enabled"`
	// WhenDown is refuse, use-crl or accept.
	WhenDown      string            `yaml:"when_down"`
	Timeout       config.Duration   `yaml:"timeout"`
	ListTimeout   config.Duration   `yaml:"list_timeout"`
	Budget        config.Duration   `yaml:"budget"`
	ResponseAge   config.Duration   `yaml:"response_age"`
	ListAge       config.Duration   `yaml:"list_age"`
	NonceOptional bool              `yaml:"nonce_optional"`
	Breaker       BreakerConfig     `yaml:"breaker"`
	Cache         OnlineCacheConfig `yaml:"cache"`
	Hosts         []string          `yaml:"hosts"`
	Networks      []string          `yaml:"networks"`
	Proxy         string            `yaml:"proxy"`
	UserAgent     string            `yaml:"user_agent"`
}

// BreakerConfig says when a responder is left alone.
type BreakerConfig struct {
	Failures int             `yaml:"failures"`
	Pause    config.Duration `yaml:"pause"`
}

// OnlineCacheConfig bounds what is kept of answers.
type OnlineCacheConfig struct {
	Responses int         `yaml:"responses"`
	Lists     config.Size `yaml:"lists"`
}

func defaultOnline() OnlineConfig {
	return OnlineConfig{
		WhenDown: whenDownRefuse, Timeout: config.Duration(3 * time.Second), ListTimeout: config.Duration(30 * time.Second),
		Budget: config.Duration(5 * time.Second), ResponseAge: config.Duration(time.Minute), ListAge: config.Duration(time.Hour),
		Breaker: BreakerConfig{Failures: 5, Pause: config.Duration(30 * time.Second)},
		Cache:   OnlineCacheConfig{Responses: 16384, Lists: 256 << 20}, UserAgent: "dovidka",
	}
}

// What is done when a responder does not answer.
const (
	whenDownRefuse  = "refuse"
	whenDownUseList = "use-crl"
	whenDownAccept  = "accept"
)

var whenDown = map[string]online.WhenDown{
	whenDownRefuse: online.Refuse, whenDownUseList: online.UseList, whenDownAccept: online.Excuse,
}

// check refuses what cannot work.
func (c *OnlineConfig) check(revocation string, answer config.Duration) error {
	var errs []error
	need := func(ok bool, text string) {
		if !ok {
			errs = append(errs, errors.New("verifier.online."+text))
		}
	}
	_, known := whenDown[c.WhenDown]
	need(known, "when_down: must be refuse, use-crl or accept")
	need(!c.Enabled || revocation != revocationOff, "enabled: nobody is asked while verifier.revocation is off")
	need(c.Timeout > 0 && c.ListTimeout > 0 && c.ListAge > 0, "timeout, list_timeout, list_age: must be positive")
	need(c.Budget > 0 && c.Budget < answer, "budget: must be shorter than disclosure.budget, or whoever waits is told nothing")
	need(c.Breaker.Failures > 0 && c.Breaker.Pause > 0, "breaker: failures and pause must be positive")
	need(c.Cache.Responses > 0 && c.Cache.Lists > 0, "cache: responses and lists must be positive")
	if _, err := c.client(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// warn tells of what is legal and rarely meant.
func (c *OnlineConfig) warn(log *slog.Logger) {
	if c.Enabled && c.WhenDown == whenDownAccept {
		log.Warn("a revoked certificate is accepted while its responder is down", "setting", "verifier.online.when_down")
	}
	if c.Enabled && len(c.Networks) > 0 {
		log.Warn("addresses in certificates may lead into inner networks", "setting", "verifier.online.networks")
	}
}

// client is the configuration as package online has it.
func (c *OnlineConfig) client() (online.Config, error) {
	out := online.Config{
		WhenDown: whenDown[c.WhenDown], Timeout: c.Timeout.Std(), ListTimeout: c.ListTimeout.Std(), ResponseAge: c.ResponseAge.Std(),
		ListAge: c.ListAge.Std(), Responses: c.Cache.Responses, ListBytes: int64(c.Cache.Lists), Failures: c.Breaker.Failures,
		Pause: c.Breaker.Pause.Std(), Hosts: c.Hosts, NonceOptional: c.NonceOptional, UserAgent: c.UserAgent,
	}
	if c.ResponseAge == 0 {
		out.ResponseAge = -1 // zero keeps nothing here
	}
	for _, text := range c.Networks {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return out, errors.New("verifier.online.networks: each is a network such as 10.0.0.0/8")
		}
		out.Networks = append(out.Networks, network)
	}
	if c.Proxy == "" {
		return out, nil
	}
	proxy, err := url.Parse(c.Proxy)
	if err != nil || proxy.Scheme != "http" && proxy.Scheme != "https" || proxy.Host == "" || proxy.User != nil {
		return out, fmt.Errorf("verifier.online.proxy: must be http://HOST:PORT or https://HOST:PORT")
	}
	out.Proxy = proxy
	return out, nil
}
