"""An exercise as its checks see it: what could be read of it, and what its answers are."""

from dataclasses import field
from functools import cached_property
from pathlib import Path

from derive.certificates import Store, key_of
from derive.checking.certification import certified_names, definitions_for
from derive.checking.claims import Judgement
from derive.checking.observing import Question, decide
from derive.checking.session import Session, Trust
from derive.checking.sides import Side
from derive.documents.document import Aside, AsideMapping
from derive.documents.reading import entries_of_exercise, read_document
from derive.errors import DocumentError, FormulaError, Undecidable
from derive.expressions.tree import Derivative, Expr
from derive.expressions.walk import walk
from derive.gradients.closed import Differentiator
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.grading.asked import AskedSide
from derive.grading.parts import ExerciseDocument, Part, items_of, read_part
from derive.grading.policy import Policy, at, read_policy
from derive.models import build_model
from derive.notation.symbols import Computed
from derive.records import dataclass
from derive.source import Text


@dataclass(frozen=True)
class Asked:
    """A part that was read, and how it stands in the setting."""

    part: Part
    item: AsideMapping

    def at(self, key: str) -> Text:
        """The text behind a key, the part itself where it has no such key."""
        value = self.item.get(key)
        return at(self.item if value is None else value)


@dataclass(frozen=True)
class Subject:
    """An exercise with the parts that could be read; `unread` says what is wrong with the others."""

    path: str | Path
    store: Store
    exercise: ExerciseDocument
    asked: tuple[Asked, ...]
    unread: tuple[tuple[Text, str], ...]
    _closed: dict[str, Expr | str] = field(default_factory=dict)

    @cached_property
    def session(self) -> Session:
        """Decides in the exercise's model, as submissions are decided."""
        setting, model = self.exercise.document.setting, self.exercise.model
        trust = Trust(certified_names(model, key_of(setting), self.store))
        return Session(model, frozenset(setting.allow), trust, definitions_for(trust))

    @cached_property
    def computed(self) -> dict[str, Expr]:
        """The names that the model computes, with their formulas."""
        meanings = self.exercise.model.table.meanings.items()
        return {name: one.value for name, one in meanings if isinstance(one, Computed) and one.value is not None}

    def closed_form(self, part: Part) -> Expr | str:
        """What is asked, without derivatives; or why it has no such form."""
        if part.id not in self._closed:
            self._closed[part.id] = self._closed_form(part)
        return self._closed[part.id]

    def _closed_form(self, part: Part) -> Expr | str:
        if not has_derivative(part.value):
            return part.value
        model = self.exercise.model
        try:
            return presented(Differentiator(model.table, model.kink).without_derivatives(part.value))
        except (NoClosedForm, FormulaError, Undecidable) as error:
            return str(error)
        except RecursionError:
            return "it is nested too deeply"

    def question(self, part: Part, other: Side) -> Question:
        """Whether what is asked equals something else."""
        return Question(AskedSide(part.content), other, {}, {})

    def verdict(self, part: Part, other: Side) -> Judgement:
        """The answer to that."""
        return decide(self.session, None, self.question(part, other))


def has_derivative(value: Expr) -> bool:
    """Whether a derivative stands in an expression."""
    return any(isinstance(node, Derivative) for node in walk(value))


def read_subject(path: str | Path, store: Store) -> Subject:
    """The exercise in a file, parts that cannot be read left out. Raises `DocumentError` where there is no exercise."""
    document = read_document(path)
    model = build_model(document.setting)
    policy = read_policy(document.setting.aside.get("policy"), Policy())
    asked: dict[str, Asked] = {}
    unread: list[tuple[Text, str]] = []
    for item in items_of(document):
        try:
            name, part = read_part(item, model, policy)
        except DocumentError as error:
            unread.append((_text_at(item, error), error.problem))
            continue
        if part.id in asked:
            line = asked[part.id].at("id").place().line
            unread.append((name, f"the part '{part.id}' stands twice, here and in line {line}"))
        else:
            assert isinstance(item, AsideMapping)
            asked[part.id] = Asked(part, item)
    parts = tuple(one.part for one in asked.values())
    exercise = ExerciseDocument(document, entries_of_exercise(path), model, parts, policy)
    return Subject(path, store, exercise, tuple(asked.values()), tuple(unread))


def _text_at(item: Aside, error: DocumentError) -> Text:
    """The text that an error points at, or that of the item."""
    whole = at(item)
    if error.place is None:
        return whole
    lines = whole.source.text.split("\n")
    offset = sum(len(line) + 1 for line in lines[: error.place.line - 1]) + error.place.column - 1
    return Text("", whole.source, offset)
