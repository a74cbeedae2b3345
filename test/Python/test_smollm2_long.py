"""All weights of a real GGUF model come in with the values of the package gguf."""

import sys

import gguf
import pytest
from importing import ROOT, dequantized, same_bits, smollm2

sys.path.insert(0, str(ROOT / "examples/import"))

from gguf_file import read_gguf
from module import render_functions, write_module


@pytest.fixture(scope="module")
def tensors():
    return {tensor.name: tensor for tensor in gguf.GGUFReader(smollm2()).tensors}


def test_every_weight(tmp_path, tensors):
    weights = read_gguf(smollm2()).weights
    assert len(weights) == 211
    for name, make in weights.items():
        module = tmp_path / "w.mlir"
        weights_of_one = [make()]
        with open(module, "wb") as stream:
            write_module(stream, render_functions(weights_of_one, "weights"), weights_of_one)
        _, x = dequantized(module)
        assert same_bits(x, gguf.quants.dequantize(tensors[name].data, tensors[name].tensor_type)), name
