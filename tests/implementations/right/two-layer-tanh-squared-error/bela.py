import numpy as np


class TwoLayerNet(object):
    """A net with one hidden layer of tanh units and a squared error."""

    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {}
        self.params['W1'] = std * np.random.randn(input_size, hidden_size)
        self.params['b1'] = np.zeros(hidden_size)
        self.params['W2'] = std * np.random.randn(hidden_size, output_size)
        self.params['b2'] = np.zeros(output_size)

    def loss(self, X, Y=None):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        N, D = X.shape

        A1 = np.tanh(X @ W1 + b1)
        out = A1 @ W2 + b2
        if Y is None:
            return out

        diff = out - Y
        loss = np.sum(diff * diff) / N

        grads = {}
        dout = 2.0 * diff / N
        grads['W2'] = A1.T @ dout
        grads['b2'] = dout.sum(axis=0)
        dA1 = dout @ W2.T
        dZ1 = dA1 * (1 - A1 ** 2)
        grads['W1'] = X.T @ dZ1
        grads['b1'] = dZ1.sum(axis=0)
        return loss, grads

    def train(self, X, Y, learning_rate=1e-3, num_iters=100):
        history = []
        for _ in range(num_iters):
            loss, grads = self.loss(X, Y)
            history.append(loss)
            for name in self.params:
                self.params[name] -= learning_rate * grads[name]
        return history
