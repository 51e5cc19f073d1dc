"""Derivatives of forms: one rule for each kind of head, and the chain rule through names that are cut.

The derivative of an entry by an entry of `X` has the head's own slots first and then those of `X`. A name that is cut
has a definition; the derivative of a cut name `u` by another name takes that one as free, everything downstream of it
varies and nothing upstream, and is a cut name itself (`∂u/∂X`), defined once:

    ∂u/∂X = Σ_v ∂u/∂v · ∂definition(v)/∂X   over the cut names v whose definition mentions X.
"""

from collections.abc import Callable
from dataclasses import field

from derive.indexed.algebra import ONE, ZERO, Algebra
from derive.indexed.functions import HALF, Functions
from derive.indexed.heads import COLUMN, ROW, SLOTS, Factor, Form, Head, Indices, Monomial, NotGeneral, Number
from derive.records import dataclass

MAX_DEFINITIONS = 5_000


@dataclass
class Cuts:
    """The definitions of cut heads, in slots, and what each depends on."""

    definitions: dict[int, Form] = field(default_factory=dict)
    upstream: dict[int, frozenset[int]] = field(default_factory=dict)
    rank: dict[int, int] = field(default_factory=dict)

    def define(self, head: Head, value: Form, mentions: frozenset[int]) -> None:
        """A cut head in terms of others; `mentions` are the heads in its value.

        The definition itself comes last, so that a check that is interrupted leaves nothing half defined.
        """
        self.upstream[head.number] = mentions.union(*(self.upstream.get(other, frozenset()) for other in mentions))
        self.rank[head.number] = 1 + max((self.rank.get(other, 0) for other in mentions), default=0)
        self.definitions[head.number] = value

    def depends(self, head: int, on: int) -> bool:
        return head == on or on in self.upstream.get(head, ())


