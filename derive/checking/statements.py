"""What one relation of a document says: a definition, a claim, a shape, what a term adds; and its verdict.

A definition makes a new name known to what follows; everything else leaves the session as it was.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from derive.checking.claims import Judgement, Restriction, Side, judge
from derive.checking.session import STEP_SECONDS, Session, loss_terms, mentions, without
from derive.deciding.limits import Deadline
from derive.errors import FormulaError, Meaningless, Undecidable, Unreadable
from derive.expressions.shapes import SCALAR, Dim, Shape
from derive.expressions.tree import Derivative, Expr, IndexValue, Label, Symbol
from derive.models.declarations import shape_of_space
from derive.models.model import defined, family_letters
from derive.notation.chains import Chain, Member, kind_of
from derive.notation.elaboration import Elaborator, Options, Reading, elaborated, readings
from derive.notation.elaboration.base import Choices
from derive.notation.elaboration.products import resized
from derive.notation.names import canonical, plain, unwrapped, unwrapped_list
from derive.notation.symbols import Computed, FunctionAlias, Given, SymbolTable, UserFunction, shown
from derive.notation.syntax import Fraction, Group, List, Name, Scripted, Sum, Syntax, Term, Word, parse
from derive.notation.tokens import Token, tokenize

PLACEHOLDER = "\\cdot"


@dataclass
class Statement:
    """One chain while it is judged: its members' syntax, what the last readable member means."""

    session: Session
    chain: Chain
    text: str
    sides: list[Side] = field(default_factory=list)
    formal: dict[str, Expr] = field(default_factory=dict)
    restrictions: list[Restriction] = field(default_factory=list)
    problem: FormulaError | None = None

    def judgements(self) -> list[Judgement]:
        """One judgement for each relation, in order."""
        self.sides = [_side(member) for member in self.chain.members]
        self._read_conditions()
        self._read_formals()
        found: list[Judgement] = []
        current = self.sides[0]
        for number, (relation, right) in enumerate(zip(self.chain.relations, self.sides[1:], strict=True)):
            judgement, current = self._step(number, relation, current, right)
            found.append(judgement)
        return found

    def _step(self, number: int, relation: Token, left: Side, right: Side) -> tuple[Judgement, Side]:
        """The verdict on one relation, and the side from which the chain goes on."""
        deadline = Deadline(STEP_SECONDS)
        kind = kind_of(relation)
        if self.problem is not None and kind in ("claim", "define", "adds"):
            return Judgement(
                "unreadable", f"The condition is not read: {self.problem.problem}.", span=self.problem.span
            ), left
        match kind:
            case "claim" | "define":
                new = self._new_name(left) if number == 0 else None
                if new is not None:
                    return self._define(new, number, right, deadline)
                if (
                    number
                    and self.sides[number].content is not None
                    and self._new_name(self.sides[number]) is not None
                    and self._is_call(self.sides[number])
                ):
                    return self._define_again(number, right, deadline)
                judgement = judge(self.session, left, right, self.restrictions, self.formal, deadline)
                return judgement, self._next(left, right, judgement)
            case "member":
                return self._shape_claim(left, right), left
            case "adds":
                return self._adds(left, right, deadline), right
            case "nothing":
                return Judgement(
                    "unknown", f"{relation.text} claims no equality, so there is nothing to decide."
                ), right
        return Judgement(
            "unknown", f"The relation {relation.text} is read only as a condition; it is not decided as a claim."
        ), right

    def _next(self, left: Side, right: Side, judgement: Judgement) -> Side:
        """A chain goes on from its last member that has a meaning."""
        found = right.read(self.session, None, self.formal).upto(1)
        if not found:
            return left
        if found[0].value.shape.is_open:
            known = left.read(self.session, None, self.formal).upto(1)
            if known and known[0].value.shape.is_matrix and not known[0].value.shape.is_open:
                try:
                    return Side(
                        None,
                        fixed=Reading(
                            resized(found[0].value, known[0].value.shape), found[0].conventions, found[0].free
                        ),
                    )
                except FormulaError:
                    return right
        return right

    # ── conditions and names that are bound for one statement ──

    def _read_conditions(self) -> None:
        for tokens in self.chain.conditions:
            try:
                self._read_condition(tokens)
            except FormulaError as error:
                self.problem = error

    def _read_condition(self, tokens: Sequence[Token]) -> None:
        universal = tokens[0].kind == "FORALL" or (tokens[0].kind == "CONDITION" and tokens[0].text.startswith("for"))
        rest = [token for token in tokens if token.kind not in ("CONDITION", "FORALL", "QUAD")]
        while rest and rest[-1].kind in ("COMMA", "PERIOD"):
            rest.pop()
        kinds = {kind_of(token) for token in rest if token.kind in ("RELATION", "COLON")}
        if not kinds and not universal:
            raise Unreadable("this condition compares nothing", tokens[0].span)
        if "member" in kinds or not kinds or any(token.kind == "DOTS" for token in rest):
            self._read_quantifier(rest)
            return
        elaborator = Elaborator(self.session.table, Choices(), self.session.table.layout, formal=dict(self.formal))
        condition = elaborator.condition(parse(rest))
        free = {index.name: uses for index, uses in elaborator.uses.items() if index.scope == 0}
        self.restrictions.append(Restriction(condition, free))

    def _read_quantifier(self, tokens: Sequence[Token]) -> None:
        """`∀x ∈ ℝ` binds a scalar; `∀i` and `i = 1, …, N` say of an index what holds of it anyway."""
        content = parse(tokens)
        first = content.entries[0].sides[0]
        name = unwrapped(first.terms[0].factors[0]) if first is not None and len(first.terms[0].factors) == 1 else None
        if isinstance(name, Name) and len(content.entries) == 1 and content.entries[0].relations:
            space = canonical(content.entries[0].sides[1]).strip()
            if space in ("\\mathbb{R}", "R") and len(content.entries[0].relations) == 1:
                self._bind_scalar(name)

    def _bind_scalar(self, name: Name) -> None:
        self.formal[name.text] = Symbol(f"formal {name.text}", SCALAR)

    def _read_formals(self) -> None:
        """Names that nothing declares, as arguments of a function on the left or below a d/dz, stand for any number."""
        content = self.sides[0].content
        if content is None:
            return
        elaborator = self._elaborator()
        if any(isinstance(node, Name) and node.text == PLACEHOLDER for node in _nodes(content)):
            self.formal[PLACEHOLDER] = Symbol("formal argument", SCALAR)
        for name in _candidate_formals(content, elaborator):
            if elaborator.resolve(name) is None and elaborator.bound(plain(name.text)) is None:
                self._bind_scalar(name)

    def _elaborator(self) -> Elaborator:
        return Elaborator(self.session.table, Choices(), self.session.table.layout, formal=dict(self.formal))

    # ── definitions ──

    def _new_name(self, side: Side) -> "NewName | None":
        """The name that the left side introduces, if nothing has defined it yet."""
        if side.content is None:
            return None
        return _new_name(side.content, self._elaborator(), self.session.table)

    def _is_call(self, side: Side) -> bool:
        new = self._new_name(side)
        return new is not None and new.parameters is not None

    def _define_again(self, number: int, right: Side, deadline: Deadline) -> tuple[Judgement, Side]:
        """`L(w) = F(x) = …`: the second name is introduced by what stands behind it."""
        new = self._new_name(self.sides[number])
        assert new is not None
        return self._define(new, number, right, deadline)

    def _define(self, new: "NewName", number: int, right: Side, deadline: Deadline) -> tuple[Judgement, Side]:
        if right.content is None:
            error = right.error or Unreadable("something is missing here")
            return Judgement("unreadable", _sentence(error), span=error.span), self.sides[number]
        try:
            return self._defined(new, right), right
        except Unreadable as error:
            return Judgement("unreadable", _sentence(error), span=error.span), right
        except Meaningless as error:
            return Judgement("refuted", _sentence(error), span=error.span), right

    def _defined(self, new: "NewName", right: Side) -> Judgement:
        assert right.content is not None
        table, shown_name = self.session.table, shown(new.key)
        if new.parameters is not None:
            self._check_body(new, right.content)
            self.session.learn(table.with_meaning(new.key, UserFunction(new.parameters, right.content)))
            return Judgement("definition", f"The function {shown_name} is introduced.")
        function = self._function_value(right.content)
        if function is not None:
            self.session.learn(table.with_meaning(new.key, function))
            return Judgement("definition", f"The function {shown_name} is introduced.")
        reading = self._first_reading(right.content)
        known = table.meanings.get(new.key)
        if isinstance(known, Computed) and known.shape != reading.value.shape:
            raise Meaningless(f"{shown_name} was declared as {known.shape}, but its value is {reading.value.shape}")
        if not isinstance(known, Computed):
            for letter in reading.free:
                self._check_free(letter, new.key)
        self.session.learn(defined(table, new.key, reading))
        return Judgement(
            "definition",
            f"{shown_name} is introduced, {_described(reading.value.shape)}.",
            shapes=(str(reading.value.shape),) * 2,
        )

    def _check_free(self, letter: str, key: str) -> None:
        if letter not in family_letters(key)[1]:
            raise Unreadable(f"the index {letter} is free on the right, and {shown(key)} has no such index")

    def _first_reading(self, content: List) -> Reading:
        first: FormulaError | None = None
        for attempt in readings(self.session.table, content, self.session.options(None, self.formal, with_apart=False)):
            if isinstance(attempt, Reading):
                return attempt
            first = first or attempt
        raise first or Unreadable("this could not be read", content.span)

    def _function_value(self, content: List) -> UserFunction | FunctionAlias | None:
        """A right side that is a function without its argument: `\\tanh`, the derivative of one, a formula of `(\\cdot)`."""
        elaborator = self._elaborator()
        only = unwrapped_list(content)
        if isinstance(only, (Name, Scripted)):
            head = elaborator.head(only)
            if head is not None and head.sub is None and not head.sups and not head.order:
                return head.function if head.function is not None else FunctionAlias(head.name)
        if isinstance(only, Fraction):
            parts = elaborator.derivative_parts(only)
            if parts is not None and len(parts[0].of) == 1 and len(parts[1]) == 1 and len(parts[1][0].of) == 1:
                variable = unwrapped(parts[1][0].of[0])
                is_function = elaborator.head(parts[0].of[0]) is not None
                if is_function and isinstance(variable, Name):
                    return UserFunction((variable.text,), content)
        if any(isinstance(node, Name) and node.text == PLACEHOLDER for node in _nodes(content)):
            return UserFunction((PLACEHOLDER,), content)
        return None

    def _check_body(self, new: "NewName", body: List) -> None:
        """The formula of a function must be readable; whether its shapes fit depends on what it is called with."""
        formal: dict[str, Expr] = dict(self.formal)
        for parameter in new.parameters or ():
            known = self.session.table.find(parameter)
            meaning = self.session.table.meanings[known] if known is not None else None
            shape = meaning.shape if isinstance(meaning, (Given, Computed)) else SCALAR
            formal[parameter] = Symbol(f"formal {parameter}" if meaning is None else known or parameter, shape)
        try:
            elaborated(self.session.table, body, Options(self.session.table.layout, formal))
        except Meaningless:
            return
        except Unreadable:
            if self._body_is_new_call(body):
                return
            raise

    def _body_is_new_call(self, body: List) -> bool:
        """`L(w) = F(x) = …`: the body is a function that the next relation introduces."""
        new = _new_name(body, self._elaborator(), self.session.table)
        return new is not None and new.parameters is not None and len(self.chain.relations) > 1

    # ── shapes ──

    def _shape_claim(self, left: Side, right: Side) -> Judgement:
        try:
            claimed = _claimed_shape(right, self.session.table)
            names = _listed_names(left.content)
            judgements = (
                [self._shape_of_name(name, claimed) for name in names]
                if names
                else [self._shape_of_side(left, claimed)]
            )
        except Unreadable as error:
            return Judgement("unreadable", _sentence(error), span=error.span)
        except Meaningless as error:
            return Judgement("refuted", _sentence(error), span=error.span)
        return next((found for found in judgements if found.verdict == "refuted"), judgements[0])

    def _shape_of_name(self, name: Syntax, claimed: "Space") -> Judgement:
        elaborator = self._elaborator()
        resolved = elaborator.resolve(name)
        key = canonical(name).strip()
        if resolved is None and not self._is_special(name):
            if claimed.shape is None:
                raise Unreadable(f"the shape of {shown(key)} is not said", name.span)
            self.session.learn(self.session.table.with_meaning(key, Computed(claimed.shape, None)))
            return Judgement("definition", f"{shown(key)} is declared as {claimed.shape}.")
        if resolved is not None and isinstance(resolved.meaning, Computed) and resolved.meaning.value is None:
            return _compared_shapes(shown(key), resolved.meaning.shape, claimed)
        return self._shape_of_side(Side(_as_list(name)), claimed)

    def _is_special(self, name: Syntax) -> bool:
        try:
            self._elaborator().named(name)
        except FormulaError:
            return False
        return True

    def _shape_of_side(self, side: Side, claimed: "Space") -> Judgement:
        found = side.read(self.session, None, self.formal)
        first = found.upto(1)
        if not first:
            raise found.errors[0] if found.errors else Unreadable("this could not be read")
        value = first[0].value
        if value.shape.is_open and claimed.shape is not None:
            value = resized(value, claimed.shape)
        if isinstance(value, IndexValue) and isinstance(value.index, Label):
            value = Symbol(value.index.name, SCALAR)
        if found.found[0].conventions and not _fits(value.shape, claimed):
            pass
        for other in found.upto(12)[1:]:
            if _fits(value.shape, claimed):
                break
            if _fits(other.value.shape, claimed) and other.conventions:
                value = other.value
        return _compared_shapes("the expression", value.shape, claimed)

    # ── what a term adds ──

    def _adds(self, left: Side, right: Side, deadline: Deadline) -> Judgement:
        """`∂L/∂P += B`: B is the derivative of some terms of the loss, which the document treats apart."""
        found = left.read(self.session, None, self.formal)
        first = found.upto(1)
        if not first:
            error = found.errors[0]
            return Judgement(
                "unreadable" if isinstance(error, Unreadable) else "refuted", _sentence(error), span=error.span
            )
        value = first[0].value
        if not (isinstance(value, Derivative) and isinstance(value.of, Symbol) and isinstance(value.by, Symbol)):
            return Judgement(
                "unreadable", "Only a derivative of the loss can be added to in this way.", span=value.span
            )
        return added_term(self.session, value, right, self.formal, deadline)


