"""Sums over an index, with bounds and without; conditions, cases, matrices written out."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal as OneOf

from derive.errors import Meaningless, Unreadable
from derive.expressions.shapes import Dim
from derive.expressions.tree import (
    AllOf,
    Cases,
    Comparator,
    Comparison,
    Condition,
    Expr,
    IndexNumber,
    IndexShift,
    IndexValue,
    IndexVariable,
    Label,
    Quantified,
    Range,
    Reduce,
)
from derive.notation.complaints import unknown_environment
from derive.notation.elaboration.application import Head
from derive.notation.elaboration.dots import not_empty
from derive.notation.elaboration.numbers import OverNumber
from derive.notation.elaboration.over_numbers import Bound, SumsOverNumbers
from derive.notation.elaboration.ranges import START, End, as_list, extent_of
from derive.notation.elaboration.scripts import is_index_letter
from derive.notation.names import canonical, plain, unwrapped
from derive.notation.syntax import (
    Big,
    Environment,
    Formula,
    List,
    Name,
    Scripted,
    Sum,
    Syntax,
    Term,
    Word,
)
from derive.notation.tables import CASES_ENVIRONMENTS, MATRIX_ENVIRONMENTS, RELATIONS
from derive.source import Span

_MATRIX_BARS: dict[str, OneOf["det", "l2"]] = {"vmatrix": "det", "Vmatrix": "l2"}
"""What the bars around a matrix that is written out mean."""

_COMPARATORS: dict[str, Comparator] = {
    "claim": "=",
    "differ": "!=",
    "less": "<",
    "greater": ">",
    "at most": "<=",
    "at least": ">=",
}


class BigOperators(SumsOverNumbers):
    """Quantified sums and what is written out."""

    # ── sums over an index ──

    def big(self, node: Syntax, operand: Callable[[], Expr], span: Span) -> Expr:
        """`\\sum_{i=1}^N` and its kin, of what stands behind."""
        node = unwrapped(node)
        sign = unwrapped(node.base) if isinstance(node, Scripted) else node
        assert isinstance(sign, Big)
        kind: OneOf["sum", "product"] = "sum" if sign.kind == "sum" else "product"
        subs = [script.content for script in node.scripts if script.kind == "sub"] if isinstance(node, Scripted) else []
        sups = [script.content for script in node.scripts if script.kind == "sup"] if isinstance(node, Scripted) else []
        sups = [sup for sup in sups if sup is None or not_empty(sup)]
        if not subs or subs[0] is None:
            value = operand()
            if kind == "sum" and value.shape.is_matrix and not sups:
                return Reduce("sum", value, span=span)
            raise Unreadable("this sum does not say over which index; write it below, as in \\sum_i", node.span)
        bounds = self.bounds(subs[0], sups[0] if sups else None)
        return self.quantified(kind, bounds, operand, span)

    def quantified_call(self, head: Head, arguments: Callable[[], list[Expr]], span: Span) -> Expr:
        assert head.sub is not None
        kind: OneOf["max", "min"] = "max" if head.name == "max" else "min"

        def body() -> Expr:
            values = arguments()
            if len(values) != 1:
                raise Unreadable(f"{kind} over an index takes one expression", span)
            return values[0]

        return self.quantified(kind, self.bounds(head.sub, None), body, span)

    def quantified(
        self,
        kind: OneOf["sum", "product", "max", "min"],
        bounds: Sequence[Bound],
        operand: Callable[[], Expr],
        span: Span,
    ) -> Expr:
        made, depth = len(self.choices.made), self.depth
        try:
            return self._over_indices(kind, bounds, operand, span)
        except OverNumber as found:
            numbered = next((bound for bound in bounds if bound.letter == found.letter), None)
            if numbered is None:
                raise
        del self.choices.made[made:], self.choices.offered[made:]
        self.depth = depth
        others = [bound for bound in bounds if bound is not numbered]

        def term() -> Expr:
            return self.quantified(kind, others, operand, span) if others else operand()

        return self.written_out(kind, numbered, term, span)

    def _over_indices(
        self,
        kind: OneOf["sum", "product", "max", "min"],
        bounds: Sequence[Bound],
        operand: Callable[[], Expr],
        span: Span,
    ) -> Expr:
        with self.scope([bound.letter for bound in bounds]) as indices:
            body = operand()
            conditions = [None if bound.condition is None else self.condition(bound.condition) for bound in bounds]
            for bound, index, condition in reversed(list(zip(bounds, indices, conditions, strict=True))):
                body = Quantified(kind, index, self.range_of(bound, index, span), body, condition, span=span)
        return body

    def range_of(self, bound: Bound, index: IndexVariable, span: Span) -> Range:
        """The range that a bound index has: as its bounds say, where its uses allow it, else that of its uses.

        Where positions are counted from 0, `\\sum_{i=1}^N` over a dimension N still counts its N entries.
        """
        uses = self.uses.get(index, [])
        first, last = bound.first, bound.last
        if first is not None and last is not None:
            whole = bool(uses) and all(use.dim.size == last.position and not use.by for use in uses)
            if first.position == 1 and self.table.index_base == 0 and whole:
                first, last = replace(first.moved(-1), is_number=not last.is_number), last.moved(-1)
            return self.range_between(bound.letter, first, last, uses, span)
        dim = self.common_range(index.name, uses, span)
        lowest = max([0, *(-use.by for use in uses)])
        highest = (dim.size or 1) - 1 - max([0, *(use.by for use in uses)])
        extent = extent_of(first, last, dim, uses)
        return Range(
            lowest if first is None else first.position,
            highest if last is None else last.position,
            dim,
            extent,
            span=span,
        )

    # ── bounds ──

    def bounds(self, sub: List, sup: List | None) -> list[Bound]:
        """The indices that a sum binds. Raises `Unreadable` where what stands below the sign is no index."""
        last = None if sup is None else self.end(sup)
        only = sub.entries[0]
        if len(sub.entries) == 1 and only.relations:
            return self._related_bounds(only, sub, sup, last)
        if any(entry.relations for entry in sub.entries):
            return self._listed_bounds(sub, sup, last)
        letters = [letter for entry in sub.entries for letter in self._letters(entry)]
        if sup is not None:
            if len(letters) != 1:
                raise Unreadable("one upper bound stands above several indices", sup.span)
            return [Bound(letters[0], START, self.count(sup))]
        return [Bound(letter) for letter in letters]

    def _listed_bounds(self, sub: List, sup: List | None, last: End | None) -> list[Bound]:
        """`i,j=1` binds both letters; `k=1, k \\neq c` binds one, and restricts it."""
        found: list[Bound] = []
        waiting: list[Bound] = []
        for entry in sub.entries:
            content = List((entry,), span=entry.span)
            bound = [one.letter for one in (*waiting, *found)]
            if not entry.relations:
                waiting += [Bound(letter) for letter in self._letters(entry)]
            elif RELATIONS.get(entry.relations[0], "") == "claim":
                (first,) = self._related_bounds(entry, content, sup, last)
                found += [replace(first, letter=letter) for letter in (*(one.letter for one in waiting), first.letter)]
                waiting = []
            elif (letter := self._letter(entry.sides[0], entry.span)) in bound:
                found, waiting = ([_restricted(one, letter, content) for one in group] for group in (found, waiting))
            else:
                found += self._related_bounds(entry, content, sup, last)
        if waiting and sup is not None:
            raise Unreadable("whether the upper bound stands above this index is not certain", sub.span)
        return [*found, *waiting]

    def _other_letter(self, formula: Formula, kind: str) -> str | None:
        """The j of `\\sum_{i<j}`, which may be bound there too."""
        side = formula.sides[1]
        factor = None if side is None else side.single_factor
        if kind not in ("less", "greater", "at most", "at least") or not isinstance(factor, Name):
            return None
        is_free = self.resolve(factor) is None and is_index_letter(factor.text)
        return plain(factor.text) if is_free else None

    def _related_bounds(self, formula: Formula, sub: List, sup: List | None, last: End | None) -> list[Bound]:
        kinds = [RELATIONS.get(relation, "") for relation in formula.relations]
        if kinds == ["claim"]:
            letter = self._letter(formula.sides[0], formula.span)
            first = self.end(as_list(formula.sides[1], formula.span))
            return [Bound(letter, first, last)]
        if kinds == ["member"]:
            letter = self._letter(formula.sides[0], formula.span)
            factor = None if formula.sides[1] is None else formula.sides[1].single_factor
            dim = None if factor is None else self.dim_named(unwrapped(factor))
            if dim is None:
                raise Unreadable("the set over which this sum runs is not known", formula.span)
            return [Bound(letter, START, End((dim.size or 1) - 1, dim))]
        if kinds in (["at most", "at most"], ["less", "at most"], ["at most", "less"]):
            lower = self.end(as_list(formula.sides[0], formula.span)).moved(kinds[0] == "less")
            upper = self.end(as_list(formula.sides[2], formula.span)).moved(-(kinds[1] == "less"))
            return [Bound(self._letter(formula.sides[1], formula.span), lower, upper)]
        if len(kinds) == 1 and kinds[0] in _COMPARATORS:
            letter = self._letter(formula.sides[0], formula.span)
            other = self._other_letter(formula, kinds[0])
            if other is not None and self.choices.choose((frozenset(), frozenset())) == 1:
                return [Bound(other), Bound(letter, condition=sub)]
            return [Bound(letter, None if sup is None else START, None if sup is None else self.count(sup), sub)]
        raise Unreadable("what stands below this sum is not read", formula.span)

    def _letters(self, entry: Formula) -> list[str]:
        """`i`, or `ij` for two indices."""
        side = entry.sides[0]
        if side is None or entry.relations or len(side.terms) != 1 or side.signs[0]:
            raise Unreadable("what stands below this sum is no index", entry.span)
        factors = [unwrapped(factor) for factor in side.terms[0].factors]
        return [self._letter_of(factor) for factor in factors]

    def _letter(self, side: Sum | None, span: Span) -> str:
        if side is None or len(side.terms) != 1 or len(side.terms[0].factors) != 1 or side.signs[0]:
            raise Unreadable("an index letter was expected here", span)
        return self._letter_of(unwrapped(side.terms[0].factors[0]))

    def _letter_of(self, factor: Syntax) -> str:
        text = canonical(factor).strip()
        if not isinstance(factor, (Name, Scripted)):
            raise Unreadable(f"{text or 'this'} is no index letter", factor.span)
        return plain(text)

    # ── conditions ──

    def condition(self, content: List) -> Condition:
        """Comparisons between commas, all of which must hold."""
        found: list[Condition] = []
        entries = [entry for entry in content.entries if any(side is not None for side in entry.sides)]
        for entry in entries:
            found += self._comparisons(entry)
        if not found:
            raise Unreadable("a condition was expected here", content.span)
        return found[0] if len(found) == 1 else AllOf(tuple(found), span=content.span)

    def _comparisons(self, entry: Formula) -> list[Condition]:
        sides = [_without_words(side) for side in entry.sides]
        if not entry.relations:
            raise Unreadable("this condition compares nothing", entry.span)
        found: list[Condition] = []
        for at, relation in enumerate(entry.relations):
            comparator = _COMPARATORS.get(RELATIONS.get(relation, ""))
            left, right = sides[at], sides[at + 1]
            if comparator is None or left is None or right is None:
                raise Unreadable(f"the relation {relation} is not read in a condition", entry.span)
            found.append(
                Comparison(self._compared(left, right), comparator, self._compared(right, left), span=entry.span)
            )
            self._share_range(found[-1])
        return found

    def _compared(self, side: Sum, other: Sum) -> Expr:
        """One side of a comparison: an index where it is one, else a value."""
        single = (
            unwrapped(side.terms[0].factors[0])
            if len(side.terms) == 1 and len(side.terms[0].factors) == 1 and not side.signs[0]
            else None
        )
        if isinstance(single, (Name, Scripted)):
            resolved = self.resolve(single)
            base = single.base if isinstance(single, Scripted) else single
            letter = resolved is None and isinstance(single, Name) and is_index_letter(single.text)
            if letter or (resolved is None and isinstance(base, Name) and self.bound(plain(base.text)) is not None):
                return IndexValue(self.index(side, side.span), span=side.span)
            dim_as_letter = resolved is not None and isinstance(resolved.meaning, Dim) and is_index_letter(resolved.key)
            if dim_as_letter and self._is_index_side(other):
                return IndexValue(self.index(side, side.span), span=side.span)
        return self.expression(side)

    def _is_index_side(self, side: Sum) -> bool:
        try:
            value = self.index(side, side.span)
        except (Unreadable, Meaningless):
            return False
        return isinstance(value, (IndexVariable, Label, IndexNumber, IndexShift))

    def _share_range(self, condition: Condition) -> None:
        """An index compared with a label runs over the label's classes; two compared indices over one range."""
        if (
            isinstance(condition, Comparison)
            and isinstance(condition.left, IndexValue)
            and isinstance(condition.right, IndexValue)
        ):
            for index, other in (
                (condition.left.index, condition.right.index),
                (condition.right.index, condition.left.index),
            ):
                classes = self.classes(other.name) if isinstance(other, Label) else None
                if isinstance(index, IndexVariable) and classes is not None:
                    self.use(index, classes, condition.span)
                if isinstance(index, IndexVariable) and isinstance(other, IndexVariable):
                    self.compared.append((index, other))

    # ── environments ──

    def environment(self, node: Environment) -> Expr:
        lines = [line for line in node.lines if len(line) > 1 or any(not_empty(cell) for cell in line)]
        if not lines:
            raise Unreadable("nothing stands in this environment", node.span)
        if node.name in CASES_ENVIRONMENTS:
            return Cases(tuple(self._branch(line) for line in lines), span=node.span)
        if node.name not in MATRIX_ENVIRONMENTS:
            raise Unreadable(unknown_environment(node.name), node.span)
        value = self.written_matrix(lines, node.span)
        kind = _MATRIX_BARS.get(node.name)
        return value if kind is None else Reduce(kind, value, span=node.span)

    def _branch(self, line: Sequence[List]) -> tuple[Expr, Condition | None]:
        cells = [_without_empty(cell) for cell in line if not_empty(cell)]
        if len(cells) == 1 and len(cells[0].entries) > 1:
            head, *rest = cells[0].entries
            cells = [List((head,), span=head.span), List(tuple(rest), span=cells[0].span)]
        if not cells or len(cells) > 2:
            raise Unreadable("a case is a value and a condition", line[0].span)
        value = self.list_value(cells[0])
        if len(cells) == 1:
            return value, None
        if _is_otherwise(cells[1]):
            return value, None
        return value, self.condition(cells[1])


