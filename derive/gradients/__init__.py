"""Closed forms of derivatives, by reverse mode on the tree of expressions: for any sizes, in the model's own names."""

from derive.gradients.closed import ClosedForms, Differentiator, closed_forms, derivative, gradient, jacobian
from derive.gradients.refusal import NoClosedForm
from derive.gradients.supposed import Supposed

__all__ = [
    "ClosedForms",
    "Differentiator",
    "NoClosedForm",
    "Supposed",
    "closed_forms",
    "derivative",
    "gradient",
    "jacobian",
]
