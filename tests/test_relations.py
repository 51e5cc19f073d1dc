"""Every relation sign of a display is a step, whatever it is called and wherever it stands."""

import pytest
from claimed import judged

from derive.documents.markdown import read_markdown
from derive.source import Source

SCALARS = "symbols: {x: scalar, y: scalar}"


def read(*formulas: str, setting: str = SCALARS) -> list[tuple[str, str, str, str]]:
    return [(step.lhs, step.relation, step.rhs, step.verdict) for step in judged(setting, *formulas)]


IN_ROWS = [
    r"\begin{array}{rcl} x + x &=& 2x \\ &=& x \cdot 2 \end{array}",
    r"\Large \begin{array}{rcl} x + x &=& 2x \\ &=& x \cdot 2 \end{array}",
    r"\left. \begin{array}{rcl} x + x &=& 2x \\ &=& x \cdot 2 \end{array} \right\}",
    r"\left\{ \begin{array}{rcl} x + x &=& 2x \\ &=& x \cdot 2 \end{array} \right.",
    r"\boxed{\begin{array}{rcl} x + x &=& 2x \\ &=& x \cdot 2 \end{array}}",
    r"\huge\boxed{\begin{array}{rcl} x + x &=& 2x \\ &=& x \cdot 2 \end{array}}",
    r"\eqalign{ x + x &= 2x \cr &= x \cdot 2 }",
    r"\eqalign{ x + x &= 2x \cr &= x \cdot 2 \cr } \tag{3}",
    r"\eqalignno{ x + x &= 2x &(1) \cr &= x \cdot 2 &(2) \cr }",
]


@pytest.mark.parametrize("formula", IN_ROWS)
def test_rows_in_braces_or_in_an_array_are_rows(formula: str) -> None:
    assert read(formula) == [("x + x", "=", "2x", "proved"), ("2x", "=", r"x \cdot 2", "proved")]
    wrong = formula.replace(r"x \cdot 2", r"x \cdot 3")
    assert [verdict for *_, verdict in read(wrong)] == ["proved", "refuted"]


def test_all_arrays_of_a_display_are_rows() -> None:
    pair = (
        r"\begin{array}{rl} x + x &= 2x \\ y + y &= 2y \end{array} \qquad \begin{array}{l} x = y \end{array} \quad (4)"
    )
    steps = judged(SCALARS, pair)
    assert [(step.verdict, step.tag) for step in steps] == [("proved", "4"), ("proved", "4"), ("refuted", "4")]


def test_a_matrix_is_no_system() -> None:
    setting = "{dims: {n: 2}, symbols: {v: n x 1}}"
    assert read(r"v = \left[\begin{array}{c} v_1 \\ v_2 \end{array}\right]", setting=setting)[0][3] == "proved"


DEFINING = [r"q \doteq 2x", r"2x \eqqcolon q", r"2x =: q", r"2x \eqcolon q", r"q \overset{\text{def}}{=} 2x"]


@pytest.mark.parametrize("sign", DEFINING)
def test_signs_that_define(sign: str) -> None:
    first, right, wrong = (step.verdict for step in judged(SCALARS, sign, "q = x + x", "q = x"))
    assert (first, right, wrong) == ("definition", "proved", "refuted")


@pytest.mark.parametrize(
    "sign", [r"x + x =: 2x", r"x + x \doteq 2x", r"x + x \stackrel{(a)}{=} 2x", r"x + x \overset{!!}= 2x"]
)
def test_a_sign_between_what_is_known_claims(sign: str) -> None:
    assert read(sign)[0][3] == "proved"
    assert read(sign.replace("2x", "3x"))[0][3] == "refuted"


@pytest.mark.parametrize("sign", [r"\overset{!}{=}", r"\stackrel{!}{=}", r"\overset{?}=", r"\stackrel{?}{=}"])
def test_what_is_demanded_or_asked_is_not_claimed(sign: str) -> None:
    (step,) = judged(SCALARS, f"2x {sign} 0")
    name = r"\overset{!}{=}" if "!" in sign else r"\overset{?}{=}"
    assert step.verdict == "unknown"
    assert step.message == f"{name} claims no equality, so there is nothing to decide."


NO_EQUALITIES = [r"\cong", r"\simeq", r"\sim", r"\asymp", r"\approxeq", r"\thickapprox", "≅"]
COMPARING = [
    r"\ll",
    r"\gg",
    r"\lesssim",
    r"\gtrsim",
    r"\prec",
    r"\succ",
    r"\preceq",
    r"\succeq",
    r"\subseteq",
    r"\notin",
]


@pytest.mark.parametrize("sign", NO_EQUALITIES)
def test_a_sign_that_claims_less_is_a_step(sign: str) -> None:
    (step,) = judged(SCALARS, f"x {sign} y")
    assert step.verdict == "unknown"
    assert step.message.endswith("claims no equality, so there is nothing to decide.")


