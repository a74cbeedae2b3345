"""Reads block-scaled weights from GGUF files, by the package gguf.

    type   becomes                  a block of 32 elements
    Q4_0   !mx.int4                 f16 scale d, 16 bytes: (q - 8) * d
    Q4_1   !mx.int4_affine          f16 step d, f16 minimum m, 16 bytes: q * d + m
    Q8_0   !mx.block<i8 x 32, f16>  f16 scale d, 32 bytes: q * d
    MXFP4  !mx.mxfp4                E8M0 scale, 16 bytes of E2M1

Of 16 bytes, byte i holds element i in its low nibble and element i + 16 in its
high one; `mx.split` has 2 i and 2 i + 1. The nibbles move, their values stay,
but for Q4_0's: q - 8 in two's complement is q with its top bit flipped.

MXFP4's code 8, minus zero, keeps its sign, which GGUF's own decoder drops. Scales
that MX reads as NaN but that decoder does not are refused.
"""

from functools import partial
from pathlib import Path

import numpy as np

from weight import Checkpoint, Refused, Weight

BLOCK = 32
# Type to (format, bytes of the scales of a block).
TYPES = {"Q4_0": ("int4", 2), "Q4_1": ("int4_affine", 4), "Q8_0": ("block<i8 x 32, f16>", 2), "MXFP4": ("mxfp4", 1)}
NOT_QUANTIZED = ("F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8")


def pair_up(halves: np.ndarray) -> np.ndarray:
    """Turns bytes of elements (i, i + 16) to bytes of elements (2 i, 2 i + 1)."""
    codes = np.concatenate([halves & 15, halves >> 4], axis=-1)
    return codes[..., 0::2] | codes[..., 1::2] << 4


def split_bytes(kind: str, data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the bytes of codes and those of scales, [blocks, bytes] each."""
    _, size = TYPES[kind]
    blocks = data.reshape(-1, size + (BLOCK if kind == "Q8_0" else BLOCK // 2))
    return blocks[:, size:], blocks[:, :size]


def split_blocks(kind: str, data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the codes and the scales of a tensor."""
    codes, scales = split_bytes(kind, data)
    if kind != "Q8_0":
        codes = pair_up(codes)
    if kind == "Q4_0":
        codes = codes ^ 0x88
    return codes, scales


def expect_numbers(name: str, kind: str, scales: np.ndarray) -> None:
    """Raises Refused where GGUF computes with a scale that is NaN in MX."""
    if kind == "MXFP4":
        if (scales == 255).any():
            raise Refused(f"tensor '{name}' has an MXFP4 scale of 255, which E8M0 reads as NaN and GGUF as 2^128")
    elif (scales.view("<u2") & 0x7FFF == 0x7C00).any():
        raise Refused(f"tensor '{name}' has a {kind} scale or minimum that is infinite, expected finite ones or NaN")


def read_weight(name: str, kind: str, shape: tuple[int, ...], data: np.ndarray) -> Weight:
    if kind not in TYPES:
        raise Refused(f"tensor '{name}' is {kind}, for which there is no format: expected one of {', '.join(TYPES)}")
    expect_numbers(name, kind, split_bytes(kind, data)[1])
    return Weight(name, shape, TYPES[kind][0], partial(split_blocks, kind, data))


def expect_little_endian(path: Path) -> None:
    """The package would swap the header of a big-endian file, but not the scales."""
    with open(path, "rb") as file:
        version = file.read(8)[4:]
    if version[:2] == b"\0\0" and any(version):
        raise Refused(f"{path} is a big-endian GGUF file, expected a little-endian one")


def open_gguf(path: Path):
    try:
        from gguf import GGUFReader
    except ImportError as error:
        raise Refused(f"GGUF files need the Python package gguf, which scripts/setup.sh installs ({error})") from None
    try:
        return GGUFReader(path)
    except (ValueError, IndexError, KeyError, OverflowError, UnicodeDecodeError) as error:
        raise Refused(f"{path} cannot be read as GGUF: {error}") from None


def read_gguf(path: Path) -> Checkpoint:
    expect_little_endian(path)
    checkpoint = Checkpoint({}, {})
    for tensor in open_gguf(path).tensors:
        kind = tensor.tensor_type.name
        shape = tuple(int(extent) for extent in reversed(tensor.shape))
        if kind in NOT_QUANTIZED:
            checkpoint.others[tensor.name] = kind
        else:
            checkpoint.weights[tensor.name] = partial(read_weight, tensor.name, kind, shape, tensor.data)
    return checkpoint
