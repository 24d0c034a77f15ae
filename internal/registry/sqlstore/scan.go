package sqlstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
)

// scan is a column's way into a field. The two drivers hand over one column in
// different types (a date as text or as a time, a flag as a number or a bool),
// and a column of an outer join may be NULL, which leaves the field zero.
type scan func(src any) error

// Scan implements sql.Scanner.
func (f scan) Scan(src any) error {
	if src == nil {
		return nil
	}
	return f(src)
}

// errColumn says that a column holds what the schema does not allow. The value
// is personal and not repeated.
var errColumn = errors.New("column is of an unexpected type")

func text[T ~string](p *T) scan {
	*p = ""
	return func(src any) error {
		switch v := src.(type) {
		case string:
			*p = T(v)
		case []byte:
			*p = T(v)
		default:
			return fmt.Errorf("%w %T", errColumn, src)
		}
		return nil
	}
}

func date(p *string) scan {
	*p = ""
	return func(src any) error {
		if v, ok := src.(time.Time); ok {
			*p = v.Format(time.DateOnly)
			return nil
		}
		return text(p)(src)
	}
}

func instant(p *time.Time) scan {
	*p = time.Time{}
	return func(src any) error {
		v, ok := src.(int64)
		if !ok {
			return fmt.Errorf("%w %T", errColumn, src)
		}
		*p = time.UnixMicro(v).UTC()
		return nil
	}
}

func flag(p *bool) scan {
	*p = false
	return func(src any) error {
		switch v := src.(type) {
		case bool:
			*p = v
		case int64:
			*p = v != 0
		default:
			return fmt.Errorf("%w %T", errColumn, src)
		}
		return nil
	}
}

func optionalFlag(p **bool) scan {
	*p = nil
	return func(src any) error {
		*p = new(bool)
		return flag(*p)(src)
	}
}

func fromJSON[T any](p *T) scan {
	var zero T
	*p = zero
	return func(src any) error {
		var s string
		if err := text(&s)(src); err != nil || s == "" {
			return err
		}
		if err := json.Unmarshal([]byte(s), p); err != nil {
			return errors.New("column does not hold the JSON it should")
		}
		return nil
	}
}

// The ways back: what a field is stored as.

func idOrNull(id dovidka.ID) any { return textOrNull(string(id)) }

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func instantOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func flagOrNull(b *bool) any {
	if b == nil {
		return nil
	}
	return *b
}

// toJSON stores an absent list or object as no text.
func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode column: %w", err)
	}
	if s := string(b); s != "null" {
		return s, nil
	}
	return "", nil
}
