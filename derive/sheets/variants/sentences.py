"""Sentences of an exercise's text: left out, or added at its end."""

import re
from collections.abc import Callable
from dataclasses import replace

from derive.sheets.variants.draft import Draft

_END = re.compile(r"(?<=[.!?])(?=\s)")


def without_sentences(draft: Draft, about: re.Pattern[str]) -> Draft:
    """The draft without the sentences of its text in which a pattern is found."""

    def kept(paragraph: str) -> str:
        return "".join(piece for piece in _END.split(paragraph) if not about.search(piece)).strip("\n ")

    return _with_paragraphs(draft, kept)


def with_last_sentence(draft: Draft, sentence: str) -> Draft:
    """The draft with a sentence as a paragraph of its own at its end."""
    return replace(draft, body=f"{draft.body}\n\n{sentence}")


def _with_paragraphs(draft: Draft, change: Callable[[str], str]) -> Draft:
    paragraphs = (change(paragraph) for paragraph in draft.body.split("\n\n"))
    return replace(draft, body="\n\n".join(paragraph for paragraph in paragraphs if paragraph))
