package xroad

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// Body is the one child of the SOAP body.
type Body struct {
	Name xml.Name
	// Raw is the element as it came, in UTF-8, a document of its own: all namespaces that were in scope are declared on
	// it. It is well-formed, has no document type and no entities beyond the predefined ones.
	Raw []byte
	// Included names the elements in Raw whose content travelled as a part of its own (XOP). Whoever reads the envelope
	// alone, as monitors do, has not seen it.
	Included []string
}

// Decode stores the element in the value by the rules of encoding/xml; elements which the value has no place for are
// ignored. What does not fit is a [*Fault].
func (b *Body) Decode(value any) error {
	if err := xml.Unmarshal(b.Raw, value); err != nil {
		return invalidBody("Вміст запиту не відповідає схемі операції.", hideValue(err))
	}
	return nil
}

// DecodeStrict is [Body.Decode], but an element which the value has no place for is a fault, and so is one that comes
// more often than the value can hold, of which encoding/xml would silently take the last. A field whose tag names no
// namespace is decoded from elements without one and from those in the namespace of the body or of the element around;
// encoding/xml would take any. An element that xsi:nil says has no value must have none. Other attributes are not checked,
// because SOAP stacks add their own.
func (b *Body) DecodeStrict(value any) error {
	if err := checkShape(b.Raw, value); err != nil {
		return err
	}
	return b.Decode(value)
}

func invalidBody(text string, err error) *Fault {
	return &Fault{Code: CodeInvalidBody, Text: text, Err: err}
}

// hideValue keeps the kind of a decoding error. Its text may quote what was decoded, which may be personal data.
func hideValue(err error) error {
	if errors.Is(err, io.EOF) {
		return err
	}
	return fmt.Errorf("value does not fit its type (%T)", err)
}
