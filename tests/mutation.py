"""True steps of documents, and edits of their right sides: planted mistakes, and rewritings that change nothing.

An edit replaces characters. Where is told by the syntax of the right side, so that every edit is one that a person
might make: a sign, a transpose, a factor, a term, a mask, a name. What an edit says is judged in the place of its step:
with everything that the document has defined before, and under the step's own conditions.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import oracle
from oracle import Point, UnjudgedError, Values

from derive.checking.claims import Judgement
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.checking.statements import Statement
from derive.documents import read_document
from derive.documents.document import Document, Passage
from derive.errors import FormulaError
from derive.expressions import tree
from derive.expressions.tree import Expr, IndexVariable, Layout
from derive.models import build_model
from derive.notation.chains import Chain, kind_of, slice_of, split
from derive.notation.elaboration import Elaborator, Reading
from derive.notation.elaboration.products import resized
from derive.notation.names import canonical, unwrapped
from derive.notation.symbols import Computed, Given, SymbolTable, shown
from derive.notation.syntax import (
    Bars,
    Big,
    Dots,
    Environment,
    Formula,
    Group,
    List,
    Literal,
    Nabla,
    Name,
    Operator,
    Partial,
    Root,
    Script,
    Scripted,
    Sum,
    Syntax,
    Term,
    parse,
)
from derive.notation.syntax import Fraction as Quotient
from derive.notation.tokens import Token
from derive.notation.words import new_words

# ── steps in their documents ──


@dataclass
class Step:
    """One relation of a document that holds, with what its document knows before it."""

    document: str
    session: Session
    table: SymbolTable
    apart: dict[str, tuple[Expr, ...]]
    chain: Chain
    tag: str
    left: str
    sign: str
    right: str
    verdict: str
    conventions: tuple[str, ...]

    def statement(self, right: str | None = None, left: str | None = None) -> Statement | None:
        """The step with other sides; None where that is no single relation."""
        left, right = self.left if left is None else left, self.right if right is None else right
        text = f"{left} {self.sign} {right}"
        words = self.table.words | new_words(text, self.elaborator())
        chains = split(text, words, lambda name: self.table.find(name) is None)
        if len(chains) != 1 or len(chains[0].relations) != 1:
            return None
        chains[0].conditions = list(self.chain.conditions)
        return Statement(self.session, chains[0])

    def judged(self, right: str | None = None, left: str | None = None) -> "Claim | None":
        """The step with other sides, and the verdict on it. The session is left as it was."""
        with _Restored(self):
            made = self.statement(right, left)
            return None if made is None else Claim(self, made, made.judgements()[0])

    def syntax(self) -> tuple[List, str] | None:
        """The right side's syntax, with spans in the right side's text."""
        with _Restored(self):
            made = self.statement()
            if made is None:
                return None
            start = len(self.left) + len(self.sign) + 2
            tokens = [
                Token(token.kind, token.text, token.start - start, token.end - start)
                for token in made.chain.members[1].tokens
            ]
            return parse(tokens), self.right

    def elaborator(self) -> Elaborator:
        return Elaborator.plain(self.table, {})


class _Restored:
    """Inside, the session stands where the step does; afterwards where it stood before."""

    def __init__(self, step: Step) -> None:
        self.step = step

    def __enter__(self) -> None:
        session = self.step.session
        self.table, self.apart = session.table, dict(session.treated_apart)
        session.learn(self.step.table)
        session.treated_apart = dict(self.step.apart)

    def __exit__(self, *_: object) -> None:
        self.step.session.learn(self.table)
        self.step.session.treated_apart = self.apart


def true_steps(path: Path) -> list[Step]:
    """The claims of a document that hold, plainly or under a convention, and can be said again by themselves."""
    document = read_document(path)
    session = Session(build_model(document.setting), frozenset(document.setting.allow))
    _learn_what_is_added(session, document)
    steps: list[Step] = []
    for passage in document.passages:
        if passage.kind == "display" and passage.problem is None:
            for chain in _chains(session, passage):
                steps += _steps_of_chain(path.stem, session, chain, passage.text.value)
    return [step for step in steps if _said_again(step)]


def _chains(session: Session, passage: Passage) -> Iterator[Chain]:
    text = passage.text.value
    words = session.table.words | new_words(text, Elaborator.plain(session.table, {}))
    yield from split(text, words, lambda name: session.table.find(name) is None)


def _learn_what_is_added(session: Session, document: Document) -> None:
    for passage in document.passages:
        if "+=" in passage.text.value.replace(" ", ""):
            for chain in split(passage.text.value, session.table.words):
                if [kind_of(relation) for relation in chain.relations] == ["adds"]:
                    Statement(session, chain).judgements()


def _steps_of_chain(name: str, session: Session, chain: Chain, text: str) -> list[Step]:
    if not chain.relations:
        return []
    before = session.table
    judgements = Statement(session, chain).judgements()
    steps = []
    for number, (relation, judgement) in enumerate(zip(chain.relations, judgements, strict=True)):
        if kind_of(relation) in ("claim", "define", "adds") and judgement.verdict in ("proved", "convention"):
            left = slice_of(text, chain.members[number])
            right = slice_of(text, chain.members[number + 1])
            table = before if number == 0 else session.table
            tag = chain.tag or left
            apart = dict(session.treated_apart)
            step = Step(name, session, table, apart, chain, tag, left, relation.text, right, *_result(judgement))
            steps.append(step)
    return steps


def _result(judgement: Judgement) -> tuple[str, tuple[str, ...]]:
    return judgement.verdict, judgement.conventions


def _said_again(step: Step) -> bool:
    claim = step.judged()
    return claim is not None and _result(claim.judgement) == (step.verdict, step.conventions)


# ── what the oracle says of a step ──


@dataclass(frozen=True)
class Opinion:
    """Whether the sides are equal as they are read plainly, and whether under some conventions; None for no opinion."""

    plain: bool | None
    shapes_agree: bool = True
    reason: str = ""


@dataclass
class Claim:
    """A step as it was judged, with both sides as they are read, for the oracle."""

    step: Step
    statement: Statement
    judgement: Judgement

    @property
    def sides(self) -> list[Side]:
        return self.statement.sides

    def readings(self, side: Side, count: int, layout: Layout | None = None) -> list[Reading]:
        return side.read(self.step.session, layout, self.statement.formal).upto(count)

    def opinion(self, points: Sequence[Point]) -> Opinion:
        """Whether the plain readings agree at all points."""
        with _Restored(self.step):
            try:
                if self.is_addition:
                    return Opinion(self._adds(points, frozenset()))
                left, right = (self.readings(side, 1) for side in self.sides)
                if not (left and right) or left[0].conventions or right[0].conventions:
                    return Opinion(False, False, "a side has no plain meaning")
                return self._compared(left[0], right[0], points)
            except UnjudgedError as error:
                return Opinion(None, reason=str(error))

    @property
    def is_addition(self) -> bool:
        return kind_of(self.statement.chain.relations[0]) == "adds"

    def _compared(self, left: Reading, right: Reading, points: Sequence[Point]) -> Opinion:
        first, second = _sized(left, right), _sized(right, left)
        shapes = (first.value.shape, second.value.shape)
        if shapes[0] != shapes[1] and not _is_zero(first) and not _is_zero(second):
            return Opinion(False, False, f"{shapes[0]} and {shapes[1]}")
        agreed = 0
        for point in points:
            for same in self._agreements(first, second, point):
                if same is False:
                    return Opinion(False)
                agreed += bool(same)
        return Opinion(True) if agreed >= 2 else Opinion(None, reason="no point at which both sides have a value")

    def _agreements(self, first: Reading, second: Reading, point: Point) -> Iterator[bool | None]:
        for environment in self._environments((first, second), point):
            at_left = oracle.value_at(point, first.value, environment)
            at_right = oracle.value_at(point, second.value, environment)
            yield oracle.close(*_broadcast(at_left, at_right))

    def differs_as_reported(self) -> bool | None:
        """Whether the sides have the reported values at the reported counterexample; None where that is not plain."""
        try:
            return self._differs_as_reported()
        except UnjudgedError:
            return None

    def _differs_as_reported(self) -> bool | None:
        with _Restored(self.step):
            example = self.judgement.counterexample
            left, right = (self.readings(side, 1) for side in self.sides)
            if example is None or self.is_addition or not (left and right):
                return None
            first, second = _sized(left[0], right[0]), _sized(right[0], left[0])
            if first.conventions or second.conventions or first.value.shape != second.value.shape:
                return None
            point = Point(self.step.table, 7, fixed=_fixed(self.step.table, self.statement.formal, example.at))
            i, j = (0, 0) if example.entry is None else (example.entry[0] - 1, example.entry[1] - 1)
            reported = [_interval(text) for text in (example.lhs, example.rhs)]
            for environment in self._environments((first, second), point):
                values = [oracle.value_at(point, side.value, environment)[i, j] for side in (first, second)]
                if not np.all(np.isfinite(values)):
                    return None
                if all(low <= value <= high for value, (low, high) in zip(values, reported, strict=True)):
                    return True
            return False

    def _environments(self, readings: Sequence[Reading], point: Point) -> Iterator[oracle.Environment]:
        """All values of the free indices for which the step's conditions hold."""
        uses = [item for reading in readings for item in reading.free.items()]
        uses += [item for restriction in self.statement.restrictions for item in restriction.free.items()]
        ranges: dict[str, range] = {}
        for letter, found in uses:
            for use in found:
                if use.dim.size is not None:
                    before = ranges.get(letter, range(use.dim.size))
                    if letter in ranges and not use.by and len(before) != use.dim.size:
                        raise UnjudgedError(f"the index {letter} has two ranges")
                    ranges[letter] = range(max(before.start, -use.by), min(before.stop, use.dim.size - max(0, use.by)))
        for values in product(*ranges.values()):
            environment = {IndexVariable(letter): at for letter, at in zip(ranges, values, strict=True)}
            restrictions = [restriction.condition for restriction in self.statement.restrictions]
            if all(oracle.holds_at(point, condition, environment) for condition in restrictions):
                yield environment

    # ── conventions ──

    def holds_under(self, conventions: Sequence[str], points: Sequence[Point]) -> bool:
        """Whether the claim that named conventions make of the step is true at all points."""
        with _Restored(self.step):
            names = frozenset(conventions)
            if self.is_addition:
                return self._adds(points, names)
            layouts: list[Layout | None] = [None]
            layouts += ["gradient", "numerator", "denominator"] if "layout" in names else []
            for layout in layouts:
                readings = [
                    [reading for reading in self.readings(side, 24, layout) if reading.conventions <= names]
                    for side in self.sides
                ]
                if any(self._meant(left, right, names, points) for left, right in product(*readings)):
                    return True
            return False

    def _meant(self, left: Reading, right: Reading, names: frozenset[str], points: Sequence[Point]) -> bool:
        agreed = 0
        for point in points:
            try:
                pairs = list(self._values(left, right, names, point))
            except UnjudgedError:
                return False
            for first, second in pairs:
                found = [oracle.close(*pair) for pair in _as_meant(first, second, names)]
                if False in found and True not in found:
                    return False
                if not found:
                    return False
                agreed += True in found
        return agreed >= 2

    def _values(
        self, left: Reading, right: Reading, names: frozenset[str], point: Point
    ) -> Iterator[tuple[Values, Values]]:
        first, second = _sized(left, right), _sized(right, left)
        entrywise = "entrywise" in names and first.value.shape.is_scalar != second.value.shape.is_scalar
        if entrywise:
            formula, vector = (first, second) if first.value.shape.is_scalar else (second, first)
            yield _by_entries(formula, vector, point), oracle.value_at(point, vector.value)
            return
        for environment in self._environments((first, second), point):
            yield oracle.value_at(point, first.value, environment), oracle.value_at(point, second.value, environment)

    # ── what a term adds ──

    def _adds(self, points: Sequence[Point], names: frozenset[str]) -> bool:
        """Whether the right side is the derivative of some of the loss's terms, but not of none."""
        left, right = (self.readings(side, 1) for side in self.sides)
        if not left or not right:
            return False
        derivative = left[0].value
        by, table = getattr(derivative, "by", None), self.step.table
        loss = table.meanings.get(table.loss or "")
        if by is None or not isinstance(loss, Computed) or not isinstance(loss.value, tree.Add):
            raise UnjudgedError("not a sum of terms")
        terms = [tree.Derivative(term, by) for term in loss.value.terms]
        values = [[oracle.value_at(point, term) for term in terms] for point in points]
        target = [oracle.value_at(point, right[0].value) for point in points]
        for chosen in product((False, True), repeat=len(terms)):
            if any(chosen):
                sums = [sum(part * taken for part, taken in zip(parts, chosen, strict=True)) for parts in values]
                totals = [np.asarray(total) for total in sums]
                pairs = [_as_meant(total, aim, names) for total, aim in zip(totals, target, strict=True)]
                agree = all(any(oracle.close(*pair) for pair in meant) for meant in pairs)
                if agree and any(np.any(total) for total in sums):
                    return True
        return False