def added_term(
    session: Session, derivative: Derivative, right: Side, formal: dict[str, Expr], deadline: Deadline
) -> Judgement:
    """The verdict on `∂L/∂P += B`; a proof is remembered, so that steps may leave these terms out."""
    of, by = derivative.of, derivative.by
    assert isinstance(of, Symbol) and isinstance(by, Symbol)
    terms = loss_terms(session.table) if of.name == session.table.loss else []
    if not terms:
        return Judgement(
            "unreadable",
            f"{shown(of.name)} is not the loss, so it has no terms that could be added.",
            span=derivative.span,
        )
    direct = frozenset(at for at, term in enumerate(terms) if mentions(session.table, term, by.name))
    first: Judgement | None = None
    for chosen in _subsets(len(terms), direct):
        part = without(terms, frozenset(range(len(terms))) - chosen)
        side = Side(None, fixed=Reading(Derivative(part, by, derivative.layout)))
        judgement = judge(session, side, right, (), formal, deadline)
        if judgement.verdict in ("proved", "convention") and not _is_zero(session, side, deadline):
            if len(chosen) < len(terms):
                session.treated_apart[f"{of.name} by {by.name}"] = (without(terms, chosen),)
            message = "This is what the remaining terms of the loss add to the derivative."
            return Judgement(
                judgement.verdict,
                message if judgement.verdict == "proved" else judgement.message,
                judgement.conventions,
                judgement.shapes,
            )
        if judgement.verdict in ("unreadable", "unknown"):
            return judgement
        first = first or judgement
    assert first is not None
    return Judgement(
        first.verdict,
        f"No term of the loss adds this to the derivative. {first.message}",
        (),
        first.shapes,
        first.counterexample,
        first.span,
    )


