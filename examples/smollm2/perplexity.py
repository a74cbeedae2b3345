#!/usr/bin/env python3
"""Measures what formats cost the model: perplexity of a text, divergence from the
float result, and speed, all by compiled programs.

    perplexity.py --weights=amxfp4_ue5m3,mxfp4 [--activations=same] [--json=OUT]
    perplexity.py --from-json FILE... [--plot=OUT]

Windows do not overlap, and the first token of each is not scored. The embedding
and the output layer stay in float. A row for `float` has the float activations too.
KL and top-1 agreement compare with the float logits of the same positions.
The second form measures nothing: it puts together rows that --json wrote.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import checkout  # noqa: F401 (before mx_mlir)
import mx_mlir
import numpy as np
from tqdm import tqdm

import text
from model import Model
from options import add_quantization, check_least, check_quantization, chosen
from quantization import Quantization, bits_per_weight, compile_model
from score import Reference, Score, score_window
from tokens import load_tokenizer

FLOAT = Quantization("float")
KEYS = {*Quantization._fields, "ppl", "kl", "top1", "bits_per_weight", "tokens_per_s"}  # that `table` reads


def reference_of(model: Model, windows: np.ndarray, threads: int, folder: Path) -> tuple[Reference, float]:
    """Returns the float results of the windows, and the tokens per second."""
    program, reference, seconds = compile_model(model, ("prefill",), FLOAT, threads), Reference(folder), 0.0
    for i, tokens in enumerate(tqdm(windows, desc="float", unit="window", file=sys.stderr)):
        start = time.perf_counter()
        logits = program.prefill(tokens)
        seconds += time.perf_counter() - start
        reference.store(i, logits)
    return reference, windows.size / seconds


def measure(
    model: Model, choice: Quantization, windows: np.ndarray, threads: int, reference: Reference
) -> tuple[Score, float]:
    """Returns the score over all windows, and the tokens per second."""
    program, total, seconds = compile_model(model, ("prefill",), choice, threads), Score(), 0.0
    bar = tqdm(windows, desc=f"{choice.weights}, {choice.activations}", unit="window", file=sys.stderr)
    for i, tokens in enumerate(bar):
        start = time.perf_counter()
        logits = program.prefill(tokens)
        seconds += time.perf_counter() - start
        total += score_window(logits, tokens, reference.load(i))
        bar.set_postfix(ppl=f"{total.summary()['ppl']:.2f}")
    return total, windows.size / seconds


def float_score(windows: np.ndarray, reference: Reference) -> Score:
    """Returns the score of the stored results themselves."""
    total = Score()
    for i, tokens in enumerate(windows):
        logs, best = reference.load(i)
        rows = np.arange(len(tokens) - 1)
        loss = -float(logs[rows, tokens[1:]].astype(np.float64).sum())
        total += Score(positions=len(rows), loss=loss, agreed=len(rows))
    return total


def rows_of(
    model: Model, choices: list[Quantization], windows: np.ndarray, threads: int, folder: Path
) -> Iterator[dict]:
    """Yields a row for each choice as soon as it is measured."""
    reference, float_speed = reference_of(model, windows, threads, folder)
    for choice in choices:
        if choice.is_float:
            score, speed = float_score(windows, reference), float_speed
        else:
            score, speed = measure(model, choice, windows, threads, reference)
        yield (
            choice._asdict()
            | {"windows": len(windows)}
            | score.summary()
            | {"bits_per_weight": bits_per_weight(model, choice), "tokens_per_s": speed}
        )


def stored_rows(path: Path) -> list[dict]:
    """Returns the rows of a file that --json wrote; they may have other keys too."""
    content = path.read_text()
    try:
        rows = json.loads(content)
    except ValueError:
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and KEYS <= row.keys() for row in rows):
        raise ValueError(f"{path} has not what --json writes")
    return rows


def table(rows: list[dict]) -> str:
    lines = [
        "| weights | activations | scales | rotated by | attention | bits | perplexity | KL | top-1 | tokens/s |",
        "|---|---|---|---:|---|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        attention = "quantized" if row["quantize_attention"] else "float"
        lines.append(
            f"| {row['weights']} | {row['activations']} | {row['scale_rule']} | {row['rotate'] or ''} | {attention} | "
            f"{row['bits_per_weight']:.2f} | {row['ppl']:.2f} | {row['kl']:.3f} | {100 * row['top1']:.1f} % | "
            f"{row['tokens_per_s']:.0f} |"
        )
    return "\n".join(lines)


def kind(row: dict) -> str:
    """Returns what the row shares with those of other formats."""
    activations = {row["weights"]: "as the weights", "none": "f32"}.get(row["activations"], row["activations"])
    rotated = f", rotated by {row['rotate']}" if row["rotate"] else ""
    return f"activations {activations}{rotated}" + (", attention too" if row["quantize_attention"] else "")


def spread(heights: list[float], gap: float) -> np.ndarray:
    """Returns ascending heights moved apart: each is `gap` or more above the one before."""
    x = np.array(heights, float)
    for _ in range(200):
        half = np.maximum(gap - np.diff(x), 0) / 2
        x[:-1] -= half
        x[1:] += half
    return x


def label_points(axes, rows: list[dict], colors: dict[str, str]) -> None:
    """Writes formats beside their points, on the side where the next column is farther."""
    columns = sorted({round(row["bits_per_weight"], 2) for row in rows})
    apart = [np.inf, *np.diff(columns), np.inf]
    gap, aside = 0.024 * np.ptp(np.log(axes.get_ylim())), 0.025 * np.ptp(axes.get_xlim())
    for i, bits in enumerate(columns):
        column = sorted((row for row in rows if round(row["bits_per_weight"], 2) == bits), key=lambda row: row["ppl"])
        heights = np.exp(spread([np.log(row["ppl"]) for row in column], gap))
        side, x = ("right", bits - aside) if apart[i] >= apart[i + 1] else ("left", bits + aside)
        for row, height in zip(column, heights):
            point, color = (row["bits_per_weight"], row["ppl"]), colors[kind(row)]
            label = row["weights"] + (", mse" if row["scale_rule"] == "mse" else "")
            axes.annotate(label, point, xytext=(x, height), size=8, color=color, ha=side, va="center",
                          bbox={"color": "white", "pad": 0.5},
                          arrowprops={"arrowstyle": "-", "color": color, "linewidth": 0.4})  # fmt: skip


def plot(rows: list[dict], path: Path) -> None:
    """Draws perplexity over bits per weight; float is a line across."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 7), layout="constrained")
    axes = figure.add_subplot(xlabel="bits per weight", ylabel="perplexity", yscale="log")
    axes.margins(x=0.25)
    for ppl in {row["ppl"] for row in rows if row["weights"] == "float"}:
        axes.axhline(ppl, color="gray", linestyle="--", label="float")
    points, colors = [row for row in rows if row["weights"] != "float"], {}
    for i, name in enumerate(dict.fromkeys(map(kind, points))):
        xy = [(row["bits_per_weight"], row["ppl"]) for row in points if kind(row) == name]
        (line,) = axes.plot(*zip(*xy), "os^Dvp"[i % 6], label=name)
        colors[name] = line.get_color()
    label_points(axes, points, colors)
    axes.yaxis.set_minor_formatter("{x:.0f}")
    axes.yaxis.set_major_formatter("{x:.0f}")
    axes.grid(alpha=0.3, which="both")
    axes.legend()
    figure.savefig(path)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_quantization(parser).add_argument(
        "--from-json", type=Path, nargs="+", metavar="FILE", help="take these rows and measure nothing"
    )
    parser.add_argument("--text", type=Path, metavar="FILE", help="default: an article of an encyclopedia of 1911")
    parser.add_argument("--windows", type=int, metavar="N", help="the first ones only")
    parser.add_argument("--window", type=int, default=1024, metavar="TOKENS", help="tokens of a window")
    parser.add_argument("--layers", type=int, metavar="N", help="the first ones of the model only")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the rows")
    parser.add_argument("--plot", type=Path, metavar="OUT", help="draw perplexity over bits (.svg, .png)")
    arguments = parser.parse_args()
    check_least(parser, arguments, windows=1, window=2, threads=1, rotate=0)
    if arguments.weights is not None:
        check_quantization(parser, arguments)
    return arguments


def measured_rows(arguments: argparse.Namespace) -> Iterator[dict]:
    model = Model(layers=arguments.layers)
    content = (arguments.text or text.encyclopedia()).read_text()
    windows = text.windows(load_tokenizer(model.fields), content, arguments.window, arguments.windows)
    with tempfile.TemporaryDirectory(prefix="perplexity-") as folder:
        yield from rows_of(model, chosen(arguments), windows, arguments.threads, Path(folder))


def main() -> None:
    arguments = parse()
    if arguments.from_json:
        source = chain.from_iterable([stored_rows(path) for path in arguments.from_json])
    else:
        source = measured_rows(arguments)
    rows = []
    for row in source:
        rows.append(row)
        if arguments.json:  # after each: a run of hours may be stopped
            arguments.json.write_text(json.dumps(rows, indent=1) + "\n")
    print(table(rows))
    if arguments.plot:
        plot(rows, arguments.plot)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, mx_mlir.Error) as error:
        sys.exit(f"perplexity.py: {error}")
