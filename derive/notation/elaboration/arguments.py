"""Quantities that are written with their arguments: `L(w)`, `J(v_c, o, U)`, `f(x; \\theta)`, and `L(w + u)`.

A bracket behind a computed quantity lists arguments where it names only what the quantity depends on. Once it was
written so, other arguments in their places are put in for them.
"""

from derive.errors import Meaningless, Unreadable
from derive.expressions.tree import ChainRule, Derivative, Expr, Fill, IndexVariable, LocalFactor, Node, Number, Symbol
from derive.expressions.walk import rebuilt, symbols_of, walk
from derive.notation.elaboration.scripts import Scripts
from derive.notation.symbols import Computed, Given, shown
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

    def derivative_at(self, key: str, meaning: Computed, order: int, bracket: Group, span: Span) -> Expr | None:
        """`C'(a)`: the derivative of a computed number by the number in its brackets; None where that is a factor."""
        content = bracket.content
        if bracket.kind != "(" or content.only is None or not self._are_arguments(key, content, meaning):
            return None
        value: Expr = Symbol(key, meaning.shape, span=span)
        by = self.expression(content.only)
        if not (value.shape.is_scalar and by.shape.is_scalar):
            raise Unreadable("a prime stands at a function that is not one of one real variable", span)
        for _ in range(order):
            value = self.derivative(value, by, span)
        return value

    def _names(self, content: List, below: set[str]) -> tuple[str, ...] | None:
        """What stands in a bracket by its names, '' for one that is not known; None where anything else stands there.

        The formula of a quantity on which the whole depends stands for its name.
        """
        names = [self._name_of(entry, below) for entry in content.entries]
        known = tuple(name for name in names if name is not None)
        return known if len(known) == len(names) else None

    def _name_of(self, entry: Formula, below: set[str]) -> str | None:
        factor = entry.single_factor
        if isinstance(factor, (Name, Scripted, Literal)):
            found = self.resolve(factor)
            return "" if found is None or found.sub or found.sups else found.key
        if entry.relations or entry.sides[0] is None or len(entry.sides[0].terms[0].factors) < 2:
            return None
        try:
            value = self._from_given(self.expression(entry.sides[0]))
        except (Unreadable, Meaningless):
            return None
        meanings = {name: self.table.meanings.get(name) for name in sorted(below)}
        return next(
            (
                name
                for name, meaning in meanings.items()
                if isinstance(meaning, Computed) and meaning.value and self._from_given(meaning.value) == value
            ),
            None,
        )

    def _from_given(self, value: Expr) -> Expr:
        """An expression with the values of all names that are computed."""

        def opened(node: Node) -> Node | None:
            meaning = self.table.meanings.get(node.name) if isinstance(node, Symbol) else None
            value = meaning.value if isinstance(meaning, Computed) else None
            return None if value is None else self._from_given(value)

        found = rebuilt(value, opened)
        assert isinstance(found, Expr)
        return found

    def _depended_on(self, key: str, meaning: Computed) -> set[str]:
        values = [*self.table.other_values.get(key, ()), *([] if meaning.value is None else [meaning.value])]
        below = {name for value in values for name in self.names_below(value)}
        hot = {
            name
            for name, known in self.table.meanings.items()
            if isinstance(known, Given) and known.target is not None and known.target in below
        }
        return below | hot

    def _are_arguments(self, key: str, content: List, meaning: Computed) -> bool:
        """Whether a bracket lists names on which a quantity depends, in the order in which they stood before."""
        below = self._depended_on(key, meaning)
        names = self._names(content, below)
        if names is None or not set(names) <= below or len(set(names)) < len(names):
            return False
        if self.argument_orders.setdefault(_written_as(key, len(names)), names) != names:
            raise Unreadable(f"the arguments of {shown(key)} stood in another order before", content.span)
        return True

    def _check_named(self, key: str, content: List, meaning: Computed) -> None:
        """Raises `Unreadable` where a bracket names what may be an argument or a factor."""
        names = self._names(content, self._depended_on(key, meaning))
        if names is None:
            return
        scripted = any(isinstance(entry.single_factor, Scripted) for entry in content.entries)
        if not (len(names) == 1 and scripted):
            raise Unreadable(f"the name {shown(key)} is no function of what stands in these brackets", content.span)

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
            raise Unreadable(f"the name {shown(key)} is a derivative; at other arguments it is not read", span)
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
