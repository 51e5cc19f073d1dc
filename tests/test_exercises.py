"""Every step of every exercise has the verdict that we expect of it, and the mistakes are mistakes by plain arithmetic.

`expected/<exercise>.yaml` lists the steps of `exercises/<exercise>.md` in their order. Whoever changes an exercise or a
verdict changes the list by hand. The exercise itself says under `expect` which of its steps are not accepted, so that
`pytest exercises/` passes; it says no more than that, and nothing that the list does not say. In a message `<lhs>` and
`<rhs>` stand for the counterexample's two values, a letter in such brackets for the value of that index.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from remembering import check_document

from derive.checking.results import ACCEPTED, Counterexample, DocumentResult, StepResult
from derive.documents import read_document

EXERCISES = Path(__file__).parent.parent / "exercises"
EXPECTED = Path(__file__).parent / "expected"
NAMES = sorted(path.stem for path in EXERCISES.glob("*.md"))

Numbers = NDArray[np.float64]
Point = Mapping[str, Numbers]
Indices = Mapping[str, int]


@cache
def expectations(name: str) -> list[dict]:
    return yaml.safe_load((EXPECTED / f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def checked(name: str) -> DocumentResult:
    return check_document(read_document(EXERCISES / f"{name}.md"))


def shown(step: StepResult) -> str:
    """A step as a person finds it: its place, its formula, what was said of it."""
    formula = f"{step.lhs} {step.relation} {step.rhs}"
    found = ", ".join([step.verdict, *step.conventions])
    return f"({step.tag}) step {step.step}, line {step.line}: {formula}\n{found}: {step.message}"


def all_expectations():
    for path in sorted(EXPECTED.glob("*.yaml")):
        for number, expected in enumerate(expectations(path.stem)):
            yield pytest.param(path.stem, number, id=f"{path.stem}-{number + 1}-({expected['tag']}).{expected['step']}")


def test_every_exercise_has_its_expectations():
    assert sorted(path.stem for path in EXPECTED.iterdir()) == NAMES
    assert len(NAMES) >= 17


@pytest.mark.parametrize("name", NAMES)
def test_the_steps_are_those_expected(name):
    found = [(step.tag, step.step) for step in checked(name).steps]
    assert found == [(expected["tag"], expected["step"]) for expected in expectations(name)]


@pytest.mark.parametrize("name, number", list(all_expectations()))
def test_the_verdict_on_a_step(name, number):
    expected, step = expectations(name)[number], checked(name).steps[number]
    assert step.verdict == expected["verdict"], shown(step)
    assert list(step.conventions) == expected.get("conventions", []), shown(step)
    assert ("message" in expected) == (step.verdict in ("refuted", "unreadable")), shown(step)
    if "message" in expected:
        assert in_brackets(step, expected["message"]) is not None, f"{shown(step)}\nexpected: {expected['message']}"


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_expects_what_is_not_accepted_and_nothing_else(name):
    said = [expected["verdict"] for expected in expectations(name)]
    of_the_exercise = [step.expectation for step in checked(name).steps]
    assert of_the_exercise == [() if verdict in ACCEPTED else (verdict,) for verdict in said]


# Steps that are true at the sizes checked alone: h maps a space to itself only because a = b there. And two that are
# true at all, and proved for these: a row written out with dots, and a derivative by a state that others follow.
AT_THESE_SIZES = {
    ("jacobian-of-a-composition-with-equal-weights", "h", 2),
    ("jacobian-of-a-composition-with-equal-weights", "jacobian-of-h", 1),
    ("logistic-regression-example-by-example", "weights-at-once", 1),
    ("recurrent-network", "recursion", 1),
}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_accepted_is_so_for_all_dimensions(name):
    accepted = [step for step in checked(name).steps if step.verdict in ("proved", "convention")]
    found = {(name, step.tag, step.step) for step in accepted if step.scope != "all dimensions"}
    assert found == {one for one in AT_THESE_SIZES if one[0] == name}
    assert {step.ground for step in accepted if step.scope == "these dimensions"} <= {"entries"}


def in_brackets(step: StepResult, message: str) -> Indices | None:
    """The values of a message's bracketed letters, where all of it is as expected; else null."""
    example = step.counterexample
    known = {} if example is None else {"lhs": re.escape(example.lhs), "rhs": re.escape(example.rhs)}
    pattern = "".join(
        known.get(part, rf"(?P<{part}>\d+)") if number % 2 else re.escape(part)
        for number, part in enumerate(re.split(r"<(\w+)>", message))
    )
    found = re.fullmatch(pattern, step.message)
    return None if found is None else {letter: int(value) for letter, value in found.groupdict().items()}


