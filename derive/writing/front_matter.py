"""A setting as the YAML that its author would write, ready to stand at the head of a document.

What was inferred says so in a comment behind it.
"""

from collections.abc import Iterator, Sequence

from derive.checking.results import ProposedEntry, ProposedSetting
from derive.documents.yaml_text import quoted


def to_front_matter(setting: ProposedSetting) -> str:
    """The setting between `---` lines, each line of it with its comment."""
    return "".join(f"{line}\n" for line in _lines(setting))


def _lines(setting: ProposedSetting) -> Iterator[str]:
    yield "---"
    for line in setting.remarks:
        yield f"# {line}"
    for key, word in setting.words:
        yield f"{key}: {quoted(word)}"
    if setting.dims:
        sizes = ", ".join(f"{quoted(name, in_flow=True)}: {size}" for name, size in setting.dims)
        yield f"dims: {{{sizes}}}"
    for key, entries in (("symbols", setting.symbols), ("model", setting.model), ("notation", setting.notation)):
        if entries:
            yield f"{key}:"
            yield from _entries(entries)
    if setting.loss is not None:
        yield _with_comment(f"loss: {quoted(setting.loss.value)}", setting.loss.comment)
    for key, word in setting.more:
        yield f"{key}: {word}"
    yield "---"


def _entries(entries: Sequence[ProposedEntry]) -> Iterator[str]:
    texts = [f"  {quoted(entry.name)}: {quoted(entry.value)}" for entry in entries]
    width = min(max(map(len, texts)), 44)
    for text, entry in zip(texts, entries, strict=True):
        yield _with_comment(text.ljust(width) if entry.comment else text, entry.comment)


def _with_comment(text: str, comment: str) -> str:
    """A comment is words, on one line."""
    return f"{text}  # {' '.join(comment.split())}" if comment else text
