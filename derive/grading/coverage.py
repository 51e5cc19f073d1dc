r"""Whether answers that are given for some indices each are, together, given for all.

An answer `\partial J / \partial s_y` is for the index y, one for `\partial J / \partial s_j` behind which
`j \neq y` stands for all others. With one letter for each slot of what is asked, each answer has a condition; they are
for all indices if it is *proved* that one of these conditions always holds. What is said under conditions on values,
`t_k = 1`, is treated alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from typing import TypeVar

from derive.checking.candidates import Restriction, uses_under
from derive.checking.piecewise import none_holds
from derive.checking.sides import Side
from derive.expressions.tree import (
    AllOf,
    Comparison,
    Condition,
    Expr,
    Index,
    IndexNumber,
    IndexShift,
    IndexValue,
    IndexVariable,
    Number,
)
from derive.expressions.walk import rebuilt
from derive.grading.asked import alike
from derive.grading.parts import Part
from derive.grading.slots import Located, Slot, located
from derive.grading.workings import Line, Workings
from derive.notation.elaboration import Reading
from derive.notation.symbols import IndexUse
from derive.records import dataclass

N = TypeVar("N", Index, Condition)

MOST_CASES = 20

Said = tuple[Line, Expr | None]
"""A line and what it speaks of, null where that is not read."""


@dataclass(frozen=True)
class Case:
    """The condition, in the letters of the slots of what is asked, under which a line speaks of it."""

    condition: AllOf
    free: Mapping[str, Sequence[IndexUse]] = field(default_factory=dict, compare=False)


@dataclass
class Coverage:
    """Which entries of a quantity the lines of one submission speak of."""

    workings: Workings
    _known: dict[tuple[Expr, tuple[Case, ...]], bool] = field(default_factory=dict)

    def case(self, whole: Located | None, said: Said) -> Case | None:
        """For which entries of what is asked a line speaks; null where that is not certain."""
        line, value = said
        found = None if value is None else located(value, self.workings.value_of)
        if line.numbers or whole is None or found is None or not _are_of_one(whole, found):
            return None
        letters = _letters(whole)
        named = None if letters is None else self._renamed(letters, found)
        if letters is None or named is None:
            return None
        names, equations = named
        limits = [_with(names, restriction) for restriction in line.restrictions]
        free = {letter.name: [IndexUse(whole.dims[slot], None)] for slot, letter in letters.items()}
        restrictions = [Restriction(condition, {}) for condition in equations] + limits
        return Case(AllOf(tuple(one.condition for one in restrictions)), uses_under(free, restrictions))

    def _renamed(
        self, letters: Mapping[Slot, IndexVariable], found: Located
    ) -> tuple[Mapping[IndexVariable, IndexVariable], list[Condition]] | None:
        """The letters of slots for those of a line, and what its other indices are equal to."""
        names: dict[IndexVariable, IndexVariable] = {}
        others: list[tuple[IndexVariable, Index]] = []
        for slot, letter in letters.items():
            index = found.fixed.get(slot)
            if index is None:
                continue
            if isinstance(index, IndexVariable) and index not in names:
                if index.scope or self._is_end(index):
                    return None
                names[index] = letter
            elif isinstance(index, (IndexNumber, IndexShift)):
                return None
            else:
                others.append((letter, index))
        equations = ((letter, _renamed(names, index)) for letter, index in others)
        return names, [Comparison(IndexValue(one), "=", IndexValue(two)) for one, two in equations if one != two]

    def _is_end(self, index: IndexVariable) -> bool:
        """Whether a letter is the name of a dimension, and so perhaps its last index."""
        return self.workings.session is None or self.workings.session.table.find_dim(index.name) is not None

    def covers(self, whole: Located | None, said: Iterable[Said]) -> bool:
        """Whether it is proved that some lines speak of every entry of what is asked."""
        cases = tuple(dict.fromkeys(case for one in said if (case := self.case(whole, one)) is not None))
        if whole is None or not 0 < len(cases) <= MOST_CASES:
            return False
        key = whole.core, cases
        if key not in self._known:
            self._known[key] = self._holds_always(cases)
        return self._known[key]

    def _holds_always(self, cases: Sequence[Case]) -> bool:
        """Whether the product of what is 1 where a case does not hold is 0, for all sizes of all dimensions."""
        product = none_holds([case.condition for case in cases])
        free: dict[str, list[IndexUse]] = {}
        for case in cases:
            free.update({letter: [*uses] for letter, uses in case.free.items() if not free.get(letter)})
        sides = (Reading(product, frozenset(), free), Reading(Number(Fraction(0))))
        found = self.workings.compare(*(Side(None, fixed=side) for side in sides))
        return found.verdict == "proved" and found.scope == "all dimensions"


def asked_by(part: Part) -> Located | None:
    """Which entries of which quantity a part asks for; null where that is not certain."""
    return located(part.value, lambda name: None)


def _are_of_one(first: Located, second: Located) -> bool:
    """Whether two expressions are entries of one quantity."""
    return alike(first.core, second.core) and first.dims.keys() == second.dims.keys()


def _letters(whole: Located) -> dict[Slot, IndexVariable] | None:
    """A letter for each slot, which no author writes; one for all slots at which one index of what is asked stands."""
    letters = {}
    for slot in whole.dims:
        index = whole.fixed.get(slot)
        if index is not None and not (isinstance(index, IndexVariable) and not index.scope):
            return None
        name = f"slot {slot}" if index is None else f"{index.name} of what is asked"
        letters[slot] = IndexVariable(name)
    return letters


def _with(names: Mapping[IndexVariable, IndexVariable], restriction: Restriction) -> Restriction:
    """A condition in the letters of the slots."""
    known = {index.name for index in names}
    free = {letter: uses for letter, uses in restriction.free.items() if letter not in known}
    return Restriction(_renamed(names, restriction.condition), free)


def _renamed(names: Mapping[IndexVariable, IndexVariable], node: N) -> N:
    """The same with other letters."""
    return rebuilt(node, lambda part: names.get(part) if isinstance(part, IndexVariable) else None)  # type: ignore[return-value]
