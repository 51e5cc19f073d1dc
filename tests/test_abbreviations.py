"""Names of the notation with indices: what they stand for, and that no index of theirs is caught unseen."""

from pathlib import Path

import pytest
from remembering import check_document

from derive.checking.results import StepResult
from derive.documents.reading import read_document
from derive.models.abbreviations import pattern_of


def steps(tmp_path: Path, notation: str, *claims: str) -> list[StepResult]:
    path = tmp_path / "document.md"
    setting = f"dims: {{m: 3, n: 2, K: 4}}\nsymbols: {{P: m x K, Q: K x n, 'G_{{new}}': n x n}}\nnotation: {notation}"
    body = "\n\n".join(f"$${claim}$$" for claim in claims)
    path.write_text(f"---\n{setting}\n---\n\n{body}\n")
    return list(check_document(read_document(path)).steps)


@pytest.mark.parametrize(
    "p", ["'p_{ik}': 'P_{ik}'", "'p_{i,k}': 'P_{i,k}'", "'p_{ik}': 'P_{i,k}'", "'p_{i,k}': 'P_{ik}'"]
)
def test_two_indices_are_bound_wherever_they_stand(tmp_path: Path, p: str) -> None:
    true, again, false, shifted = steps(
        tmp_path,
        f"{{{p}, 'q_{{kj}}': 'Q_{{kj}}'}}",
        r"\sum_{k=1}^K p_{ik} q_{kj} = (P Q)_{ij}",
        r"\sum_{k=1}^K p_{i,k} q_{k,j} = \sum_{l=1}^K p_{il} q_{lj}",
        r"\sum_{k=1}^K p_{ik} q_{kj} = K p_{ik} q_{kj}",
        r"p_{2,1} = P_{21}",
    )
    assert [step.verdict for step in (true, again, false, shifted)] == ["proved", "proved", "refuted", "proved"]


def test_an_index_that_the_name_does_not_show_is_not_bound_unseen(tmp_path: Path) -> None:
    bound, free = steps(tmp_path, "{p: 'P_{ik}'}", r"\sum_{k=1}^K p = K p", "p = P_{ik}")
    assert (bound.verdict, free.verdict) == ("unreadable", "proved")
    assert bound.message == (
        "The index k is bound here, and this name of the notation has it unsaid; write it in the name."
    )
    assert (bound.line, bound.column) == (7, 16)


def test_letters_of_a_word_are_no_indices(tmp_path: Path) -> None:
    (step,) = steps(tmp_path, "{'W_{new}': '2 G_{new}'}", r"W_{new} = G_{new} + G_{new}")
    assert step.verdict == "proved"


@pytest.mark.parametrize(
    "key, meaning, spelled, indices",
    [
        ("p_{ik}", "P_{ik}", "p_{kj}", {"i": "k", "k": "j"}),
        ("p_{ik}", "P_{ik}", "p_{k+1,2}", {"i": "k+1", "k": "2"}),
        ("p_{ik}", "P_{ik}", "p_{12}", {"i": "1", "k": "2"}),
        ("p_{ik}", "P_{ik}", "p_{123}", None),
        ("p_{ik}", "P_{ik}", "p_{1,23}", {"i": "1", "k": "23"}),
        ("p_{k}^{(i)}", "P_{i,k}", "p_{2}^{(3)}", {"k": "2", "i": "3"}),
        ("w_{max,i}", "P_{i}", "w_{max,j}", {"i": "j"}),
        ("w_{max,i}", "P_{i}", "w_{min,j}", None),
        ("a_{ii}", "P_{i,i}", "a_{jj}", {"i": "j"}),
        ("a_{ii}", "P_{i,i}", "a_{jk}", None),
        (r"\delta_{j}^{l}", "z^l_j", r"\delta_{j}^{l+1}", {"j": "j", "l": "l+1"}),
    ],
)
def test_a_pattern_finds_the_indices(key: str, meaning: str, spelled: str, indices: dict[str, str] | None) -> None:
    match = pattern_of(key, meaning)[0].fullmatch(spelled)
    assert (match and match.groupdict()) == indices
