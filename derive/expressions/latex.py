"""Expressions -> LaTeX that reads back as the same expression, in the style of an author.

One rule a node, in the order of `derive.expressions.tree`. Brackets are put
where reading needs them: a factor that is a sum, a base that is a product, an argument of a function.
"""

import re
from dataclasses import replace
from functools import singledispatch

from derive.expressions import tree
from derive.expressions.shapes import Dim, Shape
from derive.expressions.style import PLAIN, Style, cross_entropy, in_style
from derive.expressions.tree import Condition, Expr, Index
from derive.expressions.walk import walk, with_positions

SUM, ENTRYWISE, PRODUCT, FACTOR, ATOM = range(5)
"""How tightly a piece of LaTeX binds: a sum, a product with a sign, one by juxtaposition, one factor of a product,
something that can take a script."""


def latex(node: Expr, style: Style = PLAIN) -> str:
    """The expression as its author could have written it; what is read again is `in_style(node, style)`."""
    return _text(in_style(node, style), style)


def _text(node: Expr, style: Style) -> str:
    return write(node, style)[0]


def _at_least(node: Expr, binding: int, style: Style) -> str:
    """The node's LaTeX, in brackets where it binds less tightly."""
    text, own = write(node, style)
    return text if own >= binding else style.around(text)


def _ends_open(node: Expr, style: Style) -> bool:
    """Whether what stands behind a node would be read as a part of it: a sum over an index, an operator."""
    if isinstance(node, tree.Scale):
        return not isinstance(node.operand, tree.Scale) and _ends_open(node.operand, style)
    if isinstance(node, tree.Derivative):
        return _is_operator(node, style)
    if not isinstance(node, tree.Quantified) or style.brackets != "fitting":
        return False
    return node.kind in ("sum", "product") and node.index.name != tree.DOTS


def _last(node: Expr, binding: int, style: Style) -> str:
    """The LaTeX of a node behind which nothing stands that could be read as a part of it."""
    return _text(node, style) if _ends_open(node, style) else _at_least(node, binding, style)


@singledispatch
def write(node: Expr, style: Style) -> tuple[str, int]:
    """The LaTeX of a node and how tightly it binds."""
    raise NotImplementedError(f"latex has no rule for {type(node).__name__}; add one in derive/expressions/latex.py")


@write.register
def write_number(node: tree.Number, style: Style) -> tuple[str, int]:
    value = node.value
    if value < 0:
        return f"-{write_number(tree.Number(-value), style)[0]}", SUM
    return (
        (str(value.numerator), ATOM)
        if value.denominator == 1
        else (rf"\frac{{{value.numerator}}}{{{value.denominator}}}", FACTOR)
    )


@write.register
def write_constant(node: tree.Constant, style: Style) -> tuple[str, int]:
    return {"pi": r"\pi", "e": "e"}[node.name], ATOM


@write.register
def write_size(node: tree.Size, style: Style) -> tuple[str, int]:
    return style.spelled(node.name or str(node.dim)), ATOM


@write.register
def write_index_value(node: tree.IndexValue, style: Style) -> tuple[str, int]:
    return index(node.index, style), SUM if isinstance(node.index, tree.IndexShift) else ATOM


@write.register
def write_symbol(node: tree.Symbol, style: Style) -> tuple[str, int]:
    name = re.sub(r"^formal ", "", node.name)
    name = style.names.get(name) or style.spelled(name.split(" for every ")[0])
    return name, FACTOR if "^" in name or "_" in name or "'" in name else ATOM


@write.register
def write_identity(node: tree.Identity, style: Style) -> tuple[str, int]:
    """I_n."""
    return f"I{_size_script(node.size, style)}", FACTOR


@write.register
def write_fill(node: tree.Fill, style: Style) -> tuple[str, int]:
    r"""A vector of ones or zeros, transposed where it does not stand as the style's vectors; its size below it."""
    shape = node.of_shape
    if not shape.is_vector:
        return rf"\mathbf{{{node.value}}}", FACTOR
    return rf"\mathbf{{{node.value}}}{_size_script(shape.length, style)}{_turn(shape, style)}", FACTOR


