"""Solution sheets: every line proved, in the names and the notation of the exercise, and nothing that is not."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from derive.certificates import Store, key_of
from derive.documents.reading import read_document
from derive.expressions import tree
from derive.grading.marking import mark_file
from derive.grading.parts import read_exercise
from derive.sheets import composition as composition_module
from derive.sheets.blocks import Chain, Question, Remark, Sheet, Table, said, text_of
from derive.sheets.composition import Composition
from derive.sheets.derivation import Answer
from derive.sheets.lines import Step
from derive.sheets.proving import Claim, proved
from derive.sheets.sheet import sheet_of
from derive.sheets.variants.draft import setting_of
from derive.writing.sheet_markdown import to_markdown

EXERCISES = Path(__file__).resolve().parents[1] / "exercises" / "homework"
ONE_LAYER = r"""---
title: One layer
dims: {N: 3, D: 2, C: 4}
symbols:
  X: N x D
  V: D x C
  \mathbf{r}: 1 x C
  T: one-hot N x C
model:
  O: X V + \mathbf{r}
  Q: \text{softmax}(O)
  \ell: -\frac{1}{N} \sum_{i=1}^N \sum_{k=1}^C T_{ik} \ln Q_{ik}
loss: \ell
parts:
  - id: scores
    ask: '\frac{\partial \ell}{\partial O}'
    points: 2
    prompt: Begin with $O$.
    form: no derivatives left
  - {id: weights, ask: '\frac{\partial \ell}{\partial V}', points: 5/2}
  - {id: offsets, ask: '\frac{\partial \ell}{\partial \mathbf{r}}'}
---
# One layer

With $A^\top$ for a transpose, and $A \circ B$ entry by entry.
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("certificates"))


def written(folder: Path, text: str) -> Path:
    path = folder / "exercise.md"
    path.write_text(text, encoding="utf-8")
    return path


def sheet_from(folder: Path, text: str, store: Store, *, student: bool = False) -> Sheet:
    return sheet_of(read_exercise(written(folder, text)), student=student, store=store)


def chains(sheet: Sheet) -> dict[str, list[str]]:
    """What each numbered display is equal to, by its left side."""
    numbered = (block for block in sheet.blocks if isinstance(block, Chain) and block.label is not None)
    return {chain.lhs: [member.latex for member in chain.members] for chain in numbered}


def remarks(sheet: Sheet, kind: str) -> list[str]:
    return [text_of(block.text) for block in sheet.blocks if isinstance(block, Remark) and block.kind == kind]


# ── the derivation ──


def test_the_chain_rule_goes_back_through_the_names_of_the_model(tmp_path: Path, store: Store):
    assert chains(sheet_from(tmp_path, ONE_LAYER, store)) == {
        r"\frac{\partial \ell}{\partial Q}": [r"-\frac{T}{N Q}"],
        r"\frac{\partial \ell}{\partial O}": [
            r"Q \circ \left(\frac{\partial \ell}{\partial Q} - "
            r"\left(Q \circ \frac{\partial \ell}{\partial Q}\right) \mathbf{1}\right)",
            r"\frac{1}{N} (Q - T)",
        ],
        r"\frac{\partial \ell}{\partial V}": [
            r"\underbrace{X^\top}_{D \times N} \; \underbrace{\frac{\partial \ell}{\partial O}}_{N \times C}",
            r"\frac{1}{N} X^\top (Q - T)",
        ],
        r"\frac{\partial \ell}{\partial \mathbf{r}}": [
            r"\underbrace{\mathbf{1}_N^\top}_{1 \times N} \; "
            r"\underbrace{\frac{\partial \ell}{\partial O}}_{N \times C}",
            r"\frac{1}{N} \mathbf{1}_N^\top (Q - T)",
        ],
    }


def test_each_step_says_why(tmp_path: Path, store: Store):
    sheet = sheet_from(tmp_path, ONE_LAYER, store)
    last = next(block for block in reversed(sheet.blocks) if isinstance(block, Chain))
    assert [text_of(member.reason) for member in last.members] == [
        r"$\mathbf{r}$ is added to every row, so its gradient is the sum of the rows.",
        "With (2).",
    ]


def test_the_parts_stand_with_their_points_and_prompts(tmp_path: Path, store: Store):
    questions = [block for block in sheet_from(tmp_path, ONE_LAYER, store).blocks if isinstance(block, Question)]
    assert [(one.id, one.points, text_of(one.prompt), text_of(one.form)) for one in questions] == [
        ("scores", Fraction(2), "Begin with $O$.", "Give it without derivatives in it."),
        ("weights", Fraction(5, 2), "", ""),
        ("offsets", Fraction(1), "", ""),
    ]


