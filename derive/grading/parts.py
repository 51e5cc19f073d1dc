"""An exercise: a document whose setting says what is asked, in parts, for how many points.

Nobody writes a reference answer: what is asked is an expression of the exercise's model, and the model knows its value.
"""

import re
from collections.abc import Sequence
from dataclasses import field
from fractions import Fraction
from pathlib import Path

from derive.checking.memory import Memory
from derive.documents.document import Aside, AsideList, AsideMapping, Document
from derive.documents.markdown import read_markdown
from derive.documents.reading import (
    entries_in_exercise,
    entries_of_exercise,
    read_document,
    read_sources,
    read_text,
)
from derive.documents.setting import Entries
from derive.errors import DocumentError, FormulaError
from derive.expressions.tree import Expr
from derive.grading.policy import Policy, error_at, nearest, read_policy
from derive.models import Model, build_model
from derive.notation.elaboration import Options, Reading, elaborated
from derive.notation.syntax import List, parse
from derive.notation.tokens import tokenize
from derive.records import dataclass
from derive.source import Source, Text

LONGEST_ID = 40
MOST_PARTS = 100

FORMS = {
    "given": "given",
    "no derivatives left": "explicit",
    "explicit": "explicit",
    "entries": "entries",
    "any": "any",
}
"""The words for the form of an answer. `given`, the default: other derivatives in it are asked for or worked out."""

_KEYS = ("id", "ask", "points", "prompt", "form", "policy")
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,4})?|(\d{1,6})\s*/\s*([1-9]\d{0,5})")


