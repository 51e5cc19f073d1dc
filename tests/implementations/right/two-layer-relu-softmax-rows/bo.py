import math

import numpy as np


# I wrote all the sums out as loops first, to be sure of the indices.
def two_layer_loss(X, y, W1, b1, W2, b2, reg):
    N, D = X.shape
    H = W1.shape[1]
    C = W2.shape[1]
    dW1 = np.zeros((D, H))
    db1 = np.zeros(H)
    dW2 = np.zeros((H, C))
    db2 = np.zeros(C)
    total = 0.0
    for i in range(N):
        z = [b1[h] + sum(X[i, d] * W1[d, h] for d in range(D)) for h in range(H)]
        a = [zh if zh > 0 else 0.0 for zh in z]
        s = [b2[c] + sum(a[h] * W2[h, c] for h in range(H)) for c in range(C)]
        top = max(s)
        e = [math.exp(v - top) for v in s]
        Z = sum(e)
        total += top + math.log(Z) - s[y[i]]
        for c in range(C):
            ds = e[c] / Z
            if c == y[i]:
                ds -= 1.0
            ds /= N
            db2[c] += ds
            for h in range(H):
                dW2[h, c] += a[h] * ds
                if z[h] > 0:
                    db1[h] += W2[h, c] * ds
                    for d in range(D):
                        dW1[d, h] += X[i, d] * W2[h, c] * ds
    squares = 0.0
    for d in range(D):
        for h in range(H):
            squares += W1[d, h] ** 2
            dW1[d, h] += 2 * reg * W1[d, h]
    for h in range(H):
        for c in range(C):
            squares += W2[h, c] ** 2
            dW2[h, c] += 2 * reg * W2[h, c]
    return total / N + reg * squares, {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}
