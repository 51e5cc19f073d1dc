"""Names: when two spellings are one name.

A name is written canonically, without spaces, every script in braces, the
subscript before the superscript: `W_1`, `W_{1}` and `{W}_1` are all `W_{1}`.
"""

import re
from collections.abc import Sequence
from functools import lru_cache, singledispatch

from derive.errors import Unreadable
from derive.notation.syntax import (
    Bars,
    Big,
    Dots,
    Environment,
    Formula,
    Fraction,
    Group,
    List,
    Literal,
    Nabla,
    Name,
    Partial,
    Root,
    Script,
    Scripted,
    Sum,
    Syntax,
    Term,
    Word,
    parse,
)
from derive.notation.tokens import tokenize, without_fonts

_OPERATOR_TEXT = {
    "": "", "CDOT": "\\cdot ", "TIMES": "\\times ", "STAR": "*", "ODOT": "\\odot ", "CIRC": "\\circ ",
    "OTIMES": "\\otimes ", "OSLASH": "\\oslash ", "SLASH": "/", "AT": "@", "INNER": ":",
}  # fmt: skip
_BRACKETS = {"(": "()", "[": "[]", "{": ("\\{", "\\}"), "<": ("\\langle ", "\\rangle "), "braces": "{}"}


@singledispatch
def canonical(node: Syntax | Script | None) -> str:
    """One spelling for all that typesets alike; fonts are kept."""
    raise NotImplementedError(f"canonical has no rule for {type(node).__name__}; add it in derive/notation/names.py")


@canonical.register
def canonical_nothing(node: Word | None) -> str:
    """Words and empty places leave no trace in a name."""
    return ""


@canonical.register
def canonical_text(node: Name | Literal) -> str:
    """A command is set off from the letter behind it."""
    return node.text + (" " if re.fullmatch(r"\\[A-Za-z]+", node.text) else "")


@canonical.register
def canonical_partial(node: Partial) -> str:
    """∂."""
    return "\\partial "


@canonical.register
def canonical_nabla(node: Nabla) -> str:
    """∇."""
    return "\\nabla "


@canonical.register
def canonical_dots(node: Dots) -> str:
    """All dots are alike."""
    return "\\dots "


@canonical.register
def canonical_big(node: Big) -> str:
    """The sign of a sum or a product."""
    return "\\sum " if node.kind == "sum" else "\\prod "


@canonical.register
def canonical_list(node: List) -> str:
    """a, b; c."""
    texts = [canonical(entry) for entry in node.entries]
    for at in node.breaks:
        texts[at] = ";" + texts[at]
    return ",".join(texts).replace(",;", ";")


@canonical.register
def canonical_formula(node: Formula) -> str:
    """a = b < c."""
    texts = [canonical(node.sides[0])]
    for relation, side in zip(node.relations, node.sides[1:], strict=True):
        texts += [relation, canonical(side)]
    return "".join(texts)


@canonical.register
def canonical_sum(node: Sum) -> str:
    """a + b - c."""
    return "".join(sign + canonical(term) for sign, term in zip(node.signs, node.terms, strict=True))


@canonical.register
def canonical_term(node: Term) -> str:
    """a b, a · b; two numbers keep apart, since `0.5 0.5` is no number."""
    texts = [canonical(node.factors[0])]
    for operator, before, factor in zip(node.operators, node.factors, node.factors[1:], strict=False):
        is_apart = not operator.kind and isinstance(before, Literal) and isinstance(factor, Literal)
        texts += [" " if is_apart else _OPERATOR_TEXT[operator.kind], operator.sign, canonical(factor)]
    return "".join(texts)


@canonical.register
def canonical_fraction(node: Fraction) -> str:
    """A numerator above a denominator."""
    return f"\\frac{{{canonical(node.top)}}}{{{canonical(node.bottom)}}}"


@canonical.register
def canonical_root(node: Root) -> str:
    """A root, with its degree if one is written."""
    degree = "" if node.degree is None else f"[{canonical(node.degree)}]"
    return f"\\sqrt{degree}{{{canonical(node.radicand)}}}"


