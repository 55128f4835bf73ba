# Everything that is done with this repository. `make` alone lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
# The steps share one target folder, and order is part of the meaning: cheap and telling ones first.
.NOTPARALLEL:
.DEFAULT_GOAL := help
# Paths below are in ./target, whatever the caller has set up for other projects.
unexport CARGO_TARGET_DIR

# The compiler that .ci/setup found to build WebAssembly, read when a step runs and not before set-up has. Both halves are
# built with it: server functions and islands get their names at compile time. Empty: the active toolchain.
toolchain = $(strip $(file <target/toolchain))
cargo = $(if $(toolchain),RUSTUP_TOOLCHAIN=$(toolchain) )cargo

# `--workspace` with `--bin` lets every step resolve the same features, so that no dependency is compiled once for the
# tests and again for a single package.
locker = --workspace --bin coop-locker
site_tool = $(cargo) build --quiet --workspace --bin coop-site && target/debug/coop-site
wasm = -p app --lib --features hydrate --target wasm32-unknown-unknown
say = @printf '\n== %s\n'

.PHONY: help
help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

# --- for people -------------------------------------------------------------------------------------------------------

.PHONY: run build dev
run: build ## set up, build and start on http://localhost:3000
	@printf '\nOpen %s and sign in; Ctrl-C stops. Data is kept in ./data.\n\n' "$${COOP_LOCKER_BASE_URL:-http://localhost:3000}"
	@exec target/release/coop-locker

build: setup-build site ## leave target/release/coop-locker, which runs from any folder
	$(say) 'server (release)'
	$(cargo) build --release $(locker)
	@script="$$(grep -o 'pkg/app[^"]*\.js' target/site/manifest.json)"; \
	  grep -qaF "$$script" target/release/coop-locker \
	  || { printf 'the files for the browser are not in the binary\n' >&2; exit 1; }

dev: setup-build ## build for debugging, start, and do so again whenever a source changes
	@exec .ci/dev

# --- for the project --------------------------------------------------------------------------------------------------

.PHONY: test check bench fmt clean
test: setup format clippy clippy-wasm docs deny test-rust test-doc site test-browser ## everything that has to be green
	@printf '\nmake test: every step passed\n'

check: setup format clippy clippy-wasm test-fast ## the fast part of it
	@printf '\nmake check: every step passed\n'

bench: setup-build site ## measure against the bare and the durable ceiling; BENCH="--quick" for a first look, BENCH=scale for a million
	$(say) 'benchmark'
	$(cargo) build --release $(locker) --bin coop-bench
	@target/release/coop-bench $(BENCH)

fmt: ## format the sources
	$(cargo) fmt --all

clean: ## remove what was built and installed into this folder; ./data stays
	rm -rf target app/site/node_modules end2end/node_modules end2end/test-results end2end/playwright-report

# --- steps ------------------------------------------------------------------------------------------------------------

.PHONY: setup setup-build format clippy clippy-wasm docs deny test-rust test-fast test-doc site test-browser dev-build
setup:
	$(say) 'set-up'
	@.ci/setup

setup-build:
	$(say) 'set-up'
	@.ci/setup build

format:
	$(say) 'format'
	$(cargo) fmt --all --check

clippy:
	$(say) 'clippy: server, tools, tests'
	$(cargo) clippy --workspace --all-targets -- -D warnings

clippy-wasm:
	$(say) 'clippy: the dashboard in the browser'
	$(cargo) clippy $(wasm) -- -D warnings

docs:
	$(say) 'documentation'
	RUSTDOCFLAGS='-D warnings' $(cargo) doc --workspace --no-deps

# The database of known vulnerabilities is a git repository on GitHub, which not every build machine reaches; all other
# checks need nothing but the lock file.
deny:
	$(say) 'dependencies: licences, sources, duplicates, advisories'
	$(cargo) deny check --hide-inclusion-graph licenses bans sources
	@if GIT_TERMINAL_PROMPT=0 timeout 60 env $(cargo) deny fetch db >/dev/null 2>&1; then \
	  env $(cargo) deny check --disable-fetch --hide-inclusion-graph advisories; \
	else \
	  printf 'SKIPPED: advisories, because https://github.com/RustSec/advisory-db cannot be fetched from here\n'; \
	fi

test-rust:
	$(say) 'tests: unit, property, integration'
	$(cargo) nextest run --workspace --profile ci

test-fast:
	$(say) 'tests without the integration suite'
	$(cargo) nextest run --workspace -E 'not binary(it)'

test-doc:
	$(say) 'tests in the documentation'
	$(cargo) test --workspace --doc

# Browser tests run the debug server, which is built already, with the release WebAssembly: what people load.
site:
	$(say) 'site (WebAssembly, script, style)'
	$(cargo) build $(wasm) --profile wasm-release
	$(site_tool)

# nextest has built the server with the integration tests; `--no-run` only makes sure.
test-browser:
	$(say) 'browser tests'
	$(cargo) nextest run --workspace --no-run
	cd end2end && COOP_LOCKER_SITE_DIR='$(CURDIR)/target/site' npx --no-install playwright test

# One round of the watch loop.
dev-build:
	$(cargo) build $(wasm)
	$(site_tool) --fast --wasm target/wasm32-unknown-unknown/debug/app.wasm --out target/dev-site
	$(cargo) build $(locker)
