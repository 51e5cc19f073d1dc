"""Tokens -> syntax: what is written, before anything is known of its meaning.

The grammar is `grammar.lark`. Juxtaposition stays a flat list of factors; that
`\\log` applies to what follows, that `W_1` is one name, that `∂L/∂W` is a
derivative is settled later, by the symbol table and by shapes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from importlib.resources import files
from typing import Any

from lark import Lark, Transformer, UnexpectedInput, v_args
from lark import Token as LarkToken
from lark.lexer import Lexer

from derive.errors import Unreadable
from derive.notation.tables import PARTNERS
from derive.notation.tokens import Token
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
    """Formulas between commas."""

    entries: tuple["Formula", ...]

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


def nodes(node: object) -> Iterator[Syntax]:
    """All syntax in a piece of syntax."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, tuple):
            waiting.extend(current)
        elif isinstance(current, Syntax):
            yield current
            waiting.extend(getattr(current, part.name) for part in fields(current) if part.name != "span")


MAX_NESTING = 60
"""Brackets deeper than this are not read: every reader after this one goes down by recursion."""


def listed(node: Syntax) -> List:
    """A factor, a term or a sum as a list that holds just it."""
    if not isinstance(node, Sum):
        term = node if isinstance(node, Term) else Term((node,), (), span=node.span)
        node = Sum(("",), (term,), span=node.span)
    return List((Formula((node,), (), span=node.span),), span=node.span)


def parse(tokens: Sequence[Token]) -> List:
    """The syntax of one side of a relation. Raises `Unreadable` at the first token that cannot stand where it does."""
    _check_spaces(tokens)
    readable = [token for token in tokens if token.kind not in ("QUAD", "TAG", "LABEL", "PERIOD")]
    for token in readable:
        if token.kind == "UNKNOWN":
            raise Unreadable(f"{token.text} is not a notation that is read here", token.span)
        if token.kind == "TOODEEP":
            raise Unreadable(f"commands are nested more than {MAX_NESTING} deep here", token.span)
        if token.kind == "UNCLOSED":
            raise Unreadable(f"{token.text} is never closed", token.span)
        if token.kind == "PLUSMINUS":
            raise Unreadable(f"{token.text} stands for two formulas; write them apart", token.span)
    _check_brackets(readable)
    paired = _pair_bars(readable)
    try:
        tree = _PARSER.parse(paired)
    except UnexpectedInput as error:
        raise _explained(error, readable) from None
    return _Build().transform(tree)


def _check_spaces(tokens: Sequence[Token]) -> None:
    """A wide space between two operands is no product."""
    for at, token in enumerate(tokens[:-1]):
        between = at > 0 and tokens[at - 1].kind in _OPERAND_ENDS and tokens[at + 1].kind in _OPERAND_STARTS
        if token.kind == "QUAD" and between:
            raise Unreadable(
                "a wide space stands between two expressions; what joins them is not certain", tokens[at + 1].span
            )


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
                raise Unreadable(f"{_shown(token)} closes a bracket that nothing opens", token.span)
            opened = open_brackets.pop()
            if partners[opened.kind] != token.kind:
                raise Unreadable(f"{_shown(opened)} is closed by {_shown(token)}", token.span)
            if opened.kind == "BEGIN" and opened.text != token.text:
                raise Unreadable(f"\\begin{{{opened.text}}} is closed by \\end{{{token.text}}}", token.span)
    if open_brackets:
        raise Unreadable(f"{_shown(open_brackets[-1])} is never closed", open_brackets[-1].span)


def _shown(token: Token) -> str:
    return f"\\{token.kind.lower()}{{{token.text}}}" if token.kind in ("BEGIN", "END") else token.text


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
                raise _unpaired(unclosed[-1])
            if token.kind in _CLOSERS:
                levels.pop()
        if token.kind in ("BAR", "NORM"):
            after_operand = bool(paired) and paired[-1].kind in _OPERAND_ENDS
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


def _unpaired(token: Token) -> Unreadable:
    what = "norm bars" if token.kind == "NORM" else "bars"
    return Unreadable(f"these {what} have no partner: one {token.text} opens and none closes it", token.span)


def _explained(error: UnexpectedInput, tokens: Sequence[Token]) -> Unreadable:
    token = getattr(error, "token", None)
    if token is None or token.type == "$END":
        end = tokens[-1].span if tokens else Span(0, 0)
        return Unreadable("the formula ends where something is still expected", end)
    span = Span(token.start_pos, token.end_pos)
    before = max((other for other in tokens if other.end <= token.start_pos), key=lambda other: other.end, default=None)
    if token.type in ("UNDERSCORE", "CARET"):
        return Unreadable(f"{token} has nothing to stand at", span)
    after = f" after {_shown(before)}" if before is not None else " at the beginning"
    return Unreadable(f"{token} cannot stand{after}", span)


class _TokenLexer(Lexer):
    """Hands the tokens to lark as they are."""

    def __init__(self, lexer_conf: Any) -> None:
        pass

    def lex(self, data: Any) -> Iterator[LarkToken]:  # type: ignore[override]
        for token in data:
            yield LarkToken(token.kind, token.text, start_pos=token.start, end_pos=token.end)


