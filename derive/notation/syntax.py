"""Tokens -> syntax: what is written, before anything is known of its meaning.

The grammar is `grammar.lark`. Juxtaposition stays a flat list of factors; that
`\\log` applies to what follows, that `W_1` is one name, that `∂L/∂W` is a
derivative is settled later, by the symbol table and by shapes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import field, fields
from functools import lru_cache
from itertools import pairwise

from derive.errors import Unreadable
from derive.notation.automaton import Builder, Children, UnexpectedError, run
from derive.notation.complaints import check_nothing_is_empty, shown, unexpected, unknown
from derive.notation.remarks import unread
from derive.notation.tables import CASES_ENVIRONMENTS, PARTNERS
from derive.notation.tokens import Token
from derive.records import dataclass, remembered
from derive.source import Span


@dataclass(frozen=True)
class Syntax:
    """A piece of written mathematics with its place."""

    span: Span = field(compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class Name(Syntax):
    """A letter, a word or a command, with its accents and fonts: `\\hat{\\mathbf{y}}`."""

    text: str


@dataclass(frozen=True)
class Literal(Syntax):
    """A number as it is written."""

    text: str


@dataclass(frozen=True)
class Partial(Syntax):
    """∂."""


@dataclass(frozen=True)
class Nabla(Syntax):
    """∇."""


@dataclass(frozen=True)
class Dots(Syntax):
    """`…`, which stand for what lies between their neighbours."""


@dataclass(frozen=True)
class Big(Syntax):
    """A sum or product sign."""

    kind: str


@dataclass(frozen=True)
class Word(Syntax):
    """A word of a condition: if, for, otherwise, ∀."""

    kind: str
    text: str


@dataclass(frozen=True)
class List(Syntax):
    """Formulas between commas; `breaks` counts the formulas before each semicolon, as in `[a, b; c, d]`."""

    entries: tuple["Formula", ...]
    breaks: tuple[int, ...] = ()

    @property
    def only(self) -> "Sum | None":
        """The expression that the list is, where it is just one."""
        if len(self.entries) == 1 and not self.entries[0].relations:
            return self.entries[0].sides[0]
        return None


@dataclass(frozen=True)
class Formula(Syntax):
    """Expressions between relation signs (`=`, `>`, `:`); a side may be missing."""

    sides: tuple["Sum | None", ...]
    relations: tuple[str, ...]

    @property
    def leading_factor(self) -> Syntax | None:
        """The one factor that its first side is, if it is just one; TeX's own braces around it are taken away."""
        side = self.sides[0]
        return None if side is None else side.single_factor

    @property
    def single_factor(self) -> Syntax | None:
        """The one factor that it is, if it is no relation and just one factor."""
        return None if self.relations else self.leading_factor


@dataclass(frozen=True)
class Sum(Syntax):
    """Terms with their signs, '' before the first where it has none."""

    signs: tuple[str, ...]
    terms: tuple["Term", ...]

    @property
    def single_factor(self) -> Syntax | None:
        """The one factor that it is, if it is just one, without TeX's own braces."""
        if len(self.terms) != 1 or self.signs[0] or len(self.terms[0].factors) != 1:
            return None
        factor = self.terms[0].factors[0]
        while isinstance(factor, Group) and factor.kind == "braces":
            inner = None if factor.content.only is None else factor.content.only.single_factor
            if inner is None:
                break
            factor = inner
        return factor


@dataclass(frozen=True)
class Operator(Syntax):
    """What stands between two factors: '' for juxtaposition, else the token's kind; with the sign that follows it."""

    kind: str
    sign: str


@dataclass(frozen=True)
class Term(Syntax):
    """Factors and what stands between them."""

    factors: tuple[Syntax, ...]
    operators: tuple[Operator, ...]


@dataclass(frozen=True)
class Fraction(Syntax):
    """`\\frac{top}{bottom}`."""

    top: List
    bottom: List


@dataclass(frozen=True)
class Root(Syntax):
    """`\\sqrt[degree]{radicand}`."""

    radicand: List
    degree: List | None


@dataclass(frozen=True)
class Group(Syntax):
    """What brackets hold; `kind` is the opening one: ( [ { <, or 'braces' for TeX's own."""

    kind: str
    content: List


@dataclass(frozen=True)
class Bars(Syntax):
    """|x| (kind 'bar') or ‖x‖ (kind 'norm')."""

    kind: str
    content: List


