"""One statement of a program, broken in the ways in which people get it wrong.

A rule yields what may stand in place of a node; it is applied at every place of the statement. The codes are those of
the catalogue of mistakes (`derive.mistakes`) where it has the mistake, and those of `OF_CODE` for what only code can
get wrong.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from derive.errors import FormulaError
from derive.expressions import tree
from derive.expressions.shapes import Dim
from derive.expressions.tree import (
    Add,
    Apply,
    Expr,
    Hadamard,
    Indicator,
    MatMul,
    Negative,
    Node,
    Number,
    Power,
    Quotient,
    Reduce,
    Scale,
    Size,
    Softmax,
    Symbol,
    Transpose,
)
from derive.expressions.walk import rebuilt, symbols_of, walk
from derive.implementations.programs import ADJOINT, Program, Statement
from derive.mistakes.rewriting import everywhere, over_size, sum_of, times, times_size
from derive.notation.symbols import Computed, Given, SymbolTable
from derive.records import dataclass
from derive.sheets.slips import BREAKS

SHIFTED = "shifted "
"""What the name of a one-hot symbol begins with whose classes are one too many, or too few."""


@dataclass(frozen=True)
class Break:
    """Another value for some statements, and the code of the mistake that makes it; `of` is the first of them.

    `for_adjoints`: the forward pass itself is right, and only what the derivatives use of it is not.
    """

    code: str
    of: Statement
    changed: Mapping[str, Expr]
    for_adjoints: bool = False


# code: (what it is called, what its author is told)
OF_CODE: Mapping[str, tuple[str, str]] = {
    "wrong-axis": (
        "a sum runs along the wrong axis",
        "Along which axis is this taken? Write the shape below each array.",
    ),
    "missing-activation": (
        "an activation is left out in the forward pass",
        "Go through the forward pass: is every function of the model in it?",
    ),
    "other-activation": (
        "another activation stands in the forward pass",
        "Go through the forward pass: which function does the model apply here?",
    ),
    "missing-term": (
        "a term of the forward pass is left out",
        "Go through the forward pass: is every term of the model in it?",
    ),
    "label-off-by-one": (
        "the labels are off by one",
        "From which number on do the labels count, and from which do the columns?",
    ),
    "other-derivative": (
        "the derivative is that of another activation",
        "Which activation does the model have here? This is the derivative of another one.",
    ),
}

Rule = Callable[[Expr], Iterable[Expr]]


def breaks(program: Program, wrong: frozenset[int]) -> Iterator[Break]:
    """Every statement from which only wrong results come, broken in every way; then one way in all statements at once.

    What comes from a broken statement is wrong: where something right comes from one, it is not broken.
    """
    together: dict[str, dict[str, Expr]] = {}
    first = {statement.name: statement for statement in program.statements}
    for statement in program.statements:
        for for_adjoints in (False,) if statement.is_derivative else (False, True):
            reached = program.dependents(statement.name, of_adjoints=for_adjoints)
            if reached and reached <= wrong:
                for code, value in _of_statement(program, statement):
                    yield Break(code, statement, {statement.name: value}, for_adjoints)
                    if not for_adjoints:
                        together.setdefault(code, {}).setdefault(statement.name, value)
    for code, changed in together.items():
        adjoints = {name: value for name, value in changed.items() if name.startswith(ADJOINT)}
        for several in (adjoints, changed):
            if len(several) > 1:
                yield Break(code, first[next(iter(several))], several)


def _of_statement(program: Program, statement: Statement) -> Iterator[tuple[str, Expr]]:
    """A statement's other values, each once."""
    seen: set[Expr] = set()
    for code, value in _all_of(program, statement):
        if value != statement.value and value not in seen and not value.shape.is_tensor:
            seen.add(value)
            yield code, value


def _all_of(program: Program, statement: Statement) -> Iterator[tuple[str, Expr]]:
    kinds = _Kinds(program, statement)
    for form in (statement.value, *statement.others):
        for code, rule in kinds.rules():
            for value in everywhere(form, rule):
                yield code, value
        yield from kinds.of_the_whole(form)