def _is_zero(session: Session, side: Side, deadline: Deadline) -> bool:
    assert side.fixed is not None
    entries = session.entries.lower(side.fixed.value, {}).entries
    return all(entry == 0 for entry in entries)


def _subsets(count: int, direct: frozenset[int]) -> list[frozenset[int]]:
    """Which terms may be meant: those that mention the variable themselves, then each, then every proper part, then all."""
    singles = [frozenset({at}) for at in range(count)]
    larger = (
        [frozenset(part) for size in range(2, count) for part in itertools.combinations(range(count), size)]
        if count <= 5
        else []
    )
    return list(dict.fromkeys([*([direct] if direct else []), *singles, *larger, frozenset(range(count))]))


# ── names on the left ──


@dataclass(frozen=True)
class NewName:
    """A name that an equation introduces; with parameters it is a function."""

    key: str
    parameters: tuple[str, ...] | None = None


def _new_name(content: List, elaborator: Elaborator, table: SymbolTable) -> NewName | None:
    """The name that a left side introduces; None where it says something about what is known."""
    only = content.only
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
    if not isinstance(base, Name) or len(factors) > 2:
        return None
    resolved = elaborator.resolve(name)
    known_shape_only = (
        resolved is not None and isinstance(resolved.meaning, Computed) and resolved.meaning.value is None
    )
    if (
        (resolved is not None and not known_shape_only)
        or elaborator.head(name) is not None
        or _means_something(name, elaborator)
    ):
        return None
    key = canonical(name).strip()
    if len(factors) == 1:
        return NewName(resolved.key if known_shape_only and resolved is not None else key)
    bracket = factors[1]
    if not (isinstance(bracket, Group) and bracket.kind == "("):
        return None
    parameters = []
    for entry in bracket.content.entries:
        side = entry.sides[0]
        factor = (
            unwrapped(side.terms[0].factors[0])
            if side is not None and len(side.terms) == 1 and len(side.terms[0].factors) == 1
            else None
        )
        if entry.relations or not isinstance(factor, (Name, Scripted)):
            return None
        parameters.append(canonical(factor).strip())
    return NewName(key, tuple(parameters))


