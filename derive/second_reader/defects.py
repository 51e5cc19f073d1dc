"""What latex2sympy2 1.9.1 is known to misread: a difference in a formula where this occurs says nothing about ours."""

import re

from derive.records import dataclass


@dataclass(frozen=True)
class Defect:
    """A misreading: what it does, a pattern of LaTeX where it can happen, an example and what becomes of it."""

    name: str
    sentence: str
    occurs: str
    example: str
    read_as: str


DEFECTS = tuple(Defect(*row) for row in (
    # name                what happens                                            where                                  example                  is read as
    ("base-ten",          r"\log is the logarithm to base 10",                    r"\\log(?![A-Za-z_])|\\lg\b",          r"\log x",               "log(x, 10)"),
    ("layer-as-power",    "a number of a layer in brackets is a power",           r"\^\s*\{?\s*[\[(]",                   "W^{[2]}",               "W**2"),
    ("lost-transpose",    "a transpose is left out",                              r"\^\s*\{?\s*(?:T\b|\\top|\\mathrm|\\mathsf|\\intercal)", r"(\hat{y} - y)^T", r"\hat{y} - y"),
    ("lost-prime",        "a prime is left out",                                  r"'|\\prime|′",                        "a' + 1",                "a + 1"),
    ("cut",               "the rest of a formula is cut where it is not read",    r"\.T|\)\s*_",                         "x.T[1]",                "x"),
    ("permutation",       "an index behind brackets counts permutations",         r"\)\s*_",                             "(a)_{2}",               "factorial(a)/factorial(a - 2)"),
    ("eulers-number",     "the letter e is Euler's number, whatever is declared", r"(?<![A-Za-z\\])e(?![A-Za-z])",       "e + 1",                 "1 + E"),
    ("imaginary-unit",    "the letter I is the imaginary unit",                   r"(?<![A-Za-z\\])I(?![A-Za-z])",       "2 I",                   "2*I"),
    ("pi",                r"\pi is the number, whatever is declared",             r"\\pi(?![A-Za-z])",                   r"\pi + 1",              "1 + pi"),
    ("letters",           "a name of several letters is their product",           r"(?<![A-Za-z\\])[A-Za-z]{2}",         "ab",                    "a*b"),
    ("unbound-index",     "the index of a sum is not bound in a subscript",       r"\\sum|\\prod",                       r"\sum_{i=1}^{3} x_i",   "Sum(x_i, (i, 1, 3))"),
))  # fmt: skip


def defects_in(formula: str) -> list[Defect]:
    """The known defects that can strike a formula."""
    return [defect for defect in DEFECTS if re.search(defect.occurs, formula)]
