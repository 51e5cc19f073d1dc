"""Quantities that are written with their arguments: `L(w)`, `J(v_c, o, U)`, `f(x; \\theta)`, and `L(w + u)`.

A bracket behind a computed quantity lists arguments where it names only what the quantity depends on. Once it was
written so, other arguments in their places are put in for them.
"""

from derive.errors import Meaningless, Unreadable
from derive.expressions.tree import ChainRule, Derivative, Expr, Fill, IndexVariable, LocalFactor, Node, Number, Symbol
from derive.expressions.walk import rebuilt, symbols_of, walk
from derive.notation.elaboration.scripts import Scripts
from derive.notation.symbols import Computed, shown
from derive.notation.syntax import Formula, Group, List, Literal, Name, Scripted
from derive.source import Span


class Arguments(Scripts):
    """Brackets behind computed quantities."""

    def at_arguments(self, key: str, meaning: Computed, bracket: Group, span: Span) -> Expr | None:
        """The quantity at what stands in brackets behind it; None where the bracket is a factor."""
        if bracket.kind != "(":
            return None
        if self._are_arguments(key, bracket.content, meaning):
            return Symbol(key, meaning.shape, span=span)
        known = self.argument_orders.get(_written_as(key, len(bracket.content.entries)))
        if known is None:
            self._check_named(key, bracket.content, meaning)
            return None
        values = [self._argument(entry, name) for entry, name in zip(bracket.content.entries, known, strict=True)]
        return self._put_in(key, meaning, dict(zip(known, values, strict=True)), span)

    def derivative_by_argument(self, value: Expr, primes: int, bracket: Group, span: Span) -> Expr:
        """`C'(a)` of a scalar C and the scalar a on which it depends: the derivative of C by a."""
        names = self._names(bracket.content)
        meaning = None if names is None or len(names) != 1 else self.table.meanings.get(names[0])
        shape = getattr(meaning, "shape", None)
        if not isinstance(value, Symbol) or not value.shape.is_scalar or shape is None or not shape.is_scalar:
            raise Unreadable("a prime stands at something that is no function of one real variable", span)
        assert names is not None
        found: Expr = value
        for _ in range(primes):
            found = Derivative(found, Symbol(names[0], shape, span=span), span=span)
        return found

    def _names(self, content: List) -> tuple[str, ...] | None:
        """The names that stand in a bracket, '' for one that is not known; None where anything else stands there."""
        factors = [entry.single_factor for entry in content.entries]
        if not all(isinstance(factor, (Name, Scripted, Literal)) for factor in factors):
            return None
        resolved = [None if factor is None else self.resolve(factor) for factor in factors]
        return tuple("" if found is None or found.sub or found.sups else found.key for found in resolved)

    def _depended_on(self, key: str, meaning: Computed) -> set[str]:
        values = [*self.table.other_values.get(key, ()), *([] if meaning.value is None else [meaning.value])]
        return {name for value in values for name in self.names_below(value)}

    def _are_arguments(self, key: str, content: List, meaning: Computed) -> bool:
        """Whether a bracket lists names on which a quantity depends, in the order in which they stood before."""
        names = self._names(content)
        if names is None or not set(names) <= self._depended_on(key, meaning) or len(set(names)) < len(names):
            return False
        if self.argument_orders.setdefault(_written_as(key, len(names)), names) != names:
            raise Unreadable(f"the arguments of {shown(key)} stood in another order before", content.span)
        return True

    def _check_named(self, key: str, content: List, meaning: Computed) -> None:
        """Raises `Unreadable` where a bracket names what may be an argument or a factor."""
        names = self._names(content)
        if names is None:
            return
        scripted = any(isinstance(entry.single_factor, Scripted) for entry in content.entries)
        if not (len(names) == 1 and scripted):
            raise Unreadable(f"{shown(key)} is no function of what stands in these brackets", content.span)

    def _argument(self, entry: Formula, name: str) -> Expr:
        """What is put in for a name; a 0 takes its shape."""
        meaning = self.table.meanings[name]
        shape = meaning.shape if isinstance(meaning, Computed) else getattr(meaning, "shape", None)
        assert shape is not None
        if entry.relations or entry.sides[0] is None:
            raise Unreadable("an argument was expected here", entry.span)
        value = self.expression(entry.sides[0])
        if isinstance(value, Number) and value.value == 0 and shape.is_matrix:
            return Fill(0, shape, span=entry.span)
        if value.shape != shape:
            problem = f"the argument {shown(name)} is {shape}, and {value.shape} stands in its place"
            raise Meaningless(problem, entry.span)
        return value

    def _put_in(self, key: str, meaning: Computed, arguments: dict[str, Expr], span: Span) -> Expr:
        """The value of a quantity with expressions for the names on which it depends."""
        if meaning.value is None:
            raise Unreadable(f"what {shown(key)} is computed from is not known", span)
        value = self._opened(meaning.value, set(arguments))
        if any(isinstance(node, (Derivative, ChainRule, LocalFactor)) for node in walk(value)):
            raise Unreadable(f"{shown(key)} is a derivative; at other arguments it is not read", span)
        if _indices(value) & {index for argument in arguments.values() for index in _indices(argument)}:
            raise Unreadable("an index in this argument is used in the quantity itself, too", span)

        def put(node: Node) -> Node | None:
            return arguments.get(node.name) if isinstance(node, Symbol) else None

        found = rebuilt(value, put)
        assert isinstance(found, Expr)
        return found

    def _opened(self, value: Expr, names: set[str]) -> Expr:
        """An expression in which every name that is computed from some names stands as what it is computed from."""

        def opened(node: Node) -> Node | None:
            is_other = isinstance(node, Symbol) and node.name not in names
            meaning = self.table.meanings.get(node.name) if is_other and isinstance(node, Symbol) else None
            if not isinstance(meaning, Computed) or meaning.value is None:
                return None
            return self._opened(meaning.value, names) if self.names_below(meaning.value) & names else None

        found = rebuilt(value, opened)
        assert isinstance(found, Expr)
        return found

    def names_below(self, value: Expr) -> set[str]:
        """All symbols that an expression depends on, through the definitions of computed ones."""
        found: set[str] = set()
        waiting = [symbol.name for symbol in symbols_of(value)]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                meaning = self.table.meanings.get(name)
                if isinstance(meaning, Computed) and meaning.value is not None:
                    waiting += [symbol.name for symbol in symbols_of(meaning.value)]
        return found


def _written_as(key: str, count: int) -> str:
    """Under what the arguments of a quantity are remembered that is written with so many."""
    return f"{key} of {count}"


def _indices(value: Expr) -> set[IndexVariable]:
    return {node for node in walk(value) if isinstance(node, IndexVariable)}
