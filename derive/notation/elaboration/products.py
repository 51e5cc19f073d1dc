"""Sums and products: what applies to what, and which product a juxtaposition is.

Binding, tightest first: scripts, function application, juxtaposition and `\\cdot`, then the entrywise and outer
products, then `+` and `-`. Where shapes do not allow that grouping and allow just one other, that one is meant.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction as Rational
from functools import partial

from derive.errors import Meaningless, Unreadable
from derive.expressions.shapes import Shape, meet
from derive.expressions.tree import (
    DIAGONAL,
    ENTRYWISE,
    Add,
    ChainRule,
    Derivative,
    Dot,
    Entry,
    Expr,
    Hadamard,
    Identity,
    IndexNumber,
    Indicator,
    Kronecker,
    LocalFactor,
    MatMul,
    Negative,
    Number,
    Outer,
    Quantified,
    Quotient,
    Range,
    Reduce,
    Scale,
    Slice,
    Symbol,
    Transpose,
)
from derive.notation.elaboration.application import Application, Head
from derive.notation.elaboration.arguments import Arguments
from derive.notation.elaboration.base import Item
from derive.notation.elaboration.resizing import joined, resized
from derive.notation.elaboration.scripts import INDICATORS, Scripting, is_transpose, taken_apart
from derive.notation.elaboration.size_notes import check_note, is_size, noted_sizes
from derive.notation.names import canonical, plain, unwrapped
from derive.notation.symbols import Computed
from derive.notation.syntax import (
    Bars,
    Big,
    Dots,
    Environment,
    Fraction,
    Group,
    List,
    Literal,
    Nabla,
    Name,
    Operator,
    Partial,
    Root,
    Scripted,
    Sum,
    Syntax,
    Term,
    Word,
    listed,
)
from derive.source import Span

STRONG = frozenset({"", "CDOT", "AT", "SLASH"})


class Products(Application, Arguments):
    """Expressions, terms, factors."""

    def list_value(self, content: List) -> Expr:
        only = content.only
        if only is None:
            missing = all(side is None for entry in content.entries for side in entry.sides)
            raise Unreadable(
                "something is missing here"
                if missing
                else "one expression was expected here, not a list or a relation",
                content.span,
            )
        return self.expression(only)

    # ── sums ──

    def expression(self, node: Sum) -> Expr:
        self.depth += 1
        if self.depth > 60:
            raise self.too_deep(node.span)
        try:
            return self._sum(node)
        finally:
            self.depth -= 1

    def _sum(self, node: Sum) -> Expr:
        if any(_is_dots(term) for term in node.terms):
            return self.dotted_sum(node)
        signs, terms = self._operators_given_their_terms(node)
        values = []
        for sign, term in zip(signs, terms, strict=True):
            value = self.once(id(term), term, partial(self.term, term))
            values.append(Negative(value, span=term.span) if sign == "-" else value)
        return values[0] if len(values) == 1 else self.added(values, node.span)

    def added(self, values: Sequence[Expr], span: Span) -> Expr:
        """A sum; the identity and vectors of ones in it take the size of their neighbours."""
        known = next((value.shape for value in values if value.shape.is_matrix and not value.shape.is_open), None)
        if known is not None:
            values = [resized(value, known) if value.shape.is_open else value for value in values]
            self._note_units(values)
        return Add(tuple(values), span=span)

    def _note_units(self, values: Sequence[Expr]) -> None:
        """The index of a unit vector runs along what the vector has for its size."""
        for value in values:
            inner = value.operand if isinstance(value, Transpose) else value
            if isinstance(inner, Slice) and isinstance(inner.operand, Identity) and not inner.shape.is_open:
                self.use(inner.index, inner.operand.size, inner.span, "this unit vector")

    def _operators_given_their_terms(self, node: Sum) -> tuple[list[str], list[Term]]:
        """An operator that ends a term takes the next term with its sign; with `operator-scope`, all that follow."""
        signs, terms = list(node.signs), list(node.terms)
        at = 0
        while at < len(terms):
            term, later = terms[at], len(terms) - at - 1
            operator = self._open_operator(term)
            if operator is None or not later:
                at += 1
                continue
            dangling = operator == len(term.factors) - 1
            wide_possible = self.is_derivative_operator(term.factors[operator]) and later > (1 if dangling else 0)
            if wide_possible and self.choices.choose((frozenset(), frozenset({"operator-scope"}))) == 1:
                taken = (
                    Term(term.factors[operator + 1 :], term.operators[operator + 1 :], span=term.span)
                    if not dangling
                    else None
                )
                operand_terms = ([taken] if taken else []) + terms[at + 1 :]
                operand_signs = ([""] if taken else []) + signs[at + 1 :]
                terms[at:] = [_with_operand(term, operator, operand_signs, operand_terms)]
                signs[at + 1 :] = []
            elif dangling:
                terms[at : at + 2] = [_with_operand(term, operator, [signs[at + 1]], [terms[at + 1]])]
                del signs[at + 1]
            else:
                at += 1
        return signs, terms

    def _open_operator(self, term: Term) -> int | None:
        """The place of the last operator of a term that has no operand in brackets of its own."""
        for at in range(len(term.factors) - 1, -1, -1):
            factor = term.factors[at]
            if self.is_derivative_operator(factor) or _is_big(factor):
                bracketed = at + 1 < len(term.factors) and isinstance(_bracket(term.factors[at + 1]), Group)
                return None if bracketed else at
        return None

    # ── products ──

    def term(self, node: Term) -> Expr:
        items = [Item("", node.factors[0])]
        for operator, factor in zip(node.operators, node.factors[1:], strict=True):
            value = self._signed(operator, factor)
            items.append(Item(operator.kind, value))
        items = self.slashed_derivatives(items)
        sizes = noted_sizes(node)
        if sizes is not None and is_size(sizes, self):
            at = self.choices.place
            before = self.product(items[:-1], node.span)
            if not before.shape.is_scalar:
                check_note(sizes, before.shape, self)
                return before
            self.choices.go_back(at)
        return self.product(items, node.span)

    def _signed(self, operator: Operator, factor: Syntax) -> Syntax:
        if operator.sign != "-":
            return factor
        inner = Sum(("-",), (Term((factor,), (), span=factor.span),), span=factor.span)
        return Group("braces", listed(inner), span=factor.span)

    def product(self, items: Sequence[Item], span: Span) -> Expr:
        """The value of a flat list of factors."""
        if len(items) == 1 and isinstance(items[0].value, Syntax):
            return self.once(id(items[0].value), items[0].value, lambda: self._flat_product(items, span))
        return self._flat_product(items, span)

    def _flat_product(self, items: Sequence[Item], span: Span) -> Expr:
        read: list[Item] = []
        at = 0
        while at < len(items):
            item = items[at]
            others = [*items[:at], *(items[at + 1 :] if self._stands_alone(item.value) else ())]
            with self.beside([other.value for other in others]):
                value, used = self._read_item(items, at, span)
            read.append(Item(item.operator, value))
            at += used
        return self.multiplied(self._chained(read), span)

    def _stands_alone(self, node: Syntax | Expr) -> bool:
        """Whether a factor takes nothing of what stands behind it: a bracket, or a fraction that is no operator."""
        inner = node.base if isinstance(node, Scripted) else node
        return isinstance(inner, (Group, Fraction)) and not self.is_derivative_operator(inner)

    def _read_item(self, items: Sequence[Item], at: int, span: Span) -> tuple[Expr, int]:
        """The value that begins at an item, and how many items it took."""
        node = items[at].value
        if isinstance(node, Expr):
            return node, 1
        rest = items[at + 1 :]
        if _is_big(node):
            if not rest:
                raise Unreadable("a sum sign has nothing to sum", node.span)
            return self.big(node, lambda: self.product(_first(rest), span), node.span.to(items[-1].span)), 1 + len(rest)
        if self.is_derivative_operator(node):
            return self._operated(node, rest or self._loss_left_out(items, node.span), span)
        if is_nabla(node):
            return self.gradient(node, rest or self._loss_left_out(items, node.span), span)
        special = self.read_differential(items, at, span) or self.read_named_jacobian(items, at, span)
        if special is not None:
            return special
        head = self.head(node)
        if head is not None:
            return self._applied_head(head, node, rest, span)
        following = (
            _bracket(rest[0].value) if rest and rest[0].operator == "" and isinstance(rest[0].value, Syntax) else None
        )
        if isinstance(following, Group):
            together = self._before_bracket(node, following, rest[0])
            if together is not None:
                return self._indexed_by_brackets(together, rest[1:], 2)
            if following is rest[0].value and following.kind == "(" and len(following.content.entries) > 1:
                raise Unreadable("a list in brackets stands where a value is expected", following.span)
        is_made_of_others = isinstance(node, (Fraction, Group, Scripted))
        value = self.once(id(node), node, partial(self.factor, node)) if is_made_of_others else self.factor(node)
        return self._indexed_by_brackets(value, rest, 1)

    def _operated(self, node: Syntax, rest: Sequence[Item], span: Span) -> tuple[Expr, int]:
        if not rest:
            raise Unreadable("a derivative operator has nothing to differentiate", node.span)
        first = rest[0].value
        if isinstance(first, Syntax) and self._ends_with_bracket(first, rest):
            return self.derivative_by_operator(
                node, lambda: self.product([Item("", first)], span), node.span.to(first.span)
            ), 2
        return self.derivative_by_operator(
            node, lambda: self.product(_first(rest), span), node.span.to(rest[-1].span)
        ), 1 + len(rest)

    def _loss_left_out(self, items: Sequence[Item], span: Span) -> list[Item]:
        """The loss that the setting names, behind a derivative operator or ∇ that is a whole side by itself."""
        loss = self.table.loss
        meaning = None if loss is None else self.table.meanings[loss]
        if len(items) > 1 or self.depth > 1 or loss is None or not isinstance(meaning, Computed):
            return []
        return [Item("", Symbol(loss, meaning.shape, span=span))]

    def _ends_with_bracket(self, first: Syntax, rest: Sequence[Item]) -> bool:
        """Whether an operator's operand is the bracket behind it, and not the product that begins with it.

        `(u - y)^T (u - y)` is one product; for `(u)(v)` the bracket alone is the plain reading.
        """
        if isinstance(unwrapped(first), Name) or not isinstance(_bracket(first), Group):
            return False
        if len(rest) == 1 or rest[1].operator not in ("", "CDOT"):
            return True
        if isinstance(first, Scripted):
            return False
        return self.choices.choose((frozenset(), frozenset({"operator-scope"}))) == 0

    def _applied_head(self, head: Head, node: Syntax, rest: Sequence[Item], span: Span) -> tuple[Expr, int]:
        """A function takes the bracket behind it; without one, the rest of its product up to the next function."""
        if rest and rest[0].operator == "" and isinstance(rest[0].value, Syntax):
            bracket = _bracket(rest[0].value)
            if isinstance(bracket, Group) and (bracket.kind != "braces" or canonical(node).strip().startswith("\\")):
                whole = node.span.to(rest[0].span)
                value = self.call(head, bracket.content, whole)
                value = self._scripts_of_bracket(value, rest[0].value, whole)
                value, used = self._indexed_by_brackets(value, rest[1:], 2)
                return value, used
        taken = 0
        while (
            taken < len(rest)
            and rest[taken].operator in STRONG - {"SLASH"}
            and not (taken and self._ends_argument(head, rest, taken))
        ):
            next_value = rest[taken].value
            takes_all = isinstance(next_value, Syntax) and (
                _is_big(next_value) or self.is_derivative_operator(next_value)
            )
            taken = len(rest) if takes_all else taken + 1
        own = None if taken else self.own_value(head, node.span)
        if own is not None:
            return own, 1
        if not taken:
            raise Unreadable(f"the function {canonical(node).strip()} has no argument here", node.span)
        whole = node.span.to(rest[taken - 1].span)
        return self.call_on(head, lambda: [self.product(_first(rest[:taken]), whole)], whole), 1 + taken

    def _ends_argument(self, head: Head, rest: Sequence[Item], at: int) -> bool:
        """Whether another function ends an argument without brackets; a logarithm goes on over one in brackets."""
        value = rest[at].value
        if not isinstance(value, Syntax) or self.head(value) is None:
            return False
        bracketed = at + 1 < len(rest) and isinstance(_bracket(rest[at + 1].value), Group)
        return not (head.name == "log" and bracketed)

    def _scripts_of_bracket(self, value: Expr, node: Syntax, span: Span) -> Expr:
        """`\\sigma(z)_i^T`: the scripts behind the bracket belong to the value of the function."""
        if isinstance(node, Scripted):
            parts = taken_apart(node.scripts)
            return self.with_scripts(value, parts.sub, parts.sups, parts.primes, span)
        return value

    def _is_open_energy(self, base: Name, bracket: Group) -> bool:
        """Whether `E(w)` has an E that nothing defines before a list of names: nobody writes the identity so."""
        arguments = [entry.single_factor for entry in bracket.content.entries]
        is_list = bracket.kind == "(" and all(isinstance(argument, (Name, Scripted)) for argument in arguments)
        return plain(base.text) == "E" and is_list and self.resolve(base) is None

    def _before_bracket(self, node: Syntax, bracket: Group, item: Item) -> Expr | None:
        """An indicator's condition, or the arguments that a computed quantity is written with; None for a product."""
        written = item.value
        assert isinstance(written, Syntax)
        span = node.span.to(written.span)
        base = unwrapped(node.base) if isinstance(node, Scripted) else unwrapped(node)
        if isinstance(base, Name) and plain(base.text) == "E" and bracket.kind == "[" and self.resolve(node) is None:
            raise Unreadable("an expectation is not read; write the sum that it is", span)
        if isinstance(base, Name) and base is unwrapped(node) and self._is_open_energy(base, bracket):
            raise Unreadable("E is not defined, and may be an expectation; the identity is written I", span)
        if (
            isinstance(base, (Name, Literal))
            and base.text in INDICATORS
            and any(entry.relations for entry in bracket.content.entries)
        ):
            parts = taken_apart(node.scripts if isinstance(node, Scripted) else ())
            if parts.sub is None and not parts.sups:
                return self._scripts_of_bracket(Indicator(self.condition(bracket.content), span=span), written, span)
        resolved = self.resolve(node)
        if resolved is None or not isinstance(resolved.meaning, Computed) or resolved.sub or resolved.sups:
            return None
        if resolved.meaning.shape.is_matrix and _is_transposed(written):
            return None
        if resolved.primes:
            value = self.derivative_at(resolved.key, resolved.meaning, resolved.primes, bracket, node.span)
        else:
            value = self.at_arguments(resolved.key, resolved.meaning, bracket, node.span)
        return None if value is None else self._scripts_of_bracket(value, written, span)

    def _indexed_by_brackets(self, value: Expr, rest: Sequence[Item], used: int) -> tuple[Expr, int]:
        """`M[i][j]`: square brackets behind a vector or matrix that hold only indices."""
        if not value.shape.is_matrix:
            return value, used
        contents = []
        for item in rest[:2]:
            group = item.value
            if item.operator or not (
                isinstance(group, Group) and group.kind == "[" and self._holds_index(group.content)
            ):
                break
            contents.append(group.content)
        if not contents:
            return value, used
        first = contents[0]
        if value.shape.is_vector or len(first.entries) == 2:
            return self.entry(value, first, first.span), used + 1
        if len(contents) == 2:
            both = List(first.entries + contents[1].entries, span=first.span.to(contents[1].span))
            return self.entry(value, both, both.span), used + 2
        return value, used

    def _holds_index(self, content: List) -> bool:
        try:
            for piece in self.index_pieces(content, 1):
                if piece is not None:
                    self.index(piece, content.span)
        except (Unreadable, Meaningless):
            return False
        return True

    # ── the products themselves ──

    def _chained(self, items: list[Item]) -> list[Item]:
        """Neighbouring derivatives that meet in a variable are the chain rule."""
        out: list[Item] = []
        for item in items:
            before = out[-1].value if out else None
            if (
                isinstance(item.value, (Derivative, ChainRule))
                and isinstance(before, (Derivative, ChainRule))
                and _may_chain(item.operator, before.shape, item.value.shape)
            ):
                joined = _meeting(before, item.value)
                if joined is not None:
                    out[-1] = Item(out[-1].operator, joined)
                    continue
            out.append(item)
        return out

    def multiplied(self, items: Sequence[Item], span: Span) -> Expr:
        """The product of factors that are all read; see the module's first lines for the grouping."""
        values = [item.value for item in items if isinstance(item.value, Expr)]
        operators = [item.operator for item in items[1:]]
        return self.contracted(self._product_of(values, operators), values, span)

    def _product_of(self, values: list[Expr], operators: list[str]) -> Expr:
        try:
            return self._grouped(values, operators)
        except Meaningless as error:
            if len(values) > 2 and not set(operators) & {"SLASH", "OSLASH"}:
                others = _other_groupings(values, operators, self.times)
                if len(others) == 1:
                    return others[0]
            raise error

    def _grouped(self, values: list[Expr], operators: list[str]) -> Expr:
        if "INNER" in operators:
            at = operators.index("INNER")
            left = self._grouped(values[: at + 1], operators[:at])
            return self.times(left, "INNER", self._grouped(values[at + 1 :], operators[at + 1 :]))
        groups: list[tuple[str, Expr]] = [("", values[0])]
        for operator, value in zip(operators, values[1:], strict=True):
            if operator in STRONG:
                before, total = groups.pop()
                groups.append((before, self.times(total, operator, value)))
            else:
                groups.append((operator, value))
        total = groups[0][1]
        for operator, value in groups[1:]:
            total = self.times(total, operator, value)
        return total

    def times(self, left: Expr, operator: str, right: Expr) -> Expr:
        """The product of two values that an operator means, by their shapes."""
        span = left.span.to(right.span) if left.span and right.span else left.span
        if operator in ("SLASH", "OSLASH"):
            return Quotient(left, _fitted(right, left.shape), span=span)
        if operator == "INNER":
            left, right = _fitted(left, right.shape), _fitted(right, left.shape)
            if left.shape != right.shape:
                raise Meaningless(f"A : B is of two of one shape, not of {left.shape} and {right.shape}", span)
            return Dot(left, right, span=span)
        if left.shape.is_scalar:
            return Scale(left, right, span=span)
        if right.shape.is_scalar:
            return Scale(right, left, span=span)
        is_outer_or_not = operator == "OTIMES" and _are_columns_or_rows(left.shape, right.shape)
        if is_outer_or_not and self.choices.choose((frozenset(), frozenset())) == 1:
            return Kronecker(left, right, span=span)
        if operator in ("", "CDOT") and left.shape.is_row and isinstance(right, Derivative) and right.shape.is_tensor:
            return self._row_by_derivative(left, right, span)
        if operator in ("", "CDOT"):
            turned = self._identity_on_the_other_side(left, right)
            if turned is not None:
                return turned
        if self._means_entries(left, operator, right):
            return Hadamard(left, right, span=span)
        product = _PRODUCTS[operator](left, right, span)
        if isinstance(product, (MatMul, Dot, Outer, Hadamard)):
            self._note_units((product.left, product.right))
        return product

    def _row_by_derivative(self, left: Expr, right: Derivative, span: Span | None) -> Expr:
        """A row before the derivative of a column by a matrix: the sum over the entries of the column."""
        if not right.of.shape.is_column or meet(left.shape.columns, right.of.shape.rows) is None:
            raise Meaningless(f"{left.shape} does not fit before the derivative {right.shape}", span)
        dim, first = right.of.shape.rows, IndexNumber(0)
        with self.scope(["entry of a derivative"]) as (index,):
            entry = Entry(right.of, index, first, span=right.span)
            body = Scale(Entry(left, first, index), Derivative(entry, right.by, right.layout, span=right.span))
        whole = Range(0, (dim.size or 1) - 1, dim, "dimension", span=span)
        return Quantified("sum", index, whole, body, span=span)

    def _means_entries(self, left: Expr, operator: str, right: Expr) -> bool:
        """Whether a sign of another product is meant entry by entry, between equal shapes that are no matrix product.

        All such signs of a formula are meant in one way.
        """
        if operator not in ("", "CDOT", "OTIMES") or left.shape != right.shape or left.shape.is_open:
            return False
        if left.shape.is_tensor or (left.shape.is_square and operator != "OTIMES"):
            return False
        if self.by_entries is None:
            self.by_entries = self.choices.choose((frozenset(), frozenset({"entrywise-product"}))) == 1
        return self.by_entries

    def _identity_on_the_other_side(self, left: Expr, right: Expr) -> Expr | None:
        """A column times an identity is no product, unless the column is meant as the row of the other layout."""
        column_first = isinstance(right, Identity) and right.shape.is_open and left.shape.is_column
        row_last = isinstance(left, Identity) and left.shape.is_open and right.shape.is_row
        vector = left if column_first else right
        if not (column_first or row_last) or vector.shape.length.size == 1:
            return None
        if self.choices.choose((frozenset(), frozenset({"layout"}))) == 0:
            side = "right" if column_first else "left"
            raise Meaningless(f"an identity on the {side} of {vector.shape} would be 1 x 1", right.span)
        unit = Identity(vector.shape.length)
        return MatMul(unit, vector) if column_first else MatMul(vector, unit)

    # ── factors ──

    def factor(self, node: Syntax) -> Expr:
        node = unwrapped(node)
        match node:
            case Literal(text):
                return Number(Rational(text), span=node.span)
            case Name():
                return self.named(node)
            case Scripted():
                return self._scripted(node)
            case Group():
                return self._group(node)
            case Fraction():
                return self.fraction(node)
            case Root():
                return self._root(node)
            case Bars(kind, content):
                return self._bars(kind, content, None, node.span)
            case Environment():
                return self.environment(node)
        raise Unreadable(_no_factor(node), node.span)

    def _root(self, node: Root) -> Expr:
        value = self.list_value(node.radicand)
        if node.degree is None:
            return self.applied("sqrt", value, node.span)
        return self.power(value, Quotient(Number(Rational(1)), self.list_value(node.degree)), node.span)

    def _scripted(self, node: Scripted) -> Expr:
        base = unwrapped(node.base)
        if isinstance(base, (Name, Scripted)):
            return self.named(node)
        parts = taken_apart(node.scripts)
        if isinstance(base, Bars):
            return self.with_scripts(
                self._bars(base.kind, base.content, parts.sub, node.span), None, parts.sups, parts.primes, node.span
            )
        if isinstance(base, Literal) and base.text in ("0", "1") and (parts.sub is not None or self._is_turned(parts)):
            return self.named(Scripted(Name(base.text, span=base.span), node.scripts, span=node.span))
        is_list = isinstance(base, Group) and base.kind in ("(", "[") and len(base.content.entries) > 1
        if isinstance(base, Group) and is_list and parts.sub is None and any(map(is_transpose, parts.sups)):
            value = self.bracketed(base, is_turned=True)
        else:
            value = self.factor(base)
        return self.with_scripts(value, parts.sub, parts.sups, parts.primes, node.span)

    def _is_turned(self, parts: Scripting) -> bool:
        """Whether scripts are one transpose, as in `1^T x`, and not the power `1^T` by a T that is a number."""
        only = parts.sups[0] if len(parts.sups) == 1 else None
        return not isinstance(only, (str, type(None))) and is_transpose(only) and self.resolve(only) is None

    def _group(self, node: Group) -> Expr:
        if node.kind == "[" and any(entry.relations for entry in node.content.entries):
            return Indicator(self.condition(node.content), span=node.span)
        if node.kind == "[" and len(node.content.entries) == 1:
            inner = node.content.only
            lone = (
                unwrapped(inner.terms[0].factors[0])
                if inner and len(inner.terms) == 1 and len(inner.terms[0].factors) == 1
                else None
            )
            if isinstance(lone, Group) and lone.kind == "[" and any(entry.relations for entry in lone.content.entries):
                return Indicator(self.condition(lone.content), span=node.span)
        if node.kind == "<" and len(node.content.entries) == 2:
            left, right = (entry.sides[0] for entry in node.content.entries)
            if left is not None and right is not None:
                return Dot(self.expression(left), self.expression(right), span=node.span)
        if len(node.content.entries) > 1:
            return self.bracketed(node)
        try:
            value = replace(self.list_value(node.content), span=node.span)
        except Meaningless:
            blocks = self.juxtaposed_blocks(node)
            if blocks is None:
                raise
            return blocks
        return self.row_or_product(node, value)

    def _bars(self, kind: str, content: List, sub: List | None, span: Span) -> Expr:
        """|x| of a scalar, ‖v‖, ‖A‖_F, ‖A‖_1 (the sum of all absolute values)."""
        value = self.list_value(content)
        which = canonical(sub).strip() if sub is not None else ""
        shape = value.shape
        if kind == "bar" and not which:
            if shape.is_scalar:
                return self.applied("abs", value, span)
            if shape.is_square:
                return Reduce("det", value, span=span)
            raise Unreadable(f"|…| of {shape} could be a norm or absolute values; write \\|…\\|", span)
        if which == "1":
            return Reduce("l1", value, span=span)
        if which in ("", "F", "2", "\\mathcal{F}", "\\mathrm{F}", "Fro", "fro", "\\text{F}"):
            if which == "2" and shape.is_matrix and not shape.is_vector:
                raise Unreadable(
                    "‖·‖_2 of a matrix is its largest singular value; "
                    "write \\|…\\|_F for the root of the sum of squares",
                    span,
                )
            return Reduce("l2", value, span=span)
        raise Unreadable(f"the norm ‖·‖_{which} is not read here", span)


