"""What a formula in indices is: a cross-entropy, a mean, a sum of squares. What is not recognised has no name here.

A formula is taken apart into its sign, its constant factors, its sums and what is summed; a table of rules knows what
the last may be. Each rule says exactly what the formula is, for any names.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction

from derive.expressions import tree
from derive.expressions.latex import latex
from derive.expressions.tree import Expr, Label, Number, Symbol
from derive.expressions.walk import walk
from derive.records import dataclass

ONE = Number(Fraction(1))
ZERO = Number(Fraction(0))


@dataclass(frozen=True)
class Recognised:
    """The lines of a label, the names that go in (the main one first), and the LaTeX of a factor that is left over."""

    label: tuple[str, ...]
    names: tuple[str, ...]
    factor: str = ""


@dataclass(frozen=True)
class Summed:
    """A formula taken apart: its sign, its constant factors, what it sums over, and what is summed."""

    is_negative: bool
    factors: tuple[Expr, ...]
    sums: tuple[tree.Quantified, ...]
    body: Expr

    @property
    def is_whole(self) -> bool:
        """Whether every sum runs over all of its dimension, without a condition."""
        return all(one.condition is None and one.range.is_whole for one in self.sums)

    @property
    def is_plain(self) -> bool:
        """Whether general entries are summed over indices of theirs."""
        entries = [part for part in walk(self.body) if isinstance(part, tree.Entry)]
        used = {index for entry in entries for index in (entry.row, entry.column)}
        return all(map(_is_plain, entries)) and all(one.index in used for one in self.sums)


def _is_plain(entry: tree.Entry) -> bool:
    """Whether an entry is a general one, or that of a label of its own example."""
    dims = entry.operand.shape.dims
    both = [(entry.row, entry.column), (entry.column, entry.row)]
    for (index, other), dim in zip(both, dims, strict=True):
        if isinstance(index, Label) and index.example not in (None, other):
            return False
        if not isinstance(index, (Label, tree.IndexVariable)) and not dim.is_unit:
            return False
    return True


def is_constant(value: tree.Node) -> bool:
    """Whether a value is made of numbers and sizes alone."""
    return not any(isinstance(part, (Symbol, tree.Unspecified, tree.UnspecifiedMap, tree.IndexVariable, Label))
                   for part in walk(value))  # fmt: skip


def names_in(value: tree.Node) -> list[str]:
    """The names on which a value depends, labels too, each once."""
    found = (part.name for part in walk(value) if isinstance(part, (Symbol, Label)))
    return list(dict.fromkeys(found))


def recognised(value: Expr) -> Recognised | None:
    """What a formula in indices is, if a rule knows it."""
    if isinstance(value, tree.EntryFormula):
        return _of_entries(value)
    if not value.shape.is_scalar:
        return None
    summed = taken_apart(value)
    if not summed.is_plain:
        return None
    for rule in _RULES:
        found = rule(summed)
        if found is not None:
            return _with_factors(found, summed)
    return None


def taken_apart(value: Expr) -> Summed:
    """The sign, the constant factors and the sums in front of a formula."""
    negative, factors, sums = False, [], []
    while True:
        match value:
            case tree.Negative(inner):
                negative, value = not negative, inner
            case tree.Scale(factor, inner) if is_constant(factor):
                factors.append(factor)
                value = inner
            case tree.Quantified("sum", _, _, inner) if value.index.name != tree.DOTS:
                sums.append(value)
                value = inner
            case _:
                return Summed(negative, tuple(factors), tuple(sums), value)


def _of_entries(value: tree.EntryFormula) -> Recognised | None:
    """A vector of losses, or a softmax written out."""
    match value.body:
        case tree.Quotient(tree.Apply("exp", tree.Entry(Symbol(name))) as top, bottom) if _is_sum_of(bottom, top):
            return Recognised((r"\text{softmax}",), (name,))
    found = recognised(value.body)
    return found if found is not None and "cross-entropy" in found.label[-1] else None


def _with_factors(found: Recognised, summed: Summed) -> Recognised:
    """A sum with the factor 1/N for one of its dimensions is a mean; other factors stay."""
    total = [factor for factor in summed.factors if factor != ONE]
    if len(total) == 1 and summed.is_whole and any(_is_one_over(total[0], one.range.dim) for one in summed.sums):
        return Recognised(_as_mean(found.label), found.names)
    return Recognised(found.label, found.names, r"\,".join(map(latex, total)))


def _as_mean(label: tuple[str, ...]) -> tuple[str, ...]:
    match label:
        case (r"\text{sum~of}", *rest):
            return (r"\text{mean~of}", *rest)
        case (r"\text{sum}",):
            return (r"\text{mean}",)
        case (r"\text{binary}", *rest):
            return (r"\text{mean~binary}", *rest)
        case (r"\text{softmax}", *rest):
            return (r"\text{mean~softmax}", *rest)
    return (r"\text{mean}", *label)


def _is_one_over(factor: Expr, dim: object) -> bool:
    match factor:
        case tree.Quotient(Number(value), tree.Size(own)):
            return value == 1 and own == dim
    return False


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────


def _cross_entropy(summed: Summed) -> Recognised | None:
    """-sum_k y_k log p_k, or -log p_y."""
    match summed.body:
        case tree.Scale(target, tree.Apply("log", prediction)) if summed.is_negative and summed.sums:
            both = _names_of(prediction, target)
            if both is not None and _same_place(prediction, target) and summed.is_whole:
                return Recognised((r"\text{cross-entropy}",), both)
        case tree.Apply("log", tree.Entry(Symbol(name)) as entry) if summed.is_negative and summed.is_whole:
            labels = list(_labels(entry))
            return Recognised((r"\text{cross-entropy}",), (name, labels[0])) if len(labels) == 1 else None
        case tree.MatMul(tree.Transpose(Symbol(target)), tree.Apply("log", Symbol(prediction))) if summed.is_negative:
            return Recognised((r"\text{cross-entropy}",), (prediction, target))
    return None


def _softmax_cross_entropy(summed: Summed) -> Recognised | None:
    """-log(e^{s_y} / sum_j e^{s_j}), log sum_j e^{s_j} - s_y, or one weighted by targets t_k and summed."""
    match summed.body:
        case tree.Apply("log", tree.Quotient(tree.Apply("exp", tree.Entry(Symbol(name)) as entry), bottom)):
            labels = list(_labels(entry))
            fits = summed.is_negative and summed.is_whole and _is_sum_of_exponentials(bottom, name)
            if fits and len(labels) == 1:
                return Recognised((r"\text{softmax}", r"\text{cross-entropy}"), (name, labels[0]))
        case tree.Add() as total if not summed.is_negative:
            found = _score_taken_from_logarithm(total)
            labels = list(_labels(found)) if found is not None else []
            if found is not None and len(labels) == 1 and summed.is_whole:
                return Recognised((r"\text{softmax}", r"\text{cross-entropy}"), (_name(found), labels[0]))
        case tree.Scale(
            tree.Entry(Symbol(target)) as weight,
            tree.Apply("log", tree.Quotient(tree.Apply("exp", tree.Entry(Symbol(name)) as entry), bottom)),
        ) if summed.is_negative and summed.sums:
            fits = summed.is_whole and _same_place(entry, weight) and _is_sum_of_exponentials(bottom, name)
            return Recognised((r"\text{softmax}", r"\text{cross-entropy}"), (name, target)) if fits else None
        case tree.Scale(tree.Entry(Symbol(target)) as weight, tree.Add() as total) if not summed.is_negative:
            found = _score_taken_from_logarithm(total)
            if found is not None and summed.is_whole and _same_place(found, weight):
                return Recognised((r"\text{softmax}", r"\text{cross-entropy}"), (_name(found), target))
    return None


def _score_taken_from_logarithm(total: tree.Add) -> tree.Entry | None:
    """The s_k of log sum_j e^{s_j} - s_k, in either order."""
    for first, second in (total.terms, total.terms[::-1]) if len(total.terms) == 2 else ():
        match first, second:
            case tree.Apply("log", inner), tree.Negative(tree.Entry(Symbol(name)) as entry):
                return entry if _is_sum_of_exponentials(inner, name) else None
    return None


def _name(entry: tree.Entry) -> str:
    assert isinstance(entry.operand, Symbol)
    return entry.operand.name


def _binary_cross_entropy(summed: Summed) -> Recognised | None:
    """-(t log p + (1 - t) log(1 - p)), the sign before both terms or before each."""
    match summed.body:
        case tree.Add((tree.Negative(first), tree.Negative(second))) if not summed.is_negative:
            pass
        case tree.Add((first, second)) if summed.is_negative:
            pass
        case _:
            return None
    match first, second:
        case (
            tree.Scale(target, tree.Apply("log", prediction)),
            tree.Scale(other_target, tree.Apply("log", other_prediction)),
        ):
            both = _names_of(prediction, target)
            fits = other_target == _one_minus(target) and other_prediction == _one_minus(prediction)
            if fits and both is not None and summed.is_whole:
                return Recognised((r"\text{binary}", r"\text{cross-entropy}"), both)
    return None


def _one_minus(value: Expr) -> Expr:
    return tree.Add((ONE, tree.Negative(value)))


def _squares(summed: Summed) -> Recognised | None:
    """A sum of w², or of (y - t)²."""
    match summed.body:
        case tree.Power(tree.Entry(Symbol(name)), exponent) if exponent == Number(Fraction(2)):
            if _covers(summed, name):
                return Recognised((r"\sum(\cdot)^{2}",), (name,))
        case tree.Power(tree.Add((left, tree.Negative(right))), exponent) if exponent == Number(Fraction(2)):
            both = _names_of(left, right)
            if both is not None and summed.sums and summed.is_whole and not summed.is_negative:
                return Recognised((r"\text{sum~of}", r"(\cdot-\cdot)^{2}"), both)
    return None


def _covers(summed: Summed, name: str) -> bool:
    """Whether a sum runs over all entries, once each."""
    entry = next(part for part in walk(summed.body) if isinstance(part, tree.Entry))
    indices = {one.index for one in summed.sums}
    needed = [index for index in (entry.row, entry.column) if isinstance(index, tree.IndexVariable)]
    free = 2 - sum(dim.is_unit for dim in entry.operand.shape.dims)
    same = set(needed) == indices and len(needed) == free == len(summed.sums)
    return same and summed.is_whole and not summed.is_negative


def _plain_sum(summed: Summed) -> Recognised | None:
    """A sum of entries, or of products of entries."""
    match summed.body:
        case tree.Entry(Symbol(name)) if summed.sums and _covers(summed, name):
            return Recognised((r"\text{sum}",), (name,))
        case tree.Scale(tree.Entry(Symbol(first)) as left, tree.Entry(Symbol(second)) as right) if summed.sums:
            if _same_place(left, right) and _covers(summed, first):
                return Recognised((r"\langle\cdot,\cdot\rangle",), (second, first))
    return None


def _hinge(summed: Summed) -> Recognised | None:
    """sum_i max(0, 1 - m_i), or sum_{j != y} max(0, s_j - s_y + 1)."""
    if not summed.sums or summed.is_negative:
        return None
    match summed.body:
        case tree.Extremum("max", zero, tree.Add((one, tree.Negative(tree.Entry(Symbol(name)))))) if zero == ZERO:
            if one == ONE and summed.is_whole:
                return Recognised((r"\text{hinge}",), (name,))
        case tree.Extremum("max", zero, tree.Add((left, tree.Negative(right), margin))):
            name, other = _entry_name(left) or "", _entry_name(right)
            labels = list(_labels(right))
            fits = zero == ZERO and name == other and is_constant(margin) and _leaves_out_labels(summed)
            if fits and len(labels) == 1:
                return Recognised((r"\text{multi-class}", r"\text{hinge}"), (name, labels[0]))
    return None


def _leaves_out_labels(summed: Summed) -> bool:
    """Whether one sum leaves out the index that a label names, and the others nothing."""
    partial = [one for one in summed.sums if one.condition is not None or not one.range.is_whole]
    match partial:
        case [tree.Quantified(condition=tree.Comparison(tree.IndexValue(index), "!=", tree.IndexValue(Label())))]:
            return partial[0].range.is_whole and index == partial[0].index
    return False


def _log_sum_exp(summed: Summed) -> Recognised | None:
    """log sum_i e^{x_i}."""
    match summed.body:
        case tree.Apply("log", tree.Quantified("sum", _, _, tree.Apply("exp", tree.Entry(Symbol(name)))) as inner):
            if not summed.sums and not summed.is_negative and _is_sum_of_exponentials(inner, name):
                return Recognised((r"\text{log-sum-exp}",), (name,))
    return None


_RULES: tuple[Callable[[Summed], Recognised | None], ...] = (
    _cross_entropy, _softmax_cross_entropy, _binary_cross_entropy, _squares, _plain_sum, _hinge, _log_sum_exp,
)  # fmt: skip


# ── parts of formulas ────────────────────────────────────────────────────────────────────────────────


def _entry_name(value: Expr) -> str | None:
    """The name of what an entry is of, or of a number."""
    match value:
        case tree.Entry(Symbol(name)):
            return name
        case Symbol(name) if value.shape.is_scalar:
            return name
    return None


def _names_of(first: Expr, second: Expr) -> tuple[str, str] | None:
    """The names of what two entries are of."""
    one, other = _entry_name(first), _entry_name(second)
    return None if one is None or other is None else (one, other)


def _same_place(first: Expr, second: Expr) -> bool:
    """Whether two entries stand at one place, or both are numbers with names."""
    match first, second:
        case tree.Entry(), tree.Entry():
            return (first.row, first.column) == (second.row, second.column)
    return isinstance(first, Symbol) and isinstance(second, Symbol)


def _labels(value: tree.Node) -> Iterator[str]:
    return (part.name for part in walk(value) if isinstance(part, Label))


def _is_sum_of(bottom: Expr, top: Expr) -> bool:
    """Whether one is the sum of the other over one of its indices."""
    match bottom, top:
        case tree.Quantified("sum"), tree.Apply("exp", tree.Entry(Symbol(name))):
            return _is_sum_of_exponentials(bottom, name)
    return False


def _is_sum_of_exponentials(value: Expr, name: str) -> bool:
    match value:
        case tree.Quantified("sum", index, extent, tree.Apply("exp", tree.Entry(Symbol(own)) as entry), None):
            return own == name and extent.is_whole and index in (entry.row, entry.column)
    return False