class _Kinds:
    """The rules that hold for one statement of a program."""

    def __init__(self, program: Program, statement: Statement) -> None:
        self.program = program
        self.table: SymbolTable = program.table
        self.statement = statement
        self.averaged = _averaged(program)
        self.dims = {dim.name: dim for dim in self.table.dims.values()}

    def rules(self) -> Iterator[tuple[str, Rule]]:
        """The rules, by the mistakes that they make."""
        if not self.statement.is_adjoint:
            yield from self._forward_rules()
            return
        yield "missing-regulariser", self._without_penalty
        yield from BREAKS.items()
        yield "missing-mask", _without_indicator
        yield "missing-activation-derivative", self._without_slope
        yield "derivative-at-wrong-argument", self._at_output
        yield "other-derivative", self._other_slope
        yield "regulariser-divided", self._penalty_divided
        yield "mean-for-sum", self._mean_for_sum
        yield "label-off-by-one", self._shifted
        yield "mask-of-wrong-quantity", self._other_mask
        yield "wrong-axis", _other_axis
        yield "plus-for-minus", _plus_for_minus
        yield "path-left-out", self._without_a_term
        yield "upstream-left-out", self._without_upstream
        yield "missing-constant-factor", _without_scalar
        yield "extra-transpose", _with_transpose
        yield "wrong-layer", self._other_names

    def _forward_rules(self) -> Iterator[tuple[str, Rule]]:
        yield "missing-mean", BREAKS["missing-mean"]
        yield "missing-factor-two", BREAKS["missing-factor-two"]
        yield "missing-mean", _without_size
        yield "sum-for-mean", _sum_for_mean
        yield "mean-for-sum", self._mean_for_sum
        yield "missing-activation", _without_function
        yield "other-activation", _other_function
        yield "log-base", _other_base
        yield "wrong-axis", _other_axis
        yield "label-off-by-one", self._shifted
        yield "missing-regulariser", self._without_scalar_term
        yield "missing-term", _without_any_term
        yield "missing-constant-factor", _without_scalar
        yield "unsquared-activation", _without_power
        yield "missing-transpose", BREAKS["missing-transpose"]
        yield "extra-transpose", _with_transpose
        yield "difference-reversed", BREAKS["difference-reversed"]
        yield "wrong-layer", self._other_names

    def of_the_whole(self, form: Expr) -> Iterator[tuple[str, Expr]]:
        """What multiplies the whole, or one term of it."""
        for code, change in self._factors():
            yield code, change(form)
            if isinstance(form, Add) and form == self.statement.value:
                for at, term in enumerate(form.terms):
                    is_penalty = self.statement.is_adjoint and self._is_penalty(term)
                    if is_penalty and code in ("mean-twice", "mean-for-sum"):
                        continue
                    yield code, Add((*form.terms[:at], change(term), *form.terms[at + 1 :]))
        if self.statement.is_adjoint:
            yield from (("constant-differentiated", value) for value in self._with_penalty(form))

    def _factors(self) -> Iterator[tuple[str, Callable[[Expr], Expr]]]:
        yield "wrong-sign", Negative
        yield "missing-factor-two", lambda node: times(Fraction(1, 2), node)
        yield "extra-factor-two", lambda node: times(2, node)
        for name, dim in self.dims.items():
            is_mean = name in self.averaged
            yield ("mean-twice" if is_mean else "mean-for-sum"), _over(dim)
            if is_mean:
                yield "missing-mean", _by(dim)

    # ── what is known of the program ──

    def _parameter(self) -> str | None:
        """The given name by which the statement differentiates."""
        name = self.statement.of
        return name if isinstance(self.table.meanings.get(name), Given) else None

    def _is_penalty(self, term: Expr) -> bool:
        """Whether nothing but the parameter itself stands in a term, save numbers."""
        names = {symbol.name for symbol in symbols_of(term) if not symbol.shape.is_scalar}
        return names == {self._parameter()}

    def _outputs(self) -> Iterator[tuple[Symbol, Apply]]:
        """The activations: `H` with the function and the argument that it is."""
        for statement in self.program.statements:
            if not statement.is_adjoint and isinstance(statement.value, Apply):
                yield Symbol(statement.name, statement.value.shape), statement.value

    # ── rules for derivatives ──

    def _without_penalty(self, node: Expr) -> Iterator[Expr]:
        if isinstance(node, Add):
            for at, term in enumerate(node.terms):
                if self._is_penalty(term):
                    yield sum_of([*node.terms[:at], *node.terms[at + 1 :]])

    def _penalty_divided(self, node: Expr) -> Iterator[Expr]:
        if isinstance(node, Add):
            for at, term in enumerate(node.terms):
                if self._is_penalty(term):
                    for name in self.averaged:
                        yield Add((*node.terms[:at], over_size(self.dims[name], term), *node.terms[at + 1 :]))

    def _with_penalty(self, form: Expr) -> Iterator[Expr]:
        """The term of a regulariser, which other parameters have, for one that has none."""
        own = self._parameter()
        if own is None:
            return
        for other in self.program.statements:
            if other.is_adjoint and isinstance(other.value, Add):
                kinds = _Kinds(self.program, other)
                for term in other.value.terms:
                    match term:
                        case Scale(factor, Symbol(name)) if name == kinds._parameter() != own:
                            yield Add((form, Scale(factor, Symbol(own, form.shape))))

    def _without_slope(self, node: Expr) -> Iterator[Expr]:
        """A factor of the derivative of an activation, whatever it is made of."""
        if isinstance(node, Hadamard):
            outputs = {symbol.name for symbol, _ in self._outputs()}
            for kept, dropped in ((node.left, node.right), (node.right, node.left)):
                names = {symbol.name for symbol in symbols_of(dropped)}
                has_upstream = any(name.startswith(ADJOINT) for name in names)
                is_slope = bool(names & outputs) or any(isinstance(part, Apply) for part in walk(dropped))
                if is_slope and not has_upstream and kept.shape == node.shape:
                    yield kept
        if isinstance(node, Hadamard) and isinstance(node.left, Hadamard):
            yield node.left.left

    def _without_upstream(self, node: Expr) -> Iterator[Expr]:
        """`G ⊙ s` as `s`."""
        if isinstance(node, Hadamard) and node.left.shape == node.right.shape:
            for kept, dropped in ((node.left, node.right), (node.right, node.left)):
                if any(symbol.name.startswith(ADJOINT) for symbol in symbols_of(dropped)):
                    yield kept

    def _at_output(self, node: Expr) -> Iterator[Expr]:
        """The derivative of an activation at its output in place of its input, and the other way round."""
        for output, applied in self._outputs():
            if node == output and applied.function not in ("relu", "leaky"):
                yield replace(applied, operand=output)
                yield applied.operand

    def _other_slope(self, node: Expr) -> Iterator[Expr]:
        """The slope of tanh, sigmoid or ReLU where the model has another one of them."""
        for output, applied in self._outputs():
            if applied.function in _SLOPES and node in _spellings(applied.function, output, applied.operand):
                for function in _SLOPES:
                    if function != applied.function:
                        yield _spellings(function, output, applied.operand)[0]
        if isinstance(node, Hadamard) and isinstance(node.left, Hadamard):
            whole = Hadamard(node.left.right, node.right)
            yield from (Hadamard(node.left.left, other) for other in self._other_slope(whole))

    def _other_mask(self, node: Expr) -> Iterator[Expr]:
        """`1(Z > 0)` with another quantity of the same shape, or the other way round."""
        match node:
            case Indicator(tree.Comparison(Symbol() as left, comparator, Number() as right) as condition):
                turned = {">": "<", "<": ">", ">=": "<=", "<=": ">="}.get(comparator)
                if turned is not None:
                    yield Indicator(replace(condition, comparator=turned))
                for other in self._of_shape(left):
                    yield Indicator(replace(condition, left=other, right=right))

    def _without_a_term(self, node: Expr) -> Iterator[Expr]:
        """A sum without one of its terms: a path that was not followed."""
        if isinstance(node, Add) and not any(isinstance(term, Number) for term in node.terms):
            for at in range(len(node.terms)):
                yield sum_of([*node.terms[:at], *node.terms[at + 1 :]])

    # ── rules for both ──

    def _mean_for_sum(self, node: Expr) -> Iterator[Expr]:
        match node:
            case MatMul(Transpose(tree.Fill() as ones), _) | MatMul(_, tree.Fill() as ones):
                yield over_size(ones.shape.length, node)
            case Reduce("sum", operand):
                yield Reduce("mean", operand)

    def _shifted(self, node: Expr) -> Iterator[Expr]:
        """Labels that are one too many or too few."""
        match node:
            case Symbol(name) if self.table.is_hot(name):
                yield from (Symbol(f"{SHIFTED}{by} {name}", node.shape) for by in (1, -1))
            case tree.Entry() | Indicator() | tree.IndexValue():
                for by in (1, -1):
                    changed = _with_labels(node, by)
                    if changed != node:
                        yield changed

    def _other_names(self, node: Expr) -> Iterator[Expr]:
        if isinstance(node, Symbol) and not node.shape.is_scalar:
            yield from self._of_shape(node)

    def _of_shape(self, symbol: Symbol) -> Iterator[Symbol]:
        """Other quantities of the same dimensions by name."""
        names = [dim.name for dim in symbol.shape.dims]
        for name, meaning in self.table.meanings.items():
            if name != symbol.name and isinstance(meaning, (Given, Computed)):
                if [dim.name for dim in meaning.shape.dims] == names and not meaning.shape.is_scalar:
                    yield Symbol(name, meaning.shape)
        if symbol.name.startswith(ADJOINT):
            for statement in self.program.statements:
                if statement.is_adjoint and [dim.name for dim in statement.value.shape.dims] == names:
                    yield Symbol(statement.name, symbol.shape)

    def _without_scalar_term(self, node: Expr) -> Iterator[Expr]:
        """The loss without a term in which no quantity that is computed stands: a penalty."""
        if isinstance(node, Add) and node.shape.is_scalar:
            for at, term in enumerate(node.terms):
                names = {symbol.name for symbol in symbols_of(term)}
                if all(isinstance(self.table.meanings.get(name), Given) for name in names):
                    yield sum_of([*node.terms[:at], *node.terms[at + 1 :]])


