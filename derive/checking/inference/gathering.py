r"""What a document says of its names, gathered in one pass: declarations, equations for a name, derivatives, ranges.

Nothing is decided here. A declaration is `$W \in \mathbb{R}^{D \times H}$`, `$X: N \times D$`, `$\lambda > 0$`,
`$f: \mathbb{R}^n \to \mathbb{R}^m$`, or `$X$ is $N \times D$`; an equation for a name has that name alone on its left.
"""

import re
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

from derive.checking.definitions import new_name
from derive.checking.inference.gathered import Declared, DeclaredMap, Differentiated, Equation, Gathered, Sign
from derive.checking.inference.grams import inverted_gram
from derive.checking.inference.names import index_letters
from derive.checking.inference.prose import is_condition, is_quantified, mark_between
from derive.checking.inference.spaces import SpaceWords, dimension, space_words
from derive.checking.premises import compares_value, read_premises
from derive.checking.sentences import surroundings
from derive.documents.document import Document, Passage
from derive.errors import FormulaError
from derive.notation.chains import Chain, Member, kind_of, split
from derive.notation.elaboration import Elaborator
from derive.notation.names import canonical, plain, unwrapped
from derive.notation.symbols import SymbolTable
from derive.notation.syntax import (
    Bars,
    Big,
    Dots,
    Formula,
    Fraction,
    List,
    Nabla,
    Name,
    Partial,
    Scripted,
    Syntax,
    Term,
    nodes,
    parse,
)
from derive.notation.tokens import Token, tokenize
from derive.notation.words import new_words
from derive.records import dataclass
from derive.source import Source, Text

Recalled = Callable[[Hashable, Callable[[], Gathered]], Gathered]
"""What a passage says of which all is known that decides it: found before, or read now."""


def anew(key: Hashable, read: Callable[[], Gathered]) -> Gathered:
    """What a passage says, read now."""
    return read()


OF_SIGN = frozenset({"\\max", "\\min", "ReLU", "relu", "\\operatorname{ReLU}", "LeakyReLU", "sign", "sgn", "abs"})
"""Functions whose value turns on a sign."""

SIGNS = {"greater": SpaceWords("positive"), "at least": SpaceWords(wider="values below zero are tried, too")}


def gather(document: Document, table: SymbolTable, recalled: Recalled = anew) -> Gathered:
    """What the document says, read with the names of its setting. What cannot be read says nothing.

    What a passage says may be recalled from another document with this table.
    """
    found = Gathered()
    for number, passage in enumerate(document.passages):
        if passage.problem is None:
            said = _Said.of(passage, table.words)
            _add(found, recalled(("declarations", said), partial(_declarations, table, said)), number, passage.text)
    _gather_between(found, document)
    letters = {item.key for item in found.declared if len(item.key) == 1}
    found.words = frozenset(
        word for word in (key for item in found.declared for key in _words(item.key)) if not set(word) <= letters
    )
    without_dims = replace(table, dims={})
    around = surroundings(document.passages)
    for number, passage in enumerate(document.passages):
        if passage.problem is None:
            words = table.words | found.words
            premises = around[number].premises if passage.kind == "display" else ()
            is_one_case = any(compares_value(tokens, table) for tokens in read_premises(premises, words))
            said = _Said.of(passage, words, is_one_case)
            _add(found, recalled(("equations", said), partial(_equations, without_dims, said)), number, passage.text)
            found.words |= frozenset(word for word in said.all_words(without_dims) if is_defined_word(word, found))
    return found


def _declarations(table: SymbolTable, said: "_Said") -> Gathered:
    reader = _Reader(table, said)
    reader.declarations()
    return reader.found


def _equations(table: SymbolTable, said: "_Said") -> Gathered:
    reader = _Reader(table, said)
    reader.equations()
    return reader.found


