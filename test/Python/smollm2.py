"""What the tests of examples/smollm2 share: its modules, and a model of few layers
and words with the weights of the real one."""

import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples/smollm2"
sys.path.insert(0, str(FOLDER))

from model import EMBEDDING, Model


class SmallModel(Model):
    def __init__(self, layers: int = 2, vocabulary: int = 2048):
        super().__init__(layers=layers)
        self.config = self.config._replace(vocabulary=vocabulary)

    def weight(self, name: str) -> np.ndarray:
        x = super().weight(name)
        return x[: self.config.vocabulary] if name == EMBEDDING else x

    def tokens(self, count: int) -> np.ndarray:
        return np.random.default_rng(count).integers(0, self.config.vocabulary, count)


def run_command(name: str, *arguments) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, FOLDER / name, *arguments], capture_output=True, text=True)


def apart(x: np.ndarray, expected: np.ndarray) -> float:
    """Returns the largest difference, over the largest value that is expected."""
    assert x.shape == expected.shape and x.dtype == expected.dtype == np.float32
    return float(np.abs(x - expected).max() / np.abs(expected).max())
