"""GGUF checkpoints come in with the values that the package gguf gives."""

from pathlib import Path

import gguf
import numpy as np
import pytest
from gguf import GGMLQuantizationType as Type
from importing import dequantized, import_checkpoint, imported, same_bits, smollm2

# Zeros, subnormals, ordinary, largest, NaN; scales of Q4_0 are often negative.
F16_BITS = [0x0000, 0x0001, 0x0155, 0x03FF, 0x0400, 0x2E66, 0x3C00, 0x5555, 0x7BFF, 0x7E00]
F16 = np.array([sign | bits for bits in F16_BITS for sign in (0, 0x8000)], "<u2")


def write_gguf(file: Path, tensors: dict[str, tuple[Type, np.ndarray]], order=gguf.GGUFEndian.LITTLE) -> None:
    """Writes tensors given as bytes [rows, bytes of a row]."""
    writer = gguf.GGUFWriter(file, "test", endianess=order)
    for name, (kind, data) in tensors.items():
        writer.add_tensor(name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def blocks_of(scales: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Returns a tensor with a row for each of `scales`, bytes [rows, bytes], that
    holds every block of `codes`."""
    rows = [np.concatenate([np.tile(scale, (len(codes), 1)), codes], axis=1).reshape(-1) for scale in scales]
    return np.stack(rows)


BYTES = np.arange(256, dtype=np.uint8)
PAIRS = np.stack([BYTES.reshape(16, 16), BYTES[::-1].reshape(16, 16)]).reshape(32, 16)
# gguf takes MXFP4's minus zero, code 8, for zero.
PAIRS_BUT_MINUS_ZERO = np.where((PAIRS & 15 == 8) | (PAIRS >> 4 == 8), 0x19, PAIRS).astype(np.uint8)
STEPS_AND_MINIMA = np.stack([F16.repeat(len(F16)), np.tile(F16, len(F16))], axis=1)
EVERY = {
    "Q4_0": ("int4", blocks_of(F16.view(np.uint8).reshape(-1, 2), PAIRS)),
    "Q4_1": ("int4_affine", blocks_of(STEPS_AND_MINIMA.view(np.uint8), PAIRS[:16])),
    "Q8_0": ("block<i8 x 32, f16>", blocks_of(F16.view(np.uint8).reshape(-1, 2), BYTES.reshape(8, 32))),
    "MXFP4": ("mxfp4", blocks_of(BYTES[:255, None], PAIRS_BUT_MINUS_ZERO)),
}


@pytest.mark.parametrize("kind", EVERY)
def test_every_code_and_scale(tmp_path, kind):
    format, data = EVERY[kind]
    file = tmp_path / "x.gguf"
    write_gguf(file, {"w": (Type[kind], data)})
    weight, x = dequantized(imported(file, "w"))
    with np.errstate(over="ignore"):
        expected = gguf.quants.dequantize(data, Type[kind])
    assert weight == f"tensor<{expected.shape[0]}x{expected.shape[1]}x!mx.{format}>"
    assert same_bits(x, expected)


def test_minus_zero_of_mxfp4_keeps_its_sign(tmp_path):
    file = tmp_path / "x.gguf"
    write_gguf(file, {"w": (Type.MXFP4, np.array([[127] + 16 * [0x18]], np.uint8))})
    _, x = dequantized(imported(file, "w"))
    assert same_bits(x, np.array([16 * [-0.0] + 16 * [0.5]], np.float32))


def test_experts(tmp_path):
    """Axes come in the order of the rows in memory; elements are not mixed."""
    x = np.random.default_rng(3).normal(size=(2, 3, 64)).astype(np.float32)
    data = gguf.quants.quantize(x, Type.Q4_0)
    file = tmp_path / "x.gguf"
    write_gguf(file, {"w": (Type.Q4_0, data)})
    weight, y = dequantized(imported(file, "w"))
    assert weight == "tensor<2x3x64x!mx.int4>"
    assert same_bits(y, gguf.quants.dequantize(data, Type.Q4_0))


@pytest.mark.parametrize("name", ["blk.0.attn_k.weight", "blk.29.ffn_down.weight"])
def test_smollm2(tmp_path, name):
    [tensor] = [tensor for tensor in gguf.GGUFReader(smollm2()).tensors if tensor.name == name]
    output = tmp_path / "w.mlir"
    done = import_checkpoint(smollm2(), f"--tensor={name}", f"--output={output}")
    assert done.returncode == 0, done.stderr
    weight, x = dequantized(output)
    assert weight.endswith("x!mx.int4_affine>")
    assert same_bits(x, gguf.quants.dequantize(tensor.data, tensor.tensor_type))


def test_patterns(tmp_path):
    output = tmp_path / "w.mlir"
    done = import_checkpoint(smollm2(), "--tensor=blk.1?.attn_k.*", "--tensor=blk.3.attn_v.weight", f"--output={output}")
    assert done.stdout == f"11 weights in {output}\n"


def test_refused(tmp_path):
    file, output = tmp_path / "x.gguf", tmp_path / "x.mlir"
    write_gguf(
        file,
        {
            "good": (Type.Q4_0, EVERY["Q4_0"][1]),
            "k": (Type.Q6_K, np.zeros((1, 210), np.uint8)),
            "nan": (Type.MXFP4, np.full((1, 17), 255, np.uint8)),
            "norm": (Type.F32, np.ones(4, np.float32)),
        },
    )
    for tensor, message in (
        ("k", "tensor 'k' is Q6_K, for which there is no format: expected one of Q4_0, Q4_1, Q8_0, MXFP4"),
        ("all", "tensor 'k' is Q6_K"),
        ("nan", "tensor 'nan' has an MXFP4 scale of 255"),
        ("norm", "tensor 'norm' is F32, not block-scaled codes"),
        ("bad", "no block-scaled weight is named 'bad'"),
    ):
        done = import_checkpoint(file, f"--tensor={tensor}", f"--output={output}")
        assert done.returncode == 1 and not output.exists()
        assert message in done.stderr and "Traceback" not in done.stderr
    listed = import_checkpoint(file, "--list").stdout.splitlines()
    assert listed[0] == "good: 20x1024 !mx.int4" and listed[1].startswith("k: refused: ")


INFINITE = [bits.to_bytes(2, "little") for bits in (0x7C00, 0xFC00)]
ONE = (0x3C00).to_bytes(2, "little")


@pytest.mark.parametrize("infinite", INFINITE)
@pytest.mark.parametrize("kind, scales", [("Q4_0", "i"), ("Q4_1", "i1"), ("Q4_1", "1i"), ("Q8_0", "i")])
def test_infinite_scales(tmp_path, kind, scales, infinite):
    """GGUF makes infinities of them, MX NaN; one in the last block is enough."""
    file, output = tmp_path / "x.gguf", tmp_path / "x.mlir"
    block = b"".join({"i": infinite, "1": ONE}[scale] for scale in scales) + (32 if kind == "Q8_0" else 16) * b"\x21"
    fine = len(scales) * ONE + block[2 * len(scales) :]
    data = np.frombuffer(3 * fine + block, np.uint8).reshape(2, -1)
    assert np.isinf(gguf.quants.dequantize(data, Type[kind])).any()
    write_gguf(file, {"w": (Type[kind], data)})
    done = import_checkpoint(file, "--tensor=w", f"--output={output}")
    assert done.returncode == 1 and not output.exists() and "Traceback" not in done.stderr
    assert f"tensor 'w' has a {kind} scale or minimum that is infinite" in done.stderr


def test_big_endian(tmp_path):
    file, output = tmp_path / "x.gguf", tmp_path / "x.mlir"
    tensors = {"w": (Type.Q4_0, EVERY["Q4_0"][1])}
    write_gguf(file, tensors, gguf.GGUFEndian.BIG)
    for arguments in (["--list"], ["--tensor=w", f"--output={output}"]):
        done = import_checkpoint(file, *arguments)
        assert done.returncode == 1 and not output.exists()
        assert done.stderr == f"import_checkpoint.py: {file} is a big-endian GGUF file, expected a little-endian one\n"


@pytest.mark.parametrize("suffix", [".mlir", ".mlirbc"])
def test_nothing_is_multiplied_by_one_axis(tmp_path, suffix):
    file, output = tmp_path / "x.gguf", tmp_path / ("x" + suffix)
    write_gguf(file, {"w": (Type.Q8_0, np.zeros(34, np.uint8))})
    done = import_checkpoint(file, "--tensor=w", "--as=products", f"--output={output}")
    assert done.returncode == 1 and "tensor 'w' has one axis: there is no product with it" in done.stderr
    assert not output.exists()
    assert import_checkpoint(file, "--tensor=w", f"--output={output}").returncode == 0


@pytest.mark.parametrize("size", [4, 20, 60, 200, 400])
def test_cut_short(tmp_path, size):
    whole, file = tmp_path / "whole.gguf", tmp_path / "x.gguf"
    write_gguf(whole, {"w": (Type.Q4_0, EVERY["Q4_0"][1])})
    file.write_bytes(whole.read_bytes()[:size])
    done = import_checkpoint(file, "--list")
    assert done.returncode == 1 and "cannot be read as GGUF" in done.stderr and "Traceback" not in done.stderr


def test_unknown_type(tmp_path):
    """A type that is newer than the package."""
    file = tmp_path / "x.gguf"
    write_gguf(file, {"w": (Type.Q4_0, EVERY["Q4_0"][1])})
    data = bytearray(file.read_bytes())
    at = data.index(b"w" + (2).to_bytes(4, "little")) + 1 + 4 + 2 * 8  # name, count of axes, axes, type
    assert data[at : at + 4] == b"\x02\0\0\0"
    data[at : at + 4] = b"\x0f\x27\0\0"
    file.write_bytes(data)
    done = import_checkpoint(file, "--list")
    assert done.returncode == 1 and "9999" in done.stderr and "Traceback" not in done.stderr
