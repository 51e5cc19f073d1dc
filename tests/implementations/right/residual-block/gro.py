import numpy as np


def residual_block(x, t, A, B):
    x, t = x[:, None], t[:, None]
    u = np.matmul(A, x)
    step = np.diagflat(np.sign(u).clip(0))
    r = step @ u
    f = np.matmul(B, r)
    dy = x + f - t
    jacobian = np.identity(len(x)) + B @ step @ A
    grads = {
        'x': (jacobian.T @ dy)[:, 0],
        'A': step @ B.T @ dy @ x.T,
        'B': dy @ r.T,
    }
    return np.linalg.norm(dy) ** 2 / 2, grads
