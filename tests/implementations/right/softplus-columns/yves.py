import numpy as np


def loss_and_gradients(X, t, W, v, lam):
    # column by column
    n, B = X.shape
    dW = lam * W.copy()
    dv = np.zeros_like(v)
    L = 0.5 * lam * np.trace(W.T @ W)
    for k in range(B):
        x = X[:, [k]]
        z = W @ x
        f = np.logaddexp(0.0, z)
        e = (v.T @ f).item() - t[0, k]
        L += 0.5 * e ** 2 / B
        dv += e * f / B
        dW += e / B * v * np.exp(-np.logaddexp(0.0, -z)) @ x.T
    return L, dW, dv
