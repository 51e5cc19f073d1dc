import numpy as np


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def forward_propagation(x, parameters):
    Z1 = parameters["W1"] @ x + parameters["b1"]
    A1 = sigmoid(Z1)
    z2 = (parameters["w2"].T @ A1).item() + parameters["b2"]
    return float(sigmoid(z2)), {"A1": A1, "z2": z2}


def compute_cost(yhat, y):
    return -np.log(yhat) if y == 1 else -np.log(1 - yhat)


def backward_propagation(parameters, cache, x, y):
    A1 = cache["A1"]
    dz2 = float(sigmoid(cache["z2"])) - y
    dZ1 = dz2 * parameters["w2"] * A1 * (1 - A1)
    return {"dW1": dZ1 @ x.T, "db1": dZ1, "dw2": dz2 * A1, "db2": dz2}
