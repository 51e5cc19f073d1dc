"""The terminal's rendering: whole texts at 80 columns, without Unicode, with hostile content."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from derive.checking.results import VERDICTS, Counterexample, Diagnosis, DocumentResult, StepResult
from derive.writing.cells import text_of, wrapped
from derive.writing.lines import to_text
from derive.writing.plain import plain
from derive.writing.terminal import print_result

W1 = [["1/2", "-3"], ["22/7", "1"]]
STEPS = (
    StepResult("2", 1, 1, 10, 3, "H_0", "=", "x_i W_1 + b_1", "definition", "H_0 is new here."),
    StepResult(
        "2",
        1,
        2,
        11,
        3,
        "x_i W_1 + b_1",
        "=",
        "b_1 + x_i W_1",
        "proved",
        "Equal for every value.",
        scope="all dimensions",
        ground="index form",
        side_conditions=(r"$\lambda \neq 0$", "the rows of $Y$ sum to 1"),
    ),
    StepResult(
        "2",
        1,
        3,
        12,
        3,
        "b_1 + x_i W_1",
        "=",
        "u_j",
        "convention",
        "The right side is the general entry.",
        ("entrywise",),
        scope="these dimensions",
        ground="entries",
    ),
    StepResult(
        "21",
        2,
        1,
        20,
        3,
        r"\frac{\partial L}{\partial W_2}",
        "=",
        r"H^T \frac{\partial L}{\partial S}",
        "refuted",
        "The two sides differ.",
        (),
        ("H x C", "H x C"),
        Counterexample({"W_1": W1, r"\lambda": "3/4", "b_1": [["1/3", "0"]], "y": [["1"], ["2"]]}, (1, 2), "7/4", "2"),
        (Diagnosis("missing-factor", "the right side lacks a factor 2", r"2 \lambda W_2"),),
        (1, 3),
    ),
    StepResult(None, 3, 1, 30, 1, "A", "=", "B C", "refuted", "The shapes differ.", (), ("D x H", "H x D")),
    StepResult(None, 4, 1, 32, 1, "a", r"\leq", "b", "unknown", "Neither was found in 10 s. " + "It is long. " * 8),
    StepResult(
        "x",
        5,
        1,
        34,
        1,
        "x",
        "=",
        r"\frac{1",
        "unreadable",
        "A brace is never closed.",
        excerpt="x = \\frac{1\n         ^",
    ),
)
RESULT = DocumentResult("notes.md", "Two layers", {"N": 2, r"\ell": 3}, STEPS, "ex.md")

UNICODE = """\
notes.md  Two layers
against the exercise ex.md
checked at N = 2, ℓ = 3

(2)  notes.md:10:3
  · H₀ = x_i W₁ + b₁
  ✓   = b₁ + x_i W₁   ∀ dims
      where λ ≠ 0; the rows of Y sum to 1
  ≈   = u_j
      convention (entrywise) in line 12: The right side is the general entry.

(21)  notes.md:20:3
  ✗ ∂L/∂W₂ = Hᵀ ∂L/∂S
      refuted: The two sides differ.
      for example in entry (1, 2) the left side is 7/4, the right side 2, at
        W₁ = [  1/2  -3 ]    λ = 3/4    b₁ = [ 1/3  0 ]    y = [ 1 ]
             [ 22/7   1 ]                                      [ 2 ]
      → the right side lacks a factor 2  [missing-factor]; write 2 λW₂

equation 3  notes.md:30:1
  ✗ A = B C
      refuted: The shapes differ.
      left side D x H, right side H x D

equation 4  notes.md:32:1
  ? a ≤ b
      unknown: Neither was found in 10 s. It is long. It is long. It is long. It
      is long. It is long. It is long. It is long. It is long.

