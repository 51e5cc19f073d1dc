"""Roots of sums and their powers have one spelling in the index form, and the value that they are written with."""

import pytest
from test_indexed_forms import RICH, agree, read

from derive.documents.setting import make_setting, read_entries
from derive.indexed.lowering import Lowering
from derive.indexed.prover import GeneralProof, NoProof, Prover
from derive.models import build_model
from derive.notation.elaboration import Options, elaborated
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.source import Source, Text

SUM = r"\|x\|^2 + r"


def form(text: str) -> dict[str, str]:
    """The form of a text, its factors by the kind of their heads."""
    lowering = Lowering(RICH)
    found = lowering.lower(read(text), {})
    return {
        " ".join(f"{lowering.heads[head].kind}^{exponent}" for head, _, exponent in monomial): str(number)
        for monomial, number in found.items()
    }


@pytest.mark.parametrize(
    "text, power",
    [
        (rf"\frac{{1}}{{\sqrt{{{SUM}}}}}", "-1/2"),
        (rf"\frac{{1}}{{(\sqrt{{{SUM}}})^3}}", "-3/2"),
        (rf"\frac{{1}}{{(\sqrt{{{SUM}}})^5}}", "-5/2"),
        (rf"\left(\frac{{1}}{{\sqrt{{{SUM}}}}}\right)^3", "-3/2"),
        (rf"\frac{{1}}{{({SUM}) \sqrt{{{SUM}}}}}", "-3/2"),
    ],
)
def test_a_reciprocal_of_a_root_is_one_power_of_the_sum(text, power):
    assert form(text) == {f"group^{power}": "1"}


@pytest.mark.parametrize(
    "text",
    [
        rf"\frac{{s}}{{(\sqrt{{{SUM}}})^3}}",
        rf"\frac{{s}}{{(2 \sqrt{{3 ({SUM})}})^3}}",
        rf"\frac{{1}}{{(-2 \sqrt{{{SUM}}})^3}}",
        rf"\frac{{\sqrt{{{SUM}}}}}{{({SUM})^2 \sqrt{{s^2 + r}}}}",
        rf"\frac{{1}}{{({SUM})^2 + s \sqrt{{{SUM}}}}}",
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_its_value_is_that_of_the_expression(text, seed):
    assert agree(read(text), RICH, {"n": 3, "m": 2}, seed) is True


@pytest.mark.parametrize("factor", ["", "2 "])
def test_powers_of_roots_are_proved_as_they_stand_and_not_for_another_factor(factor):
    left, right = read(rf"\frac{{1}}{{(\sqrt{{{SUM}}})^3}}"), read(rf"{factor}\frac{{1}}{{({SUM}) \sqrt{{{SUM}}}}}")
    assert isinstance(Prover(RICH).prove(left, right), NoProof if factor else GeneralProof)


def test_a_high_power_of_a_norm_takes_few_steps():
    """Twice as many for two factors more is what putting the sum in for its root again and again would take."""
    yaml = "symbols: {x: n x 1, y: n x 1}"
    table = build_model(make_setting(read_entries(Text(yaml, Source("norm.yaml", yaml), 0)))).table
    tokens = tokenize(r"\|x - y\|^{14}", table.words)
    lowering = Lowering(table)
    lowering.lower(elaborated(table, parse(tokens), Options(table.layout)).value, {})
    assert lowering.algebra.steps < 2_000


@pytest.mark.parametrize("power", [2, 3, 4, 5])
def test_a_power_is_the_product(power):
    product = " ".join(["(s + r)"] * power)
    assert form(f"(s + r)^{power}") == form(product)
