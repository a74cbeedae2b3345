"""Writes MLIR text, one op a call.

A shape is a tuple whose entries are extents, or names of index values where they
are dynamic: `(3, "%n", 64)` is tensor<3x?x64xf32>. Axes of a loop nest are
letters: the product "mk,nk->mn" has the maps (m, n, k) -> (m, k) and so on.
"""

from typing import NamedTuple

import numpy as np

ELEMENTS = {"float32": "f32", "int64": "i64", "uint8": "i8"}


class Tensor(NamedTuple):
    name: str
    shape: tuple
    element: str = "f32"

    @property
    def type(self) -> str:
        extents = "".join("?x" if isinstance(extent, str) else f"{extent}x" for extent in self.shape)
        return f"tensor<{extents}{self.element}>"


def axes_map(loops: str, axes: str) -> str:
    return f"affine_map<({', '.join(loops)}) -> ({', '.join(axes)})>"


def listed(values) -> str:
    return ", ".join(str(value) for value in values)


def operands(tensors) -> str:
    return f"{listed(t.name for t in tensors)} : {listed(t.type for t in tensors)}"


def dynamic(shape: tuple) -> list[str]:
    return [extent for extent in shape if isinstance(extent, str)]


class Emitter:
    """Holds the functions written so far and the resources that they name."""

    def __init__(self):
        self.resources: dict[str, np.ndarray] = {}
        self._functions: list[str] = []
        self._lines: list[str] = []
        self._indent = "  "
        self._count = 0

    def text(self) -> str:
        return "\n".join(self._functions)

    # Functions and control flow

    def start(self) -> None:
        """Begins the body of a function."""
        self._lines, self._count = [], 0

    def finish(self, name: str, arguments: list[str], results: list[Tensor], visibility: str = "") -> None:
        types = listed(result.type for result in results)
        self.line(f"return {operands(results)}")
        body = "\n".join(self._lines)
        self._functions.append(f"func.func {visibility}@{name}({listed(arguments)}) -> ({types}) {{\n{body}\n}}\n")

    def call(self, name: str, inputs: list, body) -> list[Tensor]:
        """Writes a private function and a call of it. Inputs are tensors and names of
        index values; `body` gets those of the function and returns its results,
        whose dynamic extents are among those of the inputs."""
        outside, self._indent = (self._lines, self._count, self._indent), "  "
        self.start()
        inside = [self._argument(i, x) for i, x in enumerate(inputs)]
        arguments = [f"{x.name}: {x.type}" if isinstance(x, Tensor) else f"{x}: index" for x in inside]
        extents = self._extents(inputs, inside)
        results = body(*(self._renamed(x, extents) for x in inside))
        self.finish(name, arguments, results, "private ")
        self._lines, self._count, self._indent = outside
        types = listed(x.type if isinstance(x, Tensor) else "index" for x in inputs)
        names = listed(x.name if isinstance(x, Tensor) else x for x in inputs)
        self._count += 1
        call = f"%{self._count}"
        self.line(
            f"{call}:{len(results)} = func.call @{name}({names}) : ({types}) -> ({listed(x.type for x in results)})"
        )
        back = {inner: outer for outer, inner in extents.items()}
        return [self._renamed(x, back)._replace(name=f"{call}#{i}") for i, x in enumerate(results)]

    @staticmethod
    def _argument(number: int, x):
        return x._replace(name=f"%x{number}") if isinstance(x, Tensor) else f"%x{number}"

    @staticmethod
    def _renamed(x, extents: dict[str, str]):
        """Returns x with other names for its dynamic extents."""
        return x._replace(shape=tuple(extents.get(n, n) for n in x.shape)) if isinstance(x, Tensor) else x

    def _extents(self, outside: list, inside: list) -> dict[str, str]:
        """Returns the names that a function has for the dynamic extents of its inputs."""
        names: dict[str, str] = {}
        for outer, inner in zip(outside, inside):
            for axis, extent in enumerate(outer.shape if isinstance(outer, Tensor) else ()):
                if isinstance(extent, str) and extent not in names:
                    names[extent] = self.extent(inner, axis)
        return names

    def line(self, text: str) -> None:
        self._lines.append(self._indent + text)

    def value(self, text: str) -> str:
        """Writes an op of one result and returns the result's name."""
        self._count += 1
        name = f"%{self._count}"
        self.line(f"{name} = {text}")
        return name

    def parallel_loop(self, end: str, step: int, init: Tensor, body) -> Tensor:
        """Writes a loop over i in range(0, end, step), in any order or at once, and
        returns `init` with all parts; `body(i)` returns one, its offsets and sizes."""
        begin, stride = self.index(0), self.index(step)
        self._count += 1
        result, i, shared = (f"%{kind}{self._count}" for kind in ("loop", "i", "shared"))
        self.line(
            f"{result} = scf.forall ({i}) = ({begin}) to ({end}) step ({stride}) shared_outs({shared} = {init.name}) "
            f"-> ({init.type}) {{"
        )
        self._indent += "  "
        part, offsets, sizes = body(i)
        where = f"[{listed(offsets)}] [{listed(sizes)}] [{listed([1] * len(sizes))}]"
        self.line("scf.forall.in_parallel {")
        self.line(f"  tensor.parallel_insert_slice {part.name} into {shared}{where} : {part.type} into {init.type}")
        self.line("}")
        self._indent = self._indent[2:]
        self.line("}")
        return init._replace(name=result)

    # Scalars and constants

    def index(self, value: int) -> str:
        return self.value(f"arith.constant {value} : index")

    def number(self, value: float) -> str:
        return self.value(f"arith.constant {np.float32(value):.9e} : f32")

    def sum(self, x, y):
        """Returns x + y, each an extent or the name of an index value."""
        return self._arithmetic("addi", x, y, 0, lambda: x + y)

    def times(self, x, y):
        return self._arithmetic("muli", x, y, 1, lambda: x * y)

    def _arithmetic(self, op: str, x, y, neutral: int, known):
        if isinstance(x, int) and isinstance(y, int):
            return known()
        if neutral in (x, y):
            return y if x == neutral else x
        x, y = (self.index(value) if isinstance(value, int) else value for value in (x, y))
        return self.value(f"arith.{op} {x}, {y} : index")

    def resource(self, key: str, array: np.ndarray) -> Tensor:
        """Returns the constant of an array, which is kept under its key."""
        array = self.resources.setdefault(key, array)
        constant = Tensor("", array.shape, ELEMENTS[array.dtype.name])
        return constant._replace(name=self.value(f"arith.constant dense_resource<{key}> : {constant.type}"))

    def blocks(self, key: str, shape: tuple, form: str, codes: np.ndarray, scales: np.ndarray) -> Tensor:
        """Returns a block-scaled constant of format `form`."""
        self.resources.setdefault(f"{key}_codes", codes)
        self.resources.setdefault(f"{key}_scales", scales)
        constant = Tensor("", shape, f"!mx.{form}")
        text = f"mx.constant #mx.blocks<codes = {key}_codes, scales = {key}_scales> : {constant.type}"
        return constant._replace(name=self.value(text))

    # Shapes

    def empty(self, shape: tuple, element: str = "f32") -> Tensor:
        result = Tensor("", shape, element)
        return result._replace(name=self.value(f"tensor.empty({listed(dynamic(shape))}) : {result.type}"))

    def filled(self, shape: tuple, value: float) -> Tensor:
        empty = self.empty(shape)
        fill = f"linalg.fill ins({self.number(value)} : f32) outs({operands([empty])}) -> {empty.type}"
        return empty._replace(name=self.value(fill))

    def extent(self, x: Tensor, axis: int) -> str:
        return self.value(f"tensor.dim {x.name}, {self.index(axis)} : {x.type}")

    def slice(self, x: Tensor, offsets: tuple, sizes: tuple, shape: tuple) -> Tensor:
        """Returns a slice with the axes of extent 1 that `shape` lacks left out."""
        result = Tensor("", shape, x.element)
        where = f"[{listed(offsets)}] [{listed(sizes)}] [{listed([1] * len(sizes))}]"
        return result._replace(name=self.value(f"tensor.extract_slice {x.name}{where} : {x.type} to {result.type}"))

    def insert(self, x: Tensor, into: Tensor, offsets: tuple, sizes: tuple) -> Tensor:
        where = f"[{listed(offsets)}] [{listed(sizes)}] [{listed([1] * len(sizes))}]"
        text = f"tensor.insert_slice {x.name} into {into.name}{where} : {x.type} into {into.type}"
        return into._replace(name=self.value(text))

    def expand(self, x: Tensor, groups: list[list[int]], shape: tuple) -> Tensor:
        result = x._replace(shape=shape)
        text = f"tensor.expand_shape {x.name} {groups} output_shape [{listed(shape)}] : {x.type} into {result.type}"
        return result._replace(name=self.value(text))

    def collapse(self, x: Tensor, groups: list[list[int]], shape: tuple) -> Tensor:
        result = x._replace(shape=shape)
        text = f"tensor.collapse_shape {x.name} {groups} : {x.type} into {result.type}"
        return result._replace(name=self.value(text))

    # Computation

    def generic(self, inputs: list[tuple[Tensor, str]], out: tuple[Tensor, str], body: str, sums: str = "") -> Tensor:
        """Returns `out` written by a linalg.generic. In `body` an op a line, the
        elements are %a, %b, .. and %out, and %y is the result; `sums` are the axes
        that are reduced, the innermost ones."""
        init, axes = out
        loops = axes + sums
        maps = listed(axes_map(loops, letters) for _, letters in (*inputs, out))
        kinds = listed(['"parallel"'] * len(axes) + ['"reduction"'] * len(sums))
        ins = f"ins({operands([x for x, _ in inputs])}) " if inputs else ""
        names = [f"%{chr(ord('a') + i)}: {x.element}" for i, (x, _) in enumerate(inputs)]
        self._count += 1
        result = init._replace(name=f"%{self._count}")
        self.line(f"{result.name} = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}]}}")
        self.line(f"    {ins}outs({operands([init])}) {{")
        self.line(f"^bb0({listed([*names, f'%out: {init.element}'])}):")
        for op in body.strip().splitlines():
            self.line("  " + op.strip())
        self.line(f"  linalg.yield %y : {init.element}")
        self.line(f"}} -> {init.type}")
        return result

    def product(self, op: str, x: Tensor, y: Tensor, maps: str, shape: tuple, note: str = "") -> Tensor:
        """Returns the sum of products of two tensors; `maps` as in "mk,nk->mn"."""
        ins, result = maps.split("->")
        left, right = ins.split(",")
        loops = result + "".join(axis for axis in left if axis not in result)
        attribute = listed(axes_map(loops, axes) for axes in (left, right, result))
        init = self.filled(shape, 0)
        text = (
            f"{op} indexing_maps = [{attribute}] {note}ins({operands([x, y])}) outs({operands([init])}) -> {init.type}"
        )
        return init._replace(name=self.value(text))

    def transpose(self, x: Tensor, order: tuple, shape: tuple) -> Tensor:
        init = self.empty(shape)
        text = f"linalg.transpose ins({operands([x])}) outs({operands([init])}) permutation = [{listed(order)}]"
        return init._replace(name=self.value(text))
