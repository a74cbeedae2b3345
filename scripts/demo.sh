#!/usr/bin/env bash
# Setup, release build, and the MLP of a real sentence encoder in each format.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/setup.sh
scripts/build.sh release mx-opt mx-run
python=.venv/bin/python3
if [ ! -x "$python" ]; then
  python=python3
fi
exec "$python" examples/minilm/demo.py --tools build/release/bin --out build/demo
