"""What every file of the catalogue holds: one `Mistake`, with the function that repairs it."""

from collections.abc import Callable, Iterator

from derive.expressions.tree import Expr
from derive.mistakes.wrong import Wrong
from derive.notation.syntax import List
from derive.records import dataclass

Repair = Expr | List
"""A formula that would be right: as a tree, or as syntax where what was written has no shape."""


@dataclass(frozen=True)
class Example:
    """A claim about one of the models in `derive.mistakes.examples`, as LaTeX."""

    model: str
    claim: str


@dataclass(frozen=True)
class Mistake:
    """A mistake with a name.

    `message` is for the student whose step it is: it says where to look and does not give the answer away.
    `looks_like` and `instead` are a wrong formula and the right one; `because` says why in a few sentences, in which
    formulas stand between dollar signs.
    `repairs` yields what a wrong formula would be if this mistake had not been made, the likeliest first.
    `of_derivatives`: it is made in differentiating, and its message speaks of that.
    `caught` are claims in which it is named, `not_caught` such that resemble them and are right, or wrong otherwise.
    """

    code: str
    title: str
    message: str
    looks_like: str
    instead: str
    because: str
    repairs: Callable[[Wrong], Iterator[Repair]]
    caught: tuple[Example, ...]
    not_caught: tuple[Example, ...]
    of_derivatives: bool = False
