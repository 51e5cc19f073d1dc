r"""The letters of an exercise: which stand for its symbols, which for its dimensions, which are indices or taken.

A letter is what is left of a name without accents, fonts and scripts: that of `\hat{\mathbf{y}}_1` is `y`.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from derive.expressions.tree import IndexVariable
from derive.expressions.walk import walk
from derive.notation.names import read_name
from derive.notation.symbols import SymbolTable
from derive.notation.tokens import Token
from derive.records import dataclass
from derive.sheets.variants.draft import Draft, prose_of, text_formulas
from derive.sheets.variants.formulas import Edit, edited, is_transpose, tokens_of, values_in

_DRESS = re.compile(r"\\[a-z]+\{(.*)\}")
RESERVED = frozenset(
    ("d", "e", "i", "j", "I", "T", "O", "N", r"\pi", r"\delta", r"\Delta", r"\sigma", r"\Sigma", r"\Pi", r"\ell")
)
"""Letters that no new name takes: they have a meaning of their own, or look like another one."""


def letter_of(name: str) -> str:
    """A name of one token without its accents and fonts."""
    while (inside := _DRESS.fullmatch(name)) is not None:
        name = inside[1]
    return name


def relettered(name: str, letter: str) -> str:
    """A name of one token with another letter below its accents and fonts."""
    old = letter_of(name)
    at = name.rindex(old)
    return name[:at] + letter + name[at + len(old) :]


@dataclass(frozen=True)
class Letters:
    """All letters of a draft; `table` says what its names are."""

    draft: Draft
    table: SymbolTable

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the setting, dimensions left out."""
        groups = (self.draft.symbols, self.draft.model, self.draft.notation)
        return tuple(name for group in groups for name, _ in group)

    @cached_property
    def symbols(self) -> frozenset[str]:
        """The letters of these names; a name of several letters is one letter here."""
        return frozenset(letter_of(self._first(name).text) for name in self.names)

    @cached_property
    def dims(self) -> frozenset[str]:
        """The letters of the dimensions."""
        return frozenset(name for name, _ in self.draft.dims)

    @cached_property
    def indices(self) -> frozenset[str]:
        """The letters that stand for indices somewhere."""
        return frozenset(self._indices())

    @cached_property
    def taken(self) -> frozenset[str]:
        """The letters that stand anywhere, and those that mean something by themselves."""
        return self.standing | RESERVED

    @cached_property
    def standing(self) -> frozenset[str]:
        """All letters that stand anywhere, in formulas or as words."""
        words = re.findall(r"(?<![\w'])[A-Za-z](?!\w)", prose_of(self.draft))
        tokens = (token for formula in self.formulas for token in tokens_of(self.table, formula))
        standing = {letter_of(token.text) for token in tokens if token.kind == "NAME"}
        return frozenset({*words, *standing, *self.dims})

    @cached_property
    def doubtful(self) -> frozenset[str]:
        """Letters of which the same spelling may mean one thing here and another there: they stay as they are."""
        both = self.symbols & self.dims
        bare = {letter_of(tokens[0].text) for tokens in self._text_tokens() if len(tokens) == 1}
        whole = {letter_of(self._first(name).text) for name in self.names if len(tokens_of(self.table, name)) == 1}
        return (both & bare & whole) | (self.indices & (self.symbols | self.dims)) | frozenset(("i", "j", "e"))

    @cached_property
    def formulas(self) -> tuple[str, ...]:
        """Every formula of the draft, names among them."""
        asks = (part.get("ask") for part in self.draft.parts)
        values = (formula for group in (self.draft.model, self.draft.notation) for _, formula in group)
        return (*self.names, *values, *asks, *text_formulas(self.draft))

    @property
    def are_dressed(self) -> bool:
        """Whether there are names in bold letters, or such as `dx`, which would read badly in bold ones."""
        return any("\\math" in name or "\\b" in name or self._is_differential(name) for name in self.names)

    def _first(self, name: str) -> Token:
        return next(token for token in tokens_of(self.table, name) if token.kind == "NAME")

    def _text_tokens(self) -> Iterator[list[Token]]:
        for formula in text_formulas(self.draft):
            yield tokens_of(self.table, formula)

    def _indices(self) -> Iterator[str]:
        for formula in self.formulas:
            for value in values_in(self.table, formula):
                yield from (node.name for node in walk(value) if isinstance(node, IndexVariable))
            tokens = tokens_of(self.table, formula)
            for at, token in enumerate(tokens):
                if token.kind in ("SUM", "PROD"):
                    script = [one.text for one in tokens[at + 1 : at + 4] if one.kind in ("NAME", "UNDERSCORE")]
                    yield from script[1:2]

    def roles(self, formula: str) -> Iterator[tuple[Token, bool]]:
        """The tokens of a formula that are a symbol's or a dimension's letter, each with whether it is a symbol's."""
        tokens = tokens_of(self.table, formula)
        words = self._words_below(tokens)
        for at, token in enumerate(tokens):
            letter = letter_of(token.text)
            if at in words:
                continue
            if token.kind == "NAME" and self._is_differential(token.text):
                yield token, True
                continue
            if token.kind != "NAME" or self._is_of_norm(tokens, at) or is_transpose(tokens, at):
                continue
            if letter in self.doubtful or letter not in self.symbols | self.dims:
                continue
            if letter not in self.dims:
                yield token, True
            elif letter not in self.symbols:
                yield token, False
            else:
                yield token, not self._is_dim_here(tokens, at)

    def letter(self, text: str) -> str:
        """The letter of a name of one token; that of `dx` is x."""
        return text[1:] if self._is_differential(text) else letter_of(text)

    def redressed(self, text: str, new: str) -> str:
        """A name of one token with another letter, in the same font and below the same accents."""
        if self._is_differential(text):
            return f"d{new}"
        if new.startswith("\\"):
            text = text.replace("\\mathbf{", "\\boldsymbol{")
        return relettered(text, new)

    def _is_differential(self, text: str) -> bool:
        """Whether a word such as `dx` is the name of a derivative by a symbol."""
        return text[:1] == "d" and text in self.names and text[1:] in self.symbols

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(map(read_name, self.names))

    def _words_below(self, tokens: list[Token]) -> frozenset[int]:
        """Where the letters of a word stand below a name to which it belongs, as in `h_{new}`."""
        found: set[int] = set()
        for at in range(len(tokens) - 3):
            if [token.kind for token in tokens[at : at + 3]] == ["NAME", "UNDERSCORE", "LBRACE"]:
                end = at + 3
                while end < len(tokens) and tokens[end].kind == "NAME":
                    end += 1
                word = [token.text for token in tokens[at + 3 : end]]
                is_name = f"{tokens[at].text}_{{{''.join(word)}}}" in self._keys
                if is_name and len(word) > 1 and not set(word) <= self.symbols | self.dims:
                    found.update(range(at + 3, end))
        return frozenset(found)

    def _is_of_norm(self, tokens: list[Token], at: int) -> bool:
        """The F of a norm is no name."""
        return [token.kind for token in tokens[max(0, at - 2) : at]] == ["NORM", "UNDERSCORE"]

    def _is_dim_here(self, tokens: list[Token], at: int) -> bool:
        """Of a letter that is both: a bound, a number below a fraction, or no name of a symbol as it stands."""
        before = [token.kind for token in tokens[max(0, at - 2) : at]]
        if before[-1:] == ["CARET"] or before == ["CARET", "LBRACE"]:
            return True
        behind = tokens[at + 1].kind if at + 1 < len(tokens) else ""
        if before == ["RBRACE", "LBRACE"] and behind == "RBRACE":
            return True
        is_whole = any(len(tokens_of(self.table, name)) == 1 and name == tokens[at].text for name in self.names)
        return behind not in ("UNDERSCORE", "CARET", "PRIME") and not is_whole


def rewritten(letters: Letters, formula: str, symbols: Mapping[str, str], dims: Mapping[str, str]) -> str:
    """The formula with other names: tokens for the letters of symbols, and for those of dimensions."""
    tokens = tokens_of(letters.table, formula)
    starts = {token.start: at for at, token in enumerate(tokens)}
    edits: list[Edit] = []
    for token, is_symbol in letters.roles(formula):
        new = (symbols if is_symbol else dims).get(letters.letter(token.text))
        if new is None:
            continue
        at = starts[token.start]
        is_script = at > 0 and tokens[at - 1].kind in ("UNDERSCORE", "CARET")
        text = letters.redressed(token.text, new)
        edits.append((token.start, token.end, f"{{{text}}}" if is_script and len(text) > 1 else text))
    return edited(formula, edits)
