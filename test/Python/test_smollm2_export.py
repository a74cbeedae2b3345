"""The compiled model computes what numpy does, whole and token by token."""

import mx_mlir
import numpy as np
import pytest
from smollm2 import Model, SmallModel, apart

from export import export
from forward import Forward
from llama import Choices

CONTEXT = 192
COUNT = 150  # more than attention takes at a time


def compiled(model, entries, choices=Choices(context=CONTEXT), pipeline="mx-to-llvm"):
    text, resources = export(model, entries, choices)
    return mx_mlir.compile(text, pipeline=pipeline, resources=resources)


@pytest.fixture(scope="module")
def model():
    return SmallModel()


@pytest.fixture(scope="module")
def tokens(model):
    return model.tokens(COUNT)


@pytest.fixture(scope="module")
def expected(model, tokens):
    return Forward(model).logits(tokens)


@pytest.fixture(scope="module")
def program(model):
    return compiled(model, ("prefill", "prompt", "step"))


def caches(model):
    shape = (model.config.layers, model.config.kv_heads, CONTEXT, model.config.head)
    return np.zeros(shape, np.float32), np.zeros(shape, np.float32)


@pytest.mark.parametrize("count", [1, 64, COUNT])
def test_prefill(program, tokens, expected, count):
    assert apart(program.prefill(tokens[:count]), expected[:count]) < 1e-3


def test_steps_give_what_prefill_gives(program, model, tokens, expected):
    keys, values = caches(model)
    for position in range(8):
        logits, keys, values = program.step(tokens[position : position + 1], position, keys, values)
        assert apart(logits, expected[position : position + 1]) < 1e-3


def test_prompts_then_a_step(program, model, tokens, expected):
    keys, values = caches(model)
    for start, end in ((0, 130), (130, 149)):
        logits, keys, values = program.prompt(tokens[start:end], start, keys, values)
        assert apart(logits, expected[end - 1 : end]) < 1e-3
    logits, keys, values = program.step(tokens[149:], 149, keys, values)
    assert apart(logits, expected[149:]) < 1e-3


def test_imported_weights_are_those_of_the_file(model, tokens, expected):
    program = compiled(model, ("prefill",), Choices(context=CONTEXT, imported=True))
    assert apart(program.prefill(tokens), expected) < 1e-3


def test_int4_affine_makes_the_same_program(model, tokens, expected):
    program = compiled(model, ("prefill",), pipeline="mx-quantize{weights=int4_affine activations=none},mx-to-llvm")
    assert apart(program.prefill(tokens), expected) < 1e-3


def test_int4_affine_reproduces_every_weight():
    model = Model()
    for name in model.linear_names():
        x = model.weight(name)
        y = mx_mlir.dequantize(mx_mlir.quantize(x, "int4_affine"))
        assert np.array_equal(x, y), name
