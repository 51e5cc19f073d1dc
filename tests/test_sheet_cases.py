"""Solution sheets of exercises in many hands: what a first reader of each would stumble over."""

from fractions import Fraction

import pytest

from derive.certificates import Store
from derive.grading.parts import ExerciseDocument, exercise_from_text
from derive.sheets.example import Example, example_of
from derive.sheets.sheet import sheet_of
from derive.writing.sheet_markdown import to_markdown


def exercise(setting: str, *asked: str, form: str = "") -> ExerciseDocument:
    """An exercise that asks something of a setting."""
    parts = "\n".join(f"  - {{id: {at}, ask: '{ask}'{form}}}" for at, ask in enumerate(asked))
    return exercise_from_text(f"---\n{setting.strip()}\nparts:\n{parts}\n---\n", "exercise.md")


def example(setting: str, *asked: str) -> Example | None:
    one = exercise(setting, *asked)
    return example_of(one.model, [part.value for part in one.parts])


def sheet(one: ExerciseDocument, store: Store) -> str:
    return to_markdown(sheet_of(one, store=store), stem=None).text


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("certificates"))


# ── numeric examples ──

LABELS = r"""
dims: {N: 3, C: 4}
symbols:
  S: N x C
  y: labels N of C
model:
  L: -\sum_{i=1}^N \log \frac{e^{S_{i,y_i}}}{\sum_{j=1}^C e^{S_{i,j}}}
loss: L
"""


@pytest.mark.parametrize("base", [0, 1])
def test_the_labels_of_an_example_are_the_classes_at_which_its_gradient_is_negative(base: int) -> None:
    setting = LABELS.replace("i=1", f"i={base}").replace("^N", "^{N-1}" if base == 0 else "^N")
    setting = setting.replace("j=1}^C", "j=0}^{C-1}" if base == 0 else "j=1}^C") + f"index_base: {base}\n"
    shown = example(setting, r"\frac{\partial L}{\partial S}")
    assert shown is not None
    (gradient,) = shown.asked.values()
    classes = [min(range(len(row)), key=row.__getitem__) + base for row in gradient.rows]
    assert shown.given["y"].rows == tuple((Fraction(one),) for one in classes)


@pytest.mark.parametrize("structure", ["symmetric", "positive definite", "diagonal"])
def test_a_matrix_of_an_example_is_what_it_is_declared_to_be(structure: str) -> None:
    setting = f"dims: {{n: 3}}\nsymbols:\n  x: n x 1\n  A: {structure} n x n\nmodel:\n  q: x^T A x\nloss: q\n"
    shown = example(setting, r"\frac{\partial q}{\partial x}")
    assert shown is not None
    rows = shown.given["A"].rows
    assert rows == tuple(zip(*rows, strict=True))
    if structure == "diagonal":
        assert all(value == 0 for i, row in enumerate(rows) for j, value in enumerate(row) if i != j)


def test_a_function_that_is_not_said_has_no_values_in_an_example() -> None:
    setting = "dims: {n: 2}\nsymbols:\n  x: n x 1\n  f: function\nmodel:\n  a: f(x)\n  q: a^T a\nloss: q\n"
    assert example(setting, r"\frac{\partial q}{\partial x}") is None


def test_an_example_is_one_at_which_gradients_are_not_rounded_away() -> None:
    setting = r"""
dims: {d: 2, h: 3}
symbols:
  x: d x 1
  W: h x d
  v: h x 1
model:
  a: \tanh(W x)
  q: v^T a
loss: q
"""
    shown = example(setting, r"\frac{\partial q}{\partial W}")
    assert shown is not None
    (gradient,) = shown.asked.values()
    assert sum(abs(value) >= 0.0001 for value in gradient.values) >= 2


# ── answers ──


def test_a_vector_of_ones_is_written_as_the_vectors_of_the_exercise_stand(store: Store) -> None:
    setting = r"""
dims: {N: 3, D: 2}
vectors: row
symbols:
  X: N x D
  b: 1 x D
model:
  S: X + b
  L: \frac{1}{2} \|S\|_F^2
loss: L
"""
    text = sheet(exercise(setting, r"\frac{\partial L}{\partial b}"), store)
    assert r"| 0 | $\frac{\partial L}{\partial b}$ | $\mathbf{1} S$ |" in text


LAYER = r"""
dims: {N: 3, D: 2, C: 4}
symbols:
  X: N x D
  W: D x C
  b: 1 x C
  T: N x C
  i: scalar
model:
  S: X W + b
  L: \frac{i}{2N} \|S - T\|_F^2
loss: L
"""


def results(text: str) -> list[str]:
    """The rows of the table of all results."""
    table = text.split("## All results")[1].split("## ", maxsplit=1)[0]
    return [line for line in table.splitlines() if line.startswith("| ")][2:]


