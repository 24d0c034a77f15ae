package registry

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/dovidka/dovidka"
)

// What a row prints as: its kind and nothing it holds.
func hiddenRow(k Kind) string { return string(k) + " ***" }

// Kind returns KindPerson.
func (*Person) Kind() Kind { return KindPerson }

// Key returns the person's id.
func (p *Person) Key() dovidka.ID { return p.ID }

// Format hides the person.
func (p Person) Format(f fmt.State, _ rune) { io.WriteString(f, hiddenRow(KindPerson)) }

// LogValue hides the person.
func (p Person) LogValue() slog.Value { return slog.StringValue(hiddenRow(KindPerson)) }

// Format hides the document.
func (d PersonDocument) Format(f fmt.State, _ rune) { io.WriteString(f, "document ***") }

// LogValue hides the document.
func (d PersonDocument) LogValue() slog.Value { return slog.StringValue("document ***") }

// Kind returns KindMergedPair.
func (*MergedPair) Kind() Kind { return KindMergedPair }

// Key returns the pair's id.
func (m *MergedPair) Key() dovidka.ID { return m.ID }

// Format hides the pair.
func (m MergedPair) Format(f fmt.State, _ rune) { io.WriteString(f, hiddenRow(KindMergedPair)) }

// LogValue hides the pair.
func (m MergedPair) LogValue() slog.Value { return slog.StringValue(hiddenRow(KindMergedPair)) }

// Kind returns KindConfidant.
func (*Confidant) Kind() Kind { return KindConfidant }

// Key returns the relationship's id.
func (c *Confidant) Key() dovidka.ID { return c.ID }

// Format hides the relationship.
func (c Confidant) Format(f fmt.State, _ rune) { io.WriteString(f, hiddenRow(KindConfidant)) }

// LogValue hides the relationship.
func (c Confidant) LogValue() slog.Value { return slog.StringValue(hiddenRow(KindConfidant)) }

// Kind returns KindDeclaration.
func (*Declaration) Kind() Kind { return KindDeclaration }

// Key returns the declaration's id.
func (d *Declaration) Key() dovidka.ID { return d.ID }

// Format hides the declaration.
func (d Declaration) Format(f fmt.State, _ rune) { io.WriteString(f, hiddenRow(KindDeclaration)) }

// LogValue hides the declaration.
func (d Declaration) LogValue() slog.Value { return slog.StringValue(hiddenRow(KindDeclaration)) }

// Kind returns KindParty.
func (*Party) Kind() Kind { return KindParty }

// Key returns the party's id.
func (p *Party) Key() dovidka.ID { return p.ID }

// Format hides the party.
func (p Party) Format(f fmt.State, _ rune) { io.WriteString(f, hiddenRow(KindParty)) }

// LogValue hides the party.
func (p Party) LogValue() slog.Value { return slog.StringValue(hiddenRow(KindParty)) }

// Kind returns KindEmployee.
func (*Employee) Kind() Kind { return KindEmployee }

// Key returns the employee's id.
func (e *Employee) Key() dovidka.ID { return e.ID }

// Kind returns KindDivision.
func (*Division) Kind() Kind { return KindDivision }

// Key returns the division's id.
func (d *Division) Key() dovidka.ID { return d.ID }

// Kind returns KindLegalEntity.
func (*LegalEntity) Kind() Kind { return KindLegalEntity }

// Key returns the provider's id.
func (l *LegalEntity) Key() dovidka.ID { return l.ID }

// Format hides the provider, which may be a sole proprietor.
func (l LegalEntity) Format(f fmt.State, _ rune) { io.WriteString(f, hiddenRow(KindLegalEntity)) }

// LogValue hides the provider.
func (l LegalEntity) LogValue() slog.Value { return slog.StringValue(hiddenRow(KindLegalEntity)) }
