"""Which of some names stand in a formula, the longest first: in `W_1 x`, W_1 and x, not W."""

from collections.abc import Iterable, Iterator, Mapping

from derive.notation.names import canonical, key_of, plain, unwrapped
from derive.notation.syntax import List, Name, Scripted, Syntax, names_of_parts
from derive.records import remembered


def spelled(keys: Iterable[str]) -> dict[str, str]:
    """Names by how they may be written: without fonts, and those of entries, `p_k`, by their base, too."""
    found: dict[str, str] = {}
    keys = list(keys)
    for key in keys:
        found.setdefault(plain(key), key)
    for key in keys:
        base, letters = index_letters(key)
        if letters:
            found.setdefault(plain(base), key)
    return found


def index_letters(key: str) -> tuple[str, tuple[str, ...]]:
    """A canonical name's base and the letters of its subscript, where it holds only letters: p and k of `p_{k}`."""
    base, _, rest = key.partition("_{")
    sub, closed, sup = rest.partition("}")
    letters = tuple(sub.replace(",", ""))
    is_index = (
        bool(closed) and bool(letters) and not sup and all(letter.islower() and letter.isascii() for letter in letters)
    )
    return (base, letters) if is_index else (key, ())


def named(node: Syntax, spellings: Mapping[str, str]) -> str | None:
    """The name that a factor is, perhaps with an index behind it."""
    return next((spellings[text] for text in _spellings(unwrapped(node)) if text in spellings), None)


def used(content: List, spellings: Mapping[str, str]) -> list[str]:
    """The names that stand in a formula, each once, in the order of writing."""
    return list(dict.fromkeys(_used(content, spellings)))


def is_used(content: List, spellings: Mapping[str, str], name: str) -> bool:
    """Whether a name stands in a formula."""
    return any(found == name for found in _used(content, spellings))


def _used(content: List, spellings: Mapping[str, str]) -> Iterator[str]:
    names = (named(name, spellings) for name in _written(content))
    return (name for name in names if name is not None)


@remembered
def _written(content: List) -> tuple[Syntax, ...]:
    """What stands in a formula and may be a name, in the order of writing: a letter that has scripts with these."""
    found: list[Syntax] = []
    _collect(content, found)
    return tuple(found)


def _collect(node: object, found: list[Syntax]) -> None:
    """Adds what is written in a piece of syntax, or in a tuple of such pieces."""
    if isinstance(node, tuple):
        for part in node:
            _collect(part, found)
    elif isinstance(node, Name):
        found.append(node)
    elif isinstance(node, Scripted) and isinstance(unwrapped(node.base), Name):
        found.append(node)
        _collect(node.scripts, found)
    elif isinstance(node, Syntax):
        for name in names_of_parts(type(node)):
            _collect(getattr(node, name), found)


@remembered
def _spellings(node: Syntax) -> tuple[str, ...]:
    """How the names may be written that a factor can be."""
    return tuple(_all_spellings(node))


def _all_spellings(node: Syntax) -> Iterator[str]:
    """How the names may be written that a base with its scripts can be, the longest first.

    A number below and a bracket above belong to a name: in `h_0` nothing is said of h.
    """
    if isinstance(node, Name):
        yield plain(node.text)
    if not isinstance(node, Scripted):
        return
    base: Syntax = unwrapped(node.base)
    scripts = node.scripts
    while isinstance(base, Scripted):
        scripts = (*base.scripts, *scripts)
        base = unwrapped(base.base)
    if not isinstance(base, Name):
        return
    subs = [canonical(script.content).strip() for script in scripts if script.kind == "sub"]
    sups = [canonical(script.content).strip() for script in scripts if script.kind == "sup"]
    sub, sup = subs[0] if subs else "", sups[0] if sups else ""
    primes = sum(script.kind == "prime" for script in scripts)
    is_layer, is_number = sup[:1] in ("(", "["), sub.isdigit()
    yield plain(key_of(base.text, sub, sup, primes))
    yield plain(key_of(base.text, sub, sup))
    if not is_layer:
        yield plain(key_of(base.text, sub))
    if not is_number:
        yield plain(key_of(base.text, "", sup))
    if not is_layer and not is_number:
        yield plain(base.text)
