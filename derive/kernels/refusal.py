"""What has no kernel, and why."""

from derive.errors import FormulaError


class NoKernel(FormulaError):
    """This has no value as a program for any sizes; the problem says why, as a sentence goes on after "there is no …"."""