def _means_something(name: Syntax, elaborator: Elaborator) -> bool:
    """Whether a name needs no definition: e, π, the identity, δ_ij of two indices."""
    try:
        elaborator.named(name)
    except FormulaError:
        return False
    return True


def _candidate_formals(content: List, elaborator: Elaborator) -> list[Name]:
    """Names on a left side that may stand for any number: arguments of functions, variables of d/dz."""
    found: list[Name] = []
    for node in _nodes(content):
        if isinstance(node, Term):
            for function, bracket in itertools.pairwise(node.factors):
                if isinstance(bracket, Group) and bracket.kind == "(" and elaborator.head(function) is not None:
                    found += [inner for inner in _nodes(bracket.content) if isinstance(inner, Name)]
        if isinstance(node, Fraction):
            bottom = elaborator.differential(node.bottom)
            if bottom is not None and not bottom.partial and len(bottom.of) == 1:
                variable = unwrapped(bottom.of[0])
                found += [variable] if isinstance(variable, Name) else []
    return [name for name in found if len(plain(name.text)) == 1 or name.text.startswith("\\")]


def _nodes(node: object) -> list[Syntax]:
    """All syntax in a piece of syntax."""
    from dataclasses import fields

    found: list[Syntax] = []
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, tuple):
            waiting.extend(current)
        elif hasattr(current, "__dataclass_fields__"):
            if isinstance(current, Syntax):
                found.append(current)
            waiting.extend(getattr(current, part.name) for part in fields(current) if part.name != "span")  # type: ignore[arg-type]
    return found


