#!/bin/sh
# Builds adapters as components and puts them where host and tests look:
#   target/adapters/NAME.wasm   the adapters of adapters/
#   target/hostile/NAME.wasm    the misbehaving ones of tests/hostile/
# A file is replaced only when it changed, by a rename, so that a host which
# watches the folder sees whole files and no needless ones.
#
# usage: scripts/build-adapters.sh [adapters|hostile|all]
set -eu
cd "$(dirname "$0")/.."

cargo=${CARGO:-cargo}
target=${CARGO_TARGET_DIR:-target}
built=$target/wasm32-wasip2/adapter

# install FROM TO
install() {
    if ! cmp -s "$1" "$2"; then
        cp "$1" "$2.part"
        mv "$2.part" "$2"
        echo "  $2"
    fi
}

adapters() {
    packages=
    for manifest in adapters/*/Cargo.toml; do
        name=$(basename "$(dirname "$manifest")")
        packages="$packages -p eclusa-adapter-$name"
    done
    # shellcheck disable=SC2086 # one word per package
    "$cargo" build $packages --lib --target wasm32-wasip2 --profile adapter
    mkdir -p target/adapters
    for manifest in adapters/*/Cargo.toml; do
        name=$(basename "$(dirname "$manifest")")
        install "$built/eclusa_adapter_$(echo "$name" | tr - _).wasm" "target/adapters/$name.wasm"
    done
}

hostile() {
    "$cargo" build -p eclusa-hostile --examples --target wasm32-wasip2 --profile adapter
    mkdir -p target/hostile
    for source in tests/hostile/examples/*.rs; do
        name=$(basename "$source" .rs)
        install "$built/examples/$name.wasm" "target/hostile/$(echo "$name" | tr _ -).wasm"
    done
}

case ${1:-all} in
adapters) adapters ;;
hostile) hostile ;;
all)
    adapters
    hostile
    ;;
*)
    echo "usage: $0 [adapters|hostile|all]" >&2
    exit 2
    ;;
esac
