"""A correction of a setting, written into the text of its document: as little as possible of the text is changed.

A declaration, or the size of a dimension, is put behind its name where that stands already, else added to its section;
a section that is not there is added behind the others; a document without a setting gets one with the correction
alone. Comments and the order of the author stay. What comes out is read again, and is given back only if it says what
was said before and the correction, in every character.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal, cast

import yaml

from derive.documents.document import AsideList, AsideMapping
from derive.documents.latex import find_commented_front_matter
from derive.documents.markdown import find_front_matter
from derive.documents.setting import Entries, Entry, compose, read_entries
from derive.documents.yaml_text import quoted
from derive.errors import DocumentError
from derive.records import dataclass
from derive.source import Source, Text

Section = Literal["symbols", "dims"]

LONGEST_NAME = 200
LONGEST_VALUE = 500
INDENT = "  "
NOT_CORRECTED = "the setting is written in a form that is not changed here; write it by hand: {line}"


@dataclass(frozen=True)
class Correction:
    """What stands behind a name of a section from now on; nothing for a dimension whose size is to be chosen.

    The name is spelled as the setting spells it, if it stands there.
    """

    section: Section
    name: str
    value: str


class CorrectionError(Exception):
    """A correction that can not be written, with what is wrong in one line."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


@dataclass(frozen=True)
class _Edit:
    """Characters of a text and what is put in their place."""

    start: int
    end: int
    text: str


def corrected(source: Source, correction: Correction) -> str:
    """The text of a document with a correction in its setting.

    Raises `CorrectionError` where the correction can not be written, `DocumentError` where the setting can not be read.
    """
    _check(correction)
    head = head_of(source)
    if head is None:
        text, before = with_head(source, f"---\n{_section(correction)}---\n"), {}
    else:
        before = read_entries(head)
        text = _written(source, head, _edit(compose(head), head.value, correction))
    _check_reading(before, head_of(replace(source, text=text)), correction)
    return text


def with_head(source: Source, head: str) -> str:
    """The text of a document that has no setting, with one before it: YAML between its `---` lines."""
    if _is_latex(source):
        return "".join(f"% {line}" for line in _lines(head)) + source.text
    return head + ("\n" if source.text.strip() else "") + source.text


def head_of(source: Source) -> Text | None:
    """The YAML at the head of a text, null where it has none. Raises `DocumentError` where it is never closed."""
    return find_commented_front_matter(source) if _is_latex(source) else find_front_matter(source)


def _is_latex(source: Source) -> bool:
    return source.name.lower().endswith(".tex")


def _check(correction: Correction) -> None:
    """Whether a name and a value are short, and each one line of characters that are seen."""
    for what, text, most in (("name", correction.name, LONGEST_NAME), ("value", correction.value, LONGEST_VALUE)):
        if not text.strip() and (what, correction.section) != ("value", "dims"):
            raise CorrectionError(f"the {what} is empty")
        if len(text) > most:
            raise CorrectionError(f"the {what} has {len(text)} characters; at most {most} are taken")
        if not text.isprintable():
            raise CorrectionError(f"the {what} is not one line of printable characters")


# --- Where it goes -------------------------------------------------------------------------------


def _edit(root: yaml.Node | None, text: str, correction: Correction) -> _Edit:
    """The one change of the YAML that makes it say the correction."""
    if root is None:
        return _Edit(len(text), len(text), _section(correction))
    if not isinstance(root, yaml.MappingNode):
        raise _not_corrected(correction)
    section = next((value for key, value in root.value if key.value == correction.section), None)
    if section is None:
        return _added_section(root, text, correction)
    if isinstance(section, yaml.ScalarNode) and section.value.strip() in ("", "~", "null"):
        pair = _pair(correction, in_flow=True)
        return _Edit(section.start_mark.index, section.end_mark.index, f"{_gap(section, text)}{{{pair}}}")
    if isinstance(section, yaml.SequenceNode) and correction.section == "dims":
        return _sizes_of_names(section, text, correction)
    if isinstance(section, yaml.MappingNode):
        return _in_mapping(section, text, correction)
    raise _not_corrected(correction)


def _in_mapping(section: yaml.MappingNode, text: str, correction: Correction) -> _Edit:
    """Another value behind the name, or the name behind the others."""
    flows = bool(section.flow_style)
    for key, value in section.value:
        if key.value == correction.name:
            start, end = _extent(value, text)
            gap = _gap(value, text) if start == end else ""
            colon = ":" if start == end and text[key.end_mark.index : start].strip() != ":" else ""
            written = quoted(_line(correction.value), in_flow=flows) if correction.value.strip() else ""
            return _Edit(start, end, f"{colon}{gap}{written}")
    pair = _pair(correction, in_flow=flows)
    if not section.value:
        return _Edit(section.start_mark.index, section.end_mark.index, f"{{{pair}}}")
    _, end = _extent(section.value[-1][1], text)
    if flows:
        return _Edit(end, end, f", {pair}")
    return _new_line(text, end, " " * section.start_mark.column + pair)