def _turn(shape: Shape, style: Style) -> str:
    """The mark of a transpose where a vector does not stand as the style's vectors do."""
    stands = shape.is_row if style.vectors == "row" else shape.is_column
    return "" if stands else style.transpose


def _size_script(dim: Dim, style: Style) -> str:
    return "" if dim.size is None else style.scripts(f"_{{{style.spelled(str(dim))}}}")


@write.register
def write_negative(node: tree.Negative, style: Style) -> tuple[str, int]:
    """-A; a cross-entropy by its name, where it has one."""
    if _has_name(node, style):
        return _cross_entropy(node, style), FACTOR
    return f"-{_last(node.operand, ENTRYWISE, style)}", SUM


def _has_name(node: Expr, style: Style) -> bool:
    return "crossentropy" in style.functions and cross_entropy(node) is not None


def _cross_entropy(node: Expr, style: Style) -> str:
    r"""\text{CrossEntropy}(y, p)."""
    arguments = ", ".join(_text(side, style) for side in cross_entropy(node) or ())
    return style.functions["crossentropy"] + style.around(arguments)


@write.register
def write_add(node: tree.Add, style: Style) -> tuple[str, int]:
    """A + B - C."""
    text = ""
    for place, term in enumerate(node.terms):
        if isinstance(term, tree.Negative) and not _has_name(term, style):
            text += f" - {_last(term.operand, ENTRYWISE, style)}" if place else write_negative(term, style)[0]
        else:
            text += (" + " if place else "") + _last(term, ENTRYWISE, style)
    return text, SUM


@write.register
def write_scale(node: tree.Scale, style: Style) -> tuple[str, int]:
    """c A."""
    factor = _first(node.factor, isinstance(node.factor, tree.Scale), style)
    if _ends_open(node, style):
        return f"{factor} {_text(node.operand, style)}", SUM
    return f"{factor} {_at_least(node.operand, FACTOR, style)}", PRODUCT


@write.register
def write_matmul(node: tree.MatMul, style: Style) -> tuple[str, int]:
    """A B."""
    is_product = isinstance(node.left, (tree.MatMul, tree.Scale)) and not node.left.shape.is_scalar
    left = _ones(node.left, node.right, style) or _first(node.left, is_product, style)
    right = _ones(node.right, node.left, style) or _at_least(node.right, FACTOR, style)
    space = r"\, " if left.endswith(".T") and not style.products else ""
    return f"{left}{style.times}{space}{right}", PRODUCT


def _ones(node: Expr, other: Expr, style: Style) -> str:
    """1^T at the left or 1 at the right of what says how long it is, where the style does not say it again."""
    inner, is_turned = (node.operand, True) if isinstance(node, tree.Transpose) else (node, False)
    beside = other.operand if isinstance(other, tree.Transpose) else other
    if (
        style.ones == "sized"
        or isinstance(beside, tree.Fill)
        or not isinstance(inner, tree.Fill)
        or not inner.shape.is_column
    ):
        return ""
    contracted = node.shape.rows.size == 1 if is_turned else node.shape.columns.size == 1
    return rf"\mathbf{{{inner.value}}}{_turn(node.shape, style)}" if contracted else ""


def _first(node: Expr, is_product: bool, style: Style) -> str:
    """The first factor of a product, which may itself be one."""
    return _at_least(node, PRODUCT if is_product else FACTOR, style)


@write.register
def write_hadamard(node: tree.Hadamard, style: Style) -> tuple[str, int]:
    r"""A \odot B."""
    left = _text(node.left, style) if isinstance(node.left, tree.Hadamard) else _at_least(node.left, PRODUCT, style)
    if style.entrywise != "*":
        return f"{left} {style.entrywise} {_at_least(node.right, PRODUCT, style)}", ENTRYWISE
    if node.left.shape != node.right.shape:
        return rf"{left} \odot {_at_least(node.right, PRODUCT, style)}", ENTRYWISE
    return f"{left} * {_at_least(node.right, FACTOR, style)}", ENTRYWISE


