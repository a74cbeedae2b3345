"""Sources, resources, pipelines, remarks: what compiles, and how it fails."""

import gc
import subprocess
import weakref

import mx_mlir
import numpy as np
import pytest
from mx_modules import FLOAT, KINDS, LINEAR, has, normal, tool

W = normal(192, 256)
X = normal(5, 256, seed=1)


def linear(pipeline, **options):
    return mx_mlir.compile(LINEAR, pipeline, **{"resources": {"w": W}, **options})


def test_float_agrees_with_numpy():
    y = linear(FLOAT).main(X)
    assert y.shape == (5, 192) and y.dtype == np.float32
    assert np.allclose(y, X @ W.T, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("preset", ["amxfp4", "nvfp4_row", "mxint8", "amxfp4_ue5m3"])
@pytest.mark.parametrize("threads", [1, 2])
def test_quantized_agrees_with_the_product_of_dequantized(preset, threads):
    y = linear(f"mx-quantize{{weights={preset} activations={preset}}},mx-to-llvm", threads=threads).main(X)
    a, b = (mx_mlir.dequantize(mx_mlir.quantize(v, preset)).astype(np.float64) for v in (X, W))
    assert np.abs(y - a @ b.T).max() <= 1e-5 * (np.abs(a) @ np.abs(b.T)).max()


def test_block_arguments_are_the_parts_of_quantized():
    """A block tensor goes in as codes, scales and outer scales."""
    text = """
    func.func @main(%x: tensor<5x256x!mx.nvfp4_row>, %w: tensor<192x256x!mx.nvfp4_row>) -> tensor<5x192xf32> {
      %zero = arith.constant dense<0.0> : tensor<5x192xf32>
      %y = mx.matmul ins(%x, %w : tensor<5x256x!mx.nvfp4_row>, tensor<192x256x!mx.nvfp4_row>)
                     outs(%zero : tensor<5x192xf32>)
      return %y : tensor<5x192xf32>
    }"""
    a, b = mx_mlir.quantize(X, "nvfp4_row"), mx_mlir.quantize(W, "nvfp4_row")
    parts = (a.codes, a.scales, a.outer, b.codes, b.scales, b.outer)
    oracle = mx_mlir.compile(text, "mx-reference").main(*parts)
    assert np.allclose(oracle, mx_mlir.dequantize(a) @ mx_mlir.dequantize(b).T, rtol=1e-4, atol=1e-3)
    assert np.allclose(mx_mlir.compile(text, "mx-to-llvm").main(*parts), oracle, rtol=1e-5, atol=1e-4)


def test_sources(tmp_path):
    """Text, bytecode, and paths of both, give the same program."""
    text, bytecode = tmp_path / "m.mlir", tmp_path / "m.mlirbc"
    text.write_text(LINEAR)
    mx_mlir.write_bytecode(LINEAR, bytecode, {"w": W})
    expected = linear(FLOAT).main(X)
    assert np.array_equal(mx_mlir.compile(text, FLOAT, resources={"w": W}).main(X), expected)
    assert np.array_equal(mx_mlir.compile(bytecode, FLOAT).main(X), expected)
    assert np.array_equal(mx_mlir.compile(bytecode.read_bytes(), FLOAT).main(X), expected)


def test_bytecode_after_a_pipeline(tmp_path):
    """Quantized once, compiled later; the tools read the file too."""
    path = tmp_path / "q.mlirbc"
    mx_mlir.write_bytecode(LINEAR, path, {"w": W}, pipeline="mx-quantize")
    assert path.stat().st_size < W.nbytes / 4
    assert np.array_equal(mx_mlir.compile(path, "mx-to-llvm").main(X), linear("mx-quantize,mx-to-llvm").main(X))
    done = subprocess.run([tool("mx-opt"), path, "--verify-each"], capture_output=True, text=True)
    assert done.returncode == 0 and "mx.constant" in done.stdout, done.stderr


def test_resources_of_block_constants(tmp_path):
    """The parts of mx.constant may be left out of the text as well."""
    text = """
    func.func @main() -> tensor<2x64xf32> {
      %w = mx.constant #mx.blocks<codes = c, scales = s> : tensor<2x64x!mx.amxfp4>
      %x = mx.dequantize %w : tensor<2x64x!mx.amxfp4> to tensor<2x64xf32>
      return %x : tensor<2x64xf32>
    }"""
    q = mx_mlir.quantize(normal(2, 64), "amxfp4")
    program = mx_mlir.compile(text, "mx-to-llvm", resources={"c": q.codes, "s": q.scales})
    assert np.array_equal(program.main(), mx_mlir.dequantize(q))
    with pytest.raises(mx_mlir.Error, match=has("<source>:3:", "resource 's' is missing")):
        mx_mlir.compile(text, "mx-to-llvm", resources={"c": q.codes})


@pytest.mark.parametrize("layout", ["contiguous", "turned", "unaligned"])
def test_layouts_of_resources(layout):
    given = {
        "contiguous": W,
        "turned": np.asfortranarray(W),
        "unaligned": np.concatenate([np.zeros(1, np.float32), W.reshape(-1)])[1:].reshape(W.shape),
    }[layout]
    program = linear(FLOAT, resources={"w": given})
    assert np.allclose(program.main(X), X @ W.T, rtol=1e-4, atol=1e-4)


def aligned(array):
    room = np.empty(array.nbytes + 64, np.uint8)
    begin = -room.ctypes.data % 64
    room = room[begin : begin + array.nbytes].view(array.dtype).reshape(array.shape)
    room[...] = array
    return room


def test_resources_live_as_long_as_they_are_used():
    given = aligned(W)
    base = given.base
    while base.base is not None:
        base = base.base
    lives = weakref.ref(base)
    program = linear(FLOAT, resources={"w": given})
    del given, base
    gc.collect()
    assert lives() is not None  # used where it lies
    assert np.allclose(program.main(X), X @ W.T, rtol=1e-4, atol=1e-4)
    main = program.main
    del program
    gc.collect()
    assert np.allclose(main(X), X @ W.T, rtol=1e-4, atol=1e-4)
    del main
    gc.collect()
    assert lives() is None


@pytest.mark.parametrize(
    "resources, words",
    [
        ({}, ("<source>:3:", "resource 'w' has no data")),
        ({"w": W[:3]}, ("<source>:3:", "resource 'w' has 3072 bytes, its type wants 196608")),
        ({"w": W, "v": W}, ("resource 'v' is given, but nothing in the module names it",)),
        ({"w": np.empty((0, 256), np.float32)}, ("resource 'w' has 0 bytes",)),
    ],
)
def test_bad_resources(resources, words):
    with pytest.raises(mx_mlir.Error, match=has(*words)):
        mx_mlir.compile(LINEAR, FLOAT, resources=resources)


def test_more_bad_resources(tmp_path):
    mx_mlir.write_bytecode(LINEAR, tmp_path / "m.mlirbc", {"w": W})
    with pytest.raises(mx_mlir.Error, match=has("resource 'w' is given, but the module has its data already")):
        mx_mlir.compile(tmp_path / "m.mlirbc", FLOAT, resources={"w": W})
    with pytest.raises(mx_mlir.Error, match=has("resource '__elided__' has no data", "elided")):
        mx_mlir.compile(LINEAR.replace("<w>", "<__elided__>"), FLOAT)
    with pytest.raises(TypeError, match=has("resource 'w': found str, wanted an array")):
        linear(FLOAT, resources={"w": "w.npy"})
    with pytest.raises(TypeError, match=has("resources: found a key of int")):
        linear(FLOAT, resources={1: W})


@pytest.mark.parametrize(
    "source, words",
    [
        ("func.func @f() {\n  foo\n}", ("<source>:2:3: error: custom op 'foo' is unknown",)),
        ("func.func @f() -> i32 {\n  return\n}", ("<source>:2:3: error:", "has 0 operands")),
        ("", ("the module has no public function to call",)),
        ("func.func private @f() { return }", ("the module has no public function to call",)),
        ("func.func @f(%x: memref<4xf32>) { return }", ("argument 0 of the entry is", "memref<4xf32>")),
        ("func.func private @g()\nfunc.func @f() {\n  call @g() : () -> ()\n  return\n}", ("'@g' is called but",)),
        (b"ML\xefR\x01broken", ("error:",)),
        (b"\x00\xff\xfe", ("error:",)),
    ],
)
def test_bad_modules(source, words):
    with pytest.raises(mx_mlir.Error, match=has(*words)):
        mx_mlir.compile(source, FLOAT)


@pytest.mark.parametrize(
    "pipeline, words",
    [
        ("foo", ("pipeline 'foo'", "'foo' does not refer to a registered pass")),
        ("mx-to-llvm{threads=many}", ("failed to add `mx-to-llvm` with options `threads=many`",)),
        ("mx-to-llvm{tread=1}", ("failed to add `mx-to-llvm`",)),
        ("mx-to-llvm{", ("pipeline 'mx-to-llvm{'",)),
        ("canonicalize(,)", ("pipeline",)),
        ("mx-quantize{weights=fp3},mx-to-llvm", ("fp3",)),
        ("mx-to-llvm{target=pdp11}", ("pdp11",)),
        ("mx-quantize", ("is left after the pipeline, which has to lower to the LLVM dialect",)),
        ("", ("is left after the pipeline",)),
    ],
)
def test_bad_pipelines(pipeline, words):
    with pytest.raises(mx_mlir.Error, match=has(*words)):
        linear(pipeline)


def test_arguments_of_compile(tmp_path):
    with pytest.raises(mx_mlir.Error, match="none.mlir"):
        mx_mlir.compile(tmp_path / "none.mlir")
    with pytest.raises(TypeError, match="source: found int"):
        mx_mlir.compile(3)
    with pytest.raises(TypeError, match="pipeline: found list"):
        mx_mlir.compile(KINDS, ["mx-quantize"])
    with pytest.raises(TypeError, match="threads: found float"):
        mx_mlir.compile(KINDS, FLOAT, threads=1.5)
    with pytest.raises(ValueError, match="threads: found 0"):
        mx_mlir.compile(KINDS, FLOAT, threads=0)
    with pytest.raises(mx_mlir.Error, match="cannot write"):
        mx_mlir.write_bytecode(KINDS, tmp_path / "no" / "m.mlirbc")
    with pytest.raises(mx_mlir.Error, match="<source>:1:1"):
        mx_mlir.write_bytecode("foo", tmp_path / "m.mlirbc")
    assert not (tmp_path / "m.mlirbc").exists()


def test_remarks():
    program = linear("mx-quantize{weights=amxfp4 activations=mxint8},mx-to-llvm")
    (quantized,) = [r for r in program.remarks if r.category == "mx-quantize"]
    assert (quantized.kind, quantized.name, quantized.function) == ("passed", "Quantized", "main")
    assert quantized.message == "Weights=amxfp4, Activations=mxint8, M=?, N=192, K=256"
    assert quantized.place == "<source>:11:8"
    assert any(r.category == "mx-lowering" for r in program.remarks)
    (missed,) = linear("mx-quantize{min-n=1000},mx-to-llvm").remarks[:1]
    assert (missed.kind, missed.name) == ("missed", "SmallN")
    assert linear(FLOAT).remarks == ()
