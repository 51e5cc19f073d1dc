"""What is taken for a derivative where a function has none, in words: which function, and which value.

The value of a maximum, of ReLU and of an absolute value at a kink is the one that the setting says (`kink:`, 0 if it
says nothing); functions with two slopes are given the one from below for 0, the one from above for 1, as in
`derive.gradients.local`.
"""

from fractions import Fraction

from derive.expressions import tree
from derive.expressions.tree import Expr
from derive.sheets.reasons import ways

TWO_SLOPES = {"leaky": "the leaky ReLU", "elu": "ELU"}
ONE_VALUE = {"relu": "ReLU", "abs": "the absolute value"}


def kinks_between(value: Expr, name: str, kink: Fraction) -> tuple[str, ...]:
    """A sentence for each kind of kink between a formula and a name in it, each once."""
    nodes = (parent for way in ways(value, name) for parent, _ in way)
    said = (_said(node, kink) for node in nodes)
    return tuple(dict.fromkeys(f"{sentence} {_ANY}" for sentence in said if sentence is not None))


_ANY = "Any value between those on both sides is a subgradient."


def _said(node: Expr, kink: Fraction) -> str | None:
    match node:
        case tree.Apply(function) if function in ONE_VALUE:
            return f"Where its argument is 0, {ONE_VALUE[function]} has no derivative; {kink} is taken for it."
        case tree.Apply(function) if function in TWO_SLOPES:
            return f"Where its argument is 0, {TWO_SLOPES[function]} has no derivative; {_slope(kink)} is taken for it."
        case tree.Extremum(kind) if _is_with_zero(node):
            which = "maximum" if kind == "max" else "minimum"
            return f"Where its argument is 0, the {which} with 0 has no derivative; {kink} is taken for it."
        case tree.Extremum() | tree.Quantified("max" | "min") | tree.Reduce("max" | "min"):
            return "Where two arguments are equal and largest or smallest, there is no derivative."
        case tree.Reduce("l1"):
            return f"Where an entry is 0, its absolute value has no derivative; {kink} is taken for it."
    return None


def _slope(kink: Fraction) -> str:
    named = {Fraction(0): "the slope from below", Fraction(1): "the slope from above"}
    return named.get(kink, f"a value between both slopes, {kink} of the way up,")


def _is_with_zero(node: tree.Extremum) -> bool:
    return any(isinstance(part, tree.Number) and part.value == 0 for part in (node.left, node.right))
