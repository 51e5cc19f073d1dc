"""Names that differ in a number alone: the layers `W^{[1]}`, …, `W^{[L]}`, the times `h_0`, …, `h_T`.

Such names are *numbered*; what they share is their *pattern*, `W^{[#]}` or `h_{#}`. Each of them is a name of its own,
with a shape of its own. `W^{[l]}` is written for any of them: where the number of `l` is known, it is one of the names.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from derive.notation.names import plain, unwrapped
from derive.notation.syntax import Group, List, Literal, Name, Sum, Syntax, listed

SLOT = "#"
TRANSPOSES = frozenset({"T", "\\top", "\\intercal"})
_NUMBER_IN_SCRIPT = re.compile(r"(?<=[{\[(])-?\d{1,4}(?=[}\])])")

Numbers = Mapping[str, frozenset[int]]
"""The numbers that the names of each pattern have."""


def patterns_of(key: str) -> Iterator[tuple[str, int]]:
    """Every pattern of a canonical name, with its number there: `w_{1}^{2}` is one of the `w_{#}^{2}` and `w_{1}^{#}`.

    >>> list(patterns_of("W^{[2]}")), list(patterns_of("h_{0}")), list(patterns_of("b"))
    ([('W^{[#]}', 2)], [('h_{#}', 0)], [])
    """
    for match in _NUMBER_IN_SCRIPT.finditer(key):
        yield key[: match.start()] + SLOT + key[match.end() :], int(match.group())


def with_patterns(numbers: Numbers, keys: Iterable[str]) -> Numbers:
    """The numbers of all patterns with those of more names."""
    found = dict(numbers)
    for key in keys:
        for pattern, number in patterns_of(key):
            found[pattern] = found.get(pattern, frozenset()) | {number}
    return found


def named(pattern: str, number: int) -> str:
    """The name of a pattern with a number."""
    return pattern.replace(SLOT, str(number))


def place_of_number(script: Syntax) -> List | None:
    """Where the number of a script stands: in the brackets of `[l-1]`, else it is all of it. A transpose has none."""
    inner = unwrapped(script)
    if isinstance(inner, Group) and inner.kind in ("(", "["):
        return inner.content
    if isinstance(inner, Name) and plain(inner.text) in TRANSPOSES:
        return None
    return inner if isinstance(inner, List) else listed(inner)


def with_number(script: Syntax, written: str) -> Syntax:
    """A script with another number, or the slot for one: `[l-1]` with 2 is `[2]`."""
    inner = unwrapped(script)
    number = Literal(written, span=script.span)
    return Group(inner.kind, listed(number), span=inner.span) if isinstance(inner, Group) else number


def number_in(content: Syntax, number_of_name: Callable[[Name], int | None]) -> int | None:
    """The number that `l`, `l-1`, `L` or `2` is, None where it is none."""
    terms = _terms(content)
    numbers = [_whole(factor, number_of_name) for _, factor in terms]
    if not terms or None in numbers:
        return None
    return sum(-(number or 0) if sign == "-" else number or 0 for (sign, _), number in zip(terms, numbers, strict=True))


def letters_in(content: Syntax) -> list[Name]:
    """The names in `l-1`, whose numbers decide that of the whole; none where it is no sum of names and numbers."""
    factors = [factor for _, factor in _terms(content)]
    if not all(isinstance(factor, (Name, Literal)) for factor in factors):
        return []
    return [factor for factor in factors if isinstance(factor, Name)]


def _whole(factor: Syntax, number_of_name: Callable[[Name], int | None]) -> int | None:
    if isinstance(factor, Literal):
        return int(factor.text) if factor.text.isdigit() and len(factor.text) <= 4 else None
    return number_of_name(factor) if isinstance(factor, Name) else None


def _terms(content: Syntax) -> list[tuple[str, Syntax]]:
    """The signs and single factors of a sum; none where it is no sum of such."""
    only = content.only if isinstance(content, List) else content
    if not isinstance(only, Sum) or any(len(term.factors) != 1 for term in only.terms):
        return []
    return [(sign, unwrapped(term.factors[0])) for sign, term in zip(only.signs, only.terms, strict=True)]


def described(pattern: str, numbers: frozenset[int]) -> str:
    """`h_{0}, …, h_{3}`: the names of a pattern that there are."""
    low, high = min(numbers), max(numbers)
    if numbers == frozenset(range(low, high + 1)) and high > low + 1:
        return f"{named(pattern, low)}, …, {named(pattern, high)}"
    return ", ".join(named(pattern, number) for number in sorted(numbers))
