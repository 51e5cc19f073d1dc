"""What only code can get wrong, explained: mistakes in a result beside those of the catalogue, and what is said of code
as a whole.

No repair stands here: a mistake in code is found by breaking the program of the exercise (`derive.implementations`).
`looks_like` and `instead` are lines of Python.
"""

from derive.records import dataclass


@dataclass(frozen=True)
class OfCode:
    """Something that is said of code, by its code; `message` is what its author is told of a wrong result."""

    code: str
    title: str
    message: str
    looks_like: str
    instead: str
    because: str


RESULTS: tuple[OfCode, ...] = (
    OfCode(
        "wrong-axis",
        "a sum runs along the wrong axis",
        "Along which axis is this taken? Write the shape below each array.",
        "db = dZ.sum(axis=1)",
        "db = dZ.sum(axis=0)",
        "Examples are the rows of $Z$, and an offset is added to every one of them: its derivative is the sum over the "
        "rows. Where two sizes are equal, no error tells that it was the other axis.",
    ),
    OfCode(
        "missing-activation",
        "an activation is left out in the forward pass",
        "Go through the forward pass: is every function of the model in it?",
        "scores = Z @ W2 + b2",
        "scores = np.tanh(Z) @ W2 + b2",
        "What comes out of a layer goes through its activation before the next layer gets it. Without it two layers "
        "are one linear map.",
    ),
    OfCode(
        "other-activation",
        "another activation stands in the forward pass",
        "Go through the forward pass: which function does the model apply here?",
        "H = 1 / (1 + np.exp(-Z))",
        "H = np.tanh(Z)",
        "The exercise says which function a layer applies. Another one gives another loss, even where its derivative "
        "is taken correctly.",
    ),
    OfCode(
        "missing-term",
        "a term of the forward pass is left out",
        "Go through the forward pass: is every term of the model in it?",
        "Z = X @ W1",
        "Z = X @ W1 + b1",
        "An offset or another term of the model was forgotten; what is computed from it is then wrong as well.",
    ),
    OfCode(
        "missing-square",
        "a square is missing in the forward pass",
        "Go through the formulas of the model: is everything squared that should be?",
        "loss = np.linalg.norm(r) / N",
        "loss = np.sum(r ** 2) / N",
        r"$\|r\|$ is the root of the sum of squares, and $\|r\|^2$ is that sum.",
    ),
    OfCode(
        "example-left-out",
        "an example is left out",
        "Over which examples does this run? The first or the last one is not among them.",
        "for i in range(1, N):",
        "for i in range(N):",
        "`range(N)` begins with 0 and ends before N, as the rows of an array do.",
    ),
    OfCode(
        "last-example",
        "only the last example counts",
        "What does each turn of the loop leave behind? Only the last example is in the result.",
        "dW = np.outer(X[i], dz)  # in a loop over i",
        "dW += np.outer(X[i], dz)  # in a loop over i",
        "`=` forgets what earlier turns of the loop found; a sum over examples is gathered with `+=`.",
    ),
    OfCode(
        "label-off-by-one",
        "the labels are off by one",
        "From which number on do the labels count, and from which do the columns?",
        "p[np.arange(N), y]  # y from 1 to C",
        "p[np.arange(N), y - 1]  # y from 1 to C",
        "Columns are numbered from 0. Labels that begin with 1 have to be moved, and -1 means the last column without "
        "any error.",
    ),
    OfCode(
        "condition-dropped",
        "a term is counted that the sum leaves out",
        "Over which terms does this sum run? One of them is not meant.",
        "loss = np.maximum(0, 1 + s - s[y]).sum()",
        "loss = np.delete(np.maximum(0, 1 + s - s[y]), y).sum()",
        r"$\sum_{j \neq y}$ does not run over the true class, whose term is 1 whatever the scores are.",
    ),
    OfCode(
        "other-derivative",
        "the derivative is that of another activation",
        "Which activation does the model have here? This is the derivative of another one.",
        "dZ = dH * H * (1 - H)  # H = np.tanh(Z)",
        "dZ = dH * (1 - H ** 2)  # H = np.tanh(Z)",
        r"$\sigma' = \sigma (1 - \sigma)$ belongs to the sigmoid, $1 - \tanh^2$ to the tangent, $1_{z > 0}$ to ReLU.",
    ),
    OfCode(
        "derivative-once-more",
        "the derivative of an activation is multiplied in twice",
        "How often does the derivative of the activation belong here? It may be in what came before already.",
        "dZ = (P - T) * P * (1 - P)",
        "dZ = P - T",
        "The derivative of a cross-entropy by the scores has the slope of the sigmoid in it already: it cancelled.",
    ),
    OfCode(
        "results-exchanged",
        "a result stands in the place of another one",
        "In which order, and under which names, are the results returned?",
        "return loss, db, dW",
        "return loss, dW, db",
        "The exercise says in which order, or under which names, results come back.",
    ),
    OfCode(
        "transposed-result",
        "a result is transposed",
        "Its rows and columns are exchanged: a derivative has the shape of what it is taken by.",
        "dW = dZ.T @ X  # W: D x H",
        "dW = X.T @ dZ  # W: D x H",
        "`W -= rate * dW` needs the shape of $W$. With another one it fails, or is broadcast to something else. An "
        "exercise may allow it with `allow: transposed` in its `code`.",
    ),
    OfCode(
        "wrong-size",
        "the size of another dimension",
        "This is divided by the size of another dimension than the one that the mean is over.",
        "dS = (P - Y) / X.shape[1]",
        "dS = (P - Y) / X.shape[0]",
        "`X.shape[0]` counts rows, `X.shape[1]` columns; `len(X)` counts rows, `X.size` all entries.",
    ),
    OfCode(
        "broadcast-pairs",
        "every entry is combined with every other",
        "What shape does this have? A column and a row, or an array of one axis, become a square.",
        "r = y - t  # shapes (N, 1) and (N,)",
        "r = y.ravel() - t",
        "NumPy stretches (N, 1) and (N,) to (N, N): the difference of every prediction with every target. No error "
        "says so, and a mean over it looks like a loss.",
    ),
    OfCode(
        "degrees-of-freedom",
        "a mean divides by one less than there are",
        "By which number is this divided? It is one too small.",
        "v = x.var(ddof=1)",
        "v = x.var()",
        r"The model divides by $N$. `ddof=1`, which some libraries have by default, divides by $N - 1$.",
    ),
    OfCode(
        "whole-numbers",
        "whole numbers are computed with",
        "Of which type is this? What stands behind the point is cut off.",
        "dW = np.zeros(W.shape, dtype=int)",
        "dW = np.zeros(W.shape)",
        "An array of integers keeps no fractions of what is put into it, and `//` rounds down.",
    ),
    OfCode(
        "epsilon-misplaced",
        "a small number is added in the wrong place",
        "Where does the model add the small number: inside of the root, or outside?",
        "s = np.sqrt(v) + eps",
        "s = np.sqrt(v + eps)",
        r"$\sqrt{v + \epsilon}$ and $\sqrt{v} + \epsilon$ are different functions, with different derivatives.",
    ),
)
"""Mistakes in results: each explains wrong numbers exactly, at every input that was tried."""