# ── refuted steps carry their reason ──

SHAPES_OR_RANGES = re.compile(
    r"The index \w (?:runs over|has the range) 1\.\.\w+(?: = \d+)?(?: in \S+)?, but .*1\.\.\w+ = \d+.*"
    r"|Cannot multiply (\w+ x \w+) by (?!\1)(\w+ x \w+): .*"
    r"|(.*) is (\w+ x \w+), not (?!\4)(\w+ x \w+)\."
)


def refuted_steps():
    for name in NAMES:
        for number, expected in enumerate(expectations(name)):
            if expected["verdict"] == "refuted":
                yield pytest.param(name, number, id=f"{name}-({expected['tag']}).{expected['step']}")


@pytest.mark.parametrize("name, number", list(refuted_steps()))
def test_a_refuted_step_gives_numbers_or_shapes_or_ranges(name, number):
    step = checked(name).steps[number]
    if step.counterexample is None:
        assert SHAPES_OR_RANGES.fullmatch(step.message), shown(step)
    else:
        assert step.counterexample.lhs != step.counterexample.rhs, shown(step)
        assert (name, step.tag, step.step) in BY_HAND, f"evaluate this step below, too\n{shown(step)}"


# ── counterexamples, evaluated once more: formulas by hand, derivatives by small differences ──


def difference(function: Callable[[Numbers], float], at: Numbers, entry: tuple[int, ...]) -> float:
    """The derivative of a number by one entry."""
    step = np.zeros_like(at)
    step[entry] = 1e-5
    return (function(at + step) - function(at - step)) / 2e-5


def relu(values: Numbers) -> Numbers:
    return np.maximum(values, 0.0)


def sigmoid(values):
    return 1.0 / (1.0 + np.exp(-values))


def log_of_sum(scores: Numbers) -> float:
    """The logarithm of the sum of the exponentials of one row."""
    return float(np.log(np.sum(np.exp(scores))))


def losses(scores: Numbers, classes: NDArray[np.int64]) -> list[float]:
    """The softmax loss of each row; classes count from 0."""
    return [log_of_sum(row) - row[true] for row, true in zip(scores, classes, strict=True)]


def a_score_of_one_example(at: Point, indices: Indices) -> tuple[float, float]:
    scores = relu(at["x_i"] @ at["W_1"] + at["b_1"]) @ at["W_2"] + at["b_2"]
    true, j = np.array([int(at["y"]) - 1]), indices["j"] - 1
    left = difference(lambda scores: sum(losses(scores, true)), scores, (0, j))
    return left, float(np.exp(scores[0, j]) / np.sum(np.exp(scores)))


def output_weights_of_a_perceptron(at: Point, indices: Indices) -> tuple[float, float]:
    entry = indices["row"] - 1, indices["column"] - 1
    hidden = relu(at[r"\mathbf{X}"] @ at["W"] + at["c"])
    classes = at["y"].astype(int).ravel() - 1

    def loss(scores: Numbers) -> float:
        return float(np.mean(losses(scores, classes))) + at[r"\lambda"] / 2 * np.sum(at["W"] ** 2)

    scores = hidden @ at["w"] + at["b"]
    left = difference(lambda weights: loss(hidden @ weights + at["b"]), at["w"], entry)
    by_scores = np.array([[difference(loss, scores, (i, k)) for k in range(5)] for i in range(2)])
    return left, float((hidden.T @ by_scores + at[r"\lambda"] * at["w"])[entry])


