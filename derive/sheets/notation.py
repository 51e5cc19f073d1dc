r"""How the author of an exercise writes: its own text -> the style in which its sheet is printed.

What the author does more often decides; where the text says nothing, the choice of a plain textbook. Names are printed
as the setting spells them, as long as they consist of what names are made of.

>>> from derive.documents.setting import make_setting, read_entries
>>> from derive.notation.symbols import SymbolTable
>>> from derive.source import Source, Text
>>> setting = "symbols:\n  W_1: 2 x 3\n  \\mathbf w: 3 x 1\nmodel:\n  f: W_1 \\mathbf w"
>>> source = Source("a.md", setting + "\n---\n$f^\\top f \\circ \\ln f$")
>>> style = style_of([source.text], make_setting(read_entries(Text(setting, source, 0))), SymbolTable())
>>> style.transpose, style.entrywise, style.functions, style.names["\\mathbf{w}"]
('^\\top', '\\circ', {'log': '\\ln'}, '\\mathbf w')
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from derive.documents.document import Setting
from derive.errors import FormulaError
from derive.expressions.functions import entrywise, other
from derive.expressions.latex import COMMANDS
from derive.expressions.style import Style
from derive.grading.parts import ExerciseDocument
from derive.notation.names import read_name
from derive.notation.symbols import SymbolTable
from derive.notation.tables import ACCENTS, FONTS, LETTERLIKE, WORDS

_BOUNDS = re.compile(r"\\(?:sum|prod)\s*(?:_(?:\{[^{}]*\}|\S))?\s*\^(?:\{[^{}]*\}|\\[A-Za-z]+|\S)")

# how a transpose is written -> its script; in a name's own superscript too
_TRANSPOSES = (
    (r"T",                     "^T"),
    (r"\\top",                 r"^\top"),
    (r"\\intercal",            r"^\intercal"),
    (r"\\mathsf\s*(?:\{T\}|T)", r"^{\mathsf T}"),
    (r"\\mathrm\s*(?:\{T\}|T)", r"^{\mathrm T}"),
)  # fmt: skip

# a dot between two factors that are no numbers, and that is no place for an argument
_DOT = r"(?<![\d(\s])\s*\\cdot\b(?!\s*[\d)])"

# a sum over an index
_SUM = r"\\sum\s*_(?:\{[^{}]*\}|\\?[A-Za-z]+\b|[A-Za-z])"

# how an indicator begins -> its sign and its brackets
_SIGNS = ((r"\\mathbb\s*(?:\{1\}|1)", r"\mathbb{1}"), (r"\\mathbf\s*(?:\{1\}|1)", r"\mathbf{1}"))
_BRACKETS = ((r"\(", "(", ")"), (r"\[", "[", "]"), (r"\\\{", r"\{", r"\}"))


def style_of_exercise(exercise: ExerciseDocument) -> Style:
    """The style in which an exercise is written."""
    return style_of([exercise.document.source.text], exercise.document.setting, exercise.model.table)


def style_of(texts: Sequence[str], setting: Setting, table: SymbolTable) -> Style:
    """The style of some texts with LaTeX in them and of the names in a setting."""
    text = _BOUNDS.sub(" ", "\n".join(texts))
    indicator = _indicator(text)
    return Style(
        transpose=_transpose(text),
        entrywise=_entrywise(text),
        products=r"\cdot" if _found(_DOT, text) else "",
        indicator=indicator or Style().indicator,
        masks="cases" if indicator is None and r"\begin{cases}" in text else "indicator",
        derivative="gradient" if text.count(r"\nabla") > text.count(r"\partial") else "fraction",
        exponential=_exponential(text, table),
        total=_total("\n".join(texts)),
        norms=_norms(text),
        brackets="fitting",
        joined=any(_found(rf"[\])]\s*{mark}\s*\}}", text) for mark, _ in _TRANSPOSES),
        vectors="row" if table.vectors == "row" else "column",
        ones="sized" if _found(r"\\mathbf\s*(?:\{1\}|1)_", text) else "bare",
        commas=_found(r"_\{[a-z]\s*,\s*[a-z]\}", text) > _found(r"_\{[a-z][a-z]\}", text),
        bounds=_found(_SUM + r"\s*\^", "\n".join(texts)) >= _found(_SUM + r"(?!\s*\^)", "\n".join(texts)),
        short=_found(r"[_^][A-Za-z0-9]", text) >= _found(r"[_^]\{[A-Za-z0-9]\}", text),
        first=table.index_base,
        softmax="of rows",
        names={**dict(_names(setting)), **dict(_whole_families(table))},
        functions=_functions(text, table),
    )


def _found(pattern: str, text: str) -> int:
    """How often a pattern is in a text."""
    return sum(1 for _ in re.finditer(pattern, text))


def _most(counts: Iterable[tuple[str, int]], otherwise: str) -> str:
    """What is there most often, the first of several; otherwise, if it is not there at all, another."""
    most, number = max(counts, key=lambda pair: pair[1])
    return most if number else otherwise


def _transpose(text: str) -> str:
    own = r"\^(?:\{\s*(?:\[[^\]]*\]|\([^()]*\))?)?\s*"
    counts = [(script, _found(rf"{own}{mark}(?![A-Za-z0-9])", text)) for mark, script in _TRANSPOSES]
    return _most([*counts, (".T", _found(r"[A-Za-z0-9})\]]\.T\b", text))], "^T")


def _entrywise(text: str) -> str:
    counts = [(r"\odot", _found(r"\\odot|⊙", text)), (r"\circ", _found(r"\\circ|∘", text))]
    return _most([*counts, ("*", _found(r"\$[^$*]*[^$*\s]\s*\*\s*[^$*]+\$", text))], r"\odot")


def _indicator(text: str) -> tuple[str, str, str] | None:
    """The sign and the brackets of an indicator, if there is one."""
    counts = [
        ((sign, opening, closing), _found(rf"{mark}\s*(?:\\left|\\big[lr]?|\\Big[lr]?)?\s*{bracket}", text))
        for mark, sign in _SIGNS
        for bracket, opening, closing in _BRACKETS
    ]
    most, number = max(counts, key=lambda pair: pair[1])
    return most if number else None


def _exponential(text: str, table: SymbolTable) -> Literal["function", "power"]:
    """e^z where that is written more often, and where e is no name of the exercise."""
    powers = _found(r"(?<![A-Za-z\\])e\s*\^", text)
    return "power" if powers > _found(r"\\exp|\{exp\}", text) and table.find("e") is None else "function"


def _total(text: str) -> Literal["function", "ones", "indices"]:
    if _found(r"\\mathbf\s*(?:\{1\}|1)(?:_\w|_\{[^{}]*\})?\s*\^", text):
        return "ones"
    return "function" if not _found(r"\\sum", text) and _found(r"\{sum\}", text) else "indices"


def _norms(text: str) -> tuple[str, str]:
    """The scripts of norms, of vectors and of matrices; a matrix's norm with a 2 would be another."""
    bare, two, frobenius = (
        _found(rf"\\(?:\||[rR]?[vV]ert)\s*{script}", text) for script in (r"(?!_)", "_\\{?2", "_\\{?F")
    )
    return "_2" if two else "", "_F" if frobenius or not bare else ""


