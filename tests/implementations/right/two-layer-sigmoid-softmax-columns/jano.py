import numpy as np


def sigma(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))


def digits_loss(x, y, params):
    W1, b1, W2, b2 = params['W1'], params['b1'], params['W2'], params['b2']
    z1 = W1.T @ x + b1
    a1 = sigma(z1)
    z2 = W2.T @ a1 + b2
    m = z2.max()
    J = m + np.log(np.exp(z2 - m).sum()) - float((y * z2).sum())
    yhat = np.exp(z2 - m) / np.exp(z2 - m).sum()

    d2 = yhat - y
    d1 = (W2 @ d2) * a1 * (1 - a1)
    return J, {'W1': x @ d1.T, 'b1': d1, 'W2': a1 @ d2.T, 'b2': d2}
