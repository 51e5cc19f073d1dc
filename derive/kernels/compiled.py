"""A kernel as functions: its own source, compiled.

The source is what `writing` prints, in which every word is this program's own or a generated identifier.
"""

from collections.abc import Callable, Mapping
from typing import Any

from derive.kernels.assembled import Kernel, kernel_of
from derive.kernels.program import Program
from derive.kernels.writing import module_text
from derive.records import dataclass


@dataclass(frozen=True)
class Compiled:
    """The functions of a kernel, which take their arguments by the identifiers of `kernel.inputs`.

    `forward` gives every name of the model, `loss` a number, `loss_and_gradients` a pair of a number and the gradients
    by name, `derivatives` what else was asked for; null where there is nothing of the kind.
    """

    kernel: Kernel
    source: str
    forward: Callable[..., dict[str, Any]]
    loss: Callable[..., float] | None
    loss_and_gradients: Callable[..., tuple[float, dict[str, Any]]] | None
    derivatives: Callable[..., dict[str, Any]] | None

    def values(self, given: Mapping[str, Any]) -> dict[Any, Any]:
        """The value of every statement of the program, by its quantity; `given` are the inputs by their identifiers."""
        found: dict[Any, Any] = {}
        forward = self.forward(**given)
        for one in self.kernel.forward:
            found[one.statement.quantity] = forward[one.key]
        if self.loss_and_gradients is not None:
            gradients = self.loss_and_gradients(**given)[1]
            found |= {one.statement.quantity: gradients[one.key] for one in self.kernel.gradients}
        if self.derivatives is not None:
            further = self.derivatives(**given)
            found |= {one.statement.quantity: further[one.key] for one in self.kernel.derivatives}
        return found


def compiled(program: Program) -> Compiled:
    """The functions of a program. Raises `NoKernel`."""
    kernel = kernel_of(program)
    source = module_text(kernel)
    names: dict[str, Any] = {}
    exec(compile(source, "<kernel>", "exec"), names)
    return Compiled(
        kernel,
        source,
        names["forward"],
        names.get("loss"),
        names.get("loss_and_gradients"),
        names.get("derivatives"),
    )
