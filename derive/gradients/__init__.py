"""Closed forms of derivatives, by reverse mode on the tree of expressions: for any sizes, in the model's own names."""

from derive.gradients.closed import ClosedForms, closed_forms, gradient, jacobian
from derive.gradients.refusal import NoClosedForm

__all__ = ["ClosedForms", "NoClosedForm", "closed_forms", "gradient", "jacobian"]