# ── names ──

_OF_NAMES = re.compile(r"[A-Za-z0-9_^{}()\[\]'.,\s]|\\(?:[A-Za-z]+)")


def _names(setting: Setting) -> Iterator[tuple[str, str]]:
    """Canonical names and their own spelling in a setting, the first of several."""
    seen: set[str] = set()
    for group in (setting.symbols, setting.model, setting.notation):
        for name, _ in group:
            spelling = " ".join(name.value.split())
            try:
                key = read_name(spelling)
            except FormulaError:
                continue
            if key not in seen and is_harmless(spelling):
                seen.add(key)
                yield key, spelling


def _whole_families(table: SymbolTable) -> Iterator[tuple[str, str]]:
    """Q for all entries of a family Q_kn, where Q is nothing else."""
    for base, held in table.families.items():
        if table.find(base) is None:
            yield held, base


def is_harmless(spelling: str) -> bool:
    """Whether a spelling consists of letters, scripts, accents and fonts alone."""
    commands = re.findall(r"\\(?:[A-Za-z]+|.)", spelling)
    return not _OF_NAMES.sub("", spelling) and all(
        command in LETTERLIKE or command in ACCENTS or command in FONTS or command in WORDS for command in commands
    )


# ── functions ──

_WORD = re.compile(r"\\(?:text|textrm|operatorname|mathrm|mathsf|mathbf|mathit)\s*\{\s*([A-Za-z-]+)\s*\}|\\[A-Za-z]+")

_NO_FUNCTIONS = frozenset({r"\vec", r"\sum", r"\sqrt"})  # an accent, the sign of a sum, a root


def _functions(text: str, table: SymbolTable) -> Mapping[str, str]:
    """How functions are spelled, where that is not as the program spells them."""
    counts: dict[str, Counter[str]] = {}
    for match in _WORD.finditer(text):
        spelling = re.sub(r"\s", "", match[0])
        function = entrywise(match[1] or spelling) or other(match[1] or spelling)
        if function in (*COMMANDS, "crossentropy") and spelling not in _NO_FUNCTIONS and table.find(spelling) is None:
            counts.setdefault(function, Counter())[spelling] += 1
    spelled = {function: found.most_common(1)[0][0] for function, found in counts.items()}
    if "sigmoid" not in spelled and table.find(r"\sigma") is not None:
        spelled["sigmoid"] = r"\text{sigmoid}"
    return {function: spelling for function, spelling in spelled.items() if spelling != COMMANDS.get(function)}
