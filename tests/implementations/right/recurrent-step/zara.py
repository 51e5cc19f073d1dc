import numpy as np


def rnn_loss(xs, h0, target, U, W, b):
    states = [h0]
    for x in xs:
        states.append(np.tanh(W @ states[-1] + U @ x + b))
    dh = states[-1] - target
    loss = 0.5 * np.sum(dh ** 2)
    dU, dW, db = np.zeros_like(U), np.zeros_like(W), np.zeros_like(b)
    for k in reversed(range(len(xs))):
        dz = (1 - states[k + 1] ** 2) * dh
        dU += np.outer(dz, xs[k])
        dW += np.outer(dz, states[k])
        db += dz
        dh = W.T @ dz
    return loss, {'U': dU, 'W': dW, 'b': db, 'h0': dh}
