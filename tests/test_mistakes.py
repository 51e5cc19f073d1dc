"""The catalogue of mistakes: every example is caught, or not caught, by its own mistake."""

import re

import pytest
from claimed import last

from derive.mistakes.catalogue import CATALOGUE
from derive.mistakes.examples import MODELS
from derive.notation.chains import split
from derive.notation.syntax import parse

CAUGHT = [(mistake, example) for mistake in CATALOGUE for example in mistake.caught]
NOT_CAUGHT = [(mistake, example) for mistake in CATALOGUE for example in mistake.not_caught]


def named(case) -> str:
    mistake, example = case
    return f"{mistake.code}: {example.claim}"


@pytest.mark.parametrize("case", CAUGHT, ids=named)
def test_a_mistake_is_named(case):
    mistake, example = case
    step = last(MODELS[example.model], example.claim)
    assert [found.code for found in step.diagnosis] == [mistake.code]


@pytest.mark.parametrize("case", NOT_CAUGHT, ids=named)
def test_what_resembles_a_mistake_is_not_named_so(case):
    mistake, example = case
    step = last(MODELS[example.model], example.claim)
    assert mistake.code not in [found.code for found in step.diagnosis]


def test_every_code_and_title_is_there_once():
    for field in ("code", "title", "message"):
        values = [getattr(mistake, field) for mistake in CATALOGUE]
        assert len(set(values)) == len(values)


@pytest.mark.parametrize("mistake", CATALOGUE, ids=lambda mistake: mistake.code)
def test_a_mistake_says_what_people_need(mistake):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", mistake.code)
    assert mistake.message[0].isupper()
    assert mistake.message[-1] in ".?"
    assert mistake.title[0].islower()
    assert mistake.title[-1] not in ".?"
    assert mistake.because[-1] == "."
    assert mistake.because.count("$") % 2 == 0
    assert len(mistake.caught) >= 2
    assert mistake.not_caught
    assert {example.model for example in (*mistake.caught, *mistake.not_caught)} <= MODELS.keys()
    for formula in (mistake.looks_like, mistake.instead, *re.findall(r"\$([^$]*)\$", mistake.because)):
        for chain in split(formula, frozenset(), lambda name: False):
            for member in chain.members:
                parse(member.tokens)


@pytest.mark.parametrize("mistake", CATALOGUE, ids=lambda mistake: mistake.code)
def test_the_message_does_not_give_the_answer_away(mistake):
    assert "$" not in mistake.message
    assert "\\" not in mistake.message
