import numpy as np

softplus = lambda z: np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))
logistic = lambda z: 0.5 * (1 + np.tanh(z / 2))


def loss_and_gradients(X, t, W, v, lam):
    B = X.shape[1]
    Z = W @ X
    F = softplus(Z)
    o = v.T @ F
    r = o - t
    L = (r ** 2).sum() / (2 * B) + lam / 2 * (W ** 2).sum()
    do = r / B
    dv = F @ do.T
    dZ = (v @ do) * logistic(Z)
    dW = dZ @ X.T + lam * W
    return L, dW, dv