def _with_operand(term: Term, operator: int, signs: Sequence[str], operand: Sequence[Term]) -> Term:
    """The term up to its operator, and behind it all that the operator takes, as one group."""
    span = operand[0].span.to(operand[-1].span)
    group = Group("braces", listed(Sum(tuple(signs), tuple(operand), span=span)), span=span)
    juxtaposed = Operator("", "", span=span)
    return Term(
        (*term.factors[: operator + 1], group), (*term.operators[:operator], juxtaposed), span=term.span.to(span)
    )


def _first(items: Sequence[Item]) -> list[Item]:
    return [Item("", items[0].value), *items[1:]]


def _is_dots(term: Term) -> bool:
    return len(term.factors) == 1 and isinstance(unwrapped(term.factors[0]), Dots)


def _is_big(node: Syntax) -> bool:
    return isinstance(unwrapped(node), Big) or (isinstance(node, Scripted) and isinstance(unwrapped(node.base), Big))


def is_nabla(node: Syntax | Expr) -> bool:
    """Whether a factor is ∇, with its scripts."""
    return isinstance(node, Nabla) or (isinstance(node, Scripted) and isinstance(node.base, Nabla))


def _bracket(node: Syntax | Expr) -> Syntax | None:
    """The bracket that a factor is, apart from its scripts."""
    if isinstance(node, Expr):
        return None
    base = node.base if isinstance(node, Scripted) else node
    return base if isinstance(base, Group) else None