def _is_zero(reading: Reading) -> bool:
    return isinstance(reading.value, tree.Number) and reading.value.value == 0


def _broadcast(left: Values, right: Values) -> tuple[Values, Values]:
    return (left, right) if left.shape == right.shape else tuple(np.broadcast_arrays(left, right))  # type: ignore[return-value]


def _sized(reading: Reading, other: Reading) -> Reading:
    """The identity and its kin take their size from the other side, if they can have it."""
    if reading.value.shape.is_open and other.value.shape.is_matrix and not other.value.shape.is_open:
        try:
            return Reading(resized(reading.value, other.value.shape), reading.conventions, reading.free)
        except FormulaError:
            return reading
    return reading


def _float(value: Fraction) -> float:
    """The nearest float; infinite where there is none so large."""
    try:
        return float(value)
    except OverflowError:
        return np.inf if value > 0 else -np.inf


def _interval(text: str) -> tuple[float, float]:
    """The numbers that a reported one may stand for: its last digit is certain up to rounding."""
    ends = [_float(Fraction(end)) for end in text.removeprefix("between ").split(" and ")]
    return tuple(end + side * 1e-4 * (1 + abs(end)) for end, side in ((ends[0], -1), (ends[-1], 1)))  # type: ignore[return-value]


def _fixed(
    table: SymbolTable, formal: Mapping[str, Expr], at: Mapping[str, str | list[list[str]]]
) -> dict[str, Values]:
    """The values of a counterexample by the names of the table, or by those of the step; classes count from 0."""
    names = {shown(name): name for name in table.meanings}
    names |= {shown(name): value.name for name, value in formal.items() if isinstance(value, tree.Symbol)}
    values = {}
    for written, value in at.items():
        name = names.get(written, f"formal {written}")
        rows = [[value]] if isinstance(value, str) else value
        meaning = table.meanings.get(name)
        try:
            array = np.array([[float(Fraction(entry)) for entry in row] for row in rows])[None]
        except ValueError:
            raise UnjudgedError("a counterexample that chooses a function") from None
        labels = isinstance(meaning, Given) and meaning.kind == "labels" and meaning.target is None
        values[name] = array - table.index_base if labels else array
    return values


