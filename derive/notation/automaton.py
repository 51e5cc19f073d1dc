"""Tokens -> calls of a builder, one for each rule of `grammar.lark`, by an LALR automaton.

The automaton is worked out beforehand, because that takes longer than most documents: `grammar.json` holds it, and
`python tests/grammar_table.py` writes that file anew when the grammar has changed. In a row of the table a token leads
to a state (from 0) or to the reduction by a rule (-1 for the first), a rule's result to a state. A rule whose name
begins with `_` is no node: what it found stands among the children of the rule above it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from derive.notation.tokens import Token
from derive.source import Span

Children = list[Any]
Builder = Mapping[str, Callable[[Span, Children], Any]]

_TABLE = json.loads(Path(__file__).with_name("grammar.json").read_text(encoding="utf-8"))
_RULES: list[tuple[str, str, int]] = [tuple(rule) for rule in _TABLE["rules"]]
_ROWS: list[dict[str, int]] = [_TABLE["rows"][row] for row in _TABLE["states"]]
_END = "$END"
_NOWHERE = Span(0, 0)


class UnexpectedError(Exception):
    """A token that cannot stand where it does; null for the end."""

    def __init__(self, token: Token | None) -> None:
        self.token = token
        super().__init__()


class _Pieces(list[Any]):
    """What a rule that is no node has found."""


def run(tokens: Sequence[Token], builder: Builder) -> Any:
    """What the builder makes of the whole. Raises `UnexpectedError`."""
    states = [0]
    values: list[Any] = []
    spans: list[Span | None] = []
    for token in (*tokens, None):
        kind = _END if token is None else token.kind
        while (action := _ROWS[states[-1]].get(kind)) is not None and action < 0:
            result, name, size = _RULES[~action]
            is_node = name[0] != "_"
            if size == 1 and not is_node:  # what it found is handed on
                states[-1] = _ROWS[states[-2]][result]
                continue
            at = len(values) - size
            span = spans[at] if size == 1 else _joined(spans[at:])
            found = values[at:]
            value = builder[name](span or _NOWHERE, _flat(found)) if is_node else _pieces(found)
            if token is None and result == "start":
                return value
            del states[at + 1 :], values[at:], spans[at:]
            states.append(_ROWS[states[-1]][result])
            values.append(value)
            spans.append(span)
        if action is None or token is None:
            raise UnexpectedError(token)
        states.append(action)
        values.append(token)
        spans.append(token.span)
    raise AssertionError("the end of a formula is accepted or not expected")


def _pieces(values: Children) -> _Pieces:
    """What a rule that is no node has found; one that begins with itself goes on with the same list."""
    grows = bool(values) and type(values[0]) is _Pieces
    pieces: _Pieces = values[0] if grows else _Pieces()
    pieces.extend(_flat(values[1:] if grows else values))
    return pieces


def _flat(values: Children) -> Children:
    """The children, each of them that is no node replaced by its own."""
    if _Pieces not in map(type, values):
        return values
    flat: Children = []
    for value in values:
        if type(value) is _Pieces:
            flat += value
        else:
            flat.append(value)
    return flat


def _joined(spans: list[Span | None]) -> Span | None:
    """From the first to the last place among some."""
    known = [span for span in spans if span is not None]
    if len(known) < 2:
        return known[0] if known else None
    return Span(known[0].start, known[-1].end)