def _is_transposed(node: Syntax) -> bool:
    """`(a)^T`: behind a vector or matrix a factor, as in `\\delta (a)^T`, and not what it is a function of."""
    return isinstance(node, Scripted) and any(map(is_transpose, taken_apart(node.scripts).sups))


def _may_chain(operator: str, left: Shape, right: Shape) -> bool:
    """Whether a sign can stand in the chain rule: `\\times` where it does not go entry by entry."""
    apart = left != right and not (left.is_scalar or right.is_scalar)
    return operator in ("", "CDOT") or (operator in ("TIMES", "STAR") and apart)


def _meeting(first: Derivative | ChainRule, second: Derivative | ChainRule) -> ChainRule | None:
    """∂a/∂b ∂b/∂c as the chain rule; also written the other way round, ∂b/∂c ∂a/∂b."""
    left, right = (value.factors if isinstance(value, ChainRule) else (value,) for value in (first, second))
    if all(factor.shape.is_scalar for factor in (*left, *right)):
        return None
    span = first.span.to(second.span) if first.span and second.span else None
    if left[-1].by == right[0].of:
        return ChainRule((*left, *right), span=span)
    if left[0].of == right[-1].by:
        return ChainRule((*right, *left), span=span)
    return None


# ── which product ──


def _fitted(value: Expr, shape: Shape) -> Expr:
    return resized(value, shape) if value.shape.is_open and shape.is_matrix else value


