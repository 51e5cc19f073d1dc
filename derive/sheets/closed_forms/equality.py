"""Whether two expressions of a model are equal for all dimensions: tried at a few points, then proved."""

import itertools
from collections.abc import Iterator, Mapping

from derive.checking.session import Session
from derive.deciding.facts import EntryEquation
from derive.deciding.limits import Deadline
from derive.errors import FormulaError, Undecidable
from derive.exact.entries import Array
from derive.expressions import tree
from derive.expressions.shapes import Dim
from derive.expressions.tree import Expr, IndexVariable
from derive.expressions.walk import walk
from derive.gradients.indices import free_indices
from derive.indexed.prover import GeneralProof
from derive.models import Model

PATIENCE = 6_000
"""Products that are settled for one candidate: most are proved with a hundredth of them."""

SECONDS = 1.0
POSITIONS = 3
"""At so many positions of each free index equality is tried."""


class Equality:
    """Proves equations between expressions of one model; what fails at a point is not even tried."""

    def __init__(self, model: Model) -> None:
        self._session = Session(model)
        self._lowered: dict[tuple[Expr, tuple[int, ...]], Array] = {}

    def __call__(self, left: Expr, right: Expr) -> bool:
        """Whether both sides are proved equal for all dimensions, wherever both have a value."""
        if left.shape != right.shape:
            return False
        free = _free(left, right)
        if self._fails_at_a_point(left, right, free):
            return False
        deadline = Deadline(SECONDS)
        letters = {index.name: dim for index, dim in free.items()}
        try:
            proof = self._session.prover.prove(left, right, letters, check=deadline.check, patience=PATIENCE)
        except Undecidable:
            return False
        return isinstance(proof, GeneralProof)

    def _fails_at_a_point(self, left: Expr, right: Expr, free: Mapping[IndexVariable, Dim]) -> bool:
        """Whether an entry of both sides certainly differs. Where nothing can be said, nothing fails."""
        deadline = Deadline(SECONDS)
        try:
            for environment in _environments(free):
                sides = self._entries(left, environment), self._entries(right, environment)
                for position in sides[0].positions():
                    equation = EntryEquation(sides[0].at(*position), sides[1].at(*position))
                    if self._session.refuted_at_once(equation, deadline) is not None:
                        return True
        except (Undecidable, FormulaError):
            return False
        return False

    def _entries(self, side: Expr, environment: Mapping[IndexVariable, int]) -> Array:
        """The entries of a side, worked out once."""
        key = side, tuple(environment.values())
        if key not in self._lowered:
            self._lowered[key] = self._session.entries.lower(side, dict(environment))
        return self._lowered[key]


def _free(*sides: Expr) -> dict[IndexVariable, Dim]:
    """The free indices of some expressions with the dimensions that they run along."""
    found: dict[IndexVariable, Dim] = {}
    own = frozenset(index for side in sides for index in free_indices(side))
    for side in sides:
        for part in walk(side):
            if isinstance(part, tree.Entry):
                for index, dim in zip((part.row, part.column), part.operand.shape.dims, strict=True):
                    if isinstance(index, IndexVariable) and index in own:
                        found.setdefault(index, dim)
    return found


def _environments(free: Mapping[IndexVariable, Dim]) -> Iterator[dict[IndexVariable, int]]:
    """The free indices at a few positions."""
    ranges = [range(min(dim.size or 1, POSITIONS)) for dim in free.values()]
    for positions in itertools.product(*ranges):
        yield dict(zip(free, positions, strict=True))
