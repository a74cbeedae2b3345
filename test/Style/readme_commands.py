#!/usr/bin/env python3
"""Fails where README.md or docs/ name a file or a tool that is not there.

Looked at: inline code, shell blocks and links. A path counts when it starts
with a folder of the tree, a tool when it starts a command in a shell block.
"""

import re
from pathlib import Path

from common import ROOT, canary, finish, shown

FOLDERS = r"(?:scripts|examples|docs|include|lib|tools|test|python|\.ci)/"
SHELL = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.M | re.S)
OTHER_BLOCK = re.compile(r"^```.*?^```", re.M | re.S)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s:]+)\)")
TOOL = re.compile(r"(?:^|[|;&]|\$)\s*(?:build/\w+/bin/)?(mx-[\w-]+)", re.M)


def words(text: str) -> list[str]:
    return re.findall(r"[^\s'\"=]+", text)


def missing(folder: Path, text: str) -> list[str]:
    """Returns what `text`, a document of `folder`, names and the tree lacks."""
    shell = "\n".join(SHELL.findall(text))
    prose = OTHER_BLOCK.sub("", text)
    named = words(shell) + [word for code in INLINE.findall(prose) for word in words(code)]
    paths = [word.rstrip(".,;:)") for word in named if re.match(FOLDERS, word) and not re.search(r"[*{<$]|\.\.\.", word)]
    problems = [f"no such file: {path}" for path in paths if not (ROOT / path).exists()]
    problems += [f"dead link: {link}" for link in LINK.findall(prose) if not (folder / link).exists()]
    problems += [f"no such tool: {tool}" for tool in TOOL.findall(shell) if not (ROOT / "tools" / tool).is_dir()]
    return problems


def main() -> None:
    canary(lambda: missing(ROOT, "```sh\nscripts/gone.sh\n```\n"), "scripts/gone.sh")
    canary(lambda: missing(ROOT, "```sh\nbuild/release/bin/mx-gone x\n```\n"), "mx-gone")
    canary(lambda: missing(ROOT, "see `examples/gone.mlir`"), "examples/gone.mlir")
    canary(lambda: missing(ROOT, "see [this](docs/Gone.md)"), "dead link")
    documents = [ROOT / "README.md"] + sorted((ROOT / "docs").rglob("*.md"))
    problems = []
    for path in documents:
        problems += [f"{shown(path)}: {problem}" for problem in missing(path.parent, path.read_text())]
    finish("named files and tools", len(documents), problems)


if __name__ == "__main__":
    main()
