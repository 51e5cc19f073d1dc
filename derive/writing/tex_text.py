r"""Plain words -> TeX that typesets them with every engine and does nothing else: ASCII alone, no character active.

What has no glyph in the fonts that every installation has is shown by its number in a frame, as a browser does it.

>>> to_tex(r"100% of \input{x}")
'100\\% of \\textbackslash{}input\\{x\\}'
"""

import re
import unicodedata
from functools import cache

SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", '"': r"\textquotedbl{}", "`": r"\textasciigrave{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "[": "{[}",
    "]": "{]}",
}  # fmt: skip
"""ASCII that TeX would read as something else, or join with its neighbour."""

SIGNS = {
    "\u00a0": "~", "\u2009": r"\,", "\u202f": r"\,", "\u00ad": r"\-", "–": r"\textendash{}", "—": r"\textemdash{}", "‐": "-", "‑": r"\mbox{-}",
    "‘": r"\textquoteleft{}", "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}", "”": r"\textquotedblright{}", "„": r"\quotedblbase{}", "‚": r"\quotesinglbase{}", "«": r"\guillemotleft{}",
    "»": r"\guillemotright{}", "‹": r"\guilsinglleft{}", "›": r"\guilsinglright{}", "…": r"\dots{}", "•": r"\textbullet{}",
    "§": r"\S{}", "¶": r"\P{}", "©": r"\textcopyright{}", "®": r"\textregistered{}", "™": r"\texttrademark{}",
    "°": r"\textdegree{}", "†": r"\dag{}", "‡": r"\ddag{}", "£": r"\textsterling{}", "¥": r"\textyen{}", "¢": r"\textcent{}",
    "€": r"\texteuro{}", "¡": r"\textexclamdown{}", "¿": r"\textquestiondown{}", "ß": r"\ss{}", "ẞ": "SS", "æ": r"\ae{}", "Æ": r"\AE{}",
    "œ": r"\oe{}", "Œ": r"\OE{}", "ø": r"\o{}", "Ø": r"\O{}", "ł": r"\l{}", "Ł": r"\L{}", "đ": r"\dj{}", "Đ": r"\DJ{}", "ð": r"\dh{}",
    "Ð": r"\DH{}", "þ": r"\th{}", "Þ": r"\TH{}", "ı": r"\i{}", "ŋ": r"\ng{}", "Ŋ": r"\NG{}", "ª": r"\textordfeminine{}",
    "º": r"\textordmasculine{}", "µ": r"\ensuremath{\mu}",
}  # fmt: skip
"""What text fonts have."""

MATHEMATICS = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\varepsilon", "ζ": r"\zeta", "η": r"\eta", "θ": r"\theta",
    "ι": r"\iota", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "ν": r"\nu", "ξ": r"\xi", "π": r"\pi", "ρ": r"\rho",
    "σ": r"\sigma", "τ": r"\tau", "υ": r"\upsilon", "φ": r"\varphi", "χ": r"\chi", "ψ": r"\psi", "ω": r"\omega", "Γ": r"\Gamma",
    "Δ": r"\Delta", "Θ": r"\Theta", "Λ": r"\Lambda", "Ξ": r"\Xi", "Π": r"\Pi", "Σ": r"\Sigma", "Υ": r"\Upsilon", "Φ": r"\Phi",
    "Ψ": r"\Psi", "Ω": r"\Omega",
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", (rf"\mathrm{{{letter}}}" for letter in "ABEZHIKMNOPTXo"), strict=True)),
    "ς": r"\varsigma", "ϵ": r"\epsilon", "ϕ": r"\phi", "ϑ": r"\vartheta", "×": r"\times", "÷": r"\div", "±": r"\pm", "∓": r"\mp",
    "·": r"\cdot", "⋅": r"\cdot", "−": "-", "∂": r"\partial", "∇": r"\nabla", "∑": r"\sum", "∏": r"\prod", "∫": r"\int", "√": r"\surd",
    "∞": r"\infty", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx", "≡": r"\equiv", "∼": r"\sim", "∝": r"\propto", "∈": r"\in",
    "∉": r"\notin", "⊂": r"\subset", "⊆": r"\subseteq", "∪": r"\cup", "∩": r"\cap", "∀": r"\forall", "∃": r"\exists", "∅": r"\emptyset",
    "¬": r"\neg", "∧": r"\wedge", "∨": r"\vee", "→": r"\to", "←": r"\leftarrow", "↔": r"\leftrightarrow", "⇒": r"\Rightarrow",
    "⇐": r"\Leftarrow", "⇔": r"\Leftrightarrow", "↦": r"\mapsto", "⊙": r"\odot", "∘": r"\circ", "⊗": r"\otimes", "⊕": r"\oplus",
    "⊤": r"\top", "⊥": r"\perp", "ℓ": r"\ell", "ℝ": r"\mathbb{R}", "ℕ": r"\mathbb{N}", "ℤ": r"\mathbb{Z}", "′": "'", "″": "''",
    "‖": r"\|", "∥": r"\|", "⟨": r"\langle", "⟩": r"\rangle", "⋯": r"\cdots", "✓": r"\checkmark", "∎": r"\blacksquare", "□": r"\square",
}  # fmt: skip
"""What the fonts of mathematics have."""

ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".", "\u0308": '"',
    "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0327": "c", "\u0328": "k", "\u0323": "d", "\u0331": "b", "\u0326": "textcommabelow",
}  # fmt: skip
ACCENTED = frozenset(
    "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĒēĖėĘęĚěĜĝĞğĠġĤĥĪīĮįİĴĵĹĺĽľŃńŇňŌōŐőŔŕŘř"
    "ŚśŜŝŞşŠšŢţŤťŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžȘșȚț"
)  # fmt: skip
"""The letters with an accent that all three engines typeset."""

