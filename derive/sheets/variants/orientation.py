r"""Examples in columns for examples in rows, and the other way round: $X W + b$ becomes $W X + b$.

Every name but a few stands for the transpose of what it stood for, and a formula is the transpose of what it was, a
loss the very same number. A matrix that stood only transposed stays as it is, so that its transpose goes.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import singledispatch

from derive.expressions import tree
from derive.expressions.tree import Expr, Node
from derive.expressions.walk import walk
from derive.grading.parts import ExerciseDocument
from derive.notation.names import read_name
from derive.notation.symbols import Computed, Given, SymbolTable
from derive.notation.tokens import tokenize
from derive.records import dataclass
from derive.sheets.variants.choosing import Choices
from derive.sheets.variants.draft import Draft, PartDraft, with_prose, with_text_formulas
from derive.sheets.variants.formulas import edited, equations


class NotTurned(Exception):
    """Something for which there is no plain other way round."""


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


def _turned_part(part: PartDraft, turner: "Turner") -> PartDraft:
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


_NOT_TURNED = re.compile(r"\bJacobian|\bin front of\b|\bbelow each other\b|\bwritten as an? \w", re.IGNORECASE)
_ROWS_OR_COLUMNS = re.compile(r"\b(?:rows?|columns?)\b", re.IGNORECASE)


def _check_words(draft: Draft, turner: "Turner") -> None:
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
    batched = _is_batched(table)
    for value in values if batched else ():
        products = (node for node in walk(value) if isinstance(node, tree.MatMul))
        kept |= {node.right.name for node in products if _is_weights(node.right, table) and not node.left.shape.is_row}
    second = {node.by.name for part in exercise.parts for node in walk(part.value) if _is_second(node)}
    if second - kept:
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
    """Whether what is computed has a row or a column for each example: some of it is a matrix, or all weights are."""
    values = [value for value in _values(table) if value is not None and not value.shape.is_scalar]
    dims = [{str(dim) for dim in value.shape.dims} - {"1"} for value in values]
    common = set[str]().intersection(*dims) if not dims else set.intersection(*dims)
    data = (meaning for meaning in table.meanings.values() if isinstance(meaning, Given))
    return any(str(dim) in common for one in data if not one.shape.is_vector for dim in one.shape.dims) and any(
        isinstance(node, tree.Size) and str(node.dim) in common for value in _values(table) if value for node in walk(value)
    )


def _is_weights(node: Expr, table: SymbolTable) -> bool:
    """A given column behind a matrix of examples."""
    return isinstance(node, tree.Symbol) and node.shape.is_column and isinstance(table.meanings.get(node.name), Given)


def _is_second(node: Node) -> bool:
    return isinstance(node, tree.Derivative) and isinstance(node.of, tree.Derivative)


# ── turning ──


@dataclass(frozen=True)
class Turner:
    """Turns formulas, all names but the kept ones."""

    table: SymbolTable
    kept: Collection[str]

    def keeps(self, key: str) -> bool:
        return key in self.kept

    def keeps_shown(self, formula: str) -> bool:
        """Whether a formula is the name of something that keeps its rows."""
        values = (side.value for equation in equations(self.table, formula) for side in equation.sides)
        return any(isinstance(value, tree.Symbol) and value.name in self.kept for value in values)

    def declaration(self, name: str, what: str) -> str:
        """A declaration with its dimensions the other way round."""
        key = self.table.find(read_name(name))
        member = re.fullmatch(r"(row|column)( of .+?)( as a column)?", what)
        if member is not None:
            if member[1] == "column" or member[3] is None:
                raise NotTurned
            return f"column{member[2]}"
        meaning = None if key is None else self.table.meanings[key]
        if not isinstance(meaning, Given) or meaning.shape.is_scalar or key in self.kept or meaning.kind == "labels":
            return what
        if meaning.structure:
            return what
        turned = re.fullmatch(r"(.*?)(\S+)\s*x\s*(\S+)", what)
        if turned is None:
            raise NotTurned
        return f"{turned[1]}{turned[3]} x {turned[2]}"

    def name(self, name: str) -> str:
        """A name of the model; the indices of one that has two change places."""
        match = re.fullmatch(r"(.*)_\{?(\w)\s*,?\s*(\w)\}?", name)
        if read_name(name) in self.table.meanings or match is None:
            return name
        return f"{match[1]}_{{{match[3]}{match[2]}}}"

    def formula(self, formula: str) -> str:
        """A formula of the setting, every side of it turned. Raises `NotTurned` where one is not read."""
        edits = []
        for equation in equations(self.table, formula):
            for side in equation.sides:
                if side.value is None or side.value.span is None:
                    raise NotTurned
                span = side.value.span
                if not isinstance(side.value, tree.Symbol):
                    edits.append((span.start, span.end, turned(side.value, self, formula)))
        return edited(formula, edits)

    def asked(self, formula: str) -> str:
        """What is asked: a derivative by names stays so, one by entries is by others."""
        values = [side.value for equation in equations(self.table, formula) for side in equation.sides]
        nodes = [node for value in values if value is not None for node in walk(value)]
        return self.formula(formula) if any(isinstance(node, tree.Entry) for node in nodes) else formula

    def shown(self, formula: str) -> str:
        """A formula of the text; one that is not read stays, if it is no product."""
        sides = [side for equation in equations(self.table, formula) for side in equation.sides]
        if sides and all(side.value is not None for side in sides):
            return self.formula(formula)
        if any(token.text in self._first_tokens for token in tokenize(formula, self.table.words)):
            raise NotTurned
        return formula

    @property
    def _first_tokens(self) -> frozenset[str]:
        """How the names of vectors and matrices begin."""
        meanings = self.table.meanings.items()
        names = (key for key, meaning in meanings if isinstance(meaning, (Computed, Given)) and not meaning.shape.is_scalar)
        return frozenset(tokenize(name, self.table.words)[0].text for name in names)


def _text(node: Node, formula: str) -> str:
    assert node.span is not None
    return formula[node.span.start : node.span.end]


@singledispatch
def turned(node: Node, turner: Turner, formula: str) -> str:
    """The LaTeX of the transpose of a node, of a number the same number. Raises `NotTurned`."""
    raise NotTurned


@turned.register(tree.Number)
@turned.register(tree.Size)
@turned.register(tree.Constant)
@turned.register(tree.Fill)
@turned.register(tree.IndexValue)
def _as_it_is(node: Expr, turner: Turner, formula: str) -> str:
    return _text(node, formula)


@turned.register(tree.Add)
@turned.register(tree.Negative)
@turned.register(tree.Scale)
@turned.register(tree.Hadamard)
@turned.register(tree.Quotient)
@turned.register(tree.Power)
@turned.register(tree.Apply)
@turned.register(tree.Extremum)
@turned.register(tree.Quantified)
@turned.register(tree.Derivative)
@turned.register(tree.Dot)
def _part_by_part(node: Expr, turner: Turner, formula: str) -> str:
    """(A + B)^T = A^T + B^T: what goes entry by entry, and sums over all entries."""
    if node.span is None:
        raise NotTurned
    edits = []
    for part in tree.parts(node):
        if isinstance(part, Expr) and part.span is not None:
            if part.span == node.span:
                return turned(part, turner, formula)
            text = _bare(part, turner, formula) if isinstance(node, tree.Derivative) else turned(part, turner, formula)
            edits.append((part.span.start - node.span.start, part.span.end - node.span.start, text))
    return edited(_text(node, formula), edits)


def _bare(node: Expr, turner: Turner, formula: str) -> str:
    """What is differentiated, and by what: a name stays this name."""
    return _text(node, formula) if isinstance(node, tree.Symbol) else turned(node, turner, formula)


@turned.register
def _symbol(node: tree.Symbol, turner: Turner, formula: str) -> str:
    """A name means its transpose from now on, but for the kept ones."""
    text = _text(node, formula)
    return rf"{text}^T" if turner.keeps(node.name) and not node.shape.is_scalar else text


@turned.register
def _transpose(node: tree.Transpose, turner: Turner, formula: str) -> str:
    """(A^T)^T = A for a kept name; a turned one keeps its mark."""
    if not isinstance(node.operand, tree.Symbol):
        raise NotTurned
    text = _text(node, formula)
    return re.sub(r"\^\{?\s*\\?[A-Za-z]+\s*\}?$|(?<=\])T", "", text) if turner.keeps(node.operand.name) else text


@turned.register
def _reduced(node: tree.Reduce, turner: Turner, formula: str) -> str:
    """Norms, sums and traces are those of the transpose too."""
    return _text(node, formula) if isinstance(node.operand, tree.Symbol) else _part_by_part(node, turner, formula)


@turned.register
def _softmax(node: tree.Softmax, turner: Turner, formula: str) -> str:
    """Of a vector; that of a matrix runs along its rows, and nothing that is written would say along its columns."""
    if not node.shape.is_vector:
        raise NotTurned
    return _part_by_part(node, turner, formula)


@turned.register
def _product(node: tree.MatMul, turner: Turner, formula: str) -> str:
    """(A B)^T = B^T A^T, a number in front stays in front."""
    left, factor = node.left, ""
    if isinstance(left, tree.Scale) and left.factor.shape.is_scalar:
        left, factor = left.operand, f"{turned(left.factor, turner, formula)} "
    right = turned(node.right, turner, formula)
    is_open = isinstance(node.right, tree.Apply) and not right.endswith((")", "}"))
    return f"{factor}{f'({right})' if is_open else right} {turned(left, turner, formula)}"


@turned.register
def _entry(node: tree.Entry, turner: Turner, formula: str) -> str:
    """(A^T)_ij = A_ji; a vector has one index whichever way it lies."""
    text = _text(node, formula)
    if not isinstance(node.operand, tree.Symbol):
        raise NotTurned
    if node.operand.shape.is_vector or turner.keeps(node.operand.name):
        return text
    match = re.fullmatch(r"(.*?)_\{\s*(\w|\w(?=,))\s*(,?)\s*(\w(?:_\w)?)\s*\}(.*)", text)
    if match is None:
        raise NotTurned
    return f"{match[1]}_{{{match[4]}{match[3]}{match[2]}}}{match[5]}"
