"""What is known about the symbols of a document, and what is claimed of them.

Every symbol stands for a real number. If a fact is listed here, proofs use it, and counterexamples satisfy it.
"""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from derive.exact.scalars import ONE, Scalar, Symbol
from derive.records import dataclass


@dataclass(frozen=True)
class Facts:
    """Declared facts: the definitions of cut symbols, one-hot groups, signs, integers, definite matrices.

    `definitions`: a cut symbol is defined in given symbols and *earlier* cut symbols.
    `partitions`: of each group exactly one symbol is 1, the others are 0.
    `definite`: symmetric positive definite matrices, by their entries; only the sampler of points needs it.
    """

    definitions: Mapping[Symbol, Scalar] = field(default_factory=lambda: MappingProxyType({}))
    partitions: tuple[tuple[Symbol, ...], ...] = ()
    positive: frozenset[Symbol] = frozenset()
    integers: frozenset[Symbol] = frozenset()
    definite: tuple[tuple[tuple[Symbol, ...], ...], ...] = ()


@dataclass(frozen=True)
class EntryEquation:
    """`lhs = rhs`, claimed only where the 0/1-valued expression `where` is 1."""

    lhs: Scalar
    rhs: Scalar
    where: Scalar = ONE
