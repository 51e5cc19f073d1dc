"""Corrections of a setting, written into the text of its document, and rows that show what is known of its names."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from derive.certificates import Store
from derive.checking.results import DocumentResult, Question
from derive.documents import correcting
from derive.documents.correcting import Correction, CorrectionError, Section, corrected, head_of
from derive.documents.reading import read_sources
from derive.documents.setting import read_entries
from derive.errors import DocumentError
from derive.source import Source
from derive.web import live, settings
from derive.web.asked import BadRequestError, texts
from derive.web.desk import Desk
from derive.web.setting_rows import setting_rows

BLOCK = r"""---
# who is given what
symbols:
  X: N x D   # one example a row
  W: >-
    D x
    C

# what is computed
model:
  S: X W     # scores
dims: [N, D, C]
---
Text.
"""
FLOW = "---\ndims: {N: 2, D: }\nsymbols: {X: N x D, 'W_1': \"D x D\"} # given\nloss: L\n---\n"
LATEX = "% !TEX program = lualatex\n% ---\n% symbols:\n%   X: N x D  % one\n%title: A note\n% ---\n\\begin{document}\n"

# The text before, the correction, the text after.
WRITTEN: list[tuple[str, str, tuple[Section, str, str], str]] = [
    ("a value on several lines", BLOCK, ("symbols", "W", "D x H"), BLOCK.replace(">-\n    D x\n    C", "D x H")),
    ("a value before a comment", BLOCK, ("symbols", "X", "scalar"), BLOCK.replace("X: N x D  ", "X: scalar  ")),
    ("a new name", BLOCK, ("symbols", "b", "1 x C"), BLOCK.replace("    C\n", "    C\n  b: 1 x C\n")),
    ("a size in a list", BLOCK, ("dims", "D", "3"), BLOCK.replace("[N, D, C]", "{N: , D: 3, C: }")),
    ("a value in braces", FLOW, ("symbols", "W_1", "D x 3"), FLOW.replace('"D x D"', "D x 3")),
    ("a name in braces", FLOW, ("symbols", "a, b", "D x 1"), FLOW.replace('"}', "\", 'a, b': D x 1}")),
    ("a size that was open", FLOW, ("dims", "D", "5"), FLOW.replace("D: }", "D: 5 }")),
    ("no setting", "Text.\n", ("symbols", "W", "D x H"), "---\nsymbols:\n  W: D x H\n---\n\nText.\n"),
    ("an empty text", "", ("dims", "N", "2"), "---\ndims:\n  N: 2\n---\n"),
    ("an empty setting", "---\n---\n", ("dims", "N", "2"), "---\ndims:\n  N: 2\n---\n"),
    ("comments alone", "---\n# none\n---\n", ("dims", "N", "2"), "---\n# none\ndims:\n  N: 2\n---\n"),
    ("an empty one", "---\nsymbols: # a\n---\n", ("symbols", "x", "scalar"), "---\nsymbols: {x: scalar} # a\n---\n"),
    ("behind the last", "---\nloss: L\n# end\n---\n", ("dims", "N", "2"), "---\nloss: L\ndims:\n  N: 2\n# end\n---\n"),
]  # fmt: skip


@pytest.mark.parametrize("before, said, after", [row[1:] for row in WRITTEN], ids=[row[0] for row in WRITTEN])
def test_a_correction_changes_its_place_alone(before: str, said: tuple[Section, str, str], after: str):
    assert corrected(Source("notes.md", before), Correction(*said)) == after


def test_in_latex_the_lines_keep_their_sign():
    declared = corrected(Source("notes.tex", LATEX), Correction("symbols", r"\lambda", "scalar"))
    assert declared == LATEX.replace("% one\n", "% one\n%   \\lambda: scalar\n")
    sized = corrected(Source("notes.tex", LATEX), Correction("dims", "N", "2"))
    assert sized == LATEX.replace("%title: A note\n", "% title: A note\n% dims:\n%   N: 2\n")
    assert (
        corrected(Source("notes.tex", "Text\n"), Correction("dims", "N", "2"))
        == "% ---\n% dims:\n%   N: 2\n% ---\nText\n"
    )


@pytest.mark.parametrize(
    "name, value, problem",
    [
        ("W", " ", "the value is empty"),
        ("", "N x D", "the name is empty"),
        ("W\nloss", "N x D", "the name is not one line of printable characters"),
        ("W", "N x D\u202e", "the value is not one line of printable characters"),
        ("W" * 201, "N x D", "the name has 201 characters; at most 200 are taken"),
        ("W", "x" * 501, "the value has 501 characters; at most 500 are taken"),
    ],
)
def test_what_can_not_stand_in_a_setting_is_one_line(name: str, value: str, problem: str):
    with pytest.raises(CorrectionError) as caught:
        corrected(Source("notes.md", BLOCK), Correction("symbols", name, value))
    assert caught.value.problem == problem


def test_what_would_be_read_otherwise_is_not_written(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(correcting, "quoted", lambda text, in_flow=False: text)
    with pytest.raises(CorrectionError) as caught:
        corrected(Source("notes.md", FLOW), Correction("symbols", "W", "D x C, loss: X"))
    assert caught.value.problem == (
        "the setting is written in a form that is not changed here; write it by hand: symbols: {W: D x C, loss: X}"
    )


def test_a_setting_that_can_not_be_read_is_not_changed():
    with pytest.raises(DocumentError, match="unknown key 'symbol'"):
        corrected(Source("notes.md", "---\nsymbol: {W: D x C}\n---\n"), Correction("symbols", "W", "D x C"))


# --- What is read back is what was said, and the correction -----------------------------------------

WORDS = ["null", r"\lambda", r"\hat{y}", "W_1", "W^{[2]}", "a_{i,j}", "'", '"', "#", ": ", ", ", "- ", "ä", "𝛿"]
LETTERS = st.sampled_from([*"WXb{}[]?&*!|>%@~=-: ", *WORDS])
HOSTILE = st.lists(LETTERS, min_size=1, max_size=6).map(lambda parts: " ".join("".join(parts).split())).filter(bool)
COMMENTS = st.sampled_from(["", "  # a: {b}", " # '"])


@st.composite
def heads(draw: st.DrawFn) -> str:
    """A setting as somebody may write it: sections in any order, in blocks or braces, with comments."""
    lines = []
    for section in draw(st.permutations(("title", "symbols", "dims", "model"))):
        names = draw(st.lists(HOSTILE, max_size=3, unique=True)) if section != "title" else []
        if section == "title":
            lines.append(f"title: a title{draw(COMMENTS)}")
        elif not names:
            lines += [f"{section}:{draw(COMMENTS)}"] if draw(st.booleans()) else []
        elif draw(st.booleans()):
            pairs = ", ".join(f"'{_doubled(name)}': {_value(section)}" for name in names)
            lines.append(f"{section}: {{{pairs}}}{draw(COMMENTS)}")
        else:
            lines.append(f"{section}:{draw(COMMENTS)}")
            lines += [f"  '{_doubled(name)}': {_value(section)}{draw(COMMENTS)}" for name in names]
    return "".join(f"{line}\n" for line in lines)


def _doubled(name: str) -> str:
    return name.replace("'", "''")


def _value(section: str) -> str:
    return {"dims": "2", "symbols": "N x D", "model": "a + b"}[section]


def said(source: Source) -> Mapping[str, Any]:
    """What a setting says of each key, name by name."""
    head = head_of(source)
    entries = {} if head is None else read_entries(head)
    return {key: [text.value for text in entry.words] or {name.value: value.value for name, value in entry.pairs}
            for key, entry in entries.items()}  # fmt: skip


@limits(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(heads(), HOSTILE, HOSTILE, st.sampled_from(["symbols", "dims"]), st.sampled_from(["notes.md", "notes.tex"]))
def test_the_setting_says_what_it_said_and_the_correction(
    head: str, name: str, value: str, section: Section, file: str
):
    lines = ["---\n", *head.splitlines(keepends=True), "---\n"] if head else []
    text = "".join(f"% {line}" if file.endswith(".tex") else line for line in lines) + "The text: $a = b$.\n"
    before = said(Source(file, text))
    after = Source(file, corrected(Source(file, text), Correction(section, name, value)))
    known = before.get(section) or {}
    assert said(after) == {**before, section: {**known, name: value}}
    assert after.text.endswith("The text: $a = b$.\n")
    comments = re.findall(r"  # a: \{b\}| # '(?=\n)", head)
    assert all(comment in after.text for comment in comments)


# --- The job, and the rows -----------------------------------------------------------------------

TEXT = r"""Let $X \in \mathbb{R}^{N \times D}$ and $W \in \mathbb{R}^{D \times C}$.

