"""The characters of a file that a verdict is about, as offsets into its text."""

import pytest

from derive.checking.check import check_document
from derive.checking.placing import waiting
from derive.checking.results import WaitingStep
from derive.documents.latex import read_latex
from derive.documents.markdown import read_markdown
from derive.documents.reading import read_document, read_text
from derive.notation.chains import split
from derive.source import Source

SETTING = "---\ndims: {D: 2}\nsymbols: {x: D x 1, y: D x 1}\nmodel: {s: x^T y}\n---\n"


def spans(text: str, reader=read_markdown) -> list[str | None]:
    """What stands at the spans of a document's steps."""
    document, _ = read_text(Source("a", text), reader)
    steps = check_document(document).steps
    return [None if step.span is None else text[slice(*step.span)] for step in steps]


def tex(text: str) -> str:
    return "".join(f"% {line}\n" for line in SETTING.splitlines()) + text


@pytest.mark.parametrize(
    "text, said",
    [
        ("$$s = y^T x$$", ["= y^T x"]),
        ("$$s = y^T x = 2 x^T x$$", ["= y^T x", "= 2 x^T x"]),
        ("$$s = x x^T .$$", ["= x x^T"]),
        ("Text 𝔸𝔹 😀 ∂: $$s = y^T x$$", ["= y^T x"]),
        ("$$\n\\begin{aligned}\ns &= y^T\n x \\\\\n &= x^T y\n\\end{aligned}\n$$", ["= y^T\n x", "= x^T y"]),
        ("$$s = \\foo x$$", ["\\foo"]),
        ("$$s = \\frac{x^T y$$", ["{"]),
        ("$$s = x^T q$$", ["q"]),
        ("$$s = x y$$", ["= x y"]),
        ("$$s =$$", ["="]),
        ("$$s =$$\n\nis\n\n$$y^T x$$", ["="]),
        ("$$s$$\n\nis\n\n$$= y^T x$$", ["= y^T x"]),
        ("> $$s\n> = y^T\n> x$$", ["= y^T\n> x"]),
        ("We have $s = 2 x^T y$ here.", ["= 2 x^T y"]),
        ("$$s \\in \\mathbb{R}$$", ["\\in \\mathbb{R}"]),
    ],
)
def test_the_span_in_markdown(text, said):
    assert spans(SETTING + text) == said


@pytest.mark.parametrize(
    "text, said",
    [
        (r"\newcommand{\ip}[2]{#1^T #2} \[ s = \ip{y}{x} \]", [r"= \ip{y}{x}"]),
        (r"\newcommand{\ip}[2]{#1^T #2} \[ s = \ip{y}{x} + 1 \]", [r"= \ip{y}{x} + 1"]),
        (r"\newcommand{\eq}[2]{#1 = #2} \[ \eq{s}{y^T x} \]", [r"\eq{s}{y^T x}"]),
        (r"\newcommand{\sm}{\operatorname{softmx}} \[ s = \sm{x} \]", [r"\sm"]),
        ("é😀 % note\n\\begin{align}\n s &= y^T x \\\\\n &= 1\n\\end{align}", ["= y^T x", "= 1"]),
    ],
)
def test_the_span_in_latex(text, said):
    found = spans(tex(text), read_latex)
    assert [one and (one if want != r"\sm" else one[:3]) for one, want in zip(found, said, strict=True)] == said


def test_a_notebook_has_no_text_to_point_at(tmp_path):
    place = tmp_path / "a.ipynb"
    source = SETTING.replace("\n", "\\n").replace('"', '\\"') + "$$s = y^T x$$"
    place.write_text(
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": '
        f'[{{"cell_type": "markdown", "id": "a", "metadata": {{}}, "source": "{source}"}}]}}',
        encoding="utf-8",
    )
    assert [step.span for step in check_document(read_document(place)).steps] == [None]


def test_what_waits_is_what_will_be_decided():
    text = SETTING + "$$s = y^T x = 2 x^T x \\tag{7}$$\n"
    document, _ = read_text(Source("a.md", text), read_markdown)
    (passage,) = document.passages
    (chain,) = split(passage.text.value, frozenset())
    found = waiting(passage, chain, 1)
    assert found == (
        WaitingStep("7", 1, 1, 6, 5, "s", "=", "y^T x"),
        WaitingStep("7", 1, 2, 6, 13, "y^T x", "=", "2 x^T x"),
    )
    keys = ("tag", "equation", "step", "line", "column", "lhs", "relation", "rhs", "where")
    for step, decided in zip(found, check_document(document).steps, strict=True):
        assert [getattr(step, key) for key in keys] == [getattr(decided, key) for key in keys]
