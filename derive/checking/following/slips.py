"""The slips of a document, and which of its later wrong steps follow correctly from one of them.

A wrong step follows from an earlier one if it is proved where the value that the earlier one gives to its quantity
stands for this quantity. It does not if it speaks of the same quantity again: a wrong answer is no better the second
time. Nor does it follow from a slip that makes what comes after easy (`earnest`), and what is said of the later
quantity must still depend on some parameter or datum on which the right one depends.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from functools import partial

from derive.checking.claims import Claimed, Judgement
from derive.checking.course import Found, Standing
from derive.checking.following.dependence import depends, given_behind, names_behind
from derive.checking.following.earnest import is_earnest
from derive.checking.following.expressed import expressed
from derive.checking.following.own_names import derivatives_meant
from derive.checking.following.quantities import Saying, quantity, saying
from derive.checking.following.world import Place, Slip, World
from derive.checking.sameness import in_full
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.deciding.limits import Deadline
from derive.errors import FormulaError, Undecidable
from derive.expressions.tree import ChainRule, Derivative, Entry, Expr, LocalFactor, Symbol
from derive.gradients import NoClosedForm
from derive.notation.symbols import SymbolTable
from derive.records import dataclass

SECONDS = 2.0
"""For one step altogether."""

MAX_ALONE = 8
MAX_TOGETHER = 6


@dataclass
class Slips:
    """What the steps of one document said wrongly so far, in their order."""

    _slips: list[Slip] = field(default_factory=list)
    _own: list[tuple[Place, Claimed]] = field(default_factory=list)
    _meant: dict[Place, list[Slip]] = field(default_factory=dict)
    _earnest: dict[Slip, bool] = field(default_factory=dict)
    _roots: dict[Place, Place] = field(default_factory=dict)
    _heads: dict[int, Side] = field(default_factory=dict)
    _worlds: dict[tuple[Slip, ...], World] = field(default_factory=dict)
    _parts: dict[str, dict[Expr, Expr]] = field(default_factory=dict)
    _table: SymbolTable | None = None
    _session: Session | None = None

    def copy(self) -> "Slips":
        """The same slips, to which more can be added. What is only kept for a while is found again."""
        meant = {place: list(slips) for place, slips in self._meant.items()}
        known = dict(self._earnest), dict(self._roots), dict(self._heads)
        return Slips(list(self._slips), list(self._own), meant, *known)

    # ── what was said ──

    def note(self, session: Session, judgement: Judgement, place: Place) -> None:
        """Remember what a refuted step says, and which names the document defines itself."""
        claimed = judgement.claimed
        if claimed is None:
            return
        if judgement.verdict == "definition":
            self._own.append((place, claimed))
        if judgement.verdict == "refuted":
            said = self._said(session, claimed, place)
            if said is not None:
                self._slips.append(Slip(place, said.what, said.value, self._roots.get(place, place)))
        if judgement.verdict in ("unknown", "unreadable"):
            self._heads.pop(place[0], None)
        else:
            self._heads.setdefault(place[0], claimed.left)

    def definition_of(self, side: Side) -> Claimed | None:
        """The last step by which the document defined the name that a side is, if it did."""
        if side.content is None:
            return None
        return next((one for _, one in reversed(self._own) if one.left.content == side.content), None)

    def _said(self, session: Session, claimed: Claimed, place: Place) -> Saying | None:
        """What a step of a chain says of that with which the chain begins, or of its own left side."""
        with _numbered(session, claimed):
            for head in self._beginnings(claimed, place):
                said = saying(session, head, claimed.right, dict(claimed.formal), claimed.restrictions)
                if said is not None:
                    return said
        return None

    def _beginnings(self, claimed: Claimed, place: Place) -> list[Side]:
        head = self._heads.get(place[0], claimed.left)
        return [head] if head is claimed.left else [head, claimed.left]

    # ── what follows from it ──

    def followed(self, standing: Standing, judgement: Judgement, place: Place, deadline: Deadline) -> Place | None:
        """The earlier step from which the refuted one at a place correctly follows, if this is proved."""
        claimed, session = judgement.claimed, standing.session
        if judgement.verdict != "refuted" or claimed is None or not (self._slips or self._own):
            return None
        try:
            with deadline.enforced(), _numbered(session, claimed):
                found = self._source(standing, claimed, place, deadline)
        except (Undecidable, FormulaError, RecursionError):
            return None
        if found is None:
            return None
        self._roots[place] = found.root
        return found.place

    def _source(self, standing: Standing, claimed: Claimed, place: Place, deadline: Deadline) -> Slip | None:
        """The slip whose value explains a claim: a first one alone, then any alone, then the last that is needed."""

        def explain(*slips: Slip) -> bool:
            return self._explain(standing, slips, claimed, deadline)

        session = standing.session
        about = self._about(session, claimed, place)
        slips = [slip for slip in self._slips if _subject(slip.what) != about][-MAX_ALONE:]
        roots = [slip for slip in reversed(slips) if slip.root == slip.place]
        others = [slip for slip in reversed(slips) if slip.root != slip.place]
        for slip in (*roots, *self._of_own_names(standing, claimed, about, deadline), *others):
            if explain(slip):
                if slip not in self._slips:
                    self._settle(slip)
                return slip
        several = [slip for slip in reversed(roots[:MAX_TOGETHER]) if self._touches(standing, slip, claimed)]
        if len(several) > 1 and explain(*several):
            enough = (n for n in range(2, len(several)) if explain(*several[:n]))
            return several[next(enough, len(several)) - 1]
        return None

    def _touches(self, standing: Standing, slip: Slip, claimed: Claimed) -> bool:
        def look(session: Session) -> Found[bool]:
            try:
                return Found(self._world(session, (slip,)).touches(claimed))
            except (NoClosedForm, FormulaError):
                return Found(False)

        return standing.found(("touches", _key(slip), claimed.key), look)

    def _about(self, session: Session, claimed: Claimed, place: Place) -> object:
        """The quantity of which a claim speaks."""
        for side in (*self._beginnings(claimed, place), claimed.right):
            found = quantity(session, side, dict(claimed.formal))
            if found is not None:
                return _subject(found)
        return None

    def _of_own_names(self, standing: Standing, claimed: Claimed, about: object, deadline: Deadline) -> Iterator[Slip]:
        """For the names of the document's own in a claim, the derivatives that they may be meant as."""
        session = standing.session
        mentioned = [name for value in _values(session, claimed) for name in names_behind(session.table, value)]
        for place, definition in reversed(self._own):
            found = definition.left.read(session, None, dict(definition.formal)).upto(1)
            own = _whole(found[0].value) if found else None
            if not isinstance(own, Symbol) or own.name not in mentioned:
                continue
            if place not in self._meant:
                self._meant[place] = self._meant_by(standing, own.name, place, deadline)
            yield from (slip for slip in self._meant[place] if _subject(slip.what) != about)

    def _meant_by(self, standing: Standing, name: str, place: Place, deadline: Deadline) -> list[Slip]:
        def look(session: Session) -> Found[list[Saying]]:
            return Found(derivatives_meant(session, name, deadline), deadline.left > 0)

        return [Slip(place, said.what, said.value, place) for said in standing.found(("meant", name), look)]

    def _settle(self, slip: Slip) -> None:
        """Of a name of the document's own it is known now which derivative it is meant as."""
        self._meant[slip.place] = []
        self._slips = sorted((*self._slips, slip), key=lambda each: each.place)

    def _explain(self, standing: Standing, slips: Sequence[Slip], claimed: Claimed, deadline: Deadline) -> bool:
        """Whether a claim is proved where some slips' values stand, and still says something there."""

        def look(session: Session) -> Found[bool]:
            is_earnest = partial(self._is_earnest, standing, deadline=deadline)
            return Found(self._explained(session, slips, claimed, deadline, is_earnest), deadline.left > 0)

        deadline.check()
        return standing.found(("explains", *map(_key, slips), claimed.key), look)

    def _explained(
        self,
        session: Session,
        slips: Sequence[Slip],
        claimed: Claimed,
        deadline: Deadline,
        is_earnest: Callable[[Slip], bool],
    ) -> bool:
        try:
            world = self._world(session, tuple(slips))
            if not (world.touches(claimed) and all(map(is_earnest, slips))):
                return False
            if not world.shows(claimed, deadline):
                return False
            reading = world.reading_of(claimed)
        except (NoClosedForm, FormulaError):
            return False
        given = [name for value in _values(session, claimed)[:1] for name in given_behind(session.table, value)]
        return reading is not None and depends(world.session, reading.value, given, deadline, reading.free)

    def _world(self, session: Session, slips: tuple[Slip, ...]) -> World:
        """The world with these slips, kept as long as no name is added. Raises `NoClosedForm`."""
        if session.table is not self._table or session is not self._session:
            self._worlds.clear()
            self._parts.clear()
            self._table, self._session = session.table, session
        if slips not in self._worlds:
            self._worlds[slips] = World(session, slips, self._said_by(session, slips))
        return self._worlds[slips]

    def _said_by(self, session: Session, slips: Sequence[Slip]) -> Mapping[Expr, Expr]:
        """How the loss is said by that of which slips are, where it is written without."""
        found: dict[Expr, Expr] = {}
        for name in dict.fromkeys(slip.of for slip in slips):
            if name is not None and name not in self._parts:
                self._parts[name] = expressed(session, name, Deadline(SECONDS))
            found |= {} if name is None else self._parts[name]
        return found

    def _is_earnest(self, standing: Standing, slip: Slip, deadline: Deadline) -> bool:
        """Whether a slip leaves something to follow from it."""

        def look(session: Session) -> Found[bool]:
            return Found(is_earnest(session, slip, deadline), deadline.left > 0)

        if slip not in self._earnest:
            self._earnest[slip] = standing.found(("earnest", _key(slip)), look)
        return self._earnest[slip]


def _key(slip: Slip) -> Hashable:
    """What a slip says, wherever it stands."""
    return in_full((slip.what, slip.value), with_places=False)


def _subject(what: Expr) -> object:
    """What tells quantities apart: a derivative is one however its product is written."""
    match what:
        case Derivative(of, by):
            return _whole(of), _whole(by)
        case ChainRule(factors):
            return factors[0].of, factors[-1].by
        case LocalFactor(derivative):
            return derivative.of, derivative.by
    return what


def _whole(part: Expr) -> Expr:
    return part.operand if isinstance(part, Entry) else part


def _values(session: Session, claimed: Claimed) -> list[Expr]:
    """Both sides as they are plainly read."""
    sides = (side.read(session, None, dict(claimed.formal)).upto(1) for side in (claimed.left, claimed.right))
    return [found[0].value for found in sides if found]


@contextmanager
def _numbered(session: Session, claimed: Claimed) -> Iterator[None]:
    """Inside, letters stand for the numbers for which a claim was judged."""
    before = session.table
    if claimed.numbers != before.fixed:
        session.learn(replace(before, fixed=claimed.numbers))
    try:
        yield
    finally:
        session.learn(before)
