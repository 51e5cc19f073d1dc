"""What is installed is what is needed: data files, version, command; and every text is fit to be read by strangers."""

import ast
import io
import json
import re
import shlex
import subprocess
import sys
import tokenize
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import distribution, entry_points, version
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from derive.cli import commands

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

DATA = [
    "notation/grammar.lark",
    "notation/grammar.json",
    "writing/templates/report.html",
    "writing/templates/base.html",
    "writing/templates/results.html",
    "writing/templates/equation.html",
    "writing/templates/class.html",
    "writing/templates/feedback.html",
    "writing/templates/feedback.md",
    "writing/templates/colours.css",
    "writing/templates/equations.css",
    "writing/templates/evidence.html",
    "writing/templates/base.css",
    "writing/templates/class.css",
    "writing/templates/feedback.css",
    "writing/templates/marks.css",
    "writing/templates/report.css",
    "writing/templates/class.js",
    "py.typed",
]

# Words of the workshop say nothing to a reader. (They stand here: this file alone is not looked through.)
FORBIDDEN = {
    "a word of the workshop": r"\b(?:sub)?agents?\b|\bledger\b|\bcontract\b|\b(?:this|previous) session\b",
    "a numbered source": r"\bseeds?\s+\d+|\b00[0-4]_[0-9a-f]{8}|/seeds/",
    "a path of one machine": r"/work/|/opt/venv|/home/\w+|/root/|/tmp/",
    "the number of an issue": r"\bissue #?\d+",
}


