"""Models and claims about them, as data: what is measured, and what `tests/test_subjects.py` holds to be right.

Every true claim is to be proved for all dimensions, every wrong one to be refuted with a counterexample.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """`left = right` in LaTeX."""

    left: str
    right: str
    holds: bool = True

    def __str__(self) -> str:
        return f"{self.left} {'=' if self.holds else '≠'} {self.right}"


@dataclass(frozen=True)
class Subject:
    """A setting and claims under it."""

    name: str
    setting: str
    claims: tuple[Claim, ...]

    @property
    def true(self) -> tuple[Claim, ...]:
        return tuple(claim for claim in self.claims if claim.holds)

    @property
    def wrong(self) -> tuple[Claim, ...]:
        return tuple(claim for claim in self.claims if not claim.holds)

    def __str__(self) -> str:
        return self.name


def by(name: str) -> str:
    """The derivative of the loss by a name."""
    return rf"\frac{{\partial L}}{{\partial {name}}}"


def wrong(left: str, right: str) -> Claim:
    return Claim(left, right, holds=False)


# ── two layers ──

# activation -> its formula in the model, and its derivative in the claims
ACTIVATIONS = {
    "ReLU": (r"\max(0, Z)", r"\mathbb{1}(Z > 0)"),
    "sigmoid": (r"\sigma(Z)", r"(H \odot (1 - H))"),
    "tanh": (r"\tanh(Z)", r"(1 - H \odot H)"),
    "softplus": (r"\log(1 + e^{Z})", r"\frac{1}{1 + e^{-Z}}"),
    "GELU": (
        r"\frac{1}{2} Z \odot (1 + \text{erf}(Z / \sqrt{2}))",
        r"\left(\frac{1}{2}(1 + \text{erf}(Z / \sqrt{2})) + \frac{1}{\sqrt{2\pi}} Z \odot e^{-Z \odot Z / 2}\right)",
    ),
}

# loss -> its target, the output P, its formula; ∂L/∂S is (P - Y)/N for all of them
LOSSES = {
    "cross-entropy": ("one-hot N x C", r"\text{softmax}(S)", r"-\frac{1}{N} \sum_{i,k} Y_{ik} \log P_{ik}"),
    "binary cross-entropy": (
        "N x C",
        r"\sigma(S)",
        r"-\frac{1}{N} \sum_{i,k} \left(Y_{ik} \log P_{ik} + (1 - Y_{ik}) \log(1 - P_{ik})\right)",
    ),
    "squared error": ("N x C", "S", r"\frac{1}{2N} \|S - Y\|_F^2"),
}


def two_layers(activation: str, loss: str) -> Subject:
    """Twelve true claims about a network with one hidden layer, and four wrong ones."""
    formula, slope = ACTIVATIONS[activation]
    target, output, value = LOSSES[loss]
    setting = rf"""
dims: {{N: 2, D: 3, H: 4, C: 3}}
symbols:
  X: N x D
  W_1: D x H
  b_1: 1 x H
  W_2: H x C
  b_2: 1 x C
  Y: {target}
  \lambda: scalar
model:
  Z: X W_1 + b_1
  H: '{formula}'
  S: H W_2 + b_2
  P: '{output}'
  L: '{value} + \lambda (\|W_1\|_F^2 + \|W_2\|_F^2)'
