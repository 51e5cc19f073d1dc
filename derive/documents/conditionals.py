r"""What `\iffalse` and switches like `\ifsolutions` hide in a LaTeX file.

>>> from derive.documents.lexing import Piece, Stream
>>> stream = Stream(r"\iffalse a \ifx b \fi \else c \fi d", 0)
>>> conditionals = Conditionals(stream)
>>> "".join(piece.text for piece in stream.rest() if not conditionals.read(piece))
' c  d'
"""

import re

from derive.documents.lexing import Piece, Stream

_COMMAND = re.compile(r"\\([A-Za-z@]+)|\\.|%[^\n]*", re.DOTALL)
_NO_CONDITIONALS = frozenset({"iff", "ifthenelse"})


class Conditionals:
    """Passes over what is switched off. What depends on another condition is left as it is, both branches."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._switches = {"true": True, "false": False}
        self._chosen: list[bool | None] = []

    def read(self, piece: Piece) -> bool:
        """Whether a command belongs to a switch; then what that hides is passed over."""
        name = piece.text[1:]
        if name == "newif":
            self._declare()
        elif name in ("fi", "else"):
            return self._end(name)
        elif name.startswith("if"):
            return self._begin(name)
        elif name.endswith(("true", "false")) and name.removesuffix("true").removesuffix("false") in self._switches:
            self._switches[name.removesuffix("true").removesuffix("false")] = name.endswith("true")
        else:
            return False
        return True

    def _declare(self) -> None:
        """`\\newif\\ifsolutions`: off, until `\\solutionstrue`."""
        named = self.stream.peek()
        if named is not None and named.text.startswith("\\if"):
            self.stream.next()
            self._switches[named.text[3:]] = False

    def _begin(self, name: str) -> bool:
        """`\\ifsolutions`; of another condition it is only noted that it is open."""
        is_on = self._switches.get(name[2:])
        if is_on is not None:
            if is_on:
                self._chosen.append(True)
            elif self._skip(may_stop_at_else=True) == "else":
                self._chosen.append(False)
        elif name not in _NO_CONDITIONALS:
            self._chosen.append(None)
        return is_on is not None

    def _end(self, name: str) -> bool:
        """`\\fi` or `\\else`, behind which the other branch of a switch that is on is hidden."""
        if not self._chosen:
            return False
        is_on = self._chosen[-1]
        if name == "fi":
            self._chosen.pop()
        elif is_on:
            self._chosen.pop()
            self._skip(may_stop_at_else=False)
        return is_on is not None

    def _skip(self, *, may_stop_at_else: bool) -> str:
        """Go on behind the `\\fi` or `\\else` that belongs here; which of them it is, empty at the end."""
        depth = 0
        for match in _COMMAND.finditer(self.stream.text, self.stream.at):
            name = match[1] or ""
            if name == "fi" or (name == "else" and depth == 0 and may_stop_at_else):
                if depth == 0:
                    self.stream.move_to(match.end())
                    return name
                depth -= 1
            elif name.startswith("if") and name not in _NO_CONDITIONALS:
                depth += 1
        self.stream.move_to(len(self.stream.text))
        return ""
