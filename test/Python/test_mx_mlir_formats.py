"""Quantization on arrays: the bits of the compiler's Numerics."""

import mx_mlir
import numpy as np
import pytest
from mx_modules import has, normal

PRESETS = [f.name for f in mx_mlir.formats()]

# The oracle: the same preset through mx.quantize, compiled by mx-reference.
QUANTIZE = """
func.func @main(%x: tensor<6x96xf32>) -> tensor<6x96x!mx.FORMAT> {
  OUTER
  %empty = tensor.empty() : tensor<6x96x!mx.FORMAT>
  %q = mx.quantize ins(%x : tensor<6x96xf32>) OPERAND outs(%empty : tensor<6x96x!mx.FORMAT>) using PRESET
  return %q : tensor<6x96x!mx.FORMAT>
}
"""


def hard(rows=6, k=96):
    """Returns values of many magnitudes, zeros, a NaN and an infinity."""
    x = normal(rows, k) * np.exp2(normal(rows, k, seed=1) * 8)
    x[0, :32] = 0
    x[1, 5], x[2, 40] = np.nan, -np.inf
    x[3, 32:64] = np.abs(x[3, 32:64])
    return x.astype(np.float32)


def test_formats_are_those_of_the_table():
    facts = {f.name: f for f in mx_mlir.formats()}
    assert len(facts) == 18
    amxfp4 = facts["amxfp4"]
    assert (amxfp4.element, amxfp4.block_size, amxfp4.scale) == ("f4E2M1FN", 32, "f8E5M2")
    assert (amxfp4.scheme, amxfp4.outer_scale, amxfp4.bits) == ("asymmetric", "none", 4.5)
    assert (amxfp4.rounding, amxfp4.scale_rule, amxfp4.scale_rounding) == ("nearest_away", "max_fp", "nearest_away")
    assert facts["nvfp4"].outer_scale == "tensor" and facts["mxfp4"].scale_rule == "pot_floor"
    assert facts["int4_affine"].scheme == "affine" and facts["int4_affine"].bits == 5


@pytest.mark.parametrize("preset", [p for p in PRESETS if p not in ("nvfp4", "nvfp4_row", "amxfp4_e4m3")])
def test_same_bits_as_the_compiler(preset):
    name = "amxfp4_pot" if preset == "amxfp4_pot_r" else preset
    text = QUANTIZE.replace("OUTER", "").replace("OPERAND", "")
    text = text.replace("FORMAT", name).replace("PRESET", preset)
    codes, scales = mx_mlir.compile(text, "mx-reference").main(hard())
    q = mx_mlir.quantize(hard(), preset)
    assert q.outer is None
    assert np.array_equal(q.codes, codes.view(np.uint8)) and np.array_equal(q.scales, scales.view(np.uint8))


@pytest.mark.parametrize("preset, shape", [("nvfp4", ""), ("nvfp4_row", "6x"), ("amxfp4_e4m3", "6x")])
def test_same_bits_with_outer_scales(preset, shape):
    outer = f"%o = mx.outer_scale %x : tensor<6x96xf32> for !mx.{preset}"
    text = QUANTIZE.replace("OUTER", outer).replace("OPERAND", f"outer(%o : tensor<{shape}f32>)")
    text = text.replace("FORMAT", preset).replace("PRESET", preset)
    codes, scales, outer = mx_mlir.compile(text, "mx-reference").main(hard())
    q = mx_mlir.quantize(hard(), preset)
    assert np.array_equal(q.outer, outer) and q.outer.shape == outer.shape
    assert np.array_equal(q.codes, codes.view(np.uint8)) and np.array_equal(q.scales, scales.view(np.uint8))


