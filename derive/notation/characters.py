"""Characters beyond ASCII -> the LaTeX that typesets alike: `W₁ᵀ`, `½`, `ŷ`, `𝐖`, `ℝ`.

>>> [in_latex(text) for text in ("ᵀ", "⁻¹", "ᵢⱼ", "½", "ŷ", "𝐖", "λ")]
['^T', '^{-1}', '_{ij}', '\\\\frac{1}{2}', '\\\\hat{y}', '\\\\mathbf{W}', '\\\\lambda']
"""

import unicodedata
from types import MappingProxyType

SUPERSCRIPTS = MappingProxyType(dict(zip(
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ",
    "0123456789+-()Tabcdefghijklmnoprstuvwxyz", strict=True,
)))  # fmt: skip
SUBSCRIPTS = MappingProxyType(dict(zip(
    "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ",
    "0123456789+-()aehijklmnoprstuvx", strict=True,
)))  # fmt: skip
GREEK = MappingProxyType(dict(zip(
    "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩϵϕϑϱϖς",
    ["\\alpha", "\\beta", "\\gamma", "\\delta", "\\varepsilon", "\\zeta", "\\eta", "\\theta", "\\iota", "\\kappa",
     "\\lambda", "\\mu", "\\nu", "\\xi", "\\pi", "\\rho", "\\sigma", "\\tau", "\\upsilon", "\\varphi", "\\chi", "\\psi",
     "\\omega", "\\Gamma", "\\Delta", "\\Theta", "\\Lambda", "\\Xi", "\\Pi", "\\Sigma", "\\Upsilon", "\\Phi", "\\Psi",
     "\\Omega", "\\epsilon", "\\phi", "\\vartheta", "\\varrho", "\\varpi", "\\varsigma"], strict=True,
)))  # fmt: skip
SIGNS = MappingProxyType({
    "ℓ": "\\ell", "∞": "\\infty", "⊤": "\\top", "ı": "\\imath", "𝟙": "\\mathbb{1}", "𝟏": "\\mathbf{1}", "⋆": "\\star",
    "′": "'", "″": "''", "‴": "'''", "∗": "*", "∙": "\\cdot ", "•": "\\bullet ", "±": "\\pm ", "∓": "\\mp ",
    "‖": "\\|", "∥": "\\|", "∣": "|", "≔": ":=", "≜": "\\triangleq ", "≝": "\\triangleq ", "≐": "\\doteq ",
    "⟵": "\\leftarrow ", "⟶": "\\to ", "↦": "\\mapsto ", "∼": "\\sim ", "≃": "\\simeq ", "⩽": "\\le ", "⩾": "\\ge ",
    "，": ",", "、": ",", "。": ".", "；": ";", "：": ":", "（": "(", "）": ")", "＝": "=",
    "\u00a0": "~", "\u2009": "\\,", "\u202f": "\\,", "\u2062": "", "\u200b": "",
})  # fmt: skip
ACCENTS = MappingProxyType({
    "\u0302": "\\hat", "\u0303": "\\tilde", "\u0304": "\\bar", "\u0305": "\\bar", "\u0307": "\\dot", "\u0308": "\\ddot",
    "\u030c": "\\check", "\u0306": "\\breve", "\u20d7": "\\vec",
})  # fmt: skip
_FONTS = (("DOUBLE-STRUCK", "\\mathbb"), ("SCRIPT", "\\mathcal"), ("FRAKTUR", "\\mathfrak"), ("BOLD", "\\mathbf"))

_LETTER = "A-Za-z" + "".join(GREEK)
_SIGNS = "".join(SIGNS) + "".join(GREEK)
PATTERN = (
    rf"[{_LETTER}][{''.join(ACCENTS)}]"
    rf"|[{''.join(SUPERSCRIPTS)}]+|[{''.join(SUBSCRIPTS)}]+"
    rf"|[{_SIGNS}\u00bc-\u00be\u2150-\u215e\u00c0-\u017f\u1e00-\u1eff\u2102-\u2115\u2119-\u2124\u212c-\u2133]"
    rf"|[\U0001d400-\U0001d7ff]"
)
"""What is read by `in_latex`: runs of scripts, a letter with its accent, single characters."""


def in_latex(text: str) -> str | None:
    """The LaTeX for what `PATTERN` matches; None for a character that stands for nothing that is read."""
    for mark, scripts in (("^", SUPERSCRIPTS), ("_", SUBSCRIPTS)):
        if text[0] in scripts:
            inside = "".join(scripts[character] for character in text)
            return mark + (inside if len(inside) == 1 else "{" + inside + "}")
    return SIGNS.get(text) or GREEK.get(text) or ("" if text in SIGNS else _decomposed(text))


def _decomposed(text: str) -> str | None:
    """A letter with an accent, a fraction, a letter in a font of its own."""
    base, *marks = list(unicodedata.normalize("NFD", text))
    if len(marks) == 1 and marks[0] in ACCENTS:
        return f"{ACCENTS[marks[0]]}{{{GREEK.get(base, base)}}}"
    plain = unicodedata.normalize("NFKC", text)
    top, stroke, bottom = plain.partition("\u2044")
    if stroke:
        return f"\\frac{{{top}}}{{{bottom}}}" if top and bottom else None
    name = unicodedata.name(text, "") if len(text) == 1 else ""
    letter = GREEK.get(plain, plain)
    if not letter.isascii() or not ("MATHEMATICAL" in name or "DOUBLE-STRUCK" in name or "SCRIPT" in name):
        return None
    font = next((command for word, command in _FONTS if word in name), None)
    return f"{font}{{{letter}}}" if font else letter
