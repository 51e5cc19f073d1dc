"""Operations -> lines of code: what gets a name of its own, in which order, and what may be written over.

A line is written over an array that nothing needs any more; arguments of the kernel and what it returns are never
written over. Numbers are computed as soon as they can be, since they set arrays free.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from derive.kernels.backend import Backend, Places
from derive.kernels.identifiers import Identifiers
from derive.kernels.operations import ELEMENTWISE, STRUCTURAL, Operation, everything_before, uses
from derive.kernels.spelling import Code, along
from derive.records import dataclass

LEAVES = frozenset({"number", "name", "size", "constant"})
TRIVIAL = LEAVES | {"permute", "expand", "at", "slice"}
"""The kinds that cost nothing: they are written again wherever they are needed."""

LONGEST_EXPRESSION = 88
LONGEST_LINE = 96
"""What may stand in one line: by itself, and with the name of what is known by one."""

MOST_OF_A_NAME = 20
"""The length of what is not shorter under a name."""

AUGMENTED = {"add": "+=", "subtract": "-=", "multiply": "*=", "divide": "/="}


@dataclass(frozen=True)
class Line:
    """One line of code, or a few that make one quantity; `operation` is what the name stands for after them."""

    name: str
    code: tuple[str, ...]
    operation: Operation


class Schedule:
    """The lines that compute some operations.

    `named` says which operations have names that people know, `kept` which ones are returned.
    """

    def __init__(
        self,
        named: Mapping[Operation, str],
        kept: Iterable[Operation],
        backend: Backend,
        identifiers: Identifiers,
        *,
        may_overwrite: bool,
    ) -> None:
        self.named = dict(named)
        self.kept = tuple(kept)
        self.backend = backend
        self.identifiers = identifiers
        self.may_overwrite = may_overwrite and backend.writes_over
        self.lines: list[Line] = []
        self._names: dict[Operation, str] = {}
        self._after: dict[Operation, str] = {}
        self._left: dict[Operation, int] = {}

    @cached_property
    def operations(self) -> list[Operation]:
        """What has to be computed, arguments first, numbers as early as they can be."""
        found = everything_before(*self.kept)
        users = uses(found)
        placed: dict[Operation, None] = {}

        def place(one: Operation) -> None:
            placed.setdefault(one)
            for user in users.get(one, ()):
                if user.is_scalar and user not in placed and all(part in placed for part in user.arguments):
                    place(user)

        for one in found:
            if one not in placed:
                place(one)
        return list(placed)

    @cached_property
    def _users(self) -> dict[Operation, list[Operation]]:
        return uses(self.operations)

    def made(self) -> list[Line]:
        """All lines, in order."""
        for one in self.operations:
            self._left[one] = len(self._users.get(one, ())) + self.kept.count(one)
        for one in self.operations:
            if self._needs_line(one):
                self._write(one)
        return self.lines

    def is_kept(self, one: Operation) -> bool:
        """Whether an operation is returned."""
        return one in self.kept

    def code(self, one: Operation) -> Code:
        """The code of an operation: its name, or an expression."""
        if one in self._names:
            return Code(self._names[one])
        return self._expression(one)

    def _expression(self, one: Operation) -> Code:
        kept = _kept_axes(one)
        if kept is not None and kept not in self._names:
            inner = self.code(kept.arguments[0])
            return Code(self.backend.kept(inner.atom, kept.kind, along(kept.data)))
        return self.backend.expression(one, [self.code(part) for part in one.arguments])

    # ── what gets a line ──

    def _needs_line(self, one: Operation) -> bool:
        if one.kind in LEAVES:
            return False
        if one.kind == "subtract_at":
            return True
        if one in self.named and (one in self.kept or self._worth_naming(one)):
            return True
        if one.kind in TRIVIAL:
            return False
        if len(self._users.get(one, ())) > 1:
            return not (one.is_scalar and all(part.kind in LEAVES for part in one.arguments))
        return len(self._expression(one).text) > LONGEST_EXPRESSION

    def _worth_naming(self, one: Operation) -> bool:
        return one.kind not in TRIVIAL

    # ── one line ──

    def _write(self, one: Operation) -> None:
        name = self.named.get(one)
        if one.kind != "subtract_at":
            self._shorten(one, LONGEST_LINE - len(f"{name} = "))
        found = self._written(one, name)
        if found is None:
            name = name or self._destined(one) or self.identifiers.fresh(self._temporary(one))
            found = name, (f"{name} = {self._expression(one).text}",)
        self._release(one)
        self._names[one], lines = found
        self._after.setdefault(one, found[0])
        self.lines.append(Line(found[0], lines, one))

    def _shorten(self, one: Operation, length: int) -> None:
        """Give names to parts of a line that is too long, the one first that is nearest to half of it."""
        while (whole := len(self._expression(one).text)) > length:
            lengths = {part: len(self._expression(part).text) for part in self._unnamed(one)}
            parts = [part for part, count in lengths.items() if MOST_OF_A_NAME < count <= LONGEST_EXPRESSION]
            if not parts:
                return
            self._write(min(parts, key=lambda part: abs(lengths[part] - whole / 2)))

    def _unnamed(self, one: Operation) -> Iterable[Operation]:
        """What stands in a line as an expression and could have a name."""
        for part in one.arguments:
            if part not in self._names and part.kind not in LEAVES:
                if part.kind not in TRIVIAL:
                    yield part
                yield from self._unnamed(part)

    def _written(self, one: Operation, name: str | None) -> tuple[str, tuple[str, ...]] | None:
        """A name and the lines that write a result over an array which nothing needs any more; None without one."""
        if one.kind == "subtract_at":
            return self._subtracted_at(one, name)
        if not self.may_overwrite or one.kind not in ELEMENTWISE or one.is_logical or one.is_scalar:
            return None
        fresh = self._fresh_argument(one)
        is_unused = name is not None and name not in self._names.values()
        if fresh is not None and name is not None and is_unused and one.kind in AUGMENTED:
            other = next(part for part in one.arguments if part is not fresh)
            inner = self._written(fresh, name) or (name, (f"{name} = {self._expression(fresh).text}",))
            if inner[0] == name:
                return name, (*inner[1], f"{name} {AUGMENTED[one.kind]} {self.code(other).text}")
        several = [part for part in _exchangeable(one) if self._is_free(part, one)]
        free = min(several, key=lambda part: self._names[part] != name, default=None)
        if free is None or self.backend.over is None:
            return None
        old = self._names[free]
        if name != old and name in self._names.values():
            return None
        if one.kind in AUGMENTED:
            other = next((part for part in one.arguments if part is not free), free)
            renamed = (f"{name} = {old}",) if name not in (None, old) else ()
            name = name or old
            return name, (*renamed, f"{name} {AUGMENTED[one.kind]} {self.code(other).text}")
        code = self.backend.over(one, free, [self.code(part) for part in one.arguments], old)
        name = name or old
        return None if code is None else (name, (f"{name} = {code}" if name != old else code,))

    def _destined(self, one: Operation) -> str | None:
        """The name of what is written over an array that has no name of its own, where that is its last use."""
        users = self._users.get(one, ())
        last = max(users, key=self._places.__getitem__, default=one)
        is_named = last in self.named and self.named[last] not in self._names.values()
        if one.is_scalar or not (self.may_overwrite and is_named and last.kind in AUGMENTED):
            return None
        is_whole = one in _exchangeable(last) and one.axes == last.axes and not one.is_logical and one not in self.kept
        return self.named[last] if is_whole and last not in self._names else None

    @cached_property
    def _places(self) -> dict[Operation, int]:
        return {one: place for place, one in enumerate(self.operations)}

    def _temporary(self, one: Operation) -> str:
        """What an operation without a name is called: after what it is made from."""
        of = next((self._after[part] for part in _inside(one) if part in self._after), "t")
        self._after[one] = of
        return f"{of}_{_SHORT.get(one.kind, one.kind)}"

    def _subtracted_at(self, one: Operation, name: str | None) -> tuple[str, tuple[str, ...]]:
        """1 taken away at the places that labels name, from an array of this kernel's own."""
        array, labels = one.arguments
        name = name or self.identifiers.fresh(self._temporary(one))
        is_own = (self.may_overwrite and self._is_free(array, one)) or array not in self._names
        is_own = is_own and array.kind not in TRIVIAL
        (axis,) = one.data
        assert isinstance(axis, int)
        places = Places(name, self.code(array), is_own, self.code(labels).text, axis, (one.axes[0], one.axes[1]))
        return name, self.backend.less_one(places)

    def _is_free(self, part: Operation, one: Operation) -> bool:
        """Whether an array has a name of its own, is needed by this line alone and could hold its result."""
        return (
            part in self._names
            and self._left[part] == self._uses_within(one, part)
            and part not in self.kept
            and part.axes == one.axes
            and not part.is_logical
            and part.kind not in STRUCTURAL
            and not any(
                other is not part and other in self._names and self._views(other, part) for other in self.operations
            )
        )

    def _uses_within(self, one: Operation, part: Operation) -> int:
        """How often a line uses an array, through the expressions that stand in it; views of it do not count."""
        count = 0
        for argument in one.arguments:
            if argument is part:
                count += one.kind not in STRUCTURAL
            elif argument not in self._names and self._left[argument] == 1:
                count += self._uses_within(argument, part)
        return count

    def _views(self, other: Operation, part: Operation) -> bool:
        """Whether a name stands for a view into an array."""
        while other.kind in STRUCTURAL:
            other = other.arguments[0]
            if other is part:
                return True
        return False

    def _fresh_argument(self, one: Operation) -> Operation | None:
        """An argument that this line makes itself, as large as its result, so that it can be written over."""
        for part in sorted(_exchangeable(one), key=lambda part: part.kind != "matmul"):
            if (
                part not in self._names
                and part.axes == one.axes
                and part.kind in (ELEMENTWISE | {"matmul"})
                and not part.is_logical
            ):
                return part
        return None

    def _release(self, one: Operation) -> None:
        """Count down what this line used, through expressions that stand in it."""
        for part in one.arguments:
            self._left[part] -= 1
            if part not in self._names and part.kind not in LEAVES and self._left[part] == 0:
                self._release(part)


def _exchangeable(one: Operation) -> tuple[Operation, ...]:
    """The arguments that may be written over, the other one being put to it."""
    return one.arguments if one.kind in ("add", "multiply", "maximum", "minimum") else one.arguments[:1]


def _kept_axes(one: Operation) -> Operation | None:
    """The reduction, if an operation puts the axes back that one has just dropped."""
    if one.kind != "expand":
        return None
    inner = one.arguments[0]
    if inner.kind in ("sum", "max", "min", "prod") and inner.data == one.data:
        return inner
    return None


def _inside(one: Operation) -> Iterable[Operation]:
    for part in one.arguments:
        yield part
        yield from _inside(part)


_SHORT = {
    "subtract": "shifted", "divide": "part", "multiply": "product", "matmul": "product", "vdot": "dot", "einsum": "sum",
    "subtract_at": "less_one", "add": "sum", "equal": "mask", "greater": "mask", "less": "mask", "sqrt": "root",
    "maximum": "max", "minimum": "min",
}  # fmt: skip
"""What is put to a name to call what is made of it; other kinds are called as they are."""