@dataclass(frozen=True)
class Environment(Syntax):
    """`\\begin{name}` … `\\end{name}`: lines of cells."""

    name: str
    lines: tuple[tuple[List, ...], ...]


@dataclass(frozen=True)
class Script(Syntax):
    """A subscript, superscript, prime or `.T`; `bare` is a lone sign, as in `(x)^+`."""

    kind: str
    content: List | None = None
    bare: str = ""


@dataclass(frozen=True)
class Scripted(Syntax):
    """A base and its scripts in the order of writing."""

    base: Syntax
    scripts: tuple[Script, ...]


_PARTS: dict[type[Syntax], tuple[str, ...]] = {}

_NO_SYNTAX: tuple[object, ...] = (Span, str, tuple[str, ...], tuple[int, ...])
"""What the fields are that say something of a piece of syntax itself."""


def names_of_parts(kind: type[Syntax]) -> tuple[str, ...]:
    """The fields of a kind of syntax that hold the syntax of which it is made."""
    known = _PARTS.get(kind)
    if known is None:
        known = _PARTS[kind] = tuple(part.name for part in fields(kind) if part.type not in _NO_SYNTAX)
    return known


def nodes(node: object) -> Sequence[Syntax]:
    """All syntax in a piece of syntax, or in a tuple of such pieces."""
    if isinstance(node, Syntax):
        return _nodes_of(node)
    return [found for part in reversed(node) for found in nodes(part)] if isinstance(node, tuple) else []


@remembered
def _nodes_of(node: Syntax) -> tuple[Syntax, ...]:
    found: list[Syntax] = []
    waiting: list[object] = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, tuple):
            waiting += current
        elif isinstance(current, Syntax):
            found.append(current)
            waiting += [getattr(current, name) for name in names_of_parts(type(current))]
    return tuple(found)


def parts_of(node: Syntax) -> Iterator[Syntax]:
    """The syntax of which a piece of syntax is made directly, in the order of writing."""
    waiting = [getattr(node, name) for name in reversed(names_of_parts(type(node)))]
    while waiting:
        current = waiting.pop()
        if isinstance(current, tuple):
            waiting.extend(reversed(current))
        elif isinstance(current, Syntax):
            yield current


MOST_DIGITS = 1_000
MAX_NESTING = 60
"""Brackets deeper than this are not read: every reader after this one goes down by recursion."""


def listed(node: Syntax) -> List:
    """A factor, a term or a sum as a list that holds just it."""
    if not isinstance(node, Sum):
        term = node if isinstance(node, Term) else Term((node,), (), span=node.span)
        node = Sum(("",), (term,), span=node.span)
    return List((Formula((node,), (), span=node.span),), span=node.span)


def parse(tokens: Sequence[Token]) -> List:
    """The syntax of one side of a relation. Raises `Unreadable` at the first token that cannot stand where it does.

    A side is asked for several times on its way to a verdict: its syntax is remembered.
    """
    return _remembered(tuple(tokens))


@lru_cache(maxsize=4096)
def _remembered(tokens: tuple[Token, ...]) -> List:
    tokens = tuple(_with_separators(_joined_conditions(tokens)))
    _check_spaces(tokens)
    readable = [token for token in tokens if token.kind not in ("QUAD", "TAG", "LABEL", "PERIOD")]
    for token in readable:
        if token.kind == "UNKNOWN":
            raise unknown(token)
        if token.kind == "MID":
            raise _conditional(token)
        if token.kind == "UNREADWORDS":
            raise unread(token)
        if token.kind == "TOODEEP":
            raise Unreadable(f"commands are nested more than {MAX_NESTING} deep here", token.span)
        if token.kind == "UNCLOSED":
            raise Unreadable(f"{token.text} is never closed", token.span)
        if token.kind == "PLUSMINUS":
            raise Unreadable(f"{token.text} stands for two formulas; write them apart", token.span)
    _check_numbers(readable)
    _check_brackets(readable)
    check_nothing_is_empty(readable)
    paired = _pair_bars(readable)
    try:
        syntax = run(paired, _BUILDER)
    except UnexpectedError as error:
        raise unexpected(error.token, paired) from None
    assert isinstance(syntax, List)
    return syntax


def _joined_conditions(tokens: Sequence[Token]) -> list[Token]:
    """`i = j \\text{ and } s_i > 0` within cases: conditions that both must hold stand between commas."""
    out = list(tokens)
    opened: list[str] = []
    for at, token in enumerate(tokens):
        if token.kind in ("BEGIN", "END"):
            opened = [*opened, token.text] if token.kind == "BEGIN" else opened[:-1]
        elif opened and opened[-1] in CASES_ENVIRONMENTS and _joins(token):
            out[at] = Token("COMMA", ",", token.start, token.end)
    return out