_PARSER = Lark(
    files("derive.notation").joinpath("grammar.lark").read_text(encoding="utf-8"),
    parser="lalr",
    lexer=_TokenLexer,
    propagate_positions=True,
)


def _span(meta: Any) -> Span:
    return Span(0, 0) if meta.empty else Span(meta.start_pos, meta.end_pos)


def _syntax(children: list[Any]) -> list[Any]:
    return [child for child in children if not isinstance(child, LarkToken)]


Children = list[Any]


@v_args(meta=True)
class _Build(Transformer[LarkToken, List]):
    """One method a rule of the grammar, in its order."""

    def start(self, meta: Any, children: Children) -> List:
        return children[0]  # type: ignore[no-any-return]

    def list(self, meta: Any, children: Children) -> List:
        return List(tuple(_syntax(children)), span=_span(meta))

    def formula(self, meta: Any, children: Children) -> Formula:
        return Formula(tuple(children[0::2]), tuple(children[1::2]), span=_span(meta))

    def nothing(self, meta: Any, children: Children) -> None:
        return None

    def relation(self, meta: Any, children: Children) -> str:
        return str(children[0])

    def expression(self, meta: Any, children: Children) -> Sum:
        signs, terms = [], []
        sign = ""
        for child in children:
            if isinstance(child, str):
                sign = child
            else:
                signs.append(sign)
                terms.append(child)
                sign = ""
        return Sum(tuple(signs), tuple(terms), span=_span(meta))

    def sign(self, meta: Any, children: Children) -> str:
        return {"PLUS": "+", "MINUS": "-"}[children[0].type]

    def term(self, meta: Any, children: Children) -> Term:
        return Term(tuple(children[0::2]), tuple(children[1::2]), span=_span(meta))

    def juxtaposition(self, meta: Any, children: Children) -> Operator:
        return Operator("", "", span=_span(meta))

    def operator(self, meta: Any, children: Children) -> Operator:
        sign = {"PLUS": "+", "MINUS": "-"}[children[1].type] if len(children) > 1 else ""
        return Operator(children[0].type, sign, span=_span(meta))

    def scripted(self, meta: Any, children: Children) -> Scripted:
        return Scripted(children[0], tuple(children[1:]), span=_span(meta))

    def subscript(self, meta: Any, children: Children) -> Script:
        return _script("sub", meta, children)

    def superscript(self, meta: Any, children: Children) -> Script:
        return _script("sup", meta, children)

    def prime(self, meta: Any, children: Children) -> Script:
        return Script("prime", span=_span(meta))

    def transpose(self, meta: Any, children: Children) -> Script:
        return Script("transpose", span=_span(meta))

    def bare(self, meta: Any, children: Children) -> str:
        return str(children[0])

    def braces(self, meta: Any, children: Children) -> Group:
        return Group("braces", _syntax(children)[0], span=_span(meta))

    def name(self, meta: Any, children: Children) -> Name:
        return Name(str(children[0]), span=_span(meta))

    def number(self, meta: Any, children: Children) -> Literal:
        return Literal(str(children[0]), span=_span(meta))

    def partial(self, meta: Any, children: Children) -> Partial:
        return Partial(span=_span(meta))

    def nabla(self, meta: Any, children: Children) -> Nabla:
        return Nabla(span=_span(meta))

    def dots(self, meta: Any, children: Children) -> Dots:
        return Dots(span=_span(meta))

    def big(self, meta: Any, children: Children) -> Big:
        return Big("product" if children[0].type == "PROD" else "sum", span=_span(meta))

    def fraction(self, meta: Any, children: Children) -> Fraction:
        top, bottom = _syntax(children)
        return Fraction(top, bottom, span=_span(meta))

    def root(self, meta: Any, children: Children) -> Root:
        *degree, radicand = _syntax(children)
        return Root(radicand, degree[0] if degree else None, span=_span(meta))

    def group(self, meta: Any, children: Children) -> Group:
        kind = {"LPAR": "(", "LBRACK": "[", "LSET": "{", "LANGLE": "<"}[children[0].type]
        return Group(kind, _syntax(children)[0], span=_span(meta))

    def bars(self, meta: Any, children: Children) -> Bars:
        return Bars("norm" if children[0].type == "LNORM" else "bar", _syntax(children)[0], span=_span(meta))

    def environment(self, meta: Any, children: Children) -> Environment:
        lines = tuple(child for child in children if isinstance(child, tuple))
        return Environment(str(children[0]), lines, span=_span(meta))

    def line(self, meta: Any, children: Children) -> tuple[List, ...]:
        return tuple(_syntax(children))

    def word(self, meta: Any, children: Children) -> Word:
        return Word(children[0].type, str(children[0]), span=_span(meta))


def _script(kind: str, meta: Any, children: Children) -> Script:
    """A script whose argument is a list in braces, one atom, or a lone sign."""
    argument = children[-2] if isinstance(children[-1], LarkToken) and children[-1].type == "RBRACE" else children[-1]
    span = _span(meta)
    if isinstance(argument, str):
        return Script(kind, None, argument, span=span)
    if isinstance(argument, List):
        return Script(kind, argument, span=span)
    return Script(kind, listed(argument), span=span)
