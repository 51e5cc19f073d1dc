"""Expressions -> LaTeX that reads back as the same expression.

One rule a node, in the order of `derive.expressions.tree`. Brackets are put
where reading needs them: a factor that is a sum, a base that is a product, an argument of a function.
"""

import re
from functools import singledispatch

from derive.expressions import tree
from derive.expressions.shapes import Dim
from derive.expressions.tree import Condition, Expr, Index
from derive.expressions.walk import walk, with_positions

SUM, ENTRYWISE, PRODUCT, FACTOR, ATOM = range(5)
"""How tightly a piece of LaTeX binds: a sum, a product with a sign, one by juxtaposition, one factor of a product,
something that can take a script."""


def latex(node: Expr) -> str:
    """The expression as its author could have written it."""
    return _piece(node)[0]


def _piece(node: Expr) -> tuple[str, int]:
    return write(node)


def _at_least(node: Expr, binding: int) -> str:
    """The node's LaTeX, in brackets where it binds less tightly."""
    text, own = _piece(node)
    return text if own >= binding else rf"\left({text}\right)"


@singledispatch
def write(node: Expr) -> tuple[str, int]:
    """The LaTeX of a node and how tightly it binds."""
    raise NotImplementedError(f"latex has no rule for {type(node).__name__}; add one in derive/expressions/latex.py")


@write.register
def write_number(node: tree.Number) -> tuple[str, int]:
    value = node.value
    if value < 0:
        return f"-{write_number(tree.Number(-value))[0]}", SUM
    return (
        (str(value.numerator), ATOM)
        if value.denominator == 1
        else (rf"\frac{{{value.numerator}}}{{{value.denominator}}}", FACTOR)
    )


@write.register
def write_constant(node: tree.Constant) -> tuple[str, int]:
    return {"pi": r"\pi", "e": "e"}[node.name], ATOM


@write.register
def write_size(node: tree.Size) -> tuple[str, int]:
    return node.name or str(node.dim), ATOM


@write.register
def write_index_value(node: tree.IndexValue) -> tuple[str, int]:
    return index(node.index), SUM if isinstance(node.index, tree.IndexShift) else ATOM


@write.register
def write_symbol(node: tree.Symbol) -> tuple[str, int]:
    name = re.sub(r"^formal ", "", node.name).split(" for every ")[0]
    return name, FACTOR if "^" in name or "_" in name or "'" in name else ATOM


@write.register
def write_identity(node: tree.Identity) -> tuple[str, int]:
    """I_n."""
    return f"I{_size_script(node.size)}", FACTOR


@write.register
def write_fill(node: tree.Fill) -> tuple[str, int]:
    """A vector of ones or zeros; its size as a subscript."""
    shape = node.of_shape
    text = rf"\mathbf{{{node.value}}}{_size_script(shape.length) if shape.is_vector else ''}"
    return text, FACTOR


def _size_script(dim: Dim) -> str:
    return "" if dim.size is None else f"_{{{dim}}}"


@write.register
def write_negative(node: tree.Negative) -> tuple[str, int]:
    """-A."""
    return f"-{_at_least(node.operand, ENTRYWISE)}", SUM


@write.register
def write_add(node: tree.Add) -> tuple[str, int]:
    """A + B - C."""
    text = ""
    for place, term in enumerate(node.terms):
        if isinstance(term, tree.Negative):
            text += f" - {_at_least(term.operand, ENTRYWISE)}" if place else write_negative(term)[0]
        else:
            text += (" + " if place else "") + _at_least(term, ENTRYWISE)
    return text, SUM


@write.register
def write_scale(node: tree.Scale) -> tuple[str, int]:
    """c A."""
    factor = _piece(node.factor)[0] if isinstance(node.factor, tree.Scale) else _at_least(node.factor, FACTOR)
    return f"{factor} {_at_least(node.operand, FACTOR)}", PRODUCT


@write.register
def write_matmul(node: tree.MatMul) -> tuple[str, int]:
    """A B."""
    is_product = isinstance(node.left, (tree.MatMul, tree.Scale)) and not node.left.shape.is_scalar
    left = _piece(node.left)[0] if is_product else _at_least(node.left, FACTOR)
    return f"{left} {_at_least(node.right, FACTOR)}", PRODUCT


@write.register
def write_hadamard(node: tree.Hadamard) -> tuple[str, int]:
    r"""A \odot B."""
    left = _piece(node.left)[0] if isinstance(node.left, tree.Hadamard) else _at_least(node.left, PRODUCT)
    return rf"{left} \odot {_at_least(node.right, PRODUCT)}", ENTRYWISE