$$S = X W$$

$$L = \|S\|_F^2$$

$$\frac{\partial L}{\partial W} = 2 X^T S$$

$$q = Z r$$
"""


def told(job: Any, **content: Any) -> Mapping[str, Any]:
    events: list[Mapping[str, Any]] = []
    nothing = {"page": "", "name": "notes.md", "corrections": {}, "sizes": {}, "all": False, "shows_fixes": True}
    job({**nothing, **content}, Desk(Store(None)), events.append)
    return events[-1]


def rows(text: str) -> list[tuple[Any, ...]]:
    shown = told(live.check, text=text)["setting"]
    return [tuple(row[key] for key in ("section", "name", "declaration", "origin", "line")) for row in shown]


def test_a_row_says_what_a_name_stands_for_and_why():
    assert rows("---\nsymbols: {X: N x D}\nmodel: {S: X}\ndims: {N: 7, D: }\n---\n") == [
        ("symbols", "X", "N x D", "written", 2),
        ("model", "S", "X", "written", 3),
        ("dims", "N", "7", "written", 4),
        ("dims", "D", "2", "inferred", None),
    ]
    assert rows(TEXT)[:3] == [
        ("symbols", "X", "N x D", "inferred", 1),
        ("symbols", "W", "D x C", "inferred", 1),
        ("symbols", "Z", "", "asked", 9),
    ]


def test_what_comes_from_the_text_is_escaped_in_a_row():
    document = read_sources(Source("notes.md", "---\nsymbols: {<b>: '<i>'}\nmodel: {<u>: '\\text{<s>}'}\n---\n"))
    asked = Question("<q>", "'<q>' and $<p>$", 1, 1)
    shown = setting_rows(document, DocumentResult("notes.md", None, {"<tt>": 2}, questions=(asked,)))
    html = "".join(row["html"] + row["because"] + row.get("shown", "") for row in shown)
    assert len(shown) == 4
    assert not re.search(r"<(?:b|i|u|s|q|p|tt)>", html)


@pytest.mark.parametrize(
    "content, name, message",
    [
        (
            {"corrections": {"W": "D y H"}},
            "W",
            "The declaration “D y H” is not read; expected one like “N x D”, “scalar”, “positive scalar”, “integer”, "
            "“labels N of C”, “label of C”, “one-hot k x 1”, “hot index of y”, “function”.",
        ),
        ({"corrections": {"X": "symmetric N x D"}}, "X", "Symmetric matrices are square, not N x D."),
        ({"sizes": {"D": "0"}}, "D", "The size of a dimension is a number from 1 to 50."),
        ({"sizes": {"D": "51"}}, "D", "The size of a dimension is a number from 1 to 50."),
        ({"sizes": {"D": "٣"}}, "D", "The size of a dimension is a number from 1 to 50."),
        ({"corrections": {"": "N x D"}}, "", "The name is empty."),
    ],
)
def test_a_wrong_correction_is_one_line_at_its_row(content: Any, name: str, message: str):
    found = told(settings.correct, text=TEXT, **content)
    assert (found["event"], found["name"], found["message"]) == ("problem", name, message)


def test_two_spellings_of_a_name_are_one():
    found = told(settings.correct, text="---\nsymbols:\n  W_{1}: N x D\n---\n", corrections={"W_1": "D x N"})
    assert found["text"] == "---\nsymbols:\n  W_{1}: D x N\n---\n"


def test_who_says_one_size_names_all_dimensions():
    found = told(settings.correct, text=TEXT, sizes={"D": "5"})
    assert found["text"] == f"---\ndims:\n  N:\n  D: 5\n  C:\n---\n\n{TEXT}"
    assert read_sources(Source("notes.md", found["text"])).setting.dims["D"][0] == 5


def test_all_that_was_inferred_is_what_derive_init_proposes():
    text = told(settings.correct, text=TEXT, all=True)["text"]
    assert text.endswith(f"---\n\n{TEXT}")
    assert said(Source("notes.md", text)) == {
        "dims": {"N": "2", "D": "3", "C": "4"},
        "symbols": {"X": "N x D", "W": "D x C"},
        "model": {"S": "X W", "L": r"\|S\|_F^2"},
        "loss": ["L"],
    }


def test_all_that_was_inferred_is_added_to_a_setting():
    text = told(settings.correct, text=f"---\nsymbols: {{X: N x D}} # given\n---\n{TEXT}", all=True)["text"]
    assert text == f"---\nsymbols: {{X: N x D, W: D x C}} # given\n---\n{TEXT}"


@pytest.mark.parametrize(
    "found", [[], {"W": 1}, {"W": None}, "W", {"\ud800": "N x D"}, {str(at): "" for at in range(101)}]
)
def test_corrections_are_an_object_of_texts(found: Any):
    with pytest.raises(BadRequestError):
        texts({"corrections": found}, "corrections")