def _joins(token: Token) -> bool:
    return token.text.lower() in ("and", "\\land", "\\wedge") and token.kind in ("WORDS", "UNKNOWN")


def _with_separators(tokens: Sequence[Token]) -> Sequence[Token]:
    """Square brackets in which wide spaces or one lone bar separate expressions: `[A \\quad B]`, `[A | B]`.

    The bar of a likelihood, `L(\\theta | x)`, is a comma; in `p(a | b)` it says of which of several p this is.
    """
    out = list(tokens)
    opened: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind in _OPENERS:
            opened.append(at)
        elif token.kind in _CLOSERS and opened:
            first = opened.pop()
            is_likelihood = first and token.kind == "RPAR" and tokens[first - 1].text in LIKELIHOODS
            if is_likelihood or (token.kind == "RBRACK" and tokens[first].kind == "LBRACK"):
                for place in _separators(tokens, first, at):
                    out[place] = Token("COMMA", tokens[place].text, tokens[place].start, tokens[place].end)
    return out


LIKELIHOODS = frozenset({"L", "l", "\\ell", "J", "\\mathcal{L}", "\\mathscr{L}", "\\mathcal{J}"})
"""Functions of parameters, given data."""


def _separators(tokens: Sequence[Token], first: int, last: int) -> list[int]:
    """Where wide spaces between operands, or a bar that has no partner, stand directly in a bracket."""
    depth = 0
    spaces, bars = [], []
    for at in range(first + 1, last):
        kind = tokens[at].kind
        depth += (kind in _OPENERS) - (kind in _CLOSERS)
        between = tokens[at - 1].kind in _OPERAND_ENDS and tokens[at + 1].kind in _OPERAND_STARTS
        if depth == 0 and kind == "QUAD" and between:
            spaces.append(at)
        elif depth == 0 and kind in ("BAR", "MID"):
            bars.append(at)
    return spaces + (bars if len(bars) == 1 else [])


def _check_spaces(tokens: Sequence[Token]) -> None:
    """A wide space between two operands is no product."""
    for at, token in enumerate(tokens[:-1]):
        between = at > 0 and tokens[at - 1].kind in _OPERAND_ENDS and tokens[at + 1].kind in _OPERAND_STARTS
        if token.kind == "QUAD" and between:
            raise Unreadable(
                "a wide space stands between two expressions; what joins them is not certain", tokens[at + 1].span
            )


def _check_numbers(tokens: Sequence[Token]) -> None:
    """`1.2.3` is no product of 1.2 and .3. Nor is a number read that nobody would write out."""
    for token in tokens:
        if token.kind == "NUMBER" and len(token.text) > MOST_DIGITS:
            raise Unreadable(f"a number of {len(token.text):,} digits; at most {MOST_DIGITS:,} are read", token.span)
    for before, token in pairwise(tokens):
        if before.kind == token.kind == "NUMBER" and before.end == token.start and token.text.startswith("."):
            raise Unreadable(f"{before.text}{token.text} is no number", before.span.to(token.span))
    for at, token in enumerate(tokens):
        if token.kind == "NUMBER":
            _check_separators(tokens, at)


def _check_separators(tokens: Sequence[Token], at: int) -> None:
    """`1\\,000` and `0{,}5` are no products and no lists; what a number with a comma is depends on who writes it."""
    first, before = tokens[at], "" if at == 0 else tokens[at - 1].kind
    behind = [token.kind for token in tokens[at + 1 : at + 5]]
    if behind == ["LBRACE", "COMMA", "RBRACE", "NUMBER"]:
        problem = "a comma stands in a number; write a decimal point, or the digits without a comma"
        raise Unreadable(problem, first.span.to(tokens[at + 4].span))
    if behind[:1] == ["NUMBER"] and before not in ("CARET", "UNDERSCORE") and _is_group(first, tokens[at + 1]):
        problem = "a space stands in a number; write the digits without it, or \\cdot for a product"
        raise Unreadable(problem, first.span.to(tokens[at + 1].span))


def _is_group(first: Token, second: Token) -> bool:
    """Whether two numbers may be one that is written in groups of three digits."""
    return first.text.isdigit() and len(first.text) <= 3 and second.text.isdigit() and len(second.text) == 3


