r"""Notes of a size behind a formula: `\delta W^T \; (5 \times 3)`.

Behind a matrix of just that size it is a note, behind a matrix of another size nobody can tell what it is, and behind
a scalar `(5 \times 3)` is a factor.
"""

from derive.errors import Unreadable
from derive.expressions.shapes import Shape
from derive.notation.elaboration.base import Base
from derive.notation.names import canonical, unwrapped
from derive.notation.syntax import Group, Literal, Name, Scripted, Syntax, Term


def noted_sizes(node: Term) -> tuple[Syntax, Syntax] | None:
    """The two sizes in brackets with which a product ends, where what stands there could be a note of a size."""
    last = unwrapped(node.factors[-1])
    if not isinstance(last, Group) or last.kind not in ("(", "[") or len(node.factors) < 2 or node.operators[-1].kind:
        return None
    only = last.content.only
    if only is None or len(only.terms) != 1 or only.signs[0] or len(only.terms[0].factors) != 2:
        return None
    first, second = (unwrapped(factor) for factor in only.terms[0].factors)
    is_sized = all(isinstance(size, (Literal, Name, Scripted)) for size in (first, second))
    return (first, second) if is_sized and only.terms[0].operators[0].kind == "TIMES" else None


def check_note(sizes: tuple[Syntax, Syntax], shape: Shape, elaborator: Base) -> None:
    """Raises `Unreadable` where a matrix does not have the size that stands behind it."""
    noted = [_size(size, elaborator) for size in sizes]
    if not shape.is_matrix or noted != [dim.size for dim in shape.dims]:
        raise Unreadable(
            f"what stands in these brackets may be a factor or a note of a size, and the formula before it is {shape}; "
            "write \\cdot before a factor",
            sizes[0].span.to(sizes[1].span),
        )


def is_size(sizes: tuple[Syntax, Syntax], elaborator: Base) -> bool:
    """Whether both are whole numbers or dimensions."""
    return all(_size(size, elaborator) is not None for size in sizes)


def _size(node: Syntax, elaborator: Base) -> int | None:
    if isinstance(node, Literal):
        return int(node.text) if node.text.isdigit() and len(node.text) <= 6 else None
    dim = elaborator.table.find_dim(canonical(node).strip())
    return None if dim is None else dim.size
