"""The closed forms of a model, held against SymPy's exact Jacobians.

For every name on which the loss depends, ∂loss/∂name is derived three times: by reverse mode on the tree, by the index
form, and by SymPy, entry by entry at the concrete sizes. The first two must be equal for all dimensions, the first and
the last in every entry; else claims with this derivative are decided by the entries alone.

The first stands in terms of derivatives that are certified already, where it can: `H^T ∂L/∂S` is as good as the closed
form, if the index form finds it equal, too. A closed form written out grows with every layer above it, and so does what
it takes to prove it; it is looked at where there is no shorter one.
"""

from collections.abc import Collection, Iterator

from derive.certificates import Certificate, Store
from derive.checking.candidates import Candidate
from derive.checking.evidence import evidence
from derive.checking.session import Session, Trust
from derive.deciding.evidence import Equal
from derive.deciding.limits import Deadline
from derive.errors import FormulaError, Undecidable
from derive.exact.sympy_derivatives import SYMPY_VERSION, SympyDefinitions
from derive.expressions.shapes import SCALAR
from derive.expressions.tree import Derivative, Expr, Symbol
from derive.expressions.walk import walk
from derive.gradients import ClosedForms, NoClosedForm, closed_forms
from derive.indexed.prover import GeneralProof
from derive.models import Model
from derive.notation.symbols import Computed, Given

CERTIFY_SECONDS = 60.0
"""All closed forms of a model; those that are left then are not trusted."""


def certify(model: Model, key: str, store: Store) -> frozenset[str]:
    """The names by which derivatives of the loss are certified, remembered unless the time was over."""
    deadline = Deadline(CERTIFY_SECONDS)
    names: list[str] = []
    try:
        with deadline.enforced():
            for name in _certified(model, deadline):
                names.append(name)  # one by one: what was certified before the time was over, is
    except Undecidable:
        return frozenset(names)
    store.remember(key, Certificate.of(names, SYMPY_VERSION))
    return frozenset(names)


def _certified(model: Model, deadline: Deadline) -> Iterator[str]:
    """The names whose derivatives agree, from the loss back. Raises `Undecidable` past the deadline."""
    assert model.table.loss is not None
    session = Session(model, trust=Trust(none_at_all=True), definitions=SympyDefinitions())
    forms = closed_forms(model.table, model.kink, model.table.loss)
    plain = forms.plain
    certified: set[str] = set()
    can_be_written_out = True
    for name in _names(forms):
        derivative = _derivative(session, name)
        steps = _in_steps(plain, name, certified)
        try:
            form = _proved(session, derivative, steps, deadline)
            if form is None and (can_be_written_out or steps is None):
                form = _proved(session, derivative, _written_out(forms, name), deadline)
                can_be_written_out = form is not None
            agrees = form is not None and _agrees(session, derivative, form, deadline)
        except (FormulaError, Undecidable, RecursionError):
            deadline.check()
            continue
        if agrees:
            certified.add(name)
            yield name


def _names(forms: ClosedForms) -> list[str]:
    try:
        return list(forms)
    except NoClosedForm:
        return []


def _written_out(forms: ClosedForms, name: str) -> Expr | None:
    """The closed form, if there is one."""
    try:
        return forms[name]
    except (NoClosedForm, FormulaError, RecursionError):
        return None


def _in_steps(forms: ClosedForms, name: str, certified: Collection[str]) -> Expr | None:
    """The form in terms of derivatives that are certified already, if there is one."""
    try:
        form = forms.in_steps(name)
    except (NoClosedForm, FormulaError, RecursionError):
        return None
    others = [node.by for node in walk(form) if isinstance(node, Derivative)]
    known = all(isinstance(other, Symbol) and other.name != name and other.name in certified for other in others)
    return form if others and known else None


def _derivative(session: Session, name: str) -> Derivative:
    loss, meaning = session.table.loss, session.table.meanings[name]
    assert loss is not None
    assert isinstance(meaning, (Given, Computed))
    return Derivative(Symbol(loss, SCALAR), Symbol(name, meaning.shape))


def _proved(session: Session, derivative: Derivative, form: Expr | None, deadline: Deadline) -> Expr | None:
    """The form, if the index form finds it equal to a derivative. Raises `Undecidable` past the deadline."""
    if form is None or form.shape != derivative.shape:
        return None
    proof = session.prover.prove(derivative, form, check=deadline.check)
    return form if isinstance(proof, GeneralProof) else None


def _agrees(session: Session, derivative: Derivative, form: Expr, deadline: Deadline) -> bool:
    """Whether a form is equal to SymPy's derivative in every entry. Raises what `evidence` raises."""
    found = evidence(session, Candidate(derivative, form, frozenset()), (), deadline, is_believed=True)
    return isinstance(found.evidence, Equal)
