"""What a computed name is, line by line: its formula, then this with what stands in it put in.

A number is put back one name: a loss in terms of the scores. What has more entries goes back to what is given.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from derive.expressions.tree import (
    Add,
    Apply,
    Cases,
    Comparison,
    Derivative,
    Dot,
    Entry,
    EntryFormula,
    Expr,
    Extremum,
    IndexVariable,
    Label,
    Negative,
    Node,
    Number,
    Quantified,
    Quotient,
    Scale,
    Softmax,
    Symbol,
)  # fmt: skip
from derive.expressions.walk import rebuilt, symbols_of
from derive.gradients.indices import mentions, replaced, whole
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.gradients.tidy import number, tidied
from derive.notation.symbols import Computed, Given
from derive.sheets.blocks import said
from derive.sheets.computation import Computation
from derive.sheets.lines import Line, Step, line
from derive.sheets.written_out import entry_of, letters_for, opened, with_exponentials

MOST_NAMES = 24
"""So often names are put in, one behind the other."""


def is_value(asked: Expr) -> bool:
    """Whether it is a name, or an entry of one, and no derivative."""
    return isinstance(asked.operand if isinstance(asked, Entry) else asked, Symbol)


def value_lines(computation: Computation, asked: Expr) -> Iterator[Line]:
    """The line of a computed name, or of its entry. Raises `NoClosedForm` where nothing computes it."""
    whole = asked.operand if isinstance(asked, Entry) else asked
    meaning = computation.table.meanings.get(whole.name) if isinstance(whole, Symbol) else None
    if not isinstance(meaning, Computed) or meaning.value is None:
        raise NoClosedForm("nothing says how this is computed", asked.span)
    formula = meaning.value
    if isinstance(asked, Entry):
        formula = opened(computation.differentiator.context.indices, Entry(formula, asked.row, asked.column))
    yield line(asked, Step(formula), *_rewritten(computation, formula))


def _rewritten(computation: Computation, formula: Expr) -> Iterator[Step]:
    """The formula in its other forms, each made from the one before."""
    summed = with_products_as_sums(computation, formula)
    yield Step(summed, said("The inner product, entry by entry."))
    picked = with_hot_index(computation, summed)
    yield Step(picked, said("The target is 0 at all classes but one: of the sum one term is left."))
    back, names = put_back(computation, picked)
    yield Step(back, said(f"With what {_listed(names)} for.") if names else ())
    written = with_exponentials(back)
    yield Step(written, said("With the softmax written out."))
    apart = with_logarithms_apart(written)
    yield Step(apart, said("The logarithm of a quotient is a difference, that of an exponential its exponent."))
    plain = with_function(apart)
    yield Step(plain, said("With the function written out."))
    yield Step(by_pieces(plain), said("Piece by piece."))


def _listed(names: list[str]) -> str:
    """`$a$ stands`, `$a$ and $b$ stand`."""
    if len(names) == 1:
        return f"${names[0]}$ stands"
    return f"{', '.join(f'${name}$' for name in names[:-1])} and ${names[-1]}$ stand"


# ── names put in ──


def put_back(computation: Computation, formula: Expr) -> tuple[Expr, list[str]]:
    """The formula with the formulas of the names in it, and which these are."""
    names: dict[str, Expr] = {}
    node, is_number = formula, formula.shape.is_scalar
    for _ in range(1 if is_number else MOST_NAMES):
        inner = dict(_formulas(computation, node, only_of_numbers=is_number))
        if not inner:
            break
        names.update(inner)
        node = _with_formulas(computation, node, inner)
    if not names:
        return formula, []
    return (node if is_number else presented(tidied(node))), [computation.written(name) for name in names]


def with_given(computation: Computation, node: Expr) -> Expr:
    """An expression with what is given in place of what is computed, but for the derivatives in it."""

    def change(part: Node) -> Node | None:
        if isinstance(part, Derivative):
            return part
        value = computation.value(part.name) if isinstance(part, Symbol) else None
        return None if value is None else with_given(computation, value)

    return rebuilt(node, change)  # type: ignore[return-value]


def formula_in_numbers(computation: Computation, name: str) -> Expr | None:
    """The formula of a number, with those of the numbers in it; null where nothing computes it."""
    meaning = computation.table.meanings.get(name)
    formula = meaning.value if isinstance(meaning, Computed) else None
    if formula is None:
        return None
    found = _formulas(computation, formula, only_of_numbers=True)
    inner = {name: value for name, value in found if not isinstance(value, Softmax)}
    return _with_formulas(computation, formula, inner)


def _formulas(computation: Computation, node: Expr, *, only_of_numbers: bool) -> Iterator[tuple[str, Expr]]:
    """The names in an expression with their formulas; of those in a number the numbers and the probabilities."""
    for name in dict.fromkeys(symbol.name for symbol in symbols_of(node)):
        meaning = computation.table.meanings.get(name)
        value = meaning.value if isinstance(meaning, Computed) else None
        if value is not None and (not only_of_numbers or _is_part_of_a_number(value)):
            yield name, value


def _is_part_of_a_number(value: Expr) -> bool:
    """Whether it is a number, one for each example, or probabilities."""
    return value.shape.is_scalar or isinstance(value, (EntryFormula, Softmax))


def _with_formulas(computation: Computation, node: Expr, formulas: Mapping[str, Expr]) -> Expr:
    filled = rebuilt(node, lambda part: formulas.get(part.name) if isinstance(part, Symbol) else None)
    assert isinstance(filled, Expr)
    return opened(computation.differentiator.context.indices, filled)


# ── one-hot vectors ──


def with_products_as_sums(computation: Computation, node: Expr) -> Expr:
    """The inner product of a vector and functions of the entries of another as a sum over an index."""
    indices = computation.differentiator.context.indices

    def change(part: Node) -> Node | None:
        match part:
            case Dot(left, Apply(operand=operand) as right) if left.shape.is_vector and operand.shape.is_vector:
                index = indices.fresh(letters_for(computation, node)[0])
                first, second = (entry_of(side, index) for side in (left, operand))
                body = Scale(first, replace(right, operand=second))
                return Quantified("sum", index, whole(index, left.shape.length).range, body)
        return None

    return rebuilt(node, change)  # type: ignore[return-value]


def with_hot_index(computation: Computation, node: Expr) -> Expr:
    """sum_j y_j a_j is y_l a_l, where l is the index at which y is one."""
    hot = {
        meaning.target: name
        for name, meaning in computation.table.meanings.items()
        if isinstance(meaning, Given) and meaning.target is not None
    }

    def change(part: Node) -> Node | None:
        if not isinstance(part, Quantified) or part.kind != "sum" or part.condition is not None:
            return None
        label = next((hot[name] for name in _names_at(part.body, part.index) if name in hot), None)
        return None if label is None else replaced(part.body, part.index, Label(label))

    return rebuilt(node, change)  # type: ignore[return-value]


def _names_at(body: Expr, index: IndexVariable) -> Iterator[str]:
    """The names of the vectors whose entry at an index is a factor of a product."""
    match body:
        case Scale(factor, operand):
            yield from _names_at(factor, index)
            yield from _names_at(operand, index)
        case Entry(Symbol(name) as vector) if vector.shape.is_vector and mentions(body, index):
            yield name


# ── functions ──


def with_logarithms_apart(node: Expr) -> Expr:
    """log(a / b) as log a - log b, and log(e^z) as z."""

    def change(part: Node) -> Node | None:
        match part:
            case Negative(Apply("log", Quotient(above, below))):
                return Add((Negative(_logarithm(above)), _logarithm(below)))
            case Apply("log", Quotient(above, below)):
                return Add((_logarithm(above), Negative(_logarithm(below))))
            case Add(terms):
                return Add(tuple(inner for term in terms for inner in _terms(with_logarithms_apart(term))))
        return None

    return rebuilt(node, change)  # type: ignore[return-value]


def _terms(node: Expr) -> tuple[Expr, ...]:
    return node.terms if isinstance(node, Add) else (node,)


def _logarithm(node: Expr) -> Expr:
    return node.operand if isinstance(node, Apply) and node.function == "exp" else Apply("log", node)


def with_function(node: Expr) -> Expr:
    """A sigmoid or a softplus by the exponential function."""
    match node:
        case Apply("sigmoid", z) if not node.order:
            return Quotient(number(1), Add((number(1), Apply("exp", _negative(z)))))
        case Apply("softplus", z) if not node.order:
            return Apply("log", Add((number(1), Apply("exp", z))))
    return node


def _negative(node: Expr) -> Expr:
    """-a - b."""
    if isinstance(node, Add):
        return Add(tuple(map(_negative, node.terms)))
    return node.operand if isinstance(node, Negative) else Negative(node)


def by_pieces(node: Expr) -> Expr:
    """max(0, z) of a number z as 0 where it is not positive and z where it is."""
    zero = Number(Fraction(0))
    match node:
        case Extremum("max", first, second) if node.shape.is_scalar and zero in (first, second):
            inner = second if first == zero else first
        case Apply("relu", inner) if node.shape.is_scalar and not node.order:
            pass
        case _:
            return node
    return Cases(((zero, Comparison(inner, "<=", zero)), (inner, Comparison(inner, ">", zero))))