@write.register
def write_quotient(node: tree.Quotient, style: Style) -> tuple[str, int]:
    r"""\frac{A}{B}."""
    return rf"\frac{{{_text(node.numerator, style)}}}{{{_text(node.denominator, style)}}}", FACTOR


@write.register
def write_dot(node: tree.Dot, style: Style) -> tuple[str, int]:
    """⟨a, b⟩."""
    return rf"\langle {_text(node.left, style)}, {_text(node.right, style)} \rangle", FACTOR


@write.register
def write_outer(node: tree.Outer, style: Style) -> tuple[str, int]:
    r"""a \otimes b."""
    return rf"{_at_least(node.left, FACTOR, style)} \otimes {_at_least(node.right, FACTOR, style)}", ENTRYWISE


@write.register
def write_kronecker(node: tree.Kronecker, style: Style) -> tuple[str, int]:
    r"""A \otimes B; as a function where both are vectors, between which that sign is the outer product."""
    if node.left.shape.is_vector and node.right.shape.is_vector:
        return rf"\operatorname{{kron}}({_text(node.left, style)}, {_text(node.right, style)})", FACTOR
    return rf"{_at_least(node.left, FACTOR, style)} \otimes {_at_least(node.right, FACTOR, style)}", ENTRYWISE


@write.register
def write_transpose(node: tree.Transpose, style: Style) -> tuple[str, int]:
    """A^T."""
    if isinstance(node.operand, tree.Fill):
        return write_fill(replace(node.operand, of_shape=node.shape), style)
    joint = _joined(node.operand, style)
    return (f"{_base(node.operand, style)}{style.transpose}" if joint is None else joint), FACTOR


@write.register
def write_inverse(node: tree.Inverse, style: Style) -> tuple[str, int]:
    """A^{-1}."""
    return f"{_base(node.operand, style)}^{{-1}}", FACTOR


def _joined(node: Expr, style: Style) -> str | None:
    """W^{[2]T}: the transpose in the superscript of a name, where the style joins them."""
    if not (style.joined and style.transpose.startswith("^") and isinstance(node, tree.Symbol)):
        return None
    text = _text(node, style)
    mark = style.transpose.removeprefix("^").removeprefix("{").removesuffix("}")
    return f"{text[:-1]}{mark}}}" if text.endswith(("]}", ")}")) else None


def _base(node: Expr, style: Style) -> str:
    """What can take a superscript: a name without one, else brackets."""
    text, binding = write(node, style)
    is_name = isinstance(node, tree.Symbol) and "^" not in text and "'" not in text
    if style.brackets == "fitting" and text != "e":
        is_name = is_name or isinstance(node, tree.Fill) or _takes_script(node)
    return text if (binding == ATOM or is_name) and text != "e" else style.around(text)


def _takes_script(node: Expr) -> bool:
    """What its own brackets or bars hold together, an entry, or a function with its argument in brackets."""
    if isinstance(node, tree.Entry):
        return isinstance(node.operand, tree.Symbol) and "^" not in _text(node, PLAIN)
    if isinstance(node, tree.Reduce):
        return node.kind in ("l1", "l2")
    if isinstance(node, tree.Blocks):
        return True
    return isinstance(node, tree.Apply) and node.function in ("sigmoid", "relu") and not node.order


@write.register
def write_power(node: tree.Power, style: Style) -> tuple[str, int]:
    """a^c; of some functions at their names, and of a norm behind its script."""
    if style.brackets == "fitting" and isinstance(node.exponent, tree.Number):
        exponent = style.scripts(f"^{{{_text(node.exponent, style)}}}")
        if isinstance(node.base, tree.Apply) and _takes_power(node.base) and node.exponent.value > 0:
            return _called(_function(node.base.function, style) + exponent, node.base, style), FACTOR
        return f"{_base(node.base, style)}{exponent}", FACTOR
    return f"{_base(node.base, style)}^{{{_text(node.exponent, style)}}}", FACTOR


