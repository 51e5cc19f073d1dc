"""Findings as workflow commands, which GitHub shows beside the lines that they are about.

`::error file=notes.md,line=27,col=33,title=refuted (4)::The two sides differ.`
"""

from collections.abc import Iterable, Mapping

from derive.writing.findings import Finding, Level, Outcome, findings

COMMANDS: Mapping[Level, str] = {"error": "error", "note": "notice"}

# What a message escapes; the percent sign comes first. A property escapes two more.
_OF_MESSAGES = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_OF_PROPERTIES = (*_OF_MESSAGES, (":", "%3A"), (",", "%2C"))


def to_github(outcomes: Iterable[Outcome]) -> str:
    """A command for each finding, on a line of its own."""
    return "".join(f"{_command(finding)}\n" for finding in findings(outcomes))


def _command(finding: Finding) -> str:
    return command(COMMANDS[finding.level], finding.document, finding.place, finding.title, finding.message)


def command(name: str, document: str, place: tuple[int, int] | None, title: str, message: str) -> str:
    """A workflow command on one line, whatever its texts hold."""
    properties = {"file": document.replace("\\", "/")}
    if place is not None:
        properties |= {"line": str(place[0]), "col": str(place[1])}
    properties["title"] = title
    listed = ",".join(f"{key}={_escaped(value, _OF_PROPERTIES)}" for key, value in properties.items())
    return f"::{name} {listed}::{_escaped(message, _OF_MESSAGES)}"


def _escaped(text: str, replacements: Iterable[tuple[str, str]]) -> str:
    for character, spelled in replacements:
        text = text.replace(character, spelled)
    return text
