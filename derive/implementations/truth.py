"""What everything is worth at chosen inputs: exact arithmetic and rigorous balls, rounded once at the end.

Inputs are small multiples of 1/4, which floating point holds exactly. A draw at which some function has a kink, or
something has no value, is none.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from random import Random

import numpy as np
from numpy.typing import NDArray

from derive.checking.diagnosing import know_all_names
from derive.checking.session import Session
from derive.documents.document import Setting
from derive.errors import DocumentError, FormulaError, Undecidable
from derive.exact.balls import NoUse, Point, rounded
from derive.exact.scalars import Scalar
from derive.exact.scalars import Symbol as Coordinate
from derive.expressions import tree
from derive.expressions.tree import Expr, Node
from derive.expressions.walk import symbols_of, walk
from derive.gradients.indices import free_indices
from derive.implementations.quantities import CodeSetting, Quantity, leaves
from derive.models import Model, build_model
from derive.notation.symbols import Computed, Given
from derive.records import dataclass

Array = NDArray[np.float64]

ENTRIES = tuple(Fraction(part, 4) for part in (-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6))
SCALARS = tuple(Fraction(part, 4) for part in (1, 2, 3, 5, 6, 7))
"""What entries of matrices may be, and what numbers may be: no 1, by which a factor more or less would hide."""

ATTEMPTS, ENOUGH = 80, 3
"""So many points are tried, until so many of them have values."""

OTHER_SIZES = (3, 5, 4, 6, 2, 7, 8, 9, 10)

BITS = (128, 1024, 40_000)
"""Precision of balls: the last is that of 1 - sigmoid(10000)."""

UNCERTAINTY = 1e-18
LARGE_SCORE = 10_000
LARGEST_VALUE = 1e200

_KINKED = frozenset({"relu", "leaky", "abs", "sign", "elu"})
_EXPONENTIAL = frozenset({"exp", "sigmoid", "tanh", "softplus", "silu", "sinh", "cosh", "gelu", "elu"})


@dataclass
class Draw:
    """Inputs, and the values of all that is computed from them."""

    session: Session
    point: Point

    def numbers(self, node: Expr) -> Array:
        """The entries of a value, a scalar without dimensions. Raises `NoUse`, `Undecidable` or `FormulaError`."""
        session = self.session
        array = session.entries.lower(node, {})
        for noted in (session.entries.obligations, session.entries.domain, session.entries.required):
            noted.clear()
        found = np.array([self._number(entry) for entry in array.entries], dtype=np.float64)
        return found.reshape(node.shape.sizes() if not node.shape.is_scalar else ())

    def value(self, quantity: Quantity, first_label: int) -> Array | NDArray[np.int64]:
        """What a quantity is in its form."""
        if quantity.form in ("labels", "one-hot"):
            return self._classes(quantity, first_label)
        found = self.numbers(quantity.value)
        if quantity.form == "flat":
            return found.ravel()
        return found.T if quantity.form == "transpose" else found

    def label_rows(self, name: str) -> Array:
        """The one-hot row of each example of labels."""
        array = self.session.entries.label_array(name)
        return np.array([[self._number(entry) for entry in row] for row in array.rows])

    def _number(self, entry: Scalar) -> float:
        for bits in BITS:
            with suppress(NoUse):
                found = rounded(self.point.value(entry, bits), UNCERTAINTY)
                if found is not None:
                    return found
        raise NoUse("no certain value")

    def _classes(self, quantity: Quantity, first_label: int) -> Array | NDArray[np.int64]:
        meaning = self.session.table.meanings[quantity.name or ""]
        assert isinstance(meaning, Given)
        if meaning.kind == "one-hot":
            rows = self.numbers(quantity.value)
            rows = rows.reshape(1, -1) if meaning.shape.is_vector else rows
        else:
            rows = self.label_rows(quantity.name or "")
        found = rows.argmax(axis=1)
        if quantity.form == "one-hot":
            return rows if not meaning.shape.is_scalar else rows[0]
        is_one = meaning.shape.is_vector if meaning.kind == "one-hot" else meaning.shape.is_scalar
        classes: NDArray[np.int64] = np.asarray(found[0] if is_one else found) + first_label
        return classes


class Truth:
    """The values of a model at inputs that are chosen for it; `needed` must have values there."""

    def __init__(self, model: Model, needed: Sequence[Expr]) -> None:
        self.model = model
        self.needed = tuple(needed)
        self.session = Session(model)
        know_all_names(self.session)

    def draws(self, number: int) -> list[Draw]:
        """So many draws, those first at which kinked functions have arguments on both sides."""
        found = list(islice(self._usable(), max(number, ENOUGH)))
        found.sort(key=self._sides, reverse=True)
        return found[:number]

    def _usable(self) -> Iterator[Draw]:
        base = self.session.decider().point(0)
        groups = list(dict.fromkeys(base.points.group_of.values()))
        free = self._free_coordinates(base)
        for attempt in range(ATTEMPTS):
            fixed = {symbol: _chosen(symbol, base, attempt) for symbol in free}
            for place, group in enumerate(groups):
                chosen = (Random(f"{attempt}").randrange(len(group)) + place * (1 + attempt % 2)) % len(group)
                fixed.update({symbol: Fraction(int(at == chosen)) for at, symbol in enumerate(group)})
            draw = Draw(self.session, base.with_fixed(fixed))
            if self._has_values(draw):
                yield draw

    def _has_values(self, draw: Draw, largest: float = LARGEST_VALUE) -> bool:
        try:
            found = [draw.numbers(node) for node in self.needed]
        except (NoUse, Undecidable, FormulaError, RecursionError, OverflowError):
            return False
        return all(bool(np.all(np.abs(values) < largest)) for values in found)

    def _free_coordinates(self, base: Point) -> list[Coordinate]:
        """The entries that may be chosen: of a symmetric matrix those above its diagonal, of an orthogonal one none."""
        names = (name for name, one in self.model.table.meanings.items() if isinstance(one, Given))
        found = [entry for name in names for entry in self._coordinates(name)]
        points = base.points
        return [one for one in dict.fromkeys(found) if one not in points.group_of and one not in points.entry_of]

    def _coordinates(self, name: str) -> Iterator[Coordinate]:
        meaning = self.model.table.meanings[name]
        assert isinstance(meaning, Given)
        if meaning.kind in ("real", "positive", "integer"):
            for entry in self.session.entries.of_name(name, meaning.shape).entries:
                if isinstance(entry, Coordinate):
                    found = self.session.definitions.values.get(entry, entry)
                    if isinstance(found, Coordinate):
                        yield found

    # ── large scores ──

    def large(self, like: Draw) -> list[Draw]:
        """Draws like another one, at which what stands in exponents is about 10000: each such thing at one of them."""
        found: list[Draw] = []
        for score in _scores(self.model):
            reached = [size for draw in found if (size := _largest(draw, score)) is not None]
            if any(_is_large(size) for size in reached):
                continue
            draw = self._with_large(like, score)
            found += [] if draw is None else [draw]
        return found

    def _with_large(self, like: Draw, score: Expr) -> Draw | None:
        """A draw at which one thing is large, by one of the names on which it depends."""
        for name, meaning in self.model.table.meanings.items():
            if isinstance(meaning, Given) and meaning.kind == "real" and meaning.shape.is_matrix:
                draw = self._scaled(like, name, score)
                if draw is not None:
                    return draw
        return None

    def _scaled(self, like: Draw, name: str, score: Expr) -> Draw | None:
        """A draw with the entries of one name so much larger that a score is."""
        size = _largest(like, score)
        factor = Fraction(max(1, round(LARGE_SCORE / size)) if size else LARGE_SCORE)
        fixed = {symbol: like.point.coordinate(symbol) * factor for symbol in self._coordinates(name)}
        draw = Draw(self.session, like.point.with_fixed(fixed))
        size = _largest(draw, score)
        return draw if size is not None and _is_large(size) and self._has_values(draw) else None

    # ── merit ──

    def _sides(self, draw: Draw) -> int:
        """How many arguments of kinked functions have entries on both sides of zero."""
        total = 0
        for symbol in _kinked_arguments(self.model):
            values = draw.numbers(symbol)
            total += bool(np.any(values > 0) and np.any(values < 0))
        return total


def _chosen(symbol: Coordinate, base: Point, attempt: int) -> Fraction:
    random = Random(f"{attempt} {symbol.name}")
    if symbol in base.points.integers:
        return Fraction(random.choice((1, 2, 3, 4)))
    value = random.choice(ENTRIES if " " in symbol.name else SCALARS)
    return abs(value) if symbol in base.points.positive else value


def _largest(draw: Draw, score: Expr) -> float | None:
    """The largest entry of something, if it has values."""
    try:
        return float(np.max(np.abs(draw.numbers(score))))
    except (NoUse, Undecidable, FormulaError):
        return None


def _is_large(size: float) -> bool:
    return LARGE_SCORE / 4 <= size <= LARGE_SCORE * 100


def _values_of(model: Model) -> Iterator[Node]:
    for meaning in model.table.meanings.values():
        if isinstance(meaning, Computed) and meaning.value is not None:
            yield from walk(meaning.value)


def _scores(model: Model) -> list[Expr]:
    """What stands in exponents, in exp, softmax, sigmoid and their kin; of an entry of something all of it."""
    found: dict[Expr, None] = {}
    for node in _values_of(model):
        match node:
            case tree.Softmax(operand) | tree.Reduce("logsumexp", operand):
                inside: Expr = operand
            case tree.Apply(function, operand) if function in _EXPONENTIAL:
                inside = operand
            case tree.Power(tree.Constant("e"), exponent):
                inside = exponent
            case _:
                continue
        whole = [inside] if not free_indices(inside) else _symbols_without_classes(model, inside)
        found.update(dict.fromkeys(whole))
    return list(found)


def _symbols_without_classes(model: Model, node: Expr) -> list[Expr]:
    """The names in an expression, but not those of labels."""
    meanings = ((symbol, model.table.meanings.get(symbol.name)) for symbol in symbols_of(node))
    return [
        one for one, what in meanings if isinstance(what, Computed) or (isinstance(what, Given) and what.kind == "real")
    ]


def _kinked_arguments(model: Model) -> list[tree.Symbol]:
    found: dict[str, tree.Symbol] = {}
    for node in _values_of(model):
        match node:
            case tree.Apply(function, tree.Symbol() as operand) if function in _KINKED:
                found[operand.name] = operand
            case tree.Extremum(_, left, right):
                found.update({part.name: part for part in (left, right) if isinstance(part, tree.Symbol)})
    return [symbol for symbol in found.values() if symbol.name in model.table.meanings]


# ── sizes ──


def needed_values(setting: CodeSetting) -> list[Expr]:
    """The formulas whose values are asked for: of what is given, and of what should come back."""
    given = [leaf.value for one in setting.inputs for leaf in leaves(one.value) if isinstance(leaf, Quantity)]
    wanted = [expected.quantity.value for expected in setting.results]
    is_label = {
        leaf.value
        for one in setting.inputs
        for leaf in leaves(one.value)
        if isinstance(leaf, Quantity) and leaf.form in ("labels", "one-hot")
    }
    return [value for value in (*given, *wanted) if value not in is_label]


def at_other_sizes(setting: Setting) -> Model | None:
    """The model with every dimension of another size, all of them different; null where it has no such sizes."""
    left = list(OTHER_SIZES)
    dims = {}
    for name, (size, text) in setting.dims.items():
        other = None if size is None else next((number for number in left if number != size), None)
        if other is not None:
            left.remove(other)
        dims[name] = other, text
    if setting.dims:
        try:
            return build_model(replace(setting, dims=dims))
        except (DocumentError, FormulaError):
            pass
    try:
        return build_model(setting, at_other_sizes=True)
    except (DocumentError, FormulaError):
        return None
