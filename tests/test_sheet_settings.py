"""The settings of a sheet: forms under conventions, chains of rows, names of what is given; and what is no setting."""

from collections.abc import Mapping

import pytest

from derive.certificates import Store
from derive.checking.check import check_document
from derive.documents.latex import read_latex
from derive.documents.markdown import read_markdown
from derive.documents.reading import read_text
from derive.errors import DocumentError
from derive.grading.parts import ExerciseDocument, exercise_from_text
from derive.sheets.blocks import text_of
from derive.sheets.composition import Composition
from derive.sheets.sheet import sheet_of
from derive.source import Source
from derive.writing.sheet_latex import to_latex
from derive.writing.sheet_markdown import to_markdown

COLUMNS = r"""
dims: {p: 2, q: 3, r: 4}
symbols:
  \mathbf{v}: p x 1
  \Theta: q x p
  \Phi: r x q
  \mathbf{t}: r x 1
model:
  \mathbf{u}: \Theta \mathbf{v}
  \mathbf{h}: \tanh(\mathbf{u})
  \mathbf{o}: \Phi \mathbf{h}
  E: \frac{1}{2} \|\mathbf{o} - \mathbf{t}\|^2
loss: E
"""

ROWS = r"""
dims: {D: 3, K: 4}
symbols:
  x: 1 x D
  W: D x K
  t: 1 x K
  \alpha: scalar
model:
  z: x W
  J: \frac{1}{2} \|z - t\|^2 + \alpha \|W\|_F^2
loss: J
"""

NAMED = r"""
dims: {K: 3}
symbols:
  q: one-hot K x 1
  z: K x 1
model:
  p: \text{softmax}(z)
  L: \text{CrossEntropy}(q, p)
loss: L
"""


def exercise(setting: str, *asked: str) -> ExerciseDocument:
    parts = "\n".join(f"  - {{id: {at}, ask: '{ask}'}}" for at, ask in enumerate(asked))
    return exercise_from_text(f"---\n{setting.strip()}\nparts:\n{parts}\n---\n", "exercise.md")


def composed(setting: str, *asked: str, store: Store) -> Composition:
    return Composition(exercise(setting, *asked), store)


def others(made: Composition) -> Mapping[str, list[tuple[str, tuple[str, ...]]]]:
    """What a sheet says in other forms, each with the conventions under which it holds."""
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for line in made.shorthands:
        pairs = zip(line.chain.members, line.conventions, strict=True)
        texts = [(f"{member.relation} {member.latex}", names) for member, names in pairs]
        found.setdefault(line.chain.lhs, []).extend(texts)
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("certificates"))


# ── other forms ──


def test_a_sheet_without_settings_has_no_other_forms(store: Store) -> None:
    assert composed(ROWS, r"\frac{\partial z}{\partial W}", store=store).shorthands == []


def test_a_derivative_with_three_indices_is_a_factor_under_its_convention(store: Store) -> None:
    made = composed(ROWS + "sheet: {conventions: [local-factor]}", r"\frac{\partial z}{\partial W}", store=store)
    assert others(made) == {r"\frac{\partial z}{\partial W}": [("= x", ("local-factor",))]}


def test_a_diagonal_jacobian_is_its_diagonal_and_the_formula_of_its_entries(store: Store) -> None:
    wanted = "sheet: {conventions: [entrywise, local-factor]}"
    made = composed(COLUMNS + wanted, r"\frac{\partial \mathbf{h}}{\partial \mathbf{u}}", store=store)
    assert others(made) == {
        r"\frac{\partial \mathbf{h}}{\partial \mathbf{u}}": [
            (r"= 1 - \tanh^2(\mathbf{u})", ("local-factor",)),
            (r"= 1 - \mathbf{h}^2", ()),
            (r"= 1 - \mathbf{h}_i^2", ("entrywise",)),
        ]
    }


def test_a_jacobian_in_the_other_layout_is_its_transpose(store: Store) -> None:
    asked = r"\frac{\partial \mathbf{o}}{\partial \mathbf{h}}"
    made = composed(COLUMNS + "sheet: {conventions: layout}", asked, store=store)
    assert others(made) == {asked: [(r"= \Phi^T", ("layout",))]}


def test_what_a_penalty_adds_is_added_in_a_line_of_its_own(store: Store) -> None:
    made = composed(ROWS + "sheet: {conventions: [one-term]}", r"\frac{\partial J}{\partial W}", store=store)
    assert others(made) == {
        r"\frac{\partial J}{\partial W}": [
            (r"= x^T \frac{\partial J}{\partial z}", ("one-term",)),
            (r"= x^T (z - t)", ()),
            (r"\mathrel{+}= 2 \alpha W", ()),
        ]
    }


def test_the_gradient_of_a_column_is_a_row_under_its_convention(store: Store) -> None:
    asked = (r"\frac{\partial \mathbf{o}}{\partial \mathbf{h}}", r"\frac{\partial E}{\partial \mathbf{h}}")
    made = composed(COLUMNS + "sheet: {conventions: [transposed]}", *asked, store=store)
    forms = others(made)[r"\frac{\partial E}{\partial \mathbf{h}}"]
    assert forms[0] == (
        r"= \left(\frac{\partial E}{\partial \mathbf{o}}\right)^T \frac{\partial \mathbf{o}}{\partial \mathbf{h}}",
        ("transposed",),
    )
    assert [names for _, names in forms[1:]] == [(), ()]


