"""A display -> chains of members between relation signs, with their conditions and names.

`a = b = c` is one chain with two relations, also over the rows of an align,
where a row that begins with a relation (or with `+`, `-`, a product sign)
goes on with the row above. A row that does not, and what follows `\\qquad`, `, \\quad`, a semicolon
or a word like "and", begins a chain of its own. Brackets are looked through: only signs outside all brackets count.
Nothing is parsed here, so that one broken member leaves its neighbours readable.

>>> [chain.shown(r"a = b = c, \\quad d = e") for chain in split(r"a = b = c, \\quad d = e", frozenset())]
['a = b = c', 'd = e']
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from derive.notation.tables import RELATIONS, ROW_ENVIRONMENTS
from derive.notation.tokens import Token, tokenize
from derive.source import Span

_OPENERS = {"LPAR": "RPAR", "LBRACK": "RBRACK", "LSET": "RSET", "LBRACE": "RBRACE", "LANGLE": "RANGLE", "BEGIN": "END"}
_CLOSERS = {closer: opener for opener, closer in _OPENERS.items()}
_CONTINUING = frozenset({"PLUS", "MINUS", "CDOT", "TIMES", "STAR", "ODOT", "CIRC", "OTIMES", "OSLASH", "SLASH"})
_TRAILING = frozenset({"COMMA", "PERIOD", "SEMICOLON", "QUAD"})
_CONDITIONAL = frozenset({"differ", "less", "greater", "at most", "at least"})


@dataclass
class Member:
    """What stands between two relation signs."""

    tokens: list[Token] = field(default_factory=list)

    @property
    def span(self) -> Span | None:
        return self.tokens[0].span.to(self.tokens[-1].span) if self.tokens else None


@dataclass
class Chain:
    """Members and the relation signs between them; `conditions` restrict all of it."""

    members: list[Member] = field(default_factory=lambda: [Member()])
    relations: list[Token] = field(default_factory=list)
    conditions: list[list[Token]] = field(default_factory=list)
    tag: str | None = None

    @property
    def last(self) -> Member:
        return self.members[-1]

    def shown(self, text: str) -> str:
        """The chain as its author wrote it, without what stands between its rows."""
        pieces = [slice_of(text, self.members[0])]
        for relation, member in zip(self.relations, self.members[1:], strict=True):
            pieces += [text[relation.start : relation.end], slice_of(text, member)]
        return " ".join(piece for piece in pieces if piece)


def slice_of(text: str, member: Member) -> str:
    """A member as its author wrote it, on one line, without the marks that only arrange rows."""
    span = member.span
    written = "" if span is None else text[span.start : span.end]
    if "\\begin" not in written:
        written = _ARRANGING.sub(" ", written)
    return " ".join(written.split())


_ARRANGING = re.compile(r"\\\\|\\nonumber|\\notag|(?<!\\)&")


def kind_of(relation: Token) -> str:
    """What a relation sign does: claim, define, member, adds, nothing, map, implies, or a comparison."""
    return "member" if relation.kind == "COLON" else RELATIONS.get(relation.text, "claim")


def split(
    text: str, words: frozenset[str], is_index: Callable[[str], bool] = lambda name: len(name) == 1
) -> list[Chain]:
    """All chains of a display, those without any relation too. `is_index` says which names can be an index or a label."""
    tokens = _cases_by_brace(tokenize(text, words))
    splitter = _Splitter(is_index)
    for row in _rows(tokens):
        splitter.read_row(row)
    splitter.finish()
    return splitter.chains


def _cases_by_brace(tokens: list[Token]) -> list[Token]:
    """`\\left\\{ \\begin{array} … \\end{array} \\right.` is a way to write cases."""
    out: list[Token] = []
    partner = _partners(tokens)
    for at, token in enumerate(tokens):
        opens_cases = (
            token.kind == "LSET" and at not in partner and at + 1 < len(tokens) and tokens[at + 1].kind == "BEGIN"
        )
        if opens_cases:
            end = partner.get(at + 1)
            tokens[at + 1] = Token("BEGIN", "cases", tokens[at + 1].start, tokens[at + 1].end)
            if end is not None:
                tokens[end] = Token("END", "cases", tokens[end].start, tokens[end].end)
        else:
            out.append(token)
    return out


def _partners(tokens: Sequence[Token]) -> dict[int, int]:
    """The closing bracket of each opening one that has a partner; the others are left out."""
    partners: dict[int, int] = {}
    stack: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind in _OPENERS:
            stack.append(at)
        elif token.kind in _CLOSERS:
            found = next((place for place in reversed(stack) if _OPENERS[tokens[place].kind] == token.kind), None)
            if found is not None:
                del stack[stack.index(found) :]
                partners[found] = at
    return partners


def _top_level(tokens: Sequence[Token]) -> list[bool]:
    """Which tokens stand outside all brackets that close."""
    inside = [0] * (len(tokens) + 1)
    for first, last in _partners(tokens).items():
        inside[first] += 1
        inside[last + 1] -= 1
    depth, flags = 0, []
    for at in range(len(tokens)):
        depth += inside[at]
        flags.append(depth == 0)
    return flags


def _rows(tokens: list[Token]) -> list[list[list[Token]]]:
    """Rows of cells. The environments that only arrange rows are taken away."""
    kept: list[Token] = []
    joined_lines = 0
    for at, token in enumerate(tokens):
        if token.kind in ("BEGIN", "END") and token.text in ROW_ENVIRONMENTS:
            joined_lines += (1 if token.kind == "BEGIN" else -1) * (token.text == "multline")
        elif not (token.kind == "NEWLINE" and joined_lines > 0):
            kept.append(token)
    rows: list[list[list[Token]]] = [[[]]]
    for token, outside in zip(kept, _top_level(kept), strict=True):
        if outside and token.kind == "NEWLINE":
            rows.append([[]])
        elif outside and token.kind == "AMPERSAND":
            rows[-1].append([])
        else:
            rows[-1][-1].append(token)
    return rows


def _is_relation(token: Token) -> bool:
    return token.kind in ("RELATION", "COLON")


class _Splitter:
    """Reads rows in order and collects chains. `current` is the chain that a next row may go on with."""

    def __init__(self, is_index: Callable[[str], bool]) -> None:
        self.is_index = is_index
        self.chains: list[Chain] = []
        self.current: Chain | None = None
        self.untagged: list[Chain] = []

    def finish(self) -> None:
        for chain in self.chains:
            for member in chain.members:
                while member.tokens and member.tokens[-1].kind in _TRAILING:
                    member.tokens.pop()
        self.chains = [chain for chain in self.chains if any(member.tokens for member in chain.members)]

    def read_row(self, cells: list[list[Token]]) -> None:
        named = [self.without_names(cell) for cell in cells]
        for place, (cell, tag) in enumerate(named):
            if cell:
                nothing: list[Token] = []
                following = next((later for later, _ in named[place + 1 :] if later), nothing)
                self.read_cell(cell, place, following)
            if tag is not None:
                self.name(tag)

    def without_names(self, cell: list[Token]) -> tuple[list[Token], str | None]:
        """The cell without its tag, label or trailing number, and that name."""
        names = {token.kind: token.text for token in cell if token.kind in ("TAG", "LABEL")}
        tokens = [token for token in cell if token.kind not in ("TAG", "LABEL")]
        while tokens and tokens[-1].kind in _TRAILING:
            tokens.pop()
        kinds = [token.kind for token in tokens[-4:]]
        if kinds[1:] == ["LPAR", "NUMBER", "RPAR"] and kinds[0] == "QUAD":
            names.setdefault("TAG", tokens[-2].text)
            tokens = tokens[:-4]
        return tokens, names.get("TAG", names.get("LABEL"))

    def name(self, tag: str) -> None:
        for chain in self.untagged:
            chain.tag = tag
        self.untagged = []

    def read_cell(self, cell: list[Token], place: int, following: list[Token]) -> None:
        begins_equation = bool(following) and _is_relation(following[0])
        waiting = self.current is not None and self.current.relations and not self.current.last.tokens
        if place >= 2 and not _is_relation(cell[0]) and not begins_equation and not waiting:
            self.read_note(cell)
            return
        signed_equation = cell[0].kind == "MINUS" and begins_equation and place == 0
        continues = self.current is not None and bool(
            _is_relation(cell[0])
            or waiting
            or (cell[0].kind in _CONTINUING and not signed_equation)
            or self.expects_more(cell)
        )
        for number, segment in enumerate(self.segments(cell)):
            self.read_segment(segment, continues and number == 0)

    def expects_more(self, cell: list[Token]) -> bool:
        """Whether the last member ends with an open bracket or an operator, or this cell has no relation of its own in a row of an align."""
        if self.current is None or not self.current.last.tokens:
            return False
        tokens = self.current.last.tokens
        partners = _partners(tokens)
        unclosed = any(token.kind in _OPENERS and at not in partners for at, token in enumerate(tokens))
        return unclosed or tokens[-1].kind in _CONTINUING

    def read_note(self, cell: list[Token]) -> None:
        """A side note in a column of its own: a condition where a word says so, else a remark."""
        if self.current is not None and cell[0].kind in ("CONDITION", "FORALL"):
            self.current.conditions.append(cell)

    def segments(self, cell: list[Token]) -> Iterable[list[Token]]:
        """The cell cut at long spaces, semicolons, words, implications, and commas between equations."""
        flags = _top_level(cell)
        pieces: list[list[Token]] = [[]]
        for at, (token, outside) in enumerate(zip(cell, flags, strict=True)):
            cuts = outside and (
                (
                    token.kind == "QUAD"
                    and (token.text == "\\qquad" or (at > 0 and cell[at - 1].kind in ("COMMA", "QUAD")))
                )
                or token.kind == "SEMICOLON"
                or (_is_relation(token) and kind_of(token) == "implies")
                or (token.kind == "COMMA" and self.comma_separates(cell, flags, at, pieces[-1]))
            )
            if cuts:
                pieces.append([])
            elif outside and token.kind in ("WORDS", "CONDITION", "OTHERWISE", "FORALL"):
                pieces.append([token])
            else:
                pieces[-1].append(token)
        return [piece for piece in pieces if any(token.kind not in _TRAILING for token in piece)]

    @staticmethod
    def comma_separates(cell: list[Token], flags: list[bool], at: int, before: list[Token]) -> bool:
        """A comma separates equations where there is a relation on both of its sides."""
        if before and before[0].kind in ("CONDITION", "FORALL"):
            return False
        relation_before = any(
            _is_relation(token) and outside for token, outside in zip(before, _top_level(before), strict=True)
        )
        relation_after = any(
            _is_relation(token) and outside for token, outside in zip(cell[at + 1 :], flags[at + 1 :], strict=True)
        )
        return relation_before and relation_after

    def read_segment(self, segment: list[Token], continues: bool) -> None:
        first = segment[0]
        if first.kind in ("CONDITION", "FORALL", "OTHERWISE"):
            if self.current is not None and len(segment) > 1:
                self.current.conditions.append(segment)
            return
        if first.kind == "WORDS":
            from_word = segment[1:]
            if first.text in _REMARKS or not from_word:
                return
            segment, continues = from_word, False
        if any(
            _is_relation(token) and kind_of(token) == "map"
            for token, outside in zip(segment, _top_level(segment), strict=True)
            if outside
        ):
            self.current = None
            return
        if not continues and self.current is not None and self.is_condition(segment):
            self.current.conditions.append(segment)
            return
        if not continues:
            self.current = Chain()
            self.chains.append(self.current)
            self.untagged.append(self.current)
        self.extend(segment)

    def is_condition(self, segment: list[Token]) -> bool:
        """Behind an equation: a comparison, or an equality or membership of an index that the equation uses."""
        outside = _top_level(segment)
        signs = [token for token, flag in zip(segment, outside, strict=True) if flag and _is_relation(token)]
        kinds = {kind_of(token) for token in signs}
        if not kinds or self.current is None or not self.current.relations:
            return False
        if kinds <= _CONDITIONAL:
            return True
        left = segment[: segment.index(signs[0])]
        used = {token.text for member in self.current.members for token in member.tokens if token.kind == "NAME"}
        is_index = len(left) == 1 and left[0].kind == "NAME" and self.is_index(left[0].text) and left[0].text in used
        return is_index and kinds <= {"claim", "member"} and all(token.kind in _INDEX_TOKENS for token in segment)

    def extend(self, segment: list[Token]) -> None:
        assert self.current is not None
        for token, outside in zip(segment, _top_level(segment), strict=True):
            if outside and _is_relation(token):
                self.current.relations.append(token)
                self.current.members.append(Member())
            else:
                self.current.last.tokens.append(token)


_REMARKS = frozenset(
    {
        "where",
        "with",
        "since",
        "because",
        "as",
        "which",
        "using",
        "by",
        "from",
        "note",
        "such that",
        "s.t.",
        "i.e.",
        "that is",
    }
)
_INDEX_TOKENS = frozenset({"NAME", "NUMBER", "COMMA", "DOTS", "RELATION", "UNDERSCORE", "LBRACE", "RBRACE", "LSET", "RSET", "PLUS", "MINUS",
                           "COLON", "PRIME", "CARET", "LPAR", "RPAR"})  # fmt: skip
