"""What is said of a formula that cannot be parsed: what is missing or in excess, in the words of who wrote it.

A table of what stands where, tried in order; the automaton itself says only which token it cannot take.
"""

from collections.abc import Sequence
from difflib import get_close_matches

from derive.errors import Unreadable
from derive.notation import tables
from derive.notation.functions import FUNCTION_COMMANDS, FUNCTION_WORDS
from derive.notation.tokens import KNOWN_COMMANDS, Token
from derive.source import Span

OPERATORS = frozenset(
    {"PLUS", "MINUS", "CDOT", "AT", "TIMES", "STAR", "ODOT", "CIRC", "OTIMES", "OSLASH", "SLASH", "INNER"}
)
OPENING = frozenset({"LPAR", "LBRACK", "LSET", "LBRACE", "LANGLE", "LBAR", "LNORM", "BEGIN"})
CLOSING = frozenset({"RPAR", "RBRACK", "RSET", "RBRACE", "RANGLE", "RBAR", "RNORM", "END"})
SCRIPTS = frozenset({"UNDERSCORE", "CARET"})
MARKS = frozenset({"PRIME", "TRANSPOSE"})
SEPARATORS = frozenset({"COMMA", "SEMICOLON", "RELATION", "COLON", "AMPERSAND", "NEWLINE"})
EVERYTHING = OPERATORS | OPENING | CLOSING | SCRIPTS | MARKS | SEPARATORS | {"", "NAME", "NUMBER"}
NOTHING_BEFORE = OPENING | SEPARATORS | {""}

# what stands before, what stands here ('' is nothing at all), what to say; the first row that fits
COMPLAINTS: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (EVERYTHING,          frozenset({"AMPERSAND"}),        "{here} parts the columns of an align or a matrix, and none is open here; write \\& for the sign"),
    (EVERYTHING,          frozenset({"NEWLINE"}),          "{here} ends a row of an align or a matrix, and none is open here"),
    (frozenset({"UNDERSCORE"}), frozenset({"UNDERSCORE"}), "a second _ follows at once; an index stands behind each, as in x_i"),
    (frozenset({"CARET"}),      frozenset({"CARET"}),      "a second ^ follows at once; a power stands behind each, as in x^2"),
    (frozenset({"UNDERSCORE"}), EVERYTHING,                "an index is missing behind {before}; write one as in x_i or x_{{i,j}}"),
    (frozenset({"CARET"}),      EVERYTHING,                "a power is missing behind {before}; write one as in x^2 or x^{{n+1}}"),
    (NOTHING_BEFORE | OPERATORS, SCRIPTS,                  "nothing stands before {here} that it could belong to; write {{}} or a name before it"),
    (NOTHING_BEFORE | OPERATORS, MARKS,                    "nothing stands before {here} that it could belong to"),
    (OPERATORS,           OPERATORS,                       "{here} follows {before} at once; something is missing between them"),
    (OPERATORS,           frozenset({""}),                 "something is missing behind {before}"),
    (OPERATORS,           CLOSING | SEPARATORS,            "something is missing between {before} and {here}"),
    (frozenset({""}),     OPERATORS,                       "something is missing before {here}"),
    (OPENING | SEPARATORS, OPERATORS,                      "something is missing between {before} and {here}"),
    (frozenset({""}),     frozenset({""}),                 "there is no formula here"),
)  # fmt: skip


def unexpected(token: Token | None, tokens: Sequence[Token]) -> Unreadable:
    """The complaint about a token that cannot stand where it does; null for the end."""
    here = len(tokens) if token is None else next(at for at, other in enumerate(tokens) if other is token)
    before = tokens[here - 1] if here else None
    kinds = (before.kind if before else "", token.kind if token else "")
    culprit = token if token is not None and kinds[0] not in SCRIPTS else before
    span = culprit.span if culprit else Span(0, 0)
    words = {"before": shown(before) if before else "", "here": shown(token) if token else ""}
    for befores, heres, complaint in COMPLAINTS:
        if kinds[0] in befores and kinds[1] in heres:
            return Unreadable(complaint.format(**words), span)
    if token is None:
        return Unreadable(f"the formula breaks off behind {words['before']}", span)
    after = f" behind {words['before']}" if before else " at the beginning"
    return Unreadable(f"{words['here']} makes no sense{after}", span)


def shown(token: Token) -> str:
    """A token as its author wrote it, or nearly so."""
    return f"\\{token.kind.lower()}{{{token.text}}}" if token.kind in ("BEGIN", "END") else token.text