def _check_brackets(tokens: Sequence[Token]) -> None:
    """Brackets must close in the order in which they open."""
    partners = {kind: partner for kind, partner in PARTNERS.items() if "BAR" not in kind and "NORM" not in kind}
    closing = {partner: kind for kind, partner in partners.items()}
    open_brackets: list[Token] = []
    for token in tokens:
        if token.kind in partners:
            open_brackets.append(token)
            if len(open_brackets) > MAX_NESTING:
                raise Unreadable(f"brackets are nested more than {MAX_NESTING} deep here", token.span)
        elif token.kind in closing:
            if not open_brackets:
                raise Unreadable(f"{shown(token)} closes a bracket that nothing opens", token.span)
            opened = open_brackets.pop()
            if partners[opened.kind] != token.kind:
                raise Unreadable(f"{shown(opened)} is closed by {shown(token)}", token.span)
            if opened.kind == "BEGIN" and opened.text != token.text:
                raise Unreadable(f"\\begin{{{opened.text}}} is closed by \\end{{{token.text}}}", token.span)
    if open_brackets:
        raise Unreadable(f"{shown(open_brackets[-1])} is never closed", open_brackets[-1].span)


_OPERAND_ENDS = frozenset(
    {
        "NAME",
        "NUMBER",
        "RPAR",
        "RBRACK",
        "RSET",
        "RBRACE",
        "RANGLE",
        "RBAR",
        "RNORM",
        "PRIME",
        "TRANSPOSE",
        "END",
        "DOTS",
    }
)
_OPERAND_STARTS = frozenset(
    {"NAME", "NUMBER", "LPAR", "LBRACK", "LSET", "LBRACE", "FRAC", "SQRT", "NTHROOT", "SUM", "PROD", "PARTIAL", "NABLA",
     "BEGIN"}
)  # fmt: skip
_OPENERS = frozenset({"LPAR", "LBRACK", "LSET", "LBRACE", "LANGLE", "BEGIN"})
_CLOSERS = frozenset({"RPAR", "RBRACK", "RSET", "RBRACE", "RANGLE", "END"})


def _pair_bars(tokens: Sequence[Token]) -> list[Token]:
    """Each bar opens or closes: it closes one of its kind that is open in the same bracket, behind an operand."""
    paired: list[Token] = []
    levels: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind in _OPENERS:
            levels.append([])
        elif token.kind in _CLOSERS or token.kind in ("AMPERSAND", "NEWLINE"):
            unclosed = levels[-1]
            if unclosed:
                is_conditional = token.kind == "RPAR" and [bar.kind for bar in unclosed] == ["BAR"]
                raise _conditional(unclosed[-1]) if is_conditional else _unpaired(unclosed[-1])
            if token.kind in _CLOSERS:
                levels.pop()
        if token.kind in ("BAR", "NORM"):
            in_script = len(paired) > 1 and paired[-2].kind in ("CARET", "UNDERSCORE")
            after_operand = bool(paired) and (paired[-1].kind in _OPERAND_ENDS or in_script)
            paired += _sided(token, levels[-1], after_operand)
        else:
            paired.append(token)
    if levels[-1]:
        raise _unpaired(levels[-1][-1])
    return paired


def _sided(token: Token, unclosed: list[Token], after_operand: bool) -> list[Token]:
    """A bar as one that opens or closes, noted among the unclosed ones; `||` may close one bar and open the next."""
    closes = unclosed[-1].kind if unclosed and after_operand else None
    if token.text == "||" and closes == "BAR":
        unclosed[-1] = Token("BAR", "|", token.start, token.end)
        middle = token.start + 1
        return [Token("RBAR", "|", token.start, middle), Token("LBAR", "|", middle, token.end)]
    if closes == token.kind:
        unclosed.pop()
        return [Token("R" + token.kind, token.text, token.start, token.end)]
    unclosed.append(token)
    return [Token("L" + token.kind, token.text, token.start, token.end)]


def _conditional(token: Token) -> Unreadable:
    """The complaint about the bar of `p(a | b)`."""
    return Unreadable("a bar as in p(a | b) is not read; give what this is a name without it, as p_a", token.span)


def _unpaired(token: Token) -> Unreadable:
    what = "norm bars" if token.kind == "NORM" else "bars"
    return Unreadable(f"these {what} have no partner: one {token.text} opens and none closes it", token.span)


def _syntax(children: Children) -> Children:
    return [child for child in children if not isinstance(child, Token)]


