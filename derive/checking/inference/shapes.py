r"""The shapes of names that the forward pass uses and nothing declares, where only one shape fits.

Every shape in the known dimensions, and in one more that stands for those that are not known, is tried, by the very
elaboration that reads the document; several names at once where they stand together. What claims say is not asked: a
wrong gradient must not choose the shape that makes it right.

Of the shapes that fit, those are preferred with which nothing is broadcast: y in `Xw - y` is N x 1, which is the most
general that it can be. A name that is added and is a parameter (the document differentiates by it) has no dimension of
the examples, for no other parameter has: b in `XW + b` is a row.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from derive.checking.inference.gathered import Equation
from derive.checking.inference.names import index_letters
from derive.errors import FormulaError, NotAmong, UnknownName
from derive.expressions.shapes import SCALAR, Dim, Shape, column, matrix, row
from derive.expressions.tree import Add, Expr, Hadamard, Negative, Node, Number, Quotient, Symbol
from derive.expressions.walk import walk
from derive.models.families import defined
from derive.notation.elaboration import Options, elaborated
from derive.notation.names import canonical, plain, unwrapped
from derive.notation.symbols import Computed, Given, SymbolTable
from derive.notation.syntax import Name, Script, Scripted, Sum, Term, nodes
from derive.records import dataclass

MAX_TRIALS = 6_000
MAX_FITTING = 400
FRESH = Dim(97, "?")
"""A dimension that is not known; a shape that has it is not certain."""


@dataclass(frozen=True)
class Use:
    """How the forward pass uses names: as parameters, as terms of sums, as indices."""

    parameters: frozenset[str]
    added: frozenset[str]
    indices: frozenset[str]


_OF_SEVERAL = re.compile(r"\[[^\d\]]|[_^]\{[\[(]?[A-Za-z][+-]\d")
"""What is in the name of a layer or a time that is not a number: `[l]`, `{t-1}`."""


@dataclass(frozen=True)
class Fit:
    """Meanings for all unknown names with which every equation has shapes that fit."""

    meanings: Mapping[str, Given]
    table: SymbolTable
    broadcasts: int


class TooMany(Exception):
    """More shapes would have to be tried than is worth while."""


@dataclass
class Fitting:
    """Tries shapes. `letters` are bound by sums: a name that carries one as its subscript is meant by its entries.

    Names that are `told` by an equation have no shape but that of its value.
    """

    dims: Sequence[Dim]
    letters: Collection[str]
    told: Collection[str]
    use: Use
    trials: int = 0

    def fits(
        self, table: SymbolTable, equations: Sequence[Equation], meanings: Mapping[str, Given], broadcasts: int = 0
    ) -> Iterator[Fit]:
        """Every fit. Raises `TooMany`."""
        if not equations:
            yield Fit(meanings, table, broadcasts)
            return
        self.trials += 1
        if self.trials > MAX_TRIALS:
            raise TooMany
        try:
            grown, value = with_equation(table, equations[0])
        except (UnknownName, NotAmong) as error:
            key = None if error.name is None else self._unknown(error.name)
            if key is None or key in meanings or plain(key) in self.told:
                return
            for meaning in self._candidates(key):
                yield from self.fits(
                    table.with_meaning(key, meaning), equations, {**meanings, key: meaning}, broadcasts
                )
            return
        except FormulaError:
            return
        if not any(_widens(node, meanings) for node in walk(value)):
            yield from self.fits(grown, equations[1:], meanings, broadcasts + broadcasts_in(value))

    def _unknown(self, name: str) -> str | None:
        """The name that is to get a shape: y where y_i is unknown and a sum binds i.

        None for `x^{(i)}`, `a^{[l]}` and `h_{t-1}`, which are one of several.
        """
        if _OF_SEVERAL.search(name):
            return None
        base, letters = index_letters(name)
        if letters and all(letter in self.letters for letter in letters):
            return base
        return None if any(f"^{{({letter})}}" in name for letter in self.letters) else name

    def _candidates(self, key: str) -> Iterator[Given]:
        dims = [*self.dims, FRESH]
        if key in self.use.indices:
            yield from (Given("labels", SCALAR, classes=dim) for dim in dims)
            yield from (Given("labels", column(first), classes=dim) for first in dims for dim in dims)
        yield Given("real", SCALAR)
        yield from (Given("real", column(dim)) for dim in dims)
        yield from (Given("real", row(dim)) for dim in dims)
        yield from (Given("real", matrix(first, second)) for first in dims for second in dims)


def with_equation(table: SymbolTable, equation: Equation) -> tuple[SymbolTable, Expr]:
    """The table in which the name of an equation has its value. Raises what its reading raises.

    Where it is about the entries of what is known, it is a claim, and the table is the same.
    """
    reading = elaborated(table, equation.body, Options(table.layout))
    if is_of_entries(table, equation.key):
        return table, reading.value
    return defined(table, equation.key, reading), reading.value


def is_of_entries(table: SymbolTable, key: str) -> bool:
    """Whether a name is that of the entries of a vector or a matrix that is known."""
    base, letters = index_letters(key)
    known = table.find(base) if letters else None
    return known is not None and not shapes_of(table).get(known, SCALAR).is_scalar


def broadcasts_in(value: Expr) -> int:
    """How often something is added to, multiplied by, or divided by what has another shape, entry by entry."""
    count = 0
    for node in walk(value):
        match node:
            case Add(terms):
                shapes = {term.shape for term in terms if not isinstance(term, Number)}
            case Hadamard(left, right) | Quotient(left, right):
                shapes = {left.shape, right.shape}
            case _:
                continue
        count += len(shapes) > 1
    return count


def _widens(node: Node, meanings: Mapping[str, Given]) -> bool:
    """Whether a sum is larger than all of it but one name whose shape is to be found."""
    if not isinstance(node, Add):
        return False
    for at, term in enumerate(node.terms):
        symbol = term.operand if isinstance(term, Negative) else term
        if isinstance(symbol, Symbol) and symbol.name in meanings:
            others = (*node.terms[:at], *node.terms[at + 1 :])
            rest = others[0] if len(others) == 1 else Add(others)
            if rest.shape != node.shape:
                return True
    return False


def certain(fits: Sequence[Fit], known: Mapping[str, Shape], use: Use, vectors: str) -> dict[str, Given]:
    """The meanings of which only one is possible, of the fits that are preferred."""
    fits = [fit for fit in fits if not _has_wide_bias(fit, known, use)]
    fits = [fit for fit in fits if not _has_narrow_bias(fit, fits, use)]
    if not fits:
        return {}
    fewest = min(fit.broadcasts for fit in fits)
    best = [fit for fit in fits if fit.broadcasts == fewest]
    found = {}
    for key in best[0].meanings:
        meaning = _only({fit.meanings[key] for fit in best if key in fit.meanings}, vectors)
        if meaning is not None:
            found[key] = meaning
    return found


def _only(meanings: set[Given], vectors: str) -> Given | None:
    """The one meaning; of a row and a column of one length, which fit alike, the one as which vectors stand."""
    if len(meanings) == 2:
        shapes = {meaning.shape for meaning in meanings}
        vector = next(iter(shapes))
        if vector.is_vector and {vector, vector.transposed} == shapes:
            meanings = {meaning for meaning in meanings if meaning.shape.is_column == (vectors == "column")}
    if len(meanings) != 1:
        return None
    meaning = next(iter(meanings))
    dims = (*meaning.shape.dims, *([meaning.classes] if meaning.classes is not None else []))
    return None if FRESH in dims else meaning


def _has_wide_bias(fit: Fit, known: Mapping[str, Shape], use: Use) -> bool:
    """Whether a parameter that is only added has a dimension that no parameter has that is multiplied."""
    shapes = {**known, **{key: meaning.shape for key, meaning in fit.meanings.items()}}
    factors = [shapes[key] for key in use.parameters - use.added if key in shapes]
    dims = {dim for shape in factors for dim in shape.dims}
    biases = [meaning.shape for key, meaning in fit.meanings.items() if key in use.added & use.parameters]
    return bool(factors) and any(dim not in dims and not dim.is_unit for shape in biases for dim in shape.dims)


def _has_narrow_bias(fit: Fit, fits: Sequence[Fit], use: Use) -> bool:
    """Whether a parameter that is only added is broadcast along a dimension along which it could run."""
    for key in fit.meanings.keys() & use.added & use.parameters:
        mine = len([dim for dim in fit.meanings[key].shape.dims if not dim.is_unit])
        others = (other for other in fits if _agree_but_for(fit, other, key))
        if any(len([dim for dim in other.meanings[key].shape.dims if not dim.is_unit]) > mine for other in others):
            return True
    return False


def _agree_but_for(one: Fit, other: Fit, key: str) -> bool:
    return key in other.meanings and all(
        other.meanings.get(name) == meaning for name, meaning in one.meanings.items() if name != key
    )


def use_of(equations: Sequence[Equation], parameters: Collection[str]) -> Use:
    """How some equations use names."""
    added: set[str] = set()
    indices: set[str] = set()
    for equation in equations:
        for node in nodes(equation.body):
            if isinstance(node, Sum) and len(node.terms) > 1:
                added |= {_name_of(term) for term in node.terms} - {""}
            elif isinstance(node, Script) and node.kind == "sub":
                indices |= {inner.text for inner in nodes(node.content) if isinstance(inner, Name)}
    return Use(frozenset(parameters), frozenset(added), frozenset(indices))


def _name_of(term: Term) -> str:
    """The name that a term is, if it is nothing but a name."""
    factor = unwrapped(term.factors[0])
    return canonical(factor).strip() if len(term.factors) == 1 and isinstance(factor, (Name, Scripted)) else ""


def shapes_of(table: SymbolTable) -> dict[str, Shape]:
    """The shapes of all names that are given or computed."""
    return {name: meaning.shape for name, meaning in table.meanings.items() if isinstance(meaning, (Given, Computed))}
