"""Programs as folders: written by the compiler, read without it.

    program.json         the entries, the remarks, what belongs to the program
    code-HASH.so         machine code; named by its content, since a process
                         that has loaded a name is given the same code again
    constants.weights    the large constants
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path as FilePath
from typing import Any, Iterator

from ._cpu import cpu_features
from ._error import Error
from ._load import DESCRIPTION, FORMAT, VERSION, load_folder, read_description
from ._program import Path, Program, describe


def _linkers(openmp: str) -> Iterator[str]:
    """Yields the linkers there are, LLVM's first."""
    beside = FilePath(openmp).resolve().parents[1] / "bin" / "ld.lld"
    for name in (str(beside), "ld.lld-22", "ld.lld", "ld"):
        found = shutil.which(name)
        if found:
            yield found


def _link(code: FilePath, library: FilePath, libraries: list[str], openmp: str) -> None:
    linker = next(_linkers(openmp), None)
    if linker is None:
        raise Error("error: a saved program needs a linker; found neither ld.lld-22, ld.lld nor ld on PATH")
    command = [linker, "-shared", "-z", "noexecstack", "--as-needed", "-o", str(library), str(code), *libraries]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise Error(f"error: cannot link the program: {lines[0]}")


def _write_files(program: Program, folder: FilePath) -> None:
    """Writes all files of a compiled program into an empty folder."""
    from . import _mx

    code, library, weights = folder / "code.o", folder / "code.so", folder / "constants.weights"
    has_weights = program._owner.save(str(code), str(weights))
    openmp = _mx.openmp_library()
    uses_openmp = b"__kmpc_" in code.read_bytes()
    libraries = [str(FilePath(__file__).parent / "libmx_runtime.so"), *_mx.system_libraries()]
    _link(code, library, libraries + [openmp] * uses_openmp, openmp)
    code.unlink()
    digest = hashlib.sha256(library.read_bytes()).hexdigest()
    named = library.rename(folder / f"code-{digest[:16]}.so")
    description = {
        "format": FORMAT,
        "version": VERSION,
        **describe(program),
        "code": {"file": named.name, "sha256": digest},
        "weights": {"file": weights.name, "size": weights.stat().st_size} if has_weights else None,
        "openmp": openmp if uses_openmp else None,
        "cpu": sorted(cpu_features()),
    }
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=1))


def _replace(made: FilePath, folder: FilePath) -> None:
    """Puts a folder where it belongs. Files of an older program stay as they
    are for processes that have mapped them."""
    if folder.exists():
        is_program = (folder / DESCRIPTION).is_file()
        if not folder.is_dir() or not (is_program or not any(folder.iterdir())):
            raise Error(f"error: '{folder}' is there already and is no saved program")
        older = FilePath(tempfile.mkdtemp(prefix=folder.name + ".", dir=folder.parent))
        os.rename(folder, older)
        os.rename(made, folder)
        shutil.rmtree(older)
    else:
        os.rename(made, folder)


def _save(path: Path, write: Any) -> None:
    folder = FilePath(os.path.abspath(os.fsdecode(path)))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=folder.name + ".", dir=folder.parent) as temporary:
            made = FilePath(temporary) / "program"
            made.mkdir()
            write(made)
            _replace(made, folder)
    except OSError as error:
        raise Error(f"error: cannot write '{folder}': {error.strerror or error}") from error


def save_compiled(program: Program, path: Path) -> None:
    """Program.save of what `compile` returns."""
    _save(path, lambda folder: _write_files(program, folder))


def save_loaded(source: FilePath, description: dict[str, Any], path: Path) -> None:
    """Program.save of what was loaded from the folder `source`."""
    if read_description(source) != description:
        raise Error(f"error: '{source}' holds another program than when this one was loaded")
    _save(path, lambda folder: shutil.copytree(source, folder, dirs_exist_ok=True))


def load(path: Path, verify: bool = False, map_weights: bool = False) -> Program:
    """Loads a program that `Program.save` wrote, without LLVM and MLIR.

    path: the folder. The program can be saved while it is as it was.
    verify: reads the constants and compares them with their hashes; without it
        only the index of their file is checked.
    map_weights: maps the large constants, which processes then share, instead of
        reading them into huge pages, from which products of few rows are faster.
        The folder must stay as it is while the program lives (`save` to the same
        path does no harm). Constants that a living program has brought from the
        same folder are shared with it, however it did that.

    Raises Error where the folder holds no program, a file of it is missing,
    damaged or of another program, or the processor lacks instructions that the
    code uses.
    """
    return load_folder(FilePath(os.path.abspath(os.fsdecode(path))), verify, map_weights, save_loaded)
