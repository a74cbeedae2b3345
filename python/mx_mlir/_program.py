"""Compiled programs, however they came here."""

from __future__ import annotations

import json
import os
from typing import Any, Callable, Sequence, Union

from ._call import Function
from ._types import Remark, Signature, read_signature

Path = Union[str, "os.PathLike[str]"]


class Program:
    """Compiled code. Each public function of its module is an entry, and an
    attribute of the program to call.

        y = program.main(x, w)

    A tensor argument is a numpy array or an object with `__dlpack__` (of a CPU)
    whose shape and dtype are those of the signature; unsigned integers pass for
    signed ones, int64 for index, uint16 for bf16. It is not copied where it is
    contiguous. A scalar is a Python or numpy number. Results are numpy arrays
    (bf16: of ml_dtypes.bfloat16, or of uint16 where ml_dtypes is not
    installed) and numpy scalars; several come as a tuple, none as ().

    An argument with `mx.in_place` is a numpy array that the code writes to: it
    must be writable and contiguous, share no memory with other arguments, and
    stands itself among the results.

    A wrong number of arguments, or a wrong dtype, raises TypeError, a wrong
    shape ValueError; the message names the argument, what was found and what
    was wanted.
    """

    def __init__(
        self,
        entries: Sequence[dict[str, Any]],
        addresses: Sequence[int],
        remarks: Sequence[Remark],
        owner: Any,
        save: Callable[["Program", Path], None],
    ):
        self._entries = list(entries)
        self._remarks = tuple(remarks)
        self._owner = owner
        self._save = save
        self._functions = {
            entry["name"]: Function(entry["name"], read_signature(entry), address, owner)
            for entry, address in zip(entries, addresses)
        }

    @property
    def entries(self) -> tuple[str, ...]:
        """The names of the public functions, in the order of the module."""
        return tuple(self._functions)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What the passes of MX said while the program was compiled."""
        return self._remarks

    def function(self, name: str) -> Function:
        """Returns an entry; AttributeError where there is none of that name."""
        try:
            return self._functions[name]
        except KeyError:
            known = ", ".join(self._functions)
            raise AttributeError(f"the program has no entry {name!r}; entries: {known}") from None

    def signature(self, name: str) -> Signature:
        """Returns what an entry takes and returns."""
        return self.function(name).signature

    def call(self, name: str, *arguments: Any) -> Any:
        """Calls an entry, which may have any name."""
        return self.function(name)(*arguments)

    def save(self, path: Path) -> None:
        """Writes the program as a folder that `load` reads; one that is there
        from before is replaced.

        It holds machine code for this processor, the large constants, and a
        description. Needs a linker: ld.lld of LLVM, or ld.
        Raises Error where there is none, or a file cannot be written, or the
        constants are more than 1 GB.
        """
        self._save(self, path)

    def __getattr__(self, name: str) -> Function:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.function(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._functions]

    def __repr__(self) -> str:
        return f"<mx_mlir.Program: {', '.join(self._functions)}>"


def describe(program: Program) -> dict[str, Any]:
    """Returns what a folder says of the program, beside its files."""
    return json.loads(json.dumps({"entries": program._entries, "remarks": [vars(r) for r in program._remarks]}))
