"""What the code of a kernel is written with: NumPy, or a library whose arrays do the same.

A backend is a table: how each kind of operation is spelled, how a result is written over an array, what a module
imports, which helpers it carries and how it checks itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import field

from derive.kernels.operations import Operation
from derive.kernels.refusal import NoKernel
from derive.kernels.spelling import ARITHMETIC, Code, Spell
from derive.records import dataclass


@dataclass(frozen=True)
class Drawing:
    """How a module draws its example: `parameter` of `example`, the line before its arguments, and the code of each.

    `normal` and `positive` take a shape and give an array, those of a number a number; `labels` take how many classes
    there are; `one_hot` takes the extents of the array and which axis has the classes; `structures` the code of a
    square matrix, by how it is structured, `{n}` being its size; `functions` the code of a function and its
    derivatives; `mapped` that of a function between vectors, of the shape that it gives.
    """

    parameter: str
    argument: str
    before: str
    normal: str
    positive: str
    number: str
    positive_number: str
    labels: str
    label: str
    one_hot: tuple[str, str]
    whole: str
    structures: Mapping[str, str]
    functions: tuple[str, str, str]
    mapped: str
    alone: str = "{0}"


@dataclass(frozen=True)
class Backend:
    """One library of arrays.

    `kept` spells a reduction along axes that stay with extent 1, `over` a result written into an array that is given
    (none: there is no such code), `less_one` the lines that take 1 away at some places of an array, `copy` an array of
    its own. `scalar` and `results` are types in annotations, `types` the names that stand in these; `helpers` are
    functions that a module carries where it calls them, by their names. `head` are the names that a function gives
    first, where its code uses them, `{0}` being its first array; the second line is that where there are numbers
    alone. `numbers` says for each type how an
    array is made of a number that is an argument, where functions, all kinds but those in `plain`, need one.
    `differentiates`: the library differentiates functions itself, so that only gradients are written over what is
    there, below the line `without`. `notes` stand in the docstring of a module, those `on_numbers` where it takes no
    array.
    """

    name: str
    imports: tuple[str, ...]
    types: Mapping[str, str]
    scalar: str
    results: str
    dtypes: Mapping[str, str]
    spellings: Mapping[str, Spell]
    kept: Callable[[str, str, str], str]
    copy: Callable[[str], str]
    less_one: Callable[["Places"], tuple[str, ...]]
    over: Callable[[Operation, Operation, list[Code], str], str | None] | None = None
    helpers: Mapping[str, str] = field(default_factory=dict)
    head: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
    plain: frozenset[str] = ARITHMETIC
    differentiates: bool = False
    without: str = ""
    notes: tuple[str, ...] = ()
    notes_on_numbers: tuple[str, ...] = ()
    drawing: Drawing | None = None
    test: tuple[str, ...] = ()
    dtype: str = "float64"

    @property
    def writes_over(self) -> bool:
        """Whether arrays can be changed in place."""
        return self.over is not None

    def expression(self, operation: Operation, arguments: list[Code]) -> Code:
        """The code of an operation. Raises `NoKernel` where the library has no such function."""
        spell = self.spellings.get(operation.kind)
        if spell is None:
            raise NoKernel(f"{operation.kind.replace('_', ' ')} in {self.name}")
        return spell(operation, arguments)


@dataclass(frozen=True)
class Places:
    """What 1 is taken away from: the array `array`, which may be changed where `is_own`, to be called `name`.

    `labels` names one place in each line along `axis`; `axes` are the extents of the array.
    """

    name: str
    array: Code
    is_own: bool
    labels: str
    axis: int
    axes: tuple[int | str, int | str]

    def entries(self, positions: str) -> str:
        """The places as an index; `positions` are the numbers of the lines."""
        return f"{positions}, {self.labels}" if self.axis == 1 else f"{self.labels}, {positions}"

    @property
    def lines(self) -> int | str:
        """How many lines there are."""
        return self.axes[1 - self.axis]
