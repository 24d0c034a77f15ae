// Command dovidka gives declaration data from Ukraine's Electronic Healthcare
// System to citizens and to the bodies entitled to it. README.md tells what
// for; "dovidka demo" shows it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	// Days are counted in Kyiv, on machines without a zone database too.
	_ "time/tzdata"

	"github.com/alecthomas/kong"
)

// Exit codes. Verification has its own meaning of 1 and 2.
const (
	exitFailed  = 2 // the command could not do its work
	exitRefused = 1 // it did, and the answer is no
	exitUsage   = 3 // the command line is wrong
)

// commands are what the binary can do.
type commands struct {
	Serve    serveCommand    `cmd:"" help:"Run the component with a configuration file."`
	Demo     demoCommand     `cmd:"" help:"Run the component with an invented authority, population and citizens."`
	Request  requestCommand  `cmd:"" help:"Ask for declarations as a citizen and portal would."`
	Verify   verifyCommand   `cmd:"" help:"Tell who signed or sealed a document, and whether to believe it."`
	Sign     signCommand     `cmd:"" help:"Sign a document."`
	Seal     sealCommand     `cmd:"" help:"Put an organisation's electronic seal on a document."`
	Encrypt  encryptCommand  `cmd:"" help:"Encrypt a document for the holders of certificates."`
	Decrypt  decryptCommand  `cmd:"" help:"Decrypt a document with a key container."`
	Certs    certsCommand    `cmd:"" help:"Look at certificates, revocation lists and OCSP responses."`
	Keys     keysCommand     `cmd:"" help:"Look into key containers."`
	Registry registryCommand `cmd:"" help:"Fill and empty the registry."`
	Ledger   ledgerCommand   `cmd:"" help:"Prove the ledger."`
	Bench    benchCommand    `cmd:"" help:"Measure a running demo."`
	Init     initCommand     `cmd:"" help:"Make the ledger's keys and a configuration file in a folder."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// exitError is an error with an exit code of its own.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes a command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c commands
	help := false
	parser, err := kong.New(&c, kong.Name("dovidka"), kong.UsageOnError(),
		kong.Description("Declaration data from Ukraine's Electronic Healthcare System, without paper."),
		kong.Writers(stdout, stderr), kong.Exit(func(int) { help = true }))
	if err != nil {
		fmt.Fprintln(stderr, "dovidka:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	switch {
	case help:
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "dovidka:", err)
		return exitUsage
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.BindTo(stdout, (*io.Writer)(nil))
	err = parsed.Run(&streams{out: stdout, err: stderr})
	if err == nil {
		return 0
	}
	var quiet *quietError
	if !errors.As(err, &quiet) {
		fmt.Fprintln(stderr, "dovidka:", err)
	}
	var exit *exitError
	if errors.As(err, &exit) {
		return exit.code
	}
	return exitFailed
}

// streams are where a command writes.
type streams struct{ out, err io.Writer }

// quietError is an exit code whose reason was printed already.
type quietError struct{}

func (*quietError) Error() string { return "" }

type versionCommand struct{}

// Run prints the version the binary was built from.
func (versionCommand) Run(out io.Writer) error {
	version := "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	_, err := fmt.Fprintln(out, "dovidka", version)
	return err
}
