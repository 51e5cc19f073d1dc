"""Other sizes for the dimensions, all of them distinct, so that a wrong transpose cannot hide."""

from collections.abc import Mapping
from dataclasses import replace

from derive.documents.setting import LARGEST_DIMENSION
from derive.expressions.tree import Apply, Node, Number, Size
from derive.expressions.walk import walk
from derive.grading.parts import ExerciseDocument
from derive.notation.symbols import Given
from derive.sheets.variants.choosing import Choices
from derive.sheets.variants.draft import Draft, Pairs
from derive.sheets.variants.formulas import values_in

OFFERED = 2
"""Of the sizes that fit a dimension one of so many is taken, the least: proofs at small sizes are quick."""


def vary_sizes(draft: Draft, exercise: ExerciseDocument, choices: Choices) -> Draft:
    """The draft with other sizes: none twice, 1 only where it was 1; one that stands as a number is no factor too."""
    table = exercise.model.table
    values = [value for _, formula in draft.model for value in values_in(table, formula)]
    nodes = [node for value in values for node in walk(value)]
    factors = {side for node in nodes if isinstance(node, Number) for side in node.value.as_integer_ratio()} | {1}
    numbers = factors | {2 * factor for factor in factors}
    counted = {node.dim.name for node in nodes if isinstance(node, Size)}
    roots = {operand.dim.name for node in nodes if (operand := _under_root(node)) is not None}
    sized = [name for name, size in draft.dims if size.isdigit() and size != "1" and name not in table.depths]
    meanings = (meaning for meaning in table.meanings.values() if isinstance(meaning, Given))
    classes = {meaning.classes.name for meaning in meanings if meaning.classes is not None}
    taken: set[int] = set()
    sizes: dict[str, str] = {}
    for name in sorted(sized, key=lambda name: (name not in counted, name)):
        barred = taken | (numbers if name in counted else set()) | ({4, 9} if name in roots else set())
        least = 3 if name in classes else 2
        options = [size for size in range(least, LARGEST_DIMENSION) if size not in barred]
        size = choices.one_of(options[:OFFERED])
        taken.add(size)
        sizes[name] = str(size)
    return replace(draft, dims=_resized(draft.dims, sizes))


def _resized(dims: Pairs, sizes: Mapping[str, str]) -> Pairs:
    return tuple((name, sizes.get(name, size)) for name, size in dims)


def _under_root(node: Node) -> Size | None:
    """The dimension of which a node is the square root."""
    match node:
        case Apply("sqrt", Size() as size):
            return size
    return None
