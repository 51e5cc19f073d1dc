"""The sizes that stand at an identity or a matrix of ones or zeros: `I_n`, `I_{n \\times n}`, `\\mathbf{0}_{m,n}`."""

from collections.abc import Sequence

from derive.errors import Unreadable
from derive.expressions.shapes import Dim
from derive.expressions.tree import Expr, Identity
from derive.expressions.walk import walk
from derive.notation.names import canonical, unwrapped
from derive.notation.symbols import SymbolTable
from derive.notation.syntax import List, Literal, Name, Scripted, Syntax
from derive.source import Span


def check_assumed(value: Expr, places: Sequence[Span]) -> None:
    """An E that nothing declares is the identity only where its size is told by its neighbours."""
    for node in walk(value):
        if isinstance(node, Identity) and node.shape.is_open and node.span in places:
            raise Unreadable("the name E is not defined or declared; the identity is written I", node.span)


def sizes_in(sub: List, table: SymbolTable) -> tuple[Dim, ...] | None:
    """One or two sizes that a subscript says; None where it says anything else."""
    if len(sub.entries) > 2 or sub.breaks:
        return None
    written: list[Syntax] = []
    for entry in sub.entries:
        side = entry.sides[0]
        if entry.relations or side is None or len(side.terms) != 1 or side.signs[0]:
            return None
        term = side.terms[0]
        if any(operator.kind != "TIMES" for operator in term.operators):
            return None
        written += term.factors
    found = [_size(unwrapped(factor), table) for factor in written]
    sizes = tuple(size for size in found if size is not None)
    return sizes if len(sizes) == len(found) <= 2 else None


def _size(factor: Syntax, table: SymbolTable) -> Dim | None:
    if isinstance(factor, Literal) and factor.text.isdigit():
        return Dim(int(factor.text))
    return table.find_dim(canonical(factor).strip()) if isinstance(factor, (Name, Scripted)) else None
