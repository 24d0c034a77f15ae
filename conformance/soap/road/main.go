// Command road is what lies between SOAP clients and a door under test. It opens
// three addresses:
//
//	bare    passes every byte on to the door
//	uxp     is a security server in front of the door, of the UXP kind
//	xroad   is one of the X-Road kind
//
// Both security servers know every operation of the door's description as a
// service, hand it out decorated, and judge what the door answers. What goes over
// the wire to and from a client is noted byte by byte, and beside it what the
// security server thought of the exchange: neither is left to the client's word.
//
// The notes are written when the command is told to end.
package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

func main() {
	door := flag.String("door", "", "address of the door")
	client := flag.String("client", "SEVDEIR-TEST/GOV/43395033/DIIA_cons", "who may call")
	provider := flag.String("provider", "SEVDEIR-TEST/GOV/42032422/DOVIDKA_prod", "whose services the door's operations are")
	folder := flag.String("notes", "", "folder for the notes, and for addresses.json once all are open")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *door, *client, *provider, *folder); err != nil {
		fmt.Fprintln(os.Stderr, "road:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, door, client, provider, folder string) error {
	address, err := url.Parse(door)
	if err != nil {
		return err
	}
	services, err := services(ctx, door, client, provider)
	if err != nil {
		return err
	}
	notes := &notes{}
	addresses := map[string]string{}
	var taps []*tap
	open := func(way, target string) error {
		t, err := newTap(way, target, notes)
		if err == nil {
			taps = append(taps, t)
			addresses[way] = "http://" + t.listener.Addr().String() + "/"
		}
		return err
	}
	if err := open("bare", address.Host); err != nil {
		return err
	}
	for way, config := range map[string]xroadtest.Config{
		"uxp":   {Dialect: xroadtest.UXP, RequestHash: &xroadtest.Digest{URI: "http://www.w3.org/2001/04/xmldsig-more#gost34311", New: gost34311.New}},
		"xroad": {Dialect: xroadtest.XRoad},
	} {
		config.Services = services
		config.Observe = func(e xroadtest.Exchange) { notes.judged(way, e) }
		server, err := xroadtest.New(config)
		if err != nil {
			return err
		}
		defer func() { _ = server.Close() }()
		own, err := url.Parse(server.URL)
		if err != nil {
			return err
		}
		if err := open(way, own.Host); err != nil {
			return err
		}
	}
	if err := write(filepath.Join(folder, "addresses.json"), addresses); err != nil {
		return err
	}
	<-ctx.Done()
	for _, t := range taps {
		t.close()
	}
	return errors.Join(write(filepath.Join(folder, "exchanges.json"), notes.exchanges), write(filepath.Join(folder, "verdicts.json"), notes.verdicts))
}

// services makes a service of every operation in the door's description, which only that client may call.
func services(ctx context.Context, door, client, provider string) ([]xroadtest.Service, error) {
	who, err := xroad.ParseClientID(client)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, door+"?wsdl", nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	var description struct {
		Operations []struct {
			Name string `xml:"name,attr"`
		} `xml:"portType>operation"`
	}
	if err := xml.NewDecoder(io.LimitReader(response.Body, 10<<20)).Decode(&description); err != nil {
		return nil, fmt.Errorf("read description: %w", err)
	}
	var list []xroadtest.Service
	for _, operation := range description.Operations {
		id, err := xroad.ParseServiceID(provider + "/" + operation.Name)
		if err != nil {
			return nil, err
		}
		list = append(list, xroadtest.Service{ID: id, URL: door, Clients: []xroad.ClientID{who}})
	}
	if len(list) == 0 {
		return nil, errors.New("the description has no operations")
	}
	return list, nil
}

// write writes a file that is there as a whole or not at all.
func write(name string, value any) error {
	data, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(name+".part", data, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".part", name)
}

// listen opens a free port of this machine.
func listen() (net.Listener, error) {
	return new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
}
