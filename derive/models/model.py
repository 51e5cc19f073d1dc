"""A setting -> a model: a symbol table whose names all have a meaning and a size.

Sizes that the setting leaves open are chosen, all distinct and none of them 1, so that a wrong transpose cannot hide.
Anything that is wrong with a setting is a `DocumentError` at its place.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from fractions import Fraction

from derive.documents.document import Setting
from derive.errors import DocumentError, FormulaError, NotAmong
from derive.expressions.shapes import SCALAR, Dim
from derive.models import members, numbered
from derive.models.abbreviations import pattern_of
from derive.models.declarations import Declaration, Undeclarable, given, read_declaration
from derive.models.families import defined, letters_of
from derive.notation.elaboration import Options, elaborated
from derive.notation.names import canonical, numbered_words, plain, read_name, words_of
from derive.notation.numbering import patterns_of, with_patterns
from derive.notation.symbols import Abbreviation, Computed, Given, Member, SymbolTable, shown
from derive.notation.syntax import List, Name, Scripted, nodes, parse
from derive.notation.tokens import tokenize
from derive.records import dataclass
from derive.source import Text

LARGEST_SIZE = 50
LONGEST_SHOWN = 20
"""Digits of a size that is too large, as they are said."""


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
    setting = _with_entries_as_notation(setting)
    names = [name.value for group in (setting.symbols, setting.model, setting.notation) for name, _ in group]
    families, symbols = _families(setting)
    counted = _Counted.of(setting, symbols)
    declarations = [(name, _declaration(text), text) for name, text in counted.symbols]
    held = [(family.declaration, family.text) for family in families if family.declaration is not None]
    dims = _dimensions(setting, counted, [*((declaration, text) for _, declaration, text in declarations), *held])
    if at_other_sizes:
        dims = _changed(dims, counted.depths)
    table = SymbolTable(
        dims=dims,
        words=words_of([*names, *dims]) | numbered_words([*names, *dims]),
        layout=setting.layout,
        vectors=setting.vectors,
        index_base=setting.index_base,
        einstein=setting.indices == "einstein",
        own=setting.own,
        numbers=with_patterns({}, dims),
        counted=counted.patterns,
        starts=counted.starts,
        depths=frozenset(dim.name for key, dim in dims.items() if key in counted.depths),
    )
    table = _with_families(_with_symbols(table, declarations), families)
    table = _with_notation(table, setting)
    table = _with_model(table, setting)
    _check_families(table, families)
    table = _with_loss(table, setting.loss)
    return Model(table, Fraction(setting.kink), not setting.dims)


@dataclass(frozen=True)
class _Counted:
    """The symbols of a setting one by one, where some are declared for a range of numbers; see `models.numbered`."""

    symbols: tuple[tuple[Text, Text], ...]
    depths: frozenset[str]
    patterns: frozenset[str]
    starts: frozenset[int]
    sizes: dict[str, int]

    @classmethod
    def of(cls, setting: Setting, given: Sequence[tuple[Text, Text]]) -> "_Counted":
        found = [(name, text, numbered.read_counted(name, text)) for name, text in given]
        ranges = [counted for _, _, counted in found if counted is not None]
        depths = numbered.depths(ranges)
        sizes = {_dim_name(name): size for name, (size, _) in setting.dims.items() if size is not None}
        sizes = {**dict.fromkeys(depths, numbered.USUAL_DEPTH), **sizes}
        table = numbered.sized({name: sizes[name] for name in depths})
        symbols: list[tuple[Text, Text]] = []
        patterns, starts = set(), set()
        for name, text, counted in found if depths or ranges else ():
            what = text.value if counted is None else counted.what
            try:
                fixed: list[dict[str, int]] = [{}]
                if counted is not None:
                    patterns.add(numbered.pattern(counted))
                    fixed = [{counted.letter: number} for number in numbered.numbers_of(counted, sizes)]
                    starts.add(min(fixed[0].values()))
                for numbers in fixed:
                    written = numbered.instance(table, name.value, what, numbers)
                    symbols.append((replace(name, value=written[0]), replace(text, value=written[1])))
            except FormulaError as error:
                raise _error(text, error.problem) from None
        sizes = {name: sizes[name] for name in depths}
        return cls(tuple(symbols) or tuple(given), depths, frozenset(patterns), frozenset(starts), sizes)


def _error(text: Text, problem: str, offset: int = 0) -> DocumentError:
    return DocumentError(text.source.name, problem, text.place(min(offset, max(len(text.value) - 1, 0))))


# ── dimensions ──


def _declaration(text: Text) -> Declaration:
    try:
        return read_declaration(text.value)
    except Undeclarable as error:
        raise _error(text, str(error)) from None


def _dimensions(setting: Setting, counted: _Counted, declarations: list[tuple[Declaration, Text]]) -> dict[str, Dim]:
    """Every dimension with its size; with no `dims` in the setting, those that the declarations name."""
    sizes: dict[str, int | None] = {name: size for name, (size, _) in setting.dims.items()}
    known = {_dim_name(name) for name in sizes}
    for name in counted.depths:
        if name not in known:
            sizes[name] = None
    sizes.update({name: counted.sizes[_dim_name(name)] for name in sizes if _dim_name(name) in counted.depths})
    by_number = {pattern for key in known for pattern, _ in patterns_of(key)}
    literal = {int(name) for declaration, _ in declarations for name in declaration.dims if _is_size(name)}
    for declaration, text in declarations:
        for name in declaration.dims:
            if name.isdigit():
                if not _is_size(name):
                    shown = name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}..."
                    raise _error(text, f"the size {shown} is not between 1 and {LARGEST_SIZE}")
            elif _dim_name(name) not in known:
                known.add(_dim_name(name))
                of_many = [pattern for pattern, _ in patterns_of(_dim_name(name))]
                if setting.dims and not (counted.patterns and of_many and not by_number.intersection(of_many)):
                    close = get_close_matches(name, sizes, n=1)
                    hint = f" (did you mean {close[0]}?)" if close else f"; the setting's dims are {', '.join(sizes)}"
                    raise _error(text, f"the dimension {name} is not declared{hint}")
                sizes[name] = None
    taken = {size for size in sizes.values() if size is not None} | literal
    free = (size for size in range(2, 10_000) if size not in taken)
    return {_dim_name(name): Dim(size if size is not None else next(free), name) for name, size in sizes.items()}


def _is_size(name: str) -> bool:
    """Whether a dimension is given by its size: a number in the digits that everybody reads."""
    return name.isascii() and name.isdigit() and len(name) <= LONGEST_SHOWN and 1 <= int(name) <= LARGEST_SIZE


def _changed(dims: dict[str, Dim], depths: frozenset[str]) -> dict[str, Dim]:
    """Every size another one, equal sizes equal and different ones different as before; the number of names stays."""
    kept = {key: dim for key, dim in dims.items() if key in depths}
    return {**dims, **_rotated({key: dim for key, dim in dims.items() if key not in depths}), **kept}


def _rotated(dims: dict[str, Dim]) -> dict[str, Dim]:
    sizes = sorted({dim.size for dim in dims.values() if dim.size is not None})
    turned = [max(sizes) + 2 if size == sizes[at] else size for at, size in enumerate(reversed(sizes))]
    other = dict(zip(sizes, turned if len(sizes) > 1 else [size + 1 for size in sizes], strict=True))
    return {name: Dim(other[dim.size] if dim.size is not None else None, dim.name) for name, dim in dims.items()}


def _dim_name(name: str) -> str:
    try:
        return read_name(name)
    except FormulaError:
        return name


# ── symbols ──


def _name(text: Text, table: SymbolTable | None = None) -> str:
    """A canonical name; with a table, one in which the name of a depth is its number."""
    try:
        return read_name(text.value) if table is None or not table.depths else numbered.numbered_key(table, text.value)
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


@dataclass(frozen=True)
class _Family:
    """A family that the setting declares; `declaration` is that of what holds it, where that has no name of its own."""

    name: Text
    text: Text
    pattern: str
    member: Member
    declaration: Declaration | None


def _with_entries_as_notation(setting: Setting) -> Setting:
    """The setting in which `w_{ij}: entry of W` is notation, for `(W)_{i,j}`."""
    symbols, notation = [], []
    for name, text in setting.symbols:
        try:
            meaning = members.entry_of_matrix(read_name(name.value), members.read_member(text.value))
        except (Undeclarable, FormulaError):
            meaning = None
        if meaning is None:
            symbols.append((name, text))
        else:
            notation.append((name, replace(text, value=meaning)))
    return replace(setting, symbols=tuple(symbols), notation=(*notation, *setting.notation)) if notation else setting


def _families(setting: Setting) -> tuple[list[_Family], list[tuple[Text, Text]]]:
    """The families among the symbols of a setting, and the other symbols."""
    families: list[_Family] = []
    others = []
    for name, text in setting.symbols:
        try:
            found = members.read_member(text.value)
            if found is None:
                others.append((name, text))
            elif isinstance(found, members.PartOf):
                _, pattern = members.pattern_of(_name(name), None)
                member = Member(read_name(found.holder), found.along, found.transposed)
                families.append(_Family(name, text, pattern, member, None))
            else:
                letter, pattern = members.pattern_of(_name(name), found.letter)
                held = members.held(pattern, letter, read_declaration(found.what), found.count)
                families.append(_Family(name, text, pattern, *held))
        except (Undeclarable, FormulaError) as error:
            raise _error(text, str(error)) from None
    return families, others


def _with_families(table: SymbolTable, families: Sequence[_Family]) -> SymbolTable:
    for family in families:
        if family.pattern in table.members:
            raise _error(family.name, f"{family.name.value} is declared twice")
        if family.declaration is None:
            holder = table.find(family.member.holder) or family.member.holder
            member = replace(family.member, holder=holder)
            table = replace(table, members={**table.members, family.pattern: member})
        else:
            held = _given(table, family.declaration, family.text)
            table = table.with_members(family.pattern, family.member, held)
    return table


def _check_families(table: SymbolTable, families: Sequence[_Family]) -> None:
    """What holds a family must be a matrix, or a vector where the members are its entries."""
    for family in families:
        meaning = table.meanings.get(table.members[family.pattern].holder)
        holder = shown(family.member.holder)
        if not isinstance(meaning, (Given, Computed)):
            raise _error(family.text, f"{holder} is not declared or computed")
        if not meaning.shape.is_matrix or (family.member.along == "entry" and not meaning.shape.is_vector):
            raise _error(family.text, f"{holder} is a {meaning.shape} and has no such parts")


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
    model_names = {_name(name, table) for name, _ in setting.model}
    abbreviations = []
    whole = [_name(name) for name, value in setting.model if not pattern_of(_name(name), value.value)[1]]
    named = _letters_of_names([*table.meanings, *whole])
    for name, meaning in setting.notation:
        key = _name(name)
        if key in table.meanings or key in model_names:
            raise _error(
                name,
                f"{shown(key)} stands for an expression in the notation, but is also declared as a name of its own",
            )
        pattern, letters = pattern_of(key, meaning.value, named)
        content = _syntax(table, meaning)
        told_apart = plain(key) in _names_in(content)
        bare = pattern if told_apart else pattern_of(plain(key), meaning.value, named)[0]
        abbreviations.append(Abbreviation(pattern, bare, letters, content))
    return replace(table, abbreviations=tuple(abbreviations))


def _names_in(content: List) -> frozenset[str]:
    """All names that stand in a formula, with their scripts and without, their fonts dropped."""
    found = (node for node in nodes(content) if isinstance(node, (Name, Scripted)))
    return frozenset(plain(canonical(node).strip()) for node in found)


def _letters_of_names(keys: Iterable[str]) -> frozenset[str]:
    """Letters that stand together in the scripts of names of no family, as in `G_{new}`."""
    return frozenset(run for key in keys for run in re.findall(r"(?<=[_^]\{)[a-z]{2,}(?=\})", key))


# ── computed names ──


def _with_model(table: SymbolTable, setting: Setting) -> SymbolTable:
    """The table with every node of the model, in order, those of a numbered name together."""
    nodes = [(name, expression, _syntax(table, expression)) for name, expression in setting.model]
    own = frozenset(numbered.numbered_key(table, name.value) for name, _, _ in nodes)
    at = 0
    while at < len(nodes):
        letter, end = numbered.block(table, [(name, content) for name, _, content in nodes[at:]])
        if letter is None:
            table = _with_node(table, _name(nodes[at][0], table), *nodes[at])
        else:
            table = _with_block(table, letter, nodes[at : at + end], own)
        at += end
    return table


Node = tuple[Text, Text, List]
"""A node of the model: its name, its formula, and the formula's syntax."""