def test_what_is_asked_entry_by_entry_ends_with_an_entry_in_letters_that_are_no_names(store: Store) -> None:
    one = exercise(LAYER, r"\frac{\partial L}{\partial W}", r"\frac{\partial L}{\partial b}", form=", form: entries")
    assert results(sheet(one, store)) == [
        r"| 0 | $\frac{\partial L}{\partial W_{jk}}$ | $\frac{i}{N} \sum _{l=1}^{N} X_{lj} (S_{lk} - T_{lk})$ |",
        r"| 1 | $\frac{\partial L}{\partial b_{j}}$ | $\frac{i}{N} \sum _{k=1}^{N} (S_{kj} - T_{kj})$ |",
    ]


def test_the_entry_of_an_outer_product_has_no_sum(store: Store) -> None:
    setting = "dims: {n: 2, m: 3}\nsymbols:\n  W: n x m\n  x: m x 1\n  t: n x 1\nmodel:\n  z: W x\n"
    one = exercise(setting + "  q: t^T z\nloss: q", r"\frac{\partial q}{\partial W}", form=", form: entries")
    assert results(sheet(one, store)) == [r"| 0 | $\frac{\partial q}{\partial W_{ij}}$ | $t_{i} x_{j}$ |"]


# ── mistakes that are none of theirs ──


@pytest.mark.parametrize(
    "declared, formula, asked, word",
    [
        ("positive definite d x d", r"-\log \det A - x^T A^{-1} x", "A", "regulariser"),
        ("d x k", r"\log \det (A^T A)", "A", "regulariser"),
        (
            "d x k",
            r"\sum_{i=1}^d \begin{cases} x_i^2 & x_i \leq 1 \\ 2 x_i - 1 & \text{otherwise} \end{cases}",
            "x",
            "mask",
        ),
    ],
)
def test_no_regulariser_and_no_mask_is_missed_where_there_is_none(
    declared: str, formula: str, asked: str, word: str, store: Store
) -> None:
    setting = f"dims: {{d: 3, k: 2}}\nsymbols:\n  x: d x 1\n  A: {declared}\nmodel:\n  q: {formula}\nloss: q"
    text = sheet(exercise(setting, rf"\frac{{\partial q}}{{\partial {asked}}}"), store)
    assert "**Result.**" in text
    assert word not in text


# ── the text of the exercise ──


def test_an_equation_of_the_text_is_repeated_only_where_it_is_proved(store: Store) -> None:
    setting = "dims: {n: 2}\nsymbols:\n  x: n x 1\nmodel:\n  q: x^T x\nloss: q\nparts:\n  - {id: a, ask: '\\nabla_x q'}"
    body = "$$\n\\begin{aligned}\nq &= x^T x \\\\\n  &= \\|x\\|^2\n\\end{aligned}\n$$\n\n$$q = 7$$\n\nAnd so on.\n"
    one = exercise_from_text(f"---\n{setting}\n---\n\n{body}", "exercise.md")
    for is_question in (False, True):
        text = to_markdown(sheet_of(one, student=is_question, store=store), stem=None).text
        assert "q = 7" not in text
        assert r"\begin{aligned} q & = x^{T} x" in text
        assert "An equation of the exercise's text is left out here, since it could not be proved." in text


def test_new_names_and_numbers_keep_off_those_of_the_text(store: Store) -> None:
    setting = (
        LABELS
        + """parts:
  - {id: a, ask: '\\frac{\\partial L}{\\partial S}', prompt: 'Write $P$ for what you like.'}
"""
    )
    body = "$$Q = S + S \\tag{3}$$\n\nLet $Y = Q$ be something else.\n"
    text = sheet(exercise_from_text(f"---\n{setting.strip()}\n---\n\n{body}", "exercise.md"), store)
    assert r"Q = S + S \tag{3}" in text
    assert r"\frac{\partial L}{\partial S} = " in text
    assert r"\tag{4}" in text
    assert not any(f"$$\n{name} = " in text for name in "PY")


@pytest.mark.parametrize("formula", [r"\sqrt{x^T x}", r"\sqrt{c^2 + x^T x}", r"\|x\|"])
def test_what_is_said_of_a_root_of_squares_holds_for_one_that_is_no_norm(formula: str, store: Store) -> None:
    setting = f"dims: {{n: 2}}\nsymbols:\n  x: n x 1\n  c: positive scalar\nmodel:\n  q: {formula}\nloss: q"
    text = sheet(exercise(setting, r"\frac{\partial q}{\partial x}"), store)
    assert r"= \frac{1}{q} x \tag{1}" in text
    assert "- The 2 of the squares and the half of the root cancel: the argument over the root is left." in text


def test_a_square_that_is_no_penalty_is_not_called_one(store: Store) -> None:
    setting = "dims: {n: 2}\nsymbols:\n  x: n x 1\n  k: positive scalar\nmodel:\n  E: k x^T x\nloss: E"
    text = sheet(exercise(setting, r"\frac{\partial E}{\partial x}"), store)
    assert r"= 2 k x \tag{1}" in text
    assert "eight" not in text
