"""A block-scaled weight of a checkpoint, as the readers hand it to the writer."""

from typing import Callable, NamedTuple, Optional

import numpy as np


class Refused(Exception):
    """What cannot be imported, and why: a sentence for the user."""


class Weight(NamedTuple):
    """Of the two byte arrays each is laid out as `mx.split` says."""

    name: str
    shape: tuple[int, ...]  # of the elements, K last
    format: str  # as it follows "!mx."
    load: Callable[[], tuple[np.ndarray, np.ndarray]]  # codes, scales; checked before
    outer: Optional[np.ndarray] = None  # one f32

    def parts(self) -> list[str]:
        return ["codes", "scales"] + (["outer"] if self.outer is not None else [])


class Checkpoint(NamedTuple):
    # By name; calling one checks the weight and raises Refused.
    weights: dict[str, Callable[[], Weight]]
    others: dict[str, str]  # name to type of the tensors that are no such weight
