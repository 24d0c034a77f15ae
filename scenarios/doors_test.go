package scenarios

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dovidka/dovidka/internal/portal"
)

// http STATUS METHOD URL [-H HEADER]... [-d FILE]: sends a request as any
// program could, and checks the status. The body is the standard output, the
// header, sorted, the standard error.
func httpCommand(ts *testscript.TestScript, args []string) {
	want(ts, len(args) >= 3, "http STATUS METHOD URL [-H HEADER]... [-d FILE]")
	var body io.Reader
	header := http.Header{}
	for rest := args[3:]; len(rest) > 0; rest = rest[2:] {
		want(ts, len(rest) > 1, "http: "+rest[0]+" needs a value")
		switch rest[0] {
		case "-H":
			name, value, _ := strings.Cut(rest[1], ": ")
			header.Add(name, value)
		case "-d":
			body = strings.NewReader(ts.ReadFile(rest[1]))
		default:
			ts.Fatalf("http: unknown flag %s", rest[0])
		}
	}
	req, err := http.NewRequestWithContext(stageOf(ts).t.Context(), args[1], args[2], body)
	ts.Check(err)
	req.Header = header
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s", answer)
	var lines []string
	for name, values := range resp.Header {
		for _, value := range values {
			lines = append(lines, name+": "+value+"\n")
		}
	}
	slices.Sort(lines)
	fmt.Fprint(ts.Stderr(), strings.Join(lines, ""))
	if strconv.Itoa(resp.StatusCode) != args[0] {
		ts.Fatalf("status %s: %s", resp.Status, answer)
	}
}

// json FILE PATH [VARIABLE | > FILE | base64 > FILE]: takes a value out of JSON;
// the steps of the path are keys and indices with dots between. Without a
// target it goes to the standard output.
func jsonCommand(ts *testscript.TestScript, args []string) {
	const usage = "json FILE PATH [VARIABLE | > FILE | base64 > FILE]"
	want(ts, len(args) >= 2, usage)
	value := text(ts, pick(ts, ts.ReadFile(args[0]), args[1]))
	switch target := args[2:]; {
	case len(target) == 0:
		fmt.Fprintln(ts.Stdout(), value)
	case len(target) == 1:
		ts.Setenv(target[0], value)
	case len(target) == 2 && target[0] == ">":
		writeFile(ts, target[1], []byte(value))
	case len(target) == 3 && target[0] == "base64" && target[1] == ">":
		data, err := base64.StdEncoding.DecodeString(value)
		ts.Check(err)
		writeFile(ts, target[2], data)
	default:
		ts.Fatalf("usage: %s", usage)
	}
}

// pick follows a path into a JSON text.
func pick(ts *testscript.TestScript, data, path string) any {
	var at any
	dec := json.NewDecoder(strings.NewReader(data))
	dec.UseNumber()
	ts.Check(dec.Decode(&at))
	for step := range strings.SplitSeq(path, ".") {
		switch value := at.(type) {
		case map[string]any:
			next, ok := value[step]
			if !ok {
				ts.Fatalf("%s: there is no %q in %s", path, step, data)
			}
			at = next
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(value) {
				ts.Fatalf("%s: there is no element %q in %s", path, step, data)
			}
			at = value[i]
		default:
			ts.Fatalf("%s: %q is neither in an object nor in an array", path, step)
		}
	}
	return at
}

// text is a value as a script sees it: strings as they are, all else as JSON.
func text(ts *testscript.TestScript, value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	data, err := json.Marshal(value)
	ts.Check(err)
	return string(data)
}

// sign CITIZEN FILE CONTAINER [detached]: signs a file as the citizen's own
// program does.
func signCommand(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 3 || len(args) == 4 && args[3] == "detached", "sign CITIZEN FILE CONTAINER [detached]")
	key, password := keyFiles(ts, args[0])
	container, err := os.ReadFile(key)
	ts.Check(err)
	secret, err := os.ReadFile(password)
	ts.Check(err)
	citizen, err := portal.OpenCitizen(container, bytes.TrimSpace(secret), nil)
	ts.Check(err)
	citizen.Detached = len(args) == 4
	signed, err := citizen.Sign([]byte(ts.ReadFile(args[1])))
	ts.Check(err)
	writeFile(ts, args[2], signed)
}
