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
from bisect import bisect_left
from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import lru_cache
from itertools import pairwise, takewhile

from derive.notation.alternatives import cases_beside, exclude_each_other
from derive.notation.remarks import comments
from derive.notation.tables import CONSTRAINT_WORDS, END_MARKS, IMPLICATIONS, PROBLEM_WORDS, RELATIONS, ROW_ENVIRONMENTS
from derive.notation.tokens import Token, tokenize, words_in
from derive.records import dataclass
from derive.source import Span

_OPENERS = {"LPAR": "RPAR", "LBRACK": "RBRACK", "LSET": "RSET", "LBRACE": "RBRACE", "LANGLE": "RANGLE", "BEGIN": "END"}
_CLOSERS = frozenset(_OPENERS.values())
_BRACKETS = _CLOSERS | _OPENERS.keys()
_CONTINUING = frozenset(
    {"PLUS", "MINUS", "CDOT", "AT", "TIMES", "STAR", "ODOT", "CIRC", "OTIMES", "OSLASH", "SLASH", "INNER"}
)
_TRAILING = frozenset({"COMMA", "PERIOD", "SEMICOLON", "QUAD"})
_CONDITIONAL = frozenset({"differ", "less", "greater", "at most", "at least", "compares"})


@dataclass
class Member:
    """What stands between two relation signs; `written` is how, where that is in another display."""

    tokens: list[Token] = field(default_factory=list)
    written: str | None = None

    @property
    def span(self) -> Span | None:
        return self.tokens[0].span.to(self.tokens[-1].span) if self.tokens else None


