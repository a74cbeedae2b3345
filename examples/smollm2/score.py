"""How good logits are: perplexity, and how far they are from the float ones."""

import math
from pathlib import Path
from typing import Iterator, NamedTuple

import numpy as np

ROWS = 128  # positions that are in memory as float64 at a time


class Score(NamedTuple):
    """Sums over positions."""

    positions: int = 0
    loss: float = 0.0  # of the token that follows, in nats
    kl: float = 0.0  # divergence from the float distribution, in nats
    agreed: int = 0  # where the most likely token is that of float

    def __add__(self, other: "Score") -> "Score":
        return Score(*(x + y for x, y in zip(self, other)))

    def summary(self) -> dict[str, float]:
        n = self.positions
        return {"ppl": math.exp(self.loss / n), "kl": self.kl / n, "top1": self.agreed / n}


def log_softmax(logits: np.ndarray) -> np.ndarray:
    x = logits.astype(np.float64)
    x -= x.max(axis=-1, keepdims=True)
    x -= np.log(np.exp(x).sum(axis=-1, keepdims=True))
    return x


def parts(length: int) -> Iterator[slice]:
    for start in range(0, length, ROWS):
        yield slice(start, min(start + ROWS, length))


class Reference:
    """Float results of windows, in files of a folder: log-probabilities in half
    precision, which is near enough for the divergence, and the best tokens."""

    def __init__(self, folder: Path):
        self.folder = folder

    def store(self, window: int, logits: np.ndarray) -> None:
        half = np.empty(logits.shape, np.float16)
        for rows in parts(len(logits)):
            half[rows] = log_softmax(logits[rows])
        np.save(self.folder / f"{window}.npy", half)
        np.save(self.folder / f"{window}-best.npy", logits.argmax(axis=-1))

    def load(self, window: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns the log-probabilities and the best tokens."""
        return np.load(self.folder / f"{window}.npy", mmap_mode="r"), np.load(self.folder / f"{window}-best.npy")


def score_rows(logits: np.ndarray, following: np.ndarray, float_logs: np.ndarray, best: np.ndarray) -> Score:
    logs, float_logs = log_softmax(logits), float_logs.astype(np.float64)
    probabilities = np.exp(float_logs)
    # With -inf where the half precision ends: a probability of 0 adds nothing.
    apart = np.where(probabilities > 0, float_logs - logs, 0)
    return Score(
        positions=len(logits),
        loss=-float(logs[np.arange(len(logits)), following].sum()),
        kl=float((probabilities * apart).sum()),
        agreed=int((logits.argmax(axis=-1) == best).sum()),
    )


def score_window(logits: np.ndarray, tokens: np.ndarray, reference: tuple[np.ndarray, np.ndarray]) -> Score:
    """Returns the score of a window; its first token is predicted by nothing, and
    what comes after the last one is not known."""
    float_logs, best = reference
    following, total = tokens[1:], Score()
    for rows in parts(len(following)):
        total += score_rows(logits[:-1][rows], following[rows], float_logs[:-1][rows], best[:-1][rows])
    return total
