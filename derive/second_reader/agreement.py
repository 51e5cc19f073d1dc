"""Whether two readers read a formula alike. A difference is a warning: it never changes a verdict.

Both readings become scalars over the same names. They differ only if balls at a rational point exclude that they are
equal; then a known defect of the second reader explains it, or a person should look.
"""

from collections.abc import Callable
from typing import Literal

import sympy

from derive.deciding.cascade import Decider
from derive.deciding.evidence import Different, Undecided
from derive.deciding.facts import EntryEquation, Facts
from derive.deciding.limits import Deadline
from derive.errors import FormulaError, Undecidable
from derive.expressions.tree import Expr
from derive.notation.symbols import SymbolTable
from derive.records import dataclass
from derive.second_reader.defects import defects_in
from derive.second_reader.meanings import Meanings

SECONDS = 2.0
"""A formula on which the second reader spends more is not compared."""

Read = Callable[[str], sympy.Expr | None]


@dataclass(frozen=True)
class Difference:
    """What the second reader has read, as LaTeX."""

    read_as: str


Comparison = Difference | Literal["agree", "known defect", "not compared"]


def compare(read: Read, formula: str, value: Expr, table: SymbolTable) -> Comparison:
    """Whether a formula that our reader has read as `value` means the same to the second reader.

    What is no scalar, what the second reader refuses, names that it spells in a way of its own, and what cannot be
    decided in a short time are not compared.
    """
    deadline = Deadline(SECONDS)
    try:
        with deadline.enforced():
            return _compared(read, formula, value, table, deadline)
    except (FormulaError, Undecidable, RecursionError):
        return "not compared"


def _compared(read: Read, formula: str, value: Expr, table: SymbolTable, deadline: Deadline) -> Comparison:
    meanings = Meanings(table)
    ours = meanings.of_expression(value)
    expression = None if ours is None else read(formula)
    if ours is None or expression is None:
        return "not compared"
    theirs = meanings.of_sympy(expression, {})
    positives = frozenset(meanings.entries.definitions.positives)
    match Decider(Facts(positive=positives)).decide([EntryEquation(ours, theirs)], deadline):
        case Different():
            return "known defect" if defects_in(formula) else Difference(sympy.latex(expression.doit()))
        case Undecided():
            return "not compared"
    return "agree"
