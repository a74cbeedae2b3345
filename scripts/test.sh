#!/usr/bin/env bash
# Setup, release build and every test but those labelled `long`, which --long
# or MX_TEST_LONG=1 adds. Ends with ctest's summary and its exit status.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

long=${MX_TEST_LONG:-0}
for argument in "$@"; do
  case $argument in
    --long) long=1 ;;
    *)
      echo "usage: scripts/test.sh [--long]" >&2
      exit 2
      ;;
  esac
done

scripts/setup.sh
scripts/build.sh release

exclude=(--label-exclude '^long$')
if [ "$long" = 1 ]; then
  exclude=()
fi
exec ctest --test-dir build/release --output-on-failure \
  --parallel "$(nproc)" "${exclude[@]}"
