r"""Entries of a name that ends with a number: `h_{0,j}` is the entry j of `h_0` where that is declared.

Where there is a matrix `h` beside it, of which `h_{0,j}` could be an entry too, it is not read.
"""

from derive.errors import Unreadable
from derive.expressions.shapes import Shape
from derive.notation.elaboration.members import Members
from derive.notation.names import canonical, key_of
from derive.notation.scripting import Rest, Scripting
from derive.notation.symbols import Computed, Given, shown
from derive.notation.syntax import List, Literal
from derive.source import Span


class NumberedEntries(Members):
    """Names whose subscript begins with a number of their own."""

    def entry_of_numbered(self, base: str, parts: Scripting, span: Span) -> tuple[str, Given | Computed, Rest] | None:
        """The vector `h_0` of `h_{0,j}` and what remains of its subscript; None where there is none."""
        if parts.sub is None or len(parts.sub.entries) != 2 or parts.sups or parts.primes:
            return None
        number = parts.sub.entries[0].single_factor
        if not isinstance(number, Literal):
            return None
        key = self.table.find(key_of(base, canonical(number).strip(), "", 0))
        meaning = None if key is None else self.table.meaning(key)
        if key is None or not isinstance(meaning, (Given, Computed)) or not _is_vector(meaning.shape):
            return None
        if self.table.find(key_of(base, canonical(parts.sub).strip(), "", 0)) is not None:
            return None
        other = self.table.find(base)
        whole = None if other is None else self.table.meaning(other)
        if isinstance(whole, (Given, Computed)) and whole.shape.is_matrix and not whole.shape.is_vector:
            index = canonical(parts.sub.entries[1].sides[0]).strip()
            raise Unreadable(
                f"this may be entry {index} of {shown(key)} or an entry of {shown(base)}; "
                f"write ({shown(key)})_{index} or ({shown(base)})_{{{canonical(parts.sub).strip()}}}",
                span,
            )
        return key, meaning, (List(parts.sub.entries[1:], span=parts.sub.span), (), 0)


def _is_vector(shape: Shape) -> bool:
    return shape.is_matrix and shape.is_vector