@write.register
def write_quotient(node: tree.Quotient) -> tuple[str, int]:
    r"""\frac{A}{B}."""
    return rf"\frac{{{latex(node.numerator)}}}{{{latex(node.denominator)}}}", FACTOR


@write.register
def write_dot(node: tree.Dot) -> tuple[str, int]:
    """⟨a, b⟩."""
    return rf"\langle {latex(node.left)}, {latex(node.right)} \rangle", FACTOR


@write.register
def write_outer(node: tree.Outer) -> tuple[str, int]:
    r"""a \otimes b."""
    return rf"{_at_least(node.left, FACTOR)} \otimes {_at_least(node.right, FACTOR)}", ENTRYWISE


@write.register
def write_kronecker(node: tree.Kronecker) -> tuple[str, int]:
    r"""A \otimes B; as a function where both are vectors, between which that sign is the outer product."""
    if node.left.shape.is_vector and node.right.shape.is_vector:
        return rf"\operatorname{{kron}}({latex(node.left)}, {latex(node.right)})", FACTOR
    return rf"{_at_least(node.left, FACTOR)} \otimes {_at_least(node.right, FACTOR)}", ENTRYWISE


@write.register
def write_transpose(node: tree.Transpose) -> tuple[str, int]:
    """A^T."""
    return f"{_base(node.operand)}^{{T}}", FACTOR


@write.register
def write_inverse(node: tree.Inverse) -> tuple[str, int]:
    """A^{-1}."""
    return f"{_base(node.operand)}^{{-1}}", FACTOR


def _base(node: Expr) -> str:
    """What can take a superscript: a name without one, else brackets."""
    text, binding = _piece(node)
    is_name = isinstance(node, tree.Symbol) and "^" not in text and "'" not in text
    return text if (binding == ATOM or is_name) and text != "e" else rf"\left({text}\right)"


@write.register
def write_power(node: tree.Power) -> tuple[str, int]:
    """a^c."""
    return f"{_base(node.base)}^{{{latex(node.exponent)}}}", FACTOR


@write.register
def write_matrix_power(node: tree.MatrixPower) -> tuple[str, int]:
    """A^n."""
    return f"{_base(node.base)}^{{{node.exponent}}}", FACTOR


_COMMANDS = {
    "exp": r"\exp", "log": r"\log", "sinh": r"\sinh", "cosh": r"\cosh", "tanh": r"\tanh", "coth": r"\coth",
    "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "sigmoid": r"\sigma", "relu": r"\text{ReLU}",
    "leaky": r"\text{LeakyReLU}", "softplus": r"\text{softplus}", "gelu": r"\text{GELU}", "elu": r"\text{ELU}",
    "silu": r"\text{SiLU}", "sign": r"\text{sign}", "erf": r"\text{erf}", "abs": r"\text{abs}", "sqrt": r"\text{sqrt}",
}  # fmt: skip


@write.register
def write_apply(node: tree.Apply) -> tuple[str, int]:
    """f(A), f'(A)."""
    if node.function == "sqrt" and not node.order:
        return rf"\sqrt{{{latex(node.operand)}}}", FACTOR
    arguments = ", ".join(latex(argument) for argument in (node.operand, *node.parameters))
    return rf"{_COMMANDS[node.function]}{chr(39) * node.order}\left({arguments}\right)", FACTOR


@write.register
def write_unspecified(node: tree.Unspecified) -> tuple[str, int]:
    """f(A), f'(A)."""
    return rf"{node.name}{chr(39) * node.order}\left({latex(node.operand)}\right)", FACTOR


@write.register
def write_unspecified_map(node: tree.UnspecifiedMap) -> tuple[str, int]:
    """g(x)."""
    return rf"{node.name}\left({latex(node.operand)}\right)", FACTOR


@write.register
def write_entry_by_entry(node: tree.EntryByEntry) -> tuple[str, int]:
    """A formula of z at every entry of A; there is no common notation for it, so it is for people only."""
    return rf"\left[{latex(node.formula)}\right]_{{{latex(node.parameter)} = {latex(node.operand)}}}", FACTOR


@write.register
def write_extremum(node: tree.Extremum) -> tuple[str, int]:
    """max(a, b)."""
    return rf"\{node.kind}\left({latex(node.left)}, {latex(node.right)}\right)", FACTOR


