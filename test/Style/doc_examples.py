#!/usr/bin/env python3
"""Parses and verifies every ```mlir block of the .td descriptions and the docs.

doc_examples.py MX_OPT

An example is a whole one: it holds a function, so that operands have types.
"""

import os
import re
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from common import ROOT, canary, files, finish, shown

BLOCK = re.compile(r"^[ \t]*```mlir[ \t]*\n(.*?)^[ \t]*```[ \t]*$", re.M | re.S)


class Example(NamedTuple):
    file: str
    line: int  # of the first line of the text
    text: str


def examples_of(name: str, text: str) -> list[Example]:
    return [
        Example(name, text.count("\n", 0, match.start(1)) + 1, textwrap.dedent(match.group(1)))
        for match in BLOCK.finditer(text)
    ]


def check(mx_opt: str, example: Example) -> list[str]:
    if "func.func" not in example.text:
        return [f"{example.file}:{example.line}: an example without a function: a reader cannot run it"]
    done = subprocess.run([mx_opt, "-", "-o", os.devnull], input=example.text, capture_output=True, text=True)
    if done.returncode == 0:
        return []
    errors = re.findall(r"^<stdin>:(\d+):\d+: error: (.*)$", done.stderr, re.M)
    located = [f"{example.file}:{example.line + int(line) - 1}: {message}" for line, message in errors]
    return located or [f"{example.file}:{example.line}: mx-opt failed: {done.stderr.strip()}"]


def main() -> None:
    mx_opt = sys.argv[1]
    wrong = "  ```mlir\n  func.func @f() {\n    mx.no_such_op\n    return\n  }\n  ```\n"
    canary(lambda: check(mx_opt, examples_of("canary.td", wrong)[0]), "canary.td:3: ")
    sources = files((".td",), ("include",)) + sorted((ROOT / "docs").rglob("*.md")) + [ROOT / "README.md"]
    examples = [example for path in sources for example in examples_of(shown(path), path.read_text())]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda example: check(mx_opt, example), examples)
    finish("mlir examples", len(examples), [problem for problems in results for problem in problems])


if __name__ == "__main__":
    main()
