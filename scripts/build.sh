#!/usr/bin/env bash
# Configures and builds one preset (dev, asan or release) under build/PRESET.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=${1:-release}
cmake --preset "$preset"
cmake --build --preset "$preset"
