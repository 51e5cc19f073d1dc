import numpy as np


def hinge(m):
    return max(0.0, 1.0 - m)


def svm_loss(w, b, X, y, reg):
    N = X.shape[0]
    loss, dw, db = 0.0, np.zeros_like(w), 0.0
    for i in range(N):
        m = y[i] * (np.dot(w, X[i]) + b)
        loss += hinge(m)
        if m < 1:
            dw -= y[i] * X[i]
            db -= y[i]
    loss /= N
    dw /= N
    db /= N
    loss += reg / 2 * np.linalg.norm(w) ** 2
    dw += reg * w
    return loss, dw, db
