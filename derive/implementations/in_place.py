"""Arrays with two names that are changed in place under one of them: found by reading the code.

`H = Z` makes a second name and no second array; where `Z[Z < 0] = 0` changes it, both change. That may be meant, so it
is a remark. It is made where both names are used after both the change and the second name.
"""

import ast
from collections.abc import Iterator

from derive.implementations.source import Cell, Code
from derive.records import dataclass

_METHODS = frozenset({"fill", "sort", "put", "partition", "itemset", "resize"})
_MAKING = frozenset(
    {"dot", "matmul", "tanh", "exp", "maximum", "array", "zeros", "ones", "zeros_like", "ones_like", "where"}
)
"""Functions of NumPy that give arrays for arrays; others, as a sum, may give a number."""

_VIEWS = frozenset({"T"})
_VIEWING = frozenset({"view", "ravel", "reshape", "transpose", "squeeze"})


@dataclass(frozen=True)
class ChangedInPlace:
    """An array that is changed in place under one name and used under another."""

    name: str
    other: str
    cell: Cell
    line: int


def changed_in_place(code: Code) -> tuple[ChangedInPlace, ...]:
    """Every such array once, in the order in which they are changed."""
    found: dict[tuple[str, str], ChangedInPlace] = {}
    for cell in code.cells:
        for node in ast.walk(cell.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for one in _in_function(cell, node):
                    found.setdefault((one.name, one.other), one)
    return tuple(sorted(found.values(), key=lambda one: (one.cell.number or 0, one.line)))


@dataclass(frozen=True)
class _Second:
    """`other = name` in a line."""

    name: str
    other: str
    line: int


def _in_function(cell: Cell, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ChangedInPlace]:
    seconds = [found for node in ast.walk(function) for found in _seconds(node)]
    arrays = {name for node in ast.walk(function) for name in _arrays(node)}
    changes = [found for node in ast.walk(function) for found in _changes(node, arrays | _seconds_of(seconds, arrays))]
    for second in seconds:
        for name, line in changes:
            if name not in (second.name, second.other):
                continue
            other = second.other if name == second.name else second.name
            if _is_assigned_between(function, second, line):
                continue
            after = max(line, second.line)
            if _is_used_after(function, name, after) and _is_used_after(function, other, after):
                yield ChangedInPlace(name, other, cell, line)


def _seconds(node: ast.AST) -> Iterator[_Second]:
    """A name given to what has a name already, or to a view of it."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        base = _viewed(node.value)
        if base is not None and base != node.targets[0].id:
            yield _Second(base, node.targets[0].id, node.lineno)


def _viewed(value: ast.expr) -> str | None:
    """The name of the array that an expression is, or looks at."""
    match value:
        case ast.Name(name):
            return name
        case ast.Attribute(inner, attribute) if attribute in _VIEWS:
            return _viewed(inner)
        case ast.Call(ast.Attribute(inner, method)) if method in _VIEWING and not isinstance(inner, ast.Call):
            return _viewed(inner)
    return None


def _arrays(node: ast.AST) -> Iterator[str]:
    """Names that are given to what can only be an array: what NumPy makes, or a matrix product."""
    if isinstance(node, ast.Assign) and _makes_array(node.value):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _makes_array(value: ast.expr) -> bool:
    match value:
        case ast.BinOp(left, operator, right):
            return isinstance(operator, ast.MatMult) or _makes_array(left) or _makes_array(right)
        case ast.Call(ast.Attribute(ast.Name("np" | "numpy"), function)):
            return function in _MAKING
        case ast.Call(ast.Attribute(_, "dot")):
            return True
    return False


def _seconds_of(seconds: list[_Second], arrays: set[str]) -> set[str]:
    """Other names of these arrays."""
    return {one.other for one in seconds if one.name in arrays}


def _changes(node: ast.AST, arrays: set[str]) -> Iterator[tuple[str, int]]:
    """Names whose arrays a statement changes in place, with the line; `x += 1` makes a new number and no new array."""
    match node:
        case ast.Assign(targets):
            yield from ((name, node.lineno) for target in targets if (name := _part_of(target)) is not None)
        case ast.AugAssign(target) if (name := _part_of(target)) is not None:
            yield name, node.lineno
        case ast.AugAssign(ast.Name(name)) if name in arrays:
            yield name, node.lineno
        case ast.Call(ast.Attribute(ast.Name(name), method)) if method in _METHODS:
            yield name, node.lineno
        case ast.Call():
            for keyword in node.keywords:
                if keyword.arg == "out" and isinstance(keyword.value, ast.Name):
                    yield keyword.value.id, node.lineno


def _part_of(target: ast.expr) -> str | None:
    """The name of the array of which a target is a part."""
    match target:
        case ast.Subscript(ast.Name(name)):
            return name
    return None


def _is_assigned_between(function: ast.AST, second: _Second, line: int) -> bool:
    """Whether one of the two names is given to something else between the second name and the change."""
    first, last = sorted((second.line, line))
    in_place = [node.target for node in ast.walk(function) if isinstance(node, ast.AugAssign)]
    for node in ast.walk(function):
        match node:
            case ast.Name() if any(node is target for target in in_place):
                continue
            case ast.Name(name, ast.Store()) if name in (second.name, second.other) and first < node.lineno < last:
                return True
    return False


def _is_used_after(function: ast.AST, name: str, line: int) -> bool:
    nodes = (node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == name)
    return any(isinstance(node.ctx, ast.Load) and node.lineno > line for node in nodes)
