r"""Examples in columns for examples in rows, and the other way round: $X W + b$ becomes $W X + b$.

Every name but a few stands for the transpose of what it stood for, and a formula is the transpose of what it was, a
loss the very same number. A matrix that stood only transposed stays as it is, so that its transpose goes.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from derive.expressions import tree
from derive.expressions.tree import Expr, Node
from derive.expressions.walk import symbols_of, walk
from derive.grading.parts import ExerciseDocument
from derive.notation.symbols import Computed, Given, SymbolTable
from derive.sheets.variants.choosing import Choices
from derive.sheets.variants.draft import Draft, PartDraft, with_prose, with_text_formulas
from derive.sheets.variants.turning import NotTurned, Turner


def vary_orientation(draft: Draft, exercise: ExerciseDocument, choices: Choices) -> Draft:
    """The draft with rows for columns, every other time; the same where it would not read well."""
    try:
        return _turned(draft, exercise) if choices.in_turn((False, True)) else draft
    except NotTurned:
        return draft


def _turned(draft: Draft, exercise: ExerciseDocument) -> Draft:
    """Raises `NotTurned`."""
    _check_exercise(draft, exercise)
    turner = Turner(exercise.model.table, _kept(draft, exercise))
    changed = replace(
        draft,
        symbols=tuple((name, turner.declaration(name, what)) for name, what in draft.symbols),
        model=tuple((turner.name(name), turner.formula(formula)) for name, formula in draft.model),
        notation=tuple((turner.name(name), turner.formula(formula)) for name, formula in draft.notation),
        parts=tuple(_turned_part(part, turner) for part in draft.parts),
    )
    _check_words(draft, turner)
    return with_prose(with_text_formulas(changed, turner.shown), _with_rows_for_columns)


def _turned_part(part: PartDraft, turner: Turner) -> PartDraft:
    return replace(part, words=tuple((key, turner.asked(text) if key == "ask" else text) for key, text in part.words))


# ── where it is done ──


def _check_exercise(draft: Draft, exercise: ExerciseDocument) -> None:
    """Jacobians and one-hot matrices have rows that stay rows, and other layouts shapes of their own."""
    table = exercise.model.table
    given = [meaning for meaning in table.meanings.values() if isinstance(meaning, Given)]
    if table.layout != "gradient" or table.einstein or any(one.kind in ("function", "map") for one in given):
        raise NotTurned
    if any(one.kind == "one-hot" and not one.shape.is_vector for one in given):
        raise NotTurned
    for part in exercise.parts:
        for node in walk(part.value):
            if isinstance(node, tree.Derivative) and not node.of.shape.is_scalar and not _is_gradient(node.of):
                raise NotTurned
    if not any(meaning.shape.is_matrix and not meaning.shape.is_vector for meaning in given):
        raise NotTurned


def _is_gradient(node: Expr) -> bool:
    """The first derivatives of a number: its second ones are no Jacobian of a turned vector."""
    return isinstance(node, tree.Derivative) and node.of.shape.is_scalar


_NOT_TURNED = re.compile(
    r"\bJacobian|\bin front of\b|\bbelow each other\b|\bwritten as an? \w|\b\w+ (?:x|by|×) \w+ (?:matrix|row|column)\b",
    re.IGNORECASE,
)
_ROWS_OR_COLUMNS = re.compile(r"\b(?:rows?|columns?)\b", re.IGNORECASE)


def _check_words(draft: Draft, turner: Turner) -> None:
    """Nothing is said of transposes, nor of the rows of what keeps its own."""
    texts = (draft.title, *(part.get("prompt") for part in draft.parts), *re.split(r"(?<=[.:;])\s", draft.body))
    if any(_NOT_TURNED.search(text) for text in texts):
        raise NotTurned
    for text in texts:
        if _ROWS_OR_COLUMNS.search(text) and any(turner.keeps_shown(one) for one in re.findall(r"\$([^$]+)\$", text)):
            raise NotTurned


def _with_rows_for_columns(words: str) -> str:
    return _ROWS_OR_COLUMNS.sub(lambda match: _other_way(match.group()), words)


def _other_way(word: str) -> str:
    """`Rows` for `Columns`."""
    new = ("column" if word.lower().startswith("row") else "row") + ("s" if word.endswith("s") else "")
    return new.capitalize() if word[0].isupper() else new


# ── which names are turned ──


def _kept(draft: Draft, exercise: ExerciseDocument) -> frozenset[str]:
    """The names that stay as they are: matrices and columns that stand transposed alone, and columns of weights.

    Weights of one column, `w` in `X w`, become the row `w^T` before examples in columns.
    """
    table = exercise.model.table
    values = [value for value in _values(table) if value is not None]
    transposed: set[str] = set()
    plain: set[str] = set()
    for value in values:
        _collect(value, transposed, plain)
    kept = transposed - plain
    computed = {name for name, meaning in table.meanings.items() if isinstance(meaning, Computed)}
    batched = _is_batched(table)
    for value in values if batched else ():
        products = (node for node in walk(value) if isinstance(node, tree.MatMul) and not node.left.shape.is_row)
        kept |= {name for node in products if (name := _weights(node.right, table)) is not None}
    twice = (node for part in exercise.parts for node in walk(part.value) if _is_second(node))
    if {symbol.name for node in twice for symbol in symbols_of(node)} - computed - kept:
        raise NotTurned
    return frozenset(kept)


def _values(table: SymbolTable) -> Iterator[Expr | None]:
    for meaning in table.meanings.values():
        yield getattr(meaning, "value", None)


def _collect(node: Node, transposed: set[str], plain: set[str]) -> None:
    """The names that stand as factors of products or elsewhere: below a transpose, or not."""
    if isinstance(node, tree.Transpose) and isinstance(node.operand, tree.Symbol):
        transposed.add(node.operand.name)
    elif isinstance(node, tree.Symbol):
        plain.add(node.name)
    elif not isinstance(node, tree.Reduce):
        for part in tree.parts(node):
            _collect(part, transposed, plain)


def _is_batched(table: SymbolTable) -> bool:
    """Whether what is computed has a row or a column for each example of a batch, the number of which is divided by."""
    values = [value for value in _values(table) if value is not None]
    dims = [{dim.name for dim in value.shape.dims} for value in values if not value.shape.is_scalar]
    counted = {node.dim.name for value in values for node in walk(value) if isinstance(node, tree.Size)}
    given = [meaning for meaning in table.meanings.values() if isinstance(meaning, Given)]
    matrices = {dim.name for one in given if not one.shape.is_vector for dim in one.shape.dims}
    return bool(dims and set.intersection(*dims) & counted & matrices)


def _weights(node: Expr, table: SymbolTable) -> str | None:
    """The name of a given column behind a matrix of examples, None of anything else."""
    if isinstance(node, tree.Symbol) and node.shape.is_column and isinstance(table.meanings.get(node.name), Given):
        return node.name
    return None


def _is_second(node: Node) -> bool:
    return isinstance(node, tree.Derivative) and isinstance(node.of, tree.Derivative)
