package diia

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/dovidka/dovidka"
)

// Names of the service's messages. The namespaces are no URIs, but that is what
// they are.
const (
	Operation = "NotificationCreate"
	namespace = "NotificationDistributionPush"
)

// notification is the request. Elements are in the order in which eHealth sends
// them, alphabetical in every place.
type notification struct {
	PartnerID  string     `xml:"partnerId"`
	Recipients recipients `xml:"recipients"`
	TemplateID string     `xml:"templateId"`
}

// recipients have a namespace of their own, and so has everything in them.
type recipients struct {
	List []recipient `xml:"notification.notification_distribution_push RecipientsNotification"`
}

type recipient struct {
	ID         string     `xml:"id"`
	Parameters parameters `xml:"parameters"`
	RNOKPP     string     `xml:"rnokpp"`
}

// parameters is there, and empty, without any.
type parameters struct {
	List []parameter `xml:"parameter"`
}

type parameter struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

// Format hides the recipient.
func (notification) Format(f fmt.State, _ rune) { io.WriteString(f, "notification") }

// Format hides the recipient.
func (recipient) Format(f fmt.State, _ rune) { io.WriteString(f, "recipient") }

func (m *Messenger) compose(n dovidka.Notice) notification {
	to := recipient{ID: string(n.ID), RNOKPP: n.Recipient.Reveal()}
	if m.requestParameter != "" {
		to.Parameters.List = []parameter{{m.requestParameter, string(n.RequestID)}}
	}
	return notification{PartnerID: m.partnerID, Recipients: recipients{[]recipient{to}}, TemplateID: m.templateID}
}

// verdict is what the answer says: the name of the distribution that was begun,
// or why there is none.
type verdict struct {
	distribution string
	refusal      string
}

var (
	errAnswer = errors.New("the answer names neither a distribution nor an error, or both")
	errAgain  = errors.New("the answer says the same thing twice")
)

// readVerdict reads the answer's element. Nothing but the two elements counts,
// wherever in it they stand; an empty one is as none.
func readVerdict(element []byte) (verdict, error) {
	var out verdict
	var into *string
	var text strings.Builder
	decoder := xml.NewDecoder(bytes.NewReader(element))
	for {
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF):
			if (out.distribution == "") == (out.refusal == "") {
				return verdict{}, errAnswer
			}
			return out, nil
		case err != nil:
			return verdict{}, errors.New("the answer cannot be read")
		}
		switch token := token.(type) {
		case xml.StartElement:
			into = nil // an element within is not a text
			text.Reset()
			switch token.Name {
			case xml.Name{Space: namespace, Local: "distributionId"}:
				into = &out.distribution
			case xml.Name{Space: namespace, Local: "error"}:
				into = &out.refusal
			}
		case xml.CharData:
			text.Write(token)
		case xml.EndElement:
			value := strings.TrimSpace(text.String())
			if into != nil && value != "" {
				if *into != "" {
					return verdict{}, errAgain
				}
				*into = value
			}
			into = nil
			text.Reset()
		}
	}
}

// plainName is what may be recorded and logged of a text that others made: a name
// of something, not a sentence.
var plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$`)

// name returns the text when it is a name and does not have the recipient's
// number in it, however its digits are kept apart.
func name(text string, of dovidka.Notice) string {
	digits := strings.NewReplacer(".", "", "_", "", ":", "", "/", "", "-", "").Replace(text)
	if !plainName.MatchString(text) || strings.Contains(digits, of.Recipient.Reveal()) {
		return ""
	}
	return text
}
