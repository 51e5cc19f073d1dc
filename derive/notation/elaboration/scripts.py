"""Names with their scripts: which part is the name, which is an index, a power, a transpose, a derivative.

`W^{[2]T}` is the name `W^{[2]}` and a transpose, `a^{[1]}_j` an entry of
`a^{[1]}`, `W_1` a name if it is declared and the first entry of `W` if it is not.
The longest declared name wins.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction as Rational
from functools import partial
from typing import Literal as Literal_
from typing import cast

from derive.errors import Meaningless, UnknownName, Unreadable
from derive.expressions.shapes import OPEN, Dim, Shape, column, matrix, row
from derive.expressions.tree import (
    Comparison,
    Constant,
    Entry,
    Expr,
    Extremum,
    Fill,
    Identity,
    Index,
    IndexNumber,
    IndexShift,
    IndexValue,
    IndexVariable,
    Indicator,
    Inverse,
    Label,
    MatrixPower,
    Negative,
    Number,
    Power,
    Size,
    Slice,
    Symbol,
    Transpose,
)
from derive.expressions.walk import walk
from derive.notation.complaints import function_like
from derive.notation.elaboration.constants import sizes_in
from derive.notation.elaboration.numbered_entries import NumberedEntries
from derive.notation.elaboration.numbers import OverNumber
from derive.notation.names import canonical, key_of, plain, unwrapped, unwrapped_list
from derive.notation.numbering import SLOT, TRANSPOSES, letters_in, place_of_number
from derive.notation.scripting import Rest, Scripting, Superscript, name_and_scripts, spellings, taken_apart
from derive.notation.symbols import Abbreviation, Computed, FunctionAlias, Given, Meaning, UserFunction, shown
from derive.notation.syntax import (
    Formula,
    Group,
    List,
    Literal,
    Name,
    Scripted,
    Sum,
    Syntax,
    listed,
    parse,
)
from derive.notation.tokens import tokenize
from derive.records import dataclass
from derive.source import Span

IDENTITIES = frozenset({"I", "\\mathbb{I}", "\\mathbf{I}", "\\mathbb{1}", "\\mathcal{I}"})
INDICATORS = frozenset({"\\mathbb{1}", "\\mathbf{1}", "1", "I", "\\mathbb{I}", "\\mathbf{I}", "\\chi", "[["})
ONES = frozenset({"\\mathbf{1}", "\\vec{1}", "\\mathbb{1}", "1"})
ZEROS = frozenset({"\\mathbf{0}", "\\vec{0}", "\\mathbb{0}", "0"})
ASSUMED_IDENTITIES = frozenset({"E", "\\mathbf{E}"})
UNITS = frozenset({"e", "\\mathbf{e}", "\\vec{e}", "\\hat{e}"})


@dataclass(frozen=True)
class Resolved:
    """What a scripted name turned out to be, and the scripts that are not part of the name."""

    key: str
    meaning: Meaning | Expr | Dim
    sub: List | None
    sups: tuple["Superscript", ...]
    primes: int


def _resolved(key: str, meaning: "Meaning | Expr | Dim", rest: Rest) -> Resolved:
    return Resolved(key, meaning, *rest)


def _without_transpose(node: Syntax, parts: Scripting) -> str:
    """How a name is written, without what turns or inverts its value: the u_o of `u_o^T`."""
    if not (isinstance(node, Scripted) and parts.sups and all(map(_is_of_the_matrix, parts.sups))):
        return canonical(node).strip()
    kept = tuple(script for script in node.scripts if script.kind == "sub")
    return canonical(Scripted(node.base, kept, span=node.span) if kept else node.base).strip()


def _is_slice(sub: List) -> bool:
    return any(":" in entry.relations for entry in sub.entries)


def is_transpose(item: "Superscript") -> bool:
    """Whether a superscript is a transpose."""
    return not isinstance(item, str) and plain(canonical(item).strip()) in TRANSPOSES


def is_next_value(sups: Sequence["Superscript"]) -> bool:
    r"""Whether the scripts of a name that is not in brackets are a + alone.

    `x^+` may be the next value of x, a pseudo-inverse, or the positive part, which is written `(x)^+`.
    """
    return list(sups) == ["+"]


def _is_of_the_matrix(item: "Superscript") -> bool:
    """Whether a superscript belongs to a matrix before an entry of it is taken: a transpose or an inverse."""
    written = "" if isinstance(item, str) else plain(canonical(item).strip())
    return is_transpose(item) or written == "-1" or written in {"-" + transpose for transpose in TRANSPOSES}


def _is_power_of_e(key: str, rest: Rest) -> bool:
    """Whether a name is Euler's number with its exponent, even where a family `e_i` is known."""
    below, above, primes = rest
    return key == "e" and below is None and not primes and any(not is_transpose(item) for item in above)


