"""A formula that is wrong, with what is known of what it should be."""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from fractions import Fraction
from functools import cached_property

from derive.errors import FormulaError, Undecidable
from derive.expressions.shapes import Dim, Shape
from derive.expressions.tree import ChainRule, Derivative, Expr, LocalFactor, Size, Symbol
from derive.expressions.walk import symbols_of, walk
from derive.gradients.closed import Differentiator
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.mistakes.rewriting import expanded_terms
from derive.notation.symbols import Computed, Given, SymbolTable
from derive.notation.syntax import List
from derive.records import dataclass


@dataclass(frozen=True)
class Wrong:
    """The claim `quantity = written`, which is false.

    `quantity` is the side that is taken as it stands; the mistake is looked for in the other one. `written` is null
    where that has no reading, since its shapes do not fit; `syntax` is how it was written, null where nothing is known
    of that. `free` are the index letters for all of whose values the claim is made, with the dimensions along which
    they run.
    """

    table: SymbolTable
    kink: Fraction
    quantity: Expr
    written: Expr | None
    syntax: List | None = None
    free: Mapping[str, Dim] = field(default_factory=dict)

    def rewritten(self, written: Expr | None, syntax: List | None) -> "Wrong":
        """The claim with another formula; null for the tree of syntax without a shape, or for syntax of a tree."""
        return replace(self, written=written, syntax=syntax)

    @property
    def shape(self) -> Shape:
        """That of the quantity."""
        return self.quantity.shape

    @cached_property
    def differentiator(self) -> Differentiator:
        """Differentiates in the model's names."""
        return Differentiator(self.table, self.kink)

    def closed(self, node: Expr) -> Expr | None:
        """A formula without derivatives in it, as people write it; null where it has no such form."""
        if not any(isinstance(part, (Derivative, ChainRule, LocalFactor)) for part in walk(node)):
            return node
        try:
            if isinstance(node, (Derivative, ChainRule, LocalFactor)):
                return presented(self.differentiator.closed_form(node))
            return presented(self.differentiator.without_derivatives(node))
        except (NoClosedForm, FormulaError, Undecidable, RecursionError):
            return None

    @cached_property
    def truth(self) -> Expr | None:
        """The quantity without derivatives in it, as people write it; null where it has no such form."""
        return self.closed(self.quantity)

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
    def depended_on(self) -> frozenset[str]:
        """The names that stand in the model's formulas or in this claim."""
        values = [value for _, value in self.computed] + [self.quantity, *([self.written] if self.written else [])]
        return frozenset(symbol.name for value in values for symbol in symbols_of(value))

    @cached_property
    def names_written(self) -> frozenset[str]:
        """The names that stand in the formula."""
        return frozenset() if self.written is None else frozenset(symbol.name for symbol in symbols_of(self.written))

    def symbols(self, shape: Shape) -> Iterator[Symbol]:
        """Every name that is a number or a matrix of this shape."""
        for name, meaning in self.table.meanings.items():
            known = getattr(meaning, "shape", None)
            if known == shape:
                yield Symbol(name, shape)

    def is_penalty(self, term: Expr) -> bool:
        """Whether nothing but the variable by which is differentiated, and given scalars, stands in a term."""
        by = self.quantity.by if isinstance(self.quantity, Derivative) else None
        names = {symbol.name for symbol in symbols_of(term)}
        if not isinstance(by, Symbol) or by.name not in names:
            return False
        return all(name == by.name or self.is_given_scalar(name) for name in names)

    def is_given_scalar(self, name: str) -> bool:
        """Whether a name is that of a scalar that is given."""
        meaning = self.table.meanings.get(name)
        return isinstance(meaning, Given) and meaning.shape.is_scalar
