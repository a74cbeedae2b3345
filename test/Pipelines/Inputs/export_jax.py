"""Writes the *_jax.mlir files of this folder: functions of JAX, by way of StableHLO.

    python export_jax.py

needs jax 0.12.0.1 and the torch-mlir-opt of torch-mlir 20261001 in PATH, which
lowers StableHLO to linalg on tensors; the tests read the files only.
"""

import pathlib
import subprocess

import jax
import jax.numpy as jnp
from jax import Array

HERE = pathlib.Path(__file__).parent
LOWERING = ["--stablehlo-legalize-to-linalg", "--canonicalize"]


def attention(x: Array, wq: Array, wk: Array, wv: Array, wo: Array) -> Array:
    """Heads (h) of depth d over all positions; all weights are arguments."""
    q, k, v = (jnp.einsum("blm,mhd->blhd", x, w) for w in (wq, wk, wv))
    scores = jnp.einsum("bqhd,bkhd->bhqk", q, k) * 0.25
    heads = jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(scores, axis=-1), v)
    return jnp.einsum("bqhd,hdm->bqm", heads, wo)


def mlp(x: Array, up: Array, down: Array) -> Array:
    """Two products of the last axis of x, by weights stored [K, N]."""
    return jax.nn.relu(x @ up) @ down


def experts(x: Array, w: Array) -> Array:
    """A product for each expert e, by dot_general with a batch axis."""
    return jax.lax.dot_general(x, w, (((2,), (1,)), ((0,), (0,))))


def shape(*extents: int) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(extents, jnp.float32)


X = shape(2, 6, 32)
PROJECTION = shape(32, 4, 16)

# Name of the file: function, its arguments.
EXPORTS = {
    "attention_jax": (attention, (X, PROJECTION, PROJECTION, PROJECTION, shape(4, 16, 32))),
    "mlp_jax": (mlp, (X, shape(32, 64), shape(64, 32))),
    "experts_jax": (experts, (shape(4, 6, 32), shape(4, 32, 48))),
}


def text(name: str) -> str:
    """What the lowering prints, unedited, below a line that says where it is from."""
    function, arguments = EXPORTS[name]
    stablehlo = str(jax.jit(function).lower(*arguments).compiler_ir("stablehlo"))
    linalg = subprocess.run(
        ["torch-mlir-opt", *LOWERING], input=stablehlo, capture_output=True, check=True, text=True
    ).stdout
    made = f"jax {jax.__version__}, torch-mlir-opt 20261001 {' '.join(LOWERING)}: export_jax.py"
    return f"// {made}\n{linalg.rstrip()}\n"


def main() -> None:
    for name in EXPORTS:
        (HERE / f"{name}.mlir").write_text(text(name))


if __name__ == "__main__":
    main()
