r"""Sizes at which `(A^T A)^{-1}` has a value: A has more rows than columns then, and for `(A A^T)^{-1}` fewer."""

from collections.abc import Iterable, Mapping, Sequence

from derive.notation.names import canonical, unwrapped
from derive.notation.numbering import TRANSPOSES
from derive.notation.syntax import Group, Name, Scripted, Syntax


def inverted_gram(node: Syntax) -> tuple[str, bool] | None:
    """The name A of `(A^T A)^{-1}` or `(A^T W A)^{-1}`, with whether the transpose is the last factor."""
    if not isinstance(node, Scripted) or [canonical(script).strip() for script in node.scripts] != ["^{-1}"]:
        return None
    base = unwrapped(node.base)
    only = base.content.only if isinstance(base, Group) else None
    if only is None or len(only.terms) != 1 or len(only.terms[0].factors) < 2:
        return None
    first, last = (unwrapped(factor) for factor in (only.terms[0].factors[0], only.terms[0].factors[-1]))
    for turned, plain, is_last in ((first, last, False), (last, first, True)):
        if _name_turned(turned) == canonical(plain).strip():
            return canonical(plain).strip(), is_last
    return None


def _name_turned(node: Syntax) -> str | None:
    """The name of which a factor is the transpose."""
    if not isinstance(node, Scripted):
        return None
    *others, last = node.scripts
    is_transpose = last.kind == "transpose" or canonical(last.content).strip() in TRANSPOSES
    kept = unwrapped(node.base) if not others else Scripted(node.base, tuple(others), span=node.span)
    return canonical(kept).strip() if is_transpose and isinstance(kept, (Name, Scripted)) else None


def in_order_of_size(
    dims: Sequence[str], grams: Iterable[tuple[str, bool]], shapes: Mapping[str, tuple[str, str]]
) -> list[str]:
    """Dimensions, the smaller ones first where something is inverted that is singular otherwise."""
    ordered = list(dims)
    for name, is_last in sorted(grams):
        rows, columns = shapes.get(name, ("", ""))
        small, large = (rows, columns) if is_last else (columns, rows)
        if small in ordered and large in ordered and ordered.index(small) > ordered.index(large):
            ordered.remove(small)
            ordered.insert(ordered.index(large), small)
    return ordered
