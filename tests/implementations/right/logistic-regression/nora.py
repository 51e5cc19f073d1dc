import numpy as np


def sigmoid(z):
    out = np.empty_like(z)
    pos = z >= 0
    out[pos] = 1 / (1 + np.exp(-z[pos]))
    ez = np.exp(z[~pos])
    out[~pos] = ez / (1 + ez)
    return out


def logistic_loss(w, X, t):
    z = X @ w
    p = sigmoid(z)
    n = len(t)
    loss = np.mean(np.logaddexp(0, z) - t * z)
    gradient = X.T @ (p - t) / n
    hessian = (X.T * (p * (1 - p))) @ X / n
    return {"loss": loss, "gradient": gradient, "hessian": hessian}
