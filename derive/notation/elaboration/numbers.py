"""Names with a number in a script: which of `W^{[1]}`, …, `W^{[L]}` is meant by `W^{[l]}`, `W^{[l-1]}` or `W^{[L]}`.

A letter has a number where a statement is read once for each of its values, or where a sum over it is written out.
The name of a dimension has one where that dimension says how many names there are.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.errors import NotAmong
from derive.expressions.shapes import Dim
from derive.expressions.tree import IndexNumber, IndexValue, IndexVariable
from derive.notation.elaboration.base import Base
from derive.notation.names import canonical, key_of, plain, unwrapped
from derive.notation.numbering import (
    SLOT,
    described,
    letters_in,
    number_in,
    patterns_of,
    place_of_number,
    with_number,
)
from derive.notation.scripting import Scripting, name_and_scripts, spellings, written
from derive.notation.symbols import shown
from derive.notation.syntax import List, Name, Syntax, listed


class OverNumber(Exception):
    """A bound index is the number of a name, so that the sum over it is to be written out."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        super().__init__(letter)


class NumberedNames(Base):
    """The numbers in scripts."""

    def number(self, content: Syntax) -> int | None:
        """The number that `l`, `l-1`, `L` or `2` is here; None where it is none."""
        return number_in(content, self._number_of_name)

    def _number_of_name(self, name: Name) -> int | None:
        letter = plain(name.text)
        formal = self.formal.get(name.text)
        index = formal.index if isinstance(formal, IndexValue) else self.bound(letter)
        if isinstance(index, IndexNumber) and (index.end is None or index.end.name in self.table.depths):
            return index.position + self.table.index_base
        if index is not None:
            return None
        return self.depth_of(name)

    def depth_of(self, name: Syntax) -> int | None:
        """The size of a dimension that says how many names there are."""
        dim = self.table.find_dim(canonical(name).strip())
        return None if dim is None or dim.name not in self.table.depths else dim.size

    def dim_named(self, name: Syntax) -> Dim | None:
        """The dimension of that name; `n^{[l-1]}` is one of several."""
        return self.table.find_dim(canonical(name).strip()) or self.table.find_dim(self.key_with_numbers(name))

    def is_counted(self, key: str) -> bool:
        """Whether a name is one of those that were declared by their number."""
        return any(pattern in self.table.counted for pattern, _ in patterns_of(key))

    def with_numbers(self, parts: Scripting) -> Scripting:
        """The scripts with numbers in the place of the letters that have one."""
        if not (self.scopes or self.formal or self.table.depths):
            return parts
        sub = parts.sub if parts.sub is None else self._numbered(parts.sub)
        sups = tuple(item if isinstance(item, str) else self._numbered(item) for item in parts.sups)
        if sub is parts.sub and all(item is before for item, before in zip(sups, parts.sups, strict=True)):
            return parts
        return Scripting(None if sub is None else _as_list(sub), sups, parts.primes)

    def _numbered(self, script: Syntax) -> Syntax:
        if isinstance(script, List) and len(script.entries) > 1:
            first = first_of(script)
            numbered = self._numbered(first)
            return script if numbered is first else with_first(script, numbered)
        place = place_of_number(script)
        number = None if place is None or not letters_in(place) else self.number(place)
        return script if number is None else with_number(script, str(number))

    def key_with_numbers(self, name: Syntax) -> str:
        """The canonical spelling of a name, with numbers in the place of the letters that have one."""
        found = name_and_scripts(name)
        if found is None:
            return canonical(name).strip()
        base, parts = found
        numbered = self.with_numbers(parts)
        sub = "" if numbered.sub is None else canonical(numbered.sub).strip()
        sup = "".join(map(written, numbered.sups)).strip()
        return key_of(base.text, sub, sup, numbered.primes)

    def patterns_with_letters(self, base: str, parts: Scripting) -> Iterator[tuple[list[Name], str]]:
        """The patterns of names that there are, and that a base and its scripts spell; with the letters in the slot."""
        if not self.table.numbers:
            return
        numbered = self.with_numbers(parts)
        if parts.sub is not None:
            first = first_of(parts.sub)
            if letters := _letters_of_place(first):
                slotted = replace(numbered, sub=with_first(parts.sub, with_number(first, SLOT)))
                yield from ((letters, pattern) for pattern in self._first_pattern(base, slotted))
        for at, item in enumerate(parts.sups):
            if not isinstance(item, str) and (letters := _letters_of_place(item)):
                sups = (*numbered.sups[:at], with_number(item, SLOT), *numbered.sups[at + 1 :])
                slotted = replace(numbered, sups=sups)
                yield from ((letters, pattern) for pattern in self._first_pattern(base, slotted))

    def _first_pattern(self, base: str, slotted: Scripting) -> Iterator[str]:
        """The longest pattern that there is, if there is one."""
        return itertools.islice((key for key, _ in spellings(base, slotted) if key in self.table.numbers), 1)

    def letters_of(self, content: List) -> list[str]:
        """The letters in the scripts of a name, where a number could stand for them."""
        only = content.only
        factor = None if only is None else only.single_factor
        found = None if factor is None else name_and_scripts(factor)
        if found is None:
            return []
        scripts = [found[1].sub, *(item for item in found[1].sups if not isinstance(item, str))]
        firsts = [first_of(script) if isinstance(script, List) else script for script in scripts if script is not None]
        places = [place_of_number(script) for script in firsts]
        return [plain(name.text) for place in places if place is not None for name in letters_in(place)]

    def write_out(self, base: str, parts: Scripting, patterns: Sequence[str] | frozenset[str] | None = None) -> None:
        """Raises `OverNumber` where a bound index is the number of such a name."""
        for letters, pattern in self.patterns_with_letters(base, parts):
            if patterns is None or pattern in patterns:
                for letter in letters:
                    if isinstance(self.bound(plain(letter.text)), IndexVariable):
                        raise OverNumber(plain(letter.text))

    def not_among(self, node: Syntax) -> NotAmong | None:
        """The error for a name with a number that no name of its pattern has."""
        found = name_and_scripts(node)
        if found is None or not self.table.numbers:
            return None
        numbered = self.with_numbers(found[1])
        for key, _ in spellings(found[0].text, numbered):
            for pattern, _ in patterns_of(key):
                numbers = self.table.numbers.get(pattern)
                if numbers is not None and (numbered != found[1] or pattern in self.table.counted):
                    known = f"; there are {shown(described(pattern, numbers))}" if numbers else " yet"
                    return NotAmong(f"there is no {shown(key)}{known}", node.span, key)
        return None


def _letters_of_place(script: Syntax) -> list[Name]:
    """The letters where the number of a script stands."""
    place = place_of_number(script)
    return [] if place is None else letters_in(place)


def first_of(script: List) -> List:
    """The t of `y_{t,i}`, which may be the number of a name; all of a script that is no list."""
    return List(script.entries[:1], span=script.span)


def with_first(script: List, first: Syntax) -> List:
    """A script with something else as the first of its entries."""
    return List((*_as_list(first).entries, *script.entries[1:]), span=script.span)


def _as_list(script: Syntax) -> List:
    return script if isinstance(script, List) else listed(unwrapped(script))


__all__ = ["NumberedNames", "OverNumber"]
