"""A sheet as Markdown: what GitHub, Quarto and a plain viewer show of it."""

import re

import pytest
from markdown_it import MarkdownIt
from sheets_by_hand import ATTACKS, QUESTIONS, SOLUTION, WEIGHTS, hostile

from derive.figures.scene import Scene
from derive.sheets.blocks import (
    AnswerSpace,
    Bullets,
    Chain,
    Display,
    Heading,
    Member,
    Paragraph,
    Picture,
    Remark,
    Sheet,
    Table,
    Words,
    plain_words,
    said,
)
from derive.sheets.prose import prose_text
from derive.writing.sheet_markdown import to_markdown


def body(*blocks) -> str:
    """What is written for some blocks."""
    sheet = Sheet(title=said("T"), source=(), setting="title: T\n", blocks=blocks, is_solution=True)
    return to_markdown(sheet).text.removeprefix("---\ntitle: T\n---\n\n# T\n\n")


BLOCKS = [
    (Heading(said("The $W_1$"), 2), "### The $W_{1}$\n"),
    (Paragraph(plain_words("1. *a* | $5 <b>")), "1\\. \\*a\\* \\| \\$5 \\<b\\>\n"),
    (Paragraph(plain_words("- no list")), "\\- no list\n"),
    (Paragraph(plain_words("--- === :::{math}")), "\\--- === \\:::{math}\n"),
    (Bullets((said("one"), said("two")), numbered=True), "1. one\n2. two\n"),
    (Bullets((plain_words("# a"), said("b"))), "- \\# a\n- b\n"),
    (Remark("mistake", said("Look at $|x|$.")), "> **A common mistake.** Look at $\\vert x\\vert$.\n"),
    (Paragraph((Words(" a ", "strong"), Words("x`y", "code"))), "**a** `` x`y ``\n"),
    (Display(r"a = b", "eq-1"), "$$\na = b \\tag{eq-1}\n$$\n"),
    (Chain("a", (Member("b", said("why")),)), "$$\na = b\n$$\n\n- why.\n"),
    (Chain("a", (Member(r"\{x < y\}"),), is_result=True), "**Result.**\n\n$$\na = \\lbrace x \\lt y\\rbrace\n$$\n"),
    (AnswerSpace(4), "&nbsp;\n\n&nbsp;\n"),
]  # fmt: skip


@pytest.mark.parametrize("block, expected", BLOCKS)
def test_a_block(block, expected):
    assert body(block) == expected


def test_a_chain_says_of_which_line_a_reason_is():
    assert body(WEIGHTS) == (
        "**Result.**\n\n$$\n\\begin{aligned}\n"
        "\\frac{\\partial L}{\\partial W_{2}} &= A^{T} \\frac{\\partial L}{\\partial S} \\\\\n"
        "&= \\frac{1}{N} A^{T} \\left(P - Y\\right)\n\\end{aligned} \\tag{2}\n$$\n\n"
        "- line 1: the chain rule for $S = A W_{2}$ when the batch is summed.\n- line 2: by (1).\n"
    )


def test_a_table_is_a_table_whatever_its_cells_hold():
    cells = (
        (said(r"$\|x\|$"), (Words("a|b", "code"),)),
        (plain_words("a|b\nc"), said(r"$\begin{matrix} 1 \\ 2 \end{matrix}$")),
    )
    text = body(Table((said("a"), said("b")), cells, (False, True), said("What.")))
    assert text == (
        "*What.*\n\n| a | b |\n| --- | --- |\n| $\\Vert x\\Vert$ | `a¦b` |\n"
        "| a\\|b c | $\\begin{matrix} 1 \\cr 2 \\end{matrix}$ |\n"
    )
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert html.count("<tr>") == 3
    assert html.count("<td>") == 4


def test_pictures_stand_in_files_beside_the_sheet():
    picture = Picture(Scene(10, 10, "graph", "a to b", ()), said("The graph."), "a to b [x](y)")
    sheet = Sheet(title=said("T"), source=(), setting="", blocks=(picture, picture), is_solution=True)
    made = to_markdown(sheet, stem="week 3")
    assert list(made.pictures) == ["week 3-1.svg", "week 3-2.svg"]
    assert made.pictures["week 3-1.svg"].startswith("<svg ")
    assert "![a to b \\[x\\](y)](<week 3-1.svg>)\n\n*The graph.*" in made.text
    told = to_markdown(sheet, stem=None)
    assert told.pictures == {}
    assert "*The graph.* a to b \\[x\\](y)" in told.text


def test_the_head_is_front_matter():
    text = to_markdown(QUESTIONS, headings=("CS 1 & 2",)).text
    assert text.startswith("---\ntitle: Two-layer ReLU network\n")
    assert "\nloss: L\n---\n\nCS 1 \\& 2\n\n# Two-layer ReLU network\n\n*variant 17*\n" in text


def test_nothing_from_outside_is_markup():
    text = to_markdown(hostile(prose_text), headings=ATTACKS).text.split("\n---\n", 1)[1]
    assert "\x00" not in text
    assert "\u202e" not in text
    html = (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .render(re.sub(r"\$\$\n.*?\n\$\$", "", text, flags=re.DOTALL))
    )
    elements = set(re.findall(r"<(\w+)", html))
    assert elements <= {
        "p",
        "h1",
        "h2",
        "h3",
        "ul",
        "li",
        "ol",
        "strong",
        "em",
        "code",
        "blockquote",
        "table",
        "thead",
        "tr",
        "th",
        "td",
        "tbody",
    }
    assert "href" not in html
    assert "src=" not in re.sub(r"<code>.*?</code>|&lt;.*?&gt;", "", html)


def test_formulas_hold_nothing_that_ends_them():
    for formula in re.findall(r"(?<![\\$])\$([^$\n]+)\$(?!\$)", to_markdown(SOLUTION).text):
        assert not re.search(r"[<>|]|\\[{}|,;!]", formula)