# ── what nothing here reads ──────────────────────────────────────────────────────────────────────────

INSTEAD = {
    "\\int": "integrals are not read",
    "∫": "integrals are not read",
    "\\lim": "limits are not read",
    "\\binom": "binomial coefficients are not read; write the number or a fraction",
    "!": "factorials are not read; write the product",
    "\\%": "a per cent sign is not read; write /100",
    "\\cancel": "what is crossed out is not read; leave it away, or write it without \\cancel",
    "\\bcancel": "what is crossed out is not read; leave it away, or write it without \\bcancel",
    "\\xcancel": "what is crossed out is not read; leave it away, or write it without \\xcancel",
    "\\cancelto": "what is crossed out is not read; leave it away, or write it without \\cancelto",
    "÷": "÷ is not read; write / or \\frac",
    "\\unicode": "\\unicode is not read; write the character itself",
    "\\mathbb": "\\mathbb has no letter here",
}


def unknown(token: Token) -> Unreadable:
    """The complaint about a sign or a command that nobody knows, with those that are spelled nearly so."""
    text = token.text
    if text in INSTEAD:
        return Unreadable(INSTEAD[text], token.span)
    if text in tables.ACCENTS:
        return Unreadable(f"{text} stands over one name or letter, and here it does not", token.span)
    if not text.startswith("\\"):
        return Unreadable(f"the character {text} is not read in a formula", token.span)
    return Unreadable(f"the command {text} is not known{_meant(_like(text))}", token.span)


def _like(command: str) -> list[str]:
    """The known commands, and words for \\operatorname, that are spelled like a command."""
    others = [word for word in FUNCTION_WORDS if f"\\{word}" not in FUNCTION_COMMANDS]
    words = {f"\\{word}": f"\\operatorname{{{word}}}" for word in others}
    known = [*sorted(KNOWN_COMMANDS), *sorted(words)]
    if command in words:
        return [words[command]]
    return [words.get(name, name) for name in get_close_matches(command, known, n=2, cutoff=0.7)]


def unknown_environment(name: str) -> str:
    """The complaint about an environment that is neither a matrix nor cases."""
    known = sorted(tables.MATRIX_ENVIRONMENTS | tables.CASES_ENVIRONMENTS | tables.ROW_ENVIRONMENTS)
    return f"the environment {name} is not read inside a formula{_meant(get_close_matches(name, known, n=1))}"


def function_like(word: str) -> str:
    """` (did you mean softmax?)` for a word that is spelled nearly like a function's, or nothing."""
    return _meant(get_close_matches(word, sorted(FUNCTION_WORDS), n=1, cutoff=0.8)) if len(word) > 3 else ""


def _meant(names: Sequence[str]) -> str:
    return f" (did you mean {' or '.join(names)}?)" if names else ""


# ── what is empty ────────────────────────────────────────────────────────────────────────────────────

ARGUMENTS = {
    "FRAC": ("nothing stands above the line of this fraction; write \\frac{a}{b}",
             "nothing stands below the line of this fraction; write \\frac{a}{b}"),
    "SQRT": ("nothing stands under this root; write \\sqrt{a}",),
    "NTHROOT": ("the degree of this root is missing; write \\sqrt[3]{a}", "nothing stands under this root; write \\sqrt[3]{a}"),
}  # fmt: skip
EMPTY = {("LPAR", "RPAR"), ("LBRACK", "RBRACK"), ("LSET", "RSET")}


def check_nothing_is_empty(tokens: Sequence[Token]) -> None:
    """Brackets, fractions and roots hold something. Raises `Unreadable` at the first that does not."""
    for at, token in enumerate(tokens):
        for complaint, place in zip(ARGUMENTS.get(token.kind, ()), _arguments(tokens, at), strict=False):
            if tokens[place + 1].kind == "RBRACE":
                raise Unreadable(complaint, token.span)
        following = tokens[at + 1] if at + 1 < len(tokens) else token
        if (token.kind, following.kind) in EMPTY:
            raise Unreadable("nothing stands in these brackets", token.span.to(following.span))


def _arguments(tokens: Sequence[Token], at: int) -> list[int]:
    """Where the arguments in braces behind a command begin."""
    found, depth = [], 0
    for place in range(at + 1, len(tokens)):
        if tokens[place].kind == "LBRACE":
            found += [place] if depth == 0 else []
            depth += 1
        elif tokens[place].kind == "RBRACE":
            depth -= 1
        elif depth == 0:
            break
    return found
