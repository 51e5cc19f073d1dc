"""What may be wrong in one statement of a program: the rules that hold for it, by the mistakes that they make.

`derive.implementations.rules` has the rules that need to know nothing but a node, `only_in_code` those of mistakes that
only programs have, `confusions` what may be taken for what.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from derive.expressions import tree
from derive.expressions.tree import (
    Add,
    Apply,
    Comparator,
    Expr,
    Hadamard,
    Indicator,
    MatMul,
    Negative,
    Number,
    Quotient,
    Reduce,
    Scale,
    Size,
    Symbol,
    Transpose,
)
from derive.expressions.walk import symbols_of, walk
from derive.implementations.confusions import Confusions, softmax_elementwise
from derive.implementations.only_in_code import added_outside, cut_off, in_pairs, last_alone, one_less, rounded_down
from derive.implementations.programs import ADJOINT, Program, Statement
from derive.implementations.rules import (
    SLOPES,
    Rule,
    divided_by,
    has_upstream,
    in_nested,
    multiplied_by,
    other_axis,
    other_base,
    other_function,
    other_sign,
    plus_for_minus,
    spellings,
    sum_for_mean,
    turned_round,
    unsquared,
    with_first_transposed,
    with_labels,
    with_second_transposed,
    without_any_term,
    without_condition,
    without_example,
    without_function,
    without_indicator,
    without_power,
    without_scalar,
    without_size,
)
from derive.mistakes.rewriting import over_size, sum_of, times
from derive.notation.symbols import Computed, Given, SymbolTable
from derive.sheets.slips import BREAKS

SHIFTED = "shifted "
"""What the name of a one-hot symbol begins with whose classes are one too many, or too few."""

_TURNED: Mapping[Comparator, Comparator] = {">": "<", "<": ">", ">=": "<=", "<=": ">="}


class RulesOfStatement:
    """The rules that hold for one statement of a program."""

    def __init__(self, program: Program, statement: Statement) -> None:
        self.program = program
        self.table: SymbolTable = program.table
        self.statement = statement
        self.averaged = _averaged(program)
        self.behind = program.behind(statement.name)
        self.confusions = Confusions(program, statement)
        self.dims = {dim.name: dim for dim in self.table.dims.values()}

    def rules(self) -> Iterator[tuple[str, Rule]]:
        """The rules, by the mistakes that they make."""
        if not self.statement.is_derivative:
            yield from self._forward_rules()
            return
        yield "missing-regulariser", self._without_penalty
        yield "last-example", self._last_example
        yield "degrees-of-freedom", one_less
        yield "broadcast-pairs", in_pairs
        yield "whole-numbers", rounded_down
        yield "epsilon-misplaced", self._epsilon_outside
        yield from ((code, rule) for code, rule in BREAKS.items() if code != "difference-reversed")
        yield "unsquared-activation", unsquared
        yield "condition-dropped", without_condition
        yield "missing-mask", without_indicator
        yield "missing-mask", self.confusions.past_mask
        yield "missing-activation", self.confusions.unactivated_factor
        yield "softmax-elementwise", softmax_elementwise
        yield "missing-activation-derivative", self._without_slope
        yield "missing-activation-derivative", self.confusions.past_slope
        yield "derivative-at-wrong-argument", self._at_output
        yield "other-derivative", self._other_slope
        yield "regulariser-divided", self._penalty_divided
        yield "mean-for-sum", self._mean_for_sum
        yield "label-off-by-one", self._shifted
        yield "mask-of-wrong-quantity", self._other_mask
        yield "wrong-axis", other_axis
        yield "plus-for-minus", plus_for_minus
        yield "wrong-sign", other_sign
        yield "path-left-out", self._without_a_term
        yield "upstream-left-out", self._without_upstream
        yield "missing-constant-factor", without_scalar
        yield "missing-constant-factor", self.confusions.without_given_factor
        yield "extra-transpose", with_first_transposed
        yield "extra-transpose", with_second_transposed
        yield "wrong-size", self.confusions.other_size
        yield "wrong-layer", self.confusions.later
        yield "wrong-layer", self.confusions.earlier
        yield "wrong-layer", self._other_names

    def _forward_rules(self) -> Iterator[tuple[str, Rule]]:
        yield "missing-mean", BREAKS["missing-mean"]
        yield "missing-factor-two", BREAKS["missing-factor-two"]
        yield "missing-mean", without_size
        yield "sum-for-mean", sum_for_mean
        yield "mean-for-sum", self._mean_for_sum
        yield "missing-activation", without_function
        yield "missing-activation", self.confusions.unactivated
        yield "other-activation", other_function
        yield "log-base", other_base
        yield "example-left-out", self._without_an_example
        yield "last-example", self._last_example
        yield "degrees-of-freedom", one_less
        yield "broadcast-pairs", in_pairs
        yield "whole-numbers", rounded_down
        yield "epsilon-misplaced", self._epsilon_outside
        yield "wrong-axis", other_axis
        yield "label-off-by-one", self._shifted
        yield "missing-regulariser", self._without_scalar_term
        yield "regulariser-divided", self._penalty_divided
        yield "condition-dropped", without_condition
        yield "missing-term", without_any_term
        yield "missing-constant-factor", without_scalar
        yield "missing-square", without_power
        yield "missing-transpose", BREAKS["missing-transpose"]
        yield "extra-transpose", with_first_transposed
        yield "extra-transpose", with_second_transposed
        yield "difference-reversed", BREAKS["difference-reversed"]
        yield "wrong-sign", other_sign
        yield "wrong-size", self.confusions.other_size
        yield "wrong-layer", self.confusions.later
        yield "wrong-layer", self.confusions.earlier
        yield "wrong-layer", self._other_names

    def of_the_whole(self, form: Expr) -> Iterator[tuple[str, Expr]]:
        """What multiplies the whole, or one term of it."""
        yield "whole-numbers", cut_off(form)
        for code, change in self._factors():
            yield code, change(form)
            if isinstance(form, Add) and form == self.statement.value:
                for at, term in enumerate(form.terms):
                    if self._is_penalty(term) and code in ("mean-twice", "mean-for-sum"):
                        continue
                    yield code, Add((*form.terms[:at], change(term), *form.terms[at + 1 :]))
        if self.statement.is_adjoint:
            if self._parameter() is None:
                yield "path-left-out", times(0, form)
                yield from (("example-left-out", value) for value in self._without_a_row(form))
            yield from (("missing-activation-derivative", value) for value in _upstream_alone(form))
            yield from (("difference-reversed", value) for value in turned_round(form))
            yield from (("constant-differentiated", value) for value in self._with_penalty(form))
            yield from (("derivative-once-more", value) for value in self.confusions.slope_once_more(form))

    def _factors(self) -> Iterator[tuple[str, Callable[[Expr], Expr]]]:
        yield "wrong-sign", Negative
        yield "missing-factor-two", lambda node: times(Fraction(1, 2), node)
        yield "extra-factor-two", lambda node: times(2, node)
        for name, dim in self.dims.items():
            is_mean = name in self.averaged
            yield ("mean-twice" if is_mean else "mean-for-sum"), divided_by(dim)
            if is_mean:
                yield "missing-mean", multiplied_by(dim)
        yield from (("wrong-size", change) for change in self.confusions.other_sizes(self.averaged))

    # ── what is known of the program ──

    def _parameter(self) -> str | None:
        """The given name by which the statement differentiates."""
        name = self.statement.of
        return name if isinstance(self.table.meanings.get(name), Given) else None

    def _is_penalty(self, term: Expr) -> bool:
        """Whether nothing but the parameter itself stands in a term, save numbers; in the loss nothing computed."""
        if not self.statement.is_derivative:
            names = {symbol.name for symbol in symbols_of(term)}
            return bool(names) and all(isinstance(self.table.meanings.get(name), Given) for name in names)
        names = {symbol.name for symbol in symbols_of(term) if not symbol.shape.is_scalar}
        return names == {self._parameter()}

    def _is_part_of_loss(self) -> bool:
        """Whether this is the loss, or a term of it."""
        name, loss = self.statement.of, self.table.loss
        value = next((one.value for one in self.program.statements if one.name == loss), None)
        return name == loss or (isinstance(value, Add) and Symbol(name, self.statement.value.shape) in value.terms)

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
        if own is None or any(self._is_penalty(term) for term in (form.terms if isinstance(form, Add) else ())):
            return
        for other in self.program.statements:
            if other.is_adjoint and isinstance(other.value, Add):
                kinds = RulesOfStatement(self.program, other)
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
                is_slope = bool(names & outputs) or any(isinstance(part, Apply) for part in walk(dropped))
                if is_slope and not has_upstream(dropped) and kept.shape == node.shape and has_upstream(kept):
                    yield kept
        if isinstance(node, Hadamard) and isinstance(node.left, Hadamard) and has_upstream(node.left.left):
            yield node.left.left

    def _without_upstream(self, node: Expr) -> Iterator[Expr]:
        """`G ⊙ s` as `s`."""
        if isinstance(node, Hadamard) and node.left.shape == node.right.shape:
            for kept, dropped in ((node.left, node.right), (node.right, node.left)):
                if has_upstream(dropped):
                    yield kept

    def _at_output(self, node: Expr) -> Iterator[Expr]:
        """The derivative of an activation at its output in place of its input, and the other way round."""
        for output, applied in self._outputs():
            if applied.function in SLOPES and node in spellings(applied.function, output, applied.operand):
                yield spellings(applied.function, replace(applied, operand=output), output)[0]
                yield spellings(applied.function, applied.operand, applied.operand)[0]
            is_slope = self.statement.of in {symbol.name for symbol in symbols_of(applied.operand)}
            if node == output and is_slope and applied.function not in ("relu", "leaky"):
                yield replace(applied, operand=output)
                yield applied.operand
        yield from in_nested(node, self._at_output)

    def _other_slope(self, node: Expr) -> Iterator[Expr]:
        """The slope of tanh, sigmoid or ReLU where the model has another one of them."""
        for output, applied in self._outputs():
            if applied.function in SLOPES and node in spellings(applied.function, output, applied.operand):
                for function in SLOPES:
                    if function != applied.function:
                        yield spellings(function, output, applied.operand)[0]
                        yield spellings(function, Apply(function, applied.operand), applied.operand)[0]
        yield from in_nested(node, self._other_slope)

    def _other_mask(self, node: Expr) -> Iterator[Expr]:
        """`1(Z > 0)` with another quantity of the same shape, or the other way round."""
        match node:
            case Indicator(tree.Comparison(Symbol() as left, comparator, Number() as right) as condition):
                turned = _TURNED.get(comparator)
                if turned is not None:
                    yield Indicator(replace(condition, comparator=turned))
                for other in (*self._of_shape(left), *self._adjoints_before(left)):
                    yield Indicator(replace(condition, left=other, right=right))

    def _without_a_term(self, node: Expr) -> Iterator[Expr]:
        """A sum without one of its terms: a path that was not followed."""
        if isinstance(node, Add) and not any(isinstance(term, Number) for term in node.terms):
            for at in range(len(node.terms)):
                yield sum_of([*node.terms[:at], *node.terms[at + 1 :]])
            if len(node.terms) > 2:
                yield from node.terms

    # ── rules for both ──

    def _mean_for_sum(self, node: Expr) -> Iterator[Expr]:
        match node:
            case MatMul(Transpose(tree.Fill() as ones), _) | MatMul(_, tree.Fill() as ones):
                yield over_size(ones.shape.length, node)
            case Reduce("sum", operand):
                yield Reduce("mean", operand)
            case tree.Dot(left) if left.shape.is_vector:
                yield over_size(left.shape.length, node)

    def _shifted(self, node: Expr) -> Iterator[Expr]:
        """Labels that are one too many or too few."""
        match node:
            case Symbol(name) if self.table.is_hot(name):
                yield from (Symbol(f"{SHIFTED}{by} {name}", node.shape) for by in (1, -1))
            case tree.Entry() | Indicator() | tree.IndexValue():
                for by in (1, -1):
                    changed = with_labels(node, by)
                    if changed != node:
                        yield changed

    def _other_names(self, node: Expr) -> Iterator[Expr]:
        if isinstance(node, Symbol) and not node.shape.is_scalar:
            yield from self._of_shape(node)

    def _of_shape(self, symbol: Symbol) -> Iterator[Symbol]:
        """Other quantities of the same dimensions by name."""
        names = [dim.name for dim in symbol.shape.dims]
        for name, meaning in self.table.meanings.items():
            if name == symbol.name or not isinstance(meaning, (Given, Computed)) or meaning.shape.is_scalar:
                continue
            if [dim.name for dim in meaning.shape.dims] == names and name not in self.behind:
                yield Symbol(name, meaning.shape)
        if symbol.name.startswith(ADJOINT):
            for statement in self.program.statements:
                same = statement.is_adjoint and [dim.name for dim in statement.value.shape.dims] == names
                if same and statement.name not in self.behind:
                    yield Symbol(statement.name, symbol.shape)

    def _without_a_row(self, form: Expr) -> Iterator[Expr]:
        """What is handed back with nothing for the first or the last example."""
        if form.shape.is_matrix and form.shape.rows.name in self.averaged and form.shape.rows.size:
            yield from (without_example(form, position) for position in (form.shape.rows.size - 1, 0))

    def _without_an_example(self, node: Expr) -> Iterator[Expr]:
        """A sum over the examples without the first or the last one."""
        if isinstance(node, tree.Quantified) and node.range.dim.name in self.averaged:
            whole = node.range
            yield replace(node, range=replace(whole, last=whole.last - 1))
            yield replace(node, range=replace(whole, first=whole.first + 1))

    def _last_example(self, node: Expr) -> Iterator[Expr]:
        """A sum over the examples that keeps the last one alone."""
        dim = node.range.dim if isinstance(node, tree.Quantified) else None
        dim = node.right.shape.rows if isinstance(node, MatMul) else dim
        if dim is not None and dim.name in self.averaged:
            yield from last_alone(node)

    def _epsilon_outside(self, node: Expr) -> Iterator[Expr]:
        return added_outside(node, self.table)

    def _adjoints_before(self, symbol: Symbol) -> Iterator[Symbol]:
        """Derivatives of the same dimensions that are computed before this statement."""
        for statement in self.program.statements:
            if statement.name == self.statement.name:
                return
            if statement.is_adjoint and statement.value.shape == symbol.shape:
                yield Symbol(statement.name, symbol.shape)

    def _without_scalar_term(self, node: Expr) -> Iterator[Expr]:
        """A number that is added up in the loss without a term in which nothing stands that is computed: a penalty."""
        if isinstance(node, Add) and node.shape.is_scalar and self._is_part_of_loss():
            for at, term in enumerate(node.terms):
                names = {symbol.name for symbol in symbols_of(term)}
                if names and all(isinstance(self.table.meanings.get(name), Given) for name in names):
                    yield sum_of([*node.terms[:at], *node.terms[at + 1 :]])


def _upstream_alone(form: Expr) -> Iterator[Expr]:
    """The derivative by the next quantity as it is, where it should be multiplied by something, entry by entry."""
    terms = form.terms if isinstance(form, Add) else (form,)
    if any(isinstance(part, MatMul) for part in walk(form)):
        return
    for symbol in dict.fromkeys(symbols_of(form)):
        if symbol.name.startswith(ADJOINT) and symbol.shape == form.shape and symbol not in terms:
            yield symbol


def _averaged(program: Program) -> set[str]:
    """The dimensions by whose size something is divided in the model."""
    below = [
        part.denominator
        for statement in program.statements
        for part in walk(statement.value)
        if isinstance(part, Quotient)
    ]
    return {size.dim.name for node in below for size in walk(node) if isinstance(size, Size)}
