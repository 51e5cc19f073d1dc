"""derive checks derivations: every step proved, or refuted with a counterexample."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from derive.kernels.compiled import Compiled
    from derive.models import Model


def kernel(of: "Model | str | Path", by: Iterable[str] | None = None) -> "Compiled":
    """The forward pass, the loss and the gradients of a model, or of the one in a file, as functions of NumPy arrays.

    `by`: the names by which the loss is differentiated, as in LaTeX or as in code; left out: all that are given.
    The functions are `forward`, `loss` and `loss_and_gradients`; `source` is their code.
    Raises `derive.errors.DocumentError` for a file that is none, `derive.kernels.refusal.NoKernel` for a model without.
    """
    from derive.documents import read_document  # noqa: PLC0415
    from derive.kernels.asked import gradient_names  # noqa: PLC0415
    from derive.kernels.compiled import compiled  # noqa: PLC0415
    from derive.kernels.model import model_of_any_size  # noqa: PLC0415
    from derive.kernels.program import program_of  # noqa: PLC0415

    model = model_of_any_size(read_document(of).setting) if isinstance(of, (str, Path)) else of
    return compiled(program_of(model, None if by is None else gradient_names(model, list(by))))


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """`%load_ext derive`: the magic `%%derive` checks a cell, `%derive notes.md` a file."""
    from derive.integrations.notebook import load  # noqa: PLC0415

    load(shell)
