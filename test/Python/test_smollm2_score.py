"""Perplexity and divergence are those of the definition."""

import numpy as np
import pytest
from smollm2 import FOLDER  # noqa: F401: makes the modules known

from score import Reference, Score, score_window


@pytest.fixture
def case():
    random = np.random.default_rng(1)
    tokens = random.integers(0, 50, 300)
    return tokens, *(random.normal(0, 3, (300, 50)).astype(np.float32) for _ in range(2))


def softmax(x):
    e = np.exp(x.astype(np.float64))
    return e / e.sum(axis=-1, keepdims=True)


def test_scores(tmp_path, case):
    tokens, logits, float_logits = case
    reference = Reference(tmp_path)
    reference.store(0, float_logits)
    score = score_window(logits, tokens, reference.load(0))
    q, p = softmax(logits)[:-1], softmax(float_logits)[:-1]
    assert score.positions == 299
    assert score.loss == pytest.approx(-np.log(q[np.arange(299), tokens[1:]]).sum())
    assert score.kl == pytest.approx((p * np.log(p / q)).sum(), rel=1e-3)
    assert score.agreed == (q.argmax(axis=-1) == p.argmax(axis=-1)).sum()


def test_float_is_not_far_from_itself(tmp_path, case):
    tokens, _, logits = case
    reference = Reference(tmp_path)
    reference.store(0, logits)
    score = score_window(logits, tokens, reference.load(0))
    assert abs(score.kl) / score.positions < 1e-4 and score.agreed == score.positions


def test_windows_add_up():
    total = Score(2, np.log(4), 1.0, 1) + Score(2, np.log(4), 2.0, 2)
    assert total.summary() == {"ppl": pytest.approx(2.0), "kl": 0.75, "top1": 0.75}
