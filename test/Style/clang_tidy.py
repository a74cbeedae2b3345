#!/usr/bin/env python3
"""Runs clang-tidy, with the checks of .clang-tidy, over our .cpp files.

clang_tidy.py CLANG_TIDY BUILD_FOLDER [FOLDER...]

BUILD_FOLDER holds compile_commands.json; FOLDER (from the root) narrows the
run to files under it.
"""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from common import ROOT, canary, finish, shown


def check(path: Path, *command: str) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return []
    lines = [line for line in done.stdout.splitlines() if "error:" in line or "warning:" in line]
    return lines or [f"{shown(path)}: clang-tidy failed\n{done.stderr}"]


def compiled_files(build: str, folders: list[str]) -> list[Path]:
    """Returns our files that the build compiles; generated ones are not ours."""
    commands = json.loads((Path(build) / "compile_commands.json").read_text())
    paths = {(Path(entry["directory"]) / entry["file"]).resolve() for entry in commands}
    wanted = tuple(str(ROOT / folder) + os.sep for folder in folders or ("lib", "tools", "test", "python"))
    return sorted(path for path in paths if str(path).startswith(wanted))


def check_offence(clang_tidy: str) -> list[str]:
    """Returns what our checks say of a class that is not named as ours are."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "offence.cpp"
        path.write_text("class bad_name {};\n")
        config = f"--config-file={ROOT / '.clang-tidy'}"
        return check(path, clang_tidy, "--quiet", config, str(path), "--", "-std=c++17")


def main() -> None:
    clang_tidy, build, *folders = sys.argv[1:]
    canary(lambda: check_offence(clang_tidy), "readability-identifier-naming")
    sources = compiled_files(build, folders)
    if not sources:
        sys.exit(f"no compiled file under {folders or ROOT}: is {build} configured?")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda path: check(path, clang_tidy, "--quiet", "-p", build, str(path)), sources)
    finish("clang-tidy", len(sources), sorted({line for lines in results for line in lines}))


if __name__ == "__main__":
    main()
