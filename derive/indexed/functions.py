"""Functions of forms: powers, exponentials, logarithms, steps, and those of which nothing else is known.

Each brings its argument into one shape, so that equal values get the same head:

| function | how its argument is brought into shape |
| --- | --- |
| `e^u` | a product over the terms of `u`: `e^(c m)` is the head `e^m` to the power `c` |
| `u^c` | what all terms share is taken out, the leading coefficient is 1; a whole `c > 0` is multiplied out |
| `log u` | likewise, if what is taken out is positive; `log e^m = m` |
| `[u > 0]`, `[u < 0]` | divided by what is certainly positive, the leading coefficient is 1 |
| `erf u`, `sin u`, `cos u` | the leading coefficient is positive |

A value that is 0 or 1 in an argument is taken out by cases: `f(θ a + b) = θ f(a + b) + (1 - θ) f(b)`, and an entry of a
one-hot vector as well: `f(Σ_k y_k a_k) = Σ_k y_k f(a_k)`.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import permutations, product
from typing import Literal

from derive.indexed.algebra import ONE, ZERO, Algebra
from derive.indexed.heads import (
    COLUMN,
    FIRST_POSITION,
    ROW,
    SLOTS,
    Factor,
    Form,
    Head,
    Indices,
    Kind,
    Monomial,
    NotGeneral,
    Number,
    free_indices,
)
from derive.indexed.relations import relations_of, relations_of_inverse

HALF = Fraction(1, 2)
MAX_POWER = 24
MAX_ALIKE = 4
MAX_GATHERED = 4
_LARGEST_NUMBER = 10**12
_FRESH = -900
_MERGED = -990

Sign = Literal["positive", "nonnegative"] | None
_Scaled = tuple[Form, Indices, tuple[str, ...], Number]


class Functions:
    """Functions of forms over one algebra. `kink` is the value that a derivative takes where there is none."""

    def __init__(self, algebra: Algebra, kink: Number = 0) -> None:
        self.algebra = algebra
        self.heads = algebra.heads
        self.kink = kink
        self.algebra.merged = self._merged
        self._exchanged: dict[frozenset[tuple[Monomial, Number]], int] = {}

    # ── signs ──

    def sign(self, form: Form) -> Sign:
        """Whether a form is certainly positive, or not negative."""
        signs = [self._sign_of(monomial) if number > 0 else None for monomial, number in form.items()]
        if None in signs or not signs:
            if self._is_rest_of_one(form):
                return "positive"
            return self._sign_over_one_denominator(form) or self._sign_without_content(form)
        return "positive" if "positive" in signs else "nonnegative"

    def _sign_over_one_denominator(self, form: Form) -> Sign:
        """The sign of `1 - 1/(1 + e^u)` is that of `e^u`."""
        cleared, below = self._cleared(form)
        return self.sign(cleared) if below else None

    def _sign_without_content(self, form: Form) -> Sign:
        """The sign of `e^u - p e^u` is that of `1 - p`."""
        if len(form) != 2:
            return None
        content, rest = self._content(form, positive_only=True)
        return self.sign(rest) if content else None

    def _is_rest_of_one(self, form: Form) -> bool:
        """Whether a form is `a - b p` with `0 < b <= a` and an entry p that is less than 1."""
        if len(form) != 2 or form.get((), 0) <= 0:
            return False
        ((monomial, number),) = ((monomial, number) for monomial, number in form.items() if monomial)
        is_entry = len(monomial) == 1 and monomial[0][2] == 1
        return is_entry and self.heads[monomial[0][0]].below_one and 0 < -number <= form[()]

    def _sign_of(self, monomial: Monomial) -> Sign:
        signs = [self._sign_of_factor(factor) for factor in monomial if not self._chooses(factor)]
        if None in signs:
            return None
        return "nonnegative" if "nonnegative" in signs else "positive"

    def _chooses(self, factor: Factor) -> bool:
        """Whether a factor is `y_k` of a one-hot vector with k summed over: exactly one term is left."""
        at = self.heads[factor[0]].hot
        return at is not None and factor[1][at] >= 0

    def _sign_of_factor(self, factor: Factor) -> Sign:
        head, exponent = self.heads[factor[0]], factor[2]
        if head.positive:
            return "positive"
        if head.kind == "group" and exponent.denominator % 2 == 0:
            return "positive" if exponent < 0 else "nonnegative"
        if head.is_flag or head.kind in ("ramp", "antiramp", "absolute"):
            return "nonnegative"
        return "nonnegative" if exponent.denominator == 1 and exponent % 2 == 0 and exponent > 0 else None

    # ── heads of forms ──

    def opaque(self, kind: Kind, name: str, form: Form, order: int = 0, *, positive: bool = False) -> Form:
        """The entry of a head that is told by its argument alone."""
        template, indices, dims = self.slotted(form)
        return self.algebra.factor(self.head(kind, name, template, dims, order, positive=positive), *indices)

    def head(
        self, kind: Kind, name: str, template: Form, dims: tuple[str, ...], order: int = 0, *, positive: bool = False
    ) -> Head:
        """The head of a function of a template, with the symmetry of its two slots."""
        symmetric = len(dims) == 2 and dims[0] == dims[1] and self._is_symmetric(kind, name, template)
        return self.heads.of_form(kind, name, template, dims, order, positive=positive, symmetric=symmetric)

    def _is_symmetric(self, kind: Kind, name: str, template: Form) -> bool:
        """Whether a function of two indices is the same with these exchanged; the argument of an even one may turn."""
        key = frozenset(template.items())
        found = self._exchanged.get(key)
        if found is None:
            exchanged = self.algebra.transposed(template)
            sign = 1 if exchanged == template else -1 if self.algebra.scaled(exchanged, -1) == template else 0
            self._exchanged[key] = found = sign
        is_even = name == "cos" or (kind == "absolute" and self.kink == 0)
        return found == 1 or (found == -1 and is_even)

    def slotted(self, form: Form) -> tuple[Form, Indices, tuple[str, ...]]:
        """The form with its free indices as slots in canonical order, what they were, and their dimensions."""
        free = sorted(free_indices(form), reverse=True)
        if len(free) > len(SLOTS):
            raise NotGeneral("a function has too many indices")
        dims = self.dims_of(form)
        if len(free) < 2:
            return self._in_slots(form, tuple(free)), tuple(free), tuple(dims[index] for index in free)
        keys = {index: (dims[index], self._appearances(form, index)) for index in free}
        ordered = sorted(free, key=keys.__getitem__)
        groups: list[list[int]] = []
        for index in ordered:
            if groups and keys[groups[-1][0]] == keys[index]:
                groups[-1].append(index)
            else:
                groups.append([index])
        if all(len(group) == 1 for group in groups):
            chosen = tuple(ordered)
            return self._in_slots(form, chosen), chosen, tuple(dims[index] for index in chosen)
        if any(len(group) > MAX_ALIKE for group in groups):
            raise NotGeneral("a function has too many indices that look alike")
        orders = [sum(parts, ()) for parts in product(*(permutations(group) for group in groups))]
        templates = {order: self._in_slots(form, order) for order in orders}
        chosen = min(orders, key=lambda order: sorted(templates[order].items()))
        return templates[chosen], chosen, tuple(dims[index] for index in chosen)

    def _up_to_scale(self, form: Form) -> tuple[Form, Indices, tuple[str, ...], Number]:
        """The form in slots, divided by a number such that it and its negative come out alike; and that number."""
        template, indices, dims = self.slotted(form)
        scale = template[max(template)]
        found: _Scaled = (self.algebra.scaled(template, Fraction(1) / scale), indices, dims, scale)
        if len(indices) < 2:
            return found
        template, indices, dims = self.slotted(self.algebra.scaled(form, -1))
        scale = template[max(template)]
        other: _Scaled = (self.algebra.scaled(template, Fraction(1) / scale), indices, dims, -scale)
        return min(found, other, key=lambda one: sorted(one[0].items()))

    def _in_slots(self, form: Form, order: Indices) -> Form:
        return self.algebra.renamed(form, dict(zip(order, SLOTS, strict=False)))

    def _appearances(self, form: Form, index: int) -> list[object]:
        found: list[object] = []
        for monomial, number in form.items():
            seen = [
                (head, exponent, tuple([1 if other == index else 0 for other in indices]))
                for head, indices, exponent in monomial
                if index in indices
            ]
            if seen:
                found.append((number, len(monomial), seen))
        return sorted(found)  # type: ignore[type-var]

    def dims_of(self, form: Form) -> dict[int, str]:
        """The dimension along which each index runs. Raises `NotGeneral` where its uses disagree."""
        found: dict[int, str] = {}
        for monomial in form:
            for head, indices, _ in monomial:
                for index, dim in zip(indices, self.heads[head].dims, strict=True):
                    if FIRST_POSITION < index < 0 and found.setdefault(index, dim) != dim:
                        raise NotGeneral(f"an index runs over {found[index]} in one place and over {dim} in another")
        return found

    def at(self, form: Form, indices: Indices) -> Form:
        """A template at some indices."""
        return self.algebra.renamed(form, dict(zip(SLOTS, indices, strict=False)))

    def of(self, head: Head, argument: Form) -> Form:
        """The function that a head is an entry of, of another argument. Raises `NotGeneral` if it is no function."""
        match head.kind:
            case "exp":
                return self.exp(argument)
            case "group":
                return argument
            case "log":
                return self.log(argument)
            case "positive":
                return self.positive(argument)
            case "negative":
                return self.negative(argument)
            case "ramp":
                return self.ramp(argument, head.name)
            case "antiramp":
                return self.ramp(self.algebra.scaled(argument, -1), head.name)
            case "absolute":
                return self.absolute(argument)
            case "function" if head.name in ("sin", "erf", "cos"):
                return self.signed(head.name, argument, odd=head.name != "cos")
            case "function":
                return self.opaque("function", head.name, argument, head.order)
        raise NotGeneral(f"nothing is put in for what stands in {head.kind}")

    def _merged(self, head: Head, indices: Indices, exponent: Number) -> tuple[Form, dict[int, int]]:
        """An entry of a function at indices that are partly the same: the function of what its argument is there.

        The indices are letters in the form; the second value says which.
        """
        letters = {index: _MERGED - at for at, index in enumerate(dict.fromkeys(indices))}
        argument = self.at(head.template, tuple(letters[index] for index in indices))
        value = self.power(self.of(head, argument), exponent)
        return value, {letter: index for index, letter in letters.items()}

    # ── by cases ──

    def _by_cases(self, form: Form, function: Callable[[Form], Form]) -> Form | None:
        """The function of a form in which a value is 0 or 1, case by case; None if there is no such value."""
        flag = self._flag_in(form)
        if flag is None:
            return None
        head, indices = flag
        at = self.heads[head].hot
        if at is not None and indices[at] >= 0:
            return self._by_label(form, head, indices[:at] + indices[at + 1 :], function)
        with_it: dict[Monomial, Number] = {}
        without: dict[Monomial, Number] = {}
        for monomial, number in form.items():
            rest = tuple(factor for factor in monomial if factor[:2] != flag)
            if len(rest) == len(monomial):
                without[monomial] = number
            else:
                with_it[rest] = with_it.get(rest, 0) + number
        value = self.algebra.factor(self.heads[head], *indices)
        holds = function(self.algebra.add(with_it, without))
        fails = function(without)
        difference = self.algebra.add(holds, fails, -1)
        return self.algebra.add(fails, self.algebra.multiply(value, difference))

    def _flag_in(self, form: Form) -> tuple[int, Indices] | None:
        """The first value that is 0 or 1 with free indices, or an entry of a one-hot vector whose place is summed."""
        for monomial in form:
            for head, indices, _ in monomial:
                found = self.heads[head]
                if not found.is_flag:
                    continue
                others = indices if found.hot is None else indices[: found.hot] + indices[found.hot + 1 :]
                if all(index < 0 for index in others):
                    return head, indices
        return None

    def _by_label(self, form: Form, head: int, others: Indices, function: Callable[[Form], Form]) -> Form:
        """`f(Σ_k y_k a_k + b) = Σ_k y_k f(a_k + b)`."""
        hot = self.heads[head]
        at = hot.hot
        assert at is not None
        used = free_indices(form)
        place = next(index for index in range(_FRESH, _FRESH - 90, -1) if index not in used)
        inner: dict[Monomial, Number] = {}
        delta = self.heads.delta(hot.dims[at]).number
        for monomial, number in form.items():
            factors: list[Factor] = []
            names: dict[int, int] = {}
            for factor in monomial:
                if factor[0] == head and factor[1][:at] + factor[1][at + 1 :] == others:
                    index = factor[1][at]
                    if index >= 0:
                        names[index] = place
                    else:
                        factors.append((delta, (index, place), 1))
                else:
                    factors.append(factor)
            moved: list[Factor] = [(h, tuple(names.get(index, index) for index in i), e) for h, i, e in factors]
            self.algebra.settle(moved, number, {}, inner)
        value = function(inner)
        indices = (*others[:at], place, *others[at:])
        return self.algebra.sum_over(
            self.algebra.multiply(self.algebra.factor(hot, *indices), value), place, hot.dims[at]
        )

    # ── over one denominator ──

    def _cleared(self, form: Form) -> tuple[Form, tuple[Factor, ...]]:
        """The form times the positive sums that it is divided by, and these: arguments come out alike so."""
        below: dict[tuple[int, Indices], Number] = {}
        for monomial in form:
            for head, indices, exponent in monomial:
                is_below = exponent <= -1 and self.heads[head].kind == "group" and self.heads[head].positive
                if is_below and all(index < 0 for index in indices):
                    below[head, indices] = min(below.get((head, indices), 0), exponent)
        if not below:
            return form, ()
        factors = tuple((head, indices, (-exponent).__floor__()) for (head, indices), exponent in sorted(below.items()))
        return self.algebra.multiply(form, {factors: 1}), factors

    # ── powers ──

    def power(self, form: Form, exponent: Number) -> Form:
        """`form^c` for a rational c. Raises `NotGeneral` for a power of zero that has no value."""
        if exponent.denominator == 1 and exponent >= 0:
            if exponent > MAX_POWER:
                raise NotGeneral("a power is too high")
            return self.algebra.whole_power(form, int(exponent))
        if not form:
            raise NotGeneral("something is divided by zero")
        split = self._by_cases(form, lambda part: self.power(part, exponent))
        if split is not None:
            return split
        is_whole = exponent.denominator == 1
        form, below = self._cleared(form)
        if below:
            return self.algebra.multiply(
                self.power(form, exponent), {tuple((h, i, -n * exponent) for h, i, n in below): 1}
            )
        if len(form) == 1:
            ((monomial, number),) = form.items()
            if not any(index >= 0 for _, indices, _ in monomial for index in indices):
                simple = self._power_of_product(monomial, number, exponent)
                if simple is not None:
                    return simple
        content, rest = self._content(form, positive_only=not is_whole)
        outside = self._raised(content, exponent)
        assert outside is not None
        gathered = self._gathered(content, rest) if is_whole else None
        if gathered is not None:
            (head, places, times), scale = gathered
            value = self._settled([*outside, (head, places, times * exponent)])
            return self.algebra.scaled(value, Fraction(scale) ** int(exponent))
        template, indices, dims, scale = self._up_to_scale(rest)
        if not is_whole and scale < 0:
            template, indices, dims = self.slotted(rest)
            if set(template) == {()}:
                raise NotGeneral("a root of a negative number")
            scale = _without_sign(template[max(template)])
            template = self.algebra.scaled(template, Fraction(1) / scale)
        if set(template) == {()}:
            return self._root(self._settled(outside), scale, exponent)
        group = self._group(template, dims)
        return self._root(self._settled([*outside, (group.number, indices, exponent)]), scale, exponent)

    def _settled(self, factors: list[Factor]) -> Form:
        """The product of some factors, equal ones among them collected before what follows from the facts."""
        out: dict[Monomial, Number] = {}
        self.algebra.settle(factors, 1, {}, out)
        return out

    def _gathered(self, content: Monomial, rest: Form) -> tuple[Factor, Number] | None:
        """A power `T^n` from which a form differs by a number, if a root of the sum T stands beside it.

        A positive power of a root is multiplied out but for the root: `T^(3/2) = T^2 T^(-1/2)`.
        """
        for head, indices, exponent in content:
            if self.heads[head].kind != "group" or exponent.denominator == 1:
                continue
            base = self.at(self.heads[head].template, indices)
            power, times = base, 1
            while len(power) <= len(rest) and times < MAX_GATHERED:
                power, times = self.algebra.multiply(power, base), times + 1
                scale = _ratio(rest, power)
                if scale is not None:
                    return (head, indices, times), scale
        return None

    def _group(self, template: Form, dims: tuple[str, ...]) -> Head:
        group = self.head("group", "", template, dims, positive=self.sign(template) == "positive")
        if group.number not in self.algebra.facts.relations:
            self.algebra.facts.relations[group.number] = relations_of(self.heads, template)
        return group

    def _root(self, form: Form, number: Number, exponent: Number) -> Form:
        """A form times a power of a rational number."""
        if exponent.denominator == 1:
            return self.algebra.scaled(form, Fraction(number) ** int(exponent))
        if number < 0:
            raise NotGeneral("a root of a negative number")
        for prime, times in _primes(Fraction(number)):
            head = self.heads.named("prime", str(prime), positive=True)
            form = self.algebra.multiply(form, self.algebra.factor(head, exponent=times * exponent))
        return form

    def _power_of_product(self, monomial: Monomial, number: Number, exponent: Number) -> Form | None:
        """The power of one product factor by factor; None where a sign that is not known forbids it."""
        factors = None if exponent.denominator != 1 and number < 0 else self._raised(monomial, exponent)
        return None if factors is None else self._root(self._settled(factors), number, exponent)

    def _raised(self, monomial: Monomial, exponent: Number) -> list[Factor] | None:
        """The factors of a product, each to a power; None where a sign that is not known forbids it."""
        factors: list[Factor] = []
        for head_number, indices, inner in monomial:
            head = self.heads[head_number]
            if head.is_flag:
                raise NotGeneral("something is divided by a value that may be zero")
            outer = inner * exponent
            if exponent.denominator == 1 or head.positive or (head.kind == "group" and inner.denominator % 2 == 0):
                factors.append((head_number, indices, outer))
            elif inner.denominator == 1 and inner % 2 == 0 and outer.denominator == 1:
                if outer % 2 == 0:
                    factors.append((head_number, indices, outer))
                    continue
                absolute = self.absolute(self.algebra.factor(head, *indices))
                ((inner_monomial, _),) = absolute.items()
                factors.append((inner_monomial[0][0], inner_monomial[0][1], outer))
            else:
                return None
        return factors

    def _content(self, form: Form, *, positive_only: bool) -> tuple[Monomial, Form]:
        """What all terms share without summed indices, with the least exponents, and the form without it."""
        shared: dict[tuple[int, Indices], Number] | None = None
        for monomial in form:
            here = {
                (head, indices): exponent
                for head, indices, exponent in monomial
                if not any(index >= 0 for index in indices)
                and (not positive_only or self.heads[head].positive or self._is_root(head, exponent))
                and not self.heads[head].is_flag
            }
            if shared is None:
                shared = here
            else:
                shared = {key: min(shared.get(key, 0), here.get(key, 0)) for key in shared.keys() | here.keys()}
        content = tuple(sorted((head, indices, e) for (head, indices), e in (shared or {}).items() if e))
        if not content:
            return (), form
        inverse = {tuple((head, indices, -e) for head, indices, e in content): 1}
        return content, self.algebra.multiply(inverse, form)

    def _is_root(self, head: int, exponent: Number) -> bool:
        """Whether a power has a value only where its base is positive."""
        return self.heads[head].kind == "group" and exponent < 0 and exponent.denominator % 2 == 0

    # ── exponentials and logarithms ──

    def exp(self, form: Form) -> Form:
        """`e^u`, a product over the terms of u."""
        split = self._by_cases(form, self.exp)
        if split is not None:
            return split
        result = ONE
        for monomial, number in form.items():
            result = self.algebra.multiply(result, self._exp_of(monomial, number))
        return result

    def _exp_of(self, monomial: Monomial, number: Number) -> Form:
        if len(monomial) == 1 and monomial[0][2] == 1 and not any(index >= 0 for index in monomial[0][1]):
            head = self.heads[monomial[0][0]]
            if head.kind == "log":
                return self.power(self.at(head.template, monomial[0][1]), number)
            if head.kind == "logprime":
                return self._root(ONE, int(head.name), number)
        template, indices, dims = self.slotted({monomial: 1})
        return self.algebra.factor(self.head("exp", "", template, dims, positive=True), *indices, exponent=number)

    def log(self, form: Form) -> Form:
        """`log u`, split where what is taken out is positive."""
        if not form:
            raise NotGeneral("the logarithm of zero")
        split = self._by_cases(form, self.log)
        if split is not None:
            return split
        form, below = self._cleared(form)
        if below:
            return self.algebra.add(self.log(form), self._log_of_product(below, 1), -1)
        if len(form) == 1:
            ((monomial, number),) = form.items()
            if number > 0 and not any(index >= 0 for _, indices, _ in monomial for index in indices):
                unknown = [factor for factor in monomial if self._sign_of_factor(factor) != "positive"]
                if not unknown or (len(unknown) == 1 and unknown[0][2].denominator == 1 and unknown[0][2] % 2 == 1):
                    return self._log_of_product(monomial, number)
        content, rest = self._content(form, positive_only=True)
        template, indices, dims = self.slotted(rest)
        scale = template[max(template)]
        result = self._log_of_product(content, scale if scale > 0 else 1)
        if scale > 0:
            template = self.algebra.scaled(template, Fraction(1) / scale)
        if set(template) == {()} and template[()] == 1:
            return result
        return self.algebra.add(result, self.algebra.factor(self.head("log", "", template, dims), *indices))

    def _log_of_product(self, monomial: Monomial, number: Number) -> Form:
        result = ZERO
        for prime, times in _primes(Fraction(number)):
            result = self.algebra.add(result, self.algebra.factor(self.heads.named("logprime", str(prime))), times)
        for head_number, indices, exponent in monomial:
            head = self.heads[head_number]
            if head.kind == "exp":
                inner = self.at(head.template, indices)
            elif head.kind == "prime":
                inner = self.algebra.factor(self.heads.named("logprime", head.name))
            elif head.kind == "group":
                inner = self.algebra.factor(self.head("log", "", head.template, head.dims), *indices)
            else:
                inner = self.opaque("log", "", self.algebra.factor(head, *indices))
            result = self.algebra.add(result, inner, exponent)
        return result

    # ── steps and kinks ──

    def positive(self, form: Form) -> Form:
        """`[u > 0]`."""
        return self._step(form, 1)

    def negative(self, form: Form) -> Form:
        """`[u < 0]`."""
        return self._step(form, -1)

    def zero(self, form: Form) -> Form:
        """`[u = 0] = 1 - [u > 0] - [u < 0]`."""
        return self.algebra.add(self.algebra.add(ONE, self.positive(form), -1), self.negative(form), -1)

    def _step(self, form: Form, side: int) -> Form:
        if not form:
            return ZERO
        split = self._by_cases(form, lambda part: self._step(part, side))
        if split is not None:
            return split
        form, _ = self._cleared(form)
        for direction in (1, -1):
            sign = self.sign(self.algebra.scaled(form, direction))
            if sign == "positive":
                return ONE if side == direction else ZERO
            if sign == "nonnegative" and side != direction:
                return ZERO
        template, indices, dims, scale = self._primitive(form)
        positive = self.head("positive", "", template, dims)
        negative = self.head("negative", "", template, dims)
        if positive.number not in self.algebra.facts.opposite:
            self.algebra.facts.opposite[positive.number] = negative.number
            self.algebra.facts.relations[negative.number] = relations_of(self.heads, template, positive.number)
        return self.algebra.factor(positive if (scale > 0) == (side > 0) else negative, *indices)

    def _primitive(self, form: Form) -> tuple[Form, Indices, tuple[str, ...], Number]:
        """A form divided by what is certainly positive in all its terms, and by its leading coefficient."""
        _, rest = self._content(form, positive_only=True)
        return self._up_to_scale(rest)

    def ramp(self, form: Form, name: str = "") -> Form:
        """`max(u, 0)`, kept whole so that its derivative at 0 is κ; one with a name has no derivative."""
        return self._kinked(form, "ramp", "antiramp", name)

    def absolute(self, form: Form) -> Form:
        """`|u|`, kept whole so that its derivative at 0 is κ."""
        if not form:
            return ZERO
        sign = self.sign(form)
        if sign == "positive" or (sign == "nonnegative" and self.kink in (0, 1)):
            return form
        template, indices, dims, scale = self._up_to_scale(form)
        if scale < 0 and self.kink != 0:
            raise NotGeneral("the derivative of |-u| at 0 is not that of |u|")
        head = self.head("absolute", "", template, dims)
        return self.algebra.scaled(self.algebra.factor(head, *indices), _without_sign(scale))

    def _kinked(self, form: Form, above: Kind, below: Kind, name: str) -> Form:
        if not form:
            return ZERO
        if set(form) == {()}:
            return form if form[()] > 0 else ZERO
        template, indices, dims, scale = self._up_to_scale(form)
        head = self.head(above if scale > 0 else below, name, template, dims)
        return self.algebra.scaled(self.algebra.factor(head, *indices), _without_sign(scale))

    # ── inverses ──

    def inverse(self, form: Form, dim: str) -> Form:
        """An entry of the inverse of a matrix that is given in the slots of its rows and columns."""
        if self.dims_of(form).keys() - {ROW, COLUMN}:
            raise NotGeneral("the inverse of one matrix of many")
        if len(form) == 1:
            ((monomial, number),) = form.items()
            if len(monomial) == 1 and monomial[0][2] == 1 and set(monomial[0][1]) == {ROW, COLUMN}:
                return self._inverse_of_symbol(monomial[0][0], monomial[0][1] == (COLUMN, ROW), number)
        diagonal = self._diagonal(form, dim)
        if diagonal is not None:
            return self.algebra.multiply(
                self.power(diagonal, -1), self.algebra.factor(self.heads.delta(dim), ROW, COLUMN)
            )
        symmetric = self.algebra.transposed(form) == form
        head = self.heads.of_form("inverse", dim, form, (dim, dim), symmetric=symmetric)
        if head.number not in self.algebra.facts.relations:
            self.algebra.facts.relations[head.number] = relations_of_inverse(self.heads, form)
        return self.algebra.factor(head, ROW, COLUMN)

    def _diagonal(self, form: Form, dim: str) -> Form | None:
        """The entries of a diagonal matrix; None where a term lacks the `δ`."""
        delta = (self.heads.delta(dim).number, (COLUMN, ROW), 1)
        if not all(delta in monomial for monomial in form):
            return None
        entries = {tuple(factor for factor in monomial if factor != delta): number for monomial, number in form.items()}
        return self.algebra.renamed(entries, {COLUMN: ROW})

    def _inverse_of_symbol(self, number: int, is_transposed: bool, scale: Number) -> Form:
        matrix = self.heads[number]
        places = (COLUMN, ROW) if is_transposed else (ROW, COLUMN)
        if matrix.orthogonal:
            value = self.algebra.factor(matrix, *places[::-1])
        else:
            template = self.algebra.factor(matrix, ROW, COLUMN)
            head = self.heads.of_form("inverse", matrix.dims[0], template, matrix.dims, symmetric=matrix.symmetric)
            self.algebra.facts.inverted[head.number] = (number, False)
            self.algebra.facts.inverted[number] = (head.number, False)
            value = self.algebra.factor(head, *places)
        return self.algebra.scaled(value, Fraction(1) / scale)

    # ── functions of a vector ──

    def map(self, name: str, argument: Form, slot: int, domain: str, codomain: str, component: int) -> Form:
        """`g_i(x)`: `slot` runs along the argument, `component` along the value. Its slots: i, then the others."""
        others = tuple(sorted(free_indices(argument) - {slot}, reverse=True))
        template = self.algebra.renamed(argument, dict(zip((slot, *others), SLOTS, strict=False)))
        found = self.dims_of(argument)
        dims = (codomain, *(found[index] for index in others))
        head = self.heads.of_form("map", f"{name} of {domain}", template, dims)
        return self.algebra.factor(head, component, *others)

    # ── functions that are odd or even ──

    def signed(self, name: str, form: Form, *, odd: bool) -> Form:
        """`f(-u) = -f(u)` for an odd function, `f(u)` for an even one."""
        if not form and odd:
            return ZERO
        split = self._by_cases(form, lambda part: self.signed(name, part, odd=odd))
        if split is not None:
            return split
        if not form:
            return self.algebra.factor(self.heads.of_form("function", name, form, ()))
        template, indices, dims, scale = self._up_to_scale(form)
        flips = scale < 0
        template = self.algebra.scaled(template, _without_sign(scale))
        value = self.algebra.factor(self.head("function", name, template, dims), *indices)
        return self.algebra.scaled(value, -1) if flips and odd else value


def _without_sign(number: Number) -> Number:
    return -number if number < 0 else number


def _ratio(first: Form, second: Form) -> Number | None:
    """The number by which a form is another one, if it is."""
    if first.keys() != second.keys():
        return None
    ratios = {Fraction(number) / second[monomial] for monomial, number in first.items()}
    return ratios.pop() if len(ratios) == 1 else None


def _primes(number: Fraction) -> list[tuple[int, int]]:
    """The prime factors of a positive rational number with their exponents."""
    found: dict[int, int] = {}
    for whole, sign in ((number.numerator, 1), (number.denominator, -1)):
        part = whole
        if part > _LARGEST_NUMBER:
            raise NotGeneral("a number under a root or a logarithm is too large")
        divisor = 2
        while divisor * divisor <= part:
            while part % divisor == 0:
                found[divisor] = found.get(divisor, 0) + sign
                part //= divisor
            divisor += 1
        if part > 1:
            found[part] = found.get(part, 0) + sign
    return sorted(found.items())


NAMED: Mapping[str, Callable[[Functions, Form], Form]] = {
    "exp": Functions.exp,
    "log": Functions.log,
    "sqrt": lambda f, u: f.power(u, HALF),
    "sin": lambda f, u: f.signed("sin", u, odd=True),
    "cos": lambda f, u: f.signed("cos", u, odd=False),
    "tan": lambda f, u: f.algebra.multiply(f.signed("sin", u, odd=True), f.power(f.signed("cos", u, odd=False), -1)),
    "sinh": lambda f, u: f.algebra.scaled(f.algebra.add(f.exp(u), f.exp(f.algebra.scaled(u, -1)), -1), HALF),
    "cosh": lambda f, u: f.algebra.scaled(f.algebra.add(f.exp(u), f.exp(f.algebra.scaled(u, -1))), HALF),
    "tanh": lambda f, u: f.algebra.add(ONE, _logistic(f, f.algebra.scaled(u, -2)), -2),
    "coth": lambda f, u: f.power(NAMED["tanh"](f, u), -1),
    "erf": lambda f, u: f.signed("erf", u, odd=True),
    "sigmoid": lambda f, u: _logistic(f, u),  # noqa: PLW0108  # it stands below
    "softplus": lambda f, u: f.log(f.algebra.add(ONE, f.exp(u))),
    "silu": lambda f, u: f.algebra.multiply(u, _logistic(f, u)),
    "gelu": lambda f, u: _gelu(f, u),  # noqa: PLW0108
    "relu": Functions.ramp,
    "abs": Functions.absolute,
    "sign": lambda f, u: f.algebra.add(f.positive(u), f.negative(u), -1),
}
"""The functions of one variable that need no parameter. They are what `derive.exact.activations` says."""


def _logistic(functions: Functions, u: Form) -> Form:
    """`1 / (1 + e^-u)`."""
    algebra = functions.algebra
    return functions.power(algebra.add(ONE, functions.exp(algebra.scaled(u, -1))), -1)


def _gelu(functions: Functions, u: Form) -> Form:
    """`u (1 + erf(u / √2)) / 2`."""
    algebra = functions.algebra
    root = functions.power(algebra.constant(2), -HALF)
    return algebra.scaled(
        algebra.multiply(u, algebra.add(ONE, functions.signed("erf", algebra.multiply(u, root), odd=True))), HALF
    )


def leaky(functions: Functions, u: Form, slope: Form) -> Form:
    """`α u + (1 - α) max(u, 0)`."""
    algebra = functions.algebra
    above = algebra.multiply(algebra.add(ONE, slope, -1), functions.ramp(u))
    return algebra.add(algebra.multiply(slope, u), above)


def elu(functions: Functions, u: Form, scale: Form) -> Form:
    """`max(u, 0) + α (e^(u - max(u, 0)) - 1)`."""
    algebra = functions.algebra
    above = functions.ramp(u)
    below = algebra.add(functions.exp(algebra.add(u, above, -1)), ONE, -1)
    return algebra.add(above, algebra.multiply(scale, below))
