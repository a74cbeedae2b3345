"""What the style tests share: the tree's files, and one way to report."""

import sys
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("include", "lib", "tools", "test", "examples", "scripts", "python")


def files(suffixes: tuple[str, ...], folders: tuple[str, ...] = FOLDERS) -> list[Path]:
    """Returns our files with one of the suffixes, sorted, absolute."""
    found = []
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in suffixes and "__pycache__" not in path.parts and path.is_file():
                found.append(path)
    return sorted(found)


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def finish(what: str, count: int, problems: list[str]) -> None:
    """Prints the problems, or what was looked at, and ends the process."""
    for problem in problems:
        print(problem)
    print(f"{what}: {len(problems)} problems" if problems else f"{what}: {count} looked at, all good")
    sys.exit(1 if problems else 0)


def canary(finds: Callable[[], list[str]], wanted: str) -> None:
    """Ends the process unless the check finds what is wrong with a made-up case."""
    problems = finds()
    if not any(wanted in problem for problem in problems):
        sys.exit(f"canary: the check does not find '{wanted}'; it found {problems}")