MANNERS: tuple[OfCode, ...] = (
    OfCode(
        "undefined-name",
        "a name that nothing defines",
        "A name is used, and nothing defines it.",
        "dW = hidden.T @ dscore",
        "dW = hidden.T @ dscores",
        "Python looks a name up when it is used, so a name that is misspelt ends the call there. It may work in a "
        "notebook in which an older cell defined it.",
    ),
    OfCode(
        "exception",
        "the call ends with an exception",
        "It ends with an exception where results are expected.",
        "dW = X @ dZ  # (N, D) @ (N, H)",
        "dW = X.T @ dZ",
        "The last line of the student's own code that it came through is told with it.",
    ),
    OfCode(
        "not-imported",
        "the module cannot be imported",
        "The module cannot be imported, since a statement at its top fails.",
        "print(two_layer_loss(X_train))  # at the top of the file",
        "if __name__ == '__main__': print(two_layer_loss(X_train))",
        "What stands at the top of a file runs when it is imported. What fails there may hide the function from "
        "whoever wants to call it.",
    ),
    OfCode(
        "input-changed",
        "an input is changed",
        "It changes an array that belongs to its caller.",
        "P -= Y  # P was given",
        "dS = P - Y",
        "`-=`, `*=` and assignment to entries change the array itself. The caller's parameters are then others than "
        "before, and a second call gives something else.",
    ),
    OfCode(
        "hidden-state",
        "what was called before changes the results",
        "The same inputs give other results when they come again, or after other inputs.",
        "grads['W'] += X.T @ dZ  # grads lives outside of the function",
        "grads = {'W': X.T @ dZ}",
        "What a function remembers in globals, default arguments or its object must not change what it returns.",
    ),
    OfCode(
        "calls-between",
        "calls with other inputs in between change the results",
        "What `backward` returns rests on the last call of `forward`, not on the cache that it was given.",
        "cache_of_last = (X, W)  # a global, or an attribute of the class",
        "return out, (X, W)  # and backward(dout, cache) reads it from its argument",
        "Layers are called again before the first one is differentiated: what belongs to a call is kept in what it "
        "returns, or in its own object.",
    ),
    OfCode(
        "cache-changed",
        "what an earlier call returned is changed",
        "It changes an array in the cache that an earlier call returned.",
        "dout *= A > 0; A -= Y  # A came in the cache",
        "dZ = dout * (A > 0)",
        "A cache that is given once more, as in a check by differences, gives other results then.",
    ),
    OfCode(
        "result-overwritten",
        "a later call changes what an earlier one returned",
        "What an earlier call returned is changed by a later one.",
        "self.dW[:] = X.T @ dZ; return self.dW",
        "return X.T @ dZ",
        "An array that is returned and used again as a buffer belongs to two owners.",
    ),
    OfCode(
        "overflow",
        "large scores overflow",
        "At scores of about 10000 the results are not finite.",
        "P = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)",
        "E = np.exp(S - S.max(axis=1, keepdims=True)); P = E / E.sum(axis=1, keepdims=True)",
        r"$e^{710}$ is no number of 64 bits any more. A softmax does not change when the largest score is subtracted "
        "from all of them.",
    ),
    OfCode(
        "overflow-warning",
        "NumPy warns at large scores",
        "At scores of about 10000 NumPy warns, though the results are finite.",
        "1 / (1 + np.exp(-z))",
        "np.where(z > 0, 1, np.exp(-abs(z))) / (1 + np.exp(-abs(z)))",
        "It comes out right, since one over infinity is zero. It costs nothing, and is told.",
    ),
    OfCode(
        "numerical-warning",
        "NumPy warns",
        "NumPy warns of a division by zero, an invalid value or an overflow at usual inputs.",
        "np.log(0 * p)",
        "np.log(p)",
        "A warning at usual inputs mostly means that something is computed which is thrown away later. It costs "
        "nothing.",
    ),
    OfCode(
        "shared-memory",
        "a result is the memory of an input",
        "A result is the memory of an input: who changes one changes the other.",
        "return loss, W",
        "return loss, W.copy()",
        "Slices, transposes and `reshape` are views. That is quick, and costs nothing as long as nobody changes them.",
    ),
    OfCode(
        "two-names",
        "one array has two names, and is changed under one",
        "One array has two names, and what changes it under one name changes both.",
        "dZ = dH; dZ[Z <= 0] = 0",
        "dZ = dH.copy(); dZ[Z <= 0] = 0",
        "An assignment copies no array. Where the other name is used later, it has the changed numbers.",
    ),
    OfCode(
        "slow-growth",
        "the time grows out of proportion",
        "A call takes longer with larger inputs than the work in it explains.",
        "for i in range(N): M[i] = (X @ W)[i]",
        "M = X @ W",
        "A whole product is made anew in each turn of a loop. It costs nothing, and is told.",
    ),
    OfCode(
        "parameters",
        "the parameters have other names",
        "The parameters have other names than the exercise says; they are given in its order.",
        "def loss(weights, data):",
        "def loss(X, W):",
        "Arguments are given by name where the names are those of the exercise, else in order.",
    ),
    OfCode(
        "left-out",
        "a statement cannot be run here",
        "A statement cannot be run here, and is passed over.",
        "import matplotlib.pyplot as plt",
        "import numpy as np",
        "In the sandbox there are Python and NumPy alone, no files and no network. What does not need them is marked "
        "all the same.",
    ),
    OfCode(
        "refused",
        "the code tried what is forbidden",
        "While it ran, it tried something that is not allowed.",
        "os.system('...')",
        "return loss, grads",
        "Files, processes and the network are out of reach of marked code.",
    ),
    OfCode(
        "stopped",
        "the run was stopped",
        "It was stopped before it came to its end.",
        "while True: loss = step(loss)",
        "for _ in range(100): loss = step(loss)",
        "There are limits on time, memory and processes. If only larger sizes were left at which its time is taken, it "
        "costs nothing.",
    ),
    OfCode(
        "digits",
        "right to some digits only",
        "It is right to some digits only: is a small number added somewhere, or a derivative taken by differences?",
        "loss = -np.log(p + 1e-6).mean()",
        "loss = -np.log(p).mean()",
        "Results may differ by rounding, not by more. A person decides what to make of it.",
    ),
    OfCode(
        "shape",
        "right numbers with axes of length 1 more or less",
        "The numbers are right, and it has axes of length 1 more or less than expected.",
        "db = dZ.sum(axis=0, keepdims=True)  # b: (H,)",
        "db = dZ.sum(axis=0)",
        "It is accepted as a convention, for which the exercise's policy may give less.",
    ),
    OfCode(
        "dtype",
        "right numbers of a type for whole ones",
        "The numbers are right, but a type for whole numbers came back.",
        "return np.array([2, -1])",
        "return np.array([2.0, -1.0])",
        "They are whole by chance. It is accepted as a convention, for which the exercise's policy may give less.",
    ),
)
"""What is said of code as a whole, and of results that are right in some way."""

ALL_OF_CODE = (*RESULTS, *MANNERS)
