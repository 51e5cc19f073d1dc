r"""Names that are defined case by case: `G_{ij} = P_{ij}, \; j \neq y_i`, and elsewhere `G_{i,y_i} = P_{i,y_i} - 1`.

A definition under a condition on its indices says nothing of the other entries: these are those of a matrix of which
nothing is known, until a later equation says what they are. What was proved before holds then, too: it held whatever
these are. An equation for entries that are defined already is a claim like any other.
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from derive.checking.candidates import Candidate, Restriction
from derive.checking.claims import Judgement, judge
from derive.checking.definitions import NewName
from derive.checking.evidence import evidence
from derive.checking.following.dependence import names_behind
from derive.checking.following.quantities import saying
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.deciding.evidence import Equal
from derive.deciding.limits import Deadline
from derive.exact.scalars import ONE
from derive.expressions.tree import (
    Add,
    AllOf,
    Cases,
    Condition,
    Entry,
    EntryFormula,
    Expr,
    IndexNumber,
    IndexVariable,
    Indicator,
    Label,
    Negative,
    Node,
    Number,
    Scale,
    Symbol,
)
from derive.expressions.walk import rebuilt, walk
from derive.models.families import family_letters, letters_of, patterns_of_member
from derive.notation.elaboration import Reading
from derive.notation.symbols import Computed, Given, IndexUse, shown

Branch = tuple[Expr, Condition | None]


def left_open_elsewhere(session: Session, new: NewName, restrictions: Sequence[Restriction]) -> bool:
    """Take back what a name that was defined just now is where the conditions do not hold, if they leave out any index.

    False where that cannot be said: under a condition on what is no index of the name, or for a name without entries.
    """
    letters = {IndexVariable(letter) for letter in letters_of(new.key)}
    limiting = [one for one in restrictions if not _limits_nothing(one.condition, letters)]
    if not limiting:
        return True
    formula = _formula(session, session.table.families.get(family_letters(new.key)[0]) or _members(session, new))
    if formula is None or not all(_compares(one.condition, letters) for one in limiting):
        return False
    if _holds_everywhere(session, formula, _all(limiting)):
        return True
    return _leave_open(session, new, formula, limiting)


def _limits_nothing(condition: Condition, letters: set[IndexVariable]) -> bool:
    """Whether a condition is on no index at all, or says over what a letter runs that is none of the name's."""
    free = _letters(condition)
    of_labels = any(isinstance(node, Label) for node in walk(condition))
    return not (free or of_labels) or (isinstance(condition, AllOf) and free.isdisjoint(letters))


def _compares(condition: Condition, letters: set[IndexVariable]) -> bool:
    """Whether a condition is one on indices of the name, and on no other ones."""
    free = _letters(condition)
    return bool(free) and free <= letters


def _letters(condition: Condition) -> set[IndexVariable]:
    return {node for node in walk(condition) if isinstance(node, IndexVariable)}


def _holds_everywhere(session: Session, formula: EntryFormula, condition: Condition) -> bool:
    """Whether a condition holds for all indices of a matrix, at the sizes that there are."""
    rows, columns = formula.shape.sizes()
    for row, column in itertools.product(range(rows), range(columns)):
        environment = {
            letter: at for letter, at in ((formula.row, row), (formula.column, column)) if letter is not None
        }
        if any(entry is not ONE for entry in session.entries.condition(condition, environment).entries):
            return False
    return True


def _members(session: Session, new: NewName) -> str:
    """The name of what holds the members of a family, `z^{(i)}`; nothing where a name is none of one."""
    patterns = [pattern for _, pattern in patterns_of_member(new.key)]
    return next((session.table.members[one].holder for one in patterns if one in session.table.members), "")


def _leave_open(session: Session, new: NewName, formula: EntryFormula, restrictions: Sequence[Restriction]) -> bool:
    name = session.table.families.get(family_letters(new.key)[0])
    if name is None:
        return False
    unknown = Symbol(_elsewhere(name), formula.shape)
    body = Cases(((formula.body, _all(restrictions)), (_at(unknown, formula), None)))
    table = session.table.with_meaning(unknown.name, Given("real", formula.shape))
    session.relearn(table.with_meaning(name, Computed(formula.shape, replace(formula, body=body))))
    return True


