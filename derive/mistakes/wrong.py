"""A formula that is wrong, with what is known of what it should be."""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeVar

from derive.errors import FormulaError, Undecidable
from derive.expressions.shapes import Dim, Shape
from derive.expressions.tree import ChainRule, Derivative, Entry, Expr, LocalFactor, Size, Slice, Symbol
from derive.expressions.walk import symbols_of, walk
from derive.gradients.closed import Differentiator
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.mistakes.rewriting import expanded_terms
from derive.notation.names import canonical
from derive.notation.symbols import Computed, Given, SymbolTable
from derive.notation.syntax import List, Name, Scripted, Syntax
from derive.records import dataclass

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of the side of a claim that is taken as it stands, and of the model that it speaks of.

    `free` are the index letters for all of whose values the claim is made, with the dimensions along which they run.
    """

    table: SymbolTable
    kink: Fraction
    quantity: Expr
    free: Mapping[str, Dim] = field(default_factory=dict)
    _made: dict[Callable[..., Any], Any] = field(default_factory=dict)

    def once(self, make: "Callable[[Known], T]") -> T:
        """What a function makes of this, made when it is first asked for: hundreds of repairs ask for the same."""
        if make not in self._made:
            self._made[make] = make(self)
        found: T = self._made[make]
        return found

    @cached_property
    def differentiator(self) -> Differentiator:
        """Differentiates in the model's names."""
        return Differentiator(self.table, self.kink)

    @cached_property
    def truth(self) -> Expr | None:
        """The quantity without derivatives in it, as people write it; null where it has no such form."""
        node = self.quantity
        if not any(isinstance(part, (Derivative, ChainRule, LocalFactor)) for part in walk(node)):
            return node
        try:
            if isinstance(node, (Derivative, ChainRule, LocalFactor)):
                return presented(self.differentiator.closed_form(node))
            return presented(self.differentiator.without_derivatives(node))
        except (NoClosedForm, FormulaError, Undecidable, RecursionError):
            return None

    @cached_property
    def true_terms(self) -> tuple[Expr, ...]:
        """What is added to one another in the truth; nothing where there is no closed form."""
        return () if self.truth is None else tuple(expanded_terms(self.truth))

    @cached_property
    def averaged(self) -> tuple[Dim, ...]:
        """The dimensions by whose size something is divided in the loss, in the model or in the truth."""
        values = [value for _, value in self.computed]
        sizes = [node.dim for value in (*values, *self.true_terms) for node in walk(value) if isinstance(node, Size)]
        return tuple(dict.fromkeys(sizes))

    @cached_property
    def computed(self) -> tuple[tuple[str, Expr], ...]:
        """The names that are computed, with their formulas, in the order of the model."""
        meanings = self.table.meanings.items()
        return tuple((name, one.value) for name, one in meanings if isinstance(one, Computed) and one.value is not None)

    @cached_property
    def in_loss(self) -> frozenset[str]:
        """The names that stand in the loss itself: the predictions and the targets."""
        value = dict(self.computed).get(self.table.loss or "")
        return frozenset() if value is None else frozenset(symbol.name for symbol in symbols_of(value))

    def is_given_scalar(self, name: str) -> bool:
        """Whether a name is that of a scalar that is given, and no label."""
        meaning = self.table.meanings.get(name)
        return (
            isinstance(meaning, Given) and meaning.shape.is_scalar and meaning.kind in ("real", "positive", "integer")
        )

    def is_matrix(self, factor: Syntax) -> bool:
        """Whether a factor, as it is written, is the name of a matrix that is no vector."""
        name = self.table.find(canonical(factor).strip()) if isinstance(factor, (Name, Scripted)) else None
        shape = None if name is None else getattr(self.table.meanings[name], "shape", None)
        return isinstance(shape, Shape) and shape.is_matrix and not shape.is_vector

    def is_penalty(self, term: Expr) -> bool:
        """Whether nothing but the variable by which the loss is differentiated, and given scalars, stands in a term."""
        of = self.quantity.of if isinstance(self.quantity, Derivative) else None
        whole = of.operand if isinstance(of, Entry) else of
        if isinstance(whole, Symbol) and whole.name != self.table.loss:
            return False
        names = {symbol.name for symbol in symbols_of(term)}
        if self.variable is None or self.variable.name not in names:
            return False
        return all(name == self.variable.name or self.is_given_scalar(name) for name in names)

    @cached_property
    def variable(self) -> Symbol | None:
        """The name by which the quantity is a derivative, also by one of its entries."""
        by = self.quantity.by if isinstance(self.quantity, Derivative) else None
        inner = by.operand if isinstance(by, (Entry, Slice)) else by
        return inner if isinstance(inner, Symbol) else None


@dataclass(frozen=True, eq=False)
class Wrong:
    """The claim `quantity = written`, which is false.

    The mistake is looked for in `written`, which is null where what was written has no reading, since its shapes do not
    fit; `syntax` is how it was written, null where nothing is known of that.
    """

    known: Known
    written: Expr | None
    syntax: List | None = None

    def rewritten(self, written: Expr | None, syntax: List | None) -> "Wrong":
        """The claim with another formula; null for the tree of syntax without a shape, or for syntax of a tree."""
        return replace(self, written=written, syntax=syntax)

    @property
    def quantity(self) -> Expr:
        """The side that is taken as it stands."""
        return self.known.quantity

    @property
    def shape(self) -> Shape:
        """That of the quantity."""
        return self.known.quantity.shape

    @property
    def truth(self) -> Expr | None:
        """The quantity without derivatives in it; see `Known`."""
        return self.known.truth

    @property
    def names_written(self) -> frozenset[str]:
        """The names that stand in the formula."""
        return frozenset() if self.written is None else frozenset(symbol.name for symbol in symbols_of(self.written))
