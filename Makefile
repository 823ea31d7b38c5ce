# The doors of the project. `make run` shows it, `make test` proves it; CI opens only `make test`.

CARGO ?= cargo
NPM   ?= npm
WEB   := admin-ui/web
TARGET := $(or $(CARGO_TARGET_DIR),target)
DENY_VERSION := 0.20.2

# What each door needs from the system, by Debian's names.
BUILD_PACKAGES := gcc g++ make nodejs npm
TEST_PACKAGES  := sip-tester baresip baresip-core chromium postgresql

.DEFAULT_GOAL := help
.PHONY: help run serve release test system-test soak fixtures check fmt clippy docs deny advisories notice assets web-test shots packages-build packages-test bench clean

help: ## list the doors
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

run: packages-build assets ## from a fresh clone to a running demo in ./demo-data, with URL and log-in printed
	$(CARGO) build --locked --bin ringdown
	@exec $(TARGET)/debug/ringdown demo

serve: release ## the same, empty: your own phone system in ./data
	@exec $(TARGET)/release/ringdown serve --data data

release: packages-build assets ## the optimised program: target/release/ringdown
	$(CARGO) build --locked --release --bin ringdown

test: packages-build packages-test check system-test web-test ## every check and every test: what CI runs

system-test: assets
	FUZZ_ITERATIONS=$${FUZZ_ITERATIONS:-600000} $(CARGO) test --locked --workspace

FROM ?= 200000
TO ?= 204200

soak: assets ## days by the thousand on the virtual network, from seed FROM to seed TO, on every core: a million calls
	SOAK_FROM=$(FROM) SOAK_TO=$(TO) $(CARGO) test --locked --test system days_by_the_thousand

fixtures: assets ## keeps what this release writes for every later one to read, in tests/fixtures/RELEASE: make fixtures RELEASE=0.2.0
	FIXTURES=$(CURDIR)/tests/fixtures/$(or $(RELEASE),$(error RELEASE is missing)) $(CARGO) test --locked --test system releases::

check: fmt clippy docs deny ## formatting, lints, documentation, licences

fmt:
	$(CARGO) fmt --all --check

clippy: assets
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

docs: assets
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --quiet

deny:
	@tools/cargo-deny $(DENY_VERSION) check licenses bans sources

advisories: ## known holes in dependencies: needs the advisory database
	@tools/cargo-deny $(DENY_VERSION) check advisories

notice: assets ## writes NOTICE again, after a dependency changed
	$(CARGO) fetch --locked --quiet
	@tools/notice.mjs

assets: $(WEB)/dist/console.js ## the console's scripts and styles

$(WEB)/dist/console.js: $(WEB)/package.json $(WEB)/package-lock.json $(shell find $(WEB)/src -type f 2>/dev/null)
	cd $(WEB) && $(NPM) ci --ignore-scripts --no-audit --no-fund && $(NPM) run build

# The tests of the pages look at the console in a browser; `cargo test` has built the house that it stands in, and the
# server whose calls it shows.
web-test: assets ## the pages in a browser: axe, content policy, 320 px, calls that come and go
	cd $(WEB) && SHOWCASE=$(abspath $(TARGET))/debug/examples/showcase RINGDOWN=$(abspath $(TARGET))/debug/ringdown $(NPM) test

shots: assets ## pictures of every page: light, dark and phone width, in ./shots
	$(CARGO) build --locked --workspace --examples
	cd $(WEB) && SHOWCASE=$(abspath $(TARGET))/debug/examples/showcase $(NPM) run shots -- $(abspath shots)

packages-build:
	@tools/packages $(BUILD_PACKAGES)

packages-test:
	@tools/packages $(TEST_PACKAGES)

bench: ## CPU a call, registration and packet, memory, start, highest rate: see docs/performance.md
	$(CARGO) build --locked --release --bin ringdown --example talkers --example customers
	TARGET=$(TARGET) bench/run

clean:
	$(CARGO) clean
	rm -rf $(WEB)/node_modules $(WEB)/dist
