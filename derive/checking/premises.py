"""Conditions that the text before a formula makes: a step that fails without them is judged for the case they treat.

What holds without them is accepted as it is. What holds under them only says so.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from derive.checking.claims import Judgement
from derive.checking.definitions import NewName, new_name
from derive.checking.sentences import Premise
from derive.checking.session import Session
from derive.checking.unrolling import judgements as judgements_on
from derive.errors import FormulaError
from derive.models.families import letters_of
from derive.notation.chains import Chain, kind_of
from derive.notation.elaboration import Elaborator
from derive.notation.symbols import Computed, Given, SymbolTable, shown
from derive.notation.syntax import parse
from derive.notation.tables import RELATIONS
from derive.notation.tokens import Token, tokenize

_NEGATIONS = {"claim": "\\neq", "differ": "=", "less": "\\geq", "greater": "\\leq", "at most": ">", "at least": "<"}
"""The sign of the opposite, by what a sign of comparison does."""

_NO_COMPARISONS = frozenset({"map", "implies"})


def read_premises(premises: Sequence[Premise], words: frozenset[str]) -> list[list[Token]]:
    """The tokens of those premises that compare something; one behind `unless` says the opposite.

    In one that is joined to others by `or` the sign is made one that is not read.
    """
    found = []
    for premise in premises:
        if premise.formula is None:
            continue
        tokens = tokenize(premise.formula, words)
        while tokens and tokens[-1].kind in ("COMMA", "PERIOD", "COLON"):
            tokens.pop()
        relations = [at for at, token in enumerate(tokens) if token.kind == "RELATION"]
        if not relations or any(_says_nothing(tokens, at) for at in relations):
            continue
        if premise.is_negated or premise.is_alternative:
            opposite = None if premise.is_alternative else _NEGATIONS.get(kind_of(tokens[relations[0]]))
            tokens = _with_sign(tokens, relations[0], opposite if len(relations) == 1 else None)
        found.append(tokens)
    return found


def _says_nothing(tokens: Sequence[Token], at: int) -> bool:
    """Whether a relation restricts nothing: no comparison, or membership in a set of all real numbers."""
    kind, behind = kind_of(tokens[at]), tokens[at + 1 : at + 2]
    return kind in _NO_COMPARISONS or (kind == "member" and bool(behind) and behind[0].text == "\\mathbb{R}")


def _with_sign(tokens: list[Token], at: int, sign: str | None) -> list[Token]:
    """A condition with another sign of comparison; with none it is not read."""
    old = tokens[at]
    new = Token("UNKNOWN" if sign is None else "RELATION", sign or old.text, old.start, old.end)
    return [*tokens[:at], new, *tokens[at + 1 :]]


def judgements(
    session: Session,
    chain: Chain,
    is_inline: bool = False,
    known: Mapping[int, Judgement] | None = None,
    premises: Sequence[Sequence[Token]] = (),
) -> list[Judgement]:
    """One judgement for each relation of a chain; what fails is judged again under the premises that concern it."""
    concerning = [list(tokens) for tokens in premises if _concerns(tokens, chain)]
    if not known and _defines_entries_of_a_case(session, chain, concerning):
        return judgements_on(session, replace(chain, conditions=[*chain.conditions, *concerning]), is_inline, known)
    in_one_case = None if known else _defined_in_one_case(session, chain, premises)
    if in_one_case is not None:
        return [in_one_case] * len(chain.relations)
    first = judgements_on(session, chain, is_inline, known)
    if not concerning or all(judgement.verdict not in ("refuted", "unknown") for judgement in first):
        return first
    written = ", ".join(_written(tokens) for tokens in concerning)
    if not all(_is_readable(tokens) for tokens in concerning):
        return [_unread(judgement, written) for judgement in first]
    restricted = replace(chain, conditions=[*chain.conditions, *concerning])
    again = judgements_on(session, restricted, is_inline, known)
    return [_for_the_case(one, other, written) for one, other in zip(first, again, strict=True)]


def _defined_in_one_case(session: Session, chain: Chain, premises: Sequence[Sequence[Token]]) -> Judgement | None:
    """The judgement on an equation that would define a name, but does so only for some values of what is known."""
    on_values = [tokens for tokens in premises if compares_value(tokens, session.table)]
    new = _new_name(session, chain) if on_values else None
    if new is None:
        return None
    written = ", ".join(_written(tokens) for tokens in on_values)
    message = f"This says what {shown(new.key)} is only where ${written}$, as the text beside it says; write all cases."
    return Judgement("unreadable", message)


def _defines_entries_of_a_case(session: Session, chain: Chain, premises: Sequence[Sequence[Token]]) -> bool:
    """Whether an equation defines a name with indices, and all premises on it compare one of them."""
    new = _new_name(session, chain) if premises else None
    letters = set() if new is None else set(letters_of(new.key))
    relations = [token for tokens in premises for token in tokens if token.kind == "RELATION"]
    is_plain = all(kind_of(sign) in ("member", *_NEGATIONS) for sign in relations)
    return is_plain and all(any(token.text in letters for token in tokens) for tokens in premises) and bool(letters)


def _new_name(session: Session, chain: Chain) -> NewName | None:
    """The name that an equation would define."""
    if not chain.members[0].tokens or kind_of(chain.relations[0]) not in ("claim", "define"):
        return None
    try:
        return new_name(parse(chain.members[0].tokens), Elaborator.plain(session.table, {}))
    except FormulaError:
        return None


def compares_value(tokens: Sequence[Token], table: SymbolTable) -> bool:
    """Whether a condition is one on something that has a value, and not on indices or sizes only."""
    names = (table.find(token.text) for token in tokens if token.kind == "NAME")
    return any(name is not None and isinstance(table.meanings.get(name), (Given, Computed)) for name in names)


def _for_the_case(general: Judgement, restricted: Judgement, written: str) -> Judgement:
    """The judgement in general where that is one of acceptance, else the one on the case that is treated."""
    if general.verdict not in ("refuted", "unknown"):
        return general
    if restricted.verdict in ("proved", "convention"):
        message = f"{restricted.message} This is claimed where ${written}$, as the text beside it says."
        conditions = (*restricted.side_conditions, f"${written}$")
        return replace(restricted, message=message, side_conditions=conditions)
    if restricted.verdict == "unreadable":
        return _unread(general, written)
    return restricted


def _unread(judgement: Judgement, written: str) -> Judgement:
    """What fails in general, and is said under a condition that is not read."""
    if judgement.verdict not in ("refuted", "unknown"):
        return judgement
    return Judgement("unreadable", f"The condition ${written}$ in the text beside this equation is not read.")


def _is_readable(tokens: Sequence[Token]) -> bool:
    try:
        parse(tokens)
    except FormulaError:
        return False
    return True


def _concerns(tokens: Sequence[Token], chain: Chain) -> bool:
    """Whether a name of the condition stands in the chain."""
    names = {token.text for token in tokens if token.kind == "NAME"}
    return any(token.kind == "NAME" and token.text in names for member in chain.members for token in member.tokens)


def _written(tokens: Sequence[Token]) -> str:
    """A condition on one line, `i \\neq k`."""
    text = ""
    for token in tokens:
        is_apart = _ENDS_WITH_COMMAND.search(text) is not None and token.text[:1].isalpha()
        text += f" {token.text} " if token.text in RELATIONS or is_apart else token.text
    return " ".join(text.replace(",", ", ").split())


_ENDS_WITH_COMMAND = re.compile(r"\\[A-Za-z]+$")
