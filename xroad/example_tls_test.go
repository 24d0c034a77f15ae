package xroad_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// A provider which admits nobody but its security server, by that server's exact certificate, and which ends what is in
// work before it stops; and a consumer that calls it. The security server is the stand-in of package xroadtest.
func Example_mutualTLS() {
	gateway, provider, consumer := identity("security server"), identity("provider"), identity("consumer")

	handler, err := xroad.NewHandler(xroad.Config{Operations: []xroad.Operation{{
		Name: "Hello_v1", Namespace: "https://register.example/services",
		Handle: func(context.Context, *xroad.Request) (any, error) { return nil, nil },
	}}})
	check(err)
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute,
		TLSConfig: &tls.Config{
			MinVersion:   tls.VersionTLS12,
			Certificates: []tls.Certificate{*provider},
			ClientAuth:   tls.RequireAnyClientCert, // who issued it does not matter, for it is compared:
			VerifyConnection: func(state tls.ConnectionState) error { // for resumed sessions, too
				if !state.PeerCertificates[0].Equal(gateway.Leaf) {
					return errors.New("this is not our security server")
				}
				return nil
			},
		},
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(xroad.Guard(server, listener)) }() // not ServeTLS

	client, stop := behind(gateway, consumer, xroadtest.Service{
		ID: hello(), URL: "https://" + listener.Addr().String(), Certificates: []*x509.Certificate{provider.Leaf},
		Clients: []xroad.ClientID{caller()},
	})
	defer stop()
	answer, err := client.Call(context.Background(), xroad.Call{Service: hello()})
	check(err)
	fmt.Println(answer.Body.Name.Local)

	// First the handler, which answers what is in work and refuses the rest with a fault, then the server.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	check(errors.Join(handler.Shutdown(ctx), server.Shutdown(ctx)))
	fmt.Println(<-served)
	// Output:
	// Hello_v1Response
	// http: Server closed
}

// behind starts a security server and a client of it, which know each other by their certificates.
func behind(gateway, consumer *tls.Certificate, service xroadtest.Service) (*xroad.Client, func()) {
	server, err := xroadtest.New(xroadtest.Config{
		Dialect: xroadtest.UXP, Services: []xroadtest.Service{service},
		Identity: gateway, Consumers: []*x509.Certificate{consumer.Leaf},
	})
	check(err)
	folder, err := os.MkdirTemp("", "")
	check(err)
	certificate, key, err := xroadtest.EncodePEM(consumer)
	check(err)
	pin, _, err := xroadtest.EncodePEM(gateway)
	check(err)
	file := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		check(os.WriteFile(path, content, 0o600))
		return path
	}
	client, err := xroad.NewClient(xroad.ClientConfig{
		Client: caller(), URL: server.URL, Dialect: xroad.UXP,
		TLS: &xroad.ClientTLS{
			CertFile: file("consumer.crt", certificate), KeyFile: file("consumer.key", key),
			PinFiles: []string{file("security-server.crt", pin)},
		},
		Targets: []xroad.Target{{Service: service.ID, Namespace: "https://register.example/services"}},
	})
	check(err)
	return client, func() { check(errors.Join(client.Close(), server.Close(), os.RemoveAll(folder))) }
}

func caller() xroad.ClientID {
	return xroad.ClientID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "00000088", Subsystem: "20_EIS_cons"}
}

func hello() xroad.ServiceID {
	return xroad.ServiceID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "42032422", Subsystem: "42_NHSU_prod", Service: "Hello_v1"}
}

func identity(name string) *tls.Certificate {
	made, err := xroadtest.NewIdentity(name)
	check(err)
	return made
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
