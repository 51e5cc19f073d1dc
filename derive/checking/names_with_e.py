r"""Names that begin with e: `e_i = y_i - t_i` introduces errors, where e_i is a unit vector unless something says so.

An e with a script is a name of the author's own where the right side is a number that goes by the same index: no unit
vector is a number. `e^{(i)}`, the i in brackets, may be a vector, too, as no power of Euler's number goes by an index.

Such a name may stand in a document before it is introduced. So its equations are looked through first: where one of
them introduces `e_i`, no e with an index is a unit vector.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from derive.checking.definitions import NewName
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.errors import FormulaError, UnknownName
from derive.expressions.tree import IndexNumber
from derive.expressions.walk import walk
from derive.models.families import letters_of
from derive.notation.chains import Chain, kind_of
from derive.notation.elaboration import Elaborator, Reading
from derive.notation.elaboration.scripts import UNITS
from derive.notation.names import canonical, unwrapped_list
from derive.notation.scripting import name_and_scripts
from derive.notation.syntax import Group, List, Literal, Name, Syntax, nodes, parse

_MAY_HOLD_ONE = re.compile(r"e\}?\s*[_^]")


def may_hold_name_with_e(text: str) -> bool:
    """Whether it is worth looking for names with e in a formula."""
    return _MAY_HOLD_ONE.search(text) is not None


def learn_names_with_e(session: Session, chains: Iterable[Chain]) -> None:
    """Notes which letters like e make no unit vectors, as an equation of the document introduces another use."""
    own = frozenset(letter for chain in chains if (letter := _letter_of(session, chain)) is not None)
    if own:
        session.learn(replace(session.table, without_units=own))


def _letter_of(session: Session, chain: Chain) -> str | None:
    """The letter of the name with e that a chain introduces; where the right side has names that are introduced later,
    it only has to hold its index.
    """
    if kind_of(chain.relations[0]) not in ("claim", "define"):
        return None
    try:
        left, right = (parse(member.tokens) for member in chain.members[:2])
        found = _taken_apart(left)
        if found is None:
            return None
        letters = letters_of(canonical(found[0]).strip())
    except FormulaError:
        return None
    readings = Side(right).read(session, None, {})
    read = readings.upto(1)
    names = {node.text for node in nodes(right) if isinstance(node, Name)}
    is_later = isinstance(readings.failure, UnknownName) and bool(letters) and names.issuperset(letters)
    is_own = is_later or new_name_with_e(left, read[0] if read else None, Elaborator.plain(session.table, {}))
    base = name_and_scripts(found[0])
    return base[0].text if is_own and base is not None else None


def may_be_name_with_e(content: List | None) -> bool:
    """Whether a left side is an e with one script, below or in brackets above."""
    return _taken_apart(content) is not None


def new_name_with_e(content: List | None, right: Reading | None, elaborator: Elaborator) -> NewName | None:
    """The name that `e_i = …` introduces, beside what its right side means; null where it is no name of the author's.

    A right side that is not read is no reason to take it for one.
    """
    found = _taken_apart(content)
    if found is None or right is None or elaborator.resolve(found[0]) is not None:
        return None
    name, below = found
    if below is not None and not right.value.shape.is_scalar:
        return None
    is_own = _is_by_letters(name, right) or _is_by_number(below, right)
    return NewName(elaborator.key_with_numbers(name)) if is_own else None


def _taken_apart(content: List | None) -> tuple[Syntax, List | None] | None:
    """An e with one script, and what stands below it; null for anything else."""
    name = None if content is None or content.only is None else content.only.single_factor
    try:
        found = None if name is None else name_and_scripts(name)
    except FormulaError:
        return None
    if name is None or found is None or found[0].text not in UNITS or found[1].primes:
        return None
    below, above = found[1].sub, found[1].sups
    is_one = bool(above) != (below is not None) and len(above) < 2
    return (name, below) if is_one and all(_is_bracket(script) for script in above) else None


def _is_bracket(script: Syntax | str) -> bool:
    return isinstance(script, Group) and script.kind == "("


def _is_by_letters(name: Syntax, right: Reading) -> bool:
    """Whether the letters of a name are those that are free on the right."""
    letters = letters_of(canonical(name).strip())
    return bool(letters) and set(letters) == set(right.free)


def _is_by_number(sub: List | None, right: Reading) -> bool:
    """Whether a name's number is the index of something on the right, in which no letter is free."""
    number = None if sub is None else unwrapped_list(sub)
    if not isinstance(number, Literal) or right.free:
        return False
    return any(isinstance(node, IndexNumber) and node.shown == number.text for node in walk(right.value))
