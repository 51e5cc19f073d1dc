"""Displays -> chains: no relation outside brackets is lost, and none inside them is counted."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from derive.notation.chains import Chain, split


def chains(text: str) -> list[Chain]:
    return split(text, frozenset(), lambda name: name in {"i", "j", "k"})


def told(text: str) -> list[str]:
    """Each chain as `a = b | condition # tag`."""
    return [
        chain.shown(text)
        + "".join(" | " + " ".join(token.text for token in condition) for condition in chain.conditions)
        + (f" # {chain.tag}" if chain.tag else "")
        for chain in chains(text)
    ]


def once_wrong(text: str, expected: list[str], how: str) -> object:
    """A display that was read in another way once; `how` says in which."""
    return pytest.param(text, expected, id=how)


TWO = ["a = b", "c = d"]

SYSTEMS = [
    (r"a = b", ["a = b"]),
    (r"a = b = c = d", ["a = b = c = d"]),
    (r"\begin{align} a &= b \\ &= c \end{align}", ["a = b = c"]),
    (r"\begin{align} a &= b \\ c &= d \end{align}", TWO),
    (r"\begin{align*} a &= b & c &= d \end{align*}", TWO),
    (r"\begin{align} & a = b \\ & c = d \end{align}", TWO),
    (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", TWO),
    (r"\left\{\begin{aligned} a &= b \\ c &= d \end{aligned}\right.", TWO),
    (r"\begin{gather} a = b \\ c = d \end{gather}", TWO),
    (r"\begin{gathered} a = b \\ c = d \end{gathered}", TWO),
    (r"\begin{equation}\begin{split} a &= b \\ &= c \end{split}\end{equation}", ["a = b = c"]),
    (r"\begin{multline} a + b \\ + c = d \end{multline}", ["a + b + c = d"]),
    (r"\begin{eqnarray} a &=& b \\ &=& c \end{eqnarray}", ["a = b = c"]),
    (r"\begin{eqnarray*} a &=& b \\ c &=& d \end{eqnarray*}", TWO),
    (r"\begin{array}{rl} a &= b \\ c &= d \end{array}", TWO),
    (r"\begin{array}{rcl} a &=& b \\ &=& d \end{array}", ["a = b = d"]),
    (r"\begin{cases} a = b \\ c = d \end{cases}", TWO),
    (r"\left\{ \begin{array}{l} a = b \\ c = d \end{array} \right.", TWO),
    (r"a = b \\ c = d", TWO),
    (r"a = b \cr c = d", TWO),
    (r"a = b \\[2pt] c = d", TWO),
    (r"a & = & b", ["a = b"]),
]

ROWS = [
    (r"\begin{align} a &= b \\ &+ c \\ &= d \end{align}", ["a = b + c = d"]),
    (r"\begin{align} a &= b + \\ & c \end{align}", ["a = b + c"]),
    (r"\begin{align} a &= \\ & c \end{align}", ["a = c"]),
    (r"\begin{align} a \\ = b \end{align}", ["a = b"]),
    (r"\begin{align} a &= (b \\ & + c) \\ d &= e \end{align}", ["a = (b + c)", "d = e"]),
    (r"\begin{align} -a &= b \\ -c &= d \end{align}", ["-a = b", "-c = d"]),
    (r"\begin{align} a &= b && \text{by the chain rule} \\ &= d \end{align}", ["a = b = d"]),
    once_wrong(
        r"\begin{align} a &= b \\ &\quad + c \end{align}",
        [r"a = b \quad + c"],
        r"a row that begins with \quad and a sign is cut off from the row above",
    ),
    once_wrong(
        r"\begin{align} a = {} & b \\ & + c \end{align}",
        ["a = b + c"],
        "an empty pair of braces counts as a member, so what follows it is cut off",
    ),
    once_wrong(
        r"\begin{align} a &= b \\ \Rightarrow c &= d \end{align}",
        TWO,
        r"a row that begins with \Rightarrow is joined to the row above: a = b c = d",
    ),
]

SEPARATORS = [
    (r"a = b \qquad c = d", TWO),
    (r"a = b, \quad c = d", TWO),
    (r"a = b \quad c = d", TWO),
    (r"a = b; c = d", TWO),
    (r"a = b, c = d", TWO),
    (r"a = b \text{ and } c = d", TWO),
    (r"a = b \text{ where } c = d", TWO),
    (r"a = b, \text{ so } c = d", TWO),
    (r"\text{so } a = b", ["a = b"]),
    (r"a = b \Rightarrow c = d", TWO),
    (r"\Rightarrow a = b", ["a = b"]),
    (r"a = b \iff c = d", TWO),
    (r"a = b \to c = d", TWO),
    (r"a = b.", ["a = b"]),
    (r"a = b,", ["a = b"]),
    ("a = b % = c\n= d", ["a = b = d"]),
    once_wrong(
        r"\begin{align} a &= b \text{ and } c &= d \end{align}",
        TWO,
        "behind a word, a left side that ends at & is dropped: a = b = d",
    ),
]

CONDITIONS = [
    (r"a = b \quad k > 0", ["a = b | k > 0"]),
    (r"a = b \quad (k \neq y)", [r"a = b | k \neq y"]),
    (r"a = b \quad (\text{if } k = 1)", ["a = b | if k = 1"]),
    (r"a = b \text{ for } k = 1", ["a = b | for k = 1"]),
    (r"\text{if } k > 0, \quad a = b", ["a = b | if k > 0"]),
    (r"a_k = b, \quad k = 1, \dots, n", [r"a_k = b | k = 1 , \dots , n"]),
    (r"a_k = b, \quad k = 1, \dots, n - 1", [r"a_k = b | k = 1 , \dots , n - 1"]),
    (r"a_k = b, \quad k = n - 1", [r"a_k = b", r"k = n - 1"]),
    (r"a_k = b, \quad k \in \{1, 2\}", [r"a_k = b | k \in \{ 1 , 2 \}"]),
    (r"a_i = b, \quad \forall i", [r"a_i = b | \forall i"]),
    (r"\begin{align} a &= b && \text{if } k > 0 \\ c &= d \end{align}", ["a = b | if k > 0", "c = d"]),
    (
        r"\begin{align} a_k &= b && k \neq y \\ c_k &= d && k = y \end{align}",
        [r"a_k = b | k \neq y", "c_k = d | k = y"],
    ),
    (
        r"a = \begin{cases} b & c > 0 \\ d & \text{otherwise} \end{cases}",
        [r"a = \begin{cases} b & c > 0 \\ d & \text{otherwise} \end{cases}"],
    ),
    once_wrong(
        r"\begin{align} a &= b & (k \neq y) \\ c &= d \end{align}",
        [r"a = b | k \neq y", "c = d"],
        "a condition in brackets in a column of its own is dropped",
    ),
    once_wrong(r"\forall i: a_i = b", [r"a_i = b | \forall i"], r"an equation behind `\forall i:` is dropped"),
    once_wrong(
        r"\forall i \quad a_i = b", [r"a_i = b | \forall i"], r"an equation behind `\forall i \quad` is dropped"
    ),
]

NAMES = [
    (r"a = b \tag{3}", ["a = b # 3"]),
    (r"a = b \tag*{3'}", ["a = b # 3'"]),
    (r"a = b \label{eq:x}", ["a = b # eq:x"]),
    (r"a = b \tag{1}\label{x}", ["a = b # 1"]),
    (r"a = b \quad (7)", ["a = b # 7"]),
    (r"a = b, \quad (7).", ["a = b # 7"]),
    (r"a = b, \quad c = d \tag{4}", ["a = b # 4", "c = d # 4"]),
    (r"\begin{align} a &= b \tag{1} \\ c &= d \tag{2} \end{align}", ["a = b # 1", "c = d # 2"]),
    (r"\begin{align} a &= b \\ &= c \tag{1} \\ d &= e \tag{2} \end{align}", ["a = b = c # 1", "d = e # 2"]),
]

BRACKETS = [
    (r"\boxed{a = b}", ["a = b"]),
    (r"(a = b)", ["a = b"]),
    (r"\mathbb{1}(a = b) = c", [r"\mathbb{1}(a = b) = c"]),
    (r"\sum_{i=1}^{n} a = b", [r"\sum_{i=1}^{n} a = b"]),
    (r"\left. a \right|_{x = 0} = b", [r"a \right|_{x = 0} = b"]),
    (r"f(a = b, c = d) = e", ["f(a = b, c = d) = e"]),
    (r"\begin{pmatrix} a = b & c \end{pmatrix} = d", [r"\begin{pmatrix} a = b & c \end{pmatrix} = d"]),
    once_wrong(r"\boxed{\boxed{a = b}}", ["a = b"], "an equation in two boxes is dropped"),
]

# how many relations are found, where what stands between them is no matter
UNBALANCED = [
    (r"{a = b", 1),
    (r"a = (b = c", 2),
    (r"a = b) = c", 2),
    (r"a = \frac{b = c", 2),
    (r"a_{b = c = d", 2),
    (r"\left( a = b \\ c = d", 2),
    (r"a = [b = c) = d", 3),
    (r"a = = b", 2),
    (r"= b", 1),
    (r"a =", 1),
    pytest.param(
        r"a = \boxed{b = c}",
        2,
    ),
]

SIGNS = [
    ("a := b", [":="]),
    ("a == b", ["="]),
    ("a += b", ["+="]),
    (r"a \mathrel{+}= b", ["+="]),
    (r"a \mathrel{+=} b", ["+="]),
    (r"a \triangleq b", [r"\triangleq"]),
    (r"a \overset{(1)}{=} b", ["="]),
    (r"a \approx b \propto c", [r"\approx", r"\propto"]),
    (r"a \in \mathbb{R}^n", [r"\in"]),
    (r"a : m \times n", [":"]),
    (r"a^+ = b", ["="]),
    (r"\boxed{a} = b", ["="]),
    (r"a = b \text{ = } c", ["="]),
    (r"a \to b", []),
    (r"f: a \to b", []),
    ("a", []),
    ("", []),
]


@pytest.mark.parametrize("text, expected", SYSTEMS + ROWS + SEPARATORS + CONDITIONS + NAMES + BRACKETS)
def test_a_display_is_these_chains(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize("text, count", UNBALANCED)
def test_a_broken_display_keeps_every_relation(text: str, count: int) -> None:
    assert sum(len(chain.relations) for chain in chains(text)) == count


@pytest.mark.parametrize("text, signs", SIGNS)
def test_the_signs_of_a_display(text: str, signs: list[str]) -> None:
    assert [relation.text for chain in chains(text) for relation in chain.relations] == signs


# ── any rows ──

MEMBERS = st.sampled_from(
    [
        "a",
        "-b",
        "x y",
        r"\sum_{i=1}^n x_i",
        "f(a = b)",
        r"\mathbb{1}\{a \neq b\}",
        r"\frac{a = b}{2}",
        "W^{[1]T} x",
        "2",
    ]
)
RELATION = st.sampled_from(["=", ":=", r"\approx", r"\propto", r"\equiv", "+="])
SEPARATOR = st.sampled_from([r", \quad ", r" \qquad ", "; ", r" \text{ and } ", r" \Rightarrow "])
ENVIRONMENT = st.sampled_from(["", "align", "align*", "aligned", "gather", "split", "eqnarray"])


@st.composite
def displays(draw: st.DrawFn) -> tuple[str, int]:
    """Rows of equations, and how many relation signs stand outside brackets in them."""
    rows, count = [], 0
    for _ in range(draw(st.integers(1, 4))):
        pieces = []
        for at in range(draw(st.integers(1, 3))):
            continues = bool(rows) and at == 0 and draw(st.booleans())
            mark = "&" if at == 0 and draw(st.booleans()) else ""
            equation = "" if continues else draw(MEMBERS)
            for _ in range(draw(st.integers(1, 3))):
                equation += f" {mark}{draw(RELATION)} {draw(MEMBERS)}"
                count += 1
            pieces.append(equation)
        row = pieces[0]
        for piece in pieces[1:]:
            row += draw(SEPARATOR) + piece
        rows.append(row)
    name = draw(ENVIRONMENT)
    body = r" \\ ".join(rows)
    return (rf"\begin{{{name}}} {body} \end{{{name}}}" if name else body), count


@settings(max_examples=200, deadline=None)
@given(displays())
def test_each_relation_outside_brackets_is_one_relation(display: tuple[str, int]) -> None:
    text, count = display
    found = split(text, frozenset(), lambda name: False)
    assert sum(len(chain.relations) for chain in found) == count
    assert all(len(chain.members) == len(chain.relations) + 1 for chain in found)


SOUP = [
    "a",
    "x_",
    "^",
    "_",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    r"\{",
    r"\}",
    "=",
    ":=",
    "+",
    "-",
    "&",
    r"\\",
    r"\quad",
    r"\qquad",
    ",",
    ";",
    ".",
    ":",
    "|",
    r"\|",
    r"\frac",
    r"\sqrt",
    r"\sqrt[",
    r"\hat",
    r"\mathbf",
    r"\text{if}",
    r"\text{and }",
    r"\text{",
    r"\begin{align}",
    r"\end{align}",
    r"\begin{cases}",
    r"\end{cases}",
    r"\begin",
    r"\end",
    r"\boxed",
    r"\tag{1}",
    r"\tag",
    r"\label{x}",
    r"\left",
    r"\right",
    r"\left.",
    r"\forall",
    r"\Rightarrow",
    r"\to",
    r"\neq",
    r"\in",
    r"\mathrel{+}=",
    r"\underbrace",
    r"\stackrel",
    r"\Sigma",
    "%",
    "\n",
    "'",
    "12",
    "Σ",
    "ᵀ",
    "é",
    "\\",
    r"\foo",
    r"\operatorname*",
    r"\color",
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(SOUP), max_size=30).map(" ".join))
@example("\\")
@example(r"\left\{ \begin{array}")
def test_nothing_makes_the_splitter_fail(text: str) -> None:
    for chain in split(text, frozenset()):
        assert len(chain.members) == len(chain.relations) + 1
        assert isinstance(chain.shown(text), str)
