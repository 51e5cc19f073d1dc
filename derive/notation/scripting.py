"""The scripts of a name taken apart, and the names that a base and its scripts may spell."""

from collections.abc import Iterator, Sequence
from typing import TypeGuard

from derive.errors import Unreadable
from derive.notation.names import canonical, key_of, plain, unwrapped
from derive.notation.numbering import TRANSPOSES
from derive.notation.syntax import Group, List, Literal, Name, Script, Scripted, Syntax
from derive.records import dataclass, remembered

Superscript = Syntax | str
"""One item of a superscript: a factor, a whole list in brackets of its own, or a lone sign."""


@dataclass(frozen=True)
class Scripting:
    """The scripts of a factor, taken apart."""

    sub: List | None
    sups: tuple[Superscript, ...]
    primes: int


def taken_apart(scripts: Sequence[Script]) -> Scripting:
    """The subscript, the items of all superscripts, the number of primes; `(x)_+` is `(x)^+`.

    Raises `Unreadable` at a second subscript.
    """
    sub: List | None = None
    sups: list[Superscript] = []
    primes = 0
    for script in scripts:
        if script.kind == "sub":
            if sub is not None:
                raise Unreadable("a second subscript stands here; write both in one, as in x_{i,j}", script.span)
            sub = script.content
            if sub is None and script.bare != "+":
                raise Unreadable(f"a subscript {script.bare} has no meaning here", script.span)
            sups += [script.bare] if sub is None else []
        elif script.kind == "prime":
            primes += 1
        elif script.kind == "transpose":
            sups.append(Name("T", span=script.span))
        elif script.content is None:
            sups.append(script.bare)
        else:
            items = _superscript_items(script.content)
            if len(items) == 1 and _is_primed_bracket(items[0]):
                primes += len(items[0].scripts)
                items = [items[0].base]
            primes += sum(isinstance(item, Name) and item.text == "\\prime" for item in items)
            sups += [item for item in items if not (isinstance(item, Name) and item.text == "\\prime")]
    return Scripting(sub, tuple(sups), primes)


def _superscript_items(content: List) -> list[Syntax]:
    """`[2]T` and `lT` are a layer and a transpose; anything else is one item."""
    only = content.only
    if (
        only is None
        or only.signs != ("",)
        or len(only.terms) != 1
        or any(only.terms[0].operators[at].kind for at in range(len(only.terms[0].operators)))
    ):
        return [content]
    factors = list(only.terms[0].factors)
    if len(factors) == 1:
        return [unwrapped(factors[0])]
    layers, last = factors[:-1], unwrapped(factors[-1])
    are_layers = all(is_bracket(layer) for layer in layers) or (
        len(layers) == 1 and isinstance(layers[0], (Name, Literal))
    )
    if are_layers and isinstance(last, Name) and plain(last.text) in TRANSPOSES | {"\\prime"}:
        return [*layers, last]
    if all(is_bracket(factor) for factor in factors):
        return factors
    if all(is_bracket(layer) for layer in layers) and isinstance(last, Literal):
        return [*layers, last]
    return [content]


def _is_primed_bracket(item: Syntax) -> TypeGuard[Scripted]:
    """The `[l]'` of `g^{[l]'}`: the prime belongs to the name."""
    return (
        isinstance(item, Scripted) and is_bracket(item.base) and all(script.kind == "prime" for script in item.scripts)
    )


def is_bracket(node: Syntax) -> bool:
    return isinstance(node, Group) and node.kind in ("(", "[")


@remembered
def name_and_scripts(node: Syntax) -> tuple[Name, Scripting] | None:
    """The name that scripts stand at, and the scripts; None where they stand at something else."""
    base: Syntax = unwrapped(node)
    scripts: tuple[Script, ...] = ()
    while isinstance(base, Scripted):
        scripts = (*base.scripts, *scripts)
        base = unwrapped(base.base)
    return (base, taken_apart(scripts)) if isinstance(base, Name) else None


Rest = tuple[List | None, tuple[Superscript, ...], int]
"""What scripts remain behind a name: subscript, superscripts, primes."""


def spellings(base: str, parts: Scripting) -> Iterator[tuple[str, Rest]]:
    """The names that a base and its scripts may spell, the longest first, each with the scripts that remain.

    A superscript in brackets, `^{(i)}` or `^{[l]}`, is part of a name and never a power. Where nothing else is
    known, `W_{1,ij}` is the entry of `W_1`.
    """
    return ((base + ending, rest) for ending, rest in _endings(parts))


@remembered
def _endings(parts: Scripting) -> tuple[tuple[str, Rest], ...]:
    """What the scripts may add to a base, in the order of `spellings`."""
    return tuple(_all_endings(parts))


def _may_be_of_name(item: Superscript) -> bool:
    """Whether a superscript may be part of a name: of signs by themselves the + of `x^+`."""
    return not isinstance(item, str) or item == "+"


def written(item: Superscript) -> str:
    """An item of a superscript in its one spelling."""
    return item if isinstance(item, str) else canonical(item)


def _all_endings(parts: Scripting) -> Iterator[tuple[str, Rest]]:
    sub = "" if parts.sub is None else canonical(parts.sub).strip()
    named = 0
    while named < len(parts.sups) and _may_be_of_name(parts.sups[named]):
        named += 1
    prefixes = ["".join(map(written, parts.sups[:count])).strip() for count in range(named + 1)]
    in_brackets = sum(isinstance(item, Group) and is_bracket(item) for item in parts.sups)
    for primes in dict.fromkeys((parts.primes, 0)):
        for with_sub in (True, False) if parts.sub is not None else (False,):
            for count in range(named, in_brackets - 1, -1):
                ending = key_of("", sub if with_sub else "", prefixes[count], primes)
                rest = (None if with_sub else parts.sub, parts.sups[count:], parts.primes - primes)
                yield ending, rest
    for cut in range(0 if parts.sub is None else len(parts.sub.entries) - 1, 0, -1):
        assert parts.sub is not None
        named_by, index = (
            List(entries, span=parts.sub.span) for entries in (parts.sub.entries[:cut], parts.sub.entries[cut:])
        )
        for count in range(named, in_brackets - 1, -1):
            ending = key_of("", canonical(named_by).strip(), prefixes[count], parts.primes)
            yield ending, (index, parts.sups[count:], 0)
