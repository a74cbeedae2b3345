"""`pip install ./python` against an installed MX."""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

USE = """
import mx_mlir, numpy as np, os, sys
assert mx_mlir.__file__.startswith(sys.argv[1]), mx_mlir.__file__
pipeline = "mx-quantize{weights=mxfp4 activations=mxfp4},mx-to-llvm"
program = mx_mlir.compile(open("examples/matmul.mlir").read(), pipeline, threads=2)
x, w = np.ones((4, 128), np.float32), np.ones((64, 128), np.float32)
assert (program.main(x, w) == 128).all()
program.save(sys.argv[2])
assert (mx_mlir.load(sys.argv[2]).main(x, w) == 128).all()
assert len(mx_mlir.formats()) == 18
"""


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT, **options)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pip_install(tmp_path):
    build = Path(os.environ["MX_TOOLS"]).parent
    prefix, environment = tmp_path / "prefix", tmp_path / "venv"
    run("cmake", "--install", build, "--prefix", prefix)
    # What this Python has, plus what is installed here.
    venv.create(environment, with_pip=False)
    site = next((environment / "lib").glob("python*/site-packages"))
    others = [path for path in sys.path if path.endswith("-packages")]
    (site / "others.pth").write_text("\n".join(others))
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    settings["CMAKE_PREFIX_PATH"] = str(prefix)
    python = environment / "bin" / "python"
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", f"--target={site}"]
    run(python, "-m", "pip", "install", *options, "./python", env=settings)
    run(python, "-c", USE, environment, tmp_path / "program", env=settings)


def test_without_mx_it_says_what_is_missing(tmp_path):
    command = ["cmake", "-S", "python", "-B", tmp_path, f"-DPython_EXECUTABLE={sys.executable}"]
    command.append("-DCMAKE_DISABLE_FIND_PACKAGE_MX=ON")  # as if none were installed
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT)
    message = " ".join(done.stderr.split())  # as CMake breaks lines
    assert done.returncode != 0 and "MX was not found. Install it by `cmake --install" in message
