"""Equations that introduce a name: `p_k = …`, `g(z) = …`, `f = \\tanh`, `\\delta = ∂L/∂S`."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from derive.checking.claims import Judgement
from derive.checking.session import Session
from derive.errors import FormulaError, Meaningless, Unreadable
from derive.expressions.shapes import SCALAR, Shape
from derive.expressions.tree import Expr, IndexValue, Number, Symbol
from derive.models.families import defined, family_letters, letters_of
from derive.notation.elaboration import Elaborator, Reading, elaborated, readings
from derive.notation.elaboration.scripts import ASSUMED_IDENTITIES, Resolved
from derive.notation.names import canonical, plain, unwrapped, unwrapped_list
from derive.notation.symbols import Computed, FunctionAlias, Given, UserFunction, shown
from derive.notation.syntax import Big, Fraction, Group, List, Name, Scripted, Syntax, Term, nodes
from derive.notation.tables import MARKS_OF_NAMES
from derive.records import dataclass

PLACEHOLDER = "\\cdot"


@dataclass(frozen=True)
class NewName:
    """A name that an equation introduces; with parameters it is a function."""

    key: str
    parameters: tuple[str, ...] | None = None


def new_name(content: List | None, elaborator: Elaborator, is_e_a_name: bool = False) -> NewName | None:
    """The name that a left side introduces; None where it says something about what is known, or of a power.

    The square of a letter that nobody knows is a name: `\\sigma^2 = …` introduces a variance. The E of `E(x)` is one
    where `is_e_a_name`: it may as well be an expectation.
    """
    only = None if content is None else content.only
    if (
        only is None
        or len(only.terms) != 1
        or only.signs[0]
        or any(operator.kind for operator in only.terms[0].operators)
    ):
        return None
    factors = [unwrapped(factor) for factor in only.terms[0].factors]
    name = factors[0]
    base = unwrapped(name.base) if isinstance(name, Scripted) else name
    is_square = len(factors) == 1 and _is_square_of_unknown(name, elaborator)
    if not isinstance(base, Name) or len(factors) > 3 or not (is_square or _is_free(name, elaborator)):
        return None
    if plain(base.text) == "E" and len(factors) > 1 and not is_e_a_name:
        return None
    key = elaborator.key_with_numbers(name)
    if is_square:
        return NewName(key)
    if re.search(r"\^\{[-+]?\d|:", canonical(name)):
        return None
    by_entries = _named_by_brackets(key, factors[1:])
    if by_entries is not None:
        return by_entries
    if len(factors) == 1:
        resolved = elaborator.resolve(name)
        is_other = resolved is None or resolved.sub is not None or _is_marked(name, resolved)
        return NewName(key if is_other or resolved is None else resolved.key)
    bracket = factors[1]
    if len(factors) > 2 or not (isinstance(bracket, Group) and bracket.kind == "("):
        return None
    parameters = [entry.single_factor for entry in bracket.content.entries]
    if not all(isinstance(parameter, (Name, Scripted)) for parameter in parameters):
        return None
    return NewName(key, tuple(canonical(parameter).strip() for parameter in parameters))


def energy(content: List | None, right: Reading | None, elaborator: Elaborator) -> NewName | None:
    r"""The function that `E(w) = \frac{1}{2} \|X w - y\|^2` introduces: its value depends on what is in brackets.

    The expectation of something given is a number that does not depend on it.
    """
    new = new_name(content, elaborator, is_e_a_name=True)
    if new is None or new.parameters is None or right is None:
        return None
    below = elaborator.names_below(right.value)
    return new if all(elaborator.table.find(name) in below for name in new.parameters) else None


def _named_by_brackets(key: str, brackets: Sequence[Syntax]) -> NewName | None:
    """`M[i][j]` names the entries of M, as `M_{i,j}` does."""
    indices = []
    for bracket in brackets:
        if not (isinstance(bracket, Group) and bracket.kind == "["):
            return None
        indices += [canonical(entry.sides[0]).strip() for entry in bracket.content.entries]
    letters = bool(indices) and all(len(index) == 1 and index.isalpha() for index in indices)
    return NewName(f"{key}_{{{','.join(indices)}}}") if letters and "_" not in key else None


def _is_square_of_unknown(name: Syntax, elaborator: Elaborator) -> bool:
    """Whether a name is the square of a letter, maybe with an index below, that means nothing without the 2.

    The letter σ means the logistic function where it has an argument; here it has none.
    """
    if not isinstance(name, Scripted) or not isinstance(name.base, Name) or elaborator.resolve(name) is not None:
        return False
    below = tuple(script for script in name.scripts if script.kind == "sub")
    above = [script for script in name.scripts if script.kind != "sub"]
    is_two = len(above) == 1 and above[0].kind == "sup" and canonical(above[0]) == "^{2}"
    if not is_two or len(below) > 1 or plain(name.base.text) in CONSTANTS:
        return False
    letter: Syntax = Scripted(name.base, below, span=name.span) if below else name.base
    if elaborator.head(letter) is not None:
        return plain(name.base.text) == "\\sigma"
    if elaborator.resolve(letter) is not None or elaborator.bound(plain(name.base.text)) is not None:
        return False
    try:
        elaborator.named(letter)
    except FormulaError:
        return True
    return False


def _is_free(name: Syntax, elaborator: Elaborator) -> bool:
    """Whether nothing has given a name its meaning; a letter by itself is free even if it is e, π or the identity."""
    if is_differential_of_known(name, elaborator):
        return True
    resolved = elaborator.resolve(name)
    if resolved is not None:
        if _is_marked(name, resolved):
            return True
        if isinstance(resolved.meaning, Computed) and resolved.meaning.value is None:
            return resolved.sub is None and not resolved.sups
        starts_family = resolved.sub is not None and not resolved.sups
        return starts_family and _is_computed_scalar(resolved.meaning, elaborator)
    if elaborator.head(name) is not None:
        return False
    if isinstance(name, Name):
        return elaborator.bound(plain(name.text)) is None
    if isinstance(name, Scripted) and isinstance(name.base, Name) and plain(name.base.text) in CONSTANTS:
        return plain(name.base.text) == "\\pi" and all(script.kind == "sub" for script in name.scripts)
    try:
        elaborator.named(name)
    except FormulaError:
        return True
    return False


def _is_marked(name: Syntax, resolved: Resolved) -> bool:
    """Whether a known name has a mark that makes another one of it: `w^*`, `w_{new}`, `p_{ik}^{new}`."""
    if not isinstance(name, Scripted) or not isinstance(resolved.meaning, (Given, Computed)) or resolved.primes:
        return False
    above = [item if isinstance(item, str) else canonical(item).strip() for item in resolved.sups]
    below = "" if resolved.sub is None else canonical(resolved.sub).strip()
    return (len(above) == 1 and above[0] in MARKS) or (not above and below in MARKS_OF_NAMES)


MARKS = MARKS_OF_NAMES | {"*", "+", "\\star", "\\ast"}
"""What stands above a name and makes another one of it."""


def _is_computed_scalar(meaning: object, elaborator: Elaborator) -> bool:
    """Whether something is a computed number, also one that is written with its arguments, as `J(w, b)`."""
    if isinstance(meaning, UserFunction) and meaning.is_quantity:
        try:
            return elaborator.body_with(meaning, {}, meaning.body.span).shape.is_scalar
        except FormulaError:
            return False
    return isinstance(meaning, Computed) and meaning.shape.is_scalar


def is_differential_of_known(name: Syntax, elaborator: Elaborator) -> bool:
    """Whether `dW_1` is a name of its own: W_1 is known, and nothing has defined dW_1."""
    base = unwrapped(name.base) if isinstance(name, Scripted) else name
    if not (isinstance(base, Name) and len(base.text) > 1 and base.text[0] == "d" and base.text.isalpha()):
        return False
    if elaborator.resolve(name) is not None:
        return False
    inner: Syntax = Name(base.text[1:], span=base.span)
    if isinstance(name, Scripted):
        inner = Scripted(inner, name.scripts, span=name.span)
    resolved = elaborator.resolve(inner)
    return resolved is not None and resolved.sub is None and not resolved.sups


CONSTANTS = frozenset({"e", "\\pi", "I", "1", "0", "\\infty", "\\mathbb{1}", "\\mathbb{I}"})
"""Names that mean something without being declared; with a script they are never new, but for the π of `\\pi_i`."""


def define(session: Session, new: NewName, body: List, formal: dict[str, Expr], goes_on: bool) -> Judgement:
    """Makes a name known to what follows. Raises `Unreadable`, `Meaningless` where its value is neither.

    `goes_on`: whether the chain has further members, which may introduce a function that the body calls.
    """
    table = session.table
    if new.parameters is not None:
        _check_body(session, new.parameters, body, formal, goes_on)
        is_quantity = _is_quantity(session, new.parameters, body)
        session.learn_value(table.with_meaning(new.key, UserFunction(new.parameters, body, is_quantity)))
        return Judgement("definition", f"The function {shown(new.key)} is introduced.")
    function = _function_value(session, body, formal)
    if function is not None:
        session.learn_value(table.with_meaning(new.key, function))
        return Judgement("definition", f"The function {shown(new.key)} is introduced.")
    reading = _first_reading(session, body, formal)
    _check_value(session, new, reading)
    grown = defined(table, new.key, reading)
    added = frozenset(grown.meanings) - frozenset(table.meanings) | {new.key}
    session.learn_value(replace(grown, introduced=grown.introduced | added))
    shape = reading.value.shape
    return Judgement(
        "definition", f"{shown(new.key)} is introduced{_described(shape)}.", shapes=(str(shape), str(shape))
    )


def define_silently(session: Session, new: NewName, body: List) -> None:
    """A definition in a line of text: taken over where it is certain that it is one, else passed over."""
    before = session.table
    try:
        if new.parameters is None and _function_value(session, body, {}) is None:
            value = _first_reading(session, body, {}).value
            if isinstance(value, (IndexValue, Number)):
                return
        define(session, new, body, {}, goes_on=False)
    except FormulaError:
        session.learn(before)


def _described(shape: Shape) -> str:
    return ", a scalar" if shape.is_scalar else f", {shape}"


def _check_value(session: Session, new: NewName, reading: Reading) -> None:
    known = session.table.meanings.get(new.key)
    if isinstance(known, Computed) and known.shape != reading.value.shape:
        raise Meaningless(
            f"the name {shown(new.key)} was declared as {known.shape}, but its value is {reading.value.shape}"
        )
    letters = letters_of(new.key)
    for letter in reading.free:
        if letter not in letters:
            raise Unreadable(f"the index {letter} is free on the right, and {shown(new.key)} has no such index")


def _first_reading(session: Session, content: List, formal: dict[str, Expr]) -> Reading:
    first: FormulaError | None = None
    for attempt in readings(session.table, content, session.options(None, formal, with_apart=False)):
        if not isinstance(attempt, Reading):
            first = first or attempt
        elif attempt.conventions <= {"operator-scope", "entrywise-product"}:
            return attempt
    raise first or Unreadable("this could not be read", content.span)


def _function_value(session: Session, content: List, formal: dict[str, Expr]) -> UserFunction | FunctionAlias | None:
    """A right side that is a function without its argument: `\\tanh`, its derivative, a formula of `(\\cdot)`."""
    elaborator = Elaborator.plain(session.table, formal)
    only = unwrapped_list(content)
    if isinstance(only, (Name, Scripted)):
        head = elaborator.head(only)
        if head is not None and head.sub is None and not head.sups and not head.order and head.given is None:
            return head.function if head.function is not None else FunctionAlias(head.name)
    if isinstance(only, Fraction):
        parts = elaborator.derivative_parts(only)
        if parts is not None and len(parts[0].of) == 1 and len(parts[1]) == 1 and len(parts[1][0].of) == 1:
            variable = unwrapped(parts[1][0].of[0])
            if isinstance(variable, Name) and elaborator.head(parts[0].of[0]) is not None:
                return UserFunction((variable.text,), content)
    if any(isinstance(node, Name) and node.text == PLACEHOLDER for node in nodes(content)):
        return UserFunction((PLACEHOLDER,), content)
    return None


def _check_body(
    session: Session, parameters: tuple[str, ...], body: List, formal: dict[str, Expr], goes_on: bool
) -> None:
    """The formula of a function must be readable; whether its shapes fit depends on what it is called with."""
    bound = dict(formal)
    for parameter in parameters:
        known = session.table.find(parameter)
        meaning = session.table.meanings[known] if known is not None else None
        shape = meaning.shape if isinstance(meaning, (Given, Computed)) else SCALAR
        bound[parameter] = Symbol(known if known is not None and meaning is not None else f"formal {parameter}", shape)
    try:
        elaborated(session.table, body, session.options(None, bound, with_apart=False))
    except Meaningless:
        return
    except Unreadable:
        called = new_name(body, Elaborator.plain(session.table, formal))
        if not (goes_on and called is not None and called.parameters is not None):
            raise


def _is_quantity(session: Session, parameters: tuple[str, ...], body: List) -> bool:
    """Whether a function of quantities that are known, or of their entries, has one value by itself."""
    if PLACEHOLDER in parameters or not all(_is_of_known_quantity(session, name) for name in parameters):
        return False
    try:
        return not _first_reading(session, body, {}).free
    except FormulaError:
        return False


def _is_of_known_quantity(session: Session, parameter: str) -> bool:
    table = session.table
    parameter = parameter.removesuffix("^{2}") if table.find(parameter) is None else parameter
    base, letters = family_letters(parameter)
    name = table.find(parameter) or (table.find(base) if letters else None)
    meaning = None if name is None else table.meanings[name]
    return isinstance(meaning, Computed) or (isinstance(meaning, Given) and meaning.kind in ("real", "positive"))


# ── names that stand for any number ──


def free_names(content: List, elaborator: Elaborator) -> list[Name]:
    """Undeclared names on a left side that stand for any number: arguments of functions, the z of d/dz."""
    found: list[Name] = []
    for node in nodes(content):
        if isinstance(node, Term):
            for function, bracket in itertools.pairwise(node.factors):
                head = elaborator.head(function) if isinstance(bracket, Group) and bracket.kind == "(" else None
                if head is not None:
                    of_matrix = head.name in ("det", "trace")
                    names = (inner for inner in nodes(bracket) if isinstance(inner, Name))
                    found += [name for name in names if not (of_matrix and name.text in ASSUMED_IDENTITIES)]
        if isinstance(node, Fraction):
            bottom = None if _is_of_a_value(node, elaborator) else elaborator.differential(node.bottom)
            if bottom is not None and not bottom.partial and len(bottom.of) == 1:
                variable = unwrapped(bottom.of[0])
                found += [variable] if isinstance(variable, Name) else []
    if any(isinstance(node, Big) for node in nodes(content)):
        return []
    signs = {id(sign) for sign in elaborator.signs(content)}
    short = [name for name in found if len(plain(name.text)) == 1 or name.text.startswith("\\")]
    short = [name for name in short if id(name) not in signs]
    return [name for name in short if plain(name.text) not in CONSTANTS and _stands_for_any_number(name, elaborator)]


def _is_of_a_value(node: Fraction, elaborator: Elaborator) -> bool:
    """`\\frac{dL}{dx}` with a known L that is no function: then x is a name that has to be known, too."""
    top = elaborator.differential(node.top)
    if top is None or len(top.of) != 1:
        return False
    return elaborator.head(top.of[0]) is None and elaborator.resolve(top.of[0]) is not None


def _stands_for_any_number(name: Name, elaborator: Elaborator) -> bool:
    return elaborator.resolve(name) is None and elaborator.head(name) is None


def arguments_by_themselves(content: List, elaborator: Elaborator) -> list[Name]:
    """The z of a left side like `f'(z)` or `\\frac{d f(z)}{dz}`: names that are the whole argument of a function."""
    found = []
    for node in nodes(content):
        pairs = itertools.pairwise(node.factors) if isinstance(node, Term) else ()
        for function, bracket in pairs:
            if isinstance(bracket, Group) and elaborator.head(function) is not None:
                found += [entry.single_factor for entry in bracket.content.entries]
    return [name for name in found if isinstance(name, Name)]
