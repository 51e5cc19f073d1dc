"""Gradients of columns that are multiplied as rows, in the order of the chain rule, and turned into columns at the end.

`[(∂J/∂z)^T ∂z/∂a]^T`: for exercises that want it so (`chain: rows`).
"""

from derive.expressions.tree import Derivative, Diagonal, Expr, Identity, MatMul, Transpose
from derive.expressions.walk import rebuilt
from derive.sheets.blocks import said
from derive.sheets.computation import Computation, derivatives_in
from derive.sheets.lines import Known, Step

AS_A_ROW = "As a row, from the loss on, and turned at the end."

BEFORE_THE_TURN = "Put in before the product is turned."


def row_step(computation: Computation, top: str, bottom: str, known: Known) -> Step | None:
    """The product of a row and the Jacobian that was asked for, turned; null where there is none, or none is wanted.

    `known` gains it, and the same with closed forms.
    """
    quantity = computation.quantity(top, bottom)
    uses = computation.uses(bottom, top)
    if computation.setting.chain != "rows" or not quantity.shape.is_column or len(uses) != 1:
        return None
    outer, jacobian = computation.quantity(top, uses[0]), computation.quantity(uses[0], bottom)
    matrix = known.get(jacobian)
    if jacobian not in known.answered or not outer.shape.is_column or not jacobian.shape.is_matrix:
        return None
    if matrix is None or isinstance(matrix, (Diagonal, Identity)):
        return None
    known.rows[quantity] = Transpose(MatMul(Transpose(outer), jacobian))
    known.closed_rows[quantity] = Transpose(MatMul(Transpose(known.get(outer, outer)), matrix))
    return Step(known.rows[quantity], said(AS_A_ROW))


def turned_step(computation: Computation, quantity: Derivative, before: Expr, known: Known) -> Step | None:
    """What a gradient is with closed forms put in, before it is turned; null where nothing is turned."""
    if computation.setting.chain != "rows":
        return None
    puts_in = tuple(derivatives_in(before))
    if quantity in known.closed_rows:
        return Step(known.closed_rows[quantity], said(BEFORE_THE_TURN))
    found = known.closed_rows if not isinstance(before, Transpose) else known
    if not any(part in found for part in puts_in):
        return None
    made = rebuilt(before, lambda part: found.get(part) if isinstance(part, Derivative) else None)
    assert isinstance(made, Expr)
    return Step(made, said(BEFORE_THE_TURN), puts_in=puts_in)
