"""Expressions -> exact entries: scalars at the concrete dimensions, one for each entry.

A given symbol's entries are symbols. A computed name is *cut*: its
entries are fresh symbols with definitions, so that an expression in `S` stays
small and `∂L/∂S` takes `S` as free. Definitions are handed to the `Definitions` as they arise.
Symbol names are made here and never come from a document.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from functools import singledispatchmethod
from math import prod

from derive.errors import Meaningless, Undecidable, Unreadable
from derive.exact import activations
from derive.exact.derivatives import Definitions
from derive.exact.functions import absolute, maximum, positive, unspecified, unspecified_component, zero
from derive.exact.matrices import adjugate, determinant
from derive.exact.scalars import (
    NOTHING,
    ONE,
    PI,
    ZERO,
    Add,
    E,
    Exp,
    Mul,
    Number,
    Pow,
    Scalar,
    Symbol,
    add,
    exp,
    log,
    mul,
    number,
    sqrt,
)
from derive.expressions import tree
from derive.expressions.shapes import Shape
from derive.expressions.tree import Expr, Index, IndexVariable
from derive.expressions.walk import rebuilt, symbols_of
from derive.notation.symbols import Computed, Given, SymbolTable, shown
from derive.records import dataclass

Position = tuple[int, ...]
Environment = Mapping[IndexVariable, int]


@dataclass(frozen=True)
class Array:
    """Entries in row-major order, with their sizes; no sizes for a scalar."""

    sizes: tuple[int, ...]
    entries: tuple[Scalar, ...]

    def at(self, *position: int) -> Scalar:
        """One entry; a scalar is every entry, a row or column that is broadcast repeats."""
        if not self.sizes:
            return self.entries[0]
        place = 0
        for index, size in zip(position, self.sizes, strict=True):
            place = place * size + (0 if size == 1 else index)
        return self.entries[place]

    def positions(self) -> list[Position]:
        """All positions in row-major order; one empty position for a scalar."""
        return list(itertools.product(*(range(size) for size in self.sizes)))

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The entries of an array of symbols."""
        symbols = tuple(entry for entry in self.entries if isinstance(entry, Symbol))
        assert len(symbols) == len(self.entries)
        return symbols

    @property
    def rows(self) -> list[list[Scalar]]:
        """The rows of a matrix."""
        height, width = self.sizes
        return [list(self.entries[row * width : (row + 1) * width]) for row in range(height)]

    @property
    def transposed(self) -> "Array":
        """A_ji."""
        if len(self.sizes) != 2:
            return self
        rows, columns = self.sizes
        return Lazy((columns, rows), lambda i, j: self.at(j, i))


class Lazy(Array):
    """Entries that are computed when they are asked for: what is wrong mostly fails at its first entry.

    Only for what has no side effect and always has a value, as sums and products have.
    """

    _entry: Callable[..., Scalar]
    _known: dict[Position, Scalar]

    def __init__(self, sizes: Sequence[int], entry: Callable[..., Scalar]) -> None:
        object.__setattr__(self, "sizes", tuple(sizes))
        object.__setattr__(self, "_entry", entry)
        object.__setattr__(self, "_known", {})

    def __getattr__(self, name: str) -> tuple[Scalar, ...]:
        if name != "entries":
            raise AttributeError(name)
        entries = tuple(map(self._at, itertools.product(*map(range, self.sizes))))
        object.__setattr__(self, "entries", entries)
        return entries

    def _at(self, position: Position) -> Scalar:
        known = self._known.get(position)
        if known is None:
            known = self._known[position] = self._entry(*position)
        return known

    def at(self, *position: int) -> Scalar:
        """One entry, computed now if it was not before."""
        if not self.sizes:
            return self._at(())
        return self._at(tuple([0 if size == 1 else index for index, size in zip(position, self.sizes, strict=True)]))


def scalar(value: Scalar) -> Array:
    return Array((), (value,))


def made(sizes: Sequence[int], entry: Callable[..., Scalar]) -> Array:
    """The array with `entry(i, j)` at every position."""
    return Array(
        tuple(sizes), tuple(entry(*position) for position in itertools.product(*(range(size) for size in sizes)))
    )


MAX_ENTRIES = 4_000


