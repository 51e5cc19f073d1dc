r"""Formulas from outside -> the same, rebuilt from known parts alone, so that typesetting them does nothing else.

What comes out is balanced, has an argument behind every command that takes one and no command outside the tables
below, so that LaTeX, MathJax and MathML take it without an error. Whatever is not understood gives null, and is shown
as code.

>>> rebuilt(r"W_1^\top \hat y").latex
'W_{1}^{\\top} \\hat{y}'
>>> rebuilt(r"a \input{secrets}") is None
True
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import field

from derive.notation import characters, tables
from derive.notation.functions import FUNCTION_COMMANDS
from derive.records import dataclass

LONGEST = 4_000
"""How many characters a formula may have."""
DEEPEST = 30
"""How many groups may stand within each other."""

_NOT_IN_LATEX = frozenset({
    "\\tr", "\\diag", "\\rank", "\\sgn", "\\sign", "\\softmax", "\\relu", "\\ReLU", "\\argmax", "\\argmin", "\\Tr",
})  # fmt: skip
"""Functions that are read as commands, but that LaTeX itself does not know."""

REWRITTEN: Mapping[str, str] = {
    **{name: rf"\operatorname{{{name[1:]}}}" for name in _NOT_IN_LATEX},
    "\\lt": "<", "\\gt": ">", "\\coloneqq": ":=", "\\coloneq": ":=", "\\eqqcolon": "=:", "\\eqcolon": "=:",
    "\\llbracket": "[", "\\rrbracket": "]", "\\cdotp": r"\cdot ", "\\hdots": r"\dots ", "\\>": r"\:",
    "\\limits": "", "\\nolimits": "", "\\nonumber": "", "\\notag": "", "\\relax": "", "\\strut": "", "\\mathstrut": "",
    "\\allowbreak": "", "\\nobreak": "", "\\hfill": "", "\\centering": "", "\\noindent": "", "\\par": "",
    "\\thinspace": r"\,", "\\medspace": r"\:", "\\thickspace": r"\;", "\\space": r"\ ", "\\enspace": r"\ ", "~": r"\ ",
    "\\scriptstyle": "", "\\scriptscriptstyle": "", "\\cr": r"\\", "\\newline": r"\\",
    "−": "-", "·": r"\cdot ", "⋅": r"\cdot ", "×": r"\times ", "⊙": r"\odot ", "∘": r"\circ ", "⊗": r"\otimes ",
    "⊘": r"\oslash ", "∂": r"\partial ", "∇": r"\nabla ", "∑": r"\sum ", "∏": r"\prod ", "∀": r"\forall ",
    "≡": r"\equiv ", "←": r"\leftarrow ", "∈": r"\in ", "≈": r"\approx ", "∝": r"\propto ", "≠": r"\neq ",
    "≤": r"\leq ", "≥": r"\geq ", "→": r"\to ", "⇒": r"\Rightarrow ", "⇔": r"\Leftrightarrow ", "≅": r"\cong ",
    "≃": r"\simeq ", "∼": r"\sim ", "∉": r"\notin ", "≪": r"\ll ", "≫": r"\gg ", "⟨": r"\langle ", "⟩": r"\rangle ",
    "…": r"\dots ", "⋯": r"\cdots ", "⋮": r"\vdots ", "⋱": r"\ddots ",
}  # fmt: skip
"""What is written in a way that every reader of LaTeX knows."""

_FONTS = {
    **dict.fromkeys(("\\mathbf", "\\mathrm", "\\mathit", "\\mathcal", "\\mathsf", "\\mathtt", "\\mathbb", "\\mathfrak")),
    "\\boldsymbol": None, "\\mathnormal": None, "\\bold": "\\mathbf", "\\bm": "\\boldsymbol", "\\pmb": "\\boldsymbol",
    "\\mathds": "\\mathbb", "\\mathbbm": "\\mathbb", "\\mathscr": "\\mathcal",
}  # fmt: skip
_FURTHER_SIGNS = frozenset({
    "\\int", "\\oint", "\\lim", "\\cup", "\\cap", "\\setminus", "\\mid", "\\parallel", "\\exists", "\\neg", "\\land",
    "\\lor", "\\wedge", "\\vee", "\\oplus", "\\ominus", "\\hookrightarrow", "\\uparrow", "\\downarrow", "\\angle",
    "\\infty", "\\lfloor", "\\rfloor", "\\lceil", "\\rceil", "\\Pr", "\\dim", "\\ker", "\\gcd", "\\deg", "\\limsup",
    "\\liminf", "\\triangle", "\\diamond", "\\aleph", "\\wp", "\\leftrightarrow", "\\longleftarrow", "\\bigcup", "\\bigcap",
    "\\bigoplus", "\\bigotimes", "\\bigodot", "\\S", "\\vert", "\\Vert", "\\|", "\\quad", "\\qquad", "\\,", "\\;", "\\:",
    "\\!", "\\ ", "\\displaystyle", "\\textstyle", "\\%", "\\&", "\\#", "\\$", "\\_",
})  # fmt: skip
"""What a text may hold though no claim is made of it."""
_UNUSABLE = _NOT_IN_LATEX | {"\\odotT", "\\simeqq", "\\vec", "\\imath", "\\jmath"}
SIGNS = (
    _FURTHER_SIGNS
    | {"\\imath", "\\jmath"}
    | {
        sign
        for table in (tables.LETTERLIKE, tables.OPERATORS, tables.RELATIONS, tables.DOTS, tables.OPENING, tables.CLOSING,
                      tables.END_MARKS, FUNCTION_COMMANDS)
        for sign in table
        if re.fullmatch(r"\\(?:[A-Za-z]+|[{}])", sign)
    }
    - _UNUSABLE
)  # fmt: skip
"""Commands without an argument."""
ACCENTS = frozenset(tables.ACCENTS) | {"\\mathring", "\\overleftarrow"}
TAKING_ONE = ACCENTS | {
    "\\boxed", "\\mathop", "\\mathrel", "\\mathbin", "\\mathord", "\\phantom", "\\hphantom", "\\vphantom", "\\underbrace",
    "\\overbrace", "\\smash",
}  # fmt: skip
TAKING_TWO = frozenset({
    "\\frac", "\\dfrac", "\\tfrac", "\\cfrac", "\\binom", "\\overset", "\\underset", "\\stackrel",
})  # fmt: skip
_SIZED = re.compile(r"\\(?:big|Big|bigg|Bigg)[lrm]?")
_DELIMITERS = frozenset(
    [
        "(",
        ")",
        "[",
        "]",
        "|",
        "/",
        "<",
        ">",
        "\\{",
        "\\}",
        "\\|",
        "\\langle",
        "\\rangle",
        "\\lvert",
        "\\rvert",
        "\\lVert",
    ]
    + ["\\rVert", "\\vert", "\\Vert", "\\lbrace", "\\rbrace", "\\lbrack", "\\rbrack", "\\lfloor", "\\rfloor", "\\lceil"]
    + ["\\rceil", "\\uparrow", "\\downarrow"]
)
_CHARACTERS = re.compile(r"[A-Za-z0-9+\-*/=<>()\[\]|,;:.!?@]")

ENVIRONMENTS: Mapping[str, str] = {
    **{name: name for name in ("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix", "cases")},
    "dcases": "cases", "array": "array", "aligned": "aligned", "gathered": "gathered", "split": "aligned",
    "align": "aligned", "flalign": "aligned", "eqnarray": "aligned", "gather": "gathered", "multline": "gathered",
    "equation": "", "displaymath": "", "math": "",
}  # fmt: skip
"""The environments that are known, and what each becomes within a display; nothing where it is the display itself."""

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|[^\s]", re.DOTALL)
_WORDS = re.compile(r"[A-Za-z0-9 .,;:()'=+/!?-]*")
_NAME = re.compile(r"[A-Za-z0-9 .,:'-]{1,60}")
_COLUMNS = re.compile(r"[lcr| ]{1,60}")


@dataclass(frozen=True)
class Rebuilt:
    """A formula that is safe to typeset, and the name that its author gave it."""

    latex: str
    tag: str | None = None


def rebuilt(latex: str) -> Rebuilt | None:
    """The formula from known parts, or null where something in it is not known."""
    if len(latex) > LONGEST:
        return None
    try:
        builder = _Builder(_TOKEN.findall(_in_ascii(latex)))
        text = builder.formula(lambda token: False, is_table=False)
    except (_UnknownPartError, IndexError):
        return None
    tag = builder.tags[0] if len(builder.tags) == 1 else None
    text = re.sub(r" +", " ", text).strip()
    return Rebuilt(text, tag) if text and len(text) <= 2 * LONGEST else None


class _UnknownPartError(Exception):
    """Something in a formula is not known, or stands where it can not."""


def _in_ascii(latex: str) -> str:
    """Characters beyond ASCII as the LaTeX that typesets alike."""
    return re.sub(characters.PATTERN, _character, latex)


def _character(found: re.Match[str]) -> str:
    written = characters.in_latex(found[0])
    if written is None:
        return found[0]
    return f"{written} " if re.search(r"\\[A-Za-z]+$", written) else written


@dataclass
class _Builder:
    """Walks over the tokens once. Every method takes what it reads away and gives it rebuilt."""

    tokens: list[str]
    at: int = 0
    depth: int = 0
    tags: list[str] = field(default_factory=list)

    def formula(self, ends: Callable[[str], bool], *, is_table: bool) -> str:
        """Everything up to a token that ends it, or to the end; in a table there are cells and rows."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise _UnknownPartError("too deep")
        parts: list[str] = []
        while self.at < len(self.tokens) and not ends(self.tokens[self.at]):
            token = self.tokens[self.at]
            if token.isspace():
                self.at += 1
                parts.append(" ")
            elif token == "&" or REWRITTEN.get(token, token) == r"\\":
                parts.append(self._separator(token, is_table))
            else:
                parts.append(self._scripted())
        self.depth -= 1
        return "".join(parts)

    def _separator(self, token: str, is_table: bool) -> str:
        if not is_table:
            raise _UnknownPartError(token)
        self.at += 1
        if token == "&":
            return "& "
        length = re.match(r"\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm)\s*\]", "".join(self.tokens[self.at : self.at + 12]))
        end = self.at + (len(_TOKEN.findall(length[0])) if length else 0)
        self.at = end
        following = next((each for each in self.tokens[self.at :] if not each.isspace()), "")
        return "\\\\ {}" if following in ("[", "*") else "\\\\ "

    def _scripted(self) -> str:
        """One thing with its scripts: primes, at most one superscript behind them, at most one subscript."""
        base = "{}" if self.tokens[self.at] in ("^", "_", "'") else self._thing()
        found: dict[str, str] = {}
        while (sign := self._next_sign()) in ("^", "_", "'"):
            self.at += 1
            if sign in found or (sign == "'" and "^" in found):
                raise _UnknownPartError(sign)
            if sign == "'":
                found[sign] = "'"
                while self.at < len(self.tokens) and self.tokens[self.at] == "'":
                    found[sign] += "'"
                    self.at += 1
            else:
                found[sign] = f"{sign}{{{self._argument()}}}"
        return base + "".join(found.values())

    def _next_sign(self) -> str:
        """The next token that is no space, if it is a script; the spaces before it go."""
        at = self.at
        while at < len(self.tokens) and self.tokens[at].isspace():
            at += 1
        if at == len(self.tokens) or self.tokens[at] not in ("^", "_", "'"):
            return ""
        self.at = at
        return self.tokens[at]

    def _thing(self) -> str:
        """One thing without scripts: a character, a group, a command with its arguments, an environment."""
        token = self._take()
        if token == "{":
            return f"{{{self._group()}}}"
        if token in REWRITTEN:
            return REWRITTEN[token]
        if _CHARACTERS.fullmatch(token):
            return token
        if token in SIGNS:
            return f"{token} " if token[1:].isalpha() else token
        rule = _RULES.get(token)
        if rule is not None:
            return rule(self, token)
        if _SIZED.fullmatch(token):
            return f"{token}{self._delimiter()}"
        raise _UnknownPartError(token)

    def _take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def _group(self) -> str:
        """What a pair of braces holds; the opening one is taken already."""
        inside = self.formula(lambda token: token == "}", is_table=False)
        self._expect("}")
        return inside.strip()

    def _argument(self) -> str:
        """An argument without its braces."""
        self._skip_space()
        if self.tokens[self.at] == "{":
            self.at += 1
            return self._group()
        if self.tokens[self.at] in ("^", "_", "'", "&"):
            raise _UnknownPartError(self.tokens[self.at])
        return self._thing().strip()

    def _raw_argument(self, pattern: re.Pattern[str]) -> str:
        """An argument that is words: as it stands, where all of it is harmless."""
        self._skip_space()
        self._expect("{")
        first = self.at
        while self.tokens[self.at] != "}":
            self.at += 1
        words = "".join(self.tokens[first : self.at])
        self.at += 1
        if not pattern.fullmatch(words):
            raise _UnknownPartError(words)
        return words

    def _expect(self, token: str) -> None:
        if self._take() != token:
            raise _UnknownPartError(token)

    def _skip_space(self) -> None:
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1

    def _delimiter(self) -> str:
        self._skip_space()
        token = self._take()
        token = REWRITTEN.get(token, token).strip()
        if token not in _DELIMITERS:
            raise _UnknownPartError(token)
        return f"{token} " if token[1:].isalpha() else token

    # ── commands with arguments ──

    def taking_one(self, token: str) -> str:
        return f"{token}{{{self._argument()}}}"

    def taking_two(self, token: str) -> str:
        return f"{token}{{{self._argument()}}}{{{self._argument()}}}"

    def font(self, token: str) -> str:
        return f"{_FONTS[token] or token}{{{self._argument()}}}"

    def root(self, token: str) -> str:
        self._skip_space()
        degree = ""
        if self.tokens[self.at] == "[":
            self.at += 1
            degree = f"[{self.formula(lambda each: each == ']', is_table=False).strip()}]"
            self._expect("]")
        return f"{token}{degree}{{{self._argument()}}}"

    def words(self, token: str) -> str:
        return rf"\text{{{self._raw_argument(_WORDS)}}}"

    def operator(self, token: str) -> str:
        if self.tokens[self.at] == "*":
            self.at += 1
            token += "*"
        return f"{token}{{{self._raw_argument(_NAME)}}}"

    def tag(self, token: str) -> str:
        """`\\tag{…}` and `\\label{…}` name the display, and are taken out of it."""
        if self.tokens[self.at] == "*":
            self.at += 1
        name = self._raw_argument(re.compile(r"[^{}\\$%&#^~\x00-\x1f]{1,60}"))
        if token == "\\tag":
            self.tags.append(name)
        return ""

    def brackets(self, token: str) -> str:
        """`\\left( … \\right)`, perhaps with a `\\middle`."""
        opener = self._fence()
        parts = [self.formula(lambda each: each in ("\\right", "\\middle"), is_table=False)]
        while self._take() == "\\middle":
            parts.append(rf"\middle{self._fence()}")
            parts.append(self.formula(lambda each: each in ("\\right", "\\middle"), is_table=False))
        return rf"\left{opener}{''.join(parts).strip()}\right{self._fence()}"

    def _fence(self) -> str:
        self._skip_space()
        if self.tokens[self.at] == ".":
            self.at += 1
            return "."
        return self._delimiter()

    def environment(self, token: str) -> str:
        """A matrix, cases, or lines that are aligned."""
        name = self._raw_argument(re.compile(r"[A-Za-z]{1,20}\*?"))
        known = ENVIRONMENTS.get(name.removesuffix("*"))
        if known is None:
            raise _UnknownPartError(name)
        columns = f"{{{self._raw_argument(_COLUMNS)}}}" if known == "array" else ""
        inside = self.formula(lambda each: each == "\\end", is_table=bool(known)).strip()
        self._expect("\\end")
        if self._raw_argument(re.compile(r"[A-Za-z]{1,20}\*?")) != name:
            raise _UnknownPartError(name)
        inside = re.sub(r"(?:\\\\ *(?:\{\})?)+$", "", inside).strip()
        return rf"\begin{{{known}}}{columns} {inside} \end{{{known}}}" if known else inside


_RULES: Mapping[str, Callable[[_Builder, str], str]] = {
    **dict.fromkeys(TAKING_ONE, _Builder.taking_one),
    **dict.fromkeys(TAKING_TWO, _Builder.taking_two),
    **dict.fromkeys(_FONTS, _Builder.font),
    **dict.fromkeys(tables.WORDS - {"\\operatorname"}, _Builder.words),
    "\\operatorname": _Builder.operator,
    "\\sqrt": _Builder.root,
    "\\left": _Builder.brackets,
    "\\begin": _Builder.environment,
    "\\tag": _Builder.tag,
    "\\label": _Builder.tag,
}
