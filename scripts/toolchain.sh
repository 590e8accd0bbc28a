#!/usr/bin/env bash
# Installs what is missing of the toolchain that rust-toolchain.toml names.
# rustup does so by itself, unless it was told not to (RUSTUP_AUTO_INSTALL=0).
set -euo pipefail
cd "$(dirname "$0")/.."

triple=wasm32-wasip2
channel=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)

has_triple() {
    [ -d "$(rustc --print target-libdir --target "$triple" 2>/dev/null)" ]
}

if has_triple && cargo --version >/dev/null 2>&1; then
    exit 0
fi
if ! command -v rustup >/dev/null; then
    echo "error: Rust $channel with the target $triple is needed, and there is no rustup to install it" >&2
    echo "       get rustup from https://rustup.rs, or install them with your own tools" >&2
    exit 1
fi
if ! rustc --version >/dev/null 2>&1 || ! cargo --version >/dev/null 2>&1; then
    rustup toolchain install "$channel" --profile minimal --component rustfmt --component clippy
fi
has_triple || rustup target add --toolchain "$channel" "$triple"
