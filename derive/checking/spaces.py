"""Claims of membership: `W \\in \\mathbb{R}^{D \\times H}`, `x : 1 \\times D`.

They declare new names and claim shapes of known ones.
"""

from collections.abc import Sequence
from dataclasses import replace

from derive.checking.candidates import Restriction
from derive.checking.claims import Judgement
from derive.checking.members import declared_family, learn
from derive.checking.results import Scope
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.errors import FormulaError, Unreadable
from derive.expressions.shapes import SCALAR, Dim, Shape
from derive.expressions.tree import Expr, IndexValue
from derive.models.declarations import shape_of_space
from derive.notation.elaboration import Elaborator
from derive.notation.elaboration.products import resized
from derive.notation.elaboration.scripts import is_index_letter
from derive.notation.names import canonical, unwrapped
from derive.notation.symbols import Computed, SymbolTable, shown
from derive.notation.syntax import Group, List, Name, Script, Scripted, Syntax, listed, nodes
from derive.records import dataclass

REALS = frozenset({"\\mathbb{R}", "R", "\\Re"})
NUMBERS = frozenset({"\\mathbb{R}", "\\mathbb{N}", "\\mathbb{Z}", "\\mathbb{C}", "\\mathbb{Q}", "R", "\\Re"})
INTERVALS = frozenset({"\\{0,1\\}", "[0,1]", "\\{-1,1\\}", "\\{-1,+1\\}"})


@dataclass(frozen=True)
class Space:
    """What a membership claims: a shape. `vector`: ℝ^n, which does not say whether as a row or as a column."""

    shape: Shape
    vector: bool = False
    numbers: str = "\\mathbb{R}"

    def holds(self, shape: Shape) -> bool:
        """Whether a value of that shape is a member."""
        return shape == self.shape or (self.vector and shape == self.shape.transposed)

    def holds_by_name(self, shape: Shape) -> bool:
        """Whether that is so at all sizes: the dimensions have the same names, not only the same sizes here."""
        return str(shape) == str(self.shape) or (self.vector and str(shape) == str(self.shape.transposed))


def judge_membership(
    session: Session, left: Side, right: Side, formal: dict[str, Expr], restrictions: Sequence[Restriction] = ()
) -> Judgement:
    """The verdict on `left ∈ right`; new names on the left are declared. Raises `Unreadable`, `Meaningless`."""
    if session.model.has_open_dims:
        _learn_dims(session, right)
    space = _space(right, session.table)
    names = _names(left.content)
    if not names:
        return _of_side(session, left, space, formal)
    judgements = [_of_name(session, name, space, formal, restrictions) for name in names]
    return next((found for found in judgements if found.verdict == "refuted"), judgements[0])


def _learn_dims(session: Session, right: Side) -> None:
    """Where a setting names no dimensions, those of a declaration are new, each with a size of its own."""
    for script in (node for node in nodes(right.content) if isinstance(node, Script) and node.kind == "sup"):
        only = None if script.content is None else script.content.only
        for factor in only.terms[0].factors if only is not None and len(only.terms) == 1 else ():
            name = canonical(unwrapped(factor)).strip()
            if isinstance(unwrapped(factor), (Name, Scripted)) and session.table.find_dim(name) is None:
                taken = {dim.size for dim in session.table.dims.values()}
                size = next(size for size in range(2, 1_000) if size not in taken)
                session.learn(replace(session.table, dims={**session.table.dims, name: Dim(size, name)}))


def _of_name(
    session: Session, name: Syntax, space: Space, formal: dict[str, Expr], restrictions: Sequence[Restriction]
) -> Judgement:
    from_table = _elaborator(session, formal).resolve(name)
    key = _elaborator(session, formal).key_with_numbers(name)
    if from_table is None and is_index_letter(key) and _is_of_numbers(space):
        return Judgement("definition", f"{shown(key)} is an index.")
    if from_table is None and not _needs_no_declaration(session, name, formal):
        family = declared_family(session, key, space.shape, restrictions)
        if family is not None:
            learn(session, family)
            return Judgement("definition", family.words)
        session.learn(session.table.with_meaning(key, Computed(space.shape, None)))
        return Judgement("definition", f"{shown(key)} is declared as {space.shape}.")
    if from_table is not None and isinstance(from_table.meaning, Computed) and from_table.meaning.value is None:
        return _compared(shown(key), from_table.meaning.shape, space)
    return _of_side(session, Side(listed(name)), space, formal, shown(key))


def _is_of_numbers(space: Space) -> bool:
    """Whether a set is one of single numbers, in which an index lies."""
    return space.shape.is_scalar and space.numbers.startswith(("\\{", "["))


