#!/usr/bin/env python3
"""Measures what formats cost a sentence encoder (all-MiniLM-L6-v2), by compiled
programs: how far embeddings move, and whether the same sentences stay near.

    compare.py --weights=amxfp4_ue5m3,mxfp4 [--activations=same] [--json=OUT]

Against the float program: the mean of 1 - cosine, how many sentences keep their
nearest neighbour, and the overlap of the ten nearest.
"""

import argparse
import json
import os
import re
import sys
from pathlib import Path

import checkout  # noqa: F401 (before mx_mlir)
import mx_mlir
import numpy as np
from tqdm import tqdm

import text
from bert import Bert, Encoder
from encoder import model_folder
from options import add_quantization, check_least, check_quantization, chosen
from quantization import Quantization

NEAREST = 10


def sentences(content: str, count: int) -> list[str]:
    """Returns the first sentences of 40 to 300 characters."""
    found = re.split(r"(?<=[.!?])\s+(?=[A-Z])", " ".join(content.split()))
    found = list(dict.fromkeys(sentence for sentence in found if 40 <= len(sentence) <= 300))
    if len(found) < count:
        raise ValueError(f"the text has {len(found)} sentences, expected {count}")
    return found[:count]


def compile_encoder(encoder: Encoder, choice: Quantization, threads: int):
    bert = Bert(encoder)
    bert.encode()
    return mx_mlir.compile(
        bert.emit.text(), pipeline=choice.pipeline(threads), threads=threads, resources=bert.emit.resources
    )


def embeddings(encoder: Encoder, choice: Quantization, tokens: list[np.ndarray], threads: int) -> np.ndarray:
    """Returns the unit vectors of the sentences."""
    program = compile_encoder(encoder, choice, threads)
    name = f"{choice.weights}, {choice.activations}"
    x = np.stack([program.encode(ids) for ids in tqdm(tokens, desc=name, unit="sentence", file=sys.stderr)])
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def nearest(x: np.ndarray) -> np.ndarray:
    """Returns the indices of the other vectors nearest to each, nearest first."""
    cosine = x @ x.T
    np.fill_diagonal(cosine, -2)
    return np.argsort(-cosine, axis=-1)[:, :NEAREST]


def row_of(choice: Quantization, x: np.ndarray, reference: np.ndarray) -> dict:
    near, near_reference = nearest(x), nearest(reference)
    overlap = [len(set(ours) & set(theirs)) / len(ours) for ours, theirs in zip(near, near_reference)]
    return choice._asdict() | {
        "sentences": len(x),
        "one_minus_cosine": float(1 - (x * reference).sum(axis=-1).mean()),
        "same_nearest": float((near[:, 0] == near_reference[:, 0]).mean()),
        "overlap_of_nearest": float(np.mean(overlap)),
    }


def table(rows: list[dict]) -> str:
    lines = [
        f"| weights | activations | scales | rotated by | 1 - cosine | same nearest | same of {NEAREST} nearest |",
        "|---|---|---|---:|---:|---:|---:|",
    ]
    for row in rows:
        lines.append(
            f"| {row['weights']} | {row['activations']} | {row['scale_rule']} | {row['rotate'] or ''} | "
            f"{row['one_minus_cosine']:.4f} | {100 * row['same_nearest']:.0f} % | "
            f"{100 * row['overlap_of_nearest']:.0f} % |"
        )
    return "\n".join(lines)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_quantization(parser)
    parser.add_argument("--text", type=Path, metavar="FILE", help="default: an article of an encyclopedia of 1911")
    parser.add_argument("--sentences", type=int, default=300, metavar="N")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the rows")
    arguments = parser.parse_args()
    check_least(parser, arguments, sentences=2, threads=1, rotate=0)
    check_quantization(parser, arguments)
    return arguments


def main() -> None:
    arguments = parse()
    encoder = Encoder(model_folder())
    content = (arguments.text or text.encyclopedia()).read_text()
    tokens = [
        np.array(encoder.tokenizer.encode(sentence).ids, np.int64)
        for sentence in sentences(content, arguments.sentences)
    ]
    reference = embeddings(encoder, Quantization("float"), tokens, arguments.threads)
    rows = []
    for choice in chosen(arguments):
        x = reference if choice.is_float else embeddings(encoder, choice, tokens, arguments.threads)
        rows.append(row_of(choice, x, reference))
    print(table(rows))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, mx_mlir.Error) as error:
        sys.exit(f"compare.py: {error}")