@write.register
def write_matrix_power(node: tree.MatrixPower, style: Style) -> tuple[str, int]:
    """A^n."""
    return f"{_base(node.base, style)}^{{{node.exponent}}}", FACTOR


COMMANDS = {
    "exp": r"\exp", "log": r"\log", "sinh": r"\sinh", "cosh": r"\cosh", "tanh": r"\tanh", "coth": r"\coth",
    "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "sigmoid": r"\sigma", "relu": r"\text{ReLU}",
    "leaky": r"\text{LeakyReLU}", "softplus": r"\text{softplus}", "gelu": r"\text{GELU}", "elu": r"\text{ELU}",
    "silu": r"\text{SiLU}", "sign": r"\text{sign}", "erf": r"\text{erf}", "abs": r"\text{abs}", "sqrt": r"\text{sqrt}",
    "softmax": r"\text{softmax}", "logsoftmax": r"\text{logsoftmax}",
    "sum": r"\text{sum}", "mean": r"\text{mean}", "max": r"\max", "min": r"\min",
    "logsumexp": r"\text{logsumexp}", "trace": r"\operatorname{tr}", "det": r"\det",
    "diag": r"\operatorname{diag}", "vec": r"\operatorname{vec}",
}  # fmt: skip


def _function(name: str, style: Style) -> str:
    return style.functions.get(name, COMMANDS[name])


def _takes_power(node: tree.Apply) -> bool:
    """Whether f^2(x) means f(x)^2 to everybody."""
    return node.function in ("tanh", "sinh", "cosh", "sin", "cos", "tan") and not node.order


def _called(name: str, node: tree.Apply, style: Style) -> str:
    return name + style.around(", ".join(_text(argument, style) for argument in (node.operand, *node.parameters)))


@write.register
def write_apply(node: tree.Apply, style: Style) -> tuple[str, int]:
    """f(A), f'(A)."""
    if node.function == "sqrt" and not node.order:
        return rf"\sqrt{{{_text(node.operand, style)}}}", FACTOR
    if node.function == "abs" and not node.order and node.shape.is_scalar and style.brackets == "fitting":
        return rf"\lvert {_text(node.operand, style)} \rvert", FACTOR
    if node.function == "exp" and not node.order and style.exponential == "power":
        return f"e^{{{_text(node.operand, style)}}}", FACTOR
    return _called(_function(node.function, style) + chr(39) * node.order, node, style), FACTOR


@write.register
def write_unspecified(node: tree.Unspecified, style: Style) -> tuple[str, int]:
    """f(A), f'(A)."""
    return f"{style.spelled(node.name)}{chr(39) * node.order}{style.around(_text(node.operand, style))}", FACTOR


@write.register
def write_unspecified_map(node: tree.UnspecifiedMap, style: Style) -> tuple[str, int]:
    """g(x)."""
    return style.spelled(node.name) + style.around(_text(node.operand, style)), FACTOR


@write.register
def write_entry_by_entry(node: tree.EntryByEntry, style: Style) -> tuple[str, int]:
    """A formula of z at every entry of A; there is no common notation for it, so it is for people only."""
    place = f"{_text(node.parameter, style)} = {_text(node.operand, style)}"
    return rf"\left[{_text(node.formula, style)}\right]_{{{place}}}", FACTOR


@write.register
def write_extremum(node: tree.Extremum, style: Style) -> tuple[str, int]:
    """max(a, b)."""
    arguments = f"{_text(node.left, style)}, {_text(node.right, style)}"
    return _function(node.kind, style) + style.around(arguments), FACTOR


