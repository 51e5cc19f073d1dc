"""Families of vectors: `x^{(i)}` is a column of X, `x_i` a row of it, `u_w` one of the vectors of a vocabulary.

A family is held by one matrix, or by a vector where its members are numbers; a member is a row, a column or an entry of
that, and its index is an index like any other. So what is said of `x^{(i)}` is said for every number of examples.
"""

from collections.abc import Iterator
from dataclasses import replace

from derive.errors import FormulaError, Unreadable
from derive.expressions.shapes import Dim, Shape
from derive.expressions.tree import Entry, Expr, Index, IndexNumber, IndexValue, Label, Slice, Symbol, Transpose
from derive.notation.elaboration.numbers import NumberedNames
from derive.notation.names import plain, unwrapped, unwrapped_list
from derive.notation.numbering import SLOT, place_of_number, with_number
from derive.notation.scripting import Rest, Scripting, spellings
from derive.notation.symbols import Computed, Given, Member, shown
from derive.notation.syntax import List, Name, Sum, Syntax, Term, listed
from derive.source import Span


class Members(NumberedNames):
    """Members of families by their index."""

    def member(self, base: str, parts: Scripting, span: Span) -> tuple[str, Expr, Rest] | None:
        """The member that a base and its scripts spell, with its family's pattern and the scripts that remain."""
        for place, slotted, left in _slots(parts) if self.table.members else ():
            for key, rest in spellings(base, slotted):
                is_one = key in self.table.members and not self._has_own_name(base, parts, place)
                index = self._index_at(place, span) if is_one else None
                if index is not None:
                    return key, self._member_at(key, index, span), rest if left is None else (left, *rest[1:])
        return None

    def _has_own_name(self, base: str, parts: Scripting, place: Syntax) -> bool:
        """Whether `u_o` was declared by itself beside the family `u_i`, and no sum binds its o."""
        letter = unwrapped_list(place) if isinstance(place, List) else unwrapped(place)
        if not isinstance(letter, Name) or self.bound(plain(letter.text)) is not None:
            return False
        return any(rest[0] is None and self.table.find(key) is not None for key, rest in spellings(base, parts))

    def _index_at(self, place: Syntax, span: Span) -> Index | None:
        uses = {index: list(found) for index, found in self.uses.items()}
        try:
            return self.index(place, span)
        except FormulaError:
            self.uses = uses
            return None

    def _member_at(self, key: str, index: Index, span: Span) -> Expr:
        member = self.table.members[key]
        meaning = self.table.meanings.get(member.holder)
        if not isinstance(meaning, (Given, Computed)):
            raise Unreadable(f"the matrix {shown(member.holder)}, of which this is a part, is not known here", span)
        holder = Symbol(member.holder, meaning.shape, span=span)
        self.use(index, counted(member, meaning.shape), span, key.replace(SLOT, "i"))
        if isinstance(meaning, Given) and meaning.kind == "labels":
            return IndexValue(Label(member.holder, index, span=span), span=span)
        if member.along == "entry" or (member.along == "column" and meaning.shape.is_row):
            first = IndexNumber(0)
            at = (index, first) if meaning.shape.is_column else (first, index)
            return Entry(holder, *at, span=span)
        if member.along == "row" and meaning.shape.is_column:
            return Entry(holder, index, IndexNumber(0), span=span)
        part = Slice(holder, index, member.along, span=span)
        return Transpose(part, span=span) if member.transposed else part


def counted(member: Member, shape: Shape) -> Dim:
    """The dimension of a holder along which the index of a member runs."""
    if member.along == "entry":
        return shape.length
    return shape.rows if member.along == "row" else shape.columns


def _slots(parts: Scripting) -> Iterator[tuple[Syntax, Scripting, List | None]]:
    """Each script in which an index may stand, the scripts with a slot in its place, and what is left of that script.

    In `x_{ij}` and `x_{i,j}` the first index may be that of the member, the second that of its entry.
    """
    if parts.sub is not None:
        slotted = replace(parts, sub=listed(with_number(parts.sub, SLOT)))
        yield parts.sub, slotted, None
        both = first_index(parts.sub)
        if both is not None:
            yield both[0], slotted, both[1]
    for at, item in enumerate(parts.sups):
        place = None if isinstance(item, str) else place_of_number(item)
        if place is not None and not isinstance(item, str):
            sups = (*parts.sups[:at], with_number(item, SLOT), *parts.sups[at + 1 :])
            yield place, replace(parts, sups=sups), None


def first_index(sub: List) -> tuple[Syntax, List] | None:
    """`ij` or `i,j` as the first index and what remains; None for one index."""
    if len(sub.entries) > 1:
        head = sub.entries[0]
        return List((head,), span=head.span), List(sub.entries[1:], span=sub.span)
    only = sub.only
    if only is None or len(only.terms) != 1 or only.signs[0] or len(only.terms[0].factors) < 2:
        return None
    term = only.terms[0]
    if any(operator.kind for operator in term.operators):
        return None
    rest = Term(term.factors[1:], term.operators[1:], span=term.span)
    return listed(unwrapped(term.factors[0])), listed(Sum(("",), (rest,), span=term.span))
