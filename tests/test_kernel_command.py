"""`derive kernel`: a module for each library of arrays, one line for what is wrong, no document becomes code."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from derive import cli

EXPECTED = Path(__file__).parent / "expected_kernels"
EXERCISE = """---
title: A line
dims: {N: 3, D: 2}
symbols:
  X: N x D
  w: D x 1
  y: N x 1
model:
  r: X w - y
  L: \\frac{1}{2} r^T r
loss: L
---

# A line

Fit $w$ to **data**.
"""
HELP = """\
Usage: derive kernel [OPTIONS] EX

  Write a module that computes the model of EX and its gradients, for any
  sizes.

Options:
  -o, --output FILE  Write to this .py file.  [default: printed]
  --backend NAME     For this library of arrays: numpy, torch, jax, array-api.
                     [default: numpy]
  --dtype NAME       With numbers of this type: float64, float32.  [default:
                     float64]
  --by NAMES         Gradients by these names alone: 'W_1, b_1'.
  --setting YAML     Take from this file what the document's setting lacks.
  --debug            Show the traceback of an internal error.
  -h, --help         Show this message and exit.

  Exit status:
    0  the module is written
    2  the document, a name or the command line is wrong, or there is no such code
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("line.md").write_text(EXERCISE, encoding="utf-8")

    def called(*arguments: str) -> tuple[int, str, str]:
        try:
            status = cli.main(["kernel", *arguments])
        except SystemExit as ended:
            status = ended.code
        return status, *capsys.readouterr()

    return called


def test_the_module_is_printed_whole(run):
    assert run("line.md") == (0, (EXPECTED / "line.txt").read_text("utf-8"), "")


def test_the_module_is_written_and_tests_itself(run):
    assert run("line.md", "-o", "line.py") == (0, "line.py: written\n", "")
    assert Path("line.py").read_text("utf-8") == (EXPECTED / "line.txt").read_text("utf-8")
    ended = subprocess.run([sys.executable, "line.py"], capture_output=True, text=True, check=True)
    assert [line.split(": ")[0] for line in ended.stdout.splitlines()] == ["X", "w", "y"]
    assert sorted(path.name for path in Path().iterdir()) == ["line.md", "line.py"]


def test_a_dash_prints(run):
    assert run("line.md", "-o", "-") == run("line.md")


