"""What has no kernel, and why."""

from derive.errors import FormulaError


class NoKernel(FormulaError):
    """Something that is no program for any sizes; the problem goes on after "there is no code for"."""
