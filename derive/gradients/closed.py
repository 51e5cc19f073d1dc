"""Closed forms of derivatives: of a scalar by every name on which it depends, of a vector by a vector.

What a derivative is: ∂L/∂S of a computed S takes S as free, everything downstream of it varies and nothing upstream.
So the adjoint of a name is what the names that are computed from it hand back to it, and each name hands back once,
whatever is asked for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from fractions import Fraction
from functools import cached_property

from derive.errors import Meaningless
from derive.expressions import tree
from derive.expressions.shapes import SCALAR, Shape, column
from derive.expressions.tree import Expr, Symbol
from derive.expressions.walk import rebuilt, symbols_of, walk
from derive.gradients.backward import Context, Found, spread_adjoint
from derive.gradients.indices import Indices
from derive.gradients.linear import FORMAL, formal, joined_diagonals, matrix_of
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.gradients.supposed import NOTHING_SUPPOSED, Supposed
from derive.gradients.terms import zero
from derive.gradients.tidy import as_column, like, matmul, number, plus, tidied, transposed, value_of
from derive.notation.symbols import Computed, Given, SymbolTable, shown
from derive.records import dataclass


@dataclass(frozen=True)
class Differentiator:
    """Differentiates expressions in the names of a table.

    Names and facts are for what people read: an expression that is differentiated again is made without them, since it
    must not say `m` for what m is computed from, and so depend on m where it does not.
    """

    table: SymbolTable
    kink: Fraction = Fraction(0)
    uses_facts: bool = True
    uses_names: bool = True
    supposed: Supposed = NOTHING_SUPPOSED

    # ── what is known of the names ──

    @cached_property
    def context(self) -> Context:
        context = Context(
            self.kink,
            Indices(self.table.index_base, self._one_hot_of_hot_index()),
            closed=self.without_derivatives,
            slopes=self.supposed.slopes,
        )
        context.lines_of_one = dict(self._lines_of_one())
        if self.uses_names:
            context.names = self._names(context)
        return context

    def _one_hot_of_hot_index(self) -> dict[str, Expr]:
        found: dict[str, Expr] = {}
        for name, meaning in self.table.meanings.items():
            if isinstance(meaning, Given) and meaning.target is not None:
                target = self.table.meanings[meaning.target]
                assert isinstance(target, Given)
                found[name] = Symbol(meaning.target, target.shape)
        return found

    def _lines_of_one(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """One-hot vectors and the rows of one-hot matrices sum to one, and so does what a softmax gives."""
        for name, meaning in self.table.meanings.items():
            if isinstance(meaning, Given) and meaning.kind == "one-hot" and self.uses_facts:
                yield name, (0,) if meaning.shape.is_column else (1,)
            if (
                self.uses_names
                and isinstance(meaning, Computed)
                and isinstance(meaning.value, tree.Softmax)
                and not meaning.value.logarithm
            ):
                yield name, (meaning.value.axis,)

    def _names(self, context: Context) -> dict[Expr, Symbol]:
        """The model's names by their values, as far as these are more than a name or a number."""
        names: dict[Expr, Symbol] = {}
        for name, meaning in self.table.meanings.items():
            if not (isinstance(meaning, Computed) and meaning.value is not None):
                continue
            value = self._in_matrix_notation(meaning.value, context)
            if tree.parts(value) and not isinstance(value, (tree.Symbol, tree.Negative)):
                names.setdefault(value, Symbol(name, meaning.shape))
        return names

    def _in_matrix_notation(self, node: Expr, context: Context) -> Expr:
        value = tidied(node)
        if isinstance(value, tree.EntryFormula):
            row, col = context.indices.letters(value)
            body = context.indices.entry(value, row, col)
            at = (None if value.row is None else row), (None if value.column is None else col)
            return context.indices.formula(*at, body, value.shape)
        if value.shape.is_scalar:
            return context.indices.formula(None, None, value, value.shape)
        return value

    def matrix_notation(self, node: Expr) -> Expr:
        """An expression in matrix notation where there is one: equal formulas of entries become equal trees."""
        return self._in_matrix_notation(node, self.context)

    @cached_property
    def plain(self) -> "Differentiator":
        """The same without names and facts."""
        return self if not self.uses_names else replace(self, uses_facts=False, uses_names=False)

    def value_of(self, name: str) -> Expr | None:
        """How a name is computed, if it is, with closed forms for the derivatives in it that have one."""
        if name not in self._values:
            meaning = self.table.meanings.get(name)
            value = meaning.value if isinstance(meaning, Computed) else None
            try:
                self._values[name] = None if value is None else self.without_derivatives(value)
            except NoClosedForm as refusal:
                self._values[name] = value
                self.unclosed[name] = refusal
        return self._values[name]

    @cached_property
    def _values(self) -> dict[str, Expr | None]:
        return {}

    @cached_property
    def unclosed(self) -> dict[str, NoClosedForm]:
        """The names whose values hold a derivative without a closed form."""
        return {}

    def shape_of(self, name: str) -> Shape:
        meaning = self.table.meanings[name]
        if isinstance(meaning, (Given, Computed)):
            return meaning.shape
        raise NoClosedForm(f"{shown(name)} is a function and nothing is differentiated by it")

    def upstream(self, node: Expr) -> list[str]:
        """The names on which an expression depends, each after those that are computed from it."""
        found: list[str] = []

        def visit(name: str, above: tuple[str, ...]) -> None:
            if name in found or name in above:
                return
            value = self.value_of(name)
            for other in {symbol.name: None for symbol in symbols_of(value)} if value is not None else ():
                visit(other, (*above, name))
            found.append(name)

        for symbol in symbols_of(node):
            visit(symbol.name, ())
        return [name for name in reversed(found) if name in self.table.meanings]

    # ── derivatives ──

    def backward(self, root: Expr, seed: Expr) -> "Backward":
        root = self.without_derivatives(root)
        return Backward(self, root, seed, self.supposed_adjoints(root, seed))

    def supposed_adjoints(self, root: Expr, seed: Expr) -> dict[str, Expr]:
        """What is supposed of a pass before it begins: only one that starts with 1 is a derivative of its root."""
        return self.supposed.adjoints_from(root) if seed == number(1) else {}

    def gradient(self, of: Expr, by: str) -> Expr:
        """∂f/∂name of a scalar f, of the shape of the name; 0 where f does not depend on it."""
        if not of.shape.is_scalar:
            raise NoClosedForm(f"a gradient is that of a scalar, not of {of.shape}", of.span)
        return self.backward(of, number(1)).adjoint(by)

    def jacobian(self, of: Expr, by: str) -> Expr:
        """J_ij = ∂f_i/∂x_j of a vector by a vector; by or of a scalar the column or row that it is then."""
        shape = self.shape_of(by)
        if of.shape.is_scalar and shape.is_vector:
            return transposed(as_column(self.gradient(of, by)))
        if not of.shape.is_vector or not (shape.is_vector or shape.is_scalar):
            raise NoClosedForm(f"the derivative of {of.shape} by {shape} is no matrix", of.span)
        any_vector = formal(of.shape.length, as_row=of.shape.is_row)
        back = self.backward(of, any_vector).adjoint(by)
        if shape.is_scalar:
            return self._by_scalar(back, of)
        if not any(symbol.name == FORMAL for symbol in symbols_of(back)):
            return tree.Fill(0, Shape((of.shape.length, shape.length)))
        return transposed(matrix_of(back))

    def _by_scalar(self, back: Expr, of: Expr) -> Expr:
        """∂f/∂t of a vector by a scalar is a column: the adjoint is its product with v."""
        found = spread_adjoint(back, number(1), self.context).shares.get(FORMAL)
        return as_column(plus(*found)) if found else tree.Fill(0, column(of.shape.length))

    # ── derivatives that stand in expressions ──

    def without_derivatives(self, node: Expr) -> Expr:
        """The expression with a closed form for every derivative in it."""

        def change(part: tree.Node) -> tree.Node | None:
            if isinstance(part, _DERIVATIVES):
                return self.plain.closed_form(part)
            return None

        return rebuilt(node, change)  # type: ignore[return-value]

    def closed_form(self, node: tree.Derivative | tree.ChainRule | tree.LocalFactor) -> Expr:
        """What a derivative is, without derivatives. Raises `NoClosedForm`."""
        if isinstance(node, tree.Derivative):
            return self._derivative(node)
        if isinstance(node, tree.LocalFactor):
            return self._local_factor(node)
        return self._chain(node)

    def _derivative(self, node: tree.Derivative) -> Expr:
        if isinstance(node.of, tree.UnspecifiedMap):
            raise NoClosedForm(f"the derivative of {node.of.name}, which is not specified", node.span)
        of = self.without_derivatives(node.of)
        if isinstance(node.by, tree.Entry) and isinstance(node.by.operand, Symbol) and of.shape.is_scalar:
            whole = self.gradient(of, node.by.operand.name)
            return tidied(self.context.indices.entry(whole, node.by.row, node.by.column))
        if isinstance(node.by, tree.Slice) and isinstance(node.by.operand, Symbol) and of.shape.is_scalar:
            row = tree.Slice(self.gradient(of, node.by.operand.name), node.by.index, node.by.along)
            return transposed(row) if node.layout == "numerator" else row
        if isinstance(node.by, tree.Transpose) and isinstance(node.by.operand, Symbol) and of.shape.is_scalar:
            whole = transposed(self.gradient(of, node.by.operand.name))
            return transposed(whole) if node.layout == "numerator" else whole
        if not isinstance(node.by, Symbol):
            raise NoClosedForm("a derivative by an expression that is no name", node.by.span)
        return self._by_name(of, node.by, node.layout)

    def _by_name(self, of: Expr, by: Symbol, layout: tree.Layout) -> Expr:
        if by.name in self.table.introduced and by.name not in self.upstream(of):
            raise NoClosedForm(f"nothing says how this is computed from {shown(by.name)}", of.span)
        if of.shape.is_scalar:
            gradient = self.gradient(of, by.name) if by.name in self.table.meanings else self._by_formal(of, by)
            return transposed(gradient) if layout == "numerator" else gradient
        jacobian = self.jacobian(of, by.name)
        if by.shape.is_scalar:
            value = like(jacobian, of.shape)
            return transposed(value) if layout == "denominator" else value
        return transposed(jacobian) if layout == "denominator" else jacobian

    def _by_formal(self, of: Expr, by: Symbol) -> Expr:
        """By a symbol that only a statement binds."""
        return Backward(self, of, number(1)).adjoint_of_unknown(by)

    def _local_factor(self, node: tree.LocalFactor) -> Expr:
        """diag(v) given as v; other factors have no notation without indices."""
        if node.paired != tree.DIAGONAL:
            raise NoClosedForm("the factor of a derivative with four indices", node.span)
        jacobian = self._derivative(replace(node.derivative, layout="gradient"))
        if not isinstance(jacobian, tree.Diagonal):
            raise NoClosedForm("this Jacobian was not seen to be diagonal", node.span)
        value = as_column(jacobian.operand)
        return transposed(value) if node.transposed else value

    def _chain(self, node: tree.ChainRule) -> Expr:
        """∂a/∂b ∂b/∂c: the adjoint of b, sent back through b as a function of c."""
        first, last = node.factors[0], node.factors[-1]
        if first.of.shape.is_scalar:
            adjoint = self._derivative(replace(first, layout="gradient"))
            for factor in node.factors[1:]:
                if not isinstance(factor.by, Symbol):
                    raise NoClosedForm("a derivative by an expression that is no name", factor.by.span)
                adjoint = self.backward(self.without_derivatives(factor.of), adjoint).adjoint(factor.by.name)
            return transposed(adjoint) if first.layout == "numerator" else adjoint
        total = self._derivative(replace(first, layout="gradient"))
        for factor in node.factors[1:]:
            if total.shape.is_tensor or not last.by.shape.is_vector:
                raise NoClosedForm("a chain with four indices", node.span)
            total = matmul(total, self._derivative(replace(factor, layout="gradient")))
        return transposed(total) if first.layout == "denominator" else total


