#!/usr/bin/env python3
"""Prints the innermost loops of assembly that have a certain instruction.

Usage: inner_loops.py INSTRUCTION < assembly

A loop is what lies between a label and the last jump back to it; it is
innermost where no other jump back lies inside. One line a distinct loop: the
count of each vector instruction, and of operands on the stack.
"""

import collections
import re
import sys


def find_loops(lines):
    """Returns (first, last) of the lines of each innermost loop."""
    labels, last_jump = {}, {}
    for number, line in enumerate(lines):
        if match := re.match(r"(\.L\w+):", line):
            labels[match[1]] = number
        elif match := re.match(r"\s+j\w+\s+(\.L\w+)", line):
            if match[1] in labels:
                last_jump[labels[match[1]]] = number
    return [
        (first, last)
        for first, last in last_jump.items()
        if not any(first < other < last for other in last_jump)
    ]


def describe(lines):
    """Returns the counts of one loop as text."""
    code = [line.split("#")[0].split() for line in lines]
    names = collections.Counter(words[0] for words in code if words)
    vector = [f"{name}={n}" for name, n in sorted(names.items()) if name[0] == "v"]
    stack = sum(1 for line in lines if re.search(r"\(%r[sb]p\)", line) and "v" == line.strip()[0])
    return " ".join(vector) + f" stack={stack}"


def main():
    instruction = sys.argv[1]
    lines = sys.stdin.read().split("\n")
    found = set()
    for first, last in find_loops(lines):
        body = lines[first : last + 1]
        if any(line.split()[:1] == [instruction] for line in body):
            found.add(describe(body))
    print("\n".join(sorted(found)))


if __name__ == "__main__":
    main()
