"""What measure_compile.py prints, and that a model is compiled whole."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def measured(*options: str) -> subprocess.CompletedProcess:
    script = ROOT / "scripts/measure_compile.py"
    command = [sys.executable, str(script), f"--tools={os.environ['MX_TOOLS']}", *options]
    return subprocess.run(command, capture_output=True, text=True)


def test_each_step_of_each_module_is_measured():
    done = measured("--layers=1", "--options=strict")
    assert done.returncode == 0, done.stderr
    product, layers = (json.loads(line) for line in done.stdout.splitlines())
    assert (product["module"], product["products"]) == ("product", 1)
    assert (layers["module"], layers["products"]) == ("layers", 7)
    for report in (product, layers):
        for step in ("quantize", "lower", "run"):
            assert report[step]["seconds"] > 0 and report[step]["peak_bytes"] > 2**24


@pytest.mark.parametrize("option", ["--layers=0", "--options=target=nothing"])
def test_wrong_options(option):
    done = measured(*(["--layers=1"] if option.startswith("--options") else []), option)
    assert done.returncode == 1 and "measure_compile.py: " in done.stderr and "Traceback" not in done.stderr
