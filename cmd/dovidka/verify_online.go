package main

import (
	"net/netip"
	"time"

	"github.com/dovidka/dovidka/cms/online"
)

// What a person waits for the network while a file is verified.
const (
	askBudget  = 5 * time.Second // altogether
	askTimeout = 3 * time.Second // one responder
)

// newAsker makes the client that asks for statuses. Whoever runs the command sees no
// more than a verdict, and from their own machine: inner addresses may be asked, as
// authorities inside an organisation have them, but not those of the link, where clouds
// keep secrets.
func newAsker() (*online.Client, error) {
	var inner []netip.Prefix
	for _, network := range []string{"127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"} {
		inner = append(inner, netip.MustParsePrefix(network))
	}
	return online.New(online.Config{WhenDown: online.UseList, Timeout: askTimeout, ListTimeout: askBudget, Networks: inner})
}
