"""MXFP4 and NVFP4 checkpoints come in with the values that ml_dtypes gives."""

import re

import ml_dtypes
import numpy as np
import pytest
from importing import dequantized, imported, import_checkpoint, run_tool, same_bits
from safetensors.numpy import save_file

E2M1, E8M0, E4M3 = ml_dtypes.float4_e2m1fn, ml_dtypes.float8_e8m0fnu, ml_dtypes.float8_e4m3fn
BYTES = np.arange(256, dtype=np.uint8)  # all pairs of codes


def every_code_and_scale(block: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns codes [256, 256] and scales [256, 512 / block]: in row r, all pairs
    of codes under scale r."""
    return np.tile(BYTES, (256, 1)), np.repeat(BYTES[:, None], 512 // block, axis=1)


def decode(codes: np.ndarray, scales: np.ndarray, block: int) -> np.ndarray:
    """Returns code times scale in f32, which is exact but for E8M0's largest."""
    nibbles = np.stack([codes & 15, codes >> 4], axis=-1).reshape(*codes.shape[:-1], -1)
    with np.errstate(over="ignore"):
        return nibbles.view(E2M1).astype(np.float32) * np.repeat(scales.astype(np.float32), block, axis=-1)


@pytest.mark.parametrize("stored_as", [np.uint8, E8M0])
@pytest.mark.parametrize("suffix", ["weight", "weight_packed"])
def test_mxfp4(tmp_path, stored_as, suffix):
    codes, scales = every_code_and_scale(32)
    if stored_as == np.uint8:
        codes, scales = codes[:255].copy(), scales[:255].copy()  # 255 is refused
    file = tmp_path / "x.safetensors"
    save_file({f"l.0.{suffix}": codes, "l.0.weight_scale": scales.view(stored_as)}, file)
    weight, x = dequantized(imported(file, "l.0.weight"))
    assert weight == f"tensor<{len(codes)}x512x!mx.mxfp4>"
    assert same_bits(x, decode(codes, scales.view(E8M0), 32))


@pytest.mark.parametrize("separator", ["_", "."])
def test_mxfp4_of_experts_in_blocks(tmp_path, separator):
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 256, (3, 8, 4, 16), np.uint8)
    scales = rng.integers(100, 150, (3, 8, 4), np.uint8)
    file = tmp_path / "x.safetensors"
    save_file({f"up{separator}blocks": codes, f"up{separator}scales": scales}, file)
    weight, x = dequantized(imported(file, "up"))
    assert weight == "tensor<3x8x128x!mx.mxfp4>"
    assert same_bits(x, decode(codes.reshape(3, 8, 64), scales.view(E8M0), 32))


@pytest.mark.parametrize("value", [0.0123, 1.0, 2.0**-130, 3e35])
def test_nvfp4_multiplies_by_weight_scale_2(tmp_path, value):
    codes, scales = every_code_and_scale(16)
    file = tmp_path / "x.safetensors"
    outer = np.float32(value)
    save_file({"a.weight": codes, "a.weight_scale": scales.view(E4M3), "a.weight_scale_2": np.array(outer)}, file)
    weight, x = dequantized(imported(file, "a.weight"))
    assert weight == "tensor<256x512x!mx.nvfp4>"
    with np.errstate(over="ignore"):
        assert same_bits(x, decode(codes, scales.view(E4M3), 16) * outer)


@pytest.mark.parametrize("value", [1234.5, 2.0**10, 3.7e-30])
def test_nvfp4_divides_by_weight_global_scale(tmp_path, value):
    codes, scales = every_code_and_scale(16)
    file = tmp_path / "x.safetensors"
    divisor = np.array([value], np.float32)
    save_file({"a.weight_packed": codes, "a.weight_scale": scales.view(E4M3), "a.weight_global_scale": divisor}, file)
    _, x = dequantized(imported(file, "a.weight"))
    unscaled = decode(codes, scales.view(E4M3), 16)
    assert same_bits(x, unscaled * (np.float32(1) / divisor[0]))
    quotient = unscaled / divisor[0]
    if value == 2.0**10:
        assert same_bits(x, quotient)
    finite = np.isfinite(quotient)
    np.testing.assert_array_max_ulp(x[finite], quotient[finite], maxulp=2)


