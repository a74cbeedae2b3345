#!/usr/bin/env python3
"""Makes an MLIR module of the block-scaled weights of a checkpoint.

    import_checkpoint.py FILE --list
    import_checkpoint.py FILE --tensor=NAME --output=OUT.mlirbc

FILE is safetensors (MXFP4, NVFP4) or GGUF (Q4_0, Q4_1, Q8_0, MXFP4). Codes and
scales are taken as they are: nothing is quantized again. OUT.mlir is text,
OUT.mlirbc bytecode, which mx-opt writes.
"""

import argparse
import os
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from gguf_file import read_gguf
from module import TEMPLATES, render_functions, write_module
from safetensors_file import read_safetensors
from weight import Checkpoint, Refused, Weight

ROOT = Path(__file__).resolve().parents[2]


def read_checkpoint(path: Path) -> Checkpoint:
    with open(path, "rb") as file:
        is_gguf = file.read(4) == b"GGUF"
    return read_gguf(path) if is_gguf else read_safetensors(path)


def select(checkpoint: Checkpoint, patterns: list[str]) -> list[Weight]:
    """Returns the weights that the patterns name, in the order of the file."""
    chosen = set()
    for pattern in ["*" if pattern == "all" else pattern for pattern in patterns]:
        if pattern in checkpoint.others:
            raise Refused(f"tensor '{pattern}' is {checkpoint.others[pattern]}, not block-scaled codes")
        exact = pattern in checkpoint.weights
        found = {name for name in checkpoint.weights if name == pattern or (not exact and fnmatchcase(name, pattern))}
        if not found:
            raise Refused(f"no block-scaled weight is named '{pattern}'; --list shows those of the file")
        chosen |= found
    weights = [make() for name, make in checkpoint.weights.items() if name in chosen]
    for weight in weights:
        if 0 in weight.shape:
            raise Refused(f"tensor '{weight.name}' of shape {list(weight.shape)} has no elements")
    return weights


def print_list(checkpoint: Checkpoint) -> None:
    for name, make in checkpoint.weights.items():
        try:
            weight = make()
            print(f"{name}: {'x'.join(map(str, weight.shape))} !mx.{weight.format}")
        except Refused as refusal:
            print(f"{name}: refused: {refusal}")


def write_bytecode(functions: list[str], weights: list[Weight], tools: Path, output: Path) -> None:
    mx_opt = tools / "mx-opt"
    if not mx_opt.exists():
        raise Refused(f"no mx-opt in {tools}, which bytecode needs: build it by scripts/build.sh or give --tools")
    command = [mx_opt, "-", "--emit-bytecode", "-o", output]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            with process.stdin as stream:
                write_module(stream, functions, weights)
        except BrokenPipeError:
            pass  # its message says why
        message = process.stderr.read().decode(errors="replace")
    if process.returncode != 0:
        raise Refused(f"mx-opt does not take the module:\n{message}")


@contextmanager
def replacement(output: Path):
    """Yields the path of a file beside `output` that takes its place at the end; an
    error leaves `output` as it was."""
    output = Path(os.path.realpath(output))  # a link stays one
    part = output.with_name(f"{output.name}.{os.getpid()}.part")
    try:
        yield part
        os.replace(part, output)
    finally:
        part.unlink(missing_ok=True)


def import_weights(checkpoint: Checkpoint, arguments) -> None:
    if arguments.output.exists() and arguments.output.samefile(arguments.file):
        raise Refused(f"--output={arguments.output} is the checkpoint itself")
    weights = select(checkpoint, arguments.tensor)
    functions = render_functions(weights, arguments.form)
    with replacement(arguments.output) as part:
        if arguments.output.suffix == ".mlirbc":
            write_bytecode(functions, weights, arguments.tools, part)
        else:
            with open(part, "wb") as stream:
                write_module(stream, functions, weights)
    print(f"{len(weights)} weights in {arguments.output}")
    if set(arguments.tensor) & {"all", "*"} and checkpoint.others:
        counts = Counter(checkpoint.others.values())
        types = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        print(f"left out, not block-scaled: {types}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--list", action="store_true", help="print the weights that can be imported")
    parser.add_argument("--tensor", action="append", default=[], metavar="NAME",
                        help="weight to import, a pattern with * or 'all'; may be repeated")  # fmt: skip
    parser.add_argument("--output", type=Path, metavar="OUT")
    parser.add_argument("--as", dest="form", choices=list(TEMPLATES), default="weights",
                        help="functions that return the weights (default), or that multiply by them")  # fmt: skip
    parser.add_argument("--tools", type=Path, default=ROOT / "build/release/bin", help="folder of mx-opt")
    arguments = parser.parse_args()
    if arguments.list == bool(arguments.tensor or arguments.output):
        parser.error("expected either --list, or --tensor and --output")
    if not arguments.list and not (arguments.tensor and arguments.output):
        parser.error("--tensor and --output go together")
    if arguments.output and arguments.output.suffix not in (".mlir", ".mlirbc"):
        parser.error(f"--output={arguments.output}: expected a name that ends in .mlir or .mlirbc")
    return arguments


def main() -> None:
    arguments = parse_arguments()
    sys.stdout.reconfigure(errors="backslashreplace")  # names need not fit the terminal's encoding
    try:
        checkpoint = read_checkpoint(arguments.file)
        if arguments.list:
            print_list(checkpoint)
        else:
            import_weights(checkpoint, arguments)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read the list has left
    except (Refused, OSError) as error:
        sys.exit(f"import_checkpoint.py: {error}")


if __name__ == "__main__":
    main()
