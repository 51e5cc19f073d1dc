"""What deciding yields: evidence, as data. There is no fourth answer and no boolean.

* `Equal`: an exact identity was found, so the sides agree wherever both have a value.
* `EqualOffKinks`: they agree except, perhaps, where an argument of a step function is zero.
* `Different`: a ball computed at one rational point excludes zero, so the sides differ there.
* `Undecided`: neither was found within the limits. It says nothing about truth.
"""

from collections.abc import Mapping
from fractions import Fraction

from derive.records import dataclass


@dataclass(frozen=True)
class Equal:
    """Proved; `method` names the stage that found it. `is_general`: not only at these sizes, but for all dimensions."""

    method: str
    is_general: bool = False


@dataclass(frozen=True)
class EqualOffKinks:
    """Proved where no argument in `kinks` (printed) is zero; not proved there."""

    method: str
    kinks: tuple[str, ...]


@dataclass(frozen=True)
class Different:
    """A certain counterexample: exact values of the free symbols (by name), which equation fails, both values.

    `lhs` and `rhs` are exact rationals as text where they are rational, else decimals of which every digit is certain.
    `functions` describes the concrete functions that were put in for unspecified ones.
    """

    at: Mapping[str, Fraction]
    equation: int
    lhs: str
    rhs: str
    functions: Mapping[str, str]


@dataclass(frozen=True)
class Undecided:
    """`reason`: what was tried and which limit was met, in words."""

    reason: str


Evidence = Equal | EqualOffKinks | Different | Undecided
