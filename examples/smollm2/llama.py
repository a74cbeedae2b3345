"""Writes the model as linalg on tensors: `prefill`, `prompt` and `step`.

Activations are [tokens, features]; the number of tokens is dynamic but in `step`.
A position is an extent or the name of an index value, as in emitter.py.
"""

from typing import NamedTuple

from blocks import LEAST, Blocks
from emitter import Tensor, operands
from model import EMBEDDING, Model, rope_table

# Queries that attention takes at a time: their scores then stay near, and keys
# that none of them may see are never multiplied.
QUERY_ROWS = 128

RMS_SUM = """
%square = arith.mulf %a, %a : f32
%y = arith.addf %out, %square : f32"""

RMS_SCALE = """
%mean = arith.mulf %b, {share} : f32
%variance = arith.addf %mean, {epsilon} : f32
%factor = math.rsqrt %variance : f32
%unit = arith.mulf %a, %factor : f32
%y = arith.mulf %unit, %c : f32"""

# silu(a) * b
SWIGLU = """
%negative = arith.negf %a : f32
%exp = math.exp %negative : f32
%below = arith.addf %exp, {one} : f32
%silu = arith.divf %a, %below : f32
%y = arith.mulf %silu, %b : f32"""

# Of the pair (a, b) with angle (cosine c, sine d): a c - b d, then b c + a d.
ROPE = """
%half = linalg.index 3 : index
%first = arith.cmpi eq, %half, {zero} : index
%sine = arith.negf %d : f32
%low = arith.select %first, %a, %b : f32
%high = arith.select %first, %b, %a : f32
%signed = arith.select %first, %sine, %d : f32
%turned = arith.mulf %low, %c : f32
%crossed = arith.mulf %high, %signed : f32
%y = arith.addf %turned, %crossed : f32"""

# A key that comes after the query counts as minus infinity, nearly.
MASK = """
%row = linalg.index 2 : index
%key = linalg.index 3 : index
%query = arith.addi %row, {first} : index
%seen = arith.cmpi ule, %key, %query : index
%scaled = arith.mulf %a, {scale} : f32
%y = arith.select %seen, %scaled, {never} : f32"""


class Choices(NamedTuple):
    """How the module is written."""

    context: int = 2048  # positions that the caches hold and RoPE knows
    imported: bool = False  # weights bit for bit as int4_affine, else f32
    activations: str = "none"  # of imported weights: a preset without an outer scale
    quantize_output: bool = False  # lets mx-quantize take the output layer too


class Cache(NamedTuple):
    """Keys and values of all layers, [layers, kv heads, context, head]."""

    keys: Tensor
    values: Tensor