def _needs_no_declaration(session: Session, name: Syntax, formal: dict[str, Expr]) -> bool:
    try:
        _elaborator(session, formal).named(name)
    except FormulaError:
        return False
    return True


def _elaborator(session: Session, formal: dict[str, Expr]) -> Elaborator:
    return Elaborator.plain(session.table, formal)


def _of_side(
    session: Session, side: Side, space: Space, formal: dict[str, Expr], what: str = "The expression"
) -> Judgement:
    """The shape of an expression; a reading by a convention is meant where that has the shape that is claimed."""
    readings = side.read(session, None, formal)
    if readings.failure is not None:
        raise readings.failure
    first = readings.found[0].value
    if isinstance(first, IndexValue) and space.numbers in ("\\mathbb{N}", "\\mathbb{Z}"):
        return Judgement("proved", f"{what} is a whole number.", shapes=("scalar", "scalar"), scope="all dimensions")
    shapes = []
    for reading in readings.upto(12):
        value = reading.value
        shapes.append(resized(value, space.shape).shape if value.shape.is_open else value.shape)
    found = next((shape for shape in shapes if space.holds(shape)), shapes[0])
    return _compared(what, found, space)


def _compared(what: str, shape: Shape, space: Space) -> Judgement:
    shapes = (str(shape), str(space.shape))
    if space.holds(shape) and space.numbers not in REALS:
        message = f"{what} is {_described(shape)}; whether its values lie in {space.numbers} is not decided."
        return Judgement("unknown", message, shapes=shapes)
    if space.holds(shape):
        scope: Scope = "all dimensions" if space.holds_by_name(shape) else "these dimensions"
        return Judgement("proved", f"{what} is {_described(shape)}.", shapes=shapes, scope=scope)
    return Judgement("refuted", f"{what} is {_described(shape)}, not {_described(space.shape)}.", shapes=shapes)


def _described(shape: Shape) -> str:
    return "a scalar" if shape.is_scalar else str(shape)


# ── what is claimed ──


def _space(side: Side, table: SymbolTable) -> Space:
    if side.content is None:
        raise side.error or Unreadable("a shape was expected here")
    only = side.content.only
    factors = list(only.terms[0].factors) if only is not None and len(only.terms) == 1 else []
    first = unwrapped(factors[0]) if factors else None
    if len(factors) == 1 and isinstance(first, Scripted) and canonical(first.base).strip() in NUMBERS | INTERVALS:
        return _power(first, table)
    if len(factors) == 1 and first is not None and (canonical(first).strip() in NUMBERS or isinstance(first, Group)):
        return Space(SCALAR, numbers=canonical(first).strip())
    if only is not None and len(factors) == 2 and only.terms[0].operators[0].kind in ("TIMES", "STAR"):
        return Space(Shape(tuple(_dim(factor, table) for factor in factors)))
    raise Unreadable("a shape like \\mathbb{R}^{m \\times n} was expected here", side.content.span)


def _power(node: Scripted, table: SymbolTable) -> Space:
    """ℝ^n and ℝ^{m x n}; ℝ_+ is a set of numbers."""
    content = next(
        (script.content for script in node.scripts if script.kind == "sup" and script.content is not None), None
    )
    if content is None or canonical(content).strip() in ("+", "*"):
        return Space(SCALAR, numbers=canonical(node.base).strip() if content is None else "a part of the numbers")
    only = content.only
    factors = list(only.terms[0].factors) if only is not None and len(only.terms) == 1 else []
    if (
        only is None
        or not 1 <= len(factors) <= 2
        or any(operator.kind != "TIMES" for operator in only.terms[0].operators)
    ):
        raise Unreadable("these dimensions are not read; expected n or m \\times n", content.span)
    shape = shape_of_space([_dim(factor, table) for factor in factors], table.vectors)
    return Space(shape, vector=len(factors) == 1, numbers=canonical(node.base).strip())


def _dim(factor: Syntax, table: SymbolTable) -> Dim:
    text = canonical(unwrapped(factor)).strip()
    if text.isdigit():
        return Dim(int(text))
    reader = Elaborator.plain(table, {})
    dim = reader.dim_named(unwrapped(factor))
    if dim is None:
        problem = f"the dimension {shown(text)} is not declared{table.known_dims}"
        raise reader.not_among(factor) or Unreadable(problem, factor.span)
    return dim


def _names(content: List | None) -> list[Syntax]:
    """The names in `x, y, z`, where a list holds only names."""
    names = []
    for entry in content.entries if content is not None else ():
        factor = entry.single_factor
        base = unwrapped(factor.base) if isinstance(factor, Scripted) else factor
        if factor is None or not isinstance(base, Name):
            return []
        names.append(factor)
    return names
