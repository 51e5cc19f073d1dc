r"""Names of the notation: which of their letters are indices, and what they match.

The letters in the scripts of a name that stand in a script of its meaning too are its indices: in their place any index
may stand. `p_{ik}: P_{i,k}` says what `p_{kj}` and `p_{i+1,2}` are; `W_{new}: W - \eta G` has no index.

>>> pattern, letters = pattern_of("p_{ik}", "P_{i,k}")
>>> letters, pattern.fullmatch("p_{kj}").groupdict(), pattern.fullmatch("p_{i+1,2}").groupdict()
(('i', 'k'), {'i': 'k', 'k': 'j'}, {'i': 'i+1', 'k': '2'})
>>> pattern.fullmatch("p_{123}") is None, pattern_of("W_{new}", r"W - \eta G_i")[1]
(True, ())
"""

import re
from collections.abc import Collection, Iterator

_SCRIPT = re.compile(r"[_^](?:\{((?:[^{}]|\{[^{}]*\})*)\}|(.))")
_IN_ROMAN = re.compile(r"\\(?:text|mathrm|operatorname|textrm|mathsf|mathtt)\s*\{[^{}]*\}|\\[A-Za-z]+")
_COMMAND_OR_LETTERS = re.compile(r"(\\[A-Za-z]+|[a-z]+(?:,[a-z]+)*)")
_INDEX = r"(?:[^{},]|\{[^{}]*\})+"
_ONE_SIGN = r"(?:[^{},\\]|\{[^{}]*\})"


def pattern_of(key: str, meaning: str, named: Collection[str] = ()) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """The pattern that a canonical name is, with a group for each of its index letters, and these in order.

    `named` are letters that are no indices where they stand together in a script, as the `new` of a declared `G_{new}`.
    """
    scripts = re.search(r"[_^]", key)
    head, tail = (key, "") if scripts is None else (key[: scripts.start()], key[scripts.start() :])
    indices = _letters_in_scripts(meaning, named)
    letters: list[str] = []
    pattern = re.escape(head)
    for piece in _COMMAND_OR_LETTERS.split(tail):
        are_letters = piece[:1].islower()
        pattern += "".join(_pieces(piece.split(","), indices, letters)) if are_letters else re.escape(piece)
    return re.compile(pattern), tuple(letters)


def _letters_in_scripts(meaning: str, named: Collection[str]) -> frozenset[str]:
    """The letters that may be indices in a meaning."""
    found: set[str] = set()
    for braced, bare in _SCRIPT.findall(meaning):
        for run in re.findall(r"[a-z]+", _IN_ROMAN.sub(" ", braced or bare)):
            if run not in named:
                found.update(run)
    return frozenset(found)


def _pieces(parts: list[str], indices: frozenset[str], letters: list[str]) -> Iterator[str]:
    """Regular expressions for parts of a script between commas: those that are indices may have commas or not."""
    waiting: list[str] = []
    for at, part in enumerate(parts):
        if indices.issuperset(part):
            waiting += part
            continue
        yield from _listed(waiting, letters)
        yield ("," if at else "") + re.escape(part) + ("," if at < len(parts) - 1 else "")
        waiting = []
    yield from _listed(waiting, letters)


def _listed(run: list[str], letters: list[str]) -> Iterator[str]:
    """As many indices: parted by commas, or one sign each."""
    if len(run) > 1:
        yield rf"(?={_INDEX}(?:,{_INDEX}){{{len(run) - 1}}}[}}\])]|{_ONE_SIGN}{{{len(run)}}}[}}\])])"
    for at, letter in enumerate(run):
        yield ",?" if at else ""
        yield f"(?P={letter})" if letter in letters else f"(?P<{letter}>{_INDEX})"
        if letter not in letters:
            letters.append(letter)
