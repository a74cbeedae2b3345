"""Writes the *_torch*.mlir files of this folder: modules of PyTorch by torch-mlir.

    python export_torch.py [NAME...]

needs torch 2.15.0 and torch-mlir 20261001; the tests read the files only.
Weights are multiples of 1/16 below 1/2, which mxint8 holds exactly.
"""

import dataclasses
import math
import pathlib
import sys

import torch
import torch_mlir.fx
from torch import Tensor, nn
from torch.export import Dim

HERE = pathlib.Path(__file__).parent


class GatedMLP(nn.Module):
    """(silu(x * gate^T) . (x * up^T)) * down^T + bias."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Linear(32, 40, bias=False)
        self.up = nn.Linear(32, 40, bias=False)
        self.down = nn.Linear(40, 32)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(nn.functional.silu(self.gate(x)) * self.up(x))


class MLP(nn.Module):
    """relu(x * up^T + bias) * down^T + bias."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.Linear(32, 64)
        self.down = nn.Linear(64, 32)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(nn.functional.relu(self.up(x)))


class Attention(nn.Module):
    """Two heads, Q and K of depth 8, V of 16; the output projection has a bias."""

    def __init__(self) -> None:
        super().__init__()
        self.q = nn.Linear(32, 16, bias=False)
        self.k = nn.Linear(32, 16, bias=False)
        self.v = nn.Linear(32, 32, bias=False)
        self.out = nn.Linear(32, 32)

    def heads(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (2, -1)).transpose(1, 2)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.heads(self.q(x)), self.heads(self.k(x)), self.heads(self.v(x))
        p = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(8), dim=-1)
        return self.out((p @ v).transpose(1, 2).flatten(2))


class Projections(nn.Module):
    """Two products of one input by a plain matrix, stored [N, K] and [K, N]."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.empty(48, 32))
        self.b = nn.Parameter(torch.empty(32, 48))

    def forward(self, x: Tensor) -> Tensor:
        return torch.matmul(x, self.a.t()) + torch.matmul(x, self.b)


class Convolutions(nn.Module):
    """A plain, a depthwise, a grouped and a strided 1 x 1 convolution, NCHW."""

    def __init__(self) -> None:
        super().__init__()
        self.plain = nn.Conv2d(8, 16, 3, padding=1)
        self.depthwise = nn.Conv2d(16, 16, 3, groups=16, bias=False)
        self.grouped = nn.Conv2d(16, 16, 3, groups=2, bias=False)
        self.pointwise = nn.Conv2d(16, 32, 1, stride=2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.pointwise(self.grouped(self.depthwise(nn.functional.relu(self.plain(x)))))


LENGTH = {1: Dim("length", min=2, max=4096)}
SEQUENCE = torch.zeros(2, 5, 32)


@dataclasses.dataclass
class Export:
    """A module, its input with the extents that stay dynamic, and the form to write.

    `decomposed` False keeps what torch-mlir else takes apart first: a product of
    three axes by two becomes a linalg.batch_matmul.
    """

    module: nn.Module
    example: Tensor
    dynamic: dict[int, Dim] | None = None
    form: str = "linalg-on-tensors"
    decomposed: bool = True


EXPORTS = {
    "mlp_torch": Export(GatedMLP(), SEQUENCE, LENGTH),
    "mlp_torch_f16": Export(GatedMLP().half(), SEQUENCE.half(), LENGTH),
    "mlp_torch_bf16": Export(GatedMLP().bfloat16(), SEQUENCE.bfloat16(), LENGTH),
    "projections_torch_bf16": Export(
        Projections().bfloat16(), SEQUENCE.bfloat16(), LENGTH, decomposed=False
    ),
    "attention_torch": Export(Attention(), SEQUENCE, LENGTH),
    "conv_torch": Export(Convolutions(), torch.zeros(1, 8, 9, 9)),
    "mlp_torch_tosa": Export(MLP(), SEQUENCE, form="tosa"),
}


def exactly_representable(module: nn.Module) -> nn.Module:
    """`module` with every parameter a multiple of 1/16 in [-7/16, 7/16]."""
    random = torch.Generator().manual_seed(1)
    for parameter in module.parameters():
        integers = torch.randint(-7, 8, parameter.shape, generator=random)
        parameter.data = (integers / 16).to(parameter.dtype)
    return module.eval()


def text(name: str) -> str:
    """What torch-mlir prints, unedited, below a line that says where it is from."""
    export = EXPORTS[name]
    program = torch.export.export(
        exactly_representable(export.module),
        (export.example,),
        dynamic_shapes=(export.dynamic,) if export.dynamic else None,
    )
    module = torch_mlir.fx.export_and_import(
        program,
        output_type=export.form,
        func_name="main",
        decomposition_table=None if export.decomposed else [],
    )
    return f"// torch {torch.__version__}, torch-mlir 20261001: export_torch.py {name}\n{module}"


def main() -> None:
    for name in sys.argv[1:] or EXPORTS:
        (HERE / f"{name}.mlir").write_text(text(name))


if __name__ == "__main__":
    main()
