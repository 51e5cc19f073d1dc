"""Derivatives in all their spellings, and the conventions under which one may be read in another way."""

from collections.abc import Callable, Sequence

from derive.errors import Meaningless, Unreadable
from derive.expressions.shapes import SCALAR, Shape
from derive.expressions.tree import (
    DIAGONAL,
    ENTRYWISE,
    Constant,
    Derivative,
    Entry,
    Expr,
    IndexValue,
    Label,
    Layout,
    LocalFactor,
    Number,
    Quotient,
    Reduce,
    Size,
    Slice,
    Symbol,
    Transpose,
)
from derive.expressions.walk import symbols_of
from derive.notation.elaboration.application import Head
from derive.notation.elaboration.base import PLAIN
from derive.notation.elaboration.constants import check_assumed
from derive.notation.elaboration.products import Item, Products, is_nabla
from derive.notation.elaboration.scripts import Scripting, is_transpose, taken_apart
from derive.notation.names import canonical, plain, unwrapped
from derive.notation.symbols import Computed, Given, shown
from derive.notation.syntax import (
    Fraction,
    Group,
    List,
    Literal,
    Nabla,
    Name,
    Operator,
    Partial,
    Script,
    Scripted,
    Syntax,
    Term,
    listed,
    nodes,
)
from derive.records import dataclass, remembered
from derive.source import Span


@dataclass(frozen=True)
class Differential:
    """The `∂^n f` above or the `∂x` below a fraction's line: its sign, its order, what it is of."""

    partial: bool
    order: int
    of: tuple[Syntax, ...]
    operators: tuple[Operator, ...]
    span: Span


@remembered
def written_differential(content: List) -> tuple[Differential | None, str]:
    """A product that begins with ∂ or d, and the word that must be known if it is one: the `loss` of `dloss`."""
    only = content.only
    if only is None or len(only.terms) != 1 or only.signs[0]:
        return None, ""
    term = only.terms[0]
    first = unwrapped(term.factors[0])
    rest, operators, span = term.factors[1:], term.operators[1:], term.span
    base, scripts = (unwrapped(first.base), first.scripts) if isinstance(first, Scripted) else (first, ())
    if isinstance(base, Partial) or (isinstance(base, Name) and plain(base.text) == "d"):
        order = _order(scripts)
        return (None if order is None else Differential(isinstance(base, Partial), order, rest, operators, span)), ""
    if isinstance(base, Name) and base.text.isalpha() and len(base.text) > 1 and base.text[0] == "d":
        tail: Syntax = Name(base.text[1:], span=base.span)
        if scripts:
            tail = Scripted(tail, scripts, span=first.span)
        juxtaposed = Operator("", "", span=span)
        found = Differential(False, 1, (tail, *rest), (juxtaposed, *operators)[: len(rest)], span)
        return found, base.text[1:] if len(base.text) > 2 else ""
    return None, ""


