"""Small models in which the examples of the catalogue are claims: settings as documents hold them."""

from collections.abc import Mapping

MODELS: Mapping[str, str] = {
    "linear regression": r"""
dims: {N: 3, D: 2}
symbols:
  X: N x D
  w: D x 1
  y: N x 1
  b: scalar
  \lambda: scalar
model:
  r: X w - y
  L: \frac{1}{2N} \sum_{i=1}^{N} r_i^2
loss: L
""",
    "ridge regression": r"""
dims: {N: 3, D: 2}
symbols:
  X: N x D
  w: D x 1
  y: N x 1
  \lambda: scalar
model:
  r: X w - y
  L: \frac{1}{N} \|r\|^2 + \lambda \|w\|^2
loss: L
""",
    "softmax of one example": r"""
dims: {D: 2, C: 3}
symbols:
  x: D x 1
  W: C x D
  b: C x 1
  y: one-hot C x 1
model:
  z: W x + b
  p: \mathrm{softmax}(z)
  L: -\sum_{k=1}^{C} y_k \log p_k
loss: L
""",
    "two layers": r"""
dims: {N: 2, D: 3, H: 4, C: 5}
symbols:
  X: N x D
  W_1: D x H
  b_1: 1 x H
  W_2: H x C
  b_2: 1 x C
  Y: one-hot N x C
  \lambda: scalar
model:
  Z: X W_1 + b_1
  A: \max(0, Z)
  S: A W_2 + b_2
  P: \mathrm{softmax}(S)
  L: -\frac{1}{N} \sum_{i=1}^{N} \sum_{k=1}^{C} Y_{ik} \log P_{ik} + \lambda \|W_1\|_F^2 + \lambda \|W_2\|_F^2
loss: L
""",
    "sigmoid layers": r"""
dims: {D: 2, H: 3}
symbols:
  x: D x 1
  W: H x D
  b: H x 1
  v: H x 1
  c: scalar
  y: scalar
model:
  z: W x + b
  a: \sigma(z)
  s: v^T a + c
  p: \sigma(s)
  L: -(y \log p + (1 - y) \log(1 - p))
loss: L
""",
    "tanh layers": r"""
dims: {N: 2, D: 3, H: 4, K: 5}
symbols:
  X: N x D
  U: D x H
  c: 1 x H
  V: H x K
  d: 1 x K
  T: N x K
model:
  Q: X U + c
  H: \tanh(Q)
  O: H V + d
  L: \frac{1}{2} \sum_{n=1}^{N} \sum_{k=1}^{K} (O_{nk} - T_{nk})^2
loss: L
""",
    "composed maps": r"""
dims: {n: 2, m: 3, k: 4}
symbols:
  x: n x 1
  A: m x n
  B: k x m
model:
  v: A x
  a: \sigma(v)
  u: B v
""",
    "scaled activation": r"""
dims: {d: 2, m: 3}
symbols:
  x: d x 1
  W: m x d
  t: m x 1
model:
  z: W x
  h: 3 \max(0, z)
  L: \frac{1}{2} \|h - t\|^2
loss: L
""",
    "square layer": r"""
dims: {d: 3}
symbols:
  h: d x 1
  W: d x d
  t: d x 1
model:
  o: W h
  e: o - t
  L: \frac{1}{2} \sum_i e_i^2
loss: L
""",
    "square activation": r"""
dims: {d: 3}
symbols:
  Z: d x d
  T: d x d
model:
  H: \tanh(Z)
  L: \frac{1}{2} \|H - T\|^2
loss: L
""",
    "softmax and squares": r"""
dims: {C: 3}
symbols:
  z: C x 1
  t: C x 1
model:
  p: \mathrm{softmax}(z)
  L: \frac{1}{2} \|p - t\|^2
loss: L
""",
    "residual block": r"""
dims: {d: 3}
symbols:
  x: d x 1
  W: d x d
  t: d x 1
model:
  q: W x
  h: \tanh(q)
  o: x + h
  L: \frac{1}{2} \|o - t\|^2
loss: L
""",
    "scaled by its norm": r"""
dims: {d: 3}
symbols:
  x: d x 1
  t: d x 1
model:
  s: \sqrt{x^T x}
  u: \frac{x}{s}
  L: \frac{1}{2} \|u - t\|^2
loss: L
""",
    "less its mean": r"""
dims: {d: 3}
symbols:
  x: d x 1
  t: d x 1
model:
  m: \frac{1}{d} \sum_i x_i
  u: x - m \mathbf{1}
  L: \frac{1}{2} \|u - t\|^2
loss: L
""",
}
"""A setting for each name."""
