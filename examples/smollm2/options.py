"""Options that the measuring commands share."""

import argparse

import checkout  # noqa: F401 (before mx_mlir)
import mx_mlir
from quantization import Quantization


def add_quantization(parser: argparse.ArgumentParser):
    """Returns the group of --weights: one of its options is required."""
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--weights", metavar="LIST", help="float and presets, by commas")
    parser.add_argument("--activations", default="same", metavar="same|none|PRESET", help="same: as the weights")
    parser.add_argument("--scale-rule", choices=("preset", "mse"), default="preset",
                        help="of the weights, and of activations in the same format")  # fmt: skip
    parser.add_argument("--rotate", type=int, default=0, metavar="N", help="Hadamard groups of N; 0: none")
    parser.add_argument("--quantize-attention", action="store_true", help="Q.K^T, P.V and the cache too")
    return group


def check_least(parser: argparse.ArgumentParser, arguments: argparse.Namespace, **least: int) -> None:
    """Ends with a message where an option that was given is less than it may be."""
    for name, bound in least.items():
        value = getattr(arguments, name)
        if value is not None and value < bound:
            parser.error(f"--{name} is {value}, expected {bound} or more")


def check_preset(parser: argparse.ArgumentParser, option: str, name: str, *others: str) -> None:
    """Ends with a message where `name` is no preset and none of the others."""
    known = [*others, *(preset.name for preset in mx_mlir.formats())]
    if name.split(":")[0] not in known:  # NAME:SIZE is NAME with blocks of SIZE
        parser.error(f"{option}: no preset '{name}', expected one of {', '.join(known)}")


def check_quantization(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    for name in arguments.weights.split(","):
        check_preset(parser, "--weights", name, "float")
    check_preset(parser, "--activations", arguments.activations, "same", "none")


def chosen(arguments: argparse.Namespace) -> list[Quantization]:
    """Returns what is asked for, one for each of the weights; float has float
    activations."""

    def one(weights: str) -> Quantization:
        if weights == "float":
            return Quantization(weights)
        activations = weights if arguments.activations == "same" else arguments.activations
        return Quantization(weights, activations, arguments.scale_rule, arguments.rotate, arguments.quantize_attention)

    return [one(weights) for weights in arguments.weights.split(",")]
