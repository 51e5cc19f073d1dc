"""The formulas of a sheet as people leave them: symmetric matrices, common factors, sums apart, pieces."""

import pytest

from derive.certificates import Store
from derive.grading.parts import exercise_from_text
from derive.sheets.composition import Composition
from derive.sheets.computation import Computation
from derive.sheets.plain_forms import has_kinks


def results(setting: str, *asked: str, store: Store) -> list[list[str]]:
    """The members of the line of each answer."""
    parts = "\n".join(f"  - {{id: {at}, ask: '{ask}'}}" for at, ask in enumerate(asked))
    made = Composition(exercise_from_text(f"---\n{setting.strip()}\nparts:\n{parts}\n---\n", "exercise.md"), store)
    assert all(answer.is_whole for answer in made.answers)
    assert all(line.holds_for_all_dimensions for line in made.lines)
    return [[member.latex for member in answer.lines[-1].chain.members] for answer in made.answers]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("certificates"))


QUADRATIC = r"""
dims: {{n: 3}}
symbols:
  x: n x 1
  A: {structure} n x n
model:
  f: \frac{{1}}{{2}} x^T A x
loss: f
"""


@pytest.mark.parametrize("structure", ["symmetric", "positive definite", "diagonal"])
def test_a_symmetric_matrix_is_not_transposed(structure: str, store: Store) -> None:
    asked = (r"\frac{\partial f}{\partial x}", r"\frac{\partial^2 f}{\partial x \partial x^T}")
    gradient, second = results(QUADRATIC.format(structure=structure), *asked, store=store)
    assert gradient == ["A x"]
    assert second[-1] == "A"


def test_any_other_matrix_is(store: Store) -> None:
    (gradient,) = results(QUADRATIC.format(structure=""), r"\frac{\partial f}{\partial x}", store=store)
    assert gradient == [r"\frac{1}{2} (A x + A^T x)"]


CENTRED = r"""
dims: {m: 4}
symbols:
  x: m x 1
  t: m x 1
model:
  \mu: \frac{1}{m} \sum_{i=1}^m x_i
  v: \frac{1}{m} \sum_{i=1}^m (x_i - \mu)^2
  y: v (x - \mu)
  L: \frac{1}{2} \|y - t\|^2
loss: L
"""


def test_what_terms_share_stands_in_front_of_them(store: Store) -> None:
    asked = (r"\frac{\partial L}{\partial y}", r"\frac{\partial L}{\partial v}", r"\frac{\partial L}{\partial \mu}")
    *_, found = results(CENTRED, *asked, r"\frac{\partial L}{\partial x}", store=store)
    assert found[0] == (
        r"v \frac{\partial L}{\partial y} + \frac{2}{m} \frac{\partial L}{\partial v} (x - \mu)"
        r" + \frac{1}{m} \frac{\partial L}{\partial \mu}"
    )


HUBER = r"""
dims: {n: 4}
symbols:
  r: n x 1
  c: positive scalar
model:
  h_i: \begin{cases} \frac{1}{2} r_i^2 & |r_i| \leq c \\ c (|r_i| - \frac{1}{2} c) & |r_i| > c \end{cases}
  L: \frac{1}{n} \sum_{i=1}^n h_i
loss: L
"""


def test_a_sum_with_two_opposite_conditions_is_one_formula_in_two_pieces(store: Store) -> None:
    entry, whole = results(HUBER, r"\frac{\partial L}{\partial r_i}", r"\frac{\partial L}{\partial r}", store=store)
    assert entry[-1] == (
        r"\frac{1}{n} \begin{cases} r_i & \text{if } \lvert r_i \rvert \leq c\\ "
        r"c \text{sign}(r_i) & \text{if } \lvert r_i \rvert > c \end{cases}"
    )
    assert whole == [r"\frac{1}{n} g"]


@pytest.mark.parametrize("kind, smooth", [("positive scalar", True), ("scalar", False)])
def test_pieces_that_meet_smoothly_have_no_kink(kind: str, smooth: bool) -> None:
    setting = HUBER.replace("positive scalar", kind)
    parts = r"parts: [{id: a, ask: '\frac{\partial L}{\partial r}'}]"
    one = exercise_from_text(f"---\n{setting.strip()}\n{parts}\n---\n", "exercise.md")
    assert has_kinks(Computation(one.model), one.parts[0].value) is not smooth


ENTROPY = r"""
dims: {n: 3}
symbols:
  p: n x 1
  y: n x 1
model:
  L: -\frac{1}{n} \sum_{i=1}^n (y_i \log p_i + (1 - y_i) \log(1 - p_i))
loss: L
"""


@pytest.mark.parametrize(
    "layout, first, second",
    [
        (
            "gradient",
            r"\frac{1}{n} \frac{1 - y}{1 - p} - \frac{1}{n} \frac{y}{p}",
            r"\frac{1}{n} \left(\frac{1 - y}{1 - p} - \frac{y}{p}\right)",
        ),
        (
            "numerator",
            r"\frac{1}{n} \frac{1 - y^T}{1 - p^T} - \frac{1}{n} \frac{y^T}{p^T}",
            r"\frac{1}{n} \left(\frac{1 - y}{1 - p} - \frac{y}{p}\right)^T",
        ),
    ],
)
def test_quotients_come_term_by_term_before_what_they_share_stands_in_front(
    layout: str, first: str, second: str, store: Store
) -> None:
    setting = f"{ENTROPY}layout: {layout}"
    assert results(setting, r"\frac{\partial L}{\partial p}", store=store) == [[first, second]]
