"""How a server was asked to be: what `derive serve` takes from its command line."""

from dataclasses import field
from pathlib import Path

from derive.records import dataclass
from derive.web.workers import Limits

PORT_OF_HTTP = 80
"""What browsers leave out of a host's name."""
LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Setup:
    """A server's address, what it serves, and what its visitors may see.

    `document` is the name and the text that stand in the editor at first. `exercises` is a folder of them. With
    `is_exam` verdicts are hidden until an answer is handed in; with `is_teacher` solutions are shown. What is handed in
    is kept in `save`, and nothing anywhere without it.
    """

    token: str
    host: str = "127.0.0.1"
    port: int = 8000
    document: tuple[str, str] | None = None
    exercises: Path | None = None
    is_exam: bool = False
    is_teacher: bool = False
    save: Path | None = None
    limits: Limits = field(default_factory=Limits)

    @property
    def shows_fixes(self) -> bool:
        """Whether a mistake is shown with its repair.

        Where exercises are offered that could be the answer to one, on whatever page: it is for teachers.
        """
        return self.is_teacher or self.exercises is None

    @property
    def hosts(self) -> frozenset[str]:
        """The names by which browsers may know it; empty, for any, where it is open to other machines."""
        if self.host not in LOCAL:
            return frozenset()
        names = [_bracketed(name) for name in LOCAL]
        return frozenset([*(f"{name}:{self.port}" for name in names), *(names if self.port == PORT_OF_HTTP else ())])

    @property
    def address(self) -> str:
        """What a person opens, with the token."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://{_bracketed(host)}:{self.port}/?token={self.token}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
