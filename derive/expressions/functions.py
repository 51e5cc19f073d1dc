"""The functions that are read by name.

`ENTRYWISE` are functions of one real variable, which act on a matrix entry by
entry; the others take vectors or several arguments. A reader checks the columns.
"""

from types import MappingProxyType

# spelling (without backslash, fonts and case where it does not matter) -> the function
ENTRYWISE = MappingProxyType({
    "exp": "exp", "log": "log", "ln": "log", "tanh": "tanh", "sinh": "sinh", "cosh": "cosh", "sin": "sin", "cos": "cos", "tan": "tan",
    "coth": "coth", "erf": "erf", "sqrt": "sqrt", "abs": "abs", "sign": "sign", "sgn": "sign",
    "sigmoid": "sigmoid", "Sigmoid": "sigmoid", "\\sigma": "sigmoid", "sigm": "sigmoid", "logistic": "sigmoid",
    "ReLU": "relu", "relu": "relu", "RELU": "relu", "Relu": "relu",
    "LeakyReLU": "leaky", "leakyReLU": "leaky", "LReLU": "leaky", "leaky": "leaky",
    "softplus": "softplus", "Softplus": "softplus", "SoftPlus": "softplus", "GELU": "gelu", "gelu": "gelu", "ELU": "elu", "elu": "elu",
    "SiLU": "silu", "silu": "silu", "swish": "silu", "Swish": "silu",
})  # fmt: skip

OTHER = MappingProxyType({
    "max": "max", "min": "min", "softmax": "softmax", "Softmax": "softmax", "SoftMax": "softmax",
    "logsoftmax": "logsoftmax", "LogSoftmax": "logsoftmax", "log-softmax": "logsoftmax", "logsumexp": "logsumexp", "LogSumExp": "logsumexp",
    "LSE": "logsumexp", "lse": "logsumexp", "CrossEntropy": "crossentropy", "crossentropy": "crossentropy", "cross-entropy": "crossentropy",
    "CE": "crossentropy", "diag": "diag", "Diag": "diag", "tr": "trace", "Tr": "trace", "trace": "trace", "Trace": "trace", "det": "det",
    "vec": "vec", "\\vec": "vec", "sum": "sum", "mean": "mean", "kron": "kron",
})  # fmt: skip

# names of other things that look like functions' names: not read, and said so
NOT_FUNCTIONS = MappingProxyType(
    {"argmax": "an index, not a value", "arg": "an index, not a value", "argmin": "an index, not a value"}
)

# parameters that may follow the argument, with the value that is meant where none is given
PARAMETERS = MappingProxyType({"leaky": "1/100", "elu": "1"})


def entrywise(name: str) -> str | None:
    """The function of one variable that a name stands for."""
    return ENTRYWISE.get(name) or ENTRYWISE.get(name.removeprefix("\\"))


def other(name: str) -> str | None:
    """The function of vectors or of several arguments that a name stands for."""
    return OTHER.get(name) or OTHER.get(name.removeprefix("\\"))