@pytest.mark.parametrize("sign", COMPARING)
def test_a_comparison_is_a_step_and_no_silent_condition(sign: str) -> None:
    (step,) = judged(SCALARS, f"x {sign} y")
    assert (step.verdict, step.message) == (
        "unknown",
        f"{sign} is read as a condition only; as a claim it is not decided.",
    )
    (restricted,) = judged(SCALARS, f"x = y, \\quad x {sign} y")
    assert restricted.verdict == "unreadable"


def test_a_starred_tag_is_shown_as_it_is_written() -> None:
    assert [step.tag for step in judged(SCALARS, r"x = x \tag*{(g)}", r"x = x \tag*{g}", r"x = x \tag{g}")] == ["g"] * 3


@pytest.mark.parametrize("name", [r"\par", r"\strut", r"\relax", r"\notag", r"\space", r"\thinspace"])
def test_a_command_that_takes_nothing_is_not_passed_over_before_braces(name: str) -> None:
    (step,) = judged(SCALARS, f"{name}{{x}}{{y}} = x y")
    assert step.verdict == "unreadable"
    assert step.message.startswith(f"The command {name} is not known")
    assert read(f"x + x {name} = 2x {name}{{}}")[0][3] == "proved"


def test_empty_braces_hold_nothing() -> None:
    steps = read(r"x + x{} = {}2x{}", r"{}\frac{x}{y}{} = x/y", r"x = \frac{x}{}")
    assert [verdict for *_, verdict in steps] == ["proved", "proved", "unreadable"]


# ── conditions in a row ──

SOFTMAX = r"{dims: {K: 3}, symbols: {z: K x 1}, model: {p: '\text{softmax}(z)'}}"
CASES = [
    r"\begin{split} \text{if} \; i = k :& \frac{\partial p_i}{\partial z_i} = p_i (1 - p_i) \\"
    r" \text{if} \; i \neq k :& \frac{\partial p_i}{\partial z_k} = SIGN p_i p_k \end{split}",
    r"\begin{align} i = k: && \frac{\partial p_i}{\partial z_k} &= p_i (1 - p_i) \\"
    r" i \neq k: && \frac{\partial p_i}{\partial z_k} &= SIGN p_i p_k \end{align}",
    r"\text{if } i = k: \frac{\partial p_i}{\partial z_k} = p_i (1 - p_i) \\"
    r" \text{if } i \neq k: \frac{\partial p_i}{\partial z_k} = SIGN p_i p_k",
]


@pytest.mark.parametrize("formula", CASES)
def test_a_condition_leads_a_row(formula: str) -> None:
    assert [verdict for *_, verdict in read(formula.replace("SIGN", "-"), setting=SOFTMAX)] == ["proved"] * 2
    assert [verdict for *_, verdict in read(formula.replace("SIGN", ""), setting=SOFTMAX)] == ["proved", "refuted"]


def test_a_range_may_be_written_without_commas() -> None:
    formula = r"p_c = \frac{e^{z_c}}{\sum_d e^{z_d}} \quad \text{for} \; c = 1 \cdots K"
    assert read(formula, setting=SOFTMAX)[0][3] == "proved"
    assert read(r"p_c = p_1 \quad \text{for} \; c = 1 \cdots K", setting=SOFTMAX)[0][3] == "refuted"


# ── formulas in the text, with a blank before a dollar ──


INLINE = {
    "x + x = 2x ": ["x + x = 2x "],
    " x^2 = 4 ": [" x^2 = 4 "],
    r" \frac{x}{2}": [r" \frac{x}{2}"],
    "5 for tea and ": [],
    " 5 or ": [],
}


@pytest.mark.parametrize("inside, found", INLINE.items())
def test_a_blank_beside_a_dollar(inside: str, found: list[str]) -> None:
    passages = read_markdown(Source("notes.md", f"It is ${inside}$ now, and $x$.")).passages
    assert [passage.text.value for passage in passages] == [*(text.strip() for text in found), "x"]


PRICES = ["It costs $5 for a_b and $10 for c.", "From $ 5_000 to $ 6_000.", "$a_b and $\\alpha."]


@pytest.mark.parametrize("text", PRICES)
def test_money_is_no_formula(text: str) -> None:
    assert read_markdown(Source("notes.md", text)).passages == ()


# ── a prime at a quantity ──

LOSS = r"{symbols: {x: scalar, y: scalar}, model: {a: x^2, C: '\frac12 (y - a)^2'}}"


def test_a_prime_at_a_quantity_is_its_derivative() -> None:
    steps = read(r"\frac{\partial C}{\partial a} = C'(a)", "C''(a) = 1", "C'(a) = C", setting=LOSS)
    assert [verdict for *_, verdict in steps] == ["proved", "proved", "refuted"]


def test_a_prime_at_what_is_no_function_of_one_variable_is_not_read() -> None:
    setting = "{dims: {n: 2}, symbols: {v: n x 1}, model: {q: v^T v}}"
    (step,) = judged(setting, "q'(v) = q")
    message = "A prime stands at a function that is not one of one real variable."
    assert (step.verdict, step.message) == ("unreadable", message)