def scores_from_0(at: Point) -> Numbers:
    return relu(at["X"] @ at["W^{(1)}"] + at["b^{(1)}"]) @ at["W^{(2)}"] + at["b^{(2)}"]


def classes_from_0(at: Point) -> NDArray[np.int64]:
    return at["y"].astype(int).ravel()


def the_mean_against_one_example(at: Point, indices: Indices) -> tuple[float, float]:
    single = losses(scores_from_0(at), classes_from_0(at))
    penalty = at[r"\lambda"] * (np.sum(at["W^{(1)}"] ** 2) + np.sum(at["W^{(2)}"] ** 2))
    return float(np.mean(single) + penalty), float(single[indices["i"]] + penalty)


def mean_by_a_score(at: Point, i: int, k: int) -> float:
    classes = classes_from_0(at)
    return difference(lambda scores: float(np.mean(losses(scores, classes))), scores_from_0(at), (i, k))


def logarithm_by_a_score(at: Point, i: int, k: int) -> float:
    return difference(log_of_sum, scores_from_0(at)[i], (k,))


def one_score(at: Point, indices: Indices) -> tuple[float, float]:
    i, k, classes = indices["i"], indices["k"], classes_from_0(at)
    return mean_by_a_score(at, i, k), difference(lambda row: losses([row], classes[[i]])[0], scores_from_0(at)[i], (k,))


def score_of_another_class(at: Point, indices: Indices) -> tuple[float, float]:
    i, k = indices["i"], indices["k"]
    assert k != classes_from_0(at)[i]
    return mean_by_a_score(at, i, k), logarithm_by_a_score(at, i, k)


def logarithm_against_short_chain(at: Point, indices: Indices) -> tuple[float, float]:
    i, k = indices["i"], indices["k"]
    return logarithm_by_a_score(at, i, k), float(1.0 / np.sum(np.exp(scores_from_0(at)[i])))


def short_chain_against_softmax(at: Point, indices: Indices) -> tuple[float, float]:
    i, k = indices["i"], indices["k"]
    weights = np.exp(scores_from_0(at)[i])
    return float(1.0 / np.sum(weights)), float(weights[k] / np.sum(weights))


def score_of_the_true_class(at: Point, indices: Indices) -> tuple[float, float]:
    i = indices["i"]
    k = classes_from_0(at)[i]
    weights = np.exp(scores_from_0(at)[i])
    return mean_by_a_score(at, i, k), float(weights[k] / np.sum(weights) - 1.0)


def sigmoid_of_a_square(at: Point, indices: Indices) -> tuple[float, float]:
    hidden = np.tanh(at[r"\mathbf{W}^{(1)}"] @ at[r"\mathbf{x}"] + at[r"\mathbf{b}^{(1)}"])
    scores = at[r"\mathbf{W}^{(2)}"] @ hidden + at[r"\mathbf{b}^{(2)}"]
    i, j = indices["i"] - 1, indices["j"] - 1
    left = difference(lambda scores: float(sigmoid(scores)[i, 0]), scores, (j, 0))
    squared = sigmoid(scores[i, 0] ** 2)
    return left, float(squared * (1.0 - squared)) if i == j else 0.0


def entry_of_the_jacobian(at: Point, indices: Indices) -> tuple[float, float]:
    i, j = indices["i"] - 1, indices["j"] - 1

    def component(argument: Numbers) -> float:
        return float(np.tanh(at["A"] @ argument)[i, 0])

    return difference(component, at[r"\mathbf{x}"], (j, 0)), difference(component, at[r"\mathbf{x}"], (i, 0))


