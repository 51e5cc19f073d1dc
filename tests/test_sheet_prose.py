"""The text of an exercise as blocks: what Markdown a sheet shows, and that nothing in it is more than words."""

import pytest

from derive.documents import read_document
from derive.sheets.blocks import Bullets, Display, Formula, Heading, Paragraph, Table, Words, text_of
from derive.sheets.prose import prose_blocks, prose_text

HEAD = "---\ndims: {N: 2, D: 3}\nsymbols:\n  X: N x D\n---\n"


@pytest.fixture
def blocks_of(tmp_path):
    def made(text: str, name: str = "exercise.md"):
        path = tmp_path / name
        path.write_text(HEAD + text, encoding="utf-8")
        return prose_blocks(read_document(path))

    return made


def shown(blocks) -> list[str]:
    """Blocks in short."""
    return [f"{type(block).__name__}: {getattr(block, 'latex', None) or text_of(block.text)}" for block in blocks]


def test_headings_paragraphs_and_emphasis(blocks_of):
    blocks = blocks_of("# The title\n\nOne *two* **three** `four`.\n\n## More\n\nSoft\nbreak\\\nhard.\n")
    assert shown(blocks) == ["Paragraph: One two three four.", "Heading: More", "Paragraph: Soft break hard."]
    assert isinstance(blocks[0], Paragraph)
    assert blocks[0].text[1::2] == (Words("two", "emphasis"), Words("three", "strong"), Words("four", "code"))
    assert blocks[1] == Heading((Words("More"),), 2)


def test_lists_and_tables(blocks_of):
    bullets, numbered, table = blocks_of(
        "- one $X$\n- two\n\n1. first\n2. second\n\n| a | b |\n|---|---|\n| $X$ | d |\n"
    )
    assert bullets == Bullets(((Words("one "), Formula("X")), (Words("two"),)))
    assert numbered == Bullets(((Words("first"),), (Words("second"),)), numbered=True)
    assert table == Table(((Words("a"),), (Words("b"),)), (((Formula("X"),), (Words("d"),)),), (True, True))


DISPLAYS = {
    "dollars": "Before\n$$\na = b\n$$\nafter.",
    "brackets": "Before\n\\[ a = b \\]\nafter.",
    "an environment": "Before\n\\begin{equation}\na = b\n\\end{equation}\nafter.",
    "a fence": "Before\n\n```math\na = b\n```\n\nafter.",
    "a directive": "Before\n\n:::{math}\na = b\n:::\n\nafter.",
    "one line": "Before $$a = b$$ after.",
    "a list": "- Before\n\n  $$a = b$$\n\n- after.",
}


@pytest.mark.parametrize("text", DISPLAYS.values(), ids=list(DISPLAYS))
def test_displays_stand_where_they_stood(blocks_of, text):
    before, display, after = blocks_of(text)
    assert display == Display("a = b")
    said = [block.items[0] if isinstance(block, Bullets) else block.text for block in (before, after)]
    assert [text_of(text) for text in said] == ["Before", "after."]


def test_a_display_keeps_its_name(blocks_of):
    assert blocks_of("$$\na = b\n$$ {#eq-first}\n\nx") == (Display("a = b", "eq-first"), Paragraph((Words("x"),)))
    assert blocks_of("$$a = b \\tag{7}$$\n") == (Display("a = b", "7"),)


def test_inline_formulas_in_every_spelling():
    text = prose_text(r"$X$, \(Y\), $`Z`$ and a price of $5 or $6.")
    assert [run.latex for run in text if isinstance(run, Formula)] == ["X", "Y", "Z"]
    assert text_of(text).endswith(" and a price of $5 or $6.")


def test_macros_of_the_author_are_expanded(blocks_of):
    (paragraph,) = blocks_of("Let $\\newcommand{\\R}{\\mathbb{R}} x \\in \\R$.\n")
    assert text_of(paragraph.text) == r"Let $x \in \mathbb{R}$."


HOSTILE = {
    r"$\input{/etc/passwd}$": r"\input{/etc/passwd}",
    r"$\write18{rm -rf x}$": r"\write18{rm -rf x}",
    r"$a \catcode`\%=12$": r"\catcode",
    "$\\text{</script><script>alert(1)</script>}$": "<script>",
    "$^^5cinput$": "^^5cinput",
}


@pytest.mark.parametrize("text, kept", HOSTILE.items())
def test_a_formula_that_is_not_understood_is_code(text, kept):
    (run,) = [run for run in prose_text(text) if run != Words("`\\%=12$")][:1]
    assert isinstance(run, Words)
    assert kept in text_of(prose_text(text))


def test_html_and_comments(blocks_of):
    (paragraph,) = blocks_of("See <script>alert(1)</script> <!-- the answer is 3 --> & <b>this</b>.\n")
    assert text_of(paragraph.text) == "See <script>alert(1)</script>  & <b>this</b>."


def test_links_images_and_code(blocks_of):
    blocks = blocks_of("[text](http://a.b/c) <https://d.e> ![alt](f.png)\n\n```python\nx = 1\n\ny = $2$\n```\n")
    assert shown(blocks) == ["Paragraph: text (http://a.b/c) https://d.e alt", "Paragraph: x = 1", "Paragraph: y = $2$"]
    assert blocks[1] == Paragraph((Words("x = 1", "code"),))


def test_marks_of_formulas_can_not_be_forged():
    assert text_of(prose_text("\ue0000\ue001 and \ue0007\ue001")) == "0 and 7"


def test_what_is_no_markdown_has_no_prose(tmp_path):
    path = tmp_path / "exercise.tex"
    path.write_text("% ---\n% dims: {N: 2}\n% ---\nText $a$.", encoding="utf-8")
    assert prose_blocks(read_document(path)) == ()


def test_an_empty_text_is_empty(blocks_of):
    assert blocks_of("") == ()
    assert prose_text("") == ()
    assert prose_text(" \n ") == ()
