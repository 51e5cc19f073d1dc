"""Functions: which names are functions, and what a call of one means."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction as Rational
from typing import Literal

from derive.errors import Meaningless, Unreadable
from derive.expressions import functions
from derive.expressions.shapes import SCALAR
from derive.expressions.tree import (
    Apply,
    Derivative,
    Diagonal,
    Dot,
    Entry,
    EntryByEntry,
    Expr,
    Extremum,
    IndexNumber,
    IndexValue,
    Inverse,
    Kronecker,
    Label,
    MatMul,
    Negative,
    Number,
    Quotient,
    Reduce,
    Softmax,
    Symbol,
    Transpose,
    Unspecified,
    UnspecifiedMap,
    Vectorised,
)
from derive.expressions.walk import walk
from derive.notation.elaboration.scripts import Resolved, Scripts, Superscript, taken_apart
from derive.notation.names import canonical, plain, unwrapped
from derive.notation.symbols import Computed, FunctionAlias, Given, UserFunction, shown
from derive.notation.syntax import Dots, Formula, Group, List, Name, Scripted, Syntax, Term
from derive.records import dataclass
from derive.source import Span


@dataclass(frozen=True)
class Head:
    """A function with what its name carries: primes, an index of its value, a power, an index it ranges over."""

    kind: str
    name: str
    function: UserFunction | None = None
    given: Given | None = None
    order: int = 0
    sub: List | None = None
    sups: tuple[Superscript, ...] = ()
    parts: tuple["Head", ...] = ()
    axis: Literal[0, 1] | None = None


SOFTMAXES = frozenset({"softmax", "logsoftmax"})
AXES: dict[str, Literal[0, 1]] = {
    **dict.fromkeys(("row", "rows", "row-wise", "rowwise", "axis=1", "axis=-1", "dim=1", "dim=-1"), 1),
    **dict.fromkeys(("col", "cols", "column", "columns", "column-wise", "columnwise", "axis=0", "dim=0"), 0),
}
"""What is written below a softmax, or behind its argument -> the axis along which it runs: 1 in each row."""


class Application(Scripts):
    """Function heads and calls."""

    # ── which names are functions ──

    def head(self, node: Syntax) -> Head | None:
        """The function that a factor names, or None where it names none."""
        node = unwrapped(node)
        if isinstance(node, Group):
            return self._composition(node)
        base = unwrapped(node.base) if isinstance(node, Scripted) else node
        if not isinstance(base, Name):
            return None
        resolved = self.resolve(node)
        if resolved is not None:
            match resolved.meaning:
                case Given(kind="function" | "map") as given:
                    return Head(
                        given.kind,
                        resolved.key,
                        given=given,
                        order=resolved.primes,
                        sub=resolved.sub,
                        sups=resolved.sups,
                    )
                case UserFunction() as function:
                    return Head(
                        "user",
                        resolved.key,
                        function=function,
                        order=resolved.primes,
                        sub=resolved.sub,
                        sups=resolved.sups,
                    )
                case FunctionAlias(function=name):
                    return Head(_builtin_kind(name), name, order=resolved.primes, sub=resolved.sub, sups=resolved.sups)
            return None
        return self._builtin(node, base)

    def _builtin(self, node: Syntax, base: Name) -> Head | None:
        name = plain(base.text)
        if name in self.table.own:
            return None
        function = functions.entrywise(name) or functions.other(name)
        letters = name.removeprefix("\\")
        if letters in functions.NOT_FUNCTIONS:
            raise Unreadable(f"{letters} is {functions.NOT_FUNCTIONS[letters]}, and is not read", node.span)
        if function is None:
            return None
        parts = taken_apart(node.scripts if isinstance(node, Scripted) else ())
        axis = AXES.get(canonical(parts.sub).strip()) if function in SOFTMAXES and parts.sub is not None else None
        if axis is not None:
            return Head(_builtin_kind(function), function, order=parts.primes, sups=parts.sups, axis=axis)
        if parts.sub is not None and not self._may_have_subscript(function, parts.sub):
            return None
        return Head(_builtin_kind(function), function, order=parts.primes, sub=parts.sub, sups=parts.sups)

    def _may_have_subscript(self, function: str, sub: List) -> bool:
        """max and min range over an index, log has a base, softmax an index of its value."""
        if function in ("max", "min"):
            return True
        if function == "log":
            return canonical(sub).strip().isdigit() or canonical(sub).strip() == "e"
        if function in ("softmax", "logsoftmax"):
            try:
                self.index(sub, sub.span)
            except (Unreadable, Meaningless):
                return False
            return True
        return False

    def _composition(self, node: Group) -> Head | None:
        """`(g \\circ f)`."""
        only = node.content.only
        if node.kind not in ("(", "braces") or only is None or len(only.terms) != 1 or only.signs[0]:
            return None
        term: Term = only.terms[0]
        if len(term.factors) < 2 or any(operator.kind != "CIRC" for operator in term.operators):
            return None
        heads = [self.head(factor) for factor in term.factors]
        found = tuple(head for head in heads if head is not None)
        return Head("composition", "", parts=found) if len(found) == len(heads) else None

    # ── calls ──

    def call(self, head: Head, content: List, span: Span) -> Expr:
        """A function of what a bracket holds."""
        if (
            head.kind == "other"
            and head.name in ("max", "min")
            and head.sub is None
            and any(entry.relations for entry in content.entries)
        ):
            raise Unreadable(f"this list after {head.name} is not read", content.span)

        axis = AXES.get(canonical(content.entries[-1]).strip()) if head.name in SOFTMAXES else None
        if axis is not None and len(content.entries) > 1:
            head, content = replace(head, axis=axis), List(content.entries[:-1], span=content.span)
        is_vector = head.name == "diag" and len(content.entries) > 1
        if head.kind == "other" and (is_vector or any(map(_is_dots, content.entries))):
            return self.call_on(head, lambda: [self.listed_vector(content, content.span, False)], span)

        def values() -> list[Expr]:
            found = []
            for entry in content.entries:
                if entry.relations or entry.sides[0] is None:
                    raise Unreadable("an argument of a function was expected here", entry.span)
                found.append(self.expression(entry.sides[0]))
            return found

        return self.call_on(head, values, span)

    def call_on(self, head: Head, arguments: Callable[[], list[Expr]], span: Span) -> Expr:
        """A function of arguments; they are read once the indices that its name binds are known."""
        if head.kind == "other" and head.name in ("max", "min") and head.sub is not None:
            return self.quantified_call(head, arguments, span)
        if any(not isinstance(item, str) and canonical(item).strip().startswith("-") for item in head.sups):
            raise Unreadable(
                "a negative power of a function could be its inverse; write \\frac{1}{…} for the reciprocal", span
            )
        value = self._value(head, arguments(), span)
        if head.sub is not None and not (head.kind == "entrywise" and head.name == "log"):
            value = self.entry(value, head.sub, span)
        return self.with_scripts(value, None, head.sups, 0, span)

    def _value(self, head: Head, arguments: list[Expr], span: Span) -> Expr:
        match head.kind:
            case "composition":
                for part in reversed(head.parts):
                    arguments = [self._value(part, arguments, span)]
                return arguments[0]
            case "user":
                return self._user_call(head, arguments, span)
            case "function":
                return Unspecified(head.name, _one(head, arguments, span), head.order, span=span)
            case "map":
                assert head.given is not None
                assert head.given.domain is not None
                assert head.given.codomain is not None
                if head.order:
                    raise Unreadable(
                        f"the function {shown(head.name)} takes vectors; write its derivative as a Jacobian", span
                    )
                return UnspecifiedMap(
                    head.name, _one(head, arguments, span), head.given.domain, head.given.codomain, span=span
                )
            case "entrywise":
                return self._entrywise_call(head, arguments, span)
        if head.order:
            raise Unreadable(f"a derivative of {head.name} is not written with a prime", span)
        if head.axis is not None:
            return self._softmax_along(head.axis, head, _one(head, arguments, span), span)
        return _OTHERS[head.name](self, arguments, span)

    def applied(self, function: str, operand: Expr, span: Span) -> Expr:
        parameter = functions.PARAMETERS.get(function)
        parameters: tuple[Expr, ...] = () if parameter is None else (Number(Rational(parameter)),)
        return Apply(function, operand, parameters, span=span)

    def _entrywise_call(self, head: Head, arguments: list[Expr], span: Span) -> Expr:
        if head.name == "log" and head.sub is not None and canonical(head.sub).strip() != "e":
            base = self.applied("log", self.list_value(head.sub), span)
            return Quotient(self.applied("log", _one(head, arguments, span), span), base, span=span)
        if len(arguments) == 2 and head.name in functions.PARAMETERS:
            return Apply(head.name, arguments[0], (arguments[1],), head.order, span=span)
        operand = _one(head, arguments, span)
        if operand.shape.is_tensor:
            raise Meaningless(f"{head.name} of {operand.shape}", span)
        applied = self.applied(head.name, operand, span)
        return Apply(
            head.name, operand, applied.parameters if isinstance(applied, Apply) else (), head.order, span=span
        )

    def _user_call(self, head: Head, arguments: list[Expr], span: Span) -> Expr:
        function = head.function
        assert function is not None
        if len(arguments) != len(function.parameters):
            raise Unreadable(
                f"the function {shown(head.name)} takes {len(function.parameters)} arguments, not {len(arguments)}",
                span,
            )
        if head.order:
            return self._derivative_of_user_function(function, head.order, _one(head, arguments, span), span)
        if len(arguments) == 1 and arguments[0].shape.is_matrix and self._is_scalar_name(function.parameters[0]):
            formula = self._scalar_formula(function, 0, span)
            if formula is not None and not any(isinstance(node, OF_VECTORS) for node in walk(formula[1])):
                return EntryByEntry(*formula, arguments[0], span=span)
        return self.body_with(function, dict(zip(function.parameters, arguments, strict=True)), span)

    def value_of(self, resolved: Resolved, span: Span) -> Expr:
        """What a name stands for; a function without argument is meant at the quantities that it was defined with."""
        function = resolved.meaning
        if isinstance(function, UserFunction) and function.is_quantity and not resolved.primes:
            return self.body_with(function, {}, span)
        return super().value_of(resolved, span)

    def own_value(self, head: Head, span: Span) -> Expr | None:
        """The `J` of `J(\\theta, b) = …` alone: its formula as it stands; None for any other function."""
        function = head.function
        if function is None or not function.is_quantity or head.order or head.sub is not None or head.sups:
            return None
        return self.body_with(function, {}, span)

    def _is_scalar_name(self, name: str) -> bool:
        """Whether a name is not declared as a vector or matrix: a function of it may be one of a real number."""
        found = self.table.find(name)
        meaning = None if found is None else self.table.meanings[found]
        return not isinstance(meaning, (Given, Computed)) or meaning.shape.is_scalar

    def body_with(self, function: UserFunction, formal: dict[str, Expr], span: Span) -> Expr:
        """The formula of a function with values for its arguments."""
        outer_formal, outer_scopes = self.formal, self.scopes
        self.depth += 1
        if self.depth > 40:
            raise Unreadable("this function refers to itself", span)
        self.formal, self.scopes = formal, []
        try:
            return self.list_value(function.body)
        except (Unreadable, Meaningless) as error:
            error.span = span
            raise
        finally:
            self.formal, self.scopes = outer_formal, outer_scopes
            self.depth -= 1

    def _scalar_formula(self, function: UserFunction, order: int, span: Span) -> tuple[Symbol, Expr] | None:
        """The parameter as a scalar and the function's formula, differentiated; None where it takes no scalar."""
        parameter = Symbol(f"formal {function.parameters[0]}", SCALAR)
        try:
            body = self.body_with(function, {function.parameters[0]: parameter}, span)
        except (Unreadable, Meaningless):
            return None
        if not body.shape.is_scalar:
            return None
        for _ in range(order):
            body = Derivative(body, parameter, self.layout, span=span)
        return parameter, body

    def _derivative_of_user_function(self, function: UserFunction, order: int, operand: Expr, span: Span) -> Expr:
        formula = self._scalar_formula(function, order, span) if len(function.parameters) == 1 else None
        if formula is None:
            raise Unreadable("a prime stands at a function that is not one of one real variable", span)
        return EntryByEntry(*formula, operand, span=span)

    def quantified_call(self, head: Head, arguments: Callable[[], list[Expr]], span: Span) -> Expr:
        raise NotImplementedError

    # ── functions of vectors and of several arguments ──

    def _softmax_along(self, axis: Literal[0, 1], head: Head, operand: Expr, span: Span) -> Expr:
        """A softmax of each row (1) or each column (0) of a matrix."""
        if operand.shape.is_vector and axis != self.class_axis(operand, span):
            raise Unreadable(f"this softmax of {operand.shape} would run along the axis that has one entry", span)
        return Softmax(operand, axis, head.name == "logsoftmax", span=span)

    def class_axis(self, operand: Expr, span: Span) -> int:
        """Along which axis a softmax of a matrix runs: rows, unless the classes of a label run along columns alone."""
        shape = operand.shape
        if shape.is_vector:
            return 0 if shape.is_column else 1
        classes = {
            meaning.classes.size
            for meaning in self.table.meanings.values()
            if isinstance(meaning, Given) and meaning.classes
        }
        down, along = shape.rows.size in classes, shape.columns.size in classes
        return 0 if down and not along else 1