@canonical.register
def canonical_group(node: Group) -> str:
    """What stands in brackets, in the brackets of its kind."""
    opening, closing = _BRACKETS[node.kind]
    return f"{opening}{canonical(node.content)}{closing}"


@canonical.register
def canonical_bars(node: Bars) -> str:
    """|a|, ‖a‖."""
    bar = "\\|" if node.kind == "norm" else "|"
    return f"{bar}{canonical(node.content)}{bar}"


@canonical.register
def canonical_environment(node: Environment) -> str:
    """Rows of cells between `\\begin` and `\\end`."""
    body = r"\\".join("&".join(map(canonical, line)) for line in node.lines)
    return f"\\begin{{{node.name}}}{body}\\end{{{node.name}}}"


@canonical.register
def canonical_script(node: Script) -> str:
    """A script is always in braces."""
    mark = {"sub": "_", "sup": "^"}.get(node.kind, node.kind)
    return mark + "{" + (node.bare or canonical(node.content).strip()) + "}"


@canonical.register
def canonical_scripted(node: Scripted) -> str:
    """A base with its scripts in one order; braces around the base alone are dropped."""
    return canonical(unwrapped(node.base)).rstrip() + scripts_text(node.scripts)


def scripts_text(scripts: tuple[Script, ...]) -> str:
    """Subscripts, superscripts and primes in one order."""
    texts = {"sub": "", "sup": "", "prime": "", "transpose": ""}
    for script in scripts:
        texts[script.kind] += {"prime": "'", "transpose": ".T"}.get(script.kind) or canonical(script)
    return texts["sub"] + texts["sup"] + texts["prime"] + texts["transpose"]


def unwrapped(node: Syntax) -> Syntax:
    """What TeX's own braces hold, where they hold just one factor."""
    if isinstance(node, Group) and node.kind == "braces" and node.content.only is not None:
        return node.content.only.single_factor or node
    return node


def key_of(base: str, sub: str = "", sup: str = "", primes: int = 0) -> str:
    """The canonical name with these scripts."""
    return base + (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "") + "'" * primes


def plain(key: str) -> str:
    """A canonical name with every font dropped."""
    return without_fonts(key)


def words_of(latex_names: list[str]) -> frozenset[str]:
    """The names of several letters among some LaTeX names: `score`, the `dW` of `dW_1`."""
    found = set()
    for name in latex_names:
        outside = re.sub(r"\\[A-Za-z]+", " ", name)
        while re.search(r"[_^]\s*\{[^{}]*\}|\{[^{}]*\}", outside):
            outside = re.sub(r"[_^]\s*\{[^{}]*\}|\{[^{}]*\}", " ", outside)
        outside = re.sub(r"[_^]\s*[A-Za-z0-9]+", " ", outside)
        found |= set(re.findall(r"[A-Za-z]{2,}", outside))
    return frozenset(found)


def numbered_words(latex_names: Sequence[str]) -> frozenset[str]:
    """The `W_1` of LaTeX names in which there is no W: as plain text says it, `W1` is meant by it."""
    numbered = [_NUMBERED.fullmatch("".join(name.split())) for name in latex_names]
    whole = {name.strip() for name in latex_names}
    found = [match for match in numbered if match is not None and match[1] not in whole]
    return frozenset(f"{match[1]}_{match[2] or match[3]}" for match in found)


_NUMBERED = re.compile(r"([A-Za-z]+)_(?:\{(\d+)\}|(\d))")


@lru_cache(maxsize=1024)
def read_name(latex: str) -> str:
    """The canonical form of a LaTeX name as it stands in a setting. Raises `Unreadable` where it is no name."""
    syntax = unwrapped_list(parse(tokenize(latex, words_of([latex]))))
    base = unwrapped(syntax.base) if isinstance(syntax, Scripted) else syntax
    if not isinstance(base, Name):
        raise Unreadable(f"{latex} is not a name")
    return canonical(syntax).strip()


def unwrapped_list(content: List) -> Syntax | None:
    """The one factor that a list is, if it is just one."""
    return None if content.only is None else content.only.single_factor