def _both_spellings(
    base: str, parts: Scripting, numbered: Scripting
) -> Iterator[tuple[tuple[str, Rest], tuple[str, Rest]]]:
    """The names that a base and its scripts may spell, each with that which it spells with numbers for its letters."""
    if numbered == parts:
        return ((spelling, spelling) for spelling in spellings(base, parts))
    return zip(spellings(base, parts), spellings(base, numbered), strict=True)


class Scripts(NumberedEntries):
    """Names, their scripts, indices."""

    # ── which name ──

    def resolve(self, node: Syntax) -> Resolved | None:
        """What a name means here, by the longest name that is known; None where nothing is.

        Where no letter is bound it means the same wherever the table is the same, which remembers that.
        """
        if self.scopes or self.formal:
            return self._resolved_here(node)
        known = self.table.resolved.get(id(node))
        if known is not None:
            return cast("Resolved | None", known[1])
        resolved = self._resolved_here(node)
        if resolved is None or not isinstance(resolved.meaning, Expr):
            self.table.resolved[id(node)] = node, resolved
        return resolved

    def _resolved_here(self, node: Syntax) -> Resolved | None:
        found = name_and_scripts(node)
        if found is None:
            return None
        base, parts = found[0].text, found[1]
        if isinstance(node, Scripted) and any(script.content is None and script.bare for script in node.scripts):
            whole = self._known(canonical(node).strip())
            if whole is not None:
                return _resolved(*whole, (None, (), 0))
        member = self.member(base, parts, node.span)
        if member is not None:
            return _resolved(*member)
        entry = self.entry_of_numbered(base, parts, node.span)
        if entry is not None:
            return _resolved(*entry)
        marked = self._of_marked_family(base, parts)
        if marked is not None:
            return marked
        numbered = self.with_numbers(parts) if self.table.numbers else parts
        if self.table.counted:
            self.write_out(base, parts, self.table.counted)
        for (key, rest), (other, other_rest) in _both_spellings(base, parts, numbered):
            resolved = self._spelled(base, key, rest, node.span)
            if resolved is None and other != key and self.is_counted(other):
                resolved = self._spelled(base, other, other_rest, node.span)
            if resolved is not None:
                self._check_letter(parts, resolved, node.span)
            if resolved is not None or self.is_counted(other):
                return resolved
        return self._of_family(base, parts) or self._numbered_name(base, parts, numbered, node.span)

    def _check_letter(self, parts: Scripting, resolved: Resolved, span: Span) -> None:
        """Raises `Unreadable` for one name u_i in a sum over i: whether the u_i are several is not certain."""
        only = None if parts.sub is None or resolved.sub is not None else unwrapped_list(parts.sub)
        if isinstance(only, Name) and isinstance(resolved.meaning, (Given, Computed)):
            letter = plain(only.text)
            if isinstance(self.bound(letter), IndexVariable):
                raise Unreadable(
                    f"the name {shown(resolved.key)} is declared as one name, and {letter} is an index here; "
                    f"where there is one for each {letter}, declare it so: “for {letter} of N”",
                    span,
                )

    def _spelled(self, base: str, key: str, rest: Rest, span: Span) -> Resolved | None:
        """What a spelling means, if it is known."""
        found = self._known(key)
        if found is not None:
            family = self.table.find_family(base) if rest[0] is not None and self._is_scalar(found[1]) else None
            return _resolved(*found, rest) if family is None else _resolved(family, self.table.meaning(family), rest)
        expanded = self._abbreviation(key, span)
        return None if expanded is None else _resolved(key, expanded, rest)

    def _of_marked_family(self, base: str, parts: Scripting) -> Resolved | None:
        """An entry of `X_{ij}^{new}`, a family whose name has all the superscripts, where an X may be known, too."""
        if parts.sub is None or not parts.sups or any(isinstance(item, str) for item in parts.sups):
            return None
        above = "".join(canonical(item) for item in parts.sups if not isinstance(item, str)).strip()
        family = self.table.families.get(key_of(base, "", above, parts.primes))
        return None if family is None else _resolved(family, self.table.meaning(family), (parts.sub, (), 0))

    def _of_family(self, base: str, parts: Scripting) -> Resolved | None:
        """An entry of a family, or a dimension."""
        for key, rest in (*spellings(base, parts), (base, (parts.sub, parts.sups, parts.primes))):
            family = self.table.find_family(key)
            if family is not None and not _is_power_of_e(key, rest):
                return _resolved(family, self.table.meaning(family), rest)
        for key, rest in spellings(base, parts):
            dim = self.table.find_dim(key) if rest[0] is None else None
            if dim is not None:
                return _resolved(key, dim, rest)
        return None

    def _numbered_name(self, base: str, parts: Scripting, numbered: Scripting, span: Span) -> Resolved | None:
        """A name whose letters stand for numbers, where nothing is known by those letters."""
        if not self.table.numbers:
            return None
        self.write_out(base, parts)
        if numbered == parts:
            return None
        found = (self._spelled(base, key, rest, span) for key, rest in spellings(base, numbered))
        return next((resolved for resolved in found if resolved is not None), None) or self._of_family(base, numbered)

    @staticmethod
    def _is_scalar(meaning: Meaning | Expr) -> bool:
        return (
            isinstance(meaning, (Given, Computed, Expr))
            and meaning.shape.is_scalar
            and getattr(meaning, "kind", "") not in ("labels", "function", "map")
        )

    def _known(self, key: str) -> tuple[str, Meaning | Expr] | None:
        bound = self.bound(plain(key))
        if bound is not None:
            return key, IndexValue(bound)
        formal = self.formal.get(key)
        if formal is None:
            close = [name for name in self.formal if plain(name) == plain(key)]
            formal = self.formal[close[0]] if len(close) == 1 and key not in self.table.meanings else None
        if formal is not None:
            return key, formal
        name = self.table.find(key)
        return None if name is None else (name, self.table.meaning(name))

    def _abbreviation(self, key: str, span: Span) -> Expr | None:
        """The expression that a name of the notation stands for, its index letters filled in."""
        for abbreviation, captured in self.table.abbreviations_of(key):
            indices = self._captured(captured, span)
            if indices is not None:
                written = id(abbreviation), span, *indices.items()
                return self.once_in_a_run(written, abbreviation, partial(self._expanded, abbreviation, indices, span))
        return None

    def _captured(self, captured: dict[str, str], span: Span) -> dict[str, Index] | None:
        """The indices that a name of the notation carries here; None where what stands in their place is no index."""
        try:
            return {
                letter: self.index(parse(tokenize(text, self.table.words)), span, len(captured) > 1)
                for letter, text in captured.items()
            }
        except (Unreadable, Meaningless):
            return None

    def _expanded(self, abbreviation: Abbreviation, indices: dict[str, Index], span: Span) -> Expr:
        self.depth += 1
        if self.depth > 40:
            raise Unreadable("this abbreviation refers to itself", span)
        outer_formal, outer_scopes = self.formal, self.scopes
        try:
            self.formal = {letter: IndexValue(index) for letter, index in indices.items()}
            self.scopes = []
            value = self.list_value(abbreviation.meaning)
        except (Unreadable, Meaningless) as error:
            error.span = span
            raise
        finally:
            self.formal, self.scopes = outer_formal, outer_scopes
            self.depth -= 1
        self._refuse_hidden_index(value, indices, span)
        return value

    def _refuse_hidden_index(self, value: Expr, indices: dict[str, Index], span: Span) -> None:
        """An index of the meaning that its name does not show is none of those that are bound where the name stands."""
        shown_ones = {found for index in indices.values() for found in walk(index)}
        hidden = {found for found in walk(value) if isinstance(found, IndexVariable) and not found.scope} - shown_ones
        for found in sorted(hidden, key=lambda index: index.name):
            if self.bound(found.name) is not None:
                problem = f"the index {found.name} is bound here, and this name of the notation has it unsaid"
                raise Unreadable(f"{problem}; write it in the name", span)

    # ── a name as a value ──

    def named(self, node: Syntax) -> Expr:
        """The value of a name with its scripts. Raises `Unreadable` where the name is not known."""
        resolved = self.resolve(node)
        if resolved is None:
            return self.special(node)
        if is_next_value(resolved.sups):
            written = canonical(node).strip()
            problem = f"{written} is not defined; the positive part is written \\max(0, {shown(resolved.key)})"
            raise Unreadable(problem, node.span)
        value = self.value_of(resolved, node.span)
        if self._is_kronecker(resolved, value):
            return self.special(node)
        return self.with_scripts(value, resolved.sub, resolved.sups, resolved.primes, node.span)

    def _is_kronecker(self, resolved: Resolved, value: Expr) -> bool:
        """Whether `\\delta_{ij}` has two index letters where a declared δ has room for one at most."""
        if (
            plain(resolved.key) != "\\delta"
            or resolved.sub is None
            or not (value.shape.is_scalar or value.shape.is_vector)
        ):
            return False
        pieces = self.index_pieces(resolved.sub, 2)
        return len(pieces) == 2 and all(piece is not None and not _is_number(piece) for piece in pieces)

    def value_of(self, resolved: Resolved, span: Span) -> Expr:
        match resolved.meaning:
            case Expr() as value:
                return value
            case Dim() as dim:
                return Size(dim, resolved.key, span=span)
            case Given(kind="labels", shape=shape):
                if shape.is_scalar:
                    return IndexValue(Label(resolved.key, span=span), span=span)
                if resolved.sub is None:
                    name = shown(resolved.key)
                    problem = f"the labels {name} have no value as a whole; write one of them, {name}_i"
                    raise Unreadable(problem, span)
                return Symbol(resolved.key, shape, span=span)
            case Given(kind="hot index"):
                return IndexValue(Label(resolved.key, span=span), span=span)
            case Given(kind="function" | "map") | UserFunction() | FunctionAlias():
                raise Unreadable(f"the function {shown(resolved.key)} has no argument here", span)
            case Given(shape=shape):
                return Symbol(resolved.key, shape, span=span)
            case Computed(shape, _):
                return Symbol(resolved.key, shape, span=span)
        raise AssertionError(resolved)

    def special(self, node: Syntax) -> Expr:
        """Names that need no declaration: e, π, the identity, vectors of ones, Kronecker's delta, bound indices."""
        node = unwrapped(node)
        found = name_and_scripts(node)
        if found is None:
            raise Unreadable("this cannot stand here", node.span)
        base, parts = found
        bound = self.bound(plain(base.text))
        if bound is not None and parts.sub is None:
            return self.with_scripts(IndexValue(bound, span=node.span), None, parts.sups, parts.primes, node.span)
        value = self._special_value(base, parts, node.span)
        if value is None:
            written = _without_transpose(node, parts)
            hint = self._family_hint(base, parts) or self.table.suggestion(written) or function_like(written)
            problem = f"the name {shown(written)} is not defined or declared{hint}"
            raise self.not_among(node) or UnknownName(written, problem, node.span)
        return value

    def _family_hint(self, base: Name, parts: Scripting) -> str:
        """How to declare the `x_i` beside a matrix X."""
        letter = plain(base.text)
        name = self.table.find(letter.upper()) if len(letter) == 1 and letter.islower() else None
        meaning = None if name is None else self.table.meanings[name]
        if name is None or not isinstance(meaning, (Given, Computed)) or meaning.shape.is_vector:
            return ""
        script = parts.sub if parts.sub is not None else next(iter(parts.sups), None)
        if not isinstance(script, Syntax) or len(letters_in(place_of_number(script) or script)) != 1:
            return ""
        return f"; where it is a part of {shown(name)}, declare it so: “row of {shown(name)} as a column”"

    def _special_value(self, base: Name, parts: Scripting, span: Span) -> Expr | None:
        name, sub = base.text, parts.sub
        if name == "e" and sub is None:
            if parts.sups and not parts.primes:
                exponent = self.superscript_value(parts.sups[0])
                return self.with_scripts(self.applied("exp", exponent, span), None, parts.sups[1:], 0, span)
            return Constant("e", span=span)
        if name == "\\pi" and sub is None:
            return self.with_scripts(Constant("pi", span=span), None, parts.sups, parts.primes, span)
        if name == "\\delta" and sub is not None:
            pieces = self.index_pieces(sub, 2)
            if len(pieces) == 2:
                return self._kronecker(pieces, span)
        if name in INDICATORS and sub is not None and _in_brackets(sub) is not None:
            return Indicator(self.condition(_in_brackets(sub) or sub), span=span)
        if name in ASSUMED_IDENTITIES and sub is None and not parts.primes:
            self.assumed.append(span)
            return self.with_scripts(Identity(OPEN, span=span), None, parts.sups, 0, span)
        if sub is not None and name in UNITS and name not in self.table.without_units:
            return self._unit_vector(sub, parts.sups, span)
        return self._one_of_ones(name, parts, span) or self._constant_matrix(name, parts, span)

    def _one_of_ones(self, name: str, parts: Scripting, span: Span) -> Expr | None:
        """`\\mathbf{1}_h`, a 1 for every h, over which Einstein's convention sums."""
        only = None if parts.sub is None else unwrapped_list(parts.sub)
        if not (self.table.einstein and name in ONES and isinstance(only, Name) and is_index_letter(only.text)):
            return None
        index = IndexValue(self.index(only, span), span=span)
        return self.with_scripts(Indicator(Comparison(index, "<=", index), span=span), None, parts.sups, 0, span)

    def _constant_matrix(self, name: str, parts: Scripting, span: Span) -> Expr | None:
        """The identity, or a vector or matrix of ones or zeros; `I_{ij}` is an entry of the identity."""
        sizes = () if parts.sub is None else sizes_in(parts.sub, self.table)
        if sizes is None:
            pieces = [] if parts.sub is None or name not in IDENTITIES else self.index_pieces(parts.sub, 2)
            return self._kronecker(pieces, span) if len(pieces) == 2 and not parts.sups else None
        if name in IDENTITIES and not (name in ONES and (len(sizes) == 2 or [size.size for size in sizes] == [1])):
            if len(sizes) == 2 and sizes[0] != sizes[1]:
                raise Meaningless(f"an identity is square, not {sizes[0]} x {sizes[1]}", span)
            return self.with_scripts(Identity(sizes[0] if sizes else OPEN, span=span), None, parts.sups, 0, span)
        if name in ONES or name in ZEROS:
            return self.with_scripts(self._all_one_number(int(name in ONES), sizes, span), None, parts.sups, 0, span)
        return None

    def _all_one_number(self, value: int, sizes: tuple[Dim, ...], span: Span) -> Expr:
        """A vector or matrix of ones or zeros; a zero without a size is a number, which takes any shape."""
        if len(sizes) == 2:
            return Fill(value, matrix(*sizes), span=span)
        if not value and not sizes:
            return Number(Rational(0), span=span)
        length = sizes[0] if sizes else OPEN
        return Fill(value, column(length) if self.table.vectors == "column" else row(length), span=span)

    def _unit_vector(self, sub: List, sups: Sequence[Superscript], span: Span) -> Expr | None:
        """`e_i`, where nothing of that name is declared: a column of the identity."""
        try:
            index = self.index(sub, span)
        except (Unreadable, Meaningless):
            return None
        along: Literal_["row", "column"] = "column" if self.table.vectors == "column" else "row"
        return self.with_scripts(Slice(Identity(OPEN, span=span), index, along, span=span), None, sups, 0, span)

    def _kronecker(self, pieces: Sequence[Syntax | None], span: Span) -> Expr:
        first, second = (self.index(piece, span, True) if piece is not None else None for piece in pieces)
        if first is None or second is None:
            raise Unreadable("Kronecker's delta takes two indices", span)
        comparison = Comparison(IndexValue(first, span=span), "=", IndexValue(second, span=span), span=span)
        if isinstance(first, IndexVariable) and isinstance(second, IndexVariable):
            self.compared += [(first, second), (second, first)]
        return Indicator(comparison, span=span)

    # ── scripts on a value ──

    def with_scripts(self, value: Expr, sub: List | None, sups: Sequence[Superscript], primes: int, span: Span) -> Expr:
        """A value with its scripts.

        `A^T_{ij}` is an entry of the transpose, `A^2_{ij}` the square of an entry, `A_{i,:}^T` a row stood up.
        """
        if primes:
            raise Unreadable("a prime stands at something that is no function", span)
        of_entry = list(sups)
        if sub is not None and value.shape.is_matrix and not _is_slice(sub):
            of_matrix = [item for item in sups if _is_of_the_matrix(item)]
            of_entry = [item for item in sups if not _is_of_the_matrix(item)]
            for item in of_matrix:
                value = self._with_superscript(value, item, span)
        if sub is not None:
            value = self.entry(value, sub, span)
        for item in of_entry:
            value = self._with_superscript(value, item, span)
        return value

    def _with_superscript(self, value: Expr, item: Superscript, span: Span) -> Expr:
        if isinstance(item, str):
            if item == "+":
                return Extremum("max", value, Number(Rational(0), span=span), span=span)
            raise Unreadable(f"a superscript {item} has no meaning here", span)
        written = canonical(item).strip()
        if plain(written) in TRANSPOSES:
            if value.shape.is_scalar and self.resolve(item) is not None:
                return self.power(value, self.superscript_value(item), span)
            return Transpose(value, span=span)
        if isinstance(item, List) and plain(written) in {"-" + transpose for transpose in TRANSPOSES}:
            return Transpose(Inverse(value, span=span), span=span)
        if value.shape.is_square and not value.shape.is_vector:
            return self._power_of_matrix(value, item, span)
        return self.power(value, self.superscript_value(item), span)

    def _power_of_matrix(self, base: Expr, item: Syntax, span: Span) -> Expr:
        """A product of a matrix with itself, `W^2`; also `W^{T-i}`, where T is the number of times and i one of them.

        Raises `Unreadable` where names have such a number above, so that `W^l` may be one of them.
        """
        content = item if isinstance(item, List) else listed(item)
        letters = [plain(name.text) for name in letters_in(content)] if self.table.numbers else []
        number = self.number(content)
        if letters and any(f"^{{{SLOT}}}" in pattern for pattern in self.table.numbers):
            problem = "whether this is a power or the number of a name is not certain"
            raise Unreadable(f"{problem}; declare the name with its numbers, or write the power as a product", span)
        if number is not None:
            return self.power(base, Number(Rational(number)), span)
        bound = [letter for letter in letters if isinstance(self.bound(letter), IndexVariable)]
        if bound:
            raise OverNumber(bound[0])
        return self.power(base, self.superscript_value(item), span)

    def superscript_value(self, item: Superscript) -> Expr:
        if isinstance(item, str):
            raise Unreadable(f"a superscript {item} has no meaning here")
        return self.list_value(item) if isinstance(item, List) else self.factor(item)

    def power(self, base: Expr, exponent: Expr, span: Span) -> Expr:
        """A matrix product of a square matrix with itself, its inverse; else entry by entry."""
        whole = _whole_number(exponent)
        if base.shape.is_square and not base.shape.is_vector and not base.shape.is_scalar:
            if whole == -1:
                return Inverse(base, span=span)
            if whole is not None and whole >= 0:
                return MatrixPower(base, whole, span=span)
            raise Unreadable("this power of a matrix is not read", span)
        if whole == -1 and base.shape.is_matrix and not base.shape.is_vector:
            return Inverse(base, span=span)
        return Power(base, exponent, span=span)

    # ── entries ──

    def entry(self, value: Expr, sub: List, span: Span) -> Expr:
        """A_ij, v_i, A_{i,:}."""
        shape = value.shape
        if shape.is_scalar or shape.is_tensor:
            label = isinstance(value, Symbol) and isinstance(self.table.meanings.get(value.name), Given)
            what = f"the symbol {shown(value.name)}" if label and isinstance(value, Symbol) else "this"
            raise Unreadable(f"{what} is a {shape} and has no entry _{{{canonical(sub).strip()}}}", span)
        whole_row = shape.is_matrix and len(sub.entries) == 1 and _beside_colon(sub.entries[0])
        if not whole_row and any(":" in entry.relations and entry.sides != (None, None) for entry in sub.entries):
            return self.sliced(value, sub, span)
        name = shown(value.name.split(" for every ")[0]) if isinstance(value, Symbol) else ""
        pieces = self.index_pieces(sub, 1 if any(dim.is_unit for dim in shape.dims) else 2)
        if isinstance(value, Symbol):
            meaning = self.table.meanings.get(value.name)
            if isinstance(meaning, Given) and meaning.kind == "labels" and len(pieces) == 1 and pieces[0] is not None:
                example = self.index(pieces[0], span)
                self.use(example, shape.length, span, name)
                return IndexValue(Label(value.name, example, span=span), span=span)
        if len(pieces) == 1 and shape.is_vector and pieces[0] is not None:
            pieces = self._two_digits(pieces[0], shape, span, name) or pieces
        if len(pieces) == 1 and shape.is_vector and pieces[0] is not None:
            index = self.index(pieces[0], span)
            self.use(index, shape.length, span, name)
            first = IndexNumber(0)
            return Entry(value, index, first, span=span) if shape.is_column else Entry(value, first, index, span=span)
        if len(pieces) == 2:
            return self._matrix_entry(value, pieces, span, name)
        what = f"the symbol {name}" if name else "this"
        count = "one index" if len(pieces) == 1 else f"{len(pieces)} indices"
        base = f"({name})" if "_" in name else name
        row = f"; its row i is written {base}_{{i,:}}" if name else ""
        raise Unreadable(f"{what} is {shape} and needs two indices, not {count}{row}", span)

    def _two_digits(self, piece: Syntax, shape: Shape, span: Span, name: str) -> list[Syntax | None] | None:
        """`a_{21}` of a column: row 2 and column 1 where there is no entry 21. None for one index.

        Raises `Unreadable` where both are there.
        """
        number = _single(piece)
        if not isinstance(number, Literal) or not number.text.isdigit() or len(number.text) != 2:
            return None
        digits: list[Syntax | None] = [Literal(digit, span=number.span) for digit in number.text]
        places = [int(digit) - self.table.index_base for digit in number.text]
        if not all(0 <= place < (dim.size or 0) for place, dim in zip(places, shape.dims, strict=True)):
            return None
        if int(number.text) - self.table.index_base < (shape.length.size or 0):
            one = f"{number.text},{number.text[1]}" if shape.is_column else f"{number.text[0]},{number.text}"
            two = ",".join(number.text)
            problem = f"the index {number.text} of {name or 'this'} can be one number or two"
            raise Unreadable(f"{problem}; write {name}_{{{one}}} or {name}_{{{two}}}", span)
        return digits

    def _matrix_entry(self, value: Expr, pieces: Sequence[Syntax | None], span: Span, name: str) -> Expr:
        indices = [None if piece is None else self.index(piece, span, True) for piece in pieces]
        for index, dim in zip(indices, value.shape.dims, strict=True):
            if index is not None:
                self.use(index, dim, span, name)
        match indices:
            case [None, None]:
                return value
            case [None, at] if at is not None:
                return Slice(value, at, "column", span=span)
            case [at, None] if at is not None:
                return Slice(value, at, "row", span=span)
            case [at_row, at_column] if at_row is not None and at_column is not None:
                return Entry(value, at_row, at_column, span=span)
        raise AssertionError(indices)

    def index_pieces(self, sub: List, wanted: int) -> list[Syntax | None]:
        """The indices in a subscript, None for `:`; `ij` is two where two are wanted."""
        if sub.breaks:
            raise Unreadable("a semicolon stands in this subscript", sub.span)
        pieces: list[Syntax | None] = []
        for formula in sub.entries:
            if formula.relations == (":",) and formula.sides == (None, None):
                pieces.append(None)
            elif len(sub.entries) == 1 and wanted == 2 and _beside_colon(formula):
                pieces += formula.sides
            elif formula.relations or formula.sides[0] is None:
                raise Unreadable("this is no index", formula.span)
            else:
                pieces.append(formula.sides[0])
        if len(pieces) == 1 and wanted == 2 and isinstance(pieces[0], Sum):
            split = juxtaposed(pieces[0])
            if len(split) == 2:
                return list(split)
        return pieces

    def index(self, node: Syntax, span: Span, in_pair: bool = False) -> Index:
        """What an index is: a position, a bound or free letter, a label, or one of these moved by a number.

        In a pair of indices the letter of a vector or matrix is an index: `W_{ab}` beside a declared `b: 1 x p`.
        """
        only = _single(node)
        if isinstance(only, Sum) and len(only.terms) == 2 and len(only.terms[0].factors) == 1:
            return self._shifted(only, span, in_pair)
        if isinstance(only, Literal):
            if not only.text.isdigit():
                raise Unreadable(f"{only.text} is no index", span)
            return IndexNumber(int(only.text) - self.table.index_base, only.text, span=span)
        if isinstance(only, (Name, Scripted)):
            return self._named_index(only, span, in_pair)
        raise Unreadable(f"{shown(canonical(node).strip())} is no index", span)

    def _shifted(self, node: Sum, span: Span, in_pair: bool) -> Index:
        amount = _single(Sum(("",), (node.terms[1],), span=node.span))
        if not isinstance(amount, Literal) or not amount.text.isdigit() or node.signs[0]:
            raise Unreadable("an index can be moved by a whole number only", span)
        by = int(amount.text) * (1 if node.signs[1] == "+" else -1)
        inner = self.index(Sum(("",), (node.terms[0],), span=node.span), span, in_pair)
        if isinstance(inner, IndexNumber):
            return IndexNumber(inner.position + by, f"{inner.shown}{by:+d}" if inner.end else "", inner.end, span=span)
        if isinstance(inner, Label):
            raise Unreadable("a label cannot be moved", span)
        return IndexShift(inner, by, span=span)

    def _named_index(self, node: Name | Scripted, span: Span, in_pair: bool) -> Index:
        written = canonical(node).strip()
        bound = self.bound(plain(written))
        if bound is not None:
            return bound
        resolved = self.resolve(node)
        if resolved is not None and in_pair and is_index_letter(written) and _is_vector_or_matrix(resolved.meaning):
            return self._free_index(plain(written), span)
        if resolved is not None:
            return self._known_index(resolved, written, span)
        if isinstance(node, Name) and is_index_letter(node.text):
            return self._free_index(plain(node.text), span)
        raise Unreadable(f"the name {shown(written)} is no index that is known here", span)

    def _free_index(self, letter: str, span: Span) -> IndexVariable:
        index = IndexVariable(letter, span=span)
        self.uses.setdefault(index, [])
        return index

    def _known_index(self, resolved: Resolved, written: str, span: Span) -> Index:
        match resolved.meaning:
            case Dim() as dim:
                letter = plain(resolved.key)
                if not self.in_dots and is_index_letter(letter) and letter.islower():
                    return self._free_index(letter, span)
                return IndexNumber((dim.size or 1) - self.table.index_base, written, dim, span=span)
            case IndexValue(index):
                return index
            case Given(kind="labels" | "hot index"):
                value = self.value_of(resolved, span)
                if resolved.sub is not None and isinstance(value, Symbol):
                    value = self.entry(value, resolved.sub, span)
                if isinstance(value, IndexValue):
                    return value.index
        raise Unreadable(f"the name {shown(written)} is declared and is no index", span)

    def applied(self, function: str, operand: Expr, span: Span) -> Expr:
        raise NotImplementedError


