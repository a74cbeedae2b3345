#!/usr/bin/env python3
"""Measures mx-quantize on the Linear layers of a language model.

    measure_quantize.py [--tools=DIR] [--layers=10,20,30] [--options='weights=mxfp4']

The module has the seven products of each layer of SmolLM2-135M (hidden size
576, keys and values 192, inner size 1536) with random f32 weights, as bytecode,
which is what goes in and out. Printed per module: products, those quantized,
bytes of the float weights, seconds, and the largest memory of mx-opt, also as a
multiple of the weights after what a run on an empty module takes.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, Callable, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
HIDDEN, KEYS, INNER = 576, 192, 1536
# Name, N, K and input of each product; attention is left out but for its shape.
PRODUCTS = (
    ("q", HIDDEN, HIDDEN, "x"),
    ("k", KEYS, HIDDEN, "x"),
    ("v", KEYS, HIDDEN, "x"),
    ("o", HIDDEN, HIDDEN, "mixed"),
    ("gate", INNER, HIDDEN, "o"),
    ("up", INNER, HIDDEN, "o"),
    ("down", HIDDEN, INNER, "inner"),
)
WEIGHT_BYTES = 4 * sum(n * k for _, n, k, _ in PRODUCTS)  # of a layer

LINEAR = """\
  %w_{y} = arith.constant dense_resource<w_{y}> : tensor<{n}x{k}xf32>
  %t_empty_{y} = tensor.empty() : tensor<{k}x{n}xf32>
  %t_{y} = linalg.transpose ins(%w_{y} : tensor<{n}x{k}xf32>) outs(%t_empty_{y} : tensor<{k}x{n}xf32>) permutation = [1, 0]
  %empty_{y} = tensor.empty(%m) : tensor<?x{n}xf32>
  %init_{y} = linalg.fill ins(%zero : f32) outs(%empty_{y} : tensor<?x{n}xf32>) -> tensor<?x{n}xf32>
  %{y} = linalg.matmul ins(%{x}, %t_{y} : tensor<?x{k}xf32>, tensor<{k}x{n}xf32>) outs(%init_{y} : tensor<?x{n}xf32>) -> tensor<?x{n}xf32>
"""
MIX = """\
  %kvk{i} = tensor.concat dim(1) %k{i}, %v{i}, %k{i} : (tensor<?x192xf32>, tensor<?x192xf32>, tensor<?x192xf32>) -> tensor<?x576xf32>
  %mixed{i} = linalg.add ins(%q{i}, %kvk{i} : tensor<?x576xf32>, tensor<?x576xf32>) outs(%empty_q{i} : tensor<?x576xf32>) -> tensor<?x576xf32>
"""
GATE = """\
  %inner{i} = linalg.mul ins(%gate{i}, %up{i} : tensor<?x1536xf32>, tensor<?x1536xf32>) outs(%empty_up{i} : tensor<?x1536xf32>) -> tensor<?x1536xf32>