def small(**changes) -> dict[str, np.ndarray]:
    """Returns an NVFP4 checkpoint with some tensors changed, or None left out."""
    codes, scales = np.full((4, 32), 0x21, np.uint8), np.full((4, 4), 0x38, np.uint8).view(E4M3)
    tensors = {"a.weight": codes, "a.weight_scale": scales, "a.weight_scale_2": np.ones(1, np.float32)}
    tensors |= {name.replace("__", "."): array for name, array in changes.items()}
    return {name: array for name, array in tensors.items() if array is not None}


def test_several_weights_and_the_rest(tmp_path):
    """Bytecode holds what text holds; what is not block-scaled is named."""
    tensors = small()
    tensors |= {name.replace("a.", "b."): array.copy() for name, array in tensors.items()}
    tensors["norm"] = np.ones(4, np.float32)
    file = tmp_path / "x.safetensors"
    save_file(tensors, file)
    texts = []
    for output in (tmp_path / "x.mlir", tmp_path / "x.mlirbc"):
        done = import_checkpoint(file, "--tensor=all", f"--output={output}")
        assert done.returncode == 0, done.stderr
        assert "left out, not block-scaled: 1 F32" in done.stdout
        texts.append(run_tool("mx-opt", output))
    assert texts[0] == texts[1]
    assert texts[0].count("func.func private @") == 2
    assert (tmp_path / "x.mlirbc").read_bytes()[:4] == b"ML\xefR"
    listed = import_checkpoint(file, "--list").stdout
    assert listed == "a.weight: 4x64 !mx.nvfp4\nb.weight: 4x64 !mx.nvfp4\n"


@pytest.mark.parametrize("batch", [(), (2,)])
def test_products(tmp_path, batch):
    """x * transpose(W) of a unit matrix x is transpose(W)."""
    codes = np.random.default_rng(2).integers(0, 256, (*batch, 8, 2, 16), np.uint8)
    scales = np.full((*batch, 8, 2), 126, np.uint8)
    file, unit, result = tmp_path / "x.safetensors", tmp_path / "unit.npy", tmp_path / "y.npy"
    save_file({"up_blocks": codes, "up_scales": scales}, file)
    np.save(unit, np.ascontiguousarray(np.broadcast_to(np.eye(64, dtype=np.float32), (*batch, 64, 64))))
    module = imported(file, "up", "--as=products")
    run_tool("mx-run", module, "--entry=up", f"--arg=@{unit}", f"--result=@{result}")
    expected = decode(codes.reshape(*batch, 8, 32), scales.view(E8M0), 32)
    assert (np.load(result) == expected.swapaxes(-1, -2)).all()


MODEL = """
func.func @main(%x: tensor<3x64xf32>, %init: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %w = func.call @"a.weight"() : () -> tensor<4x64x!mx.nvfp4>
  %y = mx.matmul ins(%x, %w : tensor<3x64xf32>, tensor<4x64x!mx.nvfp4>) outs(%init : tensor<3x4xf32>)
  return %y : tensor<3x4xf32>
}
"""


def test_weights_come_to_the_model_that_calls_them(tmp_path):
    file, model = tmp_path / "x.safetensors", tmp_path / "model.mlir"
    save_file(small(), file)
    model.write_text(MODEL + imported(file, "a.weight").read_text())
    text = run_tool("mx-opt", model, "--inline")
    assert text.count("func.func") == 1 and "call" not in text
    [constant] = re.findall(r"(%\w+) = mx.constant #mx.blocks<codes = w0_codes, scales = w0_scales, outer = w0_outer>", text)
    assert re.search(rf"mx.matmul ins\(%\w+, {constant} :", text)


