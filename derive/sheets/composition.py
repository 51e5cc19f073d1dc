"""The displays of a sheet in their order, each held against the checker and numbered: what its sections consist of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property

from derive.certificates import Store
from derive.checking.conventions import sentence
from derive.expressions.latex import latex
from derive.expressions.tree import Expr, Symbol
from derive.expressions.walk import walk
from derive.grading.parts import ExerciseDocument, Part
from derive.notation.symbols import Computed, Given
from derive.records import dataclass
from derive.sheets.auxiliary import Auxiliary, auxiliary_names, with_names
from derive.sheets.blocks import Chain, Formula, Member, Text, Words
from derive.sheets.computation import Computation
from derive.sheets.derivation import Answer, answers
from derive.sheets.formulas import Formulas
from derive.sheets.lines import Line, Step
from derive.sheets.notation import style_of_exercise
from derive.sheets.proving import Claim, Shown, proved
from derive.sheets.setting_section import forward_equations
from derive.sheets.sheet_setting import read_sheet_setting
from derive.sheets.text_section import last_number, letters_of_formulas
from derive.sheets.value_lines import is_value


@dataclass(frozen=True)
class ProvedLine:
    """A line of which every step that is left is proved, as a display with its number.

    `introduces` are the names that are not the model's and that are used in it first, with their definitions;
    `conventions` those under which each of its steps holds.
    """

    line: Line
    chain: Chain
    introduces: tuple[tuple[Auxiliary, Chain], ...]
    reaches_the_end: bool
    holds_for_all_dimensions: bool
    conventions: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class ProvedAnswer:
    """What is left of the answer to a part."""

    part: Part
    asked: Expr
    lines: tuple[ProvedLine, ...]
    problem: str | None
    shorthands: tuple[ProvedLine, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether what is asked is there, in the form in which it was found."""
        return bool(self.lines) and self.lines[-1].line.quantity == self.asked and self.lines[-1].reaches_the_end


