#!/usr/bin/env python3
"""Fails on a file longer than a reader takes in at once."""

from common import canary, files, finish, shown

LIMITS = {".cpp": 400, ".h": 400, ".py": 400, ".td": 300}


def check(name: str, suffix: str, lines: int) -> list[str]:
    limit = LIMITS[suffix]
    return [f"{name}: {lines} lines, at most {limit} for {suffix}: split it by concept"] if lines > limit else []


def main() -> None:
    canary(lambda: check("A.td", ".td", 301), "at most 300")
    sources = files(tuple(LIMITS))
    problems = []
    for path in sources:
        problems += check(shown(path), path.suffix, len(path.read_text().splitlines()))
    finish("file sizes", len(sources), problems)


if __name__ == "__main__":
    main()
