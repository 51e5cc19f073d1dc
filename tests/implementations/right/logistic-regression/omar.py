import numpy as np
from math import exp, log1p


def logistic_loss(w, X, t):
    n, d = X.shape
    E, g, Hm = 0.0, np.zeros(d), np.zeros((d, d))
    for i in range(n):
        z = float(np.dot(X[i], w))
        # log(1 + e^z), whichever way does not overflow
        softplus = z + log1p(exp(-z)) if z > 0 else log1p(exp(z))
        p = exp(z - softplus)
        E += softplus - t[i] * z
        g += (p - t[i]) * X[i]
        Hm += p * (1 - p) * np.outer(X[i], X[i])
    return dict(loss=E / n, gradient=g / n, hessian=Hm / n)
