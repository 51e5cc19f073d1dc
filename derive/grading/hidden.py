"""Text that a person would not see: where a submission hides some, a person must look at it."""

import re

from derive.source import Source

_WHITE = r"(?:white|\#fff(?:fff)?\b|rgba?\(\s*255\s*,\s*255\s*,\s*255)"
_HIDING: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "white text",
        re.compile(r"\\(?:text)?color\s*(?:\[[^\]]*\])?\s*\{\s*(?:white|1\s*,\s*1\s*,\s*1|FFFFFF)\s*\}", re.I),
    ),
    (
        "white text",
        re.compile(r"\\color\s*\[gray\]\s*\{\s*1(?:\.0*)?\s*\}|\\colorlet\s*\{[^}]*\}\s*\{\s*white\s*\}", re.I),
    ),
    ("text without size", re.compile(r"\\(?:scalebox|resizebox)\s*\{\s*0*\.?0*(?:pt|em|ex|cm|mm|in)?\s*\}", re.I)),
    ("white text", re.compile(rf"(?<![-\w])color\s*[:=]\s*[\"']?\s*{_WHITE}", re.I)),
    (
        "text that is not shown",
        re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d]))", re.I),
    ),
    ("text without size", re.compile(r"(?:font-size\s*:\s*0(?![.\d])|\\fontsize\s*\{\s*0)", re.I)),
    (
        "white text",
        re.compile(r"\\definecolor\s*\{[^}]*\}\s*\{(?:rgb|RGB|HTML|gray)\}\s*\{\s*(?:1|255|FFFFFF)\b", re.I),
    ),
)


def hidden_text(source: Source) -> str | None:
    """One sentence on the first place that hides text; null where there is none."""
    found = [(match.start(), what) for what, pattern in _HIDING if (match := pattern.search(source.text))]
    if not found:
        return None
    at, what = min(found)
    return f"There is {what} in line {source.place(at).line}; what a reader does not see should not count."
