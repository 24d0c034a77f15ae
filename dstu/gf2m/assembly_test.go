package gf2m

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	jump      = regexp.MustCompile(`^(J[A-Z]+|B|BL|B[A-Z]{2}|CBN?Z|TBN?Z|CALL|CSEL|CMOV[A-Z]+)\b`)
	countdown = regexp.MustCompile(`^(?:DECQ|SUBS \$1,) (\w+)$`)
	argument  = regexp.MustCompile(`^(?:MOVQ|MOVD) \w+\+\d+\(FP\), \w+$`)
	step      = regexp.MustCompile(`^ADDQ? \$\d+, \w+$`)
	address   = regexp.MustCompile(`[ ,+][a-z0-9]*\(([A-Z]\w*)\)`) // macros have names in capitals
	index     = regexp.MustCompile(`\)\(\w+(\*\d)?\)`)
)

// secretBlind returns what in the assembly could depend on an element: branches other than a countdown of an argument,
// and addresses other than an argument and a constant. valgrind, which finds these in what it runs, does not know AVX-512.
func secretBlind(source string) (problems []string) {
	counters, bases := map[string]bool{}, map[string]bool{}
	var function string
	var lines []string
	check := func() {
		for _, line := range lines {
			target := line[strings.LastIndex(line, " ")+1:]
			harmless := argument.MatchString(line) || step.MatchString(line)
			if match := countdown.FindStringSubmatch(line); match != nil {
				target, harmless = match[1], true
			}
			if (counters[target] || bases[target]) && !harmless {
				problems = append(problems, function+": "+line+": counts or addresses come from data")
			}
		}
		clear(counters)
		clear(bases)
		lines = nil
	}
	var before string
	for text := range strings.Lines(source) {
		line, _, _ := strings.Cut(text, "//")
		line = strings.Join(strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), `\`)), " ")
		switch {
		case line == "" || strings.HasPrefix(line, "#include") || strings.HasSuffix(line, ":"):
			continue
		case strings.HasPrefix(line, "TEXT"):
			check()
			function = line
		case jump.MatchString(line):
			match := countdown.FindStringSubmatch(before)
			if !strings.HasPrefix(line, "JNZ ") && !strings.HasPrefix(line, "BNE ") || match == nil {
				problems = append(problems, function+": "+line+": no countdown before it")
				break
			}
			counters[match[1]] = true
		}
		if index.MatchString(line) {
			problems = append(problems, function+": "+line+": an index")
		}
		for _, match := range address.FindAllStringSubmatch(line, -1) {
			// Arguments of macros stand in lines of their own.
			if !slices.Contains([]string{"SB", "FP", "SP"}, match[1]) && !strings.HasPrefix(line, "#define") {
				bases[match[1]] = true
			}
		}
		lines = append(lines, line)
		before = line
	}
	check()
	return problems
}

// TestAssemblyIsBlind allows one function to look at data: apply, which is for public elements and says so.
func TestAssemblyIsBlind(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.s")
	if err != nil || len(names) < 2 {
		t.Fatalf("found %v: %v", names, err)
	}
	exceptions := 0
	for _, name := range names {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range secretBlind(string(source)) {
			if strings.HasPrefix(problem, "TEXT ·apply(SB)") {
				exceptions++
				continue
			}
			t.Errorf("%s: %s", name, problem)
		}
	}
	if exceptions == 0 {
		t.Error("apply is found harmless, so nothing is proved")
	}
}

// TestBlindnessCanFail gives it what it has to find.
func TestBlindnessCanFail(t *testing.T) {
	t.Parallel()
	const begin = "TEXT ·f(SB), NOSPLIT, $0-16\n\tMOVQ z+0(FP), DI\n\tMOVQ n+8(FP), CX\n"
	for _, source := range []string{
		"\tMOVQ (DI), AX\n\tTESTQ AX, AX\n\tJZ end\n",
		"\tMOVQ (DI), CX\nloop:\n\tDECQ CX\n\tJNZ loop\n",
		"\tMOVQ (DI), AX\n\tMOVQ (AX), BX\n",
		"\tMOVQ (DI)(AX*8), BX\n",
		"\tSUBS $1, R3\n\tCBZ R4, end\n",
		"\tMOVQ (DI), AX\n\tADDQ AX, DI\n\tMOVQ (DI), BX\n",
	} {
		if len(secretBlind(begin+source)) == 0 {
			t.Errorf("nothing found in\n%s", source)
		}
	}
	if problems := secretBlind(begin + "loop:\n\tVMOVDQU (DI), Y0\n\tADDQ $32, DI\n\tDECQ CX\n\tJNZ loop\n\tRET\n"); len(problems) > 0 {
		t.Errorf("a harmless loop: %v", problems)
	}
}
