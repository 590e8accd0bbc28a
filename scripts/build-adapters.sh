#!/usr/bin/env bash
# Builds the adapters, and the misbehaving ones of the tests, as WebAssembly
# components, and puts them where the host and the tests look for them:
#
#   target/adapters/NAME.wasm   one for each folder of adapters/
#   target/hostile/NAME.wasm    one for each file of tests/hostile/examples/
#
# `scripts/build-adapters.sh NAME...` builds only these; `hostile` stands for all
# misbehaving ones. A file is replaced only when it changed, so that a host which
# watches the folder is not woken for nothing. They are put there wherever
# CARGO_TARGET_DIR has cargo build.
set -euo pipefail
cd "$(dirname "$0")/.."

triple=wasm32-wasip2
target_dir=${CARGO_TARGET_DIR:-target}
built="$target_dir/$triple/adapter"

scripts/toolchain.sh

# Copies $1 to $2 in one step, if it differs.
place() {
    if ! cmp -s "$1" "$2"; then
        mkdir -p "$(dirname "$2")"
        cp "$1" "$2.new"
        mv "$2.new" "$2"
        echo "built $2" >&2
    fi
}

names=("$@")
if [ ${#names[@]} -eq 0 ]; then
    for manifest in adapters/*/Cargo.toml; do
        names+=("$(basename "$(dirname "$manifest")")")
    done
    names+=(hostile)
fi

adapters=()
packages=()
hostile=no
for name in "${names[@]}"; do
    if [ "$name" = hostile ]; then
        hostile=yes
    elif [ -f "adapters/$name/Cargo.toml" ]; then
        adapters+=("$name")
        packages+=(-p "eclusa-adapter-$name")
    else
        echo "error: there is no adapter \`$name\`; expected a folder of adapters/, or \`hostile\`" >&2
        exit 2
    fi
done

if [ ${#adapters[@]} -gt 0 ]; then
    cargo build --target "$triple" --profile adapter --lib "${packages[@]}"
    for name in "${adapters[@]}"; do
        place "$built/eclusa_adapter_${name//-/_}.wasm" "target/adapters/$name.wasm"
    done
fi

if [ "$hostile" = yes ]; then
    cargo build --target "$triple" --profile adapter -p eclusa-hostile --examples
    for source in tests/hostile/examples/*.rs; do
        name=$(basename "$source" .rs)
        place "$built/examples/${name//-/_}.wasm" "target/hostile/$name.wasm"
    done
fi
