"""A bundle runs from where it was moved to, with libraries of its own alone."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(os.environ["MX_TOOLS"])
GLIBC = r"linux-vdso|ld-linux-x86-64|lib(c|m|mvec|dl|rt|pthread|resolv|util|anl)\.so"


def run(*command, **options) -> subprocess.CompletedProcess:
    return subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, **options)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    made, moved = folder / "made", folder / "elsewhere" / "mx"
    done = run("scripts/bundle.sh", made, TOOLS.parent)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^needs glibc 2\.\d+ or later$", done.stdout, re.M), done.stdout
    moved.parent.mkdir()
    made.rename(moved)
    yield moved
    shutil.rmtree(folder)


def test_tools_run_without_an_environment(bundle):
    done = run(bundle / "bin/mx-opt", "--version", env={})
    assert done.returncode == 0 and "LLVM version 22.1" in done.stdout, done.stderr
    matmul = ["examples/matmul.mlir", "--arg=4x128xf32=normal:1", "--arg=64x128xf32=normal:2"]
    command = [*matmul, "--pipeline=mx-quantize,mx-to-llvm", "--against=reference"]
    done = run(bundle / "bin/mx-run", *command, env={})
    assert done.returncode == 0 and ": ok" in done.stdout, done.stderr


def test_all_libraries_but_glibc_are_its_own(bundle):
    programs = [*(bundle / "libexec").iterdir(), *(bundle / "lib").iterdir()]
    assert {"mx-opt", "mx-run", "libMX.so", "libmx_runtime.so"} <= {program.name for program in programs}
    for program in programs:
        listed = run("ldd", program, env={"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": str(bundle / "lib")}).stdout
        for line in listed.splitlines():
            assert re.search(GLIBC, line) or "statically" in line or f"=> {bundle}/lib/" in line, f"{program}: {line}"


def test_nothing_is_overwritten_and_nothing_half_done(bundle, tmp_path):
    done = run("scripts/bundle.sh", bundle, TOOLS.parent)
    assert done.returncode == 1 and "is there already" in done.stderr
    done = run("scripts/bundle.sh", tmp_path / "new", tmp_path)
    assert done.returncode == 1 and "build it first" in done.stderr
    assert list(tmp_path.iterdir()) == []
