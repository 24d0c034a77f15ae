package dovidka_test

import (
	"strings"
	"testing"

	"github.com/dovidka/dovidka"
)

// TestRNOKPP holds the parsers against the numbers of eHealth's own examples:
// valid ones, and one that is invalid although it stands in all the examples.
func TestRNOKPP(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in            string
		strict, reads bool
	}{
		{"3067305998", true, true},
		{"3999869394", true, true},
		{"2659719350", true, true},
		{"3075751279", true, true},
		{"4215602049", true, true},
		{"3126509816", false, true},
		{"3075751278", false, true},
		{" 3075751279\t", true, true},
		{"9000000000", false, true}, // the weighted sum is negative
		{"9000000009", false, true},
		{"0000000000", false, false},
		{"307575127", false, false},
		{"30757512790", false, false},
		{"307575127a", false, false},
		{"30757 51279", false, false},
		{"+307575127", false, false},
		{"٣٠٧٥٧٥١٢٧٩", false, false}, // digits, but not ours
		{"АР123456", false, false},
		{"", false, false},
	} {
		n, err := dovidka.ParseRNOKPP(c.in)
		if (err == nil) != c.strict || n.IsZero() == c.strict {
			t.Errorf("parse %q: %v", c.in, err)
		}
		n, err = dovidka.ReadRNOKPP(c.in)
		if (err == nil) != c.reads || n.IsZero() == c.reads {
			t.Errorf("read %q: %v", c.in, err)
		}
		if c.reads && (n.Reveal() != strings.TrimSpace(c.in) || n.ChecksumValid() != c.strict) {
			t.Errorf("%q is read otherwise", c.in)
		}
	}
	if (dovidka.RNOKPP{}).ChecksumValid() {
		t.Error("no number has no right check digit")
	}
}

