"""Conditions -> values that are 1 where they hold, else 0."""

from derive.expressions import tree
from derive.expressions.tree import Index
from derive.indexed.algebra import ONE
from derive.indexed.context import Environment
from derive.indexed.heads import FIRST_POSITION, LAST_POSITION, Form, NotGeneral
from derive.indexed.positions import Positions


class Conditions(Positions):
    """Comparisons of values, of indices and of labels."""

    def condition(self, node: tree.Condition, environment: Environment) -> Form:
        """1 where a condition holds, else 0."""
        if isinstance(node, tree.AllOf):
            total = ONE
            for part in node.conditions:
                total = self.algebra.multiply(total, self.condition(part, environment))
            return total
        assert isinstance(node, tree.Comparison)
        if isinstance(node.left, tree.IndexValue) or isinstance(node.right, tree.IndexValue):
            return self._compared_indices(node, environment)
        shape = node.shape
        self.fits(node.left.shape, shape)
        self.fits(node.right.shape, shape)
        difference = self.algebra.add(self.lower(node.left, environment), self.lower(node.right, environment), -1)
        f = self.functions
        match node.comparator:
            case ">":
                return f.positive(difference)
            case "<":
                return f.negative(difference)
            case ">=":
                return self.algebra.add(ONE, f.negative(difference), -1)
            case "<=":
                return self.algebra.add(ONE, f.positive(difference), -1)
            case "=":
                return f.zero(difference)
        return self.algebra.add(ONE, f.zero(difference), -1)

    def _compared_indices(self, node: tree.Comparison, environment: Environment) -> Form:
        """`i = j` is `δ_ij`, `y_i = k` an entry of the one-hot vector of the label."""
        if not (isinstance(node.left, tree.IndexValue) and isinstance(node.right, tree.IndexValue)):
            return self._index_and_number(node, environment)
        first, second = node.left.index, node.right.index
        if isinstance(second, tree.Label):
            first, second = second, first
        if isinstance(first, tree.Label):
            return self._label_is(first, second, node.comparator, environment)
        left, right = self.index(node.left.index, environment), self.index(node.right.index, environment)
        letters = [number for number in (left, right) if number > FIRST_POSITION]
        dim = next((self._dims[number] for number in letters if number in self._dims), None)
        if dim is None or any(self._dims.setdefault(number, dim) != dim for number in letters):
            raise NotGeneral("indices of dimensions that agree at these sizes only are compared")
        for number in (left, right):
            if number <= FIRST_POSITION:
                self.note_place((FIRST_POSITION if number > LAST_POSITION else LAST_POSITION) - number, dim)
        equal = self.algebra.factor(self.heads.delta(dim), left, right)
        if node.comparator in ("=", "!="):
            return equal if node.comparator == "=" else self.algebra.add(ONE, equal, -1)
        less = self.heads.named("less", dim, (dim, dim))
        strictly = self.algebra.factor(less, *((left, right) if node.comparator in ("<", "<=") else (right, left)))
        return self.algebra.add(strictly, equal) if "=" in node.comparator else strictly

    def _label_is(self, label: tree.Label, other: Index, comparator: tree.Comparator, environment: Environment) -> Form:
        """`y_i = k` is an entry of the one-hot vector of the label."""
        if comparator not in ("=", "!="):
            raise NotGeneral("labels in an order")
        classes = self.label(label.name).dims[-1]
        if isinstance(other, tree.Label):
            place = -800
            first, second = (self.hot_entry(one, environment, place, classes) for one in (label, other))
            equal = self.algebra.multiply(first, second, {place: 1_000}, {place: 1_000}, {1_000: classes})
        else:
            number = self.index(other, environment)
            if number > FIRST_POSITION and self._dims.setdefault(number, classes) != classes:
                raise NotGeneral("an index runs over two dimensions that agree at these sizes only")
            equal = self.hot_entry(label, environment, number)
        return equal if comparator == "=" else self.algebra.add(ONE, equal, -1)

    def _index_and_number(self, node: tree.Comparison, environment: Environment) -> Form:
        """`i = 1` is `δ` of a letter and a position."""
        value, number = (node.left, node.right) if isinstance(node.left, tree.IndexValue) else (node.right, node.left)
        if not (isinstance(value, tree.IndexValue) and isinstance(number, tree.Number)):
            raise NotGeneral("an index compared with what is no number")
        position = number.value - self.table.index_base
        if node.comparator not in ("=", "!=") or position.denominator != 1 or not 0 <= position < 100:
            raise NotGeneral("an index compared with a number")
        fixed = tree.IndexNumber(int(position))
        return self.condition(tree.Comparison(value, node.comparator, tree.IndexValue(fixed)), environment)