OF_VECTORS = (Transpose, Reduce, Dot, MatMul, Softmax, Diagonal, Inverse)
"""What the formula of a function of one real number does not contain."""


def _is_dots(entry: Formula) -> bool:
    return isinstance(entry.single_factor, Dots)


def _builtin_kind(function: str) -> str:
    return "entrywise" if function in set(functions.ENTRYWISE.values()) else "other"


def _one(head: Head, arguments: Sequence[Expr], span: Span) -> Expr:
    if len(arguments) != 1:
        raise Unreadable(f"the function {shown(head.name)} takes one argument, not {len(arguments)}", span)
    return arguments[0]


def _extremum(kind: str) -> Callable[[Application, list[Expr], Span], Expr]:
    def combined(reader: Application, arguments: list[Expr], span: Span) -> Expr:
        if len(arguments) == 1:
            return Reduce("max" if kind == "max" else "min", arguments[0], span=span)
        total = arguments[0]
        for argument in arguments[1:]:
            total = Extremum("max" if kind == "max" else "min", total, argument, span=span)
        return total

    return combined


def _single(make: Callable[[Application, Expr, Span], Expr]) -> Callable[[Application, list[Expr], Span], Expr]:
    def called(reader: Application, arguments: list[Expr], span: Span) -> Expr:
        if len(arguments) != 1:
            raise Unreadable(f"one argument was expected here, not {len(arguments)}", span)
        return make(reader, arguments[0], span)

    return called


