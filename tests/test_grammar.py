"""The automaton that the reader uses is that of the grammar."""

import pytest
from grammar_table import TABLE, table, written

from derive.errors import Unreadable
from derive.notation import automaton, syntax
from derive.notation.automaton import UnexpectedError, run
from derive.notation.tokens import Token, tokenize


def test_the_table_is_that_of_the_grammar():
    assert TABLE.read_text(encoding="utf-8") == written(table()), "run python tests/grammar_table.py"


def test_every_rule_has_its_builder_and_every_builder_its_rule():
    rules = {name for _, name, _ in automaton._RULES if not name.startswith("_")}
    assert set(syntax._BUILDER) == rules


def test_a_builder_gets_the_children_of_rules_that_are_no_nodes_and_their_place():
    builder = {name: lambda span, children, name=name: (name, span, children) for name in syntax._BUILDER}
    text = "  a b_1"
    name, span, (only,) = run(tokenize(text, frozenset()), builder)
    assert (name, text[span.start : span.end]) == ("start", "a b_1")
    formula = only[2][0]
    expression = formula[2][0]
    (term,) = expression[2]
    assert [part[0] for part in term[2]] == ["name", "juxtaposition", "scripted"]
    assert [text[part[1].start : part[1].end] for part in term[2]] == ["a", "", "b_1"]


@pytest.mark.parametrize("kinds", [["PLUS"], ["NAME", "RPAR"], ["NAME", "NOSUCHTOKEN"], ["LPAR", "NAME"], ["$END"]])
def test_a_token_that_cannot_stand_is_named(kinds):
    tokens = [Token(kind, kind, at, at + 1) for at, kind in enumerate(kinds)]
    with pytest.raises(UnexpectedError) as caught:
        run(tokens, syntax._BUILDER)
    last = kinds[-1]
    assert caught.value.token == (None if last in ("PLUS", "NAME") else tokens[-1])


def test_depth_is_no_matter_of_recursion():
    letters = " + ".join("x" * 3000)
    assert len(syntax.parse(tokenize(letters, frozenset())).entries[0].sides[0].terms) == 3000
    with pytest.raises(Unreadable, match="nested more than"):
        syntax.parse(tokenize("(" * 5000 + "x" + ")" * 5000, frozenset()))
