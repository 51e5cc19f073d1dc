"""What the text says of formulas: conditions, declarations, cases that displays treat, chains over several displays."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from remembering import check_document

from derive.checking.results import StepResult
from derive.checking.sentences import surroundings
from derive.documents import read_document
from derive.documents.markdown import read_markdown
from derive.source import Source

SOFTMAX = """---
dims: {K: 3}
symbols: {z: K x 1, x: scalar}
model: {p: '\\text{softmax}(z)'}
---

"""
D = r"\frac{\partial p_i}{\partial z_k}"
SAME, OTHER = f"$${D} = p_i (1 - p_i)$$", f"$${D} = -p_i p_k$$"


def judged(folder: Path, body: str, name: str = "notes.md") -> Sequence[StepResult]:
    path = folder / name
    path.write_text(SOFTMAX + body, encoding="utf-8")
    return check_document(read_document(path)).steps


def told(steps: Sequence[StepResult]) -> list[str]:
    return [f"{step.lhs} {step.relation} {step.rhs}: {step.verdict}" for step in steps]


# ── conditions before a display ──

RESTRICTED = {
    "colon": f"If $i = k$:\n\n{SAME}\n\nFor $i \\neq k$:\n\n{OTHER}\n",
    "comma": f"When $i = k$, we have\n{SAME}\nand if $i \\ne k$, then\n{OTHER}\n",
    "the case": f"The case $i = k$:\n\n{SAME}\n\nThe case $k \\neq i$:\n\n{OTHER}\n",
    "numbered cases": f"**Case 1: $i = k$.**\n{SAME}\n\n**Case 2: $i \\neq k$**\n\n{OTHER}\n",
    "headings": f"## If $i = k$\n\n{SAME}\n\n## If $i \\neq k$\n\n{OTHER}\n",
    "items": f"- for $i=k$:\n\n  {SAME}\n\n- for $i\\neq k$:\n\n  {OTHER}\n",
    "unless": f"Whenever $i = k$,\n{SAME}\nUnless $i = k$,\n{OTHER}\n",
    "otherwise": f"If $i = k$:\n\n{SAME}\n\nOtherwise:\n\n{OTHER}\n",
    "two displays": f"If $i = k$,\n\n$${D} = p_k (1 - p_k),$$\n\n{SAME}\n",
    "parentheses": f"If \\(i = k\\), \\[{D} = p_i (1 - p_i)\\]\n",
}


@pytest.mark.parametrize("body", RESTRICTED.values(), ids=list(RESTRICTED))
def test_a_sentence_says_of_which_case_a_display_speaks(tmp_path: Path, body: str) -> None:
    steps = judged(tmp_path, body)
    assert {step.verdict for step in steps} == {"proved"}
    assert all(step.side_conditions and "as the text beside it says" in step.message for step in steps)


def test_what_holds_for_a_case_says_so(tmp_path: Path) -> None:
    (step,) = judged(tmp_path, f"If $i = k$:\n\n{SAME}\n")
    sentence = "Both sides are equal for every value of the symbols."
    assert step.message == f"{sentence} This is claimed where $i = k$, as the text beside it says."
    assert step.side_conditions == ("$i = k$",)


def test_what_holds_in_general_is_not_restricted(tmp_path: Path) -> None:
    (step,) = judged(tmp_path, f"If $i = k$:\n\n$${D} = p_i (\\delta_{{ik}} - p_k)$$\n")
    assert (step.message, step.side_conditions) == ("Both sides are equal for every value of the symbols.", ())


BEHIND = {
    "for": f"{SAME}\nfor $i = k$, and\n{OTHER}\nfor $i \\neq k$.\n",
    "if": f"{SAME}\nif $i = k$; {OTHER} if $i \\ne k$.\n",
    "otherwise": f"{OTHER}\n(for $i \\neq k$) and {SAME} when $k = i$\n\nSo it is.",
    "where": f"{OTHER} where $i \\neq k$, while {SAME} whenever $k = i$.",
    "a new paragraph": f"{SAME}\n\nfor all $k = i$.\n",
}


@pytest.mark.parametrize("body", BEHIND.values(), ids=list(BEHIND))
def test_a_condition_behind_a_display_is_one_on_it(tmp_path: Path, body: str) -> None:
    assert {step.verdict for step in judged(tmp_path, body)} == {"proved"}


NOT_BEHIND = {
    "it belongs to what follows": f"{SAME}\nfor $i = k$ we have {SAME}",
    "a full stop": f"$${D} = p_i (1 - p_i).$$\nFor $i = k$.",
    "a new sentence": f"{SAME}\n\nThis is for $i = k$.",
    "another condition": f"{SAME}\nfor $i \\neq k$.",
    "a declaration": f"{SAME}\nwhere $i = k$.",
}


@pytest.mark.parametrize("body", NOT_BEHIND.values(), ids=list(NOT_BEHIND))
def test_another_condition_is_none_on_the_display_before(tmp_path: Path, body: str) -> None:
    assert judged(tmp_path, body)[0].verdict == "refuted"


def test_what_stands_behind_where_is_still_defined(tmp_path: Path) -> None:
    steps = judged(tmp_path, "$$x + x = 2 x$$\nwhere $r = 2 x$.\n\n$$r = x + x$$\n")
    assert told(steps) == ["x + x = 2 x: proved", "r = x + x: proved"]


MUTANTS = {
    "the cases exchanged": f"If $i = k$:\n\n{OTHER}\n\nIf $i \\neq k$:\n\n{SAME}\n",
    "a sign": f"If $i \\neq k$:\n\n$${D} = p_i p_k$$\n",
    "a sentence between": f"For $i = k$ nothing changes. So\n\n{SAME}\n",
    "a full stop in the display": f"If $i = k$,\n\n$${D} = p_k - p_k^2.$$\n\n{SAME}\n",
    "a paragraph between": f"This is easy if $i = k$\n\nas one sees\n\n{SAME}\n",
    "a new sentence": f"If $i = k$:\n\n$${D} = p_k - p_k^2$$\n\nIn general\n\n{SAME}\n",
    "a heading": f"This is so for $i = k$\n\n# The derivative\n\n{SAME}\n",
}


@pytest.mark.parametrize("body", MUTANTS.values(), ids=list(MUTANTS))
def test_a_case_goes_no_further_than_its_sentence(tmp_path: Path, body: str) -> None:
    last = judged(tmp_path, body)[-1]
    assert (last.verdict, last.message.startswith("The two sides differ at ")) == ("refuted", True)


def test_a_counterexample_lies_in_the_case(tmp_path: Path) -> None:
    (step,) = judged(tmp_path, f"If $i \\neq k$:\n\n$${D} = p_i p_k$$\n")
    assert step.counterexample is not None
    assert step.counterexample.at["i"] != step.counterexample.at["k"]


@pytest.mark.parametrize(
    "condition, shown",
    [("$i = k$ or $x = 1$", "i = k"), ("$i \\sim k$", "i \\sim k"), ("$i = \\foo k$", "i = \\foo k")],
)
def test_a_condition_that_is_not_read_refutes_nothing(tmp_path: Path, condition: str, shown: str) -> None:
    (step,) = judged(tmp_path, f"If {condition}:\n\n{SAME}\n")
    assert step.verdict == "unreadable"
    assert step.message == f"The condition ${shown}$ in the text beside this equation is not read."


# ── equations in the text ──

NO_CLAIMS = [
    "If $x = 0$ nothing happens.",
    "This holds for $x = 0$ and $p_1 = 1$.",
    "Suppose $x = 0$.",
    "Assume that $x = 1$.",
    "It fails when $p_1 = 0$ or $p_2 = 0$.",
    "Here $p$ is a softmax, where $x = 1$.",
    "Let $p = z$.",
    "Consider the case where $x = 0$.",
]


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_a_condition_or_a_declaration_is_no_claim(tmp_path: Path, text: str) -> None:
    assert judged(tmp_path, text) == ()


def test_a_condition_defines_nothing_and_a_declaration_does(tmp_path: Path) -> None:
    steps = judged(tmp_path, "If $q = 2 x$, then. Where $r = 2 x$.\n\n$$r = x + x$$\n\n$$q = x + x$$\n")
    assert told(steps) == ["r = x + x: proved", "q = x + x: definition"]


def test_another_equation_in_the_text_is_a_claim(tmp_path: Path) -> None:
    steps = judged(tmp_path, "In this case $x = 1$. If $i = k$, $p_i = p_k$. Clearly $p_i = p_k$.\n")
    assert [step.verdict for step in steps] == ["refuted", "proved", "refuted"]
    assert steps[1].side_conditions == ("$i = k$",)


# ── chains over several displays ──

CHAINS = {
    "relation first": ("$$(x+1)^2 = x^2 + 2x + 1$$\nso that\n$$= x(x+2) + 1$$\n", ["x^2 + 2x + 1 = x(x+2) + 1"]),
    "three": ("$$(x+1)^2$$\n\n$$= x^2 + 2x + 1$$\n$$= x(x+2) + 1$$\n", ["x^2 + 2x + 1 = x(x+2) + 1"]),
    "rows": (
        "$$(x+1)^2 = x^2 + 2x + 1$$\n\\begin{align} &= x(x+2) + 1 \\\\ &= 1 + x(2 + x) \\end{align}\n",
        ["x^2 + 2x + 1 = x(x+2) + 1", "x(x+2) + 1 = 1 + x(2 + x)"],
    ),
    "relation last": ("$$(x+1)^2 =$$\nwhich is\n$$x^2 + 2x + 1$$\n", ["(x+1)^2 = x^2 + 2x + 1"]),
}


@pytest.mark.parametrize("body, shown", CHAINS.values(), ids=list(CHAINS))
def test_a_chain_goes_on_in_the_next_display(tmp_path: Path, body: str, shown: list[str]) -> None:
    steps = judged(tmp_path, body)
    assert told(steps)[-len(shown) :] == [f"{text}: proved" for text in shown]


def test_a_false_end_of_a_chain_is_refuted_where_it_stands(tmp_path: Path) -> None:
    steps = judged(tmp_path, "$$(x+1)^2 = x^2 + 2x + 1$$\n\n$$= x(x+2) + 2$$\n")
    assert told(steps)[1:] == ["x^2 + 2x + 1 = x(x+2) + 2: refuted"]
    assert (steps[1].equation, steps[1].step, steps[1].line, steps[1].column) == (2, 1, 9, 3)


def test_a_chain_goes_on_from_its_last_member_that_is_read(tmp_path: Path) -> None:
    steps = judged(tmp_path, "$$x + x = 2x = \\foo{x}$$\n\n$$= x \\cdot 2$$\n\n$$= \\foo{x}$$\n\n$$= 3x$$\n")
    assert told(steps)[2:] == [
        r"2x = x \cdot 2: proved",
        r"x \cdot 2 = \foo{x}: unreadable",
        r"x \cdot 2 = 3x: refuted",
    ]


def test_two_cases_go_on_with_what_stood_before_both(tmp_path: Path) -> None:
    cases = "If $i = k$,\n\n$$= p_i (1 - p_i)$$\n\nand if $i \\neq k$,\n\n$$= END$$\n"
    body = f"$${D} = p_i (\\delta_{{ik}} - p_k)$$\n\n{cases}"
    steps = judged(tmp_path, body.replace("END", "-p_i p_k"))
    start = r"p_i (\delta_{ik} - p_k)"
    assert told(steps)[1:] == [f"{start} = p_i (1 - p_i): proved", f"{start} = -p_i p_k: proved"]
    wrong = judged(tmp_path, body.replace("END", "p_i (1 - p_i)"))
    assert wrong[-1].verdict == "refuted"


def test_a_case_holds_as_far_as_its_chain_goes_on(tmp_path: Path) -> None:
    steps = judged(tmp_path, f"If $i = k$,\n\n$${D} = p_i (1 - p_i).$$\n\nThis is\n\n$$= p_k (1 - p_i).$$\n\n{SAME}\n")
    assert [step.verdict for step in steps] == ["proved", "proved", "refuted"]


def test_nothing_goes_on_where_nothing_stood_before(tmp_path: Path) -> None:
    steps = judged(tmp_path, "$$= x$$\n\n$$x =$$\n")
    assert [step.message for step in steps] == ["A side of this relation is missing."] * 2


# ── the text between formulas ──


def test_what_the_text_says_of_each_formula() -> None:
    text = "If $i=k$ and $j=1$: $$a$$ so $$b.$$ Where $c$, $d$ is $$e$$"
    passages = read_markdown(Source("notes.md", text)).passages
    found = surroundings(passages)
    assert [around.role for around in found] == [
        "condition",
        "condition",
        *["claim"] * 2,
        "declaration",
        *["claim"] * 2,
    ]
    assert [len(around.premises) for around in found] == [0, 0, 2, 2, 0, 0, 0]
    assert [around.are_new for around in found] == [False, False, True, False, False, False, False]


def test_long_texts_take_little_time(tmp_path: Path) -> None:
    for unit in ("if $i=k$ ", "for ", "\n \n", " , ", "and $x$ ", "$$= x$$\n\n", "otherwise $$x$$ "):
        passages = read_markdown(Source("notes.md", "If $i=k$" + unit * 3000 + "$$x$$")).passages
        assert len(surroundings(passages)) == len(passages)