def _side(member: Member) -> Side:
    if not member.tokens:
        return Side(None, Unreadable("a side of this relation is missing"))
    try:
        return Side(parse(member.tokens))
    except FormulaError as error:
        return Side(None, error)


# ── shapes ──


@dataclass(frozen=True)
class Space:
    """What a membership claims: a shape; `vector` where ℝ^n says nothing of rows and columns; no shape for a set of numbers."""

    shape: Shape | None
    vector: bool = False


_NUMBER_SETS = frozenset({"\\mathbb{R}", "\\mathbb{N}", "\\mathbb{Z}", "\\mathbb{C}", "\\mathbb{Q}", "R", "\\Re"})


def _claimed_shape(side: Side, table: SymbolTable) -> Space:
    if side.content is None:
        raise side.error or Unreadable("a shape was expected here")
    content = side.content
    only = content.only
    factors = [] if only is None or len(only.terms) != 1 else list(only.terms[0].factors)
    first = unwrapped(factors[0]) if factors else None
    if len(factors) == 1 and isinstance(first, Scripted) and canonical(first.base).strip() in _NUMBER_SETS | _FINITE:
        return _space_power(first, table)
    if (
        len(factors) == 1
        and first is not None
        and (canonical(first).strip() in _NUMBER_SETS or isinstance(first, Group))
    ):
        return Space(SCALAR)
    if (
        only is not None
        and len(only.terms) == 1
        and factors
        and all(operator.kind in ("TIMES", "STAR") for operator in only.terms[0].operators)
    ):
        if len(factors) == 2:
            return Space(Shape(tuple(_dim(factor, table) for factor in factors)))
    raise Unreadable("a shape like \\mathbb{R}^{m \\times n} was expected here", content.span)


