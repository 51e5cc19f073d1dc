"""A check as a stream of events, and the texts that a browser sends."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from derive.certificates import Store
from derive.documents.notebook import text_of_notebook
from derive.documents.reading import read_sources
from derive.errors import DocumentError
from derive.source import Source
from derive.web import live
from derive.web.asked import BadRequestError, fields_of, list_of_texts, name_of_file, text
from derive.web.desk import MOST_PAGES, Desk
from derive.web.places import Units

SLIP = r"""---
symbols: {X: N x D, W: D x C, y: labels N of C}
model:
  S: X W
  L: \frac{1}{N}\sum_{i=1}^N -\log \frac{e^{S_{i,y_i}}}{\sum_j e^{S_{ij}}}
---
𝛿 is $\partial L/\partial S$.

$$ P_{ij} = \frac{e^{S_{ij}}}{\sum_k e^{S_{ik}}} $$

$$ \frac{\partial L}{\partial W} = X \frac{\partial L}{\partial S} = X^T \frac{\partial L}{\partial S} $$
"""


def told(job: Any, desk: Desk | None = None, **content: Any) -> list[Mapping[str, Any]]:
    events: list[Mapping[str, Any]] = []
    job(
        {"page": "a page", "name": "notes.md", "shows_fixes": True, **content}, desk or Desk(Store(None)), events.append
    )
    return events


def test_equations_come_in_order_with_their_verdicts_and_places():
    *equations, done = told(live.check, text=SLIP)
    final = [event for event in equations if event["event"] == "equation" and event["final"]]
    assert [(event["number"], event["line"]) for event in final] == [(1, 9), (2, 11)]
    assert [step["verdict"] for event in final for step in event["steps"]] == ["definition", "refuted", "proved"]
    refuted = final[1]["steps"][0]
    in_browser = SLIP.encode("utf-16-le")[2 * refuted["start"] : 2 * refuted["end"]].decode("utf-16-le")
    assert in_browser == r"X \frac{\partial L}{\partial S}"
    counted = {"definition": 1, "proved": 1, "convention": 0, "refuted": 1, "unknown": 0, "unreadable": 0}
    assert {key: done[key] for key in ("event", "summary", "equations")} == {
        "event": "done",
        "summary": counted,
        "equations": 2,
    }


def test_what_the_page_has_is_not_sent_again():
    desk = Desk(Store(None))
    first = [event for event in told(live.check, desk, text=SLIP) if event["event"] == "equation"]
    html = {event["key"]: event["html"] for event in first}
    last = {event["number"]: event["key"] for event in first}
    again = [event for event in told(live.check, desk, text=SLIP, held=list(html)) if event["event"] == "equation"]
    assert [(event["number"], event["key"], event["html"]) for event in again] == [
        (1, last[1], None),
        (2, last[2], None),
    ]
    mended = SLIP.replace("= X \\frac", "= X^T \\frac")
    changed = {
        event["number"]: event["html"]
        for event in told(live.check, desk, text=mended, held=list(html))
        if event["event"] == "equation"
    }
    assert changed[1] is None
    assert changed[2] not in (None, *html.values())


def test_the_keys_of_what_is_held_are_a_short_list_of_short_texts():
    assert list_of_texts({}, "held", 4, 2) == []
    assert list_of_texts({"held": ["a", "bcde"]}, "held", 4, 2) == ["a", "bcde"]
    for held, message in (
        ("abc", '"held" is to be a list of texts of at most 4 characters'),
        ([3], '"held" is to be a list of texts of at most 4 characters'),
        (["abcde"], '"held" is to be a list of texts of at most 4 characters'),
        (["a"] * 3, '"held" has 3 entries; at most 2 are taken'),
    ):
        with pytest.raises(BadRequestError) as refused:
            list_of_texts({"held": held}, "held", 4, 2)
        assert refused.value.message == message


def test_what_is_told_can_be_sent():
    assert [json.loads(json.dumps(event)) for event in told(live.check, text=SLIP)]


def test_what_was_told_of_a_text_is_not_told_again_where_it_is_taken_up_again():
    desk = Desk(Store(None))
    first = told(live.check, desk, text=SLIP)
    again = told(live.check, desk, text=SLIP, again=True)
    assert [event["event"] for event in again] == ["headings", "verdicts", "done"]
    anew = told(live.check, desk, text=SLIP)
    assert [event for event in anew if event["event"] == "equation"] == [
        event for event in first if event["event"] == "equation" and event["final"]
    ]
    other = told(live.check, desk, text=SLIP.replace("= X^T", "= 1 X^T"), again=True)
    assert [event["number"] for event in other if event["event"] == "equation"][:2] == [1, 2]


def test_a_setting_that_can_not_be_used_has_its_place():
    with pytest.raises(DocumentError) as caught:
        told(live.check, text="---\nsymbols: 3\n---\n")
    assert (caught.value.place.line, caught.value.place.column) == (2, 10)


def test_a_text_without_mathematics_has_no_steps():
    assert [event["event"] for event in told(live.check, text="Nothing yet.\n")] == ["headings", "verdicts", "done"]


def test_a_step_is_told_in_the_words_that_stand_beside_it():
    *equations, _ = told(live.check, text=SLIP.replace("X \\frac{", "X^T (-1) \\frac{"))
    step = next(
        event for event in equations if event["event"] == "equation" and event["number"] == 2 and event["final"]
    )
    assert step["steps"][0]["message"] == "Look at the signs: one of them is wrong."
    assert "Look at the signs: one of them is wrong." in step["html"]


def test_headings_are_told_before_the_equations_that_stand_below_them():
    text = "# Scores\n\n$$ 1 = 1 $$\n\n#### Of $W_1$ & *others*\n\n$$ 2 = 2 $$\n"
    first, *others = told(live.check, text=text)
    assert first["event"] == "headings"
    assert [heading["line"] for heading in first["headings"]] == [1, 5]
    assert re.sub(r"<math.*</math>", "W", first["headings"][1]["html"]) == (
        '<h3 class="heading depth-2" dir="auto">Of W &amp; others <span class="place">line 5</span></h3>'
    )
    levels = [re.search(r"<h(\d)>", event["html"])[1] for event in others if event["event"] == "equation"]
    assert levels == ["3", "4"]


def test_without_fixes_a_mistake_is_named_and_not_repaired():
    text = SLIP.replace("X \\frac{", "X^T (-1) \\frac{")
    for job, shown in ((live.check, "html"), (live.report, "html")):
        told_to_all = "".join(event.get(shown, "") for event in told(job, text=text))
        told_to_students = "".join(event.get(shown, "") for event in told(job, text=text, shows_fixes=False))
        assert 'class="fix' in told_to_all
        assert 'class="fix' not in told_to_students
        assert "Look at the signs: one of them is wrong." in told_to_students


def test_the_report_is_the_page_that_the_command_writes():
    (event,) = told(live.report, text=SLIP)
    assert event["event"] == "report"
    assert event["html"].startswith("<!DOCTYPE html>")


def test_a_desk_forgets_the_page_that_was_idle_longest():
    desk = Desk(Store(None))
    first = desk.checker("page 0")
    assert desk.checker("page 0") is first
    for number in range(1, MOST_PAGES + 1):
        desk.checker(f"page {number}")
    assert desk.checker("page 0") is not first


# --- Files as they are dropped -------------------------------------------------------------------

NOTEBOOK = {
    "nbformat": 4,
    "cells": [
        {"cell_type": "markdown", "source": ["---\n", "symbols: {x: n x 1}\n", "---\n", "# Notes"]},
        {"cell_type": "code", "source": "print('''```''')\n# $$ a = b $$"},
        {"cell_type": "code", "source": "%%derive\n$$ x = x $$"},
        {"cell_type": "markdown", "source": ""},
        {"cell_type": "markdown", "source": "$$ 2 x = x + x $$\n"},
    ],
}


def test_a_notebook_becomes_the_markdown_of_its_cells():
    (event,) = told(live.open_file, name="notes.ipynb", text=json.dumps(NOTEBOOK))
    written = (
        "---\nsymbols: {x: n x 1}\n---\n# Notes\n\n````python\nprint('''```''')\n# $$ a = b $$\n````\n\n"
        "$$ x = x $$\n\n$$ 2 x = x + x $$\n"
    )
    assert event == {"event": "opened", "name": "notes.md", "text": written}
    as_notebook = read_sources(Source("notes.ipynb", json.dumps(NOTEBOOK)))
    as_markdown = read_sources(Source("notes.md", written))
    formulas = [[passage.text.value for passage in each.passages] for each in (as_notebook, as_markdown)]
    assert formulas[0] == formulas[1] == ["x = x", "2 x = x + x"]
    assert text_of_notebook(Source("notes.ipynb", json.dumps(NOTEBOOK))) == written


def test_lines_are_ended_as_the_editor_ends_them():
    (event,) = told(live.open_file, name="a.tex", text="a\r\nb\rc")
    assert event["text"] == "a\nb\nc"


@pytest.mark.parametrize(
    "name, written, said",
    [
        ("a.exe", "", "a.exe: a document's name ends in one of .md, .markdown, .tex, .ipynb; this one does not"),
        ("a.md", "x\0", "a.md:1:2: a character with the code zero, which no text holds"),
        ("a.md", "\n" * 100_001, "a.md: the file has 100,001 lines; at most 100,000 are read"),
        ("a.md", "x" * 5_000_001, "a.md: the text has 5,000,001 characters; at most 5,000,000 are read"),
    ],
)
def test_a_text_that_no_file_may_hold_is_one_line(name: str, written: str, said: str):
    with pytest.raises(DocumentError) as caught:
        read_sources(Source(name, written))
    assert str(caught.value) == said


def test_places_are_counted_as_browsers_count():
    units = Units("a𝛿b😀c")
    assert [units.offset(at) for at in range(6)] == [0, 1, 3, 4, 6, 7]
    assert Units("plain").offset(3) == 3


# --- Fields --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body, said",
    [
        (b"", "this request holds no JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"[]", "this request holds no JSON object"),
        (b'{"a": NaN}', "this request holds no JSON: NaN is no number of JSON"),
        (b"[" * 100_000, "the JSON of this request is nested too deeply"),
        (b'{"text": 3}', '"text" is to be a text'),
        (b"{}", '"text" is missing; it is a text'),
        (b'{"text": "\\ud800"}', '"text" holds half of a surrogate pair, which is no character'),
    ],
)
def test_a_body_that_can_not_be_used_is_one_line(body: bytes, said: str):
    with pytest.raises(BadRequestError) as caught:
        text(fields_of(body), "text")
    assert (caught.value.message, caught.value.status) == (said, 400)


def test_bytes_that_are_no_text_are_no_json():
    with pytest.raises(BadRequestError, match=r"^this request holds no JSON: 'utf-8' codec can't decode byte 0xff"):
        fields_of(b"\xff{}")


@pytest.mark.parametrize("given, name", [("/etc/notes.md", "notes.md"), ("C:\\a\\b.tex", "b.tex"), ("a.md", "a.md")])
def test_the_name_of_a_file_has_no_folders(given: str, name: str):
    assert name_of_file({"name": given}) == name


@pytest.mark.parametrize("given", ["", "a/", "a\nb.md", "x" * 201])
def test_what_is_no_name_of_a_file_is_refused(given: str):
    with pytest.raises(BadRequestError):
        name_of_file({"name": given})