def _breaks(found: Children) -> tuple[int, ...]:
    """After how many formulas the semicolons of a list stand: every other child of it is a comma or a semicolon."""
    separators = found[1::2]
    return tuple(at + 1 for at, token in enumerate(separators) if token.kind == "SEMICOLON")


def _expression(span: Span, found: Children) -> Sum:
    signs, terms = [], []
    sign = ""
    for one in found:
        if isinstance(one, str):
            sign = one
        else:
            signs.append(sign)
            terms.append(one)
            sign = ""
    return Sum(tuple(signs), tuple(terms), span=span)


def _root(span: Span, found: Children) -> Root:
    *degree, radicand = _syntax(found)
    return Root(radicand, degree[0] if degree else None, span=span)


def _environment(span: Span, found: Children) -> Environment:
    return Environment(found[0].text, tuple(found[1:-1:2]), span=span)


_MARKS = frozenset({"T", "\\top", "\\intercal", "\\prime", "\\star", "\\dagger"})


def _scripts(found: Children) -> tuple[Script, ...]:
    """The scripts of one base. `a^2^3` is neither a power of a power nor one with a power above it: `Unreadable`."""
    powers = [script for script in found if script.kind == "sup" and _is_power(script)]
    if len(powers) > 1:
        raise Unreadable("a second power stands here; write (x^a)^b or x^{a^b}, whichever is meant", powers[1].span)
    return tuple(found)


def _is_power(script: Script) -> bool:
    """Whether a superscript is no transpose, no mark and no number of a layer in brackets."""
    only = None if script.content is None else script.content.only
    factor = None if only is None else only.single_factor
    is_mark = isinstance(factor, Name) and factor.text in _MARKS
    return script.content is not None and not is_mark and not isinstance(factor, Group)


def _script(kind: str, span: Span, found: Children) -> Script:
    """A script whose argument is a list in braces, one atom, or a lone sign."""
    argument = found[-2] if isinstance(found[-1], Token) and found[-1].kind == "RBRACE" else found[-1]
    if isinstance(argument, str):
        return Script(kind, None, argument, span=span)
    if isinstance(argument, List):
        return Script(kind, argument, span=span)
    return Script(kind, listed(argument), span=span)


_SIGNS = {"PLUS": "+", "MINUS": "-"}
_BRACKETS = {"LPAR": "(", "LBRACK": "[", "LSET": "{", "LANGLE": "<"}

# What each rule of the grammar makes of what it found, in the order of the grammar.
_BUILDER: Builder = {
    "start": lambda span, found: found[0],
    "list": lambda span, found: List(tuple(_syntax(found)), _breaks(found), span=span),
    "formula": lambda span, found: Formula(tuple(found[0::2]), tuple(found[1::2]), span=span),
    "nothing": lambda span, found: None,
    "relation": lambda span, found: found[0].text,
    "expression": _expression,
    "sign": lambda span, found: _SIGNS[found[0].kind],
    "term": lambda span, found: Term(tuple(found[0::2]), tuple(found[1::2]), span=span),
    "juxtaposition": lambda span, found: Operator("", "", span=span),
    "operator": lambda span, found: Operator(found[0].kind, _SIGNS[found[1].kind] if found[1:] else "", span=span),
    "scripted": lambda span, found: Scripted(found[0], _scripts(found[1:]), span=span),
    "subscript": lambda span, found: _script("sub", span, found),
    "superscript": lambda span, found: _script("sup", span, found),
    "prime": lambda span, found: Script("prime", span=span),
    "transpose": lambda span, found: Script("transpose", span=span),
    "bare": lambda span, found: found[0].text,
    "braces": lambda span, found: Group("braces", _syntax(found)[0], span=span),
    "name": lambda span, found: Name(found[0].text, span=span),
    "number": lambda span, found: Literal(found[0].text, span=span),
    "partial": lambda span, found: Partial(span=span),
    "nabla": lambda span, found: Nabla(span=span),
    "dots": lambda span, found: Dots(span=span),
    "big": lambda span, found: Big("product" if found[0].kind == "PROD" else "sum", span=span),
    "fraction": lambda span, found: Fraction(*_syntax(found), span=span),
    "root": _root,
    "group": lambda span, found: Group(_BRACKETS[found[0].kind], _syntax(found)[0], span=span),
    "bars": lambda span, found: Bars("norm" if found[0].kind == "LNORM" else "bar", _syntax(found)[0], span=span),
    "environment": _environment,
    "line": lambda span, found: tuple(_syntax(found)),
    "word": lambda span, found: Word(found[0].kind, found[0].text, span=span),
}
