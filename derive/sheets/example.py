"""A numeric example with small integers: values for what is given, and what is computed from them.

Exact arithmetic and rigorous balls make the numbers, so that every digit is certain; nothing in an example is a claim.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from random import Random

from derive.checking.diagnosing import know_all_names
from derive.checking.session import Session
from derive.deciding.limits import WORKING_BITS
from derive.errors import FormulaError, Undecidable
from derive.exact.balls import NoUse, Point, as_number
from derive.exact.scalars import Symbol as Coordinate
from derive.expressions import tree
from derive.expressions.tree import Expr
from derive.expressions.walk import walk
from derive.gradients.indices import free_indices
from derive.models import Model
from derive.notation.symbols import Computed, Given
from derive.records import dataclass

INTEGERS, FACTORS = (-2, -1, 0, 1, 2, 3), (1, 2, 3)
"""What entries of matrices may be, and what numbers may be."""

ATTEMPTS, ENOUGH = 60, 3
"""So many points are tried, until so many of them have a value."""

LARGEST_SIDE = 6
DIGITS = 4
"""Numbers that are not whole are given with so many digits behind the point."""


Merit = tuple[int, int, float]


@dataclass(frozen=True)
class Numbers:
    """The entries of a value; a scalar has one row with one entry."""

    rows: tuple[tuple[Fraction | float, ...], ...]

    @property
    def values(self) -> list[float]:
        """All entries."""
        return [float(value) for row in self.rows for value in row]

    @property
    def latex(self) -> str:
        """A number, or a matrix in brackets."""
        if len(self.rows) == 1 and len(self.rows[0]) == 1:
            return _written(self.rows[0][0])
        inside = r" \\ ".join(" & ".join(map(_written, row)) for row in self.rows)
        return rf"\begin{{pmatrix}} {inside} \end{{pmatrix}}"


@dataclass(frozen=True)
class Example:
    """What is given, what is computed from it in the order of the model, and the derivatives that are asked."""

    given: Mapping[str, Numbers]
    computed: Mapping[str, Numbers]
    asked: Mapping[Expr, Numbers]


def example_of(model: Model, asked: Sequence[Expr]) -> Example | None:
    """An example, if the sizes are small and numbers are found at which everything has a value and no unit a kink.

    Where a function is not said there is none: its values would be made up.
    """
    if any((dim.size or 0) > LARGEST_SIDE for dim in model.table.dims.values()) or _unsaid(model):
        return None
    session = Session(model)
    know_all_names(session)
    found = list(islice(_examples(session, model, [_whole(node) for node in asked]), ENOUGH))
    return max(found, key=lambda one: one[0])[1] if found else None


def _unsaid(model: Model) -> bool:
    """Whether some function of the model is any one."""
    return any(isinstance(one, Given) and one.kind in ("function", "map") for one in model.table.meanings.values())


def _whole(asked: Expr) -> Expr:
    """The derivative of which an entry is asked."""
    match asked:
        case tree.Derivative(tree.Symbol() as of, tree.Entry(tree.Symbol() as by)):
            return tree.Derivative(of, by)
    return asked


def _examples(session: Session, model: Model, asked: Sequence[Expr]) -> Iterator[tuple[Merit, Example]]:
    """Examples with their merits; where something has no value there is none."""
    try:
        for point in _points(session, model):
            try:
                given, computed = (
                    dict(_named(session, model, point, Given)),
                    dict(_named(session, model, point, Computed)),
                )
                values = {node: value for node in asked if (value := _numbers(session, point, node)) is not None}
                yield _merit(model, computed, values), Example(given, computed, values)
            except NoUse:
                continue
    except (Undecidable, FormulaError, RecursionError):
        return


def _points(session: Session, model: Model) -> Iterator[Point]:
    """Points at which what is given is a small integer, where no fact about it demands something else."""
    base = session.decider().point(0)
    free = [entry for name in _given(model) for entry in _coordinates(session, model, name)]
    groups = dict.fromkeys(base.points.group_of.values())
    for attempt in range(ATTEMPTS):
        fixed = {}
        for symbol in free:
            if symbol in base.points.group_of or symbol in base.points.entry_of or symbol in base.points.integers:
                continue
            value = Random(f"{attempt} {symbol.name}").choice(INTEGERS if " " in symbol.name else FACTORS)
            fixed[symbol] = Fraction(abs(value) if symbol in base.points.positive else value)
        for group in groups:
            chosen = Random(f"{attempt} {group[0].name}").choice(group)
            fixed.update({symbol: Fraction(int(symbol == chosen)) for symbol in group})
        yield base.with_fixed(fixed)


def _given(model: Model) -> list[str]:
    kinds = ("real", "positive", "integer", "one-hot")
    return [name for name, one in model.table.meanings.items() if isinstance(one, Given) and one.kind in kinds]


def _coordinates(session: Session, model: Model, name: str) -> list[Coordinate]:
    """The entries that may be chosen: of a symmetric matrix those above its diagonal, of an orthogonal one none."""
    meaning = model.table.meanings[name]
    assert isinstance(meaning, Given)
    array = session.entries.of_name(name, meaning.shape)
    free = (session.definitions.values.get(entry, entry) for entry in array.entries if isinstance(entry, Coordinate))
    return list(dict.fromkeys(entry for entry in free if isinstance(entry, Coordinate)))


def _merit(model: Model, computed: Mapping[str, Numbers], asked: Mapping[Expr, Numbers]) -> Merit:
    """How instructive an example is.

    Kinked functions have arguments on either side; what is asked is not rounded away, as where a unit is saturated;
    numbers are small.
    """
    sides = sum(
        any(value > 0 for value in numbers.values) and any(value < 0 for value in numbers.values)
        for name, numbers in computed.items()
        if _is_kinked_argument(model, name)
    )
    visible = sum(_written(value) != "0" for numbers in asked.values() for value in numbers.values)
    return sides, visible, -max((abs(value) for numbers in computed.values() for value in numbers.values), default=0.0)


def _is_kinked_argument(model: Model, name: str) -> bool:
    """Whether a name is the argument of a maximum, or of a function of the kind."""
    for meaning in model.table.meanings.values():
        if isinstance(meaning, Computed) and meaning.value is not None:
            for node in walk(meaning.value):
                if any(isinstance(operand, tree.Symbol) and operand.name == name for operand in _arguments(node)):
                    return True
    return False


def _arguments(node: tree.Node) -> tuple[Expr, ...]:
    match node:
        case tree.Extremum(_, left, right):
            return left, right
        case tree.Apply(_, operand):
            return (operand,)
    return ()


def _named(
    session: Session, model: Model, point: Point, kind: type[Given] | type[Computed]
) -> Iterator[tuple[str, Numbers]]:
    """The values of the given or of the computed names."""
    for name, meaning in model.table.meanings.items():
        if isinstance(meaning, Given) and meaning.kind in ("labels", "hot index") and isinstance(meaning, kind):
            yield name, _classes(session, point, name)
        elif isinstance(meaning, kind):
            found = _numbers(session, point, tree.Symbol(name, meaning.shape))
            if found is not None:
                yield name, found


def _classes(session: Session, point: Point, name: str) -> Numbers:
    """The class of each example: where its one-hot entries have their 1."""
    array = session.entries.label_array(name)
    base = session.table.index_base
    hot = [[as_number(point.value(entry, WORKING_BITS)) for entry in row].index(Fraction(1)) for row in array.rows]
    return Numbers(tuple((Fraction(place + base),) for place in hot))


def _numbers(session: Session, point: Point, node: Expr) -> Numbers | None:
    """The entries of a value at a point; null where it has indices of its own or four of them."""
    if node.shape.is_tensor or free_indices(node):
        return None
    array = session.entries.lower(node, {})
    session.entries.begin()
    found = [as_number(point.value(entry, WORKING_BITS)) for entry in array.entries]
    rows, columns = (1, 1) if node.shape.is_scalar else node.shape.sizes()
    return Numbers(tuple(tuple(found[row * columns : (row + 1) * columns]) for row in range(rows)))


def _written(value: Fraction | float) -> str:
    if isinstance(value, Fraction) and value.denominator == 1:
        return str(value.numerator)
    text = f"{float(value):.{DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