def _add(found: Gathered, more: Gathered, number: int, text: Text) -> None:
    """Adds what one passage says, of which the number and the text are these."""

    def at(part: Text) -> Text:
        return text.part(part.start, part.end)

    def sign(other: Sign) -> Sign:
        return number, other[1]

    for one in more.declared:
        assert one.sign is not None
        found.declared.append(replace(one, at=at(one.at), sign=sign(one.sign)))
    found.maps += [replace(one, at=at(one.at)) for one in more.maps]
    for equation in more.equations:
        name, value = at(equation.name), at(equation.value)
        found.equations.append(replace(equation, name=name, value=value, sign=sign(equation.sign)))
    found.differentiated += [replace(one, at=at(one.at)) for one in more.differentiated]
    for letter, dimension_along in more.ranges.items():
        found.ranges.setdefault(letter, dimension_along)
    found.bound |= more.bound
    found.bodies += [(sign(where), body) for where, body in more.bodies]
    found.compared |= more.compared
    found.grams |= more.grams
    found.symmetric += [(key, at(place)) for key, place in more.symmetric]
    found.indexing |= more.indexing
    found.counts_from_zero |= more.counts_from_zero
    found.counts_from_one |= more.counts_from_one


def _words(key: str) -> Iterator[str]:
    head = re.split(r"[_^]", key, maxsplit=1)[0]
    if head.isalpha() and len(head) > 1:
        yield head


@dataclass(frozen=True)
class _Said:
    """All of a passage and of the text around it that decides what it says.

    `is_one_case`: what it says holds only for some values of what is known.
    """

    text: str
    is_inline: bool
    unread: tuple[int, ...]
    words: frozenset[str]
    is_condition: bool
    is_quantified: bool
    is_one_case: bool = False

    @classmethod
    def of(cls, passage: Passage, words: frozenset[str], is_one_case: bool = False) -> "_Said":
        """What a passage says, in which some words are names."""
        conditions = is_condition(passage), is_quantified(passage)
        return cls(passage.text.value, passage.kind == "inline", tuple(passage.unread), words, *conditions, is_one_case)

    def all_words(self, table: SymbolTable) -> frozenset[str]:
        """The words that are names, also those that its own text makes names."""
        return self.words | new_words(self.text, Elaborator.plain(table, {}))