def defined_further(
    session: Session,
    left: Side,
    right: Side,
    formal: dict[str, Expr],
    restrictions: Sequence[Restriction],
    deadline: Deadline,
) -> Judgement | None:
    """The definition of more entries of a name, where nothing has said what these are; null for any other equation."""
    found = left.read(session, None, formal).upto(1)
    entry = found[0].value if found else None
    if not (isinstance(entry, Entry) and isinstance(entry.operand, Symbol)):
        return None
    name = entry.operand.name
    formula, unknown = _formula(session, name), Symbol(_elsewhere(name), entry.operand.shape)
    if formula is None or unknown.name not in session.table.meanings:
        return None
    same = Candidate(entry, replace(entry, operand=unknown), frozenset(), found[0].free)
    said = saying(session, left, right, formal, restrictions)
    if said is None or not isinstance(evidence(session, same, restrictions, deadline).evidence, Equal):
        return None
    more = _branch(said.value, formula, entry.operand)
    if more is None:
        return None
    _learn(session, name, formula, unknown, more, deadline)
    return Judgement("definition", f"{shown(_base(session, name))} is introduced for these indices, too.")


def held(session: Session, judgement: Judgement, left: Side, right: Side, formal: dict[str, Expr]) -> Judgement:
    """The judgement on a claim; what is false of a name as a whole, some entries of which are unknown, is not decided.

    An equation for entries of such a name speaks of these alone.
    """
    if judgement.verdict not in ("refuted", "unknown"):
        return judgement
    values = [found[0].value for side in (left, right) if (found := side.read(session, None, formal).upto(1))]
    if values and isinstance(values[0], Entry):
        values = values[1:]
    names = (name for value in values for name in names_behind(session.table, value))
    open_name = next((name for name in names if _elsewhere(name) in session.table.meanings), None)
    if open_name is None:
        return judgement
    message = f"Nothing says what all entries of {shown(_base(session, open_name))} are; write all cases."
    return Judgement("unreadable", message, shapes=judgement.shapes)


def _base(session: Session, name: str) -> str:
    """A name that is defined entry by entry, without its indices."""
    return next(base for base, holder in session.table.families.items() if holder == name)


def _branch(said: Expr, formula: EntryFormula, name: Symbol) -> Branch | None:
    """What an equation says of entries, and where, in the letters of the formula that holds so far."""
    if not (isinstance(said, EntryFormula) and isinstance(said.body, Cases)):
        return None
    letters = {said.row: formula.row, said.column: formula.column}

    def change(node: Node) -> Node | None:
        if isinstance(node, IndexVariable):
            return letters.get(node)
        return formula if node == name else None

    changed = rebuilt(said.body, change)
    assert isinstance(changed, Cases)
    return changed.branches[0]


def _learn(
    session: Session, name: str, formula: EntryFormula, unknown: Symbol, more: Branch, deadline: Deadline
) -> None:
    """One branch more; where all entries have a value then, nothing is left unknown."""
    assert isinstance(formula.body, Cases)
    *known, other = formula.body.branches
    table = session.table
    branches = (*known, more, other)
    if _is_all(session, formula, [condition for _, condition in (*known, more) if condition is not None], deadline):
        branches = (*known, (more[0], None))
        table = replace(table, meanings={key: one for key, one in table.meanings.items() if key != unknown.name})
    grown = replace(formula, body=Cases(branches))
    session.relearn(table.with_meaning(name, Computed(formula.shape, grown)))


def _is_all(session: Session, formula: EntryFormula, conditions: Sequence[Condition], deadline: Deadline) -> bool:
    """Whether it is proved for all dimensions that one of the conditions always holds."""
    pairs = zip((formula.row, formula.column), formula.shape.dims, strict=True)
    free = {letter.name: [IndexUse(dim, None)] for letter, dim in pairs if letter is not None}
    nowhere = Side(None, fixed=Reading(none_holds(conditions), frozenset(), free))
    found = judge(session, nowhere, Side(None, fixed=Reading(Number(Fraction(0)))), (), {}, deadline)
    return found.verdict == "proved" and found.scope == "all dimensions"


def none_holds(conditions: Sequence[Condition]) -> Expr:
    """1 where none of some conditions holds, else 0."""
    one = Number(Fraction(1))
    product: Expr = one
    for condition in conditions:
        product = Scale(Add((one, Negative(Indicator(condition)))), product)
    return product


def _formula(session: Session, name: str) -> EntryFormula | None:
    """The formula of the entries of a name, where it has one."""
    meaning = session.table.meanings.get(name)
    value = meaning.value if isinstance(meaning, Computed) else None
    return value if isinstance(value, EntryFormula) else None


def _elsewhere(name: str) -> str:
    """The name, which no author writes, of a matrix of which nothing is known."""
    return f"(elsewhere) {name}"


def _at(unknown: Symbol, formula: EntryFormula) -> Entry:
    first = IndexNumber(0)
    return Entry(unknown, formula.row or first, formula.column or first)


def _all(restrictions: Sequence[Restriction]) -> Condition:
    conditions = tuple(one.condition for one in restrictions)
    return conditions[0] if len(conditions) == 1 else AllOf(conditions)
