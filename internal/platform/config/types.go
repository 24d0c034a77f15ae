package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// ownError marks the errors of this package's types inside a yaml.TypeError.
const ownError = "config: "

func wrong(n *yaml.Node, what string) error {
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %s%s", n.Line, ownError, what)}}
}

// Duration is a length of time written as Go writes it: 180s, 8s, 12h30m, and
// also 30d. It is never negative.
type Duration time.Duration

// Std returns d as the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String returns the form that is read.
func (d Duration) String() string { return time.Duration(d).String() }

// maxDays keeps days inside a time.Duration.
const maxDays = 100 * 365

// ParseDuration reads a Duration.
func ParseDuration(s string) (Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil || n > maxDays {
			return 0, fmt.Errorf("a duration such as 180s, 12h or 30d is expected")
		}
		return Duration(time.Duration(n) * 24 * time.Hour), nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("a duration such as 180s, 12h or 30d is expected")
	}
	return Duration(d), nil
}

// UnmarshalYAML reads a duration and its unit; a bare number is an error, for
// nobody can tell seconds from minutes by it.
func (d *Duration) UnmarshalYAML(n *yaml.Node) error {
	got, err := ParseDuration(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		return wrong(n, "a duration such as 180s, 12h or 30d is expected")
	}
	*d = got
	return nil
}

// MarshalYAML writes the form that is read.
func (d Duration) MarshalYAML() (any, error) { return d.String(), nil }

// Size is a number of bytes: 65536, 64KiB, 1MiB, 2GiB.
type Size int64

var sizePattern = regexp.MustCompile(`^([0-9]{1,15})(B|KiB|MiB|GiB)?$`)

// ParseSize reads a Size.
func ParseSize(s string) (Size, error) {
	m := sizePattern.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("a size such as 65536, 64KiB or 1MiB is expected")
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	shift := map[string]uint{"": 0, "B": 0, "KiB": 10, "MiB": 20, "GiB": 30}[m[2]]
	if err != nil || n > (1<<62)>>shift {
		return 0, fmt.Errorf("a size such as 65536, 64KiB or 1MiB is expected")
	}
	return Size(n << shift), nil
}

// UnmarshalYAML reads a size.
func (s *Size) UnmarshalYAML(n *yaml.Node) error {
	got, err := ParseSize(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		return wrong(n, "a size such as 65536, 64KiB or 1MiB is expected")
	}
	*s = got
	return nil
}

// String returns the shortest form that is read as the same size.
func (s Size) String() string {
	n, unit := int64(s), "B"
	for _, next := range []string{"KiB", "MiB", "GiB"} {
		if n == 0 || n%1024 != 0 {
			break
		}
		n, unit = n/1024, next
	}
	return strconv.FormatInt(n, 10) + unit
}

// MarshalYAML writes the form that is read.
func (s Size) MarshalYAML() (any, error) { return s.String(), nil }
