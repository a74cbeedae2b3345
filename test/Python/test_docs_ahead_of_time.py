"""The commands of docs/AheadOfTime.md run, the program they make computes what the
reference does, and it refuses weights that are not its own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(os.environ["MX_TOOLS"])
QUANTIZED = "mx-quantize,mx-reference"


def run(command, **options) -> subprocess.CompletedProcess:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **options)


def script(folder: Path) -> str:
    """Returns the commands of the page for our tools, with files in `folder`."""
    text = (ROOT / "docs/AheadOfTime.md").read_text()
    [found] = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    places = {
        ".venv/bin/python3": sys.executable,
        "build/release/bin": str(TOOLS),
        "$PWD/build/release/lib": str(TOOLS.parent / "lib"),
        "build/release/lib": str(TOOLS.parent / "lib"),
        "build/linear": str(folder),
    }
    for shown in places:
        assert shown in found
    return re.sub("|".join(map(re.escape, places)), lambda match: places[match[0]], found)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The folder that the page makes."""
    folder = tmp_path_factory.mktemp("linear")
    done = run(["bash", "-euc", script(folder)])
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def mapped(built) -> Path:
    """The same program with room for its constants instead of the constants."""
    folder = built / "mapped"
    folder.mkdir()
    lines = [line for line in script(built).splitlines() if "weights.S" in line or "main.c" in line]
    commands = "\n".join(lines).replace("clang-22 -I", "clang-22 -DMX_MAP_WEIGHTS -I", 1)
    for name in ("weights.o", "linear"):
        commands = re.sub(rf"{built}/{name}(?=\s|$)", f"{folder}/{name}", commands)
    done = run(["bash", "-euc", commands])
    assert done.returncode == 0, done.stderr
    return folder / "linear"


def compare(built: Path, y: np.ndarray) -> int:
    """Returns the exit status of mx-run where the reference is held against y:
    within the bound of its rounding, derived in lib/Runner/Compare.cpp."""
    np.save(built / "y.npy", y)
    command = [TOOLS / "mx-run", built / "linear.mlir", "--entry=linear", f"--pipeline={QUANTIZED}"]
    done = run([*command, f"--arg=@{built}/x.npy", f"--against=@{built}/y.npy"])
    assert done.returncode in (0, 1), done.stderr
    return done.returncode


def read_y(file: Path) -> np.ndarray:
    return np.fromfile(file, np.float32).reshape(5, 768)


def test_program_agrees_with_the_reference(built):
    y = read_y(built / "y.f32")
    assert compare(built, y) == 0
    y[4, 767] += 0.01 * np.abs(y).max()  # the comparison can fail
    assert compare(built, y) == 1


def test_mapped_program_gives_the_same_bits(built, mapped):
    done = run([mapped, built / "linear.weights", built / "x.f32", built / "mapped.f32"])
    assert done.returncode == 0, done.stderr
    assert (read_y(built / "mapped.f32") == read_y(built / "y.f32")).all()
    weights = (built / "linear.weights").stat().st_size
    assert (built / "linear").stat().st_size > weights > mapped.stat().st_size


def test_mapped_program_wants_its_own_file(built, mapped, tmp_path):
    other = tmp_path / "other.weights"
    for content, why in [(b"", "is empty"), (b"x" * 4096, "is no weight file")]:
        other.write_bytes(content)
        done = run([mapped, other, built / "x.f32", tmp_path / "y"])
        assert done.returncode == 1 and done.stderr == f"weight file '{other}' {why}\n"
    shutil.copy(built / "linear.mlir", tmp_path / "linear.mlir")
    pipeline = f"--mx-to-llvm=target=generic weights-file={other}"  # floats: other constants
    done = run([TOOLS / "mx-opt", tmp_path / "linear.mlir", pipeline, "-o", tmp_path / "ll.mlir"])
    assert done.returncode == 0, done.stderr
    done = run([mapped, other, built / "x.f32", tmp_path / "y"])
    assert done.returncode == 1 and "is not the one that was made with this code" in done.stderr


def test_functions_end_the_program_without_their_weights(built, mapped):
    source = built / "early.c"
    source.write_text('#include "linear.h"\nint main(void) { float x[320] = {0}; linear(x, 1); return 0; }\n')
    runtime = TOOLS.parent / "lib"
    objects = [built / "linear.o", mapped.parent / "weights.o", runtime / "libmx_runtime.so"]
    flags = [f"-Wl,-rpath,{runtime}", "-lm"]
    done = run(["clang-22", f"-I{built}", source, *objects, *flags, "-o", built / "early"])
    assert done.returncode == 0, done.stderr
    done = run([built / "early"])
    assert done.returncode < 0 and done.stderr == "linear: linear_weights is not attached\n"


def test_program_needs_neither_llvm_nor_cxx(built):
    needed = run(["ldd", built / "linear"]).stdout
    assert "libmx_runtime" in needed
    assert not re.search(r"LLVM|MLIR|libMX|stdc\+\+", needed), needed
