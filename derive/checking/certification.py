"""Which derivatives of a loss are trusted for all dimensions: those that were certified, now or in an earlier run.

What is certified is remembered under the model's content, so that the same model needs no SymPy the next time.
"""

from derive.certificates import Store
from derive.checking.session import Trust
from derive.exact.derivatives import Definitions
from derive.models import Model

_REMEMBERED = 64
_in_this_process: dict[str, frozenset[str]] = {}


def certified_names(model: Model, key: str, store: Store, *, anew: bool = False) -> frozenset[str]:
    """The names by which derivatives of the loss are trusted for all dimensions: remembered, or certified now."""
    if model.table.loss is None:
        return frozenset()
    if not anew:
        known = _in_this_process.get(key)
        if known is not None:
            return known
        certificate = store.recall(key)
        if certificate is not None:
            return frozenset(certificate.names)
    from derive.checking.certifying import certify  # noqa: PLC0415

    names = certify(model, key, store)
    if len(_in_this_process) >= _REMEMBERED:
        _in_this_process.clear()
    _in_this_process[key] = names
    return names


def definitions_for(trust: Trust) -> Definitions:
    """Those that SymPy differentiates, where it is to confirm what is proved."""
    if not trust.confirms:
        return Definitions()
    from derive.exact.sympy_derivatives import SympyDefinitions  # noqa: PLC0415

    return SympyDefinitions()
