"""The names of functions, as commands and as words.

>>> "\\\\softmax" in FUNCTION_COMMANDS, "softmax" in FUNCTION_WORDS
(True, True)
"""

FUNCTION_COMMANDS = frozenset({
    "\\log", "\\ln", "\\exp", "\\max", "\\min", "\\tanh", "\\sinh", "\\cosh", "\\coth", "\\sin", "\\cos", "\\tan",
    "\\det", "\\arg", "\\lg", "\\sup", "\\inf", "\\tr", "\\diag", "\\rank", "\\sgn", "\\sign", "\\softmax", "\\relu",
    "\\ReLU", "\\vec", "\\argmax", "\\argmin", "\\Tr", "\\arctan", "\\arcsin", "\\arccos",
})  # fmt: skip
LISTING_WORDS = frozenset(["CE"])
"""Functions of several arguments whose names are products of letters anywhere else."""

FUNCTION_WORDS = frozenset({
    "log", "ln", "exp", "max", "min", "tanh", "sinh", "cosh", "sin", "cos", "softmax", "ReLU", "relu", "RELU",
    "LeakyReLU", "sigmoid", "softplus", "Softplus", "diag", "vec", "det", "GELU", "gelu", "ELU", "SiLU", "swish",
    "CrossEntropy", "logsumexp", "LogSumExp", "LSE", "sign", "sgn", "trace", "erf", "sqrt", "abs", "logsoftmax",
    "LogSoftmax", "argmax",
})  # fmt: skip
