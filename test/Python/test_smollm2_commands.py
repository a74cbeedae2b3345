"""The other commands of examples/smollm2: what they write, and what they refuse."""

import json

import pytest
from smollm2 import run_command


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["Hi", "--context=40"], "expected 40 at most"),
        (["Hi", "--temperature=-1"], "expected a temperature of 0 or more"),
        (["Hi", "--max-tokens=0"], "expected --max-tokens"),
        (["Hi", "--weights=fp3"], "no preset 'fp3'"),
    ],
)
def test_chat_refuses(arguments, message):
    done = run_command("chat.py", *arguments)
    assert done.returncode != 0 and message in done.stderr and "Traceback" not in done.stderr


def test_chat_answers_the_same_each_time_and_from_a_saved_program(tmp_path):
    arguments = ["Hello", "--layers=1", "--max-tokens=5", "--context=64", f"--program={tmp_path / 'p'}"]
    first, second = run_command("chat.py", *arguments), run_command("chat.py", *arguments)
    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert first.stdout == second.stdout and "tokens/s" in second.stderr


def test_speed(tmp_path):
    out = tmp_path / "speed.json"
    done = run_command("speed.py", "--layers=1", "--rounds=1", "--threads=1", "--quantize-output", f"--json={out}")
    assert done.returncode == 0, done.stderr[-2000:]
    row = json.loads(out.read_text())
    for name in "compile_s compile_gb first_token_s prompt_s prefill_s step_ms gflops step_gbs".split():
        assert row[name] > 0 and f"{name}: " in done.stdout
    # The bytes of a step: one layer and the output layer, in amxfp4.
    size = (2 * 576 * 576 + 2 * 192 * 576 + 3 * 1536 * 576 + 49152 * 576) * 4.5 / 8
    assert row["step_gbs"] * row["step_ms"] == pytest.approx(1e-6 * size, rel=1e-3)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--threads=0"], "--threads is 0, expected 1 or more"),
        (["--rounds=0"], "--rounds is 0, expected 1 or more"),
        (["--weights=float"], "no preset 'float'"),
        (["--layers=31"], "31 layers, expected 1 to 30"),
    ],
)
def test_speed_refuses(arguments, message):
    done = run_command("speed.py", *arguments)
    assert done.returncode != 0 and message in done.stderr and "Traceback" not in done.stderr


def test_compare(tmp_path):
    out, text = tmp_path / "rows.json", tmp_path / "text.txt"
    text.write_text(" ".join(f"This is sentence number {i}, and it ends with the word {i * i}." for i in range(12)))
    done = run_command("compare.py", f"--text={text}", "--sentences=12", "--weights=float,amxfp4", f"--json={out}")
    assert done.returncode == 0, done.stderr[-2000:]
    exact, near = json.loads(out.read_text())
    assert abs(exact["one_minus_cosine"]) < 1e-5 and exact["same_nearest"] == 1
    assert 1e-3 < near["one_minus_cosine"] < 0.1