@write.register
def write_softmax(node: tree.Softmax) -> tuple[str, int]:
    """softmax(z)."""
    name = "logsoftmax" if node.logarithm else "softmax"
    return rf"\text{{{name}}}\left({latex(node.operand)}\right)", FACTOR


_REDUCTIONS = {
    "sum": r"\text{sum}", "mean": r"\text{mean}", "max": r"\max", "min": r"\min",
    "logsumexp": r"\text{logsumexp}", "trace": r"\operatorname{tr}", "det": r"\det",
}  # fmt: skip


@write.register
def write_reduce(node: tree.Reduce) -> tuple[str, int]:
    """‖A‖, tr(A), …"""
    if node.kind in ("l1", "l2"):
        return rf"\|{latex(node.operand)}\|{'_{1}' if node.kind == 'l1' else '_{F}'}", FACTOR
    return rf"{_REDUCTIONS[node.kind]}\left({latex(node.operand)}\right)", FACTOR


@write.register
def write_diagonal(node: tree.Diagonal) -> tuple[str, int]:
    """diag(v)."""
    return rf"\operatorname{{diag}}\left({latex(node.operand)}\right)", FACTOR


@write.register
def write_vectorised(node: tree.Vectorised) -> tuple[str, int]:
    """vec(A)."""
    return rf"\operatorname{{vec}}\left({latex(node.operand)}\right)", FACTOR


@write.register
def write_entry(node: tree.Entry) -> tuple[str, int]:
    """A_{i,j}; a vector's entry shows one index, that of a family the indices of its name."""
    operand = node.operand
    if operand.shape.is_vector:
        script = index(node.row if operand.shape.is_column else node.column)
    else:
        script = f"{index(node.row)},{index(node.column)}"
    if isinstance(operand, tree.Symbol) and " for every " in operand.name:
        return re.sub(r"_\{[^{}]*\}", lambda _: f"_{{{script}}}", operand.name.split(" for every ")[0], count=1), FACTOR
    return f"{_indexed(operand)}_{{{script}}}", FACTOR


@write.register
def write_slice(node: tree.Slice) -> tuple[str, int]:
    """A_{i,:}."""
    script = f"{index(node.index)},:" if node.along == "row" else f":,{index(node.index)}"
    return f"{_indexed(node.operand)}_{{{script}}}", FACTOR


def _indexed(node: Expr) -> str:
    """What can take a subscript."""
    text, binding = _piece(node)
    plain = isinstance(node, tree.Symbol) and "_" not in text and "'" not in text
    return text if plain or binding == ATOM else rf"\left({text}\right)"


@write.register
def write_quantified(node: tree.Quantified) -> tuple[str, int]:
    r"""\sum_{i=1}^{n} a_i; without bounds where a condition restricts the index; with dots as it was written."""
    if node.index.name == tree.DOTS:
        ends = tree.IndexNumber(node.range.first, str(node.range.first + 1)), _at_end(node.range)
        terms = [_at_least(_at(node.body, {node.index: end}), PRODUCT) for end in ends]
        return rf"\left({terms[0]} + \dots + {terms[1]}\right)", ATOM
    sign = {"sum": r"\sum", "product": r"\prod", "max": r"\max", "min": r"\min"}[node.kind]
    if node.condition is not None:
        below, above = condition(node.condition), ""
    elif node.kind in ("max", "min"):
        below, above = node.index.name, ""
    else:
        below, above = f"{node.index.name}={node.range.first + 1}", f"^{{{_last(node.range)}}}"
    text = f"{sign}_{{{below}}}{above} {_at_least(node.body, PRODUCT)}"
    return (rf"\left({text}\right)", ATOM) if node.kind in ("sum", "product") else (text, SUM)


def _last(values: tree.Range) -> str:
    """The upper bound of a range: by the name of its dimension, or a number."""
    dim, missing = values.dim, values.from_end
    is_named = dim.name not in ("", str(dim.size))
    if values.extent == "dimension" and is_named:
        return f"{dim}{-missing:+d}" if missing else dim.name
    coincides = values.extent == "these sizes" and values.first == missing == 0
    return str(dim) if coincides else str(values.last + 1)


def _at_end(values: tree.Range) -> tree.IndexNumber:
    return tree.IndexNumber(values.last, _last(values), values.dim)


def _at(body: Expr, positions: dict[tree.IndexVariable, tree.IndexNumber]) -> Expr:
    result = with_positions(body, positions)
    assert isinstance(result, Expr)
    return result


