"""What the parts of elaboration share: the table, the scopes of indices, the choices.

Where notation leaves more than one reading, elaboration *chooses*. The first
option is the plain one; another one costs the conventions under which it holds.
`derive.notation.elaboration.readings` runs an elaboration once for every
sequence of choices, the cheapest first.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field

from derive.errors import Meaningless, Unreadable
from derive.expressions.shapes import Dim
from derive.expressions.tree import (
    Condition,
    Expr,
    Index,
    IndexNumber,
    IndexShift,
    IndexVariable,
    Label,
    Layout,
)
from derive.notation.names import plain
from derive.notation.symbols import Given, IndexUse, SymbolTable, Uses, shown
from derive.notation.syntax import Environment, Fraction, Group, List, Name, Scripted, Sum, Syntax, Term, nodes
from derive.records import dataclass
from derive.source import Span

PLAIN: frozenset[str] = frozenset()
MAX_DEPTH = 60


@dataclass(frozen=True)
class Item:
    """One factor of a product, read or not yet, and what stands before it."""

    operator: str
    value: Syntax | Expr

    @property
    def span(self) -> Span:
        return self.value.span or Span(0, 0)


@dataclass(frozen=True)
class Settled:
    """What a piece of syntax was found to be: its value, where it uses index letters, which of them it compares.

    `made` are the choices that were made in it, from what was `offered`; `next_scope` is the scope of the next letter
    to be bound behind it. `piece` is kept so that its identity stays its own.
    """

    piece: object
    value: Expr
    uses: tuple[tuple[IndexVariable, tuple[IndexUse, ...]], ...]
    compared: tuple[tuple[IndexVariable, IndexVariable], ...]
    made: tuple[int, ...]
    offered: tuple[tuple[frozenset[str], ...], ...]
    next_scope: int


@dataclass
class Choices:
    """The choices of one run: those prescribed come first, after them always the plain option.

    `asked`: how often there was one, also of those that were forgotten again. `settled`: what the choices so far were
    made for and may be asked for again, `shared`: how often that was done, or there were choices in
    what is kept there.
    """

    prescribed: tuple[int, ...] = ()
    made: list[int] = field(default_factory=list)
    offered: list[tuple[frozenset[str], ...]] = field(default_factory=list)
    asked: int = 0
    settled: dict[Hashable, Settled] = field(default_factory=dict)
    shared: int = 0

    def choose(self, options: Sequence[frozenset[str]]) -> int:
        """Which of the options to take; each is given by the conventions that it costs."""
        place = len(self.made)
        self.asked += 1
        chosen = self.prescribed[place] if place < len(self.prescribed) else 0
        self.made.append(chosen)
        self.offered.append(tuple(options))
        return chosen

    def are_next(self, made: tuple[int, ...]) -> bool:
        """Whether these are the choices to be made from here on: those prescribed, and after them the plain ones."""
        place = len(self.made)
        prescribed = self.prescribed[place : place + len(made)]
        return made[: len(prescribed)] == prescribed and not any(made[len(prescribed) :])

    def make_again(self, known: Settled) -> None:
        """The choices that were made in a piece before."""
        self.asked += len(known.made)
        self.made += known.made
        self.offered += known.offered

    @property
    def place(self) -> int:
        """How many choices were made."""
        return len(self.made)

    def go_back(self, place: int) -> None:
        """Forget the choices made from a place on."""
        del self.made[place:], self.offered[place:]
        self.settled.clear()

    def conventions(self) -> frozenset[str]:
        """All conventions that the choices made cost."""
        return frozenset().union(*(options[made] for options, made in zip(self.offered, self.made, strict=True)))


@dataclass
class Base:
    """The state of one elaboration, and the operations that its parts offer one another.

    `settled` is what all runs of one side share.
    """

    table: SymbolTable
    choices: Choices
    layout: Layout
    apart: frozenset[str] = frozenset()
    uses: Uses = field(default_factory=dict)
    compared: list[tuple[IndexVariable, IndexVariable]] = field(default_factory=list)
    scopes: list[dict[str, IndexVariable | IndexNumber]] = field(default_factory=list)
    in_dots: int = 0
    depth: int = 0
    next_scope: int = 1
    formal: dict[str, Expr] = field(default_factory=dict)
    treated_apart: dict[str, tuple[Expr, ...]] = field(default_factory=dict)
    argument_orders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kept_apart: dict[str, int] = field(default_factory=dict)
    summed: set[str] = field(default_factory=set)
    unsummed: frozenset[str] | None = None
    elsewhere: frozenset[str] = frozenset()
    assumed: list[Span] = field(default_factory=list)
    by_entries: bool | None = None
    varied: frozenset[str] | None = None
    holds_fixed: bool | None = None
    settled: dict[Hashable, list[Settled]] | None = None

    def __post_init__(self) -> None:
        if self.table.fixed:
            self.scopes.append({letter: self.numbered_index(number) for letter, number in self.table.fixed.items()})

    # ── what is the same in several runs ──

    def once(self, key: Hashable, piece: object, read: Callable[[], Expr]) -> Expr:
        """What is read, or was read of the same piece before, where it is the same in every run with these choices.

        It is where nothing that stands around it is asked for but the letters that are bound there: then all that is
        left of the reading are the choices made in it and the uses of index letters.
        """
        around = (self.formal, self.in_dots, self.kept_apart, self.assumed, self.by_entries is not None)
        if self.settled is None or any(around) or self.holds_fixed is not None:
            return read()
        known = self.settled.setdefault((key, self.depth, self.next_scope, self._bound_letters()), [])
        for found in known:
            if self.choices.are_next(found.made):
                self.choices.make_again(found)
                self.next_scope = found.next_scope
                return self._taken_over(found)
        before, asked = self._traces(), self.choices.asked
        found = self._read(piece, read)
        if self._traces() == before and self.choices.asked - asked == len(found.made):
            known.append(found)
        return found.value

    def once_in_a_run(self, key: Hashable, piece: object, read: Callable[[], Expr]) -> Expr:
        """What is read, or was read of the same piece before: in one run the choices in it are made once."""
        key = key, self.depth, self._bound_letters()
        found = self.choices.settled.get(key)
        if found is not None:
            self.choices.shared += 1
            return self._taken_over(found)
        found = self._read(piece, read)
        self.choices.shared += bool(found.made)
        self.choices.settled[key] = found
        return found.value

    def _bound_letters(self) -> Hashable:
        return tuple([tuple(scope.items()) for scope in self.scopes])

    def _read(self, piece: object, read: Callable[[], Expr]) -> Settled:
        """What is read, with the choices and the uses of index letters that it adds."""
        counts = {index: len(uses) for index, uses in self.uses.items()}
        compared, place = len(self.compared), self.choices.place
        value = read()
        added = ((index, tuple(uses[counts.get(index, 0) :])) for index, uses in self.uses.items())
        uses = tuple((index, more) for index, more in added if more or index not in counts)
        made, offered = tuple(self.choices.made[place:]), tuple(self.choices.offered[place:])
        return Settled(piece, value, uses, tuple(self.compared[compared:]), made, offered, self.next_scope)

    def _taken_over(self, known: Settled) -> Expr:
        for index, uses in known.uses:
            self.uses.setdefault(index, []).extend(uses)
        self.compared += known.compared
        return known.value

    def _traces(self) -> tuple[int, ...]:
        """What changes if a reading leaves behind more than choices of its own and uses of letters."""
        return self.choices.shared, len(self.kept_apart), len(self.summed), len(self.assumed)

    # ── offered by the parts ──

    def list_value(self, content: List) -> Expr:
        raise NotImplementedError

    def expression(self, node: Sum) -> Expr:
        raise NotImplementedError

    def term(self, node: Term) -> Expr:
        raise NotImplementedError

    def factor(self, node: Syntax) -> Expr:
        raise NotImplementedError

    def condition(self, content: List) -> Condition:
        raise NotImplementedError

    def index(self, node: Syntax, span: Span, in_pair: bool = False) -> Index:
        raise NotImplementedError

    def dotted_sum(self, node: Sum) -> Expr:
        raise NotImplementedError

    def environment(self, node: Environment) -> Expr:
        raise NotImplementedError

    def listed_vector(self, content: List, span: Span, is_turned: bool, in_brackets: bool = False) -> Expr:
        raise NotImplementedError

    def big(self, node: Syntax, operand: Callable[[], Expr], span: Span) -> Expr:
        raise NotImplementedError

    def fraction(self, node: Fraction) -> Expr:
        raise NotImplementedError

    def derivative(self, of: Expr, by: Expr, span: Span, layout: Layout | None = None) -> Expr:
        raise NotImplementedError

    def is_derivative_operator(self, node: Syntax) -> bool:
        raise NotImplementedError

    def slashed_derivatives(self, items: Sequence[Item]) -> list[Item]:
        raise NotImplementedError

    def derivative_by_operator(self, node: Syntax, operand: Callable[[], Expr], span: Span) -> Expr:
        raise NotImplementedError

    def read_differential(self, items: Sequence[Item], at: int, span: Span) -> tuple[Expr, int] | None:
        raise NotImplementedError

    def read_named_jacobian(self, items: Sequence[Item], at: int, span: Span) -> tuple[Expr, int] | None:
        raise NotImplementedError

    def contracted(self, value: Expr, factors: Sequence[Expr], span: Span) -> Expr:
        raise NotImplementedError

    def bracketed(self, node: Group, is_turned: bool = False) -> Expr:
        raise NotImplementedError

    def juxtaposed_blocks(self, node: Group) -> Expr | None:
        raise NotImplementedError

    def row_or_product(self, node: Group, product: Expr) -> Expr:
        raise NotImplementedError

    def sliced(self, value: Expr, sub: List, span: Span) -> Expr:
        raise NotImplementedError

    def gradient(self, node: Syntax, rest: Sequence[Item], span: Span) -> tuple[Expr, int]:
        raise NotImplementedError

    # ── indices ──

    @contextmanager
    def scope(self, letters: Sequence[str]) -> Iterator[list[IndexVariable]]:
        """Inside, the letters are new bound indices."""
        bound: list[IndexVariable] = []
        for letter in letters:
            bound.append(IndexVariable(letter, self.next_scope))
            self.next_scope += 1
        self.scopes.append({index.name: index for index in bound})
        try:
            yield bound
        finally:
            self.scopes.pop()

    @contextmanager
    def beside(self, others: Sequence[object]) -> Iterator[None]:
        """Inside, the index letters of other factors of the same term are not summed over."""
        before = self.elsewhere
        if self.table.einstein:
            self.elsewhere |= letters_in_scripts(others)
        try:
            yield
        finally:
            self.elsewhere = before

    @contextmanager
    def numbered_scope(self, letter: str, number: int) -> Iterator[None]:
        """Inside, the letter stands for one number."""
        self.scopes.append({letter: self.numbered_index(number)})
        try:
            yield
        finally:
            self.scopes.pop()

    def numbered_index(self, number: int) -> IndexNumber:
        """The index that is a number, as its author counts."""
        return IndexNumber(number - self.table.index_base, str(number))

    def bound(self, letter: str) -> IndexVariable | IndexNumber | None:
        """The bound index of that letter in the innermost scope that has it, or the number that it stands for."""
        return next((scope[letter] for scope in reversed(self.scopes) if letter in scope), None)

    def use(self, index: Index, dim: Dim, span: Span | None, of: str = "") -> None:
        """Notes that an index runs along a dimension here. Raises `Meaningless` for a position out of range."""
        match index:
            case IndexNumber(position):
                if dim.size is not None and not 0 <= position < dim.size:
                    raise Meaningless(
                        f"the index {index.shown or position + self.table.index_base}{' of ' + of if of else ''} "
                        f"is outside its range {self.range_text(dim)}",
                        span,
                    )
            case IndexVariable():
                self.uses.setdefault(index, []).append(IndexUse(dim, span, 0, of))
            case IndexShift(inner, by):
                self.uses.setdefault(_variable(inner), []).append(IndexUse(dim, span, by, of))
            case Label(name):
                classes = self.classes(name)
                if classes is not None and classes != dim:
                    raise Meaningless(
                        f"the label {shown(name)} has {classes} classes, "
                        f"but{' in ' + of if of else ''} it stands for an index with the range {self.range_text(dim)}",
                        span,
                    )

    def share_ranges(self) -> None:
        """An index that stands at nothing that has a size runs over the range of an index with which it is compared."""
        for _ in self.compared:
            for index, other in self.compared:
                if not any(use.dim.size is not None for use in self.uses.get(index, [])):
                    known = [use for use in self.uses.get(other, []) if use.dim.size is not None and not use.by]
                    self.uses.setdefault(index, []).extend(known)

    def classes(self, name: str) -> Dim | None:
        """The number of classes of a label."""
        meaning = self.table.meanings.get(name)
        return meaning.classes if isinstance(meaning, Given) else None

    def range_text(self, dim: Dim) -> str:
        """`1..H = 4`: the range of an index along a dimension, as people write it."""
        base = self.table.index_base
        size = dim.size or 0
        last = size - 1 + base
        named = f"{dim}" if base == 1 else f"{dim}-1"
        return f"{base}..{named}" + (f" = {last}" if str(dim) != str(size) else "")

    def too_deep(self, span: Span | None) -> Unreadable:
        return Unreadable(f"brackets are nested more than {MAX_DEPTH} deep here", span)


def letters_in_scripts(written: Sequence[object]) -> frozenset[str]:
    """The letters that stand in scripts anywhere in some pieces of syntax."""
    scripts = [
        script.content for node in nodes(tuple(written)) if isinstance(node, Scripted) for script in node.scripts
    ]
    return frozenset(plain(node.text) for node in nodes(tuple(scripts)) if isinstance(node, Name))


def _variable(index: Index) -> IndexVariable:
    if isinstance(index, IndexShift):
        return _variable(index.index)
    if isinstance(index, IndexVariable):
        return index
    raise Unreadable("only an index letter can be shifted", index.span)
