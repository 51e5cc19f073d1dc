import numpy as np


def mse_loss(w, b, X, t):
    # the offset as one more weight, of a column of ones
    X1 = np.hstack([X, np.ones((X.shape[0], 1))])
    theta = np.append(w, b).reshape(-1, 1)
    t = t.reshape(-1, 1)
    r = X1 @ theta - t
    loss = (r.T @ r).item() / len(t)
    grad = 2 * X1.T @ r / len(t)
    return loss, grad[:-1].ravel(), grad[-1, 0]
