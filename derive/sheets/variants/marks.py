r"""Other marks for the same things: `^\top` for `^T`, `\circ` for `\odot`, `\ln` for `\log`, ReLU for max(0, z)."""

from collections.abc import Iterator, Mapping

from derive.expressions.tree import Extremum, Hadamard, MatMul, Node, Softmax
from derive.expressions.walk import walk
from derive.grading.parts import ExerciseDocument
from derive.notation.symbols import SymbolTable
from derive.records import dataclass
from derive.sheets.variants.activation import function_of, is_minimum, operand_of
from derive.sheets.variants.choosing import Choices
from derive.sheets.variants.draft import Draft, text_formulas, with_formulas
from derive.sheets.variants.formulas import Edit, edited, is_transpose, outermost, tokens_of, values_in
from derive.sheets.variants.sentences import with_last_sentence


@dataclass(frozen=True)
class Marks:
    """The marks of one author: of a transpose, of a product entry by entry, of a logarithm, of a ReLU of `#`."""

    transpose: str
    entrywise: str
    logarithm: str
    relu: str


ALL_MARKS: tuple[Marks, ...] = (
    Marks("T", r"\odot", r"\log", r"\max(0, #)"),
    Marks(r"\top", r"\odot", r"\ln", r"\text{ReLU}(#)"),
    Marks(r"\mathsf{T}", r"\circ", r"\log", r"\max(0, #)"),
)

_LOGARITHMS: Mapping[str, None] = dict.fromkeys((r"\log", r"\ln"))


def vary_marks(draft: Draft, exercise: ExerciseDocument, choices: Choices) -> Draft:
    """The draft in the marks of another author, who says which those are that stand nowhere in it."""
    table = exercise.model.table
    marks = choices.in_turn(ALL_MARKS)
    marked = with_formulas(draft, lambda formula: edited(formula, list(_edits(table, formula, marks))))
    shown = " ".join(text_formulas(marked))
    nodes = [node for _, formula in draft.model for value in values_in(table, formula) for node in walk(value)]
    said = []
    if marks.entrywise != ALL_MARKS[0].entrywise and marks.entrywise not in shown and any(map(_goes_by_entries, nodes)):
        said.append(f"${marks.entrywise}$ for a product entry by entry")
    if marks.transpose != ALL_MARKS[0].transpose and marks.transpose not in shown and any(map(_is_product, nodes)):
        said.append(f"$^{{{marks.transpose}}}$ for a transpose")
    return with_last_sentence(marked, f"Write {' and '.join(said)}.") if said else marked


def _goes_by_entries(node: Node) -> bool:
    """What goes entry by entry: its derivative comes as a factor at every entry."""
    return isinstance(node, (Hadamard, Softmax)) or function_of(node) is not None


def _is_product(node: Node) -> bool:
    return isinstance(node, MatMul)


def _edits(table: SymbolTable, formula: str, marks: Marks) -> Iterator[Edit]:
    tokens = tokens_of(table, formula)
    rectified = list(_rectified(table, formula, marks))
    yield from rectified
    for at, token in enumerate(tokens):
        if any(start <= token.start < end for start, end, _ in rectified):
            continue
        if is_transpose(tokens, at):
            alone = tokens[at - 1].kind == "CARET" and len(marks.transpose) > 1
            yield token.start, token.end, f"{{{marks.transpose}}}" if alone else marks.transpose
        elif token.kind == "ODOT" and token.text == r"\odot":
            yield token.start, token.end, marks.entrywise
        elif token.kind == "NAME" and token.text in _LOGARITHMS:
            yield token.start, token.end, marks.logarithm


def _rectified(table: SymbolTable, formula: str, marks: Marks) -> Iterator[Edit]:
    """The rectifiers of names, written in another way."""
    for value in values_in(table, formula):
        if any(map(is_minimum, walk(value))):
            continue
        for node in outermost(value, lambda node: function_of(node) == "relu"):
            operand = operand_of(node)
            is_written_out = isinstance(node, Extremum)
            if operand is None or operand.span is None or node.span is None or len(tokens_of(table, formula)) < 2:
                continue
            if is_written_out != marks.relu.startswith(r"\max"):
                argument = formula[operand.span.start : operand.span.end]
                if not set(argument) & set("^()"):
                    yield node.span.start, node.span.end, marks.relu.replace("#", argument)
