// Package enveloped encrypts documents for the holders of certificates, and decrypts
// them: EnvelopedData (RFC 5652, clause 6; order 2230-13 for the Ukrainian schemes) and
// AuthEnvelopedData (RFC 5083).
//
// Most users call [Encrypt] with the recipients' certificates and [DecryptSigned] with
// their own key. The scheme follows from the keys: Kalyna with key agreement on DSTU
// 4145 curves for national certificates, AES-256-GCM with ECDH or RSA-OAEP for the
// others. [Schemes] has the rest.
//
// Encryption says nothing about who encrypted. The national schemes do not even notice
// that somebody changed the ciphertext: Kalyna and GOST 28147 run in CFB mode, where a
// flipped bit of the ciphertext flips that bit of the document. So sign first and
// encrypt the signed container, and on the other side use [DecryptSigned], which gives
// out nothing that was not validly signed. [Decrypt] is for those who check otherwise.
//
// Nor does Encrypt find out whether a certificate is genuine. It refuses certificates
// that are not for encryption or not valid at the time given; whose they are, that an
// authority issued them and has not revoked them is for the caller to establish (package
// pki) before.
//
// A program that decrypts what strangers send and lets them see whether it could is an
// oracle for them: CBC and RSA with PKCS #1 v1.5 fall to such. Everything that depends on
// a secret therefore fails with [ErrDecrypt] and nothing more, a bad RSA encryption goes
// on with a random key (RFC 3218), and DecryptOptions.RequireIntegrity refuses what is
// not authenticated before any key is touched. Do not answer strangers with more than
// that.
package enveloped
