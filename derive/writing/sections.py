"""Equations below the headings of their document, so that a reader of a long one finds the place."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

from markupsafe import Markup, escape

from derive.checking.results import StepResult, WaitingStep
from derive.documents.document import Heading
from derive.records import dataclass
from derive.writing.answers import line_in
from derive.writing.equations import View, equation_html
from derive.writing.pages import formula, in_equations

DEEPEST = 5
"""The deepest level of a heading on a page: those of equations stand below it, and there are six levels."""


@dataclass(frozen=True)
class Section:
    """A heading with its level on a page, and its depth in the document from 1: documents skip levels, pages do not."""

    heading: Heading
    level: int
    depth: int


@dataclass(frozen=True)
class Outline:
    """The headings of a document in its order; `level` is that of an equation above all of them."""

    sections: tuple[Section, ...]
    level: int

    def above(self, step: StepResult | WaitingStep) -> int:
        """How many headings stand before a step."""
        return bisect_right(self._places, _place(step))

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        return [_place(section.heading) for section in self.sections]

    def level_of(self, step: StepResult | WaitingStep) -> int:
        """The level of the heading of an equation that begins with a step."""
        above = self.above(step)
        return self.sections[above - 1].level + 1 if above else self.level


def outline_of(headings: Sequence[Heading], level: int = 2) -> Outline:
    """The headings with the levels that they have on a page, whose outermost one is given."""
    sections: list[Section] = []
    around: list[int] = []
    for heading in headings:
        if not heading.runs:
            continue
        while around and around[-1] >= heading.level:
            around.pop()
        sections.append(Section(heading, min(level + len(around), DEEPEST), len(around) + 1))
        around.append(heading.level)
    return Outline(tuple(sections), level)


def in_sections(steps: Sequence[StepResult], outline: Outline, view: View) -> Iterator[Markup]:
    """The headings and the equations of a document in its order; a heading below which there is nothing stands too."""
    told = 0
    for equation in in_equations(steps):
        above = outline.above(equation[0])
        yield from map(section_html, outline.sections[told:above])
        told = max(told, above)
        yield Markup(equation_html(equation, replace(view, level=outline.level_of(equation[0]))))
    yield from map(section_html, outline.sections[told:])


@lru_cache(maxsize=2_000)
def section_html(section: Section) -> Markup:
    """A heading."""
    heading, tag = section.heading, f"h{section.level}"
    words = Markup("").join(formula(text) if is_formula else escape(text) for text, is_formula in heading.runs)
    return Markup('<{} class="heading depth-{}" dir="auto">{} <span class="place">{}</span></{}>').format(
        tag, section.depth, words, line_in(heading.line, heading.cell), tag
    )


def _place(what: Heading | StepResult | WaitingStep) -> tuple[int, int]:
    return what.cell or 0, what.line
