import numpy as np


def residual_block(x, t, A, B):
    u = A @ x
    r = np.maximum(u, 0)
    y = x + B @ r
    dy = y - t
    du = (B.T @ dy) * (u > 0)
    return 0.5 * np.sum(dy ** 2), {'x': dy + A.T @ du, 'A': np.outer(du, x), 'B': np.outer(dy, r)}
