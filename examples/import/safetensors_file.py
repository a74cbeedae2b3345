"""Reads MXFP4 and NVFP4 weights from safetensors files.

A weight is two or three tensors that are told by their names:

    codes            scales          f32 scale of the tensor  written by
    X.weight_packed  X.weight_scale  X.weight_global_scale    compressed-tensors
    X.weight         X.weight_scale  X.weight_scale_2         ModelOpt, Quark
    X_blocks         X_scales                                 gpt-oss
    X.blocks         X.scales                                 gpt-oss, original

Codes are E2M1, two a byte along K, the even element in the low nibble: all of
these agree with `mx.split`, so no byte changes. The scales' type tells the
format: U8 or F8_E8M0, one for 32 elements, is MXFP4; F8_E4M3, one for 16, is
NVFP4, which has a scale of the tensor too. A scale named `weight_scale_2` is
multiplied with; one named `weight_global_scale` is divided by, so that its
reciprocal, rounded to f32, is imported.

Scales must lie row by row. Those reordered for a kernel can have the same shape, so
that only what a file says of itself tells them apart.

The file is parsed here because numpy has no 8-bit floats, which the safetensors
package would turn the scales into, and because mapped files may exceed memory.
"""

import json
import re
from functools import partial
from pathlib import Path
from typing import NamedTuple, Optional

import numpy as np

from weight import Checkpoint, Refused, Weight


class Naming(NamedTuple):
    codes: str  # suffixes
    scales: str
    weight: str  # of the name given to the weight
    in_blocks: bool  # codes are [.., K / 32, 16] rather than [.., K / 2]


NAMINGS = (
    Naming(".weight_packed", ".weight_scale", ".weight", False),
    Naming(".weight", ".weight_scale", ".weight", False),
    Naming("_blocks", "_scales", "", True),
    Naming(".blocks", ".scales", "", True),
)
MULTIPLIER, DIVISOR = ".weight_scale_2", ".weight_global_scale"
LAYOUT = ".comfy_quant"  # a tensor that ComfyUI keeps beside weights laid out for its kernels
LAYOUT_KEY = re.compile("layout|swizzl|interleav|^_quantization_metadata$", re.IGNORECASE)  # in __metadata__
BYTES = {"U8": 1, "F8_E8M0": 1, "F8_E4M3": 1, "F32": 4}  # of the types read here


class Entry(NamedTuple):
    name: str
    dtype: str
    shape: tuple[int, ...]
    data: np.ndarray  # bytes


def is_extents(value) -> bool:
    return isinstance(value, list) and all(type(extent) is int and extent >= 0 for extent in value)


def read_entry(name: str, header, data: np.ndarray) -> Entry:
    if not isinstance(header, dict) or not isinstance(header.get("dtype"), str):
        raise Refused(f"tensor '{name}' has no dtype in the file's header")
    shape, offsets = header.get("shape"), header.get("data_offsets")
    if not is_extents(shape) or not is_extents(offsets) or len(offsets) != 2:
        raise Refused(f"tensor '{name}' has no shape or no data_offsets in the file's header")
    begin, end = offsets
    if not begin <= end <= len(data):
        raise Refused(f"tensor '{name}' lies at bytes {begin} to {end} of {len(data)}: the file is cut short or damaged")
    dtype, shape = header["dtype"], tuple(shape)
    # By Python's integers: those of numpy would wrap.
    size = BYTES.get(dtype, 0)
    for extent in shape:
        size *= extent
    if dtype in BYTES and size != end - begin:
        raise Refused(f"tensor '{name}' has {end - begin} bytes, expected {size} for {dtype} of shape {list(shape)}")
    return Entry(name, dtype, shape, data[begin:end])


def checked_object(pairs: list) -> dict:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name occurs twice")
    for text in (text for pair in pairs for text in pair if isinstance(text, str)):
        # JSON can write halves of surrogate pairs, UTF-8 cannot.
        if re.search("[\ud800-\udfff]", text):
            raise ValueError(f"{text!r} is no Unicode")
    return dict(pairs)


def read_file(path: Path) -> tuple[dict[str, Entry], dict]:
    """Returns the tensors of the file, mapped, and its metadata; raises Refused
    where it is none."""
    if path.stat().st_size < 8:
        raise Refused(f"{path} is no safetensors file: it has less than 8 bytes")
    file = np.memmap(path, np.uint8, "r")
    size = int(file[:8].view("<u8")[0])
    if size > len(file) - 8:
        raise Refused(f"{path} is no safetensors file: its header of {size} bytes is larger than the file")
    try:
        header = json.loads(file[8 : 8 + size].tobytes(), object_pairs_hook=checked_object)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{path} is no safetensors file: its header is not JSON ({error})") from None
    if not isinstance(header, dict):
        raise Refused(f"{path} is no safetensors file: its header is no JSON object")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict):
        raise Refused(f"{path} is no safetensors file: its __metadata__ is no JSON object")
    data = file[8 + size :]
    return {name: read_entry(name, entry, data) for name, entry in header.items()}, metadata


