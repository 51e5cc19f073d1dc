import numpy as np


def batch_norm(x, gamma, beta, eps, dout):
    N = len(x)
    xhat = (x - x.mean()) / np.sqrt(x.var() + eps)
    y = gamma * xhat + beta
    dxhat = gamma * dout
    # the Jacobian of the normalisation, all of it
    J = (np.eye(N) - 1 / N - np.outer(xhat, xhat) / N) / np.sqrt(x.var() + eps)
    return y, J @ dxhat, float(dout @ xhat), float(dout.sum())
