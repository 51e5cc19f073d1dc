"""`For the correct class` and `for the other classes` as conditions on the index that runs over the classes.

Which index that is, and of which example, the left side of an equation says; the model has one label, or one one-hot
quantity. Where it is not certain what is meant, the words make no condition.
"""

from collections.abc import Sequence

from derive.checking.sentences import Premise
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.errors import FormulaError
from derive.expressions.shapes import Dim
from derive.notation.chains import Chain
from derive.notation.symbols import Given, IndexUse
from derive.notation.syntax import parse
from derive.notation.tokens import Token, tokenize

Free = dict[str, list[IndexUse]]


def of_classes(premises: Sequence[Premise], session: Session, chain: Chain) -> list[list[Token]]:
    """The conditions on a chain that the words before or behind it make, as tokens."""
    said = [premise for premise in premises if premise.formula is None and not premise.is_alternative]
    free = _free(session, chain) if said else {}
    found = (_condition(session, free, is_correct=not premise.is_negated) for premise in said)
    return [tokenize(condition, session.table.words) for condition in found if condition is not None]


def _free(session: Session, chain: Chain) -> Free:
    """The index letters of the left side of a chain, and where they run."""
    try:
        found = Side(parse(chain.members[0].tokens)).read(session, None, {}).upto(1)
    except FormulaError:
        return {}
    return found[0].free if found else {}


def _condition(session: Session, free: Free, *, is_correct: bool) -> str | None:
    """`j = y_i`, or `t_k = 0`, for the index that runs over the classes; null where it is not certain which that is."""
    given = [(name, one) for name, one in session.table.meanings.items() if isinstance(one, Given)]
    targets = [(name, one) for name, one in given if one.kind in ("labels", "one-hot")]
    if len(targets) != 1:
        return None
    name, target = targets[0]
    if target.kind == "labels" and target.classes is not None:
        letter = _running(free, target.classes)
        example = "" if target.shape.is_scalar else _running(free, target.shape.length)
        index = f"_{{{example}}}" if example else ""
        sign = "=" if is_correct else r"\neq"
        return None if letter is None or example is None else f"{letter} {sign} {name}{index}"
    letters = [_running(free, dim) for dim in target.shape.dims if not dim.is_unit]
    return None if None in letters else f"{name}_{{{','.join(map(str, letters))}}} = {int(is_correct)}"


def _running(free: Free, dim: Dim) -> str | None:
    """The only letter that runs along a dimension."""
    letters = [letter for letter, uses in free.items() if uses and all(str(use.dim) == str(dim) for use in uses)]
    return letters[0] if len(letters) == 1 else None
