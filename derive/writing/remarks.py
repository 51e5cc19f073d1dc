"""What a student is told of a part, as plain text for platforms that show no formulas."""

from derive.grading.results import Marked, PartResult

LONGEST = 10_000
"""Characters of one text: platforms refuse results of a megabyte."""


def heading(part: PartResult) -> str:
    """The part's name."""
    return f"Part {part.id}"


def remark(part: PartResult) -> str:
    """The reason for the marks of a part, then its mistakes; what was made right is never told."""
    told = part.message.casefold()
    beside = [one.message for one in part.diagnosis if one.message.strip().rstrip(".").casefold() not in told]
    return cut("\n".join(dict.fromkeys(text for text in [part.message, *beside] if text)))


def under_review(marked: Marked) -> str:
    """Which parts a person will look at, and why the submission as a whole; empty where all is decided."""
    parts = [part.id for part in marked.parts if part.status == "review"]
    said = [] if marked.problem is None else [marked.problem]
    if parts:
        said.append(f"A person will look at {'part' if len(parts) == 1 else 'parts'} {', '.join(parts)}.")
    elif said:
        said.append("A person will look at this submission.")
    return cut("\n".join(said))


def cut(text: str) -> str:
    """At most so many characters."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
