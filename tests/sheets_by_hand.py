r"""Sheets made by hand, as an exercise could yield them: every kind of block, long chains, text from outside."""

from fractions import Fraction

from derive.sheets.blocks import (
    AnswerSpace,
    Bullets,
    Chain,
    Display,
    Formula,
    Heading,
    Member,
    Paragraph,
    Question,
    Remark,
    Sheet,
    Table,
    Words,
    plain_words,
    said,
)  # fmt: skip

SETTING = r"""title: Two-layer ReLU network
dims: {N: 2, D: 3, H: 4, C: 5}
symbols:
  X: N x D
  W_1: D x H
  b_1: 1 x H
  W_2: H x C
  Y: one-hot N x C
  \lambda: scalar
model:
  Z: X W_1 + b_1
  A: \max(0, Z)
  S: A W_2
  P: \text{softmax}(S)
  L: \frac{1}{N} \sum_{i=1}^{N} \sum_{k=1}^{C} -Y_{i,k} \log P_{i,k} + \lambda \|W_1\|_F^2
loss: L
"""

DS, DW2, DA, DZ, DW1 = (rf"\frac{{\partial L}}{{\partial {name}}}" for name in ("S", "W_2", "A", "Z", "W_1"))

SCORES = Chain(
    DS,
    (Member(r"\frac{1}{N} \left(P - Y\right)", said("softmax with cross-entropy, the mean over the batch")),),
    label="1",
)
WEIGHTS = Chain(
    DW2,
    (
        Member(rf"A^{{T}} {DS}", said("the chain rule for $S = A W_2$ when the batch is summed")),
        Member(r"\frac{1}{N} A^{T} \left(P - Y\right)", said("by (1)")),
    ),
    label="2",
    is_result=True,
)
_MASK = r"\mathbb{1}\left(Z > 0\right)"
LONG = Chain(
    DW1,
    (
        Member(rf"X^{{T}} {DZ} + 2 \lambda W_1", said("the chain rule, and the penalty")),
        Member(
            rf"X^{{T}} \left(\left(\frac{{1}}{{N}} \left(P - Y\right) W_2^{{T}}\right) \odot {_MASK}\right) + 2 \lambda W_1"
            rf" + \frac{{1}}{{N}} X^{{T}} \left(\left(P W_2^{{T}}\right) \odot {_MASK}\right)"
            rf" - \frac{{1}}{{N}} X^{{T}} \left(\left(Y W_2^{{T}}\right) \odot {_MASK}\right)"
            rf" - X^{{T}} \left(\left(\frac{{1}}{{N}} \left(P - Y\right) W_2^{{T}}\right) \odot {_MASK}\right)",
            said("the terms added and taken away again, a line that is far too long for one line of a page"),
        ),
        Member(
            rf"\frac{{1}}{{N}} X^{{T}} \left(\left(\left(P - Y\right) W_2^{{T}}\right) \odot {_MASK}\right) + 2 \lambda W_1"
        ),
    ),
    label="a.3",
    is_result=True,
)
HIDDEN = Chain(
    DZ,
    (
        Member(
            rf"{DA} \odot {_MASK}", said("the derivative of ReLU, entry by entry; at the kink $0$ it is taken as $0$")
        ),
        Member(rf"\left({DS} W_2^{{T}}\right) \odot {_MASK}"),
    ),
)

