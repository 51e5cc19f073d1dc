"""Tokens and syntax: what typesets alike is read alike, and what can not be read is named with its place."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.errors import Unreadable
from derive.notation.chains import split
from derive.notation.names import canonical
from derive.notation.syntax import MAX_NESTING, parse
from derive.notation.tokens import tokenize

NO_WORDS: frozenset[str] = frozenset()


def tokens(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokenize(text, NO_WORDS)]


def kinds(text: str) -> list[str]:
    return [token.kind for token in tokenize(text, NO_WORDS)]


def reread(text: str) -> str:
    return canonical(parse(tokenize(text, NO_WORDS)))


SAME_TOKENS = [
    (r"\frac12", r"\frac{1}{2}"),
    (r"\dfrac12", r"\frac12"),
    (r"\tfrac{1}2", r"\frac12"),
    (r"\frac1{\hat y}", r"\frac{1}{\hat{y}}"),
    (r"\frac{a}b", r"\frac ab"),
    (r"\sqrt2", r"\sqrt{2}"),
    (r"\left(x\right)", "(x)"),
    (r"\bigl(x\bigr)", "(x)"),
    (r"\left.a\right|_b", "a|_b"),
    (r"\boldsymbol{x}", r"\mathbf{x}"),
    (r"\bm x", r"\mathbf{x}"),
    (r"\hat y", r"\widehat{y}"),
    (r"\hat{y_i}", r"\hat{y}_i"),
    (r"\text{softmax}", r"\operatorname{softmax}"),
    (r"\mathrm{softmax}", "softmax"),
    (r"a\,b", "a b"),
    (r"a\;b\!c", "abc"),
    ("a~b", "ab"),
    ("a % remark\n b", "ab"),
    (r"\displaystyle a", "a"),
    (r"\color{red} a", "a"),
    (r"\textcolor{red}{a}", "{a}"),
    (r"\underset{i}{\max}", r"\max"),
    (r"\sum\limits_i", r"\sum_i"),
    ("Wᵀ", "W^T"),
    ("λ", r"\lambda"),
    ("⊤", r"\top"),
    ("x²", "x^2"),
    ("x₁", "x_1"),
    ("x′", "x'"),
]

SAME_KINDS = [
    ("∂", r"\partial"),
    ("∇", r"\nabla"),
    ("a⊙b", r"a\odot b"),
    ("a∘b", r"a\circ b"),
    ("Σ_{i=1}^n", r"\sum_{i=1}^n"),
    (r"\Sigma_{i=1}^n", r"\sum_{i=1}^n"),
    ("∑_i", r"\sum_i"),
    ("a·b", r"a\cdot b"),
    ("a×b", r"a\times b"),
    ("a−b", "a-b"),
    (r"\Vert x\Vert", "||x||"),
    (r"\lbrack x\rbrack", "[x]"),
    ("…", r"\dots"),
]

SAME_SYNTAX = [
    ("W_1", "W_{1}"),
    ("{W}_1", "W_1"),
    (r"x^\top", r"x^{\top}"),
    ("W^T_1", "W_1^T"),
    (r"\lVert x\rVert", r"\|x\|"),
    (r"\lvert x\rvert", "|x|"),
]


@pytest.mark.parametrize("one, other", SAME_TOKENS)
def test_what_typesets_alike_gives_the_same_tokens(one: str, other: str) -> None:
    assert tokens(one) == tokens(other)


@pytest.mark.parametrize("one, other", SAME_KINDS)
def test_another_sign_for_the_same_is_of_the_same_kind(one: str, other: str) -> None:
    assert kinds(one) == kinds(other)
    assert reread(one) == reread(other)


@pytest.mark.parametrize("one, other", SAME_SYNTAX)
def test_what_typesets_alike_has_one_canonical_form(one: str, other: str) -> None:
    assert reread(one) == reread(other)


DIFFERENT = [("W_1", "W^1"), ("W_{12}", "W_1 2"), (r"\hat y", "y"), (r"\mathbf{x}", "x"), ("Σ", r"\sum"), ("x'", "x")]


@pytest.mark.parametrize("one, other", DIFFERENT)
def test_what_typesets_differently_stays_different(one: str, other: str) -> None:
    assert tokens(one) != tokens(other)


UNKNOWN = "the command {} is not known"
NEVER = "{} is never closed"
BEHIND = "something is missing behind {}"
WIDE = "a wide space stands between two expressions; what joins them is not certain"
DEEP = f"brackets are nested more than {MAX_NESTING} deep here"
BARS = "these bars have no partner: one | opens and none closes it"
NORMS = r"these norm bars have no partner: one \| opens and none closes it"

ERRORS = [
    (r"a + \foo b", UNKNOWN.format(r"\foo"), (4, 8)),
    ("a ? b", "the character ? is not read in a formula", (2, 3)),
    ("a + {b", NEVER.format("{"), (4, 5)),
    (r"\frac{a", NEVER.format("{"), (5, 6)),
    (r"\frac{a}{b", NEVER.format("{"), (8, 9)),
    ("x^{", NEVER.format("{"), (2, 3)),
    ("(a", NEVER.format("("), (0, 1)),
    (r"\left(a", NEVER.format(r"("), (0, 6)),
    (r"\begin{pmatrix} a", NEVER.format(r"\begin{pmatrix}"), (0, 15)),
    ("a)", ") closes a bracket that nothing opens", (1, 2)),
    (r"\end{pmatrix}", r"\end{pmatrix} closes a bracket that nothing opens", (0, 13)),
    ("(a]", "( is closed by ]", (2, 3)),
    ("[a)", "[ is closed by )", (2, 3)),
    (r"\left(a\right]", "( is closed by ]", (7, 14)),
    ("(a + [b)]", "[ is closed by )", (7, 8)),
    ("a_{(b}", "( is closed by }", (5, 6)),
    (r"\begin{pmatrix} a \end{bmatrix}", r"\begin{pmatrix} is closed by \end{bmatrix}", (18, 31)),
    (r"\|a", NORMS, (0, 2)),
    (r"\|a + \|b\|", NORMS, (0, 2)),
    ("|a", BARS, (0, 1)),
    ("a +", BEHIND.format("+"), (2, 3)),
    (r"a \cdot", BEHIND.format(r"\cdot"), (2, 7)),
    ("x_", "an index is missing behind _; write one as in x_i or x_{i,j}", (1, 2)),
    ("* a", "something is missing before *", (0, 1)),
    (r"a \odot \odot b", r"\odot follows \odot at once; something is missing between them", (8, 13)),
    ("a & b", r"& parts the columns of an align or a matrix, and none is open here; write \& for the sign", (2, 3)),
    ("_1", "nothing stands before _ that it could belong to; write {} or a name before it", (0, 1)),
    ("^2", "nothing stands before ^ that it could belong to; write {} or a name before it", (0, 1)),
    ("a__b", "a second _ follows at once; an index stands behind each, as in x_i", (1, 2)),
    (r"a \quad b", WIDE, (8, 9)),
    (r"a \qquad b", WIDE, (9, 10)),
    (r"a \pm b", r"\pm stands for two formulas; write them apart", (2, 5)),
    ("(" * 61 + "a" + ")" * 61, DEEP, (60, 61)),
    ("{" * 61 + "a" + "}" * 61, DEEP, (60, 61)),
    pytest.param(
        r"\sqrt{" * 70 + "a" + "}" * 70,
        "commands are nested more than 60 deep here",
        (372, 377),
    ),
]


@pytest.mark.parametrize("text, problem, span", ERRORS)
def test_what_cannot_be_read_is_said_with_its_place(text: str, problem: str, span: tuple[int, int]) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(tokenize(text, NO_WORDS))
    assert caught.value.span is not None
    assert (caught.value.problem, (caught.value.span.start, caught.value.span.end)) == (problem, span)


LONG = {
    "a sum": "a + " * 2_000 + "a",
    "closed brackets": "(" * 2_000 + "a" + ")" * 2_000,
    "brackets of other kinds": "(" * 2_000 + "]" * 2_000,
    "commas": "a, " * 2_000 + "a",
    "spaces": r"a \quad " * 2_000 + "a",
    "colons": "a : " * 2_000 + "a",
    "letters": "abx" * 2_000,
    "fractions": r"\frac" * 2_000,
}


@pytest.mark.parametrize("kind", LONG)
def test_the_time_grows_with_the_length_not_with_its_square(kind: str) -> None:
    """Four seconds are several times what is needed on a slow machine."""
    started = time.process_time()
    for chain in split(LONG[kind] + " = a", NO_WORDS):
        for member in chain.members:
            with suppress(Unreadable):
                parse(member.tokens)
    assert time.process_time() - started < 4


def test_brackets_up_to_the_limit_are_read() -> None:
    text = "(" * MAX_NESTING + "a" + ")" * MAX_NESTING
    assert reread(text) == text


@pytest.mark.parametrize("command", [r"\hat", r"\frac", r"\mathbf", r"\text"])
def test_commands_behind_each_other_are_refused_not_followed(command: str) -> None:
    with pytest.raises(Unreadable):
        parse(tokenize(f"{command} " * 3000 + "a", NO_WORDS))


# ── round trip ──

ATOMS = st.sampled_from(
    ["a", "x", "W", "2", "0.5", r"\lambda", r"\hat{y}", r"\mathbf{x}", r"\partial", r"\nabla", r"\dots"]
)


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operator = st.sampled_from([" + ", " - ", " ", r" \cdot ", r" \odot ", r" \times ", "/", r" \otimes ", " * "])
    return st.one_of(
        st.tuples(inner, operator, inner).map("".join),
        st.builds(r"\frac{{{}}}{{{}}}".format, inner, inner),
        st.builds(r"\sqrt{{{}}}".format, inner),
        st.builds(r"\sqrt[{}]{{{}}}".format, ATOMS, inner),
        st.builds("({})".format, inner),
        st.builds("[{}]".format, inner),
        st.builds(r"\left\{{{}\right\}}".format, inner),
        st.builds(r"\|({})\|".format, inner),
        st.builds("|({})|".format, inner),
        st.builds("({})_{{{}}}".format, inner, inner),
        st.builds("a^{{{}}}_{{{}}}".format, inner, inner),
        st.builds("f'({}, {})".format, inner, inner),
        st.builds(r"\sum_{{i={}}}^{{{}}} {}".format, ATOMS, ATOMS, inner),
        st.builds(r"\begin{{pmatrix}} {} & {} \\ {} & {} \end{{pmatrix}}".format, inner, inner, inner, inner),
    )


@settings(max_examples=200, deadline=None)
@given(st.recursive(ATOMS, _compound, max_leaves=8))
def test_the_canonical_form_is_read_as_itself(text: str) -> None:
    written = reread(text)
    assert reread(written) == written


@settings(max_examples=200, deadline=None)
@given(st.text("abxWT012 _^{}()[]|+-*/=,.'&\\%~Σ∂", max_size=25))
def test_any_text_is_read_or_refused_inside_it(text: str) -> None:
    try:
        parse(tokenize(text, NO_WORDS))
    except Unreadable as error:
        if error.span is not None:
            assert 0 <= error.span.start <= error.span.end <= len(text)
