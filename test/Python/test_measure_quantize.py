"""The Linear layers of a language model are all quantized, in little memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def measured(*options: str) -> subprocess.CompletedProcess:
    script = ROOT / "scripts/measure_quantize.py"
    command = [sys.executable, str(script), f"--tools={os.environ['MX_TOOLS']}", *options]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("options", ["", "weights=nvfp4 activations=none", "weights=amxfp4_ue5m3 weights-scale-rule=mse"])
def test_all_weights_are_folded_in_little_memory(options):
    done = measured("--layers=2", f"--options={options}")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["products"] == report["quantized"] == 14
    assert report["weight_bytes"] == 2 * 4 * (2 * 576 * 576 + 2 * 192 * 576 + 3 * 1536 * 576)
    # The floats once, mapped or read, and the codes; a second copy would be 2.
    assert 1 < report["peak_per_weight_byte"] < 2


def test_products_that_are_left_alone_are_not_counted():
    done = measured("--layers=1", "--options=min-n=600")
    assert json.loads(done.stdout)["quantized"] == 2  # gate and up


@pytest.mark.parametrize("option", ["--layers=0", "--layers=x", "--options=weights=nothing"])
def test_wrong_options(option):
    done = measured(*(["--layers=1"] if option.startswith("--options") else []), option)
    assert done.returncode == 1 and "measure_quantize.py: " in done.stderr and "Traceback" not in done.stderr