# ── rules that need to know nothing ──


def _over(dim: Dim) -> Callable[[Expr], Expr]:
    return lambda node: over_size(dim, node)


def _by(dim: Dim) -> Callable[[Expr], Expr]:
    return lambda node: times_size(dim, node)


def _averaged(program: Program) -> set[str]:
    """The dimensions by whose size something is divided in the model."""
    below = [
        part.denominator
        for statement in program.statements
        for part in walk(statement.value)
        if isinstance(part, Quotient)
    ]
    return {size.dim.name for node in below for size in walk(node) if isinstance(size, Size)}


def _without_indicator(node: Expr) -> Iterator[Expr]:
    """`G ⊙ 1(…)` as `G`, whatever the condition says."""
    match node:
        case Hadamard(kept, Indicator()) | Hadamard(Indicator(), kept) | Scale(Indicator(), kept):
            yield kept
        case Hadamard(kept, tree.Cases()) | Hadamard(tree.Cases(), kept):
            yield kept


def _without_size(node: Expr) -> Iterator[Expr]:
    match node:
        case Quotient(numerator, Size()):
            yield numerator
        case Reduce("mean", operand):
            yield Reduce("sum", operand)


def _sum_for_mean(node: Expr) -> Iterator[Expr]:
    match node:
        case Quotient(numerator, Number()):
            yield numerator


