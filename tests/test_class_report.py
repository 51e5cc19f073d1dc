"""The page about a class: what waits for a person stands first, everything is counted, nothing quoted is believed."""

import re
from base64 import b64encode
from dataclasses import replace
from fractions import Fraction
from functools import cache
from hashlib import sha256
from urllib.parse import unquote

import pytest
from marked import ANSWERS, TITLE, a_class, student, unread
from marked_pages import ATTACKS, ATTRIBUTES_OF_PAGES, OF_PAGES, Elements, hostile

from derive.grading.results import Marked
from derive.writing.class_report import class_page, write_class_report
from derive.writing.class_summary import summarise
from derive.writing.feedback import write_feedback
from derive.writing.file_names import feedback_link, file_name

RIGHT = [answers[0] for answers in ANSWERS.values()]


def taking(**chosen: int) -> list:
    """Right answers, but for the chosen ones."""
    return [answers[chosen.get(part, 0)] for part, answers in ANSWERS.items()]


@cache
def page_of(size: int) -> str:
    return class_page(a_class(size), title=TITLE)


def text_of(page: str) -> str:
    """What a page says, on one line, without its style and its script."""
    inside = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(Elements(inside).text.split())


def section(page: str, name: str) -> str:
    return re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL)[0]


# --- What is counted -----------------------------------------------------------------------------


def test_a_class_is_summed_up():
    marked = [student("a.md", RIGHT), student("b.md", taking(a=1, c=2)), student("c.md", taking(c=4)), unread("d.md")]
    found = summarise(marked)
    assert (found.size, found.settled, found.full, found.max_points) == (4, 2, 1, 12)
    assert (found.mean, found.median) == (Fraction(35, 4), Fraction(35, 4))
    first, second, third = found.parts
    assert dict(first.counts) == {"right": 2, "partial": 1, "wrong": 0, "review": 1, "missing": 0}
    assert [(each.code, each.submissions) for each in first.mistakes] == [("missing-mean", ("b.md",))]
    assert (first.mean, second.mean, third.mean) == (Fraction(5, 2), 4, Fraction(5, 2))
    assert [each.submission for each in found.problems] == ["d.md"]
    assert [(review.part.id, review.submissions) for review in found.reviews] == [("c", (("c.md", "24:95"),))]


def test_mean_and_median_are_of_all_where_no_marks_are_final():
    found = summarise([student("a.md", taking(c=4)), student("b.md", taking(a=2, c=4))])
    assert (found.settled, found.mean) == (0, Fraction(11, 2))


def test_answers_that_differ_are_reviewed_apart_and_what_settles_most_comes_first():
    marked = [student("a.md", taking(a=4)), student("b.md", taking(c=4)), student("c.md", taking(c=4))]
    odd = replace(marked[1].parts[2], answer="another")
    marked.append(replace(marked[1], submission="d.md", parts=(*marked[1].parts[:2], odd)))
    reviews = summarise(marked).reviews
    assert [(review.part.id, [name for name, _ in review.submissions]) for review in reviews] == [
        ("a", ["a.md"]), ("c", ["b.md", "c.md"]), ("c", ["d.md"]),
    ]  # fmt: skip


def test_reasons_that_differ_in_lines_alone_are_one_reason():
    marked = [student("a.md", taking(c=4)), student("b.md", taking(c=4))]
    told = [
        replace(each, parts=(*each.parts[:2], replace(each.parts[2], message=f"Line {line} is not clear.")))
        for each, line in zip(marked, ("4:12", "18:3"), strict=True)
    ]
    assert [(found.reason, len(found.submissions)) for found in summarise(told).reviews] == [
        ("Line … is not clear.", 2)
    ]
    assert [found.reason for found in summarise(told[:1]).reviews] == ["Line 4:12 is not clear."]


def test_a_mistake_counts_once_a_submission_and_what_has_no_name_is_counted_too():
    twice = student("a.md", taking(a=1))
    part = replace(twice.parts[0], diagnosis=twice.parts[0].diagnosis * 2)
    found = summarise([replace(twice, parts=(part, *twice.parts[1:])), student("b.md", taking(b=3))])
    assert [each.submissions for each in found.parts[0].mistakes] == [("a.md",)]
    assert found.parts[1].unnamed == ("b.md",)


