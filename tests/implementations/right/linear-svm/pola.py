import numpy as np


def svm_loss(w, b, X, y, reg):
    margin = 1 - y * (X @ w + b)
    active = margin > 0
    N = X.shape[0]
    loss = np.sum(margin[active]) / N + 0.5 * reg * w @ w
    dw = -(y[active] @ X[active]) / N + reg * w
    db = -y[active].sum() / N
    return loss, dw, db
