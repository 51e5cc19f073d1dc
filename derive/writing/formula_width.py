r"""How wide a formula comes out when it is typeset as a display, and where it may be broken.

Widths are those of Computer Modern in thousandths of an em, measured once; kerning is left out. So a width is an
estimate, good to a few hundredths, which is enough to decide what stands on one line.

>>> round(width("a + b") / 1000, 2), round(width(r"\frac{a}{b + c}") / 1000, 2)
(2.18, 2.32)
>>> broken(r"A B + \left(C + D\right) - E", 6000, 9000)
['A B', '+ \\left(C + D\\right) - E']
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from derive.records import dataclass

Kind = Literal["ordinary", "operator", "binary", "relation", "opening", "closing", "punctuation", "inner"]

_LETTERS = dict(zip(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    [529, 429, 433, 520, 466, 597, 513, 576, 345, 469, 552, 318, 878, 600, 485, 503, 482, 479, 469, 361, 572, 521, 743,
     572, 526, 509, 750, 809, 786, 856, 796, 782, 786, 912, 518, 651, 921, 681, 1079, 912, 791, 781, 791, 767, 671, 723,
     792, 806, 1083, 907, 803, 754], strict=True,
))  # fmt: skip
_MARKS = {".": 278, "'": 280, "|": 278, "/": 500, "!": 278, "@": 778}
_TEXT = dict(zip(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    [500, 556, 444, 556, 444, 306, 500, 556, 278, 306, 528, 278, 833, 556, 500, 556, 528, 392, 394, 389, 556, 528, 722,
     528, 528, 444, 750, 708, 722, 764, 681, 653, 785, 750, 361, 514, 778, 625, 917, 750, 778, 681, 778, 736, 556, 722,
     750, 750, 1028, 750, 750, 611], strict=True,
))  # fmt: skip
_COMMANDS = {
    "alpha": 643, "beta": 618, "gamma": 573, "delta": 482, "epsilon": 406, "varepsilon": 466, "zeta": 511, "eta": 532,
    "theta": 497, "vartheta": 591, "iota": 354, "kappa": 576, "lambda": 583, "mu": 603, "nu": 558, "xi": 484, "pi": 606,
    "varpi": 856, "rho": 517, "varrho": 517, "sigma": 607, "varsigma": 443, "tau": 550, "upsilon": 576, "phi": 596,
    "varphi": 654, "chi": 626, "psi": 687, "omega": 658, "Gamma": 625, "Delta": 833, "Theta": 778, "Lambda": 694,
    "Xi": 667, "Pi": 750, "Sigma": 722, "Upsilon": 778, "Phi": 722, "Psi": 778, "Omega": 722, "ell": 417,
    "partial": 586, "nabla": 833, "infty": 1000, "prime": 275, "top": 778, "intercal": 556, "bot": 778,
    "forall": 556, "quad": 1000, "qquad": 2000, "dots": 1167, "ldots": 1167, "cdots": 1167,
    "ddots": 1167, "vdots": 278, ",": 167, ":": 222,
    ";": 278, "!": -167, " ": 333, "|": 500, "Vert": 500, "vert": 278, "{": 500, "}": 500, "star": 500, "emptyset": 500,
}  # fmt: skip
_BINARY = {"+": 778, "-": 778, "*": 500} | {
    f"\\{name}": width
    for name, width in {
        "cdot": 278, "times": 778, "odot": 778, "circ": 500, "otimes": 778, "oslash": 778, "pm": 778, "mp": 778,
        "div": 778, "ast": 500, "bullet": 500, "oplus": 778,
    }.items()
}  # fmt: skip
_RELATIONS = {"=": 778, "<": 778, ">": 778, ":": 278} | {
    f"\\{name}": width
    for name, width in {
        "neq": 778, "ne": 778, "le": 778, "leq": 778, "ge": 778, "geq": 778, "in": 667, "approx": 778, "equiv": 778,
        "propto": 778, "to": 1000, "leftarrow": 1000, "triangleq": 778, "coloneqq": 989, "sim": 778, "mid": 278,
        "lt": 778, "gt": 778, "leqslant": 778, "geqslant": 778, "notin": 667, "gets": 1000, "mapsto": 1000,
        "Rightarrow": 1000, "rightarrow": 1000, "implies": 2167, "iff": 2389,
    }.items()
}  # fmt: skip
_OPENING = {"(": 389, "[": 278, r"\{": 500, r"\langle": 389, r"\lvert": 278, r"\lVert": 500, r"\lbrace": 500}
_CLOSING = {")": 389, "]": 278, r"\}": 500, r"\rangle": 389, r"\rvert": 278, r"\rVert": 500, r"\rbrace": 500}
_LARGE = {r"\sum": 1444, r"\prod": 1278}
_NAMED = frozenset({
    r"\exp", r"\log", r"\ln", r"\sin", r"\cos", r"\tan", r"\sinh", r"\cosh", r"\tanh", r"\coth", r"\max", r"\min",
    r"\det", r"\arg", r"\sup", r"\inf", r"\dim", r"\arccos", r"\arcsin", r"\arctan", r"\lim",
})  # fmt: skip
_WITH_LIMITS = frozenset({r"\sum", r"\prod", r"\max", r"\min", r"\sup", r"\inf", r"\lim"})
_WORDS = frozenset({r"\text", r"\textrm", r"\textbf", r"\textit", r"\textsf", r"\texttt", r"\mbox", r"\textnormal"})
_FONTS = {
    r"\mathbf": 1.15, r"\boldsymbol": 1.12, r"\bm": 1.12, r"\mathrm": 1.05, r"\mathit": 1.0, r"\mathcal": 1.0,
    r"\mathscr": 1.0, r"\mathsf": 1.05, r"\mathtt": 1.0, r"\mathbb": 1.1, r"\mathfrak": 1.05, r"\mathnormal": 1.0,
    r"\pmb": 1.1,
}  # fmt: skip
_ACCENTS = frozenset({
    r"\hat", r"\widehat", r"\tilde", r"\widetilde", r"\bar", r"\overline", r"\vec", r"\dot", r"\ddot", r"\check",
    r"\breve", r"\underline", r"\overrightarrow", r"\boxed", r"\mathop", r"\mathrel", r"\mathbin", r"\mathord",
    r"\ensuremath", r"\smash", r"\phantom", r"\hphantom",
})  # fmt: skip
_NOTHING = frozenset({r"\displaystyle", r"\textstyle", r"\limits", r"\nolimits", r"\nonumber", r"\notag"})
_SIZES = re.compile(r"\\(?:[bB]ig|[bB]igg)[lrm]?$")
_TOKEN = re.compile(r"\\begin\s*\{[^{}]*\}|\\end\s*\{[^{}]*\}|\\[A-Za-z]+|\\.|\s+|[^\\\s]", re.DOTALL)

THIN, MEDIUM, THICK = 167, 222, 278
IN_SCRIPTS = 0.79
"""How large a script is; that of a script is hardly smaller."""


@dataclass(frozen=True)
class Atom:
    """One thing on the line of a formula: its LaTeX, what TeX takes it for, its width, the size of its brackets."""

    latex: str
    kind: Kind
    width: float
    height: int = 1


def width(latex: str) -> float:
    """The width of a formula as a display, in thousandths of an em."""
    return width_of(atoms(latex))


def atoms(latex: str) -> list[Atom]:
    """What stands on the line of a formula, from left to right."""
    return _Reader(_TOKEN.findall(latex)).atoms()


def width_of(line: Sequence[Atom]) -> float:
    """The width of some atoms with the spaces that TeX puts between them."""
    return sum(atom.width for atom in line) + sum(map(_space, line, line[1:]))


def _space(left: Atom, right: Atom) -> float:
    kinds = {left.kind, right.kind}
    if "relation" in kinds:
        return THICK
    if "binary" in kinds:
        return MEDIUM
    if left.kind == "punctuation" or "inner" in kinds:
        return THIN if right.kind != "closing" and left.kind != "opening" else 0
    if "operator" in kinds:
        return THIN if right.kind not in ("opening", "closing") and left.kind != "opening" else 0
    return 0


class _Reader:
    """Walks over the tokens of a formula once."""

    def __init__(self, tokens: list[str], *, is_display: bool = True) -> None:
        self.tokens = tokens
        self.at = 0
        self.is_display = is_display

    def atoms(self, closer: tuple[str, ...] = ()) -> list[Atom]:
        """Everything up to a closer, which is taken away."""
        found: list[Atom] = []
        while self.at < len(self.tokens):
            first, token = self.at, self.tokens[self.at]
            self.at += 1
            if token.startswith(closer) and closer:
                break
            if token.isspace():
                if found and not found[-1].latex.endswith(" "):
                    found[-1] = _with_latex(found[-1], found[-1].latex + " ")
                continue
            atom = self._atom(token)
            atom = _with_latex(atom, "".join(self.tokens[first : self.at]))
            if token in ("^", "_") and found:
                found[-1] = _scripted(found[-1], atom, is_display=self.is_display)
            elif atom.kind == "binary" and (
                not found or found[-1].kind in ("binary", "relation", "opening", "operator")
            ):
                found.append(Atom(atom.latex, "ordinary", atom.width))
            else:
                found.append(atom)
        return found

    def _atom(self, token: str) -> Atom:
        for table, kind in _TABLES:
            if token in table:
                return Atom(token, kind, table[token] if self.is_display or table is not _LARGE else 1056)
        if token in ("^", "_"):
            return Atom(token, "ordinary", width_of(self._small_argument()) * IN_SCRIPTS)
        if token == "{":
            inside = self.atoms(("}",))
            return Atom(token, "ordinary", width_of(inside), _height(inside))
        if token in (",", ";"):
            return Atom(token, "punctuation", 278)
        if token.startswith("\\") and not token.startswith((r"\begin", r"\end")):
            return self._command(token)
        if token.startswith(r"\begin"):
            return self._environment(token)
        return Atom(token, "ordinary", 500 if token.isdigit() else _LETTERS.get(token, _MARKS.get(token, 900)))

    def _command(self, token: str) -> Atom:
        if token in _NAMED:
            return Atom(token, "operator", _words_width(token[1:]))
        if token in (r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"):
            top, bottom = width_of(self._small_argument()), width_of(self._small_argument())
            return Atom(token, "inner", max(top, bottom) + 240, 2)
        if token == r"\sqrt":
            inside = self._argument()
            return Atom(token, "ordinary", width_of(inside) + 900 + 100 * _height(inside), _height(inside))
        if token == r"\left":
            return self._brackets()
        if token in _WORDS or token in (r"\operatorname", r"\mathrm", r"\operatorname*"):
            words = self._raw_argument()
            kind: Kind = "operator" if token.startswith(r"\operatorname") else "ordinary"
            return Atom(token, kind, _words_width(words))
        if token in _FONTS:
            return Atom(token, "ordinary", width_of(self._argument()) * _FONTS[token])
        if token in _ACCENTS:
            inside = self._argument()
            return Atom(token, "ordinary", width_of(inside) + (600 if token == r"\boxed" else 0), _height(inside))
        if token in (r"\underbrace", r"\overbrace"):
            inside = self._argument()
            return Atom(token, "operator", width_of(inside), 2)
        if token in (r"\tag", r"\label"):
            self._raw_argument()
            return Atom(token, "ordinary", 0)
        if _SIZES.match(token) or token in _NOTHING:
            return Atom(token, "ordinary", 200)
        return Atom(
            token, "ordinary", _COMMANDS.get(token[1:], _words_width(token[1:]) if token[1:].isalpha() else 300)
        )

    def _brackets(self) -> Atom:
        """`\\left( … \\right)`, as high as what they hold."""
        opener = self._delimiter()
        inside = self.atoms((r"\right",))
        closer = self._delimiter()
        height = _height(inside)
        size = {1: 389, 2: 600}.get(height, 800)
        total = sum(120 if one == "." else size for one in (opener, closer))
        return Atom("", "inner", width_of(inside) + total, height)

    def _delimiter(self) -> str:
        self._skip_space()
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else "."

    def _environment(self, token: str) -> Atom:
        """A matrix or cases: the widest entry of each column."""
        depth, first = 1, self.at
        while self.at < len(self.tokens) and depth:
            depth += self.tokens[self.at].startswith(r"\begin") - self.tokens[self.at].startswith(r"\end")
            self.at += 1
        rows = _cells(self.tokens[first : self.at - 1])
        if "array" in token and rows and rows[0]:
            rows[0][0] = rows[0][0][rows[0][0].index("}") + 1 :] if "}" in rows[0][0] else rows[0][0]
        columns = max((len(row) for row in rows), default=1)
        entries = [[width_of(_Reader(cell, is_display=False).atoms()) for cell in row] for row in rows]
        widest = [max((row[at] for row in entries if at < len(row)), default=0) for at in range(columns)]
        around = 850 if len(rows) < 2 else 1300
        return Atom(token, "inner", sum(widest) + 1000 * (columns - 1) + around, len(rows) + 1)

    def _argument(self) -> list[Atom]:
        """The next argument: what a pair of braces holds, or one thing."""
        self._skip_space()
        if self.at >= len(self.tokens):
            return []
        self.at += 1
        token = self.tokens[self.at - 1]
        return self.atoms(("}",)) if token == "{" else [self._atom(token)]

    def _small_argument(self) -> list[Atom]:
        """The next argument where sums are small, with their limits beside them."""
        before, self.is_display = self.is_display, False
        inside = self._argument()
        self.is_display = before
        return inside

    def _raw_argument(self) -> str:
        """The next argument as it stands."""
        self._skip_space()
        first = self.at
        self._argument()
        return "".join(self.tokens[first : self.at]).strip("{}")

    def _skip_space(self) -> None:
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1


_TABLES: tuple[tuple[dict[str, int], Kind], ...] = (
    (_BINARY, "binary"), (_RELATIONS, "relation"), (_OPENING, "opening"), (_CLOSING, "closing"), (_LARGE, "operator"),
)  # fmt: skip


def _with_latex(atom: Atom, latex: str) -> Atom:
    return Atom(latex, atom.kind, atom.width, atom.height)


def _scripted(base: Atom, script: Atom, *, is_display: bool) -> Atom:
    """A script beside what it belongs to, two of them one above the other; the limits of a sum below and above it."""
    latex = base.latex + script.latex
    command = re.match(r"\\[A-Za-z]+", base.latex)
    if is_display and command is not None and command[0] in _WITH_LIMITS:
        return Atom(latex, base.kind, max(base.width, script.width), 3)
    has_other = re.search(r"[_^](?:\{[^{}]*\}|\S)\s*$", base.latex) is not None
    return Atom(latex, base.kind, base.width + (script.width * 0.5 if has_other else script.width) + 50, base.height)


def _height(inside: Sequence[Atom]) -> int:
    return max((atom.height for atom in inside), default=1)


def _words_width(words: str) -> float:
    """The width of upright words; formulas among them count as words, which is about right."""
    plain = re.sub(r"\\[A-Za-z]+|[${}]", "", words)
    return sum(_TEXT.get(letter, 500 if letter.isalnum() else 333) for letter in plain)


def table_cells(latex: str) -> list[list[str]]:
    r"""The rows of what stands in an environment, their cells.

    >>> table_cells(r"a &= b \\\\ &= \sqrt{c}")
    [['a', '= b'], ['', '= \\sqrt{c}']]
    """
    return [["".join(cell).strip() for cell in row] for row in _cells(_TOKEN.findall(latex))]


def _cells(tokens: Sequence[str]) -> list[list[list[str]]]:
    """The rows of a matrix, their cells."""
    rows: list[list[list[str]]] = [[[]]]
    depth = 0
    for token in tokens:
        depth += (token == "{" or token.startswith(r"\begin")) - (token == "}" or token.startswith(r"\end"))
        if depth == 0 and token == "&":
            rows[-1].append([])
        elif depth == 0 and token == r"\\":
            rows.append([[]])
        else:
            rows[-1][-1].append(token)
    return [row for row in rows if any("".join(cell).strip() for cell in row)]


# --- Lines ---------------------------------------------------------------------------------------


def broken(latex: str, first: float, others: float) -> list[str]:
    """The formula in lines: one of a width and others of another, broken before `+` and `-` outside all brackets.

    What cannot be broken stands on a line that is too wide.
    """
    line: list[Atom] = []
    lines: list[list[Atom]] = []
    for term in _terms(atoms(latex)):
        room = others if lines else first
        if line and width_of([*line, *term]) > room:
            lines.append(line)
            line = []
        line = [*line, *term]
    return ["".join(atom.latex for atom in each).strip() for each in [*lines, line]]


def _terms(whole: Sequence[Atom]) -> Iterator[list[Atom]]:
    """The terms of a sum with their signs."""
    term: list[Atom] = []
    depth = 0
    for atom in whole:
        depth += {"opening": 1, "closing": -1}.get(atom.kind, 0)
        if atom.kind == "binary" and atom.latex.strip() in ("+", "-") and depth == 0 and term:
            yield term
            term = []
        term.append(atom)
    if term:
        yield term
