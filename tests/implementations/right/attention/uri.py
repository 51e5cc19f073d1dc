import numpy as np


def softmax(x):
    x = x - np.max(x, axis=-1, keepdims=True)
    e = np.exp(x)
    return e / np.sum(e, axis=-1, keepdims=True)


def attention(Q, K, V, dO):
    scale = 1 / np.sqrt(Q.shape[-1])
    A = softmax(Q @ K.T * scale)
    O = A @ V

    dV = A.T @ dO
    dA = dO @ V.T
    dS = A * (dA - np.sum(dA * A, axis=-1, keepdims=True))
    dS = dS * scale
    dQ = dS @ K
    dK = dS.T @ Q
    return O, {'dQ': dQ, 'dK': dK, 'dV': dV}
