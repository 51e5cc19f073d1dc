"""One statement of a program, broken in the ways in which people get it wrong.

A rule yields what may stand in place of a node; it is applied at every place of the statement. The codes are those of
the catalogue of mistakes (`derive.mistakes`) where it has the mistake, and those of `derive.mistakes.of_code` for what
only code can get wrong.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations

from derive.expressions.tree import (
    Expr,
)
from derive.implementations.confusions import family_of
from derive.implementations.programs import ADJOINT, Program, Statement
from derive.implementations.rules_of_statements import RulesOfStatement
from derive.mistakes.rewriting import everywhere, times
from derive.notation.symbols import Given
from derive.records import dataclass

MOST_TOGETHER = 2
"""So many ways of one rule are tried in all statements at once."""


@dataclass(frozen=True)
class Break:
    """Another value for some statements, and the code of the mistake that makes it; `of` is the first of them.

    `for_adjoints`: the forward pass itself is right, and only what the derivatives use of it is not.
    """

    code: str
    of: Statement
    changed: Mapping[str, Expr]
    for_adjoints: bool = False

    def is_like(self, other: "Break") -> bool:
        """Whether this is the same mistake in the same statements, as at other sizes."""
        same = self.code == other.code and self.for_adjoints == other.for_adjoints
        return same and self.changed.keys() == other.changed.keys()


OF_SIZE = frozenset({
    "missing-factor-two", "extra-factor-two", "missing-mean", "mean-twice", "mean-for-sum", "sum-for-mean",
    "wrong-sign", "missing-constant-factor",
})  # fmt: skip
"""Mistakes that nobody makes in a quantity for its derivatives alone; by chance they may give the masks of another."""


def breaks(program: Program, wrong: frozenset[int]) -> Iterator[Break]:
    """Every statement from which only wrong results come, broken in every way; then one way in all statements at once.

    What comes from a broken statement is wrong: where something right comes from one, it is not broken.
    """
    together: dict[tuple[str, int, int], dict[str, Expr]] = {}
    first = {statement.name: statement for statement in program.statements}
    for statement in program.statements:
        for for_adjoints in (False,) if statement.is_derivative else (False, True):
            reached = program.dependents(statement.name, of_adjoints=for_adjoints)
            if reached and reached <= wrong:
                tried = Counter[int]()
                for code, rule, value in _of_statement(program, statement):
                    if for_adjoints and code in OF_SIZE:
                        continue
                    yield Break(code, statement, {statement.name: value}, for_adjoints)
                    if not for_adjoints and tried[rule] < MOST_TOGETHER:
                        together.setdefault((code, rule, tried[rule]), {})[statement.name] = value
                        tried[rule] += 1
    for (code, *_), changed in together.items():
        for several in _groups(changed):
            yield Break(code, first[next(iter(several))], several)
    yield from _held(program, wrong)


def _groups(changed: Mapping[str, Expr]) -> Iterator[Mapping[str, Expr]]:
    """Statements that are broken at once: those of one layer or time after another, all derivatives, all there are."""
    adjoints = {name: value for name, value in changed.items() if name.startswith(ADJOINT)}
    layers: dict[str, dict[str, Expr]] = {}
    for name, value in changed.items():
        layers.setdefault(family_of(name), {})[name] = value
    found: list[Mapping[str, Expr]] = []
    for several in (*layers.values(), adjoints, changed):
        if len(several) > 1 and several not in found:
            found.append(several)
    yield from found


def _held(program: Program, wrong: frozenset[int]) -> Iterator[Break]:
    """Two computed quantities that are taken for constants: nothing goes back through them."""
    adjoints = [
        statement
        for statement in program.statements
        if statement.is_adjoint and not isinstance(program.table.meanings.get(statement.of), Given)
    ]
    several = [one for one in adjoints if (reached := program.dependents(one.name)) and reached <= wrong]
    for one, other in combinations(several, 2):
        changed = {statement.name: times(0, statement.value) for statement in (one, other)}
        yield Break("variable-held-constant", one, changed)


def breaks_of_closed_forms(program: Program, wrong: frozenset[int]) -> Iterator[Break]:
    """The derivatives by what is given, broken where they are said without the derivatives by later quantities."""
    for statement in program.statements:
        is_given = isinstance(program.table.meanings.get(statement.of), Given)
        reached = program.dependents(statement.name)
        if statement.is_adjoint and is_given and reached and reached <= wrong:
            for form in statement.others:
                closed = replace(statement, value=form, others=())
                for code, _, value in _of_statement(program, closed):
                    yield Break(code, statement, {statement.name: value})


AllBreaks = Callable[[Program, frozenset[int]], Iterator[Break]]


def _of_statement(program: Program, statement: Statement) -> Iterator[tuple[str, int, Expr]]:
    """A statement's other values, each once, with the number of the rule."""
    seen: set[Expr] = set()
    for code, rule, value in _all_of(program, statement):
        if value != statement.value and value not in seen and not value.shape.is_tensor:
            seen.add(value)
            yield code, rule, value


def _all_of(program: Program, statement: Statement) -> Iterator[tuple[str, int, Expr]]:
    kinds = RulesOfStatement(program, statement)
    is_given = isinstance(program.table.meanings.get(statement.of), Given)
    for form in (statement.value, *(() if is_given else statement.others)):
        for number, (code, rule) in enumerate(kinds.rules(), 1):
            yield from ((code, number, value) for value in everywhere(form, rule))
        yield from ((code, -number, value) for number, (code, value) in enumerate(kinds.of_the_whole(form), 1))
