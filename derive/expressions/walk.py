"""Walking over expressions: the only generic traversal."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from derive.expressions.tree import Index, IndexNumber, IndexShift, IndexVariable, Node, Symbol, names_of_parts, parts
from derive.records import remembered

N = TypeVar("N", bound=Node)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything in it, each before its parts."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(parts(current)))


@remembered
def symbols_of(node: Node) -> tuple[Symbol, ...]:
    """All symbols in a node, in order, repeated ones too."""
    return tuple(found for found in walk(node) if isinstance(found, Symbol))


def rebuilt(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """The node with every part for which `change` gives another one replaced, the outermost first."""
    changed = change(node)
    if changed is not None:
        return changed
    return with_fields(node, lambda value: _rebuilt_value(value, change))


def with_fields(node: N, change: Callable[[object], object]) -> N:
    """The node with what it is made of changed, field by field; the very same where nothing changes."""
    updates = {}
    for name in names_of_parts(type(node)):
        before = getattr(node, name)
        after = change(before)
        if after is not before:
            updates[name] = after
    return replace(node, **updates) if updates else node  # type: ignore[arg-type]


def with_positions(node: Node, positions: Mapping[IndexVariable, IndexNumber]) -> Node:
    """The node with fixed positions for some of its indices."""

    def fixed(index: Index) -> IndexNumber | None:
        if isinstance(index, IndexVariable):
            return positions.get(index)
        inner = fixed(index.index) if isinstance(index, IndexShift) else None
        if inner is None or not isinstance(index, IndexShift):
            return None
        shown = f"{inner.shown}{index.by:+d}" if inner.shown else ""
        return IndexNumber(inner.position + index.by, shown, inner.end, span=index.span)

    return rebuilt(node, lambda part: fixed(part) if isinstance(part, (IndexVariable, IndexShift)) else None)


def _rebuilt_value(value: object, change: Callable[[Node], Node | None]) -> object:
    if isinstance(value, Node):
        return rebuilt(value, change)
    if isinstance(value, tuple):
        items = tuple(_rebuilt_value(item, change) for item in value)
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value
