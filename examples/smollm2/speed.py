#!/usr/bin/env python3
"""Times the compiled model next to the limits of the machine, and to llama.cpp on the
same GGUF file where that is installed.

    speed.py [--weights=amxfp4] [--threads=N] [--rounds=N] [--json=OUT]

In each round, one after the other: a prompt of 1,024 tokens, the same with all
logits, 16 steps behind 200 tokens, and llama.cpp's prompt and steps. Before and
after them mx-bench times the linear layers alone at 512 rows and reads DRAM.
Figures are medians; a share is that of what mx-bench measured.

* The share of a prompt is its operations a second, those of attention too, over
  those of the linear layers alone, weighted by their size.
* The share of a step is all bytes of weights it reads, a second, over the rate of
  DRAM; of a model that a cache holds it may exceed 1.
* The first token is that of chat.py from a saved program, the process and all.

llama.cpp comes with the package llama-cpp-python, which nothing else here needs:
`pip install llama-cpp-python` builds it.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Callable, Optional

import checkout  # noqa: F401 (before mx_mlir)
import mx_mlir
import numpy as np

from chat import cache_shape
from llama import Choices
from model import EMBEDDING, Model, model_file
from options import check_least, check_preset
from quantization import Quantization, bits_per_weight, compile_model
from tokens import load_tokenizer

BENCH = Path(__file__).resolve().parents[2] / "build/release/bin/mx-bench"
PROMPT, BEFORE, STEPS, ROWS = 1024, 200, 16, 512


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


class Ours:
    """The compiled model; its caches are filled by the prompt."""

    def __init__(self, program):
        self.program = program
        self.tokens = np.arange(PROMPT, dtype=np.int64) * 37 % 49000
        self.caches = [np.zeros(cache_shape(program), np.float32) for _ in range(2)]

    def prompt(self) -> None:
        self.program.prompt(self.tokens, 0, *self.caches)

    def prefill(self) -> None:
        self.program.prefill(self.tokens)

    def steps(self) -> None:
        for position in range(BEFORE, BEFORE + STEPS):
            self.program.step(self.tokens[:1], position, *self.caches)


class Peer:
    """llama.cpp; a step continues what was evaluated before."""

    def __init__(self, threads: int):
        from llama_cpp import Llama

        self.llama = Llama(str(model_file()), n_ctx=2048, n_batch=PROMPT, n_ubatch=PROMPT, verbose=False,
                           n_threads=threads, n_threads_batch=threads)  # fmt: skip
        self.tokens = [i * 37 % 49000 for i in range(PROMPT)]

    def prompt(self) -> None:
        self.llama.reset()
        self.llama.eval(self.tokens)

    def rewind(self) -> None:
        self.llama.reset()
        self.llama.eval(self.tokens[:BEFORE])

    def steps(self) -> None:
        for i in range(STEPS):
            self.llama.eval([i * 31])


def find_peer(threads: int) -> Optional[Peer]:
    try:
        return Peer(threads)
    except ImportError:
        print("llama-cpp-python is not installed: not timed", file=sys.stderr)
        return None


def linear_shapes(model: Model) -> Counter:
    """Returns how often there is a linear layer of each shape (N, K)."""
    return Counter(model.shape(name) for name in model.linear_names())


def operations(model: Model) -> float:
    """Returns multiplications and additions of a prompt in linear layers and attention,
    where a query sees itself and what is before it."""
    config = model.config
    linear = sum(2 * PROMPT * n * k * count for (n, k), count in linear_shapes(model).items())
    pairs = PROMPT * (PROMPT + 1) / 2
    return linear + 4 * pairs * config.heads * config.head * config.layers


def step_bytes(model: Model, choice: Quantization, quantizes_output: bool) -> float:
    """Returns the bytes of weights that a step reads."""
    bits = bits_per_weight(model, choice)
    linear = sum(n * k * count for (n, k), count in linear_shapes(model).items())
    n, k = model.shape(EMBEDDING)
    return linear * bits / 8 + n * k * (bits / 8 if quantizes_output else 4)


def run(command: list) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise ValueError(f"{Path(command[0]).name} ends with {done.returncode}: {done.stderr.strip()}")


def limits(model: Model, choice: Quantization, threads: int) -> tuple[float, float]:
    """Returns GF/s of the linear layers by mx-bench and GB/s of DRAM."""
    shapes = linear_shapes(model)
    with tempfile.TemporaryDirectory(prefix="speed-") as folder:
        out = Path(folder) / "bench.json"
        command = [BENCH, f"--m={ROWS}", f"--shapes={','.join(f'{n}x{k}' for n, k in shapes)}", "--rounds=5",
                   f"--threads={threads}", f"--weights={choice.weights}", f"--activations={choice.activations}",
                   f"--json={out}"]  # fmt: skip
        run(command)
        rows = json.loads(out.read_text())
    counts = {(row["n"], row["k"]): shapes[row["n"], row["k"]] for row in rows}
    work = sum(2e-9 * ROWS * n * k * count for (n, k), count in counts.items())
    time = sum(1e-3 * row["ms"] * counts[row["n"], row["k"]] for row in rows)
    return work / time, median(row["dram_gbs"] for row in rows)


def first_token(folder: Path) -> float:
    """Returns the seconds of a process that answers with one token."""
    chat = Path(__file__).parent / "chat.py"
    command = [sys.executable, chat, "What is a compiler?", "--max-tokens=1", f"--program={folder}"]
    return median(seconds(lambda: run(command)) for _ in range(3))


def save(program, model: Model, folder: Path) -> None:
    """Saves what chat.py loads."""
    program.save(folder / "program")
    load_tokenizer(model.fields).save(str(folder / "tokenizer.json"))


def timed(arguments: argparse.Namespace, ours: Ours, peer: Optional[Peer]) -> dict[str, float]:
    """Returns the median seconds of each kind."""
    calls = {"prompt": ours.prompt, "prefill": ours.prefill, "steps": ours.steps}
    if peer:
        calls |= {"peer_prompt": peer.prompt, "peer_rewind": peer.rewind, "peer_steps": peer.steps}
    for call in calls.values():
        call()
    rounds = [{name: seconds(call) for name, call in calls.items()} for _ in range(arguments.rounds)]
    return {name: median(round[name] for round in rounds) for name in calls}


def measure(arguments: argparse.Namespace) -> dict:
    model, threads = Model(layers=arguments.layers), arguments.threads
    choice = Quantization(arguments.weights, arguments.activations or arguments.weights)
    start = time.perf_counter()
    choices = Choices(quantize_output=arguments.quantize_output)
    program = compile_model(model, ("prefill", "prompt", "step"), choice, threads, choices)
    row = choice._asdict() | {"threads": threads, "quantize_output": arguments.quantize_output}
    row |= {"compile_s": time.perf_counter() - start, "compile_gb": peak_gigabytes()}
    with tempfile.TemporaryDirectory(prefix="speed-") as name:
        save(program, model, Path(name))
        del program
        before = limits(model, choice, threads) if BENCH.exists() else None
        times = timed(arguments, Ours(mx_mlir.load(Path(name) / "program")), find_peer(threads))
        after = limits(model, choice, threads) if BENCH.exists() else None
        row["first_token_s"] = first_token(Path(name))
    row |= {"prompt_s": times["prompt"], "prefill_s": times["prefill"], "step_ms": 1e3 * times["steps"] / STEPS}
    row["gflops"] = 1e-9 * operations(model) / times["prompt"]
    row["step_gbs"] = 1e-9 * step_bytes(model, choice, arguments.quantize_output) * STEPS / times["steps"]
    if before and after:
        gflops, dram = (median(pair) for pair in zip(before, after))
        row |= {"bench_gflops": gflops, "prompt_share": row["gflops"] / gflops}
        row |= {"dram_gbs": dram, "step_share": row["step_gbs"] / dram}
    if "peer_prompt" in times:
        row |= {"peer_prompt_s": times["peer_prompt"], "peer_step_ms": 1e3 * times["peer_steps"] / STEPS}
    return row


def peak_gigabytes() -> float:
    """Returns the most memory that the process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", default="amxfp4", metavar="PRESET")
    parser.add_argument("--activations", metavar="PRESET", help="default: as the weights")
    parser.add_argument("--quantize-output", action="store_true", help="the output layer too")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--layers", type=int, metavar="N", help="the first ones of the model only")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures")
    arguments = parser.parse_args()
    check_least(parser, arguments, threads=1, rounds=1)
    check_preset(parser, "--weights", arguments.weights)
    check_preset(parser, "--activations", arguments.activations or arguments.weights)
    return arguments


def main() -> None:
    arguments = parse()
    row = measure(arguments)
    for name, value in row.items():
        print(f"{name}: {value:.4g}" if isinstance(value, float) else f"{name}: {value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(row, indent=1) + "\n")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, mx_mlir.Error) as error:
        sys.exit(f"speed.py: {error}")
