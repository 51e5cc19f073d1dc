"""Formulas with their conditions beside them: `= a \\text{ if } i = j, \\quad b \\text{ if } i \\neq j`.

In one row they are cases. Of two rows with conditions that exclude each other, each says what the first member is under
its own.
"""

from collections.abc import Sequence

from derive.notation.tables import RELATIONS
from derive.notation.tokens import Token

_CONDITIONS = frozenset({"CONDITION", "OTHERWISE"})
_SEPARATORS = frozenset({"COMMA", "SEMICOLON", "QUAD", "WORDS"})


def cases_beside(cell: list[Token], outside: Sequence[bool]) -> list[Token]:
    """The cell with formulas and their conditions made cases; unchanged where there are none."""
    places = [at for at, token in enumerate(cell) if outside[at] and token.kind in _CONDITIONS]
    relations = [at for at, token in enumerate(cell) if outside[at] and token.kind == "RELATION"]
    before = [at for at in relations if places and at < places[0]]
    if len(places) < 2 or not before:
        return cell
    branches: list[tuple[list[Token], list[Token]]] = []
    start = before[-1] + 1
    for place, following in zip(places, [*places[1:], None], strict=True):
        end = _end_of_condition(cell, outside, place, following)
        value, condition = _stripped(cell[start:place]), _stripped(cell[place:end])
        if not value or any(at in relations for at in range(start, place)) or not condition:
            return cell
        branches.append((value, condition))
        start = end
    return [*cell[: before[-1] + 1], *_environment(branches), *cell[start:]]


def exclude_each_other(first: Sequence[Token], second: Sequence[Token]) -> bool:
    """Whether one condition is the other's opposite: `i = j` and `i \\neq j`, or what is otherwise."""
    if second[0].kind == "OTHERWISE":
        return first[0].kind != "OTHERWISE"
    kinds = [{RELATIONS.get(token.text) for token in one if token.kind == "RELATION"} for one in (first, second)]
    names = [
        sorted(token.text for token in one if token.kind not in ("RELATION", "CONDITION", "FORALL", *_SEPARATORS))
        for one in (first, second)
    ]
    return names[0] == names[1] and (kinds[0], kinds[1]) in _OPPOSITES


_PAIRS = (("claim", "differ"), ("less", "at least"), ("greater", "at most"))
_OPPOSITES = [({one}, {other}) for pair in _PAIRS for one, other in (pair, pair[::-1])]


def _end_of_condition(cell: list[Token], outside: Sequence[bool], place: int, following: int | None) -> int:
    """Where a condition ends: at the separator before the next formula, at its own last one, or with the cell."""
    if following is not None:
        at = following
        while at > place and cell[at - 1].kind in _SEPARATORS:
            at -= 1
        while at > place + 1 and not (outside[at - 1] and cell[at - 1].kind in _SEPARATORS):
            at -= 1
        return at
    compared = cell[place].kind == "OTHERWISE"
    for at in range(place + 1, len(cell)):
        compared = compared or cell[at].kind == "RELATION"
        if compared and outside[at] and cell[at].kind in _SEPARATORS:
            return at
    return len(cell)


def _stripped(tokens: list[Token]) -> list[Token]:
    while tokens and tokens[0].kind in _SEPARATORS:
        tokens = tokens[1:]
    while tokens and tokens[-1].kind in (*_SEPARATORS, "PERIOD"):
        tokens = tokens[:-1]
    return tokens


def _environment(branches: Sequence[tuple[list[Token], list[Token]]]) -> list[Token]:
    """The tokens of `cases`, each at the place of what stands beside it."""
    out: list[Token] = []
    for number, (value, condition) in enumerate(branches):
        start = value[0].start
        out.append(Token("NEWLINE", "\\\\", start, start) if number else Token("BEGIN", "cases", start, start))
        out += [*value, Token("AMPERSAND", "&", condition[0].start, condition[0].start), *condition]
    end = out[-1].end
    return [*out, Token("END", "cases", end, end)]
