"""What transformers are made of, as linalg on tensors.

Activations are [tokens, features], weights [out, in].
"""

from emitter import Emitter, Tensor

GATHER = """
%row = arith.index_cast %a : i64 to index
%column = linalg.index 1 : index
%y = tensor.extract {table}[%row, %column] : {type}"""

EXP = """
%less = arith.subf %a, %b : f32
%y = math.exp %less : f32"""

LEAST = -1e30  # below every score


class Blocks:
    def __init__(self):
        self.emit = Emitter()

    def elementwise(self, body: str, *inputs: tuple[Tensor, str]) -> Tensor:
        """Returns what `body` makes of each element; the first input has the axes and
        the shape of the result."""
        first, axes = inputs[0]
        return self.emit.generic(list(inputs), (self.emit.empty(first.shape), axes), body)

    def add(self, x: Tensor, y: Tensor, axes: str = "sd") -> Tensor:
        """Returns x [tokens, features] + y, which has these `axes` of x."""
        return self.elementwise("%y = arith.addf %a, %b : f32", (x, "sd"), (y, axes))

    def gather(self, tokens: Tensor, table: Tensor) -> Tensor:
        """Returns the rows of the table that the tokens name."""
        out = self.emit.empty((tokens.shape[0], table.shape[1]))
        return self.emit.generic([(tokens, "s")], (out, "sd"), GATHER.format(table=table.name, type=table.type))

    def matmul(self, x: Tensor, weight: Tensor, note: str = "") -> Tensor:
        """Returns x times the weight transposed."""
        return self.emit.product("linalg.matmul", x, weight, "mk,nk->mn", (x.shape[0], weight.shape[0]), note)

    def batch_matmul(self, x: Tensor, y: Tensor, maps: str, columns) -> Tensor:
        """Returns the products of each batch, [batch, rows of x, columns]."""
        return self.emit.product("linalg.batch_matmul", x, y, maps, (*x.shape[:2], columns))

    def reduce(self, body: str, x: Tensor, axes: str, over: str, init: float = 0) -> Tensor:
        """Returns x, which has `axes`, with those of `over` reduced by `body`."""
        kept = "".join(axis for axis in axes if axis not in over)
        shape = tuple(extent for extent, axis in zip(x.shape, axes) if axis not in over)
        return self.emit.generic([(x, axes)], (self.emit.filled(shape, init), kept), body, sums=over)

    def row_sums(self, x: Tensor, axes: str, over: str) -> Tensor:
        return self.reduce("%y = arith.addf %out, %a : f32", x, axes, over)

    def softmax(self, scores: Tensor, axes: str) -> tuple[Tensor, Tensor]:
        """Returns exp of the scores less the maximum along the last axis, and the sums
        of these: dividing can wait until there is less to divide."""
        over, kept = axes[-1], axes[:-1]
        largest = self.reduce("%y = arith.maximumf %out, %a : f32", scores, axes, over, LEAST)
        weights = self.elementwise(EXP, (scores, axes), (largest, kept))
        return weights, self.row_sums(weights, axes, over)

    def split_heads(self, x: Tensor, heads: int) -> Tensor:
        """Returns x [tokens, heads * head] as [heads, tokens, head]."""
        rows, head = x.shape[0], x.shape[1] // heads
        x = self.emit.expand(x, [[0], [1, 2]], (rows, heads, head))
        return self.emit.transpose(x, (1, 0, 2), (heads, rows, head))