class Differentiation:
    """Derivatives over one algebra and its cut names."""

    def __init__(self, functions: Functions, cuts: Cuts) -> None:
        self.functions = functions
        self.algebra: Algebra = functions.algebra
        self.heads = functions.heads
        self.cuts = cuts
        self._partial: dict[tuple[int, int], Form] = {}
        self._between: dict[tuple[int, int], Form] = {}

    # ── of forms ──

    def total(self, form: Form, variable: Head, at: Indices) -> Form:
        """`∂form/∂variable[at]` over every path, the variable taken as free. `at` are indices that the form lacks."""
        result = self.partial(form, variable, at)
        for number in sorted(self.heads.mentioned(form)):
            if (
                number != variable.number
                and number in self.cuts.definitions
                and self.cuts.depends(number, variable.number)
            ):
                result = self.algebra.add(result, self._through(form, self.heads[number], variable, at))
        return result

    def _through(self, form: Form, name: Head, variable: Head, at: Indices) -> Form:
        """`Σ ∂form/∂u · ∂u/∂variable` over the entries of a cut name u."""
        inner = tuple(range(-500, -500 - len(name.dims), -1))
        outer = self.partial(form, name, inner)
        if not outer:
            return ZERO
        between = self.functions.at(self.between(name, variable), (*inner, *at))
        places = {index: 1_000 + position for position, index in enumerate(inner)}
        summed = {places[index]: dim for index, dim in zip(inner, name.dims, strict=True)}
        return self.algebra.multiply(outer, between, places, places, summed)

    def partial(self, form: Form, variable: Head, at: Indices) -> Form:
        """`∂form/∂variable[at]` with every other name kept."""
        out: dict[Monomial, Number] = {}
        heads = self.heads.all
        for monomial, coefficient in form.items():
            if not any(variable.number in heads[head].mentions for head, _, _ in monomial):
                continue
            bound = {
                index: dim
                for head, indices, _ in monomial
                for index, dim in zip(indices, heads[head].dims, strict=True)
                if index >= 0
            }
            for position, (head, indices, exponent) in enumerate(monomial):
                if variable.number not in heads[head].mentions:
                    continue
                slope = self.of_head(heads[head], variable)
                if not slope:
                    continue
                kept: list[Factor] = [*monomial[:position], *monomial[position + 1 :]]
                if exponent != 1:
                    kept.append((head, indices, exponent - 1))
                names = dict(zip(SLOTS, (*indices, *at), strict=False))
                for other, number in slope.items():
                    moved = [
                        (h, tuple([i + 200 if i >= 0 else names.get(i, i) for i in where]), e) for h, where, e in other
                    ]
                    self.algebra.settle([*kept, *moved], coefficient * exponent * number, bound, out)
        return out

    # ── of heads ──

    def of_head(self, head: Head, variable: Head) -> Form:
        """`∂head/∂variable` in slots: those of the head, then those of the variable."""
        key = (head.number, variable.number)
        if key not in self._partial:
            self._partial[key] = self._of_head(head, variable)
        return self._partial[key]

    def _of_head(self, head: Head, variable: Head) -> Form:
        own = SLOTS[: len(head.dims)]
        at = SLOTS[len(head.dims) : len(head.dims) + len(variable.dims)]
        if len(own) + len(at) > len(SLOTS) or len(at) != len(variable.dims):
            raise NotGeneral("a derivative has too many indices")
        if head.number == variable.number:
            if head.symmetric or head.orthogonal or head.hot is not None:
                raise NotGeneral("a derivative by a matrix with a structure")
            return self._unit(head, own, at)
        if variable.number not in head.mentions:
            return ZERO
        rule = RULES.get(head.kind)
        if rule is None:
            raise NotGeneral(f"no derivative of {head.kind} for all dimensions")
        outer, own_slope = rule(self, head)
        if own_slope is not None:
            return own_slope(variable, own, at)
        return self.algebra.multiply(outer, self.partial(head.template, variable, at))

    def _unit(self, head: Head, first: Indices, second: Indices) -> Form:
        """`Π δ` over pairs of slots."""
        result = ONE
        for one, other, dim in zip(first, second, head.dims, strict=True):
            result = self.algebra.multiply(result, self.algebra.factor(self.heads.delta(dim), one, other))
        return result

    # ── of cut names ──

    def between(self, name: Head, variable: Head) -> Form:
        """`∂name/∂variable` in slots: a number or one entry as it stands, else an entry of a cut name of its own."""
        key = (name.number, variable.number)
        if key not in self._between:
            if len(self._between) > MAX_DEFINITIONS:
                raise NotGeneral("there are too many derivatives")
            self._between[key] = self._cut(name, variable)
        return self._between[key]

    def _cut(self, name: Head, variable: Head) -> Form:
        own = SLOTS[: len(name.dims)]
        at = SLOTS[len(name.dims) : len(name.dims) + len(variable.dims)]
        if len(own) + len(at) > len(SLOTS) or len(at) != len(variable.dims):
            raise NotGeneral("a derivative has too many indices")
        if name.number == variable.number:
            return self._unit(name, own, at)
        if not self.cuts.depends(name.number, variable.number):
            return ZERO
        value = ZERO
        for step in sorted(
            (*self.cuts.upstream[name.number], name.number), key=lambda one: (self.cuts.rank.get(one, 0), one)
        ):
            definition = self.cuts.definitions.get(step)
            if definition is None or step == variable.number or variable.number not in self.heads.mentioned(definition):
                continue
            middle = tuple(range(-500, -500 - len(self.heads[step].dims), -1))
            slope = self.functions.at(self.of_definition(self.heads[step], variable), (*middle, *at))
            if not slope:
                continue
            outer = self.functions.at(self.between(name, self.heads[step]), (*own, *middle))
            places = {index: 1_000 + position for position, index in enumerate(middle)}
            summed = {places[i]: dim for i, dim in zip(middle, self.heads[step].dims, strict=True)}
            value = self.algebra.add(value, self.algebra.multiply(outer, slope, places, places, summed))
        if not value or _is_simple(self.heads.all, value):
            return value
        head = self.heads.named(
            "cut", f"∂{name.number}/∂{variable.number}", (*name.dims, *variable.dims), is_derivative=True
        )
        self.cuts.define(head, value, self.heads.mentioned(value))
        return self.algebra.factor(head, *own, *at)

    def of_definition(self, name: Head, variable: Head) -> Form:
        """The derivative of a definition by a name that stands in it itself."""
        own = len(name.dims)
        at = SLOTS[own : own + len(variable.dims)]
        return self.partial(self.cuts.definitions[name.number], variable, at)