class Llama(Blocks):
    def __init__(self, model: Model, choices: Choices = Choices()):
        super().__init__()
        self.model, self.config, self.choices = model, model.config, choices
        self.cosine, self.sine = rope_table(model.config, choices.context)
        self.cached: dict[str, object] = {}

    # Building blocks

    def key(self, name: str) -> str:
        return name.removesuffix(".weight").replace(".", "_")

    def floats(self, name: str) -> Tensor:
        """Returns a weight in f32; its array is made once for all entries."""
        key = self.key(name)
        array = self.emit.resources.get(key)
        return self.emit.resource(key, self.model.weight(name) if array is None else array)

    def block_weight(self, name: str) -> Tensor:
        if name not in self.cached:
            self.cached[name] = self.model.blocks(name)
        form, codes, scales = self.cached[name]
        return self.emit.blocks(self.key(name), (codes.shape[0], 2 * codes.shape[1]), form, codes, scales)

    def rms_norm(self, x: Tensor, name: str) -> Tensor:
        share, epsilon = self.emit.number(1 / x.shape[1]), self.emit.number(self.config.epsilon)
        squares = self.reduce(RMS_SUM, x, "sd", "d")
        body = RMS_SCALE.format(share=share, epsilon=epsilon)
        return self.elementwise(body, (x, "sd"), (squares, "s"), (self.floats(name + ".weight"), "d"))

    def linear(self, x: Tensor, name: str) -> Tensor:
        name += ".weight"
        if self.choices.imported:
            return self.block_product(x, self.block_weight(name))
        return self.matmul(x, self.floats(name))

    def block_product(self, x: Tensor, weight: Tensor) -> Tensor:
        preset = self.choices.activations
        if preset != "none":
            init = self.emit.empty(x.shape, f"!mx.{preset}")
            text = f"mx.quantize ins({operands([x])}) outs({operands([init])}) using {preset}"
            x = init._replace(name=self.emit.value(text))
        init = self.emit.filled((x.shape[0], weight.shape[0]), 0)
        return init._replace(name=self.emit.value(f"mx.matmul ins({operands([x, weight])}) outs({operands([init])})"))

    def swiglu(self, gate: Tensor, up: Tensor) -> Tensor:
        return self.elementwise(SWIGLU.format(one=self.emit.number(1)), (gate, "sd"), (up, "sd"))

    # Attention. Heads are [kv head, query head of it, token, element]; with the two
    # axes in the middle as one, no key or value is repeated for its query heads.

    def rotate(self, x: Tensor, position) -> Tensor:
        """Returns x [tokens, heads * head] as [kv heads, heads of one * tokens, head],
        turned by RoPE; the first token is at `position`."""
        emit, half, groups = self.emit, self.config.head // 2, self.config.kv_heads
        rows, shared = x.shape[0], x.shape[1] // self.config.head // groups
        shape = (rows, groups, shared, 2, half)
        pairs = emit.expand(x, [[0], [1, 2, 3, 4]], shape)
        sizes, kept = (rows, groups, shared, 1, half), (rows, groups, shared, half)
        parts = [emit.slice(pairs, (0, 0, 0, i, 0), sizes, kept) for i in (0, 1)]
        tables = [emit.resource("rope_cosine", self.cosine), emit.resource("rope_sine", self.sine)]
        tables = [emit.slice(table, (position, 0), (rows, half), (rows, half)) for table in tables]
        inputs = [*((part, "sgri") for part in parts), *((table, "si") for table in tables)]
        out = emit.empty((groups, shared, rows, 2, half))
        y = emit.generic(inputs, (out, "grspi"), ROPE.format(zero=emit.index(0)))
        return emit.collapse(y, [[0], [1, 2], [3, 4]], (groups, emit.times(shared, rows), 2 * half))

    def mask(self, scores: Tensor, first) -> Tensor:
        """Returns the scores [.., queries, keys], scaled, without keys that come after
        the query; the first query is at `first`."""
        first = self.emit.index(first) if isinstance(first, int) else first
        scale, never = self.emit.number(self.config.head**-0.5), self.emit.number(LEAST)
        return self.elementwise(MASK.format(first=first, scale=scale, never=never), (scores, "grst"))

    def attend(self, query: Tensor, keys: Tensor, values: Tensor, position) -> Tensor:
        """Returns what queries [rows, heads * head] from `position` on mix of the
        values [kv heads, keys, head] that they see; there are none behind the last."""
        emit, groups, head = self.emit, self.config.kv_heads, self.config.head
        rows, shared, seen = query.shape[0], self.config.heads // groups, keys.shape[1]
        turned = self.rotate(query, position)
        scores = self.batch_matmul(turned, keys, "bmk,bnk->bmn", seen)
        merged, split = [[0], [1, 2], [3]], (groups, shared, rows)
        masked = self.mask(emit.expand(scores, merged, (*split, seen)), position)
        weights, sums = self.softmax(masked, "grst")
        weights = emit.collapse(weights, merged, scores.shape)
        mixed = self.batch_matmul(weights, values, "bmk,bkn->bmn", head)
        mixed = emit.expand(mixed, merged, (*split, head))
        out = emit.empty((rows, groups, shared, head))
        inputs = [(mixed, "grsd"), (sums, "grs")]
        out = emit.generic(inputs, (out, "sgrd"), "%y = arith.divf %a, %b : f32")
        return emit.collapse(out, [[0], [1, 2, 3]], query.shape)

    def attend_in_parts(self, query: Tensor, keys: Tensor, values: Tensor, position) -> Tensor:
        """As `attend`, with keys from position 0 on of which there may be more than
        are seen, some queries at a time."""
        emit, groups, head = self.emit, self.config.kv_heads, self.config.head

        def part(i: str) -> tuple[Tensor, tuple, tuple]:
            left = emit.value(f"arith.subi {query.shape[0]}, {i} : index")
            rows = emit.value(f"arith.minui {left}, {emit.index(QUERY_ROWS)} : index")
            first = emit.sum(position, i)
            seen = emit.sum(first, rows)
            sizes = (rows, query.shape[1])
            queries = emit.slice(query, (i, 0), sizes, sizes)
            near = (groups, seen, head)
            visible = [emit.slice(x, (0, 0, 0), near, near) for x in (keys, values)]
            return self.attend(queries, *visible, first), (i, 0), sizes

        return emit.parallel_loop(query.shape[0], QUERY_ROWS, emit.empty(query.shape), part)

    # The model. A layer is two functions, for compile time; the rows of a cache are
    # set between them, so that none of them has to return it.

    def project(self, x: Tensor, layer: int, position) -> list[Tensor]:
        """Returns queries [tokens, features], keys and values [kv heads, tokens, head]."""
        prefix = f"blk.{layer}."
        x = self.rms_norm(x, prefix + "attn_norm")
        query, keys, values = (self.linear(x, prefix + name) for name in ("attn_q", "attn_k", "attn_v"))
        return [query, self.rotate(keys, position), self.split_heads(values, self.config.kv_heads)]

    def mix(self, x: Tensor, query: Tensor, keys: Tensor, values: Tensor, layer: int, position) -> Tensor:
        """Returns what the next layer gets."""
        attend = self.attend if query.shape[0] == 1 else self.attend_in_parts
        mixed = attend(query, keys, values, position)
        x = self.add(x, self.linear(mixed, f"blk.{layer}.attn_output"))
        return self.add(x, self.mlp(self.rms_norm(x, f"blk.{layer}.ffn_norm"), layer))

    def mlp(self, x: Tensor, layer: int) -> Tensor:
        gate, up = (self.linear(x, f"blk.{layer}.{name}") for name in ("ffn_gate", "ffn_up"))
        return self.linear(self.swiglu(gate, up), f"blk.{layer}.ffn_down")

    def plain_layer(self, name: str, x: Tensor, layer: int) -> Tensor:
        """Returns what the next layer gets, for tokens from position 0 on."""

        def mix(x: Tensor, query: Tensor, keys: Tensor, values: Tensor) -> list[Tensor]:
            return [self.mix(x, query, keys, values, layer, 0)]

        projected = self.emit.call(f"{name}_project{layer}", [x], lambda x: self.project(x, layer, 0))
        return self.emit.call(f"{name}_mix{layer}", [x, *projected], mix)[0]

    def cached_layer(self, name: str, x: Tensor, layer: int, position: str, cache: Cache) -> tuple[Tensor, Cache]:
        """As `plain_layer` for tokens from `position` on, and the cache with theirs."""
        emit, count = self.emit, x.shape[0]
        groups, head = self.config.kv_heads, self.config.head

        def mix(x: Tensor, query: Tensor, keys: Tensor, values: Tensor, position: str, index: str) -> list[Tensor]:
            shape = (groups, emit.sum(position, x.shape[0]), head)
            seen = (emit.slice(part, (index, 0, 0, 0), (1, *shape), shape) for part in (keys, values))
            return [self.mix(x, query, *seen, layer, position)]

        query, *rows = emit.call(
            f"{name}_project{layer}", [x, position], lambda x, position: self.project(x, layer, position)
        )
        where, sizes = (layer, 0, position, 0), (1, groups, count, head)
        cache = Cache(*(emit.insert(part, into, where, sizes) for part, into in zip(rows, cache)))
        (x,) = emit.call(f"{name}_mix{layer}", [x, query, *cache, position, emit.index(layer)], mix)
        return x, cache

    def embed(self, tokens: Tensor) -> Tensor:
        return self.gather(tokens, self.floats(EMBEDDING))

    def logits(self, x: Tensor) -> Tensor:
        note = "" if self.choices.quantize_output else "{mx.skip} "
        return self.matmul(self.rms_norm(x, "output_norm"), self.floats(EMBEDDING), note)

    # Entries

    def prefill(self) -> None:
        """Logits of all positions; nothing is kept."""
        self.emit.start()
        tokens = Tensor("%tokens", ("?",), "i64")
        argument = f"%tokens: {tokens.type}"
        tokens = tokens._replace(shape=(self.emit.extent(tokens, 0),))
        x = self.embed(tokens)
        for layer in range(self.config.layers):
            x = self.plain_layer("prefill", x, layer)
        self.emit.finish("prefill", [argument], [self.logits(x)])

    def decode(self, name: str, extent) -> None:
        """Logits of the last of `extent` tokens, the first of which is at `position`,
        and the caches with the tokens' rows."""
        emit, config = self.emit, self.config
        emit.start()
        tokens = Tensor("%tokens", (extent,), "i64")
        shape = (config.layers, config.kv_heads, self.choices.context, config.head)
        cache = Cache(Tensor("%keys", shape), Tensor("%values", shape))
        arguments = [f"%tokens: {tokens.type}", "%position: index"]
        arguments += [f"{x.name}: {x.type} {{mx.in_place = {i} : i64}}" for i, x in enumerate(cache, 1)]
        if isinstance(extent, str):
            tokens = tokens._replace(shape=(emit.extent(tokens, 0),))
        x = self.embed(tokens)
        for layer in range(config.layers):
            x, cache = self.cached_layer(name, x, layer, "%position", cache)
        if isinstance(extent, str):
            last = emit.value(f"arith.subi {x.shape[0]}, {emit.index(1)} : index")
            x = emit.slice(x, (last, 0), (1, config.hidden), (1, config.hidden))
        emit.finish(name, arguments, [self.logits(x), *cache])

    def prompt(self) -> None:
        self.decode("prompt", "?")

    def step(self) -> None:
        self.decode("step", 1)