class Derivatives(Products):
    """Fractions of differentials, operators, nabla."""

    # ── recognising them ──

    def differential(self, content: List) -> Differential | None:
        """A product that begins with ∂ or d."""
        found, word = written_differential(content)
        return None if word and word not in self.table.words else found

    def derivative_parts(self, node: Fraction) -> tuple[Differential, list[Differential]] | None:
        """Numerator and denominators of a derivative; None for an ordinary fraction.

        Raises `Unreadable` where a ∂ lacks its partner.
        """
        top, bottom = self.differential(node.top), self.differential(node.bottom)
        if bottom is not None and bottom.of and top is not None:
            return top, self._denominators(bottom)
        if top is not None and top.partial:
            raise Unreadable(
                "there is a ∂ above this fraction's line and none below it; write \\partial before this",
                node.bottom.span,
            )
        if bottom is not None and bottom.partial:
            raise Unreadable(
                "there is a ∂ below this fraction's line and none above it; write \\partial before this", node.top.span
            )
        return None

    def _denominators(self, bottom: Differential) -> list[Differential]:
        """∂x ∂y as two differentials."""
        groups: list[list[Syntax]] = [[]]
        for factor in bottom.of:
            base = factor.base if isinstance(factor, Scripted) else factor
            starts = isinstance(base, Partial) if bottom.partial else (isinstance(base, Name) and base.text == "d")
            if starts and groups[-1]:
                groups.append([])
            elif not starts:
                groups[-1].append(factor)
        juxtaposed = Operator("", "", span=bottom.span)
        return [
            Differential(bottom.partial, 1, tuple(group), (juxtaposed,) * (len(group) - 1), bottom.span)
            for group in groups
            if group
        ]

    def is_derivative_operator(self, node: Syntax) -> bool:
        """`\\frac{\\partial}{\\partial x}` with nothing above but its ∂."""
        node = unwrapped(node)
        if not isinstance(node, Fraction):
            return False
        top, bottom = self.differential(node.top), self.differential(node.bottom)
        return top is not None and not top.of and bottom is not None and bool(bottom.of)

    def slashed_derivatives(self, items: Sequence[Item]) -> list[Item]:
        """`∂L / ∂W` in a line of text is a fraction of differentials."""
        out: list[Item] = []
        at = 0
        while at < len(items):
            quotient = self._braced_quotient(items, at)
            if quotient is not None:
                out.append(quotient)
                at += 2
                continue
            end = self._slash_after(items, at)
            if end is None:
                out.append(items[at])
                at += 1
                continue
            top = [item.value for item in items[at:end] if isinstance(item.value, Syntax)]
            bottom = [item.value for item in items[end : end + 2] if isinstance(item.value, Syntax)]
            if len(bottom) == 2 and isinstance(bottom[0], Name) and len(bottom[0].text) > 1:
                bottom = bottom[:1]
            span = top[0].span.to(bottom[-1].span)
            out.append(Item(items[at].operator, Fraction(_product(top), _product(bottom), span=span)))
            at = end + len(bottom)
        return out

    def _braced_quotient(self, items: Sequence[Item], at: int) -> Item | None:
        """`{\\partial L}/{\\partial W}`, each differential in braces of its own."""
        if at + 1 == len(items) or items[at + 1].operator != "SLASH":
            return None
        top, bottom = (self._braced_differential(item.value) for item in items[at : at + 2])
        if top is None or bottom is None:
            return None
        return Item(items[at].operator, Fraction(top, bottom, span=top.span.to(bottom.span)))

    def _braced_differential(self, value: Syntax | Expr) -> List | None:
        if not (isinstance(value, Group) and value.kind == "braces") or value.content.only is None:
            return None
        terms = value.content.only.terms
        starts = len(terms) == 1 and len(terms[0].factors) > 1 and self._starts_differential(terms[0].factors[0])
        return value.content if starts else None

    def _slash_after(self, items: Sequence[Item], at: int) -> int | None:
        """Where the denominator of a differential quotient begins that starts at an item."""
        if not self._starts_differential(items[at].value):
            return None
        end = at + 1
        while end < len(items) and items[end].operator == "" and not self._starts_differential(items[end].value):
            end += 1
        if end < len(items) and items[end].operator == "SLASH" and self._starts_differential(items[end].value):
            return end
        return None

    def _starts_differential(self, value: Syntax | Expr) -> bool:
        if not isinstance(value, Syntax):
            return False
        base = unwrapped(value.base) if isinstance(value, Scripted) else unwrapped(value)
        if isinstance(base, Partial):
            return True
        return isinstance(base, Name) and (
            base.text == "d" or (base.text.isalpha() and base.text[0] == "d" and base.text in self.table.words)
        )

    # ── reading them ──

    def fraction(self, node: Fraction) -> Expr:
        found = self.derivative_parts(node)
        if found is None:
            with self.beside([node.bottom]):
                top = self.list_value(node.top)
            with self.beside([node.top]):
                bottom = self.list_value(node.bottom)
            return Quotient(top, bottom, span=node.span)
        top_part, denominators = found
        if not top_part.of:
            raise Unreadable("a derivative operator has nothing to differentiate", node.span)
        return self._differentiated(lambda by: self._numerator(top_part, by), top_part.order, denominators, node.span)

    def _numerator(self, part: Differential, by: Expr) -> Expr:
        """What is differentiated; a function without argument is meant at the variable."""
        if len(part.of) == 1:
            head = self.head(part.of[0])
            if head is not None:
                own = self._quantity(head, by, part.span)
                if own is not None:
                    return own
                of_vector = head.kind == "map" and isinstance(by, (Entry, Slice))
                argument = by.operand if of_vector and isinstance(by, (Entry, Slice)) else by
                return self.call_on(head, lambda: [argument], part.span)
        return self.term(Term(part.of, part.operators, span=part.span))

    def _quantity(self, head: Head, by: Expr, span: Span) -> Expr | None:
        """The J of `\\partial J / \\partial \\theta_j`, a function of known quantities; None at any other variable.

        Raises `Unreadable` where another function would be meant at something that stands in its formula already.
        """
        variables = {symbol.name for symbol in symbols_of(by)}
        own = self.own_value(head, span)
        if own is None:
            self._check_not_held(head, variables, span)
            return None
        if variables and variables <= self.names_below(own):
            return own
        assert head.function is not None
        names = [self.table.find(name) for name in head.function.parameters]
        shapes = [getattr(self.table.meanings[name], "shape", SCALAR) for name in names if name is not None]
        if all(shape.is_scalar or shape == by.shape for shape in shapes):
            return None
        raise Unreadable(f"the formula of {shown(head.name)} does not hold what it is differentiated by", span)

    def _check_not_held(self, head: Head, variables: set[str], span: Span) -> None:
        if head.function is None or head.order or head.sub is not None or head.sups:
            return
        written = [node for node in nodes(head.function.body) if isinstance(node, (Name, Scripted))]
        found = [resolved for node in written if (resolved := self.resolve(node)) is not None]
        named = [Symbol(one.key, one.meaning.shape) for one in found if isinstance(one.meaning, (Given, Computed))]
        if any(variables & self.names_below(symbol) for symbol in named):
            raise Unreadable(f"{shown(head.name)} is a function; write its argument in brackets here", span)

    def derivative_by_operator(self, node: Syntax, operand: Callable[[], Expr], span: Span) -> Expr:
        """`\\frac{\\partial}{\\partial x}` of what stands behind it."""
        node = unwrapped(node)
        assert isinstance(node, Fraction)
        found = self.derivative_parts(node)
        assert found is not None
        value: list[Expr] = []

        def read(by: Expr) -> Expr:
            if not value:
                value.append(operand())
            return value[0]

        return self._differentiated(read, found[0].order, found[1], span)

    def _differentiated(
        self, of: Callable[[Expr], Expr], order: int, denominators: Sequence[Differential], span: Span
    ) -> Expr:
        variables = [self._variable(part, order, len(denominators)) for part in denominators]
        if len(variables) == 1 and order > 1:
            variables = variables * order
        if len(variables) != order:
            raise Unreadable(f"a derivative of order {order} by {len(variables)} variables", span)
        value = of(variables[-1])
        for by in reversed(variables):
            value = self.derivative(value, by, span)
        return value

    def _variable(self, part: Differential, order: int, count: int) -> Expr:
        """What a derivative is taken by; `\\partial x^2` below a second derivative is x."""
        factors = list(part.of)
        last = factors[-1]
        if order > 1 and count == 1 and isinstance(last, Scripted):
            kept = tuple(
                script for script in last.scripts if not (script.kind == "sup" and canonical(script) == f"^{{{order}}}")
            )
            factors[-1] = Scripted(last.base, kept, span=last.span) if kept else last.base
        return self.term(Term(tuple(factors), part.operators, span=part.span))

    def derivative(self, of: Expr, by: Expr, span: Span, layout: Layout | None = None) -> Expr:
        """∂of/∂by, or what stands for it under a convention."""
        if by.shape.is_tensor or of.shape.is_tensor:
            raise Meaningless("a derivative with more than four indices is not read", span)
        if isinstance(by, (Size, Number, Constant, IndexValue)):
            raise Unreadable("a derivative is taken by a variable, not by a number", by.span or span)
        check_assumed(of, self.assumed)
        layout = layout or self.layout
        kept = self._without_terms_apart(of, by)
        if kept:
            return self._of_part_of_the_loss(kept, of, by, layout, span)
        if of.shape.is_scalar and _part_at_label(by) is not None:
            return _gradient_at_label(of, by, layout, span)
        options: list[tuple[frozenset[str], Expr]] = [(PLAIN, Derivative(of, by, layout, span=span))]
        for paired, transposed in local_factors(of.shape, by.shape):
            factor = LocalFactor(Derivative(of, by, "gradient", span=span), paired, transposed, span=span)
            options.append((frozenset({"local-factor"}), factor))
        chosen = self.choices.choose([conventions for conventions, _ in options]) if len(options) > 1 else 0
        return options[chosen][1]

    def _of_part_of_the_loss(self, kept: Sequence[Expr], of: Expr, by: Expr, layout: Layout, span: Span) -> Expr:
        """The derivative of the whole loss, or of the part not treated apart: the same one throughout a formula."""
        name = f"{of} {by}"
        if name not in self.kept_apart:
            self.kept_apart[name] = self.choices.choose((PLAIN, *(frozenset({"one-term"}) for _ in kept)))
        chosen = self.kept_apart[name]
        return Derivative(of if chosen == 0 else kept[chosen - 1], by, layout, span=span)

    def _without_terms_apart(self, of: Expr, by: Expr) -> tuple[Expr, ...]:
        """The loss without the terms that the document treats in a step of their own."""
        if isinstance(of, Symbol) and isinstance(by, Symbol):
            return self.treated_apart.get(f"{of.name} by {by.name}", ())
        return ()

    # ── nabla ──

    def gradient(self, node: Syntax, rest: Sequence[Item], span: Span) -> tuple[Expr, int]:
        """`\\nabla_W L`: a gradient, with the shape of its variable in every layout."""
        parts = taken_apart(node.scripts if isinstance(node, Scripted) else ())
        if not rest:
            raise Unreadable("∇ has nothing to differentiate", node.span)
        if rest[0].operator == "CDOT":
            return self._divergence(parts.sub, rest, span)
        if is_nabla(rest[0].value) and rest[0].operator == "":
            return self._twice(parts, rest, span)
        operand, used = self._operand_of_nabla(rest, span)
        second = [item for item in parts.sups if isinstance(item, Literal) and item.text == "2"]
        others = tuple(item for item in parts.sups if item not in second)
        first = operand.operand if isinstance(operand, Transpose) else operand
        if isinstance(first, Derivative) and first.of.shape.is_scalar and first.by.shape.is_vector and not second:
            return self._hessian(first, parts.sub, node.span), 1 + used
        check_assumed(operand, self.assumed)
        if not operand.shape.is_scalar:
            return self._jacobian_by_nabla(operand, parts, span, node.span), 1 + used
        both = self._two_variables(parts.sub) if second else None
        if both is not None:
            value = self.derivative(self.derivative(operand, both[0], span, "gradient"), both[1], span, "gradient")
            return self.with_scripts(value, None, others, parts.primes, span), 1 + used
        if parts.sub is not None:
            by = self.list_value(parts.sub)
        else:
            by = self._argument_behind(rest) or self._inferred_variable(operand, node.span)
        value = self.derivative(operand, by, span, "gradient")
        if second:
            value = Derivative(value, by, "gradient", span=span)
            if by.shape.is_vector and self.choices.choose((PLAIN, PLAIN)) == 1:
                value = Reduce("trace", value, span=span)
        return self.with_scripts(value, None, others, parts.primes, span), 1 + used

    def _two_variables(self, sub: List | None) -> tuple[Expr, Expr] | None:
        r"""The x and λ of `\nabla^2_{x \lambda} f`: two names side by side."""
        only = None if sub is None else sub.only
        if only is None or len(only.terms) != 1 or only.signs[0] or len(only.terms[0].factors) != 2:
            return None
        term = only.terms[0]
        if term.operators[0].kind or not all(
            isinstance(unwrapped(factor), (Name, Scripted)) for factor in term.factors
        ):
            return None
        return self.factor(term.factors[0]), self.factor(term.factors[1])

    def _hessian(self, gradient: Derivative, sub: List | None, span: Span) -> Expr:
        """`\\nabla \\nabla^T L`, `\\nabla_x (\\nabla_x L)`."""
        by = gradient.by if sub is None else self.list_value(sub)
        if by != gradient.by:
            raise Unreadable(
                "∇ of a gradient by another variable: write the derivative of a vector as a Jacobian", span
            )
        return Derivative(gradient, by, "gradient", span=span)

    def _divergence(self, sub: List | None, rest: Sequence[Item], span: Span) -> tuple[Expr, int]:
        """`\\nabla \\cdot f`: the trace of the Jacobian."""
        operand = self.product([Item("", rest[0].value), *rest[1:]], span)
        by = self._inferred_variable(operand, span) if sub is None else self.list_value(sub)
        if not operand.shape.is_vector or operand.shape.length != by.shape.length:
            raise Unreadable(f"a divergence is of a vector as long as its variable, not of {operand.shape}", span)
        return Reduce("trace", Derivative(operand, by, "gradient", span=span), span=span), 1 + len(rest)

    def _jacobian_by_nabla(self, operand: Expr, parts: Scripting, span: Span, place: Span) -> Expr:
        r"""`\\nabla_x f` of a vector by a vector: its Jacobian, in either layout; a row is meant as its column."""
        by = None if parts.sub is None else self.list_value(parts.sub)
        if by is None or not (operand.shape.is_vector and by.shape.is_column) or parts.sups or parts.primes:
            raise Unreadable(f"∇ of {operand.shape}: write the derivative of a vector as a Jacobian, ∂f/∂x", place)
        column = operand if operand.shape.is_column else Transpose(operand, span=operand.span)
        return self.derivative(column, by, span, "gradient")

    def _twice(self, outer: Scripting, rest: Sequence[Item], span: Span) -> tuple[Expr, int]:
        """`\\nabla \\nabla f` and `\\nabla \\nabla^T f`: the second derivatives by one variable."""
        inner = rest[0].value
        assert isinstance(inner, Syntax)
        scripts = inner.scripts if isinstance(inner, Scripted) else ()
        only_below = tuple(script for script in scripts if script.kind == "sub")
        turned = all(is_transpose(item) for item in taken_apart(scripts).sups)
        bare = Scripted(Nabla(span=inner.span), only_below, span=inner.span) if only_below else Nabla(span=inner.span)
        if outer.sups or outer.primes or not turned:
            raise Unreadable("which second derivatives these two ∇ stand for is not certain", span)
        value, used = self.gradient(bare, rest[1:], span)
        if not isinstance(value, Derivative) or (outer.sub is not None and self.list_value(outer.sub) != value.by):
            raise Unreadable("two ∇ by different variables: write \\frac{\\partial^2 f}{\\partial x \\partial y}", span)
        return self.derivative(value, value.by, span, "gradient"), 1 + used

    def _operand_of_nabla(self, rest: Sequence[Item], span: Span) -> tuple[Expr, int]:
        """The quantity behind ∇ if that is a scalar, else the product up to the next entrywise sign."""
        value, used = self._read_item([Item("", rest[0].value), *rest[1:]], 0, span)
        if value.shape.is_scalar and symbols_of(value):
            return value, used
        taken = 1
        while taken < len(rest) and rest[taken].operator in ("", "CDOT"):
            taken += 1
        return self.product([Item("", rest[0].value), *rest[1:taken]], span), taken

    def _argument_behind(self, rest: Sequence[Item]) -> Expr | None:
        """The x of a bare `\\nabla f(x)`, where that is a given symbol and the only argument."""
        bracket = rest[1].value if len(rest) > 1 and rest[1].operator == "" else None
        if bracket is None:
            return self._argument_of_function(rest[0].value)
        if not (isinstance(bracket, Group) and bracket.kind == "(" and len(bracket.content.entries) == 1):
            return None
        factor = bracket.content.entries[0].single_factor
        resolved = None if factor is None else self.resolve(factor)
        if resolved is None or resolved.sub is not None or resolved.sups or not isinstance(resolved.meaning, Given):
            return None
        return Symbol(resolved.key, resolved.meaning.shape, span=bracket.span)

    def _argument_of_function(self, node: Syntax | Expr) -> Expr | None:
        """The x of `\\nabla f`, where f was defined as `f(x) = …` with a known x."""
        head = self.head(node) if isinstance(node, (Name, Scripted)) else None
        function = None if head is None else head.function
        if function is None or not function.is_quantity or len(function.parameters) != 1:
            return None
        name = self.table.find(function.parameters[0])
        meaning = None if name is None else self.table.meanings[name]
        return Symbol(name, meaning.shape) if name is not None and isinstance(meaning, (Given, Computed)) else None

    def _inferred_variable(self, operand: Expr, span: Span) -> Expr:
        """The variable of a bare ∇: the only given symbol the operand depends on, or the only vector among them."""
        names = [name for name in self.names_below(operand) if isinstance(self.table.meanings.get(name), Given)]
        given = {
            name: meaning
            for name in names
            if isinstance(meaning := self.table.meanings[name], Given) and meaning.kind in ("real", "positive")
        }
        vectors = [name for name, meaning in given.items() if meaning.shape.is_vector]
        found = list(given) if len(given) == 1 else vectors
        if len(found) != 1:
            raise Unreadable("∇ does not say by which variable; write \\nabla_{x}", span)
        return Symbol(found[0], given[found[0]].shape, span=span)


