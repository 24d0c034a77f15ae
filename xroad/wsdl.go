package xroad

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/template"

	_ "embed"

	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

// WSDL describes a service as security servers and their clients want it: WSDL 1.1, one SOAP 1.1 binding, style
// document/literal wrapped, all schemas inline (PR-MESS, clause 3). Security servers do not follow imports, and of two
// bindings they keep one at random.
type WSDL struct {
	Name       string // of the service, an XML name
	Namespace  string // target namespace of the description and namespace of the operations' elements
	Address    string // to be found at; if empty, where the request came in
	Operations []WSDLOperation
	// Schemas are complete schema elements, which together declare the request and the response element of every
	// operation.
	Schemas []string
}

// WSDLOperation describes an operation whose request element is Name and whose response element is Name with
// "Response" appended.
type WSDLOperation struct {
	Name  string
	Title string // shown in catalogues of services
	Notes string // may be empty
}

//go:embed service.wsdl.tmpl
var wsdlTemplate string

// Marshal returns the description. With headers, the X-Road header fields are declared on input and output, which a
// client needs that reads the description directly; behind UXP the security server adds them itself.
func (w *WSDL) Marshal(address string, headers bool) ([]byte, error) {
	if err := w.check(); err != nil {
		return nil, fmt.Errorf("describe service: %w", err)
	}
	page, err := template.New("wsdl").Funcs(template.FuncMap{"xml": escape}).Parse(wsdlTemplate)
	if err != nil {
		return nil, fmt.Errorf("describe service: %w", err)
	}
	var out bytes.Buffer
	err = page.Execute(&out, map[string]any{
		"WSDL": w, "Address": address, "Headers": headers,
		// The order of UXP; issue and representedParty are not among its parts.
		"Fields": []string{"protocolVersion", "id", "userId", "service", "client"},
	})
	if err != nil {
		return nil, fmt.Errorf("describe service: %w", err)
	}
	return out.Bytes(), nil
}

func escape(text string) (string, error) {
	var out strings.Builder
	err := xml.EscapeText(&out, []byte(text))
	return out.String(), err
}

// check makes sure that the description is complete by itself.
func (w *WSDL) check() error {
	if !strictxml.IsName(w.Name) || w.Namespace == "" {
		return errors.New("service without name or namespace")
	}
	if len(w.Operations) == 0 {
		return errors.New("no operations")
	}
	declared := map[xml.Name]bool{}
	for i, schema := range w.Schemas {
		if err := readSchema(schema, declared); err != nil {
			return fmt.Errorf("schema %d: %w", i+1, err)
		}
	}
	for _, operation := range w.Operations {
		if !strictxml.IsName(operation.Name) {
			return fmt.Errorf("operation %q: not an XML name", operation.Name)
		}
		for _, element := range []string{operation.Name, operation.Name + "Response"} {
			if !declared[xml.Name{Space: w.Namespace, Local: element}] {
				return fmt.Errorf("no schema declares element %s", element)
			}
		}
	}
	return nil
}

// readSchema notes the elements that a schema declares at its top and refuses references to other files.
func readSchema(schema string, declared map[xml.Name]bool) error {
	const namespace = "http://www.w3.org/2001/XMLSchema"
	size := len(schema)
	scanner, err := strictxml.NewScanner([]byte(schema),
		strictxml.Limits{Depth: size, Elements: size, Attributes: size, Namespaces: size, Token: size})
	if err != nil {
		return err
	}
	if strings.HasPrefix(schema, "<?") {
		return errors.New("an XML declaration cannot stand inside a document")
	}
	target := ""
	for depth := 0; ; {
		token, err := scanner.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case token.Kind == strictxml.End:
			depth--
		case token.Kind == strictxml.Start:
			depth++
			_, located := token.Attr("", "schemaLocation")
			name, _ := token.Attr("", "name")
			switch {
			case depth == 1 && !token.Is(namespace, "schema"):
				return errors.New("root element is not a schema")
			case depth == 1:
				space, _ := token.Attr("", "targetNamespace")
				target = string(space)
			case located:
				return errors.New("refers to a schema elsewhere")
			case depth == 2 && token.Is(namespace, "element"):
				declared[xml.Name{Space: target, Local: string(name)}] = true
			}
		}
	}
}
