"""A mutant: a true claim on a random network, rewritten, and often broken; a function of its seed and its number."""

import random
from dataclasses import dataclass, field
from functools import lru_cache

from derive.checking.session import Session
from derive.errors import FormulaError
from derive.expressions.latex import latex
from derive.notation.elaboration import Reading
from derive.notation.symbols import SymbolTable
from fuzzing.breakages import BREAKAGES, is_tiny
from fuzzing.claims import Written, claims, read
from fuzzing.edits import Context, edited
from fuzzing.networks import Network, distinct_sizes, random_network, special_sizes
from fuzzing.rewritings import REWRITINGS
from fuzzing.truth import Claim, Oracle

PER_NETWORK = 40
"""So many mutants share a network, and all that was found out about it."""

BROKEN = 0.62
LARGEST = 4_000
"""Characters of LaTeX; rewritings can make a claim grow without end."""


@dataclass(frozen=True)
class Workbench:
    """A network with what is claimed of it, the oracle's and the program's memory of it."""

    network: Network
    claims: list[Written]
    session: Session
    oracle: Oracle
    readings: dict[str, Reading] = field(default_factory=dict)

    def read(self, text: str) -> Reading:
        """The plain reading of a formula; the mutants of a network share them."""
        if text not in self.readings:
            self.readings[text] = read(self.session.table, text)
        return self.readings[text]


@dataclass(frozen=True)
class Mutant:
    """A claim, what was done to it, and what it is about."""

    about: str
    edits: tuple[str, ...]
    claim: Claim

    @property
    def texts(self) -> tuple[str, str]:
        return latex(self.claim.left.value), latex(self.claim.right.value)


@lru_cache(maxsize=2)
def workbench(seed: int, group: int) -> Workbench:
    generator = random.Random(f"{seed}/{group}")
    network = random_network(generator)
    elsewhere = network.at_sizes(distinct_sizes(generator, list(network.dims), network.dims))
    model = network.model()
    oracle = Oracle(model.table, elsewhere.model().table, generator.randrange(2**30), _third(network, generator))
    return Workbench(network, claims(network, generator), Session(model), oracle)


def _third(network: Network, generator: random.Random) -> SymbolTable | None:
    """The names of a network whose dimensions are all equal, or one of them 1; None where it cannot be read so."""
    try:
        return network.at_sizes(special_sizes(generator, list(network.dims), network.dims)).model().table
    except FormulaError:
        return None


def mutant(seed: int, number: int) -> tuple[Workbench, Mutant]:
    """The mutant of that number, with the network that it is about."""
    bench = workbench(seed, number // PER_NETWORK)
    generator = random.Random(f"{seed}:{number}")
    written = generator.choice(bench.claims)
    left, right = bench.read(written.left), bench.read(written.right)
    context = Context(generator, bench.session.table)
    steps = [REWRITINGS] * generator.choice((0, 1, 1, 2, 3))
    if generator.random() < BROKEN:
        steps.insert(generator.randint(0, len(steps)), BREAKAGES)
    value, names = right.value, []
    for edits in steps:
        found = edited(value, edits, context)
        if found is not None and len(latex(found[1])) <= LARGEST:
            names.append(found[0])
            value = found[1]
    claim = Claim(left, Reading(value, right.conventions, right.free), is_tiny(value))
    return bench, Mutant(written.about, tuple(names), claim)