ONE_EXAMPLE = "two-layer-relu-softmax-one-example"
COLUMNS = "two-layer-sigmoid-softmax-columns"
SCORE_MATRIX = "softmax-loss-of-a-score-matrix"
BY_HAND: Mapping[tuple[str, str, int], Callable[[Point, Indices], tuple[float, float]]] = {
    (ONE_EXAMPLE, "15", 1): a_score_of_one_example,
    (ONE_EXAMPLE, "16", 1): a_score_of_one_example,
    ("multilayer-perceptron-batch", "by-output-weights", 1): output_weights_of_a_perceptron,
    (SCORE_MATRIX, "loss-with-bars", 3): the_mean_against_one_example,
    (SCORE_MATRIX, "by-one-score", 1): one_score,
    (SCORE_MATRIX, "other-class", 1): score_of_another_class,
    (SCORE_MATRIX, "other-class", 2): logarithm_against_short_chain,
    (SCORE_MATRIX, "other-class", 3): short_chain_against_softmax,
    (SCORE_MATRIX, "true-class", 1): score_of_the_true_class,
    ("classification-with-tanh-and-sigmoid", "element-2-entries", 1): sigmoid_of_a_square,
}


def numbers(example: Counterexample) -> Point:
    return {
        name: np.array([[float(Fraction(entry)) for entry in row] for row in value])
        if isinstance(value, list)
        else np.float64(float(Fraction(value)))
        for name, value in example.at.items()
    }


def assert_sides(sides: tuple[float, float], step: StepResult) -> None:
    example = step.counterexample
    reported = float(Fraction(example.lhs)), float(Fraction(example.rhs))
    assert sides == pytest.approx(reported, rel=1e-5, abs=1e-9), shown(step)
    assert abs(sides[0] - sides[1]) > 1e-6 * max(abs(side) for side in sides), shown(step)


@pytest.mark.parametrize("name, tag, step", BY_HAND)
def test_a_counterexample_is_one_by_plain_arithmetic(name, tag, step):
    number = next(n for n, item in enumerate(expectations(name)) if (item["tag"], item["step"]) == (tag, step))
    found = checked(name).steps[number]
    indices = in_brackets(found, expectations(name)[number]["message"])
    assert_sides(BY_HAND[name, tag, step](numbers(found.counterexample), indices), found)


# ── the same mistakes, where the sizes hide them less, and mended ──


def checked_part(tmp_path: Path, name: str, tags: str, edits: Sequence[tuple[str, str]]) -> list[StepResult]:
    """The steps of an exercise's displays with these tags, after edits to its text."""
    text = (EXERCISES / f"{name}.md").read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text, f"the exercise has no {old}"
        text = text.replace(old, new)
    setting, body = re.fullmatch(r"(---\n.*?\n---\n)(.*)", text, re.DOTALL).groups()
    setting = re.sub(r"^expect:\n(?:  .*\n)+", "", setting, flags=re.MULTILINE)  # it is about the whole exercise
    blocks = [part for part in body.split("\n\n") if any(rf"\tag{{{tag}}}" in part for tag in tags.split())]
    document = tmp_path / f"{name}.md"
    document.write_text("\n\n".join([setting, *blocks]) + "\n", encoding="utf-8")
    return list(check_document(read_document(document)).steps)


def test_an_entry_of_the_jacobian_is_wrong_by_numbers_where_the_sizes_agree(tmp_path):
    edits = [
        ("{n: 3, m: 2}", "{n: 2, m: 2}"),
        (r"\varphi: function n -> m", "A: m x n"),
        (r"\varphi(\mathbf{x})", r"\tanh(A \mathbf{x})"),
    ]
    [step] = checked_part(tmp_path, "jacobian-of-a-vector-function", "entry", edits)
    assert step.verdict == "refuted", shown(step)
    message = "The two sides differ at i = <i>, j = <j>: <lhs> on the left, <rhs> on the right."
    indices = in_brackets(step, message)
    assert indices is not None, shown(step)
    assert_sides(entry_of_the_jacobian(numbers(step.counterexample), indices), step)


