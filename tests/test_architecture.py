"""Data flows one way through the rooms of the program, and each room keeps to its trade."""

import ast
import dataclasses
import inspect
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import get_args

import pytest

from derive import certificates
from derive.checking.conventions import CONVENTIONS
from derive.documents.setting import CONVENTIONS as CONVENTIONS_OF_SETTINGS
from derive.exact.entries import Entries
from derive.expressions import tree
from derive.indexed.differentiation import RULES
from derive.indexed.heads import Kind
from derive.indexed.lowering import Lowering

SOURCE = Path(__file__).resolve().parents[1] / "derive"

# In the order in which data flows: what each room may import. A room that stands for one module of another is dotted.
ROOMS: dict[str, set[str]] = {
    "records": set(),
    "source": {"records"},
    "errors": {"source"},
    "expressions": {"records", "source", "errors"},
    "notation": {"records", "source", "errors", "expressions"},
    "documents": {"records", "source", "errors"},
    "certificates": {"records", "source", "documents.document"},
    "models": {"records", "source", "errors", "expressions", "notation", "documents.document"},
    "gradients": {"records", "source", "errors", "expressions", "notation.symbols"},
    "indexed": {"records", "errors", "expressions", "notation.symbols"},
    "exact": {"records", "source", "errors", "expressions", "notation.symbols"},
    "deciding": {"records", "errors", "exact"},
    "mistakes": {"records", "errors", "expressions", "notation", "gradients"},
    "second_reader": {"records", "errors", "expressions", "notation", "exact", "deciding"},
    "checking": {
        "records",
        "source",
        "errors",
        "expressions",
        "notation",
        "documents.document",
        "certificates",
        "models",
        "gradients",
        "indexed",
        "exact",
        "deciding",
        "mistakes",
        "second_reader",
    },
    "grading": {
        "records",
        "source",
        "errors",
        "expressions",
        "notation",
        "documents",
        "certificates",
        "models",
        "gradients",
        "mistakes",
        "checking",
    },
    "kernels": {
        "records",
        "errors",
        "expressions",
        "notation.symbols",
        "documents.document",
        "models",
        "gradients",
        "exact",
    },
    "figures": {"records", "errors", "expressions", "notation", "models", "gradients"},
    "sheets": {
        "records",
        "source",
        "errors",
        "expressions",
        "notation",
        "documents",
        "certificates",
        "models",
        "gradients",
        "indexed",
        "exact",
        "deciding",
        "mistakes",
        "checking",
        "grading",
        "figures",
    },
    "sandbox": {"records"},
    "implementations": {
        "records",
        "source",
        "errors",
        "expressions",
        "notation",
        "documents",
        "models",
        "gradients",
        "exact",
        "mistakes",
        "checking",
        "grading",
        "sheets.slips",
        "sandbox",
    },
    "writing": {
        "records",
        "errors",
        "figures",
        "implementations.results",
        "sheets.blocks",
        "sheets.safe_math",
        "documents.document",
        "documents.yaml_text",
        "mistakes",
        "checking.results",
        "checking.conventions",
        "checking.conventions_explained",
        "grading.results",
        "grading.entries",
        "grading.rubric",
        "grading.linting",
    },
    "integrations": {"source", "errors", "documents", "certificates", "checking", "writing"},
    "web": {
        "records",
        "source",
        "errors",
        "notation",
        "documents",
        "certificates",
        "models",
        "deciding.limits",
        "checking",
        "grading",
        "figures",
        "sheets",
        "implementations",
        "writing",
    },
    "commands": {
        "records",
        "errors",
        "expressions",
        "notation",
        "documents",
        "certificates",
        "models",
        "checking.defined",
        "kernels",
        "grading",
        "figures",
        "sheets",
        "sandbox",
        "implementations",
        "writing",
        "web",
    },
    "cli": {"errors", "documents", "certificates", "checking", "writing", "integrations.recognition", "commands"},
    "__main__": {"cli"},
}

# Modules that hold SymPy's expressions: no check needs them, what is certified does, and SymPy takes longer to load
# than most checks take.
HOLDING_SYMPY = {
    "exact.sympy_derivatives", "exact.sympy_form", "exact.sympy_functions", "kernels.reference",
    "second_reader.agreement", "second_reader.latex2sympy", "second_reader.meanings",
}  # fmt: skip

# The imports inside functions: what takes long to load is loaded when it is first asked for, SymPy first of all.
SEAMS = {
    ("deciding.cascade", "deciding.proving"),
    ("checking.certification", "checking.certifying"),
    ("checking.certification", "exact.sympy_derivatives"),
    ("checking.explaining", "checking.diagnosing"),
    ("checking.observing", "checking.diagnosing"),
    ("checking.second_reading", "second_reader.agreement"),
    ("checking.second_reading", "second_reader.latex2sympy"),
    ("integrations.pytest_plugin", "integrations.pytest_items"),
    ("writing.sheet_files", "writing.sheet_html"),
    ("writing.sheet_files", "writing.sheet_latex"),
    ("writing.sheet_files", "writing.sheet_markdown"),
}

