package main

import (
	"context"
	"io"
	"net/http"
	"testing"
)

// BenchmarkRoad takes requests the whole way through a component in this
// process, client and all: for a profile of where the time goes
// (go test -bench Road -cpuprofile). dovidka bench measures the server alone.
func BenchmarkRoad(b *testing.B) {
	c := &demoCommand{Persons: 1000, Seed: 1, REST: "127.0.0.1:0", SOAP: "127.0.0.1:0", Metrics: "127.0.0.1:0"}
	folder, err := openDemo(b.Context(), b.TempDir(), c, func(string) {})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	a, cfg, err := c.start(ctx, folder, io.Discard)
	if err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	at := ready{addresses: a.addresses(cfg), Citizens: folder.citizens}
	citizen, err := at.signer("dstu4145")
	if err != nil {
		b.Fatal(err)
	}
	road := bench{at: at, citizen: citizen, http: &http.Client{Transport: &http.Transport{}}}
	for name, send := range map[string]func(context.Context) error{"REST": road.rest, "SOAP": road.soap} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := send(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	road.http.CloseIdleConnections()
}
