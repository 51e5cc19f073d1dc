import numpy as np


def two_layer_loss(X, y, W1, b1, W2, b2, reg):
    n, C = len(X), b2.size
    Y = np.eye(C)[y]
    Z = np.einsum('nd,dh->nh', X, W1) + b1[None, :]
    mask = np.where(Z > 0, 1.0, 0.0)
    A = Z * mask
    S = np.einsum('nh,hc->nc', A, W2) + b2[None, :]
    m = S.max(axis=1)
    lse = m + np.log(np.exp(S - m[:, None]).sum(axis=1))
    P = np.exp(S - lse[:, None])
    L = (lse - np.einsum('nc,nc->n', S, Y)).mean() + reg * (np.einsum('ij,ij', W1, W1) + np.einsum('ij,ij', W2, W2))

    G = (P - Y) / n
    Gz = np.einsum('nc,hc,nh->nh', G, W2, mask)
    return L, dict(
        W1=np.einsum('nd,nh->dh', X, Gz) + 2 * reg * W1,
        b1=np.einsum('nh->h', Gz),
        W2=np.einsum('nh,nc->hc', A, G) + 2 * reg * W2,
        b2=np.einsum('nc->c', G),
    )
