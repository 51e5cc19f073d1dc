"""A scene as SVG and as TikZ: the same things at the same places, in documents that any viewer and any TeX takes."""

import re
import shutil
import subprocess
from xml.etree import ElementTree

import pytest
from test_figures_graph import homework

from derive.figures.backwards import backward_labels
from derive.figures.graph import graph_of
from derive.figures.network import network_of
from derive.figures.paths import rounded
from derive.figures.plot import plot_of
from derive.figures.scene import (
    Box,
    Circle,
    Path,
    Point,
    Scene,
    fitted,
    framed,
    math_label,
    moved,
    stacked,
)
from derive.figures.svg import svg
from derive.figures.tikz import TIKZ_PREAMBLE, standalone, tikz

SVG = "{http://www.w3.org/2000/svg}"
ONE_OF_EACH = Scene(
    100,
    50,
    "One <of> each",
    "& all",
    (
        Box(20, 10, 30, 16, "given", 3.0, True),
        Circle(50, 20, 8, "operation"),
        Path(((10, 30), (40, 30), (40, 45)), "forward", True, 3.0),
        Point(70, 10, "derivative", True),
        Point(80, 10, "forward"),
        math_label(20, 13.4, "W_1", "forward"),
        math_label(60, 40, r"\partial L", "backward", 8.0, "end"),
    ),
)


def test_svg_is_one_element_that_says_what_it_is():
    root = ElementTree.fromstring(svg(ONE_OF_EACH))
    assert (root.tag, root.get("role"), root.get("viewBox")) == (f"{SVG}svg", "img", "0 0 100 50")
    assert root.findtext(f"{SVG}title") == "One <of> each"
    assert root.findtext(f"{SVG}desc") == "& all"


def test_svg_needs_nothing_from_elsewhere_and_runs_nothing():
    text = svg(graph_of(homework("attention")))
    assert not re.search(r"<script|<foreignObject|href|url\(|@import|<image|data:", text)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_a_page_may_colour_a_picture_and_a_viewer_without_variables_has_colours_too():
    text = svg(ONE_OF_EACH)
    assert ".figure-of-derive .figure-backward{color:#D9363E;color:var(--figure-backward,#D9363E)}" in text
    assert 'stroke="currentColor"' in text
    assert "figure-forward{" not in text


def test_both_writers_draw_the_same_things_at_the_same_places():
    root = ElementTree.fromstring(svg(ONE_OF_EACH))
    lines = tikz(ONE_OF_EACH)
    box, circle = root.find(f"{SVG}rect"), root.find(f"{SVG}circle")
    assert box is not None
    assert circle is not None
    assert [box.get(key) for key in ("x", "y", "width", "height", "rx")] == ["5", "2", "30", "16", "3"]
    assert "rounded corners=3pt" in lines
    assert "(5,2) rectangle (35,18)" in lines
    assert [circle.get(key) for key in ("cx", "cy", "r")] == ["50", "20", "8"]
    assert "(50,20) circle[radius=8pt]" in lines
    label = root.find(f"{SVG}text")
    assert label is not None
    assert (label.get("x"), label.get("y"), label.get("text-anchor")) == ("20", "13.4", "middle")
    assert "at (20,13.4) {$W_{1}$};" in lines
    assert "anchor=base east,text=derive-backward" in lines
    corner = root.find(f"{SVG}path")
    assert corner is not None
    assert corner.get("d") == "M10 30 L37 30 Q40 30 40 33 L40 41.78"
    assert "(10,30) -- (37,30) .. controls (39,30) and (40,31) .. (40,33) -- (40,41.78);" in lines


def test_an_arrow_ends_at_its_last_point():
    _, head = rounded(Path(((0, 0), (20, 0)), "forward", True))
    assert head[0] == (20, 0)
    assert [x for x, _ in head[1:]] == pytest.approx([15.4, 15.4])


def test_scenes_are_framed_stacked_and_made_smaller():
    scene = framed([Circle(-10, -10, 5, "given"), Circle(10, 10, 5, "given")], "Two", "")
    assert (scene.width, scene.height) == (38, 38)
    assert [item.bounds().left for item in scene.items] == [4, 24]
    both = stacked([scene, scene], "Four", "", 10)
    assert (both.width, both.height, len(both.items)) == (38, 86, 4)
    small = fitted(both, 19)
    assert (small.width, small.height) == (19, 43)
    assert [item.radius for item in small.items if isinstance(item, Circle)] == [2.5] * 4
    assert fitted(both, 40) is both


def test_every_kind_of_thing_can_be_moved_and_made_smaller():
    for item in ONE_OF_EACH.items:
        before, after = item.bounds(), moved(item, 3, 4).bounds()
        assert (after.left - before.left, after.bottom - before.bottom) == (pytest.approx(3), pytest.approx(4))
    assert all(item.bounds().right <= 51 for item in fitted(ONE_OF_EACH, 50).items)


ENGINE = next((found for name in ("pdflatex", "lualatex", "xelatex") if (found := shutil.which(name))), None)


@pytest.mark.skipif(ENGINE is None, reason="no LaTeX engine is installed")
def test_pictures_of_every_kind_compile(tmp_path):
    model = homework("scaled-relu-regression")
    pictures = [
        ONE_OF_EACH,
        fitted(ONE_OF_EACH, 77),
        graph_of(model, None, backward_labels(model, "C")),
        network_of(homework("two-layer-sigmoid-softmax-columns")),
        plot_of(["relu", "gelu"]),
    ]
    body = "\n".join(tikz(picture) for picture in pictures if picture is not None)
    source = rf"\documentclass{{article}}{TIKZ_PREAMBLE}\begin{{document}}{body}\end{{document}}"
    (tmp_path / "pictures.tex").write_text(source, encoding="utf-8")
    command = [str(ENGINE), "-interaction=nonstopmode", "-halt-on-error", "pictures.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Font Warning" not in done.stdout


def test_a_document_of_its_own_holds_the_preamble_and_the_picture():
    text = standalone(ONE_OF_EACH)
    assert text.startswith(r"\documentclass[border=2pt]{standalone}")
    assert TIKZ_PREAMBLE in text
    assert tikz(ONE_OF_EACH) in text
