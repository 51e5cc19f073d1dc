"""Mistakes, conventions and what is said of code, explained: for a terminal, as JSON, as Markdown or HTML."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from derive.writing.cells import Line, is_unicode, printable, text_of, width_of, wrapped
from derive.writing.pages import BASE, page
from derive.writing.plain import plain
from derive.writing.topics import Kind, Topic, in_groups

SCHEMA = "derive.explain/1"

# what an example is: mark, its ASCII form, style, the same in words
EXAMPLES: Mapping[Kind, tuple[str, str, str, str]] = {
    "mistake": ("✗", "x", "bold red", "Wrong"),
    "convention": ("≈", "~", "cyan", "Holds under it"),
    "code": ("✗", "x", "bold red", "Such as"),
}
PLAINLY: Mapping[Kind, tuple[str, str, str, str]] = {
    "mistake": ("✓", "+", "green", "Right"),
    "convention": ("✓", "+", "green", "Holds without it"),
    "code": ("✓", "+", "green", "Instead"),
}

_FORMULA = re.compile(r"\$([^$]+)\$")


# ── a terminal ──


def to_text(some: Sequence[Topic], width: int, encoding: str, *, is_list: bool) -> str:
    """The topics as text without styles, the line's end of its last line included."""
    return "".join(f"{text_of(line)}\n" for line in lines(some, width, encoding, is_list=is_list))


def lines(some: Sequence[Topic], width: int, encoding: str, *, is_list: bool) -> Iterator[Line]:
    """A list with a line for each topic, or each of them explained."""
    writer = _Writer(width, encoding)
    if is_list:
        yield from writer.listed(some)
    else:
        for number, topic in enumerate(some):
            if number:
                yield []
            yield from writer.explained(topic)


class _Writer:
    """Arranges topics for one encoding and width."""

    def __init__(self, width: int, encoding: str) -> None:
        self.unicode = is_unicode(encoding)
        self.encoding = encoding if self.unicode else "ascii"
        self.width = width

    def listed(self, some: Sequence[Topic]) -> Iterator[Line]:
        """A line for each topic in groups, and how to see more."""
        column = 2 + max(len(topic.code) for topic in some)
        for group, members in in_groups(some):
            yield [(group, "bold")]
            for topic in members:
                head = f"  {topic.code:{column}}"
                yield from self._hanging([(head, "")], [(self._words(topic.title), "dim")])
            yield []
        yield from self._hanging([], [("derive explain CODE shows one of them with an example.", "dim")])

    def explained(self, topic: Topic) -> Iterator[Line]:
        """One topic: what it is, what is said of it, the wrong formula and the right one, why."""
        yield from self._hanging([], [(topic.code, "bold"), (f"  {self._words(topic.title)}", "")])
        yield from self._hanging([], [(f"{topic.kind}: {topic.group}", "dim")])
        yield []
        yield from self._hanging([], [(self._words(topic.message), "")])
        yield []
        yield from self._example(EXAMPLES[topic.kind], topic.example, topic.kind)
        yield from self._example(PLAINLY[topic.kind], topic.plainly, topic.kind)
        yield []
        yield from self._hanging([], [(self._words(topic.because), "")])

    def _example(self, look: tuple[str, str, str, str], example: str, kind: Kind) -> Iterator[Line]:
        mark, ascii_mark, style, _ = look
        shown = printable(example, self.encoding) if kind == "code" else self._formula(example)
        return self._hanging([(f"  {mark if self.unicode else ascii_mark} ", style)], [(shown, "")])

    def _hanging(self, head: Line, body: Line) -> Iterator[Line]:
        """A body that wraps beside its head, not below it."""
        indent = width_of(text_of(head))
        for at, line in enumerate(wrapped(body, max(20, self.width - indent))):
            beside: Line = [(" " * indent, "")] if at else head
            yield [*beside, *line]

    def _words(self, text: str) -> str:
        """Words with formulas between dollar signs, as text."""
        return printable(_FORMULA.sub(lambda found: self._formula(found[1]), text), self.encoding)

    def _formula(self, latex: str) -> str:
        return printable(plain(latex) if self.unicode else " ".join(latex.split()), self.encoding)


# ── for programs, and for pages ──


def to_json(some: Sequence[Topic]) -> str:
    """One JSON object, formulas as LaTeX, examples of code as Python."""
    return json.dumps({"schema": SCHEMA, "topics": [asdict(topic) for topic in some]}, ensure_ascii=False)


def to_markdown(some: Sequence[Topic]) -> str:
    """A page of reference, its formulas between dollar signs."""
    return "\n".join(_markdown(some)) + "\n"


def _markdown(some: Sequence[Topic]) -> Iterator[str]:
    yield f"# {_title(some)}"
    for group, members in in_groups(some):
        yield from ("", f"## {group}")
        for topic in members:
            yield from ("", f"### `{topic.code}`: {topic.title}", "", topic.message, "")
            mark = "`" if topic.kind == "code" else "$"
            yield f"- {EXAMPLES[topic.kind][3]}: {mark}{topic.example}{mark}"
            yield f"- {PLAINLY[topic.kind][3]}: {mark}{topic.plainly}{mark}"
            yield from ("", topic.because)


def to_html(some: Sequence[Topic]) -> str:
    """The same as one page that needs nothing else, its formulas rendered."""
    return page(
        "topics.html",
        (*BASE, "topics.css"),
        title=_title(some),
        groups=list(in_groups(some)),
        examples=EXAMPLES,
        plainly=PLAINLY,
    )


def write_html(some: Sequence[Topic], path: str | Path) -> None:
    """Write the page to a file."""
    Path(path).write_text(to_html(some), encoding="utf-8", newline="\n")


def _title(some: Sequence[Topic]) -> str:
    return some[0].title.capitalize() if len(some) == 1 else "Mistakes and conventions"
