"""`p` for `p - y`: the target was not subtracted."""

from collections.abc import Iterator

from derive.expressions.tree import Add, Expr, Label, Negative, Symbol
from derive.expressions.walk import symbols_of, walk
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import everywhere, sum_of
from derive.mistakes.wrong import Known, Wrong
from derive.notation.symbols import Given


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """A quantity replaced by a difference in which it stands in the truth; data added to the formula of an entry."""
    if wrong.written is None or wrong.truth is None:
        return
    known = wrong.known
    differences = [node for node in walk(wrong.truth) if isinstance(node, Add) and len(node.terms) == 2]
    yield from everywhere(
        wrong.written,
        lambda node: [found for found in differences if _lacks_one_term(node, found) and _is_predicted(known, node)],
    )
    for name, meaning in known.table.meanings.items():
        is_data = isinstance(meaning, Given) and meaning.kind in ("real", "one-hot") and meaning.shape == wrong.shape
        if is_data and name not in wrong.names_written and name in known.in_loss:
            yield sum_of([wrong.written, Negative(Symbol(name, wrong.shape))])
    for term in known.true_terms:
        if known.free and _is_target(known, term):
            yield sum_of([wrong.written, term])


def _lacks_one_term(node: Expr, difference: Add) -> bool:
    """Whether a node is a term of a difference whose other term is of something else, as no `m` of `m - m^2` is."""
    others = [term for term in difference.terms if term != node]
    if node not in difference.terms or not any(isinstance(term, Negative) for term in others):
        return False
    return not set(symbols_of(node)) & {symbol for term in others for symbol in symbols_of(term)}


def _is_predicted(known: Known, node: Expr) -> bool:
    """Whether a quantity hangs on the model: on what it computes, or on what the derivative is taken by."""
    names = {symbol.name for symbol in symbols_of(node)}
    computed = any(not isinstance(known.table.meanings.get(name), Given) for name in names)
    return computed or (known.variable is not None and known.variable.name in names)


def _is_target(known: Known, term: Expr) -> bool:
    """Whether a term holds data alone, scalars aside: not the variable, and nothing that is computed."""
    names = {symbol.name for symbol in symbols_of(term)} | {node.name for node in walk(term) if isinstance(node, Label)}
    data = {name for name in names if not known.is_given_scalar(name)}
    is_variable = known.variable is not None and known.variable.name in names
    return bool(data) and not is_variable and all(isinstance(known.table.meanings.get(name), Given) for name in data)


MISSING_TARGET = Mistake(
    code="missing-target",
    title="the target was not subtracted",
    message="The loss compares the prediction with something. Where is that in your derivative?",
    looks_like=r"\frac{\partial L}{\partial z} = p",
    instead=r"\frac{\partial L}{\partial z} = p - y",
    because=(
        r"The gradient vanishes where the prediction is right, so the target must appear in it. In $L = -\log p_y = "
        r"-z_y + \log \sum_j e^{z_j}$ the first term gives $-1$ at the right class, the second one $p$ at all of "
        r"them."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("softmax of one example", r"\frac{\partial L}{\partial z} = p"),
        Example("softmax of one example", r"\frac{\partial L}{\partial W} = p x^T"),
    ),
    not_caught=(
        Example("softmax of one example", r"\frac{\partial L}{\partial z} = p - y"),
        Example("softmax of one example", r"\frac{\partial L}{\partial z} = 2 (p - y)"),
    ),
)
