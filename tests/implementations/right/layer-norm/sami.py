import numpy as np


def layer_norm(a, gamma, beta, eps, dout):
    # forward, one operation a line
    d = len(a)
    m = np.sum(a) / d
    c = a - m
    sq = c * c
    v = np.sum(sq) / d
    s = np.sqrt(v + eps)
    i = 1.0 / s
    z = c * i
    o = gamma * z + beta
    # and back, one operation a line
    dbeta = 1.0 * dout
    dgamma = dout * z
    dz = dout * gamma
    di = np.sum(dz * c)
    dc = dz * i
    ds = -di / s ** 2
    dv = ds * 0.5 / s
    dsq = dv / d * np.ones(d)
    dc += 2 * c * dsq
    dm = -np.sum(dc)
    da = dc + dm / d * np.ones(d)
    return o, da, dgamma, dbeta
