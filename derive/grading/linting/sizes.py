"""What is wrong with the sizes at which an exercise is checked: they let different formulas coincide."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from math import isqrt

from derive.expressions.tree import Apply, Expr, Node, Number, Power, Size, parts
from derive.expressions.walk import walk
from derive.grading.linting.finding import Found
from derive.grading.linting.subject import Subject
from derive.source import Text

USUAL_FACTORS = frozenset({Fraction(2), Fraction(1, 2)})
"""Those that come and go with squares, even where none stands in an answer."""


def equal_sizes(subject: Subject) -> Iterator[Found]:
    """Dimensions of one size, which is said for the second of them."""
    for (first, size, _), (second, other, text) in combinations(_sized(subject), 2):
        if size == other and size > 1:
            problem = f"{first} and {second} are both {size}, so a wrong transpose can have shapes that fit"
            yield Found(text, problem, f"give {second} a size of its own")


def sizes_of_one(subject: Subject) -> Iterator[Found]:
    """Dimensions of size 1."""
    for name, size, text in _sized(subject):
        if size == 1:
            problem = f"{name} is 1, so a sum over it is its only term, and a row of it a column"
            yield Found(text, problem, f"give {name} a size of 2 or more")


def sizes_like_factors(subject: Subject) -> Iterator[Found]:
    """Dimensions by which is divided or multiplied, or by whose root, as large as a factor that stands beside them."""
    answers = [form for form in (subject.closed_form(asked.part) for asked in subject.asked) if isinstance(form, Expr)]
    values = [*subject.computed.values(), *answers]
    factors = USUAL_FACTORS.union(*(_factors(value) for value in values))
    for name, size, text in _sized(subject):
        for count, written in _counts(name, size, values):
            same = next((factor for factor in (Fraction(count), Fraction(1, count)) if factor in factors), None)
            if same is not None and count > 1:
                is_number = f"{written} = {count} is a number in the model"
                problem = f"{is_number}, so a lost {written} and a lost {same} cannot be told apart"
                yield Found(text, problem, f"give {name} another size, such as {_free(subject, factors)}")


def _counts(name: str, size: int, values: list[Expr]) -> Iterator[tuple[int, str]]:
    """The whole numbers for which a dimension stands in some expressions, and how they are written."""
    found = [node for value in values for node in walk(value)]
    if any(isinstance(node, Size) and node.dim.name == name for node in found):
        yield size, name
    roots = (node.operand for node in found if isinstance(node, Apply) and node.function == "sqrt")
    if isqrt(size) ** 2 == size and any(isinstance(root, Size) and root.dim.name == name for root in roots):
        yield isqrt(size), rf"\sqrt{{{name}}}"


def _sized(subject: Subject) -> list[tuple[str, int, Text]]:
    """The dimensions to which the setting gives a size; how many names there are is no size."""
    depths = subject.exercise.model.table.depths
    dims = subject.exercise.document.setting.dims.items()
    return [(name, size, text) for name, (size, text) in dims if size is not None and name not in depths]


def _factors(value: Node) -> set[Fraction]:
    """The numbers in an expression without their signs, those in exponents left out."""
    match value:
        case Number(number):
            return {abs(number)}
        case Power(base, Number()):
            return _factors(base)
    return set[Fraction]().union(*map(_factors, parts(value)))


def _free(subject: Subject, factors: frozenset[Fraction]) -> int:
    """The least size above 2 that no dimension and no factor has, and that is no square."""
    taken = {size for _, size, _ in _sized(subject)} | {abs(factor) for factor in factors}
    free = (size for size in range(3, 1_000) if size not in taken and Fraction(1, size) not in factors)
    return next(size for size in free if isqrt(size) ** 2 != size)
