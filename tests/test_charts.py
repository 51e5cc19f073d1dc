"""Pictures of marks say what they show, to the eye and to a screen reader, and fit whatever is put into them."""

import re
from fractions import Fraction
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.grading.results import STATUSES
from derive.writing.charts import SMALL_CLASS, bar, earned, histogram, stacked
from derive.writing.distribution import MOST_COLUMNS, distribution
from derive.writing.pages import resource
from derive.writing.statuses import MARKS, WORDS, number

HOSTILE = "<b>\"'&</svg><script>alert(1)</script>"


def parsed(svg: str) -> ElementTree.Element:
    """The picture, well-formed, with a title and a description of its own by which it is labelled."""
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == [root.find(name).get("id") for name in ("title", "desc")]
    return root


def described(svg: str) -> str:
    return parsed(svg).find("desc").text


def marks(*numbers: int | float, final: bool = True) -> list[tuple[Fraction, bool]]:
    return [(Fraction(number), final) for number in numbers]


def shares(svg: str, kind: str) -> list[float]:
    """The widths of the shapes of one kind, in percent."""
    return [float(wide) for wide in re.findall(rf'<rect class="{kind}"[^>]* width="([\d.]+)%"', svg)]


# --- The distribution ----------------------------------------------------------------------------


def columns(found: object) -> list[tuple[str, int, int]]:
    return [(column.label, column.final, column.open) for column in found.columns]


def test_whole_marks_have_a_column_each_and_full_marks_the_last():
    found = distribution([*marks(0, 2, 2, 3), *marks(2, final=False)], Fraction(3))
    assert columns(found) == [("0", 1, 0), ("1", 0, 0), ("2", 2, 1), ("3", 1, 0)]
    assert not found.is_rounded


def test_halves_get_columns_of_their_own_where_there_is_room():
    assert [label for label, *_ in columns(distribution(marks(0.5, 2), Fraction(2)))] == ["0", "0.5", "1", "1.5", "2"]
    assert distribution(marks(0.5), Fraction(20)).is_rounded


def test_many_points_share_columns_that_say_which():
    found = distribution(marks(0, 4, 5, 99, 100), Fraction(100))
    assert columns(found)[:2] == [("0–4", 2, 0), ("5–9", 1, 0)]
    assert columns(found)[-2:] == [("95–99", 1, 0), ("100", 1, 0)]


def test_nothing_to_earn_is_one_column():
    assert columns(distribution(marks(0, 0), Fraction(0))) == [("0", 2, 0)]
    assert columns(distribution([], Fraction(1))) == [("0", 0, 0), ("1", 0, 0)]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=20))
def test_every_mark_is_in_one_column_and_positions_lie_in_order(most, twelfths):
    drawn_marks = [(Fraction(most * count, 12), is_final) for count, is_final in twelfths]
    found = distribution(drawn_marks, Fraction(most))
    assert len(found.columns) <= MOST_COLUMNS + 1
    assert sum(column.final for column in found.columns) == sum(is_final for _, is_final in drawn_marks)
    assert sum(column.height for column in found.columns) == len(drawn_marks)
    positions = [found.position(points) for points in sorted(points for points, _ in drawn_marks)]
    assert all(0 <= position <= 1 for position in positions)
    assert all(a <= b for a, b in pairwise(positions))


# --- The histogram -------------------------------------------------------------------------------

LINES = (("mean", Fraction(8, 3)), ("median", Fraction(3)))


def test_a_histogram_says_everything_it_shows():
    svg = histogram("m", "Marks", distribution(marks(*[1] * 30, *[3] * 40), Fraction(4)), LINES)
    assert described(svg) == "30 submissions with 1 point; 40 submissions with 3 points; mean 2.67; median 3."
    assert parsed(svg).find("title").text == "Marks"
    assert re.findall(r'class="label"[^>]*>([^<]*)<', svg) == ["0", "1", "2", "3", "4"]
    assert re.findall(r'class="count"[^>]*>([^<]*)<', svg) == ["30", "40"]


def test_marks_that_are_not_final_stand_on_top_of_those_that_are():
    found = distribution([*marks(*[1] * 60), *marks(*[1] * 20, final=False)], Fraction(1))
    svg = histogram("m", "Marks", found, ())
    assert "<title>80 submissions with 1 point, 20 of them so far</title>" in svg
    heights = {kind: float(height) for kind, height in re.findall(r'<rect class="(\w+)"[^>]* height="([\d.]+)"', svg)}
    tops = {kind: float(top) for kind, top in re.findall(r'<rect class="(\w+)"[^>]* y="([\d.]+)"', svg)}
    assert heights["final"] == pytest.approx(3 * heights["open"], rel=1e-3)
    assert tops["open"] + heights["open"] == pytest.approx(tops["final"], rel=1e-3)


