"""The HTML of a page's equations as they were drawn last: most of a document stays while one equation is written."""

from collections.abc import Sequence
from dataclasses import field

from derive.checking.results import StepResult
from derive.records import dataclass
from derive.writing.equations import View, equation_html

MOST = 500
"""With more equations than these a page is drawn anew."""


@dataclass
class Drawn:
    """By the numbers of equations, what was drawn and how it looks."""

    _known: dict[int, tuple[tuple[StepResult, ...], View, str]] = field(default_factory=dict)

    def html(self, steps: Sequence[StepResult], view: View) -> str:
        """The steps of one equation, drawn only where something of them is new."""
        key, shown = steps[0].equation, tuple(steps)
        known = self._known.get(key)
        if known is not None and known[0] == shown and known[1] == view:
            return known[2]
        html = equation_html(shown, view)
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = shown, view, html
        return html
