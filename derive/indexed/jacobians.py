"""Derivatives -> forms: Jacobians in four slots, the chain rule, factors of it, arranged as the layout has it."""

from dataclasses import replace

from derive.expressions import tree
from derive.expressions.shapes import Shape
from derive.indexed.conditions import Conditions
from derive.indexed.context import DENOMINATOR, UNSAID, Environment, slots_of, slots_of_vector
from derive.indexed.heads import COLUMN, ROW, Factor, Form, Head, NotGeneral
from derive.notation.symbols import shown

MAX_OPENED = 4
"""How often named derivatives are opened to find the `δ` of a factor."""


class Jacobians(Conditions):
    """Derivatives over the names of the table."""

    def chained(self, node: tree.ChainRule, environment: Environment) -> Form:
        """∂a/∂c = sum_b ∂a/∂b ∂b/∂c."""
        value = self.jacobian(node.factors[0], environment)
        for before, factor in zip(node.factors, node.factors[1:], strict=False):
            inner = self.jacobian(factor, environment)
            if slots_of(before.by.shape) != slots_of(factor.of.shape):
                raise NotGeneral("the chain rule over a variable whose shape is another one here")
            meeting = slots_of(factor.of.shape)
            left = {slot - 2: 1_000 + at for at, slot in enumerate(meeting)}
            right = {slot: 1_000 + at for at, slot in enumerate(meeting)}
            summed = {1_000 + at: dim for at, dim in enumerate(meeting.values())}
            value = self.algebra.multiply(value, inner, left, right, summed)
        first, last = node.factors[0], node.factors[-1]
        return self.arranged(value, first.of.shape, last.by.shape, first.layout)

    def local_factor(self, node: tree.LocalFactor, environment: Environment) -> Form:
        """F with T[i, j, k, l] = δ[paired] F[rest]. Raises `NotGeneral` where T has another form."""
        form = self.jacobian(node.derivative, environment)
        for _ in range(MAX_OPENED):
            try:
                factor = self._local_factor(node, form)
            except NotGeneral:
                opened = self._opened_derivatives(form)
                if opened is form:
                    raise
                form = opened
            else:
                return self.algebra.transposed(factor) if node.transposed else factor
        raise NotGeneral("a derivative that is no such factor for all dimensions")

    def _opened_derivatives(self, form: Form) -> Form:
        """The form with the derivatives that have a name put in: a `δ` may be in what they stand for."""
        names = [head for head in self.heads.mentioned(form) if self.heads[head].is_derivative]
        return self.replaced(form, {head: self.cuts.definitions[head] for head in names}) if names else form

    def _local_factor(self, node: tree.LocalFactor, form: Form) -> Form:
        of, by = node.derivative.of.shape, node.derivative.by.shape
        if node.paired == tree.DIAGONAL:
            ((first, _),) = slots_of_vector(of).items()
            ((second, _),) = slots_of_vector(by).items()
            return self.algebra.renamed(self._unpaired(form, first, second - 2), {first: ROW})
        if node.paired == tree.ENTRYWISE:
            return self._unpaired(self._unpaired(form, ROW, DENOMINATOR[0]), COLUMN, DENOMINATOR[1])
        first, second = (ROW, COLUMN)[node.paired[0]], DENOMINATOR[node.paired[1]]
        rest = {(ROW, COLUMN)[1 - node.paired[0]]: ROW, DENOMINATOR[1 - node.paired[1]]: COLUMN}
        return self.algebra.renamed(self._unpaired(form, first, second, constant=True), rest)

    def _unpaired(self, form: Form, first: int, second: int, *, constant: bool = False) -> Form:
        """The form without the `δ` of two slots, which every term has; with `constant`, neither stands elsewhere."""
        result = {}
        for monomial, number in form.items():
            rest = tuple(
                factor
                for factor in monomial
                if not (self.heads[factor[0]].kind == "delta" and set(factor[1]) == {first, second})
            )
            if len(rest) == len(monomial):
                raise NotGeneral("a derivative that is no such factor for all dimensions")
            result[rest] = number
        form = self.algebra.renamed(result, {second: first})
        if constant and any(first in indices for monomial in form for _, indices, _ in monomial):
            raise NotGeneral("a derivative that is no such factor for all dimensions")
        return form

    def jacobian(self, node: tree.Derivative, environment: Environment) -> Form:
        """∂f/∂x in four slots: those of f, those of x. By an entry of x or a row, x has no slot there."""
        by = node.by
        if isinstance(by, tree.Transpose):
            across = replace(node, by=by.operand, span=None)
            first, second = DENOMINATOR
            return self.algebra.renamed(self.jacobian(across, environment), {first: second, second: first})
        symbol = by.operand if isinstance(by, (tree.Entry, tree.Slice)) else by
        if not isinstance(symbol, tree.Symbol):
            raise NotGeneral("a derivative by an expression")
        variable = self._variable(symbol)
        form = self.lower(node.of, environment)
        if symbol.name in self.table.introduced and not self._depends(form, variable):
            raise NotGeneral(f"{shown(symbol.name)} is not what this is computed from")
        slots = slots_of(symbol.shape)
        at = tuple(slot - 2 for slot in slots)
        value = self.differentiation.total(form, variable, at)
        if any(self._may_fail(factor) for monomial in value for factor in monomial):
            self.conditions[UNSAID] = None
        if isinstance(by, tree.Entry):
            for slot, index in ((ROW, by.row), (COLUMN, by.column)):
                if slot in slots:
                    self.check_range(index, slots[slot])
                    value = self.placed(value, slot - 2, index, environment, slots[slot])
        elif isinstance(by, tree.Slice):
            slot = ROW if by.along == "row" else COLUMN
            if slot in slots:
                value = self.placed(value, slot - 2, by.index, environment, slots[slot])
        return value

    def _may_fail(self, factor: Factor) -> bool:
        """Whether a factor may be a division by zero, or a root of a negative number."""
        head, _, exponent = factor
        return not self.heads[head].positive and (exponent < 0 or exponent.denominator != 1)

    def _depends(self, form: Form, variable: Head) -> bool:
        return any(self.cuts.depends(head, variable.number) for head in self.heads.mentioned(form))

    def _variable(self, symbol: tree.Symbol) -> Head:
        """The head of a name by which something is differentiated."""
        form = self.of_symbol(symbol)
        ((monomial, number),) = form.items()
        if len(monomial) != 1 or number != 1:
            raise NotGeneral("a derivative by a matrix with a structure")
        return self.heads[monomial[0][0]]

    def arranged(self, form: Form, of: Shape, by: Shape, layout: tree.Layout) -> Form:
        """The derivative in the slots of the shape that `derive.expressions.tree.derivative_shape` gives."""
        if by.is_scalar:
            turned = layout == "denominator" and of.is_vector and bool(slots_of_vector(of))
            return self.algebra.transposed(form) if turned else form
        if of.is_scalar:
            row, column = (COLUMN, ROW) if layout == "numerator" else (ROW, COLUMN)
            return self.algebra.renamed(form, {DENOMINATOR[0]: row, DENOMINATOR[1]: column})
        if of.is_vector and by.is_vector:
            row, column = (COLUMN, ROW) if layout == "denominator" else (ROW, COLUMN)
            names = dict.fromkeys(slots_of_vector(of), row)
            names.update({slot - 2: column for slot in slots_of_vector(by)})
            return self.algebra.renamed(form, names)
        return form
