#!/usr/bin/env bash
# Random products of the row x86-64-v3 under valgrind, which sees reads of what
# nobody wrote and past the end of each allocation, and knows no AVX-512: it
# shows programs a machine with AVX2. Arguments go to the test, --cases=N above
# all; a case takes a minute. Needs a release build (valgrind reads no DWARF 5).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

exec valgrind --quiet --error-exitcode=1 \
  build/release/bin/unit/cpu --target=x86-64-v3 --heap --sets=3 --cases=3 "$@"
