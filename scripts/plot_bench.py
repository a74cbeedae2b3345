#!/usr/bin/env python3
"""Plots what mx-bench wrote: how many times as long a peer takes, over M.

    plot_bench.py FILE.json [-o FILE.png] [--threads=1]

One plot a shape, one line a peer and number of threads. Above 1 we are faster.
Configurations that are void are left out, with a line on stderr.
"""

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path


def read(path: Path) -> list[dict]:
    try:
        entries = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        sys.exit(f"plot_bench.py: cannot read {path}: {error}")
    if not isinstance(entries, list) or not all(isinstance(e, dict) and "peers" in e for e in entries):
        sys.exit(f"plot_bench.py: {path} is not what mx-bench writes")
    return entries


def lines_of(entries: list[dict]) -> dict:
    """Returns {(n, k): {line's name: [(m, ratio)]}}, by M."""
    plots = defaultdict(lambda: defaultdict(list))
    for entry in sorted(entries, key=lambda e: e["m"]):
        shape = entry["n"], entry["k"]
        if entry["void"]:
            print(f"plot_bench.py: {shape[0]}x{shape[1]} m={entry['m']} threads={entry['threads']} is void",
                  file=sys.stderr)  # fmt: skip
            continue
        for peer, figures in entry["peers"].items():
            count = entry["threads"]
            name = f"{peer}, {count} thread{'s' if count > 1 else ''}"
            plots[shape][name].append((entry["m"], figures["ratio"]))
    return plots


def draw(plots: dict, title: str, output: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(plots), figsize=(5 * len(plots), 4), squeeze=False, sharey=True)
    for axis, ((n, k), lines) in zip(axes[0], plots.items()):
        for name, points in lines.items():
            axis.plot(*zip(*points), marker="o", label=name)
        axis.axhline(1, color="gray", linewidth=1)
        axis.set(title=f"N = {n}, K = {k}", xlabel="M", xscale="log", yscale="log")
        ticks = sorted({m for points in lines.values() for m, _ in points})
        axis.set_xticks(ticks, [str(m) for m in ticks])
        axis.minorticks_off()
        axis.legend()
    axes[0][0].set_ylabel("peer's time / ours")
    figure.suptitle(title)
    figure.tight_layout()
    figure.savefig(output)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("-o", "--output", type=Path, help="by default FILE.png")
    parser.add_argument("--threads", type=int, help="only this number of threads")
    arguments = parser.parse_args()
    entries = [e for e in read(arguments.file) if arguments.threads in (None, e["threads"])]
    plots = lines_of(entries)
    if not plots:
        sys.exit(f"plot_bench.py: {arguments.file} has no ratio to plot")
    first = entries[0]
    title = f"{first['cpu']} ({first['target']}): {first['weights']} weights, {first['activations']} activations"
    try:
        draw(plots, f"{title}, {first['data']} data", arguments.output or arguments.file.with_suffix(".png"))
    except ImportError:
        sys.exit("plot_bench.py: matplotlib is not installed (scripts/setup.sh does it)")


if __name__ == "__main__":
    main()
