"""derive checks derivations: every step proved, or refuted with a counterexample."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """`%load_ext derive`: the magic `%%derive` checks a cell, `%derive notes.md` a file."""
    from derive.integrations.notebook import load  # noqa: PLC0415

    load(shell)