_FINITE = frozenset({"\\{0,1\\}", "[0,1]", "\\{-1,1\\}", "\\{-1,+1\\}"})


def _space_power(node: Scripted, table: SymbolTable) -> Space:
    content = next(
        (script.content for script in node.scripts if script.kind == "sup" and script.content is not None), None
    )
    if content is None:
        return Space(SCALAR)
    only = content.only
    if only is None or len(only.terms) != 1:
        raise Unreadable("these dimensions are not read", content.span)
    dims = [_dim(factor, table) for factor in only.terms[0].factors]
    if len(dims) > 2 or any(operator.kind != "TIMES" for operator in only.terms[0].operators):
        raise Unreadable("these dimensions are not read", content.span)
    return Space(shape_of_space(dims, table.vectors), vector=len(dims) == 1)


def _dim(factor: Syntax, table: SymbolTable) -> Dim:
    text = canonical(unwrapped(factor)).strip()
    if text.isdigit():
        return Dim(int(text))
    dim = table.find_dim(text)
    if dim is None:
        raise Unreadable(f"the dimension {shown(text)} is not declared", factor.span)
    return dim


def _fits(shape: Shape, claimed: Space) -> bool:
    if claimed.shape is None or shape == claimed.shape:
        return True
    return claimed.vector and shape == claimed.shape.transposed


def _compared_shapes(what: str, shape: Shape, claimed: Space) -> Judgement:
    shapes = (str(shape), str(claimed.shape or SCALAR))
    if _fits(shape, claimed):
        return Judgement("proved", f"{what[:1].upper()}{what[1:]} is {shape}.", shapes=shapes)
    return Judgement("refuted", f"{what[:1].upper()}{what[1:]} is {shape}, not {claimed.shape}.", shapes=shapes)


def _listed_names(content: List | None) -> list[Syntax]:
    """The names in `x, y, z`, where a list holds only names."""
    if content is None:
        return []
    names = []
    for entry in content.entries:
        side = entry.sides[0]
        single = (
            side is not None
            and not entry.relations
            and len(side.terms) == 1
            and len(side.terms[0].factors) == 1
            and not side.signs[0]
        )
        factor = unwrapped(side.terms[0].factors[0]) if single and side is not None else None
        base = unwrapped(factor.base) if isinstance(factor, Scripted) else factor
        if factor is None or not isinstance(base, Name):
            return []
        names.append(factor)
    return names


def _as_list(node: Syntax) -> List:
    from derive.notation.syntax import Formula

    term = Term((node,), (), span=node.span)
    return List((Formula((Sum(("",), (term,), span=node.span),), (), span=node.span),), span=node.span)


def _described(shape: Shape) -> str:
    return "a scalar" if shape.is_scalar else f"{shape}"


def _sentence(error: FormulaError) -> str:
    return error.problem[:1].upper() + error.problem[1:] + "."


_UNUSED = (Word, tokenize, Undecidable)
