"""The lines of a derivation: a quantity and what it is equal to, step by step, each step with its reason."""

from derive.expressions.tree import Expr
from derive.records import dataclass
from derive.sheets.blocks import Text


class Known(dict[Expr, Expr]):
    """The closed forms of the quantities that have a line.

    `answered` are those that earlier parts ask for: they may stand in what follows. `in_answers` is what the others are
    in terms of these, `by_jacobians` the same as a product of Jacobians that were asked for. `matrices` are the
    Jacobians that were written out, number by number. `rows` are the gradients that were multiplied as rows and turned,
    `closed_rows` the same with closed forms, `shorthands` other forms that hold under a convention.
    """

    def __init__(self) -> None:
        super().__init__()
        self.answered: set[Expr] = set()
        self.in_answers: dict[Expr, Expr] = {}
        self.by_jacobians: dict[Expr, Expr] = {}
        self.matrices: dict[Expr, Expr] = {}
        self.rows: dict[Expr, Expr] = {}
        self.closed_rows: dict[Expr, Expr] = {}
        self.shorthands: dict[Expr, Expr] = {}


@dataclass(frozen=True)
class Step:
    """What a quantity is equal to, and why.

    `has_shapes` where the shapes of its factors teach something; `puts_in` are the quantities whose closed forms, found
    in earlier lines, were put in.
    """

    value: Expr
    reason: Text = ()
    has_shapes: bool = False
    puts_in: tuple[Expr, ...] = ()


@dataclass(frozen=True)
class Line:
    """A quantity with the steps to its closed form, which is the last of them.

    With another relation than that of equality it says what is added to the quantity.
    """

    quantity: Expr
    steps: tuple[Step, ...]
    relation: str = "="

    @property
    def closed(self) -> Expr:
        """What the quantity is in the end."""
        return self.steps[-1].value


def line(quantity: Expr, *steps: Step | None) -> Line:
    """A line with those of the steps that say something new, each value written once."""
    kept: list[Step] = []
    for step in steps:
        if step is None or step.value == quantity:
            continue
        if kept and kept[-1].value == step.value:
            continue
        kept.append(step)
    return Line(quantity, tuple(kept))
