"""What is measured is right: true claims are proved for all dimensions, wrong ones refuted with a counterexample.

No time is asserted here.
"""

import pytest
from benchmarks.judging import is_right, prepared, read, verdicts, written
from benchmarks.subjects import DEEP, MORE, SCALARS, TWO_LAYERS, deep

SUBJECTS = [*TWO_LAYERS, DEEP[0], deep("tanh", 3), *MORE, SCALARS]


@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
def test_every_claim_gets_its_verdict(subject):
    session = prepared(subject).session()
    found = verdicts(session, written(session.table, subject.claims))
    assert [str(claim) for claim, one in zip(subject.claims, found, strict=True) if not is_right(claim, one)] == []


@pytest.mark.parametrize("subject", [TWO_LAYERS[0], *MORE], ids=str)
def test_a_claim_that_was_read_before_gets_the_same_verdict(subject):
    session = prepared(subject).session()
    found = verdicts(session, read(session.table, subject.claims))
    assert [str(claim) for claim, one in zip(subject.claims, found, strict=True) if not is_right(claim, one)] == []


@pytest.mark.parametrize("subject", [TWO_LAYERS[0], *MORE], ids=str)
def test_a_claim_stands_without_those_before_it(subject):
    fresh = prepared(subject)
    for claim in subject.claims:
        session = fresh.session()
        (found,) = verdicts(session, written(session.table, [claim]))
        assert is_right(claim, found), claim


def test_two_layers_have_twelve_claims_and_eight_have_twenty_six():
    assert {len(subject.true) for subject in TWO_LAYERS} == {12}
    assert {len(subject.true) for subject in DEEP} == {26}
    assert all(subject.wrong for subject in SUBJECTS)
