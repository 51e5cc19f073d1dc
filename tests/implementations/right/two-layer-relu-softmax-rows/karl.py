# coding: utf-8
"""Hausübung 3 – Rückwärtsrechnung; with checks, prints and a main part as I used them while working."""
import sys
import time
from functools import lru_cache, reduce

import numpy as np

np.random.seed(231)
DEBUG = False
EPS = np.finfo(float).eps
t0 = time.time()


@lru_cache(maxsize=None)
def rows(n):
    return np.arange(n)


def affine(x, w, b=0.0):
    return np.add(np.matmul(x, w), b)


def check(name, array):
    assert np.all(np.isfinite(array)), name + " is not finite"
    if DEBUG:
        print(name, array.shape, file=sys.stderr)
    return array


def two_layer_loss(X, y, W1, b1, W2, b2, reg=1e-3, verbose=True):
    Z = check("Z", affine(X, W1, b1))
    H = check("H", np.maximum(Z, np.zeros_like(Z)))
    S = check("S", affine(H, W2, b2))
    lse = np.logaddexp.reduce(S, axis=1)
    per_example = lse - S[rows(X.shape[0]), y.astype(int)]
    penalty = reduce(lambda total, W: total + reg * (W * W).sum(), (W1, W2), 0.0)
    loss = per_example.mean() + penalty
    if verbose:
        print("loss: %.4f" % loss)

    grads = dict.fromkeys(["W1", "b1", "W2", "b2"])
    dS = check("dS", np.exp(S - lse[..., None]))
    dS[rows(X.shape[0]), y.astype(int)] -= 1.0
    dS = np.divide(dS, float(X.shape[0]))
    dH = np.tensordot(dS, W2, axes=([1], [1]))
    dZ = np.where(Z > 0, dH, 0)
    grads["W2"] = np.tensordot(H, dS, axes=([0], [0])) + 2.0 * reg * W2
    grads["b2"] = np.ones(X.shape[0]) @ dS
    grads["W1"] = np.tensordot(X, dZ, axes=([0], [0])) + 2.0 * reg * W1
    grads["b1"] = np.add.reduce(dZ)
    return loss, grads


if __name__ == "__main__":
    X = np.random.randn(5, 3)
    y = np.array([0, 1, 1, 0, 2])
    print(two_layer_loss(X, y, np.random.randn(3, 4), np.zeros(4), np.random.randn(4, 3), np.zeros(3)))
    print("took", time.time() - t0)
