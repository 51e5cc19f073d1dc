"""How operations are spelled in NumPy: a table from kinds to code.

Each entry takes the operation and the code of its arguments, and gives the code with how tightly it binds, so that
brackets stand where they are needed and nowhere else.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from derive.kernels.operations import Operation
from derive.records import dataclass

COMPARED, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)
"""How tightly code binds, loosest first."""


@dataclass(frozen=True)
class Code:
    """An expression of Python and how tightly its outermost operator binds."""

    text: str
    binds: int = ATOM

    def at_least(self, binds: int) -> str:
        """The code where something that binds so stands around it."""
        return self.text if self.binds >= binds else f"({self.text})"

    @property
    def atom(self) -> str:
        """The code where an index or a dot follows."""
        return self.at_least(ATOM)


Spell = Callable[[Operation, list[Code]], Code]


def beside_arrays(operation: Operation, arguments: list[Code]) -> list[Code]:
    """Whole numbers beside arrays as floating-point numbers, which need not be converted."""
    if operation.is_scalar:
        return arguments
    return [
        replace(code, text=f"{code.text}.0") if part.kind == "number" and code.text.lstrip("-").isdigit() else code
        for part, code in zip(operation.arguments, arguments, strict=True)
    ]


def infix(sign: str, binds: int) -> Spell:
    """`a + b`; what binds as tightly needs brackets at the right."""

    def spell(operation: Operation, arguments: list[Code]) -> Code:
        left, right = beside_arrays(operation, arguments)
        return Code(f"{left.at_least(binds)} {sign} {right.at_least(binds + 1)}", binds)

    return spell


def call(name: str) -> Spell:
    """`f(a, b)`."""

    def spell(operation: Operation, arguments: list[Code]) -> Code:
        return Code(f"{name}({', '.join(one.text for one in beside_arrays(operation, arguments))})")

    return spell


def comparison(sign: str) -> Spell:
    """`a < b`, whose sides always stand in brackets where they are comparisons themselves."""
    return infix(sign, COMPARED)


def number(value: Fraction) -> Code:
    """A number: exact where it has few decimals, else as a quotient."""
    if value.denominator == 1:
        text, binds = str(value), ATOM
    elif float(value) == value and len(repr(float(value))) <= 8:
        text, binds = repr(float(value)), ATOM
    else:
        text, binds = f"{value.numerator} / {value.denominator}", PRODUCT
    return Code(text, SIGN if value < 0 and binds == ATOM else binds)


def indexed(operation: Operation, array: Code, entries: list[str]) -> Code:
    """`a[:, None]`, trailing colons left out."""
    while entries and entries[-1] == ":":
        entries.pop()
    return Code(f"{array.atom}[{', '.join(entries)}]") if entries else array


def expand(operation: Operation, arguments: list[Code]) -> Code:
    """Axes of extent 1; of a sum along an axis that stays, `keepdims=True`."""
    entries = ["None" if axis in operation.data else ":" for axis in range(len(operation.axes))]
    return Code(f"{arguments[0].atom}[{', '.join(entries)}]")


def at(operation: Operation, arguments: list[Code]) -> Code:
    """`a[:, 0]`."""
    axis, position = operation.data
    assert isinstance(axis, int)
    entries = [":"] * axis + [str(position)]
    return indexed(operation, arguments[0], entries)


def sliced(operation: Operation, arguments: list[Code]) -> Code:
    """`a[1:-1]`."""
    axis, first, beyond = operation.data
    assert isinstance(axis, int)
    run = f"{first or ''}:{'' if beyond is None else beyond}"
    return indexed(operation, arguments[0], [":"] * axis + [run])


def along(axes: tuple[object, ...]) -> str:
    """The axes of a sum, in code."""
    return str(axes[0]) if len(axes) == 1 else f"({', '.join(map(str, axes))})"


def shape_in_code(axes: tuple[object, ...]) -> str:
    """`(N, 1)`."""
    return f"({', '.join(map(str, axes))}{',' if len(axes) == 1 else ''})"
