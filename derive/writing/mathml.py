r"""LaTeX as MathML that is safe to put on a page: rebuilt from known elements and attributes alone.

The converter copies some of its input into its output as it stands, so its
output is parsed and written anew; anything unknown in it gives no MathML.

>>> to_mathml("a + 1")
'<math display="inline"><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow></math>'
>>> to_mathml(r"\text{<script>alert(1)</script>}") is None
True
>>> to_mathml("A.T")
'<math display="inline"><mrow><mi>A</mi><mo lspace="0" rspace="0">.</mo><mi>T</mi></mrow></math>'
"""

import re
import unicodedata
from functools import lru_cache
from html import escape
from xml.etree import ElementTree

from latex2mathml.converter import convert

LONGEST_FORMULA = 4_000

ELEMENTS = frozenset(
    ["math", "mrow", "mi", "mn", "mo", "ms", "mspace", "mtext", "mfrac", "msqrt", "mroot", "mstyle", "mpadded"]
    + ["msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mtable", "mtr", "mtd"]
    + ["mphantom", "menclose", "mprescripts", "none"]
)
ATTRIBUTES = frozenset(
    ["display", "displaystyle", "scriptlevel", "mathvariant", "stretchy", "fence", "form", "largeop", "movablelimits"]
    + ["lspace", "rspace", "minsize", "maxsize", "linethickness", "columnalign", "columnspacing", "rowspacing"]
    + ["accent", "accentunder", "width", "separator", "symmetric"]
)
CHILDREN = {
    "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3,
}  # fmt: skip
_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"


@lru_cache(maxsize=4_096)
def to_mathml(latex: str, in_display: bool = False) -> str | None:
    """The formula as MathML, or null where it does not convert to known elements.

    In a display the bounds of a sum stand below and above it. Remembered, for a class asks for the same formulas again
    and again.
    """
    if not latex.strip() or len(latex) > LONGEST_FORMULA:
        return None
    try:
        root = ElementTree.fromstring(convert(_convertible(latex), display="block" if in_display else "inline"))
        if in_display:
            root.attrib.update(display="inline", displaystyle="true")
        return _written(root)
    except _UnknownElementError:
        return None
    except Exception:  # the converter raises whatever its walk over broken LaTeX runs into
        return None


_SCRIPTED_ENVIRONMENT = re.compile(r"\\begin\{(\w+)\}((?!\\begin).)*?\\end\{\1\}(?=\s*[_^])", re.DOTALL)


def _convertible(latex: str) -> str:
    """The same formula in a form that the converter knows: braces around a matrix that has a script."""
    return _SCRIPTED_ENVIRONMENT.sub(r"{\g<0>}", latex).replace("{dcases}", "{cases}")


class _UnknownElementError(Exception):
    """The converter's output holds an element that no formula needs, or one that lacks a part."""


_STYLES = {"bold": "BOLD", "bold-italic": "BOLD ITALIC", "double-struck": "DOUBLE-STRUCK"}
_CASES = {"LATIN CAPITAL LETTER": "CAPITAL", "LATIN SMALL LETTER": "SMALL", "GREEK CAPITAL LETTER": "CAPITAL",
          "GREEK SMALL LETTER": "SMALL", "DIGIT": "DIGIT"}  # fmt: skip


def _styled(text: str, variant: str | None) -> str | None:
    """Letters and digits in a style of their own, for browsers know no other way; null where one of them has none.

    >>> _styled("1", "double-struck"), _styled("θ", "bold-italic"), _styled("+", "bold")
    ('𝟙', '𝜽', None)
    """
    style = _STYLES.get(variant or "")
    try:
        return None if style is None else "".join(_letter(letter, style) for letter in text)
    except (KeyError, ValueError):
        return None


def _letter(letter: str, style: str) -> str:
    kind, _, which = unicodedata.name(letter).rpartition(" ")
    return unicodedata.lookup(f"MATHEMATICAL {style} {_CASES[kind]} {which}")


_CLOSE = (".", "|", "\u2016")
"""The dot of `A.T` and the bars of absolute values and norms: close to their neighbours, as in TeX."""


def _is_close(element: ElementTree.Element) -> bool:
    """Whether this is a sign without space around it, not one with spaces or a side of its own."""
    return element.text in _CLOSE and not {"lspace", "rspace", "form"} & element.attrib.keys()


def _written(element: ElementTree.Element) -> str:
    """An element with its children, attributes outside the table left out."""
    name = element.tag.removeprefix(_NAMESPACE)
    if name not in ELEMENTS or len(element) != CHILDREN.get(name, len(element)):
        raise _UnknownElementError(name)
    styled = _styled(element.text or "", element.attrib.get("mathvariant"))
    kept = ATTRIBUTES if styled is None else ATTRIBUTES - {"mathvariant"}
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in element.attrib.items() if key in kept)
    attributes += ' lspace="0" rspace="0"' if _is_close(element) else ""
    inside = escape(styled or element.text or "", quote=False)
    inside += "".join(_written(child) + escape(child.tail or "", quote=False) for child in element)
    return f"<{name}{attributes}>{inside}</{name}>"