def test_in_a_small_class_each_submission_is_a_dot():
    svg = histogram("m", "Marks", distribution([*marks(1, 1), *marks(2, final=False)], Fraction(2)), LINES)
    assert [circle.get("class") for circle in parsed(svg).iter("circle")] == ["final", "final", "open"]
    assert "<circle" not in histogram("m", "M", distribution(marks(*[1] * (SMALL_CLASS + 1)), Fraction(2)), ())


@pytest.mark.parametrize("points, anchor", [(0, "start"), (10, "end")])
def test_the_name_of_a_line_stands_where_there_is_room(points, anchor):
    svg = histogram("m", "M", distribution(marks(5), Fraction(10)), [("mean", Fraction(points))])
    assert re.search(rf'text-anchor="{anchor}">mean {points}<', svg)


def test_every_other_label_of_many_columns_can_be_spared():
    svg = histogram("m", "M", distribution(marks(5), Fraction(20)), ())
    assert re.findall(r'class="label spare"[^>]*>([^<]*)<', svg) == [str(at) for at in range(1, 21, 2)]


# --- Bars ----------------------------------------------------------------------------------------


def test_a_stacked_bar_is_as_long_as_the_class_and_names_every_status():
    counts = dict(zip(STATUSES, (6, 1, 2, 0, 1), strict=True))
    svg = stacked("p", "Part (a)", counts)
    assert described(svg) == "6 right, 1 partly right, 2 wrong, 1 missing."
    assert {status: sum(shares(svg, status)) for status in STATUSES} == {
        "right": 60, "partial": 10, "wrong": 20, "review": 0, "missing": 10,
    }  # fmt: skip
    assert re.findall(r'<text[^>]*class="on \w+"[^>]*>([^<]*)<', svg) == ["✓ 6", "◐ 1", "✗ 2", "– 1"]


def test_what_a_stretch_has_no_room_for_is_left_out_first_on_a_phone_then_everywhere():
    svg = stacked("p", "P", dict(zip(STATUSES, (700, 75, 200, 0, 25), strict=True)))
    assert re.findall(r'<text class="on (\w+(?: spare)?)"', svg) == ["right", "partial spare", "wrong"]


def test_statuses_differ_in_more_than_their_colour():
    counts = dict.fromkeys(STATUSES, 1)
    svg = stacked("p", "P", counts)
    assert len(set(MARKS.values())) == len(set(WORDS.values())) == len(STATUSES)
    hatches = set(re.findall(r'fill="url\(#p-(\w+)\)"', svg))
    assert hatches == {"partial", "wrong", "review"}
    assert len(set(re.findall(r'<path class="hatch" d="([^"]*)"', svg))) >= len(hatches)


def test_points_earned_fill_their_part_and_leave_the_rest():
    parts = [("a", "right", Fraction(4), Fraction(4)), ("b", "partial", Fraction(3, 2), Fraction(6))]
    svg = earned("e", "5.5 of 10 points", parts)
    assert described(svg) == "(a) right, 4 of 4 points; (b) partly right, 1.5 of 6 points."
    assert (shares(svg, "right"), shares(svg, "partial"), shares(svg, "rest")) == ([40], [15], [40, 60])


def test_parts_without_points_take_no_room():
    assert "<g>" not in earned("e", "0 of 0 points", [("a", "right", Fraction(0), Fraction(0))])


def test_a_bar_beside_words_is_silent():
    assert 'aria-hidden="true"' in bar(Fraction(1, 3))
    assert shares(bar(Fraction(1, 3)), "share") == [33.333]


def test_what_a_picture_quotes_is_text():
    for svg in (
        stacked("k", HOSTILE, dict.fromkeys(STATUSES, 2)),
        earned("k", HOSTILE, [(HOSTILE, "wrong", Fraction(1), Fraction(2))]),
        histogram("k", HOSTILE, distribution(marks(1), Fraction(2)), [(HOSTILE, Fraction(1))]),
    ):
        assert parsed(svg).find("title").text == HOSTILE
        assert {element.tag for element in parsed(svg).iter()} <= {
            *("svg", "title", "desc", "defs", "pattern", "path", "g", "rect", "circle", "line", "text")
        }


# --- Colours -------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """The relative luminance of a colour, as WCAG 2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def palettes() -> list[dict[str, str]]:
    """The light and the dark colours of the pages."""
    found = re.findall(r":root \{(.*?)\}", resource("colours.css"), re.DOTALL)
    return [dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", rules)) for rules in found]


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark"])
@pytest.mark.parametrize(
    "name", ["ink", "soft", "proved", "convention", "refuted", "unknown", "unreadable", "definition"]
)
@pytest.mark.parametrize("ground", ["paper", "panel"])
def test_every_letter_can_be_read(palette, name, ground):
    """Level AA. Letters on a coloured stretch are of the paper's colour, so this holds for them, too."""
    assert contrast(palette[name], palette[ground]) >= 4.5


@pytest.mark.parametrize("points, shown", [("8/3", "2.67"), ("7/2", "3.5"), ("10", "10"), ("1/300", "0")])
def test_points_are_written_for_people(points, shown):
    assert number(Fraction(points)) == shown
