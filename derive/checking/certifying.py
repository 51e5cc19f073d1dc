"""The closed forms of a model, held against SymPy's exact Jacobians.

For every name on which the loss depends, ∂loss/∂name is derived three times: by reverse mode on the tree, by the index
form, and by SymPy, entry by entry at the concrete sizes. The first two must be equal for all dimensions, the first and
the last in every entry; else claims with this derivative are decided by the entries alone.

In the entries, ∂loss/∂name may stand in terms of derivatives that are certified already: `H^T ∂L/∂S` is as good as its
closed form then, if the index form finds it equal, too. A closed form written out grows with every layer above it;
where one is too large for a proof, those further back are, and this shorter one is certified in its place.
"""

from collections.abc import Collection, Iterator, Sequence

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
    for name, form in _forms(forms):
        steps = _in_steps(plain, name, certified)
        written_out = [form] if can_be_written_out or steps is None else []
        try:
            agreeing = _agreeing(session, name, written_out, steps, deadline)
        except (FormulaError, Undecidable, RecursionError):
            deadline.check()
            continue
        can_be_written_out = can_be_written_out and (agreeing is None or agreeing is not steps)
        if agreeing is not None:
            certified.add(name)
            yield name


def _forms(forms: ClosedForms) -> Iterator[tuple[str, Expr]]:
    try:
        names = list(forms)
    except NoClosedForm:
        return
    for name in names:
        try:
            yield name, forms[name]
        except (NoClosedForm, FormulaError, RecursionError):
            continue


def _in_steps(forms: ClosedForms, name: str, certified: Collection[str]) -> Expr | None:
    """The form in terms of derivatives that are certified already, if there is one."""
    try:
        form = forms.in_steps(name)
    except (NoClosedForm, FormulaError, RecursionError):
        return None
    others = [node.by for node in walk(form) if isinstance(node, Derivative)]
    known = all(isinstance(other, Symbol) and other.name != name and other.name in certified for other in others)
    return form if others and known else None


def _agreeing(
    session: Session, name: str, written_out: Sequence[Expr], steps: Expr | None, deadline: Deadline
) -> Expr | None:
    """The form of a derivative, written out if that can be, that agrees with the index form and with SymPy."""
    loss, meaning = session.table.loss, session.table.meanings[name]
    assert loss is not None
    assert isinstance(meaning, (Given, Computed))
    derivative = Derivative(Symbol(loss, SCALAR), Symbol(name, meaning.shape))
    agreeing = [
        form
        for form in (*written_out, steps)
        if form is not None
        and form.shape == derivative.shape
        and isinstance(session.prover.prove(derivative, form, check=deadline.check), GeneralProof)
    ]
    if not agreeing:
        return None
    found = evidence(session, Candidate(derivative, agreeing[-1], frozenset()), (), deadline)
    return agreeing[0] if isinstance(found.evidence, Equal) else None