def _part_at_label(by: Expr) -> Slice | None:
    """The row or column of a matrix that a label names, as it stands or transposed."""
    part = by.operand if isinstance(by, Transpose) else by
    return part if isinstance(part, Slice) and isinstance(part.index, Label) else None


def _gradient_at_label(of: Expr, by: Expr, layout: Layout, span: Span) -> Expr:
    """∂f/∂u_o of a scalar f, where o is a label: the part o of the gradient by all of the matrix."""
    part = _part_at_label(by)
    assert part is not None
    gradient: Expr = Slice(Derivative(of, part.operand, "gradient", span=span), part.index, part.along, span=span)
    turned = isinstance(by, Transpose) != (layout == "numerator")
    return Transpose(gradient, span=span) if turned else gradient


def local_factors(of: Shape, by: Shape) -> list[tuple[tuple[int, int], bool]]:
    """Axes along which a derivative of matrices may be the identity, and both ways its factor may stand."""
    if not (of.is_matrix and by.is_matrix):
        return []
    found: list[tuple[tuple[int, int], bool]] = []
    if of.is_vector and by.is_vector:
        return [(DIAGONAL, of.is_row), (DIAGONAL, not of.is_row)] if of.length == by.length else []
    if of == by:
        found += [(ENTRYWISE, False)]
    pairs = [(a, b) for a in (0, 1) for b in (0, 1) if of.dims[a] == by.dims[b] and of.dims[a].size != 1]
    found += [(pair, transposed) for pair in pairs for transposed in (False, True)]
    return found


def _order(scripts: Sequence[Script]) -> int | None:
    """The n of ∂^n."""
    if not scripts:
        return 1
    if len(scripts) == 1 and scripts[0].kind == "sup":
        text = canonical(scripts[0].content).strip()
        return int(text) if text.isdigit() and 1 <= int(text) <= 4 else None
    return None


def _product(factors: Sequence[Syntax]) -> List:
    span = factors[0].span.to(factors[-1].span)
    juxtaposed = Operator("", "", span=span)
    return listed(Term(tuple(factors), (juxtaposed,) * (len(factors) - 1), span=span))
