"""What the README shows is what there is."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.M | re.S)


def test_the_example_is_the_file():
    assert (ROOT / "examples/matmul.mlir").read_text() in blocks("mlir")


def test_the_python_example_is_the_file():
    assert (ROOT / "examples/python/quickstart.py").read_text() in blocks("python")


def commands() -> list[tuple[str, str]]:
    """Returns (command, output) of each `$ ` line of the transcripts, and the
    other commands that use our tools with no output to compare."""
    shown = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, output = part.split("\n", 1)
            shown.append((command, output.strip()))
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return shown + [(line, "") for line in lines if line.startswith("build/release/bin/mx-")]


def test_commands_print_what_is_shown():
    assert commands()
    build = Path(os.environ["MX_TOOLS"]).parent
    for command, output in commands():
        if "PYTHONPATH" in command and not any(build.glob("python/mx_mlir/_mx.*.so")):
            continue  # built without the package
        here = command.replace("build/release", str(build))
        done = subprocess.run(here, shell=True, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert not output or done.stdout.strip() == output, command


def test_every_preset_is_listed():
    table = (ROOT / "include/mx/Numerics/Format.h").read_text()
    presets = table[table.index("presets{{") :]
    defined = re.findall(r'^ +\{"(\w+)",', presets, re.M)
    listed = re.findall(r"^\| `(\w+)` \| \w+ x \d+ \|", README, re.M)
    assert listed == defined
