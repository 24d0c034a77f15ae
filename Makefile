# Everything a contributor or CI runs. Each target sets up what it needs.

GO ?= go
export GOFLAGS ?= -mod=readonly

.PHONY: help check test test-arm64 constant-time timing conformance bench fuzz soak build clean generate

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

build: ## build the binary into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/dovidka ./cmd/dovidka

check: bin/golangci-lint ## format, vet, linters, generated files
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "gofmt wants to change:"; echo "$$out"; exit 1; }
	$(GO) vet ./...
	$(GO) mod verify
	$(GO) mod tidy -diff
	bin/golangci-lint run ./...
	@mkdir -p bin
	$(GO) test -run 'TestGenerated|TestArrows|TestLinks' ./... >bin/check.log 2>&1 || { cat bin/check.log; exit 1; }

test: ## all tests in Go with the race detector, PostgreSQL included
	@tools/cc.sh
	@tools/curl.sh
	@tools/openssl.sh
	@eval "$$(tools/postgres.sh)" && $(GO) test -race -timeout 20m ./...

test-arm64: ## the tests of dstu/ for arm64 under QEMU, and for 32 bits
	tools/qemu.sh

constant-time: ## look for branches and addresses that depend on secrets (docs/constant-time.md)
	tools/constant-time.sh

timing: ## look for times that depend on secrets, on an idle machine (TIMINGS=100000)
	$(GO) test -count 1 -timeout 60m -run '^TestTiming$$' -v ./dstu/dstu4145 -args -timing $(or $(TIMINGS),100000)
	$(GO) test -count 1 -timeout 60m -run '^TestTiming$$' -tags purego -v ./dstu/dstu4145 -args -timing $(or $(TIMINGS),100000)

conformance: build ## check against programs we did not write (installs them)
	conformance/run.sh

bench: build bin/benchstat ## measure; figures go to standard output
	tools/bench.sh

fuzz: ## fuzz every target for a while (FUZZTIME=10s, or so many inputs: 300x)
	tools/fuzz.sh

soak: ## ask through a failing security server for a while (SOAK=10m, SEED=1, DATABASE=postgres://…)
	$(GO) test -count 1 -timeout 0 -run '^TestSoak$$' -v ./scenarios -args -soak $(or $(SOAK),10m) -soakseed $(or $(SEED),1) -soakdatabase '$(DATABASE)'

generate: build ## write the files that are generated from code
	for dir in $$(git grep -l 'Bool("update"' -- '*_test.go' | xargs -n1 dirname | sort -u); do \
		$(GO) test ./$$dir -args -update || exit 1; \
	done

bin/golangci-lint: tools/go.mod tools/go.sum
	cd tools && CGO_ENABLED=0 GOFLAGS= $(GO) build -o ../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

bin/benchstat: tools/go.mod tools/go.sum
	cd tools && CGO_ENABLED=0 GOFLAGS= $(GO) build -o ../bin/benchstat golang.org/x/perf/cmd/benchstat

clean: ## remove what was built
	rm -rf bin