@pytest.mark.parametrize("preset", PRESETS)
def test_dequantize_undoes(preset):
    x = normal(3, 4, 40)
    y = mx_mlir.dequantize(mx_mlir.quantize(x, preset))
    assert y.shape == x.shape and y.dtype == np.float32
    error = np.linalg.norm(y - x) / np.linalg.norm(x)
    assert error < 0.2
    # What is on the grid stays there, but for rules whose scale follows the values.
    again = mx_mlir.dequantize(mx_mlir.quantize(y, preset))
    assert np.linalg.norm(again - y) <= 0.1 * np.linalg.norm(y)


def test_known_block():
    """A block worked out by hand: side maxima 6 and 3 give scales 1 and 0.5."""
    x = np.zeros(32, np.float32)
    x[:4] = [6, 3, -3, -0.25]
    q = mx_mlir.quantize(x, "amxfp4")
    assert q.codes.shape == (16,) and q.scales.shape == (1, 2) and q.k == 32
    assert q.scales.tolist() == [[0x3C, 0x38]]
    # 6, 3, -6 and -0.5 of E2M1, low nibble first.
    assert q.codes[:2].tolist() == [0x57, 0x9F]
    assert np.array_equal(mx_mlir.dequantize(q), x)


def test_mse_is_no_worse():
    x = normal(16, 256)

    def error(rule):
        return np.square(mx_mlir.dequantize(mx_mlir.quantize(x, "amxfp4_ue5m3", rule)) - x).sum()

    assert error("mse") < error("preset")


def test_shapes():
    for shape in [(1,), (33,), (0, 32), (2, 0), (2, 3, 4, 50)]:
        x = normal(*shape)
        for preset in ("amxfp4", "nvfp4", "nvfp4_row", "mxfp6_e2m3:16"):
            y = mx_mlir.dequantize(mx_mlir.quantize(x, preset))
            assert y.shape == x.shape
    x = normal(8, 64)
    half = x[:, ::2]
    assert np.array_equal(mx_mlir.quantize(half, "amxfp4").codes, mx_mlir.quantize(half.copy(), "amxfp4").codes)
    nan = mx_mlir.dequantize(mx_mlir.quantize(np.array([1, np.nan] * 20, np.float32), "amxfp4"))
    assert np.isnan(nan).all()


def test_bad_arrays_and_presets():
    x = normal(2, 32)
    with pytest.raises(TypeError, match=has("found 2x32xf64, wanted f32")):
        mx_mlir.quantize(x.astype(np.float64), "amxfp4")
    with pytest.raises(TypeError, match="found list, wanted an array"):
        mx_mlir.quantize([1.0], "amxfp4")
    with pytest.raises(ValueError, match="rank 0"):
        mx_mlir.quantize(np.float32(1), "amxfp4")
    for preset, rule, words in [
        ("fp3", "preset", "fp3"),
        ("amxfp4:7", "preset", "amxfp4:7"),
        ("amxfp4", "best", "scale rule 'best'"),
        ("int4_affine", "mse", "the search for the least error needs 8-bit scales"),
    ]:
        with pytest.raises(mx_mlir.Error, match=has(words)):
            mx_mlir.quantize(x, preset, rule)


def test_bad_parts():
    q = mx_mlir.quantize(normal(2, 64), "nvfp4_row")
    cases = [
        ((q.codes[:, :3], q.scales, q.outer, q.preset, q.k), ValueError, "codes: found shape (2, 3), wanted (2, 32)"),
        ((q.codes.view(np.int8), q.scales, q.outer, q.preset, q.k), TypeError, "codes: found int8, wanted uint8"),
        ((q.codes, q.scales[:1], q.outer, q.preset, q.k), ValueError, "scales: found shape (1, 4, 1)"),
        ((q.codes, q.scales, None, q.preset, q.k), ValueError, "outer: found None, wanted shape (2,)"),
        ((q.codes, q.scales, q.outer, "none", q.k), mx_mlir.Error, "none"),
        ((q.codes, q.scales, q.outer, q.preset, -1), ValueError, "k: found -1"),
    ]
    for parts, error, words in cases:
        with pytest.raises(error, match=has(words)):
            mx_mlir.dequantize(mx_mlir.Quantized(*parts))
