package xroad

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ClientID names a member of the exchange or one of its subsystems (PR-MESS, clause 2.1). The codes are text: an
// organisation's code keeps its leading zeros.
type ClientID struct {
	Instance  string // SEVDEIR in production, SEVDEIR-TEST for tests
	Class     string // GOV
	Member    string // ЄДРПОУ code of the organisation
	Subsystem string // empty when the member itself is meant
}

// ServiceID names a service of a member or, as always in Trembita, of a subsystem (PR-MESS, clause 2.1).
type ServiceID struct {
	Instance  string
	Class     string
	Member    string
	Subsystem string // may be empty in X-Road, not in Trembita
	Service   string
	Version   string // usually empty in Trembita, where the version is part of the service code
}

// SecurityServerID names a security server (PR-MESS, clause 2.1).
type SecurityServerID struct {
	Instance string
	Class    string
	Member   string
	Server   string
}

// ParseClientID reads the path form, instance/class/member[/subsystem].
func ParseClientID(path string) (ClientID, error) {
	parts := strings.Split(path, "/")
	if len(parts) != 3 && len(parts) != 4 {
		return ClientID{}, errors.New("client identifier does not have three or four parts")
	}
	for _, part := range parts {
		if err := checkCode(part); err != nil {
			return ClientID{}, fmt.Errorf("client identifier: %w", err)
		}
	}
	id := ClientID{Instance: parts[0], Class: parts[1], Member: parts[2]}
	if len(parts) == 4 {
		id.Subsystem = parts[3]
	}
	return id, nil
}

// String returns the path form.
func (id ClientID) String() string {
	path := id.Instance + "/" + id.Class + "/" + id.Member
	if id.Subsystem != "" {
		path += "/" + id.Subsystem
	}
	return path
}

// Equal reports whether both name the same client. Codes are compared byte by byte.
func (id ClientID) Equal(other ClientID) bool { return id == other }

// Validate checks the codes. Nothing is required of a code but to be there and to fit into a path.
func (id ClientID) Validate() error {
	return checkCodes([]string{id.Instance, id.Class, id.Member}, []string{id.Subsystem})
}

// ParseServiceID reads the path form, instance/class/member/subsystem/service[/version]. An empty subsystem stands
// for a service of the member itself.
func ParseServiceID(path string) (ServiceID, error) {
	parts := strings.Split(path, "/")
	if len(parts) != 5 && len(parts) != 6 {
		return ServiceID{}, errors.New("service identifier does not have five or six parts")
	}
	for i, part := range parts {
		const subsystem = 3
		if i == subsystem && part == "" {
			continue
		}
		if err := checkCode(part); err != nil {
			return ServiceID{}, fmt.Errorf("service identifier: %w", err)
		}
	}
	id := ServiceID{Instance: parts[0], Class: parts[1], Member: parts[2], Subsystem: parts[3], Service: parts[4]}
	if len(parts) == 6 {
		id.Version = parts[5]
	}
	return id, nil
}

// String returns the path form.
func (id ServiceID) String() string {
	path := id.Instance + "/" + id.Class + "/" + id.Member + "/" + id.Subsystem + "/" + id.Service
	if id.Version != "" {
		path += "/" + id.Version
	}
	return path
}

// Equal reports whether both name the same service. Codes are compared byte by byte.
func (id ServiceID) Equal(other ServiceID) bool { return id == other }

// Provider returns the member or subsystem which offers the service.
func (id ServiceID) Provider() ClientID {
	return ClientID{Instance: id.Instance, Class: id.Class, Member: id.Member, Subsystem: id.Subsystem}
}

// Validate checks the codes as [ClientID.Validate] does.
func (id ServiceID) Validate() error {
	return checkCodes([]string{id.Instance, id.Class, id.Member, id.Service}, []string{id.Subsystem, id.Version})
}

// String returns the path form, instance/class/member/server.
func (id SecurityServerID) String() string {
	return id.Instance + "/" + id.Class + "/" + id.Member + "/" + id.Server
}

// Validate checks the codes as [ClientID.Validate] does.
func (id SecurityServerID) Validate() error {
	return checkCodes([]string{id.Instance, id.Class, id.Member, id.Server}, nil)
}

func checkCodes(mandatory, optional []string) error {
	for _, code := range mandatory {
		if err := checkCode(code); err != nil {
			return err
		}
	}
	for _, code := range optional {
		if code == "" {
			continue
		}
		if err := checkCode(code); err != nil {
			return err
		}
	}
	return nil
}

// checkCode refuses what would break a path or a log line. The narrower set which newer X-Road recommends has no
// underscore, and Trembita's codes are full of them.
func checkCode(code string) error {
	switch {
	case code == "":
		return errors.New("empty code")
	case !utf8.ValidString(code):
		return errors.New("code is not UTF-8")
	case strings.Contains(code, "/"):
		return errors.New("code contains a slash")
	case strings.ContainsFunc(code, unicode.IsControl):
		return errors.New("code contains a control character")
	}
	return nil
}
