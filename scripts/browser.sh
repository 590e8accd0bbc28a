#!/bin/sh
# Installs Chromium and its driver for the tests of the console, where they are missing.
set -eu
command -v chromedriver >/dev/null && exit 0
if ! command -v apt-get >/dev/null; then
  echo "The tests of the console need Chromium and chromedriver: install both, then go on." >&2
  exit 1
fi
if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
$sudo apt-get update -q
$sudo apt-get install -y -q --no-install-recommends chromium chromium-driver
