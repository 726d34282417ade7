# What a person types, and what CI types. `make help` lists it.

DATA   ?= data/demo
LISTEN ?= 127.0.0.1:8080
ARGS   ?=

CARGO_DENY := target/tools/bin/cargo-deny

.PHONY: help demo test soak check update need-cargo need-npm

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: need-cargo need-npm ## build, play the story of Zhangwan and serve it on LISTEN; ARGS=--fresh plays it anew
	@echo '正在构建发布版，首次约需数分钟…  Building the release, some minutes the first time.'
	CONSOLE=require cargo build --release --locked --package server
	target/release/chuishao demo --data $(DATA) --listen $(LISTEN) $(ARGS)

test: need-cargo need-npm ## find or install what the tests need, run all on both databases and in a browser
	tests/peers/prepare.sh
	CONSOLE=require cargo build --workspace --locked
	CONSOLE=require cargo test --workspace --locked

soak: need-cargo need-npm ## the tests that take long, at most an hour: everything asked at random, by everybody
	tests/peers/prepare.sh
	CONSOLE=skip cargo build --package server --locked
	CONSOLE=skip timeout 3600 cargo test --package tests --locked -- --ignored --nocapture --test-threads=1 soak
	CONSOLE=skip timeout 1800 cargo test --package engine --release --locked -- --ignored --nocapture soak

check: need-cargo $(CARGO_DENY) ## formatting, lints, licences
	cargo fmt --all --check
	CONSOLE=skip cargo clippy --workspace --all-targets --locked -- -D warnings
	$(CARGO_DENY) --locked check --hide-inclusion-graph licenses bans sources

update: need-cargo ## write all golden files anew; read the difference before it is committed
	UPDATE=1 CONSOLE=skip cargo test --workspace --locked -- golden current

# A debug build without the advisories' git client: a minute instead of three.
$(CARGO_DENY):
	cargo install cargo-deny --version 0.20.2 --locked --debug --no-default-features --root target/tools

need-cargo:
	@command -v cargo >/dev/null || { echo '缺少 Rust：请安装 https://rustup.rs  (cargo is missing)' >&2; exit 1; }

need-npm:
	@command -v node >/dev/null && command -v npm >/dev/null || \
		{ echo '缺少 Node.js：请安装 20.19 或更高版本，含 npm  (node or npm is missing)' >&2; exit 1; }
