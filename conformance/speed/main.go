// Command speed measures the door of the bus with an operation that does nothing, and what reading and echoing one
// message costs, with xroad and with encoding/xml alone. Figures are printed in the form benchstat reads.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	message := flag.String("message", "conformance/speed/request.xml", "the request")
	duration := flag.Duration("time", 2*time.Second, "of one measurement")
	connections := flag.Int("connections", 16, "to the door")
	flag.Parse()
	request, err := os.ReadFile(*message)
	if err != nil {
		return err
	}
	switch flag.Arg(0) {
	case "door":
		return serveDoor(ctx, request)
	case "load":
		return measureDoor(ctx, *message, request, *connections, *duration)
	case "message":
		return measureMessage(flag.Arg(1), request, *duration)
	}
	return errors.New("usage: speed [FLAGS] door | load | message xroad|encoding-xml")
}
