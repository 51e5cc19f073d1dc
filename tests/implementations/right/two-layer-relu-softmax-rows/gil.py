from numpy import *


def two_layer_loss(X, y, W1, b1, W2, b2, reg):
    N = X.shape[0]
    H = dot(X, W1) + b1
    H[H < 0] = 0
    P = dot(H, W2) + b2
    P -= amax(P, axis=1).reshape(N, 1)
    right = P[arange(N), y].copy()
    exp(P, out=P)
    Z = sum(P, axis=1)
    loss = mean(log(Z) - right) + reg * (sum(square(W1)) + sum(square(W2)))
    P /= Z.reshape(-1, 1)
    P[arange(N), y] -= 1
    P *= 1.0 / N
    dH = dot(P, transpose(W2))
    dH[H == 0] = 0
    dW1 = dot(transpose(X), dH)
    dW1 += 2 * reg * W1
    dW2 = dot(transpose(H), P)
    dW2 += 2 * reg * W2
    return [loss, {"W1": dW1, "W2": dW2, "b1": sum(dH, 0), "b2": sum(P, 0)}]