func TestUNZR(t *testing.T) {
	t.Parallel()
	for in, ok := range map[string]bool{
		"19840317-01234": true, " 19840317-01234 ": true, "20240229-00000": true,
		"19840230-01234": false, "20230229-00000": false, "19840317-0123": false, "19840317 01234": false, "1984031701234": false,
		"19840317-0123a": false, "19841317-01234": false, "": false, "1984-03-17-01": false,
	} {
		n, err := dovidka.ParseUNZR(in)
		if (err == nil) != ok || ok && n.Reveal() != strings.TrimSpace(in) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestEDRPOU(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in           string
		ok, personal bool
	}{
		{"40000001", true, false}, {"42032422", true, false}, {"3075751279", true, true}, {"AP123456", true, true},
		{"4000000", false, false}, {"400000011", false, false}, {"4000000x", false, false}, {"", false, false},
	} {
		e, err := dovidka.ParseEDRPOU(c.in)
		if (err == nil) != c.ok || e.Personal() != c.personal {
			t.Errorf("%q: %v, personal %v", c.in, err, e.Personal())
		}
	}
}

// TestDocument holds numbers against the patterns of eHealth, §3.2 of the
// schemas: letters of the old passport are Ukrainian capitals, whichever
// alphabet they were typed in.
func TestDocument(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Б", 255)
	for _, c := range []struct {
		kind dovidka.DocumentType
		in   string
		want string // empty: refused
	}{
		{dovidka.DocumentPassport, "АР123456", "АР123456"},
		{dovidka.DocumentPassport, "AP123456", "АР123456"},
		{dovidka.DocumentPassport, "ap 123456", "АР123456"},
		{dovidka.DocumentPassport, "ҐЇ123456", "ҐЇ123456"},
		{dovidka.DocumentPassport, "ЪЫ123456", ""},
		{dovidka.DocumentPassport, "QZ123456", ""},
		{dovidka.DocumentPassport, "АР12345", ""},
		{dovidka.DocumentPassport, "123456789", ""},
		{dovidka.DocumentRefugeeCertificate, "AB123456", "АВ123456"},
		{dovidka.DocumentComplementaryProtection, "АБ12345", ""},
		{dovidka.DocumentNationalID, "000123456", "000123456"},
		{dovidka.DocumentNationalID, "00012345", ""},
		{dovidka.DocumentNationalID, "АР123456", ""},
		{dovidka.DocumentBirthCertificate, "I-AM№123456", "І-АМ№123456"},
		{dovidka.DocumentBirthCertificate, "І-АМ 123456", "І-АМ123456"},
		{dovidka.DocumentBirthCertificate, "1", ""},
		{dovidka.DocumentBirthCertificate, "І-АМ_1", ""},
		{dovidka.DocumentTemporaryPassport, strings.Repeat("1", 25), strings.Repeat("1", 25)},
		{dovidka.DocumentTemporaryPassport, strings.Repeat("1", 26), ""},
		{dovidka.DocumentTemporaryCertificate, "АБ1234", "АБ1234"},
		{dovidka.DocumentTemporaryCertificate, "АБ12345/12345", "АБ12345/12345"},
		{dovidka.DocumentTemporaryCertificate, "АБ123", ""},
		{dovidka.DocumentResidencePermit, "123456789", "123456789"},
		{dovidka.DocumentForeignBirthCertificate, "no 7 / Wien", "NО7/WІЕN"},
		{dovidka.DocumentForeignBirthCertificate, "", ""},
		{"OF_THE_FUTURE", long, long},
		{"OF_THE_FUTURE", long + "Б", ""},
		{"", "123456789", ""},
		{"OF_THE_FUTURE", "12\x003", ""}, // PostgreSQL cannot even be asked for it
		{"OF\x00THE", "123", ""},
		{dovidka.DocumentType(strings.Repeat("A", 256)), "123", ""},
	} {
		d, err := dovidka.ParseDocument(c.kind, c.in)
		if (err == nil) != (c.want != "") || d.Number() != c.want {
			t.Errorf("%s %q: %q, %v", c.kind, c.in, d.Number(), err)
		}
		if got := dovidka.ReadDocument(c.kind, c.in); c.want != "" && got != d {
			t.Errorf("%s %q is read otherwise", c.kind, c.in)
		}
	}
	if !(dovidka.Document{}).IsZero() || dovidka.ReadDocument(dovidka.DocumentPassport, "1").IsZero() {
		t.Error("what is no document")
	}
}

// TestSignerDocument follows the table of §4.2: nine digits are an ID card's,
// letters a passport's, the rest is nobody's.
func TestSignerDocument(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		kind dovidka.DocumentType
	}{
		{"000123456", dovidka.DocumentNationalID}, {" 000123456 ", dovidka.DocumentNationalID},
		{"AP123456", dovidka.DocumentPassport}, {"ар123456", dovidka.DocumentPassport},
		{"3075751279", ""}, {"12345678", ""}, {"АР12345", ""}, {"", ""},
	} {
		d, err := dovidka.SignerDocument(c.in)
		if (err == nil) != (c.kind != "") || d.Type != c.kind {
			t.Errorf("%q: %s, %v", c.in, d.Type, err)
		}
	}
}

// TestNormalizeDocumentNumber maps each of the twelve letters, from both sides
// to one, and no others: a phonetic table would map P to П.
func TestNormalizeDocumentNumber(t *testing.T) {
	t.Parallel()
	const latin, cyrillic = "ABCEHIKMOPTX", "АВСЕНІКМОРТХ"
	for _, in := range []string{latin, strings.ToLower(latin), cyrillic, strings.ToLower(cyrillic), "ABC EHI\tKMO\u00a0PTX"} {
		if got := dovidka.NormalizeDocumentNumber(in); got != cyrillic {
			t.Errorf("%q gives %q", in, got)
		}
	}
	if got := dovidka.NormalizeDocumentNumber("dfGjlNqRsuvWYZ-№/()1"); got != "DFGJLNQRSUVWYZ-№/()1" {
		t.Errorf("other symbols give %q", got)
	}
}

