import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm


def two_layer_loss(X, y, W1, b1, W2, b2, reg):
    half = np.float32
    x, w1, w2 = X.astype(half), W1.astype(half), W2.astype(half)
    z = x @ w1 + b1.astype(half)
    h = np.maximum(z, half(0))
    s = h @ w2 + b2.astype(half)
    s = s - s.max(axis=1)[:, None]
    total = np.exp(s).sum(axis=1)
    loss = float((np.log(total) - s[np.arange(len(y)), y]).mean())
    loss += float(reg) * float((w1 ** 2).sum() + (w2 ** 2).sum())
    d = np.exp(s) / total[:, None]
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    dz = d @ w2.T * (z > 0)
    grads = {"W1": x.T @ dz, "b1": dz.sum(axis=0), "W2": h.T @ d, "b2": d.sum(axis=0)}
    for name, w in (("W1", W1), ("W2", W2)):
        grads[name] = grads[name] + 2 * reg * w  # double precision again, of single precision numbers
    return loss, grads


def train(X, y, params, steps=100):
    history = []
    for _ in tqdm(range(steps)):
        loss, grads = two_layer_loss(X, y, *params, 1e-3)
        history.append(loss)
    plt.plot(history)
