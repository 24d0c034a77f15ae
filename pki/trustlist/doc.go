// Package trustlist reads lists of trusted services (ETSI TS 119 612, version 2, XML):
// those of the Ukrainian central certification authority (TL-UA-DSTU.xml, TL-UA-EC.xml,
// TL-UA.xml) and those of the European Union.
//
// [Read] is the only way to a [List], and it verifies the list's signature first, by a
// signer whom the caller pins: no list is without a signer somebody vouched for. What
// most users want of it is [List.Services], which package pki takes as ends of chains:
//
//	list, err := trustlist.Read(raw, trustlist.Options{Signers: pinned, Time: now})
//	…
//	services := pki.NewServices(list.Services()...)
//	result, err := cms.Verify(container, cms.VerifyOptions{Services: services, Time: now, …})
//
// A service is trusted in the times in which the list says so, current status and
// history together: one whose grant was withdrawn keeps what it issued before. A
// service with something in it that is not understood, a critical extension above all,
// is trusted at no time and tells why. A list past its next update is still read;
// whether to go on with it is the caller's decision, for which there is [List.Stale].
//
// Package trustlisttest writes lists for tests.
package trustlist
