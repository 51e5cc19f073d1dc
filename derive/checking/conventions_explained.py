"""Each convention with an example and the reason why it is none or one: what `derive explain` says of it.

An example is a claim about a model, which holds under this convention and under no other.
"""

from collections.abc import Mapping

from derive.mistakes.examples import MODELS
from derive.records import dataclass

ONE_ROW = r"""
dims: {D: 2, H: 3}
symbols:
  x: 1 x D
  W: D x H
  b: 1 x H
model:
  s: x W + b
"""


@dataclass(frozen=True)
class Explained:
    """A title, a claim that holds under the convention, a setting for it, what is equal without any, and why."""

    title: str
    example: str
    setting: str
    plainly: str
    because: str


EXPLAINED: Mapping[str, Explained] = {
    "transposed": Explained(
        "one side is the other one transposed",
        r"r^T = X w - y",
        MODELS["linear regression"],
        r"r = X w - y",
        "A row and a column with the same entries are told apart by products alone. Who writes one for the other means "
        "the same numbers, and the shapes say at once what has to be turned.",
    ),
    "layout": Explained(
        "the other derivative layout",
        r"\frac{\partial L}{\partial w} = \frac{1}{N} (X w - y)^T X",
        MODELS["linear regression"],
        r"\frac{\partial L}{\partial w} = \frac{1}{N} X^T (X w - y)",
        "Books disagree whether the derivative of a scalar by a column is a column or a row, and whether "
        r"$\frac{\partial f_i}{\partial x_j}$ stands in row $i$ or in row $j$. Both are right, each in its layout; "
        "which one is meant plainly says `layout` in the setting.",
    ),
    "kink": Explained(
        "another value at a kink",
        r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A} \odot \mathbb{1}(Z \geq 0)",
        MODELS["two layers"],
        r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A} \odot \mathbb{1}(Z > 0)",
        r"At $0$ the function $\max(0, x)$ has no derivative. Any value that is chosen there is as good as another; "
        "which one is meant plainly says `kink` in the setting.",
    ),
    "local-factor": Explained(
        "the factor with which the chain rule multiplies",
        r"\frac{\partial S}{\partial W_2} = A^T",
        MODELS["two layers"],
        r"\frac{\partial L}{\partial W_2} - 2 \lambda W_2 = A^T \frac{\partial L}{\partial S}",
        "The derivative of a matrix by a matrix has four indices, and nobody writes it out. What is written for it is "
        r"the matrix by which the gradient from above is multiplied; or, for $\frac{\partial a}{\partial v}$ with $a = "
        r"\sigma(v)$, the diagonal of a Jacobian that is diagonal.",
    ),
    "operator-scope": Explained(
        "the brackets behind a derivative operator are missing",
        r"\frac{\partial s}{\partial x} = \frac{\partial}{\partial x} x W + b",
        ONE_ROW,
        r"\frac{\partial s}{\partial x} = \frac{\partial}{\partial x} (x W + b)",
        "An operator without brackets takes the next term alone. Where what comes out then cannot be added to the "
        "other terms, as here a Jacobian and a row, it is meant to take them all.",
    ),
    "entrywise": Explained(
        "the general entry stands for the vector",
        r"\frac{\partial L}{\partial z} = p_k - y_k",
        MODELS["softmax of one example"],
        r"\frac{\partial L}{\partial z_k} = p_k - y_k",
        "What the general entry is says what the vector is. The index is missing on one side only.",
    ),
    "entrywise-product": Explained(
        "factors side by side are multiplied entry by entry",
        r"\frac{\partial L}{\partial q} = \frac{\partial L}{\partial h} (1 - h \odot h)",
        MODELS["residual block"],
        r"\frac{\partial L}{\partial q} = \frac{\partial L}{\partial h} \odot (1 - h \odot h)",
        "Two columns have no matrix product. Where they stand side by side, the product entry by entry is meant, and "
        r"its sign $\odot$ is missing.",
    ),
    "stacked": Explained(
        "columns beside each other are stacked",
        r"[W, W] [x, t] = W x + W t",
        MODELS["residual block"],
        r"[W, W] \begin{bmatrix} x \\ t \end{bmatrix} = W x + W t",
        r"$[x, t]$ is a matrix with two columns. Where only a long column fits, one below the other is meant.",
    ),
    "held-fixed": Explained(
        "what has no differential is held fixed",
        r"dr = X dw",
        MODELS["linear regression"],
        r"dr = dX w + X dw - dy",
        "A differential is that of all that varies. Who writes differentials of the weights alone means that all else "
        "is held fixed, and says the partial derivative by them.",
    ),
    "one-term": Explained(
        "a term of the loss is left out",
        r"\frac{\partial L}{\partial W_2} = \frac{1}{N} A^T (P - Y)",
        f"{MODELS['two layers'].strip()}\nallow: [one-term]",
        r"\frac{\partial L}{\partial W_2} = \frac{1}{N} A^T (P - Y) + 2 \lambda W_2",
        "Many notes derive the gradient of the fit first and add that of the penalty in an equation of its own, as "
        r"$\frac{\partial L}{\partial W_2} \mathrel{+}= 2 \lambda W_2$. Only where the same document does so, or the "
        "setting allows it, is this a convention; else a term was forgotten.",
    ),
    "broadcast": Explained(
        "the sum over the batch is left to broadcasting",
        r"\frac{\partial L}{\partial b_2} = \frac{1}{N} (P - Y)",
        f"{MODELS['two layers'].strip()}\nallow: [broadcast]",
        r"\frac{\partial L}{\partial b_2} = \frac{1}{N} \mathbf{1}^T (P - Y)",
        "A bias is added to every row of the batch, so its gradient is the sum over the rows. Some notes leave this "
        "sum to the reader. As a student's answer it is a mistake, so a setting has to allow it.",
    ),
    "distinct-index": Explained(
        "two letters mean two different indices",
        r"\frac{\partial p_i}{\partial z_j} = -p_i p_j",
        f"{MODELS['softmax of one example'].strip()}\nallow: [distinct-index]",
        r"\frac{\partial p_i}{\partial z_j} = p_i (\mathbb{1}(i = j) - p_j)",
        r"Some notes write $i$ and $j$ for two indices that differ, and treat $i = j$ apart. As a student's answer the "
        "case is forgotten, so a setting has to allow it.",
    ),
}
