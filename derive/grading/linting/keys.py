"""What is wrong with the keys of a setting: points, prompts, policies and conventions, symbols that nothing uses."""

from collections.abc import Iterator
from typing import Any

from derive.checking.session import loss_terms, mentions
from derive.documents.document import Aside, AsideMapping
from derive.expressions.shapes import Shape
from derive.expressions.tree import Add, Derivative, Expr, Symbol
from derive.expressions.walk import symbols_of, walk
from derive.grading.asked import core_of
from derive.grading.linting.finding import Found
from derive.grading.linting.subject import Asked, Subject
from derive.grading.policy import OTHERS, OUTCOMES, Policy, nearest
from derive.mistakes.catalogue import CATALOGUE
from derive.mistakes.of_code import ALL_OF_CODE
from derive.notation.names import canonical, plain, read_name
from derive.notation.symbols import Given, shown
from derive.notation.syntax import Name, Scripted, nodes
from derive.source import Text

# ── parts ──


def without_points(subject: Subject) -> Iterator[Found]:
    """Parts that are worth nothing, or do not say what."""
    for asked in subject.asked:
        if _is_empty(asked.item.get("points")):
            problem = f"part {asked.part.id} does not say its points, and is worth 1"
            yield Found(asked.at("points"), problem, "add 'points: 1', or what it is worth", asked.part.id)
        elif asked.part.points == 0:
            problem = f"part {asked.part.id} is worth 0 points"
            yield Found(asked.at("points"), problem, "give it points, or leave it out", asked.part.id)


def without_prompt(subject: Subject) -> Iterator[Found]:
    """Parts that tell students nothing."""
    for asked in subject.asked:
        if not asked.part.prompt:
            problem = f"part {asked.part.id} has no prompt, so students see a formula alone"
            yield Found(asked.at("id"), problem, "add 'prompt: …', what they should do", asked.part.id)


def _is_empty(value: Aside | None) -> bool:
    return value is None or (isinstance(value, Text) and not value.value)


# ── policies ──


def idle_policy(subject: Subject) -> Iterator[Found]:
    """Words of a policy that change nothing."""
    whole = subject.exercise.document.setting.aside.get("policy")
    yield from _idle(whole, None)
    for asked in subject.asked:
        own = asked.item.get("policy")
        yield from _idle(own, asked.part.id)
        yield from _repeated(own, subject.exercise.policy, asked)
    if isinstance(whole, AsideMapping) and subject.asked:
        yield from _without_a_part(whole, subject)


def _idle(policy: Aside | None, part: str | None) -> Iterator[Found]:
    """Codes that no mistake has, and those whose credit is that of all others."""
    mistakes = policy.get("mistake") if isinstance(policy, AsideMapping) else None
    if not isinstance(mistakes, AsideMapping):
        return
    known = [*(one.code for one in CATALOGUE), *(one.code for one in ALL_OF_CODE)]
    said = {key.value: value.value for key, value in mistakes.pairs if isinstance(value, Text)}
    for key, _ in mistakes.pairs:
        if key.value != OTHERS and key.value not in known:
            advice = nearest(key.value, known).removeprefix("; ")
            advice = advice if advice.startswith("did") else "derive explain lists all of them"
            yield Found(key, f"no known mistake has the code '{key.value[:40]}'", advice, part)
        elif key.value != OTHERS and said.get(key.value) == said.get(OTHERS):
            problem = f"'{key.value}' earns what 'default' says of every mistake"
            yield Found(key, problem, "leave it out, or give it another credit", part)


def _repeated(own: Aside | None, above: Policy, asked: Asked) -> Iterator[Found]:
    """Words of a part that say what the whole exercise says."""
    for key, _ in own.pairs if isinstance(own, AsideMapping) else ():
        if getattr(asked.part.policy, key.value) == getattr(above, key.value):
            problem = f"part {asked.part.id}: '{key.value}' says what holds for the whole exercise"
            yield Found(key, problem, "leave it out, or give it another credit", asked.part.id)
        elif key.value == "form" and asked.part.form == "any":
            yield _any_form(key, f"part {asked.part.id}: ", asked.part.id)