def test_a_sheet_says_what_was_proved_and_how_far(tmp_path: Path, store: Store):
    sheet = sheet_from(tmp_path, ONE_LAYER, store)
    assert remarks(sheet, "proved") == ["Each of the 4 numbered equations is proved, for all dimensions."]


def test_usual_mistakes_stand_where_they_can_first_be_made(tmp_path: Path, store: Store):
    assert remarks(sheet_from(tmp_path, ONE_LAYER, store), "mistake") == [
        "$Q - T$: the factor of a mean is missing. The loss is a mean over the examples. Is your derivative one, too?",
        r"$\frac{1}{N} Q$: the target was not subtracted. The loss compares the prediction with something. "
        "Where is that in your derivative?",
        r"$\frac{1}{N} (T - Q)$: a difference stands the wrong way round. Look at the difference: which of the two is "
        "subtracted from which?",
    ]


def test_a_question_sheet_holds_no_solution(tmp_path: Path, store: Store):
    sheet = sheet_from(tmp_path, ONE_LAYER, store, student=True)
    assert not chains(sheet)
    assert not remarks(sheet, "mistake")
    assert not sheet.is_solution
    solution = r"\frac{1}{N} (Q - T)"
    cells = [cell for block in sheet.blocks if isinstance(block, Table) for row in block.rows for cell in row]
    assert not any(solution in text_of(cell) for cell in cells)


ENTRIES = r"""---
dims: {N: 3, D: 2, C: 4}
symbols: {X: N x D, W: D x C, b: 1 x C, T: N x C, \lambda: scalar}
model:
  Z: X W + b
  A: \tanh(Z)
  L: \frac12 \|A - T\|_F^2 + \frac{\lambda}{2} \|W\|_F^2
loss: L
parts:
  - {id: a, ask: '\frac{\partial L}{\partial Z}', form: entries}
  - {id: b, ask: '\frac{\partial L}{\partial W}', form: entries}
  - {id: c, ask: '\frac{\partial L}{\partial b}', form: entries}
  - {id: d, ask: '\frac{\partial L}{\partial \lambda}', form: entries}
---
"""


def test_what_is_asked_entry_by_entry_is_answered_in_indices(tmp_path: Path, store: Store):
    sheet = sheet_from(tmp_path, ENTRIES, store)
    results = [block for block in sheet.blocks if isinstance(block, Chain) and block.is_result]
    assert [(chain.lhs, chain.members[-1].latex) for chain in results] == [
        (r"\frac{\partial L}{\partial Z_{ij}}", "(A_{ij} - T_{ij}) (1 - (A_{ij})^2)"),
        (
            r"\frac{\partial L}{\partial W_{ij}}",
            r"\lambda W_{ij} + \sum_{k=1}^N X_{ki} (A_{kj} - T_{kj}) (1 - (A_{kj})^2)",
        ),
        (r"\frac{\partial L}{\partial b_i}", r"\sum_{j=1}^N (A_{ji} - T_{ji}) (1 - (A_{ji})^2)"),
        (r"\frac{\partial L}{\partial \lambda}", r"\frac{1}{2} \|W\|_F^2"),
    ]


# ── nothing that is not proved ──


