"""One chain of a document: each of its relations is a definition, a claim, a shape, or what a term adds.

Each gets its verdict. A definition makes a new name known to what follows; a proved claim about a name is
remembered as another form of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from derive.checking.added_terms import judge_added
from derive.checking.candidates import Restriction
from derive.checking.claims import Claimed, Judgement, failed, judge
from derive.checking.conditions import opposite, read_range, single_conditions, unread_set
from derive.checking.conventions import sentence
from derive.checking.definitions import (
    PLACEHOLDER,
    NewName,
    arguments_by_themselves,
    define,
    define_silently,
    energy,
    free_names,
    is_differential_of_known,
    new_name,
)
from derive.checking.differentials import dimension_before_name, speaks_of_differentials
from derive.checking.following.dependence import names_behind
from derive.checking.names_with_e import may_be_name_with_e, new_name_with_e
from derive.checking.piecewise import defined_further, held, left_open_elsewhere
from derive.checking.session import STEP_SECONDS, Session
from derive.checking.sides import Side
from derive.checking.spaces import judge_membership
from derive.checking.unnamed_letters import open_for_unnamed
from derive.checking.updates import UPDATED, is_gradient_step, is_update
from derive.deciding.limits import Deadline
from derive.errors import FormulaError, Undecidable, Unreadable
from derive.expressions.shapes import SCALAR
from derive.expressions.tree import Derivative, Entry, Expr, Node, Slice, Symbol
from derive.expressions.walk import walk
from derive.models.families import letters_of
from derive.notation.chains import Chain, Member, kind_of
from derive.notation.elaboration import Elaborator, Reading
from derive.notation.elaboration.application import OF_VECTORS
from derive.notation.elaboration.differentials import DIMENSION_OR_SIGN
from derive.notation.elaboration.products import resized
from derive.notation.names import canonical
from derive.notation.symbols import Computed, Given, shown
from derive.notation.syntax import Literal, Name, nodes, parse
from derive.notation.tokens import Token
from derive.records import dataclass

DIFFERENTIAL_OR_NAME = "here {} may be a differential or a new name; write := to introduce a name"
IN_ONE_CASE = "this says what {} is only under a condition; write all cases"
UNREAD_SET = "The set ${}$ in the condition behind this equation is not read."


@dataclass
class Statement:
    """One chain while it is judged: its members' syntax, the names that it binds, the conditions behind it.

    `known` are the relations, by their number, that the model was taken from: each makes a name known, and so did.
    """

    session: Session
    chain: Chain
    is_inline: bool = False
    known: Mapping[int, Judgement] = field(default_factory=dict)
    sides: list[Side] = field(default_factory=list)
    formal: dict[str, Expr] = field(default_factory=dict)
    restrictions: list[Restriction] = field(default_factory=list)
    branches: list[tuple[int, Restriction]] = field(default_factory=list)
    problem: FormulaError | None = None
    unread_set: str | None = None

    def judgements(self) -> list[Judgement]:
        """One judgement for each relation, in order."""
        self.sides = [_side(member) for member in self.chain.members]
        self._read_conditions()
        self._bind_free_names()
        self.session.unsummed = self._letters_of_left_side() if self.session.table.einstein else None
        found: list[Judgement] = []
        current = self.sides[0]
        branches = {first: [restriction] for first, restriction in self.branches}
        for number, relation in enumerate(self.chain.relations):
            if number in branches:
                current, self.restrictions = self.sides[0], branches[number]
            left = current
            judgement, current = self._guarded_step(number, relation, left)
            found.append(replace(judgement, claimed=self._claimed(number, left)))
        return found

    def _claimed(self, number: int, left: Side) -> Claimed:
        numbers = self.session.table.fixed
        return Claimed(left, self.sides[number + 1], self.formal, tuple(self.restrictions), numbers)

    def _letters_of_left_side(self) -> frozenset[str] | None:
        """The indices that the first member carries, over which no other member sums; None where it is not read."""
        self.session.unsummed = None
        new = self._introduced(0)
        if new is not None:
            return frozenset(letters_of(new.key))
        found = self.sides[0].read(self.session, None, self.formal).upto(1)
        return frozenset(found[0].free) if found else None

    def _guarded_step(self, number: int, relation: Token, left: Side) -> tuple[Judgement, Side]:
        """A step within its limit of time; past it the verdict is `unknown`, and the chain goes on."""
        deadline = Deadline(STEP_SECONDS)
        right = self.sides[number + 1]
        try:
            with deadline.enforced():
                return self._step(number, relation, left, right, deadline)
        except Undecidable as error:
            return Judgement("unknown", f"Neither a proof nor a counterexample was found: {error}."), right
        except FormulaError as error:
            return failed(error), left
        except RecursionError:
            return Judgement("unreadable", "This formula is nested too deeply to be read."), left

    def _step(
        self, number: int, relation: Token, left: Side, right: Side, deadline: Deadline
    ) -> tuple[Judgement, Side]:
        """The verdict on one relation, and the side from which the chain goes on."""
        kind = kind_of(relation)
        if number in self.known:
            return self.known[number], right if kind in ("claim", "define") else left
        if self.problem is not None and kind in ("claim", "define", "names", "adds"):
            message = f"The condition behind this equation is not read: {self.problem.problem}."
            return Judgement("unreadable", message, span=self.problem.span), left
        match kind:
            case "claim" | "define":
                return self._equation(number, left, right, deadline)
            case "names":
                return self._naming(left, right, deadline), right
            case "member":
                return self._membership(left, right), left
            case "adds" | "takes" if is_update(self.session, left, right, self.formal):
                return UPDATED, right
            case "adds":
                return judge_added(self.session, left, right, self.formal, deadline), right
            case "nothing":
                return Judgement(
                    "unknown", f"{relation.text} claims no equality, so there is nothing to decide."
                ), right
        return Judgement(
            "unknown", f"{relation.text} is read as a condition only; as a claim it is not decided."
        ), right

    def _equation(self, number: int, left: Side, right: Side, deadline: Deadline) -> tuple[Judgement, Side]:
        new = self._introduced(number)
        if new is None or self._speaks_of_itself(new, right):
            return self._claim(number, left, right, deadline)
        if right.content is None:
            return failed(right.error or Unreadable("something is missing here")), self.sides[number]
        if kind_of(self.chain.relations[number]) == "claim":
            uncertain = self._uncertain_differential(left, right, new)
            if uncertain is not None:
                return failed(uncertain), self.sides[number]
        if self.unread_set is not None and letters_of(new.key):
            return Judgement("unreadable", UNREAD_SET.format(self.unread_set)), self.sides[number]
        if any(isinstance(node, Symbol) for one in self.restrictions for node in walk(one.condition)):
            return failed(Unreadable(IN_ONE_CASE.format(shown(new.key)))), self.sides[number]
        goes_on = number + 1 < len(self.chain.relations)
        before = self.session.table
        try:
            if self.is_inline:
                define_silently(self.session, new, right.content)
                judgement = Judgement("definition", "A name is introduced in the text.")
            else:
                judgement = define(self.session, new, right.content, self.formal, goes_on)
        except FormulaError as error:
            return failed(error), right
        if not left_open_elsewhere(self.session, new, self.restrictions):
            self.session.learn(before)
            return failed(Unreadable(IN_ONE_CASE.format(shown(new.key)))), self.sides[number]
        return judgement, right

    def _claim(self, number: int, left: Side, right: Side, deadline: Deadline) -> tuple[Judgement, Side]:
        """An equation for what is known, which may say more of a name that is defined case by case."""
        further = defined_further(self.session, left, right, self.formal, self.restrictions, deadline)
        if further is not None:
            return further, right
        judgement = judge(self.session, left, right, self.restrictions, self.formal, deadline, self.sides)
        if judgement.verdict in ("refuted", "unknown") and kind_of(self.chain.relations[number]) == "define":
            return self._updated(left, judgement), right
        if judgement.verdict == "refuted" and is_gradient_step(self.session, left, right, self.formal):
            return UPDATED, right
        if judgement.verdict == "refuted" and judgement.counterexample is None:
            judgement = self._for_every_number(left, right, deadline) or judgement
        judgement = open_for_unnamed(self.session, judgement, self.restrictions, (left, right), self.formal)
        if self.unread_set is not None and judgement.verdict == "refuted" and judgement.counterexample is not None:
            judgement = Judgement("unreadable", UNREAD_SET.format(self.unread_set), shapes=judgement.shapes)
        judgement = held(self.session, judgement, left, right, self.formal)
        self._remember(left, right, judgement)
        return judgement, self._next(left, right)

    def _uncertain_differential(self, left: Side, right: Side, new: NewName) -> Unreadable | None:
        """Why `dL = 0` or `dL = g dx`, with a known L, may speak of a differential as well as introduce a name."""
        name = None if left.content is None or left.content.only is None else left.content.only.single_factor
        if name is None or right.content is None or not is_differential_of_known(name, self._elaborator()):
            return None
        dimension = dimension_before_name(right.content, self._elaborator())
        if dimension is not None:
            return Unreadable(DIMENSION_OR_SIGN, dimension.span)
        only = right.content.only
        is_number = only is not None and isinstance(only.single_factor, Literal)
        return Unreadable(DIFFERENTIAL_OR_NAME.format(shown(new.key)), name.span) if is_number else None

    def _naming(self, left: Side, right: Side, deadline: Deadline) -> Judgement:
        """`W^T \\delta =: g` gives the value on the left the name on the right."""
        new = new_name(right.content, self._elaborator())
        if new is None:
            return judge(self.session, left, right, self.restrictions, self.formal, deadline)
        if left.content is None:
            return failed(left.error or Unreadable("something is missing here"))
        try:
            return define(self.session, new, left.content, self.formal, False)
        except FormulaError as error:
            return failed(error)

    def _updated(self, left: Side, judgement: Judgement) -> Judgement:
        """`W := W - …` gives a given symbol a new value, `p := …` a name that the document has defined already."""
        found = left.read(self.session, None, self.formal).upto(1)
        value = found[0].value if found else None
        symbol = value.operand if isinstance(value, (Entry, Slice)) else value
        meaning = self.session.table.meanings.get(symbol.name) if isinstance(symbol, Symbol) else None
        if not isinstance(symbol, Symbol) or judgement.shapes is None or judgement.shapes[0] != judgement.shapes[1]:
            return judgement
        if isinstance(meaning, Given):
            message = f"{shown(symbol.name)} is given a new value here; what follows still speaks of the old one."
            return Judgement("definition", message, shapes=judgement.shapes)
        if symbol.name in self.session.table.introduced | self.session.model.from_text:
            message = f"{shown(symbol.name)} is defined already; a second definition of one name is not followed."
            return Judgement("unknown", message, shapes=judgement.shapes)
        return judgement

    def _for_every_number(self, left: Side, right: Side, deadline: Deadline) -> Judgement | None:
        """`\\sigma'(z) = \\sigma(z)(1 - \\sigma(z))` with a vector z, meant for each of its entries."""
        names = [] if left.content is None else arguments_by_themselves(left.content, self._elaborator())
        if not names:
            return None
        formal = dict(self.formal)
        for name in names:
            formal[name.text] = Symbol(f"formal {name.text}", SCALAR)
        readings = [side.read(self.session, None, formal).upto(1) for side in (left, right)]
        values = [found[0].value for found in readings if found]
        if len(values) < 2 or any(_is_of_vectors(node) for value in values for node in walk(value)):
            return None
        judgement = judge(self.session, left, right, self.restrictions, formal, deadline)
        if judgement.verdict != "proved":
            return None
        names_of = ("entrywise",)
        return replace(judgement, verdict="convention", message=sentence(names_of), conventions=names_of)

    def _introduced(self, number: int) -> NewName | None:
        """The name that a relation introduces: that of the first member, or of a function that stands in the chain."""
        content = self.sides[number].content
        new = new_name(content, self._elaborator()) or self._name_with_e(number) or self._energy(number)
        if new is not None and speaks_of_differentials(self.sides[number:], self._elaborator()):
            return None
        if new is not None and self._is_named_jacobian(number):
            return None
        return new if new is not None and (number == 0 or new.parameters is not None) else None

    def _speaks_of_itself(self, new: NewName, right: Side) -> bool:
        """Whether the right side depends on a name that was declared: `h = 2h` defines nothing."""
        if new.parameters is not None or not isinstance(self.session.table.meanings.get(new.key), Computed):
            return False
        found = right.read(self.session, None, self.formal).upto(1)
        return bool(found) and new.key in names_behind(self.session.table, found[0].value)

    def _name_with_e(self, number: int) -> NewName | None:
        """The `e_i` of `e_i = y_i - t_i`, whose right side is only read where the left side may be such a name."""
        if number or not may_be_name_with_e(self.sides[0].content):
            return None
        right = self.sides[1].read(self.session, None, self.formal).upto(1)
        return new_name_with_e(self.sides[0].content, right[0] if right else None, self._elaborator())

    def _energy(self, number: int) -> NewName | None:
        """The E of `E(w) = …`, whose right side is only read where the left side may be such a function."""
        content = self.sides[number].content
        if number or new_name(content, self._elaborator(), is_e_a_name=True) is None:
            return None
        right = self.sides[1].read(self.session, None, self.formal).upto(1)
        return energy(content, right[0] if right else None, self._elaborator())

    def _is_named_jacobian(self, number: int) -> bool:
        """Whether `J_f(x) = …` says something of the Jacobian of a known f: both sides have one shape, maybe turned."""
        left, right = (side.read(self.session, None, self.formal).upto(1) for side in self.sides[number : number + 2])
        if not (left and right):
            return False
        shape = right[0].value.shape
        is_matrix = shape.is_matrix and not shape.is_vector
        return isinstance(left[0].value, Derivative) and (is_matrix or shape == left[0].value.shape)

    def _membership(self, left: Side, right: Side) -> Judgement:
        try:
            return judge_membership(self.session, left, right, self.formal, self.restrictions)
        except FormulaError as error:
            return failed(error)

    def _remember(self, left: Side, right: Side, judgement: Judgement) -> None:
        """A proved equation for a name of the model is another form of it, by which it can be differentiated."""
        if judgement.verdict != "proved" or self.restrictions:
            return
        first, second = (side.read(self.session, None, self.formal).upto(1) for side in (left, right))
        if not (first and second) or second[0].free or first[0].free:
            return
        name = first[0].value
        if isinstance(name, Symbol) and isinstance(self.session.table.meanings.get(name.name), Computed):
            self.session.learn(self.session.table.with_other_value(name.name, second[0].value))

    def _next(self, left: Side, right: Side) -> Side:
        """A chain goes on from its last member that has a meaning; an identity keeps the size that it had here."""
        found = right.read(self.session, None, self.formal).upto(1)
        if not found:
            return left
        if not found[0].value.shape.is_open:
            return right
        known = left.read(self.session, None, self.formal).upto(1)
        if not known or not known[0].value.shape.is_matrix or known[0].value.shape.is_open:
            return right
        try:
            sized = resized(found[0].value, known[0].value.shape)
        except FormulaError:
            return right
        return Side(None, fixed=Reading(sized, found[0].conventions, found[0].free))

    # ── conditions and names that are bound for one statement ──

    def _read_conditions(self) -> None:
        if self.chain.alternatives:
            try:
                self._read_alternatives()
            except FormulaError as error:
                self.problem = error
            return
        for tokens in self.chain.conditions:
            try:
                self._read_condition(tokens)
            except FormulaError as error:
                self.problem = error

    def _read_alternatives(self) -> None:
        """The conditions of rows that exclude each other, each for its own row."""
        for first, tokens in self.chain.alternatives:
            if tokens[0].kind == "OTHERWISE":
                _, last = self.branches[-1]
                self.branches.append((first, Restriction(opposite(last.condition), last.free)))
                continue
            self.restrictions = []
            self._read_condition(tokens)
            if len(self.restrictions) != 1:
                raise Unreadable("this condition of a row is not read", tokens[0].span)
            self.branches.append((first, self.restrictions[0]))

    def _read_condition(self, tokens: Sequence[Token]) -> None:
        if tokens[0].kind == "OTHERWISE":
            raise Unreadable("otherwise than what is not said", tokens[0].span)
        universal = tokens[0].kind == "FORALL" or (tokens[0].kind == "CONDITION" and tokens[0].text.startswith("for"))
        rest = [token for token in tokens if token.kind not in ("CONDITION", "FORALL", "QUAD")]
        while rest and rest[-1].kind in ("COMMA", "PERIOD"):
            rest.pop()
        if not universal and all(token.kind not in ("RELATION", "COLON") for token in rest):
            raise Unreadable("it compares nothing", tokens[0].span)
        for single in single_conditions(rest):
            self._read_single_condition(single)

    def _read_single_condition(self, rest: Sequence[Token]) -> None:
        kinds = {kind_of(token) for token in rest if token.kind in ("RELATION", "COLON")}
        index_range = read_range(rest, self._elaborator())
        if index_range is not None:
            self.restrictions.append(index_range)
            return
        if "member" in kinds or not kinds:
            self._read_quantifier(rest)
            return
        elaborator = self._elaborator()
        condition = elaborator.condition(parse(rest))
        free = {index.name: uses for index, uses in elaborator.uses.items() if index.scope == 0}
        self.restrictions.append(Restriction(condition, free))

    def _read_quantifier(self, tokens: Sequence[Token]) -> None:
        """`∀x ∈ ℝ` binds a scalar; `∀i`, or `∀h_i ∈ H`, says of an index what holds of it anyway."""
        content = parse(tokens)
        entry = content.entries[0]
        name = entry.leading_factor
        one_relation = len(content.entries) == 1 and len(entry.relations) == 1
        if isinstance(name, Name) and one_relation and canonical(entry.sides[1]).strip() in ("\\mathbb{R}", "R"):
            self._bind_scalar(name)
        self.unread_set = self.unread_set or unread_set(content, self._elaborator())

    def _bind_scalar(self, name: Name) -> None:
        self.formal[name.text] = Symbol(f"formal {name.text}", SCALAR)

    def _bind_free_names(self) -> None:
        content = self.sides[0].content
        if content is None:
            return
        if any(isinstance(node, Name) and node.text == PLACEHOLDER for node in nodes(content)):
            self.formal[PLACEHOLDER] = Symbol("formal argument", SCALAR)
        try:
            names = free_names(content, self._elaborator())
        except FormulaError:
            return
        for name in names:
            self._bind_scalar(name)

    def _elaborator(self) -> Elaborator:
        return Elaborator.plain(self.session.table, self.formal)


def _is_of_vectors(node: Node) -> bool:
    """Whether a part of a formula has no meaning entry by entry."""
    return isinstance(node, OF_VECTORS) or (isinstance(node, Symbol) and node.shape.is_matrix)


def _side(member: Member) -> Side:
    if not member.tokens:
        return Side(None, Unreadable("a side of this relation is missing"))
    try:
        return Side(parse(member.tokens))
    except FormulaError as error:
        return Side(None, error)
