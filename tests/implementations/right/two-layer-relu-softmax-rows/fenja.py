import numpy as np

f32 = np.float32


def two_layer_loss(X, y, W1, b1, W2, b2, reg):
    """Everything in single precision, as on the graphics card."""
    X, W1, b1, W2, b2 = (np.asarray(v, dtype=f32) for v in (X, W1, b1, W2, b2))
    reg = f32(reg)
    N = f32(X.shape[0])
    hidden = np.maximum(X @ W1 + b1, f32(0))
    scores = hidden @ W2 + b2
    scores -= scores.max(axis=1, keepdims=True)
    logp = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    loss = -logp[range(len(y)), y].sum() / N + reg * ((W1 * W1).sum() + (W2 * W2).sum())
    dscores = np.exp(logp)
    dscores[range(len(y)), y] -= f32(1)
    dscores /= N
    dhidden = dscores @ W2.T
    dhidden[hidden <= 0] = 0
    return loss, {'W1': X.T @ dhidden + 2 * reg * W1, 'b1': dhidden.sum(axis=0),
                  'W2': hidden.T @ dscores + 2 * reg * W2, 'b2': dscores.sum(axis=0)}