def _as_meant(left: Values, right: Values, names: frozenset[str]) -> Iterator[tuple[Values, Values]]:
    """The pairs of values that conventions about shapes allow to compare."""
    if left.shape == right.shape:
        yield left, right
    if "transposed" in names and left.ndim == 2 and left.shape == right.T.shape:
        yield left, right.T
    if "broadcast" in names and left.ndim == right.ndim == 2:
        for small, large in ((left, right), (right, left)):
            for axis in (0, 1):
                if small.shape[axis] == 1 and small.shape[1 - axis] == large.shape[1 - axis]:
                    yield small, large.sum(axis=axis, keepdims=True)


def _by_entries(formula: Reading, vector: Reading, point: Point) -> Values:
    """The vector or matrix whose entries a formula with free indices gives."""
    rows, columns = vector.value.shape.sizes()
    letters = sorted(letter for letter, uses in formula.free.items() if uses)
    value = np.zeros((rows, columns))
    for i, j in product(range(rows), range(columns)):
        if vector.value.shape.is_vector and len(letters) == 1:
            places = {letters[0]: max(i, j)}
        elif len(letters) == 2:
            places = {letters[0]: i, letters[1]: j}
        else:
            raise UnjudgedError("a formula whose indices do not fit the entries")
        environment = {IndexVariable(letter): at for letter, at in places.items()}
        value[i, j] = oracle.value_at(point, formula.value, environment)[0, 0]
    return value