class _Reader:
    """Reads one passage of a document, as if nothing but it were there."""

    def __init__(self, table: SymbolTable, said: _Said) -> None:
        self.found = Gathered()
        self.said = said
        self.text = Text(said.text, Source("", said.text), 0)
        self.elaborator = Elaborator.plain(table, {})
        self.words = said.all_words(table)

    def chains(self) -> list[Chain]:
        table = self.elaborator.table
        return split(self.text.value, self.words, lambda name: table.find(name) is None, self.said.unread)

    # ── declarations ──

    def declarations(self) -> None:
        """Notes memberships, signs, maps, and ranges of indices."""
        self._map()
        for chain in self.chains():
            for at, relation in enumerate(chain.relations):
                left = chain.members[at]
                if at and kind_of(relation) == "member" and _own_transpose(chain.members[at - 1], left) is not None:
                    left = chain.members[at - 1]
                self._declaration(left, relation, chain.members[at + 1])
            self._symmetric(chain)
            self._range(chain)

    def _symmetric(self, chain: Chain) -> None:
        """`A = A^T`, unless it is a case that is considered."""
        if not chain.relations or kind_of(chain.relations[0]) != "claim" or self.said.is_condition or chain.conditions:
            return
        name = _own_transpose(chain.members[0], chain.members[1])
        if name is not None:
            at = self.text.part(name.span.start, name.span.end)
            self.found.symmetric.append((canonical(name).strip(), at))

    def _declaration(self, left: Member, relation: Token, right: Member) -> None:
        kind = kind_of(relation)
        if kind in SIGNS and [token.text for token in right.tokens] == ["0"] and not self.said.is_condition:
            self._declare(left, SIGNS[kind], relation)
        if kind != "member":
            return
        space = space_words(_parsed(right.tokens))
        if space is not None:
            self._declare(left, space, relation)
            if space.kind == "label":
                self.found.counts_from_zero |= space.base == 0
                self.found.counts_from_one |= space.base == 1

    def _declare(self, left: Member, space: SpaceWords, relation: Token) -> None:
        content, span = _parsed(left.tokens), left.span
        if content is None or span is None:
            return
        names = [entry.single_factor for entry in content.entries]
        if not all(name is not None and _is_name(name) and not _is_operated_on(name) for name in names):
            return
        because = f"the text says ${_on_one_line(self.text.value[span.start : _end(self.text.value, relation)])}$"
        for name in names:
            assert name is not None
            at = self.text.part(name.span.start, name.span.end)
            key = canonical(name).strip()
            sign = (0, relation.start)
            self.found.declared.append(Declared(name, key, space, at, because, sign, self.said.is_quantified))

    def _map(self) -> None:
        r"""`f: \mathbb{R}^n \to \mathbb{R}^m`, also `f, g: \mathbb{R} \to \mathbb{R}`."""
        read = tokenize(self.text.value, self.words, self.said.unread)
        tokens = [token for token in read if token.kind not in ("COMMA", "PERIOD")]
        kinds = [kind_of(token) if token.kind in ("RELATION", "COLON") else "" for token in tokens]
        if kinds.count("map") != 1 or kinds.count("member") != 1 or kinds.index("member") > kinds.index("map"):
            return
        colon, arrow = kinds.index("member"), kinds.index("map")
        spaces = [space_words(_parsed(part)) for part in (tokens[colon + 1 : arrow], tokens[arrow + 1 :])]
        name = _parsed(tokens[:colon])
        factor = None if name is None or name.only is None else name.only.single_factor
        if None in spaces or factor is None or not _is_name(factor):
            return
        dims = [space.dims for space in spaces if space is not None]
        at = self.text.part(factor.span.start, factor.span.end)
        key = canonical(factor).strip()
        if all(len(dim) == 1 for dim in dims):
            self.found.maps.append(DeclaredMap(key, (dims[0][0], dims[1][0]), at))
        elif not any(dims):
            self.found.maps.append(DeclaredMap(key, (), at))

    def _range(self, chain: Chain) -> None:
        r"""`i = 1, \ldots, N` and `i \in \{1, \ldots, N\}`."""
        for member, relation, right in zip(chain.members, chain.relations, chain.members[1:], strict=False):
            content = _parsed(right.tokens)
            if len(member.tokens) != 1 or member.tokens[0].kind != "NAME" or content is None:
                continue
            letter = member.tokens[0].text
            space = space_words(content) if kind_of(relation) == "member" else None
            if space is not None and space.kind == "label":
                self.found.ranges.setdefault(letter, space.dims[0])
            elif kind_of(relation) == "claim" and any(
                isinstance(entry.single_factor, Dots) for entry in content.entries
            ):
                last = dimension(content.entries[-1].single_factor)
                first = canonical(content.entries[0].sides[0]).strip()
                if last is not None and first in ("0", "1"):
                    self.found.ranges.setdefault(letter, last)
                    self.found.counts_from_one |= first == "1"

    # ── equations ──

    def equations(self) -> None:
        """Notes equations for a name, derivatives, and the letters that sums bind."""
        is_inline = self.said.is_inline
        for chain in self.chains():
            sides = [_parsed(member.tokens) for member in chain.members]
            for condition in chain.conditions:
                self._compared(_parsed([token for token in condition if token.kind not in ("CONDITION", "FORALL")]))
            for place, side in enumerate(sides):
                if side is not None:
                    self._notes(side)
                    if not is_inline and any(kind_of(relation) in ("claim", "define") for relation in chain.relations):
                        sign = chain.relations[max(place - 1, 0)].start
                        self.found.bodies.append(((0, sign), side))
            if chain.relations and kind_of(chain.relations[0]) in ("claim", "define"):
                self._equation(chain, sides, is_inline)

    def _equation(self, chain: Chain, sides: list[List | None], is_inline: bool) -> None:
        left, right = sides[0], sides[1]
        spans = None if left is None else left.entries[0].span, chain.members[1].span
        if left is None or right is None or spans[0] is None or spans[1] is None or chain.conditions:
            return
        if self.said.is_one_case or (is_inline and self.said.is_condition):
            return
        if any(isinstance(entry.single_factor, Dots) for entry in right.entries):
            return
        try:
            new = new_name(left, self.elaborator)
        except FormulaError:
            return
        if new is None:
            return
        sign = (0, chain.relations[0].start)
        name, value = (self.text.part(span.start, span.end) for span in spans if span is not None)
        is_function = new.parameters is not None
        if not is_inline:
            self.found.indexing |= set(index_letters(new.key)[1])
        self.found.equations.append(Equation(new.key, name, value, right, sign, is_inline, is_function))

    def _notes(self, side: List) -> None:
        for node in nodes(side):
            gram = inverted_gram(node)
            if gram is not None:
                self.found.grams.add(gram)
            if isinstance(node, Fraction):
                self._fraction(node)
            elif isinstance(node, Term):
                self._slashes_and_nablas(node)
                for function, argument in pairwise(node.factors):
                    if _head(function) in OF_SIGN:
                        self._compared(argument)
            elif _asks_for_sign(node):
                self._compared(node)
            elif isinstance(node, Scripted) and isinstance(node.base, Big):
                self._bounds(node)

    def _compared(self, content: Syntax | None) -> None:
        """Notes every name in a piece of syntax as one of which the sign is asked for."""
        self.found.compared |= {
            canonical(node).strip() for node in nodes(content) if isinstance(node, (Name, Scripted))
        }

    def _fraction(self, node: Fraction) -> None:
        try:
            parts = self.elaborator.derivative_parts(node)
        except FormulaError:
            return
        if parts is None or len(parts[0].of) != 1:
            return
        for below in parts[1]:
            if len(below.of) == 1:
                self._differentiated(parts[0].of[0], below.of[0])

    def _slashes_and_nablas(self, term: Term) -> None:
        for at, factor in enumerate(term.factors[:-1]):
            following = term.factors[at + 1]
            if isinstance(factor, Nabla):
                self._differentiated(following, None)
            elif isinstance(factor, Scripted) and isinstance(factor.base, Nabla):
                content = factor.scripts[0].content
                by = None if content is None or content.only is None else content.only.single_factor
                self._differentiated(following, by)
            elif isinstance(factor, Partial) and _is_slash_of_partials(term, at):
                self._differentiated(following, term.factors[at + 3])

    def _differentiated(self, of: Syntax, by: Syntax | None) -> None:
        of = unwrapped(of)
        if _is_name(of) and (by is None or _is_name(unwrapped(by))):
            at = self.text.part(of.span.start, of.span.end)
            self.found.differentiated.append(Differentiated(of, None if by is None else unwrapped(by), at))

    def _bounds(self, node: Scripted) -> None:
        below = next((script.content for script in node.scripts if script.kind == "sub"), None)
        above = next((script.content for script in node.scripts if script.kind == "sup"), None)
        for entry in below.entries if below is not None else ():
            letter = entry.leading_factor
            if isinstance(letter, Name):
                self.found.bound.add(letter.text)
                self.found.indexing.add(letter.text)
                first = canonical(entry.sides[1]).strip() if entry.relations == ("=",) else ""
                last = None if above is None or above.only is None else dimension(above.only.single_factor)
                if first == "1" and last is not None and not last.isdigit():
                    self.found.ranges.setdefault(letter.text, last)
                self.found.counts_from_one |= first == "1"
                self.found.counts_from_zero |= first == "0"


