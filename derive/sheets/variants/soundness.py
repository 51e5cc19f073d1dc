"""Whether a variant is as good an exercise as its original: it is read, and each part can be answered as before."""

from derive.errors import DocumentError, FormulaError, Undecidable
from derive.expressions.tree import Expr
from derive.gradients.closed import Differentiator
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.grading.parts import ExerciseDocument, Part, exercise_from_text


def sound_exercise(text: str, original: ExerciseDocument) -> ExerciseDocument | None:
    """The exercise that a text is, None where it is none, or one that asks for something that can not be answered."""
    try:
        variant = exercise_from_text(text, original.name)
    except DocumentError:
        return None
    pairs = zip(original.parts, variant.parts, strict=True)
    return variant if all(_is_like(old, new, original, variant) for old, new in pairs) else None


def _is_like(old: Part, new: Part, original: ExerciseDocument, variant: ExerciseDocument) -> bool:
    """Whether a part has an answer in closed form wherever it had one, which depends on something as it did."""
    form = closed_form(new, variant)
    return form is not None or closed_form(old, original) is None


def closed_form(part: Part, exercise: ExerciseDocument) -> Expr | None:
    """What is asked without derivatives, None where there is no such form."""
    model = exercise.model
    try:
        return presented(Differentiator(model.table, model.kink).without_derivatives(part.value))
    except (NoClosedForm, FormulaError, Undecidable, RecursionError):
        return None
