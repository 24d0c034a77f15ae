package portal

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"github.com/dovidka/dovidka/internal/gateway/trembita"
)

const soapNamespace = "http://schemas.xmlsoap.org/soap/envelope/"

type envelope struct {
	XMLName xml.Name     `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
	Header  header       `xml:"http://schemas.xmlsoap.org/soap/envelope/ Header"`
	Body    envelopeBody `xml:"http://schemas.xmlsoap.org/soap/envelope/ Body"`
}

type envelopeBody struct {
	Content []byte `xml:",innerxml"`
}

type header struct {
	Client  identifier `xml:"http://x-road.eu/xsd/xroad.xsd client"`
	Service identifier `xml:"http://x-road.eu/xsd/xroad.xsd service"`
	UserID  string     `xml:"http://x-road.eu/xsd/xroad.xsd userId,omitempty"`
	ID      string     `xml:"http://x-road.eu/xsd/xroad.xsd id"`
	Version string     `xml:"http://x-road.eu/xsd/xroad.xsd protocolVersion"`
}

type identifier struct {
	ObjectType string `xml:"http://x-road.eu/xsd/identifiers objectType,attr"`
	Instance   string `xml:"http://x-road.eu/xsd/identifiers xRoadInstance"`
	Class      string `xml:"http://x-road.eu/xsd/identifiers memberClass"`
	Member     string `xml:"http://x-road.eu/xsd/identifiers memberCode"`
	Subsystem  string `xml:"http://x-road.eu/xsd/identifiers subsystemCode,omitempty"`
	Service    string `xml:"http://x-road.eu/xsd/identifiers serviceCode,omitempty"`
}

// SOAPFault is a fault the door answered with.
type SOAPFault struct {
	Code   string `xml:"faultcode"`
	Text   string `xml:"faultstring"`
	Detail string `xml:"detail"`
}

// Error returns the code and the text for people.
func (f *SOAPFault) Error() string { return f.Code + ": " + f.Text }

// ErrAnswer tells of an answer that is none to the request.
var ErrAnswer = errors.New("the SOAP door's answer is not one to the request")

// ReadMessage reads the answer to a citizen's request, whatever its header says.
func ReadMessage(answer []byte) (trembita.GetDeclarationsResponse, error) {
	var out trembita.GetDeclarationsResponse
	_, err := readEnvelope(answer, trembita.OperationGetDeclarations+"Response", &out)
	return out, err
}

// readAnswer reads the answer to a message and checks that it is the answer to
// this one: a security server may send another's. A fault need have no header.
func readAnswer(message, answer []byte, out any) error {
	asked, err := readEnvelope(message, "", nil)
	if err != nil {
		return fmt.Errorf("read SOAP message: %w", err)
	}
	got, err := readEnvelope(answer, asked.Service.Service+"Response", out)
	if err != nil {
		return err
	}
	if got != asked {
		return fmt.Errorf("%w: its header is another", ErrAnswer)
	}
	return nil
}

// readEnvelope reads a message to its end. Its body is the element of our
// namespace, or a *SOAPFault; without a name it is passed over.
func readEnvelope(message []byte, name string, out any) (said header, err error) {
	var fault *SOAPFault
	dec := xml.NewDecoder(bytes.NewReader(message))
	for where, found := "", false; ; {
		token, err := dec.Token()
		switch {
		case errors.Is(err, io.EOF) && fault != nil:
			return said, fault
		case errors.Is(err, io.EOF) && found:
			return said, nil
		case err != nil:
			return said, fmt.Errorf("%w: it is not the XML expected", ErrAnswer)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		soap := start.Name.Space == soapNamespace
		switch {
		case soap && start.Name.Local == "Header":
			err = dec.DecodeElement(&said, &start)
		case soap && (start.Name.Local == "Envelope" || start.Name.Local == "Body"):
			where = start.Name.Local
		case where != "Body" || found:
			return said, fmt.Errorf("%w: it is no message", ErrAnswer)
		case name == "":
			found, err = true, dec.Skip()
		case soap && start.Name.Local == "Fault":
			found, fault = true, &SOAPFault{}
			err = dec.DecodeElement(fault, &start)
		case start.Name == xml.Name{Space: trembita.Namespace, Local: name}:
			found, err = true, dec.DecodeElement(out, &start)
		default:
			return said, fmt.Errorf("%w: its body is another", ErrAnswer)
		}
		if err != nil {
			return said, fmt.Errorf("%w: it is not the XML expected", ErrAnswer)
		}
	}
}