def _with_block(table: SymbolTable, letter: str, nodes: Sequence[Node], own: frozenset[str]) -> SymbolTable:
    try:
        return numbered.computed(table, letter, nodes, own, _with_node)
    except FormulaError as error:
        raise _error(nodes[0][1], error.problem) from None


def _with_node(table: SymbolTable, key: str, name: Text, expression: Text, content: List) -> SymbolTable:
    """Raises `NotAmong` where a node has no number of its own for one of the names that it is computed from."""
    if key in table.meanings:
        raise _error(name, f"{shown(key)} is computed here, but is declared already")
    try:
        unsummed = frozenset(letters_of(key)) if table.einstein else None
        reading = elaborated(table, content, Options(table.layout, unsummed=unsummed))
        return defined(table, key, reading)
    except FormulaError as error:
        if isinstance(error, NotAmong) and table.fixed:
            raise
        raise _error(expression, error.problem, error.span.start if error.span else 0) from None


def _with_loss(table: SymbolTable, loss: Text | None) -> SymbolTable:
    if loss is None:
        return table
    key = table.find(_name(loss, table))
    if key is None or not isinstance(table.meanings[key], Computed):
        raise _error(loss, f"the loss {loss.value} is not computed by the model{table.suggestion(_name(loss))}")
    if table.meanings[key].shape != SCALAR:  # type: ignore[union-attr]
        raise _error(loss, f"the loss {loss.value} is no scalar")
    return replace(table, loss=key)
