"""`derive init`: a complete setting for a document, which is read back and changes no verdict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from remembering import check_document
from test_inference import DOCUMENTS

from derive.checking.results import ProposedEntry, ProposedSetting
from derive.cli import main
from derive.documents import read_document
from derive.documents.setting import make_setting, read_entries
from derive.source import Source, Text
from derive.writing.front_matter import to_front_matter

NOTES = r"""# Ridge

The data are $X \in \mathbb{R}^{N\times D}$ and $y \in \mathbb{R}^N$.

$$J = \|Xw - y\|^2 + \lambda \|w\|^2$$

$$\nabla_w J = 2 X^T (Xw - y) + 2\lambda w$$

$$c = \mu J$$
"""

PRINTED = r"""---
# line 9: the shape of '\mu' is not known; add a setting such as  symbols: {\mu: N x D}
dims: {N: 2, D: 3}
symbols:
  X: N x D         # line 3: the text says $X \in \mathbb{R}^{N\times D}$
  y: N x 1         # line 3: the text says $y \in \mathbb{R}^N$
  w: D x 1         # line 5: no other shape fits where the forward pass uses it
  \lambda: scalar  # line 5: no other shape fits where the forward pass uses it
model:
  J: \|Xw - y\|^2 + \lambda \|w\|^2  # line 5
loss: J  # line 5: the text differentiates it
---
"""


def test_a_whole_setting_is_printed(tmp_path, capsys):
    path = tmp_path / "notes.md"
    path.write_text(NOTES)
    assert main(["init", str(path)]) == 0
    assert capsys.readouterr() == (PRINTED, "")


def test_bad_input_is_one_line(tmp_path, capsys):
    path = tmp_path / "notes.md"
    path.write_text("---\nsymbols: {x: whatever}\n---\n$$x = 1$$")
    assert main(["init", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{path}:2:14: the declaration “whatever” is not read; expected one like")
    assert main(["init", str(tmp_path / "none.md")]) == 2
    assert capsys.readouterr().err == f"{tmp_path / 'none.md'}: there is no such file\n"


PAPER = r"""\documentclass{article}
\newcommand{\R}{\mathbb{R}}
\begin{document}
Let $x \in \R^n$, $W \in \R^{m \times n}$ and $t \in \R^m$.
\begin{align}
  y &= W x + b \\
  L &= \frac12 \|y - t\|^2
\end{align}
\[ \frac{\partial L}{\partial W} = (y - t) x^\top \]
\end{document}
"""

NOTEBOOK = r"""{"cells": [
{"cell_type": "markdown", "metadata": {}, "source": ["Let $x \\in \\mathbb{R}^n$.\n", "$$f = \\lambda \\|x\\|^2$$"]},
{"cell_type": "markdown", "metadata": {}, "source": ["$$\\nabla f = 2 \\lambda x$$"]}
], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"""

OTHER_FILES = {
    "paper.tex": (
        PAPER,
        r"""---
dims: {n: 2, m: 3}
symbols:
  x: n x 1  # line 4: the text says $x \in \mathbb{R}^n$
  W: m x n  # line 4: the text says $W \in \mathbb{R}^{m \times n}$
  t: m x 1  # line 4: the text says $t \in \mathbb{R}^m$
  b: m x 1  # line 6: no other shape fits where the forward pass uses it
model:
  y: W x + b              # line 6
  L: \frac12 \|y - t\|^2  # line 7
loss: L  # line 7: the text differentiates it
---
""",
    ),
    "notes.ipynb": (
        NOTEBOOK,
        r"""---
dims: {n: 2}
symbols:
  x: n x 1         # line 1: the text says $x \in \mathbb{R}^n$
  \lambda: scalar  # line 2: no other shape fits where the forward pass uses it
model:
  f: \lambda \|x\|^2  # line 2
loss: f  # line 2: the text differentiates it
---
""",
    ),
}


@pytest.mark.parametrize("name", OTHER_FILES)
def test_papers_and_notebooks_explain_themselves_too(tmp_path, capsys, name):
    text, printed = OTHER_FILES[name]
    (tmp_path / name).write_text(text)
    assert main(["init", str(tmp_path / name)]) == 0
    assert capsys.readouterr() == (printed, "")


READ_BACK = (
    "logistic regression with labels of 0 and 1", "softmax regression on one-hot rows", "softmax with class labels",
    "from the loss down, all in one sentence", "vectors that only fit as rows", "a part of it in a setting",
)  # fmt: skip


@pytest.mark.parametrize("name", READ_BACK)
def test_what_is_printed_is_read_back_and_changes_no_verdict(tmp_path, capsys, name):
    """What the setting states is proved where it was defined, in a line of text, too."""
    path, setting = tmp_path / "notes.md", tmp_path / "setting.yaml"
    path.write_text(DOCUMENTS[name][0], encoding="utf-8")
    assert main(["init", str(path)]) == 0
    setting.write_text(capsys.readouterr().out.replace("---\n", ""), encoding="utf-8")
    before = {(step.line, step.column): step.verdict for step in check_document(read_document(path)).steps}
    after = {(step.line, step.column): step.verdict for step in check_document(read_document(path, setting)).steps}
    expected = {place: "proved" if verdict == "definition" else verdict for place, verdict in before.items()}
    assert {place: verdict for place, verdict in after.items() if place in before} == expected
    assert {verdict for place, verdict in after.items() if place not in before} <= {"proved"}


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=30
).filter(lambda text: text.split() == text.split(" ") and text.isprintable())


@given(name=TEXTS, value=TEXTS, comment=TEXTS)
def test_every_text_is_read_back_as_it_was(name, value, comment):
    yaml = to_front_matter(ProposedSetting(symbols=(ProposedEntry(name, value, comment),)))
    source = Source("setting.yaml", yaml.replace("---\n", "", 1).removesuffix("---\n"))
    setting = make_setting(read_entries(Text(source.text, source, 0)))
    ((read_name, read_value),) = setting.symbols
    assert (read_name.value, read_value.value) == (name, value)
