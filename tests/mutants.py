"""Right code with one small thing changed in it, as an adversary of marking: what differs must not be accepted.

A mutant is made of the syntax tree, at every place where a change has a meaning. Whether it computes something else
than the code that it comes from is seen by running both at many inputs, which marking knows nothing of.
"""

import ast
import copy
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

import numpy as np

from derive.implementations import runner
from derive.implementations.calls import Value, _value, request_of
from derive.implementations.comparing import compare
from derive.implementations.inputs import inputs_at
from derive.implementations.preparing import Prepared
from derive.implementations.quantities import CodeSetting
from derive.implementations.source import Code
from derive.implementations.truth import Draw, Truth, needed_values

DIFFERENT = 1e-6
HELPERS = """
import numpy as _np
def _clip(a, size): return _np.clip(a, -size, size)
def _positive(a): return _np.maximum(a, 0)
def _negative(a): return _np.minimum(a, 0)
def _leaky(a): return _np.where(_np.asarray(a) > 0, a, 0.1 * _np.asarray(a))
def _diagonal(a): return _np.diag(_np.diag(a))
def _first(a): return _np.where(_np.arange(_np.asarray(a).size).reshape(_np.shape(a)) > 0, a, 0)
def _last(a): return _np.where(_np.arange(_np.asarray(a).size).reshape(_np.shape(a)) < _np.asarray(a).size - 1, a, 0)
def _whole(a): return _np.trunc(a)
"""

