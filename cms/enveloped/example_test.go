package enveloped_test

import (
	"fmt"
	"time"

	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/cms/enveloped"
	"github.com/dovidka/dovidka/pki"
)

// An answer is sealed and then encrypted for the citizen who asked; the citizen opens it
// and believes it because of the seal.
func Example() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := cmstest.NewAuthority(cmstest.DSTU, now)
	check(err)
	seal, err := authority.Seal(pki.Organization{Name: "Власник", EDRPOU: "12345678"})
	check(err)
	citizen, err := authority.IssueForEncryption(pki.Person{Surname: "Тестенко", GivenName: "Тест", DRFO: "3000000014"})
	check(err)

	signed, err := seal.Sign([]byte("answer"), now, false)
	check(err)
	p7e, err := enveloped.Encrypt(signed, enveloped.EncryptOptions{
		Recipients: []*pki.Certificate{citizen.Certificate}, Time: now,
	})
	check(err)

	trusted, err := authority.VerifyOptions(now.Add(time.Minute))
	check(err)
	result, err := enveloped.DecryptSigned(p7e, enveloped.DecryptOptions{
		Key: citizen.Key, Certificate: citizen.Certificate,
	}, trusted)
	check(err)
	fmt.Println(string(result.Content), result.Signers[0].IsStamp)
	// Output: answer true
}

// Any content can be encrypted for holders of EC and RSA certificates; AES-GCM notices
// every change.
func ExampleEncrypt() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := cmstest.NewAuthority(cmstest.EC, now)
	check(err)
	citizen, err := authority.IssueForEncryption(pki.Person{Surname: "Testenko", GivenName: "Test"})
	check(err)

	p7e, err := enveloped.Encrypt([]byte("document"), enveloped.EncryptOptions{
		Recipients: []*pki.Certificate{citizen.Certificate}, Time: now,
	})
	check(err)
	got, err := enveloped.Decrypt(p7e, enveloped.DecryptOptions{Key: citizen.Key, Certificate: citizen.Certificate})
	check(err)
	fmt.Println(string(got.Data), got.Integrity)
	p7e[len(p7e)-1] ^= 1
	_, err = enveloped.Decrypt(p7e, enveloped.DecryptOptions{Key: citizen.Key, Certificate: citizen.Certificate})
	fmt.Println(err)
	// Output:
	// document true
	// enveloped: cannot be decrypted with this key
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