def _is_simple(heads: list[Head], form: Form) -> bool:
    """One entry, up to a number and `δ`: not worth a name."""
    return len(form) == 1 and all(
        sum(heads[head].kind != "delta" for head, _, _ in monomial) <= 1
        and all(index < 0 for _, indices, _ in monomial for index in indices)
        for monomial in form
    )


# ── a rule for each kind of head: the factor before the derivative of its argument, or a slope of its own ──

OwnSlope = Callable[[Head, Indices, Indices], Form]
Rule = Callable[[Differentiation, Head], tuple[Form, OwnSlope | None]]


def _entry(d: Differentiation, head: Head) -> Form:
    return d.algebra.factor(head, *SLOTS[: len(head.dims)])


def _exp(d: Differentiation, head: Head) -> tuple[Form, None]:
    """`(e^u)' = e^u u'`."""
    return _entry(d, head), None


def _group(d: Differentiation, head: Head) -> tuple[Form, None]:
    """A group is the sum that it stands for."""
    return ONE, None


def _log(d: Differentiation, head: Head) -> tuple[Form, None]:
    """`(log u)' = u' / u`."""
    return d.functions.power(head.template, -1), None


def _constant(d: Differentiation, head: Head) -> tuple[Form, None]:
    """A step is constant but for its jump, where the convention is 0, too."""
    return ZERO, None


def _ramp(d: Differentiation, head: Head) -> tuple[Form, None]:
    """`max(u, 0)' = ([u > 0] + κ [u = 0]) u'`."""
    if head.name:
        raise NotGeneral("the derivative of a maximum of two values that vary")
    f, u = d.functions, head.template
    slope = f.positive(u)
    return (d.algebra.add(slope, f.zero(u), f.kink) if f.kink else slope), None


def _antiramp(d: Differentiation, head: Head) -> tuple[Form, None]:
    """`max(-u, 0)' = -([u < 0] + κ [u = 0]) u'`."""
    if head.name:
        raise NotGeneral("the derivative of a maximum of two values that vary")
    f, u = d.functions, head.template
    slope = f.negative(u)
    return d.algebra.scaled(d.algebra.add(slope, f.zero(u), f.kink) if f.kink else slope, -1), None


def _absolute(d: Differentiation, head: Head) -> tuple[Form, None]:
    """`|u|' = ([u > 0] - [u < 0] + κ [u = 0]) u'`."""
    f, u = d.functions, head.template
    slope = d.algebra.add(f.positive(u), f.negative(u), -1)
    return (d.algebra.add(slope, f.zero(u), f.kink) if f.kink else slope), None


def _function(d: Differentiation, head: Head) -> tuple[Form, None]:
    """`erf' u = 2/√π e^(-u²)`, `sin' = cos`, `cos' = -sin`, else the next derivative of an unspecified function."""
    f, a, u = d.functions, d.algebra, head.template
    match head.name:
        case "sin":
            return f.signed("cos", u, odd=False), None
        case "cos":
            return a.scaled(f.signed("sin", u, odd=True), -1), None
        case "erf":
            pi = d.heads.named("constant", "pi", positive=True)
            bell = f.exp(a.scaled(a.multiply(u, u), -1))
            return a.scaled(a.multiply(bell, a.factor(pi, exponent=-HALF)), 2), None
    raised = f.head("function", head.name, u, head.dims, head.order + 1)
    return _entry(d, raised), None