@dataclass
class Backward:
    """One pass from a root with its adjoint to the names on which it depends, as far as they are asked for.

    Names that are `passed_over` hand nothing back.
    """

    differentiator: Differentiator
    root: Expr
    seed: Expr
    adjoints: dict[str, Expr] = field(default_factory=dict)
    handed: dict[str, Found] = field(default_factory=dict)
    passed_over: frozenset[str] = frozenset()

    @cached_property
    def from_root(self) -> Found:
        return spread_adjoint(self.root, self.seed, self.differentiator.context)

    @cached_property
    def names(self) -> list[str]:
        """What the root depends on."""
        return self.differentiator.upstream(self.root)

    def adjoint(self, name: str) -> Expr:
        """The adjoint of a name, closed. Raises `NoClosedForm`."""
        shape = self.differentiator.shape_of(name)
        self._refuse_labels(name)
        if name not in self.names:
            return zero(shape)
        if name not in self.adjoints:
            total = self._collected(name, shape)
            self.adjoints[name] = self.differentiator.context.named(total)
        return self.adjoints[name]

    def adjoint_of_unknown(self, symbol: Symbol) -> Expr:
        """The adjoint of a symbol that the table does not know."""
        return self._sum([self.from_root], symbol.name, symbol.shape)

    def _collected(self, name: str, shape: Shape) -> Expr:
        supposed = self.differentiator.supposed.shares_of(name)
        through = frozenset(supposed) & frozenset(self.names) - self.passed_over
        if through:
            adjoints = self.differentiator.supposed_adjoints(self.root, self.seed)
            around = Backward(self.differentiator, self.root, self.seed, adjoints, passed_over=through)
            shares = [supposed[other](self.adjoint(other)) for other in sorted(through)]
            return plus(*shares, around.adjoint(name), shape=shape)
        found = [self.from_root]
        for other in self.names:
            value = self.differentiator.value_of(other)
            if other == name or value is None or other in self.passed_over:
                continue
            if other in self.differentiator.unclosed and name in self.differentiator.upstream(value):
                raise self.differentiator.unclosed[other]
            if any(symbol.name == name for symbol in symbols_of(value)):
                found.append(self._handed_back_by(other, value))
        return self._sum(found, name, shape)

    def _handed_back_by(self, name: str, value: Expr) -> Found:
        if name not in self.handed:
            self.handed[name] = spread_adjoint(value, self.adjoint(name), self.differentiator.context)
        return self.handed[name]

    @staticmethod
    def _sum(found: list[Found], name: str, shape: Shape) -> Expr:
        for one in found:
            if name in one.refused:
                raise one.refused[name]
        shares = [share for one in found for share in one.shares.get(name, [])]
        return plus(*shares, shape=shape)

    def _refuse_labels(self, name: str) -> None:
        """A label is no number, and a one-hot vector whose hot index is used is no free vector."""
        meaning = self.differentiator.table.meanings[name]
        if not isinstance(meaning, Given):
            return
        if meaning.kind in ("labels", "hot index", "function", "map"):
            raise NoClosedForm(f"{shown(name)} is a {meaning.kind} and nothing is differentiated by it")
        hot = {label for label, one_hot in self.differentiator.context.indices.one_hot.items() if _is(one_hot, name)}
        values = [self.root, *filter(None, map(self.differentiator.value_of, self.names))]
        if hot and any(isinstance(part, tree.Label) and part.name in hot for value in values for part in walk(value)):
            raise NoClosedForm(f"{shown(name)} is not free where its hot index is used")