loss: L
"""
    error = r"\frac{1}{N} (P - Y)"
    hidden = rf"\left({error} W_2^T \odot {slope}\right)"
    claims = (
        Claim(by("S"), error),
        Claim(by("W_2"), rf"H^T {by('S')} + 2 \lambda W_2"),
        Claim(by("W_2"), r"\frac{1}{N} H^T (P - Y) + 2 \lambda W_2"),
        Claim(by("b_2"), rf"\mathbf{{1}}^T {by('S')}"),
        Claim(by("H"), rf"{by('S')} W_2^T"),
        Claim(by("H"), rf"{error} W_2^T"),
        Claim(by("Z"), rf"{by('H')} \odot {slope}"),
        Claim(by("W_1"), rf"X^T {by('Z')} + 2 \lambda W_1"),
        Claim(by("W_1"), rf"X^T {hidden} + 2 \lambda W_1"),
        Claim(by("b_1"), rf"\mathbf{{1}}^T {hidden}"),
        Claim(by("X"), rf"{hidden} W_1^T"),
        Claim(by(r"\lambda"), r"\|W_1\|_F^2 + \|W_2\|_F^2"),
        wrong(by("S"), r"P - Y"),
        wrong(by("W_2"), r"\frac{1}{N} H^T (P - Y) + \lambda W_2"),
        wrong(by("W_1"), rf"X^T \left({error} W_2^T\right) + 2 \lambda W_1"),
        wrong(by("b_1"), rf"-\mathbf{{1}}^T {hidden}"),
    )
    return Subject(f"{activation}, {loss}", setting, claims)


TWO_LAYERS = [two_layers(activation, loss) for loss in LOSSES for activation in ACTIVATIONS]


# ── more ──


def deep(activation: str, hidden: int = 8) -> Subject:
    """A network with many hidden layers: three claims for each, and two for the last."""
    formula, slope = {
        "ReLU": (r"\max(0, Z_{})", r"\mathbb{{1}}(Z_{} > 0)"),
        "tanh": (r"\tanh(Z_{})", r"(1 - H_{0} \odot H_{0})"),
        "sigmoid": (r"\sigma(Z_{})", r"(H_{0} \odot (1 - H_{0}))"),
    }[activation]
    sizes = [3, 4, 2, 5]
    last = hidden + 1
    units = ["D", *(f"M_{number}" for number in range(1, last)), "C"]
    dims = ", ".join(f"{unit}: {sizes[at % len(sizes)]}" for at, unit in enumerate(units))
    layers = range(1, last + 1)
    weights = "".join(f"  W_{n}: {units[n - 1]} x {units[n]}\n  b_{n}: 1 x {units[n]}\n" for n in layers)
    nodes, source = "", "X"
    for n in range(1, last):
        nodes += f"  Z_{n}: {source} W_{n} + b_{n}\n  H_{n}: '{formula.format(n)}'\n"
        source = f"H_{n}"
    setting = rf"""
dims: {{N: 2, {dims}}}
symbols:
  X: N x D
{weights}  Y: one-hot N x C
model:
{nodes}  S: {source} W_{last} + b_{last}
  P: \text{{softmax}}(S)
  L: -\frac{{1}}{{N}} \sum_{{i,k}} Y_{{ik}} \log P_{{ik}}
loss: L
"""
    claims = [
        Claim(by("S"), r"\frac{1}{N} (P - Y)"),
        Claim(by(f"W_{last}"), rf"H_{hidden}^T {by('S')}"),
    ]
    above = "S"
    for n in range(hidden, 0, -1):
        here = f"Z_{n}"
        claims += [
            Claim(by(here), rf"{by(above)} W_{n + 1}^T \odot {slope.format(n)}"),
            Claim(by(f"W_{n}"), rf"{'X' if n == 1 else f'H_{n - 1}'}^T {by(here)}"),
            Claim(by(f"b_{n}"), rf"\mathbf{{1}}^T {by(here)}"),
        ]
        above = here
    claims += [wrong(by(f"b_{n}"), rf"2 \cdot \mathbf{{1}}^T {by(f'Z_{n}')}") for n in (hidden, 1)]
    return Subject(f"{hidden} hidden layers, {activation}", setting, tuple(claims))


ATTENTION = Subject(
    "attention",
    r"""
dims: {n: 3, m: 4, d: 2, v: 5}
symbols:
  Q: n x d
  K: m x d
  V: m x v
  G: n x v
model:
  S: \frac{Q K^T}{\sqrt{d}}
  P: \text{softmax}(S)
  O: P V
  L: \sum_{ij} G_{ij} O_{ij}
loss: L
""",
    (
        Claim(by("O"), "G"),
        Claim(by("V"), "P^T G"),
        Claim(by("P"), "G V^T"),
        Claim(by("S_{ij}"), r"P_{ij} \left((G V^T)_{ij} - \sum_k P_{ik} (G V^T)_{ik}\right)"),
        Claim(by("S_{ij}"), r"P_{ij} \left((G V^T)_{ij} - \sum_k G_{ik} O_{ik}\right)"),
        Claim(by("Q"), rf"\frac{{1}}{{\sqrt{{d}}}} {by('S')} K"),
        Claim(by("K"), rf"\frac{{1}}{{\sqrt{{d}}}} {by('S')}^T Q"),
        wrong(by("S"), r"P \odot (G V^T)"),
        wrong(by("Q"), rf"{by('S')} K"),
    ),
)


def normalisation(name: str, mean_of: str, count: str, other: str) -> Subject:
    """Layer norm and batch norm differ in what the mean runs over: `mean_of` is the index that stays."""
    gone = {"i": "j", "j": "i"}[mean_of]
    mean, variance, root = rf"\mu_{mean_of}", f"v_{mean_of}", f"s_{mean_of}"
    unit, total = r"\hat{X}_{ij}", rf"\sum_{gone}"
    error, other_error = by(unit), by(rf"\hat{{X}}_{{{other}}}")
    other_unit = rf"\hat{{X}}_{{{other}}}"
    setting = rf"""
