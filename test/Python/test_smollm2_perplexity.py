"""perplexity.py: what it measures and writes, and what it refuses."""

import json

import mx_mlir
import pytest
from smollm2 import run_command

from perplexity import spread
from quantization import Quantization

KEYS = """weights activations scale_rule rotate quantize_attention windows ppl kl top1 bits_per_weight
tokens_per_s""".split()
TEXT = "A short text is enough, since nothing is learned from it but that commands run. " * 12


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_text(TEXT)
    return path


def rows(tmp_path, text, *arguments):
    out = tmp_path / "rows.json"
    done = run_command(
        "perplexity.py", f"--text={text}", "--layers=2", "--window=64", "--windows=1", "--threads=1",
        f"--json={out}", *arguments
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(out.read_text()), done.stdout


def test_every_format(tmp_path, text):
    presets = [preset.name for preset in mx_mlir.formats()]
    plot = tmp_path / "plot.svg"
    found, table = rows(tmp_path, text, f"--weights=float,{','.join(presets)}", "--activations=none", f"--plot={plot}")
    assert [row["weights"] for row in found] == ["float", *presets]
    assert all(list(row) == KEYS for row in found)
    assert all(row["windows"] == 1 and row["kl"] >= -1e-4 and 0 < row["bits_per_weight"] <= 32 for row in found)
    by_name = {row["weights"]: row for row in found}
    assert by_name["float"]["top1"] == 1 and by_name["int4_affine"]["kl"] < 1e-3 < by_name["mxfp4"]["kl"]
    assert "| mxfp4 | none | preset |" in table and plot.stat().st_size > 0


def test_the_whole_model(tmp_path):
    """One window of a text that every Python has: what is known of two formats."""
    from pydoc_data import topics

    text, out = tmp_path / "text.txt", tmp_path / "rows.json"
    text.write_text("\n\n".join(topics.topics[name] for name in ("assert", "class", "for", "import", "objects")))
    done = run_command("perplexity.py", f"--text={text}", "--windows=1", "--weights=float,mxfp4,amxfp4_ue5m3",
                       "--threads=1", f"--json={out}")  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    exact, mxfp4, amxfp4 = json.loads(out.read_text())
    assert 2 < exact["ppl"] < 25
    assert exact["ppl"] < amxfp4["ppl"] < 0.7 * mxfp4["ppl"]
    assert amxfp4["kl"] < 0.7 < mxfp4["kl"] and mxfp4["top1"] < amxfp4["top1"]


def test_all_that_can_be_asked_for(tmp_path, text):
    (row,), _ = rows(tmp_path, text, "--weights=mxfp4", "--activations=same", "--scale-rule=mse", "--rotate=64",
                     "--quantize-attention")  # fmt: skip
    asked = {"activations": "mxfp4", "scale_rule": "mse", "rotate": 64, "quantize_attention": True}
    assert row.items() >= asked.items()


def stored(path, *choices, **others):
    rows = [choice._asdict() | dict.fromkeys(KEYS[5:], 0.5) | others for choice in choices]
    path.write_text(json.dumps(rows))
    return rows


def test_rows_of_files_are_put_together(tmp_path):
    files, plot, out = [tmp_path / "a.json", tmp_path / "b.json"], tmp_path / "plot.svg", tmp_path / "rows.json"
    rows = stored(files[0], Quantization("float"), Quantization("mxfp4", "mxint8"), ppl=40.0)
    rows += stored(files[1], Quantization("amxfp4", "amxfp4", "mse", 64, True), ppl=30.0, unknown="key")
    done = run_command("perplexity.py", "--from-json", *files, f"--json={out}", f"--plot={plot}")
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(out.read_text()) == rows and len(done.stdout.splitlines()) == 2 + len(rows)
    drawn = plot.read_text()  # letters are shapes, with the text as a comment
    assert all(f"<!-- {text} -->" in drawn for text in ("mxfp4", "amxfp4, mse", "activations mxint8",
               "activations as the weights, rotated by 64, attention too"))  # fmt: skip


@pytest.mark.parametrize("content", ["", "{}", "[1]", '[{"weights": "mxfp4"}]'])
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "rows.json"
    path.write_text(content)
    done = run_command("perplexity.py", "--from-json", path)
    assert done.returncode != 0 and done.stderr.startswith(f"perplexity.py: {path} has not what --json writes")


def test_labels_are_spread():
    assert spread([0, 5, 9], 2) == pytest.approx([0, 5, 9])
    assert spread([1, 1, 1, 7], 2) == pytest.approx([-1, 1, 3, 7], abs=1e-3)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--weights=fp3"], "--weights: no preset 'fp3', expected one of "),
        (["--weights=mxfp4", "--activations=int9"], "--activations: no preset 'int9'"),
        (["--weights=mxfp4", "--windows=0"], "--windows is 0, expected 1 or more"),
        (["--weights=mxfp4", "--window=1"], "--window is 1, expected 2 or more"),
        (["--weights=mxfp4", "--layers=40"], "40 layers, expected 1 to 30"),
        (["--weights=mxfp4", "--windows=1000"], "windows of 1024 tokens, expected 1000"),
        (["--weights=mxfp4", "--text=/none"], "No such file"),
        (["--weights=mxfp4", "--from-json=/none"], "not allowed with argument --weights"),
        (["--from-json", "/none"], "No such file"),
        ([], "one of the arguments --weights --from-json is required"),
    ],
)
def test_perplexity_refuses(text, arguments, message):
    done = run_command("perplexity.py", f"--text={text}", *arguments)
    assert done.returncode != 0 and message in done.stderr and "Traceback" not in done.stderr
