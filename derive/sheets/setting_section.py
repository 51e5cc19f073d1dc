"""What a sheet says of its setting: a table of the symbols with their shapes, and the forward pass."""

from collections.abc import Iterator

from derive.expressions import tree
from derive.expressions.tree import Expr, Symbol
from derive.models import Model
from derive.notation.symbols import Computed, Given, Kind
from derive.sheets.blocks import Block, Chain, Formula, Heading, Paragraph, Table, Text, Words, said
from derive.sheets.formulas import Formulas, shape_of

KINDS: dict[Kind, str] = {
    "real": "given",
    "positive": "given, positive",
    "integer": "a whole number",
    "labels": "class labels",
    "one-hot": "one-hot: ones and zeros, one 1 for each example",
    "hot index": "the index of the 1",
    "function": "a differentiable function of one variable",
    "map": "a differentiable function of a vector",
}
"""What is said of a given symbol, by its kind."""


def symbols_table(model: Model, formulas: Formulas) -> Table:
    """The symbols in the order of the setting, each with its shape and what it is."""
    rows = [row for name, meaning in model.table.meanings.items() if (row := _row(name, meaning, formulas)) is not None]
    header = (said("Symbol"), said("Shape"), said("What it is"))
    return Table(header, tuple(rows), (False, False, True))


def _row(name: str, meaning: object, formulas: Formulas) -> tuple[Text, Text, Text] | None:
    if not isinstance(meaning, (Given, Computed)):
        return None
    symbol = (Formula(formulas.written(Symbol(name, meaning.shape))),)
    shape: Text = (Formula(shape_of(meaning.shape)),) if meaning.shape.dims else said("number")
    return symbol, shape, _described(name, meaning, formulas)


def _described(name: str, meaning: Given | Computed, formulas: Formulas) -> Text:
    if isinstance(meaning, Computed):
        return said("the loss" if name == formulas.table.loss else "computed")
    words = KINDS[meaning.kind]
    if meaning.structure:
        words = f"{words}, {meaning.structure}"
    if meaning.kind == "labels":
        words = "a class" if meaning.shape.is_scalar else "a class for each example"
        return (Words(f"{words}, out of "), Formula(str(meaning.classes)), Words(" classes"))
    return said(words)


def sizes_text(model: Model) -> Text:
    """At which sizes the checks by numbers were made: `N = 2, D = 3` as words, which claims nothing."""
    sizes = [(name, dim.size) for name, dim in model.table.dims.items() if dim.size is not None]
    runs: list[Words | Formula] = []
    for name, size in sizes:
        runs += [Words(", " if runs else ""), Formula(name), Words(f" is {size}")]
    return tuple(runs)


def forward_equations(model: Model, formulas: Formulas) -> tuple[tuple[str, str], ...]:
    """The forward pass: the LaTeX of each computed name, or of its entry, and of its formula."""
    computed = ((name, meaning) for name, meaning in model.table.meanings.items() if isinstance(meaning, Computed))
    return tuple(_equation(name, one.value, formulas) for name, one in computed if one.value is not None)


def _equation(name: str, value: Expr, formulas: Formulas) -> tuple[str, str]:
    symbol = Symbol(name, value.shape)
    if isinstance(value, tree.EntryFormula):
        first = tree.IndexNumber(0)
        entry = tree.Entry(symbol, value.row or first, value.column or first)
        return formulas.written(entry), formulas.written(value.body)
    return formulas.written(symbol), formulas.written(value)


def setting_blocks(model: Model, formulas: Formulas, forward: tuple[Chain, ...]) -> Iterator[Block]:
    """The section on what is given and what is computed from it."""
    yield Heading(said("What is given"))
    yield symbols_table(model, formulas)
    yield Heading(said("Forward pass"))
    if len(forward) > 1:
        yield Paragraph(said("Each name is computed from what stands above it."))
    yield from forward
