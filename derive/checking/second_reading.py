"""The second reader beside a check: where a formula of a document is read in two ways. It changes no verdict."""

from collections.abc import Callable, Iterator
from dataclasses import field

from derive.checking.results import SecondReading, TwoReadings
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.documents.document import Passage
from derive.errors import FormulaError, MissingExtraError
from derive.expressions.latex import latex
from derive.expressions.tree import Expr
from derive.notation.chains import Chain, Member, kind_of, slice_of
from derive.notation.symbols import SymbolTable
from derive.notation.syntax import parse
from derive.records import dataclass

Compare = Callable[[str, Expr, SymbolTable], str | None]
"""The second reading of a formula where it differs, '' where it is the same, or None where they are not compared."""


def second_reader() -> Compare:
    """The second reader. Raises `MissingExtraError` where its package is not installed or cannot be loaded."""
    try:
        from derive.second_reader.agreement import Difference, compare  # noqa: PLC0415
        from derive.second_reader.latex2sympy import read  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name == "latex2sympy2":
            raise MissingExtraError("latex2sympy2 is not installed; pip install 'derive[latex2sympy2]'") from None
        raise MissingExtraError(_not_loaded(error)) from None
    except Exception as error:  # a package of others may fail in any way while it is loaded
        raise MissingExtraError(_not_loaded(error)) from None

    def compared(formula: str, value: Expr, table: SymbolTable) -> str | None:
        found = compare(read, formula, value, table)
        if isinstance(found, Difference):
            return found.read_as
        return "" if found == "agree" else None

    return compared


def _not_loaded(error: Exception) -> str:
    said = " ".join(str(error).split())
    return f"latex2sympy2 cannot be loaded ({said}); its ANTLR runtime needs Python 3.12 or earlier"


@dataclass
class SecondLook:
    """Compares the members of chains before they are judged, and collects where the readings differ."""

    compare: Compare
    compared: int = 0
    differences: list[TwoReadings] = field(default_factory=list)

    def look(self, session: Session, passage: Passage, chain: Chain) -> None:
        """Compare every member of a chain that stands beside a claim or a definition."""
        for member in _claimed(chain):
            self._look_at(session, passage, member)

    def _look_at(self, session: Session, passage: Passage, member: Member) -> None:
        span = member.span
        try:
            found = Side(parse(member.tokens)).read(session, None, {}).upto(1)
        except FormulaError:
            return
        if span is None or not found or found[0].free or found[0].conventions:
            return
        formula = slice_of(passage.text.value, member)
        second = self.compare(formula, found[0].value, session.table)
        self.compared += second is not None
        if second:
            place = passage.text.place(span.start)
            self.differences.append(TwoReadings(place.line, place.column, formula, latex(found[0].value), second))

    def result(self) -> SecondReading:
        """What was compared so far."""
        return SecondReading(self.compared, tuple(self.differences))


def _claimed(chain: Chain) -> Iterator[Member]:
    """The members that stand at a sign of equality."""
    signs = [kind_of(relation) in ("claim", "define", "adds") for relation in chain.relations]
    for member, left, right in zip(chain.members, [False, *signs], [*signs, False], strict=True):
        if (left or right) and member.tokens:
            yield member
