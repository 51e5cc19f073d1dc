r"""Names that a derivation needs and the model lacks: the probabilities of its scores, the one-hot form of its labels.

`\text{softmax}(S)` becomes `P`, the matrix whose entries are `\mathbb{1}(y_i = j)` becomes `Y`: each a name that
nothing else has, introduced by a definition before it is used.
"""

from collections.abc import Iterable, Iterator, Sequence

from derive.expressions import tree
from derive.expressions.shapes import Shape
from derive.expressions.tree import Expr, IndexVariable, Symbol
from derive.expressions.walk import rebuilt, walk
from derive.gradients.indices import free_indices
from derive.models import Model
from derive.models.families import vector_shape
from derive.records import dataclass

MATRICES = ("P", "Y", "M", "G", "T", "Q", "R", "K")
VECTORS = ("p", "t", "m", "g", "u", "q", "r", "v")
"""Names for what has none, the usual ones first: probabilities, indicators, masks, gradients."""

PREFERRED = {"softmax": 0, "one-hot": 1, "mask": 2, "other": 3}
"""Which of these names is tried first, by what is named."""

MOST = 6


@dataclass(frozen=True)
class Auxiliary:
    """A name for a value; by its entries where it has no other notation.

    `shape` is that which the name has: whoever reads the definition of a vector by its entries takes it for one that
    stands as the vectors in the formula do, so that the value may be its transpose.
    """

    name: str
    value: Expr
    shape: Shape

    @property
    def symbol(self) -> Symbol:
        """The name."""
        return Symbol(self.name, self.shape)

    @property
    def stands_as(self) -> Expr:
        """What stands in formulas in place of the value."""
        return self.symbol if self.shape == self.value.shape else tree.Transpose(self.symbol)

    @property
    def defined(self) -> Expr:
        """What its definition introduces: the name, or its entry."""
        if not isinstance(self.value, tree.EntryFormula):
            return self.symbol
        indices = [index for index in (self.value.row, self.value.column) if index is not None]
        first = tree.IndexNumber(0)
        if len(indices) == 2:
            return tree.Entry(self.symbol, *indices)
        only = indices[0] if indices else first
        return tree.Entry(self.symbol, only, first) if self.shape.is_column else tree.Entry(self.symbol, first, only)

    @property
    def meaning(self) -> Expr:
        """What stands on the right of its definition."""
        return self.value.body if isinstance(self.value, tree.EntryFormula) else self.value

    @property
    def sentence(self) -> str:
        """What it is, in words."""
        return {
            "softmax": "the probabilities that the softmax makes of the scores",
            "one-hot": "the one-hot form of the labels",
            "mask": "which entries count",
            "other": "what follows",
        }[_kind(self.value)]


def auxiliary_names(
    model: Model, values: Iterable[Expr], spoken: frozenset[str] = frozenset()
) -> tuple[Auxiliary, ...]:
    """Names for what the values hold and nothing names; `spoken` are letters of which the text speaks."""
    found: list[Auxiliary] = []
    for value in values:
        for part in _nameless(value):
            if len(found) < MOST and all(part != one.value for one in found):
                found.append(Auxiliary(_free_name(model, found, part, spoken), part, _shape_as_read(model, part)))
    return tuple(found)


def _shape_as_read(model: Model, value: Expr) -> Shape:
    """The shape that a name gets from its definition."""
    if not isinstance(value, tree.EntryFormula) or not value.shape.is_vector:
        return value.shape
    index = value.row or value.column
    assert index is not None
    return vector_shape(model.table, index, value.shape.length, value.body)


def with_names(node: Expr, names: Sequence[Auxiliary]) -> Expr:
    """The expression with the names for what they stand for."""

    def named(part: tree.Node) -> tree.Node | None:
        return next((one.stands_as for one in names if one.value == part), None)

    return rebuilt(rebuilt(node, named), _entry_of_transpose)  # type: ignore[return-value]


def _entry_of_transpose(part: tree.Node) -> tree.Node | None:
    match part:
        case tree.Entry(tree.Transpose(Symbol() as turned), row, column):
            return tree.Entry(turned, column, row)
    return None


def _nameless(value: Expr) -> Iterator[Expr]:
    """The parts of a value that should have a name: softmaxes of names, and formulas of entries as they stand."""
    for part in walk(value):
        if _is_softmax_of_a_name(part) or (isinstance(part, tree.EntryFormula) and _has_no_notation(part)):
            assert isinstance(part, Expr)
            yield part


def _has_no_notation(formula: tree.EntryFormula) -> bool:
    """Whether a formula of entries stands by itself, and was not written out with dots."""
    names = {index.name for index in (formula.row, formula.column) if index is not None}
    return not names & {tree.ROW_OF_DOTS, tree.COLUMN_OF_DOTS} and not free_indices(formula)


def _is_softmax_of_a_name(part: tree.Node) -> bool:
    return isinstance(part, tree.Softmax) and isinstance(part.operand, Symbol) and not part.logarithm


def _kind(value: Expr) -> str:
    if isinstance(value, tree.Softmax):
        return "softmax"
    body = value.body if isinstance(value, tree.EntryFormula) else value
    if isinstance(body, tree.Indicator):
        return "one-hot" if any(isinstance(part, tree.Label) for part in walk(body)) else "mask"
    return "other"


def _free_name(model: Model, found: list[Auxiliary], value: Expr, spoken: frozenset[str]) -> str:
    """A name that neither the model nor its dimensions, its indices, its text or another new name has."""
    names = VECTORS if value.shape.is_vector else MATRICES
    start = PREFERRED[_kind(value)]
    letters = {part.name for part in walk(value) if isinstance(part, IndexVariable)}
    taken = {*_letters(model), *spoken, *letters, *(one.name for one in found)}
    for name in (*names[start:], *names[:start]):
        if name not in taken:
            return name
    numbers = (f"{names[start]}_{{{number}}}" for number in range(1, 1000))
    return next(name for name in numbers if name not in taken)


def _letters(model: Model) -> set[str]:
    """All names of the model, dimensions too, and the bases of its families."""
    table = model.table
    return {*table.meanings, *table.dims, *table.families, *(name.partition("_")[0] for name in table.meanings)}
