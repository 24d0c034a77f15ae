package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// measureDoor starts a door in a process of its own, on a processor of its own, and sends it requests from here for
// some time. What is counted is the processor's time of the door alone.
func measureDoor(ctx context.Context, message string, request []byte, connections int, duration time.Duration) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	door := exec.CommandContext(ctx, "taskset", "-c", "1", self, "-message", message, "door") //nolint:gosec // ourselves
	door.Env = append(os.Environ(), "GOMAXPROCS=1")
	door.Stderr = os.Stderr
	in, err := door.StdinPipe()
	if err != nil {
		return err
	}
	out, err := door.StdoutPipe()
	if err != nil {
		return err
	}
	if err := door.Start(); err != nil {
		return err
	}
	err = loadDoor(ctx, in, bufio.NewReader(out), request, connections, duration)
	return errors.Join(err, in.Close(), door.Wait())
}

func loadDoor(ctx context.Context, in io.Writer, out *bufio.Reader, request []byte, connections int, duration time.Duration) error {
	address, err := out.ReadString('\n')
	if err != nil {
		return err
	}
	var callers []*caller
	for range connections {
		c, err := newCaller(ctx, strings.TrimSpace(address), request)
		if err != nil {
			return err
		}
		callers = append(callers, c)
	}
	used := func() (cpu time.Duration, resident int, err error) {
		if _, err := io.WriteString(in, "\n"); err != nil {
			return 0, 0, err
		}
		line, err := out.ReadString('\n')
		if err != nil {
			return 0, 0, err
		}
		said, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if cpu, err = time.ParseDuration(said); err == nil {
			resident, err = strconv.Atoi(rest)
		}
		return cpu, resident, err
	}
	if _, err := sendAll(callers, duration/10); err != nil { // warm
		return err
	}
	before, _, err := used()
	if err != nil {
		return err
	}
	start := time.Now()
	took, err := sendAll(callers, duration)
	if err != nil {
		return err
	}
	elapsed := time.Since(start)
	after, small, err := used()
	if err != nil {
		return err
	}
	slices.Sort(took)
	n, cpu := float64(len(took)), float64(after-before)
	fmt.Printf("BenchmarkDoor\t%8d\t%10.0f ns/op\t%10d p99-ns\t%10.0f server-cpu-ns/op\t%8.0f req/cpu-s\n", len(took),
		float64(elapsed)/n, took[len(took)*99/100], cpu/n, n/cpu*1e9)
	for _, many := range []int{1000, 4000} {
		stay, err := callOnce(ctx, strings.TrimSpace(address), request, many)
		if err != nil {
			return err
		}
		callers = append(callers, stay...)
		_, large, err := used()
		if err != nil {
			return err
		}
		fmt.Printf("BenchmarkIdle/%d\t%8d\t%10d resident-B/connection\n", many, many, (large-small)/many)
		small = large
	}
	for _, c := range callers {
		err = errors.Join(err, c.connection.Close())
	}
	return err
}

// callOnce calls over each of some more connections, which stay open.
func callOnce(ctx context.Context, address string, request []byte, many int) ([]*caller, error) {
	var out []*caller
	for range many {
		c, err := newCaller(ctx, address, request)
		if err != nil {
			return nil, err
		}
		if err := c.call(); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// sendAll calls over all connections at once and returns how long each call took.
func sendAll(callers []*caller, duration time.Duration) ([]time.Duration, error) {
	var group errgroup.Group
	each := make([][]time.Duration, len(callers))
	end := time.Now().Add(duration)
	for i, c := range callers {
		group.Go(func() error {
			for start := time.Now(); start.Before(end); {
				if err := c.call(); err != nil {
					return err
				}
				now := time.Now()
				each[i] = append(each[i], now.Sub(start))
				start = now
			}
			return nil
		})
	}
	err := group.Wait()
	return slices.Concat(each...), err
}