def _is_slash_of_partials(term: Term, at: int) -> bool:
    """Whether a ∂ is that above the slash of `∂L / ∂W`."""
    below = term.factors[at + 2 : at + 4]
    return len(below) == 2 and isinstance(below[0], Partial) and term.operators[at + 1].kind == "SLASH"


def _asks_for_sign(node: Syntax) -> bool:
    """|x|, (x)^+, and every comparison."""
    if isinstance(node, Formula):
        return bool(node.relations) and node.relations != ("=",)
    return isinstance(node, Bars) or (isinstance(node, Scripted) and node.scripts[0].bare in ("+", "-"))


def is_defined_word(word: str, found: Gathered) -> bool:
    """Whether a run of letters is the head of a name that an equation is for."""
    return any(word in _words(equation.key) for equation in found.equations)


def _gather_between(found: Gathered, document: Document) -> None:
    r"""`$X$ is $N \times D$`, `$W$ ($D \times H$)`, `an $N \times D$ matrix $X$`: two formulas and words between."""
    for one, other in zip(document.passages, document.passages[1:], strict=False):
        mark = mark_between(one, other)
        if mark is None:
            continue
        name, set_ = (one, other) if mark == "name first" else (other, one)
        content = _parsed(tokenize(name.text.value, frozenset()))
        space = space_words(_parsed(tokenize(set_.text.value, frozenset())))
        if content is None or space is None or (len(space.dims) != 2):
            continue
        names = [entry.single_factor for entry in content.entries]
        if all(factor is not None and _is_name(factor) for factor in names):
            because = f"the text says ${_on_one_line(name.text.value)}$ is ${_on_one_line(set_.text.value)}$"
            for factor in names:
                assert factor is not None
                at = name.text.part(factor.span.start, factor.span.end)
                found.declared.append(Declared(factor, canonical(factor).strip(), space, at, because))


