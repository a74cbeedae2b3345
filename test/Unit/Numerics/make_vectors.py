#!/usr/bin/env python3
"""Writes the vectors that VectorsTest.cpp compares with.

Needs numpy and the path of a Python model of the formats, a module with
`quantize_groups`, `ocp_mxfp4` and `nvfp4`; only the values that it returns are
kept, as hashes. The inputs are integers from splitmix64, made again by the test.

Usage: make_vectors.py MODEL.py OUTPUT_FOLDER
"""
import importlib.util
import pathlib
import sys

import numpy as np

GAMMA = np.uint64(0x9E3779B97F4A7C15)
TENSORS, BLOCKS = 1000, 1000
FULL_BLOCKS = 64
PRESETS = ["amxfp4", "amxfp4_pot", "amxfp4_pot_r", "mxfp4", "nvfp4"]


def mix(z):
    """The output function of splitmix64."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def trailing_ones(bits, limit):
    count = np.zeros(bits.shape, np.int64)
    running = np.ones(bits.shape, bool)
    for i in range(limit):
        running &= (bits >> np.uint64(i)) & np.uint64(1) != 0
        count += running
    return count


def draws(seed, block_size):
    """The draws of a tensor: one a block, then two an element."""
    count = BLOCKS * (1 + 2 * block_size)
    steps = np.arange(1, count + 1, dtype=np.uint64)
    z = mix(np.uint64(seed) + steps * GAMMA).reshape(BLOCKS, 1 + 2 * block_size)
    return z[:, :1], z[:, 1::2], z[:, 2::2]


def inputs(preset, tensor):
    """BLOCKS blocks of exact floats, integers times powers of two."""
    outer = preset == "nvfp4"
    block_size = 16 if outer else 32
    seed = (PRESETS.index(preset) << 32) + tensor
    head, first, second = draws(seed, block_size)
    fields = [(first >> np.uint64(16 * i)) & np.uint64(0xFFFF) for i in range(4)]
    n = sum(field.astype(np.int64) for field in fields) - 2 * 0xFFFF
    plain = n
    kind = (head & np.uint64(7)).astype(np.int64)
    tail = trailing_ones(second, 4 if outer else 20)
    sparse = np.where(second & np.uint64(7) == 0, n, 0)
    n = np.select([kind == 2, kind == 3, kind == 4, kind == 5, kind == 6, kind == 7],
                  [n << tail, abs(n), -abs(n), n + 65536, sparse, n >> 13 << 13], n)
    high = (head >> np.uint64(8)).astype(np.int64)
    if outer:
        # One element of 1 or more keeps the scale of each block above zero, and
        # the largest makes the outer scale a power of two.
        shift = tensor % 41 - 20
        exponent = high % 11 - 21 + shift
        one = 65536 + (abs(plain[:, 0]) & 0xFFFF)
        n[:, 0] = np.where(plain[:, 0] < 0, -one, one)
    else:
        wide = (head >> np.uint64(3)) & np.uint64(15) == 0
        exponent = np.where(wide, high % 240 - 149, high % 32 - 32)
    x = np.ldexp(n.astype(np.float32), exponent.astype(np.int32))
    if outer:
        x[0, 1] = np.ldexp(np.float32(2688), shift)
    assert np.isfinite(x).all() and np.array_equal(
        np.ldexp(n, exponent.astype(np.int32))[1:], x[1:].astype(np.float64))
    return x


def expected(model, preset, x):
    if preset == "mxfp4":
        return model.ocp_mxfp4(x)
    if preset == "nvfp4":
        return model.nvfp4(x.reshape(1, -1)).reshape(x.shape)
    mode = {"amxfp4": 152, "amxfp4_pot": 0, "amxfp4_pot_r": 3}[preset]
    return model.quantize_groups(x, "fp4_e2m1_asym", mode)["y"]


def words(y):
    return (y + np.float32(0)).view(np.uint32)  # -0 becomes +0


def hash_of(y):
    """Sum of the mixed words, each moved by its place."""
    flat = words(y).reshape(-1).astype(np.uint64)
    places = np.arange(1, flat.size + 1, dtype=np.uint64) * GAMMA
    return int(mix(flat + places).sum(dtype=np.uint64))


def main():
    location = importlib.util.spec_from_file_location("model", sys.argv[1])
    model = importlib.util.module_from_spec(location)
    location.loader.exec_module(model)
    np.seterr(over="ignore")
    for preset in PRESETS:
        lines = []
        for tensor in range(TENSORS):
            y = expected(model, preset, inputs(preset, tensor))
            if tensor == 0:
                full = words(y[:FULL_BLOCKS])
            lines.append(f"{hash_of(y):016x}")
        lines += [" ".join(f"{word:08x}" for word in block) for block in full]
        path = pathlib.Path(sys.argv[2]) / f"{preset}.txt"
        path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
