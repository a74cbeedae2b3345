"""What is asked of the compiler for a row of a table."""

import math
from collections import Counter
from typing import NamedTuple

import checkout  # noqa: F401 (before mx_mlir)
import mx_mlir
import numpy as np
from export import export
from llama import Choices
from model import Model


class Quantization(NamedTuple):
    weights: str  # a preset, or float: nothing is quantized
    activations: str = "none"  # a preset, or none
    scale_rule: str = "preset"  # preset or mse: of the weights, and of activations in the same format
    rotate: int = 0  # elements that are rotated together, 0: none
    quantize_attention: bool = False

    @property
    def is_float(self) -> bool:
        return self.weights == "float"

    def options(self) -> str:
        """Returns the options of mx-quantize."""
        rule = self.scale_rule if self.activations == self.weights else "preset"
        options = [f"weights={self.weights}", f"activations={self.activations}"]
        options += [f"weights-scale-rule={self.scale_rule}", f"activations-scale-rule={rule}"]
        if self.rotate:
            options.append(f"rotate={self.rotate}")
        if self.quantize_attention:  # heads have fewer elements than what is quantized otherwise
            options.append("quantize-attention=true min-k=32 min-n=32")
        return " ".join(options)

    def pipeline(self, threads: int) -> str:
        quantize = "" if self.is_float else f"mx-quantize{{{self.options()}}},"
        return f"{quantize}mx-to-llvm{{threads={threads}}}"


def compile_model(
    model: Model, entries: tuple[str, ...], choice: Quantization, threads: int = 1, choices: Choices = Choices()
):
    """Returns the program of the model's entries."""
    text, resources = export(model, entries, choices)
    return mx_mlir.compile(text, pipeline=choice.pipeline(threads), threads=threads, resources=resources)


def bits_per_weight(model: Model, choice: Quantization) -> float:
    """Returns the bits of an element of the linear layers, scales included."""
    if choice.is_float:
        return 32.0
    counts = Counter(model.shape(name) for name in model.linear_names())
    parts = {shape: mx_mlir.quantize(np.zeros(shape, np.float32), choice.weights) for shape in counts}
    size = sum(count * stored_bytes(parts[shape]) for shape, count in counts.items())
    return 8 * size / sum(count * math.prod(shape) for shape, count in counts.items())


def stored_bytes(parts: mx_mlir.Quantized) -> int:
    return sum(part.nbytes for part in (parts.codes, parts.scales, parts.outer) if part is not None)
