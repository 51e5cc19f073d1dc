"""What a student is told: the marks, the reason, the place, the evidence; never the answer, and nothing but text."""

import re
from base64 import b64encode
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256

import pytest
from markdown_it import MarkdownIt
from marked import ANSWERS, SCORES, TITLE, student, unread
from marked_pages import ATTACKS, ATTRIBUTES_OF_PAGES, OF_PAGES, Elements, hostile

from derive.grading.results import STATUSES, Marked
from derive.writing.feedback import feedback_markdown, feedback_page, overall, write_feedback
from derive.writing.mathml import to_mathml


def answering(name: str = "ada.md", **chosen: int) -> Marked:
    """Right answers, but for the chosen ones."""
    return student(name, [answers[chosen.get(part, 0)] for part, answers in ANSWERS.items()])


def html_of(marked: Marked, **options: object) -> str:
    return feedback_page(marked, title=TITLE, **options)


def part_of(page: str, number: int) -> str:
    return re.search(rf'<section class="part[^>]* id="part-{number}".*?</section>', page, re.DOTALL)[0]


def text_of(page: str) -> str:
    inside = re.sub(r"<(style|script|svg|math)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(Elements(inside).text.split())


def markdown_of(marked: Marked, **options: object) -> str:
    return feedback_markdown(marked, title=TITLE, **options)


def part_in_markdown(text: str, part: str) -> str:
    return re.search(rf"^## Part \({part}\).*?(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)[0]


# --- In a word -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "chosen, said",
    [
        ({}, "Everything that was asked is right. Well done."),
        ({"a": 1}, "Parts (b) and (c) are right. Part (a) is partly right."),
        (
            {"a": 2, "b": 2, "c": 1},
            "Parts (a), (b) and (c) are not right yet: below stands what to look at again.",
        ),
        (
            {"a": 5, "c": 4},
            "Part (b) is right. No answer was found to part (a). "
            "A person will look at part (c) before your marks are final.",
        ),
    ],
)
def test_a_submission_in_a_word(chosen, said):
    assert overall(answering(**chosen)) == said
    assert said in text_of(html_of(answering(**chosen)))
    assert said in markdown_of(answering(**chosen))


# --- A part --------------------------------------------------------------------------------------


def test_a_wrong_answer_stands_with_its_reason_its_mistake_and_the_two_values():
    part = part_of(html_of(answering(a=3)), 1)
    assert text_of(part) == (
        "Part (a) ✗ not right yet 0 of 3 points Derive the gradient with respect to the scores . Your answer, "
        "line 16 = The answer differs from the gradient that was asked for. "
        "→ The difference is taken the wrong way round. difference-reversed "
        "With the same values for every symbol the two sides come out differently: "
        "0.0595883 -0.0595883 The values = 1/2-1-1/2 000 = 3/22-1/22 33-22 11/2-1-1 = -11/21/23/2 "
        "= 131-11 12131/2 31/21/2-23 -2-1-2-2-1/2 = 1-23/213/2 = 5 4 = 1 = 1"
    )
    answer = to_mathml(ANSWERS["a"][3].latex.partition("= ")[2])
    assert answer in part
    assert to_mathml(r"\frac{\partial L}{\partial z_{i,k}}") in part


def test_a_mistake_that_the_reason_names_too_is_said_once():
    marked = answering(a=3)
    part = replace(marked.parts[0], message="This is not so. The difference is taken the wrong way round.")
    marked = replace(marked, parts=(part, *marked.parts[1:]))
    said = part_of(html_of(marked), 1)
    assert "This is not so. → The difference is taken the wrong way round." in text_of(said)
    assert said.count("wrong way round") == 1
    assert part_in_markdown(markdown_of(marked), "a").count("wrong way round") == 1


def test_the_same_in_markdown():
    part = part_in_markdown(markdown_of(answering(a=3)), "a")
    left, _, right = ANSWERS["a"][3].latex.partition(" = ")
    assert part.startswith("## Part (a): not right yet, 0 of 3 points\n")
    assert f"Your answer, line 16:\n\n$${left} = {right}$$\n" in part
    assert "Why: The answer differs from the gradient that was asked for.\n" in part
    assert "**→ The difference is taken the wrong way round.** (difference-reversed)\n" in part
    assert f"| ${left}$ | 0.0595883 |\n| ${right}$ | -0.0595883 |\n" in part
    assert "- $y$ = 5; 4\n" in part


def test_a_right_answer_needs_few_words():
    assert text_of(part_of(html_of(answering()), 2)) == (
        "Part (b) ✓ right 4 of 4 points Derive the gradient for the output weights . Your answer, line 20 = "
        "The answer is right for every value of the symbols."
    )


def test_a_reason_that_is_the_status_is_not_said_twice():
    marked = answering()
    marked = replace(marked, parts=(replace(marked.parts[0], message="Right."),))
    assert "Right." not in text_of(html_of(marked))
    assert "Why" not in markdown_of(marked)


def test_where_an_answer_goes_wrong_before_its_end_that_step_is_shown():
    part = part_of(html_of(answering(c=1)), 3)
    assert "It goes wrong in your step (4):" in text_of(part)
    assert 'href="#step-4-1"' in part
    assert 'id="step-4-1"' in html_of(answering(c=1))
    assert "It goes wrong in your step (4):" in markdown_of(answering(c=1))


def test_shapes_that_do_not_fit_are_told_in_words():
    said = "Cannot multiply N x M by N x C: the inner sizes M and N differ; the first factor transposed would fit."
    assert said in text_of(part_of(html_of(answering(b=2)), 2))
    assert f"Why: {said}" in markdown_of(answering(b=2))


def test_what_follows_from_a_slip_points_at_the_slip():
    marked = answering(b=3, c=3)
    part = part_of(html_of(marked), 3)
    assert "Look first at your step (3)." in text_of(part)
    assert 'href="#step-3-1"' in part
    assert "come out differently" not in part
    step = re.search(r'<details class="step refuted following" id="step-4-1".*?</details>', html_of(marked), re.DOTALL)[
        0
    ]
    assert text_of(step).startswith("follows from your earlier mistake: ")
    assert '<span class="mark" aria-hidden="true">↳</span>' in step
    assert "<span>your answer to part (c)</span>" in step
    assert '<dd><a href="#step-3-1">equation 3</a></dd>' in step
    assert "Look first at your step (3)." in part_in_markdown(markdown_of(marked), "c")
    assert "| (4), line 24 | ↳ follows from your earlier mistake |" in markdown_of(marked)


def test_a_slip_in_a_notebook_is_found_by_its_cell():
    marked = answering(b=3, c=3)
    steps = tuple(replace(step, tag=None, cell=2) for step in marked.result.steps)
    marked = replace(marked, result=replace(marked.result, steps=steps))
    assert "Look first at your step in cell 2, line 20." in text_of(html_of(marked))


def test_what_a_person_will_look_at_says_so():
    page = html_of(answering(c=4))
    assert "? a person will look at it 0 of 5 points" in text_of(part_of(page, 3))
    assert "7 of 12 points so far" in text_of(page)
    assert "**7 of 12 points so far.**" in markdown_of(answering(c=4))


def test_a_submission_that_could_not_be_read_is_in_the_hands_of_a_person():
    page, text = html_of(unread("a.ipynb")), markdown_of(unread("a.ipynb"))
    said = "A person will look at this submission."
    assert f"? {said} a.ipynb:1:1: a notebook is JSON, and this is not." in text_of(page)
    assert f"**{said}** a.ipynb:1:1: a notebook is JSON, and this is not.\n" in text
    assert "step by step" not in page + text


def test_a_convention_is_named():
    assert "Read under the convention transposed." in text_of(html_of(answering(b=1)))
    assert "Read under the convention transposed." in markdown_of(answering(b=1))


def test_what_was_asked_is_shown_where_there_is_no_prompt():
    marked = answering(a=5)
    marked = replace(marked, parts=(replace(marked.parts[0], prompt=""), *marked.parts[1:]))
    assert to_mathml(SCORES) in part_of(html_of(marked), 1)
    assert f"Asked: ${SCORES}$" in markdown_of(marked)


# --- Not the answer ------------------------------------------------------------------------------

FIX = r"\frac{1}{N} \left(P - Y\right) \sum_q 1234"


def with_fix() -> Marked:
    marked = answering(a=3)
    steps = tuple(
        replace(step, diagnosis=tuple(replace(each, fix=FIX) for each in step.diagnosis))
        for step in marked.result.steps
    )
    part = replace(marked.parts[0], diagnosis=tuple(replace(each, fix=FIX) for each in marked.parts[0].diagnosis))
    return replace(marked, parts=(part, *marked.parts[1:]), result=replace(marked.result, steps=steps))


def test_the_repair_is_for_teachers():
    assert "1234" not in html_of(with_fix())
    assert "1234" not in markdown_of(with_fix())
    assert html_of(with_fix(), for_teachers=True).count(to_mathml(FIX)) == 2
    assert f"For teachers: write ${FIX}$" in markdown_of(with_fix(), for_teachers=True)


# --- The whole ------------------------------------------------------------------------------------


def test_every_step_of_the_derivation_is_marked_in_its_order():
    page = html_of(answering(a=1, c=1))
    assert re.findall(r'<details class="step (\w+)" id="step-(\d+)-(\d+)"', page) == [
        ("definition", "1", "1"), ("refuted", "2", "1"), ("proved", "3", "1"),
        ("refuted", "4", "1"), ("proved", "4", "2"),
    ]  # fmt: skip
    step = re.search(r'<details class="step refuted" id="step-2-1".*?</summary>', page, re.DOTALL)[0]
    assert "your answer to part (a)" in text_of(step)
    assert "not correct: A factor that belongs to the mean over the batch is missing." in text_of(step)
    rows = re.findall(r"^\| (.*?) \| (\S [\w ]+) \| \$", markdown_of(answering(a=1, c=1)), re.MULTILINE)
    assert rows == [
        ("line 8", "· definition"), ("(2), line 16", "✗ not correct"), ("(3), line 20", "✓ correct"),
        ("(4), line 24", "✗ not correct"), ("(4), line 24", "✓ correct"),
    ]  # fmt: skip


def test_links_lead_to_steps_of_the_page():
    page = Elements(html_of(answering(a=1, b=3, c=3)))
    assert page.links
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_the_policy_allows_the_one_style_sheet_and_nothing_else():
    page = html_of(answering(a=1))
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert f'content="{policy}"' in page.replace("&#39;", "'").replace("&#43;", "+")
    assert "<script" not in page
    assert not re.search(r"@import|https?:|src=| style=", page)


def test_a_name_stands_for_the_file_where_it_is_known():
    assert "<h1>Feedback for <bdi>Ada Lovelace</bdi></h1>" in html_of(answering(), name="Ada Lovelace")
    text = markdown_of(answering(), name="Ada Lovelace")
    assert text.startswith(f"# Feedback for Ada Lovelace\n\n{TITLE} (ada.md)\n")


def test_both_files_are_written_for_each_submission(tmp_path):
    write_feedback([answering("a.md"), answering("b/c.md", a=1)], tmp_path, title=TITLE, names={"a.md": "Ada"})
    files = sorted(path.name for path in (tmp_path / "feedback").iterdir())
    assert [re.sub("-[0-9a-f]{8}", "", name) for name in files] == ["a.md.html", "a.md.md", "b_c.md.html", "b_c.md.md"]
    assert (tmp_path / "feedback" / "a.md.md").read_text(encoding="utf-8").startswith("# Feedback for Ada\n")


def test_marks_without_any_part_are_a_page():
    empty = Marked("a.md", "e.md", ())
    assert "There are no parts to mark." in html_of(empty)
    assert "There are no parts to mark." in markdown_of(empty)


def test_fractions_of_points_are_written_for_people():
    marked = answering()
    marked = replace(marked, parts=(replace(marked.parts[0], points=Fraction(8, 3)),))
    assert "2.67 of 3 points" in text_of(html_of(marked))


# --- Text from outside ---------------------------------------------------------------------------


@pytest.mark.parametrize("text", ATTACKS)
@pytest.mark.parametrize("for_teachers", [False, True])
def test_what_is_quoted_on_a_page_is_text(text, for_teachers):
    marked = replace(hostile(text, STATUSES), problem=text)
    page = feedback_page(marked, title=text, name=text, for_teachers=for_teachers)
    found = Elements(page)
    assert set(found.names) <= OF_PAGES - {"script"}
    assert found.attributes <= ATTRIBUTES_OF_PAGES
    assert found.names.count("style") == 1
    assert all(re.fullmatch(r"#step-\d+-\d+", link) for link in found.links)
    assert "49" not in text_of(page)


@pytest.mark.parametrize("text", ATTACKS)
def test_what_is_quoted_in_markdown_is_text(text):
    marked = replace(hostile(text, STATUSES), problem=text)
    written = feedback_markdown(marked, title=text, name=text, for_teachers=True)
    rendered = Elements(MarkdownIt("commonmark", {"html": True}).enable("table").render(written))
    assert set(rendered.names) <= {
        *("h1", "h2", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "ul", "li", "em")
    }
    assert rendered.links == []
    assert rendered.names.count("h1") == 1
    assert rendered.names.count("h2") == len(STATUSES) + 1
    assert not re.search("[\u202e\u2066\x00\x1b]", written)
    assert "49" not in written


def test_a_formula_that_cannot_be_rendered_is_shown_as_it_was_written():
    marked = answering(a=5)
    part = replace(marked.parts[0], status="wrong", answer=r"\frac{1", message=r"See $\frac{1$.")
    marked = replace(marked, parts=(part, *marked.parts[1:]))
    assert r"<code>\frac{1</code>" in part_of(html_of(marked), 1)
    assert rf"`{SCORES} = \frac{{1`" in part_in_markdown(markdown_of(marked), "a")
    assert r"See `\frac{1`." in part_in_markdown(markdown_of(marked), "a")


def test_a_stroke_in_a_formula_does_not_end_the_cell_of_a_table():
    marked = answering(a=3)
    steps = tuple(replace(step, rhs=r"|x| + \|y\|") for step in marked.result.steps)
    text = markdown_of(replace(marked, result=replace(marked.result, steps=steps)))
    assert r"| $\vert x\vert + \Vert y\Vert$ | -0.0595883 |" in text
