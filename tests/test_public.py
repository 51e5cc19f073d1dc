"""Real derivations by many authors, as they typeset them: what is true is accepted, and nothing that is planted.

What of the true is not accepted stands in `MISSED`, each with its reason; the rest of a document must be as it expects.
The documents that take longest are left to `python tests/public_score.py`, which measures them all.
"""

from pathlib import Path

import pytest
from public_score import ENDINGS, PUBLIC, scored, setting
from remembering import check_document

from derive.documents.reading import read_document
from derive.writing.report import report

SLOW = frozenset(["george-batchnorm", "huang-bptt", "koerbitz-layers", "levy-kramer-layernorm", "zakka-batchnorm"])

MISSED = {
    "koch-mixed-base.md": 6,  # features are counted from 0 and examples from 1: one base holds for a document
    "lo-softmax.md": 1,  # columns of zeros with dots, whose number only the other side tells
    "thill-batch.md": 1,  # a row of ones with dots, whose length nothing tells
}

DOCUMENTS = sorted(path for path in PUBLIC.iterdir() if path.suffix in ENDINGS)
CHECKED = [path for path in DOCUMENTS if path.stem.removesuffix("-false") not in SLOW]


@pytest.mark.parametrize("path", CHECKED, ids=lambda path: path.name)
def test_a_public_derivation(path: Path) -> None:
    score = scored(path, report(check_document(read_document(path)))["steps"], "")
    assert score.false_accepted == 0, score.misses
    assert score.true - score.accepted == MISSED.get(path.name, 0), score.misses
    assert len(score.misses) == MISSED.get(path.name, 0), score.misses


def test_every_document_has_a_twin_with_planted_mistakes_and_says_where_it_is_from() -> None:
    stems = {path.stem for path in DOCUMENTS}
    for path in DOCUMENTS:
        assert f"{path.stem.removesuffix('-false')}-false" in stems
        assert path.stem.endswith("-false") or setting(path)["source"]
