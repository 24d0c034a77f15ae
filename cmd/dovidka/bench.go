package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/disclosure"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/xroad"
)

// benchCommand measures a running demonstration from outside: what its process
// spends, by its own metrics, so that the cost of the clients here does not
// count. Figures are printed in the form benchstat reads.
type benchCommand struct {
	ReadyFile   string `required:"" type:"existingfile" help:"The --ready-file of a running demo."`
	Requests    int    `default:"500" help:"Requests through each door."`
	Concurrency int    `default:"4" help:"Requests at once."`
}

// Run measures each door in turn.
func (c *benchCommand) Run(ctx context.Context, s *streams) error {
	data, err := os.ReadFile(c.ReadyFile)
	if err != nil {
		return fmt.Errorf("read ready file: %w", err)
	}
	var at ready
	if err := json.Unmarshal(data, &at); err != nil {
		return fmt.Errorf("read ready file: %w", err)
	}
	if c.Requests < 1 || c.Concurrency < 1 {
		return &exitError{exitUsage, errors.New("--requests and --concurrency must be positive")}
	}
	transport := &http.Transport{MaxIdleConnsPerHost: c.Concurrency}
	defer transport.CloseIdleConnections()
	for _, algorithm := range []string{"dstu4145", "ecdsa"} {
		citizen, err := at.signer(algorithm)
		if err != nil {
			return err
		}
		b := bench{c: c, at: at, citizen: citizen, http: &http.Client{Transport: transport}}
		for _, door := range []struct {
			name string
			send func(context.Context) error
		}{{"REST", b.rest}, {"SOAP", b.soap}} {
			if err := b.measure(ctx, s.out, "Benchmark"+door.name+"/"+algorithm, door.send); err != nil {
				return fmt.Errorf("%s, %s: %w", door.name, algorithm, err)
			}
		}
	}
	often := *c
	often.Requests *= 20 // one is quick
	b := bench{c: &often, at: at, http: &http.Client{Transport: transport}}
	if err := b.measure(ctx, s.out, "BenchmarkSOAP/refused", b.knock); err != nil {
		return fmt.Errorf("SOAP, refused: %w", err)
	}
	return nil
}

// signer opens the key of the first citizen with the algorithm.
func (r ready) signer(algorithm string) (*portal.Citizen, error) {
	for _, c := range r.Citizens {
		if c.Algorithm == algorithm {
			return openCitizen(c.KeyFile, c.PasswordFile, "")
		}
	}
	return nil, fmt.Errorf("the demonstration has no citizen with %s", algorithm)
}

type bench struct {
	c       *benchCommand
	at      ready
	citizen *portal.Citizen
	http    *http.Client
}

// rest takes one request the whole way through the REST door.
func (b bench) rest(ctx context.Context) error {
	door := &portal.REST{Base: b.at.REST, HTTP: b.http}
	prepared, err := door.Prepare(ctx, "", portal.Ask{
		Subject: dovidka.SubjectJSON{Relation: dovidka.RelationSelf}, Consent: &portal.Consent{Granted: true},
	})
	if err != nil {
		return err
	}
	container, err := b.citizen.Sign(prepared.ToBeSigned.Content)
	if err != nil {
		return err
	}
	result, err := door.Submit(ctx, prepared.ID, container)
	if err == nil && result.Status != dovidka.StateDone {
		err = fmt.Errorf("request is %s", result.Status)
	}
	return err
}

// knock has the SOAP door refuse a request of a client that is not admitted: it
// is read, answered with its header, counted and logged, and goes no further.
func (b bench) knock(ctx context.Context) error {
	door, err := b.bus(demoClient + "_stranger")
	if err != nil {
		return err
	}
	message, err := door.Message([]byte("nothing"), nil)
	if err != nil {
		return err
	}
	var fault *portal.SOAPFault
	switch _, err = door.Send(ctx, message); {
	case errors.As(err, &fault):
		return nil
	case err == nil:
		return errors.New("a stranger was not refused")
	}
	return err
}

// bus is the SOAP door as a client of the bus sees it.
func (b bench) bus(name string) (*portal.SOAP, error) {
	client, err := xroad.ParseClientID(name)
	if err != nil {
		return nil, err
	}
	service, err := xroad.ParseServiceID(demoService)
	if err != nil {
		return nil, err
	}
	return &portal.SOAP{Address: b.at.SOAP, Client: client, Service: service, HTTP: b.http}, nil
}

// soap takes one request the whole way through the SOAP door.
func (b bench) soap(ctx context.Context) error {
	door, err := b.bus(demoClient)
	if err != nil {
		return err
	}
	subject := dovidka.SubjectJSON{Relation: dovidka.RelationSelf}
	said, err := door.NewStatement(b.at.Audience, subject, dovidka.ActionObtain, consentText, consentVersion)
	if err != nil {
		return err
	}
	message, err := door.Sign(b.citizen, said)
	if err != nil {
		return err
	}
	answer, err := door.Send(ctx, message)
	if err == nil && answer.ResultCode != trembita.ResultOK {
		err = fmt.Errorf("result is %s", answer.ResultCode)
	}
	return err
}

// measure sends the requests and prints time and server's processor time for
// one, and what the steps of the road took of it.
func (b bench) measure(ctx context.Context, out io.Writer, name string, send func(context.Context) error) error {
	if err := send(ctx); err != nil { // warm
		return err
	}
	before, err := b.scrape(ctx)
	if err != nil {
		return err
	}
	start := time.Now()
	took, err := b.load(ctx, send)
	if err != nil {
		return err
	}
	elapsed := time.Since(start)
	after, err := b.scrape(ctx)
	if err != nil {
		return err
	}
	n := float64(len(took))
	cpu := after["process_cpu_seconds_total"] - before["process_cpu_seconds_total"]
	if cpu <= 0 {
		return errors.New("the server's processor time did not grow: too few requests")
	}
	slices.Sort(took)
	line := fmt.Sprintf("%s \t%8d\t%12.0f ns/op\t%10.0f p99-ns\t%10.0f server-cpu-ns/op\t%8.1f req/cpu-s", name, len(took),
		float64(elapsed.Nanoseconds())/n, float64(took[len(took)*99/100].Nanoseconds()), cpu*1e9/n, n/cpu)
	for _, step := range []disclosure.Step{
		disclosure.StepVerify, disclosure.StepPermit, disclosure.StepRead, disclosure.StepCompose, disclosure.StepSeal, disclosure.StepRecord,
	} {
		key := fmt.Sprintf(`dovidka_step_duration_seconds_sum{failed="false",step=%q}`, step)
		line += fmt.Sprintf("\t%10.0f %s-ns/op", (after[key]-before[key])*1e9/n, step)
	}
	_, err = fmt.Fprintln(out, line)
	return err
}

// load sends the requests, several at once, and returns how long each took.
func (b bench) load(ctx context.Context, send func(context.Context) error) ([]time.Duration, error) {
	var mu sync.Mutex // protects took
	var took []time.Duration
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(b.c.Concurrency)
	for range b.c.Requests {
		group.Go(func() error {
			start := time.Now()
			if err := send(ctx); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(start))
			return nil
		})
	}
	return took, group.Wait()
}

// scrape reads the server's metrics.
func (b bench) scrape(ctx context.Context) (map[string]float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.at.Metrics, nil)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	resp, err := b.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	defer resp.Body.Close()
	out := map[string]float64{}
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, value, ok := strings.Cut(lines.Text(), " ")
		if number, err := strconv.ParseFloat(value, 64); ok && err == nil {
			out[name] = number
		}
	}
	return out, nil
}
