"""What a letter stands for, and the letters that authors take for that."""

from collections.abc import Iterator, Mapping
from typing import Literal

from derive.expressions.tree import Derivative, Symbol
from derive.expressions.walk import symbols_of, walk
from derive.grading.parts import ExerciseDocument
from derive.notation.names import read_name
from derive.notation.symbols import Computed, Given, SymbolTable
from derive.sheets.variants.formulas import tokens_of
from derive.sheets.variants.letters import Letters, letter_of

Role = Literal["weights", "data", "matrix", "parameter", "input", "vector", "greek", "small", "large", "loss"]

POOLS: Mapping[Role, tuple[str, ...]] = {
    "weights": ("W", "U", "V", "A", "B", "M", "R", r"\Theta", r"\Phi", r"\Psi", r"\Omega", r"\Gamma"),
    "data": ("X", "A", "B", "F", "M", "Q", "R", "U", "V", "Y", "Z", "G"),
    "matrix": ("Z", "S", "H", "A", "F", "G", "P", "Q", "R", "U", "V", "M", "B"),
    "parameter": ("w", "b", "v", "u", "a", "c", r"\theta", r"\beta", r"\phi", r"\omega", r"\xi"),
    "input": ("x", "t", "y", "u", "v", "r", "a", "q", "z", "f"),
    "vector": ("z", "s", "h", "a", "o", "r", "u", "v", "p", "q", "f", "g", "m", "c"),
    "greek": (r"\lambda", r"\mu", r"\eta", r"\rho", r"\alpha", r"\kappa", r"\tau", r"\nu", r"\gamma", r"\beta"),
    "small": ("b", "c", "r", "g", "q", "s", "u", "v", "m", "a", "p"),
    "large": ("R", "G", "Q", "C", "V", "F", "P"),
    "loss": ("L", "J", "E", "C", "R", "F"),
}
"""The letters for each role, in no order."""

DIMS: Mapping[bool, tuple[str, ...]] = {
    True: ("N", "M", "D", "H", "C", "K", "P", "Q", "R", "F", "B"),
    False: ("n", "m", "d", "h", "k", "p", "q", "r", "c", "v", "l"),
}
"""The letters for dimensions: large ones, small ones."""


def member_holders(table: SymbolTable) -> frozenset[str]:
    """The letters of the matrices whose rows or columns have names of their own."""
    return frozenset(letter_of(member.holder) for member in table.members.values())


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
    table, seen = letters.table, set(letters.doubtful)
    asked = {symbol.name for part in exercise.parts for node in walk(part.value) for symbol in _by(node)}
    for name in letters.names:
        letter = _first_letter(letters, name)
        key = read_name(name)
        if letter in seen:
            continue
        if key in table.meanings:
            role = _role(table, key, letter, key in asked)
        else:
            role = "input" if letter.upper() in member_holders(table) else None
        if role is not None:
            seen.add(letter)
            yield letter, role


def _by(node: object) -> list[Symbol]:
    return symbols_of(node.by) if isinstance(node, Derivative) else []


def _role(table: SymbolTable, key: str, letter: str, is_asked: bool) -> Role | None:
    """The role of a name; that of a function is none."""
    meaning = table.meanings[key]
    if not isinstance(meaning, (Given, Computed)) or (
        isinstance(meaning, Given) and meaning.kind in ("function", "map")
    ):
        return None
    is_given = isinstance(meaning, Given)
    if letter.startswith("\\") and (meaning.shape.is_scalar or letter[1].islower()):
        return "greek"
    if meaning.shape.is_scalar:
        return ("large" if is_given else "loss") if letter.isupper() else "small"
    if meaning.shape.is_vector:
        return ("parameter" if is_asked else "input") if is_given else "vector"
    return ("weights" if is_asked else "data") if is_given else "matrix"
