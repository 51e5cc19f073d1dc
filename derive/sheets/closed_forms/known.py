"""What a known closed form is: its name, the sentence that explains it, and what it would be in a model."""

from collections.abc import Callable, Iterable

from derive.expressions.tree import Expr
from derive.records import dataclass
from derive.sheets.closed_forms.place import Place


@dataclass(frozen=True)
class KnownForm:
    """A closed form that people know by heart.

    `propose` gives what it may be at a place, in the model's own names. Nothing of this is true before it is proved.
    """

    name: str
    sentence: str
    propose: Callable[[Place], Iterable[Expr]]
