"""Calls of compiled programs: what goes in, what comes out, what is refused."""

import gc
import threading
import time
import weakref

import mx_mlir
import numpy as np
import pytest
from ml_dtypes import bfloat16
from mx_modules import FLOAT, IN_PLACE, KINDS, LINEAR, has, normal, unaligned


@pytest.fixture(scope="module")
def kinds():
    return mx_mlir.compile(KINDS, FLOAT)


@pytest.fixture(scope="module")
def step():
    return mx_mlir.compile(IN_PLACE, "mx-to-llvm")


def test_entries_and_signatures(kinds):
    assert kinds.entries == ("scale", "add", "choose", "two", "twice", "negate", "rank_0", "is_less", "half", "nothing")
    assert str(kinds.signature("two")) == "(tensor<?x2xi8>) -> (index, tensor<?x2xi8>, i1)"
    assert kinds.signature("scale").arguments == (mx_mlir.ValueType("f32", (3,)), mx_mlir.ValueType("f32", None))
    assert "scale" in dir(kinds) and "save" in dir(kinds)
    with pytest.raises(AttributeError, match=has("no entry 'main'", "scale, add")):
        kinds.main()


def test_scalars(kinds):
    assert kinds.scale(np.array([1, 2, 3], np.float32), 2).tolist() == [2, 4, 6]
    assert kinds.add(2, np.int64(-5)) == -3 and isinstance(kinds.add(1, 1), np.int32)
    assert kinds.choose(True, 1.5, 2.5) == 1.5 and kinds.choose(np.False_, 1.5, 2.5) == 2.5
    assert kinds.is_less(1, 2) and not kinds.is_less(2, 1) and isinstance(kinds.is_less(1, 2), np.bool_)
    assert kinds.nothing() == ()


def test_several_results(kinds):
    x = np.array([[1, 2], [3, -4], [5, 6]], np.int8)
    count, doubled, is_empty = kinds.two(x)
    assert count == 3 and not is_empty and doubled.dtype == np.int8
    assert np.array_equal(doubled, 2 * x)
    assert np.array_equal(kinds.two(x.view(np.uint8))[1], 2 * x)
    count, doubled, is_empty = kinds.two(np.empty((0, 2), np.int8))
    assert count == 0 and is_empty and doubled.shape == (0, 2)


def test_bfloat16_and_rank_0(kinds):
    x = np.array([1, -2, 0.5, 3], bfloat16)
    assert kinds.negate(x).dtype == bfloat16
    assert np.array_equal(kinds.negate(x), -x)
    assert np.array_equal(kinds.negate(x.view(np.uint16)), -x)
    assert kinds.rank_0(np.array(1.5)).shape == () and kinds.rank_0(np.float64(1.5)) == 3


def test_results_own_their_memory(kinds):
    x = normal(4)
    flat, square = kinds.twice(x)
    base = flat
    while isinstance(base, np.ndarray):
        base = base.base
    assert np.array_equal(flat, 2 * x) and np.array_equal(square.reshape(4), 2 * x)
    flat[0] = 7  # writable
    del flat, base
    gc.collect()
    assert np.array_equal(square.reshape(4)[1:], 2 * x[1:])
    kept = kinds.scale(np.ones(3, np.float32), 3.0)
    is_gone = weakref.ref(kept)
    del kept
    assert is_gone() is None


def test_inputs_are_taken_where_they_lie(kinds):
    """Layouts that are copied and those that are not give the same."""
    wide = normal(6, 4)
    expected = kinds.twice(wide[:4, 1].copy())[0]
    assert np.array_equal(kinds.twice(wide[:4, 1])[0], expected)
    assert np.array_equal(kinds.twice(wide[3::-1, 1][::-1])[0], expected)
    assert np.array_equal(kinds.twice(unaligned(wide[:4, 1].copy()))[0], expected)


class FromElsewhere:
    """A tensor of another library."""

    def __init__(self, array, is_far=False):
        self.array = array
        self.is_far = is_far

    def __dlpack__(self, **options):
        if self.is_far:
            raise BufferError("on another device")
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def test_dlpack(kinds):
    x = normal(4)
    assert np.array_equal(kinds.twice(FromElsewhere(x))[0], 2 * x)
    with pytest.raises(TypeError, match=has("argument 0: numpy cannot take this FromElsewhere: on another device")):
        kinds.twice(FromElsewhere(x, is_far=True))


