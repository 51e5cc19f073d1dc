"""A setting as YAML that reads back as the same setting.

Every scalar is written so that it is read back character by character: plain where YAML changes nothing, else in
single quotes.
"""

import re
from collections.abc import Iterator, Sequence

from derive.documents.document import Setting
from derive.source import Text

_BLOCKED_START = re.compile(r"[\s\-?:,\[\]{}#&*!|>'\"%@`]")
_BLOCKED = re.compile(r": |:$| #|[\n\t]|[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]")
_WORDS = frozenset({"", "~", "null", "true", "false", "yes", "no", "on", "off"})


def setting_lines(setting: Setting) -> Iterator[str]:
    """The lines of a setting, without what is asked in it and what is expected of a document's steps."""
    for key, word in (("title", setting.title), ("source", setting.source_note)):
        if word is not None:
            yield f"{key}: {quoted(' '.join(word.split()))}"
    if setting.dims:
        sizes = ((name.value, size) for size, name in setting.dims.values())
        yield "dims: {" + ", ".join(_size(name, size) for name, size in sizes) + "}"
    for key, entries in (("symbols", setting.symbols), ("model", setting.model), ("notation", setting.notation)):
        yield from _pairs(key, entries)
    if setting.loss is not None:
        yield f"loss: {quoted(_on_one_line(setting.loss))}"
    yield from _words(setting)


def _size(name: str, size: int | None) -> str:
    return f"{quoted(name, in_flow=True)}: {'' if size is None else size}".rstrip()


def _pairs(key: str, entries: Sequence[tuple[Text, Text]]) -> Iterator[str]:
    if entries:
        yield f"{key}:"
        for name, value in entries:
            yield f"  {quoted(_on_one_line(name))}: {quoted(_on_one_line(value))}"


def _on_one_line(text: Text) -> str:
    return " ".join(text.value.split())


def _words(setting: Setting) -> Iterator[str]:
    """The keys with one word, where it is not what they mean when they are left out."""
    plain = Setting()
    words = (
        ("layout", setting.layout, plain.layout),
        ("vectors", setting.vectors, plain.vectors),
        ("index_base", str(setting.index_base), str(plain.index_base)),
        ("indices", setting.indices, plain.indices),
        ("kink", setting.kink, plain.kink),
    )
    for key, word, usual in words:
        if word != usual:
            yield f"{key}: {quoted(word)}"
    if setting.allow:
        yield f"allow: [{', '.join(setting.allow)}]"


def quoted(text: str, *, in_flow: bool = False) -> str:
    """A scalar as YAML reads it back."""
    is_plain = not (
        text.lower() in _WORDS
        or _BLOCKED_START.match(text)
        or _BLOCKED.search(text)
        or text != text.strip()
        or (in_flow and re.search(r"[\[\]{},]", text))
    )
    return text if is_plain else "'" + text.replace("'", "''") + "'"
