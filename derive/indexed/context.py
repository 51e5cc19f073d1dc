"""What every rule stands on: the table, the algebra, and how shapes become slots."""

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cache

from derive.expressions.shapes import Dim, Shape
from derive.expressions.tree import Expr, IndexVariable
from derive.indexed.algebra import Algebra
from derive.indexed.differentiation import Cuts, Differentiation
from derive.indexed.functions import Functions
from derive.indexed.heads import COLUMN, ROW, SLOTS, Form, Head, Heads, NotGeneral, Number
from derive.indexed.replacement import Replacement
from derive.notation.symbols import SymbolTable
from derive.records import dataclass

Environment = Mapping[IndexVariable, int]

UNSAID = ""
"""A condition for which there are no words: a root has a value, a position is within its dimension."""

DENOMINATOR = (-3, -4)
"""The slots of what something is differentiated by."""

_PUT_IN = -470


def dim_key(dim: Dim) -> str:
    """What tells a dimension apart: its name, or its size where it is written as a number."""
    if dim.name and not dim.name.isdigit():
        if not _is_plain(dim.name):
            raise NotGeneral(f"the dimension {dim.name} is made of others")
        return dim.name
    if dim.size is None:
        raise NotGeneral("a size is open")
    return str(dim.size)


@cache
def _is_plain(name: str) -> bool:
    return name.translate(str.maketrans("", "", "_{}\\^[]()")).isalnum()


def slots_of(shape: Shape) -> dict[int, str]:
    """The slots of a value with their dimensions: none along a length of 1."""
    return {
        slot: dim_key(dim)
        for slot, dim in zip((ROW, COLUMN, *DENOMINATOR), shape.dims, strict=False)
        if not dim.is_unit
    }


def slots_of_vector(shape: Shape) -> dict[int, str]:
    """The slot of a vector, or none. Raises `NotGeneral` for a matrix that is a vector since a size is 1 here."""
    slots = slots_of(shape)
    if len(slots) > 1:
        raise NotGeneral(f"{shape} is a vector at these sizes only")
    return slots


@dataclass
class Context:
    """What is known while expressions are lowered over one symbol table, which may grow.

    `conditions` says in words what the values so far presuppose, `presupposed` what the value of each cut head does;
    `declared` are those of them that the setting declares. What has no words is `UNSAID`.
    """

    table: SymbolTable
    kink: Number = 0
    check: Callable[[], None] = lambda: None
    heads: Heads = field(default_factory=Heads)
    cuts: Cuts = field(default_factory=Cuts)
    conditions: dict[str, None] = field(default_factory=dict)
    presupposed: dict[int, tuple[str, ...]] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.algebra = Algebra(self.heads, lambda: self.check())  # noqa: PLW0108  # `check` changes
        self.functions = Functions(self.algebra, self.kink)
        self.differentiation = Differentiation(self.functions, self.cuts)

    def lower(self, node: Expr, environment: Environment) -> Form:
        """The form of an expression. Raises `NotGeneral` where it has none."""
        raise NotImplementedError

    def fits(self, part: Shape, whole: Shape) -> None:
        """Whether a part of an operation entry by entry runs along the dimensions of the whole."""
        slots = slots_of(whole)
        for slot, dim in slots_of(part).items():
            if slots.get(slot) != dim:
                raise NotGeneral(f"{part} and {whole} agree at these sizes only")

    # ── putting in ──

    def put_in(self, form: Form, variable: Head, value: Form) -> Form:
        """The form with a scalar symbol replaced by a value, whose slots are letters meanwhile: heads have slots."""
        letters = {slot: _PUT_IN - at for at, slot in enumerate(SLOTS)}
        value = self.algebra.renamed(value, letters)
        back = {letter: slot for slot, letter in letters.items()}
        return self.algebra.renamed(self.replaced(form, {variable.number: value}), back)

    def opened_on(self, form: Form, variable: Head) -> Form:
        """The form with every cut name that depends on a symbol replaced by its definition."""
        while True:
            hidden = [
                number
                for number in self.heads.mentioned(form)
                if number in self.cuts.definitions and self.cuts.depends(number, variable.number)
            ]
            if not hidden:
                return form
            form = self.replaced(form, {number: self.cuts.definitions[number] for number in hidden})

    def replaced(self, form: Form, values: Mapping[int, Form]) -> Form:
        """The form with some heads replaced by forms in their slots, in templates too."""
        return Replacement(self.functions, values).form(form)