@pytest.mark.parametrize(
    "entry, arguments, error, words",
    [
        ("twice", (), TypeError, "twice: found 0 arguments, wanted 1: (tensor<4xf32>) ->"),
        ("twice", (np.zeros(4, np.float32),) * 2, TypeError, "found 2 arguments, wanted 1"),
        ("twice", (np.zeros(4),), TypeError, "twice: argument 0: found 4xf64, wanted 4xf32"),
        ("twice", (np.zeros(4, ">f4"),), TypeError, "argument 0: found 4x>f4, wanted 4xf32"),
        ("twice", (np.zeros(3, np.float32),), ValueError, "argument 0: found 3xf32, wanted 4xf32"),
        ("twice", (np.zeros((4, 1), np.float32),), ValueError, "found 4x1xf32, wanted 4xf32"),
        ("two", (np.zeros((2, 3), np.int8),), ValueError, "found 2x3xi8, wanted ?x2xi8"),
        ("twice", ([1.0, 2.0],), TypeError, "argument 0: found list, wanted an array"),
        ("twice", (None,), TypeError, "argument 0: found NoneType"),
        ("scale", (np.zeros(3, np.float32), "2"), TypeError, "scale: argument 1: found str, wanted a number"),
        ("scale", (np.zeros(3, np.float32), None), TypeError, "scale: argument 1:"),
        ("add", (1, 2.0), TypeError, "add: argument 1:"),
        ("add", (1, 1 << 32), ValueError, "argument 1: found 4294967296, which does not fit i32"),
        ("choose", (1, 1.0, 2.0), TypeError, "argument 0: found int, wanted bool"),
        ("half", (1.0,), TypeError, "argument 0: a scalar f16 cannot be passed"),
    ],
)
def test_bad_arguments(kinds, entry, arguments, error, words):
    with pytest.raises(error, match=has(words)):
        kinds.call(entry, *arguments)


def test_in_place(step):
    assert step.signature("step").in_place == (1, None, None)
    cache, rows = np.zeros((4, 8), np.float32), normal(4, 8)
    for i in range(4):
        total, held = step.step(cache, rows[i : i + 1], i)
        assert held is cache
        assert np.allclose(total, rows[: i + 1].sum(axis=0), atol=1e-5)
    assert np.array_equal(cache, rows)


def test_in_place_refuses(step):
    row = normal(1, 8)
    frozen = np.zeros((4, 8), np.float32)
    frozen.flags.writeable = False
    shared = np.zeros((5, 8), np.float32)
    cases = [
        (frozen, row, ValueError, "argument 0: is written to, but the array is not writeable"),
        (np.zeros((8, 4), np.float32).T, row, ValueError, "the array is not c_contiguous"),
        (unaligned(np.zeros((4, 8), np.float32)), row, ValueError, "the array is not aligned"),
        (FromElsewhere(np.zeros((4, 8), np.float32)), row, TypeError, "wanted a numpy array"),
        (np.zeros((4, 8)), row, TypeError, "found 4x8xf64, wanted 4x8xf32"),
        (shared[:4], shared[3:4], ValueError, "step: arguments 0 and 1 share memory"),
    ]
    for cache, row, error, words in cases:
        with pytest.raises(error, match=has(words)):
            step.step(cache, row, 0)
    step.step(shared[:4], shared[4:], 0)  # beside each other


def test_the_gil_is_free(tmp_path):
    """Another thread counts while compiled code runs."""
    program = mx_mlir.compile(LINEAR, "mx-reference", resources={"w": normal(192, 256)})
    x = normal(400, 256)
    begin = time.perf_counter()
    program.main(x)
    alone = time.perf_counter() - begin
    beats, done = [], threading.Event()

    def beat():
        while not done.wait(alone / 50):
            beats.append(time.perf_counter())

    thread = threading.Thread(target=beat)
    thread.start()
    begin = time.perf_counter()
    program.main(x)
    end = time.perf_counter()
    done.set()
    thread.join()
    assert sum(begin < at < end for at in beats) >= 5


def test_calls_from_several_threads(kinds):
    x = [normal(4, seed=i) for i in range(8)]
    results = [None] * 8

    def work(i):
        for _ in range(200):
            results[i] = kinds.twice(x[i])[0]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(results[i], 2 * x[i]) for i in range(8))
