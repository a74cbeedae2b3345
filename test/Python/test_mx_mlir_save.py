"""Programs as folders: saved, loaded without MLIR, damaged."""

import gc
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import mx_mlir
import numpy as np
import pytest
from mx_modules import FLOAT, IN_PLACE, KINDS, LINEAR, has, normal

W = normal(192, 256)
X = normal(5, 256, seed=1)
PIPELINE = "mx-quantize{weights=nvfp4_row activations=mxint8},mx-to-llvm"


@pytest.fixture(scope="module")
def linear():
    return mx_mlir.compile(LINEAR, FLOAT, resources={"w": W})


@pytest.fixture
def folder(linear, tmp_path):
    linear.save(tmp_path / "program")
    return tmp_path / "program"


# Loads argv[1] in a process that must not have MLIR, LLVM nor the extension.
FRESH = """
import sys
import numpy as np, mx_mlir
program = mx_mlir.load(sys.argv[1])
np.save(sys.argv[3], program.main(np.load(sys.argv[2])))
maps = open("/proc/self/maps").read()
assert "libmx_runtime" in maps
for name in ("libMLIR", "libLLVM", "libMX.", "_mx."):
    assert name not in maps, name
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_in_a_process_without_mlir(tmp_path, threads):
    program = mx_mlir.compile(LINEAR, PIPELINE, threads=threads, resources={"w": W})
    program.save(tmp_path / "program")
    np.save(tmp_path / "x.npy", X)
    arguments = [tmp_path / name for name in ("program", "x.npy", "y.npy")]
    done = subprocess.run([sys.executable, "-c", FRESH, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert np.array_equal(np.load(tmp_path / "y.npy"), program.main(X))
    description = json.loads((tmp_path / "program" / "program.json").read_text())
    assert (description["openmp"] is not None) == (threads > 1)


def test_loaded_is_like_compiled(linear, folder):
    loaded = mx_mlir.load(folder)
    assert loaded.entries == linear.entries and loaded.remarks == linear.remarks
    assert loaded.signature("main") == linear.signature("main")
    assert np.array_equal(loaded.main(X), linear.main(X))
    with pytest.raises(ValueError, match=has("main: argument 0: found 5x3xf32, wanted ?x256xf32")):
        loaded.main(np.zeros((5, 3), np.float32))


def test_every_kind_of_entry(tmp_path):
    """Functions may have names that the process has too."""
    text = KINDS.replace("@twice", "@printf").replace("@negate", "@main")
    mx_mlir.compile(text, FLOAT).save(tmp_path / "kinds")
    assert not (tmp_path / "kinds" / "constants.weights").exists()
    kinds = mx_mlir.load(tmp_path / "kinds")
    assert kinds.add(2, -5) == -3 and kinds.choose(True, 1.5, 2.5) == 1.5 and kinds.nothing() == ()
    flat, square = kinds.printf(normal(4))
    assert np.array_equal(flat, 2 * normal(4)) and np.array_equal(square.reshape(4), flat)
    count, doubled, is_empty = kinds.two(np.ones((3, 2), np.int8))
    assert count == 3 and not is_empty and (doubled == 2).all()


def test_in_place_and_remarks(tmp_path):
    program = mx_mlir.compile(IN_PLACE, "mx-to-llvm")
    program.save(tmp_path / "step")
    loaded = mx_mlir.load(tmp_path / "step")
    cache, row = np.zeros((4, 8), np.float32), normal(1, 8)
    total, held = loaded.step(cache, row, 2)
    assert held is cache and np.array_equal(cache[2:3], row) and np.allclose(total, row[0])
    quantized = mx_mlir.compile(LINEAR, PIPELINE, resources={"w": W})
    quantized.save(tmp_path / "quantized")
    assert quantized.remarks and mx_mlir.load(tmp_path / "quantized").remarks == quantized.remarks


def test_constants_of_a_weight_file_are_saved(tmp_path):
    """What mx-to-llvm wrote to a file of its own goes along."""
    pipeline = f"mx-to-llvm{{weights-file={tmp_path / 'w'}}}"
    program = mx_mlir.compile(LINEAR, pipeline, resources={"w": W})
    program.save(tmp_path / "program")
    (tmp_path / "w").unlink()
    assert np.array_equal(mx_mlir.load(tmp_path / "program").main(X), program.main(X))


def test_save_replaces(folder, linear):
    """A program that is loaded goes on when another takes its folder."""
    first = mx_mlir.load(folder)
    other = mx_mlir.compile(LINEAR, FLOAT, resources={"w": 2 * W})
    other.save(folder)
    second = mx_mlir.load(folder)
    assert np.array_equal(first.main(X), linear.main(X))
    assert np.array_equal(second.main(X), other.main(X))
    with pytest.raises(mx_mlir.Error, match=has(f"'{folder}' holds another program than when")):
        first.save(folder.parent / "first")
    copy = folder.parent / "deeper" / "copy"
    second.save(copy)
    assert np.array_equal(mx_mlir.load(copy).main(X), other.main(X))
    assert sorted(path.name for path in folder.parent.iterdir()) == ["deeper", "program"]


def test_save_keeps_what_is_no_program(linear, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("text")
    (tmp_path / "file").write_text("text")
    for name in ("mine", "file"):
        with pytest.raises(mx_mlir.Error, match=has("is there already and is no saved program")):
            linear.save(tmp_path / name)
    with pytest.raises(mx_mlir.Error, match="cannot write"):
        linear.save(tmp_path / "file" / "program")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "mine"]


def edit(folder, **changes):
    path = folder / "program.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def flip(path, offset):
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)


def cut(path, count):
    path.write_bytes(path.read_bytes()[:-count])


def code_of(folder):
    return next(folder.glob("code-*.so"))


DAMAGES = [
    (lambda f: (f / "program.json").unlink(), "holds no saved program"),
    (lambda f: (f / "program.json").write_text("{"), "program.json is damaged"),
    (lambda f: (f / "program.json").write_text("[]"), "describes something else"),
    (lambda f: edit(f, version=2), "was saved as version 2, this package reads 1"),
    (lambda f: edit(f, entries=[{"name": "main"}]), "program.json is damaged"),
    (lambda f: edit(f, code={"file": "../x.so", "sha256": ""}), "program.json is damaged"),
    (lambda f: edit(f, cpu=["avx9000"]), "a processor with avx9000, which this one lacks"),
    (lambda f: code_of(f).unlink(), "cannot be read: No such file"),
    (lambda f: flip(code_of(f), 100), "is damaged, or of another program"),
    (lambda f: (f / "constants.weights").unlink(), "cannot be opened"),
    (lambda f: (f / "constants.weights").write_bytes(b""), "is empty"),
    (lambda f: flip(f / "constants.weights", 0), "constants.weights"),
    (lambda f: flip(f / "constants.weights", 40), "constants.weights"),
    (lambda f: cut(f / "constants.weights", 64), "constants.weights"),
]


@pytest.mark.parametrize("damage, words", DAMAGES, ids=range(len(DAMAGES)))
def test_damaged(folder, damage, words):
    damage(folder)
    with pytest.raises(mx_mlir.Error, match=has(words)):
        mx_mlir.load(folder)


def test_constants_of_another_program(folder):
    mx_mlir.compile(LINEAR, FLOAT, resources={"w": W + 1}).save(folder.parent / "other")
    (folder / "constants.weights").write_bytes((folder.parent / "other" / "constants.weights").read_bytes())
    with pytest.raises(mx_mlir.Error, match="is not the one that was made with this code"):
        mx_mlir.load(folder)


def test_damaged_constants_are_found_on_demand(folder):
    flip(folder / "constants.weights", -1000)
    with pytest.raises(mx_mlir.Error, match=has("constants.weights", "are damaged")):
        mx_mlir.load(folder, verify=True)
    mx_mlir.load(folder)


def test_no_linker(linear, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(mx_mlir.Error, match="a saved program needs a linker"):
        linear.save(tmp_path / "program")


def resident_bytes() -> int:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def test_a_large_program_loads_at_once(tmp_path):
    """100 MB of constants, mapped or read, which go with the last program."""
    text = """
    func.func @main(%i: index, %j: index) -> f32 {
      %w = arith.constant dense_resource<w> : tensor<25000x1000xf32>
      %y = tensor.extract %w[%i, %j] : tensor<25000x1000xf32>
      return %y : f32
    }"""
    w = np.arange(25_000_000, dtype=np.float32).reshape(25000, 1000)
    mx_mlir.compile(text, FLOAT, resources={"w": w}).save(tmp_path / "program")
    for map_weights in (True, False, True):
        before, begin = resident_bytes(), time.perf_counter()
        program = mx_mlir.load(tmp_path / "program", map_weights=map_weights)
        assert program.main(12345, 678) == w[12345, 678]
        assert time.perf_counter() - begin < (0.5 if map_weights else 10)
        assert (resident_bytes() - before > 90e6) == (not map_weights)
        function = mx_mlir.load(tmp_path / "program").main
        del program
        assert function(24999, 999) == w[24999, 999]
        del function
        assert resident_bytes() - before < 20e6


def test_the_last_call_has_its_constants(linear, folder):
    """Of a cycle that is collected, `__del__` may run the program, or keep it."""
    kept = []

    class Holder:
        def __init__(self, program):
            self.program, self.me = program, self

        def __del__(self):
            kept.append((self.program, self.program.main(X)))

    Holder(mx_mlir.load(folder))
    gc.collect()
    [(program, y)] = kept
    assert np.array_equal(y, linear.main(X)) and np.array_equal(program.main(X), y)


def test_verify_sees_what_another_program_has_brought(linear, folder):
    file = folder / "constants.weights"
    good = file.read_bytes()
    file.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    damaged = mx_mlir.load(folder)
    file.write_bytes(good)
    with pytest.raises(mx_mlir.Error, match="a program that is loaded has other data in its place"):
        mx_mlir.load(folder, verify=True)
    del damaged
    gc.collect()
    assert np.array_equal(mx_mlir.load(folder, verify=True).main(X), linear.main(X))
