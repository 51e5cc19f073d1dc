"""Whether two expressions of a model are equal for all dimensions: tried at a few points, then proved."""

import itertools
from collections.abc import Iterator, Mapping

from derive.checking.diagnosing import POINTS, know_all_names
from derive.checking.probing import NoValueError, Probe, alike
from derive.checking.session import Session
from derive.deciding.limits import Deadline
from derive.errors import Undecidable
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
    """Proves equations between expressions of one model; what floating point sees to fail is not even tried."""

    def __init__(self, model: Model) -> None:
        self._session = Session(model)
        self._probes: dict[tuple[tuple[IndexVariable, int], ...], Probe] = {}
        know_all_names(self._session)

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
        """Whether floating point finds a difference. Where it finds no value nothing fails."""
        for environment in _environments(free):
            probe = self._probe(environment)
            try:
                if not alike(probe.value(left), probe.value(right)):
                    return True
            except NoValueError:
                continue
        return False

    def _probe(self, environment: Mapping[IndexVariable, int]) -> Probe:
        """The values at one point, for some positions of free indices."""
        key = tuple(environment.items())
        if key not in self._probes:
            point = self._session.decider().point(POINTS[0])
            self._probes[key] = Probe(self._session, point, dict(environment))
        return self._probes[key]


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