def _matrix_product(left: Expr, right: Expr, span: Span | None) -> Expr:
    for factor in (left, right):
        inner = factor.operand if isinstance(factor, Transpose) else factor
        if isinstance(inner, LocalFactor) and inner.paired in (DIAGONAL, ENTRYWISE):
            raise Meaningless("the diagonal of a Jacobian multiplies entry by entry, not as a matrix", factor.span)
    if left.shape.is_tensor or right.shape.is_tensor:
        tensor = left if left.shape.is_tensor else right
        raise Meaningless(f"{tensor.shape} has four indices and is no factor of a matrix product", tensor.span)
    if left.shape.is_open or right.shape.is_open:
        return joined(left, right, span)
    return MatMul(left, right, span=span)


def _dot_product(left: Expr, right: Expr, span: Span | None) -> Expr:
    """`\\cdot`: a matrix product; between two columns or two rows of one length, their inner product."""
    if left.shape.is_vector and left.shape == right.shape and left.shape.length.size != 1:
        return Dot(left, right, span=span)
    return _matrix_product(left, right, span)


def _entrywise(left: Expr, right: Expr, span: Span | None) -> Expr:
    return Hadamard(_fitted(left, right.shape), _fitted(right, left.shape), span=span)


def _entrywise_or_matrix(left: Expr, right: Expr, span: Span | None) -> Expr:
    """`*` and `\\times`: entry by entry between equal shapes; a matrix product where only that has shapes that fit."""
    if left.shape == right.shape:
        return Hadamard(left, right, span=span)
    if left.shape.is_matrix and right.shape.is_matrix and meet(left.shape.columns, right.shape.rows) is not None:
        return _matrix_product(left, right, span)
    return Hadamard(left, right, span=span)