# what is put around any expression; `_` stands for it
AROUND = (
    "np.abs(_)", "_positive(_)", "_negative(_)", "-(_)", "2 * (_)", "0 * (_)", "np.sign(_)", "_leaky(_)",
    "_clip(_, 1)", "_clip(_, 5)", "(_).T", "_diagonal(_)", "_first(_)", "_last(_)", "_whole(_)", "np.mean(_)",
    "np.sum(_)", "np.max(_)", "np.sum(_, axis=0)", "np.sum(_, axis=1)", "(_) / X.shape[1]", "(_) + 1e-3", "(_) ** 2",
    "(_)[::-1]", "np.sort(_)", "np.unique(_)", "np.sqrt(np.abs(_))",
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A tree in which another node is to stand in the place of one, by its number; and what that is, in words."""

    what: str
    whole: ast.Module
    place: int
    other: ast.AST

    def made(self) -> ast.Module:
        """The tree with the change in it."""
        tree = copy.deepcopy(self.whole)
        target = next(node for at, node in enumerate(ast.walk(tree)) if at == self.place)
        for parent in ast.walk(tree):
            for field, value in ast.iter_fields(parent):
                if value is target:
                    setattr(parent, field, self.other)
                elif isinstance(value, list) and any(one is target for one in value):
                    setattr(parent, field, [self.other if one is target else one for one in value])
        tree.body[:0] = ast.parse(HELPERS).body
        return ast.fix_missing_locations(tree)


# ── making them ──


def mutants(text: str) -> list[Mutant]:
    """Every change of every place, in order."""
    whole = ast.parse(text)
    names = _names(whole)
    return [
        Mutant(f"line {node.lineno}: {what}", whole, place, other)
        for place, node in _places(whole)
        if hasattr(node, "lineno")
        for what, other in _others(node, names)
    ]


def _places(whole: ast.Module) -> list[tuple[int, ast.AST]]:
    """The nodes inside of functions, with their numbers."""
    inside = {id(part) for node in ast.walk(whole) if isinstance(node, ast.FunctionDef) for part in ast.walk(node)}
    called = {id(node.func) for node in ast.walk(whole) if isinstance(node, ast.Call)}
    return [
        (number, node) for number, node in enumerate(ast.walk(whole)) if id(node) in inside and id(node) not in called
    ]


def _names(whole: ast.Module) -> list[str]:
    """What is assigned in functions and given to them."""
    found = dict.fromkeys(
        node.arg if isinstance(node, ast.arg) else node.id
        for node in ast.walk(whole)
        if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    )
    return [name for name in found if name not in ("self", "np", "_")]


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _others(node: ast.AST, names: Sequence[str]) -> Iterator[tuple[str, ast.AST]]:
    """What may stand in the place of a node."""
    if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        yield from _of_expression(node, names)
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)):
        yield f"without {ast.unparse(node)[:50]}", ast.Pass()
    if isinstance(node, ast.AugAssign):
        target = copy.deepcopy(node.target)
        yield f"= in {ast.unparse(node)[:50]}", ast.Assign([target], node.value)
        for other in (ast.Add(), ast.Sub(), ast.Mult(), ast.Div()):
            if type(other) is not type(node.op):
                yield f"{type(other).__name__} in {ast.unparse(node)[:50]}", ast.AugAssign(target, other, node.value)


def _of_expression(node: ast.expr, names: Sequence[str]) -> Iterator[tuple[str, ast.AST]]:
    text = ast.unparse(node)
    texts = []
    if not isinstance(node, (ast.Constant, ast.Slice, ast.Tuple, ast.Dict, ast.Starred, ast.Lambda)) and text != "np":
        texts += [_put(around, text) for around in AROUND]
    match node:
        case ast.Constant(int() | float() as value):
            texts += [str(value + 1), str(value - 1), str(2 * value), str(-value), "0"]
        case ast.Name(name) if name in names:
            texts += [other for other in names if other != name]
        case ast.BinOp(left, operator, right):
            one, other = ast.unparse(left), ast.unparse(right)
            texts += [one, other, f"({other}) {_SIGN[type(operator)]} ({one})"]
            texts += [f"({one}) {sign} ({other})" for kind, sign in _SIGN.items() if not isinstance(operator, kind)]
            if isinstance(operator, ast.MatMult):
                texts += [f"({one}) @ ({other}).T", f"({one}).T @ ({other})"]
        case ast.UnaryOp(_, operand):
            texts.append(ast.unparse(operand))
        case ast.Compare(left, [_], [right]):
            one, other = ast.unparse(left), ast.unparse(right)
            texts += [f"{one} {sign} {other}" for sign in ("<", "<=", ">", ">=", "==", "!=")]
            texts += [f"({one}) > {limit}" for limit in ("1", "-1", "0.5")]
        case ast.Call(function, arguments, keywords):
            texts += _of_call(node, ast.unparse(function), arguments, keywords)
        case ast.Attribute(value, "T") | ast.Subscript(value, _):
            texts.append(ast.unparse(value))
    for other in dict.fromkeys(texts):
        if other != text:
            yield f"{text[:50]} as {other[:60]}", _expression(other)


_SIGN = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**"}
_KIN = {
    "sum": ("mean", "max"), "mean": ("sum", "max"), "maximum": ("minimum",), "exp": ("expm1",),
    "log": ("log2", "log1p"), "max": ("min", "sum"), "tanh": ("sin",), "var": ("std",), "std": ("var",),
    "dot": ("inner",), "where": ("maximum",),
}  # fmt: skip


def _put(around: str, text: str) -> str:
    """`np.abs(_)` around a text."""
    head, tail = around.split("(_", 1)
    return f"{head}({text}{tail}"


def _of_call(node: ast.Call, function: str, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Iterator[str]:
    owner, _, name = function.rpartition(".")
    for other in _KIN.get(name, ()):
        call = copy.deepcopy(node)
        call.func = _expression(f"{owner}.{other}" if owner else other)
        yield ast.unparse(call)
    for at, keyword in enumerate(keywords):
        call = copy.deepcopy(node)
        del call.keywords[at]
        yield ast.unparse(call)
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
            call = copy.deepcopy(node)
            call.keywords[at].value = ast.Constant(1 - keyword.value.value if keyword.value.value in (0, 1) else 0)
            yield ast.unparse(call)
    if len(arguments) == 2:
        call = copy.deepcopy(node)
        call.args.reverse()
        yield ast.unparse(call)
    yield from (ast.unparse(one) for one in arguments[:2] if not isinstance(one, ast.Starred))


# ── running them ──


class TooLong(Exception):
    """A mutant that comes to no end."""


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Judge:
    """Runs code against one exercise, in this process."""

    def __init__(self, prepared: Prepared, code: Code, wanted: int = 150) -> None:
        self.prepared = prepared
        self.setting = prepared.setting
        self.trials = [(trial, inputs_at(trial.setting, trial.draw)) for trial in prepared.trials]
        self.large = [inputs_at(prepared.setting, large.draw) for large in prepared.large.values()]
        self.code = code
        right = self._runs(self._module(ast.parse(code.cells[0].text)))
        inputs = [inputs_at(prepared.setting, draw) for draw in _many(prepared, wanted)]
        known = [(one, right(one)) for one in inputs]
        self.elsewhere = [(one, values) for one, values in known if values is not None and _is_finite(values)]

    def accepts(self, tree: ast.Module) -> bool:
        """Whether marking finds nothing wrong: every result at every trial, and finite ones at large scores."""
        run = self._runs(self._module(tree))
        for trial, inputs in self.trials:
            values = run(inputs)
            if values is None:
                return False
            is_single = self.code.is_in_single_precision
            pairs = zip(values, trial.expected, strict=True)
            if not all(compare(one, expected, is_single).is_right for one, expected in pairs):
                return False
        large = [run(inputs) for inputs in self.large]
        return all(values is not None and _is_finite(values) for values in large)

    def difference(self, tree: ast.Module) -> float:
        """At how many of many inputs it gives something else, as a share of all."""
        run = self._runs(self._module(tree))
        return sum(not _same(run(inputs), right) for inputs, right in self.elsewhere) / max(len(self.elsewhere), 1)

    def _module(self, tree: ast.Module) -> dict[str, object]:
        found: dict[str, object] = {"__name__": "student"}
        exec(compile(tree, self.code.cells[0].name, "exec"), found)
        return found

    def _runs(self, module: dict[str, object]) -> Callable[[dict], list[Value] | None]:
        request = request_of(self.setting, self.code)

        def run(inputs: dict) -> list[Value] | None:
            asked = {"id": "", "is_new": True, "is_timed": False, **inputs}
            try:
                with _limited(2.0):
                    answer = runner.Called(request, module).round(asked)
            except TooLong:
                return None
            if any(answer["errors"]) or answer["changed"]:
                return None
            return [_value(one) for one in answer["results"]]

        return run


def _many(prepared: Prepared, wanted: int) -> list[Draw]:
    """Many inputs, none at a kink: such as marking might choose, and others with fractions of any kind."""
    setting: CodeSetting = prepared.setting
    truth = Truth(prepared.model, needed_values(setting), setting.draws)
    found = list(truth.candidates(wanted + 80))[80:]
    said = [symbol for name in setting.draws for row in truth._coordinates(name) for symbol in row]
    points = (truth.session.decider().point(number) for number in range(4, wanted // 2))
    for point, like in zip(points, found[: wanted // 2], strict=False):
        found.append(Draw(truth.session, point.with_fixed({one: like.point.coordinate(one) for one in said})))
    return [draw for draw in found if truth.is_usable(draw)]


def _is_finite(values: Sequence[Value]) -> bool:
    return all(one.numbers is not None and bool(np.all(np.isfinite(one.numbers))) for one in values)


def _same(found: Sequence[Value] | None, right: Sequence[Value]) -> bool:
    if found is None:
        return False
    for one, other in zip(found, right, strict=True):
        if one.numbers is None or one.numbers.size != other.numbers.size:
            return False
        numbers = one.numbers.reshape(other.numbers.shape)
        scale = max(float(np.max(np.abs(other.numbers), initial=0)), 1e-6)
        if not np.all(np.abs(numbers - other.numbers) <= DIFFERENT * scale):
            return False
    return True


def sampled(several: Sequence[Mutant], number: int, key: str) -> list[Mutant]:
    """So many of them, the same each time."""
    return list(several) if len(several) <= number else Random(key).sample(list(several), number)
