r"""Other letters for symbols and dimensions: $Z = X W + b$ becomes $S = A \Theta + c$, everywhere in an exercise."""

import re
from collections.abc import Mapping
from dataclasses import replace

from derive.grading.parts import ExerciseDocument
from derive.records import dataclass
from derive.sheets.variants.choosing import Choices
from derive.sheets.variants.draft import Draft, with_formulas, with_prose
from derive.sheets.variants.letters import Letters, rewritten
from derive.sheets.variants.roles import DIMS, POOLS, array_letters, dim_role, member_holders, roles

KEPT_ONE_IN = 4
"""So seldom a letter stays as it is."""
BOLD_ONE_IN = 4
"""So seldom all vectors and matrices are set in bold letters."""


@dataclass(frozen=True)
class Renaming:
    """New letters for the letters of symbols and for those of dimensions: two name spaces."""

    symbols: Mapping[str, str]
    dims: Mapping[str, str]


def vary_names(draft: Draft, exercise: ExerciseDocument, choices: Choices) -> Draft:
    """The draft with other letters for most of its symbols and some of its dimensions."""
    letters = Letters(draft, exercise.model.table)
    symbols = _for_symbols(letters, exercise, choices)
    return renamed(draft, letters, Renaming(symbols, _for_dims(letters, symbols, choices)))


def renamed(draft: Draft, letters: Letters, names: Renaming) -> Draft:
    """The draft with other letters: in formulas, in declarations, and as words."""
    changed = with_formulas(draft, lambda formula: rewritten(letters, formula, names.symbols, names.dims))
    symbols = tuple((name, _declared(letters, what, names)) for name, what in changed.symbols)
    dims = tuple((names.dims.get(name, name), size) for name, size in changed.dims)
    return with_prose(replace(changed, symbols=symbols, dims=dims), lambda words: _words(letters, words, names))


_LETTER = r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])"
_LETTER_AS_WORD = re.compile(r"(?:\b(an?) )?(?<![\w'\\$/.-])([A-Za-z])(?![\w'/-])")
_TIMES = re.compile(r"\b[A-Za-z] x [A-Za-z]\b")
_BEGIN_WITH_A_VOWEL = frozenset("aefhilmnorsxAEFHILMNORSX")
"""The letters that are spoken with a vowel first: `an h`."""

_REFERENCE = re.compile(r"((?:row|column|entry|hot index) of )(\S+)(.*)")


def _declared(letters: Letters, what: str, names: Renaming) -> str:
    """A declaration with other dimensions, or with another name for the symbol that it refers to."""
    found = _REFERENCE.fullmatch(what)
    if found is not None:
        return found[1] + rewritten(letters, found[2], names.symbols, {}) + found[3]
    return re.sub(_LETTER, lambda match: names.dims.get(match.group(), match.group()), what)


def _words(letters: Letters, words: str, names: Renaming) -> str:
    """Words in which a letter stands for a symbol or a dimension outside all formulas: `an n x m matrix`."""

    def other(match: re.Match[str]) -> str:
        article, letter = match.groups()
        new = names.dims.get(letter) or names.symbols.get(letter)
        is_times = letter == "x" and _TIMES.fullmatch(words, max(0, match.start() - 2), match.end() + 2)
        if letter in ("a", "A") or is_times or new is None or (letter in names.symbols and letter in names.dims):
            return match.group()
        article = "" if article is None else "an " if new in _BEGIN_WITH_A_VOWEL else "a "
        return f"{article}${new}$" if letter in names.symbols else f"{article}{new}"

    return _LETTER_AS_WORD.sub(other, words)


# ── which letters ──


def _for_symbols(letters: Letters, exercise: ExerciseDocument, choices: Choices) -> dict[str, str]:
    """A new letter for each letter that gets one; a matrix and its rows keep a large and a small form of one letter."""
    found = dict(roles(letters, exercise))
    is_bold = not choices.below(BOLD_ONE_IN) and not letters.are_dressed
    holders = member_holders(letters.table)
    new: dict[str, str] = {}
    for letter in sorted(found):
        used = set(new.values()) | letters.taken
        options = [name for name in POOLS[found[letter]] if name not in used and _fits(letters, letter, name)]
        if letter in holders:
            options = [name for name in options if len(name) == 1 and name.lower() not in used]
        if letter.upper() in holders:
            options = [new[letter.upper()].lower()] if letter.upper() in new else []
        elif options and not choices.below(KEPT_ONE_IN):
            options = []
        if options:
            new[letter] = choices.one_of(options)
    bold = array_letters(letters) & set(found) if is_bold else ()
    return {**new, **{letter: _bold(new.get(letter, letter)) for letter in bold}}


def _bold(letter: str) -> str:
    return rf"\boldsymbol{{{letter}}}" if letter.startswith("\\") else rf"\mathbf{{{letter}}}"


def _fits(letters: Letters, letter: str, new: str) -> bool:
    """A name such as `dx` stays one name: its letter becomes one letter."""
    return len(new) == 1 or f"d{letter}" not in letters.names


def _for_dims(letters: Letters, symbols: Mapping[str, str], choices: Choices) -> dict[str, str]:
    """A new letter for some of the dimensions, none of which stands for anything else."""
    new: dict[str, str] = {}
    for name in sorted(letters.dims - letters.doubtful):
        used = (letters.taken | set(symbols.values()) | set(new.values())) - ({"N"} - letters.standing)
        pool = DIMS[dim_role(letters.table, name), name.isupper()]
        options = [other for other in pool if other not in used]
        if len(name) == 1 and options and choices.below(2):
            new[name] = choices.one_of(options)
    return new
