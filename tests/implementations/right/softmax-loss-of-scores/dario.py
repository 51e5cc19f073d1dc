import numpy as np


def softmax_loss(B, W, y, reg):
    y = y - 1  # the classes are numbered from 1
    N, C = B.shape[0], W.shape[1]
    F = B @ W
    F -= F.max(axis=1, keepdims=True)
    P = np.exp(F)
    Z = P.sum(axis=1, keepdims=True)
    P /= Z
    L = np.mean(np.log(Z).ravel() - F[np.arange(N), y]) + reg * np.sum(W ** 2)
    T = (y[:, None] == np.arange(C)).astype(float)
    dF = (P - T) / N
    return L, dF @ W.T, B.T @ dF + 2 * reg * W
