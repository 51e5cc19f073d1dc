"""Whether a variant is as good an exercise as its original: it is read, and each part can be answered as before."""

from derive.errors import DocumentError, FormulaError, Undecidable
from derive.expressions.tree import Expr
from derive.gradients.closed import Differentiator
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.grading.parts import ExerciseDocument, exercise_from_text


def is_sound(text: str, original: ExerciseDocument) -> bool:
    """Whether a text is an exercise in which each part has an answer in closed form that has one in the original."""
    try:
        variant = exercise_from_text(text, original.name)
    except DocumentError:
        return False
    forms = closed_forms_of(variant)
    if None not in forms:
        return True
    return all(new is not None or old is None for new, old in zip(forms, closed_forms_of(original), strict=True))


def closed_forms_of(exercise: ExerciseDocument) -> tuple[Expr | None, ...]:
    """What the parts ask for without derivatives, None where there is no such form."""
    differentiator = Differentiator(exercise.model.table, exercise.model.kink)
    return tuple(_closed_form(part.value, differentiator) for part in exercise.parts)


def _closed_form(value: Expr, differentiator: Differentiator) -> Expr | None:
    try:
        return presented(differentiator.without_derivatives(value))
    except (NoClosedForm, FormulaError, Undecidable, RecursionError):
        return None