@pytest.mark.parametrize("backend, imported", [
    ("numpy", ["import numpy as np", "import numpy.typing as npt"]),
    ("torch", ["import torch"]),
    ("jax", ["import jax", "import jax.numpy as jnp"]),
    ("array-api", []),
])  # fmt: skip
def test_each_library_is_imported_alone(run, backend, imported):
    status, out, err = run("line.md", "--backend", backend)
    assert (status, err) == (0, "")
    found = [ast.unparse(node) for node in ast.parse(out).body if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert [line for line in found if line != "from typing import Any"] == imported


@pytest.mark.parametrize("backend, line", [
    ("numpy", "DTYPE = np.float32"), ("torch", "DTYPE = torch.float32"), ("jax", "DTYPE = jnp.float32"),
])  # fmt: skip
def test_the_type_of_numbers(run, backend, line):
    status, out, err = run("line.md", "--backend", backend, "--dtype", "float32")
    assert (status, err) == (0, "")
    assert line in out.splitlines()


def test_gradients_by_some_names(run):
    status, out, _ = run("line.md", "--by", "w, X")
    assert status == 0
    assert "    return L, {" in out
    assert '"y": dy' not in out


@pytest.mark.parametrize("arguments, message", [
    (["line.md", "--backend", "scipy"],
     "derive kernel: invalid value for '--backend': 'scipy' is not one of 'numpy', 'torch', 'jax', 'array-api'. "
     "(see derive kernel --help)"),
    (["line.md", "--dtype", "int8"],
     "derive kernel: invalid value for '--dtype': 'int8' is not one of 'float64', 'float32'. "
     "(see derive kernel --help)"),
    (["line.md", "--by", "q"], "line.md: there is no code for a derivative by q, which is no name of the model"),
    (["line.md", "-o", "line.txt"], "line.txt: code is written to a file that ends with .py"),
    (["line.md", "-o", "none/line.py"], "none/line.py: the code can not be written (No such file or directory)"),
    (["none.md"], "none.md: there is no such file"),
])  # fmt: skip
def test_what_is_wrong_is_one_line(run, arguments, message):
    assert run(*arguments) == (2, "", f"{message}\n")


def test_a_document_that_computes_nothing(run):
    Path("nothing.md").write_text("---\ndims: {N: 3}\nsymbols: {x: N x 1}\n---\n\nNothing.\n", encoding="utf-8")
    message = "nothing.md: nothing is computed here: the setting has no 'model', and the text defines no names\n"
    assert run("nothing.md") == (2, "", message)


def test_help(run):
    assert run("--help") == (0, HELP, "")


# ── nothing of a document becomes code ──

TITLES = [
    'A line"""\nimport os\n"""',
    "A line\\",
    'A line\\"""',
    "A\u2028line\nimport os",
    '"',
    "'''",
    "{0} {function} %s",
    "\x1b[31m",
]


@pytest.mark.parametrize("backend", ["numpy", "torch", "jax", "array-api"])
@pytest.mark.parametrize("title", TITLES)
def test_a_title_stays_in_the_docstring(run, title, backend):
    quoted = "".join(f"\\u{ord(letter):04x}" for letter in title)
    Path("line.md").write_text(EXERCISE.replace("title: A line", f'title: "{quoted}"'), encoding="utf-8")
    status, out, err = run("line.md", "--backend", backend)
    assert (status, err) == (0, "")
    assert ast.dump(without_docstring(out)) == ast.dump(without_docstring(run_plain(run, backend)))


def run_plain(run, backend):
    """The module of the exercise with the title that it has."""
    Path("plain.md").write_text(EXERCISE, encoding="utf-8")
    return run("plain.md", "--backend", backend)[1]


def without_docstring(text):
    """The code of a module."""
    found = ast.parse(text)
    assert isinstance(found.body[0], ast.Expr)
    found.body = found.body[1:]
    return found


@pytest.mark.parametrize("name, identifier", [
    (r"\mathrm{exec}", "exec_"), (r"\text{eval}", "eval_"), (r"\operatorname{lambda}", "lambda_"),
    (r"\lambda", "lambda_"),
    (r"\mathbf{def}", "def_"), ("class", "class_"), ("np", "np_2"), ("loss", "loss_2"), ("xp", "xp_2"),
    ("torch", "torch_2"), ("device", "device_2"), ("x'", "x_prime"),
])  # fmt: skip
def test_a_name_is_an_identifier_of_its_own(run, name, identifier):
    text = f"---\nsymbols:\n  {name!r}: scalar\nmodel:\n  L: 3 {name}\nloss: L\n---\n".replace("\\\\", "\\")
    Path("name.md").write_text(text, encoding="utf-8")
    status, out, err = run("name.md", "--backend", "torch")
    assert (status, err) == (0, "")
    forward = next(node for node in ast.parse(out).body if isinstance(node, ast.FunctionDef))
    assert [argument.arg for argument in forward.args.args] == [identifier]


@pytest.mark.parametrize("name, message", [
    (r"\text{os.system}", r"bad.md:3:4: \text{os.system} is not a name"),
    ('x_{"}', 'bad.md:3:4: x_{"} is not a name: the character " is not read in a formula'),
])  # fmt: skip
def test_what_is_no_name_is_refused(run, name, message):
    Path("bad.md").write_text(f"---\nsymbols:\n  '{name}': scalar\nmodel:\n  L: 1\n---\n", encoding="utf-8")
    status, out, err = run("bad.md")
    assert (status, out) == (2, "")
    assert err == f"{message}\n"
