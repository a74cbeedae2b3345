"""mx-bench measures what it is told and writes figures that others can read.

No time is judged: machines that run tests are busy.
"""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = Path(os.environ["MX_TOOLS"]) / "mx-bench"
KEYS = {"cpu": str, "target": str, "data": str, "m": int, "n": int, "k": int, "weights": str, "activations": str,
        "threads": int, "kernel": str, "ms": float, "gflops": float, "fraction_of_peak": float,
        "fraction_of_dram": float, "dram_gbs": float, "quantize_gbs": float, "void": bool, "peers": dict}  # fmt: skip
ROWS = {"generic", "x86-64-v3", "znver4", "sapphirerapids"}
SMALL = ("--m=1", "--shapes=16x64", "--rounds=1", "--pipeline=mx-reference")

pytestmark = pytest.mark.skipif(not TOOL.exists(), reason="mx-bench is for x86-64")


def run(*options: str) -> subprocess.CompletedProcess:
    return subprocess.run([TOOL, *options], capture_output=True, text=True)


def measured(tmp_path: Path, *options: str) -> tuple[list[dict], str]:
    file = tmp_path / "bench.json"
    done = run(*SMALL, f"--json={file}", *options)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    return json.loads(file.read_text()), done.stderr


def check(entry: dict) -> None:
    assert set(entry) == set(KEYS)
    for key, kind in KEYS.items():
        assert isinstance(entry[key], (int, float) if kind is float else kind), key
    assert entry["target"] in ROWS and entry["ms"] > 0
    work = 2e-6 * entry["m"] * entry["n"] * entry["k"]
    assert math.isclose(entry["gflops"], work / entry["ms"], rel_tol=1e-6)
    assert entry["fraction_of_peak"] > 0 and entry["fraction_of_dram"] > 0 and entry["dram_gbs"] > 0
    assert (entry["quantize_gbs"] > 0) == (entry["activations"] != "none")
    for figures in entry["peers"].values():
        assert set(figures) == {"ms", "ratio"} and figures["ms"] > 0 and figures["ratio"] > 0


def test_every_configuration_has_an_entry_and_a_line(tmp_path):
    options = "--m=1,5", "--shapes=16x64,33x96", "--rounds=2"
    entries, log = measured(tmp_path, *options, "--data=outliers", "--weights=nvfp4", "--activations=mxint8")
    assert [(e["n"], e["k"], e["m"]) for e in entries] == [(16, 64, 1), (16, 64, 5), (33, 96, 1), (33, 96, 5)]
    for entry in entries:
        check(entry)
        assert entry["kernel"] == "reference" and entry["threads"] == 1 and entry["peers"] == {}
        assert (entry["data"], entry["weights"], entry["activations"]) == ("outliers", "nvfp4", "mxint8")
        line = f"{entry['n']}x{entry['k']} m={entry['m']} threads=1 reference: "
        assert sum(text.startswith(line) for text in log.splitlines()) == 1
    assert len(log.splitlines()) == 4


@pytest.mark.parametrize("formats", [("amxfp4", "none"), ("amxfp4_e4m3", "amxfp4_ue5m3"), ("int4_affine", "mxfp8_e4m3"),
                                     ("nvfp4_row:32", "nvfp4")])  # fmt: skip
def test_the_result_is_that_of_the_floats(tmp_path, formats):
    # The tool itself compares with the floats, or it would fail.
    weights, activations = formats
    [entry], _ = measured(tmp_path, f"--weights={weights}", f"--activations={activations}", "--m=3", "--shapes=40x96")
    check(entry)


@pytest.mark.parametrize("peer", ["onednn-bf16", "onednn-f32", "openblas-f32"])
@pytest.mark.parametrize("m", [1, 6])
def test_peers_are_measured_or_left_out_with_a_line(tmp_path, peer, m):
    [entry], log = measured(tmp_path, f"--m={m}", f"--peers={peer}", "--shapes=48x64")
    check(entry)
    if entry["peers"]:
        assert set(entry["peers"]) == {peer} and "left out" not in log
        assert f"; {peer} " in log
    else:
        assert f"48x64 m={m} threads=1: {peer} is left out: " in log


