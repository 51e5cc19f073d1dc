"""Names that a student's code uses and never defines anywhere: found by reading it.

A name counts as defined wherever something of that name can be seen from its place: in a function around it, at the
top of the code (also later: a function is called when all is defined), among Python's own names, or by a star import,
of which nobody knows what it brings. A name that is assigned only inside another function is not seen from here.
"""

import ast
import builtins
import symtable
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from derive.implementations.source import Cell, Code
from derive.records import dataclass

_ALWAYS = frozenset(dir(builtins)) | {
    "__file__", "__name__", "__doc__", "__builtins__", "__annotations__", "__class__", "__path__", "__spec__",
    "__loader__", "__package__", "__dict__", "__module__", "__qualname__",
}  # fmt: skip
_OF_NOTEBOOKS = frozenset({"get_ipython", "display", "In", "Out", "exit", "quit", "_", "__"})
MOST_LIKE_IT = 8


@dataclass(frozen=True)
class UndefinedName:
    """A name, the first place where it is used, and defined names that may be meant, the nearest first."""

    name: str
    cell: Cell
    line: int
    column: int
    function: str | None
    nearest: tuple[str, ...]


def undefined_names(code: Code) -> tuple[UndefinedName, ...]:
    """Every such name once, in the order of their first uses."""
    if _has_star_import(code):
        return ()
    known = _ALWAYS | {name for cell in code.cells for name in _top_names(cell)}
    known |= _OF_NOTEBOOKS if code.is_notebook else frozenset()
    found: dict[str, UndefinedName] = {}
    for cell in code.cells:
        for scope, name in _free_names(cell):
            if name not in known and name not in found:
                use = _first_use(cell, name, scope)
                if use is not None:
                    found[name] = use
    return tuple(found.values())


def _has_star_import(code: Code) -> bool:
    nodes = (node for cell in code.cells for node in ast.walk(cell.tree) if isinstance(node, ast.ImportFrom))
    return any(alias.name == "*" for node in nodes for alias in node.names)


def _table(cell: Cell) -> symtable.SymbolTable:
    return symtable.symtable(cell.text, cell.name, "exec")


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """A table and all tables in it."""
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _top_names(cell: Cell) -> Iterator[str]:
    """What is defined at the top of a piece of code, also by `global` in a function."""
    top = _table(cell)
    for table in _tables(top):
        for symbol in table.get_symbols():
            is_bound = symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
            if is_bound and (table is top or symbol.is_declared_global()):
                yield symbol.get_name()


def _free_names(cell: Cell) -> Iterator[tuple[symtable.SymbolTable, str]]:
    """Names that are looked up at the top of the code, with the scopes in which they are used."""
    top = _table(cell)
    for table in _tables(top):
        for symbol in table.get_symbols():
            if not symbol.is_referenced():
                continue
            is_bound = symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
            if (table is top and not is_bound) or (table is not top and symbol.is_global()):
                yield table, symbol.get_name()


def _first_use(cell: Cell, name: str, scope: symtable.SymbolTable) -> UndefinedName | None:
    uses = [node for node in ast.walk(cell.tree) if isinstance(node, ast.Name) and node.id == name]
    uses = [node for node in uses if isinstance(node.ctx, ast.Load) and node.lineno >= scope.get_lineno()]
    if not uses or _is_tried(cell.tree, name):
        return None
    first = min(uses, key=lambda node: (node.lineno, node.col_offset))
    function = _function_around(cell.tree, first)
    names = _visible_names(cell, function)
    return UndefinedName(
        name,
        cell,
        first.lineno,
        first.col_offset + 1,
        None if function is None else function.name,
        _nearest(name, [other for other in names if other != name]),
    )


def _is_tried(tree: ast.Module, name: str) -> bool:
    """Whether the code itself asks if there is such a name: it catches a `NameError`, or deletes what may be there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Try):
            caught = [part for handler in node.handlers if handler.type is not None for part in ast.walk(handler.type)]
            bare = any(handler.type is None for handler in node.handlers)
            names = {part.id for part in caught if isinstance(part, ast.Name)}
            uses = any(isinstance(part, ast.Name) and part.id == name for body in node.body for part in ast.walk(body))
            if uses and (bare or names & {"NameError", "Exception", "BaseException"}):
                return True
    return False


Function = ast.FunctionDef | ast.AsyncFunctionDef


def _function_around(tree: ast.Module, use: ast.AST) -> Function | None:
    """The innermost function in which a node stands."""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(part is use for part in ast.walk(node))
    ]
    return max(around, key=lambda node: node.lineno, default=None)


def _visible_names(cell: Cell, function: Function | None) -> list[str]:
    """The names that a function assigns and takes, then those at the top of the code."""
    inside: dict[str, None] = {}
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            inside[node.id] = None
        elif isinstance(node, ast.arg):
            inside[node.arg] = None
    return list(dict.fromkeys([*inside, *_top_names(cell)]))


def _nearest(name: str, others: Iterable[str]) -> tuple[str, ...]:
    """Names that are spelled alike."""
    by_lower: Mapping[str, str] = {other.lower(): other for other in others}
    near = get_close_matches(name.lower(), list(by_lower), n=MOST_LIKE_IT, cutoff=0.5)
    return tuple(by_lower[one] for one in near)
