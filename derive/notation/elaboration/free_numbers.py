"""Letters that are the numbers of names, and that nothing binds: the l of `z^{[l]} = W^{[l]} a^{[l-1]} + b^{[l]}`.

What is said with such a letter is said of every number for which all of its names are there.
"""

from collections.abc import Iterator

from derive.errors import FormulaError
from derive.notation.elaboration.scripts import Scripts
from derive.notation.names import plain, unwrapped
from derive.notation.numbering import letters_in
from derive.notation.scripting import Scripting, name_and_scripts, spellings
from derive.notation.syntax import Big, Name, Scripted, Syntax, Term, names_of_parts, nodes, parse
from derive.notation.tokens import tokenize
from derive.records import remembered


def free_numbers(reader: Scripts, content: object) -> dict[str, frozenset[str]]:
    """The letters that are the numbers of names and have no value yet, each with the patterns of its names."""
    found: dict[str, frozenset[str]] = {}
    if not any(True for node in nodes(content) for _ in _names_with_letters(reader, node)):
        return found
    for letter, pattern in _free(reader, content, frozenset()):
        found[letter] = found.get(letter, frozenset()) | {pattern}
    return found


def _free(reader: Scripts, node: object, bound: frozenset[str]) -> Iterator[tuple[str, str]]:
    if isinstance(node, tuple):
        for item in node:
            yield from _free(reader, item, bound)
    elif isinstance(node, Term):
        for factor in node.factors:
            yield from _free(reader, factor, bound)
            bound |= _bound_below(factor)
    elif isinstance(node, Syntax):
        yield from _at(reader, node, bound)
        for name in names_of_parts(type(node)):
            yield from _free(reader, getattr(node, name), bound)


def _at(reader: Scripts, node: Syntax, bound: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The letters of a name itself, unless the name is known by its letters."""
    for letters, pattern in _names_with_letters(reader, node):
        if pattern in reader.table.counted or not _is_known(reader, node):
            yield from ((plain(name.text), pattern) for name in letters if _is_free(reader, name, bound))


def _names_with_letters(reader: Scripts, node: Syntax) -> Iterator[tuple[list[Name], str]]:
    """The letters that are numbers in a name itself or in what the name abbreviates, each time with the pattern."""
    found = name_and_scripts(node) if isinstance(node, Scripted) and _has_letters(node) else None
    if found is not None:
        base, parts = found[0].text, found[1]
        yield from (*reader.patterns_with_letters(base, parts), *_in_notation(reader, base, parts))


@remembered
def _has_letters(node: Syntax) -> bool:
    """Whether there are small letters in the scripts of a name."""
    found = name_and_scripts(node)
    scripts = () if found is None else nodes((found[1].sub, *found[1].sups))
    return any(isinstance(inner, Name) and plain(inner.text) != plain(inner.text).upper() for inner in scripts)


def _in_notation(reader: Scripts, base: str, parts: Scripting) -> Iterator[tuple[list[Name], str]]:
    """The letters of an abbreviation that are the numbers of names in what it stands for."""
    keys = [key for key, _ in spellings(base, parts)]
    for abbreviation, captured in (found for key in keys for found in reader.table.abbreviations_of(key)):
        for letter, patterns in free_numbers(reader, abbreviation.meaning).items():
            text = captured.get(letter)
            names = [] if text is None else letters_in(parse(tokenize(text, reader.table.words)))
            yield from ((names, pattern) for pattern in patterns)


def _is_known(reader: Scripts, node: Syntax) -> bool:
    try:
        return reader.resolve(node) is not None
    except FormulaError:
        return False


def _is_free(reader: Scripts, name: Name, bound: frozenset[str]) -> bool:
    letter = plain(name.text)
    is_letter = (len(letter) == 1 and letter.islower()) or letter == "\\ell"
    return is_letter and letter not in bound and reader.bound(letter) is None and name.text not in reader.formal


def _bound_below(factor: Syntax) -> frozenset[str]:
    """The letters below a sign of a sum."""
    inner = unwrapped(factor)
    if not (isinstance(inner, Scripted) and isinstance(unwrapped(inner.base), Big)):
        return frozenset()
    below = [script.content for script in inner.scripts if script.kind == "sub"]
    return frozenset(plain(node.text) for node in nodes(tuple(below)) if isinstance(node, Name))
