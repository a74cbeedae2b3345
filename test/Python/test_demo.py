"""The table in the README is the one that the demo prints."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEADER = "| weights | activations |"


def table_in(text: str) -> list[list[str]]:
    """Returns the cells of the demo's table, without its header."""
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith(HEADER)]
    assert len(starts) == 1, f"expected one table that starts '{HEADER}', found {len(starts)}"
    rows = []
    for line in lines[starts[0] + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


@pytest.fixture(scope="module")
def printed(tmp_path_factory) -> list[list[str]]:
    demo = [sys.executable, ROOT / "examples/minilm/demo.py"]
    out = tmp_path_factory.mktemp("demo")
    done = subprocess.run([*demo, f"--tools={os.environ['MX_TOOLS']}", f"--out={out}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return table_in(done.stdout)


def test_readme_shows_what_the_demo_prints(printed):
    shown = table_in((ROOT / "README.md").read_text())
    assert [row[:4] for row in shown] == [row[:4] for row in printed]
    for row, expected in zip(printed[1:], shown[1:]):
        assert float(row[4]) == pytest.approx(float(expected[4]), abs=0.05), row


def test_asymmetric_scales_beat_power_of_two_scales(printed):
    """The order of the formats that whole models show."""
    sqnr_db = {(row[0], row[1]): float(row[4]) for row in printed[1:]}
    for name in ("amxfp4", "amxfp4_ue5m3"):
        assert sqnr_db[name, name] > sqnr_db["mxfp4", "mxfp4"] + 3
        assert sqnr_db[name, "mxint8"] > sqnr_db["mxfp4", "mxint8"] + 2
        assert sqnr_db[name, "mxint8"] > sqnr_db[name, name] + 2
    searched = "amxfp4_ue5m3, mse scales"
    assert sqnr_db[searched, "mxint8"] > sqnr_db["amxfp4_ue5m3", "mxint8"]
