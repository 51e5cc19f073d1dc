"""What a letter stands for, and the letters that authors take for that."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal

from derive.expressions.shapes import Shape
from derive.expressions.tree import Add, Derivative, Expr, MatMul, Node, Symbol, Transpose
from derive.expressions.walk import symbols_of, walk
from derive.grading.parts import ExerciseDocument
from derive.notation.names import read_name
from derive.notation.symbols import Computed, Given, SymbolTable
from derive.records import dataclass
from derive.sheets.variants.formulas import tokens_of
from derive.sheets.variants.letters import Letters, letter_of

Role = Literal[
    "weights", "data", "targets", "matrix",
    "parameter", "bias", "input", "target", "vector",
    "greek", "scalar", "label", "constant", "loss",
]  # fmt: skip

POOLS: Mapping[Role, tuple[str, ...]] = {
    "weights": ("W", "U", "V", "A", "B", "M", r"\Theta", r"\Phi", r"\Psi", r"\Omega", r"\Gamma"),
    "data": ("X", "A", "U", "F", "Q", "V", "Z", "G", "M"),
    "targets": ("Y", "R", "V", "U", "G", "M"),
    "matrix": ("Z", "S", "H", "A", "F", "G", "P", "Q", "U", "V", "R"),
    "parameter": ("w", "v", "u", "a", r"\theta", r"\beta", r"\phi", r"\omega", r"\xi", r"\psi"),
    "bias": ("b", "c", "a", "v", "u", r"\beta", r"\alpha", r"\xi", r"\eta"),
    "input": ("x", "u", "v", "r", "a", "q", "z", "f"),
    "target": ("y", "t", "r", "u", "v", "g", "c"),
    "vector": ("z", "s", "h", "a", "o", "r", "u", "v", "p", "q", "f", "g", "m"),
    "greek": (r"\lambda", r"\mu", r"\eta", r"\rho", r"\alpha", r"\kappa", r"\tau", r"\nu", r"\gamma", r"\beta"),
    "scalar": ("b", "c", "r", "g", "q", "s", "u", "v", "m", "a", "p"),
    "label": ("y", "c", "t", "r", "k", "q", "u"),
    "constant": ("R", "G", "Q", "V", "F", "P"),
    "loss": ("L", "J", "E", "C"),
}
"""The letters for each role, in no order."""

DimRole = Literal["batch", "classes", "features"]

DIMS: Mapping[tuple[DimRole, bool], tuple[str, ...]] = {
    ("batch", True): ("N", "M", "B", "P"),
    ("batch", False): ("n", "m", "b", "l"),
    ("classes", True): ("C", "K", "Q", "M"),
    ("classes", False): ("c", "k", "q", "m"),
    ("features", True): ("D", "H", "P", "F", "K", "M", "Q"),
    ("features", False): ("d", "h", "p", "n", "m", "k", "q", "l"),
}
"""The letters for dimensions: large ones where the author has a large one."""


def member_holders(table: SymbolTable) -> frozenset[str]:
    """The letters of the matrices whose rows or columns have names of their own."""
    return frozenset(letter_of(member.holder) for member in table.members.values())


def dim_role(table: SymbolTable, name: str) -> DimRole:
    """What a dimension counts: classes of a label, examples of a batch, or else."""
    meanings = table.meanings.values()
    if any(isinstance(one, Given) and one.classes is not None and one.classes.name == name for one in meanings):
        return "classes"
    shapes = [one.shape for one in meanings if isinstance(one, Computed) and not one.shape.is_scalar]
    is_common = all(any(dim.name == name for dim in shape.dims) for shape in shapes)
    return "batch" if shapes and is_common else "features"


def array_letters(letters: Letters) -> frozenset[str]:
    """The letters that stand for vectors and matrices alone."""
    of_arrays, of_numbers = set[str](), set[str]()
    for name in letters.names:
        meaning = letters.table.meanings.get(read_name(name))
        is_array = isinstance(meaning, (Given, Computed)) and not meaning.shape.is_scalar
        (of_arrays if is_array else of_numbers).add(_first_letter(letters, name))
    return frozenset(of_arrays - of_numbers)


def _first_letter(letters: Letters, name: str) -> str:
    return letter_of(next(token.text for token in tokens_of(letters.table, name) if token.kind == "NAME"))


def roles(letters: Letters, exercise: ExerciseDocument) -> Iterator[tuple[str, Role]]:
    """The role of each letter that may change, that of its first name; rows of a matrix go with the matrix."""
    uses = Uses(exercise)
    seen = set(letters.doubtful)
    for name in letters.names:
        letter = _first_letter(letters, name)
        key = read_name(name)
        if letter in seen:
            continue
        role: Role | None = "input" if letter.upper() in member_holders(letters.table) else None
        if key in letters.table.meanings:
            role = _role(uses, key, letter)
        if role is not None:
            seen.add(letter)
            yield letter, role


def _role(uses: "Uses", key: str, letter: str) -> Role | None:
    """The role of a name; that of a function is none."""
    meaning = uses.table.meanings[key]
    match meaning:
        case Given(kind="function" | "map"):
            return None
        case Given(kind="labels", shape=shape):
            return "label"
        case Given(shape=shape):
            return _role_of_given(uses, key, letter, shape)
        case Computed(shape=shape) if shape.is_scalar:
            return "greek" if letter.startswith("\\") else "loss" if letter.isupper() else "scalar"
        case Computed(shape=shape):
            return "vector" if shape.is_vector else "matrix"
    return None


def _role_of_given(uses: "Uses", key: str, letter: str, shape: Shape) -> Role:
    if shape.is_scalar:
        return "greek" if letter.startswith("\\") else "constant" if letter.isupper() else "scalar"
    if key in uses.asked and shape.is_vector:
        return "bias" if key in uses.added else "parameter"
    if key in uses.asked:
        return "weights"
    if key in uses.compared:
        return "target" if shape.is_vector else "targets"
    if shape.is_vector:
        return "bias" if key in uses.added else "input"
    return "data"


@dataclass(frozen=True)
class Uses:
    """How the names of an exercise are used."""

    exercise: ExerciseDocument

    @property
    def table(self) -> SymbolTable:
        return self.exercise.model.table

    @cached_property
    def asked(self) -> frozenset[str]:
        """The names by which something is differentiated."""
        nodes = (node for part in self.exercise.parts for node in walk(part.value) if isinstance(node, Derivative))
        return frozenset(symbol.name for node in nodes for symbol in symbols_of(node.by))

    @cached_property
    def compared(self) -> frozenset[str]:
        """The names that stand in the formula of a number."""
        values = (value for value in self._values if value.shape.is_scalar)
        return frozenset(symbol.name for value in values for symbol in symbols_of(value))

    @cached_property
    def added(self) -> frozenset[str]:
        """The names that are terms of sums and factors of no matrix product."""
        nodes = [node for value in self._values for node in walk(value)]
        terms = [term for node in nodes if isinstance(node, Add) for term in node.terms]
        added = {term.name for term in terms if isinstance(term, Symbol)}
        return frozenset(added - {name for node in nodes for name in _factors(node)})

    @cached_property
    def _values(self) -> tuple[Expr, ...]:
        meanings = self.table.meanings.values()
        return tuple(one.value for one in meanings if isinstance(one, Computed) and one.value is not None)


def _factors(node: Node) -> Iterator[str]:
    """The names of the factors of a matrix product."""
    for side in (node.left, node.right) if isinstance(node, MatMul) else ():
        bare = side.operand if isinstance(side, Transpose) else side
        if isinstance(bare, Symbol):
            yield bare.name
