"""Index formulas: entries of expressions, sums over indices, and the matrix form of a formula.

`entry` goes from A to the formula of A_ij, `formula` back from a formula of i and j to a matrix in matrix notation
where there is one. A sum over i of a term with 1(i = r) is that term at i = r.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from fractions import Fraction
from functools import singledispatchmethod

from derive.expressions import tree
from derive.expressions.shapes import ONE, SCALAR, Dim, Shape, matrix
from derive.expressions.tree import Expr, Index, IndexVariable, Node
from derive.expressions.walk import rebuilt, walk
from derive.gradients.terms import Term, expression, parts_of, spread, term_of, terms_of, without
from derive.gradients.tidy import (
    applied,
    column_sums,
    extent,
    inner,
    is_zero,
    matmul,
    number,
    of_term,
    plus,
    power,
    row_sums,
    summed,
    times,
    transposed,
)
from derive.records import dataclass, remembered


@dataclass(frozen=True)
class Binder:
    """An index and the positions that it runs over."""

    index: IndexVariable
    range: tree.Range

    @property
    def is_whole(self) -> bool:
        return self.range.first == 0 and self.range.last + 1 == self.range.dim.size


def whole(index: IndexVariable, dim: Dim) -> Binder:
    """The index running over all of a dimension."""
    return Binder(index, tree.Range(0, (dim.size or 0) - 1, dim, "dimension"))


# ── which indices there are ──


@remembered
def free_indices(node: Node) -> frozenset[IndexVariable]:
    """The indices of a node that nothing in it binds."""
    if isinstance(node, IndexVariable):
        return frozenset({node})
    found = frozenset(index for part in tree.parts(node) for index in free_indices(part))
    match node:
        case tree.Quantified(index=index):
            return found - {index}
        case tree.EntryFormula(row, column):
            return found - {row, column}
    return found


def mentions(node: Node, index: IndexVariable) -> bool:
    return index in free_indices(node)


def replaced(node: Expr, index: IndexVariable, by: Index) -> Expr:
    """The node at another index; `by` is never one that the node binds, since those are made afresh."""

    def change(part: Node) -> Node | None:
        match part:
            case IndexVariable():
                return by if part == index else None
            case tree.Quantified(index=bound) if bound == index:
                return part
            case tree.EntryFormula(row, column) if index in (row, column):
                return part
            case tree.IndexShift(inner_index, shift) if inner_index == index and isinstance(by, tree.IndexNumber):
                return tree.IndexNumber(by.position + shift)
        return None

    return rebuilt(node, change)  # type: ignore[return-value]


def has_nested_label(node: Node) -> bool:
    """Whether a label stands as the example of a label, which has no meaning."""
    return any(isinstance(part, tree.Label) and isinstance(part.example, tree.Label) for part in walk(node))


def unbound_letters(node: Node) -> set[str]:
    return {part.name for part in walk(node) if isinstance(part, IndexVariable)}


LETTERS = ("i", "j", "k", "l", "m", "p", "q", "r", "s")
STANDARD = 900_000
"""The scopes of indices in a formula that is complete: so two equal formulas are equal trees."""


def lettered(node: Expr) -> Expr:
    """A formula without free indices with the letters that people expect: i and j, then k, l, …

    An index gets its letter from how deep it is bound, so that equal formulas become equal.
    """
    if free_indices(node):
        return node
    names = {part.name for part in walk(node) if isinstance(part, tree.Label)}
    letters = [letter for letter in LETTERS if letter not in names]
    return _with_letters(node, letters, 0)


def _with_letters(node: Expr, letters: list[str], depth: int) -> Expr:
    def standard(at: int) -> IndexVariable:
        return IndexVariable(letters[at % len(letters)], STANDARD + at)

    def change(part: Node) -> Node | None:
        if isinstance(part, tree.EntryFormula):
            body = part.body
            row = None if part.row is None else standard(depth)
            column = None if part.column is None else standard(depth + (0 if part.row is None else 1))
            for own, new in ((part.row, row), (part.column, column)):
                if own is not None and new is not None:
                    body = replaced(body, own, new)
            return replace(part, row=row, column=column, body=_with_letters(body, letters, depth + 2))
        if isinstance(part, tree.Quantified):
            new = standard(depth)
            condition = part.condition
            if condition is not None:
                condition = replaced(tree.Indicator(condition), part.index, new).condition  # type: ignore[attr-defined]
            body = _with_letters(replaced(part.body, part.index, new), letters, depth + 1)
            return replace(part, index=new, body=body, condition=condition)
        return None

    return rebuilt(node, change)  # type: ignore[return-value]


@dataclass
class Indices:
    """Makes indices that nothing else has, and works with formulas; `base` is where people count from.

    `one_hot` are the one-hot symbols whose hot index has a name of its own.
    """

    base: int = 1
    one_hot: Mapping[str, Expr] = field(default_factory=dict)
    counter: Iterator[int] = field(default_factory=lambda: itertools.count(1_000_000))

    def fresh(self, name: str) -> IndexVariable:
        return IndexVariable(name, next(self.counter))

    def letters(self, *nodes: Node, count: int = 2) -> list[IndexVariable]:
        """Fresh indices whose letters do not stand in some nodes."""
        taken = {letter for node in nodes for letter in unbound_letters(node)}
        free = [letter for letter in LETTERS if letter not in taken] + [*LETTERS]
        return [self.fresh(letter) for letter in free[:count]]

    # ── comparisons of indices ──

    def same(self, left: Index, right: Index) -> Expr:
        """1(i = j)."""
        if left == right:
            return number(1)
        if isinstance(left, tree.IndexNumber) and isinstance(right, tree.IndexNumber):
            return number(int(left.position == right.position))
        if isinstance(right, tree.Label) and not isinstance(left, tree.Label):
            left, right = right, left
        return tree.Indicator(tree.Comparison(tree.IndexValue(left), "=", tree.IndexValue(right)))

    def between(self, index: Index, positions: tree.Range, dim: Dim) -> Expr:
        """1(first <= i <= last), without what is always so in a dimension; the last by its distance from the end."""
        bounds: list[Expr] = []
        if positions.first > 0:
            lowest = number(positions.first + self.base)
            bounds.append(tree.Indicator(tree.Comparison(tree.IndexValue(index), ">=", lowest)))
        if positions.last + 1 != dim.size:
            highest = number(positions.last + self.base)
            if positions.extent == "dimension":
                highest = plus(extent(positions.dim), number(self.base - 1 - positions.from_end))
            bounds.append(tree.Indicator(tree.Comparison(tree.IndexValue(index), "<=", highest)))
        return times(*bounds) if bounds else number(1)

    # ── entries ──

    def entry(self, node: Expr, row: Index, column: Index) -> Expr:
        """A_ij as a formula; for a row or a column that is broadcast, its entry there."""
        if node.shape.is_scalar:
            return node
        first = tree.IndexNumber(0)
        at = first if node.shape.rows.is_unit else row, first if node.shape.columns.is_unit else column
        return self._entry(node, *at)

    @singledispatchmethod
    def _entry(self, node: Expr, row: Index, column: Index) -> Expr:
        return tree.Entry(node, row, column)

    @_entry.register
    def _(self, node: tree.Fill, row: Index, column: Index) -> Expr:
        return number(node.value)

    @_entry.register
    def _(self, node: tree.Identity, row: Index, column: Index) -> Expr:
        return self.same(row, column)

    @_entry.register
    def _(self, node: tree.Transpose, row: Index, column: Index) -> Expr:
        return self.entry(node.operand, column, row)

    @_entry.register
    def _(self, node: tree.EntryFormula, row: Index, column: Index) -> Expr:
        body = self.renamed(node.body)
        for index, at in ((node.row, row), (node.column, column)):
            if index is not None:
                body = replaced(body, index, at)
        return body

    @_entry.register
    def _(self, node: tree.Slice, row: Index, column: Index) -> Expr:
        if node.along == "row":
            return self.entry(node.operand, node.index, column)
        return self.entry(node.operand, row, node.index)

    @_entry.register
    def _(self, node: tree.Quantified, row: Index, column: Index) -> Expr:
        if node.kind in ("max", "min"):
            return tree.Entry(node, row, column)
        opened = self.rebound(node)
        return replace(opened, body=self.entry(opened.body, row, column))

    @_entry.register
    def _(self, node: tree.MatMul, row: Index, column: Index) -> Expr:
        """(A B)_ij = sum_k A_ik B_kj where A or B has indices of its own."""
        if not free_indices(node):
            return tree.Entry(node, row, column)
        index = self.letters(node, row, column, count=1)[0]
        dim = node.left.shape.columns
        body = times(self.entry(node.left, row, index), self.entry(node.right, index, column))
        return self.total(whole(index, dim), body)

    @_entry.register(tree.Negative)
    @_entry.register(tree.Add)
    @_entry.register(tree.Scale)
    @_entry.register(tree.Hadamard)
    @_entry.register(tree.Quotient)
    def _(self, node: Expr, row: Index, column: Index) -> Expr:
        """(A ⊙ B)_ij = A_ij B_ij, and so on."""
        terms = []
        for term in terms_of(node):
            made = Term(term.number, SCALAR, term.scalars)
            for atom, exponent in term.factors.items():
                is_whole = not free_indices(atom) and not isinstance(atom, tree.EntryFormula)
                inside = tree.Entry(atom, *_placed(atom, row, column)) if is_whole else None
                made = made.times(term_of(inside or self.entry(atom, row, column)).to_the(exponent))
            terms.append(of_term(made))
        return plus(*terms) if terms else number(0)

    @_entry.register
    def _(self, node: tree.Apply, row: Index, column: Index) -> Expr:
        return replace(node, operand=self.entry(node.operand, row, column))

    @_entry.register
    def _(self, node: tree.Unspecified, row: Index, column: Index) -> Expr:
        return replace(node, operand=self.entry(node.operand, row, column))

    @_entry.register
    def _(self, node: tree.Power, row: Index, column: Index) -> Expr:
        return power(self.entry(node.base, row, column), node.exponent)

    @_entry.register
    def _(self, node: tree.Indicator, row: Index, column: Index) -> Expr:
        if isinstance(node.condition, tree.Comparison):
            compared = node.condition
            left, right = self.entry(compared.left, row, column), self.entry(compared.right, row, column)
            return tree.Indicator(tree.Comparison(left, compared.comparator, right))
        return tree.Entry(node, row, column)

    # ── bound indices made afresh ──

    def rebound(self, node: tree.Quantified) -> tree.Quantified:
        """The same sum over an index of its own."""
        index = self.fresh(node.index.name)
        condition = None
        if node.condition is not None:
            condition = replaced(tree.Indicator(node.condition), node.index, index).condition  # type: ignore[attr-defined]
        return replace(node, index=index, body=replaced(node.body, node.index, index), condition=condition)

    def renamed(self, node: Expr) -> Expr:
        """The node with all indices that it binds made afresh."""

        def change(part: Node) -> Node | None:
            if isinstance(part, tree.EntryFormula):
                fresh = [None if own is None else self.fresh(own.name) for own in (part.row, part.column)]
                body = part.body
                for own, new in zip((part.row, part.column), fresh, strict=True):
                    if own is not None and new is not None:
                        body = replaced(body, own, new)
                return tree.EntryFormula(fresh[0], fresh[1], self.renamed(body), part.of_shape)
            if isinstance(part, tree.Quantified):
                opened = self.rebound(part)
                return replace(opened, body=self.renamed(opened.body))
            return None

        return rebuilt(node, change)  # type: ignore[return-value]

    # ── sums over an index ──

    def total(self, binder: Binder, body: Expr) -> Expr:
        """sum_i of a formula, term by term; entry by entry for a matrix."""
        if not body.shape.is_scalar:
            if not mentions(body, binder.index):
                return times(self._count(binder), body)
            row, column = self.letters(body, binder.index)
            entries = self.entry(body, row, column)
            return self.formula(row, column, self.total(binder, entries), body.shape)
        return plus(*(self._total_of_term(binder, term) for term in terms_of(body)), shape=SCALAR)

    def _count(self, binder: Binder) -> Expr:
        if binder.is_whole:
            return extent(binder.range.dim)
        return number(binder.range.last - binder.range.first + 1)

    def _total_of_term(self, binder: Binder, term: Term) -> Expr:
        """What does not have the index in front, 1(i = r) used up, conditions on the index below the sum."""
        index = binder.index
        for atom, exponent in term.scalars.items():
            partner = _partner(atom, index) if exponent > 0 else None
            if partner is not None and not _is_shifted(without(term, atom), index):
                rest = expression(without(term, atom))
                at_partner = replaced(rest, index, partner)
                if not has_nested_label(at_partner) and not mentions_partner(partner, index):
                    return times(self.between(partner, binder.range, binder.range.dim), at_partner)
        inside = {atom: exponent for atom, exponent in term.scalars.items() if mentions(atom, index)}
        outside = Term(
            term.number, SCALAR, {atom: exponent for atom, exponent in term.scalars.items() if atom not in inside}
        )
        if not inside:
            return times(expression(outside), self._count(binder))
        return times(expression(outside), _quantified(binder, inside))

    # ── matrices from formulas ──

    def formula(self, row: IndexVariable | None, column: IndexVariable | None, body: Expr, shape: Shape) -> Expr:
        """The matrix with this formula at (i, j): in matrix notation where there is one."""
        if is_zero(body):
            return tree.Fill(0, shape)
        if shape.is_scalar:
            return Lift(self, None, None, shape).lifted(body) or body
        dims = (None if shape.rows.is_unit else row), (None if shape.columns.is_unit else column)
        lifted = Lift(self, *dims, shape).matrix(body) if not (free_indices(body) - {row, column}) else None
        if lifted is not None:
            return lifted
        return lettered(tree.EntryFormula(dims[0], dims[1], body, shape))

    def indicator_of_label(self, label: tree.Label, shape: Shape) -> Expr:
        """The one-hot vector of a label, or the matrix of the one-hot rows of labels."""
        if label.name in self.one_hot:
            symbol = self.one_hot[label.name]
            return symbol if symbol.shape == shape else transposed(symbol)
        if label.example is None:
            index = self.fresh("j")
            at = (index, None) if shape.is_column else (None, index)
            return lettered(tree.EntryFormula(at[0], at[1], self.same(index, label), shape))
        row, column = self.fresh("i"), self.fresh("j")
        if label.example == tree.IndexNumber(0):
            body = self.same(column, tree.Label(label.name, row))
        else:
            body = self.same(row, tree.Label(label.name, column))
        return lettered(tree.EntryFormula(row, column, body, shape))


def mentions_partner(partner: Index, index: IndexVariable) -> bool:
    return index in free_indices(partner)


def _placed(node: Expr, row: Index, column: Index) -> tuple[Index, Index]:
    first = tree.IndexNumber(0)
    return first if node.shape.rows.is_unit else row, first if node.shape.columns.is_unit else column


def _partner(atom: Expr, index: IndexVariable) -> Index | None:
    """What an index is equal to where a factor is 1 and not 0: r of 1(i = r)."""
    match atom:
        case tree.Indicator(tree.Comparison(tree.IndexValue(left), "=", tree.IndexValue(right))):
            if left == index:
                return right
            if right == index:
                return left
    return None


def _is_shifted(term: Term, index: IndexVariable) -> bool:
    """Whether i + 1 or the like stands in a term: outside the range of i there may be nothing."""
    return any(
        isinstance(part, tree.IndexShift) and index in free_indices(part)
        for atom in term.scalars
        for part in walk(atom)
    )


def _quantified(binder: Binder, inside: Mapping[Expr, int]) -> Expr:
    """sum_i of a product, the comparisons of indices in it as its condition."""
    conditions: list[tree.Condition] = []
    kept: dict[Expr, int] = {}
    for atom, exponent in inside.items():
        if isinstance(atom, tree.Indicator) and exponent > 0 and _is_of_indices(atom.condition):
            conditions.append(atom.condition)
        else:
            kept[atom] = exponent
    condition = None
    if conditions:
        condition = conditions[0] if len(conditions) == 1 else tree.AllOf(tuple(conditions))
    return tree.Quantified("sum", binder.index, binder.range, expression(Term(Fraction(1), SCALAR, kept)), condition)


def _is_of_indices(condition: tree.Condition) -> bool:
    return isinstance(condition, tree.Comparison) and isinstance(condition.left, tree.IndexValue)


# ── from formulas to matrices ──


@dataclass(frozen=True)
class Lift:
    """Turns formulas of i and j into matrices; either index may be missing, for a vector."""

    indices: Indices
    row: IndexVariable | None
    column: IndexVariable | None
    shape: Shape

    def matrix(self, body: Expr) -> Expr | None:
        """The matrix, of its whole shape; None where matrix notation has no word for it."""
        found = self.lifted(body)
        return None if found is None else spread(found, self.shape)

    def lifted(self, body: Expr) -> Expr | None:
        """A matrix, or a row, a column or a scalar that is the same along the others."""
        terms = [self._term(term) for term in parts_of(body)]
        found = [term for term in terms if term is not None]
        if len(found) < len(terms):
            return None
        whole_shape = SCALAR
        for part in found:
            if not part.shape.is_scalar:
                whole_shape = part.shape if whole_shape.is_scalar or whole_shape == part.shape else self.shape
        return plus(*found, shape=whole_shape)

    def _term(self, term: Term) -> Expr | None:
        total = Term(term.number)
        atoms = self._at_labels(term)
        for atom, exponent in atoms.items():
            found = self._atom(atom)
            if found is None:
                return None
            total = total.times(term_of(found).to_the(exponent))
        return of_term(total)

    def _at_labels(self, term: Term) -> Mapping[Expr, int]:
        """A factor 1(j = y_i) makes every other y_i a j."""
        scalars = term.scalars
        for atom in scalars:
            if self.column is None and self.row is None:
                break
            for index in (self.row, self.column):
                label = _partner(atom, index) if index is not None else None
                if isinstance(label, tree.Label) and index is not None:
                    rest = Term(Fraction(1))
                    for other, exponent in scalars.items():
                        changed = other if other == atom else _without_label(other, label, index)
                        rest = rest.times(term_of(changed).to_the(exponent))
                    if rest.number == 1:
                        return rest.scalars
        return scalars

    def _atom(self, atom: Expr) -> Expr | None:
        own = free_indices(atom)
        if not own:
            return self._closed(atom)
        if not own <= {self.row, self.column}:
            return None
        return self._formula(atom)

    def _closed(self, atom: Expr) -> Expr | None:
        """A scalar without indices of its own; a sum over all entries of something in matrix notation."""
        match atom:
            case tree.Quantified(kind="sum"):
                return self._sum(atom) or atom
            case tree.Add():
                return self.lifted(atom) or atom
            case tree.Apply(operand=operand) if operand.shape.is_scalar:
                return replace(atom, operand=self.lifted(operand) or operand)
        return atom

    def _formula(self, atom: Expr) -> Expr | None:
        match atom:
            case tree.Entry(operand, row, column) if not (free_indices(operand) & {self.row, self.column}):
                return self._placed(operand, row, column)
            case tree.Apply(operand=operand, parameters=parameters) if not any(map(free_indices, parameters)):
                inside = self.lifted(operand)
                return None if inside is None else applied(replace(atom, operand=inside))
            case tree.Unspecified(operand=operand):
                inside = self.lifted(operand)
                return None if inside is None else applied(replace(atom, operand=inside))
            case tree.Power(base, exponent) if not free_indices(exponent):
                inside = self.lifted(base)
                return None if inside is None else power(inside, exponent)
            case tree.Add():
                return self.lifted(atom)
            case tree.Extremum(kind, left, right):
                pair = self._pair(left, right)
                return None if pair is None else tree.Extremum(kind, *pair)
            case tree.Indicator(condition):
                return self._indicator(condition)
            case tree.Quantified(kind="sum"):
                return self._sum(atom)
        return None

    def _pair(self, left: Expr, right: Expr) -> tuple[Expr, Expr] | None:
        first, second = self.lifted(left), self.lifted(right)
        if first is None or second is None:
            return None
        if not (first.shape.is_scalar or second.shape.is_scalar or first.shape == second.shape):
            first, second = spread(first, self.shape), spread(second, self.shape)
        return first, second

    def _placed(self, operand: Expr, row: Index, column: Index) -> Expr | None:
        """A where the entry is A_ij, A^T where it is A_ji, a row or a column where one of them is fixed."""
        whole_row, whole_column = row, column
        match (whole_row, whole_column):
            case (r, c) if r == self.row and c == self.column and r is not None and c is not None:
                return operand if self._fits(operand.shape, self.shape) else None
            case (r, c) if r == self.column and c == self.row and r is not None and c is not None:
                return transposed(operand) if self._fits(operand.shape.transposed, self.shape) else None
        return self._line(operand, row, column)

    def _line(self, operand: Expr, row: Index, column: Index) -> Expr | None:
        """Entries that have one of the two indices: a column for i, a row for j."""
        if isinstance(row, tree.Label) or isinstance(column, tree.Label):
            return None
        if isinstance(row, IndexVariable) and isinstance(column, IndexVariable):
            if row != column or row not in (self.row, self.column):
                return None
            found: Expr = tree.Diagonal(operand)
            index: Index = row
        elif isinstance(row, IndexVariable):
            found = operand if operand.shape.columns.is_unit else tree.Slice(operand, column, "column")
            index = row
        elif isinstance(column, IndexVariable):
            line = operand if operand.shape.rows.is_unit else tree.Slice(operand, row, "row")
            found, index = transposed(line), column
        else:
            return None
        if index == self.row and found.shape.rows == self.shape.rows:
            return found
        if index == self.column and found.shape.rows == self.shape.columns:
            return transposed(found)
        return None

    @staticmethod
    def _fits(shape: Shape, wanted: Shape) -> bool:
        return shape == wanted

    def _indicator(self, condition: tree.Condition) -> Expr | None:
        if not isinstance(condition, tree.Comparison):
            return None
        if isinstance(condition.left, tree.IndexValue):
            if condition.comparator == "=" and isinstance(condition.right, tree.IndexValue):
                return self._equal(condition.left.index, condition.right.index)
            return None
        pair = self._pair(condition.left, condition.right)
        if pair is None:
            return None
        return tree.Indicator(tree.Comparison(pair[0], condition.comparator, pair[1]))

    def _equal(self, left: Index, right: Index) -> Expr | None:
        """1(i = j) is I, 1(j = y_i) the one-hot rows of the labels, 1(i = 3) a column of I."""
        if {left, right} == {self.row, self.column} and self.shape.is_square:
            return tree.Identity(self.shape.rows)
        index, other = (left, right) if left in (self.row, self.column) else (right, left)
        if index is None or index not in (self.row, self.column):
            return None
        if isinstance(other, tree.Label):
            return self._one_hot(index, other)
        if isinstance(other, tree.IndexNumber):
            dim = self.shape.rows if index == self.row else self.shape.columns
            unit = tree.Slice(tree.Identity(dim), other, "column")
            return unit if index == self.row else tree.Transpose(unit)
        return None

    def _one_hot(self, index: IndexVariable, label: tree.Label) -> Expr | None:
        rows, columns = self.shape.rows, self.shape.columns
        if label.example is None:
            shape = matrix(rows, ONE) if index == self.row else matrix(ONE, columns)
            return self.indices.indicator_of_label(label, shape)
        if index == self.column and label.example == self.row:
            return self.indices.indicator_of_label(tree.Label(label.name, tree.IndexNumber(0)), self.shape)
        if index == self.row and label.example == self.column:
            return self.indices.indicator_of_label(tree.Label(label.name, tree.IndexNumber(1)), self.shape)
        return None

    # ── sums ──

    def _sum(self, node: tree.Quantified) -> Expr | None:
        """sum_k A_ik B_kj = (A B)_ij, and what is left of it where there are fewer indices."""
        if not (node.body.shape.is_scalar and node.condition is None and Binder(node.index, node.range).is_whole):
            return None
        node = self.indices.rebound(node)
        if isinstance(node.body, tree.Add):
            whole_sum = self._sum_of_sum(node)
            if whole_sum is not None:
                return whole_sum
        parts = [self._sum_of_term(node, term) for term in parts_of(node.body)]
        found = [part for part in parts if part is not None]
        if len(found) < len(parts):
            return None
        shapes = {part.shape for part in found if not part.shape.is_scalar}
        target = self.shape if len(shapes) > 1 else next(iter(shapes), SCALAR)
        return plus(*found, shape=target)

    def _sum_of_sum(self, node: tree.Quantified) -> Expr | None:
        """sum_k (a_ik + b_ik) = (A + B) 1, a sum with one index besides k."""
        k, dim, own = node.index, node.range.dim, free_indices(node.body)
        if self.row is not None and own == {k, self.row}:
            found = Lift(self.indices, self.row, k, matrix(self.shape.rows, dim)).matrix(node.body)
            return None if found is None else row_sums(found)
        if self.column is not None and own == {k, self.column}:
            found = Lift(self.indices, k, self.column, matrix(dim, self.shape.columns)).matrix(node.body)
            return None if found is None else column_sums(found)
        return None

    def _sum_of_term(self, node: tree.Quantified, term: Term) -> Expr | None:
        """Factors by the indices that they have."""
        k, dim = node.index, node.range.dim
        outside, left, right, along = ({}, {}, {}, {})  # type: dict[Expr, int], dict[Expr, int], dict[Expr, int], dict[Expr, int]
        for atom, exponent in term.scalars.items():
            own = free_indices(atom)
            if k not in own:
                outside[atom] = exponent
            elif own == {k}:
                along[atom] = exponent
            elif own == {k, self.row}:
                left[atom] = exponent
            elif own == {k, self.column}:
                right[atom] = exponent
            else:
                return None
        front = self.lifted(expression(Term(term.number, SCALAR, outside)))
        total = self._contracted(k, dim, left, right, along)
        if front is None or total is None:
            return None
        return of_term(term_of(front).times(term_of(total)))

    def _contracted(
        self, k: IndexVariable, dim: Dim, left: dict[Expr, int], right: dict[Expr, int], along: dict[Expr, int]
    ) -> Expr | None:
        """sum_k A_ik c_k B_kj = A (c ⊙ B)."""
        c = Lift(self.indices, k, None, matrix(dim, ONE)).lifted(expression(Term(Fraction(1), SCALAR, along)))
        if c is None:
            return None
        a = b = None
        if left:
            a = Lift(self.indices, self.row, k, matrix(self.shape.rows, dim)).matrix(_of(left))
            if a is None:
                return None
        if right:
            b = Lift(self.indices, k, self.column, matrix(dim, self.shape.columns)).matrix(_of(right))
            if b is None:
                return None
        if a is not None and b is not None:
            return matmul(a, b if c.shape.is_scalar else times(c, b), self.shape if self.shape.is_matrix else None)
        if a is not None:
            return row_sums(a) if c.shape.is_scalar else matmul(a, c, matrix(self.shape.rows, ONE))
        if b is not None:
            return column_sums(b) if c.shape.is_scalar else matmul(transposed(c), b, matrix(ONE, self.shape.columns))
        return _sum_of_column(spread(c, matrix(dim, ONE)), self.indices)


def _of(factors: dict[Expr, int]) -> Expr:
    return expression(Term(Fraction(1), SCALAR, factors))


def _sum_of_column(node: Expr, indices: Indices) -> Expr:
    """sum_k a_k: of a product of two vectors their inner product, of a matrix's row sums that of all its entries."""
    if isinstance(node, tree.MatMul) and isinstance(node.right, tree.Fill) and node.right.value == 1:
        return summed(node.left)
    if isinstance(node, tree.Hadamard) and node.left.shape == node.right.shape:
        return inner(node.left, node.right)
    return summed(node)


def _without_label(node: Expr, label: tree.Label, index: IndexVariable) -> Expr:
    """The node with an index where a label stood."""
    return rebuilt(node, lambda part: index if part == label else None)  # type: ignore[return-value]
