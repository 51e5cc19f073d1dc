"""Names declared and computed by their number: `W^{[l]}: n_l x n_{l-1} for l = 1..L`, `h_t: \\tanh(W h_{t-1} + U x_t)`.

A declaration for `l = 1..L` declares L names, each with its own shape. A node of the model whose name carries such a
letter is computed for each number for which all that it is computed from is there, and which has no node of its own:
`a^{[L]}` may be another function than the other `a^{[l]}`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from derive.errors import FormulaError, NotAmong, Unreadable
from derive.expressions.shapes import Dim
from derive.models.declarations import NAME
from derive.notation.elaboration import Elaborator
from derive.notation.elaboration.free_numbers import free_numbers
from derive.notation.names import canonical, words_of
from derive.notation.numbering import SLOT, number_in
from derive.notation.symbols import SymbolTable, shown
from derive.notation.syntax import List, Name, Syntax, parse
from derive.notation.tokens import tokenize
from derive.records import dataclass
from derive.source import Text

USUAL_DEPTH = 3
"""How many names there are where a setting leaves it open: the least number with a first, a middle and a last one."""

_PLACEHOLDER = 9999
_RANGE = re.compile(
    r"(?P<what>.*?)\s+for\s+(?P<letter>\\?[A-Za-z]+)\s*=\s*(?P<first>[^.,…]+?)"
    r"\s*,?\s*(?:\.{2,3}|…|\\l?dots)\s*,?\s*(?P<last>[^.,…]+)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Counted:
    """A declaration for a range of numbers: what is declared of each name, the letter, both ends as written."""

    name: Text
    what: str
    letter: str
    first: str
    last: str


def read_counted(name: Text, text: Text) -> Counted | None:
    """A declaration with `for l = 1..L`, taken apart; None for one without."""
    match = _RANGE.fullmatch(text.value)
    return None if match is None else Counted(name, *match.group("what", "letter", "first", "last"))


def depths(counted: Sequence[Counted]) -> frozenset[str]:
    """The dimensions that say how many names there are."""
    ends = (parse(tokenize(end, frozenset())) for found in counted for end in (found.first, found.last))
    names: set[str] = set()

    def note(name: Name) -> int:
        names.add(canonical(name).strip())
        return 0

    for end in ends:
        number_in(end, note)
    return frozenset(names)


def numbers_of(counted: Counted, sizes: Mapping[str, int]) -> range:
    """The numbers that a declaration is for. Raises `Unreadable` where its ends are no numbers."""
    ends = [
        number_in(parse(tokenize(end, frozenset())), lambda name: sizes.get(canonical(name).strip()))
        for end in (counted.first, counted.last)
    ]
    if ends[0] is None or ends[1] is None:
        raise Unreadable(f"the range {counted.first}..{counted.last} is not read; expected one like 1..L")
    if ends[1] < ends[0]:
        raise Unreadable(f"the range {counted.first}..{counted.last} is empty")
    return range(ends[0], ends[1] + 1)


def sized(sizes: Mapping[str, int]) -> SymbolTable:
    """A table that knows nothing but how many names there are."""
    dims = {name: Dim(size, name) for name, size in sizes.items()}
    return SymbolTable(dims=dims, depths=frozenset(dims))


def instance(table: SymbolTable, name: str, what: str, fixed: Mapping[str, int]) -> tuple[str, str]:
    """The name and the declaration for some numbers: `n_{l-1}` and `n_L` are written with theirs."""
    table = replace(table, fixed=fixed, words=words_of([name]))
    return numbered_key(table, name), re.sub(NAME, lambda match: _key(table, match.group()), what)


def pattern(counted: Counted) -> str:
    """The pattern of the names that are declared. Raises `Unreadable` where the letter is in no script of the name."""
    key, _ = instance(SymbolTable(), counted.name.value, counted.what, {counted.letter: _PLACEHOLDER})
    if str(_PLACEHOLDER) not in key:
        raise Unreadable(f"{counted.name.value} has no {counted.letter} in a script")
    return key.replace(str(_PLACEHOLDER), SLOT)


def _key(table: SymbolTable, written: str) -> str:
    return shown(numbered_key(table, written)) if re.search(r"[_^]", written) else written


def numbered_key(table: SymbolTable, latex: str) -> str:
    """The canonical name with numbers in the place of letters that have one."""
    syntax = parse(tokenize(latex, table.words | words_of([latex])))
    only = syntax.only
    factor: Syntax | None = None if only is None else only.single_factor
    return canonical(syntax).strip() if factor is None else Elaborator.plain(table, {}).key_with_numbers(factor)


# ── nodes of the model ──


def letters_of(table: SymbolTable, latex: str) -> list[str]:
    """The letters of a name's scripts."""
    try:
        syntax = parse(tokenize(latex, table.words))
    except FormulaError:
        return []
    return Elaborator.plain(table, {}).letters_of(syntax)


def block(table: SymbolTable, nodes: Sequence[tuple[Text, List]]) -> tuple[str | None, int]:
    """How many nodes are computed together, number by number, and the letter of their number; None for one by itself.

    They are neighbours with one letter, and the first of them is computed from names with that letter as their number.
    """
    free = free_numbers(Elaborator.plain(table, {}), nodes[0][1])
    letter = next((letter for letter in letters_of(table, nodes[0][0].value) if letter in free), None)
    count = 1
    while letter is not None and count < len(nodes) and letter in letters_of(table, nodes[count][0].value):
        count += 1
    return letter, count


def computed(
    table: SymbolTable,
    letter: str,
    nodes: Sequence[tuple[Text, Text, List]],
    own: frozenset[str],
    define: Callable[[SymbolTable, str, Text, Text, List], SymbolTable],
) -> SymbolTable:
    """The table with nodes that are computed number by number; `own` are the names that have a node of their own.

    `define` adds one name. Raises `NotAmong` where a node is there for no number at all.
    """
    at_placeholder = replace(table, fixed={letter: _PLACEHOLDER})
    patterns = {numbered_key(at_placeholder, name.value).replace(str(_PLACEHOLDER), SLOT) for name, _, _ in nodes}
    numbers = {number for known in table.numbers.values() for number in known}
    table = replace(
        table,
        numbers={**{found: frozenset() for found in patterns}, **table.numbers},
        counted=table.counted | patterns,
    )
    missing: dict[str, NotAmong] = {}
    grows = True
    while grows:
        grows = False
        for number in range(min(numbers), max(numbers) + 1):
            for name, expression, content in nodes:
                key = numbered_key(replace(table, fixed={letter: number}), name.value)
                if key in table.meanings or key in own:
                    continue
                try:
                    table = replace(
                        define(replace(table, fixed={letter: number}), key, name, expression, content), fixed={}
                    )
                except NotAmong as error:
                    missing.setdefault(name.value, error)
                else:
                    missing[name.value] = NotAmong("")
                    grows = True
    nowhere = next((error for error in missing.values() if error.problem), None)
    if nowhere is not None:
        raise nowhere
    return table
