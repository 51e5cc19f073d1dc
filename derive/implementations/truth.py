"""What everything is worth at chosen inputs: exact arithmetic and rigorous balls, rounded once at the end.

Inputs are small multiples of 1/4, which floating point holds exactly. A draw at which some function has a kink, or
something has no value, is none.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import islice

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
from derive.implementations.candidates import classes_of, lean_of, numbers_of
from derive.implementations.quantities import CodeSetting, Drawn, Quantity, leaves
from derive.models import Model, build_model
from derive.notation.symbols import Computed, Given
from derive.records import dataclass

Array = NDArray[np.float64]

ATTEMPTS = 80
"""So many points are tried."""

OTHER_SIZES = (3, 5, 4, 6, 2, 7, 8, 9, 10)

BITS = (128, 1024, 40_000)
"""Precision of balls: the last is that of 1 - sigmoid(10000)."""

UNCERTAINTY = 1e-18
LARGE_SCORE = 10_000
LARGEST_VALUE = 1e200

_EXPONENTIAL = frozenset({"exp", "sigmoid", "tanh", "softplus", "silu", "sinh", "cosh", "gelu", "elu"})


@dataclass
class Draw:
    """Inputs, and the values of all that is computed from them; plain ones are small numbers of both signs."""

    session: Session
    point: Point
    is_plain: bool = True

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
    """The values of a model at inputs that are chosen for it; `needed` must have values there.

    `drawn` is what is said of the entries of some names.
    """

    def __init__(self, model: Model, needed: Sequence[Expr], drawn: Mapping[str, Drawn] | None = None) -> None:
        self.model = model
        self.drawn = drawn or {}
        self.needed = tuple(needed)
        self.session = Session(model)
        know_all_names(self.session)

    def draws(self, number: int) -> list[Draw]:
        """So many draws, the first that can be used."""
        return list(islice(filter(self.is_usable, self.candidates(ATTEMPTS)), number))

    def candidates(self, number: int) -> Iterator[Draw]:
        """Points for so many draws, every other one with plain numbers; whether they can be used is not looked at."""
        base = self.session.decider().point(0)
        groups = list(dict.fromkeys(base.points.group_of.values()))
        free = list(self.free_coordinates(base))
        names = [name for name, entries in free if entries]
        sizes = " ".join(str(dim.size) for dim in self.model.table.dims.values())
        for attempt in range(number):
            is_plain, key = attempt % 2 == 0, f"{attempt} at {sizes}"
            fixed = classes_of(groups, key, attempt // 2)
            for name, entries in free:
                drawn = self.drawn.get(name)
                lean = lean_of(name, names, attempt, is_plain=is_plain)
                fixed.update(numbers_of(entries, base, key, lean, drawn))
            yield Draw(self.session, base.with_fixed(fixed), is_plain)

    def is_usable(self, draw: Draw) -> bool:
        """Whether all that is needed certainly has a value."""
        return self._has_values(draw)

    def _has_values(self, draw: Draw, largest: float = LARGEST_VALUE) -> bool:
        try:
            found = [draw.numbers(node) for node in self.needed]
        except (NoUse, Undecidable, FormulaError, RecursionError, OverflowError):
            return False
        return all(bool(np.all(np.abs(values) < largest)) for values in found)

    def free_coordinates(self, base: Point) -> Iterator[tuple[str, list[list[Coordinate]]]]:
        """The entries that may be chosen, row by row: of a symmetric matrix each once, of an orthogonal one none."""
        points, seen = base.points, set[Coordinate]()
        for name, one in self.model.table.meanings.items():
            rows = self._coordinates(name) if isinstance(one, Given) else []
            free = [
                [each for each in row if each not in seen | points.group_of.keys() | points.entry_of.keys()]
                for row in rows
            ]
            seen |= {each for row in free for each in row}
            yield name, [list(dict.fromkeys(row)) for row in free if row]

    def _coordinates(self, name: str) -> list[list[Coordinate]]:
        """The entries of a name that are no more than names themselves, row by row."""
        meaning = self.model.table.meanings[name]
        assert isinstance(meaning, Given)
        if meaning.kind not in ("real", "positive", "integer"):
            return []
        entries = self.session.entries.of_name(name, meaning.shape).entries
        known = [
            self.session.definitions.values.get(one, one) if isinstance(one, Coordinate) else one for one in entries
        ]
        columns = 1 if meaning.shape.is_scalar else meaning.shape.dims[-1].size or 1
        rows = (known[at : at + columns] for at in range(0, len(known), columns))
        return [[one for one in row if isinstance(one, Coordinate)] for row in rows]

    # ── large scores ──

    def large(self, like: Draw) -> list[Draw]:
        """Draws like another one, at which what stands in exponents is about 10000: each such thing at one of them."""
        found: list[Draw] = []
        for score in scores_of(self.model):
            reached = [size for draw in found if (size := _largest(draw, score)) is not None]
            if any(_is_large(size) for size in reached):
                continue
            draw = self._with_large(like, score)
            found += [] if draw is None else [draw]
        return found

    def _with_large(self, like: Draw, score: Expr) -> Draw | None:
        """A draw at which one thing is large, by one of the names on which it depends."""
        for name, meaning in self.model.table.meanings.items():
            if name in self.drawn or not isinstance(meaning, Given):
                continue
            if meaning.kind == "real" and meaning.shape.is_matrix:
                draw = self._scaled(like, name, score)
                if draw is not None:
                    return draw
        return None

    def _scaled(self, like: Draw, name: str, score: Expr) -> Draw | None:
        """A draw with the entries of one name so much larger that a score is."""
        size = _largest(like, score)
        factor = Fraction(max(1, round(LARGE_SCORE / size)) if size else LARGE_SCORE)
        symbols = [symbol for row in self._coordinates(name) for symbol in row]
        fixed = {symbol: like.point.coordinate(symbol) * factor for symbol in symbols}
        draw = Draw(self.session, like.point.with_fixed(fixed))
        size = _largest(draw, score)
        return draw if size is not None and _is_large(size) and self._has_values(draw) else None


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


def scores_of(model: Model) -> list[Expr]:
    """What stands in exponents in a model; of an entry of something all of it."""
    found: dict[Expr, None] = {}
    for node in _values_of(model):
        for inside in scores_in(node):
            whole = [inside] if not free_indices(inside) else _symbols_without_classes(model, inside)
            found.update(dict.fromkeys(whole))
    return list(found)


def scores_in(node: Node) -> tuple[Expr, ...]:
    """What stands in an exponent, where a node has one: in exp, softmax, sigmoid and their kin."""
    match node:
        case tree.Softmax(operand) | tree.Reduce("logsumexp", operand):
            return (operand,)
        case tree.Apply(function, operand) if function in _EXPONENTIAL:
            return (operand,)
        case tree.Power(tree.Constant("e"), exponent):
            return (exponent,)
    return ()


def _symbols_without_classes(model: Model, node: Expr) -> list[Expr]:
    """The names in an expression, but not those of labels."""
    meanings = ((symbol, model.table.meanings.get(symbol.name)) for symbol in symbols_of(node))
    return [
        one for one, what in meanings if isinstance(what, Computed) or (isinstance(what, Given) and what.kind == "real")
    ]


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