@write.register
def write_softmax(node: tree.Softmax, style: Style) -> tuple[str, int]:
    """softmax(z)."""
    name = "logsoftmax" if node.logarithm else "softmax"
    return _function(name, style) + style.around(_text(node.operand, style)), FACTOR


@write.register
def write_reduce(node: tree.Reduce, style: Style) -> tuple[str, int]:
    """‖A‖, tr(A), …"""
    if node.kind in ("l1", "l2"):
        of_vector, of_matrix = style.norms
        script = (
            style.scripts("_{1}") if node.kind == "l1" else of_vector if node.operand.shape.is_vector else of_matrix
        )
        return rf"\|{_text(node.operand, style)}\|{script}", FACTOR
    return _function(node.kind, style) + style.around(_text(node.operand, style)), FACTOR


@write.register
def write_diagonal(node: tree.Diagonal, style: Style) -> tuple[str, int]:
    """diag(v)."""
    return _function("diag", style) + style.around(_text(node.operand, style)), FACTOR


@write.register
def write_vectorised(node: tree.Vectorised, style: Style) -> tuple[str, int]:
    """vec(A)."""
    return _function("vec", style) + style.around(_text(node.operand, style)), FACTOR


@write.register
def write_entry(node: tree.Entry, style: Style) -> tuple[str, int]:
    """A_{i,j}; a vector's entry shows one index, that of a family the indices of its name."""
    operand = node.operand
    if operand.shape.is_vector:
        script = index(node.row if operand.shape.is_column else node.column, style)
    else:
        script = _pair(index(node.row, style), index(node.column, style), style)
    if isinstance(operand, tree.Symbol) and " for every " in operand.name:
        pattern = operand.name.split(" for every ")[0]
        return style.scripts(re.sub(r"_\{[^{}]*\}", lambda _: f"_{{{script}}}", pattern, count=1)), FACTOR
    return f"{_indexed(operand, style)}{style.scripts(f'_{{{script}}}')}", FACTOR


def _pair(row: str, column: str, style: Style) -> str:
    """Two indices; letters may stand without a comma between them."""
    are_letters = len(row) == len(column) == 1 and (row + column).isalpha()
    return f"{row}{column}" if are_letters and not style.commas else f"{row},{column}"


@write.register
def write_slice(node: tree.Slice, style: Style) -> tuple[str, int]:
    """A_{i,:}."""
    script = f"{index(node.index, style)},:" if node.along == "row" else f":,{index(node.index, style)}"
    return f"{_indexed(node.operand, style)}_{{{script}}}", FACTOR


def _indexed(node: Expr, style: Style) -> str:
    """What can take a subscript."""
    text, binding = write(node, style)
    plain = isinstance(node, tree.Symbol) and "_" not in text and "'" not in text
    return text if plain or binding == ATOM else style.around(text)


@write.register
def write_quantified(node: tree.Quantified, style: Style) -> tuple[str, int]:
    r"""\sum_{i=1}^{n} a_i; without bounds where a condition restricts the index; with dots as it was written."""
    if node.index.name == tree.DOTS:
        ends = tree.IndexNumber(node.range.first, str(node.range.first + 1)), _at_end(node.range)
        terms = [_at_least(_at(node.body, {node.index: end}), PRODUCT, style) for end in ends]
        return style.around(rf"{terms[0]} + \dots + {terms[1]}"), ATOM
    sign = {"sum": r"\sum", "product": r"\prod", "max": r"\max", "min": r"\min"}[node.kind]
    if node.condition is not None:
        below, above = condition(node.condition, style), ""
    elif node.kind in ("max", "min") or _goes_without_bounds(node, style):
        below, above = node.index.name, ""
    else:
        last = _upper(node.range)
        below, above = f"{node.index.name}={node.range.first + 1}", style.scripts(f"^{{{style.spelled(last)}}}")
    text = f"{sign}{style.scripts(f'_{{{below}}}')}{above} {_last(node.body, PRODUCT, style)}"
    if node.kind in ("sum", "product") and style.brackets == "scaling":
        return style.around(text), ATOM
    return text, SUM


