"""Scalars of YAML, so written that each is read back character by character.

Plain where YAML changes nothing, else in single quotes.

>>> quoted("N x D"), quoted("{a: b}"), quoted("it's: so")
('N x D', "'{a: b}'", "'it''s: so'")
"""

import re

_BLOCKED_START = re.compile(r"[\s\-?:,\[\]{}#&*!|>'\"%@`]")
_BLOCKED = re.compile(r": |:$| #|[\n\t]|[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]")
_WORDS = frozenset({"", "~", "null", "true", "false", "yes", "no", "on", "off"})


def quoted(text: str, *, in_flow: bool = False) -> str:
    """A scalar as YAML reads it back."""
    is_plain = not (
        text.lower() in _WORDS
        or _BLOCKED_START.match(text)
        or _BLOCKED.search(text)
        or text != text.strip()
        or (in_flow and re.search(r"[\[\]{},?]", text))
    )
    return text if is_plain else "'" + text.replace("'", "''") + "'"