def first_use(text: Text, spellings: Collection[str], words: frozenset[str]) -> Text | None:
    """Where a name stands first in a formula, if it does."""
    for chain in split(text.value, words):
        for member in chain.members:
            for node in sorted(nodes(_parsed(member.tokens)), key=lambda node: (node.span.start, -node.span.end)):
                if isinstance(node, (Name, Scripted)) and plain(canonical(node).strip()) in spellings:
                    return text.part(node.span.start, node.span.end)
    return None


def _parsed(tokens: Sequence[Token]) -> List | None:
    if not tokens:
        return None
    try:
        return parse(tokens)
    except FormulaError:
        return None


def _head(node: Syntax) -> str:
    """The name of a function without its scripts."""
    node = unwrapped(node)
    return canonical(unwrapped(node.base) if isinstance(node, Scripted) else node).strip()


def _is_name(node: Syntax) -> bool:
    node = unwrapped(node)
    base = unwrapped(node.base) if isinstance(node, Scripted) else node
    return isinstance(base, Name)


def _own_transpose(one: Member, other: Member) -> Syntax | None:
    """The A of two members `A` and `A^T`."""
    names = [None if content is None else content.only for content in (_parsed(one.tokens), _parsed(other.tokens))]
    first, second = (None if name is None else name.single_factor for name in names)
    if first is None or second is None or not _is_name(first) or _is_operated_on(first):
        return None
    transposed = _TRANSPOSED.fullmatch(canonical(second).strip())
    return first if transposed is not None and transposed[1] == canonical(first).strip() else None


_TRANSPOSED = re.compile(r"(.+?)(?:\^\{(?:T|\\top|\\intercal|\\math(?:sf|rm|tt)\{T\})\}|\.T)")
_OPERATION = re.compile(r"\^\{[^{}]*(?:T|\\top|\\intercal|\\math(?:sf|rm|tt)\{T\}|-1|-T)\}$|\^\{\d+\}$|\.T$")


def _is_operated_on(node: Syntax) -> bool:
    """Whether a name is transposed, inverted or raised to a power: what is said then, is said of an expression."""
    return _OPERATION.search(canonical(node).strip()) is not None


def _end(text: str, relation: Token) -> int:
    """Where what stands behind a relation sign ends, for a quotation: at the end of the formula or of its clause."""
    ends = [
        end for mark in (", ", "\\quad", "\\qquad", "\\\\", ";", "\n") if (end := text.find(mark, relation.end)) > 0
    ]
    dots = text.find("dots", relation.end)
    return len(text) if dots > 0 or not ends else min(ends)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
