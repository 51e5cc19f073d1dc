"""Chains that go on over several displays: one begins with a relation, `= c`, or ends with one, `a =`.

Only text may stand between. A display under a condition, `if $i \\neq k$`, does not go on with one under another, but
with what stood before both cases.
"""

from collections.abc import Sequence

from derive.checking.claims import Judgement
from derive.checking.sentences import Premise, Surroundings
from derive.documents.document import Passage
from derive.notation.chains import Chain, Member, kind_of, slice_of
from derive.notation.tokens import Token
from derive.records import dataclass


@dataclass(frozen=True)
class _Standing:
    """Where a chain stands at the end of a display: a member, how it was written, and the conditions on it.

    `cell` is the cell of the notebook in which that is.
    """

    tokens: tuple[Token, ...]
    written: str
    cell: int | None
    premises: tuple[Premise, ...] = ()

    @classmethod
    def at(cls, passage: Passage, member: Member, premises: tuple[Premise, ...] = ()) -> "_Standing":
        """Where a member of a chain of a display stands."""
        text = passage.text
        return cls(tuple(member.tokens), slice_of(text.value, member), text.source.cell, premises)

    def within(self, passage: Passage) -> Member:
        """The member for a chain of another display: its places lie behind the end of that display's text."""
        by = len(passage.text.value) + 1
        tokens = [token._replace(start=token.start + by, end=token.end + by) for token in self.tokens]
        return Member(tokens, self.written)


class Displays:
    """The displays of a document, one after the other.

    `last` is where the one before ends, `fork` where the case that it treats began; `first` is the first chain of the
    display that is read.
    """

    def __init__(self) -> None:
        self.last: _Standing | None = None
        self.fork: _Standing | None = None
        self.first: Chain | None = None
        self.premises: tuple[Premise, ...] = ()

    def open(self, passage: Passage, chains: Sequence[Chain], around: Surroundings) -> None:
        """Begin a display: its first chain goes on with the display before where it begins with a relation."""
        before, fork = self.last, self.fork
        self.last = self.fork = None
        self.first = chains[0] if chains else None
        self.premises = around.premises
        if before is None or self.first is None or before.cell != passage.text.source.cell:
            return
        if not self.first.relations or self.first.members[0].tokens:
            return
        if not around.are_new:
            more = (premise for premise in around.premises if premise not in before.premises)
            self.premises = (*before.premises, *more)
            self.fork = fork
        elif before.premises and fork is not None:
            before = self.fork = fork
        else:
            self.fork = before
        self.first.members[0] = before.within(passage)

    def close(self, passage: Passage, chain: Chain, judgements: Sequence[Judgement]) -> None:
        """Note where a chain of the display stands at its end: at its last member that is read."""
        at = 0
        for number, judgement in enumerate(judgements):
            if kind_of(chain.relations[number]) != "member" and judgement.verdict != "unreadable":
                at = number + 1
        if not chain.members[at].tokens:
            self.last = self.fork = None
            return
        if chain is not self.first or self.fork is None:
            self.fork = _Standing.at(passage, chain.members[0])
        self.last = _Standing.at(passage, chain.members[at], self.premises)


def complete(passage: Passage, chain: Chain, following: Passage, chains: Sequence[Chain]) -> None:
    """Give a chain that ends with a relation what the next display begins with."""
    if following.text.source is not passage.text.source or not chain.relations or chain.last.tokens or not chains:
        return
    member = next((member for member in chains[0].members if member.tokens), None)
    if member is not None:
        chain.members[-1] = _Standing.at(following, member).within(passage)