def _goes_without_bounds(node: tree.Quantified, style: Style) -> bool:
    """Whether the index has its whole range, so that where it is used says it, in a style that leaves bounds out."""
    values = node.range
    is_whole = values.extent == "dimension" and values.first == values.from_end == 0
    return not style.bounds and is_whole and any(part == node.index for part in walk(node.body))


def _upper(values: tree.Range) -> str:
    """The upper bound of a range: by the name of its dimension, or a number."""
    dim, missing = values.dim, values.from_end
    is_named = dim.name not in ("", str(dim.size))
    if values.extent == "dimension" and is_named:
        return f"{dim}{-missing:+d}" if missing else dim.name
    coincides = values.extent == "these sizes" and values.first == missing == 0
    return str(dim) if coincides else str(values.last + 1)


def _at_end(values: tree.Range) -> tree.IndexNumber:
    return tree.IndexNumber(values.last, _upper(values), values.dim)


def _at(body: Expr, positions: dict[tree.IndexVariable, tree.IndexNumber]) -> Expr:
    result = with_positions(body, positions)
    assert isinstance(result, Expr)
    return result


@write.register
def write_entry_formula(node: tree.EntryFormula, style: Style) -> tuple[str, int]:
    """With dots as it was written; else the formula of the general entry, its indices outside, for people only."""
    if all(
        letter is None or letter.name in (tree.ROW_OF_DOTS, tree.COLUMN_OF_DOTS) for letter in (node.row, node.column)
    ):
        return _with_dots(node, style), FACTOR
    letters = "".join(letter.name for letter in (node.row, node.column) if letter is not None)
    return rf"\left[{_text(node.body, style)}\right]_{{{letters}}}", FACTOR


def _with_dots(node: tree.EntryFormula, style: Style) -> str:
    """The corners of a matrix, dots between them; whole columns or rows where it is made of them."""
    body, row, column = node.body, node.row, node.column
    if isinstance(body, tree.Entry) and row is not None and column is not None:
        if body.row == row and row not in walk(body.operand) and body.operand.shape.is_column:
            body, row = body.operand, None
        elif body.column == column and column not in walk(body.operand) and body.operand.shape.is_row:
            body, column = body.operand, None
    lines = []
    for down in _corners(row, node.shape.rows, style):
        cells = [_text(_at(body, {**down, **along}), style) for along in _corners(column, node.shape.columns, style)]
        lines.append(r" & \cdots & ".join(cells))
    if row is not None:
        lines.insert(1, r"\vdots" if column is None else r"\vdots & \ddots & \vdots")
    return rf"\begin{{bmatrix}} {(' ' + chr(92) * 2 + ' ').join(lines)} \end{{bmatrix}}"


def _corners(
    index: tree.IndexVariable | None, dim: Dim, style: Style
) -> list[dict[tree.IndexVariable, tree.IndexNumber]]:
    """The first and the last position of an index; one place without it."""
    if index is None:
        return [{}]
    last = str(dim) if style.first == 1 else f"{dim}-1"
    return [{index: tree.IndexNumber(0, str(style.first))}, {index: tree.IndexNumber((dim.size or 1) - 1, last, dim)}]


@write.register
def write_blocks(node: tree.Blocks, style: Style) -> tuple[str, int]:
    """A matrix written out."""
    lines = r" \\ ".join(" & ".join(_text(block, style) for block in line) for line in node.rows)
    return rf"\begin{{bmatrix}} {lines} \end{{bmatrix}}", FACTOR


@write.register
def write_indicator(node: tree.Indicator, style: Style) -> tuple[str, int]:
    """1(condition)."""
    sign, opening, closing = style.indicator
    return sign + style.around(condition(node.condition, style), opening, closing), FACTOR


