"""Variants of an exercise: for each student another one of the same kind.

A variant is a complete exercise, made by rules of which each changes one thing: this module applies them in order, and
lets only what is sound pass. It depends on the exercise, the number and the version of the program, on nothing else.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from derive.errors import DocumentError, FormulaError
from derive.grading.parts import ExerciseDocument, exercise_from_text
from derive.sheets.variants.activation import vary_activation
from derive.sheets.variants.choosing import Choices
from derive.sheets.variants.draft import Draft, document_of, draft_of
from derive.sheets.variants.layers import vary_layers
from derive.sheets.variants.loss import vary_loss
from derive.sheets.variants.marks import vary_marks
from derive.sheets.variants.names import vary_names
from derive.sheets.variants.orientation import vary_orientation
from derive.sheets.variants.scaling import vary_scaling
from derive.sheets.variants.sizes import vary_sizes
from derive.sheets.variants.soundness import is_sound

Rule = Callable[[Draft, ExerciseDocument, Choices], Draft]

RULES: tuple[tuple[str, Rule], ...] = (
    ("activation", vary_activation),
    ("loss", vary_loss),
    ("scaling", vary_scaling),
    ("shapes", vary_sizes),
    ("orientation", vary_orientation),
    ("notation", vary_marks),
    ("names", vary_names),
    ("notation", vary_layers),
)
"""What varies, and by which rule, in the order in which the rules are applied."""

ASPECTS = tuple(dict.fromkeys(aspect for aspect, _ in RULES))
SELDOM = {"activation": 4, "loss": 3, "scaling": 2}
"""Of so many variants one keeps the original's, where it could have another one."""


def variant_of(exercise: ExerciseDocument, number: int, only: Collection[str] = ASPECTS) -> str:
    """The Markdown of a variant of an exercise, which varies in the aspects given.

    Raises `DocumentError` where nothing but the sizes can vary, or the exercise is not written in Markdown.
    """
    unknown = sorted(set(only) - set(ASPECTS))
    if unknown:
        raise ValueError(f"no aspect is called {unknown[0]!r}; there are {', '.join(ASPECTS)}")
    original = draft_of(exercise)
    for aspects in _attempts(only):
        draft = _varied(original, exercise, number, aspects)
        text = document_of(draft)
        if is_sound(text, exercise):
            break
    else:
        raise _no_variants(exercise)
    if set(only) == set(ASPECTS) and replace(draft, dims=original.dims) == original:
        raise _no_variants(exercise)
    return text


def _no_variants(exercise: ExerciseDocument) -> DocumentError:
    problem = "nothing in this exercise can vary but the sizes of its dimensions, so it has no variants"
    return DocumentError(exercise.name, problem)


def _attempts(only: Collection[str]) -> Iterator[frozenset[str]]:
    """All aspects; then without one of them, in their order; then no more than names and sizes."""
    aspects = frozenset(only)
    yield aspects
    for aspect in ASPECTS:
        if aspect in aspects:
            yield aspects - {aspect}
    yield aspects & {"names", "shapes"}


def _varied(draft: Draft, exercise: ExerciseDocument, number: int, aspects: Collection[str]) -> Draft:
    """The draft after the rules of some aspects; where shapes changed it is read anew before the next rule."""
    for aspect, rule in RULES:
        if aspect not in aspects:
            continue
        choices = Choices(f"{rule.__name__} {draft.title or exercise.name}", number)
        if aspect in SELDOM and not choices.below(SELDOM[aspect]):
            continue
        changed = _changed(rule, draft, exercise, choices)
        if aspect == "orientation" and changed != draft:
            exercise = exercise_from_text(document_of(changed), exercise.name)
        draft = changed
    return draft


def _changed(rule: Rule, draft: Draft, exercise: ExerciseDocument, choices: Choices) -> Draft:
    """The draft after a rule; the same where the rule meets a formula of which it can make nothing."""
    try:
        return rule(draft, exercise, choices)
    except FormulaError:
        return draft
