"""Labels: mathematics read once, set in SVG and in TeX, and nothing in them that either could run."""

import re
from xml.etree import ElementTree

import pytest

from derive.figures.mathematics import Glyphs, Scripts, formula, height, tex, width, words
from derive.figures.scene import Label, Scene, math_label, text_label
from derive.figures.svg import svg
from derive.figures.tikz import tikz

HOSTILE = [
    r"\input{/etc/passwd}", r"\write18{rm -rf /}", r"\catcode`\%=12", "<script>alert(1)</script>",
    r"x_{\end{document}}", r"\def\x{\x}\x", "a & b # c % d $ e ^ f ~ g", "]]> <!-- -->", r"\csname end\endcsname",
    "x\x00\x1b[31m\u202e", "größe θ 漢", r"\\", "{" * 60 + "x", "}" * 9, r"\frac{", r"\hat", "^", "_",
    r"\text{\input{x}}", "\\", r"\href{javascript:alert(1)}{x}", '" onload="alert(1)',
    r"\special{ps: quit}", r"\directlua{os.exit()}", r"\begin{cases}1\end{cases}",
]  # fmt: skip

KNOWN = {
    "mathrm", "mathbf", "mathcal", "mathfrak", "mathbb", "mbox", "boldsymbol", "hat", "widehat", "tilde", "bar", "dot",
    "vec", "mskip", "surd", "prime", "partial", "alpha", "theta", "times", "cdot", "odot", "backslash", "sum", "max",
}  # fmt: skip


def scene_of(*labels: Label) -> Scene:
    return Scene(200, 100, "Labels", "", labels)


def text_in(picture: str) -> list[str]:
    """What a reader sees: the text of every label."""
    root = ElementTree.fromstring(picture)
    return ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    "latex, seen",
    [
        ("W_1", "W1"),
        (r"\mathbf{W}^{[2]}", "W[2]"),
        (r"\hat{y}", "yˆ"),
        (r"\tilde{\mathbf{y}}", "y˜"),
        (r"\frac{\partial L}{\partial W_1}", "∂L/∂W1"),
        (r"\partial L/\partial W_1", "∂L/∂W1"),
        (r"N \times H", "N×H"),
        (r"\max(0,\cdot)", "max(0,·)"),
        (r"\lambda", "λ"),
        (r"\frac{1}{2 n} x", "(1/(2n))x"),
        (r"\frac{1}{\sqrt{d}}", "1/√d"),
        (r"\|\cdot\|_F^2", "‖·‖2F"),
        (r"x'", "x′"),
        (r"\mathcal{L}", "ℒ"),
        (r"\text{cross-entropy}", "cross-entropy"),
        ("-1", "−1"),
        (r"\left(x\right)", "(x)"),
    ],
)
def test_a_label_shows_what_it_says(latex, seen):
    assert text_in(svg(scene_of(math_label(50, 50, latex, "forward")))) == [seen]


def test_a_subscript_and_a_superscript_stand_over_each_other():
    (piece,) = formula("W_1^{[2]}")
    assert isinstance(piece, Scripts)
    assert (tex(piece.base), tex(piece.below), tex(piece.above)) == ("W", "1", "[2]")
    assert width((piece,), 10) < width(formula("W_1"), 10) + width(formula("^{[2]}"), 10)


def test_bold_letters_are_bold_and_words_upright():
    (letter,), (word,) = formula(r"\mathbf{W}"), formula(r"\text{softmax}")
    assert isinstance(letter, Glyphs)
    assert isinstance(word, Glyphs)
    assert (letter.face, word.face, word.text) == ("bold", "upright", "softmax")


def test_widths_grow_with_the_text_and_the_size():
    assert width(formula(r"\mathbf{W}^{(1)}"), 10) > width(formula("W^{(1)}"), 10) > width(formula("W"), 10)
    assert width(formula("W"), 10) == pytest.approx(10.4)
    assert height(formula("W^2"), 10)[0] > height(formula("W"), 10)[0]
    assert width(formula(""), 10) == 0


def test_tex_sets_the_same_label_by_known_commands():
    assert tex(formula(r"\frac{\partial L}{\partial \mathbf{W}^{(1)}}")) == r"\partial L/\partial \mathbf{W}^{(1)}"
    assert tex(formula(r"\tilde{\mathbf{y}}")) == r"\tilde{\mathbf{y}}"
    assert tex(words("50 % of a_b")) == r"\mathrm{50\ \%\ of\ a\_b}"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_label_makes_tex_do_anything(text):
    for label in (tex(formula(text)), tex(words(text))):
        assert set(re.findall(r"\\([A-Za-z]+)", label)) <= KNOWN
        assert label.isascii()
        assert label.isprintable()
        assert braces_match(label)
        assert not re.search(r"(?<!\\)[%#&$~]", label)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_label_makes_a_browser_do_anything(text):
    picture = svg(
        Scene(200, 100, text, text, (math_label(9, 9, text, "forward"), text_label(9, 9, text, "muted", 8.0)))
    )
    root = ElementTree.fromstring(picture)
    names = {node.tag.removeprefix("{http://www.w3.org/2000/svg}") for node in root.iter()}
    assert names <= {"svg", "title", "desc", "style", "text", "tspan"}
    assert not any(key.startswith("on") or "href" in key for node in root.iter() for key in node.attrib)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_picture_of_a_hostile_label_is_one_line_of_tikz(text):
    lines = tikz(scene_of(math_label(9, 9, text, "forward"))).splitlines()
    assert len(lines) == 4
    assert lines[2].startswith(r"\node[derive text,")


def braces_match(text: str) -> bool:
    depth = 0
    for mark in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if mark == "{" else -1
        if depth < 0:
            return False
    return depth == 0