@write.register
def write_cases(node: tree.Cases, style: Style) -> tuple[str, int]:
    """Values and conditions."""
    lines = (
        f"{_text(value, style)} & "
        + (r"\text{otherwise}" if holds is None else rf"\text{{if }} {condition(holds, style)}")
        for value, holds in node.branches
    )
    return rf"\begin{{cases}} {(chr(92) * 2 + ' ').join(lines)} \end{{cases}}", FACTOR


@write.register
def write_derivative(node: tree.Derivative, style: Style) -> tuple[str, int]:
    r"""\frac{\partial f}{\partial x}; \nabla_x f of a number by a name; \frac{\partial}{\partial x} (f + g)."""
    if style.brackets == "fitting" and isinstance(node.of, tree.Derivative) and _is_twice(node.of, node):
        names = rf"\partial {_text(node.by, style)} \partial {_text(node.of.by, style)}"
        return rf"\frac{{\partial{style.scripts('^{2}')} {_text(node.of.of, style)}}}{{{names}}}", FACTOR
    is_gradient = isinstance(node.of, tree.Symbol) and node.of.shape.is_scalar and isinstance(node.by, tree.Symbol)
    if style.derivative == "gradient" and is_gradient:
        return rf"\nabla{style.scripts(f'_{{{_text(node.by, style)}}}')} {_text(node.of, style)}", FACTOR
    by = _at_least(node.by, FACTOR, style)
    if _is_operator(node, style):
        return rf"\frac{{\partial}}{{\partial {by}}} {_at_least(node.of, FACTOR, style)}", SUM
    return rf"\frac{{\partial {_at_least(node.of, FACTOR, style)}}}{{\partial {by}}}", FACTOR


def _is_operator(node: tree.Derivative, style: Style) -> bool:
    """Whether what is differentiated is a formula, behind the operator; a name stands above the line."""
    of = node.of.operand if isinstance(node.of, (tree.Entry, tree.Slice, tree.Transpose)) else node.of
    return style.brackets == "fitting" and not isinstance(of, (tree.Symbol, tree.Derivative))


def _is_twice(inner: tree.Derivative, outer: tree.Derivative) -> bool:
    """Whether a derivative of a derivative is one of a name by two names, or their transposes."""
    bases = [by.operand if isinstance(by, tree.Transpose) else by for by in (inner.by, outer.by)]
    return isinstance(inner.of, tree.Symbol) and all(isinstance(base, tree.Symbol) for base in bases)


@write.register
def write_chain_rule(node: tree.ChainRule, style: Style) -> tuple[str, int]:
    """∂a/∂b ∂b/∂c."""
    return " ".join(_text(factor, style) for factor in node.factors), PRODUCT


@write.register
def write_local_factor(node: tree.LocalFactor, style: Style) -> tuple[str, int]:
    """The derivative for which the factor stands."""
    return _text(node.derivative, style), FACTOR


# ── indices and conditions ──


def index(node: Index, style: Style = PLAIN) -> str:
    """An index as it stands in a subscript; positions are written from 1 where the author's text is not known."""
    match node:
        case tree.IndexVariable(name):
            return name
        case tree.IndexNumber(position, shown):
            return shown or str(position + 1)
        case tree.IndexShift(inner, by):
            return f"{index(inner, style)}{by:+d}"
        case tree.Label(name, example):
            own = style.spelled(name)
            return own if example is None else own + style.scripts(f"_{{{index(example, style)}}}")
    raise NotImplementedError(f"index has no rule for {type(node).__name__}")


_COMPARATORS = {"=": "=", "!=": r"\neq", "<": "<", "<=": r"\leq", ">": ">", ">=": r"\geq"}


def condition(node: Condition, style: Style = PLAIN) -> str:
    """Comparisons between commas."""
    if isinstance(node, tree.AllOf):
        return ", ".join(condition(part, style) for part in node.conditions)
    return f"{_text(node.left, style)} {_COMPARATORS[node.comparator]} {_text(node.right, style)}"