def _are_columns_or_rows(left: Shape, right: Shape) -> bool:
    """Whether a Kronecker product of two vectors is another one than their outer product: where only that fits."""
    both = (left.is_column and right.is_column) or (left.is_row and right.is_row)
    return both and not (left.is_open or right.is_open)


def _outer(left: Expr, right: Expr, span: Span | None) -> Expr:
    if left.shape.is_vector and right.shape.is_vector:
        return Outer(left, right, span=span)
    return Kronecker(left, right, span=span)


_PRODUCTS: dict[str, Callable[[Expr, Expr, Span | None], Expr]] = {
    "": _matrix_product,
    "CDOT": _dot_product,
    "AT": _dot_product,
    "TIMES": _entrywise_or_matrix,
    "STAR": _entrywise_or_matrix,
    "ODOT": _entrywise,
    "CIRC": _entrywise,
    "OTIMES": _outer,
}


def _other_groupings(
    values: Sequence[Expr], operators: Sequence[str], times: Callable[[Expr, str, Expr], Expr]
) -> list[Expr]:
    """All groupings whose shapes fit, one for each resulting shape; at most eight factors are tried."""
    if len(values) > 8:
        return []
    count = len(values)
    fitting: dict[tuple[int, int], dict[Shape, Expr]] = {
        (at, at + 1): {value.shape: value} for at, value in enumerate(values)
    }
    for width in range(2, count + 1):
        for first in range(count - width + 1):
            found: dict[Shape, Expr] = {}
            for cut in range(first + width - 1, first, -1):
                for left in fitting[first, cut].values():
                    for right in fitting[cut, first + width].values():
                        try:
                            value = times(left, operators[cut - 1], right)
                        except (Meaningless, Unreadable):
                            continue
                        found.setdefault(value.shape, value)
            fitting[first, first + width] = found
    return list(fitting[0, count].values())


__all__ = ["Item", "Products", "is_nabla", "resized"]


def _no_factor(node: Syntax) -> str:
    """Why a sign or a word is no factor by itself."""
    match node:
        case Partial() | Nabla():
            return "a derivative sign stands here without the rest of a derivative"
        case Dots():
            return "dots stand here between nothing that they could continue"
        case Word(_, text):
            return f"the word “{text}” stands inside a formula"
        case Big():
            return "a sum sign has nothing to sum"
    raise NotImplementedError(
        f"factor has no rule for {type(node).__name__}; add it in derive/notation/elaboration/products.py"
    )