@write.register
def write_entry_formula(node: tree.EntryFormula) -> tuple[str, int]:
    """With dots as it was written; else the formula of the general entry, its indices outside, for people only."""
    if all(
        letter is None or letter.name in (tree.ROW_OF_DOTS, tree.COLUMN_OF_DOTS) for letter in (node.row, node.column)
    ):
        return _with_dots(node), FACTOR
    letters = "".join(letter.name for letter in (node.row, node.column) if letter is not None)
    return rf"\left[{latex(node.body)}\right]_{{{letters}}}", FACTOR


def _with_dots(node: tree.EntryFormula) -> str:
    """The corners of a matrix, dots between them; whole columns or rows where it is made of them."""
    body, row, column = node.body, node.row, node.column
    if isinstance(body, tree.Entry) and row is not None and column is not None:
        if body.row == row and row not in walk(body.operand) and body.operand.shape.is_column:
            body, row = body.operand, None
        elif body.column == column and column not in walk(body.operand) and body.operand.shape.is_row:
            body, column = body.operand, None
    lines = []
    for down in _corners(row, node.shape.rows):
        cells = [latex(_at(body, {**down, **along})) for along in _corners(column, node.shape.columns)]
        lines.append(r" & \cdots & ".join(cells))
    if row is not None:
        lines.insert(1, r"\vdots" if column is None else r"\vdots & \ddots & \vdots")
    return rf"\begin{{bmatrix}} {(' ' + chr(92) * 2 + ' ').join(lines)} \end{{bmatrix}}"


def _corners(index: tree.IndexVariable | None, dim: Dim) -> list[dict[tree.IndexVariable, tree.IndexNumber]]:
    """The first and the last position of an index; one place without it."""
    if index is None:
        return [{}]
    return [{index: tree.IndexNumber(0, "1")}, {index: tree.IndexNumber((dim.size or 1) - 1, str(dim), dim)}]


@write.register
def write_blocks(node: tree.Blocks) -> tuple[str, int]:
    """A matrix written out."""
    lines = r" \\ ".join(" & ".join(map(latex, line)) for line in node.rows)
    return rf"\begin{{bmatrix}} {lines} \end{{bmatrix}}", FACTOR


@write.register
def write_indicator(node: tree.Indicator) -> tuple[str, int]:
    """1(condition)."""
    return rf"\mathbb{{1}}\left({condition(node.condition)}\right)", FACTOR


@write.register
def write_cases(node: tree.Cases) -> tuple[str, int]:
    """Values and conditions."""
    lines = (
        f"{latex(value)} & " + (r"\text{otherwise}" if holds is None else rf"\text{{if }} {condition(holds)}")
        for value, holds in node.branches
    )
    return rf"\begin{{cases}} {(chr(92) * 2 + ' ').join(lines)} \end{{cases}}", FACTOR


@write.register
def write_derivative(node: tree.Derivative) -> tuple[str, int]:
    r"""\frac{\partial f}{\partial x}."""
    return rf"\frac{{\partial {_at_least(node.of, FACTOR)}}}{{\partial {_at_least(node.by, FACTOR)}}}", FACTOR


@write.register
def write_chain_rule(node: tree.ChainRule) -> tuple[str, int]:
    """∂a/∂b ∂b/∂c."""
    return " ".join(latex(factor) for factor in node.factors), PRODUCT


@write.register
def write_local_factor(node: tree.LocalFactor) -> tuple[str, int]:
    """The derivative for which the factor stands."""
    return latex(node.derivative), FACTOR


# ── indices and conditions ──


def index(node: Index) -> str:
    """An index as it stands in a subscript; positions are written from 1 where the author's text is not known."""
    match node:
        case tree.IndexVariable(name):
            return name
        case tree.IndexNumber(position, shown):
            return shown or str(position + 1)
        case tree.IndexShift(inner, by):
            return f"{index(inner)}{by:+d}"
        case tree.Label(name, example):
            return name if example is None else f"{name}_{{{index(example)}}}"
    raise NotImplementedError(f"index has no rule for {type(node).__name__}")


_COMPARATORS = {"=": "=", "!=": r"\neq", "<": "<", "<=": r"\leq", ">": ">", ">=": r"\geq"}


def condition(node: Condition) -> str:
    """Comparisons between commas."""
    if isinstance(node, tree.AllOf):
        return ", ".join(map(condition, node.conditions))
    return f"{latex(node.left)} {_COMPARATORS[node.comparator]} {latex(node.right)}"
