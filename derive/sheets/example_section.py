"""The numeric example of a sheet, as tables: values and no equations, since they hold at one place only."""

from collections.abc import Iterator, Mapping, Sequence

from derive.expressions.tree import Expr, Symbol
from derive.notation.symbols import Computed, Given
from derive.sheets.blocks import Block, Formula, Heading, Paragraph, Table, Text, said
from derive.sheets.composition import Composition
from derive.sheets.example import Example, Numbers


def example_blocks(composition: Composition, example: Example | None) -> Iterator[Block]:
    """What is given, what the forward pass makes of it, and what is asked, at small whole numbers."""
    if example is None:
        return
    yield Heading(said("With numbers"))
    yield Paragraph(said("To check a program or a calculation by hand: numbers that are not whole are rounded."))
    yield _table("Given", _named(composition, example.given))
    yield _table("Computed", _named(composition, example.computed))
    asked = [(composition.written(node), numbers) for node, numbers in example.asked.items()]
    if asked:
        yield _table("Asked", asked)


def _named(composition: Composition, values: Mapping[str, Numbers]) -> list[tuple[str, Numbers]]:
    meanings = composition.exercise.model.table.meanings
    shapes = {name: one.shape for name, one in meanings.items() if isinstance(one, (Given, Computed))}
    symbols: dict[str, Expr] = {name: Symbol(name, shapes[name]) for name in values}
    return [(composition.written(symbols[name]), numbers) for name, numbers in values.items()]


def _table(title: str, values: Sequence[tuple[str, Numbers]]) -> Table:
    rows: tuple[tuple[Text, ...], ...] = tuple(((Formula(name),), (Formula(one.latex),)) for name, one in values)
    return Table((said(title), said("Value")), rows, (False, True))