def broken(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """The answers, the last step of each line doubled: what a bug in the derivation would do."""

    def doubled(answer: Answer) -> Answer:
        lines = tuple(
            replace(line, steps=(*line.steps[:-1], Step(tree.Scale(tree.Number(Fraction(2)), line.closed))))
            for line in answer.lines
        )
        return replace(answer, lines=lines)

    return tuple(map(doubled, answers))


def test_a_wrong_line_is_never_printed(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch):
    found = composition_module.answers
    monkeypatch.setattr(composition_module, "answers", lambda model, parts: broken(found(model, parts)))
    sheet = sheet_from(tmp_path, ONE_LAYER, store)
    by_q = r"\frac{\partial \ell}{\partial Q}"
    right = rf"Q \circ \left({by_q} - \left(Q \circ {by_q}\right) \mathbf{{1}}\right)"
    assert chains(sheet)[r"\frac{\partial \ell}{\partial O}"] == [right]
    assert r"\frac{\partial \ell}{\partial Q}" not in chains(sheet)
    assert len(remarks(sheet, "note")) == 3
    assert not any(text_of(block.header[0]) == "Part" for block in sheet.blocks if isinstance(block, Table))


def test_of_a_claim_what_is_false_is_left_out(tmp_path: Path, store: Store):
    setting = read_document(written(tmp_path, ONE_LAYER)).setting
    claims = [
        Claim(r"\frac{\partial \ell}{\partial O}", ((r"\frac{1}{N} (T - Q)",), (r"\frac{1}{N} (Q - T)",))),
        Claim(r"\frac{\partial \ell}{\partial V}", ((r"X^T (Q",), (r"X^T \frac{\partial \ell}{\partial O}",))),
        Claim("O", (("2 O", r"X V + \mathbf{r}"),)),
        Claim("O", (("3 O",),)),
    ]
    shown = proved(claims, setting, store, "test")
    assert [one.kept for one in shown] == [
        ((1, r"\frac{1}{N} (Q - T)"),),
        ((1, r"X^T \frac{\partial \ell}{\partial O}"),),
        ((0, r"X V + \mathbf{r}"),),
        (),
    ]


# ── names that the model lacks ──

LABELS = r"""---
dims: {D: 2, C: 3}
symbols: {x: 1 x D, W: D x C, y: label of C}
model:
  s: x W
  L: -\log \frac{e^{s_y}}{\sum_{j=1}^C e^{s_j}}
loss: L
parts: [{id: a, ask: '\frac{\partial L}{\partial W}', form: no derivatives left}]
---
"""


def test_labels_and_probabilities_get_names_of_their_own(tmp_path: Path, store: Store):
    composition = Composition(read_exercise(written(tmp_path, LABELS)), store)
    assert [(chain.lhs, chain.members[0].latex) for _, chain in composition.definitions] == [
        ("p", r"\text{softmax}(s)"),
        ("t_i", r"\mathbb{1}(y = i)"),
    ]
    (answer,) = composition.answers
    assert answer.is_whole
    assert answer.lines[-1].chain.members[-1].latex == "x^T (p - t^T)"


def test_a_new_name_is_none_that_the_model_has(tmp_path: Path, store: Store):
    taken = LABELS.replace("W: D x C", "p: D x C").replace("s: x W", "s: x p").replace("partial W", "partial p")
    composition = Composition(read_exercise(written(tmp_path, taken)), store)
    assert [chain.lhs for _, chain in composition.definitions] == ["t", "m_i"]


HINGE = r"""---
dims: {C: 4}
symbols:
  u: 1 x C
  y: label of C
model:
  L: \sum_{j \neq y} \max(0, u_j - u_y + 1)
loss: L
parts:
  - {id: a, ask: '\frac{\partial L}{\partial u}', form: no derivatives left}
---
"""


@pytest.mark.parametrize("shape", ["1 x C", "C x 1"])
def test_a_name_given_by_its_entries_stands_as_the_vectors_in_them_do(shape: str, tmp_path: Path, store: Store):
    (answer,) = Composition(read_exercise(written(tmp_path, HINGE.replace("1 x C", shape))), store).answers
    assert answer.is_whole
    assert [chain.lhs for line in answer.lines for _, chain in line.introduces] == ["g_i"]
    assert answer.lines[-1].chain.members[-1].latex == "g"


# ── the setting at the head of a sheet ──


@pytest.mark.parametrize("path", sorted(EXERCISES.glob("*/exercise.md")), ids=lambda path: path.parent.name)
def test_the_setting_at_the_head_of_a_sheet_is_that_of_the_exercise(path: Path, tmp_path: Path):
    exercise = read_exercise(path)
    again = read_exercise(written(tmp_path, f"---\n{setting_of(exercise)}---\n"))
    assert key_of(again.document.setting) == key_of(exercise.document.setting)
    assert (again.parts, again.policy) == (exercise.parts, exercise.policy)


def test_a_question_sheet_is_an_exercise_by_which_answers_are_marked(tmp_path: Path, store: Store):
    made = to_markdown(sheet_from(tmp_path, ONE_LAYER, store, student=True)).text
    (tmp_path / "sheet.md").write_text(made, encoding="utf-8")
    (tmp_path / "answer.md").write_text(r"$$\frac{\partial \ell}{\partial O} = \frac{1}{N} (Q - T)$$", encoding="utf-8")
    marked = mark_file(tmp_path / "sheet.md", tmp_path / "answer.md")
    assert [part.status for part in marked.parts] == ["right", "missing", "missing"]


def test_sentences_of_the_program_hold_formulas_between_dollar_signs():
    assert text_of(said("With $x$ and $y$.")) == "With $x$ and $y$."