SPEAKING = {"cli", "__main__", "commands.speaking", "writing.terminal"}  # these print; the first two exit

# Never in this program: what runs text as code, or makes one process of another.
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "sympify", "parse_expr", "parse_latex", "simplify", "S"}
FORBIDDEN_MODULES = {
    "pickle", "marshal", "shelve", "subprocess", "importlib", "code", "ctypes", "socket", "urllib", "http",
    "webbrowser", "sympy.parsing", "sympy.core.sympify",
}  # fmt: skip
# The modules that start another process, LaTeX, which makes PDFs, and the sandbox of students' code, and the function
# that does it: with a list of arguments, without a shell.
STARTS_PROCESSES = {"writing.latex_engine": "run", "sandbox.watching": "Popen"}
# The programs that run in the sandbox. They run text as code there, and nothing of this program imports them.
RUN_IN_THE_SANDBOX = {"sandbox.inside", "implementations.runner"}
# What this program writes itself and then runs: the constructors of records, from the names of their fields alone, as
# the standard library does it; and kernels, whose every word is our own or a generated identifier.
RUNS_OWN_SOURCE = {
    ("records", "_init", "exec"), ("kernels.compiled", "compiled", "exec"), ("kernels.compiled", "compiled", "compile"),
}  # fmt: skip
HARMLESS = {"importlib.resources", "importlib.metadata", "urllib.parse", "http.cookies"}
# The modules that talk to others: the server takes an address, and a browser is told it.
OPENS_CONNECTIONS = {("web.serving", "socket"), ("commands.serve", "webbrowser")}
# A worker is a process of its own, which nothing imports: it ends itself when its server has gone.
PROCESSES_OF_OUR_OWN = {"web.worker"}


def dotted(path: Path) -> str:
    """The name of a module inside `derive`. The package itself is ``."""
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix("__init__").removesuffix(".")


