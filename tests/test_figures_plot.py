"""Plots of functions: exact kinks as open and closed points, never a slanted line where a curve jumps."""

import math
from fractions import Fraction

import pytest
from test_figures_graph import texts

from derive.errors import FormulaError
from derive.figures.curves import Mark, curve, linear
from derive.figures.functions import NAMES, read_function
from derive.figures.plot import plot_of, ticks
from derive.figures.scene import Path, Point

SPAN = (Fraction(-4), Fraction(4))


def marks(text: str, kink: Fraction = Fraction(0)) -> tuple[set[tuple[float, float, bool]], ...]:
    """The points of a function and of its derivative: where, how high, whether open."""
    function = read_function(text, kink)
    own = curve(function.value, function.variable, SPAN)
    slope = curve(function.slope, function.variable, SPAN, (function.value,))
    return tuple({(mark.x, mark.y, mark.is_open) for mark in one.marks} for one in (own, slope))


@pytest.mark.parametrize(
    "text, own, slope",
    [
        ("relu", set(), {(0, 0, False), (0, 1, True)}),
        (r"\max(0, z)", set(), {(0, 0, False), (0, 1, True)}),
        ("leaky-relu(0.1)", set(), {(0, 0.1, False), (0, 1, True)}),
        ("leaky-relu(1/4)", set(), {(0, 0.25, False), (0, 1, True)}),
        ("softplus(1)", set(), set()),
        ("gelu", set(), set()),
        ("elu", set(), set()),
        ("elu(2)", set(), {(0, 2, False), (0, 1, True)}),
        ("sin", set(), set()),
        ("abs", set(), {(0, -1, True), (0, 0, False), (0, 1, True)}),
        ("sign", {(0, -1, True), (0, 0, False), (0, 1, True)}, {(0, 0, True)}),
        (r"\max(0, 1 - z)", set(), {(1, -1, True), (1, 0, False)}),
        ("hinge", set(), {(1, -1, True), (1, 0, False)}),
        (r"\max(0, 1 - 3 z)", set(), {(1 / 3, -3, True), (1 / 3, 0, False)}),
        (r"\mathbb{1}(x \geq 2)", {(2, 0, True), (2, 1, False)}, {(2, 0, True)}),
        (r"\begin{cases} x & x < 1 \\ 2 - x & \text{otherwise} \end{cases}", set(), {(1, -1, False), (1, 1, True)}),
    ],
)
def test_kinks_are_open_and_closed_points(text, own, slope):
    assert marks(text) == (own, slope)


def test_the_value_at_a_kink_is_the_chosen_one():
    assert marks("relu", Fraction(1))[1] == {(0, 0, True), (0, 1, False)}
    assert marks("relu", Fraction(1, 2))[1] == {(0, 0, True), (0, 0.5, False), (0, 1, True)}


def test_a_kink_at_a_root_that_is_no_fraction_has_its_value_there():
    own, slope = marks("|x^2 - 2|")
    root = math.sqrt(2)
    assert own == set()
    assert sorted(x for x, y, is_open in slope if not is_open) == pytest.approx([-root, root])
    assert {y for x, y, is_open in slope if not is_open} == {0}
    assert len(slope) == 6


def test_a_curve_is_broken_where_it_jumps():
    function = read_function("relu", Fraction(0))
    flat, steep = curve(function.slope, "z", SPAN).pieces
    assert {y for _, y in flat} == {0.0}
    assert {y for _, y in steep} == {1.0}
    assert (flat[0][0], flat[-1][0], steep[0][0], steep[-1][0]) == (-4, 0, 0, 4)


def test_a_kinked_curve_that_does_not_jump_is_one_line():
    function = read_function("relu", Fraction(0))
    (piece,) = curve(function.value, "z", SPAN).pieces
    assert (0.0, 0.0) in piece


def test_a_curve_ends_where_the_function_does():
    function = read_function(r"\log x", Fraction(0))
    (piece,) = curve(function.value, "x", SPAN).pieces
    assert piece[0][0] > 0
    function = read_function("1/x", Fraction(0))
    assert len(curve(function.value, "x", SPAN).pieces) == 2
    assert curve(function.value, "x", SPAN).marks == ()


