"""What a model computes from what: the names on the way from a quantity back to what it is differentiated by."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

from derive.expressions import tree
from derive.expressions.latex import latex
from derive.expressions.shapes import Shape
from derive.expressions.style import PLAIN, Style
from derive.expressions.tree import Expr, Symbol
from derive.expressions.walk import symbols_of
from derive.gradients.closed import ClosedForms, Differentiator
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.models import Model
from derive.notation.symbols import Computed, SymbolTable
from derive.records import dataclass
from derive.sheets.closed_forms import CATALOGUE, Equality, KnownForm, Recognised, fused, preferred
from derive.sheets.sheet_setting import SheetSetting


@dataclass(frozen=True)
class Computation:
    """A model, ready to be differentiated, and how its author wants the results to be written."""

    model: Model
    setting: SheetSetting = SheetSetting()
    style: Style = PLAIN

    @property
    def table(self) -> SymbolTable:
        """The symbol table of the model."""
        return self.model.table

    @property
    def kink(self) -> Fraction:
        """The value that a derivative takes where a function has none."""
        return self.model.kink

    @cached_property
    def differentiator(self) -> Differentiator:
        """Differentiates in the names of the model."""
        return Differentiator(self.table, self.kink)

    @cached_property
    def computed(self) -> tuple[str, ...]:
        """The names that are computed, in the order of the model."""
        return tuple(name for name, meaning in self.table.meanings.items() if isinstance(meaning, Computed))

    def shape(self, name: str) -> Shape:
        """The shape of a name."""
        return self.differentiator.shape_of(name)

    def symbol(self, name: str) -> Symbol:
        """A name as an expression."""
        return Symbol(name, self.shape(name))

    def written(self, name: str) -> str:
        """The LaTeX of a name."""
        return latex(self.symbol(name), self.style)

    def quantity(self, top: str, bottom: str) -> tree.Derivative:
        """The derivative of one name by another, in the layout of the model."""
        return tree.Derivative(self.symbol(top), self.symbol(bottom), self.table.layout)

    def derivative(self, top: str, bottom: str) -> str:
        """The LaTeX of the derivative of one name by another."""
        return latex(self.quantity(top, bottom), self.style)

    def value(self, name: str) -> Expr | None:
        """How a name is computed; null where it is given."""
        return self.differentiator.value_of(name)

    def mentioned(self, name: str) -> frozenset[str]:
        """The names that stand in the formula of a name."""
        value = self.value(name)
        return frozenset() if value is None else frozenset(symbol.name for symbol in symbols_of(value))

    def depends(self, name: str, on: str) -> bool:
        """Whether a name is computed from another, at once or through others."""
        value = self.value(name)
        return value is not None and on in self.differentiator.upstream(value)

    def uses(self, name: str, top: str) -> tuple[str, ...]:
        """The names that are computed from `name` at once and lead to `top`: the paths of the chain rule."""
        on_the_way = (other for other in self.computed if other == top or self.depends(top, other))
        return tuple(other for other in on_the_way if name in self.mentioned(other))

    def closed(self, of: Expr) -> Expr:
        """An expression without derivatives, as people write it. Raises `NoClosedForm`."""
        return self.preferred(of, presented(self.differentiator.without_derivatives(of)))

    def preferred(self, derivative: Expr, found: Expr) -> Expr:
        """The form of a derivative that everybody knows, if there is one and it is proved; else what was found."""
        return preferred(self.model, derivative, found, self._equality) or found

    def depends_on_kinks(self, derivative: Expr) -> bool:
        """Whether a derivative may have another closed form where functions have none of their own.

        Where two pieces meet smoothly, as in the Huber loss, it is proved to have one alone.
        """
        forms = self.at_kinks(derivative)
        return forms is None or (forms[0] != forms[1] and not self.are_equal(*forms))

    def at_kinks(self, derivative: Expr) -> tuple[Expr, Expr] | None:
        """The closed form of a derivative by the value that is taken at kinks and by another; null without one."""
        elsewhere = Differentiator(self.table, Fraction(1) if self.kink == 0 else Fraction(0))
        try:
            return self.differentiator.without_derivatives(derivative), elsewhere.without_derivatives(derivative)
        except NoClosedForm:
            return None

    def are_equal(self, left: Expr, right: Expr) -> bool:
        """Whether two expressions are proved equal for all dimensions."""
        return self._equality(left, right)

    def gradients(self, of: str) -> ClosedForms:
        """∂f/∂name for every name on which a scalar name depends, in the forms that everybody knows."""
        return self._fused(of)[0]

    def known_form(self, of: str, by: str, among: Sequence[KnownForm] = CATALOGUE) -> str:
        """What is said of ∂f/∂name where it is a form that everybody knows, one of some; else nothing."""
        found = self._fused(of)[1].get(by)
        return found.known.sentence if found is not None and found.known in among else ""

    def _fused(self, of: str) -> tuple[ClosedForms, dict[str, Recognised]]:
        if of not in self._found:
            self._found[of] = fused(self.model, of, self._equality)
        return self._found[of]

    @cached_property
    def _found(self) -> dict[str, tuple[ClosedForms, dict[str, Recognised]]]:
        return {}

    @cached_property
    def _equality(self) -> Equality:
        return Equality(self.model)


def derivatives_in(node: Expr) -> list[tree.Derivative]:
    """The derivatives of a name by a name that stand in an expression, each once, in order."""
    found: dict[tree.Derivative, None] = {}
    waiting: list[tree.Node] = [node]
    while waiting:
        current = waiting.pop(0)
        if isinstance(current, tree.Derivative) and isinstance(current.of, Symbol) and isinstance(current.by, Symbol):
            found.setdefault(current)
        else:
            waiting = [*tree.parts(current), *waiting]
    return list(found)
