"""A setting -> a model: a symbol table whose names all have a meaning and a size.

Sizes that the setting leaves open are chosen, all distinct and none of them 1, so that a wrong transpose cannot hide.
Anything that is wrong with a setting is a `DocumentError` at its place.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction

from derive.documents.document import Setting
from derive.errors import DocumentError, FormulaError, Meaningless, Unreadable
from derive.expressions.shapes import SCALAR, Dim, Shape, column, matrix, row
from derive.expressions.tree import Entry, EntryFormula, Expr, IndexVariable
from derive.expressions.walk import walk
from derive.models.abbreviations import pattern_of
from derive.models.declarations import Declaration, Undeclarable, given, read_declaration
from derive.notation.elaboration import Options, Reading, elaborated
from derive.notation.names import canonical, read_name, unwrapped_list, words_of
from derive.notation.symbols import Abbreviation, Computed, Given, SymbolTable, shown
from derive.notation.syntax import List, Scripted, Sum, Syntax, parse
from derive.notation.tokens import tokenize
from derive.source import Text


@dataclass(frozen=True)
class Model:
    """What a document starts from: its names, the sizes, and the value that derivatives take at a kink.

    `from_text` are the computed names that stand in no setting: the document's own text says what they are.
    """

    table: SymbolTable
    kink: Fraction
    has_open_dims: bool = False
    from_text: frozenset[str] = frozenset()


def build_model(setting: Setting, *, at_other_sizes: bool = False) -> Model:
    """The model that a setting describes, at its sizes or with every size changed. Raises `DocumentError`."""
    names = [name.value for group in (setting.symbols, setting.model, setting.notation) for name, _ in group]
    declarations = [(name, _declaration(text), text) for name, text in setting.symbols]
    dims = _dimensions(setting, [(declaration, text) for _, declaration, text in declarations])
    if at_other_sizes:
        dims = _changed(dims)
    table = SymbolTable(
        dims=dims,
        words=words_of([*names, *dims]),
        layout=setting.layout,
        vectors=setting.vectors,
        index_base=setting.index_base,
        einstein=setting.indices == "einstein",
    )
    table = _with_symbols(table, declarations)
    table = _with_notation(table, setting)
    for name, expression in setting.model:
        table = _with_node(table, name, expression)
    table = _with_loss(table, setting.loss)
    return Model(table, Fraction(setting.kink), not setting.dims)


def _error(text: Text, problem: str, offset: int = 0) -> DocumentError:
    return DocumentError(text.source.name, problem, text.place(min(offset, max(len(text.value) - 1, 0))))


# ── dimensions ──


def _declaration(text: Text) -> Declaration:
    try:
        return read_declaration(text.value)
    except Undeclarable as error:
        raise _error(text, str(error)) from None


def _dimensions(setting: Setting, declarations: list[tuple[Declaration, Text]]) -> dict[str, Dim]:
    """Every dimension with its size; with no `dims` in the setting, those that the declarations name."""
    sizes: dict[str, int | None] = {name: size for name, (size, _) in setting.dims.items()}
    literal = {int(name) for declaration, _ in declarations for name in declaration.dims if name.isdigit()}
    for declaration, text in declarations:
        for name in declaration.dims:
            if name.isdigit():
                if not 1 <= int(name) <= 50:
                    raise _error(text, f"the size {name} is not between 1 and 50")
            elif name not in sizes:
                if setting.dims:
                    close = get_close_matches(name, sizes, n=1)
                    hint = f" (did you mean {close[0]}?)" if close else f"; the setting's dims are {', '.join(sizes)}"
                    raise _error(text, f"the dimension {name} is not declared{hint}")
                sizes[name] = None
    taken = {size for size in sizes.values() if size is not None} | literal
    free = (size for size in range(2, 10_000) if size not in taken)
    return {_dim_name(name): Dim(size if size is not None else next(free), name) for name, size in sizes.items()}


def _changed(dims: dict[str, Dim]) -> dict[str, Dim]:
    """Every size another one, equal sizes equal and different ones different as before."""
    sizes = sorted({dim.size for dim in dims.values() if dim.size is not None})
    following = [*sizes[1:], sizes[0]] if len(sizes) > 1 else [size + 1 for size in sizes]
    other = dict(zip(sizes, following, strict=True))
    return {name: Dim(other[dim.size] if dim.size is not None else None, dim.name) for name, dim in dims.items()}


def _dim_name(name: str) -> str:
    try:
        return read_name(name)
    except FormulaError:
        return name


# ── symbols ──


def _name(text: Text) -> str:
    try:
        return read_name(text.value)
    except FormulaError as error:
        problem = error.problem if error.span is None else f"{text.value} is not a name: {error.problem}"
        raise _error(text, problem) from None


def _with_symbols(table: SymbolTable, declarations: list[tuple[Text, Declaration, Text]]) -> SymbolTable:
    """The table with what is given. A hot index may stand before its one-hot vector."""
    first: dict[str, Text] = {}
    for name, _, _ in declarations:
        key = _name(name)
        if key in first:
            raise _error(name, f"{shown(key)} is declared twice, first in line {first[key].place().line}")
        first[key] = name
    for late in (False, True):
        for name, declaration, text in declarations:
            if (declaration.kind == "hot index") == late:
                table = table.with_meaning(_name(name), _given(table, declaration, text))
    return table


def _given(table: SymbolTable, declaration: Declaration, text: Text) -> Given:
    def target(name: str) -> tuple[str, Given]:
        key = table.find(read_name(name))
        meaning = None if key is None else table.meanings[key]
        if key is None or not isinstance(meaning, Given):
            raise Undeclarable(f"{name} is not declared")
        return key, meaning

    def dim(name: str) -> Dim:
        return Dim(int(name)) if name.isdigit() else table.dims[_dim_name(name)]

    try:
        return given(declaration, dim, target)
    except (Undeclarable, FormulaError) as error:
        raise _error(text, str(error)) from None


# ── notation ──


def _syntax(table: SymbolTable, text: Text) -> List:
    try:
        return parse(tokenize(text.value, table.words))
    except FormulaError as error:
        raise _error(text, error.problem, error.span.start if error.span else 0) from None


def _with_notation(table: SymbolTable, setting: Setting) -> SymbolTable:
    model_names = {_name(name) for name, _ in setting.model}
    abbreviations = []
    named = _letters_of_names([*table.meanings, *model_names])
    for name, meaning in setting.notation:
        key = _name(name)
        if key in table.meanings or key in model_names:
            raise _error(
                name,
                f"{shown(key)} stands for an expression in the notation, but is also declared as a name of its own",
            )
        pattern, letters = pattern_of(key, meaning.value, named)
        abbreviations.append(Abbreviation(pattern, letters, _syntax(table, meaning)))
    return replace(table, abbreviations=tuple(abbreviations))


def _letters_of_names(keys: Iterable[str]) -> frozenset[str]:
    """Letters that stand together in the scripts of names that are declared or computed, as in `G_{new}`."""
    return frozenset(run for key in keys for run in re.findall(r"(?<=[_^]\{)[a-z]{2,}(?=\})", key))


# ── computed names ──


def _with_node(table: SymbolTable, name: Text, expression: Text) -> SymbolTable:
    key = _name(name)
    if key in table.meanings:
        raise _error(name, f"{shown(key)} is computed here, but is declared already")
    content = _syntax(table, expression)
    try:
        reading = elaborated(table, content, Options(table.layout))
        return defined(table, key, reading)
    except FormulaError as error:
        raise _error(expression, error.problem, error.span.start if error.span else 0) from None


def defined(table: SymbolTable, key: str, reading: Reading) -> SymbolTable:
    """The table in which a name has the value of a reading: a whole, or by entries where its script has free indices.

    Raises `Unreadable` where an index is free that the name does not carry.
    """
    both = reading.summed & set(family_letters(key)[1]) if reading.summed else frozenset()
    if both:
        raise Unreadable(f"the index {min(both)} stands twice in a term and in {shown(key)}; write the sum over it")
    if not reading.free:
        if reading.value.shape.is_open:
            raise Unreadable(f"the size of {shown(key)} cannot be told")
        return table.with_meaning(key, Computed(reading.value.shape, reading.value))
    base, letters = family_letters(key)
    missing = [letter for letter in reading.free if letter not in letters]
    if missing:
        raise Unreadable(
            f"the index {missing[0]} is free in the definition of {shown(key)}, which has no index {missing[0]}"
        )
    value = by_entries(table, letters, reading)
    return table.with_family(base, f"{key} for every {', '.join(letters)}", Computed(value.shape, value))


def family_letters(key: str) -> tuple[str, list[str]]:
    """The base of an indexed name and its index letters: `p_{ij}` is p with i and j."""
    syntax = unwrapped_list(parse(tokenize(key, words_of([key]))))
    if not isinstance(syntax, Scripted):
        return key, []
    subs = [script.content for script in syntax.scripts if script.kind == "sub" and script.content is not None]
    letters = [
        canonical(factor).strip() for sub in subs for entry in sub.entries for factor in _factors(entry.sides[0])
    ]
    rest = tuple(script for script in syntax.scripts if script.kind != "sub")
    base = canonical(Scripted(syntax.base, rest, span=syntax.span)) if rest else canonical(syntax.base)
    return base.strip(), letters


def _factors(side: Sum | None) -> Iterator[Syntax]:
    if side is not None:
        for term in side.terms:
            yield from term.factors


def by_entries(table: SymbolTable, letters: list[str], reading: Reading) -> Expr:
    """The vector or matrix whose entries a formula gives. Raises `Unreadable` where an index has no range."""
    if not reading.value.shape.is_scalar:
        raise Unreadable(
            f"a name with an index that stands for {reading.value.shape} is not read; write the row or column itself"
        )
    if len(letters) > 2 or not letters:
        raise Unreadable(f"a name with {len(letters)} indices is not read")
    dims = []
    for letter in letters:
        uses = [use.dim for use in reading.free.get(letter, []) if use.dim.size is not None]
        if not uses:
            raise Unreadable(f"the range of the index {letter} is not known")
        if any(use != uses[0] for use in uses):
            raise Meaningless(f"the index {letter} runs over {uses[0]} in one place and over {uses[1]} in another")
        dims.append(uses[0])
    indices = [IndexVariable(letter) for letter in letters]
    if len(letters) == 2:
        return EntryFormula(indices[0], indices[1], reading.value, matrix(*dims))
    shape = vector_shape(table, indices[0], dims[0], reading.value)
    return (
        EntryFormula(indices[0], None, reading.value, shape)
        if shape.is_column
        else EntryFormula(None, indices[0], reading.value, shape)
    )


def vector_shape(table: SymbolTable, index: IndexVariable, dim: Dim, body: Expr) -> Shape:
    """A vector given by entries stands as the vectors whose same entry its formula takes, else as the setting says."""
    for node in walk(body):
        if isinstance(node, Entry) and node.operand.shape.is_vector and index in (node.row, node.column):
            return row(dim) if node.operand.shape.is_row else column(dim)
    return column(dim) if table.vectors == "column" else row(dim)


def _with_loss(table: SymbolTable, loss: Text | None) -> SymbolTable:
    if loss is None:
        return table
    key = table.find(_name(loss))
    if key is None or not isinstance(table.meanings[key], Computed):
        raise _error(loss, f"the loss {loss.value} is not computed by the model{table.suggestion(_name(loss))}")
    if table.meanings[key].shape != SCALAR:  # type: ignore[union-attr]
        raise _error(loss, f"the loss {loss.value} is no scalar")
    return replace(table, loss=key)
