#!/usr/bin/env python3
"""Lets the model answer, by a compiled program, and says how fast it was.

    chat.py "Why is the sky blue?" [--weights=PRESET] [--temperature=0.7]

Greedy unless a temperature is given. `--program=FOLDER` saves the program there, or
loads the one that an earlier call has saved, with the options that this one had.
"""

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Iterator, NamedTuple, Optional

import checkout  # noqa: F401 (before mx_mlir)
import mx_mlir
import numpy as np
from tokenizers import Tokenizer

from llama import Choices
from model import Model
from options import check_preset
from quantization import Quantization, compile_model
from tokens import END_OF_TURN, chat_text, load_tokenizer

ENTRIES = ("prompt", "step")


class Sampling(NamedTuple):
    temperature: float = 0.0  # 0: always the most likely token
    top_p: float = 1.0  # the likeliest tokens that have this probability together


def choose(logits: np.ndarray, sampling: Sampling, random: np.random.Generator) -> int:
    """Returns the next token, given logits [vocabulary]."""
    if sampling.temperature == 0:
        return int(logits.argmax())
    scaled = logits.astype(np.float64) / sampling.temperature
    weights = np.exp(scaled - scaled.max())
    order = np.argsort(-weights)
    share = np.cumsum(weights[order]) / weights.sum()
    kept = order[: int(np.searchsorted(share, sampling.top_p)) + 1]
    return int(random.choice(kept, p=weights[kept] / weights[kept].sum()))


def generate(program, tokens: list[int], limit: int, end: int, sampling: Sampling, seed: int) -> Iterator[int]:
    """Yields up to `limit` tokens that continue `tokens`, without `end`, which stops it."""
    random, shape = np.random.default_rng(seed), cache_shape(program)
    keys, values = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    logits, keys, values = program.prompt(np.array(tokens, np.int64), 0, keys, values)
    for position in range(len(tokens), len(tokens) + limit):
        token = choose(logits[0], sampling, random)
        if token == end:
            return
        yield token
        if position + 1 < len(tokens) + limit:
            logits, keys, values = program.step(np.array([token], np.int64), position, keys, values)


def cache_shape(program) -> tuple[int, ...]:
    """Returns [layers, kv heads, context, head]."""
    return program.signature("step").arguments[2].shape


class Stream:
    """Turns tokens into pieces of text; a character of several tokens comes whole."""

    def __init__(self, tokenizer):
        self.tokenizer, self.tokens, self.shown = tokenizer, [], ""

    def push(self, token: int) -> str:
        self.tokens.append(token)
        text = self.tokenizer.decode(self.tokens)
        if text.endswith("\N{REPLACEMENT CHARACTER}"):
            return ""
        piece, self.shown = text[len(self.shown) :], text
        return piece


def check_length(tokens: list[int], limit: int, context: int) -> None:
    if len(tokens) + limit > context:
        raise ValueError(f"{len(tokens)} tokens of prompt and {limit} of answer, expected {context} at most")


def load_chat(folder: Path, arguments: argparse.Namespace):
    """Returns a saved program, the tokenizer and the tokens of the prompt. The model's
    file is not read: that takes longer than all the rest."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    program, tokens = mx_mlir.load(folder / "program"), prompt_tokens(tokenizer, arguments)
    check_length(tokens, arguments.max_tokens, cache_shape(program)[2])
    return program, tokenizer, tokens


def compile_chat(folder: Optional[Path], arguments: argparse.Namespace):
    """Returns the same of a new program, which is saved in the folder if there is one."""
    model = Model(layers=arguments.layers)
    tokenizer = load_tokenizer(model.fields)
    tokens = prompt_tokens(tokenizer, arguments)
    check_length(tokens, arguments.max_tokens, arguments.context)
    choice = Quantization(arguments.weights, arguments.activations)
    choices = Choices(context=arguments.context, quantize_output=arguments.quantize_output)
    program = compile_model(model, ENTRIES, choice, arguments.threads, choices)
    if folder:
        program.save(folder / "program")
        tokenizer.save(str(folder / "tokenizer.json"))
    return program, tokenizer, tokens


def prompt_tokens(tokenizer: Tokenizer, arguments: argparse.Namespace) -> list[int]:
    messages = [("system", arguments.system)] if arguments.system else []
    return tokenizer.encode(chat_text([*messages, ("user", arguments.prompt)])).ids


def answer(program, tokenizer: Tokenizer, tokens: list[int], arguments: argparse.Namespace) -> None:
    """Prints the answer as it comes, then the speed."""
    stream, sampling = Stream(tokenizer), Sampling(arguments.temperature, arguments.top_p)
    end, times = tokenizer.token_to_id(END_OF_TURN), [time.perf_counter()]
    for token in generate(program, tokens, arguments.max_tokens, end, sampling, arguments.seed):
        times.append(time.perf_counter())
        print(stream.push(token), end="", flush=True)
    print()
    if len(times) > 2:
        first, rest = times[1] - times[0], times[-1] - times[1]
        print(f"prompt: {len(tokens)} tokens, {len(tokens) / first:.1f} tokens/s; "
              f"answer: {len(times) - 1} tokens, {(len(times) - 2) / rest:.1f} tokens/s", file=sys.stderr)  # fmt: skip


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prompt")
    parser.add_argument("--system", help="the system message, instead of the model's own")
    parser.add_argument("--weights", default="amxfp4_ue5m3", metavar="PRESET", help="or float")
    parser.add_argument("--activations", default="mxint8", metavar="none|PRESET")
    parser.add_argument("--quantize-output", action="store_true", help="the output layer too")
    parser.add_argument("--temperature", type=float, default=0.0)
    parser.add_argument("--top-p", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--max-tokens", type=int, default=256)
    parser.add_argument("--context", type=int, default=2048, help="positions of the caches")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--layers", type=int, help="the first ones of the model only")
    parser.add_argument("--program", type=Path, metavar="FOLDER", help="where the program is, or is saved")
    arguments = parser.parse_args()
    if arguments.temperature < 0 or not 0 < arguments.top_p <= 1:
        parser.error("expected a temperature of 0 or more, and a top-p above 0 and up to 1")
    if arguments.max_tokens < 1 or arguments.threads < 1:
        parser.error("expected --max-tokens and --threads of 1 or more")
    check_preset(parser, "--weights", arguments.weights, "float")
    check_preset(parser, "--activations", arguments.activations, "none")
    return arguments


def main() -> None:
    arguments = parse()
    folder = arguments.program
    is_saved = folder and (folder / "tokenizer.json").exists()
    answer(*(load_chat if is_saved else compile_chat)(folder, arguments), arguments)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, mx_mlir.Error) as error:
        sys.exit(f"chat.py: {error}")