class Composition:
    """All displays of the sheet of an exercise. Raises `DocumentError` where its setting cannot be used."""

    def __init__(self, exercise: ExerciseDocument, store: Store) -> None:
        self.exercise = exercise
        self.formulas = Formulas(exercise.model.table, style_of_exercise(exercise))
        self.store = store
        wishes = read_sheet_setting(exercise.document.setting.aside.get("sheet"))
        self.computation = Computation(exercise.model, wishes, self.formulas.style)

    @cached_property
    def found(self) -> tuple[Answer, ...]:
        """The answers as they were found, before anything of them is proved."""
        return answers(self.computation, self.exercise.parts)

    @cached_property
    def names(self) -> tuple[Auxiliary, ...]:
        """The names that the answers need beside those of the model."""
        values = (step.value for line in self._lines if not is_value(line.quantity) for step in line.steps)
        return auxiliary_names(self.exercise.model, values, letters_of_formulas(self.exercise))

    @cached_property
    def _last_number(self) -> int:
        return last_number(self.exercise.document)

    @cached_property
    def _lines(self) -> list[Line]:
        return [line for answer in self.found for line in (*answer.lines, *answer.shorthands)]

    @cached_property
    def _shown(self) -> tuple[list[Shown], list[Shown], list[Shown]]:
        """What is proved of the forward pass, of the definitions of new names, of the lines of the answers."""
        forward = [Claim(lhs, ((meaning,),)) for lhs, meaning in forward_equations(self.exercise.model, self.formulas)]
        names = [Claim(self.written(name.defined), ((self.formulas.written(name.meaning),),)) for name in self.names]
        lines = [
            claim
            for answer in self.found
            for claim in (
                *map(self._claim, answer.lines),
                *(self._claim(line, self.computation.setting.conventions) for line in answer.shorthands),
            )
        ]
        setting, name = self.exercise.document.setting, self.exercise.name
        found = proved([*forward, *names, *lines], setting, self.store, name)
        after_forward, after_names = len(forward), len(forward) + len(names)
        return found[:after_forward], found[after_forward:after_names], found[after_names:]

    def _claim(self, line: Line, conventions: frozenset[str] = frozenset()) -> Claim:
        """A line as it is to be proved; what a name is stands without the names that the derivatives need."""
        names = () if is_value(line.quantity) else self.names
        members = tuple(self._spellings(step, names) for step in line.steps)
        return Claim(self.written(line.quantity), members, conventions, line.relation)

    def _spellings(self, step: Step, names: Sequence[Auxiliary]) -> tuple[str, ...]:
        value = with_names(step.value, names)
        with_shapes = self.formulas.shaped(value) if step.has_shapes else None
        plain = self.formulas.written(value)
        return (plain,) if with_shapes is None else (with_shapes, plain)

    def written(self, node: Expr) -> str:
        """An expression as LaTeX, in the names of the sheet."""
        return self.formulas.written(with_names(node, self.names))

    @cached_property
    def forward(self) -> tuple[Chain, ...]:
        """The forward pass."""
        equations = forward_equations(self.exercise.model, self.formulas)
        proved_ones = zip(equations, self._shown[0], strict=True)
        return tuple(Chain(lhs, (Member(meaning),)) for (lhs, meaning), shown in proved_ones if shown.kept)

    @cached_property
    def definitions(self) -> tuple[tuple[Auxiliary, Chain], ...]:
        """The definitions of the names that the answers need."""
        pairs = zip(self.names, self._shown[1], strict=True)
        return tuple(
            (name, Chain(self.written(name.defined), (Member(shown.kept[0][1]),)))
            for name, shown in pairs
            if shown.kept
        )

    @cached_property
    def answers(self) -> tuple[ProvedAnswer, ...]:
        """The answers, each line that is left of them numbered, on from the numbers in the text of the exercise."""
        numbers: dict[Expr | Line, int] = {}
        new = dict(self.definitions)
        waiting = iter(zip(self._lines, self._shown[2], strict=True))
        explained: set[str] = set()
        proved_answers = []
        for answer in self.found:
            pairs = [next(waiting) for _ in answer.lines]
            short = [next(waiting) for _ in answer.shorthands]
            lines = tuple(self._proved(line, shown, answer.asked, numbers, new) for line, shown in pairs if shown.kept)
            others = tuple(
                self._shorthand(line, shown, numbers, explained)
                for line, shown in short
                if line.relation != "=" or any(step.conventions for step in shown.steps)
            )
            proved_answers.append(ProvedAnswer(answer.part, answer.asked, lines, answer.problem, others))
        return tuple(proved_answers)

    def _proved(
        self, line: Line, shown: Shown, asked: Expr, numbers: dict[Expr | Line, int], new: dict[Auxiliary, Chain]
    ) -> ProvedLine:
        members = tuple(
            _without_repetitions(Member(formula, self._reason(line.steps[at], numbers)) for at, formula in shown.kept)
        )
        number = numbers.setdefault(line.quantity, self._last_number + len(numbers) + 1)
        chain = Chain(self.written(line.quantity), members, str(number), is_result=line.quantity == asked)
        used = [name for name in new if any(_stands_in(name.value, line.steps[at].value) for at, _ in shown.kept)]
        introduces = tuple((name, new.pop(name)) for name in used)
        reaches_the_end = shown.kept[-1][0] == len(line.steps) - 1
        return ProvedLine(line, chain, introduces, reaches_the_end, shown.holds_for_all_dimensions)

    def _shorthand(self, line: Line, shown: Shown, numbers: dict[Expr | Line, int], explained: set[str]) -> ProvedLine:
        """A line in another form, each member with the conventions under which it holds: `explained` gains them."""
        conventions = tuple(step.conventions for step in shown.steps)
        members: list[Member] = []
        for (_, formula), names in zip(shown.kept, conventions, strict=True):
            relation = "=" if members else line.relation
            members.append(Member(formula, _said_of(names, explained), relation))
            explained.update(names)
        number = numbers.setdefault(line, self._last_number + len(numbers) + 1)
        chain = Chain(self.written(line.quantity), tuple(members), str(number))
        return ProvedLine(line, chain, (), True, shown.holds_for_all_dimensions, conventions)

    def _reason(self, step: Step, numbers: Mapping[Expr | Line, int]) -> Text:
        """Why a step holds, or which earlier lines were put in, in the names of the sheet."""
        used = [f"({numbers[quantity]})" for quantity in step.puts_in if quantity in numbers]
        reason = tuple(self._respelled(run) for run in step.reason)
        if not used:
            return reason
        return (Words(f"With {_listed(used)}." + (" " if reason else "")), *reason)

    def _respelled(self, run: Words | Formula) -> Words | Formula:
        return run if isinstance(run, Words) else Formula(self._spellings_of_names.get(run.latex, run.latex))

    @cached_property
    def _spellings_of_names(self) -> Mapping[str, str]:
        """The names of the model as the rules spell them, and as the sheet does."""
        named = self.exercise.model.table.meanings.items()
        symbols = [Symbol(name, one.shape) for name, one in named if isinstance(one, (Given, Computed))]
        return {latex(symbol): self.formulas.written(symbol) for symbol in symbols}

    @property
    def lines(self) -> Sequence[ProvedLine]:
        """All lines of all answers, without those in other forms."""
        return [line for answer in self.answers for line in answer.lines]

    @property
    def shorthands(self) -> Sequence[ProvedLine]:
        """The lines in other forms, under the conventions that the exercise wants."""
        return [line for answer in self.answers for line in answer.shorthands]


def _without_repetitions(members: Iterable[Member]) -> Iterator[Member]:
    """The members, without those that read as the one before."""
    before = None
    for member in members:
        if member.latex != before:
            yield member
        before = member.latex


def _said_of(conventions: Sequence[str], explained: Set[str]) -> Text:
    """Under which conventions a step holds, and what those of them say that are not explained yet."""
    if not conventions:
        return ()
    plural = "s" if len(conventions) > 1 else ""
    names = [run for name in conventions for run in (Words(" and "), Words(name, "code"))][1:]
    new = tuple(name for name in conventions if name not in explained)
    return (Words(f"Under the convention{plural} "), *names, Words(f": {sentence(new)}" if new else "."))


def _stands_in(part: Expr, whole: Expr) -> bool:
    return any(node == part for node in walk(whole))


def _listed(words: Sequence[str]) -> str:
    """`(1)`, `(1) and (2)`, `(1), (2) and (3)`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
