#!/bin/sh
# Installs what the tests of the console need, where it is missing: Chromium, its
# driver, and axe-core, as tests/axe/package-lock.json names it, into target/axe. That
# file is written by `npm install --package-lock-only --omit-lockfile-registry-resolved`.
set -eu
cd "$(dirname "$0")/.."

missing=
command -v chromedriver >/dev/null || missing="chromium chromium-driver"
# What is installed already needs no network, and no npm.
axe=target/axe/package-lock.json
cmp -s tests/axe/package-lock.json "$axe" && [ -f target/axe/node_modules/axe-core/axe.min.js ] || axe=
[ -n "$axe" ] || command -v npm >/dev/null || missing="$missing nodejs npm"

if [ -n "$missing" ]; then
  if ! command -v apt-get >/dev/null; then
    echo "The tests of the console need Chromium, chromedriver and npm: install them, then go on." >&2
    exit 1
  fi
  if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
  $sudo apt-get update -q
  # shellcheck disable=SC2086 # These are several names.
  $sudo apt-get install -y -q --no-install-recommends $missing
fi
if [ -z "$axe" ]; then
  mkdir -p target/axe
  cp tests/axe/package.json tests/axe/package-lock.json target/axe
  (cd target/axe && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
fi
