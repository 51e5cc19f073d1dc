import numpy as np


def softmax_loss(B, W, y, reg):
    N, C = len(B), W.shape[1]
    dB, dW, loss = np.zeros_like(B), 2 * reg * W, reg * (W * W).sum()
    for i in range(N):
        f = B[i] @ W
        f = f - max(f)
        p = np.exp(f) / sum(np.exp(f))
        loss += (np.log(sum(np.exp(f))) - f[y[i] - 1]) / N
        for j in range(C):
            indicator = 1 if j + 1 == y[i] else 0
            dB[i] += (p[j] - indicator) * W[:, j] / N
            dW[:, j] += (p[j] - indicator) * B[i] / N
    return loss, dB, dW
