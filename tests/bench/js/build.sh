#!/usr/bin/env bash
# Builds adapter.js as a component of 12 MB, for `make bench`:
#
#   target/hostile/javascript.wasm
#
# Installs Node.js where it is missing (Debian), and the packages that
# package-lock.json names, into target/javascript. That file is written by
# `npm install --package-lock-only --omit-lockfile-registry-resolved`.
set -euo pipefail
cd "$(dirname "$0")"

root=$(cd ../../.. && pwd)
work="$root/target/javascript"
component="$root/target/hostile/javascript.wasm"

# Nothing to do while the component is younger than all it is made of.
if [ -f "$component" ] && [ -z "$(find . "$root/wit" -type f -newer "$component")" ]; then
    exit 0
fi

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    if ! command -v apt-get >/dev/null; then
        echo "error: Node.js 18 or later with npm is needed to build tests/bench/js" >&2
        exit 1
    fi
    apt-get update -q
    apt-get install -qy --no-install-recommends nodejs npm
fi

mkdir -p "$work" "$(dirname "$component")"
cp ./*.js ./*.json "$work"
cd "$work"
npm ci --no-audit --no-fund --loglevel=error >&2
node componentize.js adapter.js "$root/wit" "$component.new"
mv "$component.new" "$component"
echo "built ${component#"$root/"}" >&2