# ── edits ──


@dataclass(frozen=True)
class Edit:
    """A right side that differs from the step's in one place, and what was done."""

    kind: str
    right: str
    left: str | None = None


Change = tuple[str, int, int, str]
"""What is done, from where to where, and what stands there instead."""

STRONG = frozenset({"", "CDOT"})
ENTRYWISE = frozenset({"ODOT", "CIRC", "STAR"})
OTHER_FUNCTIONS = {
    "\\tanh": "\\sigma", "\\sigma": "\\tanh", "\\log": "\\exp", "\\exp": "\\cos", "\\max": "\\min", "\\ln": "\\exp",
    "ReLU": "softplus", "softplus": "ReLU", "\\text": "\\text",
}  # fmt: skip
MASKS = {">": "<", "<": ">", "\\geq": "<", "\\leq": ">", "\\ge": "<", "\\le": ">", "\\neq": "=", "\\ne": "="}


def mistakes(step: Step) -> list[Edit]:
    """Right sides with one mistake each. Some may be true by accident, or unreadable."""
    found = step.syntax()
    if found is None:
        return []
    content, text = found
    finder = _Finder(step, text)
    finder.whole(content)
    edits = [Edit(kind, _applied(text, [(start, end, new)])) for kind, start, end, new in finder.found]
    return list({edit.right: edit for edit in edits if edit.right.strip() and edit.right != text}.values())


