"""Which steps the keys of `expect` mean, and what is then expected of each step.

A key is the name of an equation, its tag or its label, a pattern of names with `*`, `?` and `[…]`, or `#7`, the seventh
equation that has a step. `/2` behind it means the second step under that name, else all are meant. Where two keys mean
the same step, one with the number of a step stands before one without, and a name before a pattern; between equals the
later stands.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from derive.checking.results import StepResult
from derive.documents.document import Expectation
from derive.errors import DocumentError

_NUMBER = re.compile(r"#([0-9]{1,9})")
_ONE_STEP = re.compile(r"(.+)/([1-9][0-9]{0,8})", re.DOTALL)
_PATTERN = re.compile(r"[*?[]")

Group = list[int]


def with_expectations(expectations: Sequence[Expectation], steps: Sequence[StepResult]) -> tuple[StepResult, ...]:
    """The steps, with what is expected of each. Raises `DocumentError` at a key that means no step."""
    named = _Names(steps)
    found = [(named.rank(expected.key.value), named.meant(expected), expected.words) for expected in expectations]
    words: dict[int, tuple[str, ...]] = {}
    for _, meant, expected_words in sorted(found, key=lambda one: one[0]):
        words.update(dict.fromkeys(meant, expected_words))
    return tuple(replace(step, expectation=words.get(at, ())) for at, step in enumerate(steps))


def expects_refutation(
    expectations: Sequence[Expectation], names: Sequence[str | None], equation: int, step: int
) -> bool:
    """Whether a document surely expects a step to be refuted, told while the steps behind it are not known yet."""
    called = [name for name in names if name is not None] or [""]
    for expected in expectations:
        key = expected.key.value
        one_step = None if key in names else _ONE_STEP.fullmatch(key)
        name, number = (key, str(step)) if one_step is None else one_step.groups()
        means = any(fnmatchcase(other, name) for other in called) or name == f"#{equation}"
        if means and number == str(step) and "refuted" in expected.words:
            return True
    return False


class _Names:
    """The steps of a document by what their equations are called."""

    def __init__(self, steps: Sequence[StepResult]) -> None:
        self.by_number: dict[int, Group] = {}
        self.by_name: dict[str, Group] = {}
        for at, step in enumerate(steps):
            self.by_number.setdefault(step.equation, []).append(at)
            for name in dict.fromkeys((step.tag, step.label)):
                if name is not None:
                    self.by_name.setdefault(name, []).append(at)
        nameless = [group for group in self.by_number.values() if steps[group[0]].tag is None]
        self.all_groups = [*self.by_name.items(), *(("", group) for group in nameless)]

    def rank(self, key: str) -> tuple[bool, bool]:
        """How exactly a key says what it means: one step before an equation, a name before a pattern."""
        equation, number = self._parts(key)
        return number is not None, not self._is_pattern(equation)

    def meant(self, expected: Expectation) -> list[int]:
        """The steps that an expectation is about, at least one."""
        equation, number = self._parts(expected.key.value)
        groups = list(self._groups(equation))
        if number is None:
            meant = [at for group in groups for at in group]
        else:
            meant = [group[number - 1] for group in groups if number <= len(group)]
        if not meant:
            problem = self._problem(equation, groups)
            raise DocumentError.at(expected.key.source, expected.key.start, f"'expect': {problem}")
        return meant

    def _parts(self, key: str) -> tuple[str, int | None]:
        """What a key says of the equation, and the number of a step; a name may itself end in `/2`."""
        one_step = None if key in self.by_name else _ONE_STEP.fullmatch(key)
        return (key, None) if one_step is None else (one_step[1], int(one_step[2]))

    def _is_pattern(self, equation: str) -> bool:
        return equation not in self.by_name and _PATTERN.search(equation) is not None

    def _groups(self, equation: str) -> Iterator[Group]:
        """The steps of each equation that is called so."""
        if equation in self.by_name:
            yield self.by_name[equation]
        elif number := _NUMBER.fullmatch(equation):
            yield from [self.by_number[int(number[1])]] if int(number[1]) in self.by_number else []
        elif self._is_pattern(equation):
            yield from (group for name, group in self.all_groups if fnmatchcase(name, equation))

    def _problem(self, equation: str, groups: list[Group]) -> str:
        """Why no step is meant."""
        if groups:
            most = max(map(len, groups))
            return f"{equation} has {most} step{'s' * (most != 1)}"
        if _NUMBER.fullmatch(equation):
            return f"there is no {equation}; the equations that have a step are #1 to #{len(self.by_number)}"
        if self._is_pattern(equation):
            return f"no equation has a name like '{equation}'"
        near = get_close_matches(equation, list(self.by_name), n=1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'?" if near else "an equation without a name goes by its number, as in '#7'"
        return f"no equation has the name '{equation}'; {hint}"
