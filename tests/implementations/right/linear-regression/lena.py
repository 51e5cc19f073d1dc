def mse_loss(w, b, X, t):
    # no numpy needed
    N = len(X)
    loss = 0
    dw = [0.0 for _ in w]
    db = 0
    for xi, ti in zip(X, t):
        r = sum(wk * xk for wk, xk in zip(w, xi)) + b - ti
        loss += r * r / N
        for k, xk in enumerate(xi):
            dw[k] += 2 * r * xk / N
        db += 2 * r / N
    return loss, dw, db
