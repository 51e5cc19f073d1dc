import numpy as np


def two_layer_loss(X, y, W1, b1, W2, b2, reg):
    N = X.shape[0]

    # forward
    Z = X.dot(W1) + b1
    H = np.maximum(0, Z)
    scores = H.dot(W2) + b2

    # softmax, shifted so that nothing overflows
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    log_sum = np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    log_probs = shifted - log_sum
    probs = np.exp(log_probs)
    loss = -np.mean(log_probs[np.arange(N), y])
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

    # backward
    dscores = probs.copy()
    dscores[np.arange(N), y] -= 1
    dscores /= N

    grads = {}
    grads['W2'] = H.T.dot(dscores) + 2 * reg * W2
    grads['b2'] = np.sum(dscores, axis=0)
    dH = dscores.dot(W2.T)
    dZ = dH * (Z > 0)
    grads['W1'] = X.T.dot(dZ) + 2 * reg * W1
    grads['b1'] = np.sum(dZ, axis=0)
    return loss, grads
