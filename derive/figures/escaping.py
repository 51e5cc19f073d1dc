"""Characters of a text as TeX's mathematics shows them, whatever they are."""

import unicodedata
from types import MappingProxyType

_ESCAPES = MappingProxyType({
    "\\": "/", "{": r"\{", "}": r"\}", "$": r"\$", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "^": "?", "~": "?",
    '"': r"\mbox{''}", "`": r"\mbox{'}", "'": r"\mbox{'}", "-": r"\mbox{-}", " ": r"\ ", "\u00a0": r"\ ",
    ":": "{:}", ",": "{,}",
})  # fmt: skip


def escaped(text: str) -> str:
    """Characters that stand for themselves in any TeX's mathematics; what not every font has is a question mark."""
    return "".join(_ESCAPES.get(character, _plain(character)) for character in text)


def _plain(character: str) -> str:
    """`é` as `e`: what of a character every font has."""
    if character.isascii() and character.isprintable():
        return character
    base = unicodedata.normalize("NFKD", character)[0]
    return base if base.isascii() and base.isalnum() else "?"