PENALTIES = (
    (r"\sum_k^D \sum_l^C (w_1)_{l,k}^2", r"\sum_k^H \sum_l^D (w_1)_{l,k}^2"),
    (r"\sum_k^D \sum_l^C (w_2)_{l,k}^2", r"\sum_k^C \sum_l^H (w_2)_{l,k}^2"),
)
EXAMPLE_LOSS = r"-score_{i,y_i} + \text{log}\sum_j e^{score_{i,j}}"
MENDED = [
    (ONE_EXAMPLE, "5 7 12", PENALTIES, "proved proved proved"),
    (ONE_EXAMPLE, "15", [(r"\tag{15}", r"\quad \text{if } j \neq y \tag{15}")], "proved"),
    (ONE_EXAMPLE, "16", [(r"\tag{16}", r"- \mathbb{1}(j = y) \tag{16}")], "proved"),
    (
        "two-layer-relu-softmax-batch-loss",
        "1",
        [("f_{y_i}", "f_{i,y_i}"), ("e^{f_j}", "e^{f_{i,j}}"), *PENALTIES],
        "proved",
    ),
    ("multilayer-perceptron-batch", "by-output-weights", [(r" + \lambda w ", " ")], "proved"),
    (
        "jacobian-of-a-vector-function",
        "entry",
        [(r"{ij} = \frac{\partial f_i}{\partial x_i}", r"{ij} = \frac{\partial f_i}{\partial x_j}")],
        "proved",
    ),
    (
        "relu-layer-and-bias-jacobians",
        "relu step step-cases",
        [(r"f = \begin{cases} 0 & x \le 0 \\ 1 & x > 0", r"f(z) = \begin{cases} 0 & z \le 0 \\ 1 & z > 0")],
        "definition definition proved",
    ),
    (SCORE_MATRIX, "loss", [(r"\lambda(||W^{(1)}||^2 + W", r"\lambda(||W^{(1)}||^2 + ||W")], "proved proved refuted"),
    (
        SCORE_MATRIX,
        "loss-with-bars",
        [(rf"= {EXAMPLE_LOSS}", rf"= \frac{{1}}{{N}} \sum_i ({EXAMPLE_LOSS})")],
        "proved proved proved",
    ),
    (SCORE_MATRIX, "by-one-score", [(r"= \frac{\partial (-", r"= \frac{1}{N} \frac{\partial (-")], "proved"),
    (
        SCORE_MATRIX,
        "other-class",
        [
            (r"&= \frac{\partial (\text", r"&= \frac{1}{N} \frac{\partial (\text"),
            (
                r"\partial e^{score_{i,k}} }",
                r"\partial e^{score_{i,k}} } \frac{\partial e^{score_{i,k}}}{\partial score_{i,k}}",
            ),
            (r"&= \frac{1}{\sum", r"&= \frac{1}{N} \frac{1}{\sum"),
            (r"\tag{other-class}", r"\quad \text{if } k \neq y_i \tag{other-class}"),
        ],
        "proved proved proved",
    ),
    (SCORE_MATRIX, "true-class", [("= -1 +", r"= -\frac{1}{N} + \frac{1}{N}")], "proved"),
    (COLUMNS, "second-bias", [(r"b^{[2]} \in \mathbb{R}^h", r"b^{[2]} \in \mathbb{R}^k")], "proved"),
    (
        COLUMNS,
        "by-second-weights",
        [(r"\frac{\partial J}{z^{[2]}}", r"\frac{\partial J}{\partial z^{[2]}}")],
        "convention convention proved proved proved",
    ),
    (
        COLUMNS,
        "first-weights-hidden",
        [(r"&= W^{[2]} &\in", r"&= W^{[2]T} &\in")],
        "proved proved proved proved convention proved proved convention proved",
    ),
    (
        "classification-with-tanh-and-sigmoid",
        "element-2-entries",
        [("(\\mathbf{s}_2[i])^2", "\\mathbf{s}_2[i]")],
        "proved",
    ),
]


@pytest.mark.parametrize("name, tags, edits, verdicts", MENDED, ids=[f"{name}-({tags})" for name, tags, _, _ in MENDED])
def test_the_mistake_mended_is_none(tmp_path, name, tags, edits, verdicts):
    steps = checked_part(tmp_path, name, tags, edits)
    assert [step.verdict for step in steps] == verdicts.split(), "\n".join(map(shown, steps))