def test_no_line_in_a_plot_goes_up_a_jump():
    for item in plot_of(["relu", "sign"]).items:
        if isinstance(item, Path) and item.role in ("derivative", "forward"):
            assert len({round(y, 2) for _, y in item.points}) == 1 or item.points[-1][0] - item.points[0][0] > 1


def test_marks_stand_in_the_picture():
    points = [item for item in plot_of(["relu"]).items if isinstance(item, Point)]
    assert [(point.is_open, point.role) for point in points] == [(True, "derivative"), (False, "derivative")]
    assert points[0].x == points[1].x


def test_a_row_has_the_formulas_for_titles():
    found = texts(plot_of(["leaky-relu(0.1)", r"\tanh(x)"]))
    assert r"\mathrm{LeakyReLU}(z)=\mathrm{max}(0,z)+0.1\mskip3mu \mathrm{min}(0,z)" in found
    assert r"f(x)=\mathrm{tanh}(x)" in found
    assert r"f^{\prime}(x)=1-(\mathrm{tanh}(x))^{2}" in found


@pytest.mark.parametrize("name", NAMES)
def test_every_name_has_a_plot(name):
    for together in (False, True):
        scene = plot_of([name], (Fraction(1, 2), Fraction(3)), together=together)
        assert any(isinstance(item, Path) and item.role == "derivative" for item in scene.items)


@pytest.mark.parametrize("name", NAMES)
def test_a_slope_is_that_of_its_function(name):
    """The closed form against a difference, at a place without a kink."""
    from derive.figures.evaluation import value_at

    function = read_function(name, Fraction(0))
    x, step = 0.7, 1e-5
    rise = float(value_at(function.value, "z", x + step)) - float(value_at(function.value, "z", x - step))
    assert float(value_at(function.slope, "z", x)) == pytest.approx(rise / (2 * step), abs=1e-6)


@pytest.mark.parametrize(
    "text, problem",
    [
        ("x y", "a function has one free letter, and this has y, x"),
        ("3", "a function has one free letter, and this has none"),
        (r"\input{x}", "the command \\input is not known"),
        ("gelu(2)", "GELU takes no parameter"),
        ("softplus(0)", "softplus takes a parameter that is not 0"),
        ("relu(1/0)", "the parameter 1/0 divides by zero"),
        ("x" * 600, "a function of more than 500 characters is not plotted"),
        (r"\begin{bmatrix} x \\ x \end{bmatrix}", "a function has numbers for values, and this is 2 x 1"),
    ],
)
def test_what_is_no_function_is_refused(text, problem):
    with pytest.raises(FormulaError) as error:
        read_function(text, Fraction(0))
    assert error.value.problem == problem


@pytest.mark.parametrize(
    "low, high, found",
    [
        (-4, 4, [-4, -2, 0, 2, 4]),
        (0, 1, [0, Fraction(1, 5), Fraction(2, 5), Fraction(3, 5), Fraction(4, 5), 1]),
        (-0.1, 1.1, [0, Fraction(1, 5), Fraction(2, 5), Fraction(3, 5), Fraction(4, 5), 1]),
        (3, 1000, [200, 400, 600, 800, 1000]),
        (-0.004, 0.004, [Fraction(n, 500) for n in (-2, -1, 0, 1, 2)]),
    ],
)
def test_ticks_are_nice_numbers(low, high, found):
    assert ticks(low, high) == found


def test_what_is_linear_has_its_root_exactly():
    function = read_function("(1 - 3 x)/7", Fraction(0))
    assert linear(function.value, "x") == (Fraction(-3, 7), Fraction(1, 7))
    assert linear(read_function("x^2", Fraction(0)).value, "x") is None
    assert Mark(1 / 3, 0.0, False) in curve(read_function(r"\max(0, 1 - 3 x)", Fraction(0)).slope, "x", SPAN).marks
