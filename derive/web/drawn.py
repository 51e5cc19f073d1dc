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
    _told: dict[int, tuple[tuple[StepResult, ...], bool]] = field(default_factory=dict)
    _text: str = ""

    def begin(self, text: str, *, again: bool) -> None:
        """Tell a text from now on; what was told of this very text is not told again where it is taken up again."""
        if not again or text != self._text:
            self._told.clear()
        self._text = text

    def tells_new(self, steps: Sequence[StepResult], is_final: bool) -> bool:
        """Whether something is said of an equation that was not told since the beginning; it is told from now on."""
        key, said = steps[0].equation, (tuple(steps), is_final)
        is_new = self._told.get(key) != said
        self._told[key] = said
        return is_new

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
