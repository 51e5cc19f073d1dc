"""Values that stand for derivatives in place of what these are, as where somebody went on with a wrong one."""

from collections.abc import Callable, Mapping
from dataclasses import field

from derive.expressions.tree import Expr, Symbol
from derive.records import dataclass


@dataclass(frozen=True)
class Supposed:
    """What is to stand for some derivatives.

    `adjoints`: for ∂f/∂name, by f and the name, a value of the shape of the name. `shares`: for ∂a/∂b of two names,
    what it makes of the adjoint of a: its share in the adjoint of b. What goes around a is added as ever. `slopes`: for
    f' of a function of one variable, a formula and the symbol for its variable.
    """

    adjoints: Mapping[tuple[Expr, str], Expr] = field(default_factory=dict)
    shares: Mapping[tuple[str, str], Callable[[Expr], Expr]] = field(default_factory=dict)
    slopes: Mapping[str, tuple[Symbol, Expr]] = field(default_factory=dict)

    def adjoints_from(self, root: Expr) -> dict[str, Expr]:
        """The adjoints that are supposed in a pass from a root, by name."""
        return {name: value for (of, name), value in self.adjoints.items() if of == root}

    def shares_of(self, name: str) -> dict[str, Callable[[Expr], Expr]]:
        """Through which names something is supposed to hand back to a name, and what."""
        return {of: share for (of, by), share in self.shares.items() if by == name}


NOTHING_SUPPOSED = Supposed()
