#!/usr/bin/env python3
"""Fails where clang-format would change one of our C++ files.

clang_format.py CLANG_FORMAT
"""

import subprocess
import sys

from common import ROOT, canary, files, finish


def check(clang_format: str, arguments: list[str], text: str = "") -> list[str]:
    """Returns the places that clang-format would change, one message each."""
    command = [clang_format, "--dry-run", "-Werror", "--style=file", *arguments]
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=ROOT)
    messages = [line for line in done.stderr.splitlines() if "error:" in line]
    return messages or ([done.stderr or "clang-format failed"] if done.returncode else [])


def main() -> None:
    clang_format = sys.argv[1]
    canary(lambda: check(clang_format, ["--assume-filename=lib/A.cpp"], "int  x ;\n"), "should be clang-formatted")
    sources = files((".h", ".cpp"))
    problems = check(clang_format, [str(path) for path in sources]) if sources else []
    if problems:
        problems.append(f"to format: {clang_format} -i FILE")
    finish("clang-format", len(sources), problems)


if __name__ == "__main__":
    main()
