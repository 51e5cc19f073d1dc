"""Indices: letters, fixed positions, labels, and the ranges over which sums run."""

from collections.abc import Iterator
from contextlib import contextmanager

from derive.expressions import tree
from derive.expressions.tree import Index, IndexVariable
from derive.indexed.algebra import ONE
from derive.indexed.context import UNSAID, Environment, dim_key
from derive.indexed.heads import FIRST_LETTER, FIRST_POSITION, LAST_POSITION, Form, NotGeneral
from derive.indexed.names import Names

_LAST_LETTER = -490


class Positions(Names):
    """What an index is in a form, and along which dimension it runs."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._letters: dict[IndexVariable, int] = {}
        self._bound = 0
        self._dims: dict[int, str] = {}

    def index(self, index: Index, environment: Environment) -> int:
        """An index letter or a fixed position. Raises `NotGeneral` for a moved index."""
        match index:
            case tree.IndexVariable():
                if index in environment:
                    return environment[index]
                return self.letter(index)
            case tree.IndexNumber(position, _, end):
                self.conditions[UNSAID] = None
                if end is None:
                    return FIRST_POSITION - position
                return LAST_POSITION - ((end.size or 0) - 1 - position)
        raise NotGeneral("an index that is moved")

    def letter(self, index: IndexVariable) -> int:
        """The number that stands for an index letter of a claim."""
        if index not in self._letters:
            self._letters[index] = FIRST_LETTER - len(self._letters)
        if self._letters[index] < FIRST_LETTER - 100:
            raise NotGeneral("there are too many indices")
        return self._letters[index]

    @contextmanager
    def fresh(self) -> Iterator[int]:
        """A number for an index that is bound, different from those around it."""
        self._bound += 1
        number = FIRST_LETTER - 110 - self._bound
        if number < _LAST_LETTER + 70:
            raise NotGeneral("sums are nested too deeply")
        self._dims.pop(number, None)
        try:
            yield number
        finally:
            self._bound -= 1

    def run_along(self, number: int, dim: str) -> None:
        """Note the dimension of an index that is free in a claim."""
        self._dims[number] = dim

    def placed(self, form: Form, slot: int, index: Index, environment: Environment, dim: str) -> Form:
        """A form with an index in one of its slots; at a label, the sum over the classes weighted by its one-hot."""
        if not isinstance(index, tree.Label):
            number = self.index(index, environment)
            if number > FIRST_POSITION and self._dims.setdefault(number, dim) != dim:
                raise NotGeneral("an index runs over two dimensions that agree at these sizes only")
            return self.algebra.renamed(form, {slot: number})
        return self._at_label(form, slot, index, environment, dim)

    def _at_label(self, form: Form, slot: int, label: tree.Label, environment: Environment, dim: str) -> Form:
        hot = self.hot_entry(label, environment, slot, dim)
        return self.algebra.multiply(form, hot, {slot: 1_000}, {slot: 1_000}, {1_000: dim})

    def hot_entry(self, label: tree.Label, environment: Environment, place: int, dim: str | None = None) -> Form:
        """`1` where an index is the class of a label."""
        head = self.label(label.name)
        if dim is not None and head.dims[-1] != dim:
            raise NotGeneral("a label stands where another dimension is counted")
        if label.example is None:
            if len(head.dims) != 1:
                raise NotGeneral("a label of which example is not said")
            return self.algebra.factor(head, place)
        if len(head.dims) != 2 or isinstance(label.example, tree.Label):
            raise NotGeneral("a label of which there is one has no examples")
        return self.algebra.factor(head, self.index(label.example, environment), place)

    # ── ranges ──

    def check_range(self, index: Index, dim: str) -> None:
        if isinstance(index, tree.IndexNumber) and dim.isdigit() and index.position >= int(dim):
            raise NotGeneral("an index is outside its range")

    def range_of(self, found: tree.Range) -> str:
        """The dimension to the end of which an index runs. Raises `NotGeneral` where it does not, or not by name."""
        key = dim_key(found.dim)
        if found.extent == "these sizes":
            raise NotGeneral("a range that is known at these sizes only")
        if key.isdigit():
            if found.last != int(key) - 1:
                raise NotGeneral("a range that ends before its dimension")
            return key
        if found.extent != "dimension" or found.from_end:
            raise NotGeneral("a range that is given by numbers")
        return key

    def from_first(self, found: tree.Range, number: int, dim: str) -> Form:
        """1 from the first position of a range on, 0 before it."""
        total = ONE
        for position in range(found.first):
            delta = self.algebra.factor(self.heads.delta(dim), number, FIRST_POSITION - position)
            total = self.algebra.add(total, delta, -1)
        self.note_place(found.first - 1, dim)
        return total

    def note_place(self, position: int, dim: str) -> None:
        """Note that a dimension must be long enough for a position that stands in no entry."""
        if dim.isdigit():
            if position >= int(dim):
                raise NotGeneral("an index is outside its range")
        elif position > 0:
            self.conditions[f"{dim} is at least {position + 1}"] = None
