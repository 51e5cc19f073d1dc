"""Names: when two spellings are one name.

A name is written canonically, without spaces, every script in braces, the
subscript before the superscript: `W_1`, `W_{1}` and `{W}_1` are all `W_{1}`.
"""

import re

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

_OPERATOR_TEXT = {"": "", "CDOT": "\\cdot ", "TIMES": "\\times ", "STAR": "*", "ODOT": "\\odot ", "CIRC": "\\circ ", "OTIMES": "\\otimes ",
                  "OSLASH": "\\oslash ", "SLASH": "/"}  # fmt: skip
_BRACKETS = {"(": "()", "[": "[]", "{": ("\\{", "\\}"), "<": ("\\langle ", "\\rangle "), "braces": "{}"}


def canonical(node: Syntax | Script | None) -> str:
    """One spelling for all that typesets alike; fonts are kept."""
    match node:
        case None | Word():
            return ""
        case Name(text) | Literal(text):
            return text + (" " if re.fullmatch(r"\\[A-Za-z]+", text) else "")
        case Partial():
            return "\\partial "
        case Nabla():
            return "\\nabla "
        case Dots():
            return "\\dots "
        case Big(kind):
            return "\\sum " if kind == "sum" else "\\prod "
        case List(entries):
            return ",".join(map(canonical, entries))
        case Formula(sides, relations):
            texts = [canonical(sides[0])]
            for relation, side in zip(relations, sides[1:], strict=True):
                texts += [relation, canonical(side)]
            return "".join(texts)
        case Sum(signs, terms):
            return "".join(sign + canonical(term) for sign, term in zip(signs, terms, strict=True))
        case Term(factors, operators):
            texts = [canonical(factors[0])]
            for operator, factor in zip(operators, factors[1:], strict=True):
                texts += [_OPERATOR_TEXT[operator.kind], operator.sign, canonical(factor)]
            return "".join(texts)
        case Fraction(top, bottom):
            return f"\\frac{{{canonical(top)}}}{{{canonical(bottom)}}}"
        case Root(radicand, degree):
            return f"\\sqrt{'' if degree is None else f'[{canonical(degree)}]'}{{{canonical(radicand)}}}"
        case Group(kind, content):
            opening, closing = _BRACKETS[kind]
            return f"{opening}{canonical(content)}{closing}"
        case Bars(kind, content):
            bar = "\\|" if kind == "norm" else "|"
            return f"{bar}{canonical(content)}{bar}"
        case Environment(name, lines):
            body = r"\\".join("&".join(map(canonical, line)) for line in lines)
            return f"\\begin{{{name}}}{body}\\end{{{name}}}"
        case Script(kind, content, bare):
            return {"sub": "_", "sup": "^"}.get(kind, kind) + "{" + (bare or canonical(content).strip()) + "}"
        case Scripted(base, scripts):
            return canonical(unwrapped(base)).rstrip() + scripts_text(scripts)
    raise NotImplementedError(f"canonical has no rule for {type(node).__name__}; add it in derive/notation/names.py")


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