def _is_vector_or_matrix(meaning: Meaning | Expr | Dim) -> bool:
    """Whether a name stands for numbers in rows and columns, and so for no index."""
    match meaning:
        case Computed(shape):
            return shape.is_matrix
        case Given(kind="real" | "positive" | "one-hot", shape=shape):
            return shape.is_matrix
    return False


def is_index_letter(name: str) -> bool:
    """Whether an undeclared name can be an index: one lower-case letter, ℓ, or a Greek one."""
    letter = plain(name)
    return (len(letter) == 1 and letter.isalpha() and letter.islower()) or letter in (
        "\\ell",
        "\\mu",
        "\\nu",
        "\\alpha",
        "\\beta",
        "\\gamma",
    )


def _is_number(node: Syntax) -> bool:
    return isinstance(_single(node), Literal)


def _beside_colon(formula: Formula) -> bool:
    """Whether a letter stands before or behind a colon: `X_{i:}` is a row, `X_{:j}` a column."""
    written = [side for side in formula.sides if side is not None]
    return formula.relations == (":",) and len(written) == 1 and isinstance(_single(written[0]), Name)


def _in_brackets(sub: List) -> List | None:
    """The condition that a subscript is, with or without brackets of its own: `_{x>0}`, `_{[x>0]}`, `_{\\{x>0\\}}`."""
    if any(entry.relations for entry in sub.entries):
        return sub
    only = unwrapped_list(sub)
    return _in_brackets(only.content) if isinstance(only, Group) else None