def test_following_and_conventions_are_counted():
    found = summarise([student("a.md", taking(b=3, c=3)), student("b.md", taking(b=1))])
    assert (found.parts[2].follows, found.parts[2].unnamed) == (1, ())
    assert found.parts[1].conventions == (("transposed", 1),)


# --- What is shown -------------------------------------------------------------------------------


def test_what_waits_for_a_person_stands_first_with_its_reason_and_its_place():
    page = class_page([student("a.md", RIGHT), student("c.md", taking(c=4)), unread("d.md")], title=TITLE)
    order = [page.index(f'<section id="{name}"') for name in ("review", "marks", "parts", "students")]
    assert order == sorted(order)
    said = text_of(section(page, "review"))
    assert "Whole submissions 1 d.md: 1:1: a notebook is JSON, and this is not." in said
    assert "Part (c) 1 submission The answer could not be read: the name mask is not defined." in said
    assert said.endswith("c.md:24:95")
    assert "a.md" not in said


def test_where_nobody_is_needed_it_says_so():
    assert "No submission needs a person: all marks are final." in class_page([student("a.md", RIGHT)], title=TITLE)
    assert "Nothing was handed in." in class_page([], title=TITLE)


def test_each_mistake_stands_with_its_sentence_its_number_and_its_students():
    page = class_page([student("a.md", RIGHT), student("b.md", taking(a=1))], title=TITLE)
    item = re.search(r'<ul class="mistakes">.*?</ul>.*?</ul>', section(page, "parts"), re.DOTALL)[0]
    assert text_of(item) == "1 A factor that belongs to the mean over the batch is missing. missing-mean b.md"
    assert 'width="50%"' in item
    assert Elements(item).links == ["feedback/b.md.html"]


def test_no_repair_is_shown():
    page = class_page([student("b.md", taking(a=1))], title=TITLE)
    assert Elements(page).text.count("missing-mean") == 2
    fix = ANSWERS["a"][1].mistake.fix
    assert fix not in page
    assert "<mn>1</mn></mrow></math>" not in page


def test_every_student_is_in_the_list_with_marks_and_words():
    marked = [student("b.md", taking(a=1, c=4)), student("c.md", taking(b=4))]
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", class_page(marked, title=TITLE), re.DOTALL)
    assert [text_of(row.replace("</td>", " </td>").replace("</th>", " </th>")) for row in rows] == [
        "b.md 5.5 so far (a) ◐ partly right 1.5 (b) ✓ right (c) ? to review missing-mean",
        "c.md 8 (a) ✓ right (b) – missing (c) ✓ right",
    ]


def test_people_go_by_their_names_where_these_are_known():
    marked = [student("a.md", taking(c=4)), student("b.md", RIGHT)]
    page = class_page(marked, title=TITLE, names={"a.md": "Ada <L>"})
    assert "Ada <L> a.md:24:95" in text_of(section(page, "review"))
    assert '<a href="feedback/a.md.html"><bdi>Ada &lt;L&gt;</bdi></a>' in page
    assert '<a href="feedback/b.md.html"><bdi>b.md</bdi></a>' in page


@pytest.mark.parametrize("size", [0, 1, 3, 40])
def test_a_class_of_any_size_is_a_page(size):
    page = Elements(page_of(size))
    assert set(page.names) <= OF_PAGES
    assert page.attributes <= ATTRIBUTES_OF_PAGES
    assert len(page.ids) == len(set(page.ids))
    assert page.names.count("h1") == 1


def test_numbers_of_one_are_in_the_singular():
    assert "1 submission to multilayer-perceptron-batch.md, 12 points in 3 parts" in text_of(page_of(1))
    assert "3 submissions to" in text_of(page_of(3))


def test_a_thousand_submissions_stay_light():
    page = page_of(1_000)
    assert len(page.encode()) < 700_000
    assert page.count('<tr><th scope="row">') == 1_000
    assert "1,000 submissions to" in text_of(page)
    assert len(re.findall(r"<circle", page)) == 0