def _without_scalar(node: Expr) -> Iterator[Expr]:
    """`c A` as `A`."""
    match node:
        case Scale(factor, operand) if not isinstance(factor, Indicator):
            yield operand
            if isinstance(factor, Scale):
                yield Scale(factor.factor, operand)
                yield Scale(factor.operand, operand)
        case Quotient(numerator, denominator) if denominator.shape.is_scalar and numerator.shape == node.shape:
            yield numerator


def _without_power(node: Expr) -> Iterator[Expr]:
    if isinstance(node, Power):
        yield node.base


def _plus_for_minus(node: Expr) -> Iterator[Expr]:
    """One term of a sum with the other sign."""
    if isinstance(node, Add):
        for at, term in enumerate(node.terms):
            other = term.operand if isinstance(term, Negative) else Negative(term)
            yield Add((*node.terms[:at], other, *node.terms[at + 1 :]))


def _without_any_term(node: Expr) -> Iterator[Expr]:
    if isinstance(node, Add):
        for at in range(len(node.terms)):
            yield sum_of([*node.terms[:at], *node.terms[at + 1 :]])


def _other_axis(node: Expr) -> Iterator[Expr]:
    """A sum or a softmax along the other axis."""
    match node:
        case Softmax(operand, axis, logarithm):
            yield Softmax(operand, 1 if axis == 0 else 0, logarithm)
        case MatMul(Transpose(tree.Fill(value)), operand) if operand.shape.is_matrix:
            ones = tree.Fill(value, replace(operand.shape, dims=(operand.shape.columns, _ONE)))
            yield Transpose(MatMul(operand, ones))
            yield MatMul(operand, ones)
        case MatMul(operand, tree.Fill(value)) if operand.shape.is_matrix:
            ones = tree.Fill(value, replace(operand.shape, dims=(operand.shape.rows, _ONE)))
            yield MatMul(Transpose(ones), operand)
            yield Transpose(MatMul(Transpose(ones), operand))


