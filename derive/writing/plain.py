r"""LaTeX as one line of text for people: `\frac{\partial L}{\partial W_2}` becomes `∂L/∂W₂`.

What is shown always says what was written: a command that the tables below do
not hold, or brackets that do not match, leave the whole formula as its LaTeX.

>>> plain(r"\frac{1}{N} H^T \left(P - Y\right)")
'(1/N) Hᵀ (P - Y)'
>>> plain(r"\mystery{x} + 1")
'\\mystery{x} + 1'
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from unicodedata import normalize

LONGEST_FORMULA = 5_000
DEEPEST_FORMULA = 40

LETTERS: Mapping[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ",
    "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "ell": "ℓ", "partial": "∂", "nabla": "∇", "infty": "∞", "forall": "∀", "exists": "∃",
    "sum": "∑", "prod": "∏", "int": "∫", "top": "⊤", "intercal": "⊺", "prime": "′", "emptyset": "∅",
    "dots": "…", "ldots": "…", "cdots": "⋯", "vdots": "⋮", "ddots": "⋱",
    "{": "{", "}": "}", "|": "‖", "Vert": "‖", "lVert": "‖", "rVert": "‖", "vert": "|", "lvert": "|", "rvert": "|",
    "langle": "⟨", "rangle": "⟩", "lbrace": "{", "rbrace": "}", "%": "%", "&": "&", "#": "#", "$": "$", "_": "_",
}  # fmt: skip

OPERATORS: Mapping[str, str] = {
    "cdot": "·", "times": "×", "odot": "⊙", "circ": "∘", "otimes": "⊗", "oslash": "⊘", "oplus": "⊕", "pm": "±",
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "lt": "<", "gt": ">", "in": "∈",
    "notin": "∉", "approx": "≈", "propto": "∝", "equiv": "≡", "triangleq": "≜", "to": "→", "rightarrow": "→",
    "leftarrow": "←", "Rightarrow": "⇒", "implies": "⇒", "mapsto": "↦", "mid": "∣", "sim": "∼", "coloneqq": "≔",
}  # fmt: skip

WORDS = frozenset(
    ["arg", "cos", "cosh", "det", "diag", "dim", "erf", "exp", "inf", "lim", "ln", "log", "max", "min", "sin"]
    + ["sinh", "sup", "tan", "tanh", "tr", "argmax", "argmin", "Pr"]
)
SPACES = frozenset([",", ";", ":", " ", "quad", "qquad", "thinspace", "medspace", "enspace", "nonumber", "notag"])
NOTHING = frozenset(
    ["!", "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "limits"]
    + ["nolimits", "displaystyle", "textstyle", "middle", "mathrel", "mathop", "mathbin", "mathord"]
)
UPRIGHT = frozenset(
    ["text", "textrm", "textsf", "texttt", "mbox", "mathrm", "mathsf", "mathit", "mathtt", "mathnormal"]
    + ["operatorname"]
)
ACCENTS: Mapping[str, str] = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307", "vec": "\u20d7"}
WITH_NOTE = frozenset(["underbrace", "overbrace"])
MATRICES: Mapping[str, tuple[str, str]] = {
    "matrix": ("[", "]"), "bmatrix": ("[", "]"), "pmatrix": ("(", ")"), "smallmatrix": ("[", "]"),
    "vmatrix": ("|", "|"), "Vmatrix": ("‖", "‖"), "cases": ("{", "}"),
}  # fmt: skip

_SUPERSCRIPTS = str.maketrans("0123456789-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_TRANSPOSES = ("T", "⊤", "⊺")
_BLACKBOARD = dict(zip("RNZQC1IEP", "ℝℕℤℚℂ𝟙𝕀𝔼ℙ", strict=True))
_TOKEN = re.compile(r"\\([A-Za-z]+)\s*|\\(.)|(\s+)|(.)", re.DOTALL)
_MARKS = "₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾ᵀ′"
_SCRIPTS = rf"(?:[{_MARKS}]|[_^](?:[^\W_]|\[[^\[\]]*\]|\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}}))*+"
_LETTER = r"(?:[^\W\d_][\u0300-\u036f\u20d7]?)"
_ATOM = re.compile(rf"{_LETTER}{_SCRIPTS}|\d+")
_WORD_AT_END = re.compile(r"([A-Za-z]+) $")
_DIFFERENTIAL = re.compile(rf"[∂d][{_MARKS}]* ?(?:{_LETTER}*{_SCRIPTS}(?:\([^()]*\))?)?")


class _NotPlainError(Exception):
    """The formula holds something that has no sure form as text."""


@lru_cache(maxsize=1024)
def plain(latex: str) -> str:
    """A formula as one line of text; its LaTeX where any part of it has no sure form as text."""
    source = " ".join(latex.split())
    if len(source) > LONGEST_FORMULA:
        return source
    try:
        return _Reader(source).formula()
    except _NotPlainError:
        return source


class _Reader:
    """One walk over the tokens of a formula."""

    def __init__(self, latex: str) -> None:
        self.tokens = [(match[1] or match[2] or "", match[3] or match[4] or "") for match in _TOKEN.finditer(latex)]
        self.spaced = {at for at, match in enumerate(_TOKEN.finditer(latex)) if match[1] and match[0][-1].isspace()}
        self.at = 0
        self.depth = 0

    def formula(self) -> str:
        """The whole formula; a fraction that is all of it needs no brackets."""
        text = _without_double_brackets(self._until(lambda: False))
        is_fraction = bool(self.tokens) and self.tokens[0][0] in ("frac", "dfrac", "tfrac")
        return text[1:-1] if is_fraction and text.startswith("(") and _closing(text).get(0) == len(text) - 1 else text

    def _until(self, at_end: Callable[[], bool]) -> str:
        """Everything up to an end, which is not consumed."""
        self.depth += 1
        if self.depth > DEEPEST_FORMULA:
            raise _NotPlainError
        text = ""
        while self.at < len(self.tokens) and not at_end():
            text = _joined(text, self._item(text))
        self.depth -= 1
        return re.sub(r"(?<=[(\[{]) +| +(?=[)\]}])|(?<= ) +", "", text).strip()

    def _next(self) -> tuple[str, str]:
        if self.at == len(self.tokens):
            raise _NotPlainError
        self.at += 1
        return self.tokens[self.at - 1]

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def _item(self, before: str) -> str:
        """The text of what comes next, a script included."""
        command, character = self._next()
        if command:
            return self._command(command)
        if character == "{":
            inside = self._rest_of_group()
            if self._script_follows() and not _ATOM.fullmatch(inside):
                raise _NotPlainError
            return inside
        if character in ("^", "_"):
            script = self._script(character, before)
            return script + " " if self.at - 1 in self.spaced else script
        if character in "}&\\$%#~":
            raise _NotPlainError
        return " " if character.isspace() else character

    def _rest_of_group(self) -> str:
        """What stands up to the closing brace, and the brace."""
        inside = self._until(lambda: self._peek() == ("", "}"))
        if self._next() != ("", "}"):
            raise _NotPlainError
        return inside

    def _argument(self) -> str:
        """A group in braces, or one item."""
        while self._peek()[1].isspace():
            self.at += 1
        if self._peek() == ("", "{"):
            self.at += 1
            return self._rest_of_group()
        return self._item("").strip()

    def _script(self, mark: str, before: str) -> str:
        """`x^2`, `W_1`: raised and lowered digits, the transpose; anything else keeps its mark."""
        if not before.strip():
            raise _NotPlainError
        script = self._argument()
        if mark == "_" and script.isdecimal() and script.isascii():
            return script.translate(_SUBSCRIPTS)
        if mark == "^" and script in _TRANSPOSES:
            return "ᵀ"
        if mark == "^" and script in ("′", "′′"):
            return script
        if mark == "^" and re.fullmatch(r"-?[0-9]+|\([0-9]+\)", script):
            return script.translate(_SUPERSCRIPTS)
        if len(script) == 1 or re.fullmatch(r"\[[^\[\]]*\]", script):
            return mark + script
        return f"{mark}{{{script}}}"

    def _command(self, name: str) -> str:
        """The text of a command with its arguments."""
        if name in LETTERS:
            return LETTERS[name] + (" " if self.at - 1 in self.spaced and self._peek()[1] in tuple("*/+-=<>|") else "")
        if name in OPERATORS:
            return f" {OPERATORS[name]} "
        if name in WORDS:
            return name + " "
        if name in SPACES:
            return "  "
        if name in NOTHING:
            self._skip_invisible_delimiter(name)
            return ""
        if name in UPRIGHT:
            word = self._upright()
            return word + " " if word in WORDS else word
        if name in ("frac", "dfrac", "tfrac"):
            return self._fraction()
        if name in ACCENTS:
            return self._accented(ACCENTS[name])
        if name in ("mathbf", "boldsymbol", "bm", "mathbb"):
            return self._font(name)
        if name == "sqrt" and self._peek() != ("", "["):
            return f"√({self._argument()})"
        if name in WITH_NOTE:
            return self._without_note()
        if name == "begin":
            return self._matrix()
        raise _NotPlainError

    def _skip_invisible_delimiter(self, name: str) -> None:
        if name in ("left", "right", "middle") and self._peek() == ("", "."):
            self.at += 1

    def _upright(self) -> str:
        """Words in a group, with their spaces."""
        if self._next() != ("", "{"):
            raise _NotPlainError
        text = ""
        while self._peek() != ("", "}"):
            command, character = self._next()
            if command not in ("", "_", "%", "&", "#", " ", ",") or character in ("{", "$", "\\"):
                raise _NotPlainError
            text += character or command
        self.at += 1
        return text

    def _fraction(self) -> str:
        """`∂L/∂W` for a derivative, else `(a/b)`, so that what follows can not seem to be below the line."""
        above, below = self._argument(), self._argument()
        if not above or not below:
            raise _NotPlainError
        if _DIFFERENTIAL.fullmatch(above) and _DIFFERENTIAL.fullmatch(below):
            return f"({above}/{below})" if self._script_follows() else f" {above}/{below} "
        return f"({_bracketed(above)}/{_bracketed(below)})"

    def _script_follows(self) -> bool:
        following = self.at
        while following < len(self.tokens) and self.tokens[following][1].isspace():
            following += 1
        return self.tokens[following : following + 1] in ([("", "^")], [("", "_")])

    def _accented(self, accent: str) -> str:
        letter = self._argument()
        if len(letter) != 1:
            raise _NotPlainError
        return normalize("NFC", letter + accent)

    def _font(self, name: str) -> str:
        """Bold letters as bold letters, blackboard letters where they are common."""
        text = self._argument()
        if name != "mathbb":
            return "".join(_bold(character) for character in text)
        if any(letter not in _BLACKBOARD for letter in text):
            raise _NotPlainError
        return "".join(_BLACKBOARD[letter] for letter in text)

    def _without_note(self) -> str:
        """What stands above or below a brace, without the brace's note."""
        inside = self._argument()
        if self._peek()[1] in ("_", "^"):
            self.at += 1
            self._skip_group()
        if self._script_follows():
            raise _NotPlainError
        return inside

    def _skip_group(self) -> None:
        """Pass over one group or one token, whatever it holds."""
        level = 0
        while True:
            _, character = self._next()
            level += (character == "{") - (character == "}")
            if level == 0:
                return

    def _matrix(self) -> str:
        """A matrix on one line, rows parted by semicolons."""
        name = self._upright()
        if name not in MATRICES:
            raise _NotPlainError
        opening, closing = MATRICES[name]
        rows, cells = [], []
        while True:
            cells.append(self._until(lambda: self._peek() in (("", "&"), ("\\", "")) or self._peek()[0] == "end"))
            ending = self._next()
            if ending == ("", "&"):
                continue
            rows.append(", ".join(cells))
            cells = []
            if ending[0] == "end":
                break
        if self._upright() != name:
            raise _NotPlainError
        return opening + "; ".join(row for row in rows if row) + closing


