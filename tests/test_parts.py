"""An exercise: what is asked, for how many points, by which policy; and every fault in it with its place."""

from fractions import Fraction

import pytest
from classroom import REGRESSION, RIDGE, exercise

from derive.errors import DocumentError
from derive.grading.parts import read_exercise
from derive.grading.policy import FULL, HALF, NONE, Policy

HEAD = "---\ndims: {n: 3}\nsymbols: {x: n x 1}\nmodel:\n  f: x^T x\nloss: f\n"


def problem(tmp_path, lines: str) -> str:
    """What is wrong with an exercise whose setting ends with these lines, which begin in line 7."""
    path = tmp_path / "ex.md"
    path.write_text(f"{HEAD}{lines}\n---\n")
    with pytest.raises(DocumentError) as caught:
        read_exercise(path)
    return str(caught.value).removeprefix(f"{path}:")


def test_an_exercise_has_parts_with_points():
    parts = (*REGRESSION, "- id: c\n  ask: J\n  points: 2.5\n  prompt: What is\n    the cost?\n  form: entries")
    found = exercise(RIDGE, parts)
    assert [(part.id, part.points, part.form) for part in found.parts] == [
        ("g", 2, "given"),
        ("H", 2, "given"),
        ("c", Fraction(5, 2), "entries"),
    ]
    assert (found.points, found.parts[2].prompt, found.policy) == (Fraction(13, 2), "What is the cost?", Policy())
    assert [str(part.value.shape) for part in found.parts] == ["d x 1", "d x d", "scalar"]


def test_a_part_is_worth_one_point_where_it_does_not_say():
    assert exercise(RIDGE, ("- {id: a, ask: J}", "- {id: b, ask: J, points: 1/3}")).points == Fraction(4, 3)


def test_an_ask_may_be_for_the_general_entry():
    [part] = exercise(RIDGE, (r"- {id: a, ask: '\frac{\partial J}{\partial w_k}'}",)).parts
    assert part.free == {"k"}


POLICY = """policy:
  convention: half
  follow_through: 2/3
  unknown: none
  mistake: {wrong-sign: 60%, missing-mean: review, default: 0.25}
"""


def test_a_policy_says_what_each_outcome_earns():
    part = "- {id: a, ask: J, policy: {convention: full, mistake: none}}"
    found = exercise(RIDGE, ("- {id: b, ask: J}", part), POLICY)
    policy = found.policy
    assert (policy.convention, policy.follow_through, policy.unknown) == (HALF, Fraction(2, 3), NONE)
    assert (policy.unreadable, policy.form) == ("review", NONE)
    assert policy.for_mistakes(["wrong-sign"]) == Fraction(3, 5)
    assert policy.for_mistakes(["wrong-sign", "swapped-factors"]) == Fraction(1, 4)
    assert policy.for_mistakes(["wrong-sign", "missing-mean"]) == "review"
    assert policy.for_mistakes([]) == NONE
    own = found.parts[1].policy
    assert (own.convention, own.follow_through, own.for_mistakes(["wrong-sign"])) == (FULL, Fraction(2, 3), NONE)


KNOWN = "expected full, half, none, review, a fraction such as 2/3 or a percentage such as 60%"
FAULTS = [
    ("parts: []", "7:8: an exercise has 'parts', a list such as [{id: a, ask: L, points: 4}]"),
    ("parts: [f]", "7:9: a part is a mapping such as {id: a, ask: L, points: 4}"),
    ("parts: [{ask: f}]", "7:9: a part has no 'id', a short name such as a"),
    ("parts: [{id: a}]", "7:9: the part 'a' has no 'ask', the LaTeX of what is asked"),
    ("parts:\n  - {id: a, ask: f}\n  - {id: a, ask: f}", "9:10: the part 'a' stands twice, here and in line 8"),
    ("parts: [{id: a, ask: f, point: 1}]", "7:25: unknown key 'point' in a part; did you mean 'points'?"),
    (
        "parts: [{id: a, ask: f, points: many}]",
        "7:33: the points of the part 'a' are 'many'; expected a number such as 4 or 2.5",
    ),
    (
        "parts: [{id: a, ask: f, points: -1}]",
        "7:33: the points of the part 'a' are '-1'; expected a number such as 4 or 2.5",
    ),
    (
        "parts: [{id: a, ask: f, form: closed}]",
        "7:31: unknown form 'closed' of the part 'a'; known are given, no derivatives left, explicit, entries, any",
    ),
    (
        r"parts: [{id: a, ask: '\frac{\partial f}{\partial v}'}]",
        "7:50: what is asked has no value in the model: the name v is not defined or declared",
    ),
    ("parts: [{id: a, ask: f x +}]", "7:26: what is asked has no value in the model: something is missing behind +"),
    ("parts: [{id: a, ask: I}]", None),
    (
        "parts: [{id: a, ask: [f]}]",
        "7:22: 'ask' of a part is not text; put LaTeX that begins with { or [ in single quotes",
    ),
    (
        "policy: {convetion: full}\nparts: [{id: a, ask: f}]",
        "7:10: unknown outcome 'convetion' in 'policy'; did you mean 'convention'?",
    ),
    (
        "policy: full\nparts: [{id: a, ask: f}]",
        "7:9: 'policy' is not a mapping; expected lines such as 'convention: full'",
    ),
    (
        "policy: {unknown: ful}\nparts: [{id: a, ask: f}]",
        f"7:19: the credit 'ful' is not known; {KNOWN}; did you mean 'full'?",
    ),
    (
        "policy: {mistake: {Wrong Sign: half}}\nparts: [{id: a, ask: f}]",
        "7:20: 'Wrong Sign' names no mistake: a mistake's code is of small letters, digits and -",
    ),
    ("parts: [{id: a, ask: f, policy: {form: 3/2}}]", None),
    ("parts: [{id: a, ask: f, policy: {form: 120%}}]", None),
    ("parts: [{id: a, ask: f, policy: {form: 1/0}}]", None),
]


@pytest.mark.parametrize("lines, expected", FAULTS)
def test_a_fault_of_an_exercise_is_one_line_with_its_place(tmp_path, lines, expected):
    found = problem(tmp_path, lines)
    assert "\n" not in found
    assert found == expected or expected is None


def test_a_document_without_parts_is_no_exercise(tmp_path):
    path = tmp_path / "ex.md"
    path.write_text(f"{HEAD}---\n")
    with pytest.raises(DocumentError) as caught:
        read_exercise(path)
    assert str(caught.value) == f"{path}: an exercise has 'parts', a list such as [{{id: a, ask: L, points: 4}}]"