_ONE = Dim(1, "1")


def _with_transpose(node: Expr) -> Iterator[Expr]:
    """`A B` as `Aᵀ B` or `A Bᵀ`, where the shapes happen to fit."""
    if isinstance(node, MatMul):
        for left, right in ((Transpose(node.left), node.right), (node.left, Transpose(node.right))):
            try:
                yield MatMul(left, right)
            except FormulaError:
                continue


def _without_function(node: Expr) -> Iterator[Expr]:
    match node:
        case Apply(_, operand) | Softmax(operand):
            yield operand
        case tree.Extremum(_, Number(), operand) | tree.Extremum(_, operand, Number()):
            yield operand


_ACTIVATIONS = ("relu", "sigmoid", "tanh")
_SLOPES = ("sigmoid", "tanh", "relu")


def _other_function(node: Expr) -> Iterator[Expr]:
    match node:
        case Apply(function, operand) if function in _ACTIVATIONS:
            yield from (Apply(other, operand) for other in _ACTIVATIONS if other != function)
        case tree.Extremum("max", Number(value), operand) | tree.Extremum("max", operand, Number(value)) if not value:
            yield from (Apply(other, operand) for other in _ACTIVATIONS if other != "relu")


def _other_base(node: Expr) -> Iterator[Expr]:
    match node:
        case Apply("log", operand):
            yield from (Quotient(node, Apply("log", Number(Fraction(base)))) for base in (2, 10))


def _spellings(function: str, output: Expr, argument: Expr) -> list[Expr]:
    """The derivative of an activation, in the ways in which a program says it."""
    one = Number(Fraction(1))
    if function == "sigmoid":
        return [Hadamard(output, Add((one, Negative(output))))]
    if function == "tanh":
        squares: list[Expr] = [Hadamard(output, output), Power(output, Number(Fraction(2)))]
        return [Add((one, Negative(square))) for square in squares]
    return [Indicator(tree.Comparison(argument, ">", Number(Fraction(0))))]


def _with_labels(node: Node, by: int) -> Node:
    """A node with every label in it one class further; not inside of a label."""
    return rebuilt(node, lambda part: tree.IndexShift(part, by) if isinstance(part, tree.Label) else None)
