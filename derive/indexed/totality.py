"""Whether a form has a value for all values of its symbols: no denominator, root, logarithm or inverse may fail."""

from derive.indexed.functions import Functions
from derive.indexed.heads import FIRST_POSITION, Factor, Form, Head
from derive.indexed.lowering import Lowering


class Totality:
    """What is found of the heads of one document, each once. Whatever is not certain has, perhaps, no value."""

    def __init__(self, lowering: Lowering) -> None:
        self._lowering = lowering
        self._functions: Functions = lowering.functions
        self._known: dict[int, bool] = {}

    def of(self, form: Form) -> bool:
        """Whether the form has a value everywhere."""
        return all(self._of_factor(factor) for monomial in form for factor in monomial)

    def _of_factor(self, factor: Factor) -> bool:
        number, indices, exponent = factor
        head = self._lowering.heads[number]
        is_whole = exponent.denominator == 1
        is_power = head.positive or (is_whole and (exponent > 0 or self._is_negative(head)))
        return is_power and all(index > FIRST_POSITION for index in indices) and self._of_head(head)

    def _is_negative(self, head: Head) -> bool:
        """Whether a sum under a reciprocal is certainly negative."""
        below = self._lowering.algebra.scaled(head.template, -1)
        return head.kind == "group" and self._functions.sign(below) == "positive"

    def _of_head(self, head: Head) -> bool:
        if head.number not in self._known:
            self._known[head.number] = False
            self._known[head.number] = self._found(head)
        return self._known[head.number]

    def _found(self, head: Head) -> bool:
        match head.kind:
            case "cut":
                presupposed = self._lowering.presupposed.get(head.number, ())
                is_certain = self._lowering.declared.issuperset(presupposed)
                return is_certain and self.of(self._lowering.cuts.definitions[head.number])
            case "log":
                return self._functions.sign(head.template) == "positive" and self.of(head.template)
            case "inverse":
                return False
        return self.of(head.template)