def test_odd_names(tmp_path):
    file = tmp_path / "x.safetensors"
    name = 'a "b" \\c é\n'
    save_file({f"{name}_blocks": np.zeros((1, 1, 16), np.uint8), f"{name}_scales": np.zeros((1, 1), np.uint8)}, file)
    output = tmp_path / "x.mlir"
    assert import_checkpoint(file, "--tensor=all", f"--output={output}").returncode == 0
    assert r'@"a \22b\22 \\c \C3\A9\0A"' in run_tool("mx-opt", output)


U8 = np.zeros((4, 4), np.uint8)
NO_NUMBER = np.array([[[0, 1, 255]]], np.uint8)
# As ComfyUI does it: 128x4 tiles of scales, whose shape is that of rows.
TILED = small(a__weight=np.zeros((128, 32), np.uint8), a__weight_scale=np.zeros((128, 4), E4M3))
FORMAT = np.frombuffer(b'{"format": "nvfp4"}', np.uint8)
REFUSED = {
    "no scales": (small(a__weight_scale=None), "tensor 'a.weight' has no scales: expected a tensor 'a.weight_scale'"),
    "no outer scale": (
        small(a__weight_scale_2=None),
        "'a' has no scale of the tensor: expected 'a.weight_scale_2' or 'a.weight_global_scale'",
    ),
    "two outer scales": (small(a__weight_global_scale=np.ones(1, np.float32)), "has both scales of the tensor"),
    "outer scale of MXFP4": (small(a__weight_scale=U8[:, :2].copy()), "which has no scale of the tensor"),
    "zero outer scale": (small(a__weight_scale_2=np.zeros(1, np.float32)), "is 0.0, expected a positive number"),
    "outer scales": (small(a__weight_scale_2=np.ones(4, np.float32)), "has shape [4], expected [1]"),
    "outer f16": (small(a__weight_scale_2=np.ones(1, np.float16)), "is F16, expected F32"),
    "scale shape": (small(a__weight_scale=U8[:2].view(E4M3)), "has shape [2, 4], expected [4, 4]"),
    "scale type": (small(a__weight_scale=np.ones((4, 4), np.float32)), "is F32, expected U8 or F8_E8M0"),
    "half a block": (small(a__weight=np.zeros((4, 28), np.uint8)), "has 56 elements a row, expected whole blocks of 16"),
    "no rows": (
        small(a__weight=np.zeros((0, 32), np.uint8), a__weight_scale=np.zeros((0, 4), E4M3)),
        "of shape [0, 64] has no elements",
    ),
    "one axis": (small(a__weight=np.zeros(32, np.uint8)), "has shape [32], expected 2 axes or more"),
    "packed type": (small(a__weight=None, a__weight_packed=U8.astype(np.int32)), "is I32, expected U8"),
    "two weights": (small(a__weight_packed=U8), "two tensors of the file hold the codes of 'a.weight'"),
    "block of 32": (
        {"a_blocks": np.zeros((1, 2, 32), np.uint8), "a_scales": U8},
        "has shape [1, 2, 32], expected [1, 2, 16]",
    ),
    "scale 255 of gpt-oss": (
        {"a_blocks": np.zeros((1, 1, 3, 16), np.uint8), "a_scales": NO_NUMBER},
        "tensor 'a_scales' has a scale of 255, which E8M0 reads as NaN",
    ),
    "scale 255": (
        {"a.weight": np.zeros((1, 1, 48), np.uint8), "a.weight_scale": NO_NUMBER},
        "tensor 'a.weight_scale' has a scale of 255, which E8M0 reads as NaN",
    ),
    "ComfyUI's layout": (
        TILED | {"a.comfy_quant": FORMAT},
        "weight 'a' has a layout of its own, by tensor 'a.comfy_quant'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(tmp_path, case):
    tensors, message = REFUSED[case]
    file, output = tmp_path / "x.safetensors", tmp_path / "x.mlir"
    save_file(tensors, file)
    done = import_checkpoint(file, "--tensor=all", f"--output={output}")
    assert done.returncode == 1 and not output.exists()
    assert done.stderr.startswith("import_checkpoint.py: ") and message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("key", ["_quantization_metadata", "scale_layout", "is_swizzled", "Interleaved"])
def test_layout_in_metadata(tmp_path, key):
    file, output = tmp_path / "x.safetensors", tmp_path / "x.mlir"
    save_file(TILED, file, {"format": "pt", key: "128x4"})
    done = import_checkpoint(file, "--tensor=all", f"--output={output}")
    assert done.returncode == 1 and not output.exists()
    assert f"weight 'a' has a layout of its own, by key '{key}' of __metadata__: expected" in done.stderr
    save_file(TILED, file, {"format": "pt"})
    assert import_checkpoint(file, "--tensor=all", f"--output={output}").returncode == 0


def file_of(header: bytes, data: bytes = b"") -> bytes:
    return len(header).to_bytes(8, "little") + header + data


DAMAGED = {
    "empty": (b"", "less than 8 bytes"),
    "other": (b"hello, I am no checkpoint", "is no safetensors file: its header of"),
    "no JSON": (file_of(b"{]"), "its header is not JSON"),
    "list": (file_of(b"[]"), "its header is no JSON object"),
    "deep": (file_of(b"[" * 100000), "its header is not JSON"),
    "duplicate": (file_of(b'{"a": {}, "a": {}}'), "a name occurs twice"),
    "half a name": (
        file_of(rb'{"\ud800": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}}'),
        r"'\ud800' is no Unicode",
    ),
    "half a type": (
        file_of(rb'{"a": {"dtype": "\udfff", "shape": [], "data_offsets": [0, 0]}}'),
        r"'\udfff' is no Unicode",
    ),
    "metadata": (file_of(b'{"__metadata__": []}'), "its __metadata__ is no JSON object"),
    "no dtype": (file_of(b'{"a": {}}'), "tensor 'a' has no dtype"),
    "no shape": (file_of(b'{"a": {"dtype": "U8"}}'), "tensor 'a' has no shape"),
    "cut": (file_of(b'{"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}', b"123"), "bytes 0 to 4 of 3"),
    "size": (file_of(b'{"a": {"dtype": "U8", "shape": [3], "data_offsets": [0, 4]}}', b"1234"), "expected 3 for U8"),
    "huge": (
        file_of(b'{"a": {"dtype": "U8", "shape": [4294967296, 4294967296], "data_offsets": [0, 0]}}'),
        "has 0 bytes, expected 18446744073709551616",
    ),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damaged(tmp_path, case):
    data, message = DAMAGED[case]
    file = tmp_path / "x.safetensors"
    file.write_bytes(data)
    done = import_checkpoint(file, "--list")
    assert done.returncode == 1 and message in done.stderr and "Traceback" not in done.stderr


def test_wrong_use(tmp_path):
    file = tmp_path / "x.safetensors"
    save_file(small(), file)
    for arguments in ([], ["--tensor=all"], ["--list", "--tensor=all"], ["--tensor=all", "--output=x.txt"]):
        done = import_checkpoint(file, *arguments)
        assert done.returncode == 2 and "error: " in done.stderr
    for arguments, message in (
        (["--tensor=b*", f"--output={tmp_path}/x.mlir"], "no block-scaled weight is named 'b*'"),
        (["--tensor=a.weight_scale", f"--output={tmp_path}/x.mlir"], "no block-scaled weight is named"),
        (["--tensor=all", f"--output={tmp_path}/no/x.mlir"], "No such file"),
        (["--tensor=all", f"--output={tmp_path}/no/x.mlirbc"], "mx-opt does not take the module"),
    ):
        done = import_checkpoint(file, *arguments)
        assert done.returncode == 1 and message in done.stderr and "Traceback" not in done.stderr
    assert "No such file" in import_checkpoint(tmp_path / "none.safetensors", "--list").stderr
