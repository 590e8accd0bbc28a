# All that is done to this repository by hand. `make help` says what there is.

TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
DENY_VERSION := 0.20.2
FUZZ_VERSION := 0.13.2
FUZZ_SECONDS := 60
FUZZ_TARGETS := $(basename $(notdir $(wildcard fuzz/fuzz_targets/*.rs)))

.DEFAULT_GOAL := help
.PHONY: help run browser test crash lint deny bench fuzz adapters toolchain

help: ## Says what there is.
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-15s %s\n", $$1, $$2 }'

run: adapters ## Builds adapters and host, and starts a demo with one channel per adapter.
	cargo build --workspace --bin eclusa
	$(TARGET_DIR)/debug/eclusa serve --demo --data data/demo --adapters target/adapters $(ARGS)

# The misbehaving adapters exist as components only: their exports have names
# that a native linker does not take.
test: adapters browser ## Builds the components and runs all tests, those in the documentation too.
	cargo test --workspace --exclude eclusa-hostile
	$(MAKE) crash ARGS="--cycles 28"

crash: adapters ## Kills the host 1,120 times under load and looks for what was lost (ARGS="--cycles 28 --seed 1 --point random").
	cargo build --workspace --bin eclusa-crash --bin eclusa-with-crash-points --features eclusa-server/crash-points
	$(TARGET_DIR)/debug/eclusa-crash --eclusa $(TARGET_DIR)/debug/eclusa-with-crash-points --adapters target/adapters --hostile target/hostile $(ARGS)

lint: toolchain ## Checks format and lints; warnings are errors.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

deny: toolchain ## Checks licences, advisories and sources of all dependencies; installs cargo-deny (takes minutes).
	cargo deny --version 2>/dev/null || cargo install cargo-deny --locked --version $(DENY_VERSION)
	cargo deny check

bench: adapters ## Measures the host beside its references and prints one table; needs Node.js.
	tests/bench/js/build.sh
	cargo build --release --workspace --bin eclusa --bin eclusa-bench
	$(TARGET_DIR)/release/eclusa-bench --eclusa $(TARGET_DIR)/release/eclusa --adapters target/adapters $(ARGS)

# New inputs go to target/fuzz/found; tests/fuzz/README.md says how to keep them. The
# host has no unsafe code for a sanitizer to look at.
fuzz: toolchain ## Looks for input that breaks a parser or an adapter, FUZZ_SECONDS=60 for each target; needs a nightly toolchain, installs cargo-fuzz.
	cargo fuzz --version 2>/dev/null || cargo install cargo-fuzz --locked --version $(FUZZ_VERSION)
	for target in $(FUZZ_TARGETS); do \
	  mkdir -p target/fuzz/found/$$target && \
	  cargo +nightly fuzz run --fuzz-dir fuzz --target-dir target/fuzz --sanitizer none $$target \
	    target/fuzz/found/$$target tests/fuzz/corpus/$$target -- \
	    -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 || exit 1; \
	done

adapters: ## Builds the adapters, and the misbehaving ones of the tests, into target/adapters and target/hostile.
	scripts/build-adapters.sh

browser: # Installs what is missing of the browser in which the console is tested.
	@scripts/browser.sh

toolchain: # Installs what is missing of the Rust toolchain.
	@scripts/toolchain.sh
