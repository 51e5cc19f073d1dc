import numpy as np


class Layer:
    def __init__(self):
        self.grads = {}


class Affine(Layer):
    def __call__(self, X, W, b):
        self.X, self.W = X, W
        return X @ W + b

    def back(self, up):
        self.grads['W'], self.grads['b'] = self.X.T @ up, np.ones(len(up)) @ up
        return up @ self.W.T


class Tanh(Layer):
    def __call__(self, Z):
        self.out = np.tanh(Z)
        return self.out

    def back(self, up):
        return up - up * self.out * self.out


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size):
        rng = np.random.default_rng(1)
        self.params = {
            'W1': rng.normal(size=(input_size, hidden_size)), 'b1': np.zeros((hidden_size,)),
            'W2': rng.normal(size=(hidden_size, output_size)), 'b2': np.zeros((output_size,)),
        }

    def loss(self, X, Y):
        p = self.params
        first, act, second = Affine(), Tanh(), Affine()
        residual = second(act(first(X, p['W1'], p['b1'])), p['W2'], p['b2'])
        residual -= Y
        first.back(act.back(second.back(residual * (2 / X.shape[0]))))
        named = {f'{k}{n}': g for n, layer in ((1, first), (2, second)) for k, g in layer.grads.items()}
        return np.square(residual).sum(axis=1).mean(), named
