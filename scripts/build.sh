#!/usr/bin/env bash
# usage: scripts/build.sh [dev|asan|release [TARGET...]]
# Configures one preset (default release) and builds it, or some targets of it,
# under build/PRESET.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=${1:-release}
shift || true
cmake --preset "$preset"
cmake --build --preset "$preset" ${1:+--target "$@"}
