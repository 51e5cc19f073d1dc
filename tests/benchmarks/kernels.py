"""The command: `python tests/benchmarks/kernels.py` measures an emitted kernel beside code written by hand.

The loss and the gradients of a two-layer network with ReLU, softmax and L2, at two sizes: the emitted NumPy module, a
careful implementation by hand in NumPy, PyTorch's autograd on the CPU. The three take turns, and each ratio is the
median of the ratios of neighbouring turns: what else the machine does meets all of them alike.
"""

import argparse
import gc
import sys
import timeit
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parents[1]), str(FOLDER.parent)]

from derive.documents import read_document  # noqa: E402
from derive.kernels.compiled import compiled  # noqa: E402
from derive.kernels.model import model_of_any_size  # noqa: E402
from derive.kernels.program import program_of  # noqa: E402

README = FOLDER.parents[1] / "README.md"
BEGIN, END = "<!-- kernels: begin -->", "<!-- kernels: end -->"
EXERCISE = FOLDER.parents[1] / "exercises/homework/two-layer-relu-softmax-rows/exercise.md"
PARAMETERS = ("W_{1}", "b_{1}", "W_{2}", "b_{2}")
SIZES = {(2, 3, 4, 3): 300, (64, 784, 128, 10): 4}
"""Examples, features, hidden units and classes, with how many calls make a turn."""

Arguments = Mapping[str, Any]


def by_hand(X: Any, W_1: Any, b_1: Any, W_2: Any, b_2: Any, Y: Any, lambda_: float) -> tuple[float, dict[str, Any]]:
    """What a careful author writes: nothing is computed twice, arrays of one's own are written over."""
    N = X.shape[0]
    H = X @ W_1
    H += b_1
    np.maximum(H, 0, out=H)
    S = H @ W_2
    S += b_2
    S -= S.max(axis=1, keepdims=True)
    P = np.exp(S)
    total = P.sum(axis=1, keepdims=True)
    P /= total
    data_loss = (np.log(total).sum() - np.vdot(Y, S)) / N
    loss = data_loss + lambda_ * (np.vdot(W_1, W_1) + np.vdot(W_2, W_2))
    P -= Y
    P /= N
    dW_2 = H.T @ P
    dW_2 += 2 * lambda_ * W_2
    db_2 = P.sum(axis=0, keepdims=True)
    dH = P @ W_2.T
    dH *= H > 0
    dW_1 = X.T @ dH
    dW_1 += 2 * lambda_ * W_1
    db_1 = dH.sum(axis=0, keepdims=True)
    return loss, {"W_1": dW_1, "b_1": db_1, "W_2": dW_2, "b_2": db_2}


def by_autograd(arguments: Arguments) -> Callable[[], Any] | None:
    """The same by PyTorch; null where it is not installed."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    X, Y = torch.as_tensor(arguments["X"]), torch.as_tensor(arguments["Y"])
    labels = Y.argmax(dim=1)
    leaves = [torch.as_tensor(arguments[name]).requires_grad_() for name in ("W_1", "b_1", "W_2", "b_2")]
    W_1, b_1, W_2, b_2 = leaves

    def run() -> Any:
        scores = torch.relu(X @ W_1 + b_1) @ W_2 + b_2
        loss = torch.nn.functional.cross_entropy(scores, labels)
        loss = loss + arguments["lambda_"] * ((W_1 * W_1).sum() + (W_2 * W_2).sum())
        return loss, torch.autograd.grad(loss, leaves)

    return run


def arguments_at(sizes: tuple[int, int, int, int]) -> dict[str, Any]:
    """Arguments drawn at random."""
    N, D, H, C = sizes
    rng = np.random.default_rng(0)
    return {
        "X": rng.normal(size=(N, D)),
        "W_1": rng.normal(size=(D, H)) / D**0.5,
        "b_1": rng.normal(size=(1, H)),
        "W_2": rng.normal(size=(H, C)) / H**0.5,
        "b_2": rng.normal(size=(1, C)),
        "Y": np.eye(C)[rng.integers(C, size=N)],
        "lambda_": 0.01,
    }


def memory(run: Callable[[], Any]) -> int:
    """The most bytes that a call holds at once beside what was there before."""
    run()
    gc.collect()
    tracemalloc.start()
    run()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def measured(turns: int) -> list[str]:
    """The rows of the table."""
    kernel = compiled(program_of(model_of_any_size(read_document(str(EXERCISE)).setting), PARAMETERS))
    emitted = kernel.loss_and_gradients
    assert emitted is not None
    rows = []
    for sizes, calls in SIZES.items():
        arguments = arguments_at(sizes)
        runs: dict[str, Callable[[], Any]] = {
            "emitted": lambda given=arguments: emitted(**given),  # type: ignore[misc]
            "by hand": lambda given=arguments: by_hand(**given),  # type: ignore[misc]
        }
        autograd = by_autograd(arguments)
        if autograd is not None:
            runs["autograd"] = autograd
        times: dict[str, list[float]] = {name: [] for name in runs}
        names = list(runs)
        for turn in range(turns):
            for place in range(len(names)):  # each of them first, and behind each other one, as often
                name = names[(turn + place * (1 if turn % 2 else -1)) % len(names)]
                times[name].append(timeit.timeit(runs[name], number=calls) / calls)
        for name, run in runs.items():
            ratio = median(ours / other for ours, other in zip(times["emitted"], times[name], strict=True))
            most = "" if name == "autograd" else f"{memory(run) / 1024:,.0f} KiB"
            shown = "" if name == "emitted" else f"{ratio:.2f}"
            rows.append(f"| {sizes} | {name} | {median(times[name]) * 1e6:,.0f} µs | {shown} | {most} |")
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description="How fast an emitted kernel is.")
    parser.add_argument("--turns", type=int, default=200, help="how often each is measured")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    options = parser.parse_args()
    head = [
        "| (N, D, H, C) | code | a call, median | emitted / it | most memory |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    table = "\n".join([*head, *measured(options.turns)])
    if options.write:
        before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        README.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")
    else:
        print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
