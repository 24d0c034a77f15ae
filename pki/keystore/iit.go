package keystore

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/dstu/gost34311"
)

// iitIterations is how often the password is hashed. The form has no field for it and
// no salt.
const iitIterations = 10_000

// readIIT reads Key-6.dat: GOST 28147 in ECB mode under a hash of the password. The
// plaintext, a PKCS#8 key with attributes, is authenticated by a GOST MAC; pad is what
// of the ciphertext reaches beyond the end of the plaintext.
func (o *opener) readIIT(params []byte, ciphertext cryptobyte.String) error {
	s := cryptobyte.String(params)
	var body, mac, pad cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1(&mac, asn1.OCTET_STRING) || len(mac) != gost28147.MACSize ||
		!body.ReadOptionalASN1(&pad, nil, asn1.OCTET_STRING) || !body.Empty() {
		return malformed("Key-6.dat parameters")
	}
	blocks := append(append([]byte{}, ciphertext...), pad...)
	defer clear(blocks)
	if len(ciphertext) == 0 || len(pad) >= gost28147.BlockSize || len(blocks)%gost28147.BlockSize != 0 {
		return malformed("Key-6.dat length")
	}
	if err := o.spend(iitIterations); err != nil {
		return err
	}
	key := iitKey(o.password)
	defer clear(key)
	block, err := gost28147.NewCipher(key, gost28147.DefaultSBox())
	if err != nil {
		return malformed("Key-6.dat key")
	}
	for rest := blocks; len(rest) > 0; rest = rest[gost28147.BlockSize:] {
		block.Decrypt(rest, rest)
	}
	plain := blocks[:len(ciphertext)]
	want, err := gost28147.MAC(key, gost28147.DefaultSBox(), plain)
	if err != nil {
		return malformed("Key-6.dat length")
	}
	if !equal(want[:], mac) {
		return ErrPassword
	}
	return o.addPrivateKeyInfo(plain, nil)
}

func iitKey(password []byte) []byte {
	h := gost34311.New()
	h.Write(password)
	key := h.Sum(nil)
	for range iitIterations - 1 {
		h.Reset()
		h.Write(key)
		key = h.Sum(key[:0])
	}
	return key
}
