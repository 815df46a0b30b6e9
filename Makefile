# What people need. Go alone builds and runs the program; tests also need
# PostgreSQL and Chromium, which `make test` installs where they are missing.

GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# Also builds where git does not trust the folder's owner.
export GOFLAGS := -buildvcs=false $(filter-out -buildvcs=%,$(GOFLAGS))

.PHONY: help build demo test race tools generate assets fmt lint bench spike crash measure lighthouse clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

build: ## the program, ./benso
	$(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o benso ./cmd/benso

demo: build ## build and run a simulated province on the embedded database
	./benso demo

test: tools ## everything: checks, guards, all tests on both databases, stores under the race detector
	$(GO) run ./internal/testkit/postgres/run scripts/test

race: tools ## only the second half of test: the race detector
	$(GO) run ./internal/testkit/postgres/run scripts/test race

tools: ## install what the tests need: PostgreSQL and Chromium
	scripts/tools

generate: ## the Go code of the templ pages
	$(GO) tool templ generate -path .

assets: ## style and scripts from npm, by the lock file; the results are committed
	scripts/assets

fmt: ## format Go and templ
	gofmt -w $$(find . -name '*.go' ! -name '*_templ.go' -not -path '*/node_modules/*')
	$(GO) tool templ fmt internal

lint: ## golangci-lint, where it is installed
	@command -v golangci-lint >/dev/null || { echo 'golangci-lint is not installed: https://golangci-lint.run' >&2; exit 1; }
	golangci-lint run ./...

bench: ## measurements, on both databases
	$(GO) run ./internal/testkit/postgres/run $(GO) test -run '^$$' -bench . -benchmem ./...

spike: ## what kill -9 does to jobs, on both databases (docs/adr/0001)
	$(GO) run ./bench/jobspike -rounds 40
	$(GO) run ./internal/testkit/postgres/run sh -c '$(GO) run ./bench/jobspike -rounds 40 -postgres "$$BENSO_TEST_POSTGRES"'

crash: ## 50 kills under 16 clients, on both databases; PostgreSQL with fsync
	BENSO_CRASH_ROUNDS=50 BENSO_TEST_POSTGRES_FSYNC=on $(GO) run ./internal/testkit/postgres/run $(GO) test -v -timeout 60m ./test/crash

measure: build ## time to the first answer from an empty folder, and idle memory
	scripts/measure

lighthouse: ## Lighthouse as a phone on the pages that people meet first: 95 or more
	scripts/lighthouse

.PHONY: fuzz
fuzz: ## each fuzz target for 30 s
	scripts/fuzz 30s

clean: ## remove what was built
	rm -rf benso assets/node_modules test/node_modules test/lighthouse/node_modules