def test_generic_row_runs_anywhere(tmp_path):
    [entry], _ = measured(tmp_path, "--target=generic")
    check(entry)
    assert entry["target"] == "generic"


def test_seconds_of_each_stage(tmp_path):
    _, log = measured(tmp_path, "--compile-time")
    stages = [line for line in log.splitlines() if "build " in line]
    assert len(stages) == 1 and "lower " in stages[0] and "compile " in stages[0]


@pytest.mark.parametrize("option, message", [
    ("--m=0", "--m: found '0', expected a number from 1 to 1048576"),
    ("--m=1,,2", "--m: found '', expected a number from 1 to 1048576"),
    ("--shapes=64", "--shapes: found '64', expected NxK, e.g. 4096x4096"),
    ("--shapes=64x-1", "--shapes: found '64x-1', expected NxK, e.g. 4096x4096"),
    ("--data=zeros", "--data: found 'zeros', expected gaussian or outliers"),
    ("--rounds=many", "--rounds: found 'many', expected a number from 1 to 1048576"),
    ("--threads=100000", "--threads: found 100000, expected at most the "),
    ("--target=zen9", "--target: found 'zen9', expected one of host, generic, x86-64-v3, znver4, sapphirerapids"),
    ("--peers=mkl", "--peers: found 'mkl', expected some of onednn-bf16, onednn-f32, openblas-f32"),
    ("--weights=fp3", "--weights: unknown preset 'fp3', expected one of mxfp4, "),
    ("--activations=fp3", "--activations: unknown preset 'fp3', expected one of mxfp4, "),
    ("--pipeline=nothing", "pipeline 'nothing': 'nothing' does not refer to a registered pass"),
    ("--pipeline=canonicalize", "' is left after the pipeline, which has to lower"),
    ("--json=/nowhere/x.json", "cannot write '/nowhere/x.json': "),
    ("--nonsense", "Unknown command line argument '--nonsense'"),
])  # fmt: skip
def test_wrong_options(option, message):
    options = [o for o in SMALL if o.split("=")[0] != option.split("=")[0]]
    done = run(*options, option)
    assert done.returncode == 2 and done.stdout == ""
    assert message in done.stderr and len(done.stderr.splitlines()) == 1


ENTRY = {"cpu": "A CPU", "target": "generic", "data": "gaussian", "m": 1, "n": 16, "k": 64, "weights": "amxfp4",
         "activations": "none", "threads": 1, "kernel": "f32", "ms": 1.0, "gflops": 1.0, "fraction_of_peak": 0.5,
         "fraction_of_dram": 0.5, "quantize_gbs": 0, "void": False, "peers": {"onednn-f32": {"ms": 2.0, "ratio": 2.0}}}  # fmt: skip


def plot(tmp_path: Path, entries: object) -> subprocess.CompletedProcess:
    file = tmp_path / "bench.json"
    file.write_text(json.dumps(entries))
    script = ROOT / "scripts/plot_bench.py"
    return subprocess.run([sys.executable, script, file], capture_output=True, text=True)


def test_plot(tmp_path):
    pytest.importorskip("matplotlib")
    done = plot(tmp_path, [ENTRY, {**ENTRY, "m": 16}, {**ENTRY, "n": 32}, {**ENTRY, "m": 64, "void": True}])
    assert done.returncode == 0, done.stderr
    assert done.stderr == "plot_bench.py: 16x64 m=64 threads=1 is void\n"
    assert (tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("entries", [{}, [1], [], [{**ENTRY, "peers": {}}], [{**ENTRY, "void": True}]])
def test_nothing_to_plot(tmp_path, entries):
    done = plot(tmp_path, entries)
    assert done.returncode == 1 and "plot_bench.py: " in done.stderr and "Traceback" not in done.stderr
