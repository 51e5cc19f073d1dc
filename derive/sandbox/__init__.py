"""Code that is hostile until proven otherwise, run in a process of its own: what it may use, and how it ended.

    finished = run(script, request, Limits(seconds=5))

`script` is ours and `request` is data that it knows what to do with, as a student's source and the arguments for it.
Both reach a process that sees Python, NumPy and an empty folder: no other file, no network, no other process. What
that process says is bytes to us, nothing more: whoever reads an answer knows that the student's code may have written
it, so a request holds nothing that the student must not know, as the right result.
"""

from derive.sandbox.limits import Finished, Limits, NoSandboxError, Status
from derive.sandbox.running import is_available, run

__all__ = ["Finished", "Limits", "NoSandboxError", "Status", "is_available", "run"]
