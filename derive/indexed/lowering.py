"""Expressions -> forms: one rule for each node, for every size of every dimension.

The value of a matrix is a form in the slots `ROW` and `COLUMN`; a row or column has one of them, a scalar none, a
derivative of a matrix by a matrix four. A computed name is one entry of a cut head whose definition is its own form.
What a value presupposes (a denominator that is not zero, an inverse) is noted in words on the way.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, singledispatchmethod

from derive.expressions import tree
from derive.expressions.latex import latex
from derive.expressions.shapes import Dim, Shape
from derive.expressions.tree import Expr, Index, IndexVariable
from derive.indexed.algebra import ONE, ZERO, Algebra
from derive.indexed.differentiation import Cuts, Differentiation
from derive.indexed.functions import HALF, NAMED, Functions, elu, leaky
from derive.indexed.heads import (
    COLUMN,
    FIRST_LETTER,
    FIRST_POSITION,
    LAST_POSITION,
    ROW,
    SLOTS,
    Form,
    Head,
    Heads,
    NotGeneral,
    Number,
)
from derive.indexed.replacement import Replacement
from derive.notation.symbols import Computed, Given, SymbolTable, shown

Environment = Mapping[IndexVariable, int]

_DENOMINATOR = (-3, -4)
_LAST_LETTER = -490
_PUT_IN = -470
MAX_OPENED = 4


def dim_key(dim: Dim) -> str:
    """What tells a dimension apart: its name, or its size where it is written as a number."""
    if dim.name and not dim.name.isdigit():
        if not _is_plain(dim.name):
            raise NotGeneral(f"the dimension {dim.name} is made of others")
        return dim.name
    if dim.size is None:
        raise NotGeneral("a size is open")
    return str(dim.size)


@cache
def _is_plain(name: str) -> bool:
    return name.translate(str.maketrans("", "", "_{}\\")).isalnum()


def slots_of(shape: Shape) -> dict[int, str]:
    """The slots of a value with their dimensions: none along a length of 1."""
    return {
        slot: dim_key(dim)
        for slot, dim in zip((ROW, COLUMN, *_DENOMINATOR), shape.dims, strict=False)
        if not dim.is_unit
    }


def slots_of_vector(shape: Shape) -> dict[int, str]:
    """The slot of a vector, or none. Raises `NotGeneral` for a matrix that is a vector since a size is 1 here."""
    slots = slots_of(shape)
    if len(slots) > 1:
        raise NotGeneral(f"{shape} is a vector at these sizes only")
    return slots


@dataclass
class _Kept:
    """A form that was made, with the expression that it was made of and what it presupposes."""

    node: Expr
    form: Form
    conditions: tuple[str, ...]


@dataclass
class Lowering:
    """Lowers expressions over one symbol table, which may grow."""

    table: SymbolTable
    kink: Number = 0
    check: Callable[[], None] = lambda: None
    heads: Heads = field(default_factory=Heads)
    cuts: Cuts = field(default_factory=Cuts)
    conditions: dict[str, None] = field(default_factory=dict)
    presupposed: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.algebra = Algebra(self.heads, lambda: self.check())  # noqa: PLW0108  # `check` changes
        self.functions = Functions(self.algebra, self.kink)
        self.differentiation = Differentiation(self.functions, self.cuts)
        self._names: dict[str, tuple[object, Form]] = {}
        self._kept: dict[int, _Kept] = {}
        self._letters: dict[IndexVariable, int] = {}
        self._bound = 0
        self._dims: dict[int, str] = {}
        self._versions = 0

    # ── names ──

    def of_name(self, name: str, shape: Shape) -> Form:
        """The entries of a symbol."""
        meaning = self.table.meanings.get(name)
        if meaning is None:
            return self._formal(name, shape)
        known = self._names.get(name)
        if known is not None and known[0] is meaning:
            return known[1]
        if isinstance(meaning, Computed) and meaning.value is not None:
            form = self._cut(name, meaning)
        else:
            form = self._given(name, meaning if isinstance(meaning, Given) else Given("real", shape))
        self._names[name] = (meaning, form)
        return form

    def _formal(self, name: str, shape: Shape) -> Form:
        """A name that a statement binds: any number, or any array."""
        slots = slots_of(shape)
        return self.algebra.factor(self.heads.named("symbol", f"{name} {slots}", tuple(slots.values())), *slots)

    def _cut(self, name: str, computed: Computed) -> Form:
        assert computed.value is not None
        outer, self.conditions = self.conditions, {}
        try:
            value = self.lower(computed.value, {})
            found = tuple(self.conditions)
        finally:
            self.conditions = outer
        slots = slots_of(computed.shape)
        if slots != slots_of(computed.value.shape):
            raise NotGeneral(f"{shown(name)} has another shape than its value")
        positive = self.functions.sign(value) == "positive"
        self._versions += 1
        version = f"{name} {self._versions}" if name in self._names else name
        head = self.heads.named("cut", version, tuple(slots.values()), positive=positive)
        self.presupposed[head.number] = found
        in_slots = self.algebra.renamed(value, dict(zip(slots, SLOTS, strict=False)))
        self.cuts.define(head, in_slots, self.heads.mentioned(in_slots))
        return self.algebra.factor(head, *slots)

    def _given(self, name: str, given: Given) -> Form:
        if given.kind in ("labels", "hot index", "function", "map"):
            raise NotGeneral(f"{shown(name)} is no array")
        slots = slots_of(given.shape)
        dims = tuple(slots.values())
        if given.kind == "one-hot":
            return self.algebra.factor(self._one_hot(name, given), *slots)
        if given.structure == "diagonal":
            entries = self.heads.named("symbol", f"diagonal of {name}", (dims[0],), symmetric=False)
            delta = self.algebra.factor(self.heads.delta(dims[0]), ROW, COLUMN)
            return self.algebra.multiply(delta, self.algebra.factor(entries, ROW))
        return self.algebra.factor(self._symbol(name, dims, given), *slots)

    def _symbol(self, name: str, dims: tuple[str, ...], given: Given) -> Head:
        """The head of a given array. One that is declared again in another space is another one."""

        def made(called: str) -> Head:
            return self.heads.named(
                "symbol",
                called,
                dims,
                symmetric=given.structure in ("symmetric", "positive definite"),
                orthogonal=given.structure == "orthogonal",
                positive=given.kind == "positive",
            )

        head = made(name)
        return head if head.dims == dims else made(f"{name} of {' x '.join(dims)}")

    def _one_hot(self, name: str, given: Given) -> Head:
        slots = slots_of(given.shape)
        if not slots or len(slots) < len([dim for dim in given.shape.dims if dim.size != 1]):
            raise NotGeneral(f"{shown(name)} has one class")
        return self.heads.named("symbol", name, tuple(slots.values()), hot=len(slots) - 1)

    def _label(self, name: str) -> Head:
        """The one-hot head behind a label: an example, where there are several, and a class."""
        meaning = self.table.meanings.get(name)
        if not isinstance(meaning, Given):
            raise NotGeneral(f"{shown(name)} is no label")
        if meaning.target is not None:
            target = self.table.meanings[meaning.target]
            assert isinstance(target, Given)
            return self._one_hot(meaning.target, target)
        if meaning.classes is None or meaning.classes.is_unit:
            raise NotGeneral(f"{shown(name)} has no classes")
        examples = slots_of(meaning.shape)
        return self.heads.named(
            "symbol", f"label {name}", (*examples.values(), dim_key(meaning.classes)), hot=len(examples)
        )

    # ── indices ──

    def index(self, index: Index, environment: Environment) -> int:
        """An index letter or a fixed position. Raises `NotGeneral` for a moved index."""
        match index:
            case tree.IndexVariable():
                if index in environment:
                    return environment[index]
                return self.letter(index)
            case tree.IndexNumber(position, _, end):
                if end is None:
                    return FIRST_POSITION - position
                return LAST_POSITION - ((end.size or 0) - 1 - position)
        raise NotGeneral("an index that is moved")

    def letter(self, index: IndexVariable) -> int:
        """The number that stands for an index letter of a claim."""
        if index not in self._letters:
            self._letters[index] = FIRST_LETTER - len(self._letters)
        if self._letters[index] < FIRST_LETTER - 100:
            raise NotGeneral("there are too many indices")
        return self._letters[index]

    @contextmanager
    def _fresh(self) -> Iterator[int]:
        """A number for an index that is bound, different from those around it."""
        self._bound += 1
        number = FIRST_LETTER - 110 - self._bound
        if number < _LAST_LETTER + 70:
            raise NotGeneral("sums are nested too deeply")
        self._dims.pop(number, None)
        try:
            yield number
        finally:
            self._bound -= 1

    def run_along(self, number: int, dim: str) -> None:
        """Note the dimension of an index that is free in a claim."""
        self._dims[number] = dim

    def _placed(self, form: Form, slot: int, index: Index, environment: Environment, dim: str) -> Form:
        """A form with an index in one of its slots; at a label, the sum over the classes weighted by its one-hot."""
        if not isinstance(index, tree.Label):
            number = self.index(index, environment)
            if number > FIRST_POSITION and self._dims.setdefault(number, dim) != dim:
                raise NotGeneral("an index runs over two dimensions that agree at these sizes only")
            return self.algebra.renamed(form, {slot: number})
        return self._at_label(form, slot, index, environment, dim)

    def _at_label(self, form: Form, slot: int, label: tree.Label, environment: Environment, dim: str) -> Form:
        hot = self._hot_entry(label, environment, slot, dim)
        return self.algebra.multiply(form, hot, {slot: 1_000}, {slot: 1_000}, {1_000: dim})

    def _hot_entry(self, label: tree.Label, environment: Environment, place: int, dim: str | None = None) -> Form:
        """`1` where an index is the class of a label."""
        head = self._label(label.name)
        if dim is not None and head.dims[-1] != dim:
            raise NotGeneral("a label stands where another dimension is counted")
        if label.example is None:
            if len(head.dims) != 1:
                raise NotGeneral("a label of which example is not said")
            return self.algebra.factor(head, place)
        if len(head.dims) != 2 or isinstance(label.example, tree.Label):
            raise NotGeneral("a label of which there is one has no examples")
        return self.algebra.factor(head, self.index(label.example, environment), place)

    # ── expressions ──

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
        form = self.of_name(node.name, node.shape)
        meaning = self.table.meanings.get(node.name)
        if isinstance(meaning, Given) and meaning.kind == "one-hot":
            each = "" if node.shape.is_vector else "each row of "
            self.conditions[f"exactly one entry of {each}${shown(node.name)}$ is 1"] = None
        known = meaning.shape if isinstance(meaning, (Given, Computed)) else node.shape
        if slots_of(known) != slots_of(node.shape):
            raise NotGeneral(f"{shown(node.name)} has another shape here")
        return form

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
            self._fits(term.shape, node.shape)
            total = self.algebra.add(total, self.lower(term, environment))
        return total

    def _fits(self, part: Shape, whole: Shape) -> None:
        """Whether a part of an operation entry by entry runs along the dimensions of the whole."""
        slots = slots_of(whole)
        for slot, dim in slots_of(part).items():
            if slots.get(slot) != dim:
                raise NotGeneral(f"{part} and {whole} agree at these sizes only")

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
        self._fits(node.left.shape, node.shape)
        self._fits(node.right.shape, node.shape)
        return self.algebra.multiply(self.lower(node.left, environment), self.lower(node.right, environment))

    @_lower.register(tree.Quotient)
    def lower_quotient(self, node: tree.Quotient, environment: Environment) -> Form:
        """(A / B)_ij = A_ij / B_ij."""
        self._fits(node.numerator.shape, node.shape)
        self._fits(node.denominator.shape, node.shape)
        below = self.lower(node.denominator, environment)
        self._nonzero(below, node.denominator)
        return self.algebra.multiply(self.lower(node.numerator, environment), self.functions.power(below, -1))

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
        key = self._names.get(name)
        if key is None:
            form = self._applied(function, self.algebra.factor(variable), parameters)
            for _ in range(order):
                form = self.differentiation.partial(form, variable, ())
            self._names[name] = key = (None, form)
        return variable, key[1]

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
        self._fits(node.left.shape, node.shape)
        self._fits(node.right.shape, node.shape)
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
        template, indices, dims = self.functions.slotted(marked)
        place = indices.index(index)
        order = (*indices[:place], *indices[place + 1 :])
        names = dict(zip((*order, index), SLOTS, strict=False))
        moved = self.algebra.renamed(self.algebra.scaled(form, sign), names)
        del template
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
                self._in_range(index, slots[slot])
                form = self._placed(form, middle[slot], index, environment, slots[slot])
        return form

    def _in_range(self, index: Index, dim: str) -> None:
        if isinstance(index, tree.IndexNumber) and dim.isdigit() and index.position >= int(dim):
            raise NotGeneral("an index is outside its range")

    @_lower.register(tree.Slice)
    def lower_slice(self, node: tree.Slice, environment: Environment) -> Form:
        """Row i or column j of A."""
        form = self.lower(node.operand, environment)
        slot = ROW if node.along == "row" else COLUMN
        slots = slots_of(node.operand.shape)
        if slot not in slots:
            return form
        self._in_range(node.index, slots[slot])
        return self._placed(form, slot, node.index, environment, slots[slot])

    @_lower.register(tree.Quantified)
    def lower_quantified(self, node: tree.Quantified, environment: Environment) -> Form:
        """sum_i a_i and max_i a_i over a whole dimension, where the condition holds."""
        dim = self.range_of(node.range)
        with self._fresh() as number:
            self.run_along(number, dim)
            inner = {**environment, node.index: number}
            body = self.algebra.multiply(self.lower(node.body, inner), self._from_first(node.range, number, dim))
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
        logarithm = self.algebra.multiply(self.functions.log(body), self._from_first(node.range, number, dim))
        if node.condition is not None:
            logarithm = self.algebra.multiply(logarithm, self.condition(node.condition, inner))
        return self.functions.exp(self.algebra.sum_over(logarithm, number, dim))

    def range_of(self, found: tree.Range) -> str:
        """The dimension to the end of which an index runs. Raises `NotGeneral` where it does not, or not by name."""
        key = dim_key(found.dim)
        if found.extent == "these sizes":
            raise NotGeneral("a range that is known at these sizes only")
        if key.isdigit():
            if found.last != int(key) - 1:
                raise NotGeneral("a range that ends before its dimension")
            return key
        if found.extent != "dimension" or found.from_end:
            raise NotGeneral("a range that is given by numbers")
        return key

    def _from_first(self, found: tree.Range, number: int, dim: str) -> Form:
        """1 from the first position of a range on, 0 before it."""
        total = ONE
        for position in range(found.first):
            delta = self.algebra.factor(self.heads.delta(dim), number, FIRST_POSITION - position)
            total = self.algebra.add(total, delta, -1)
        self._has_place(found.first - 1, dim)
        return total

    def _has_place(self, position: int, dim: str) -> None:
        """Note that a dimension must be long enough for a position that stands in no entry."""
        if dim.isdigit():
            if position >= int(dim):
                raise NotGeneral("an index is outside its range")
        elif position > 0:
            self.conditions[f"{dim} is at least {position + 1}"] = None

    @_lower.register(tree.EntryFormula)
    def lower_entry_formula(self, node: tree.EntryFormula, environment: Environment) -> Form:
        """A_ij is the formula of i and j."""
        slots = slots_of(node.shape)
        with self._fresh() as first, self._fresh() as second:
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
            self._fits(value.shape, node.shape)
            weight = ONE if condition is None else self.condition(condition, environment)
            if condition is not None:
                self._fits(condition.shape, node.shape)
            chosen = self.algebra.multiply(remaining, weight)
            total = self.algebra.add(total, self.algebra.multiply(chosen, self.lower(value, environment)))
            remaining = self.algebra.add(remaining, chosen, -1)
        if remaining:
            raise NotGeneral("the cases leave out some values")
        return total

    # ── derivatives ──

    @_lower.register(tree.Derivative)
    def lower_derivative(self, node: tree.Derivative, environment: Environment) -> Form:
        """∂f_i/∂x_j over all entries, arranged as the layout has it."""
        return self._arranged(self._jacobian(node, environment), node.of.shape, node.by.shape, node.layout)

    @_lower.register(tree.ChainRule)
    def lower_chain_rule(self, node: tree.ChainRule, environment: Environment) -> Form:
        """∂a/∂c = sum_b ∂a/∂b ∂b/∂c."""
        value = self._jacobian(node.factors[0], environment)
        for before, factor in zip(node.factors, node.factors[1:], strict=False):
            inner = self._jacobian(factor, environment)
            if slots_of(before.by.shape) != slots_of(factor.of.shape):
                raise NotGeneral("the chain rule over a variable whose shape is another one here")
            meeting = slots_of(factor.of.shape)
            left = {slot - 2: 1_000 + at for at, slot in enumerate(meeting)}
            right = {slot: 1_000 + at for at, slot in enumerate(meeting)}
            summed = {1_000 + at: dim for at, dim in enumerate(meeting.values())}
            value = self.algebra.multiply(value, inner, left, right, summed)
        first, last = node.factors[0], node.factors[-1]
        return self._arranged(value, first.of.shape, last.by.shape, first.layout)

    @_lower.register(tree.LocalFactor)
    def lower_local_factor(self, node: tree.LocalFactor, environment: Environment) -> Form:
        """F with T[i, j, k, l] = δ[paired] F[rest]. Raises `NotGeneral` where T has another form."""
        form = self._jacobian(node.derivative, environment)
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
            return self._unpaired(self._unpaired(form, ROW, _DENOMINATOR[0]), COLUMN, _DENOMINATOR[1])
        first, second = (ROW, COLUMN)[node.paired[0]], _DENOMINATOR[node.paired[1]]
        rest = {(ROW, COLUMN)[1 - node.paired[0]]: ROW, _DENOMINATOR[1 - node.paired[1]]: COLUMN}
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

    def _jacobian(self, node: tree.Derivative, environment: Environment) -> Form:
        """∂f/∂x in four slots: those of f, those of x. By an entry of x or a row, x has no slot there."""
        by = node.by
        if isinstance(by, tree.Transpose):
            across = replace(node, by=by.operand, span=None)
            first, second = _DENOMINATOR
            return self.algebra.renamed(self._jacobian(across, environment), {first: second, second: first})
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
        if isinstance(by, tree.Entry):
            for slot, index in ((ROW, by.row), (COLUMN, by.column)):
                if slot in slots:
                    self._in_range(index, slots[slot])
                    value = self._placed(value, slot - 2, index, environment, slots[slot])
        elif isinstance(by, tree.Slice):
            slot = ROW if by.along == "row" else COLUMN
            if slot in slots:
                value = self._placed(value, slot - 2, by.index, environment, slots[slot])
        return value

    def _depends(self, form: Form, variable: Head) -> bool:
        return any(self.cuts.depends(head, variable.number) for head in self.heads.mentioned(form))

    def _variable(self, symbol: tree.Symbol) -> Head:
        """The head of a name by which something is differentiated."""
        form = self.lower_symbol(symbol, {})
        ((monomial, number),) = form.items()
        if len(monomial) != 1 or number != 1:
            raise NotGeneral("a derivative by a matrix with a structure")
        return self.heads[monomial[0][0]]

    def _arranged(self, form: Form, of: Shape, by: Shape, layout: tree.Layout) -> Form:
        """The derivative in the slots of the shape that `derive.expressions.tree.derivative_shape` gives."""
        if by.is_scalar:
            turned = layout == "denominator" and of.is_vector and bool(slots_of_vector(of))
            return self.algebra.transposed(form) if turned else form
        if of.is_scalar:
            row, column = (COLUMN, ROW) if layout == "numerator" else (ROW, COLUMN)
            return self.algebra.renamed(form, {_DENOMINATOR[0]: row, _DENOMINATOR[1]: column})
        if of.is_vector and by.is_vector:
            row, column = (COLUMN, ROW) if layout == "denominator" else (ROW, COLUMN)
            names = dict.fromkeys(slots_of_vector(of), row)
            names.update({slot - 2: column for slot in slots_of_vector(by)})
            return self.algebra.renamed(form, names)
        return form

    # ── conditions ──

    def condition(self, node: tree.Condition, environment: Environment) -> Form:
        """1 where a condition holds, else 0."""
        if isinstance(node, tree.AllOf):
            total = ONE
            for part in node.conditions:
                total = self.algebra.multiply(total, self.condition(part, environment))
            return total
        assert isinstance(node, tree.Comparison)
        if isinstance(node.left, tree.IndexValue) or isinstance(node.right, tree.IndexValue):
            return self._compared_indices(node, environment)
        shape = node.shape
        self._fits(node.left.shape, shape)
        self._fits(node.right.shape, shape)
        difference = self.algebra.add(self.lower(node.left, environment), self.lower(node.right, environment), -1)
        f = self.functions
        match node.comparator:
            case ">":
                return f.positive(difference)
            case "<":
                return f.negative(difference)
            case ">=":
                return self.algebra.add(ONE, f.negative(difference), -1)
            case "<=":
                return self.algebra.add(ONE, f.positive(difference), -1)
            case "=":
                return f.zero(difference)
        return self.algebra.add(ONE, f.zero(difference), -1)

    def _compared_indices(self, node: tree.Comparison, environment: Environment) -> Form:
        """`i = j` is `δ_ij`, `y_i = k` an entry of the one-hot vector of the label."""
        if not (isinstance(node.left, tree.IndexValue) and isinstance(node.right, tree.IndexValue)):
            return self._index_and_number(node, environment)
        first, second = node.left.index, node.right.index
        if isinstance(second, tree.Label):
            first, second = second, first
        if isinstance(first, tree.Label):
            return self._label_is(first, second, node.comparator, environment)
        left, right = self.index(node.left.index, environment), self.index(node.right.index, environment)
        letters = [number for number in (left, right) if number > FIRST_POSITION]
        dim = next((self._dims[number] for number in letters if number in self._dims), None)
        if dim is None or any(self._dims.setdefault(number, dim) != dim for number in letters):
            raise NotGeneral("indices of dimensions that agree at these sizes only are compared")
        for number in (left, right):
            if number <= FIRST_POSITION:
                self._has_place((FIRST_POSITION if number > LAST_POSITION else LAST_POSITION) - number, dim)
        equal = self.algebra.factor(self.heads.delta(dim), left, right)
        if node.comparator in ("=", "!="):
            return equal if node.comparator == "=" else self.algebra.add(ONE, equal, -1)
        less = self.heads.named("less", dim, (dim, dim))
        strictly = self.algebra.factor(less, *((left, right) if node.comparator in ("<", "<=") else (right, left)))
        return self.algebra.add(strictly, equal) if "=" in node.comparator else strictly

    def _label_is(self, label: tree.Label, other: Index, comparator: tree.Comparator, environment: Environment) -> Form:
        """`y_i = k` is an entry of the one-hot vector of the label."""
        if comparator not in ("=", "!="):
            raise NotGeneral("labels in an order")
        classes = self._label(label.name).dims[-1]
        if isinstance(other, tree.Label):
            place = -800
            first, second = (self._hot_entry(one, environment, place, classes) for one in (label, other))
            equal = self.algebra.multiply(first, second, {place: 1_000}, {place: 1_000}, {1_000: classes})
        else:
            number = self.index(other, environment)
            if number > FIRST_POSITION and self._dims.setdefault(number, classes) != classes:
                raise NotGeneral("an index runs over two dimensions that agree at these sizes only")
            equal = self._hot_entry(label, environment, number)
        return equal if comparator == "=" else self.algebra.add(ONE, equal, -1)

    def _index_and_number(self, node: tree.Comparison, environment: Environment) -> Form:
        """`i = 1` is `δ` of a letter and a position."""
        value, number = (node.left, node.right) if isinstance(node.left, tree.IndexValue) else (node.right, node.left)
        if not (isinstance(value, tree.IndexValue) and isinstance(number, tree.Number)):
            raise NotGeneral("an index compared with what is no number")
        position = number.value - self.table.index_base
        if node.comparator not in ("=", "!=") or position.denominator != 1 or not 0 <= position < 100:
            raise NotGeneral("an index compared with a number")
        fixed = tree.IndexNumber(int(position))
        return self.condition(tree.Comparison(value, node.comparator, tree.IndexValue(fixed)), environment)

    # ── putting in ──

    def put_in(self, form: Form, variable: Head, value: Form) -> Form:
        """The form with a scalar symbol replaced by a value, whose slots are letters meanwhile: heads have slots."""
        letters = {slot: _PUT_IN - at for at, slot in enumerate(SLOTS)}
        value = self.algebra.renamed(value, letters)
        back = {letter: slot for slot, letter in letters.items()}
        return self.algebra.renamed(self.replaced(form, {variable.number: value}), back)

    def opened_on(self, form: Form, variable: Head) -> Form:
        """The form with every cut name that depends on a symbol replaced by its definition."""
        while True:
            hidden = [
                number
                for number in self.heads.mentioned(form)
                if number in self.cuts.definitions and self.cuts.depends(number, variable.number)
            ]
            if not hidden:
                return form
            form = self.replaced(form, {number: self.cuts.definitions[number] for number in hidden})

    def replaced(self, form: Form, values: Mapping[int, Form]) -> Form:
        """The form with some heads replaced by forms in their slots, in templates too."""
        return Replacement(self.functions, values).form(form)


_rule_for: Callable[[type[Expr]], Callable[[Lowering, Expr, Environment], Form]] = Lowering.__dict__[
    "_lower"
].dispatcher.dispatch
"""The method `lower_…` for a type of expression, without the wrapper that `singledispatchmethod` makes each time."""
