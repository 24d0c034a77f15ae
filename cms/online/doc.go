// Package online asks the authorities' services over HTTP for what a verification or
// a signature needs: the status of certificates from OCSP responders (RFC 6960) and
// revocation lists (RFC 5280), and time-stamps (RFC 3161).
//
// Make one [Client] for a process and put it into cms.VerifyOptions.Statuses; call
// cms.VerifyContext with a deadline, which is the budget of all questions of that
// verification. [Client.Stamper] fits cms.SignOptions.TimeStamp.
//
// The addresses asked stand in certificates, so whoever makes certificates chooses
// them. Package cms asks only about certificates whose chain to an anchor is verified,
// and do the same when calling [Client.Statements] yourself. Besides, only http and
// https are spoken, never to loopback, link-local, private or otherwise special
// addresses unless Config.Networks has them, and only to Config.Hosts when it names any.
// An address is judged when the connection is made, after the name was resolved.
//
// What is kept is bounded, shared by all requests, and kept no longer than the
// statement itself allows: an OCSP response until its nextUpdate, though no longer than
// Config.ListAge, one without it for Config.ResponseAge; a list until its nextUpdate,
// with a conditional request every Config.ListAge. Many who want the same wait for one exchange, each with a deadline
// of its own. A service which fails again and again is left alone for a while.
package online
