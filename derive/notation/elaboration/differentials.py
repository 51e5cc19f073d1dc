"""Differentials: `dL = \\langle G, dX\\rangle`, `d(XY) = (dX)Y + X\\,dY`, `\\mathrm{d}y = J\\,\\mathrm{d}x`.

The differential of a given symbol is a direction: any value of its shape, for which nothing else is known. That of an
expression is its derivative in these directions, so that an equation is claimed for all of them:

    d f = Σ_X ⟨∂f/∂X, dX⟩, entry by entry, over the given symbols X on which f depends.

`dW` may also be somebody's name for ∂L/∂W. A name that the document defines is what it was defined as, and a name
that nothing defines is a differential only in a document that speaks of differentials where nothing else can be
meant: `d(…)`, `\\operatorname{tr}(… dX)`, `⟨…, dX⟩`, `G : dX`, or `dy = …dx` of a y that is computed from x.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction as Rational

from derive.errors import FormulaError, Unreadable
from derive.expressions.shapes import SCALAR, Dim, column
from derive.expressions.tree import (
    Add,
    Derivative,
    Diagonal,
    Dot,
    Entry,
    EntryFormula,
    Expr,
    Fill,
    IndexNumber,
    IndexVariable,
    MatMul,
    Negative,
    Number,
    Scale,
    Symbol,
    Transpose,
)
from derive.notation.elaboration.base import PLAIN
from derive.notation.elaboration.derivatives import Derivatives, written_differential
from derive.notation.elaboration.products import Item
from derive.notation.elaboration.scripts import taken_apart
from derive.notation.names import canonical, plain, unwrapped
from derive.notation.numbering import TRANSPOSES
from derive.notation.symbols import Computed, Given, shown
from derive.notation.syntax import (
    Bars,
    Formula,
    Fraction,
    Group,
    Name,
    Partial,
    Scripted,
    Sum,
    Syntax,
    Term,
    nodes,
    parts_of,
)
from derive.records import dataclass, remembered
from derive.source import Span

VARYING = frozenset({"real", "positive"})
DIMENSION_OR_SIGN = "here d is a dimension, and a differential may be meant; write \\mathrm{d} for that"


@dataclass(frozen=True)
class Written:
    """A differential as it stands in a formula: what it is of, and whether it can be nothing else than one."""

    of: Syntax
    certain: bool


@remembered
def may_hold_differentials(content: Syntax) -> bool:
    """Whether a ∂ or a name that begins with d stands in a formula, other than in a derivative."""
    if isinstance(content, Name):
        return plain(content.text)[:1] == "d"
    if isinstance(content, Partial):
        return True
    return not _is_derivative(content) and any(map(may_hold_differentials, parts_of(content)))


def _is_derivative(content: Syntax) -> bool:
    """Whether a fraction is one of differentials, whatever is known."""
    if not isinstance(content, Fraction):
        return False
    (top, word), (bottom, other_word) = written_differential(content.top), written_differential(content.bottom)
    return top is not None and bottom is not None and bool(bottom.of) and not word and not other_word


class Differentials(Derivatives):
    """What a d that is no fraction's stands for."""

    # ── recognising them ──

    def differential_of_name(self, node: Syntax) -> Syntax | None:
        """The `W_1` of `dW_1` where letters that stand together were read as one name; None for any other name."""
        base = unwrapped(node.base) if isinstance(node, Scripted) else node
        if not (isinstance(base, Name) and len(base.text) > 1 and base.text[0] == "d" and base.text.isalpha()):
            return None
        inner: Syntax = Name(base.text[1:], span=base.span)
        if isinstance(node, Scripted):
            inner = Scripted(inner, node.scripts, span=node.span)
        if self.resolve(node) is not None or self.head(node) is not None:
            return None
        return inner if self.resolve(inner) is not None else None

    def is_sign(self, node: Syntax) -> bool:
        """Whether a factor is a d or ∂ that stands by itself and is no name here.

        An upright d, which is written with a command, is none even where a dimension is called d.
        """
        node = unwrapped(node)
        if not (isinstance(node, Name) and plain(node.text) == "d"):
            return isinstance(node, Partial)
        resolved = self.resolve(node)
        is_upright = node.span.end - node.span.start > 1
        return resolved is None or (is_upright and isinstance(resolved.meaning, Dim))

    def differentials(self, content: Syntax, inside: bool = False) -> Iterator[Written]:
        """The differentials in a formula. `inside`: whether it stands in a trace or an inner product."""
        match content:
            case Term():
                yield from self._in_term(content, inside)
                return
            case Name() | Scripted():
                yield from self._in_name(content, inside)
            case Fraction() if self.derivative_parts(content) is not None:
                return
            case Formula(relations=(":",)) | Group(kind="<"):
                inside = True
        for part in parts_of(content):
            yield from self.differentials(part, inside)

    def _in_term(self, term: Term, inside: bool) -> Iterator[Written]:
        inside = inside or any(operator.kind == "INNER" for operator in term.operators)
        items = [Item("", term.factors[0])]
        items += [
            Item(operator.kind, factor) for operator, factor in zip(term.operators, term.factors[1:], strict=True)
        ]
        at = 0
        while at < len(items):
            node, after = items[at].value, items[at + 1 : at + 2]
            assert isinstance(node, Syntax)
            if self._slash_after(items, at) is not None:
                return
            if self.is_sign(node) and after and after[0].operator == "":
                following = after[0].value
                assert isinstance(following, Syntax)
                certain = inside or isinstance(unwrapped(node), Partial) or self._is_certain(following)
                if certain or self._is_known(following):
                    yield Written(following, certain)
                at += 1
            else:
                head = self.head(node)
                traced = head is not None and head.name == "trace"
                yield from self.differentials(node, inside)
                if traced and after and isinstance(after[0].value, Syntax):
                    yield from self.differentials(after[0].value, inside=True)
                    at += 1
            at += 1

    def _is_certain(self, of: Syntax) -> bool:
        """Whether a d before this is no part of a name: a function, a norm, or an expression in brackets follows."""
        base = unwrapped(of.base) if isinstance(of, Scripted) else unwrapped(of)
        if isinstance(base, Group):
            return base.content.only is not None and not self._is_one_name(base.content.only) and self._is_known(base)
        return isinstance(base, Bars) or self.head(of) is not None

    def _is_one_name(self, content: Sum) -> bool:
        """Whether `d(x)` may be a function of what stands in the brackets: it is one name."""
        factor = content.single_factor
        if not isinstance(factor, Scripted):
            return isinstance(factor, Name)
        resolved = self.resolve(factor)
        return resolved is None or not resolved.sups

    def _is_known(self, of: Syntax) -> bool:
        """Whether something that this names is known."""
        if isinstance(of, (Name, Scripted)):
            return self.resolve(of) is not None
        return any(isinstance(node, Name) and self.resolve(node) is not None for node in nodes(of))

    def _in_name(self, node: Syntax, inside: bool) -> Iterator[Written]:
        inner = self.differential_of_name(node)
        if inner is not None:
            yield Written(inner, inside)

    def signs(self, content: Syntax) -> Iterator[Syntax]:
        """Each d in a formula that stands before something known, as the sign of its differential."""
        for term in nodes(content):
            if isinstance(term, Term):
                pairs = zip(term.factors, term.operators, term.factors[1:], strict=False)
                for factor, operator, following in pairs:
                    is_sign = isinstance(factor, Name) and not operator.kind and self.is_sign(factor)
                    if is_sign and self._is_known(following):
                        yield factor

    def speaks_of_differentials(self, found: Sequence[Sequence[Written]]) -> bool:
        """Whether those of an equation are certain: by their form, or since the first side depends on others'.

        `dy = J dx` is one of differentials where y is computed from x; gradients flow the other way.
        """
        if any(written.certain for side in found for written in side):
            return True
        first = {name for written in found[0] for name in self._names_of(written)}
        others = {name for side in found[1:] for written in side for name in self._names_of(written)}
        return bool(others & self._below(first)) and not first & self._below(others)

    def _names_of(self, written: Written) -> set[str]:
        resolved = self.resolve(written.of)
        return set() if resolved is None else {resolved.key}

    def _below(self, names: set[str]) -> set[str]:
        """The names from which others are computed."""
        found: set[str] = set()
        for name in names:
            meaning = self.table.meanings.get(name)
            if isinstance(meaning, Computed) and meaning.value is not None:
                found |= self.names_below(meaning.value)
        return found

    def varying(self, found: Sequence[Written]) -> set[str]:
        """The names of which some are the differentials."""
        names: set[str] = set()
        for written in found:
            try:
                names |= self._names_of(written)
            except FormulaError:
                continue
        return names

    # ── reading them ──

    def read_differential(self, items: Sequence[Item], at: int, span: Span) -> tuple[Expr, int] | None:
        """The differential that begins at an item, and how many items it took; None where none does."""
        node = items[at].value
        assert isinstance(node, Syntax)
        inner = self.differential_of_name(node)
        if inner is not None:
            self._check_certain(node, inner)
            self._check_power(inner)
            return self.differential_of(self.factor(inner), node.span), 1
        rest = items[at + 1 :]
        self._check_dimension(node, rest)
        if not (self.is_sign(node) and rest and rest[0].operator == "" and isinstance(rest[0].value, Syntax)):
            return None
        following = rest[0].value
        self._check_certain(node, following)
        self._check_power(following)
        value, used = self._read_item([Item("", following), *rest[1:]], 0, span)
        return self.differential_of(value, node.span.to(rest[used - 1].span)), 1 + used

    def _check_dimension(self, node: Syntax, rest: Sequence[Item]) -> None:
        """A dimension called d before a vector or a matrix, in a document that speaks of differentials."""
        following = rest[0].value if rest and rest[0].operator == "" else None
        inner = unwrapped(node)
        if self.varied is None or not isinstance(following, (Name, Scripted)) or self.is_sign(inner):
            return
        known = self.resolve(inner) if isinstance(inner, Name) and inner.text == "d" else None
        resolved = self.resolve(following)
        is_array = resolved is not None and not getattr(resolved.meaning, "shape", SCALAR).is_scalar
        if is_array and known is not None and isinstance(known.meaning, Dim):
            raise Unreadable(DIMENSION_OR_SIGN, node.span)

    def _check_certain(self, node: Syntax, of: Syntax) -> None:
        if self.varied is None:
            name = shown(canonical(of).strip())
            raise Unreadable(
                f"the name d{name} is not defined, and whether it is a differential is not certain; "
                f"define it first, or say in the setting's notation what it stands for",
                node.span.to(of.span),
            )

    def _check_power(self, node: Syntax) -> None:
        """`dX^{-1}` is d(X^{-1}); what `dx^2` is, nobody knows."""
        node = unwrapped(node)
        if not isinstance(node, Scripted) or isinstance(unwrapped(node.base), Bars):
            return
        resolved = self.resolve(node)
        for item in taken_apart(node.scripts).sups if resolved is None else resolved.sups:
            written = item if isinstance(item, str) else plain(canonical(item).strip())
            if written not in TRANSPOSES and written.removeprefix("-") not in {"1", *TRANSPOSES}:
                raise Unreadable("whether this power is of the differential is not certain; write d(…)", node.span)

    def differential_of(self, value: Expr, span: Span) -> Expr:
        """The derivative of a value in the directions of all symbols that vary."""
        names = {symbol.name: symbol for symbol in self._given_below(value)}
        total: list[Expr] = []
        for name, symbol in names.items():
            if self._varies(name, names):
                total.append(self._along(value, symbol, span))
        if not total:
            return Number(Rational(0), span=span) if value.shape.is_scalar else Fill(0, value.shape, span=span)
        return total[0] if len(total) == 1 else Add(tuple(total), span=span)

    def _given_below(self, value: Expr) -> Iterator[Symbol]:
        """The symbols on which a value depends and that are not computed, but for those that cannot vary."""
        for name in sorted(self.names_below(value)):
            match self.table.meanings.get(name):
                case Given(kind=kind, shape=shape) if kind in VARYING:
                    yield Symbol(name, shape)
                case Computed(shape=shape, value=None):
                    yield Symbol(name, shape)

    def _varies(self, name: str, beside: dict[str, Symbol]) -> bool:
        """A symbol whose differential stands nowhere in the document may be held fixed, beside others that vary."""
        varied = self.varied or frozenset()
        if name in varied or not any(other in varied for other in beside):
            return True
        if self.holds_fixed is None:
            self.holds_fixed = self.choices.choose((PLAIN, frozenset({"held-fixed"}))) == 1
        return not self.holds_fixed

    def _along(self, value: Expr, symbol: Symbol, span: Span) -> Expr:
        """The derivative of a value in the direction of one symbol."""
        direction = self._direction(symbol)
        if value == symbol:
            return direction
        if symbol.shape.is_scalar:
            return Scale(direction, Derivative(value, symbol, span=span), span=span)
        if value.shape.is_scalar:
            return Dot(Derivative(value, symbol, span=span), direction, span=span)
        if value.shape.is_vector and symbol.shape.is_vector and symbol.shape.length.size != 1:
            upright = Transpose(direction) if symbol.shape.is_row else direction
            product = MatMul(Derivative(value, symbol, span=span), upright, span=span)
            if product.shape.is_matrix:
                return Transpose(product, span=span) if value.shape.is_row and not value.shape.is_column else product
        return self._by_entries_along(value, symbol, direction, span)

    def _by_entries_along(self, value: Expr, symbol: Symbol, direction: Expr, span: Span) -> Expr:
        with self.scope(["row", "column"]) as (first, second):
            rows: IndexVariable | None = first
            columns: IndexVariable | None = second
            entry = Entry(value, first, second)
            if value.shape.is_column:
                columns, entry = None, Entry(value, first, IndexNumber(0))
            elif value.shape.is_row:
                rows, entry = None, Entry(value, IndexNumber(0), second)
            body = Dot(Derivative(entry, symbol), direction)
            return EntryFormula(rows, columns, body, value.shape, span=span)

    def _direction(self, symbol: Symbol) -> Expr:
        """Any direction in which a symbol may vary: one that keeps the structure that it is declared with."""
        name = f"formal d{symbol.name}"
        free = Symbol(name, symbol.shape)
        meaning = self.table.meanings.get(symbol.name)
        match meaning.structure if isinstance(meaning, Given) else "":
            case "symmetric" | "positive definite":
                return Add((free, Transpose(free)))
            case "diagonal":
                return Diagonal(Symbol(name, column(symbol.shape.rows)))
            case "orthogonal":
                return MatMul(symbol, Add((free, Negative(Transpose(free)))))
        return free