def _added_section(root: yaml.MappingNode, text: str, correction: Correction) -> _Edit:
    """A section of its own, behind the last."""
    if not root.value:
        whole = f"{{{correction.section}: {{{_pair(correction, in_flow=True)}}}}}"
        return _Edit(root.start_mark.index, root.end_mark.index, whole)
    _, end = _extent(root.value[-1][1], text)
    if root.flow_style:
        return _Edit(end, end, f", {correction.section}: {{{_pair(correction, in_flow=True)}}}")
    return _new_line(text, end, _section(correction, " " * root.start_mark.column).removesuffix("\n"))


def _sizes_of_names(section: yaml.SequenceNode, text: str, correction: Correction) -> _Edit:
    """A list of dimensions as a mapping, in which one of them has a size."""
    names = [node.value for node in section.value]
    sizes = {**dict.fromkeys(names, ""), correction.name: _line(correction.value)}
    pairs = (_pair(Correction("dims", name, size), in_flow=True) for name, size in sizes.items())
    end = section.end_mark.index if section.flow_style or not section.value else _extent(section.value[-1], text)[1]
    return _Edit(section.start_mark.index, end, f"{{{', '.join(pairs)}}}")


def _new_line(text: str, at: int, line: str) -> _Edit:
    """A line below the one in which an offset stands."""
    end = text.find("\n", at)
    if end < 0:
        return _Edit(len(text), len(text), f"\n{line}")
    return _Edit(end, end, f"\n{line}")


def _extent(node: yaml.Node, text: str) -> tuple[int, int]:
    """Where a value stands, without the white space and the comments behind it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return node.start_mark.index, _extent(last[1] if isinstance(last, tuple) else last, text)[1]
    start, end = node.start_mark.index, node.end_mark.index
    return start, start + len(text[start:end].rstrip())


def _gap(node: yaml.Node, text: str) -> str:
    """The space before a value that stands where none stood."""
    return "" if text[: node.start_mark.index].endswith((" ", "\n")) else " "


def _section(correction: Correction, indent: str = "") -> str:
    return f"{indent}{correction.section}:\n{indent}{INDENT}{_pair(correction)}\n"


def _pair(correction: Correction, *, in_flow: bool = False) -> str:
    name, value = _line(correction.name), _line(correction.value)
    written = quoted(value, in_flow=in_flow) if value else ""
    return f"{quoted(name, in_flow=in_flow)}: {written}" if in_flow or written else f"{quoted(name)}:"


def _line(text: str) -> str:
    return " ".join(text.split())


# --- Writing, and reading it again ---------------------------------------------------------------


def _written(source: Source, head: Text, edit: _Edit) -> str:
    """The document's text with the YAML changed, in LaTeX behind the `% ` that its lines have."""
    if not _is_latex(source):
        start, end = head.offset(edit.start), head.offset(edit.start) + edit.end - edit.start
        return source.text[:start] + edit.text + source.text[end:]
    lines, whole = _lines(head.value), _lines(source.text)
    number = source.text.count("\n", 0, head.start)
    if not lines:
        return "".join([*whole[:number], *(f"% {line}" for line in _lines(edit.text)), *whole[number:]])
    first, begin = _line_at(lines, edit.start)
    last, _ = _line_at(lines, edit.end)
    within = "".join(lines[first : last + 1])
    changed = within[: edit.start - begin] + edit.text + within[edit.end - begin :]
    behind = whole[number + last + 1 :]
    return "".join([*whole[: number + first], *(f"% {line}" for line in _lines(changed)), *behind])


def _lines(text: str) -> list[str]:
    """The lines of a text, each with its end."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _line_at(lines: Sequence[str], offset: int) -> tuple[int, int]:
    """The number of the line that holds an offset, and where that line begins."""
    begin = 0
    for number, line in enumerate(lines):
        if offset < begin + len(line) or number == len(lines) - 1:
            return number, begin
        begin += len(line)
    return 0, 0


def _check_reading(before: Entries, head: Text | None, correction: Correction) -> None:
    """That a changed setting says what it said, and the correction. Raises `CorrectionError`."""
    try:
        after = None if head is None else dict(_said(read_entries(head)))
    except DocumentError:
        after = None
    wanted = dict(_said(before))
    pairs = dict(cast(tuple[tuple[str, str], ...], wanted.get(correction.section, ())))
    pairs[correction.name] = _line(correction.value)
    wanted[correction.section] = tuple(pairs.items())
    if after != wanted:
        raise _not_corrected(correction)


def _said(entries: Entries) -> Iterator[tuple[str, object]]:
    """What each key says, without places; pairs in their order."""
    for key, entry in entries.items():
        if key in ("symbols", "dims"):
            yield key, tuple((name.value, value.value) for name, value in entry.pairs)
        else:
            yield key, _without_places(entry)


def _without_places(entry: Entry) -> object:
    return tuple(_plain(part) for part in (entry.words, entry.pairs, entry.lists, entry.aside))


def _plain(value: object) -> object:
    match value:
        case Text():
            return value.value
        case AsideList():
            return [_plain(item) for item in value.items]
        case AsideMapping():
            return {key.value: _plain(one) for key, one in value.pairs}
        case tuple():
            return tuple(_plain(one) for one in value)
    return value


def _not_corrected(correction: Correction) -> CorrectionError:
    line = f"{correction.section}: {{{_pair(correction, in_flow=True)}}}"
    return CorrectionError(NOT_CORRECTED.format(line=line))
