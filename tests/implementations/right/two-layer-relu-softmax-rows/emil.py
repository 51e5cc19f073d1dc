import numpy as np


class Linear:
    def __init__(self, W, b):
        self.W = W
        self.b = b

    def forward(self, X):
        self.X = X
        return X @ self.W + self.b

    def backward(self, dout):
        self.dW = self.X.T @ dout
        self.db = dout.sum(0)
        return dout @ self.W.T


class ReLU:
    def forward(self, X):
        self.mask = X > 0
        return X * self.mask

    def backward(self, dout):
        return dout * self.mask


class SoftmaxLoss:
    def forward(self, scores, y):
        scores = scores - scores.max(axis=-1, keepdims=True)
        e = np.exp(scores)
        self.p = e / e.sum(axis=-1, keepdims=True)
        self.y = y
        rows = np.arange(len(y))
        return (np.log(e.sum(axis=-1)) - scores[rows, y]).mean()

    def backward(self):
        d = self.p
        d[np.arange(len(self.y)), self.y] -= 1.0
        return d / len(self.y)


def two_layer_loss(X, y, W1, b1, W2, b2, reg):
    first, relu, second, criterion = Linear(W1, b1), ReLU(), Linear(W2, b2), SoftmaxLoss()
    scores = second.forward(relu.forward(first.forward(X)))
    loss = criterion.forward(scores, y) + reg * sum((layer.W ** 2).sum() for layer in (first, second))
    first.backward(relu.backward(second.backward(criterion.backward())))
    return loss, {
        'W1': first.dW + 2 * reg * W1,
        'b1': first.db,
        'W2': second.dW + 2 * reg * W2,
        'b2': second.db,
    }
