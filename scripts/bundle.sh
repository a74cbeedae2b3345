#!/usr/bin/env bash
# usage: scripts/bundle.sh DIR [BUILD]
# Makes DIR from BUILD (default build/release): the tools and the unit tests, in
# bin, with all shared libraries that they need but for glibc's. It runs from any
# place on x86-64 Linux with the glibc that the last line of output names, or a
# later one. Tests that read files of the source tree fail without it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  echo "usage: scripts/bundle.sh DIR [BUILD]" >&2
  exit 2
fi
target=$1
build=${2:-build/release}
if [ -e "$target" ]; then
  echo "bundle.sh: '$target' is there already" >&2
  exit 1
fi
for tool in mx-opt mx-run; do
  if [ ! -x "$build/bin/$tool" ]; then
    echo "bundle.sh: there is no $build/bin/$tool; build it first" >&2
    exit 1
  fi
done

mkdir -p "$(dirname "$target")"
dir=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
mkdir "$dir/bin" "$dir/lib" "$dir/libexec"
for program in "$build"/bin/mx-* "$build"/bin/unit/*; do
  if [ -f "$program" ] && [ -x "$program" ]; then
    cp "$program" "$dir/libexec/"
  fi
done
cp "$build/lib/libmx_runtime.so" "$dir/lib/"

# OpenMP's library is looked for by name when code needs it.
llvm_lib=$(ldd "$build/bin/mx-opt" | sed -n 's|.*=> \(.*\)/libMLIR\.so.*|\1|p')
for openmp in "${llvm_lib:-/none}/libomp.so" "$(llvm-config-22 --libdir 2>/dev/null)/libomp.so"; do
  if [ -e "$openmp" ]; then
    cp -L "$openmp" "$dir/lib/libomp.so"
    break
  fi
done

# All but glibc, which belongs to the machine.
glibc='linux-vdso|ld-linux-x86-64|libc|libm|libmvec|libdl|librt|libpthread|libresolv|libutil|libanl'
for program in "$dir"/libexec/* "$dir"/lib/*; do
  needed=$(ldd "$program")
  if grep 'not found' <<<"$needed" >&2; then
    echo "bundle.sh: $program needs libraries that are not here" >&2
    exit 1
  fi
  sed -n 's|.*=> \(/.*\) (0x.*|\1|p' <<<"$needed"
done | sort -u | { grep -Ev "/($glibc)\.so[.0-9]*$" || true; } | while read -r library; do
  if [ ! -e "$dir/lib/${library##*/}" ]; then
    cp -L "$library" "$dir/lib/"
  fi
done

# Libraries of others have no path to their own in them, so a script sets one.
for program in "$dir"/libexec/*; do
  name=${program##*/}
  cat >"$dir/bin/$name" <<WRAPPER
#!/bin/sh
here=\$(cd -P "\${0%/*}/.." && pwd)
LD_LIBRARY_PATH="\$here/lib\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
export LD_LIBRARY_PATH
exec "\$here/libexec/$name" "\$@"
WRAPPER
  chmod +x "$dir/bin/$name"
done

wanted=$(grep -aohE 'GLIBC_2\.[0-9]+' -r "$dir/libexec" "$dir/lib" | sort -Vu | tail -n 1)
echo "$target: $(find "$dir/libexec" -type f | wc -l) programs, $(du -sh "$dir" | cut -f1)"
mv "$dir" "$target"
echo "needs glibc ${wanted#GLIBC_} or later"
