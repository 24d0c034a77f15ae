package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dovidka/dovidka/xroad"
)

// payload is what the message has in its body.
type payload struct {
	FirstName      string `xml:"firstName"`
	LastName       string `xml:"lastName"`
	BirthDate      string `xml:"birthDate"`
	DocumentNumber string `xml:"documentNumber"`
	Note           string `xml:"note"`
}

// echoXRoad reads a request, checks and all, and answers with what it said.
func echoXRoad(request []byte) ([]byte, error) {
	message, err := xroad.ReadMessage(bytes.NewReader(request), "text/xml; charset=utf-8", xroad.Limits{})
	if err != nil {
		return nil, err
	}
	var said payload
	if err := message.Body.Decode(&said); err != nil {
		return nil, err
	}
	name := message.Body.Name
	name.Local += "Response"
	return xroad.MarshalResponse(message.Version, message.Header, name, said)
}

// The envelope as a program has it that uses encoding/xml and nothing else.
type (
	envelopeIn struct {
		XMLName xml.Name `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
		Header  header   `xml:"http://schemas.xmlsoap.org/soap/envelope/ Header"`
		Body    struct {
			Register payload `xml:"https://register.example/services Register_v1"`
		} `xml:"http://schemas.xmlsoap.org/soap/envelope/ Body"`
	}
	envelopeOut struct {
		XMLName xml.Name `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
		Header  header   `xml:"http://schemas.xmlsoap.org/soap/envelope/ Header"`
		Body    struct {
			Register payload `xml:"https://register.example/services Register_v1Response"`
		} `xml:"http://schemas.xmlsoap.org/soap/envelope/ Body"`
	}
	header struct {
		Client   identifier `xml:"http://x-road.eu/xsd/xroad.xsd client"`
		Service  identifier `xml:"http://x-road.eu/xsd/xroad.xsd service"`
		UserID   string     `xml:"http://x-road.eu/xsd/xroad.xsd userId"`
		ID       string     `xml:"http://x-road.eu/xsd/xroad.xsd id"`
		Protocol string     `xml:"http://x-road.eu/xsd/xroad.xsd protocolVersion"`
	}
	identifier struct {
		ObjectType string `xml:"http://x-road.eu/xsd/identifiers objectType,attr"`
		Instance   string `xml:"http://x-road.eu/xsd/identifiers xRoadInstance"`
		Class      string `xml:"http://x-road.eu/xsd/identifiers memberClass"`
		Member     string `xml:"http://x-road.eu/xsd/identifiers memberCode"`
		Subsystem  string `xml:"http://x-road.eu/xsd/identifiers subsystemCode,omitempty"`
		Service    string `xml:"http://x-road.eu/xsd/identifiers serviceCode,omitempty"`
	}
)

func echoEncodingXML(request []byte) ([]byte, error) {
	var in envelopeIn
	if err := xml.Unmarshal(request, &in); err != nil {
		return nil, err
	}
	out := envelopeOut{Header: in.Header}
	out.Body.Register = in.Body.Register
	return xml.Marshal(out)
}

// measureMessage echoes a message over and over and prints the processor's time for one, garbage collection included.
func measureMessage(program string, request []byte, duration time.Duration) error {
	echo := map[string]func([]byte) ([]byte, error){"xroad": echoXRoad, "encoding-xml": echoEncodingXML}[program]
	if echo == nil {
		return errors.New("no such program")
	}
	answer, err := echo(request)
	if err != nil {
		return err
	}
	if _, err := os.Stderr.Write(append(answer, '\n')); err != nil {
		return err
	}
	count := 0
	for end := time.Now().Add(duration / 4); time.Now().Before(end); { // warm
		if _, err := echo(request); err != nil {
			return err
		}
	}
	before, err := usage()
	if err != nil {
		return err
	}
	for end := time.Now().Add(duration); time.Now().Before(end); count++ {
		if _, err := echo(request); err != nil {
			return err
		}
	}
	after, err := usage()
	if err != nil {
		return err
	}
	fmt.Printf("BenchmarkEcho/%s\t%8d\t%10d ns/op\n", program, count, (after-before).Nanoseconds()/int64(count))
	return nil
}