def _joined(text: str, item: str) -> str:
    """Two pieces side by side: scripts and brackets close up to a word, letters keep their distance from one."""
    if item and item[0] in _MARKS + "_^":
        return text.rstrip() + item
    if item[:-1] in WORDS and text[-1:].isalnum():
        return f"{text} {item}"
    word = _WORD_AT_END.search(text[-12:])
    return text.rstrip() + item if item[:1] == "(" and word and word[1] in WORDS else text + item


def _bracketed(text: str) -> str:
    """A numerator or denominator, in brackets unless it is one letter with its scripts or one number."""
    return text if _ATOM.fullmatch(text) else f"({text})"


def _closing(text: str) -> dict[int, int]:
    """For the offset of each opening round bracket, that of its closing one."""
    closing: dict[int, int] = {}
    waiting: list[int] = []
    for at, character in enumerate(text):
        if character == "(":
            waiting.append(at)
        elif character == ")" and waiting:
            closing[waiting.pop()] = at
    return closing


def _without_double_brackets(text: str) -> str:
    """The text with `((a))` as `(a)`."""
    closing = _closing(text)
    inner = {at for at in closing if at - 1 in closing and closing[at - 1] == closing[at] + 1}
    dropped = inner | {closing[at] for at in inner}
    return "".join(character for at, character in enumerate(text) if at not in dropped)


def _bold(character: str) -> str:
    """The bold form of a Latin letter or a digit; any other character as it is."""
    if "A" <= character <= "Z":
        return chr(0x1D400 + ord(character) - ord("A"))
    if "a" <= character <= "z":
        return chr(0x1D41A + ord(character) - ord("a"))
    if "0" <= character <= "9":
        return chr(0x1D7CE + ord(character) - ord("0"))
    raise _NotPlainError
