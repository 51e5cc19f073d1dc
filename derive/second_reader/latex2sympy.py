"""LaTeX -> SymPy's expression, by the package latex2sympy2. To import this module is to need that package.

The package also installs top-level packages named `tests` and `gen`; nothing here imports `tests`. Its ANTLR runtime
cannot be imported by Python 3.13 or later.
"""

import io
from contextlib import redirect_stderr, redirect_stdout

import sympy

with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
    import latex2sympy2


def read(formula: str) -> sympy.Expr | None:
    """What the package makes of a formula, or None where it refuses it, fails, or makes no expression of it.

    The formula stands in brackets, because the package passes over whatever it does not understand at the end.
    What it remembers of one formula is wiped before the next; what it prints is dropped.
    """
    latex2sympy2.set_variances({})
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            found = latex2sympy2.latex2sympy(f"({formula})")
    except Exception:  # a parser that raises whatever happens to go wrong inside it
        return None
    return found if isinstance(found, sympy.Expr) else None
