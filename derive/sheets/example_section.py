"""The numeric example of a sheet: values and no equations, since they hold at one place only."""

from collections.abc import Iterator, Mapping, Sequence

from derive.expressions.tree import Symbol
from derive.notation.symbols import Computed, Given
from derive.sheets.blocks import Block, Formula, Heading, Paragraph, Text, Words, said
from derive.sheets.composition import Composition
from derive.sheets.example import Example, Numbers

Named = tuple[str, Numbers]


def example_blocks(composition: Composition, example: Example | None) -> Iterator[Block]:
    """What is given, what the forward pass makes of it, and what is asked, at small whole numbers."""
    if example is None:
        return
    yield Heading(said("With numbers"))
    yield Paragraph(said("To check a program or a calculation by hand. Numbers that are not whole are rounded."))
    asked = [(composition.written(node), numbers) for node, numbers in example.asked.items()]
    for title, values in (
        ("Given", _named(composition, example.given)),
        ("Computed", _named(composition, example.computed)),
        ("Asked", asked),
    ):
        if values:
            yield Paragraph((Words(f"{title}. ", "strong"), *_listed(values)))


def _named(composition: Composition, values: Mapping[str, Numbers]) -> list[Named]:
    meanings = composition.exercise.model.table.meanings
    shapes = {name: one.shape for name, one in meanings.items() if isinstance(one, (Given, Computed))}
    return [(composition.written(Symbol(name, shapes[name])), numbers) for name, numbers in values.items()]


def _listed(values: Sequence[Named]) -> Text:
    """`W is (1 2 …), b is (3 4)`: words between the formulas, for an equals sign would make claims of them."""
    runs: list[Words | Formula] = []
    for at, (name, numbers) in enumerate(values):
        end = "." if at == len(values) - 1 else ", "
        runs += [Formula(name), Words(" is "), Formula(numbers.latex), Words(end)]
    return tuple(runs)
