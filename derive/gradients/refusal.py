"""What is raised where a derivative has no closed form in the nodes of the tree."""

from derive.source import Span


class NoClosedForm(Exception):
    """No closed form: the reason, for a person, and the place of what it is about where that is known."""

    def __init__(self, reason: str, span: Span | None = None) -> None:
        self.reason = reason
        self.span = span
        super().__init__(reason)
