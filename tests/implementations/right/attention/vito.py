import numpy as np


def attention(Q, K, V, dO):
    n, d = Q.shape
    O = np.zeros((n, V.shape[1]))
    dQ, dK, dV = np.zeros(Q.shape), np.zeros(K.shape), np.zeros(V.shape)
    for i, q in enumerate(Q):
        s = K.dot(q) / d ** 0.5
        e = np.exp(s - s.max())
        a = e / e.sum()
        O[i] = a @ V
        dV += np.outer(a, dO[i])
        # Jacobian of the softmax of this row
        J = np.diag(a) - np.outer(a, a)
        ds = J @ (V @ dO[i])
        dQ[i] = K.T @ ds / d ** 0.5
        dK += np.outer(ds, q) / d ** 0.5
    return O, dict(dQ=dQ, dK=dK, dV=dV)
