"""What is wrong with what is asked: it cannot be read, is always 0, is asked twice, is given already."""

from collections.abc import Iterator

from derive.checking.observing import first_value
from derive.checking.sides import Side
from derive.expressions.tree import Derivative, Expr, Symbol
from derive.gradients.closed import Differentiator
from derive.grading.asked import alike, core_of
from derive.grading.linting.finding import Found
from derive.grading.linting.subject import Asked, Subject, has_derivative
from derive.notation.symbols import shown
from derive.notation.syntax import List, parse
from derive.notation.tokens import tokenize


def unreadable_parts(subject: Subject) -> Iterator[Found]:
    """Parts that cannot be read, or that ask for what the model does not hold."""
    for at, problem in subject.unread:
        yield Found(at, problem, "mend the part; no submission can be marked before")


def always_zero(subject: Subject) -> Iterator[Found]:
    """Derivatives that are 0, whatever the values of the symbols."""
    nothing = Side(_syntax(subject, "0"))
    for asked in subject.asked:
        if subject.verdict(asked.part, nothing).verdict == "proved":
            problem = f"part {asked.part.id}: {_why_zero(subject, asked.part.value)}"
            yield Found(asked.at("ask"), problem, "ask for something else, or mend the model", asked.part.id)


def _why_zero(subject: Subject, value: Expr) -> str:
    core = core_of(value, lambda name: None).value
    if isinstance(core, Derivative) and isinstance(core.of, Symbol) and isinstance(core.by, Symbol):
        differentiator = Differentiator(subject.exercise.model.table, subject.exercise.model.kink)
        if core.by.name not in differentiator.upstream(core.of):
            return f"{shown(core.of.name)} does not depend on {shown(core.by.name)}, so this is always 0"
    return "this is 0 for every value of the symbols"


def asked_twice(subject: Subject) -> Iterator[Found]:
    """Parts that ask what an earlier part asks."""
    for number, asked in enumerate(subject.asked):
        first = next((one for one in subject.asked[:number] if _ask_the_same(one, asked)), None)
        if first is not None:
            line = first.at("ask").place().line
            problem = f"part {asked.part.id} asks what part {first.part.id} asks in line {line}"
            yield Found(asked.at("ask"), problem, "leave one of them out, or ask for something else", asked.part.id)


def _ask_the_same(first: Asked, second: Asked) -> bool:
    if first.part.form != second.part.form:
        return False
    one, other = (core_of(asked.part.value, lambda name: None) for asked in (first, second))
    return alike(one.value, other.value) and bool(one.indices) == bool(other.indices)


def given_by_setting(subject: Subject) -> Iterator[Found]:
    """Parts whose answer is a name that the setting defines, and that the question does not need."""
    names = [(name, "model") for name, _ in subject.exercise.document.setting.model]
    names += [(name, "notation") for name, _ in subject.exercise.document.setting.notation]
    sides = [(name, where, Side(_syntax(subject, name.value))) for name, where in names]
    for asked in subject.asked:
        given = next((one for one in sides if _gives(subject, asked, one[2])), None)
        if given is not None:
            name, where, _ = given
            line = name.place().line
            problem = f"part {asked.part.id}: {name.value} in the {where} (line {line}) is the answer already"
            yield Found(
                asked.at("ask"), problem, f"take it out of the {where}, or ask for something else", asked.part.id
            )


def _gives(subject: Subject, asked: Asked, side: Side) -> bool:
    """Whether a name, which stands for no derivative, is what is asked."""
    value = first_value(subject.session, side, {})
    if value is None or value.shape != asked.part.value.shape:
        return False
    if value == asked.part.value:
        return not has_derivative(value)
    if isinstance(value, Symbol):
        if has_derivative(subject.computed.get(value.name, value)) or value.name in _needed(subject, asked.part.value):
            return False
    elif has_derivative(value):
        return False
    return subject.verdict(asked.part, side).verdict == "proved"


def _needed(subject: Subject, value: Expr) -> frozenset[str]:
    """The names without which the question could not be asked: those from which what is differentiated is computed."""
    differentiator = Differentiator(subject.exercise.model.table, subject.exercise.model.kink)
    return frozenset(differentiator.upstream(value))


def without_closed_form(subject: Subject) -> Iterator[Found]:
    """Asked derivatives that the program cannot write without derivatives."""
    for asked in subject.asked:
        reason = subject.closed_form(asked.part)
        if isinstance(reason, str):
            problem = f"part {asked.part.id}: no closed form of this is known ({reason})"
            advice = "expect answers that a person must mark, or ask for a step before it"
            yield Found(asked.at("ask"), problem, advice, asked.part.id)


def _syntax(subject: Subject, latex: str) -> List:
    return parse(tokenize(latex, subject.exercise.model.table.words))
