"""The point that is printed is the point at which the sides differ: whole matrices, satisfying what is declared."""

from fractions import Fraction
from pathlib import Path

import pytest
from remembering import check_document

from derive.checking.results import Counterexample
from derive.documents.reading import read_document

STRUCTURED = r"""
dims: {n: 3}
symbols:
  A: symmetric n x n
  B: positive definite n x n
  D: diagonal n x n
  Q: orthogonal n x n
  M: n x n
  a: positive n x 1
  x: n x 1
"""

LABELS = r"""
dims: {N: 3, C: 4}
symbols: {S: N x C, Y: one-hot N x C, y: labels N of C, z: hot index of Y, t: one-hot 1 x C, c: label of C, s: scalar}
"""


def example(tmp_path: Path, setting: str, claim: str) -> Counterexample:
    path = tmp_path / "document.md"
    path.write_text(f"---\n{setting.strip()}\n---\n\n$$\n{claim}\n$$\n")
    (step,) = check_document(read_document(path)).steps
    assert step.verdict == "refuted", step
    assert step.counterexample is not None
    return step.counterexample


SHOWN = [
    (STRUCTURED, r"A_{1,2} = 1", {"A": [["1/2", "-2", "3"], ["-2", "-2", "-1/2"], ["3", "-1/2", "3"]]}),
    (STRUCTURED, r"B_{1,2} = 1", {"B": [["15/2", "5/2", "-1/2"], ["5/2", "57/4", "11"], ["-1/2", "11", "18"]]}),
    (STRUCTURED, r"Q_{1,2} = 1", {"Q": [["-1/3", "-2/15", "14/15"], ["2/3", "-11/15", "2/15"], ["2/3", "2/3", "1/3"]]}),
    (STRUCTURED, r"D_{1,1} = 1", {"D": [["3", "0", "0"], ["0", "3/2", "0"], ["0", "0", "3/2"]]}),
    (STRUCTURED, r"a_1 = 2 a_1", {"a": [["2"], ["1"], ["3"]]}),
    (
        STRUCTURED,
        r"M_{1,1} = 5 x_1",
        {"M": [["-1/2", "0", "0"], ["0", "0", "0"], ["0", "0", "0"]], "x": [["3"], ["0"], ["0"]]},
    ),
    (LABELS, r"y_1 = 2", {"y": [["1"], ["4"], ["4"]]}),
    (
        LABELS,
        r"\sum_{k=1}^{C} Y_{1,k} S_{1,k} = s",
        {
            "S": [["3", "3", "-1", "-1/2"], ["0", "0", "0", "0"], ["0", "0", "0", "0"]],
            "Y": [["1", "0", "0", "0"], ["1", "0", "0", "0"], ["1", "0", "0", "0"]],
            "s": "1",
        },
    ),
    (
        LABELS,
        r"S_{1,z_1} = s",
        {
            "S": [["3", "3", "-1", "-1/2"], ["0", "0", "0", "0"], ["0", "0", "0", "0"]],
            "Y": [["1", "0", "0", "0"], ["1", "0", "0", "0"], ["1", "0", "0", "0"]],
            "s": "1",
        },
    ),
    (
        LABELS,
        r"S_{1,c} = s",
        {"S": [["3", "3", "-1", "-1/2"], ["0", "0", "0", "0"], ["0", "0", "0", "0"]], "c": "1", "s": "1"},
    ),
    (LABELS, r"t_1 = 2", {"t": [["1", "0", "0", "0"]]}),
]


@pytest.mark.parametrize("setting, claim, expected", SHOWN)
def test_a_printed_point_is_whole(
    tmp_path: Path, setting: str, claim: str, expected: dict[str, list[list[str]]]
) -> None:
    assert example(tmp_path, setting, claim).at == expected


def matrix(found: Counterexample, name: str) -> list[list[Fraction]]:
    return [[Fraction(entry) for entry in row] for row in found.at[name]]


def test_a_printed_matrix_is_what_it_was_declared_to_be(tmp_path: Path) -> None:
    q = matrix(example(tmp_path, STRUCTURED, "Q_{1,2} = 1"), "Q")
    assert [[sum(a * b for a, b in zip(r, s, strict=True)) for s in q] for r in q] == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    b = matrix(example(tmp_path, STRUCTURED, "B_{1,2} = 1"), "B")
    assert b[0][0] > 0
    assert b[0][0] * b[1][1] > b[0][1] ** 2


def test_an_entry_that_is_printed_is_the_value_that_is_reported(tmp_path: Path) -> None:
    for name in "ABDQM":
        found = example(tmp_path, STRUCTURED, f"{name}_{{2,2}} = 7/3")
        assert found.at[name][1][1] == found.lhs


def test_a_counterexample_does_not_depend_on_what_stands_before_it(tmp_path: Path) -> None:
    claim, before = "$$x^T M x = x^T x$$", "$$M_{1,1} = 5 x_1$$\n\n$$A x = a$$\n\n$$Q_{1,2} = 1$$\n\n"
    path = tmp_path / "document.md"
    found = []
    for text in (claim, before + claim):
        path.write_text(f"---\n{STRUCTURED.strip()}\n---\n\n{text}\n")
        found.append(check_document(read_document(path)).steps[-1].counterexample)
    assert found[0] is not None
    assert found[0] == found[1]