@dataclass
class Entries:
    """Lowers expressions for one document; remembers the entries of every name.

    What a lowering presupposes is noted on the way: `obligations` are equations that must be proved for a reading to
    hold, `domain` are 0/1 values that say where cases written out have a value, `required` where roots and logarithms
    have one, and `required_behind` where those have one that stand in the values of names.
    """

    table: SymbolTable
    kink: Scalar
    definitions: Definitions
    arrays: dict[str, Array] = field(default_factory=dict)
    origin: dict[Symbol, tuple[str, Position]] = field(default_factory=dict)
    obligations: list[tuple[Scalar, Scalar]] = field(default_factory=list)
    domain: list[Scalar] = field(default_factory=list)
    required: list[Scalar] = field(default_factory=list)
    required_behind: list[Scalar] = field(default_factory=list)
    counter: "itertools.count[int]" = field(default_factory=itertools.count)
    inverses: dict[tuple[Scalar, ...], Array] = field(default_factory=dict)
    presupposed: dict[str, tuple[list[tuple[Scalar, Scalar]], list[Scalar], list[Scalar]]] = field(default_factory=dict)

    # ── names ──

    def begin(self) -> None:
        """Forget what other lowerings presupposed."""
        for presupposed in (self.obligations, self.domain, self.required, self.required_behind):
            presupposed.clear()

    def of_name(self, name: str, shape: Shape) -> Array:
        """The entries of a symbol, made when it is first met."""
        if name not in self.arrays:
            meaning = self.table.meanings.get(name)
            if isinstance(meaning, Computed):
                self.arrays[name] = self._cut(name, meaning)
            else:
                self.arrays[name] = self._given(name, meaning if isinstance(meaning, Given) else Given("real", shape))
        obligations, domain, required = self.presupposed.get(name, ([], [], []))
        self.obligations += obligations
        self.domain += domain
        self.required_behind += required
        return self.arrays[name]

    def _symbol(self, name: str, position: Position) -> Symbol:
        symbol = Symbol(" ".join((name, *map(str, position))))
        self.origin[symbol] = (name, position)
        return symbol

    def fresh(self) -> Symbol:
        """A symbol for something that has no name in the document."""
        return Symbol(f"t{next(self.counter)}")

    def _given(self, name: str, given: Given) -> Array:
        if given.kind in ("labels", "hot index"):
            return self.label_array(name)
        sizes = given.shape.sizes()
        array = made(sizes, lambda *position: self._symbol(name, position))
        if given.kind in ("positive", "integer"):
            for entry in array.symbols:
                (self.definitions.positive if given.kind == "positive" else self.definitions.integers)(entry)
        if given.kind == "one-hot":
            for group in one_hot_groups(array):
                self.definitions.partition(group)
        return self._structured(array, given.structure) if given.structure else array

    def _structured(self, array: Array, structure: str) -> Array:
        """A matrix with a structure: its entries are cut symbols, defined by free ones.

        Derivatives by it are therefore unconstrained.
        """
        size = array.sizes[0]
        free = dict(zip(array.positions(), array.symbols, strict=True))
        cut = made(array.sizes, lambda i, j: self.fresh())
        definition = _STRUCTURES[structure](free, size, self)
        for (i, j), symbol in zip(array.positions(), cut.symbols, strict=True):
            self.origin[symbol] = self.origin[free[i, j]]
            self.definitions.define(symbol, definition(i, j))
        if structure == "positive definite":
            rows = [Array((size,), tuple(definition(i, j) for j in range(size))) for i in range(size)]
            self.definitions.definite(tuple(row.symbols for row in rows))
        return cut

    def label_array(self, name: str) -> Array:
        """The one-hot entries behind a label: examples x classes, or those of its one-hot vector."""
        meaning = self.table.meanings[name]
        assert isinstance(meaning, Given)
        if meaning.target is not None:
            target = self.table.meanings[meaning.target]
            assert isinstance(target, Given)
            array = self.of_name(meaning.target, target.shape)
            return Array((1, len(array.entries)), array.entries) if 1 in array.sizes else array
        if name not in self.arrays:
            classes = (meaning.classes.size or 1) if meaning.classes else 1
            examples = 1 if meaning.shape.is_scalar else (meaning.shape.length.size or 1)
            array = made((examples, classes), lambda *position: self._symbol(name, position))
            for example in range(examples):
                self.definitions.partition(array.symbols[example * classes : (example + 1) * classes])
            self.arrays[name] = array
        return self.arrays[name]

    def _cut(self, name: str, computed: Computed) -> Array:
        if computed.value is None:
            return made(computed.shape.sizes(), lambda *position: self._symbol(name, position))
        outer = self.obligations, self.domain, self.required, self.required_behind
        self.obligations, self.domain, self.required, self.required_behind = [], [], [], []
        try:
            value = self.lower(computed.value, {})
            required = list(dict.fromkeys((*self.required, *self.required_behind)))
            self.presupposed[name] = (self.obligations, self.domain, required)
        finally:
            self.obligations, self.domain, self.required, self.required_behind = outer
        array = made(value.sizes, lambda *position: self._symbol(name, position))
        for symbol, definition in zip(array.symbols, value.entries, strict=True):
            self.definitions.define(symbol, definition)
        return array

    # ── indices ──

    def choices_of(self, index: Index, environment: Environment) -> list[tuple[Scalar, int]]:
        """The positions that an index may have, each with the 0/1 value that says whether it has it."""
        match index:
            case tree.IndexVariable():
                return [(ONE, environment[index])]
            case tree.IndexNumber(position):
                return [(ONE, position)]
            case tree.IndexShift(inner, by):
                return [(weight, position + by) for weight, position in self.choices_of(inner, environment)]
            case tree.Label(name, example):
                array = self.label_array(name)
                row = 0 if example is None else self.fixed(example, environment)
                return [(array.at(row, k), k) for k in range(array.sizes[1])]
        raise NotImplementedError(f"choices_of has no rule for {type(index).__name__}")

    def fixed(self, index: Index, environment: Environment) -> int:
        choices = self.choices_of(index, environment)
        if len(choices) != 1:
            raise Unreadable("a label cannot be the index of an example", index.span)
        return choices[0][1]

    # ── expressions ──

    def lower(self, node: Expr, environment: Environment) -> Array:
        """The entries of an expression for given values of its free indices. Raises `Undecidable` past the limits."""
        array = _RULE(type(node))(self, node, environment)
        if prod(array.sizes) > MAX_ENTRIES:
            raise Undecidable(f"a value with {prod(array.sizes)} entries is larger than is checked")
        return array

    @singledispatchmethod
    def _lower(self, node: Expr, environment: Environment) -> Array:
        raise NotImplementedError(f"lower has no rule for {type(node).__name__}; add one in derive/exact/entries.py")

    @_lower.register(tree.Number)
    def lower_number(self, node: tree.Number, environment: Environment) -> Array:
        return scalar(number(node.value))

    @_lower.register(tree.Constant)
    def lower_constant(self, node: tree.Constant, environment: Environment) -> Array:
        return scalar(PI if node.name == "pi" else E)

    @_lower.register(tree.Size)
    def lower_size(self, node: tree.Size, environment: Environment) -> Array:
        return scalar(number(node.dim.size or 0))

    @_lower.register(tree.IndexValue)
    def lower_index_value(self, node: tree.IndexValue, environment: Environment) -> Array:
        """An index as a number counts from the index base."""
        choices = self.choices_of(node.index, environment)
        return scalar(add(*(weight * (position + self.table.index_base) for weight, position in choices)))

    @_lower.register(tree.Symbol)
    def lower_symbol(self, node: tree.Symbol, environment: Environment) -> Array:
        return self.of_name(node.name, node.shape)

    @_lower.register(tree.Identity)
    def lower_identity(self, node: tree.Identity, environment: Environment) -> Array:
        """I_ij = δ_ij."""
        return made(node.shape.sizes(), lambda i, j: ONE if i == j else ZERO)

    @_lower.register(tree.Fill)
    def lower_fill(self, node: tree.Fill, environment: Environment) -> Array:
        return made(node.shape.sizes(), lambda *position: number(node.value))

    @_lower.register(tree.Negative)
    def lower_negative(self, node: tree.Negative, environment: Environment) -> Array:
        """(-A)_ij = -A_ij."""
        return self._lazily(node.shape, lambda a: -a, node.operand, environment=environment)

    @_lower.register(tree.Add)
    def lower_add(self, node: tree.Add, environment: Environment) -> Array:
        """(A + B)_ij = A_ij + B_ij."""
        return self._lazily(node.shape, add, *node.terms, environment=environment)

    @_lower.register(tree.Scale)
    def lower_scale(self, node: tree.Scale, environment: Environment) -> Array:
        """(c A)_ij = c A_ij."""
        return self._lazily(node.shape, lambda c, a: c * a, node.factor, node.operand, environment=environment)

    @_lower.register(tree.MatMul)
    def lower_matmul(self, node: tree.MatMul, environment: Environment) -> Array:
        """(A B)_ij = sum_k A_ik B_kj."""
        return product(self._matrix(node.left, environment), self._matrix(node.right, environment), node.shape)

    @_lower.register(tree.Hadamard)
    def lower_hadamard(self, node: tree.Hadamard, environment: Environment) -> Array:
        """(A ⊙ B)_ij = A_ij B_ij."""
        return self._lazily(node.shape, lambda a, b: a * b, node.left, node.right, environment=environment)

    @_lower.register(tree.Quotient)
    def lower_quotient(self, node: tree.Quotient, environment: Environment) -> Array:
        """(A / B)_ij = A_ij / B_ij."""
        return self._each(node.shape, self._divided, node.numerator, node.denominator, environment=environment)

    @_lower.register(tree.Dot)
    def lower_dot(self, node: tree.Dot, environment: Environment) -> Array:
        """a · b = sum_i a_i b_i."""
        left, right = self.lower(node.left, environment), self.lower(node.right, environment)
        return scalar(add(*(a * b for a, b in zip(left.entries, right.entries, strict=True))))

    @_lower.register(tree.Outer)
    def lower_outer(self, node: tree.Outer, environment: Environment) -> Array:
        """(a ⊗ b)_ij = a_i b_j."""
        left, right = self.lower(node.left, environment).entries, self.lower(node.right, environment).entries
        return made(node.shape.sizes(), lambda i, j: left[i] * right[j])

    @_lower.register(tree.Kronecker)
    def lower_kronecker(self, node: tree.Kronecker, environment: Environment) -> Array:
        """(A ⊗ B)_(ip, jq) = A_ij B_pq."""
        left, right = self.lower(node.left, environment), self.lower(node.right, environment)
        p, q = right.sizes
        return made(node.shape.sizes(), lambda i, j: left.at(i // p, j // q) * right.at(i % p, j % q))

    @_lower.register(tree.Transpose)
    def lower_transpose(self, node: tree.Transpose, environment: Environment) -> Array:
        """(A^T)_ij = A_ji."""
        return self.lower(node.operand, environment).transposed

    @_lower.register(tree.Inverse)
    def lower_inverse(self, node: tree.Inverse, environment: Environment) -> Array:
        """A^{-1} = adj(A) / det(A)."""
        operand = self._matrix(node.operand, environment)
        size = operand.sizes[0]
        if size > 4:
            raise Undecidable(
                f"the inverse of a {size} x {size} matrix is larger than is checked; give the dimension a smaller size"
            )
        if operand.entries not in self.inverses:
            rows = operand.rows
            below, above = determinant(rows), adjugate(rows)
            value = made(operand.sizes, lambda i, j: self._divided(above[i][j], below))
            cut = made(operand.sizes, lambda i, j: self.fresh())
            for symbol, definition in zip(cut.symbols, value.entries, strict=True):
                self.definitions.define(symbol, definition)
            self.inverses[operand.entries] = cut
        return self.inverses[operand.entries]

    @_lower.register(tree.Power)
    def lower_power(self, node: tree.Power, environment: Environment) -> Array:
        """(a^c)_i = a_i^c."""

        def power(base: Scalar, exponent: Scalar) -> Scalar:
            is_whole = isinstance(exponent, Number) and isinstance(exponent.value, int)
            if not is_whole and base is not E:
                self._rooted(base)
            return self._valued(base**exponent)

        return self._each(node.shape, power, node.base, node.exponent, environment=environment)

    @_lower.register(tree.MatrixPower)
    def lower_matrix_power(self, node: tree.MatrixPower, environment: Environment) -> Array:
        """A^n = A … A."""
        base = self._matrix(node.base, environment)
        total = made(base.sizes, lambda i, j: ONE if i == j else ZERO)
        if node.exponent > 12:
            raise Undecidable("a power of a matrix above 12 is not checked")
        for _ in range(node.exponent):
            total = product(total, base, node.shape)
        return total

    @_lower.register(tree.Apply)
    def lower_apply(self, node: tree.Apply, environment: Environment) -> Array:
        """f(A)_ij = f(A_ij), or its derivative of some order."""
        parameters = [self.lower(parameter, environment).entries[0] for parameter in node.parameters]

        def applied(argument: Scalar) -> Scalar:
            if node.function == "sqrt":
                self._rooted(argument)
            if node.function == "log" and node.order == 0 and not is_plainly_positive(argument):
                self.required.append(positive(argument))
            return self._valued(activations.value(node.function, argument, parameters, self.kink, node.order))

        return self._each(
            node.shape,
            applied,
            node.operand,
            environment=environment,
        )

    @_lower.register(tree.Unspecified)
    def lower_unspecified(self, node: tree.Unspecified, environment: Environment) -> Array:
        """f(A)_ij = f(A_ij)."""
        return self._each(
            node.shape, lambda a: unspecified(node.name, a, node.order), node.operand, environment=environment
        )

    @_lower.register(tree.UnspecifiedMap)
    def lower_unspecified_map(self, node: tree.UnspecifiedMap, environment: Environment) -> Array:
        """g(x)_i = g_i(x_1, …, x_h)."""
        arguments = self.lower(node.operand, environment).entries
        return made(node.shape.sizes(), lambda i, j: unspecified_component(node.name, max(i, j), arguments))

    @_lower.register(tree.EntryByEntry)
    def lower_entry_by_entry(self, node: tree.EntryByEntry, environment: Environment) -> Array:
        """f(A)_ij is the formula with A_ij for its parameter."""
        parameter = self.lower(node.parameter, environment).symbols[0]
        formula = self.lower(node.formula, environment).entries[0]
        formula = self.definitions.opened(formula, parameter)
        return self._each(
            node.shape, lambda a: self._valued(formula.xreplace({parameter: a})), node.operand, environment=environment
        )

    @_lower.register(tree.Extremum)
    def lower_extremum(self, node: tree.Extremum, environment: Environment) -> Array:
        """max(A, B)_ij = max(A_ij, B_ij); min(a, b) = -max(-a, -b)."""
        return self._each(
            node.shape, lambda a, b: self._extremum(node.kind, (a, b)), node.left, node.right, environment=environment
        )

    @_lower.register(tree.Softmax)
    def lower_softmax(self, node: tree.Softmax, environment: Environment) -> Array:
        """softmax(z)_i = e^{z_i} / sum_j e^{z_j}; its logarithm z_i - log sum_j e^{z_j}."""
        operand = self.lower(node.operand, environment)
        rows, columns = operand.sizes

        def total(i: int, j: int) -> Scalar:
            line = (
                [operand.at(k, j) for k in range(rows)]
                if node.axis == 0
                else [operand.at(i, k) for k in range(columns)]
            )
            return add(*map(exp, line))

        if node.logarithm:
            return made(operand.sizes, lambda i, j: operand.at(i, j) - log(total(i, j)))
        return made(operand.sizes, lambda i, j: exp(operand.at(i, j)) / total(i, j))

    @_lower.register(tree.Reduce)
    def lower_reduce(self, node: tree.Reduce, environment: Environment) -> Array:
        """One number from all entries."""
        operand = self.lower(node.operand, environment)
        entries = operand.entries
        match node.kind:
            case "sum":
                return scalar(add(*entries))
            case "mean":
                return scalar(add(*entries) / len(entries))
            case "max" | "min":
                return scalar(self._extremum(node.kind, entries))
            case "logsumexp":
                return scalar(log(add(*map(exp, entries))))
            case "l1":
                return scalar(add(*(absolute(entry, self.kink) for entry in entries)))
            case "l2":
                return scalar(sqrt(add(*(entry**2 for entry in entries))))
            case "trace":
                return scalar(add(*(operand.at(i, i) for i in range(operand.sizes[0] if operand.sizes else 1))))
            case "det":
                if operand.sizes and operand.sizes[0] > 5:
                    raise Undecidable("the determinant of a matrix larger than 5 x 5 is not checked")
                return scalar(determinant(operand.rows) if operand.sizes else entries[0])

    @_lower.register(tree.Diagonal)
    def lower_diagonal(self, node: tree.Diagonal, environment: Environment) -> Array:
        """diag(v)_ij = δ_ij v_i; of a matrix, A_ii."""
        operand = self.lower(node.operand, environment)
        if node.operand.shape.is_vector:
            return made(node.shape.sizes(), lambda i, j: operand.entries[i] if i == j else ZERO)
        return made(node.shape.sizes(), lambda i, j: operand.at(i, i))

    @_lower.register(tree.Vectorised)
    def lower_vectorised(self, node: tree.Vectorised, environment: Environment) -> Array:
        """vec(A) = the columns of A one under the other."""
        transposed = self.lower(node.operand, environment).transposed
        return Array((len(transposed.entries), 1), transposed.entries)

    @_lower.register(tree.Entry)
    def lower_entry(self, node: tree.Entry, environment: Environment) -> Array:
        """A_ij; at a label, the sum of all entries weighted by the label's one-hot."""
        operand = self.lower(node.operand, environment)
        terms = []
        for (weight_row, i), (weight_column, j) in itertools.product(
            self.choices_of(node.row, environment), self.choices_of(node.column, environment)
        ):
            if not (0 <= i < operand.sizes[0] and 0 <= j < operand.sizes[1]):
                raise Meaningless(f"an index is outside the {node.operand.shape} of what it stands at", node.span)
            terms.append(weight_row * weight_column * operand.at(i, j))
        return scalar(add(*terms))

    @_lower.register(tree.Slice)
    def lower_slice(self, node: tree.Slice, environment: Environment) -> Array:
        """Row i or column j of A."""
        operand = self.lower(node.operand, environment)
        choices = self.choices_of(node.index, environment)

        def entry(i: int, j: int) -> Scalar:
            return add(
                *(weight * (operand.at(at, j) if node.along == "row" else operand.at(i, at)) for weight, at in choices)
            )

        return made(node.shape.sizes(), entry)

    @_lower.register(tree.Quantified)
    def lower_quantified(self, node: tree.Quantified, environment: Environment) -> Array:
        """sum_i a_i, prod_i a_i, max_i a_i over the range of i where the condition holds."""
        values, weights = [], []
        for position in range(node.range.first, node.range.last + 1):
            inner = {**environment, node.index: position}
            weight = ONE if node.condition is None else self.condition(node.condition, inner).entries[0]
            if weight is not ZERO:
                values.append(self.lower(node.body, inner))
                weights.append(weight)
        sizes = node.shape.sizes()
        if node.kind in ("max", "min"):
            if not values or any(weight is not ONE for weight in weights):
                raise Undecidable(f"{node.kind} over a range that depends on values is not checked")
            return scalar(self._extremum(node.kind, [value.entries[0] for value in values]))
        if node.kind == "sum":
            return made(
                sizes,
                lambda *p: add(*(weight * value.at(*p) for weight, value in zip(weights, values, strict=True))),
            )
        return made(
            sizes,
            lambda *p: mul(
                *(1 - weight + weight * value.at(*p) for weight, value in zip(weights, values, strict=True))
            ),
        )

    @_lower.register(tree.EntryFormula)
    def lower_entry_formula(self, node: tree.EntryFormula, environment: Environment) -> Array:
        """A_ij is the formula of i and j."""

        def entry(*position: int) -> Scalar:
            inner = dict(environment)
            for index, at in zip((node.row, node.column), position, strict=True):
                if index is not None:
                    inner[index] = at
            return self.lower(node.body, inner).entries[0]

        return made(node.shape.sizes(), entry)

    @_lower.register(tree.Blocks)
    def lower_blocks(self, node: tree.Blocks, environment: Environment) -> Array:
        """A matrix written out by its blocks."""
        lines: list[list[Scalar]] = []
        for row in node.rows:
            blocks = [self._matrix(block, environment) for block in row]
            for i in range(blocks[0].sizes[0]):
                lines.append([block.at(i, j) for block in blocks for j in range(block.sizes[1])])
        return Array((len(lines), len(lines[0])), tuple(itertools.chain.from_iterable(lines)))

    @_lower.register(tree.Indicator)
    def lower_indicator(self, node: tree.Indicator, environment: Environment) -> Array:
        """1 where the condition holds, else 0."""
        return self.condition(node.condition, environment)

    @_lower.register(tree.Cases)
    def lower_cases(self, node: tree.Cases, environment: Environment) -> Array:
        """The first branch whose condition holds."""
        branches = [
            (
                self.lower(value, environment),
                scalar(ONE) if condition is None else self.condition(condition, environment),
            )
            for value, condition in node.branches
        ]

        def entry(*position: int) -> Scalar:
            total: Scalar = ZERO
            remaining: Scalar = ONE
            for value, holds in branches:
                weight = holds.at(*position) if holds.sizes else holds.entries[0]
                if remaining is ZERO:
                    break
                total += remaining * weight * value.at(*position)
                remaining = remaining * (1 - weight)
            if remaining is not ZERO:
                self.domain.append(1 - remaining)
            return total

        return made(node.shape.sizes(), entry)

    @_lower.register(tree.Derivative)
    def lower_derivative(self, node: tree.Derivative, environment: Environment) -> Array:
        """J_ij = ∂f_i/∂x_j over all entries, arranged as the layout has it."""
        if node.of.shape.is_scalar and not node.by.shape.is_scalar:
            by = self.lower(node.by, environment)
            if all(isinstance(variable, Symbol) for variable in by.entries):
                return self._gradient(node, by, environment)
        return arranged(self.jacobian(node, environment), node.of.shape, node.by.shape, node.layout)

    def _gradient(self, node: tree.Derivative, by: Array, environment: Environment) -> Array:
        """∂f/∂x_ij of a scalar, each when it is asked for."""
        (numerator,) = self._connected(node, self.lower(node.of, environment).entries, by.symbols)

        def entry(*position: int) -> Scalar:
            symbol = by.at(*position)
            assert isinstance(symbol, Symbol)
            return self._valued(self.definitions.derivative(numerator, symbol))

        gradient = Lazy(by.sizes, entry)
        return gradient.transposed if node.layout == "numerator" else gradient

    @_lower.register(tree.ChainRule)
    def lower_chain_rule(self, node: tree.ChainRule, environment: Environment) -> Array:
        """∂a/∂c = sum_b ∂a/∂b ∂b/∂c."""
        jacobian = self.jacobian(node.factors[0], environment)
        for factor in node.factors[1:]:
            inner = self.jacobian(factor, environment)
            jacobian = [
                [add(*(a * row[j] for a, row in zip(line, inner, strict=True))) for j in range(len(inner[0]))]
                for line in jacobian
            ]
        first, last = node.factors[0], node.factors[-1]
        return arranged(jacobian, first.of.shape, last.by.shape, first.layout)

    @_lower.register(tree.LocalFactor)
    def lower_local_factor(self, node: tree.LocalFactor, environment: Environment) -> Array:
        """F with T[i, j, k, l] = δ[paired] F[rest]; that T has this form is an obligation to be proved."""
        of, by = node.derivative.of.shape, node.derivative.by.shape
        jacobian = self.jacobian(node.derivative, environment)
        if node.paired == tree.DIAGONAL:
            factor = Array((len(jacobian), 1), tuple(jacobian[i][i] for i in range(len(jacobian))))
            self._oblige((jacobian[i][j], ZERO) for i in range(len(jacobian)) for j in range(len(jacobian)) if i != j)
        elif node.paired == tree.ENTRYWISE:
            factor = Array(of.sizes(), tuple(jacobian[i][i] for i in range(len(jacobian))))
            self._oblige((jacobian[i][j], ZERO) for i in range(len(jacobian)) for j in range(len(jacobian)) if i != j)
        else:
            factor = self._paired_factor(jacobian, of.sizes(), by.sizes(), node.paired)
        return factor.transposed if node.transposed else factor

    def _paired_factor(
        self, jacobian: list[list[Scalar]], of: Position, by: Position, paired: tuple[int, int]
    ) -> Array:
        rest_of, rest_by = 1 - paired[0], 1 - paired[1]

        def flat(pair: int, rest: int, sizes: Position, axis: int) -> int:
            position = [0, 0]
            position[axis], position[1 - axis] = pair, rest
            return position[0] * sizes[1] + position[1]

        def tensor(pair_of: int, rest_i: int, pair_by: int, rest_j: int) -> Scalar:
            return jacobian[flat(pair_of, rest_i, of, paired[0])][flat(pair_by, rest_j, by, paired[1])]

        factor = made((of[rest_of], by[rest_by]), lambda i, j: tensor(0, i, 0, j))
        size = of[paired[0]]
        for a, b in itertools.product(range(size), repeat=2):
            for i, j in factor.positions():
                self._oblige([(tensor(a, i, b, j), factor.at(i, j) if a == b else ZERO)])
        return factor

    def _oblige(self, pairs: Iterable[tuple[Scalar, Scalar]]) -> None:
        self.obligations += [(left, right) for left, right in pairs if left is not right]

    # ── derivatives ──

    def jacobian(self, node: tree.Derivative, environment: Environment) -> list[list[Scalar]]:
        """One row an entry of the numerator, one column an entry of the denominator."""
        numerator = self.lower(node.of, environment).entries
        variables = self.lower(node.by, environment).entries
        symbols = tuple(variable for variable in variables if isinstance(variable, Symbol))
        if len(symbols) == len(variables):
            numerator = self._connected(node, numerator, symbols)
            return [
                [self._valued(self.definitions.derivative(entry, symbol)) for symbol in symbols] for entry in numerator
            ]
        if isinstance(node.by, tree.Entry) and isinstance(node.by.operand, tree.Symbol):
            return [[self._by_label(entry, node.by, environment)] for entry in numerator]
        return self._by_expression(node, variables, environment)

    def _by_expression(
        self, node: tree.Derivative, variables: tuple[Scalar, ...], environment: Environment
    ) -> list[list[Scalar]]:
        """A derivative by an expression: where that stands in the numerator as it is written, a variable does."""
        fresh = made(node.by.shape.sizes(), lambda *position: self.fresh())
        variable = tree.Symbol(f"variable {fresh.symbols[0].name}", node.by.shape)
        self.arrays[variable.name] = fresh
        function = rebuilt(node.of, lambda part: variable if part == node.by else None)
        assert isinstance(function, tree.Expr)
        numerator = self.lower(function, environment).entries
        return self.definitions.by_expressions(numerator, variables, fresh.symbols, node.by.span)

    def _connected(
        self, node: tree.Derivative, numerator: tuple[Scalar, ...], variables: tuple[Symbol, ...]
    ) -> tuple[Scalar, ...]:
        """The numerator in terms of what it is differentiated by.

        A loss of the model is not computed from a name that the document introduced later; where the document has
        proved that it can be, it is differentiated in that form. Raises `Unreadable` where nothing says how the two
        are related.
        """
        variable = node.by.operand if isinstance(node.by, (tree.Entry, tree.Slice)) else node.by
        if not (isinstance(variable, tree.Symbol) and variable.name in self.table.introduced):
            return numerator
        if any(
            self.definitions.depends(part, on) for entry in numerator for part in entry.free_symbols for on in variables
        ):
            return numerator
        for symbol in symbols_of(node.of):
            for other in self.table.other_values.get(symbol.name, ()):
                entries = self.lower(other, {}).entries
                if isinstance(node.of, tree.Symbol) and any(
                    self.definitions.depends(part, on)
                    for entry in entries
                    for part in entry.free_symbols
                    for on in variables
                ):
                    return entries
        if any(self._share_source(part, on) for entry in numerator for part in entry.free_symbols for on in variables):
            raise Unreadable(
                f"nothing so far says how what is differentiated is computed from {shown(variable.name)}", node.span
            )
        return numerator

    def _share_source(self, first: Symbol, second: Symbol) -> bool:
        """Whether two symbols are computed from something in common."""
        sources = self.definitions.mentions.get(second, frozenset())
        return bool(sources & (self.definitions.mentions.get(first, frozenset()) | {first}))

    def _by_label(self, entry: Scalar, by: tree.Entry, environment: Environment) -> Scalar:
        """∂f/∂S_y is the entry y of ∂f/∂S."""
        operand = self.lower(by.operand, environment)

        def variable(i: int, j: int) -> Symbol:
            symbol = operand.at(i, j)
            assert isinstance(symbol, Symbol)
            return symbol

        choices = itertools.product(self.choices_of(by.row, environment), self.choices_of(by.column, environment))
        return add(
            *(
                first * second * self.definitions.derivative(entry, variable(i, j))
                for (first, i), (second, j) in choices
            )
        )

    # ── conditions ──

    def condition(self, node: tree.Condition, environment: Environment) -> Array:
        """1 where a condition holds, else 0."""
        if isinstance(node, tree.AllOf):
            arrays = [self.condition(part, environment) for part in node.conditions]
            return made(
                node.shape.sizes(),
                lambda *p: mul(*(array.at(*p) if array.sizes else array.entries[0] for array in arrays)),
            )
        assert isinstance(node, tree.Comparison)
        if isinstance(node.left, tree.IndexValue) and isinstance(node.right, (tree.IndexValue, tree.Number)):
            return scalar(self._compared_indices(node, environment))
        return self._each(
            node.shape, lambda a, b: compared(a, node.comparator, b), node.left, node.right, environment=environment
        )

    def _compared_indices(self, node: tree.Comparison, environment: Environment) -> Scalar:
        """The weight of all pairs of positions for which the comparison holds."""
        left, right = self._positions(node.left, environment), self._positions(node.right, environment)
        holds = _INDEX_COMPARATORS[node.comparator]
        return add(*(a * b for (a, i), (b, j) in itertools.product(left, right) if holds(i, j)))

    def _positions(self, node: Expr, environment: Environment) -> list[tuple[Scalar, Fraction]]:
        """The positions from 0 that an index may have, or that a number means, counted from the index base."""
        if isinstance(node, tree.IndexValue):
            return [(weight, Fraction(position)) for weight, position in self.choices_of(node.index, environment)]
        assert isinstance(node, tree.Number)
        return [(ONE, node.value - self.table.index_base)]

    # ── helpers ──

    def _matrix(self, node: Expr, environment: Environment) -> Array:
        array = self.lower(node, environment)
        return array if array.sizes else Array((1, 1), array.entries)

    def _lazily(self, shape: Shape, entry: Callable[..., Scalar], *operands: Expr, environment: Environment) -> Array:
        """The same for what has no side effect and always has a value."""
        arrays = [self.lower(operand, environment) for operand in operands]
        return Lazy(shape.sizes(), lambda *position: entry(*[array.at(*position) for array in arrays]))

    def _each(self, shape: Shape, entry: Callable[..., Scalar], *operands: Expr, environment: Environment) -> Array:
        arrays = [self.lower(operand, environment) for operand in operands]
        sizes = shape.sizes()
        return made(
            sizes,
            lambda *position: entry(*(array.at(*position) if array.sizes else array.entries[0] for array in arrays)),
        )

    def _divided(self, numerator: Scalar, denominator: Scalar) -> Scalar:
        return self._valued(numerator / denominator)

    def _rooted(self, radicand: Scalar) -> None:
        """Notes that something has a value only where this is not negative, unless it plainly never is."""
        if not is_plainly_nonnegative(radicand):
            self.required.append(positive(radicand) + zero(radicand))

    @staticmethod
    def _valued(value: Scalar) -> Scalar:
        if value is NOTHING:
            raise Undecidable("a side of this step has no value: it divides by zero or takes the logarithm of zero")
        return value

    def _extremum(self, kind: str, entries: Sequence[Scalar]) -> Scalar:
        sign = 1 if kind == "max" else -1
        total = sign * entries[0]
        for entry in entries[1:]:
            total = maximum(total, sign * entry, self.kink)
        return sign * total


_RULE: Callable[[type], Callable[[Entries, Expr, Environment], Array]] = Entries.__dict__["_lower"].dispatcher.dispatch
"""The rule for a type of node, without the wrapper that a dispatching method makes anew for every call."""


def is_plainly_positive(value: Scalar) -> bool:
    """Whether a value is made of exponentials and positive numbers by sums, products and powers."""
    if isinstance(value, Add):
        return all(map(is_plainly_nonnegative, value.summands)) and any(map(is_plainly_positive, value.summands))
    if isinstance(value, Mul):
        return value.coefficient > 0 and all(map(is_plainly_positive, value.factors))
    if isinstance(value, Pow):
        return is_plainly_positive(value.base)
    return isinstance(value, Exp) or value is E or (isinstance(value, Number) and value.value > 0)


def is_plainly_nonnegative(value: Scalar) -> bool:
    """Whether a value is a sum of even powers, exponentials and nonnegative numbers."""
    if isinstance(value, Add):
        return all(map(is_plainly_nonnegative, value.summands))
    if isinstance(value, Mul):
        return value.coefficient > 0 and all(map(is_plainly_nonnegative, value.factors))
    if isinstance(value, Pow):
        exponent = value.exponent.value if isinstance(value.exponent, Number) else None
        return (isinstance(exponent, int) and exponent % 2 == 0) or is_plainly_nonnegative(value.base)
    return isinstance(value, Exp) or (isinstance(value, Number) and value.value >= 0)


def product(left: Array, right: Array, shape: Shape) -> Array:
    """(A B)_ij = sum_k A_ik B_kj."""
    rows, inner = left.sizes
    value = Lazy((rows, right.sizes[1]), lambda i, j: add(*[left.at(i, k) * right.at(k, j) for k in range(inner)]))
    return value if shape.dims else Array((), value.entries)


def compared(left: Scalar, comparator: tree.Comparator, right: Scalar) -> Scalar:
    """1 where `left comparator right` holds, else 0."""
    difference = left - right
    match comparator:
        case ">":
            return positive(difference)
        case ">=":
            return positive(difference) + zero(difference)
        case "<":
            return positive(-difference)
        case "<=":
            return positive(-difference) + zero(difference)
        case "=":
            return zero(difference)
        case "!=":
            return 1 - zero(difference)


_INDEX_COMPARATORS: dict[tree.Comparator, Callable[[Fraction, Fraction], bool]] = {
    "=": lambda i, j: i == j,
    "!=": lambda i, j: i != j,
    "<": lambda i, j: i < j,
    "<=": lambda i, j: i <= j,
    ">": lambda i, j: i > j,
    ">=": lambda i, j: i >= j,
}


def arranged(jacobian: list[list[Scalar]], of: Shape, by: Shape, layout: tree.Layout) -> Array:
    """The entries of a Jacobian in the shape that `derive.expressions.tree.derivative_shape` gives."""
    sizes = tree.derivative_shape(of, by, layout).sizes()
    if by.is_scalar:
        column = Array(of.sizes(), tuple(row[0] for row in jacobian))
        return column.transposed if layout == "denominator" and of.is_vector else column
    if of.is_scalar:
        gradient = Array(by.sizes(), tuple(jacobian[0]))
        return gradient.transposed if layout == "numerator" else gradient
    flat = tuple(itertools.chain.from_iterable(jacobian))
    if of.is_vector and by.is_vector:
        matrix = Array((len(jacobian), len(jacobian[0])), flat)
        return matrix.transposed if layout == "denominator" else matrix
    return Array(sizes, flat)


def one_hot_groups(array: Array) -> list[tuple[Symbol, ...]]:
    """The entries of a one-hot vector, or of each row of a one-hot matrix."""
    symbols = array.symbols
    if 1 in array.sizes:
        return [symbols]
    rows, columns = array.sizes
    return [symbols[row * columns : (row + 1) * columns] for row in range(rows)]


# ── structured matrices: the entry (i, j) in free symbols ──

Structure = Callable[[Mapping[Position, Symbol], int, Entries], Callable[[int, int], Scalar]]


def _symmetric(free: Mapping[Position, Symbol], size: int, entries: Entries) -> Callable[[int, int], Scalar]:
    """A_ij = A_ji."""
    return lambda i, j: free[min(i, j), max(i, j)]


def _diagonal(free: Mapping[Position, Symbol], size: int, entries: Entries) -> Callable[[int, int], Scalar]:
    """A_ij = 0 off the diagonal."""
    return lambda i, j: free[i, i] if i == j else ZERO


def _unstructured(free: Mapping[Position, Symbol], size: int, entries: Entries) -> Callable[[int, int], Scalar]:
    return lambda i, j: free[i, j]


def _orthogonal(free: Mapping[Position, Symbol], size: int, entries: Entries) -> Callable[[int, int], Scalar]:
    """Q = D (I - K)(I + K)^{-1}, K skew, D = diag(±1, 1, …): Cayley's form, dense in both components."""

    def shifted(sign: int) -> list[list[Scalar]]:
        return [
            [ONE if i == j else sign * (free[i, j] if i < j else -free[j, i]) for j in range(size)] for i in range(size)
        ]

    above, right, below = shifted(-1), adjugate(shifted(1)), determinant(shifted(1))
    rotation = {
        (i, j): add(*(above[i][k] * right[k][j] for k in range(size))) / below
        for i, j in itertools.product(range(size), repeat=2)
    }
    plus, minus = entries.fresh(), entries.fresh()
    entries.definitions.partition((plus, minus))
    return lambda i, j: (plus - minus if i == 0 else ONE) * rotation[i, j]


_STRUCTURES: dict[str, Structure] = {
    "symmetric": _symmetric,
    "positive definite": _symmetric,
    "diagonal": _diagonal,
    "orthogonal": _orthogonal,
    "invertible": _unstructured,
}