@dataclass
class Chain:
    """Members and the relation signs between them; `conditions` restrict all of it.

    `places`: how many relations stand before each condition. `implies`: a sign like `\\Rightarrow` stands between it
    and the next chain, which then `is_implied`.
    """

    members: list[Member] = field(default_factory=lambda: [Member()])
    relations: list[Token] = field(default_factory=list)
    conditions: list[list[Token]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    tag: str | None = None
    label: str | None = None
    implies: bool = False
    is_implied: bool = False

    @property
    def last(self) -> Member:
        return self.members[-1]

    def add_condition(self, tokens: list[Token]) -> None:
        """One more condition, behind the relations so far."""
        self.conditions.append(tokens)
        self.places.append(len(self.relations))

    def copy(self) -> "Chain":
        """The same chain, of which a change changes nothing here."""
        members = [Member(list(member.tokens), member.written) for member in self.members]
        conditions = [list(condition) for condition in self.conditions]
        return replace(
            self, members=members, relations=list(self.relations), conditions=conditions, places=list(self.places)
        )

    @property
    def key(self) -> Hashable:
        """All that it says and where, but for its names: chains with one key are judged alike."""
        members = tuple((tuple(member.tokens), member.written) for member in self.members)
        conditions = tuple(map(tuple, self.conditions))
        return members, tuple(self.relations), conditions, tuple(self.places), self.implies, self.is_implied

    @property
    def alternatives(self) -> list[tuple[int, list[Token]]]:
        """Where the rows begin that say each what the first member is under a condition, and these conditions.

        None where the conditions do not exclude each other: then all of them restrict the whole chain.
        """
        exclusive = all(exclude_each_other(first, second) for first, second in pairwise(self.conditions))
        behind_each = all(0 < before < after for before, after in pairwise(self.places)) and len(self.places) > 1
        if not (exclusive and behind_each and self.places[-1] == len(self.relations)):
            return []
        return list(zip([0, *self.places], self.conditions, strict=False))

    def shown(self, text: str) -> str:
        """The chain as its author wrote it, without what stands between its rows."""
        pieces = [slice_of(text, self.members[0])]
        for relation, member in zip(self.relations, self.members[1:], strict=True):
            pieces += [text[relation.start : relation.end], slice_of(text, member)]
        return " ".join(piece for piece in pieces if piece)


def slice_of(text: str, member: Member) -> str:
    """A member as its author wrote it, on one line, without the marks that only arrange rows."""
    if member.written is not None:
        return member.written
    span = member.span
    written = "" if span is None else text[span.start : span.end]
    if "\\begin" not in written and "\\substack" not in written:
        written = _ARRANGING.sub(" ", written)
    return " ".join(written.split())


_ARRANGING = re.compile(r"\\\\|\\nonumber|\\notag|(?<!\\)&")


def kind_of(relation: Token) -> str:
    """What a relation sign does: claim, define, names, member, adds, nothing, map, implies, or a comparison."""
    return "member" if relation.kind == "COLON" else RELATIONS.get(relation.text, "claim")


def split(
    text: str,
    words: frozenset[str],
    is_index: Callable[[str], bool] = lambda name: len(name) == 1,
    unread: Container[int] = (),
    is_hot: Callable[[str], bool] = lambda name: False,
) -> list[Chain]:
    """All chains of a display, also without a relation. `is_index` says which names can be an index or a label.

    At the offsets `unread` stand commands that are known to be no notation. `is_hot` says which names have zeros and
    ones as their entries. A display is split several times on its way to a verdict: how is remembered, with the answers
    of both that it rests on.
    """
    kept = [] if unread else _remembered(text, words_in(text, words))
    for indices, hot, chains in kept:
        if _gives(is_index, indices) and _gives(is_hot, hot):
            return [chain.copy() for chain in chains]
    indices, hot = {}, {}
    chains = _chains(text, words, _recording(is_index, indices), unread, _recording(is_hot, hot))
    kept.append((indices, hot, chains))
    return [chain.copy() for chain in chains]


Ask = Callable[[str], bool]
Answers = dict[str, bool]


def _gives(ask: Ask, answers: Answers) -> bool:
    return all(ask(name) == answer for name, answer in answers.items())


def _recording(ask: Ask, answers: Answers) -> Ask:
    """The same, with every answer kept."""
    return lambda name: answers.setdefault(name, ask(name))


@lru_cache(maxsize=1024)
def _remembered(text: str, words: frozenset[str]) -> list[tuple[Answers, Answers, list[Chain]]]:
    """The ways in which a display was split before, each with what it rests on."""
    return []


def _chains(text: str, words: frozenset[str], is_index: Ask, unread: Container[int], is_hot: Ask) -> list[Chain]:
    tokens = _inner_products(_cases_by_brace(_without_braced_signs(tokenize(text, words, unread))))
    splitter = _Splitter(is_index, is_hot)
    for row in _rows(tokens):
        splitter.read_row(row)
    splitter.finish()
    _note_implications(splitter.chains, tokens)
    return splitter.chains


def _note_implications(chains: Sequence[Chain], tokens: Sequence[Token]) -> None:
    """Note which chains a sign of implication joins, or an arrow between two equations, which says the same."""
    signs = [token.start for token in tokens if token.text in IMPLICATIONS]
    arrows = [token.start for token in tokens if _is_relation(token) and kind_of(token) == "map"]
    for before, chain in pairwise(chains if signs or arrows else ()):
        between_equations = arrows if before.relations and chain.relations else []
        first = next(member.span for member in chain.members if member.span is not None)
        last = next(member.span for member in reversed(before.members) if member.span is not None)
        if any(last.end <= sign < first.start for sign in (*signs, *between_equations)):
            before.implies = chain.is_implied = True


def _without_braced_signs(tokens: list[Token]) -> list[Token]:
    """`a {=} b` is a way to set the spaces around a sign."""
    signs = [at for at, token in enumerate(tokens) if token.kind == "RELATION"]
    around = [(at - 1, at + 1) for at in signs if 0 < at < len(tokens) - 1]
    braces = {at for pair in around if [tokens[at].kind for at in pair] == ["LBRACE", "RBRACE"] for at in pair}
    return [token for at, token in enumerate(tokens) if at not in braces] if braces else tokens


def _cases_by_brace(tokens: list[Token]) -> list[Token]:
    """`\\left\\{ \\begin{array} … \\end{array} \\right.` is a way to write cases."""
    if all(token.kind != "LSET" for token in tokens):
        return tokens
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


_SHAPE_TOKENS = frozenset({"TIMES", "STAR", "SLASH"})
_ENDS_OF_A_SIDE = frozenset({"RELATION", "AMPERSAND", "NEWLINE", "COMMA", "SEMICOLON", "QUAD", "END"})


def _inner_products(tokens: list[Token]) -> list[Token]:
    """`A : B` between expressions is an inner product: where an equality stands beside it, and no shape or set behind.

    `a : m \\times n`, `f : \\mathbb{R}^n \\to \\mathbb{R}` and what follows a condition are none.
    """
    if all(token.kind != "COLON" for token in tokens):
        return tokens
    flags = _top_level(_without_rows(tokens))
    ends = [at for at, token in enumerate(tokens) if flags[at] and token.kind in _ENDS_OF_A_SIDE]
    ends_of_clauses = [at for at in ends if tokens[at].kind != "RELATION"]
    shapes = [at for at, token in enumerate(tokens) if token.kind in _SHAPE_TOKENS]
    conditions = [at for at, token in enumerate(tokens) if token.kind in ("FORALL", "CONDITION")]
    ends_of_conditions = [at for at in ends if tokens[at].kind != "COMMA" and tokens[at].text != "\\in"]
    out = list(tokens)
    for at, (token, outside) in enumerate(zip(tokens, flags, strict=True)):
        if token.kind == "COLON" and outside and at and tokens[at - 1].kind in _OPERANDS_END:
            before, behind = _around(ends, at, len(tokens))
            joined = any(
                _is_relation(tokens[place]) and kind_of(tokens[place]) in ("claim", "define")
                for place in (before, behind)
                if 0 <= place < len(tokens)
            )
            says_a_set = behind > at + 1 and tokens[at + 1].text.startswith("\\mathbb")
            says_a_shape = says_a_set or _around(shapes, at, len(tokens))[1] < behind
            condition = _around(conditions, at, len(tokens))[0]
            is_conditional = (
                condition > _around(ends_of_clauses, at, len(tokens))[0]
                or condition > _around(ends_of_conditions, at, len(tokens))[0]
            )
            if joined and behind > at + 1 and not says_a_shape and not is_conditional:
                out[at] = Token("INNER", ":", token.start, token.end)
    return out


def _around(places: Sequence[int], at: int, behind_all: int) -> tuple[int, int]:
    """The last of some places before a place and the first behind it; -1 and `behind_all` where there is none.

    The places are in order, and this one is none of them.
    """
    found = bisect_left(places, at)
    return places[found - 1] if found else -1, places[found] if found < len(places) else behind_all


_OPERANDS_END = frozenset({"NAME", "NUMBER", "RPAR", "RBRACK", "RBRACE", "PRIME", "TRANSPOSE"})


def _without_rows(tokens: list[Token]) -> list[Token]:
    """The tokens with the marks of environments that only arrange rows made into ends of rows."""
    return [
        Token("NEWLINE", token.text, token.start, token.end)
        if token.kind in ("BEGIN", "END") and token.text in ROW_ENVIRONMENTS
        else token
        for token in tokens
    ]


def _partners(tokens: Sequence[Token]) -> dict[int, int]:
    """The closing bracket of each opening one that has a partner; the others are left out."""
    partners: dict[int, int] = {}
    stack: list[int] = []
    awaited = dict.fromkeys(_CLOSERS, 0)
    for at, token in enumerate(tokens):
        kind = token.kind
        if kind in _OPENERS:
            stack.append(at)
            awaited[_OPENERS[kind]] += 1
        elif awaited.get(kind):
            closed = ""
            while closed != kind:
                opener = stack.pop()
                closed = _OPENERS[tokens[opener].kind]
                awaited[closed] -= 1
            partners[opener] = at
    return partners


def _top_level(tokens: Sequence[Token]) -> list[bool]:
    """Which tokens stand outside all brackets that close."""
    flags = [True] * len(tokens)
    outside = 0
    for first, last in sorted(_partners(tokens).items()):
        if first >= outside:
            outside = last + 1
            flags[first:outside] = [False] * (outside - first)
    return flags


def _rows(tokens: list[Token]) -> list[list[list[Token]]]:
    """Rows of cells. The environments that only arrange rows are taken away."""
    tokens = _without_inner_frames(_without_frame(tokens))
    kept: list[Token] = []
    joined_lines = 0
    for token in tokens:
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


def _without_frame(tokens: list[Token]) -> list[Token]:
    """A system of equations that stands in an array, behind one brace or in a box is rows of equations."""
    around = {"TAG", "LABEL", *_TRAILING}
    start = next((at for at, token in enumerate(tokens) if token.kind not in around), 0)
    if not tokens or tokens[start].kind not in ("BEGIN", "LBRACE") or tokens[start].text in ROW_ENVIRONMENTS:
        return tokens
    end = _partners(tokens).get(start)
    if end is None or any(token.kind not in around for token in tokens[end + 1 :]):
        return tokens
    inside = tokens[start + 1 : end]
    if tokens[start].kind == "LBRACE":
        framed = _without_frame(inside)
        return tokens if framed == inside else [*tokens[:start], *framed, *tokens[end + 1 :]]
    return [*tokens[:start], *inside, *tokens[end + 1 :]] if _relations(inside) else tokens


def _without_inner_frames(tokens: list[Token]) -> list[Token]:
    """Where all equations of a display stand in arrays beside other things, the rows of these are its rows."""
    rows = _without_rows(tokens)
    if _relations(rows):
        return tokens
    partners, kept = _partners(tokens), list(tokens)
    flags = _top_level(rows)
    for first, last in partners.items():
        around = flags[first - 1] if first else True
        if around and tokens[first].text == "array" and _relations(tokens[first + 1 : last]):
            for at in (first, last):
                kept[at] = Token("NEWLINE", tokens[at].text, tokens[at].start, tokens[at].end)
    if kept == tokens:
        return tokens
    return [token for at, token in enumerate(kept) if not _is_lone_brace(token, at, partners)]


def _is_lone_brace(token: Token, at: int, partners: Mapping[int, int]) -> bool:
    """A brace around a system that has no partner, as `\\right\\}` behind `\\left.`."""
    return token.kind in ("LSET", "RSET") and at not in partners and at not in partners.values()


_RELATIONS = frozenset({"RELATION", "COLON"})


def _is_relation(token: Token) -> bool:
    return token.kind in _RELATIONS


class _Splitter:
    """Reads rows in order and collects chains. `current` is the chain that a next row may go on with."""

    def __init__(self, is_index: Callable[[str], bool], is_hot: Callable[[str], bool]) -> None:
        self.is_index = is_index
        self.is_hot = is_hot
        self.chains: list[Chain] = []
        self.current: Chain | None = None
        self.untagged: list[Chain] = []
        self.waiting: list[list[Token]] = []
        self.row_has_equation = False
        self.constrains = False

    def finish(self) -> None:
        """Conditions that stand behind all equations belong to the last one."""
        if self.waiting and self.chains:
            for condition in self.waiting:
                self.chains[-1].add_condition(condition)
        for chain in self.chains:
            for member in chain.members:
                while member.tokens and member.tokens[-1].kind in _TRAILING:
                    member.tokens.pop()
        self.chains = [chain for chain in self.chains if any(member.tokens for member in chain.members)]

    # ── rows and cells ──

    def read_row(self, cells: list[list[Token]]) -> None:
        self.row_has_equation = False
        named = [self.without_names(cell) for cell in cells]
        has_relation = any(_relations(cell) for cell, _ in named)
        for place, (cell, names) in enumerate(named):
            if cell:
                nothing: list[Token] = []
                following = next((later for later, _ in named[place + 1 :] if later), nothing)
                self.read_cell(cell, place, following, has_relation)
            if names:
                self.name(names.get("TAG"), names.get("LABEL"))

    def without_names(self, cell: list[Token]) -> tuple[list[Token], dict[str, str]]:
        """The cell without its tag, label or trailing number, and these names by their kinds."""
        names = {token.kind: token.text for token in cell if token.kind in ("TAG", "LABEL")}
        tokens = _without_bracketed_remarks([token for token in cell if token.kind not in ("TAG", "LABEL")])
        while tokens and (tokens[-1].kind in _TRAILING or tokens[-1].text in END_MARKS):
            tokens.pop()
        kinds = [token.kind for token in tokens[-4:]]
        if kinds[1:] == ["LPAR", "NUMBER", "RPAR"] and kinds[0] == "QUAD":
            names.setdefault("TAG", tokens[-2].text)
            tokens = tokens[:-4]
        return tokens, names

    def name(self, tag: str | None, label: str | None) -> None:
        for chain in self.untagged:
            chain.tag = label if tag is None else tag
            chain.label = label
        self.untagged = []

    def read_cell(self, cell: list[Token], place: int, following: list[Token], row_has_relation: bool) -> None:
        while cell and cell[0].kind == "QUAD":
            cell = cell[1:]
        if not cell:
            return
        cell = cases_beside(cell, _top_level(cell))
        begins_equation = bool(following) and _is_relation(following[0])
        is_open = self.current is not None and bool(self.current.relations) and _is_empty(self.current.last.tokens)
        if is_open and self.current is not None and not _is_relation(cell[0]):
            self.current.last.tokens.clear()
        if place == 0 and following and cell[-1].kind == "COLON" and _compares_names(cell[:-1]):
            self.add_condition(cell, True)
            return
        is_beside = self.row_has_equation or not _relations(cell)
        if place >= 2 and is_beside and not _is_relation(cell[0]) and not begins_equation and not is_open:
            self.read_note(cell)
            return
        starts_with_sign = cell[0].kind in _CONTINUING and not (place == 0 and row_has_relation)
        goes_on = self.current is not None and (
            (_is_relation(cell[0]) and not _begins_with_implication(cell, begins_equation))
            or is_open
            or starts_with_sign
            or self.expects_more()
        )
        segments = list(self.segments(cell, begins_equation))
        for number, segment in enumerate(segments):
            opens = begins_equation and number == len(segments) - 1
            self.read_segment(segment, goes_on and number == 0, number == 0 and place == 0, opens)

    def expects_more(self) -> bool:
        """Whether the last member ends with an open bracket or an operator."""
        if self.current is None or not self.current.last.tokens:
            return False
        tokens = self.current.last.tokens
        partners = _partners(tokens)
        unclosed = any(token.kind in _OPENERS and at not in partners for at, token in enumerate(tokens))
        return unclosed or _is_operator(tokens, len(tokens) - 1)

    def read_note(self, cell: list[Token]) -> None:
        """A side note in a column of its own: a condition where it is one, else a remark."""
        said = next(
            (token for token in cell if token.kind == "WORDS" and not comments(token.text, is_apart=True)), None
        )
        if said is not None and self.current is not None:
            self.extend([Token("UNREADWORDS", said.text, said.start, said.end)])
            return
        tokens = _unwrapped(cell[1:] if cell[0].kind == "WORDS" else cell)
        if (
            self.current is not None
            and tokens
            and (tokens[0].kind in ("CONDITION", "FORALL", "OTHERWISE") or self.is_condition(tokens))
        ):
            self.current.add_condition(tokens)

    # ── segments ──

    def segments(self, cell: list[Token], begins_equation: bool) -> Iterable[list[Token]]:
        """The cell cut at long spaces, semicolons, words, implications, and commas between equations."""
        flags = _top_level(cell)
        cell = _with_unread_words(cell, flags)
        signs = [at for at, token in enumerate(cell) if flags[at] and _is_relation(token)]
        is_claim = begins_equation or any(_is_claim(cell[at]) for at in signs)
        pieces: list[list[Token]] = []
        first = 0
        for at, (token, outside) in enumerate(zip(cell, flags, strict=True)):
            if outside and self.cuts(cell, signs, first, at, is_claim):
                pieces.append(cell[first:at])
                first = at + 1
            elif outside and token.kind in ("WORDS", "CONDITION", "OTHERWISE", "FORALL"):
                pieces.append(cell[first:at])
                first = at
        pieces.append(cell[first:])
        return [piece for piece in pieces if any(token.kind not in _TRAILING for token in piece)]

    def cuts(self, cell: list[Token], signs: Sequence[int], first: int, at: int, is_claim: bool) -> bool:
        """Whether the equation that begins at `first` ends at a token, and another begins behind it.

        At `signs` stand the relations outside all brackets, and the token stands outside of them.
        """
        token = cell[at]
        match token.kind:
            case "SEMICOLON":
                return True
            case "QUAD":
                doubled = at > 0 and cell[at - 1].kind in ("COMMA", "QUAD")
                return token.text == "\\qquad" or doubled or self.separates(cell, signs, first, at)
            case "COMMA":
                return self.separates(cell, signs, first, at)
            case "COLON" if first < at and cell[first].kind in ("FORALL", "CONDITION"):
                return True
        return _is_relation(token) and (kind_of(token) == "implies" or (kind_of(token) == "map" and is_claim))

    @staticmethod
    def separates(cell: list[Token], signs: Sequence[int], first: int, at: int) -> bool:
        """A comma or a space separates equations: a relation stands on both of its sides, or a condition behind it."""
        before, behind = _around(signs, at, len(cell))
        follows = behind < len(cell)
        if first < at and cell[first].kind == "FORALL":
            return cell[at].kind == "QUAD" and follows
        if before < first or _goes_on_listing(cell, at):
            return False
        if cell[at].kind == "QUAD" and _wrapped_condition(cell[at + 1 :]):
            return True
        leads = behind == at + 1 or (at + 1 < len(cell) and cell[at + 1].kind in _CONTINUING)
        return follows and not leads

    def read_segment(self, segment: list[Token], goes_on: bool, is_first: bool, opens: bool) -> None:
        """One piece of a cell; `opens`: a relation begins the next cell, so that even a lone member begins a chain."""
        segment = _without_boxes(_unwrapped(_without_end(segment)))
        first = segment[0]
        if first.kind == "FORALL" and _runs_into_equation(segment):
            segment = [_unread(first), *segment[1:]]
            goes_on, first = False, segment[0]
        if first.kind in ("CONDITION", "FORALL", "OTHERWISE"):
            if len(segment) > 1 or first.kind == "OTHERWISE":
                self.add_condition(segment, is_first)
            return
        if first.kind == "WORDS":
            self.constrains = self.constrains or self._begins_constraints(first)
            if not opens and self._takes_more_than_reference(segment, is_first):
                self.extend([_unread(first)])
                return
            goes_on = goes_on or (self.row_has_equation and len(segment) > 1 and _is_relation(segment[1]))
            if first.text.strip().lower() == "or" and self.is_condition(segment[1:]):
                self.add_condition([_unread(first), *segment[1:]], False)
                return
            segment = _unwrapped(segment[1:])
            if not segment or not (_relations(segment) or opens):
                return
        elif self.current is not None and not (_relations(segment) or opens) and _goes_on(segment, is_first):
            goes_on = True
        relations = _relations(segment)
        if any(kind_of(token) == "map" for token in relations):
            self.current = None
            return
        if not goes_on and (self.constrains or self.is_condition(segment)):
            self.add_condition(segment, is_first and self.current is None)
            return
        if not goes_on:
            self.current = Chain(conditions=self.waiting, places=[0] * len(self.waiting))
            self.waiting = []
            self.chains.append(self.current)
            self.untagged.append(self.current)
        self.extend(segment)

    def _begins_constraints(self, words: Token) -> bool:
        """Whether what stands behind some words are the constraints of a problem: `\\min_w L \\quad \\text{s.t. }`."""
        if self.current is None or self.current.relations:
            return False
        tokens = (token for chain in self.chains for token in chain.members[0].tokens)
        is_problem = any(token.text in PROBLEM_WORDS for token in tokens)
        return is_problem and words.text.lower().strip(" .,:()") in CONSTRAINT_WORDS

    def _takes_more_than_reference(self, segment: list[Token], is_first: bool) -> bool:
        """`\\text{by } N` behind a formula, where `\\text{by } (3)` and `\\text{by } (3), (4)` only refer."""
        if is_first or self.current is None or not self.row_has_equation or segment[0].text.lower() not in _JOINING:
            return False
        return any(token.kind not in _REFERENCE for token in segment[1:]) and not _relations(segment)

    def add_condition(self, segment: list[Token], leads: bool) -> None:
        """A condition restricts the equation before it; one that leads a row, the equation behind it."""
        while segment and segment[-1].kind == "COLON":
            segment = segment[:-1]
        if leads or self.current is None:
            self.waiting.append(segment)
        else:
            self.current.add_condition(segment)

    def is_condition(self, segment: list[Token]) -> bool:
        """Behind an equation: a comparison, or an equality or membership of an index that the equation uses.

        `t_k = 1`, of an entry that is 0 or 1, says for which k the equation is.
        """
        if self.current is None or not self.current.relations:
            return False
        relations = _relations(segment)
        kinds = {kind_of(token) for token in relations}
        if not kinds:
            return False
        if kinds <= _CONDITIONAL:
            return True
        left, right = segment[: segment.index(relations[0])], segment[segment.index(relations[0]) + 1 :]
        letters, marks = left[::2], left[1::2]
        is_list = all(token.kind == "COMMA" for token in marks) and len(letters) == len(marks) + 1
        is_index = is_list and all(token.kind == "NAME" and self.is_index(token.text) for token in letters)
        used = {token.text for member in self.current.members for token in _in_scripts(member.tokens)}
        in_range = _RANGE_TOKENS if any(token.kind == "DOTS" for token in right) else _INDEX_TOKENS
        values = all(token.kind in in_range for token in right)
        if kinds == {"claim"} and self.is_hot_entry(left, used) and [token.text for token in right] in (["0"], ["1"]):
            return True
        are_used = all(token.text in used for token in letters)
        return is_index and are_used and kinds <= {"claim", "member"} and values

    def is_hot_entry(self, tokens: list[Token], used: Container[str]) -> bool:
        """Whether an entry of zeros and ones stands there, all of its indices letters that the equation uses."""
        if len(tokens) < 3 or tokens[0].kind != "NAME" or tokens[1].kind != "UNDERSCORE":
            return False
        indices = [token.text for token in tokens[2:] if token.kind not in ("LBRACE", "RBRACE", "COMMA")]
        return self.is_hot(tokens[0].text) and all(name in used and self.is_index(name) for name in indices)

    def extend(self, segment: list[Token]) -> None:
        assert self.current is not None
        self.row_has_equation = True
        for token, outside in zip(segment, _top_level(segment), strict=True):
            if outside and _is_relation(token):
                self.current.relations.append(token)
                self.current.members.append(Member())
            else:
                self.current.last.tokens.append(token)


def _relations(tokens: Sequence[Token]) -> list[Token]:
    """The relation signs outside all brackets."""
    if not any(token.kind in _RELATIONS for token in tokens):
        return []
    return [token for token, outside in zip(tokens, _top_level(tokens), strict=True) if outside and _is_relation(token)]


def _is_operator(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token asks for something behind it: the + of `a +`, not that of `x^+`."""
    return tokens[at].kind in _CONTINUING and not (at and tokens[at - 1].kind in ("CARET", "UNDERSCORE"))


def _runs_into_equation(segment: Sequence[Token]) -> bool:
    """Whether an equation stands behind "for all" without a mark between: `\\forall i \\; x_i = 0`; `i = 1` is none."""
    for at in (at for at, token in enumerate(segment) if token in _relations(segment) and kind_of(token) == "claim"):
        before = [place for place in range(at) if segment[place].kind in ("FORALL", "COMMA")]
        if at - before[-1] != 2:
            return True
    return False


def _goes_on_listing(cell: Sequence[Token], at: int) -> bool:
    """Whether a comma stands in `1, \\dots, n` or in `1, 2`: beside dots, or before a number by itself."""
    if cell[at].kind != "COMMA":
        return False
    behind = list(takewhile(lambda token: token.kind not in _TRAILING, cell[at + 1 :]))
    return cell[at - 1].kind == "DOTS" or [token.kind for token in behind] in (["DOTS"], ["NUMBER"])


_JOINING = frozenset({"by", "from", "or", "and", "with", "as"})
_REFERENCE = _TRAILING | {"LPAR", "NUMBER", "RPAR"}


def _is_remark(cell: Sequence[Token], at: int) -> bool:
    """Whether the words at a place of a cell only comment on the formula beside them."""
    before = cell[at - 1] if at else None
    is_apart = before is None or before.kind in _TRAILING
    behind_sign = before is not None and (_is_relation(before) or _is_operator(cell, at - 1))
    return not behind_sign and comments(cell[at].text, is_apart=is_apart, leads=before is None)


def _without_bracketed_remarks(tokens: list[Token]) -> list[Token]:
    """A cell without `(\\text{by the chain rule})`: words that only comment, in brackets behind a formula."""
    if all(token.kind != "WORDS" for token in tokens):
        return tokens
    flags, partners, kept = _top_level(tokens), _partners(tokens), list(tokens)
    for at, last in sorted(partners.items(), reverse=True):
        is_remark = at and last == at + 2 and tokens[at].kind == "LPAR" and tokens[at + 1].kind == "WORDS"
        outside = flags[at - 1] and not _is_relation(tokens[at - 1]) and not _is_operator(tokens, at - 1)
        if is_remark and outside and comments(tokens[at + 1].text, is_apart=True):
            del kept[at : last + 1]
    return kept


def _with_unread_words(cell: list[Token], flags: Sequence[bool]) -> list[Token]:
    """A cell in which the words that do more than comment are part of the formula beside them."""
    if all(token.kind != "WORDS" for token in cell):
        return cell
    return [
        _unread(token) if outside and token.kind == "WORDS" and not _is_remark(cell, at) else token
        for at, (token, outside) in enumerate(zip(cell, flags, strict=True))
    ]


def _unread(words: Token) -> Token:
    return Token("UNREADWORDS", words.text, words.start, words.end)


def _goes_on(segment: Sequence[Token], begins_row: bool) -> bool:
    """Whether a piece without a relation goes on with the formula before it: with a sign, or with words not read."""
    first = segment[0]
    is_word = first.kind == "NAME" and first.text.isalpha() and not comments(first.text, is_apart=True)
    return first.kind == "UNREADWORDS" or (not begins_row and (first.kind in _CONTINUING or is_word))


def _compares_names(tokens: Sequence[Token]) -> bool:
    """`i = j`, `k \\neq y`: nothing but names and numbers between signs of comparison."""
    kinds = {kind_of(token) for token in tokens if _is_relation(token)}
    plain = all(token.kind in ("NAME", "NUMBER", "RELATION") for token in tokens)
    return plain and bool(kinds) and kinds <= _CONDITIONAL | {"claim"}


def _is_claim(token: Token) -> bool:
    return _is_relation(token) and kind_of(token) not in ("map", "implies") and token.kind != "COLON"


def _begins_with_implication(cell: Sequence[Token], begins_equation: bool) -> bool:
    """Whether a cell begins with `\\Rightarrow`, or with an arrow before an equation, which says the same."""
    kind = kind_of(cell[0])
    return kind == "implies" or (kind == "map" and (begins_equation or any(map(_is_claim, _relations(cell)))))


def _without_end(segment: list[Token]) -> list[Token]:
    """What stands in brackets as a whole, without the comma behind them."""
    bare = segment
    while len(bare) > 1 and bare[-1].kind in _TRAILING:
        bare = bare[:-1]
    return bare if bare[0].kind in _OPENERS and _partners(bare).get(0) == len(bare) - 1 else segment


def _unwrapped(segment: list[Token]) -> list[Token]:
    """An equation that stands in brackets as a whole, or in boxes, without them."""
    inside = segment
    for _ in range(MAX_WRAPPINGS):
        if len(inside) < 3 or inside[0].kind not in _OPENERS or inside[0].kind == "BEGIN":
            break
        if _partners(inside).get(0) != len(inside) - 1:
            break
        inside = inside[1:-1]
        if _relations(inside) or inside[0].kind in ("CONDITION", "FORALL"):
            segment = inside
    return segment


MAX_WRAPPINGS = 20
"""Brackets around a whole equation that are looked through; more than that is no equation in a box."""


def _without_boxes(segment: list[Token]) -> list[Token]:
    """`a = \\boxed{b = c}`: a box around a part of a chain is taken away."""
    if not any(token.kind in _RELATIONS for token in segment):
        return segment
    partners = _partners(segment)
    dropped: set[int] = set()
    for at, token in enumerate(segment):
        starts_member = at == 0 or _is_relation(segment[at - 1])
        last = partners.get(at)
        if token.kind == "LBRACE" and starts_member and last is not None and _relations(segment[at + 1 : last]):
            dropped |= {at, last}
    return [token for at, token in enumerate(segment) if at not in dropped]


def _is_empty(tokens: Sequence[Token]) -> bool:
    """Nothing, or an empty pair of braces as in `a = {} & b`."""
    return all(token.kind in ("LBRACE", "RBRACE") for token in tokens)


def _wrapped_condition(tokens: list[Token]) -> bool:
    """`(k \\neq y)`, `(k = y)` or `(\\text{for } j = 1)`: brackets around nothing but a condition."""
    if not tokens or tokens[0].kind not in _OPENERS:
        return False
    inside = _unwrapped(tokens)
    if len(inside) == len(tokens) or not inside:
        return False
    kinds = {kind_of(token) for token in _relations(inside)}
    compares_indices = all(token.kind in _INDEX_TOKENS or _is_relation(token) for token in inside)
    return (
        inside[0].kind in ("CONDITION", "FORALL") or kinds <= _CONDITIONAL or (kinds == {"claim"} and compares_indices)
    )


def _in_scripts(tokens: Sequence[Token]) -> Iterable[Token]:
    """The names that stand in a subscript or a superscript."""
    partners = _partners(tokens)
    for at, token in enumerate(tokens[:-1]):
        if token.kind in ("UNDERSCORE", "CARET"):
            last = partners.get(at + 1, at + 1)
            yield from (inner for inner in tokens[at + 1 : last + 1] if inner.kind == "NAME")


_INDEX_TOKENS = frozenset(
    {"NAME", "NUMBER", "COMMA", "DOTS", "UNDERSCORE", "LBRACE", "RBRACE", "LSET", "RSET", "LBRACK", "RBRACK"}
)
_RANGE_TOKENS = _INDEX_TOKENS | {"PLUS", "MINUS"}