def _is(node: Expr, name: str) -> bool:
    return isinstance(node, Symbol) and node.name == name


# ── what others call ──


@dataclass(frozen=True)
class ClosedForms(Mapping[str, Expr]):
    """∂L/∂name for every name on which a loss depends, each made when it is asked for."""

    differentiator: Differentiator
    loss: Symbol
    backward: Backward

    def __getitem__(self, name: str) -> Expr:
        if name not in self.names:
            raise KeyError(name)
        return presented(self.backward.adjoint(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def plain(self) -> "ClosedForms":
        """The same without names and facts: `1 - tanh(Z)^2` also where `H` is `tanh(Z)`."""
        plain = self.differentiator.plain
        return ClosedForms(plain, self.loss, plain.backward(self.loss, number(1)))

    @cached_property
    def names(self) -> list[str]:
        """The names on which the loss depends, from the loss back."""
        return [name for name in self.backward.names if _can_vary(self.differentiator.table, name)]

    def in_layout(self, name: str, layout: tree.Layout) -> Expr:
        """∂L/∂name in a layout, in which it may be the transpose of the gradient."""
        found = self.backward.adjoint(name)
        return presented(transposed(found) if layout == "numerator" else found)

    def _is_plain_number(self, name: str) -> bool:
        """Whether ∂L/∂name is a number, as of a term of the loss that has a name: no step of a derivation."""
        if not self.differentiator.shape_of(name).is_scalar:
            return False
        try:
            return value_of(self.backward.adjoint(name)) is not None
        except NoClosedForm:
            return False

    def in_steps(self, name: str, layout: tree.Layout = "gradient") -> Expr:
        """∂L/∂name in terms of the derivatives by the names that are computed from it: H^T ∂L/∂S.

        All of these derivatives are meant in the layout that is asked for.
        """
        if name not in self.names:
            raise KeyError(name)
        if name == self.loss.name:
            return number(1)
        pass_of_name = Backward(self.differentiator, self.loss, number(1))
        for other in self.backward.names:
            if other not in (name, self.loss.name) and not self._is_plain_number(other):
                symbol = Symbol(other, self.differentiator.shape_of(other))
                derivative = tree.Derivative(self.loss, symbol, layout)
                pass_of_name.adjoints[other] = transposed(derivative) if layout == "numerator" else derivative
        found = pass_of_name.adjoint(name)
        return presented(transposed(found) if layout == "numerator" else found)


def _can_vary(table: SymbolTable, name: str) -> bool:
    meaning = table.meanings.get(name)
    return isinstance(meaning, Computed) or (
        isinstance(meaning, Given) and meaning.kind in ("real", "positive", "integer", "one-hot")
    )


def closed_forms(table: SymbolTable, kink: Fraction, loss: str) -> ClosedForms:
    """∂L/∂name for every name on which the loss depends, in the model's own names.

    Asking for one may raise `NoClosedForm`.
    """
    differentiator = Differentiator(table, kink)
    shape = differentiator.shape_of(loss)
    if shape != SCALAR:
        raise Meaningless(f"the loss {shown(loss)} is no scalar")
    symbol = Symbol(loss, shape)
    return ClosedForms(differentiator, symbol, differentiator.backward(symbol, number(1)))


def gradient(of: Expr, by: str, table: SymbolTable, kink: Fraction) -> Expr:
    """∂f/∂name of any scalar expression, of the shape of the name. Raises `NoClosedForm`.

    A second derivative is that of a `Derivative`, not of a closed form: a closed form may say `m` for what m is
    computed from, and so depend on m where the derivative does not.
    """
    return presented(_differentiator(by, table, kink).gradient(of, by))


def jacobian(of: Expr, by: str, table: SymbolTable, kink: Fraction) -> Expr:
    """J_ij = ∂f_i/∂x_j of a vector by a vector, in matrix notation. Raises `NoClosedForm`."""
    return presented(_differentiator(by, table, kink).jacobian(of, by))


def derivative(node: Expr, table: SymbolTable, kink: Fraction) -> Expr:
    """An expression with a closed form for every derivative in it, in the model's own names. Raises `NoClosedForm`.

    The names come last into a derivative of a derivative, which is made without them.
    """

    def change(part: tree.Node) -> tree.Node | None:
        if not isinstance(part, _DERIVATIVES):
            return None
        inner = [other for other in walk(part) if isinstance(other, tree.Derivative)]
        by = {symbol.name for other in inner for symbol in symbols_of(other.by)}
        differentiator = _differentiator(next((name for name in by if _is_one_hot(name, table)), ""), table, kink)
        if isinstance(part, tree.Derivative) and len(inner) == 1:
            return differentiator.closed_form(part)
        plain = differentiator.without_derivatives(part)
        return tidied(differentiator.context.named(joined_diagonals(tidied(plain))))

    return presented(rebuilt(node, change))  # type: ignore[arg-type]


_DERIVATIVES = (tree.Derivative, tree.ChainRule, tree.LocalFactor)


def _is_one_hot(name: str, table: SymbolTable) -> bool:
    meaning = table.meanings.get(name)
    return isinstance(meaning, Given) and meaning.kind == "one-hot"


def _differentiator(by: str, table: SymbolTable, kink: Fraction) -> Differentiator:
    """What is differentiated by a one-hot vector must not have used that its entries sum to one."""
    return Differentiator(table, kink, uses_facts=not _is_one_hot(by, table))
