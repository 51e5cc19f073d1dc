"""The error function in code, for libraries that have none."""

_TEXT = '''def erf(x: Array) -> Array:
    """The error function, to a few units in the last place.

    W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation 23 (1969).
    """
    size = np.abs(x)
    squares = np.square(np.clip(size, 0.0, 0.5))
    upper = polynomial(
        squares,
        1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2,
        3.20937758913846947e3,
    )
    lower = polynomial(
        squares, 1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3
    )
    near = x * upper / lower
    size = np.clip(size, 0.46875, 6.0)
    upper = polynomial(
        size,
        2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
        2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
        1.23033935479799725e3,
    )
    lower = polynomial(
        size,
        1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
        3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
    )
    far = np.copysign(1 - np.exp(-np.square(size)) * upper / lower, x)
    return np.where(np.abs(x) <= 0.46875, near, far)


def polynomial(x: Array, first: float, second: float, *others: float) -> Array:
    """The value at x of the polynomial with these coefficients, the highest power first."""
    value = first * x + second
    for coefficient in others:
        value *= x
        value += coefficient
    return value'''


def error_function(module: str, first: str = "") -> str:
    """The code of `erf` and of what it needs; `first` is a line before all others of it."""
    text = _TEXT.replace("np.", f"{module}.")
    return text.replace("    size = ", f"    {first}\n    size = ", 1) if first else text
