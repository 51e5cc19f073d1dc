"""A student's code as it is read: modules, notebooks, names that nothing defines, arrays with two names."""

import json

import pytest

from derive.errors import DocumentError
from derive.implementations.in_place import changed_in_place
from derive.implementations.source import read_code, read_code_file, without_magics
from derive.implementations.undefined import undefined_names
from derive.source import Source


def code(text, name="net.py"):
    return read_code(Source(name, text))


def notebook(*cells, kind="code"):
    listed = [{"cell_type": kind, "source": cell} for cell in cells]
    return code(json.dumps({"nbformat": 4, "cells": listed}), "net.ipynb")


def undefined(text):
    return [one.name for one in undefined_names(code(text))]


# --- Reading -------------------------------------------------------------------------------------


def test_the_cells_of_a_notebook_keep_their_numbers_and_lines():
    text = json.dumps(
        {
            "nbformat": 4,
            "cells": [
                {"cell_type": "markdown", "source": "# Network"},
                {"cell_type": "code", "source": ["%matplotlib inline\n", "import numpy as np"]},
                {"cell_type": "code", "source": "%%derive\n$$a = b$$"},
                {"cell_type": "code", "source": "w = np.ones(3)"},
            ],
        }
    )
    read = code(text, "net.ipynb")
    assert [(cell.name, cell.number, cell.text) for cell in read.cells] == [
        ("net.ipynb:cell 2", 2, "pass\nimport numpy as np"),
        ("net.ipynb:cell 4", 4, "w = np.ones(3)"),
    ]


@pytest.mark.parametrize(
    "cell,plain",
    [
        ("!pip install numpy\nx = 1", "pass\nx = 1"),
        ("    %timeit f(x)\ny = 2", "    pass\ny = 2"),
        ("np.sum?\nx = 1", "pass\nx = 1"),
        ("files = !ls\nx = 1", "files = None\nx = 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%bash\nrm -r .\nls", "\n\n"),
        ("text = 'is it?'\nx = 1", "text = 'is it?'\nx = 1"),
    ],
)
def test_magics_are_dropped_and_every_line_keeps_its_number(cell, plain):
    assert without_magics(cell) == plain


def test_a_line_that_begins_with_a_percent_sign_is_kept_where_it_is_python():
    cell = "x = (7\n     % 3)"
    assert notebook(cell).cells[0].text == cell


@pytest.mark.parametrize(
    "text,problem",
    [
        ("def f(x:\n    pass\n", "net.py:1:6: this is no valid Python: '(' was never closed"),
        ("def f(x):\nreturn x\n", "net.py:2:1: this is no valid Python: expected an indented block"),
        ("\n\n", "net.py: there is no code in it"),
        ("x = 1\n" * 100_000, "net.py: there are more than 500,000 characters of code"),
    ],
)
def test_what_is_no_code_is_said_in_one_line(text, problem):
    with pytest.raises(DocumentError) as error:
        code(text)
    assert str(error.value).startswith(problem)


def test_a_syntax_error_in_a_notebook_names_the_cell():
    with pytest.raises(DocumentError) as error:
        notebook("x = 1", "y = = 2")
    assert str(error.value) == "net.ipynb:cell 2:1:5: this is no valid Python: invalid syntax"


def test_a_file_of_another_kind(tmp_path):
    (tmp_path / "net.txt").write_text("x = 1")
    with pytest.raises(DocumentError, match=r"a file with code ends in \.py or \.ipynb; this one does not$"):
        read_code_file(tmp_path / "net.txt")


def test_a_name_is_replaced_where_it_is_used_and_not_where_it_is_defined():
    read = code("def f(é, y):\n    return é.T + yé * y\n").replaced("y", "other")
    assert read.cells[0].text == "def f(é, y):\n    return é.T + yé * other\n"


# --- Names that nothing defines ------------------------------------------------------------------


def test_the_first_use_of_a_name_with_what_may_be_meant():
    text = "import numpy as np\ndef f(x):\n    grad_scores = 2 * x\n    a = grad_c + 1\n    return a * grad_c\n"
    (found,) = undefined_names(code(text))
    assert (found.name, found.line, found.column, found.function) == ("grad_c", 4, 9, "f")
    assert found.nearest[0] == "grad_scores"


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    return g(x)\ndef g(x):\n    return x\n",
        "def f(xs):\n    return [x for x in xs if x], {k: v for k, v in xs}\n",
        "def f(x):\n    global y\n    y = x\ndef g():\n    return y\n",
        "def f():\n    return later\nlater = 1\n",
        "from numpy import *\ndef f(x):\n    return exp(x)\n",
        "def f(x):\n    return len(x), print, __name__\n",
        "def f(x):\n    try:\n        return xrange(x)\n    except NameError:\n        return range(x)\n",
        "class A:\n    size = 3\n    def f(self):\n        return self.size, __class__\n",
        "def f(x):\n    def g():\n        nonlocal x\n        x = 2\n    return g\n",
        "def f(x):\n    if (n := len(x)) > 1:\n        return n\n",
        "import a.b as c, d.e\ndef f():\n    return c, d\n",
        "def f(x):\n    match x:\n        case [first, *rest]:\n            return first, rest\n",
        "def f(x):\n    for i, row in enumerate(x):\n        pass\n    return i, row\n",
        "def f(x):\n    with open(x) as file:\n        return lambda y=1, *a, **k: (file, y, a, k)\n",
    ],
)
def test_names_that_can_be_seen_from_their_place(text):
    assert undefined(text) == []


def test_a_name_that_only_another_function_has():
    assert undefined("def f():\n    inner = 1\ndef g():\n    return inner\n") == ["inner"]


def test_a_name_of_a_class_is_not_seen_in_its_methods():
    assert undefined("class A:\n    size = 3\n    def f(self):\n        return size\n") == ["size"]


def test_cells_see_what_other_cells_define():
    assert undefined_names(notebook("def f(x):\n    return scale * x", "scale = 2\nget_ipython()")) == ()
    assert [one.cell.number for one in undefined_names(notebook("a = 1", "def f(x):\n    return b"))] == [2]


# --- Arrays with two names -----------------------------------------------------------------------


def two_names(body):
    text = "def f(x, y):\n" + "".join(f"    {line}\n" for line in body)
    return [(one.name, one.other, one.line) for one in changed_in_place(code(text))]


def test_an_array_that_is_changed_under_one_of_two_names():
    assert two_names(["a = x + y", "a[a < 0] = 0", "b = a", "return b.sum() * (a > 0)"]) == [("a", "b", 3)]
    assert two_names(["a = x + y", "b = a", "b *= 2", "b[0] -= 1", "return a, b"]) == [("b", "a", 5)]
    assert two_names(["a = x.T", "a.fill(0)", "return a, x"]) == [("a", "x", 3)]


@pytest.mark.parametrize(
    "body",
    [
        ["a = x + y", "b = a.copy()", "b[0] = 1", "return a, b"],
        ["a = x + y", "b = a", "b = b + 1", "b[0] = 1", "return a, b"],
        ["a = x + y", "b = a", "a[0] = 1", "return b"],
        ["a = x + y", "a[a < 0] = 0", "return a"],
    ],
)
def test_arrays_of_which_only_one_name_is_used_or_that_are_two(body):
    assert two_names(body) == []