def _without_a_part(whole: AsideMapping, subject: Subject) -> Iterator[Found]:
    """Words of the whole exercise that hold for no part of it."""
    own = [asked.item.get("policy") for asked in subject.asked]
    for key, _ in whole.pairs:
        overruled = all(isinstance(one, AsideMapping) and one.get(key.value) is not None for one in own)
        if overruled and key.value in OUTCOMES and key.value != "mistake":
            yield Found(key, f"every part says something else for '{key.value}'", "leave it out here")
        elif key.value == "form" and all(asked.part.form == "any" for asked in subject.asked):
            yield _any_form(key, "", None)


def _any_form(key: Text, who: str, part: str | None) -> Found:
    problem = f"{who}'form' in the policy has no effect where an answer may have any form"
    return Found(key, problem, "leave it out, or say which form is asked for", part)


# ── conventions ──


def lenient_conventions(subject: Subject) -> Iterator[Found]:
    """Conventions that are allowed and under which a wrong answer to a part is right."""
    allow = subject.exercise.document.setting.allow
    entry: Any = subject.exercise.entries.get("allow")
    for asked in subject.asked:
        core = core_of(asked.part.value, lambda name: None)
        if not (isinstance(core.value, Derivative) and isinstance(core.value.by, Symbol)):
            continue
        by = core.value.by
        if "broadcast" in allow and _is_broadcast(subject, by):
            said = f"{shown(by.name)} is added to every example, and an answer without the sum over them is right under"
            yield _lenient(entry.key, asked, said, "broadcast")
        if "one-term" in allow and _stands_in_one_term(subject, core.value):
            said = f"{shown(by.name)} stands in a term of the loss of its own, and an answer without it is right under"
            yield _lenient(entry.key, asked, said, "one-term")
        if "distinct-index" in allow and len(core.indices) > 1:
            said = "an answer that forgets the case of equal indices is right under"
            yield _lenient(entry.key, asked, said, "distinct-index")


def _lenient(at: Text, asked: Asked, said: str, name: str) -> Found:
    problem = f"part {asked.part.id}: {said} '{name}'"
    return Found(at, problem, f"take '{name}' out of 'allow'", asked.part.id)


def _is_broadcast(subject: Subject, by: Symbol) -> bool:
    """Whether a name is added to something larger than it is."""
    sums = (node for value in subject.computed.values() for node in walk(value) if isinstance(node, Add))
    return any(_is_stretched(term, node.shape, by) for node in sums for term in node.terms)


def _is_stretched(term: Expr, shape: Shape, by: Symbol) -> bool:
    return term.shape != shape and any(symbol.name == by.name for symbol in symbols_of(term))


def _stands_in_one_term(subject: Subject, asked: Derivative) -> bool:
    """Whether a term of the loss, among others, holds the variable itself."""
    table = subject.exercise.model.table
    terms = loss_terms(table)
    is_of_loss = isinstance(asked.of, Symbol) and asked.of.name == table.loss
    assert isinstance(asked.by, Symbol)
    return is_of_loss and len(terms) > 1 and any(mentions(term, asked.by.name) for term in terms)


# ── symbols ──


def unused_symbols(subject: Subject) -> Iterator[Found]:
    """Symbols that stand in no formula of the setting, and that no other symbol rests on."""
    table = subject.exercise.model.table
    used = _names_used(subject)
    for name, _ in subject.exercise.document.setting.symbols:
        key = table.find(read_name(name.value))
        meaning = None if key is None else table.meanings[key]
        if isinstance(meaning, Given) and meaning.kind != "hot index" and key not in used:
            problem = f"{name.value} is declared, and no formula of the setting uses it"
            yield Found(name, problem, "use it in the model, or take it out")


def _names_used(subject: Subject) -> frozenset[str | None]:
    """Every name in the model, in what is asked and in the notation; and what other symbols are part of."""
    table = subject.exercise.model.table
    values = [*subject.computed.values(), *(asked.part.value for asked in subject.asked)]
    used = {getattr(node, "name", None) for value in values for node in walk(value)}
    used |= {table.find(member.holder) for member in table.members.values()}
    used |= {meaning.target for meaning in table.meanings.values() if isinstance(meaning, Given)}
    for abbreviation in table.abbreviations:
        written = (node for node in nodes(abbreviation.meaning) if isinstance(node, Name | Scripted))
        names = {canonical(node).strip() for node in written}
        used |= {table.find(name) for one in names for name in (one, plain(one))}
    return frozenset(used)
