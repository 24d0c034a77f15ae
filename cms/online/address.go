package online

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// errForbidden means that an address may not be asked.
var errForbidden = errors.New("address may not be asked")

// rules say which addresses may be asked.
type rules struct {
	hosts    []string
	networks []netip.Prefix
}

// maxURL bounds an address in a certificate.
const maxURL = 2048

// parse reads an address and judges what can be judged before its name is resolved.
func (r rules) parse(address string) (*url.URL, error) {
	if len(address) > maxURL {
		return nil, fmt.Errorf("%w: too long", errForbidden)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%w: not a URL", errForbidden)
	}
	return u, r.check(u)
}

func (r rules) check(u *url.URL) error {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%w: neither http nor https", errForbidden)
	case host == "" || u.User != nil:
		return fmt.Errorf("%w: no host, or a user", errForbidden)
	case strings.ContainsFunc(u.Host, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fmt.Errorf("%w: the host is not in ASCII", errForbidden)
	case len(r.hosts) > 0 && !slices.ContainsFunc(r.hosts, func(allowed string) bool { return admits(allowed, host) }):
		return fmt.Errorf("%w: the host is not listed", errForbidden)
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return r.checkIP(ip)
	}
	return nil
}

// admits reports whether an entry of Config.Hosts is the host, or a domain above it
// when it begins with a dot.
func admits(allowed, host string) bool {
	allowed = strings.ToLower(allowed)
	return allowed == host || strings.HasPrefix(allowed, ".") && strings.HasSuffix(host, allowed)
}

// special are networks which are not of the public internet and which package netip
// does not name: RFC 6890 and its successors.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
}

func (r rules) checkIP(ip netip.Addr) error {
	ip = ip.WithZone("").Unmap()
	in := func(p netip.Prefix) bool { return p.Contains(ip) }
	switch {
	case slices.ContainsFunc(r.networks, in):
		return nil
	case !ip.IsGlobalUnicast() || ip.IsPrivate() || slices.ContainsFunc(special, in):
		return fmt.Errorf("%w: not on the public internet", errForbidden)
	}
	return nil
}

// control judges the address of a connection that is about to be made, after the name
// was resolved: a name that resolves to an inner address is as forbidden as that.
func (r rules) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: not an address", errForbidden)
	}
	return r.checkIP(at.Addr())
}
