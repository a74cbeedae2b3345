#!/usr/bin/env python3
"""Quantizes the MLP of a real sentence encoder in each format and prints what
it costs: one table of storage, error against float, and time.

    demo.py --tools=DIR --out=DIR [--presets]

Every number is measured: the size is that of the blobs in the module that
mx-opt wrote, the error is mx-run's on the real input, by mx-to-llvm on one core;
the speedup is over mx-reference.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

LAYER = 5
WEIGHT_COUNT = 2 * 384 * 1536  # weights of the two Linear layers


class Choice(NamedTuple):
    weights: str
    activations: str
    rule: str = "preset"  # of the weights' scales
    rotate: int = 0  # size of the groups that are rotated, 0: none

    def pipeline(self) -> str:
        options = f"weights={self.weights} activations={self.activations} weights-scale-rule={self.rule}"
        return f"builtin.module(mx-quantize{{{options} rotate={self.rotate}}})"

    def labels(self) -> tuple[str, str]:
        """Returns the cells that name the weights and the activations."""
        weights = self.weights + (", mse scales" if self.rule == "mse" else "")
        rotated = f", rotated by {self.rotate}" if self.rotate else ""
        return weights + rotated, "f32" if self.activations == "none" else self.activations + rotated


class Row(NamedTuple):
    weights: str
    activations: str
    bits: float
    kib: float
    sqnr_db: float
    milliseconds: float
    speedup: float  # over the reference


ROTATED = 128  # the largest power of two that divides 384 and 1536
WEIGHTS = [
    ("mxfp4", "preset"),
    ("int4_affine", "preset"),
    ("nvfp4", "preset"),
    ("amxfp4", "preset"),
    ("amxfp4_ue5m3", "preset"),
    ("amxfp4_ue5m3", "mse"),
]
CHOICES = [Choice(name, name, rule) for name, rule in WEIGHTS]
CHOICES += [Choice(name, "mxint8", rule) for name, rule in WEIGHTS]
CHOICES += [Choice(name, "none", rule) for name, rule in WEIGHTS]
CHOICES += [Choice(name, name, rotate=ROTATED) for name in ("mxfp4", "amxfp4")]

# As README.md lists them.
PRESETS = """mxfp4 mxfp6_e2m3 mxfp6_e3m2 mxfp8_e4m3 mxfp8_e5m2 mxint8 mxint4 amxfp4 amxfp4_ue5m3 amxfp4_e4m3
amxfp4_pot amxfp4_pot_r amxfp4_fp16 nvfp4 nvfp4_row nvfp4_ue5m3 int4 int4_affine""".split()


def run(*command) -> str:
    """Returns what the command prints; ends the demo with its message if it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"demo.py: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def weight_bytes(mx_opt: Path, module: Path) -> int:
    """Returns the bytes of the blobs of `module`, those of the biases left out."""
    total = 0
    for name, digits in re.findall(r'^ +(\S+): "0x([0-9A-Fa-f]+)"', run(mx_opt, module), re.M):
        if not name.startswith("bias_"):
            total += len(digits) // 2 - 4  # four bytes of alignment come first
    return total


def quantize(choice: Choice, tools: Path, out: Path) -> Path:
    """Returns the module that is written."""
    module = out / f"{choice.weights}-{choice.activations}-{choice.rule}-{choice.rotate}.mlirbc"
    run(tools / "mx-opt", f"--pass-pipeline={choice.pipeline()}", out / "mlp.mlirbc", "--emit-bytecode", "-o", module)
    return module


def run_module(module: Path, tools: Path, out: Path, pipeline: str, calls: int) -> dict:
    """Returns mx-run's report. The error is what is asked for, so none is too large."""
    return json.loads(run(tools / "mx-run", module, f"--pipeline={pipeline}", f"--arg=@{out / 'x.npy'}",
                          f"--against=@{out / 'float.npy'}", "--tolerance=1000", f"--bench={calls}",
                          "--json"))  # fmt: skip


def measure(choice: Choice, module: Path, tools: Path, out: Path) -> Row:
    report = run_module(module, tools, out, "mx-to-llvm", calls=5)
    reference = run_module(module, tools, out, "mx-reference", calls=1)
    size = weight_bytes(tools / "mx-opt", module)
    return Row(
        *choice.labels(),
        bits=8 * size / WEIGHT_COUNT,
        kib=size / 1024,
        sqnr_db=report["sqnr_db"],
        milliseconds=report["run_ms"],
        speedup=reference["run_ms"] / report["run_ms"],
    )


def prepare(tools: Path, out: Path) -> None:
    """Writes the module as bytecode, its input, and its float result to `out`."""
    export = Path(__file__).with_name("export.py")
    print(run(sys.executable, export, out, f"--layer={LAYER}"), end="")
    run(tools / "mx-opt", out / "mlp.mlir", "--emit-bytecode", "-o", out / "mlp.mlirbc")
    run(tools / "mx-run", out / "mlp.mlirbc", "--pipeline=mx-float-to-llvm",
        f"--arg=@{out / 'x.npy'}", f"--result=@{out / 'float.npy'}")  # fmt: skip


def table(rows: list[Row], float_size: int) -> str:
    lines = [
        "| weights | activations | bits per weight | size (KiB) | SQNR (dB) | ms | times the reference's speed |",
        "|---|---|---:|---:|---:|---:|---:|",
        f"| f32 | f32 | {8 * float_size / WEIGHT_COUNT:.2f} | {float_size / 1024:.0f} | | | |",
    ]
    for row in rows:
        cells = f"| {row.weights} | {row.activations} | {row.bits:.2f} | {row.kib:.0f} | {row.sqnr_db:.2f} |"
        lines.append(f"{cells} {row.milliseconds:.3g} | {row.speedup:.0f} |")
    return "\n".join(lines)


def preset_table(weights_only: list[Row], both: list[Row]) -> str:
    lines = ["| preset | bits | SQNR (dB), weights | SQNR (dB), weights and activations |", "|---|---:|---:|---:|"]
    for name, w, wa in zip(PRESETS, weights_only, both):
        lines.append(f"| {name} | {w.bits:.2f} | {w.sqnr_db:.2f} | {wa.sqnr_db:.2f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tools", type=Path, required=True, help="folder of mx-opt and mx-run")
    parser.add_argument("--out", type=Path, required=True, help="folder for what is written")
    parser.add_argument("--presets", action="store_true", help="print the error of every preset instead")
    arguments = parser.parse_args()
    tools, out = arguments.tools.resolve(), arguments.out.resolve()
    for tool in ("mx-opt", "mx-run"):
        if not (tools / tool).exists():
            sys.exit(f"demo.py: no {tool} in {tools}: build it by scripts/build.sh")
    prepare(tools, out)
    float_size = weight_bytes(tools / "mx-opt", out / "mlp.mlirbc")
    choices = CHOICES
    if arguments.presets:
        choices = [Choice(name, "none") for name in PRESETS] + [Choice(name, name) for name in PRESETS]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        modules = list(pool.map(lambda choice: quantize(choice, tools, out), choices))
    # One after the other: they are timed.
    rows = [measure(choice, module, tools, out) for choice, module in zip(choices, modules)]
    if arguments.presets:
        print(preset_table(rows[: len(PRESETS)], rows[len(PRESETS) :]))
    else:
        print(table(rows, float_size))


if __name__ == "__main__":
    main()