@dataclass(frozen=True)
class Part:
    """One thing that is asked: its LaTeX, what this is in the exercise's model, what it earns.

    `free` are the index letters of an ask for the general entry.
    """

    id: str
    ask: str
    content: List
    value: Expr
    points: Fraction
    prompt: str
    form: str
    policy: Policy
    free: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ExerciseDocument:
    """An exercise that was read: its document, the entries of its setting as they stand, its parts and its policy."""

    document: Document
    entries: Entries
    model: Model
    parts: tuple[Part, ...]
    policy: Policy
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The name of its file."""
        return self.document.source.name

    @property
    def points(self) -> Fraction:
        """All points that there are."""
        return sum((part.points for part in self.parts), Fraction(0))


def read_exercise(path: str | Path) -> ExerciseDocument:
    """The exercise in a file. Raises `DocumentError` with the place of what is wrong in it."""
    return _exercise(read_document(path), entries_of_exercise(path))


def exercise_in(source: Source) -> ExerciseDocument:
    """The exercise in a text that is in no file; the ending of its name says what it is. Raises `DocumentError`."""
    return _exercise(read_sources(source), entries_in_exercise(source))


def exercise_from_text(text: str, name: str) -> ExerciseDocument:
    """The exercise in a Markdown text that is in no file; errors call it by its name. Raises `DocumentError`."""
    return _exercise(*read_text(Source(name, text), read_markdown))


def _exercise(document: Document, entries: Entries) -> ExerciseDocument:
    model = build_model(document.setting)
    policy = read_policy(document.setting.aside.get("policy"), Policy())
    parts = _parts(items_of(document), model, policy)
    return ExerciseDocument(document, entries, model, parts, policy)


def items_of(document: Document) -> Sequence[Aside]:
    """The parts of an exercise as they are written. Raises `DocumentError` where it has none."""
    parts = document.setting.aside.get("parts")
    if not isinstance(parts, AsideList) or not parts.items:
        problem = "an exercise has 'parts', a list such as [{id: a, ask: L, points: 4}]"
        raise DocumentError(document.source.name, problem) if parts is None else error_at(parts, problem)
    if len(parts.items) > MOST_PARTS:
        raise error_at(parts, f"an exercise has at most {MOST_PARTS} parts, and this one has {len(parts.items)}")
    return parts.items


def _parts(items: Sequence[Aside], model: Model, policy: Policy) -> tuple[Part, ...]:
    """The parts, each with an id of its own."""
    found: dict[str, tuple[Text, Part]] = {}
    for item in items:
        name, part = read_part(item, model, policy)
        if part.id in found:
            line = found[part.id][0].place().line
            raise error_at(name, f"the part '{part.id}' stands twice, here and in line {line}")
        found[part.id] = name, part
    return tuple(part for _, part in found.values())


def read_part(item: Aside, model: Model, policy: Policy) -> tuple[Text, Part]:
    """One part, with the text of its id. Raises `DocumentError` with the place of what is wrong in it."""
    if not isinstance(item, AsideMapping):
        raise error_at(item, "a part is a mapping such as {id: a, ask: L, points: 4}")
    for key, _ in item.pairs:
        if key.value not in _KEYS:
            raise error_at(key, f"unknown key '{key.value[:40]}' in a part{nearest(key.value, _KEYS)}")
    name = _id(item)
    return name, _part(item, name.value, model, policy)


def _part(item: AsideMapping, name: str, model: Model, policy: Policy) -> Part:
    ask = _word(item, "ask")
    if ask is None or not ask.value:
        raise error_at(ask or item, f"the part '{name}' has no 'ask', the LaTeX of what is asked")
    content, reading = _read_ask(ask, model)
    prompt, form = _word(item, "prompt"), _word(item, "form")
    if form is not None and form.value not in FORMS:
        raise error_at(form, f"unknown form '{form.value[:40]}' of the part '{name}'{nearest(form.value, FORMS)}")
    return Part(
        name,
        " ".join(ask.value.split()),
        content,
        reading.value,
        _points(item, name),
        "" if prompt is None else " ".join(prompt.value.split()),
        FORMS["given" if form is None else form.value],
        read_policy(item.get("policy"), policy),
        frozenset(reading.free),
    )


def _id(item: AsideMapping) -> Text:
    name = _word(item, "id")
    if name is None or not name.value:
        raise error_at(name or item, "a part has no 'id', a short name such as a")
    if len(name.value) > LONGEST_ID or not name.value.isprintable():
        raise error_at(name, f"the id of a part is at most {LONGEST_ID} printable characters on one line")
    return name


def _word(item: AsideMapping, key: str) -> Text | None:
    """The text behind a key of a part, null where it is left out."""
    value = item.get(key)
    if value is None or isinstance(value, Text):
        return value
    raise error_at(value, f"'{key}' of a part is not text; put LaTeX that begins with {{ or [ in single quotes")


def _points(item: AsideMapping, name: str) -> Fraction:
    """The points of a part, 1 where it does not say."""
    text = _word(item, "points")
    if text is None:
        return Fraction(1)
    match = _NUMBER.fullmatch(text.value)
    if match is None:
        problem = f"the points of the part '{name}' are '{text.value[:40]}'; expected a number such as 4 or 2.5"
        raise error_at(text, problem)
    return Fraction(int(match[1]), int(match[2])) if match[1] else Fraction(text.value)


# ── what is asked ──


def _read_ask(ask: Text, model: Model) -> tuple[List, Reading]:
    """The syntax of what is asked, and what it is in the model."""
    try:
        content = parse(tokenize(ask.value, model.table.words))
        return content, _valued(elaborated(model.table, content, Options(model.table.layout)))
    except FormulaError as error:
        offset = min(error.span.start if error.span else 0, len(ask.value) - 1)
        problem = f"what is asked has no value in the model: {error.problem}"
        raise DocumentError(ask.source.name, problem, ask.place(offset)) from None
    except RecursionError:
        raise error_at(ask, "what is asked is nested too deeply to be read") from None


def _valued(reading: Reading) -> Reading:
    """A reading whose size is known: of the identity alone nothing tells it."""
    if reading.value.shape.is_open:
        raise FormulaError("its size cannot be told", reading.value.span)
    return reading
