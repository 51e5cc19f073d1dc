"""The HTML of a page's equations as they were drawn last: most of a document stays while one equation is written."""

from collections.abc import Collection, Sequence
from dataclasses import field, replace
from hashlib import blake2b

from derive.checking.results import StepResult
from derive.records import dataclass
from derive.writing.equations import View, equation_html

MOST = 500
"""With more equations than these a page is drawn anew."""


@dataclass(frozen=True)
class Picture:
    """How an equation looks; another one with the same key looks the same. `html` is null for who has it already."""

    key: str
    html: str | None


@dataclass
class Drawn:
    """By the numbers of equations, what was drawn and how it looks."""

    _known: dict[int, tuple[tuple[StepResult, ...], View, Picture]] = field(default_factory=dict)
    _told: dict[int, tuple[tuple[StepResult, ...], bool]] = field(default_factory=dict)
    _text: str = ""
    _held: frozenset[str] = frozenset()

    def begin(self, text: str, held: Collection[str], *, again: bool) -> None:
        """Tell a text from now on to who holds pictures with some keys.

        What was told of this very text is not told again where it is taken up again.
        """
        if not again or text != self._text:
            self._told.clear()
        self._text, self._held = text, frozenset(held)

    def tells_new(self, steps: Sequence[StepResult], is_final: bool) -> bool:
        """Whether something is said of an equation that was not told since the beginning; it is told from now on."""
        key, said = steps[0].equation, (tuple(steps), is_final)
        is_new = self._told.get(key) != said
        self._told[key] = said
        return is_new

    def picture(self, steps: Sequence[StepResult], view: View) -> Picture:
        """The steps of one equation, drawn only where something of them looks otherwise."""
        number, shown = steps[0].equation, tuple([replace(step, span=None) for step in steps])
        known = self._known.get(number)
        if known is None or known[:2] != (shown, view):
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[number] = known = shown, view, _picture(equation_html(shown, view))
        picture = known[2]
        return replace(picture, html=None) if picture.key in self._held else picture


def _picture(html: str) -> Picture:
    return Picture(blake2b(html.encode(), digest_size=12).hexdigest(), html)
