import numpy as np


def layer_norm(a, gamma, beta, eps, dout):
    d = a.size
    mu = a.mean()
    xc = a - mu
    var = (xc ** 2).mean()
    inv = 1 / np.sqrt(var + eps)
    xhat = xc * inv
    out = gamma * xhat + beta

    dgamma = dout * xhat
    dbeta = dout.copy()
    dxhat = dout * gamma
    da = inv / d * (d * dxhat - dxhat.sum() - xhat * (dxhat * xhat).sum())
    return out, da, dgamma, dbeta