BLOCKS = (
    Heading(said("The setting")),
    Paragraph(said("Each row of $X$ is an example. All names are those of the exercise.")),
    Table(
        (said("name"), said("shape"), said("meaning")),
        (
            (said("$X$"), said("$N \\times D$"), said("the examples, one in each row")),
            (said("$W_1$"), said("$D \\times H$"), said("the weights of the first layer")),
            (said("$Y$"), said("$N \\times C$"), plain_words("the labels | one-hot, 100% of <b>them</b>")),
        ),
        (False, False, True),
        said("What is given."),
    ),
    Bullets((said("the forward pass computes $Z$"), said("the loss is $L$"))),
    Heading(said("The parts"), 1),
    Question(
        "a", DW2, Fraction(4), said("Derive the gradient of the second layer."), said("Without derivatives left.")
    ),
    Paragraph(said("First the scores.")),
    SCORES,
    WEIGHTS,
    Remark("proved", said("Every line is proved for all dimensions.")),
    Remark("mistake", said("The mean is left out: the answer is $N$ times too large.")),
    Question("b", DW1, Fraction(1), (Words("Derive the gradient of the "), Words("first", "strong"), Words(" layer."))),
    HIDDEN,
    LONG,
    Remark("kink", said("Where $Z_{i,j} = 0$ there is no derivative.")),
    Bullets((said("first"), (Words("second: "), Words("x_1 & y", "code"))), numbered=True),
)

SOLUTION = Sheet(
    title=said("Two-layer ReLU network with $L_2$ penalty"),
    source=plain_words("Course notes, café & co., page 3 — 数 Ω ≤ é"),
    setting=SETTING,
    blocks=BLOCKS,
    is_solution=True,
    proved="8 steps, each proved for all dimensions",
)
QUESTIONS = Sheet(
    title=said("Two-layer ReLU network"),
    source=(),
    setting=SETTING,
    blocks=(
        Question("a", DW2, Fraction(4), said("Derive the gradient of the second layer.")),
        AnswerSpace(10),
        Question("b", DW1, Fraction(1), said("Derive the gradient of the first layer.")),
        AnswerSpace(10),
    ),
    is_solution=False,
    variant=17,
)

ATTACKS = (
    r"\input{/etc/passwd} \write18{touch pwned} \catcode`\%=12 \def\x{y} ^^5cinput{x} % comment \end{document} \begin{x}",
    "<script>alert(1)</script> <img src=x onerror=alert(1)> ]]> <!-- --> &lt; \"quoted\" 'single' </style>",
    "$ $$ $a \\input{x}$ $\\write18{x}$ $$ \\[ \\( {{ 7*7 }} {% raw %} \\VAR{x} \\BLOCK{for x in y} {{< include x >}}",
    "bidi \u202e\u2066 null \x00 bell \x07 escape \x1b[31m line \u2028 zero\u200bwidth",
    "é Ω β 数 ≤ → “quoted” – — … ½ ∂ 😀 ﬁ Å İ ł ß Ђ क",
    "- not a list # not a heading | no | cell | ~~x~~ *x* _x_ `x` [x](javascript:alert(1)) ![x](y) \\",
    "--- === ::: {math} :::{math} $$ ",
)


def hostile(prose_text) -> Sheet:
    """A sheet whose every text comes from somebody who means ill: each attack as words, as prose, as code, in a table."""
    blocks = []
    for attack in ATTACKS:
        texts = ((Words(attack),), prose_text(attack), (Words(attack, "code"),), (Words(attack, "strong"),))
        blocks += [Paragraph(text) for text in texts]
        blocks += [Heading(texts[1], 2), Bullets(texts), Remark("note", texts[0]), Remark("mistake", texts[1])]
        blocks += [Table((texts[0], texts[1]), (texts[:2], texts[2:]), (True, True), texts[1])]
        blocks += [Chain("L", (Member("L", texts[1]), Member("L", texts[0])), label=attack[:5])]
        blocks += [Question(attack[:12], DW2, Fraction(1, 2), texts[1], texts[0]), AnswerSpace(2)]
    formula = r"\input{x} <script> $ % \write18{x}"
    blocks += [Paragraph((Formula(formula),)), Chain(formula, (Member(formula),)), Display(formula, formula)]
    return Sheet(
        title=prose_text(" ".join(ATTACKS)),
        source=(Words(" ".join(ATTACKS)),),
        setting=SETTING,
        blocks=tuple(blocks),
        is_solution=True,
        proved=ATTACKS[0],
    )
