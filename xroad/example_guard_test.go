package xroad_test

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/dovidka/dovidka/xroad"
)

// A server that answers by 200 or 500 whatever comes, even what is no HTTP.
func ExampleGuard() {
	handler, err := xroad.NewHandler(xroad.Config{Operations: []xroad.Operation{{
		Name: "Hello_v1", Namespace: "https://register.example/services",
		Handle: func(context.Context, *xroad.Request) (any, error) { return nil, nil },
	}}})
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute}
	go server.Serve(xroad.Guard(server, listener))
	defer server.Close()

	connection, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprint(connection, "Hello?\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.Status, response.Header.Get("Content-Type"))
	// Output: 500 Internal Server Error text/xml; charset=utf-8
}