def test_of_many_different_answers_only_some_are_rendered():
    base = student("a.md", taking(c=4))
    odd = [
        replace(base, submission=f"{at}.md", parts=(*base.parts[:2], replace(base.parts[2], answer=f"x_{{{at}}}")))
        for at in range(300)
    ]
    review = section(class_page(odd, title=TITLE), "review")
    assert review.count('<article class="case">') == 300
    assert review.count("<code>") == 300 - 206


# --- A page that needs nothing else --------------------------------------------------------------


def test_the_policy_allows_the_one_style_sheet_and_the_one_script_and_nothing_else():
    page = page_of(3)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = ["sha256-" + b64encode(sha256(text.encode()).digest()).decode() for text in (style, script)]
    policy = (
        f"default-src 'none'; style-src '{digests[0]}'; script-src '{digests[1]}'; base-uri 'none'; form-action 'none'"
    )
    assert f'content="{policy}"' in page.replace("&#39;", "'").replace("&#43;", "+")
    assert not re.search(r"@import|https?:|src=| style=|\bon\w+=", page)
    assert set(re.findall(r"url\([^)]*\)", page)) == {
        f"url(#{name})" for name in re.findall(r'fill="url\(#([\w-]+)\)"', page)
    }


def test_without_its_script_nothing_is_hidden_but_the_field_that_needs_it():
    hidden = re.findall(r"<[^>]*\bhidden\b(?!=)[^>]*>", re.sub(r"<style>.*?</style>", "", page_of(3), flags=re.DOTALL))
    assert [tag for tag in hidden if "aria-hidden" not in tag] == ['<p class="find" hidden>']


@pytest.mark.parametrize("text", ATTACKS)
def test_what_is_quoted_is_text(text):
    problem = replace(hostile(text), submission=text + "!", problem=text)
    page = class_page([hostile(text), problem], title=text, names={text: text})
    found = Elements(page)
    assert set(found.names) <= OF_PAGES
    assert found.attributes <= ATTRIBUTES_OF_PAGES
    assert found.names.count("script") == found.names.count("style") == 1
    assert all(re.fullmatch(r"#[\w-]+|feedback/[\w.-]+\.html", link) for link in found.links)
    assert "49" not in text_of(page)


# --- Files ---------------------------------------------------------------------------------------


def test_the_page_is_written_into_a_directory_or_to_a_file(tmp_path):
    assert write_class_report([], tmp_path / "out", title=TITLE) == tmp_path / "out" / "index.html"
    assert write_class_report([], tmp_path / "class.html", title=TITLE) == tmp_path / "class.html"
    assert (tmp_path / "class.html").read_bytes() == (tmp_path / "out" / "index.html").read_bytes()


def test_every_link_leads_to_a_file_that_feedback_writes(tmp_path):
    names = ["ada.md", "Ada.md", "ada.tex", "week 1/ada.md", "week_1/ada.md", "bjørn ✓.md", "..", "a?b#c%20.md"]
    marked = [student(name, taking(a=1)) for name in names]
    page = write_class_report(marked, tmp_path, title=TITLE).read_text(encoding="utf-8")
    write_feedback(marked, tmp_path, title=TITLE)
    links = {link for link in Elements(page).links if not link.startswith("#")}
    assert len(links) == len(names)
    assert all((tmp_path / unquote(link)).is_file() for link in links)


@pytest.mark.parametrize("text", [*ATTACKS, "", ".", "..", "con/../..", "a" * 300])
def test_a_file_name_is_safe_whatever_the_submission_is_called(text):
    assert re.fullmatch(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?!\.))*", file_name(text))
    assert len(file_name(text)) <= 100
    assert feedback_link(text) == f"feedback/{file_name(text)}.html"


def test_no_two_submissions_share_a_file_even_where_case_does_not_count():
    names = ["ada.md", "Ada.md", "ADA.md", "a/b.md", "a_b.md", "a b.md", "x" * 90, "x" * 91]
    assert len({file_name(name).lower() for name in names}) == len(names)


def test_marks_of_parts_that_some_lack_are_still_a_page():
    short = Marked("short.md", "e.md", ())
    page = class_page([student("a.md", RIGHT), short], title=TITLE)
    assert '<bdi>short.md</bdi></a></th><td class="points"><b>0</b></td><td></td><td></td><td></td>' in page.replace(
        "\n", ""
    )