def _single(node: Syntax) -> Syntax:
    """The one factor that a list, sum or term is, if it is just one."""
    if isinstance(node, List):
        node = node.only or node
    if isinstance(node, Sum) and len(node.terms) == 1 and node.signs[0] == "" and len(node.terms[0].factors) == 1:
        return unwrapped(node.terms[0].factors[0])
    return unwrapped(node)


def juxtaposed(node: Sum) -> list[Syntax]:
    """`ij`, `i y_i` or `12`: the factors of a product without operators, the digits of a number."""
    if len(node.terms) != 1 or node.signs[0] or any(operator.kind for operator in node.terms[0].operators):
        return [node]
    factors = [unwrapped(factor) for factor in node.terms[0].factors]
    if len(factors) == 1 and isinstance(factors[0], Literal) and len(factors[0].text) == 2:
        return [Literal(digit, span=factors[0].span) for digit in factors[0].text]
    return list(factors)


def _whole_number(exponent: Expr) -> int | None:
    match exponent:
        case Number(value) if value.denominator == 1:
            return int(value)
        case Negative(Number(value)) if value.denominator == 1:
            return -int(value)
    return None


__all__ = [
    "INDICATORS",
    "Resolved",
    "Scripting",
    "Scripts",
    "Superscript",
    "is_index_letter",
    "is_transpose",
    "juxtaposed",
    "taken_apart",
]