def _applied(text: str, changes: Sequence[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


@dataclass
class _Finder:
    """Walks over a right side and notes the places of possible mistakes."""

    step: Step
    text: str
    found: list[Change] = field(default_factory=list)

    def note(self, kind: str, start: int, end: int, new: str) -> None:
        self.found.append((kind, start, end, new))

    def whole(self, content: List) -> None:
        for entry in content.entries:
            self.formula(entry)

    def formula(self, formula: Formula) -> None:
        sides = [side for side in formula.sides if side is not None]
        for before, relation, after in zip(formula.sides, formula.relations, formula.sides[1:], strict=False):
            if before is not None and after is not None and relation in MASKS:
                between = self.text[before.span.end : after.span.start]
                place = before.span.end + between.index(relation)
                self.note("mask", place, place + len(relation), MASKS[relation] + " ")
        for side in sides:
            self.sum(side)

    def sum(self, node: Sum) -> None:
        for number, (sign, term) in enumerate(zip(node.signs, node.terms, strict=True)):
            start, end = term.span.start, term.span.end
            before = node.terms[number - 1].span.end if number else node.span.start
            between = self.text[before:start]
            if sign in ("+", "-") and sign in between:
                place = before + between.index(sign)
                new = {"+": "-", "-": "+" if number else ""}[sign]
                self.note("sign", place, place + 1, new)
            elif not number:
                self.note("sign", start, start, "-")
            if len(node.terms) > 1:
                if number:
                    self.note("dropped term", before, end, " ")
                else:
                    behind = self.text[end : node.terms[1].span.start]
                    keep = "" if node.signs[1] == "+" else "-"
                    self.note("dropped term", node.span.start, end + len(behind), keep + " ")
            self.note("wrong factor", start, start, "2 \\cdot ")
            self.note("wrong factor", start, start, "\\frac{1}{2} ")
            self.term(term)

    def term(self, node: Term) -> None:
        self._swapped(node)
        for number, factor in enumerate(node.factors):
            self._dropped_factor(node, number)
            if len(node.factors) > 1 and not self._is_head(factor):
                self._transposed(factor)
            self.factor(factor)

    def _is_head(self, factor: Syntax) -> bool:
        base = unwrapped(factor.base) if isinstance(factor, Scripted) else unwrapped(factor)
        if isinstance(base, (Big, Nabla, Partial)):
            return True
        elaborator = self.step.elaborator()
        return elaborator.is_derivative_operator(factor) or elaborator.head(factor) is not None

    def _swapped(self, node: Term) -> None:
        for number, (first, second) in enumerate(pairwise(node.factors)):
            if node.operators[number].kind in STRONG | {"OTIMES"} and not (
                self._is_head(first) or self._is_head(second) or (number and self._is_head(node.factors[number - 1]))
            ):
                a, b = first.span, second.span
                between = self.text[a.end : b.start] or " "
                self.note(
                    "swapped factors",
                    a.start,
                    b.end,
                    self.text[b.start : b.end] + between + " " + self.text[a.start : a.end],
                )

    def _dropped_factor(self, node: Term, number: int) -> None:
        if len(node.factors) < 2 or self._is_head(node.factors[number]):
            return
        if number and self._is_head(node.factors[number - 1]):
            return
        factor = node.factors[number]
        beside: list[Operator] = [node.operators[at] for at in (number - 1, number) if 0 <= at < len(node.operators)]
        kind = "missing mask" if any(operator.kind in ENTRYWISE for operator in beside) else "dropped factor"
        if number:
            self.note(kind, node.factors[number - 1].span.end, factor.span.end, " ")
        else:
            self.note(kind, factor.span.start, node.factors[1].span.start, " ")

    def _transposed(self, factor: Syntax) -> None:
        plain = unwrapped(factor)
        if isinstance(plain, Literal):
            return
        written = self.text[factor.span.start : factor.span.end]
        if not _transpose_of(plain):
            self.note("added transpose", factor.span.start, factor.span.end, f"{{{written}}}^T")

    def factor(self, node: Syntax) -> None:
        match node:
            case Literal(text):
                self.literal(node, text)
            case Name():
                self.name(node, node)
            case Scripted():
                self.scripted(node)
            case Group() | Bars():
                self.whole(node.content)
            case Root(radicand, _):
                self.whole(radicand)
            case Quotient():
                self.fraction(node)
            case Environment():
                for line in node.lines:
                    for cell in line:
                        self.whole(cell)

    def literal(self, node: Literal, text: str) -> None:
        if text.isdigit():
            self.note("wrong factor", node.span.start, node.span.end, str(int(text) + 1))

    def fraction(self, node: Quotient) -> None:
        elaborator = self.step.elaborator()
        if elaborator.differential(node.bottom) is not None:
            for part in (node.top, node.bottom):
                found = elaborator.differential(part)
                for factor in () if found is None else found.of:
                    if not isinstance(unwrapped(factor), Group):
                        self.name(factor, factor)
            return
        self.whole(node.top)
        self.whole(node.bottom)

    def scripted(self, node: Scripted) -> None:
        base = unwrapped(node.base)
        if isinstance(base, Big):
            for script in node.scripts:
                if script.content is not None and script.kind == "sub":
                    for entry in script.content.entries:
                        for side in entry.sides[1:]:
                            if side is not None and len(side.terms) == 1:
                                self.factor(side.terms[0].factors[0])
            return
        for script in node.scripts:
            self.script(node, script)
        if isinstance(base, Name):
            self.name(node, base)
        else:
            self.factor(node.base)

    def script(self, node: Scripted, script: Script) -> None:
        if script.kind == "transpose":
            self.note("dropped transpose", script.span.start, script.span.end, "")
            return
        if script.kind != "sup" or script.content is None:
            return
        letter = _transpose_in(script.content)
        if letter is not None:
            alone = script.content.span.start == letter.span.start and script.content.span.end == letter.span.end
            place = script.span if alone else letter.span
            self.note("dropped transpose", place.start, place.end, "")
            return
        whole = script.content.only
        if whole is not None and len(whole.terms) == 1 and len(whole.terms[0].factors) == 1:
            only = whole.terms[0].factors[0]
            if isinstance(only, Literal):
                self.note("dropped power", script.span.start, script.span.end, "")
                self.note("wrong power", script.content.span.start, script.content.span.end, f"{{{only.text}1}}")
                return
        if canonical(unwrapped(node.base)).strip() == "e":
            self.whole(script.content)

    def name(self, node: Syntax, base: Syntax) -> None:
        """Another name of the same shape, another function."""
        written = self.text[base.span.start : base.span.end]
        if isinstance(base, Name) and base.text in OTHER_FUNCTIONS and written in OTHER_FUNCTIONS:
            self.note("wrong function", base.span.start, base.span.end, OTHER_FUNCTIONS[base.text] + " ")
        resolved = self.step.elaborator().resolve(node)
        if resolved is None or not isinstance(resolved.meaning, (Given, Computed)):
            return
        if resolved.sub is not None or resolved.sups or getattr(resolved.meaning, "kind", "real") != "real":
            return
        for other, meaning in self.step.table.meanings.items():
            known = isinstance(meaning, Given) and meaning.kind == "real"
            known = known or (isinstance(meaning, Computed) and meaning.value is not None)
            same = getattr(meaning, "shape", None) == resolved.meaning.shape
            if known and same and other != resolved.key and " " not in other.strip("\\ "):
                self.note("wrong name", node.span.start, node.span.end, f"{{{shown(other)}}}")


def _transpose_in(content: List) -> Name | None:
    """The T in `^T` or `^{[2]T}`."""
    only = content.only
    if only is None or len(only.terms) != 1 or only.signs[0]:
        return None
    last = unwrapped(only.terms[0].factors[-1])
    is_transpose = isinstance(last, Name) and canonical(last).strip() in ("T", "\\top", "\\intercal", "\\mathsf{T}")
    return last if is_transpose else None  # type: ignore[return-value]


def _transpose_of(node: Syntax) -> bool:
    """Whether a transpose stands at a factor."""
    if not isinstance(node, Scripted):
        return False
    return any(
        script.kind == "transpose" or (script.content is not None and _transpose_in(script.content) is not None)
        for script in node.scripts
    )


# ── rewritings ──


def rewritings(step: Step) -> list[Edit]:
    """Right sides that say the same in another way; the oracle has the last word on whether they do."""
    found = step.syntax()
    if found is None:
        return []
    content, text = found
    rewriter = _Rewriter(step, text)
    rewriter.whole(content)
    edits = [Edit(kind, _applied(text, [(start, end, new)])) for kind, start, end, new in rewriter.found]
    whole = rf"\left( {text} \right)"
    edits.append(Edit("bracketed", whole))
    if text.strip() != "0":
        edits.append(Edit("turned round twice", rf"-\left( -{whole} \right)"))
        edits.append(Edit("double transpose", rf"\left( {whole}^T \right)^T"))
        edits.append(Edit("halves added", rf"\frac{{1}}{{2}} {whole} + \frac{{1}}{{2}} {whole}"))
    edits += rewriter.renamed_indices(content)
    if step.sign == "=":
        edits.append(Edit("sides exchanged", step.left, step.right))
    return list({(edit.right, edit.left): edit for edit in edits}.values())


@dataclass
class _Rewriter:
    """Walks over a right side and notes what can be said in another way."""

    step: Step
    text: str
    found: list[Change] = field(default_factory=list)

    def note(self, kind: str, start: int, end: int, new: str) -> None:
        self.found.append((kind, start, end, new))

    def of(self, node: Syntax) -> str:
        return self.text[node.span.start : node.span.end]

    def whole(self, content: List) -> None:
        for entry in content.entries:
            for side in entry.sides:
                if side is not None:
                    self.sum(side)

    def sum(self, node: Sum) -> None:
        dotted = any(isinstance(factor, Dots) for term in node.terms for factor in term.factors)
        if len(node.terms) > 1 and not dotted and not any(_has_open_operator(self, term) for term in node.terms):
            parts = [(sign or "+", self.of(term)) for sign, term in zip(node.signs, node.terms, strict=True)]
            shifted = [*parts[1:], parts[0]]
            new = " ".join(f"{sign} {term}" for sign, term in shifted).removeprefix("+ ")
            self.note("commuted sum", node.span.start, node.span.end, new)
        for term in node.terms:
            self.term(term)

    def term(self, node: Term) -> None:
        if not _has_open_operator(self, node):
            self._twice_transposed(node)
            self._commuted(node)
            self._expanded(node)
            self._transposed_product(node)
            self._scalar_last(node)
        for function, bracket in pairwise(node.factors):
            self._written_out(function, bracket)
        for factor in node.factors:
            self.factor(factor)

    def _twice_transposed(self, node: Term) -> None:
        """A is (A^T)^T."""
        for number, factor in enumerate(node.factors):
            alone = not (number and self._is_head(node.factors[number - 1])) and not _is_bracket(node, number + 1)
            if alone and isinstance(factor, (Name, Scripted)) and self._is_matrix(factor):
                new = rf"\left( \left( {self.of(factor)} \right)^T \right)^T"
                self.note("double transpose", factor.span.start, factor.span.end, new)

    def _commuted(self, node: Term) -> None:
        """A ⊙ B C is B C ⊙ A."""
        weak = [at for at, operator in enumerate(node.operators) if operator.kind not in STRONG]
        if not weak or any(node.operators[at].kind not in ENTRYWISE or node.operators[at].sign for at in weak):
            return
        starts = [0, *(at + 1 for at in weak)]
        ends = [*(at for at in weak), len(node.factors) - 1]
        groups = [
            self.text[node.factors[start].span.start : node.factors[end].span.end]
            for start, end in zip(starts, ends, strict=True)
        ]
        sign = {"ODOT": " \\odot ", "CIRC": " \\circ ", "STAR": " * "}[node.operators[weak[0]].kind]
        new = sign.join(reversed(groups))
        self.note("commuted Hadamard product", node.span.start, node.span.end, new)

    def _expanded(self, node: Term) -> None:
        """A (B + C) D is A B D + A C D."""
        for number, factor in enumerate(node.factors):
            bracket = unwrapped(factor)
            inner = bracket.content.only if isinstance(bracket, Group) and bracket.kind in ("(", "[") else None
            is_argument = number > 0 and self._is_head(node.factors[number - 1])
            if (
                inner is None
                or len(node.factors) < 2
                or is_argument
                or len(inner.terms) < 2
                or any(_has_open_operator(self, term) for term in inner.terms)
            ):
                continue
            head = self.text[node.span.start : factor.span.start]
            tail = self.text[factor.span.end : node.span.end]
            pieces = [
                f"{sign or '+'} {head} ( {self.of(term)} ) {tail}"
                for sign, term in zip(inner.signs, inner.terms, strict=True)
            ]
            new = " ".join(pieces).removeprefix("+ ")
            self.note("expanded bracket", node.span.start, node.span.end, rf"\left( {new} \right)")

    def _transposed_product(self, node: Term) -> None:
        """A B is (B^T A^T)^T."""
        if len(node.factors) == 2 and node.operators[0].kind in STRONG and not node.operators[0].sign:
            first, second = (self.of(factor) for factor in node.factors)
            if not any(self._is_head(factor) or not self._is_factor(factor) for factor in node.factors):
                new = rf"\left( \left( {second} \right)^T \left( {first} \right)^T \right)^T"
                self.note("transposed product", node.span.start, node.span.end, new)

    def _is_factor(self, factor: Syntax) -> bool:
        """Whether a factor is one by itself: no number, no argument of a function, no derivative of four indices."""
        inner = unwrapped(factor)
        if isinstance(inner, Quotient):
            return self.step.elaborator().differential(inner.bottom) is None
        return not isinstance(inner, Literal) and not (
            isinstance(inner, Group) and (len(inner.content.entries) > 1 or inner.content.entries[0].relations)
        )

    def _scalar_last(self, node: Term) -> None:
        first = unwrapped(node.factors[0])
        if isinstance(first, Literal) and len(node.factors) > 1 and node.operators[0].kind in STRONG:
            rest = self.text[node.factors[1].span.start : node.span.end]
            new = rf"\left( {rest} \right) \cdot {first.text}"
            self.note("scalar last", node.span.start, node.span.end, new)

    def _written_out(self, function: Syntax, bracket: Syntax) -> None:
        inner = unwrapped(bracket)
        name = unwrapped(function)
        if not (isinstance(inner, Group) and inner.kind == "(" and isinstance(name, Name)):
            return
        head = self.step.elaborator().head(function)
        if head is None or head.order or head.sub is not None or head.sups:
            return
        argument = self.text[inner.content.span.start : inner.content.span.end]
        for new in _WRITTEN_OUT.get(head.name, ()):
            written = new.replace("@", f"({argument})")
            self.note(f"{head.name} written out", function.span.start, bracket.span.end, written)

    def _is_head(self, factor: Syntax) -> bool:
        base = unwrapped(factor.base) if isinstance(factor, Scripted) else unwrapped(factor)
        if isinstance(base, (Big, Nabla, Partial)):
            return True
        elaborator = self.step.elaborator()
        return elaborator.is_derivative_operator(factor) or elaborator.head(factor) is not None

    def factor(self, node: Syntax) -> None:
        match node:
            case Group() | Bars():
                self.whole(node.content)
            case Quotient() if self.step.elaborator().differential(node.bottom) is None:
                self.whole(node.top)
                self.whole(node.bottom)
            case Scripted() if not isinstance(unwrapped(node.base), Name):
                self.factor(node.base)

    def _is_matrix(self, node: Syntax) -> bool:
        resolved = self.step.elaborator().resolve(node)
        if resolved is None or not isinstance(resolved.meaning, (Given, Computed)) or resolved.sub is not None:
            return False
        return resolved.meaning.shape.is_matrix and not resolved.sups

    def renamed_indices(self, content: List) -> list[Edit]:
        """Every bound index renamed to a letter that nothing else is called."""
        edits = []
        used = set(re.findall(r"[A-Za-z]", self.text + self.step.left))
        free = [letter for letter in "qrpgm" if letter not in used and self.step.table.find(letter) is None]
        free = [letter for letter in free if self.step.table.find_dim(letter) is None]
        for letter in _bound_letters(content):
            if free and letter not in self.step.left and self.step.table.find_dim(letter) is None:
                new = _renamed(self.text, content, letter, free[0])
                if new != self.text:
                    edits.append(Edit("renamed index", new))
        return edits


_WRITTEN_OUT = {
    "sigmoid": (r"\frac{1}{1 + e^{-@}}", r"\frac{e^{@}}{1 + e^{@}}", r"(1 - \sigma(-@))"),
    "tanh": (r"\frac{e^{@} - e^{-@}}{e^{@} + e^{-@}}", r"(2 \sigma(2 @) - 1)"),
    "relu": (r"\max(0, @)", r"(@ \odot \mathbb{1}(@ > 0))"),
    "softplus": (r"\log(1 + e^{@})",),
    "exp": (r"\frac{1}{e^{-@}}",),
}


def _has_open_operator(rewriter: _Rewriter, term: Term) -> bool:
    """Whether something in a term takes all that follows: a sum sign, an operator, a function without brackets."""
    for number, factor in enumerate(term.factors):
        base = unwrapped(factor.base) if isinstance(factor, Scripted) else unwrapped(factor)
        if isinstance(base, (Big, Nabla)) or rewriter.step.elaborator().is_derivative_operator(factor):
            return True
        if rewriter.step.elaborator().head(factor) is not None:
            behind = term.factors[number + 1] if number + 1 < len(term.factors) else None
            bracket = behind.base if isinstance(behind, Scripted) else behind
            if not isinstance(bracket, Group):
                return True
    return False


def _is_bracket(node: Term, number: int) -> bool:
    return number < len(node.factors) and isinstance(node.factors[number], Group)


def _descendants(node: object) -> Iterator[Syntax]:
    if isinstance(node, Syntax):
        yield node
    if hasattr(node, "__dataclass_fields__"):
        for name in node.__dataclass_fields__:
            if name != "span":
                yield from _descendants(getattr(node, name))
    elif isinstance(node, tuple):
        for item in node:
            yield from _descendants(item)


def _bound_letters(content: List) -> list[str]:
    """The letters that sum signs bind."""
    letters = []
    for node in _descendants(content):
        if isinstance(node, Scripted) and isinstance(unwrapped(node.base), Big):
            for script in node.scripts:
                if script.kind == "sub" and script.content is not None:
                    for entry in script.content.entries:
                        side = entry.sides[0]
                        for factor in side.terms[0].factors if side is not None else ():
                            if isinstance(unwrapped(factor), Name):
                                letters.append(canonical(unwrapped(factor)).strip())
    return list(dict.fromkeys(letter for letter in letters if len(letter) == 1))


def _renamed(text: str, content: List, letter: str, new: str) -> str:
    places = {
        (node.span.start, node.span.end, new)
        for node in _descendants(content)
        if isinstance(node, Name) and node.text == letter and text[node.span.start : node.span.end] == letter
    }
    return _applied(text, sorted(places))