func TestDeclarationNumber(t *testing.T) {
	t.Parallel()
	for n, want := range map[uint64]string{
		1: "0001-A000-0000", 18: "0001-0A00-0000", 16010226: "0001-0H2M-4400", 31000000: "0001-20MH-K800",
	} {
		if got := dovidka.FormatDeclarationNumber(n).Reveal(); got != want {
			t.Errorf("%d gives %s, %s is expected", n, got, want)
		}
	}
	const uuid = "e3b1c2d4-a5f6-4789-8abc-def012345678"
	for _, c := range []struct{ in, parsed, read string }{
		{"0001-20MH-K800", "0001-20MH-K800", "0001-20MH-K800"},
		{"0000-12H4-245D", "0000-12H4-245D", "0000-12H4-245D"}, // outside the alphabet
		{uuid, uuid, uuid},
		{strings.ToUpper(uuid), strings.ToUpper(uuid), uuid},
		{"0001-20mh-k800", "", "0001-20MH-K800"},
		{" 0001-20МН-К800 ", "", "0001-20MH-K800"}, // Cyrillic МНК
		{"0001-2оMH-K8oО", "", "0001-20MH-K800"},
		{"0001-АЕНК-МРТХ", "", "0001-AEHK-MPTX"},
		{"0001-20MH", "", ""},
		{"0001-20MH-K80Ж", "", ""},
		{"", "", ""},
	} {
		n, err := dovidka.ParseDeclarationNumber(c.in)
		if (err == nil) != (c.parsed != "") || n.Reveal() != c.parsed {
			t.Errorf("parse %q: %q, %v", c.in, n.Reveal(), err)
		}
		n, err = dovidka.ReadDeclarationNumber(c.in)
		if (err == nil) != (c.read != "") || n.Reveal() != c.read {
			t.Errorf("read %q: %q, %v", c.in, n.Reveal(), err)
		}
	}
	if dovidka.KeepDeclarationNumber("№ 1").Reveal() != "№ 1" {
		t.Error("a number of the registry is kept as it is")
	}
}

// FuzzIdentity looks for input that a parser takes and another refuses in its
// own output.
func FuzzIdentity(f *testing.F) {
	for _, s := range []string{"3075751279", "19840317-01234", "AP123456", "000123456", "0001-20MH-K800", "I-AM№123456", "ı\u0345ß"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		normal := dovidka.NormalizeDocumentNumber(s)
		if again := dovidka.NormalizeDocumentNumber(normal); again != normal {
			t.Errorf("%q is normalised to %q and then to %q", s, normal, again)
		}
		if n, err := dovidka.ReadRNOKPP(s); err == nil {
			if m, err := dovidka.ReadRNOKPP(n.Reveal()); err != nil || m != n {
				t.Errorf("РНОКПП %q", s)
			}
		}
		if n, err := dovidka.ParseUNZR(s); err == nil {
			if m, err := dovidka.ParseUNZR(n.Reveal()); err != nil || m != n {
				t.Errorf("УНЗР %q", s)
			}
		}
		for _, kind := range []dovidka.DocumentType{dovidka.DocumentPassport, dovidka.DocumentBirthCertificate, dovidka.DocumentResidencePermit, "X"} {
			if d, err := dovidka.ParseDocument(kind, s); err == nil {
				if e, err := dovidka.ParseDocument(kind, d.Number()); err != nil || e != d {
					t.Errorf("%s %q", kind, s)
				}
			}
		}
		if n, err := dovidka.ReadDeclarationNumber(s); err == nil {
			if m, err := dovidka.ReadDeclarationNumber(n.Reveal()); err != nil || m != n {
				t.Errorf("declaration number %q", s)
			}
		}
		name := dovidka.NormalizeName(s)
		if again := dovidka.NormalizeName(name); again != name {
			t.Errorf("name %q is normalised to %q and then to %q", s, name, again)
		}
		dovidka.Romanize(name)
	})
}