def test_a_convention_is_explained_once(store: Store) -> None:
    asked = (r"\frac{\partial \mathbf{u}}{\partial \Theta}", r"\frac{\partial \mathbf{h}}{\partial \mathbf{u}}")
    made = composed(COLUMNS + "sheet: {conventions: [local-factor]}", *asked, store=store)
    assert [text_of(line.chain.members[0].reason) for line in made.shorthands] == [
        "Under the convention local-factor: A derivative by a matrix, or a diagonal Jacobian, is given as the factor "
        "with which the chain rule multiplies.",
        "Under the convention local-factor.",
    ]


def test_a_sheet_reads_again_and_expects_the_conventions_that_it_names(store: Store) -> None:
    wanted = "sheet: {conventions: [local-factor, entrywise, layout, transposed, one-term], chain: rows}"
    asked = (
        r"\frac{\partial \mathbf{u}}{\partial \Theta}",
        r"\frac{\partial \mathbf{o}}{\partial \mathbf{h}}",
        r"\frac{\partial \mathbf{h}}{\partial \mathbf{u}}",
        r"\frac{\partial E}{\partial \Theta}",
    )
    sheet = sheet_of(exercise(COLUMNS + wanted, *asked), store=store)
    for text, reader in ((to_markdown(sheet).text, read_markdown), (to_latex(sheet), read_latex)):
        document, _ = read_text(Source("sheet", text), reader)
        steps = check_document(document, store=store).steps
        assert {step.verdict for step in steps} == {"proved", "convention"}
        assert all(step.expectation == step.conventions for step in steps)


# ── chains and names ──


def test_gradients_of_columns_are_multiplied_as_rows_and_turned(store: Store) -> None:
    asked = (r"\frac{\partial \mathbf{o}}{\partial \mathbf{h}}", r"\frac{\partial E}{\partial \mathbf{h}}")
    made = composed(COLUMNS + "sheet: {chain: rows}", *asked, store=store)
    members = [member.latex for member in made.lines[-1].chain.members]
    first, second = (
        r"\left(\frac{\partial E}{\partial \mathbf{o}}\right)^T",
        r"\frac{\partial \mathbf{o}}{\partial \mathbf{h}}",
    )
    assert rf"\left({first} {second}\right)^T" in members
    assert r"((\mathbf{o} - \mathbf{t})^T \Phi)^T" in members
    assert members[-1] == r"\Phi^T (\mathbf{o} - \mathbf{t})"


def test_a_chain_ends_with_what_is_given(store: Store) -> None:
    setting = COLUMNS + "layout: numerator\nsheet: {names: given}"
    asked = (r"\frac{\partial E}{\partial \mathbf{o}}", r"\frac{\partial E}{\partial \Phi}")
    members = [member.latex for member in composed(setting, *asked, store=store).lines[-1].chain.members]
    assert r"\tanh(\Theta \mathbf{v}) \frac{\partial E}{\partial \mathbf{o}}" in members


def test_a_cross_entropy_goes_by_the_name_that_the_exercise_gives_it(store: Store) -> None:
    made = composed(NAMED, "L", r"\frac{\partial L}{\partial z}", store=store)
    assert made.forward[-1].members[0].latex == r"\text{CrossEntropy}(q, p)"
    assert [member.latex for member in made.lines[0].chain.members][:2] == [
        r"\text{CrossEntropy}(q, p)",
        r"-\sum_{i=1}^K q_i \log(p_i)",
    ]
    assert made.lines[-1].chain.members[0].latex == r"\frac{\partial}{\partial z} \text{CrossEntropy}(q, p)"
    assert made.lines[-1].chain.members[-1].latex == "p - q"


# ── what is no setting ──


@pytest.mark.parametrize(
    "setting, problem",
    [
        (
            "sheet: rows",
            "exercise.md:12:8: 'sheet' is not a mapping; expected lines such as 'conventions: [local-factor]'",
        ),
        ("sheet: {chains: rows}", "exercise.md:12:9: unknown key 'chains' in 'sheet'; did you mean 'chain'?"),
        (
            "sheet: {chain: columns}",
            "exercise.md:12:16: unknown 'chain' 'columns' of a sheet; expected gradients or rows",
        ),
        ("sheet: {names: [given]}", "exercise.md:12:16: unknown 'names' of a sheet; expected computed or given"),
        (
            "sheet: {conventions: [local-factors]}",
            "exercise.md:12:23: unknown convention 'local-factors'; did you mean 'local-factor'?",
        ),
        (
            "sheet: {conventions: [kink]}",
            "exercise.md:12:23: a sheet has no other form to write under 'kink'; those that it has are transposed, "
            "layout, local-factor, entrywise, one-term",
        ),
        (
            "sheet: {conventions: [{a: b}]}",
            "exercise.md:12:23: 'conventions' of a sheet is a list of names, such as [local-factor, entrywise]",
        ),
    ],
)
def test_what_is_no_setting_of_a_sheet_is_told_with_its_place(setting: str, problem: str, store: Store) -> None:
    with pytest.raises(DocumentError) as caught:
        sheet_of(exercise(ROWS + setting, "J"), store=store)
    assert str(caught.value) == problem