def expect_rows(entries: dict[str, Entry], metadata: dict, base: str) -> None:
    """Raises Refused where the file says that module `base` is laid out for a kernel."""
    said = [f"tensor '{base}{LAYOUT}'"] if base + LAYOUT in entries else []
    said += [f"key '{key}' of __metadata__" for key in metadata if LAYOUT_KEY.search(key)]
    if said:
        raise Refused(f"weight '{base}' has a layout of its own, by {said[0]}: expected scales row by row, "
                      "even codes in low nibbles")  # fmt: skip


def expect_shape(entry: Entry, shape: tuple[int, ...], why: str) -> None:
    if entry.shape != shape:
        raise Refused(f"tensor '{entry.name}' has shape {list(entry.shape)}, expected {list(shape)}: {why}")


def outer_scale(entries: dict[str, Entry], base: str) -> np.ndarray:
    """Returns the factor, one f32, of the NVFP4 weight of module `base`."""
    found = [base + suffix for suffix in (MULTIPLIER, DIVISOR) if base + suffix in entries]
    if len(found) != 1:
        what = "both scales of the tensor" if found else "no scale of the tensor"
        raise Refused(f"NVFP4 weight '{base}' has {what}: expected '{base}{MULTIPLIER}' or '{base}{DIVISOR}'")
    entry = entries[found[0]]
    if entry.dtype != "F32":
        raise Refused(f"tensor '{entry.name}' is {entry.dtype}, expected F32")
    if entry.shape != ():
        expect_shape(entry, (1,), "the scale of a tensor is one number")
    value = np.frombuffer(entry.data.tobytes(), "<f4")
    with np.errstate(all="ignore"):
        factor = np.float32(1) / value if entry.name.endswith(DIVISOR) else value
    if not np.isfinite(factor[0]) or factor[0] <= 0:
        raise Refused(f"tensor '{entry.name}' is {value[0]}, expected a positive number of which a finite scale follows")
    return factor


def element_shape(codes: Entry, naming: Naming, block: int) -> tuple[int, ...]:
    rank = 3 if naming.in_blocks else 2
    if len(codes.shape) < rank:
        raise Refused(f"tensor '{codes.name}' has shape {list(codes.shape)}, expected {rank} axes or more")
    if naming.in_blocks:
        expect_shape(codes, codes.shape[:-1] + (block // 2,), "a block is its last axis")
        return codes.shape[:-2] + (block * codes.shape[-2],)
    k = 2 * codes.shape[-1]
    if k % block != 0:
        raise Refused(f"tensor '{codes.name}' has {k} elements a row, expected whole blocks of {block}")
    return codes.shape[:-1] + (k,)


def read_weight(entries: dict[str, Entry], metadata: dict, codes: Entry, naming: Naming, name: str) -> Weight:
    base = codes.name.removesuffix(naming.codes)
    expect_rows(entries, metadata, base)
    scales = entries.get(base + naming.scales)
    if scales is None:
        raise Refused(f"tensor '{codes.name}' has no scales: expected a tensor '{base}{naming.scales}'")
    if codes.dtype != "U8":
        raise Refused(f"tensor '{codes.name}' is {codes.dtype}, expected U8: two E2M1 codes a byte")
    outer = None
    if scales.dtype == "F8_E4M3":
        format, block = "nvfp4", 16
        outer = outer_scale(entries, base)
    elif scales.dtype in ("U8", "F8_E8M0"):
        format, block = "mxfp4", 32
        for suffix in (MULTIPLIER, DIVISOR):
            if base + suffix in entries:
                raise Refused(f"tensor '{base}{suffix}' scales an MXFP4 weight, which has no scale of the tensor")
    else:
        raise Refused(f"tensor '{scales.name}' is {scales.dtype}, expected U8 or F8_E8M0 (MXFP4) or F8_E4M3 (NVFP4)")
    shape = element_shape(codes, naming, block)
    expect_shape(scales, shape[:-1] + (shape[-1] // block,), f"one scale for {block} elements, rows not reordered")
    if scales.dtype == "U8" and (scales.data == 255).any():
        raise Refused(f"tensor '{scales.name}' has a scale of 255, which E8M0 reads as NaN and others as 2^128")
    return Weight(name, shape, format, lambda: (codes.data, scales.data), outer)


def naming_of(entry: Entry) -> Optional[Naming]:
    """Returns how the tensor is named if it holds the codes of a weight."""
    for naming in NAMINGS:
        if entry.name.endswith(naming.codes) and (entry.dtype == "U8" or naming.codes == ".weight_packed"):
            return naming
    return None


def read_safetensors(path: Path) -> Checkpoint:
    entries, metadata = read_file(path)
    weights, used = {}, set()
    for entry in entries.values():
        naming = naming_of(entry)
        if naming:
            base = entry.name.removesuffix(naming.codes)
            name = base + naming.weight
            if name in weights:
                raise Refused(f"two tensors of the file hold the codes of '{name}'")
            weights[name] = partial(read_weight, entries, metadata, entry, naming, name)
            used |= {entry.name, base + naming.scales, base + MULTIPLIER, base + DIVISOR}
    return Checkpoint(weights, {entry.name: entry.dtype for entry in entries.values() if entry.name not in used})