"""
BEFORE = {"o": MIX, "down": GATE}
MODULE = """\
func.func @main(%down_: tensor<?x576xf32>) -> tensor<?x576xf32> {{
  %zero = arith.constant 0.0 : f32
  %axis = arith.constant 0 : index
  %m = tensor.dim %down_, %axis : tensor<?x576xf32>
{body}  return %down{last} : tensor<?x576xf32>
}}
"""


class Measured(NamedTuple):
    seconds: float
    peak_bytes: int


def layer(i: int, before: str) -> str:
    text = ""
    for name, n, k, x in PRODUCTS:
        text += BEFORE.get(name, "").format(i=i)
        text += LINEAR.format(y=f"{name}{i}", x=f"down{before}" if x == "x" else f"{x}{i}", n=n, k=k)
    return text


def write_model(stream: BinaryIO, layers: int) -> None:
    names = ["_", *map(str, range(layers))]
    body = "".join(layer(i, names[i]) for i in range(layers))
    stream.write(MODULE.format(body=body, last=names[-1]).encode())
    stream.write(b"{-#\n  dialect_resources: {\n    builtin: {\n")
    rng = np.random.default_rng(0)
    for i in range(layers):
        for name, n, k, _ in PRODUCTS:
            comma = "" if i == layers - 1 and name == "down" else ","
            weight = rng.standard_normal((n, k), np.float32) * np.float32(k**-0.5)
            stream.write(f'w_{name}{i}: "0x40000000{weight.tobytes().hex()}"{comma}\n'.encode())
    stream.write(b"    }\n  }\n#-}\n")


def make_bytecode(mx_opt: Path, output: Path, write: Callable[[BinaryIO], None]) -> None:
    command = [mx_opt, "-", "--emit-bytecode", "-o", output]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        with process.stdin as stream:
            write(stream)
    if process.returncode != 0:
        sys.exit(f"{Path(sys.argv[0]).name}: mx-opt does not take the model")


# Linux counts the memory of whoever starts a process as its own: so a small
# Python starts it, not this one, which has held weights.
LAUNCHER = """
import os, sys, time
start = time.monotonic()
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(time.monotonic() - start, usage.ru_maxrss * 1024)
sys.exit(1 if status else 0)
"""


def measure(command: list) -> Measured:
    launch = [sys.executable, "-S", "-c", LAUNCHER, *map(str, command)]
    done = subprocess.run(launch, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{Path(sys.argv[0]).name}: failed: {' '.join(map(str, command))}")
    seconds, peak = done.stdout.split()[-2:]  # the command may print, too
    return Measured(float(seconds), int(peak))


def count_quantized(mx_opt: Path, module: Path) -> int:
    text = subprocess.run([mx_opt, module, "--mlir-elide-resource-strings-if-larger=16"],
                          check=True, capture_output=True, text=True).stdout  # fmt: skip
    constants = set(re.findall(r"(%\w+) = mx\.constant ", text))
    return sum(weight in constants for weight in re.findall(r"= mx\.matmul ins\(%\w+, (%\w+) :", text))


def quantize(mx_opt: Path, options: str, source: Path, output: Path) -> Measured:
    return measure([mx_opt, f"--pass-pipeline=builtin.module(mx-quantize{{{options}}})", source,
                    "--emit-bytecode", "-o", output])  # fmt: skip


def measure_layers(mx_opt: Path, options: str, layers: int, folder: Path) -> dict:
    source, output = folder / "float.mlirbc", folder / "quantized.mlirbc"
    make_bytecode(mx_opt, source, lambda stream: write_model(stream, 0))
    base = quantize(mx_opt, options, source, output)
    make_bytecode(mx_opt, source, lambda stream: write_model(stream, layers))
    run = quantize(mx_opt, options, source, output)
    weights = layers * WEIGHT_BYTES
    return {
        "layers": layers,
        "products": layers * len(PRODUCTS),
        "quantized": count_quantized(mx_opt, output),
        "weight_bytes": weights,
        "seconds": round(run.seconds, 2),
        "peak_bytes": run.peak_bytes,
        "peak_per_weight_byte": round((run.peak_bytes - base.peak_bytes) / weights, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tools", type=Path, default=ROOT / "build/release/bin", help="folder of mx-opt")
    parser.add_argument("--layers", default="10,20,30", help="comma-separated numbers of layers")
    parser.add_argument("--options", default="", help="of mx-quantize")
    arguments = parser.parse_args()
    mx_opt = arguments.tools / "mx-opt"
    if not mx_opt.exists():
        sys.exit(f"measure_quantize.py: no mx-opt in {arguments.tools}: build it by scripts/build.sh")
    for layers in arguments.layers.split(","):
        if not layers.isdecimal() or int(layers) == 0:
            sys.exit(f"measure_quantize.py: '{layers}' is no number of layers")
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure_layers(mx_opt, arguments.options, int(layers), Path(folder))), flush=True)


if __name__ == "__main__":
    main()
