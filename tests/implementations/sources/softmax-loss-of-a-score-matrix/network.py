import numpy as np


class TwoLayerNet:
    """Affine, ReLU, affine, softmax; after a post on a network with two layers, its three slips kept."""

    def __init__(self, input_size, hidden_size, output_size, spread=1e-4):
        self.params = {
            'W1': spread * np.random.randn(input_size, hidden_size),
            'b1': np.zeros(hidden_size),
            'W2': spread * np.random.randn(hidden_size, output_size),
            'b2': np.zeros(output_size),
        }

    def loss(self, X, y, reg=0.0):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        N, D = X.shape

        # the first layer
        pre = np.matmul(X, W1) + b1
        pre[pre < 0] = 0
        hidden = pre

        # the second layer
        scores = np.matmul(hidden, W2) + b2

        # the softmax
        places = np.array([[i, label] for i, label in enumerate(y)])
        exponentials = np.exp(scores)
        sums = np.sum(exponentials, axis=1)
        of_truth = exponentials[places[:, 0], places[:, 1]] / sums.reshape(1, N)
        loss = np.sum(-np.log(of_truth))
        loss /= N
        loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

        # back through the softmax
        upstream_scores = exponentials / np.sum(exponentials, axis=1, keepdims=True)
        upstream_scores[places[:, 0], places[:, 1]] -= 1
        upstream_scores /= N

        # back through the second layer
        upstream_W2 = hidden.T.dot(upstream_outputs)
        upstream_hidden = upstream_outputs.dot(W2.T)
        upstream_b2 = np.sum(upstream_outputs, axis=0)

        # back through the first layer
        upstream_pre = np.where(pre <= 0, 0, 1) * upstream_hidden
        upstream_W1 = X.T.dot(upstream_pre)
        upstream_b1 = np.sum(upstream_pre, axis=0)

        grads = {}
        grads['W1'] = upstream_W1 + 2 * reg * W1
        grads['b1'] = upstream_b1
        grads['W2'] = upstream_W2 + 2 * reg * W2
        grads['b2'] = upstream_b2
        return loss, grads