LONGEST_UNBROKEN = 24
LONGEST_CODE_UNBROKEN = 6
"""Of how many characters a word may be that is never broken."""

_WHITE = re.compile(r"\s+")
_PIECE = re.compile(r"\w{1,16}\W?|\W")
_LIGATURE = re.compile(r"-(?=-)|'(?=')|,(?=,)")


def to_tex(text: str, longest_unbroken: int = LONGEST_UNBROKEN) -> str:
    """Words as TeX on one line; a word longer than that may be broken behind its signs."""
    composed = unicodedata.normalize("NFC", _WHITE.sub(" ", text))
    return " ".join(_word(word, longest_unbroken) for word in composed.split(" "))


def _word(word: str, longest_unbroken: int) -> str:
    """One word; a long one may be broken behind its signs, and anywhere if it has none for long."""
    pieces = _PIECE.findall(word) if len(word) > longest_unbroken else [word]
    return r"\allowbreak{}".join(_LIGATURE.sub(r"\g<0>{}", "".join(map(_character, piece))) for piece in pieces)


@cache
def _character(character: str) -> str:
    if character in SPECIAL:
        return SPECIAL[character]
    if character.isascii() and character.isprintable():
        return character
    if character in SIGNS:
        return SIGNS[character]
    if character in MATHEMATICS:
        return rf"\ensuremath{{{MATHEMATICS[character]}}}"
    if character in ACCENTED:
        return _accented(character)
    return _without_glyph(character)


def _accented(character: str) -> str:
    r"""A letter with its accent: `\'{e}`."""
    base, mark = list(unicodedata.normalize("NFD", character))
    letter = {"i": r"\i", "j": r"\j"}.get(base, base) if mark not in ("\u0328", "\u0323", "\u0326") else base
    return rf"\{ACCENTS[mark]}{{{letter}}}"


def _without_glyph(character: str) -> str:
    """Nothing for what is not seen anyway; else its number in a frame."""
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") or unicodedata.combining(character):
        return "" if unicodedata.category(character) == "Cf" else rf"\missing{{{ord(character):04X}}}"
    plain = unicodedata.normalize("NFKC", character)
    if plain != character and plain.isascii():
        return "".join(map(_character, plain))
    return rf"\missing{{{ord(character):04X}}}"


LONGEST_PLAIN = 80


def to_plain(text: str) -> str:
    """Words for a bookmark, a foot, the properties of a PDF: letters, digits, punctuation of ASCII; not many."""
    folded = unicodedata.normalize("NFKD", text.replace("\u2019", "'")).encode("ascii", "ignore").decode()
    return _WHITE.sub(" ", re.sub(r"[^A-Za-z0-9 .,:;()/+'!?-]", " ", folded)).strip()[:LONGEST_PLAIN]
