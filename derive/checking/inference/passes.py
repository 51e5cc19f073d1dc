r"""The forward pass: which equations say what a name is, which scalar is the loss, and what leads to it.

The first displayed equation for a name says what it is; one in a line of text does where none is displayed. A name
that formulas use before its equation stands is given, as the w of `L = \|Xw - y\|^2` is in front of
`w = (X^T X)^{-1} X^T y`, unless its value depends on what the document differentiates by.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from derive.checking.inference.gathered import Equation, Gathered, Sign
from derive.checking.inference.names import index_letters, is_used, named, spelled, used
from derive.notation.names import plain
from derive.records import dataclass


@dataclass(frozen=True)
class ForwardPass:
    """Equations by the name that each is for, and how all known names may be written.

    `values` are equations for names that are given: each says at which value of its name something holds.
    """

    equations: Mapping[str, Equation]
    spellings: Mapping[str, str]
    values: Sequence[Equation] = ()

    def needs(self, key: str) -> list[str]:
        """The names with equations that stand in the equation for a name."""
        named_there = [name for name in used(self.equations[key].body, self.spellings) if name in self.equations]
        wholes = [self.whole(name) for name in (key, *named_there)]
        return [name for name in dict.fromkeys((*filter(None, wholes), *named_there)) if name != key]

    def whole(self, key: str) -> str | None:
        """P for `P_{ik}`, where an equation for P stands before that for its entries and does not need it."""
        base = self.spellings.get(plain(index_letters(key)[0]))
        if base is None or base == key or base not in self.equations:
            return None
        is_first = self.equations[base].sign < self.equations[key].sign
        return base if is_first and key not in used(self.equations[base].body, self.spellings) else None

    def leading_to(self, key: str) -> list[str] | None:
        """The names on which one depends, in an order in which each stands behind those that it needs; it is the last.

        None where a name depends on itself.
        """
        ordered: list[str] = []
        open_names: set[str] = set()

        def visit(name: str) -> bool:
            if name in ordered:
                return True
            if name in open_names:
                return False
            open_names.add(name)
            fine = all(visit(other) for other in self.needs(name))
            ordered.append(name)
            return fine

        return ordered if visit(key) else None


def forward_pass(
    gathered: Gathered,
    taken: Collection[str],
    abbreviations: Collection[str],
    sizes: Collection[str],
    declared: Collection[str],
) -> ForwardPass:
    """The equations that define names, apart from those `taken`, which have their meaning already.

    `abbreviations` have it in this very spelling alone. What is also the name of a dimension, one of the `sizes`, is
    not defined by a number.
    """
    closed = spelled(taken)
    functions = _functions(gathered)
    first: dict[str, Equation] = {}
    for wanted in ((False, False), (True, False), (False, True)):
        for equation in gathered.equations:
            is_wanted = (equation.is_inline, equation.is_number) == wanted and not equation.is_function
            is_new = equation.key not in first and equation.key not in abbreviations
            is_new = is_new and not functions.get(equation.key, equation.sign) < equation.sign
            if is_wanted and is_new and not _is_out(equation, closed, [*declared, *sizes]):
                first[equation.key] = equation
    found = ForwardPass(first, {**closed, **spelled(declared), **spelled(first)})
    changing = _differentiated_by(gathered, found.spellings)
    varying = {key for key in first if key in declared and _is_free_before(gathered, found, key, changing)}
    used_before = {key for key in first if _is_used_before(gathered, found, key)}
    given = {key for key in used_before if key in varying or not _depends(found, key, changing)}
    kept = {key: equation for key, equation in first.items() if key not in given}
    values = [first[key] for key in first if key in given]
    values += [equation for equation in gathered.equations if equation.is_number and equation.key in declared]
    return ForwardPass(kept, {**closed, **spelled(declared), **spelled(kept)}, values)


def _functions(gathered: Gathered) -> dict[str, Sign]:
    """Where each name is first introduced as a function, `J(w) = …`: a later equation `J = …` says something of it."""
    found: dict[str, Sign] = {}
    for equation in gathered.equations:
        if equation.is_function and not equation.is_inline:
            found.setdefault(equation.key, equation.sign)
    return found


def _is_out(equation: Equation, closed: Mapping[str, str], known: Collection[str]) -> bool:
    """Whether an equation cannot say what its name is: that has a meaning, stands in its value, or takes a value."""
    own = spelled([equation.key])
    is_taken = any(text in closed for text in own)
    is_value = equation.is_number and any(text in spelled(known) for text in own)
    return is_taken or is_value or bool(used(equation.body, own))


def _differentiated_by(gathered: Gathered, spellings: Mapping[str, str]) -> set[str]:
    names = (named(item.by, spellings) for item in gathered.differentiated if item.by is not None)
    return {name for name in names if name is not None}


def _is_free_before(gathered: Gathered, found: ForwardPass, key: str, changing: Collection[str]) -> bool:
    r"""Whether a quantity is differentiated by a name before the equation for that, and by all that it depends on.

    The u of `V = x^T Q x + u^T R u` has a value in `u = -K x`, but is a variable beside x. The a of
    `L = \|a - y\|^2` is computed from z where `a = \sigma(z)` stands behind: L has no z of its own.
    """
    equation, own = found.equations[key], spelled([key])
    bodies = {item.key: item.body for item in gathered.equations}
    for item in gathered.differentiated:
        is_before = item.at.source is equation.name.source and item.at.start < equation.name.start
        of = named(item.of, spelled(bodies))
        if not is_before or of is None or item.by is None or named(item.by, own) is None:
            continue
        below = _below(found, used(bodies[of], found.spellings), key)
        if all(name in below for name in _below(found, used(equation.body, found.spellings), key) & set(changing)):
            return True
    return False


def _below(found: ForwardPass, names: Collection[str], without: str) -> set[str]:
    """Some names with all from which they are computed, but for one of them and what it is computed from."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen and name != without:
            seen.add(name)
            waiting += used(found.equations[name].body, found.spellings) if name in found.equations else []
    return seen


def _is_used_before(gathered: Gathered, found: ForwardPass, key: str) -> bool:
    own = spelled([key])
    spellings = {**found.spellings, **own}
    return any(sign < found.equations[key].sign and is_used(body, spellings, key) for sign, body in gathered.bodies)


def _depends(found: ForwardPass, key: str, changing: Collection[str]) -> bool:
    """Whether the value of a name depends on another one of some names."""
    seen: set[str] = set()
    waiting = [key]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in found.equations:
            continue
        seen.add(name)
        others = used(found.equations[name].body, found.spellings)
        if any(other != key and other in changing for other in others):
            return True
        waiting += found.needs(name)
    return False


def possible_losses(gathered: Gathered, found: ForwardPass) -> Iterator[str]:
    """The names that may be the loss, the likeliest first: differentiated, and not needed by another such name.

    Where nothing that has an equation is differentiated, the one name to which others lead and which none needs.
    """
    times: dict[str, int] = {}
    for item in gathered.differentiated:
        name = named(item.of, found.spellings)
        if name is not None and name in found.equations:
            times[name] = times.get(name, 0) + 1
    if times:
        inner = {other for name in times for other in (found.leading_to(name) or ())[:-1]}
        yield from sorted(times, key=lambda name: (name in inner, -times[name]))
        return
    needed = {other for name in found.equations for other in found.needs(name)}
    ends = [name for name in found.equations if name not in needed and found.needs(name)]
    if len(ends) == 1:
        yield ends[0]
