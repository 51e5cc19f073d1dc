import numpy as np


def mse_loss(w, b, X, t):
    N = len(t)
    error = X @ w + b - t
    return np.mean(error ** 2), 2 / N * X.T @ error, 2 * error.mean()