def _softmax(logarithm: bool) -> Callable[[Application, Expr, Span], Expr]:
    def made(reader: Application, operand: Expr, span: Span) -> Expr:
        if not operand.shape.is_matrix:
            raise Meaningless(f"softmax takes a vector, not a {operand.shape}", span)
        return Softmax(operand, 1 if reader.class_axis(operand, span) else 0, logarithm, span=span)

    return made


def _cross_entropy(reader: Application, arguments: list[Expr], span: Span) -> Expr:
    """CrossEntropy(y, p) = -sum_i y_i log p_i of a target and a prediction; a label y picks -log p_y."""
    if len(arguments) != 2:
        raise Unreadable(f"the cross-entropy takes a target and a prediction, not {len(arguments)} arguments", span)
    target, prediction = arguments
    meaning = reader.table.meanings.get(prediction.name) if isinstance(prediction, Symbol) else None
    if isinstance(meaning, Given) and meaning.kind == "one-hot":
        raise Unreadable("the cross-entropy takes the target first and the prediction second", span)
    if not prediction.shape.is_vector:
        raise Unreadable(
            f"the cross-entropy of {prediction.shape}: whether it is a sum or a mean over a batch is not certain", span
        )
    logarithm = reader.applied("log", prediction, span)
    if isinstance(target, IndexValue) and isinstance(target.index, Label):
        first = IndexNumber(0)
        at = (target.index, first) if prediction.shape.is_column else (first, target.index)
        return Negative(Entry(logarithm, *at, span=span), span=span)
    return Negative(Dot(target, logarithm, span=span), span=span)


def _kronecker(reader: Application, arguments: list[Expr], span: Span) -> Expr:
    if len(arguments) != 2:
        raise Unreadable("a Kronecker product takes two matrices", span)
    return Kronecker(arguments[0], arguments[1], span=span)


_OTHERS: dict[str, Callable[[Application, list[Expr], Span], Expr]] = {
    "max": _extremum("max"),
    "min": _extremum("min"),
    "softmax": _single(_softmax(False)),
    "logsoftmax": _single(_softmax(True)),
    "logsumexp": _single(lambda reader, operand, span: Reduce("logsumexp", operand, span=span)),
    "crossentropy": _cross_entropy,
    "diag": _single(lambda reader, operand, span: Diagonal(operand, span=span)),
    "trace": _single(lambda reader, operand, span: Reduce("trace", operand, span=span)),
    "det": _single(lambda reader, operand, span: Reduce("det", operand, span=span)),
    "vec": _single(lambda reader, operand, span: Vectorised(operand, span=span)),
    "sum": _single(lambda reader, operand, span: Reduce("sum", operand, span=span)),
    "mean": _single(lambda reader, operand, span: Reduce("mean", operand, span=span)),
    "kron": _kronecker,
}
