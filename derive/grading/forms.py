"""Whether an answer says something: which derivatives are left in its final form, and which of these it may have.

The names of the submission's own are put in. What is asked can never stand in its own answer, however it is dressed.
Another derivative may be left where it is asked in another part or worked out in the submission; where it was worked
out with a mistake, the answer relies on that mistake.
"""

from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from itertools import compress

from derive.checking.results import StepResult
from derive.errors import FormulaError
from derive.expressions.latex import latex
from derive.expressions.tree import (
    Apply,
    Blocks,
    ChainRule,
    Derivative,
    EntryFormula,
    Expr,
    Fill,
    Identity,
    IndexNumber,
    LocalFactor,
    Node,
    Symbol,
    parts,
)
from derive.expressions.walk import symbols_of, walk
from derive.grading.asked import alike, core_of, presence
from derive.grading.coverage import Coverage, Said
from derive.grading.parts import Part
from derive.grading.slots import Located, generalized, is_instance, located
from derive.grading.workings import Line, Workings
from derive.records import dataclass


@dataclass(frozen=True)
class Form:
    """What the final form of an answer leaves open: nothing where `problem` is null.

    `relies_on` are steps that are not accepted by which a derivative in it was worked out; `uses` are the parts that
    ask for the others. `partly` is a line that works out one of the derivatives in it, perhaps not for all indices.
    """

    problem: str | None = None
    relies_on: tuple[StepResult, ...] = ()
    uses: frozenset[str] = frozenset()
    partly: Line | None = None