def _restricted(bound: Bound, letter: str, condition: List) -> Bound:
    """The bound of that letter with one more condition."""
    if bound.letter != letter:
        return bound
    before = () if bound.condition is None else bound.condition.entries
    return replace(bound, condition=List((*before, *condition.entries), span=condition.span))


def _without_empty(cell: List) -> List:
    return List(tuple(entry for entry in cell.entries if entry.relations or entry.sides[0] is not None), span=cell.span)


def _is_otherwise(cell: List) -> bool:
    only = cell.only
    factor = unwrapped(only.terms[0].factors[0]) if only is not None else None
    return isinstance(factor, Word) and factor.kind == "OTHERWISE"


def _without_words(side: Sum | None) -> Sum | None:
    """`if x` is x: the words of a condition are passed over."""
    if side is None:
        return None
    first = side.terms[0]
    factors = list(first.factors)
    while factors and isinstance(factors[0], Word):
        word = factors.pop(0)
        if isinstance(word, Word) and word.kind == "WORDS":
            raise Unreadable(
                f"the words “{word.text}” make a condition that is not read; write it as a formula", word.span
            )
    if len(factors) == len(first.factors):
        return side
    if not factors:
        return None
    term = Term(tuple(factors), first.operators[len(first.factors) - len(factors) :], span=first.span)
    return Sum(side.signs, (term, *side.terms[1:]), span=side.span)