def _extremum(d: Differentiation, head: Head) -> tuple[Form, OwnSlope]:
    """`(max_k u_k)' = Σ_k w_k u_k'` with weights of which nothing is assumed."""

    def slope(variable: Head, own: Indices, at: Indices) -> Form:
        dim = head.name.partition(" ")[2]
        weight = d.heads.of_form("extremum", f"weight of {head.name}", head.template, (*head.dims, dim))
        place = SLOTS[len(head.dims)]
        moved = tuple(range(-600, -600 - len(at), -1))
        inner = d.partial(head.template, variable, moved)
        product = d.algebra.multiply(d.algebra.factor(weight, *own, place), inner)
        product = d.algebra.renamed(product, {place: 1_000}, {1_000: dim})
        return d.algebra.renamed(product, dict(zip(moved, at, strict=True)))

    if head.name.startswith("weight"):
        raise NotGeneral("no second derivative of a maximum")
    return ONE, slope


def _inverse(d: Differentiation, head: Head) -> tuple[Form, OwnSlope]:
    """`(A^-1)' = -A^-1 A' A^-1`."""

    def slope(variable: Head, own: Indices, at: Indices) -> Form:
        a = d.algebra
        moved = tuple(range(-600, -600 - len(at), -1))
        inner = d.partial(head.template, variable, moved)
        left, right = -700, -701
        first = a.multiply(
            a.factor(head, own[0], left), inner, {left: 1_000}, {-1: 1_000, -2: right}, {1_000: head.dims[0]}
        )
        both = a.multiply(first, a.factor(head, right, own[1]), {right: 1_000}, {right: 1_000}, {1_000: head.dims[0]})
        return a.renamed(a.scaled(both, -1), dict(zip(moved, at, strict=True)))

    return ONE, slope


def _map(d: Differentiation, head: Head) -> tuple[Form, OwnSlope]:
    """`(g_i(x))' = Σ_j ∂_j g_i(x) x_j'`; the slots of a derivative: i, one for each derivative, the others."""

    def slope(variable: Head, own: Indices, at: Indices) -> Form:
        domain = head.name.rpartition(" of ")[2]
        taken = 1 + head.order
        raised = d.heads.of_form(
            "map", head.name, head.template, (*head.dims[:taken], domain, *head.dims[taken:]), head.order + 1
        )
        place, moved = -800, tuple(range(-600, -600 - len(at), -1))
        inner = d.partial(head.template, variable, moved)
        names = dict(zip(SLOTS, (place, *own[taken:]), strict=False))
        inner = d.algebra.renamed(inner, names)
        outer = d.algebra.factor(raised, *own[:taken], place, *own[taken:])
        product = d.algebra.multiply(outer, inner, {place: 1_000}, {place: 1_000}, {1_000: domain})
        return d.algebra.renamed(product, dict(zip(moved, at, strict=True)))

    return ONE, slope


def _determinant(d: Differentiation, head: Head) -> tuple[Form, OwnSlope]:
    """`det(A)' = det(A) Σ_ij (A^-1)_ji A_ij'`."""

    def slope(variable: Head, own: Indices, at: Indices) -> Form:
        a, dim = d.algebra, head.name
        moved = tuple(range(-600, -600 - len(at), -1))
        inner = d.partial(head.template, variable, moved)
        places, summed = {ROW: 1_000, COLUMN: 1_001}, {1_000: dim, 1_001: dim}
        inverse = a.transposed(d.functions.inverse(head.template, dim))
        product = a.multiply(inverse, inner, places, places, summed)
        value = a.multiply(a.factor(head), product)
        return a.renamed(value, dict(zip(moved, at, strict=True)))

    return ONE, slope


RULES: dict[str, Rule] = {
    "determinant": _determinant,
    "map": _map,
    "exp": _exp,
    "group": _group,
    "log": _log,
    "positive": _constant,
    "negative": _constant,
    "ramp": _ramp,
    "antiramp": _antiramp,
    "absolute": _absolute,
    "function": _function,
    "extremum": _extremum,
    "inverse": _inverse,
}
