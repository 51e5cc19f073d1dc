"""The headings of documents: where they stand, what they say, and how they stand between equations on a page."""

import json
import re

import pytest

from derive.checking.check import check_document
from derive.documents.document import Document, Heading
from derive.documents.headings import runs_of_markdown
from derive.documents.reading import read_sources
from derive.source import Source
from derive.writing.html import to_html
from derive.writing.sections import outline_of

MARKDOWN = r"""---
title: Notes
---
# Notes

One $x = 1$.

Under a line
============

> # Quoted

```
# code
```

$$
a
=
b
$$

A display $$ a
=
b $$ in a line.

### The *gradient* of **each** `W` by $W_1$, for \$5 {#sec-w .unnumbered} ###

<!-- # hidden -->
#
"""
LATEX = r"""\documentclass{article}
\section{In the preamble}
\begin{document}
\section*{The loss~$L$ of \emph{two} layers\label{sec:loss}}
% \section{Commented out}
\begin{verbatim}
\section{Verbatim}
\end{verbatim}
\subsection[Short $a = 1$]{\texorpdfstring{By $W_{1}$}{By W1} -- ``na\"\i ve''}
\section{Never closed

$$ 1 = 1 $$
\end{document}
\section{Behind the end}
"""


def headings(text: str, name: str = "notes.md") -> list[tuple[int, str, int]]:
    found = read_sources(Source(name, text)).headings
    return [(heading.level, heading.words, heading.line) for heading in found]


def test_headings_of_markdown_are_not_what_looks_like_one_elsewhere():
    assert headings(MARKDOWN) == [
        (1, "Notes", 4),
        (1, "Under a line", 8),
        (3, "The gradient of each W by $W_1$, for $5", 27),
        (1, "", 30),
    ]


def test_headings_of_latex_are_those_of_the_document():
    assert headings(LATEX, "notes.tex") == [
        (3, "The loss $L$ of two layers", 4),
        (4, "By $W_{1}$ – “naïve”", 9),
    ]


def test_what_headings_claim_is_read_as_before():
    passages = read_sources(Source("notes.tex", r"\section[Short $a = 1$]{Long $b = 2$}" + "\n\n$$ c = 3 $$")).passages
    assert [passage.text.value for passage in passages] == ["a = 1", "b = 2", "c = 3"]


def test_headings_of_a_notebook_stand_in_their_cells():
    cells = [{"cell_type": "code", "source": "# a comment"}, {"cell_type": "markdown", "source": "text\n\n## Two"}]
    document = read_sources(Source("notes.ipynb", json.dumps({"nbformat": 4, "cells": cells})))
    assert document.headings == (Heading(2, (("Two", False),), 3, 2),)


@pytest.mark.parametrize(
    "written, runs",
    [
        ("costs $5 and $6", (("costs $5 and $6", False),)),
        (r"\(a\) and $$b$$", (("a", True), (" and ", False), ("b", True))),
        ("a [link](x) & ![image](y) <b>", (("a link & image <b>", False),)),
        ("$ $", (("$ $", False),)),
    ],
)
def test_formulas_in_headings_are_told_from_money(written: str, runs: tuple[tuple[str, bool], ...]):
    assert runs_of_markdown(written) == runs


def test_a_page_skips_no_level():
    found = [Heading(level, (("x", False),), line) for line, level in enumerate((3, 1, 4, 6, 6, 2, 1), 1)]
    outline = outline_of([*found, Heading(1, (), 9)])
    assert [(section.level, section.depth) for section in outline.sections] == [
        (2, 1), (2, 1), (3, 2), (4, 3), (4, 3), (3, 2), (2, 1)
    ]  # fmt: skip


def shown(document: Document) -> list[str]:
    """The headings of a page, each with its level."""
    page = to_html([check_document(document)])
    return [re.sub(r"<math.*?</math>|<[^>]*>", "", each) for each in re.findall(r"(?s)<h\d.*?</h\d>", page)]


def test_the_report_shows_headings_where_they_stand_and_the_title_once():
    text = "---\ntitle: Notes\n---\n# Notes\n\n$$ 1 = 1 $$\n\n## One & <i>\n\n$$ 2 = 2 $$\n\n## Two\n"
    assert shown(read_sources(Source("notes.md", text))) == [
        "Notes",
        "Equation 1 line 6",
        "One &amp; &lt;i&gt; line 8",
        "Equation 2 line 10",
        "Two line 12",
    ]