dims: {{N: 3, D: 4}}
symbols:
  X: N x D
  \gamma: 1 x D
  \beta: 1 x D
  G: N x D
  \epsilon: positive scalar
model:
  {mean}: \frac{{1}}{{{count}}} {total} X_{{ij}}
  {variance}: \frac{{1}}{{{count}}} {total} (X_{{ij}} - {mean})^2
  {root}: \sqrt{{{variance} + \epsilon}}
  \hat{{X}}_{{ij}}: \frac{{X_{{ij}} - {mean}}}{{{root}}}
  O_{{ij}}: \gamma_j \hat{{X}}_{{ij}} + \beta_j
  L: \sum_{{ij}} G_{{ij}} O_{{ij}}
loss: L
"""

    def through(sign: str) -> str:
        sums = rf"\sum_k {other_error} {sign} {unit} \sum_k {other_error} {other_unit}"
        return rf"\frac{{1}}{{{count} {root}}} \left({count} {error} - {sums}\right)"

    claims = (
        Claim(by(r"\beta_j"), r"\sum_i G_{ij}"),
        Claim(by(r"\gamma_j"), r"\sum_i G_{ij} \hat{X}_{ij}"),
        Claim(error, r"G_{ij} \gamma_j"),
        Claim(by(variance), rf"-\frac{{1}}{{2}} {total} {error} (X_{{ij}} - {mean}) ({variance} + \epsilon)^{{-3/2}}"),
        Claim(by(mean), rf"-\frac{{1}}{{{root}}} {total} {error}"),
        Claim(rf"{total} \hat{{X}}_{{ij}}", "0"),
        Claim(by("X_{ij}"), through("-")),
        wrong(by("X_{ij}"), through("+")),
        wrong(by("X_{ij}"), rf"\frac{{1}}{{{root}}} {error}"),
    )
    return Subject(name, setting, claims)


LAYER_NORM = normalisation("layer norm", "i", "D", "ik")
BATCH_NORM = normalisation("batch norm", "j", "N", "kj")

DEEP = [deep("ReLU"), deep("tanh"), deep("sigmoid")]
MORE = [ATTENTION, LAYER_NORM, BATCH_NORM]

# ── what programs for scalars can read, too ──

SCALARS = Subject(
    "scalars",
    r"""
symbols:
  w: scalar
  x: scalar
  b: scalar
  y: scalar
  s: scalar
  a: scalar
  c: scalar
  \lambda: scalar
model: {}
""",
    (
        Claim(r"\frac{e^{s}}{(1 + e^{s})^2}", r"\frac{1}{1 + e^{-s}} \left(1 - \frac{1}{1 + e^{-s}}\right)"),
        Claim(
            r"\frac{\partial}{\partial s} \frac{1}{1 + e^{-s}}",
            r"\frac{1}{1 + e^{-s}} \left(1 - \frac{1}{1 + e^{-s}}\right)",
        ),
        Claim(r"\frac{\partial}{\partial s} \ln(1 + e^{s})", r"\frac{1}{1 + e^{-s}}"),
        Claim(r"\frac{e^{s} - e^{-s}}{e^{s} + e^{-s}}", r"\frac{2}{1 + e^{-2 s}} - 1"),
        Claim(
            r"\frac{\partial}{\partial s} \left(-y \ln\left(\frac{1}{1 + e^{-s}}\right)"
            r" - (1 - y) \ln\left(1 - \frac{1}{1 + e^{-s}}\right)\right)",
            r"\frac{1}{1 + e^{-s}} - y",
        ),
        Claim(r"\frac{\partial}{\partial a} \ln(e^{a} + e^{b} + e^{c})", r"\frac{e^{a}}{e^{a} + e^{b} + e^{c}}"),
        Claim(
            r"\frac{\partial}{\partial w} \left(\frac{1}{2} (w x + b - y)^2 + \frac{\lambda}{2} w^2\right)",
            r"(w x + b - y) x + \lambda w",
        ),
        wrong(
            r"\frac{\partial}{\partial w} \left(\frac{1}{2} (w x + b - y)^2 + \frac{\lambda}{2} w^2\right)",
            r"(w x + b - y) x + 2 \lambda w",
        ),
    ),
)

SUBJECTS = [*TWO_LAYERS, *DEEP, *MORE, SCALARS]


def all_claims() -> Iterator[tuple[Subject, Claim]]:
    return ((subject, claim) for subject in SUBJECTS for claim in subject.claims)