# --- What is installed ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed_files(tmp_path_factory) -> set[str]:
    """The files of the wheel: as they were installed, or, where the installation points at this folder, built anew."""
    derive = distribution("derive")
    direct = json.loads(derive.read_text("direct_url.json") or "{}")
    if not direct.get("dir_info", {}).get("editable", False):
        return {path.as_posix() for path in derive.files or []}
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(pip, check=True, stdin=subprocess.DEVNULL, timeout=300)
    (wheel,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.parametrize("name", DATA)
def test_data_files_can_be_read_from_the_package(name):
    assert files("derive").joinpath(*name.split("/")).is_file()


def test_the_wheel_holds_every_file_of_the_package(installed_files):
    package = ROOT / "derive"
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {f"derive/{name}" for name in DATA} <= sources
    assert sources - installed_files == set()


def test_the_wheel_installs_one_package_and_nothing_else(installed_files):
    tops = {name.split("/")[0] for name in installed_files if not name.startswith("..")}
    assert tops == {"derive", f"derive-{PROJECT['version']}.dist-info"}


def test_the_version_is_one():
    assert version("derive") == PROJECT["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d[^]]*)\]", changes, re.MULTILINE)
    assert released[0] == PROJECT["version"]


def test_the_command_is_installed():
    (script,) = entry_points(group="console_scripts", name="derive")
    assert script.value == PROJECT["scripts"]["derive"]
    assert callable(script.load())


def test_the_hook_for_pre_commit_runs_the_command_on_documents():
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    command, *arguments = shlex.split(hook["entry"])
    assert command in PROJECT["scripts"]
    context = commands.commands[arguments[0]].make_context("check", [*arguments[1:], "notes.md"])
    assert (context.params["documents"], context.params["only_with_setting"]) == (("notes.md",), True)
    assert (hook["id"], hook["language"], hook["types_or"]) == ("derive", "python", ["markdown", "tex", "jupyter"])


def test_the_licence_and_the_readme_are_named():
    assert (ROOT / PROJECT["readme"]).is_file()
    assert all((ROOT / name).is_file() for name in PROJECT["license-files"])
    assert distribution("derive").metadata["License-Expression"] == "MIT"


def _statements(module: ast.Module) -> Iterator[ast.AST]:
    """All statements of a module, inner ones too: what is imported is imported by one of them."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            waiting += getattr(node, name, ())


@cache
def _top_level_imports(path: Path) -> frozenset[str]:
    found = set()
    for node in _statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return frozenset(found - set(sys.stdlib_module_names) - {"derive"})


# distribution -> what it is imported as, where that is another name
IMPORTED_AS = {"Jinja2": "jinja2", "PyYAML": "yaml", "markdown-it-py": "markdown_it", "python-flint": "flint"}
COMES_WITH = {"markupsafe": "jinja2"}  # imported, and a promised part of what another one installs
# Modules that need a package of an extra, and the extras that are not named as their package.
NEEDING_AN_EXTRA = {"derive.second_reader.latex2sympy": "latex2sympy2", "derive.grading.cluster": "distributed"}
EXTRAS = {"distributed": "cluster"}
HOSTS = {"pytest", "_pytest", "IPython"}  # load our modules for them: each is there where it is imported


def _requirement(line: str) -> str:
    return re.match(r"[\w.-]+", line)[0]


def test_what_is_imported_is_declared_and_what_is_declared_is_imported():
    extras = [EXTRAS.get(package, package) for package in NEEDING_AN_EXTRA.values()]
    extras = [line for extra in extras for line in PROJECT["optional-dependencies"][extra]]
    declared = {IMPORTED_AS.get(name, name) for name in map(_requirement, [*PROJECT["dependencies"], *extras])}
    imported = set().union(*(_top_level_imports(path) for path in (ROOT / "derive").rglob("*.py")))
    assert {COMES_WITH.get(name, name) for name in imported - HOSTS} == declared


def test_only_what_a_host_loads_imports_it():
    importing = {path.stem for path in (ROOT / "derive").rglob("*.py") if _top_level_imports(path) & HOSTS}
    assert importing == {"__init__", "notebook", "pytest_plugin", "pytest_items"}


def test_every_requirement_has_a_lower_bound():
    lines = [*PROJECT["dependencies"], *(one for some in PROJECT["optional-dependencies"].values() for one in some)]
    assert [line for line in lines if ">=" not in line and not line.startswith("derive[")] == []


@pytest.mark.parametrize(
    "name",
    sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "derive").rglob("*.py")
        if path.name != "__main__.py"
    ),
)
def test_every_module_can_be_imported(name):
    extra = NEEDING_AN_EXTRA.get(name)
    if extra is not None:
        pytest.importorskip(extra, reason=f"{extra} is not installed", exc_type=ImportError)
    import_module(name)


# --- What is written -----------------------------------------------------------------------------


def _comments_and_docstrings(text: str) -> str:
    """What a module says to people: comments and docstrings, not its code or its data."""
    comments = [
        token.string for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type == tokenize.COMMENT
    ]
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, documented)]
    return "\n".join(comments + docstrings)


TEXTS = sorted(
    path
    for pattern in ("*.md", "*.yaml", "pyproject.toml", "derive/**/*", "tests/**/*", "exercises/**/*")
    for path in ROOT.glob(pattern)
    if path.is_file()
    and path != Path(__file__).resolve()
    and path.suffix in {".md", ".toml", ".py", ".lark", ".html", ".css", ".yaml", ".json"}
)


ANY_FORBIDDEN = re.compile("|".join(f"(?:{pattern})" for pattern in FORBIDDEN.values()), re.IGNORECASE)


def _said(path: Path) -> str:
    """What a file says to people; nothing, if no such word stands in it anywhere."""
    text = path.read_text(encoding="utf-8")
    if not ANY_FORBIDDEN.search(text):
        return ""
    return _comments_and_docstrings(text) if path.suffix == ".py" else text


def test_no_text_speaks_of_the_workshop():
    found = [
        f"{path.relative_to(ROOT).as_posix()}: {kind}: {match.group()}"
        for path in TEXTS
        for said in [_said(path)]
        for kind, pattern in FORBIDDEN.items()
        for match in re.finditer(pattern, said, re.IGNORECASE)
    ]
    assert TEXTS
    assert all(ANY_FORBIDDEN.search(word) for word in ("an agent", "seed 3", "/work/here", "Issue #4"))
    assert found == []
