r"""Whether a document says itself what \sigma is: then it is not the sigmoid function of the notation.

`\sigma(z) = \max(0, z)` and `\sigma = \tanh` define a function; a formula with an exponential is taken for a claim of
what the sigmoid function is, and judged. `\sigma^2 = \frac1n \sum_i (x_i - \mu)^2` makes it the name of a number, where
nothing else says that it is a function.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from derive.checking.inference.prose import is_condition
from derive.documents.document import Document, Setting
from derive.expressions.functions import entrywise
from derive.notation.chains import kind_of, split
from derive.notation.tokens import Token, tokenize

SIGMA = "\\sigma"
_APPLIED = frozenset({"LPAR", "LBRACK", "PRIME"})
_EXPONENTIALS = frozenset({"e", "\\exp", "exp", "\\mathrm{e}"})


def own_functions(document: Document) -> frozenset[str]:
    """The functions of the notation that a document defines in another way, and its setting does not speak of."""
    if document.exercise is not None or _is_spoken_of(document.setting):
        return frozenset()
    equations = list(_equations(document))
    is_function = any(_defines_function(left, right) for left, right in equations)
    is_number = any(_defines_number(left) for left, _ in equations) and not _is_applied(document)
    return frozenset({SIGMA}) if is_function or is_number else frozenset()


def _is_spoken_of(setting: Setting) -> bool:
    return any(SIGMA in text.value for pair in (*setting.symbols, *setting.model, *setting.notation) for text in pair)


def _equations(document: Document) -> Iterator[tuple[list[Token], list[Token]]]:
    """Both sides of every equation that begins with \\sigma, but for those that are conditions."""
    for passage in document.passages:
        if passage.problem is not None or SIGMA not in passage.text.value:
            continue
        if passage.kind == "inline" and is_condition(passage):
            continue
        for chain in split(passage.text.value, frozenset(), unread=passage.unread):
            if chain.relations and kind_of(chain.relations[0]) in ("claim", "define"):
                left, right = chain.members[0].tokens, chain.members[1].tokens
                if left and left[0].text == SIGMA and all(token.text != SIGMA for token in right):
                    yield left, right


def _defines_function(left: Sequence[Token], right: Sequence[Token]) -> bool:
    names = [token.text for token in right if token.kind == "NAME"]
    if any(entrywise(name) == "sigmoid" for name in names) or not _EXPONENTIALS.isdisjoint(names):
        return False
    if [token.kind for token in left] == ["NAME", "LPAR", "NAME", "RPAR"]:
        return left[2].text in names
    return len(left) == len(right) == 1 and bool(names) and entrywise(names[0]) is not None


def _defines_number(left: Sequence[Token]) -> bool:
    return [token.kind for token in left] in (["NAME"], ["NAME", "CARET", "NUMBER"])


def _is_applied(document: Document) -> bool:
    """Whether \\sigma stands before a bracket or a prime anywhere."""
    for passage in document.passages:
        tokens = tokenize(passage.text.value, frozenset()) if SIGMA in passage.text.value else []
        for token, following in pairwise(tokens):
            if token.text == SIGMA and following.kind in _APPLIED:
                return True
    return False
