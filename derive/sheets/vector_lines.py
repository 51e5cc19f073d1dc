"""Jacobians of a vector, line by line: forward from what is differentiated by, one line for each name on the way.

∂f/∂x is the sum, over the names from which f is computed, of the Jacobian by the name alone times that of the name.
"""

from collections.abc import Iterator, Mapping

from derive.expressions.tree import (
    Add,
    Apply,
    Derivative,
    Diagonal,
    EntryFormula,
    Expr,
    Identity,
    Scale,
    Softmax,
    Symbol,
)
from derive.expressions.walk import rebuilt, symbols_of, walk
from derive.gradients.closed import Differentiator
from derive.gradients.linear import FORMAL, formal, matrix_of
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.gradients.tidy import matmul, plus, tidied, transposed
from derive.sheets.blocks import said
from derive.sheets.computation import Computation
from derive.sheets.lines import Known, Line, Step, line
from derive.sheets.reasons import JACOBIAN_OF_A_SUM, jacobian_rules
from derive.sheets.small_matrices import small_matrices

JACOBIAN_OF_ITSELF = "Each entry depends on the same entry alone, with slope one."


def jacobian_lines(computation: Computation, top: str, bottom: str, known: Known) -> Iterator[Line]:
    """The lines that lead to ∂top/∂bottom of two vectors, save those of the quantities that are known.

    `known` gains the closed form of each. Raises `NoClosedForm`.
    """
    quantity = computation.quantity(top, bottom)
    if quantity in known:
        return
    value = computation.value(top)
    if value is None:
        raise NoClosedForm("a given vector")
    inner = [name for name in names_in(value) if name in computation.computed and computation.depends(name, bottom)]
    for name in inner:
        yield from jacobian_lines(computation, name, bottom, known)
    terms = list(forward_terms(computation, value, inner, bottom))
    chain = plus(*terms)
    closed = computation.preferred(quantity, with_known(chain, known))
    known[quantity] = closed
    names = [name for name in (*inner, bottom) if name in names_in(value)]
    rules = dict.fromkeys(rule for name in names for rule in jacobian_rules(value, name))
    if isinstance(value, Add) and len(terms) > 1:
        rules[JACOBIAN_OF_A_SUM] = None
    if isinstance(chain, Identity):
        rules[JACOBIAN_OF_ITSELF] = None
    puts_in = tuple(computation.quantity(name, bottom) for name in inner)
    before = [] if inner else list(_before(computation, value, bottom))
    reason = f"Written with ${computation.written(top)}$ itself." if len(before) > 1 else " ".join(rules)
    first = Step(presented(chain), said(reason), has_shapes=bool(inner))
    matrices = list(small_matrices(computation, quantity, closed))
    if matrices and isinstance(closed, Identity):
        known.matrices[quantity] = matrices[-1].value
    yield line(quantity, *before, *matrices, first, Step(closed, puts_in=puts_in))


def _before(computation: Computation, value: Expr, bottom: str) -> Iterator[Step]:
    """What is differentiated; the slopes of its functions, where the name of the value is put in for them."""
    if any(isinstance(part, (EntryFormula, Softmax)) for part in walk(value)) or isinstance(value, Symbol):
        return
    yield Step(Derivative(value, computation.symbol(bottom), computation.table.layout))
    slopes = local_slopes(computation, value, bottom)
    if slopes is not None:
        yield Step(slopes, said(" ".join(jacobian_rules(value, bottom))))


def local_slopes(computation: Computation, value: Expr, bottom: str) -> Expr | None:
    """The diagonal Jacobian of functions of the entries, without the names of the model; null for another."""
    if bottom not in names_in(value):
        return None
    plain = computation.differentiator.plain
    found = presented(tidied(local_jacobian(plain, value, computation.symbol(bottom))))
    has_functions = any(isinstance(part, Apply) for part in walk(found))
    return found if has_functions and isinstance(found, (Diagonal, Scale)) else None


def with_known(chain: Expr, known: Mapping[Expr, Expr]) -> Expr:
    """The chain with the closed forms of the derivatives in it."""
    found = rebuilt(chain, lambda part: known.get(part) if isinstance(part, Derivative) else None)
    assert isinstance(found, Expr)
    return presented(tidied(found))


def names_in(value: Expr) -> list[str]:
    """The names in a formula, each once."""
    return list(dict.fromkeys(symbol.name for symbol in symbols_of(value)))


def forward_terms(computation: Computation, value: Expr, inner: list[str], bottom: str) -> Iterator[Expr]:
    """The terms of the chain rule: the Jacobian by each name alone, times that of the name by `bottom`."""
    mentioned = names_in(value)
    for name in (*inner, bottom):
        if name not in mentioned:
            continue
        local = local_jacobian(computation.differentiator, value, computation.symbol(name))
        derivative = computation.quantity(name, bottom)
        yield local if name == bottom else matmul(local, derivative)


def local_jacobian(differentiator: Differentiator, value: Expr, by: Symbol) -> Expr:
    """The Jacobian of a formula by one name in it, all other names held. Raises `NoClosedForm`."""
    if not (value.shape.is_vector and by.shape.is_vector):
        raise NoClosedForm("no vector by a vector", value.span)
    back = differentiator.backward(value, formal(value.shape.length, as_row=value.shape.is_row))
    found = back.from_root
    if by.name in found.refused:
        raise found.refused[by.name]
    total = plus(*found.shares.get(by.name, []), shape=by.shape)
    if not any(symbol.name == FORMAL for symbol in symbols_of(total)):
        raise NoClosedForm("nothing depends on it", value.span)
    return transposed(matrix_of(total))