@dataclass
class Forms:
    """Looks at the forms of the answers of one submission."""

    workings: Workings
    parts: Sequence[Part]
    coverage: Coverage
    _pending: list[Expr] = field(default_factory=list)

    def of(self, value: Expr, part: Part) -> Form:
        """What a final form leaves open of what its part asks for."""
        if part.form == "entries" and not _gives_entries(value, part):
            return Form("it is not given entry by entry")
        return self._look(value, part, explicit=part.form == "explicit")

    def _look(self, value: Expr, part: Part, *, explicit: bool) -> Form:
        relies_on: list[StepResult] = []
        uses: set[str] = set()
        partly: Line | None = None
        for node in self._open(value, part):
            if self._is_asked(node, part):
                return Form("it says what is asked by what is asked itself")
            if part.form == "any" or (isinstance(node, Apply) and not explicit):
                continue
            other = next((one for one in self.parts if one is not part and presence(node, one, self._value)), None)
            if other is not None and not explicit:
                uses.add(other.id)
                continue
            worked_out = None if explicit and not isinstance(node, (Symbol, Apply)) else self._worked_out(node, part)
            if worked_out is None:
                return Form(_left(node, explicit=explicit))
            relies_on += [step for step in worked_out.relies_on if step not in relies_on]
            uses |= worked_out.uses
            partly = partly or worked_out.partly
        return Form(None, tuple(relies_on), frozenset(uses), partly)

    def _value(self, name: str) -> Expr | None:
        return self.workings.value_of(name)

    def _open(self, value: Expr, part: Part) -> Iterator[Expr]:
        """The derivatives in a value, in what its own names stand for too; and what is asked wherever it stands.

        An own name that the submission works out comes as it is.
        """
        waiting: list[Node] = [value]
        seen: set[str] = set()
        while waiting:
            node = waiting.pop()
            if isinstance(node, ChainRule):
                yield from node.factors
            elif isinstance(node, LocalFactor):
                yield node.derivative
            elif isinstance(node, Derivative) or (isinstance(node, Apply) and node.order) or self._is_asked(node, part):
                assert isinstance(node, Expr)
                yield node
            elif isinstance(node, Symbol):
                meaning = self._value(node.name)
                if meaning is None or node.name in seen:
                    continue
                seen.add(node.name)
                if _has_derivative(meaning) and not self._is_asked(meaning, part):
                    yield from self._own(node, meaning, part, waiting)
                else:
                    waiting.append(meaning)
            else:
                waiting.extend(parts(node))

    def _own(self, node: Symbol, meaning: Expr, part: Part, waiting: list[Node]) -> Iterator[Expr]:
        """An own name for something with a derivative: as it is where it is worked out, else what it stands for."""
        if self._worked_out(node, part) is not None:
            yield node
        else:
            waiting.append(meaning)

    def _is_asked(self, node: Node, part: Part) -> bool:
        """Whether a node is what is asked: one entry of it, or a turned one, too."""
        if not isinstance(node, Expr):
            return False
        asked = core_of(part.value, lambda name: None).value
        if not isinstance(asked, (Derivative, Symbol)):
            return node == part.value
        return alike(core_of(node, self._value).value, asked)

    def _worked_out(self, node: Expr, part: Part) -> Form | None:
        """How the submission works out a derivative or a name: by a line that ends without any that is open."""
        core = core_of(node, lambda name: None) if isinstance(node, Symbol) else core_of(node, self._value)
        if any(alike(core.value, pending) for pending in self._pending) or len(self._pending) > 12:
            return None
        self._pending.append(core.value)
        try:
            found = [(said, form) for said, form in self._said(core.value, part) if form is not None]
        finally:
            self._pending.pop()
        entries = located(node, (lambda name: None) if isinstance(node, Symbol) else self._value)
        whole = None if entries is None else generalized(entries)
        is_case = [self._is_in_one_case(entries, whole, said) for said, _ in found]
        closed = [form for (_, form), is_one in zip(found, is_case, strict=True) if not is_one]
        cases = list(compress(found, is_case))
        if cases and self.coverage.covers(whole, [said for said, _ in cases]):
            closed.append(_joined([form for _, form in cases]))
        elif cases and not closed:
            (line, _), form = cases[0]
            return replace(form, partly=line)
        return min(closed, key=lambda form: (form.partly is not None, bool(form.relies_on)), default=None)

    def _said(self, core: Expr, part: Part) -> Iterator[tuple[Said, Form | None]]:
        """The lines that speak of something, the last one first, and where in them; what they leave open."""
        for line in reversed(self.workings.lines):
            at = next((at for at, one in enumerate(line.members) if one.value and self._is(one.value, core)), None)
            if at is not None:
                yield (line, line.members[at].value), self._by(line, at, core, part)

    def _is_in_one_case(self, entries: Located | None, whole: Located | None, said: Said) -> bool:
        """Whether a line speaks of other entries only than those that have to be worked out, or under a condition."""
        line, value = said
        found = None if value is None else located(value, self._value)
        if line.restrictions:
            return True
        if found is None or entries is None or is_instance(entries, found):
            return False
        case = self.coverage.case(whole, said)
        numbered = any(isinstance(index, IndexNumber) for index in found.fixed.values())
        return numbered if case is None else bool(case.condition.conditions)

    def _by(self, line: Line, place: int, core: Expr, part: Part) -> Form | None:
        """What a line rests on that says what something is without a derivative that is open; null where none does."""
        for at in reversed(range(len(line.members))):
            value = line.members[at].value
            if value is None or self._is(value, core):
                continue
            form = self._look(value, part, explicit=part.form == "explicit")
            if form.problem is None:
                doubtful = [link.step for link in line.between(place, at) if link.step is not None]
                doubtful = [step for step in doubtful if step.verdict in ("refuted", "unknown", "unreadable")]
                if doubtful and self._says_nothing(value):
                    continue
                return replace(form, relies_on=(*form.relies_on, *doubtful))
        return None

    def _says_nothing(self, value: Expr) -> bool:
        """Whether a value is a constant or holds a name without one: a slip to this makes all that follows trivial."""
        names = {symbol.name for symbol in symbols_of(value)}
        empty = (name for name in names & self.workings.own_or_declared if self._value(name) is None)
        return isinstance(value, (Fill, Identity)) or not names or any(empty)

    def _is(self, value: Expr, core: Expr) -> bool:
        """Whether a member is a certain name, or a certain derivative."""
        if isinstance(core, Symbol):
            return core_of(value, lambda name: None).value == core
        if isinstance(core, Apply) and isinstance(value, Apply):
            return (value.function, value.order, value.parameters) == (core.function, core.order, core.parameters)
        return alike(core_of(value, self._value).value, core)


def _joined(forms: Sequence[Form]) -> Form:
    """What several lines rest on together."""
    relies_on = dict.fromkeys(step for form in forms for step in form.relies_on)
    partly = next((form.partly for form in forms if form.partly is not None), None)
    return Form(None, tuple(relies_on), frozenset(use for form in forms for use in form.uses), partly)


def _has_derivative(value: Expr) -> bool:
    return any(isinstance(node, (Derivative, ChainRule, LocalFactor)) for node in walk(value))


def _gives_entries(value: Expr, part: Part) -> bool:
    """Whether a form says what each entry is."""
    return part.value.shape.is_scalar or value.shape.is_scalar or isinstance(value, (Blocks, EntryFormula))


def _left(node: Expr, *, explicit: bool) -> str:
    """What is missing, in words."""
    try:
        written = f"${latex(node)}$"
    except (FormulaError, NotImplementedError):
        written = "a derivative"
    if explicit:
        return f"{written} is still left in it, and no derivative may be"
    return f"{written} is left in it, which no other part asks for and nothing in the submission works out"