(x)  notes.md:34:1
  ! x = \\frac{1
      unreadable: A brace is never closed.
      x = \\frac{1
               ^

7 steps: 1 defined, 1 proved for all dimensions, 1 proved under a convention, 2
refuted (1 following from an earlier slip), 1 unknown, 1 unreadable
"""


def rendered(result: DocumentResult, width: int = 80, encoding: str = "utf-8") -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    print_result(result, Console(file=file, width=width))
    file.flush()
    return file.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]


def test_a_result_at_eighty_columns():
    assert rendered(RESULT) == UNICODE


def test_an_encoding_without_unicode_gets_latex_and_ascii_marks():
    text = rendered(RESULT, encoding="ascii")
    assert "  . H_0 = x_i W_1 + b_1\n  +   = b_1 + x_i W_1   all dims\n" in text
    assert "      where \\lambda \\neq 0; the rows of Y sum to 1\n  ~   = u_j\n" in text
    assert "  x \\frac{\\partial L}{\\partial W_2} = H^T \\frac{\\partial L}{\\partial S}\n" in text
    assert "        W_1 = [  1/2  -3 ]    \\lambda = 3/4" in text
    assert "      -> the right side lacks" in text


@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_no_line_is_wider_than_the_terminal_nor_ends_in_spaces(width, encoding):
    for line in rendered(RESULT, width, encoding).splitlines():
        assert cell_len(line) <= width
        assert line == line.rstrip()


@pytest.mark.parametrize("width", [30, 80, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_text_for_a_pipe_is_what_the_terminal_shows(width, encoding):
    assert to_text(RESULT, width, encoding) == rendered(RESULT, width, encoding)


@pytest.mark.parametrize(
    "scopes, summary",
    [
        (("these dimensions", "these dimensions"), "2 steps: 2 proved"),
        (("all dimensions", "these dimensions"), "2 steps: 2 proved (1 for all dimensions)"),
        (("all dimensions", "all dimensions"), "2 steps: 2 proved for all dimensions"),
        ((None, "all dimensions"), "2 steps: 2 proved (1 for all dimensions)"),
    ],
)
def test_the_summary_says_how_many_hold_for_all_dimensions(scopes, summary):
    steps = tuple(StepResult(None, 1, 1, 1, 1, "a", "=", "b", "proved", "m", scope=scope) for scope in scopes)
    assert to_text(DocumentResult("a.md", None, {}, steps), 80, "utf-8").splitlines()[-1] == summary


def test_a_side_condition_is_text_from_outside():
    text = rendered(one_step(verdict="proved", scope="all dimensions", side_conditions=("$\x1b[31m$ [red]x[/red]",)))
    assert "      where \\x1b[31m [red]x[/red]\n" in text


def test_words_that_are_too_long_are_broken_and_wide_letters_take_two_cells():
    assert [text_of(line) for line in wrapped([("ab 日本語日本語 cd", "")], 6)] == ["ab", "日本語", "日本語", "cd"]
    assert [text_of(line) for line in wrapped([("a" * 7, ""), ("bb  c", "")], 4)] == ["aaaa", "aaab", "b  c"]
    assert [text_of(line) for line in wrapped([("x\u0302" * 3, "")], 2)] == ["x\u0302x\u0302", "x\u0302"]
    assert [text_of(line) for line in wrapped([("a\n\nb", "")], 9)] == ["a", "", "b"]
    assert list(wrapped([("ab ", "dim"), ("cd", "")], 2)) == [[("ab", "dim")], [("cd", "")]]
    assert sum(1 for _ in wrapped([("x" * 200_000, "")], 50)) == 4_000


def test_colour_only_at_a_terminal():
    assert "\x1b" not in rendered(RESULT)
    file = io.StringIO()
    print_result(RESULT, Console(file=file, force_terminal=True, color_system="standard", width=80))
    assert "\x1b[1;31m" in file.getvalue()


def one_step(**fields: object) -> DocumentResult:
    values = {"tag": None, "lhs": "a", "relation": "=", "rhs": "b", "verdict": "refuted", "message": "m"} | fields
    return DocumentResult("a.md", None, {}, (StepResult(equation=1, step=1, line=1, column=1, **values),))  # type: ignore[arg-type]


def test_text_from_outside_is_neither_markup_nor_control():
    hostile = "[red]x[/red] :smile: \x1b[31m\x07 \u202e"
    text = rendered(one_step(tag=hostile, message=hostile, excerpt=hostile + "\n\tb", lhs=hostile))
    assert text.count("[red]x[/red] :smile: \\x1b[31m\\x07 \\u202e") == 4
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\n          b\n" in text


def test_a_long_side_is_cut_and_a_large_matrix_abridged():
    long = " + ".join(f"x_{{{number}}}" for number in range(200))
    text = rendered(one_step(rhs=long))
    assert "x₀ + x₁" in text
    assert " …\n" in text
    assert len(text) < 600
    rows = [[str(row * column) for column in range(20)] for row in range(20)]
    text = rendered(one_step(counterexample=Counterexample({"X": rows}, None, "1", "2")), 120)
    assert "X = [ 0   0   0   0   0   0  …    0 ]\n" in text
    assert "[ …   …   …   …   …   …  …    … ]\n" in text
    assert "[ 0  19  38  57  76  95  …  361 ]\n" in text


def test_nothing_to_say():
    assert rendered(DocumentResult("a.md", None, {})) == "a.md\n\nno steps\n"


@given(
    st.text(max_size=40), st.sampled_from(VERDICTS), st.integers(30, 130), st.sampled_from(["utf-8", "ascii", "cp1252"])
)
def test_any_text_can_be_rendered(text, verdict, width, encoding):
    result = one_step(
        tag=text,
        lhs=text,
        rhs=text,
        relation=text,
        verdict=verdict,
        message=text,
        excerpt=text,
        conventions=(text,),
        shapes=(text, text),
        counterexample=Counterexample({text: [[text]], "b": text}, (1, 1), text, text),
        diagnosis=(Diagnosis(text, text, text),),
        scope="all dimensions",
        side_conditions=(text, f"${text}$"),
    )
    assert to_text(result, width, encoding).count("\n") > 3
    shown = rendered(result, width, encoding)
    assert all(character.isprintable() or character == "\n" for character in shown)


# --- Formulas as text ----------------------------------------------------------------------------

PLAIN = [
    (r"\frac{\partial L}{\partial W_2}", "∂L/∂W₂"),
    (r"\frac{\partial L}{\partial S} \frac{\partial S}{\partial H}", "∂L/∂S ∂S/∂H"),
    (r"\frac{\partial L}{\partial S}^T", "(∂L/∂S)ᵀ"),
    (r"\frac{\partial L}{\partial S} ^\top X", "(∂L/∂S)ᵀ X"),
    (r"\left( \frac{\partial \mathbf{h}}{\partial \mathbf{u}} \right)^T", "(∂𝐡/∂𝐮)ᵀ"),
    (r"\frac{\partial^2 f}{\partial x^2}", "∂² f/∂x²"),
    (r"\frac{\partial f(x)}{\partial x}", "∂f(x)/∂x"),
    (r"\frac{1}{N} X", "(1/N) X"),
    (r"\frac{1}{N}", "1/N"),
    (r"\frac{a}{b}\frac{c}{d}", "(a/b)(c/d)"),
    (r"\frac{a + b}{c d}", "(a + b)/(c d)"),
    (r"\frac ab c", "(a/b) c"),
    (r"-\log\left(\frac{e^{S_y}}{\sum_{j=1}^C e^{S_j}}\right)", "-log(e^{S_y}/(∑_{j=1}^C e^{S_j}))"),
    (r"\text{log}\sum_j x_j", "log ∑_j x_j"),
    (r"W^{[1]T} x + b^{(2)}", "W^{[1]T} x + b⁽²⁾"),
    (r"W_{12} + W_1 2", "W₁₂ + W₁ 2"),
    (r"A^{-1} x''", "A⁻¹ x''"),
    (r"\lambda*2", "λ*2"),
    (r"\lambda * 2", "λ * 2"),
    (r"\hat{y} - \vec y", "\u0177 - y\u20d7"),
    (r"\tanh^2(x)", "tanh²(x)"),
    (r"\left\|a\right\|^2", "‖a‖²"),
    (r"a \in \mathbb{R}^{m \times n}", "a ∈ ℝ^{m × n}"),
    (r"\begin{bmatrix} a & b \\ c & d \end{bmatrix}^T", "[a, b; c, d]ᵀ"),
    (r"\begin{cases} 0 & x \le 0 \\ 1 & \text{if } x > 0 \\ \end{cases}", "{0, x ≤ 0; 1, if x > 0}"),
    (r"\underbrace{a + b}_{\text{loss}} + c", "a + b + c"),
    ("((a))", "(a)"),
    ("((a)(b))", "((a)(b))"),
    ("a  \n b", "a b"),
]


@pytest.mark.parametrize("latex, text", PLAIN)
def test_formulas_as_text(latex, text):
    assert plain(latex) == text


AS_WRITTEN = [
    r"{a b}^2",
    r"\underbrace{a + b}_{c}^2",
    r"\mystery{x}",
    r"\frac{1",
    "a}",
    "^2",
    r"\sqrt[3]{x}",
    r"\hat{ab}",
]
AS_WRITTEN += [
    r"\begin{bmatrix} a",
    r"\begin{align} a \end{align}",
    "a % b",
    r"\text{a $b$}",
    "{" * 60 + "}" * 60,
    "\\",
    r"\frac{}{}",
]


@pytest.mark.parametrize("latex", AS_WRITTEN)
def test_what_has_no_sure_form_stays_latex(latex):
    assert plain(latex) == latex


FORMULA_PIECES = [
    *"ab12{}^_()[]\\ &'+",
    r"\frac",
    r"\sum ",
    r"\text{",
    r"\left(",
    r"\hat",
    r"\begin{cases}",
    r"\end{cases}",
]


@given(st.lists(st.sampled_from(FORMULA_PIECES), max_size=30).map("".join))
def test_any_formula_is_one_line(latex):
    assert "\n" not in plain(latex)
