"""Compares exp, tanh and erf as mx-float-to-llvm computes them with float64.

expand_math.py FOLDER: every exponent and sign of f32 with 2048 fractions each,
and NaN; errors are in units in the last place of the f32 result.
"""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np

MODULE = """\
func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {{
  %y = math.{name} %x : tensor<?xf32>
  return %y : tensor<?xf32>
}}
"""
# Largest error (ulp), that of exp just below where it overflows. Below the normal
# numbers results may be zero.
FUNCTIONS = {"exp": (np.exp, 5.0), "tanh": (np.tanh, 4.0), "erf": (np.vectorize(math.erf), 4.0)}


def inputs() -> np.ndarray:
    fractions = np.random.default_rng(0).integers(0, 2**23, 2046, np.uint32)
    fractions = np.concatenate([np.uint32([0, 2**23 - 1]), fractions])
    exponents = np.arange(512, dtype=np.uint32)[:, None] << 23
    return np.ravel(exponents | fractions).view(np.float32)


def run(name: str, folder: Path, x: np.ndarray) -> np.ndarray:
    source = folder / f"{name}.mlir"
    source.write_text(MODULE.format(name=name))
    np.save(folder / "x.npy", x)
    command = ["mx-run", source, "--pipeline=mx-float-to-llvm", f"--arg=@{folder / 'x.npy'}",
               f"--result=@{folder / 'y.npy'}"]  # fmt: skip
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return np.load(folder / "y.npy")


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    x = inputs()
    tiny = float(np.finfo(np.float32).tiny)
    for name, (function, limit) in FUNCTIONS.items():
        y = run(name, folder, x)
        with np.errstate(all="ignore"):
            exact = function(x.astype(np.float64))
            rounded = exact.astype(np.float32)
            error = np.abs(y - exact) / np.maximum(np.spacing(np.abs(rounded)), tiny)
        same = np.isnan(exact) & np.isnan(y) | np.isinf(rounded) & (y == rounded)
        error = np.where(same, 0, np.where(np.isfinite(error), error, np.inf))
        worst = int(np.argmax(error))
        print(f"{name}: {error[worst]:.2f} ulp at {x[worst]!r}: {y[worst]!r}, expected {exact[worst]!r}")
        assert error[worst] <= limit, name


if __name__ == "__main__":
    main()
