import numpy as np


class Ridge:
    def __init__(self, lam):
        self.lam = lam
        self.cost = None
        self.grad = None

    def fit_step(self, theta, A, c):
        n = A.shape[0]
        r = A @ theta - c
        self.cost = r @ r / (2 * n) + self.lam / 2 * theta @ theta
        self.grad = A.T @ r / n + self.lam * theta
        return self
