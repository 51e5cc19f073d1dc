"""Other sizes for the dimensions, all of them distinct, so that a wrong transpose cannot hide."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice, permutations
from math import isqrt, prod

from derive.expressions.tree import Apply, Node, Number, Size
from derive.expressions.walk import walk
from derive.grading.parts import ExerciseDocument
from derive.notation.symbols import Given, SymbolTable
from derive.records import dataclass
from derive.sheets.variants.choosing import Choices
from derive.sheets.variants.draft import Draft, Pairs
from derive.sheets.variants.formulas import values_in

SPARE = 3
"""So many more sizes are tried than there are dimensions."""
MOST_TRIED = 5_000


def vary_sizes(draft: Draft, exercise: ExerciseDocument, choices: Choices) -> Draft:
    """The draft with other sizes: none twice, 1 only where it was 1.

    All together they are no larger than the author's, if there are such: a proof takes no longer.
    """
    table = exercise.model.table
    sizes = {
        name: int(size) for name, size in draft.dims if size.isdigit() and size != "1" and name not in table.depths
    }
    limits = Limits.of(draft, table)
    fitting = [found for found in _assignments(tuple(sizes)) if limits.hold_for(found) and found != sizes]
    if not fitting:
        return draft
    most = max(prod(sizes.values()), min(prod(found.values()) for found in fitting))
    return replace(
        draft, dims=_resized(draft.dims, choices.one_of([one for one in fitting if prod(one.values()) <= most]))
    )


def _assignments(names: tuple[str, ...]) -> Iterator[dict[str, int]]:
    """Distinct sizes for some dimensions, the least ones first."""
    offered = permutations(range(2, 2 + len(names) + SPARE), len(names))
    return (dict(zip(names, sizes, strict=True)) for sizes in islice(offered, MOST_TRIED))


def _resized(dims: Pairs, sizes: Mapping[str, int]) -> Pairs:
    return tuple((name, str(sizes.get(name, size))) for name, size in dims)


@dataclass(frozen=True)
class Limits:
    """What keeps mistakes apart: two classes are too few, and a dimension that stands as a number is no factor too."""

    classes: frozenset[str]
    counted: frozenset[str]
    rooted: frozenset[str]
    factors: frozenset[int]

    @classmethod
    def of(cls, draft: Draft, table: SymbolTable) -> "Limits":
        """The limits in a draft: a factor comes alone and, out of a square, twice."""
        values = [value for _, formula in draft.model for value in values_in(table, formula)]
        nodes = [node for value in values for node in walk(value)]
        numbers = {side for node in nodes if isinstance(node, Number) for side in node.value.as_integer_ratio()} | {1}
        given = (meaning for meaning in table.meanings.values() if isinstance(meaning, Given))
        return cls(
            frozenset(meaning.classes.name for meaning in given if meaning.classes is not None),
            frozenset(node.dim.name for node in nodes if isinstance(node, Size)),
            frozenset(size.dim.name for node in nodes if (size := _under_root(node)) is not None),
            frozenset(numbers | {2 * number for number in numbers}),
        )

    def hold_for(self, sizes: Mapping[str, int]) -> bool:
        """Whether some sizes keep to them."""
        return (
            all(sizes[name] > 2 for name in self.classes & set(sizes))
            and all(sizes[name] not in self.factors for name in self.counted & set(sizes))
            and all(isqrt(sizes[name]) ** 2 != sizes[name] for name in self.rooted & set(sizes))
        )


def _under_root(node: Node) -> Size | None:
    """The dimension of which a node is the square root."""
    match node:
        case Apply("sqrt", Size() as size):
            return size
    return None
