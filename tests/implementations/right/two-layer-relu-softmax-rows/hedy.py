from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass
class Gradients:
    W1: Array
    b1: Array
    W2: Array
    b2: Array


def log_sum_exp(scores: Array) -> Array:
    """log of the sum of the exponentials of each row, as a column."""
    top = scores.max(axis=1, keepdims=True)
    return top + np.log(np.exp(scores - top).sum(axis=1, keepdims=True))


def two_layer_loss(
    X: Array, y: NDArray[np.int64], W1: Array, b1: Array, W2: Array, b2: Array, reg: float
) -> tuple[float, dict[str, Array]]:
    batch: int = X.shape[0]
    pre: Array = X @ W1 + b1
    post: Array = np.clip(pre, 0, None)
    scores: Array = post @ W2 + b2
    log_norm = log_sum_exp(scores)
    truth = np.take_along_axis(scores, y[:, np.newaxis], axis=1)
    penalty = reg * (np.linalg.norm(W1) ** 2 + np.linalg.norm(W2) ** 2)
    loss = float(np.average(log_norm - truth) + penalty)

    error: Array = np.exp(scores - log_norm)
    np.subtract.at(error, (np.arange(batch), y), 1.0)
    error = error / batch
    hidden_error: Array = np.heaviside(pre, 0.0) * (error @ W2.T)
    found = Gradients(
        W1=X.T @ hidden_error + reg * 2.0 * W1,
        b1=hidden_error.sum(axis=0),
        W2=post.T @ error + reg * 2.0 * W2,
        b2=error.sum(axis=0),
    )
    return loss, asdict(found)
