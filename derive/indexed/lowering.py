"""Expressions -> forms: one rule for each node, for every size of every dimension.

The value of a matrix is a form in the slots `ROW` and `COLUMN`; a row or column has one of them, a scalar none, a
derivative of a matrix by a matrix four. A computed name is one entry of a cut head whose definition is its own form.
What a value presupposes (a denominator that is not zero, an inverse) is noted in words on the way.
"""

from collections.abc import Callable, Mapping
from functools import singledispatchmethod

from derive.expressions import tree
from derive.expressions.latex import latex
from derive.expressions.shapes import Dim, Shape
from derive.expressions.tree import Expr
from derive.indexed.algebra import ONE, ZERO
from derive.indexed.context import UNSAID, Environment, dim_key, slots_of, slots_of_vector
from derive.indexed.functions import HALF, NAMED, elu, leaky
from derive.indexed.heads import COLUMN, FIRST_POSITION, ROW, SLOTS, Form, Head, NotGeneral
from derive.indexed.jacobians import Jacobians
from derive.records import dataclass


@dataclass
class _Kept:
    """A form that was made, with the expression that it was made of and what it presupposes."""

    node: Expr
    form: Form
    conditions: tuple[str, ...]


class Lowering(Jacobians):
    """Lowers expressions over one symbol table, which may grow."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._kept: dict[int, _Kept] = {}
        self._slopes: dict[str, Form] = {}

    def lower(self, node: Expr, environment: Environment) -> Form:
        """The form of an expression. Raises `NotGeneral` where it has none."""
        if environment:
            return _rule_for(type(node))(self, node, environment)
        kept = self._kept.get(id(node))
        if kept is None or kept.node is not node:
            outer, self.conditions = self.conditions, {}
            try:
                form = _rule_for(type(node))(self, node, environment)
                kept = _Kept(node, form, tuple(self.conditions))
            finally:
                self.conditions = outer
            self._kept[id(node)] = kept
        self.conditions.update(dict.fromkeys(kept.conditions))
        return kept.form

    def forget(self) -> None:
        """Drop remembered expressions, whose names may mean something else now."""
        self._kept.clear()

    @singledispatchmethod
    def _lower(self, node: Expr, environment: Environment) -> Form:
        raise NotImplementedError(f"lower has no rule for {type(node).__name__}; add one in derive/indexed/lowering.py")

    @_lower.register(tree.Number)
    def lower_number(self, node: tree.Number, environment: Environment) -> Form:
        return self.algebra.constant(node.value)

    @_lower.register(tree.Constant)
    def lower_constant(self, node: tree.Constant, environment: Environment) -> Form:
        if node.name == "e":
            return self.functions.exp(ONE)
        return self.algebra.factor(self.heads.named("constant", "pi", positive=True))

    @_lower.register(tree.Size)
    def lower_size(self, node: tree.Size, environment: Environment) -> Form:
        """A dimension as a number."""
        key = dim_key(node.dim)
        if key.isdigit():
            return self.algebra.constant(int(key))
        return self.algebra.factor(self.heads.named("size", key, positive=True))

    @_lower.register(tree.IndexValue)
    def lower_index_value(self, node: tree.IndexValue, environment: Environment) -> Form:
        raise NotGeneral("an index as a number")

    @_lower.register(tree.Symbol)
    def lower_symbol(self, node: tree.Symbol, environment: Environment) -> Form:
        return self.of_symbol(node)

    @_lower.register(tree.Identity)
    def lower_identity(self, node: tree.Identity, environment: Environment) -> Form:
        """I_ij = δ_ij."""
        if node.size.is_unit:
            return ONE
        return self.algebra.factor(self.heads.delta(dim_key(node.size)), ROW, COLUMN)

    @_lower.register(tree.Fill)
    def lower_fill(self, node: tree.Fill, environment: Environment) -> Form:
        slots_of(node.shape)
        return self.algebra.constant(node.value)

    @_lower.register(tree.Negative)
    def lower_negative(self, node: tree.Negative, environment: Environment) -> Form:
        """(-A)_ij = -A_ij."""
        return self.algebra.scaled(self.lower(node.operand, environment), -1)

    @_lower.register(tree.Add)
    def lower_add(self, node: tree.Add, environment: Environment) -> Form:
        """(A + B)_ij = A_ij + B_ij."""
        total: Form = ZERO
        for term in node.terms:
            self.fits(term.shape, node.shape)
            total = self.algebra.add(total, self.lower(term, environment))
        return total

    @_lower.register(tree.Scale)
    def lower_scale(self, node: tree.Scale, environment: Environment) -> Form:
        """(c A)_ij = c A_ij."""
        return self.algebra.multiply(self.lower(node.factor, environment), self.lower(node.operand, environment))

    @_lower.register(tree.MatMul)
    def lower_matmul(self, node: tree.MatMul, environment: Environment) -> Form:
        """(A B)_ij = sum_k A_ik B_kj."""
        return self._product(
            self.lower(node.left, environment), node.left.shape, self.lower(node.right, environment), node.right.shape
        )

    def _product(self, left: Form, left_shape: Shape, right: Form, right_shape: Shape) -> Form:
        inner, other = left_shape.columns, right_shape.rows
        if inner.is_unit and other.is_unit:
            return self.algebra.multiply(left, right)
        if inner.is_unit or other.is_unit or dim_key(inner) != dim_key(other):
            raise NotGeneral(f"the inner sizes {inner} and {other} agree at these sizes only")
        return self.algebra.multiply(left, right, {COLUMN: 1_000}, {ROW: 1_000}, {1_000: dim_key(inner)})

    @_lower.register(tree.Hadamard)
    def lower_hadamard(self, node: tree.Hadamard, environment: Environment) -> Form:
        """(A ⊙ B)_ij = A_ij B_ij."""
        self.fits(node.left.shape, node.shape)
        self.fits(node.right.shape, node.shape)
        return self.algebra.multiply(self.lower(node.left, environment), self.lower(node.right, environment))

    @_lower.register(tree.Quotient)
    def lower_quotient(self, node: tree.Quotient, environment: Environment) -> Form:
        """(A / B)_ij = A_ij / B_ij."""
        self.fits(node.numerator.shape, node.shape)
        self.fits(node.denominator.shape, node.shape)
        below = self.lower(node.denominator, environment)
        self._nonzero(below, node.denominator)
        return self.algebra.multiply(self.lower(node.numerator, environment), self.functions.power(below, -1))

    def _rooted(self, form: Form) -> None:
        """Note that a root must have a value, unless it always has one."""
        if self.functions.sign(form) != "positive":
            self.conditions[UNSAID] = None

    def _nonzero(self, form: Form, node: Expr) -> None:
        """Note that a denominator must not be zero, unless it never is."""
        if self.functions.sign(form) == "positive" or self.functions.sign(self.algebra.scaled(form, -1)) == "positive":
            return
        self.conditions[f"${latex(node)} \\neq 0$"] = None

    @_lower.register(tree.Dot)
    def lower_dot(self, node: tree.Dot, environment: Environment) -> Form:
        """a · b = sum_i a_i b_i."""
        left, right = self.lower(node.left, environment), self.lower(node.right, environment)
        first, second = slots_of(node.left.shape), slots_of(node.right.shape)
        if list(first.values()) != list(second.values()):
            raise NotGeneral("an inner product whose sizes agree here only")
        places = [1_000 + at for at in range(len(first))]
        return self.algebra.multiply(
            left,
            right,
            dict(zip(first, places, strict=True)),
            dict(zip(second, places, strict=True)),
            dict(zip(places, first.values(), strict=True)),
        )

    @_lower.register(tree.Outer)
    def lower_outer(self, node: tree.Outer, environment: Environment) -> Form:
        """(a ⊗ b)_ij = a_i b_j."""
        left, right = self.lower(node.left, environment), self.lower(node.right, environment)
        return self.algebra.multiply(
            left,
            right,
            dict.fromkeys(slots_of_vector(node.left.shape), ROW),
            dict.fromkeys(slots_of_vector(node.right.shape), COLUMN),
        )

    @_lower.register(tree.Kronecker)
    def lower_kronecker(self, node: tree.Kronecker, environment: Environment) -> Form:
        raise NotGeneral("a Kronecker product")

    @_lower.register(tree.Transpose)
    def lower_transpose(self, node: tree.Transpose, environment: Environment) -> Form:
        """(A^T)_ij = A_ji."""
        form = self.lower(node.operand, environment)
        return form if node.operand.shape.is_scalar else self.algebra.transposed(form)

    @_lower.register(tree.Inverse)
    def lower_inverse(self, node: tree.Inverse, environment: Environment) -> Form:
        """(A B)^-1 = B^-1 A^-1, (A^T)^-1 = (A^-1)^T, (c A)^-1 = A^-1 / c; else an entry of the inverse."""
        if node.operand.shape.rows.is_unit:
            raise NotGeneral("the inverse of a matrix of one entry")
        if dim_key(node.operand.shape.rows) != dim_key(node.operand.shape.columns):
            raise NotGeneral("a matrix that is square at these sizes only")
        self.conditions[f"${latex(node.operand)}$ is invertible"] = None
        return self._inverse(node.operand, environment)

    def _inverse(self, node: Expr, environment: Environment) -> Form:
        match node:
            case tree.MatMul(left, right) if left.shape.is_square and slots_of(left.shape) == slots_of(right.shape):
                return self._product(
                    self._inverse(right, environment), right.shape, self._inverse(left, environment), left.shape
                )
            case tree.Transpose(inner):
                return self.algebra.transposed(self._inverse(inner, environment))
            case tree.Inverse(inner):
                return self.lower(inner, environment)
            case tree.Scale(factor, inner):
                below = self.functions.power(self.lower(factor, environment), -1)
                return self.algebra.multiply(below, self._inverse(inner, environment))
            case tree.Identity():
                return self.lower(node, environment)
        return self.functions.inverse(self.lower(node, environment), dim_key(node.shape.rows))

    @_lower.register(tree.Power)
    def lower_power(self, node: tree.Power, environment: Environment) -> Form:
        """(a^c)_i = a_i^c; e^u is the exponential, and a^u = e^(u log a) for a positive a."""
        exponent = self.lower(node.exponent, environment)
        if isinstance(node.base, tree.Constant) and node.base.name == "e":
            return self.functions.exp(exponent)
        base = self.lower(node.base, environment)
        if exponent and set(exponent) != {()}:
            if self.functions.sign(base) != "positive":
                raise NotGeneral("a power of what may be negative, to an exponent that is no number")
            return self.functions.exp(self.algebra.multiply(exponent, self.functions.log(base)))
        number = exponent.get((), 0)
        if number < 0:
            self._nonzero(base, node.base)
        if number.denominator != 1:
            self._rooted(base)
        return self.functions.power(base, number)

    @_lower.register(tree.MatrixPower)
    def lower_matrix_power(self, node: tree.MatrixPower, environment: Environment) -> Form:
        """A^n = A … A."""
        shape = node.base.shape
        if node.exponent == 0:
            return self.lower(tree.Identity(shape.rows), environment)
        base = self.lower(node.base, environment)
        total = base
        for _ in range(node.exponent - 1):
            total = self._product(total, shape, base, shape)
        return total

    @_lower.register(tree.Apply)
    def lower_apply(self, node: tree.Apply, environment: Environment) -> Form:
        """f(A)_ij = f(A_ij), or its derivative of some order."""
        argument = self.lower(node.operand, environment)
        parameters = tuple(self.lower(parameter, environment) for parameter in node.parameters)
        if node.function == "log" and node.order == 0 and self.functions.sign(argument) != "positive":
            self.conditions[f"${latex(node.operand)} > 0$"] = None
        if node.function == "sqrt":
            self._rooted(argument)
        if node.function == "coth":
            self.conditions[f"${latex(node.operand)} \\neq 0$"] = None
        if node.function == "tan":
            self.conditions[f"$\\cos({latex(node.operand)}) \\neq 0$"] = None
        if node.order == 0:
            return self._applied(node.function, argument, parameters)
        variable, slope = self._derivative_of(node.function, node.order, parameters)
        return self.put_in(slope, variable, argument)

    def _applied(self, function: str, argument: Form, parameters: tuple[Form, ...]) -> Form:
        if function == "leaky":
            return leaky(self.functions, argument, parameters[0])
        if function == "elu":
            return elu(self.functions, argument, parameters[0])
        return NAMED[function](self.functions, argument)

    def _derivative_of(self, function: str, order: int, parameters: tuple[Form, ...]) -> tuple[Head, Form]:
        """The derivative of some order of a function of one variable, in a variable of its own."""
        name = f"{function} {order} {parameters}"
        variable = self.heads.named("symbol", f"variable of {name}")
        if name not in self._slopes:
            form = self._applied(function, self.algebra.factor(variable), parameters)
            for _ in range(order):
                form = self.differentiation.partial(form, variable, ())
            self._slopes[name] = form
        return variable, self._slopes[name]

    @_lower.register(tree.Unspecified)
    def lower_unspecified(self, node: tree.Unspecified, environment: Environment) -> Form:
        """f(A)_ij = f(A_ij)."""
        argument = self.lower(node.operand, environment)
        return self.functions.opaque("function", f"unspecified {node.name}", argument, node.order)

    @_lower.register(tree.UnspecifiedMap)
    def lower_unspecified_map(self, node: tree.UnspecifiedMap, environment: Environment) -> Form:
        """g(x)_i, the component i of a function of all of x."""
        argument = self.lower(node.operand, environment)
        inner, outer = slots_of(node.operand.shape), slots_of(node.shape)
        if len(inner) != 1 or len(outer) != 1:
            raise NotGeneral("an unspecified function of or to one number")
        ((inner_slot, domain),), ((outer_slot, codomain),) = inner.items(), outer.items()
        return self.functions.map(f"{node.name} to {codomain}", argument, inner_slot, domain, codomain, outer_slot)

    @_lower.register(tree.EntryByEntry)
    def lower_entry_by_entry(self, node: tree.EntryByEntry, environment: Environment) -> Form:
        """f(A)_ij is the formula with A_ij for its parameter."""
        formula = self.lower(node.formula, environment)
        ((monomial, _),) = self.lower(node.parameter, environment).items()
        variable = self.heads[monomial[0][0]]
        formula = self.opened_on(formula, variable)
        return self.put_in(formula, variable, self.lower(node.operand, environment))

    @_lower.register(tree.Extremum)
    def lower_extremum(self, node: tree.Extremum, environment: Environment) -> Form:
        """max(A, B) = B + max(A - B, 0); min(a, b) = -max(-a, -b)."""
        self.fits(node.left.shape, node.shape)
        self.fits(node.right.shape, node.shape)
        sign = 1 if node.kind == "max" else -1
        left = self.algebra.scaled(self.lower(node.left, environment), sign)
        right = self.algebra.scaled(self.lower(node.right, environment), sign)
        if set(left) <= {()}:
            left, right = right, left
        if not set(right) <= {()} and self.kink != HALF:
            return self._larger(left, right, sign)
        return self.algebra.scaled(
            self.algebra.add(right, self.functions.ramp(self.algebra.add(left, right, -1))), sign
        )

    def _larger(self, left: Form, right: Form, sign: int) -> Form:
        """max(a, b) of two values that vary: it has no derivative here, since at a tie both have a share in it."""
        difference = self.algebra.add(left, right, -1)
        if not difference:
            return self.algebra.scaled(left, sign)
        return self.algebra.scaled(self.algebra.add(right, self.functions.ramp(difference, "tie")), sign)

    @_lower.register(tree.Softmax)
    def lower_softmax(self, node: tree.Softmax, environment: Environment) -> Form:
        """softmax(z)_i = e^{z_i} / sum_j e^{z_j}; its logarithm z_i - log sum_j e^{z_j}."""
        operand = self.lower(node.operand, environment)
        slot = ROW if node.axis == 0 else COLUMN
        dim = slots_of(node.operand.shape).get(slot)
        exponentials = self.functions.exp(operand)
        total = exponentials if dim is None else self.algebra.sum_over(exponentials, slot, dim)
        if node.logarithm:
            return self.algebra.add(operand, self.functions.log(total), -1)
        return self.algebra.multiply(exponentials, self.functions.power(total, -1))

    @_lower.register(tree.Reduce)
    def lower_reduce(self, node: tree.Reduce, environment: Environment) -> Form:
        """One number from all entries."""
        operand = self.lower(node.operand, environment)
        slots = slots_of(node.operand.shape)
        match node.kind:
            case "sum":
                return self._summed(operand, slots)
            case "mean":
                return self._mean(self._summed(operand, slots), slots)
            case "max" | "min":
                return self._over_all(operand, slots, node.kind)
            case "logsumexp":
                return self.functions.log(self._summed(self.functions.exp(operand), slots))
            case "l1":
                return self._summed(self.functions.absolute(operand), slots)
            case "l2":
                return self.functions.power(self._summed(self.algebra.multiply(operand, operand), slots), HALF)
            case "trace":
                return self._trace(operand, slots)
            case "det":
                return self._determinant(node.operand, environment)

    def _summed(self, form: Form, slots: Mapping[int, str]) -> Form:
        for slot, dim in slots.items():
            form = self.algebra.sum_over(form, slot, dim)
        return form

    def _mean(self, form: Form, slots: Mapping[int, str]) -> Form:
        for dim in slots.values():
            size = self.lower_size(tree.Size(Dim(int(dim)) if dim.isdigit() else Dim(None, dim)), {})
            form = self.algebra.multiply(form, self.functions.power(size, -1))
        return form

    def _trace(self, form: Form, slots: Mapping[int, str]) -> Form:
        if not slots:
            return form
        if set(slots) != {ROW, COLUMN} or slots[ROW] != slots[COLUMN]:
            raise NotGeneral("a trace of a matrix that is square at these sizes only")
        return self.algebra.sum_over(self.algebra.renamed(form, {COLUMN: ROW}), ROW, slots[ROW])

    def _determinant(self, node: Expr, environment: Environment) -> Form:
        """det(A B) = det(A) det(B), det(A^T) = det(A), det(A^-1) = 1 / det(A)."""
        slots = slots_of(node.shape)
        match node:
            case tree.MatMul(left, right) if left.shape.is_square and slots_of(left.shape) == slots_of(right.shape):
                return self.algebra.multiply(
                    self._determinant(left, environment), self._determinant(right, environment)
                )
            case tree.Transpose(inner):
                return self._determinant(inner, environment)
            case tree.Inverse(inner):
                return self.functions.power(self._determinant(inner, environment), -1)
        form = self.lower(node, environment)
        if set(slots) != {ROW, COLUMN} or self.functions.dims_of(form).keys() - slots.keys():
            raise NotGeneral("the determinant of one matrix of many")
        template = min(form, self.algebra.transposed(form), key=lambda one: sorted(one.items()))
        return self.algebra.factor(self.heads.of_form("determinant", slots[ROW], template, ()))

    def _over_all(self, form: Form, slots: Mapping[int, str], kind: str) -> Form:
        if len(slots) != 1:
            raise NotGeneral("an extremum over rows and columns at once")
        ((slot, dim),) = slots.items()
        return self._extremum(form, slot, dim, kind)

    def _extremum(self, form: Form, index: int, dim: str, kind: str) -> Form:
        """max_k u_k, of which only the argument is known; min u = -max(-u)."""
        if not form:
            return ZERO
        sign = 1 if kind == "max" else -1
        marked = self.algebra.multiply(self.algebra.scaled(form, sign), self.algebra.factor(self._marker(dim), index))
        _, indices, dims = self.functions.slotted(marked)
        place = indices.index(index)
        order = (*indices[:place], *indices[place + 1 :])
        names = dict(zip((*order, index), SLOTS, strict=False))
        moved = self.algebra.renamed(self.algebra.scaled(form, sign), names)
        outer = tuple(dim for at, dim in enumerate(dims) if at != place)
        head = self.heads.of_form("extremum", f"max {dim}", moved, outer)
        return self.algebra.scaled(self.algebra.factor(head, *order), sign)

    def _marker(self, dim: str) -> Head:
        return self.heads.named("symbol", f"index of a maximum {dim}", (dim,))

    @_lower.register(tree.Diagonal)
    def lower_diagonal(self, node: tree.Diagonal, environment: Environment) -> Form:
        """diag(v)_ij = δ_ij v_i; of a matrix, A_ii."""
        operand = self.lower(node.operand, environment)
        slots = slots_of(node.operand.shape)
        if node.operand.shape.is_vector:
            if not slots_of_vector(node.operand.shape):
                return operand
            ((slot, dim),) = slots.items()
            delta = self.algebra.factor(self.heads.delta(dim), ROW, COLUMN)
            return self.algebra.multiply(self.algebra.renamed(operand, {slot: ROW}), delta)
        if slots.get(ROW) != slots.get(COLUMN):
            raise NotGeneral("a matrix that is square at these sizes only")
        return self.algebra.renamed(operand, {COLUMN: ROW})

    @_lower.register(tree.Vectorised)
    def lower_vectorised(self, node: tree.Vectorised, environment: Environment) -> Form:
        raise NotGeneral("the columns of a matrix one under the other")

    @_lower.register(tree.Entry)
    def lower_entry(self, node: tree.Entry, environment: Environment) -> Form:
        """A_ij; at a label, the sum of all entries weighted by the label's one-hot."""
        form = self.lower(node.operand, environment)
        slots = slots_of(node.operand.shape)
        middle = {slot: slot - 700 for slot in slots}
        form = self.algebra.renamed(form, middle)
        for slot, index in ((ROW, node.row), (COLUMN, node.column)):
            if slot in slots:
                self.check_range(index, slots[slot])
                form = self.placed(form, middle[slot], index, environment, slots[slot])
        return form

    @_lower.register(tree.Slice)
    def lower_slice(self, node: tree.Slice, environment: Environment) -> Form:
        """Row i or column j of A."""
        form = self.lower(node.operand, environment)
        slot = ROW if node.along == "row" else COLUMN
        slots = slots_of(node.operand.shape)
        if slot not in slots:
            return form
        self.check_range(node.index, slots[slot])
        return self.placed(form, slot, node.index, environment, slots[slot])

    @_lower.register(tree.Quantified)
    def lower_quantified(self, node: tree.Quantified, environment: Environment) -> Form:
        """sum_i a_i and max_i a_i over a whole dimension, where the condition holds."""
        dim = self.range_of(node.range)
        with self.fresh() as number:
            self.run_along(number, dim)
            inner = {**environment, node.index: number}
            body = self.algebra.multiply(self.lower(node.body, inner), self.from_first(node.range, number, dim))
            if node.kind in ("max", "min"):
                if node.condition is not None or node.range.first:
                    raise NotGeneral("an extremum under a condition")
                return self._extremum(body, number, dim, node.kind)
            if node.kind == "product":
                return self._product_over(node, inner, number, dim)
            if node.condition is not None:
                body = self.algebra.multiply(body, self.condition(node.condition, inner))
            return self.algebra.sum_over(body, number, dim)

    def _product_over(self, node: tree.Quantified, inner: Environment, number: int, dim: str) -> Form:
        """Π_k a_k = e^(Σ_k log a_k) for positive a_k."""
        body = self.lower(node.body, inner)
        if self.functions.sign(body) != "positive":
            raise NotGeneral("a product over an index of what may be negative")
        logarithm = self.algebra.multiply(self.functions.log(body), self.from_first(node.range, number, dim))
        if node.condition is not None:
            logarithm = self.algebra.multiply(logarithm, self.condition(node.condition, inner))
        return self.functions.exp(self.algebra.sum_over(logarithm, number, dim))

    @_lower.register(tree.EntryFormula)
    def lower_entry_formula(self, node: tree.EntryFormula, environment: Environment) -> Form:
        """A_ij is the formula of i and j."""
        slots = slots_of(node.shape)
        with self.fresh() as first, self.fresh() as second:
            numbers = {ROW: first, COLUMN: second}
            inner = dict(environment)
            back = {}
            for slot, index in ((ROW, node.row), (COLUMN, node.column)):
                if index is not None and slot in slots:
                    inner[index] = numbers[slot]
                    back[numbers[slot]] = slot
                    self.run_along(numbers[slot], slots[slot])
                elif index is not None:
                    inner[index] = FIRST_POSITION
            return self.algebra.renamed(self.lower(node.body, inner), back)

    @_lower.register(tree.Blocks)
    def lower_blocks(self, node: tree.Blocks, environment: Environment) -> Form:
        """Σ_ij δ_i δ_j a_ij over the entries of a matrix that is written out and has these sizes always."""
        if node.filled is not None or any(not block.shape.is_scalar for row in node.rows for block in row):
            raise NotGeneral("a matrix that is written out in blocks or with dots")
        slots = slots_of(node.shape)
        if any(not dim.isdigit() for dim in slots.values()):
            raise NotGeneral("a matrix that is written out")
        total = ZERO
        for i, row in enumerate(node.rows):
            for j, block in enumerate(row):
                entry = self.lower(block, environment)
                for slot, position in ((ROW, i), (COLUMN, j)):
                    if slot in slots:
                        delta = self.algebra.factor(self.heads.delta(slots[slot]), slot, FIRST_POSITION - position)
                        entry = self.algebra.multiply(entry, delta)
                total = self.algebra.add(total, entry)
        return total

    @_lower.register(tree.Indicator)
    def lower_indicator(self, node: tree.Indicator, environment: Environment) -> Form:
        """1 where the condition holds, else 0."""
        return self.condition(node.condition, environment)

    @_lower.register(tree.Cases)
    def lower_cases(self, node: tree.Cases, environment: Environment) -> Form:
        """The first branch whose condition holds. Raises `NotGeneral` where they may all fail."""
        total, remaining = ZERO, ONE
        for value, condition in node.branches:
            self.fits(value.shape, node.shape)
            weight = ONE if condition is None else self.condition(condition, environment)
            if condition is not None:
                self.fits(condition.shape, node.shape)
            chosen = self.algebra.multiply(remaining, weight)
            total = self.algebra.add(total, self.algebra.multiply(chosen, self.lower(value, environment)))
            remaining = self.algebra.add(remaining, chosen, -1)
        if remaining:
            raise NotGeneral("the cases leave out some values")
        return total

    @_lower.register(tree.Derivative)
    def lower_derivative(self, node: tree.Derivative, environment: Environment) -> Form:
        """∂f_i/∂x_j over all entries, arranged as the layout has it."""
        return self.arranged(self.jacobian(node, environment), node.of.shape, node.by.shape, node.layout)

    @_lower.register(tree.ChainRule)
    def lower_chain_rule(self, node: tree.ChainRule, environment: Environment) -> Form:
        """∂a/∂c = sum_b ∂a/∂b ∂b/∂c."""
        return self.chained(node, environment)

    @_lower.register(tree.LocalFactor)
    def lower_local_factor(self, node: tree.LocalFactor, environment: Environment) -> Form:
        """F with T[i, j, k, l] = δ[paired] F[rest]."""
        return self.local_factor(node, environment)


_rule_for: Callable[[type[Expr]], Callable[[Lowering, Expr, Environment], Form]] = Lowering.__dict__[
    "_lower"
].dispatcher.dispatch
"""The method for a type of expression, without the wrapper that `singledispatchmethod` makes for each call."""
