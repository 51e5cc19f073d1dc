r"""Words beside a formula: they comment on it, or they may change what it says.

Words that only comment are passed over. All others stay in the formula, which then is not read: what "averaged" or
"times the mask" does to a value, only a formula says with certainty. The first row that fits decides:

| words | directly behind a formula | apart from it |
| --- | --- | --- |
| empty, or names of rules and nothing else: `\text{chain rule}` | a comment | a comment |
| that begin with a reason: `\text{since the loss is a mean}` | a comment | a comment |
| that hold a word which may change a value, or make a condition | not read | not read |
| that begin as a comment does: `\text{where …}`, `\text{for all examples}` | a comment | a comment |
| any others: `\text{softmax and cross-entropy}` | not read | a comment |

Apart stands what begins a row, what a wide space, a comma, another mark of punctuation or a column separates from the
formula, and what stands in brackets of its own.
"""

import re

from derive.errors import Unreadable
from derive.notation.tables import CONDITION_WORDS, NOTE_WORDS, SEPARATING_WORDS
from derive.notation.tokens import Token

RULES = re.compile(
    r"\b(?:multivariate |multivariable |matrix )?(?:chain|product|sum|quotient|power)[ -]rules?\b"
    r"|\brules? for (?:sums|products|quotients|powers)\b|\blinearity of the (?:sum|mean|trace)\b"
)
REASONS = ("since", "because")
BEGINNINGS = (
    *SEPARATING_WORDS, *NOTE_WORDS, *CONDITION_WORDS - {"if", "for", "when", "whenever", "provided", "provided that"},
    "recall", "see", "cf", "eq", "eqs", "equation", "shape", "of shape", "of size", "is", "which", "equivalently",
)  # fmt: skip

# words that may change a value
CHANGES = frozenset({
    "times", "multiplied", "multiply", "scaled", "weighted", "divided", "divide", "over", "ratio", "half", "twice",
    "double", "plus", "minus", "added", "adding", "subtracted", "subtract", "negative", "negated", "sign",
    "proportional", "sum", "sums", "summed", "summing", "total", "mean", "average", "averages", "averaged", "averaging",
    "per", "transpose", "transposed", "transposing", "inverse", "inverted", "flipped", "reversed", "squared",
    "normalised", "normalized", "mask", "masks", "masked", "masking", "zeroed", "clipped", "broadcast", "broadcasted",
    "elementwise", "entrywise", "componentwise", "pointwise", "rowwise", "columnwise", "element-wise", "entry-wise",
    "component-wise", "row-wise", "column-wise", "without", "except", "excluding", "ignoring", "omitting", "dropping",
    "only", "but", "not", "up", "approximately", "roughly", "about",
    "false", "wrong", "wrongly", "incorrect", "incorrectly", "untrue", "never", "cannot", "fails",
    "disprove", "disproves",
})  # fmt: skip
CONDITIONS = frozenset(
    {"if", "when", "whenever", "provided", "unless", "elsewhere", "otherwise", "else", "case", "cases"}
)
FOR_ALL = ("\\forall", "∀")
UNIVERSAL = re.compile(r"\W*for (?:all|each|every|any)\b")
NARRATING = re.compile(r"(?:[:,.]|\b(?:gives?|yields?|get|obtain|have|find|means|becomes))$")


def comments(words: str, *, is_apart: bool, leads: bool = False) -> bool:
    """Whether words only comment on the formula that stands beside them; `leads`: they stand before it."""
    said = " ".join(words.lower().split())
    if leads and NARRATING.search(said):
        return True
    without_rules = RULES.sub(" ", said)
    plain = re.findall(r"[\w-]+", without_rules)
    if not plain or said.startswith(REASONS):
        return True
    if (CHANGES | CONDITIONS) & set(plain) or (plain[0] == "for" and not UNIVERSAL.match(said)):
        return False
    is_apart = is_apart or said[0] in ",;:" or (said[0] in "([" and said[-1] in ")]")
    begins_so = any(re.match(rf"\W*{re.escape(beginning)}(?!\w)", said) for beginning in BEGINNINGS)
    return begins_so or is_apart


def unread(token: Token) -> Unreadable:
    """The complaint about words that may change the value of the formula in which they stand."""
    said = token.text.strip(" ,.:()")
    if said in FOR_ALL:
        return Unreadable("where this condition ends is not certain; write a colon before the equation", token.span)
    plain = set(re.findall(r"[\w-]+", said.lower()))
    if plain & (CONDITIONS | {"for"}):
        return Unreadable(f"the words “{said}” make a condition that is not read; write it as a formula", token.span)
    if plain & CHANGES:
        complaint = f"the words “{said}” may change the value of the formula; write what they say as a formula"
    else:
        complaint = (
            f"whether the words “{said}” change the value of the formula is not certain; a remark stands behind \\quad"
        )
    return Unreadable(complaint, token.span)
