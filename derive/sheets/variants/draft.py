"""An exercise as the texts of which it consists, for rules that write it anew; and a draft as a document.

Everything that a rule does not touch stays as its author wrote it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from derive.documents.document import Aside, AsideList, AsideMapping
from derive.documents.markdown import behind, find_front_matter, find_mathematics
from derive.documents.setting import KEYS, Entry
from derive.documents.yaml_text import quoted
from derive.errors import DocumentError
from derive.grading.parts import ExerciseDocument, items_of
from derive.records import dataclass
from derive.source import Source, Text

Pairs = tuple[tuple[str, str], ...]
Change = Callable[[str], str]


@dataclass(frozen=True)
class PartDraft:
    """A part: its keys with their texts, in the order in which they stand; and its policy."""

    words: Pairs
    policy: Aside | None = None

    def get(self, key: str) -> str:
        """The text behind a key, nothing where it is left out."""
        return dict(self.words).get(key, "")


@dataclass(frozen=True)
class Draft:
    """An exercise: its title, its dimensions with their sizes, its names with what they are, its parts, its text.

    `others` are the keys of its setting that no rule changes.
    """

    title: str
    dims: Pairs
    symbols: Pairs
    model: Pairs
    notation: Pairs
    loss: str
    parts: tuple[PartDraft, ...]
    body: str
    others: tuple[tuple[str, Entry], ...] = ()

    def value(self, name: str) -> str:
        """The formula of a name of the model."""
        return dict(self.model)[name]


_CHANGED = ("title", "dims", "symbols", "model", "notation", "loss", "parts")


def draft_of(exercise: ExerciseDocument) -> Draft:
    """The texts of an exercise. Raises `DocumentError` where it is not written in Markdown, or with macros."""
    source = exercise.document.source
    head = find_front_matter(source)
    if head is None or any(passage.text.runs for passage in exercise.document.passages):
        problem = "a variant is made of an exercise in Markdown that defines no macros, and this is none"
        raise DocumentError(source.name, problem)
    return _drafted(exercise, source.text[behind(head) :].strip("\n"))


def _drafted(exercise: ExerciseDocument, body: str) -> Draft:
    entries = exercise.entries
    texts = {key: _pairs(entries.get(key)) for key in ("dims", "symbols", "model", "notation")}
    return Draft(
        exercise.document.setting.title or "",
        texts["dims"],
        texts["symbols"],
        texts["model"],
        texts["notation"],
        _word(entries.get("loss")),
        tuple(_part(item) for item in items_of(exercise.document)),
        body,
        tuple((key, entry) for key, entry in entries.items() if key not in _CHANGED),
    )


def _pairs(entry: Entry | None) -> Pairs:
    return () if entry is None else tuple((name.value, text.value) for name, text in entry.pairs)


def _word(entry: Entry | None) -> str:
    return entry.words[0].value if entry is not None and entry.words else ""


def _part(item: Aside) -> PartDraft:
    assert isinstance(item, AsideMapping)
    words = tuple((key.value, _on_one_line(text.value)) for key, text in item.pairs if isinstance(text, Text))
    return PartDraft(words, item.get("policy"))


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


# ── changing a draft ──


def with_formulas(draft: Draft, change: Change) -> Draft:
    """The draft with every formula changed: names, what they are computed by, what is asked, what stands in text."""
    changed = with_setting_formulas(draft, change)
    return with_text_formulas(changed, change)


def with_setting_formulas(draft: Draft, change: Change) -> Draft:
    """The draft with the names and formulas of its setting changed."""

    def of_part(part: PartDraft) -> PartDraft:
        return replace(part, words=tuple((key, change(text) if key == "ask" else text) for key, text in part.words))

    return replace(
        draft,
        symbols=tuple((change(name), what) for name, what in draft.symbols),
        model=tuple((change(name), formula) for name, formula in _values(draft.model, change)),
        notation=tuple((change(name), formula) for name, formula in _values(draft.notation, change)),
        loss=change(draft.loss) if draft.loss else "",
        parts=tuple(map(of_part, draft.parts)),
    )


def _values(pairs: Pairs, change: Change) -> Pairs:
    return tuple((name, change(formula)) for name, formula in pairs)


def with_text_formulas(draft: Draft, change: Change) -> Draft:
    """The draft with the formulas changed that stand in its text, its title and its prompts."""
    return _with_text(draft, lambda text: "".join(change(run) if is_formula else run for run, is_formula in runs(text)))


def with_prose(draft: Draft, change: Change) -> Draft:
    """The draft with the words changed that stand in its text, its title and its prompts; formulas and code stay."""

    def change_words(run: str) -> str:
        return "".join(piece if at % 2 else change(piece) for at, piece in enumerate(_CODE.split(run)))

    return _with_text(
        draft, lambda text: "".join(run if is_formula else change_words(run) for run, is_formula in runs(text))
    )


_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)


def _with_text(draft: Draft, change: Change) -> Draft:
    """The draft with what students read changed."""

    def of_part(part: PartDraft) -> PartDraft:
        return replace(part, words=tuple((key, change(text) if key == "prompt" else text) for key, text in part.words))

    parts = tuple(map(of_part, draft.parts))
    return replace(draft, title=change(draft.title), parts=parts, body=change(draft.body))


@lru_cache(maxsize=256)
def runs(text: str) -> tuple[tuple[str, bool], ...]:
    """The pieces of a Markdown text in order, each with whether it is a formula; delimiters are no part of one."""
    found, at = [], 0
    for passage in find_mathematics(Source("text", text)):
        start, end = passage.text.start, passage.text.end
        found += [(text[at:start], False), (text[start:end], True)]
        at = end
    return (*found, (text[at:], False))


def prose_of(draft: Draft) -> str:
    """All words that students read, a formula as `$ $`."""
    texts = (draft.title, *(part.get("prompt") for part in draft.parts), draft.body)
    return "\n".join("".join(" " if is_formula else run for run, is_formula in runs(text)) for text in texts)


def text_formulas(draft: Draft) -> Iterator[str]:
    """The formulas that stand in what students read."""
    for text in (draft.title, *(part.get("prompt") for part in draft.parts), draft.body):
        yield from (run for run, is_formula in runs(text) if is_formula)


# ── a draft as a document ──


def setting_of(exercise: ExerciseDocument) -> str:
    """The setting of any exercise as YAML, macros expanded: what stands at the head of its sheets.

    What is expected of the steps of a document is left out: a sheet has other steps.
    """
    draft = _drafted(exercise, "")
    kept = tuple((key, entry) for key, entry in draft.others if key != "expect")
    return "".join(f"{line}\n" for line in _setting_lines(replace(draft, others=kept)))


def document_of(draft: Draft) -> str:
    """The draft as Markdown with its setting at its head."""
    return "\n".join(["---", *_setting_lines(draft), "---", "", draft.body, ""])


def _setting_lines(draft: Draft) -> Iterator[str]:
    before = [(key, entry) for key, entry in draft.others if key == "source"]
    behind_model = [(key, entry) for key, entry in draft.others if key != "source"]
    if draft.title:
        yield f"title: {quoted(draft.title)}"
    for key, entry in before:
        yield from _entry_lines(key, entry)
    if draft.dims:
        yield f"dims: {_flow_pairs(draft.dims)}"
    for key, pairs in (("symbols", draft.symbols), ("model", draft.model), ("notation", draft.notation)):
        if pairs:
            yield f"{key}:"
            yield from (f"  {quoted(name)}: {quoted(text)}" for name, text in pairs)
    if draft.loss:
        yield f"loss: {quoted(draft.loss)}"
    for key, entry in behind_model:
        yield from _entry_lines(key, entry)
    yield "parts:"
    for part in draft.parts:
        yield from _part_lines(part)


def _entry_lines(key: str, entry: Entry) -> Iterator[str]:
    """A key of the setting as it was written, on one line."""
    if entry.aside is not None:
        yield f"{key}: {_flow(entry.aside)}"
    elif entry.pairs:
        yield f"{key}: {_flow_pairs(tuple((name.value, text.value) for name, text in entry.pairs))}"
    elif entry.lists:
        items = (f"{_in_flow(name.value)}: {_flow_list(texts)}" for name, texts in entry.lists)
        yield f"{key}: {{{', '.join(items)}}}"
    elif KEYS[key] == "words":
        yield f"{key}: {_flow_list(entry.words)}"
    elif entry.words:
        yield f"{key}: {quoted(_on_one_line(entry.words[0].value))}"


def _part_lines(part: PartDraft) -> Iterator[str]:
    for at, (key, text) in enumerate(part.words):
        yield f"  {' ' if at else '-'} {key}: {quoted(text)}"
    if part.policy is not None:
        yield f"    policy: {_flow(part.policy)}"


def _flow(aside: Aside) -> str:
    match aside:
        case AsideMapping(_, pairs):
            return f"{{{', '.join(f'{_in_flow(key.value)}: {_flow(value)}' for key, value in pairs)}}}"
        case AsideList(_, items):
            return f"[{', '.join(map(_flow, items))}]"
    return _in_flow(_on_one_line(aside.value))


def _flow_pairs(pairs: Pairs) -> str:
    return f"{{{', '.join(f'{_in_flow(name)}: {_in_flow(text)}' for name, text in pairs)}}}"


def _flow_list(texts: tuple[Text, ...]) -> str:
    return f"[{', '.join(_in_flow(text.value) for text in texts)}]"


def _in_flow(text: str) -> str:
    return quoted(text, in_flow=True)
