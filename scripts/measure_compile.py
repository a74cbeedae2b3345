#!/usr/bin/env python3
"""Measures how long the Linear layers of a language model take to compile.

    measure_compile.py [--tools=DIR] [--layers=30] [--options='target=x86-64-v3']

The modules are those of measure_quantize.py, and one product of 4096 x 4096;
all weights are constants. Printed per module: products, and for each step its
seconds and the largest memory of the process: `quantize` (mx-opt, mx-quantize),
`lower` (mx-opt, mx-to-llvm to bytecode) and `run` (mx-run, mx-to-llvm to machine
code in memory, and one call with one row).
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import measure_quantize as layers_of
from measure_quantize import Measured, measure

WIDE = 4096
PRODUCT = """\
func.func @main(%x: tensor<?x{k}xf32>) -> tensor<?x{n}xf32> {{
  %zero = arith.constant 0.0 : f32
  %axis = arith.constant 0 : index
  %m = tensor.dim %x, %axis : tensor<?x{k}xf32>
{body}  return %y : tensor<?x{n}xf32>
}}
"""


def write_product(stream) -> None:
    """Writes one product with a weight of zeros but for its first row."""
    body = layers_of.LINEAR.format(y="y", x="x", n=WIDE, k=WIDE)
    row = layers_of.np.random.default_rng(0).standard_normal(WIDE, layers_of.np.float32).tobytes()
    data = row + bytes(len(row) * (WIDE - 1))
    stream.write(PRODUCT.format(body=body, n=WIDE, k=WIDE).encode())
    stream.write(b'{-# dialect_resources: { builtin: { w_y: "0x40000000' + data.hex().encode() + b'" } } #-}\n')


def compile_module(tools: Path, options: str, source: Path, row: int) -> dict[str, Measured]:
    """Returns what each step took; `row` is the length of a row of the input."""
    quantized, lowered = source.with_name("quantized.mlirbc"), source.with_name("lowered.mlirbc")
    lowering = f"mx-to-llvm{{{options}}}"
    return {
        "quantize": layers_of.quantize(tools / "mx-opt", "", source, quantized),
        "lower": measure([tools / "mx-opt", f"--pass-pipeline=builtin.module({lowering})", quantized,
                          "--emit-bytecode", "-o", lowered]),
        "run": measure([tools / "mx-run", quantized, f"--pipeline={lowering}", f"--arg=1x{row}xf32=normal:1",
                        f"--result=@{source.with_name('y.npy')}"]),
    }  # fmt: skip


def report(name: str, products: int, steps: dict[str, Measured]) -> None:
    figures = {"module": name, "products": products}
    for step, measured in steps.items():
        figures[step] = {"seconds": round(measured.seconds, 2), "peak_bytes": measured.peak_bytes}
    print(json.dumps(figures), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--tools", type=Path, default=layers_of.ROOT / "build/release/bin", help="folder of mx-opt and mx-run"
    )
    parser.add_argument("--layers", type=int, default=30, help="layers of the model")
    parser.add_argument("--options", default="", help="of mx-to-llvm")
    arguments = parser.parse_args()
    tools = arguments.tools.resolve()
    for tool in ("mx-opt", "mx-run"):
        if not (tools / tool).exists():
            sys.exit(f"measure_compile.py: no {tool} in {tools}: build it by scripts/build.sh")
    if arguments.layers < 1:
        sys.exit(f"measure_compile.py: {arguments.layers} is no number of layers")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "float.mlirbc"
        layers_of.make_bytecode(tools / "mx-opt", source, write_product)
        report("product", 1, compile_module(tools, arguments.options, source, WIDE))
        layers_of.make_bytecode(
            tools / "mx-opt", source, lambda stream: layers_of.write_model(stream, arguments.layers)
        )
        steps = compile_module(tools, arguments.options, source, layers_of.HIDDEN)
        report("layers", arguments.layers * len(layers_of.PRODUCTS), steps)


if __name__ == "__main__":
    main()
