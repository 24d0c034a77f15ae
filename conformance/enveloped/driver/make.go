package main

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"os"
	"time"

	"github.com/dovidka/dovidka/cms/enveloped"
	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
)

// maxContent bounds the documents, in bytes.
const maxContent = 64 << 10

// maker makes containers for random people in random schemes.
type maker struct {
	folder *os.Root
	people []person
}

// next makes the i-th container; the families take turns.
func (m *maker) next(i int) (container, error) {
	family := []string{familyDSTU, familyEC, familyRSA}[i%3]
	to := pick(m.of(family, ""))
	c := container{By: "dovidka", To: to.Name, Content: fmt.Sprintf("%d.txt", i), File: fmt.Sprintf("%d.p7e", i)}
	opts := enveloped.EncryptOptions{Recipients: []*pki.Certificate{to.certificate}, Time: time.Now()}
	schemes := enveloped.Schemes()
	opts.Scheme = pick(schemes[4:])
	if family == familyDSTU {
		// The schemes take turns with a key made for the container, and every other time
		// with that of a certificate; half of those are what jkurwa opens.
		turn := i / 3
		opts.Scheme = schemes[turn/2%4]
		if turn%2 == 1 {
			if turn%4 == 1 {
				opts.Scheme = enveloped.GOSTCofactor
			}
			from := pick(m.of(family, to.Curve))
			c.From = from.Name
			opts.Originator = &enveloped.Originator{Key: from.key.(*dstu4145.PrivateKey), Certificate: from.certificate}
		}
	}
	c.Scheme = string(opts.Scheme)
	content := make([]byte, below(maxContent+1))
	if _, err := rand.Read(content); err != nil {
		return c, err
	}
	data, err := enveloped.Encrypt(content, opts)
	if err != nil {
		return c, err
	}
	for name, b := range map[string][]byte{c.Content: content, c.File: data} {
		if err := m.folder.WriteFile(name, b, 0o600); err != nil {
			return c, err
		}
	}
	people := map[string]*person{}
	for i := range m.people {
		people[m.people[i].Name] = &m.people[i]
	}
	c.Zeros = zerosOf(m.folder, c, people)
	return c, nil
}

func (m *maker) of(family, curve string) []person {
	var out []person
	for _, p := range m.people {
		if p.Family == family && (curve == "" || p.Curve == curve) {
			out = append(out, p)
		}
	}
	return out
}

func pick[T any](from []T) T { return from[below(len(from))] }

func below(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic(err)
	}
	return int(i.Int64())
}

// listener is a key that counts zero bytes at the beginning of what it shares.
type listener struct {
	*dstu4145.PrivateKey
	zeros int
}

func (l *listener) ECDH(peer *dstu4145.PublicKey) ([]byte, error) {
	return l.hear(l.PrivateKey.ECDH(peer))
}

func (l *listener) CofactorECDH(peer *dstu4145.PublicKey) ([]byte, error) {
	return l.hear(l.PrivateKey.CofactorECDH(peer))
}

func (l *listener) hear(z []byte, err error) ([]byte, error) {
	for l.zeros < len(z) && z[l.zeros] == 0 {
		l.zeros++
	}
	return z, err
}

// zerosOf opens a container to hear what its keys share; 0 when they are no DSTU keys.
func zerosOf(folder *os.Root, c container, people map[string]*person) int {
	p := people[c.To]
	key, ok := p.key.(*dstu4145.PrivateKey)
	if !ok {
		return 0
	}
	l := &listener{PrivateKey: key}
	opts := enveloped.DecryptOptions{Key: l, Certificate: p.certificate}
	if from := people[c.From]; from != nil {
		opts.Originators = []*pki.Certificate{from.certificate}
	}
	data, err := folder.ReadFile(c.File)
	if err != nil {
		return 0
	}
	_, _ = enveloped.Decrypt(data, opts) // whether it opens is asked elsewhere
	return l.zeros
}
