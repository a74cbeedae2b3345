"""The table in the README is the one that the demo prints."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEADER = "| weights | activations |"


def table_in(text: str, header: str = HEADER) -> list[list[str]]:
    """Returns the cells of the table that starts with `header`, without it."""
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith(header)]
    assert len(starts) == 1, f"expected one table that starts '{header}', found {len(starts)}"
    rows = []
    for line in lines[starts[0] + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def demo(out: Path, *options: str) -> str:
    command = [sys.executable, ROOT / "examples/minilm/demo.py", f"--tools={os.environ['MX_TOOLS']}", f"--out={out}"]
    done = subprocess.run([*command, *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def printed(tmp_path_factory) -> list[list[str]]:
    return table_in(demo(tmp_path_factory.mktemp("demo")))


def test_readme_lists_every_preset_with_its_error(tmp_path):
    shown = table_in((ROOT / "README.md").read_text(), "| preset | elements |")
    printed = table_in(demo(tmp_path, "--presets"), "| preset | bits |")
    assert [row[0].strip("`") for row in shown] == [row[0] for row in printed]
    for (_, _, _, *numbers, _), (name, *expected) in zip(shown, printed):
        assert [float(x) for x in numbers] == pytest.approx([float(x) for x in expected], abs=0.05), name


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


def test_rotation_helps_one_scale_and_hurts_two(printed):
    sqnr_db = {(row[0], row[1]): float(row[4]) for row in printed[1:]}
    rotated = ", rotated by 128"
    assert sqnr_db["mxfp4" + rotated, "mxfp4" + rotated] > sqnr_db["mxfp4", "mxfp4"] + 0.3
    assert sqnr_db["amxfp4" + rotated, "amxfp4" + rotated] < sqnr_db["amxfp4", "amxfp4"] - 0.3
