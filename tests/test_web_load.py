"""Several writers at once: every answer belongs to its own document, and says what a check from scratch says."""

import random
from dataclasses import replace

import pytest
from benchmarks.live_page import SETTING, Found, Writer, document, edited, run, shown, written
from live_server import live_server

from derive.certificates import Store
from derive.checking.check import check_document
from derive.deciding.limits import attended
from derive.documents.reading import read_sources
from derive.source import Source
from derive.web.desk import Desk
from derive.web.drawn import MOST, Drawn, Picture
from derive.web.live import check
from derive.web.worker import StoppedError
from derive.writing.equations import View, equation_html


def test_writers_at_once_get_their_own_answers():
    with live_server("--workers", "2") as server:
        found, before, after = run(server, writers=5, seconds=3, compared=1, pauses=(0.1, 0.5), steps=8)
    assert found.wrong == []
    assert found.checked == 5
    assert found.ends["done"] >= 5
    assert set(found.ends) <= {"done", "superseded"}
    assert sum(after) < sum(before) + 500_000_000
    assert shown(5, found, before, after).startswith("| 5 |")


def test_the_documents_of_writers_are_all_different_and_can_be_read():
    texts = {written(document(nonce)) for nonce in (7001, 7014)}
    assert len(texts) == 2
    steps = check_document(read_sources(Source("notes.md", written(document(7001, 9)))), store=Store(None)).steps
    assert [step.verdict for step in steps] == ["proved"] * 8 + ["refuted"]
    equations = document(7001)
    number = edited(equations, 7001, random.Random(1))
    assert [at for at, (one, other) in enumerate(zip(equations, document(7001), strict=True), 1) if one != other] == [
        number
    ]


@pytest.mark.parametrize("html, is_wrong", [("<mn>7001</mn>", False), ("<mn>7014</mn>", True)])
def test_an_answer_to_somebody_else_would_be_found(html: str, is_wrong: bool):
    writer = Writer(7001, "", random.Random(1), Found())
    writer.hold(html)
    assert bool(writer.found.wrong) == is_wrong


# --- What is drawn -------------------------------------------------------------------------------


def steps_of(text: str):
    return check_document(read_sources(Source("notes.md", text)), store=Store(None)).steps


def test_an_equation_is_drawn_again_where_something_of_it_is_new():
    drawn, head = Drawn(), "---\nsymbols: {a: scalar}\n---\n"
    first = f"{head}$$ a + a = 2 a $$\n"
    for text, view in (
        (first, View()),
        (first, View()),
        (f"{head}$$ a + a = 3 a $$\n", View()),
        (f"{head}\n\n$$ a + a = 3 a $$\n", View()),
        (f"{head}\n\n$$ a + a = 3 a $$\n", View(shows_fixes=False, prefix="x-")),
        (first, View()),
    ):
        assert drawn.picture(steps_of(text), view).html == equation_html(steps_of(text), view)
    assert drawn.picture(steps_of(first), View()) is drawn.picture(steps_of(first), View())


def test_a_picture_that_the_page_has_is_not_sent_again():
    drawn, head = Drawn(), "---\nsymbols: {a: scalar}\n---\n"
    right, wrong = (steps_of(f"{head}$$ a + a = {number} a $$\n") for number in (2, 3))
    key = drawn.picture(right, View()).key
    drawn.begin("", [key], again=False)
    assert drawn.picture(right, View()) == Picture(key, None)
    other = drawn.picture(wrong, View())
    assert other.html == equation_html(wrong, View())
    assert other.key != key
    drawn.begin("", [], again=False)
    assert drawn.picture(right, View()) == Picture(key, equation_html(right, View()))


def test_a_page_with_very_many_equations_does_not_fill_the_memory():
    drawn = Drawn()
    steps = steps_of(SETTING.replace("loss: L\n", "") + "$$ 1 = 1 $$\n")
    for number in range(1, MOST + 50):
        drawn.picture(tuple(replace(step, equation=number) for step in steps), View())
    assert len(drawn._known) <= MOST


def test_a_page_is_shown_as_if_it_were_checked_for_the_first_time():
    desk, chance, equations = Desk(Store(None)), random.Random(3), document(7001, 5)
    for _ in range(4):
        edited(equations, 7001, chance)
        asked = {"page": "a", "name": "notes.md", "text": written(equations), "shows_fixes": True}
        again, anew = [], []
        check(asked, desk, again.append)
        check(asked, Desk(Store(None)), anew.append)
        last = [{event["number"]: event for event in told if event["event"] == "equation"} for told in (again, anew)]
        assert last[0] == last[1]


def test_work_that_was_given_up_anywhere_leaves_nothing_wrong_behind():
    """A newer request ends an older one at any look at the clock; what was kept of it must be right."""
    desk, chance, equations = Desk(Store(None)), random.Random(5), document(7001, 9)
    stopped = 0
    for _ in range(6):
        for _ in range(4):
            edited(equations, 7001, chance)
        asked = {"page": "a", "name": "notes.md", "text": written(equations), "shows_fixes": True}
        left = chance.randrange(1, 6)

        def look() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise StoppedError

        try:
            with attended(look):
                check(asked, desk, [].append)
        except StoppedError:
            stopped += 1
        again, anew = [], []
        check(asked, desk, again.append)
        check(asked, Desk(Store(None)), anew.append)
        last = [{event["number"]: event for event in told if event["event"] == "equation"} for told in (again, anew)]
        assert last[0] == last[1]
    assert stopped >= 2
