"""An exercise -> the lines that answer each of its parts, none of which repeats what stands above it."""

from collections.abc import Iterator
from dataclasses import replace

from derive.errors import FormulaError, Undecidable
from derive.expressions.tree import Derivative, Entry, Expr, Symbol
from derive.gradients.refusal import NoClosedForm
from derive.grading.parts import Part
from derive.records import dataclass
from derive.sheets.computation import Computation
from derive.sheets.dots_lines import dots_line, whole_of_dots
from derive.sheets.entry_lines import entry_lines, general_entry
from derive.sheets.jacobian_entries import jacobian_entry_lines
from derive.sheets.lines import Known, Line, Step, line
from derive.sheets.plain_forms import plainer
from derive.sheets.scalar_lines import gradient_lines
from derive.sheets.second_lines import second_lines, second_names
from derive.sheets.shorthands import shorthands
from derive.sheets.tensor_lines import is_of_entries, tensor_entry, tensor_lines, tensor_operator
from derive.sheets.value_lines import is_value, value_lines
from derive.sheets.vector_lines import jacobian_lines


@dataclass(frozen=True)
class Answer:
    """The lines that lead to what a part asks, the last of which is its answer; `problem` where there is none.

    `asked` is what the part asks in the form that it asks for: a gradient, or the general entry of it. `shorthands` say
    the same in other forms, under a convention.
    """

    part: Part
    asked: Expr
    lines: tuple[Line, ...]
    problem: str | None = None
    shorthands: tuple[Line, ...] = ()


def answers(computation: Computation, parts: tuple[Part, ...]) -> tuple[Answer, ...]:
    """The derivation of what is asked, part by part."""
    known = Known()
    return tuple(_answer(computation, part, known) for part in parts)


def _answer(computation: Computation, part: Part, known: Known) -> Answer:
    before = dict(known)
    try:
        asked = asked_of(computation, part)
        lines = [*tensor_operator(computation, part.value), *lines_to(computation, asked, known)]
        lines = [one for one in lines if one.steps]
        if not lines or lines[-1].quantity != asked:
            lines += [_again(computation, asked, known)]
        known.answered.add(asked)
        plain = tuple(_plain(computation, one) for one in lines)
        short = tuple(_plain(computation, one) for one in shorthands(computation, lines, known))
        return Answer(part, asked, plain, shorthands=short)
    except (NoClosedForm, FormulaError, Undecidable, RecursionError) as refusal:
        known.clear()
        known.update(before)
        return Answer(part, part.value, (), _why(refusal))


def _plain(computation: Computation, one: Line) -> Line:
    steps = tuple(replace(step, value=plainer(computation, step.value)) for step in one.steps)
    return replace(one, steps=line(one.quantity, *steps).steps)


def _why(refusal: Exception) -> str:
    return "it is nested too deeply" if isinstance(refusal, RecursionError) else str(refusal)


def asked_of(computation: Computation, part: Part) -> Expr:
    """What a part asks; entry by entry where it says so, and where there is no matrix for it."""
    if (entry := tensor_entry(computation, part.value)) is not None:
        return entry
    if part.form != "entries" or not isinstance(part.value, Derivative):
        return part.value
    return general_entry(computation, part.value) or part.value


def _again(computation: Computation, asked: Expr, known: Known) -> Line:
    """What an earlier part, or the way to one, found already."""
    return line(asked, Step(known[asked] if asked in known else computation.closed(asked)))


def lines_to(computation: Computation, asked: Expr, known: Known) -> Iterator[Line]:
    """The lines that lead to a derivative, by what it is a derivative of and by what. Raises `NoClosedForm`."""
    if (whole := whole_of_dots(asked)) is not None:
        yield from lines_to(computation, whole, known)
        yield dots_line(computation, asked, whole, known)
    elif second_names(asked) is not None:
        yield from _or_closed(computation, asked, second_lines(computation, asked, known))
    elif is_value(asked):
        yield from value_lines(computation, asked)
    elif isinstance(asked, Entry):
        yield from _or_closed(computation, asked, jacobian_entry_lines(computation, asked, known))
    elif not isinstance(asked, Derivative):
        yield line(asked, Step(computation.closed(asked)))
    elif is_of_entries(asked):
        yield from _or_closed(computation, asked, tensor_lines(computation, asked, known))
    elif isinstance(asked.by, Entry):
        yield from entry_lines(computation, asked, known)
    elif not (isinstance(asked.of, Symbol) and isinstance(asked.by, Symbol)):
        yield line(asked, Step(computation.closed(asked)))
    elif asked.of.shape.is_scalar:
        yield from gradient_lines(computation, asked.of.name, asked.by.name, known)
    elif asked.layout == "denominator":
        yield line(asked, Step(computation.closed(asked)))
    else:
        found = jacobian_lines(computation, asked.of.name, asked.by.name, known)
        yield from _or_closed(computation, asked, found)


def _or_closed(computation: Computation, asked: Expr, found: Iterator[Line]) -> Iterator[Line]:
    """The lines; where the steps have no notation, the closed form alone."""
    try:
        yield from list(found)
    except NoClosedForm:
        yield line(asked, Step(computation.closed(asked)))