FILES = {dotted(path): path for path in sorted(SOURCE.rglob("*.py"))}
NAMES = [name for name in FILES if name]


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the program by its name, parsed."""
    return {name: ast.parse(path.read_text(encoding="utf-8"), str(path)) for name, path in FILES.items()}


@cache
def nodes(name: str) -> tuple[ast.AST, ...]:
    """Everything in a module: walked once for all tests."""
    return tuple(ast.walk(modules()[name]))


@cache
def imported(name: str) -> tuple[tuple[str, int], ...]:
    """The full names of what a module imports anywhere, with their lines."""
    return tuple(imports(nodes(name)))


def imports(found: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    """The full names of what is imported by some nodes, with their lines."""
    for node in found:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                is_module = full.removeprefix("derive.") in modules() and full.startswith("derive.")
                yield (full if is_module else str(node.module)), node.lineno


def own_imports(name: str) -> Iterator[tuple[str, int]]:
    """The modules of the program that a module imports, by their names inside `derive`."""
    for full, line in imported(name):
        if is_in(full, "derive"):
            yield full.removeprefix("derive").removeprefix("."), line


def room_of(module: str) -> str:
    return module.partition(".")[0]


def is_in(module: str, room: str) -> bool:
    return module == room or module.startswith(room + ".")


def imports_package(name: str, package: str) -> bool:
    return any(is_in(full, package) for full, _ in imported(name))


def called(node: ast.Call) -> str:
    """The last part of the name that is called."""
    function = node.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


# --- Which room may know which -------------------------------------------------------------------


def test_settings_know_the_conventions_that_the_checker_knows():
    """Documents come before checking, so the names stand in both."""
    assert tuple(CONVENTIONS) == CONVENTIONS_OF_SETTINGS


def test_every_module_is_in_a_room():
    assert {room_of(name) for name in NAMES} == set(ROOMS)


def test_rooms_import_only_rooms_before_them():
    order = list(ROOMS)
    for room, allowed in ROOMS.items():
        assert all(order.index(room_of(other)) < order.index(room) for other in allowed), room


def test_data_flows_one_way():
    wrong = [
        f"{name}, line {line}: imports {other}"
        for name in NAMES
        for other, line in own_imports(name)
        if room_of(other) != room_of(name) and not any(is_in(other, allowed) for allowed in ROOMS[room_of(name)])
    ]
    assert wrong == []


def test_no_room_is_allowed_what_it_does_not_use():
    for room, allowed in ROOMS.items():
        used = {other for name in NAMES if room_of(name) == room for other, _ in own_imports(name)}
        idle = {one for one in allowed if not any(is_in(other, one) for other in used)}
        assert idle <= {"records", "source", "errors"}, room


def test_no_two_modules_need_each_other():
    graph = {name: {other for other, _ in own_imports(name)} - {name} for name in NAMES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def inner_imports(name: str) -> Iterator[tuple[str, int]]:
    """What a module imports inside its functions and classes."""
    if len(list(imports(modules()[name].body))) == len(imported(name)):
        return
    for node in nodes(name):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield from imports(ast.walk(node))


def test_imports_stand_at_the_head_of_a_module():
    looked_at = [name for name in NAMES if room_of(name) not in {"cli", "commands"}]
    found = {(name, full) for name in looked_at for full, _ in inner_imports(name)}
    assert found == {(outer, f"derive.{inner}") for outer, inner in SEAMS if outer in looked_at}


# --- Who may use what ----------------------------------------------------------------------------


def test_only_proofs_know_sympy():
    assert {name for name in NAMES if imports_package(name, "sympy")} == HOLDING_SYMPY


def test_what_knows_sympy_is_reached_through_the_seams_alone():
    waiting, reached = ["cli"], set()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [other for other, _ in own_imports(name) if other and (name, other) not in SEAMS]
    assert reached & HOLDING_SYMPY == set()
    assert "deciding.refuting" in reached


def test_a_certificate_is_of_every_module_from_which_closed_forms_follow():
    waiting, reached = ["checking.certifying", "checking.beginning", "documents.reading"], set()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [other for other, _ in own_imports(name) if other]
    left_out = certificates._HANDING_ON | certificates._TAKING
    package = certificates._PROGRAM
    files = (Path(file).relative_to(package) for file in certificates._files(package, left_out))
    looked_at = {dotted(SOURCE / file) for file in files if file.suffix == ".py"}
    assert {"gradients.closed", "exact.sympy_derivatives", "models.model"} <= reached
    assert reached - looked_at == set()


def test_only_the_second_reader_knows_latex2sympy():
    assert {name for name in NAMES if imports_package(name, "latex2sympy2")} == {"second_reader.latex2sympy"}
    assert not any(imports_package(name, "tests") for name in NAMES)


def test_what_every_run_of_pytest_loads_is_the_standard_library_and_little_of_ours():
    waiting, reached = ["integrations.pytest_plugin"], set()
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting += [other for other, _ in own_imports(name) if (name, other) not in SEAMS]
    assert reached == {"integrations.pytest_plugin", "integrations.recognition"}
    seams = {f"derive.{inner}" for _, inner in SEAMS}
    loaded = {full.partition(".")[0] for name in reached for full, _ in imported(name) if full not in seams}
    assert loaded - set(sys.stdlib_module_names) == {"derive", "pytest"}


def test_only_the_exact_rooms_know_flint():
    outside = {name for name in NAMES if imports_package(name, "flint") and room_of(name) not in {"exact", "deciding"}}
    assert outside == set()


def everywhere(names: Iterable[str] = NAMES) -> Iterator[tuple[str, ast.AST]]:
    """Everything in some modules, each with the name of its module."""
    return ((name, node) for name in names for node in nodes(name))


def test_only_the_command_line_prints_or_exits():
    silent = [name for name in NAMES if name not in SPEAKING | RUN_IN_THE_SANDBOX | PROCESSES_OF_OUR_OWN]
    wrong = [
        f"{name}, line {node.lineno}: {called(node)}"
        for name, node in everywhere(silent)
        if isinstance(node, ast.Call) and called(node) in {"print", "exit", "_exit", "quit", "breakpoint", "input"}
    ]
    raised = [
        f"{name}, line {node.lineno}: {node.id}"
        for name, node in everywhere(silent)
        if isinstance(node, ast.Name) and node.id in {"SystemExit", "KeyboardInterrupt"}
    ]
    assert wrong + raised == []


@pytest.mark.parametrize("program", sorted(RUN_IN_THE_SANDBOX))
def test_what_runs_in_the_sandbox_runs_nowhere_else(program):
    assert not any(other == program for name in NAMES for other, _ in own_imports(name))
    assert list(own_imports(program)) == []
    loaded = {full.partition(".")[0] for full, _ in imported(program)}
    assert loaded <= {*sys.stdlib_module_names, "numpy"}


def test_the_server_starts_workers_of_its_own_and_no_shell():
    started = {
        (name, called(node))
        for name, node in everywhere(NAMES)
        if isinstance(node, ast.Call) and called(node).startswith("create_subprocess")
    }
    assert started == {("web.workers", "create_subprocess_exec")}
    assert not any(other in PROCESSES_OF_OUR_OWN for name in NAMES for other, _ in own_imports(name))


def test_text_is_never_run_as_code():
    ours = [name for name in NAMES if name not in RUN_IN_THE_SANDBOX]
    calls = [
        f"{name}, line {node.lineno}: {called(node)}"
        for name, node in everywhere(ours)
        if isinstance(node, ast.Call) and called(node) in FORBIDDEN_CALLS and not _is_of(node, "re", "compile")
        if (name, _function_around(name, node), called(node)) not in RUNS_OWN_SOURCE
    ]
    names = [
        f"{name}, line {node.lineno}: {alias.name}"
        for name, node in everywhere(ours)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.name in FORBIDDEN_CALLS - {"S"}
    ]
    whole = [
        f"{name}, line {line}: {full}"
        for name in ours
        for full, line in imported(name)
        if any(is_in(full, module) for module in FORBIDDEN_MODULES) and full not in HARMLESS
        if not (name in STARTS_PROCESSES and full == "subprocess") and (name, full) not in OPENS_CONNECTIONS
    ]
    shell = [
        f"{name}, line {node.lineno}: os.{node.attr}"
        for name, node in everywhere(ours)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and node.attr in {"system", "popen", "fork", "execv", "execvp", "spawnv"}
    ]
    assert calls + names + whole + shell == []


@pytest.mark.parametrize("name", STARTS_PROCESSES)
def test_the_other_process_gets_a_list_of_arguments_and_no_shell(name):
    calls = [node for node in nodes(name) if isinstance(node, ast.Call)]
    functions = [node for node in calls if isinstance(node.func, ast.Attribute)]
    started = [node for node in functions if _is_named(node.func.value, "subprocess")]
    assert [node.func.attr for node in started] == [STARTS_PROCESSES[name]]
    assert not any(keyword.arg == "shell" for node in calls for keyword in node.keywords)
    assert isinstance(started[0].args[0], ast.Name)
    assigned = [node for node in nodes(name) if isinstance(node, ast.Assign)]
    lists = [node for node in assigned if _is_named(node.targets[0], started[0].args[0].id)]
    assert len(lists) == 1
    assert isinstance(lists[0].value, ast.List)


def _is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _function_around(name: str, call: ast.Call) -> str:
    """The function of a module in which a call stands."""
    functions = (node for node in nodes(name) if isinstance(node, ast.FunctionDef))
    return next((node.name for node in functions if any(inner is call for inner in ast.walk(node))), "")


def _is_of(node: ast.Call, module: str, function: str) -> bool:
    """Whether the call is `module.function(...)`."""
    match node.func:
        case ast.Attribute(ast.Name(owner), attribute):
            return (owner, attribute) == (module, function)
    return False


# --- A missing rule is found by a test -----------------------------------------------------------

NODES = [node for _, node in inspect.getmembers(tree, inspect.isclass) if issubclass(node, tree.Node)]
EXPRESSIONS = [node for node in NODES if issubclass(node, tree.Expr) and node is not tree.Expr]


@pytest.mark.parametrize("node", NODES, ids=lambda node: node.__name__)
def test_every_node_is_immutable_and_says_what_it_is(node):
    assert dataclasses.is_dataclass(node)
    with pytest.raises(dataclasses.FrozenInstanceError):
        node.__setattr__(object.__new__(node), "span", None)
    assert node.__doc__
    assert not node.__doc__.startswith(f"{node.__name__}(")


@pytest.mark.parametrize("node", EXPRESSIONS, ids=lambda node: node.__name__)
def test_every_expression_has_a_rule_for_its_entries(node):
    dispatcher = inspect.getattr_static(Entries, "_lower").dispatcher
    assert dispatcher.dispatch(node) is not dispatcher.dispatch(object), f"no rule for {node.__name__} in Entries"


@pytest.mark.parametrize("node", EXPRESSIONS, ids=lambda node: node.__name__)
def test_every_expression_has_a_rule_for_its_form(node):
    """A refusal is a rule too: it says what has no form."""
    dispatcher = inspect.getattr_static(Lowering, "_lower").dispatcher
    assert dispatcher.dispatch(node) is not dispatcher.dispatch(object), f"no rule for {node.__name__} in Lowering"


WITHOUT_ARGUMENT = {"symbol", "cut", "delta", "less", "size", "prime", "constant", "logprime"}


@pytest.mark.parametrize("kind", sorted(set(get_args(Kind)) - WITHOUT_ARGUMENT))
def test_every_function_of_a_form_has_a_derivative(kind):
    assert kind in RULES, f"no rule for {kind} in derive/indexed/differentiation.py"


def test_every_module_says_what_it_is_for():
    assert [name for name in FILES if modules()[name].body and not ast.get_docstring(modules()[name])] == []
