"""Jacobians and Hessians by their names: `J_f(x)`, `J_z`, `H_L`, `H_f(x)`; nothing of that name may be defined.

`J_f` is the Jacobian of a function, at its argument, or of a computed vector; `H_L` the Hessian of a scalar.
"""

from collections.abc import Sequence

from derive.errors import Unreadable
from derive.expressions.tree import Derivative, Expr
from derive.notation.elaboration.base import Item
from derive.notation.elaboration.derivatives import Derivatives
from derive.notation.elaboration.scripts import taken_apart
from derive.notation.names import plain, unwrapped, unwrapped_list
from derive.notation.symbols import Computed
from derive.notation.syntax import Group, List, Name, Scripted, Syntax
from derive.source import Span


class NamedJacobians(Derivatives):
    """What a J or H with a function for its subscript stands for."""

    def read_named_jacobian(self, items: Sequence[Item], at: int, span: Span) -> tuple[Expr, int] | None:
        """The Jacobian or Hessian that begins at an item, and how many items it took; None where none does."""
        node = items[at].value
        if not isinstance(node, Syntax) or not self._is_named_jacobian(node):
            return None
        assert isinstance(node, Scripted)
        parts = taken_apart(node.scripts)
        assert parts.sub is not None
        function = unwrapped_list(parts.sub)
        assert function is not None
        bracket = items[at + 1].value if len(items) > at + 1 and not items[at + 1].operator else None
        arguments = bracket if isinstance(bracket, Group) and bracket.kind == "(" else None
        value, by = self._at_argument(function, arguments, node.span)
        second = plain(_letter(node)) == "H"
        if second and not value.shape.is_scalar:
            raise Unreadable(f"a Hessian is of a scalar, not of {value.shape}", node.span)
        derivative: Expr = Derivative(value, by, "gradient", span=node.span)
        if second:
            derivative = Derivative(derivative, by, "gradient", span=node.span)
        return self.with_scripts(derivative, None, parts.sups, parts.primes, span), 1 + (arguments is not None)

    def _is_named_jacobian(self, node: Syntax) -> bool:
        if not isinstance(node, Scripted) or plain(_letter(node)) not in ("J", "H") or self.resolve(node) is not None:
            return False
        sub = taken_apart(node.scripts).sub
        function = None if sub is None else unwrapped_list(sub)
        if not isinstance(function, (Name, Scripted)):
            return False
        if self.head(function) is not None:
            return True
        resolved = self.resolve(function)
        if resolved is None or not isinstance(resolved.meaning, Computed) or resolved.sub is not None:
            return False
        shape = resolved.meaning.shape
        return shape.is_vector if plain(_letter(node)) == "J" else shape.is_scalar

    def _at_argument(self, function: Syntax, arguments: Group | None, span: Span) -> tuple[Expr, Expr]:
        """The value of a function, and the vector by which it is differentiated."""
        head = self.head(function)
        if head is not None:
            if arguments is None or arguments.content.only is None:
                raise Unreadable("at which argument this is meant is not said", span)
            argument = self.expression(arguments.content.only)
            return self.call_on(head, lambda: [argument], span), argument
        value = self.named(function)
        if arguments is None:
            return value, self._inferred_variable(value, span)
        return value, self._only_argument(arguments.content)

    def _only_argument(self, content: List) -> Expr:
        if content.only is None:
            raise Unreadable("one argument was expected here", content.span)
        return self.expression(content.only)


def _letter(node: Scripted) -> str:
    base = unwrapped(node.base)
    return base.text if isinstance(base, Name) else ""
