"""How operations are spelled: what is the same in every library of arrays.

A spelling takes the operation and the code of its arguments, and gives the code with how tightly it binds, so that
brackets stand where they are needed and nowhere else.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from derive.kernels.operations import Operation, is_constant
from derive.records import dataclass

COMPARED, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)
"""How tightly code binds, loosest first."""

ARITHMETIC = frozenset({"negative", "add", "subtract", "multiply", "divide", "power", "square"})
"""The kinds whose code takes numbers of Python as well as arrays."""


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


def function(module: str, name: str | None = None) -> Spell:
    """A function of the library; of numbers that sizes alone determine, that of Python's `math`."""

    def spell(operation: Operation, arguments: list[Code]) -> Code:
        if is_constant(operation.arguments[0]):
            return Code(f"math.{'fabs' if operation.kind == 'abs' else operation.kind}({arguments[0].text})")
        return Code(f"{module}.{name or operation.kind}({arguments[0].text})")

    return spell


def square(module: str) -> Spell:
    """`x * x` of what has a name, else the function of the library."""

    def spell(operation: Operation, arguments: list[Code]) -> Code:
        (code,) = arguments
        if operation.is_scalar or code.text.isidentifier():
            return Code(f"{code.at_least(PRODUCT)} * {code.at_least(SIGN)}", PRODUCT)
        return Code(f"{module}.square({code.text})")

    return spell


def einsum(module: str) -> Spell:
    """`np.einsum("ij,ik->jk", a, b)`."""

    def spell(operation: Operation, arguments: list[Code]) -> Code:
        *inputs, output = map(str, operation.data)
        codes = ", ".join(one.text for one in arguments)
        return Code(f'{module}.einsum("{",".join(inputs)}->{output}", {codes})')

    return spell


def is_python_number(operation: Operation) -> bool:
    """Whether this may be a number of Python: one that is given, or made of such by arithmetic alone."""
    if operation.axes:
        return False
    return operation.kind in ("name", "number", "size", "constant") or (
        operation.kind in ARITHMETIC and all(map(is_python_number, operation.arguments))
    )


def fitted_choice(operation: Operation, arguments: list[Code], wrapped: str) -> list[Code]:
    """The arguments of `where`; of two numbers, neither of them an array, one is `wrapped` as one of the right type."""
    condition, *codes = arguments
    choices = operation.arguments[1:]
    if all(one.is_scalar for one in choices):
        for place, one in enumerate(choices):
            if is_constant(one):
                codes[place] = Code(wrapped.format(codes[place].text))
                break
    return [condition, *codes]


def entries(operation: Operation, axis: int, entry: str) -> list[str]:
    """The entries of an index into the first argument of an operation, colons but along one axis."""
    found = [":"] * len(operation.arguments[0].axes)
    found[axis] = entry
    return found


def indexed(array: Code, places: list[str]) -> Code:
    """`a[0]` for `a[0, :]`: trailing colons left out."""
    while places and places[-1] == ":":
        places = places[:-1]
    return whole_index(array, places) if places else array


def whole_index(array: Code, places: list[str]) -> Code:
    """`a[0, :]`."""
    return Code(f"{array.atom}[{', '.join(places)}]")


def at(operation: Operation) -> list[str]:
    """The index of one position along an axis."""
    axis, position = operation.data
    assert isinstance(axis, int)
    return entries(operation, axis, str(position))


def run(operation: Operation) -> list[str]:
    """The index of the positions from one to before another along an axis."""
    axis, first, beyond = operation.data
    assert isinstance(axis, int)
    return entries(operation, axis, f"{first or ''}:{'' if beyond is None else beyond}")


def expand(operation: Operation, arguments: list[Code]) -> Code:
    """`a[:, None]`: axes of extent 1."""
    return whole_index(arguments[0], ["None" if axis in operation.data else ":" for axis in range(len(operation.axes))])


def along(axes: tuple[object, ...]) -> str:
    """The axes of a sum, in code."""
    return str(axes[0]) if len(axes) == 1 else f"({', '.join(map(str, axes))})"


def along_some(operation: Operation) -> str:
    """The axes along which a reduction goes; nothing where it goes along all."""
    return "" if len(operation.data) == len(operation.arguments[0].axes) else along(operation.data)


def axis_of(operation: Operation) -> int:
    """The axis that an operation is about."""
    axis = operation.data[0]
    assert isinstance(axis, int)
    return axis


def rows_of_blocks(operation: Operation, arguments: list[Code]) -> list[str]:
    """The rows of a matrix of blocks, each as a list in code."""
    width = axis_of(operation)
    texts = [one.text for one in arguments]
    return [f"[{', '.join(texts[start : start + width])}]" for start in range(0, len(texts), width)]


def shape_in_code(axes: tuple[object, ...]) -> str:
    """`(N, 1)`."""
    return f"({', '.join(map(str, axes))}{',' if len(axes) == 1 else ''})"


def value_of(operation: Operation) -> Fraction:
    """The number that a number or an array of one number is."""
    value = operation.data[0]
    assert isinstance(value, Fraction)
    return value


def _name(operation: Operation, _: list[Code]) -> Code:
    return Code(str(operation.data[0]))


def _constant(operation: Operation, _: list[Code]) -> Code:
    name = str(operation.data[0])
    return Code(f"-math.{name[1:]}", SIGN) if name.startswith("-") else Code(f"math.{name}")


def _negative(_: Operation, arguments: list[Code]) -> Code:
    return Code(f"-{arguments[0].at_least(SIGN)}", SIGN)


def _power(_: Operation, arguments: list[Code]) -> Code:
    return Code(f"{arguments[0].atom} ** {arguments[1].at_least(SIGN)}", POWER)


def _called(operation: Operation, arguments: list[Code]) -> Code:
    return Code(f"{operation.data[0]}({arguments[0].text})")


COMMON: dict[str, Spell] = {
    "number": lambda operation, _: number(value_of(operation)),
    "name": _name,
    "size": _name,
    "constant": _constant,
    "negative": _negative,
    "add": infix("+", SUM),
    "subtract": infix("-", SUM),
    "multiply": infix("*", PRODUCT),
    "divide": infix("/", PRODUCT),
    "matmul": infix("@", PRODUCT),
    "power": _power,
    "equal": comparison("=="),
    "not_equal": comparison("!="),
    "less": comparison("<"),
    "less_equal": comparison("<="),
    "greater": comparison(">"),
    "greater_equal": comparison(">="),
    "called": _called,
    "mapped": _called,
    "expand": expand,
    "at": lambda operation, arguments: indexed(arguments[0], at(operation)),
    "slice": lambda operation, arguments: indexed(arguments[0], run(operation)),
}
"""What is the same in every library that writes operators as Python does."""
