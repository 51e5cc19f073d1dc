"""Which files are taken for documents with a setting, at a glance: ours are, other people's front matter is not."""

import json
from pathlib import Path

import pytest

from derive.documents.reading import READERS
from derive.integrations.recognition import SUFFIXES, holds_setting

ROOT = Path(__file__).resolve().parents[1]
OURS = sorted([*(ROOT / "exercises").glob("*.md"), *(ROOT / "tests" / "documents").glob("*.md")])

SETTING = "---\ntitle: A title\nsymbols:\n  x: D x 1\n---\n\n$$x = x$$\n"


def test_the_suffixes_are_those_of_the_readers():
    assert set(SUFFIXES) == set(READERS)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_our_documents_hold_a_setting(path):
    assert holds_setting(path) is not path.stem.endswith("without-setting")


HOLDING = [
    ("a.md", SETTING),
    ("a.MARKDOWN", SETTING),
    ("a.md", "\ufeff" + SETTING.replace("\n", "\r\n")),
    ("a.md", "---\ndims: {N: 2}\n---\n"),
    ("a.md", "---\ndims: [N, D]\n---\n"),
    ("a.md", "---\nmodel:   # what is computed\n  a: b\n...\n"),
    ("a.md", "---\nnotation: {a: b}\n---\n"),
    ("forgotten-end.md", "---\nsymbols:\n  x: D x 1\n\n$$x = x$$\n"),
    ("wrong.md", "---\nsymbols: {\n---\n"),
    ("a.tex", "% ---\n% symbols:\n%   x: D x 1\n% ---\n\\documentclass{article}\n"),
    ("a.tex", "% !TEX root = a.tex\n% -*- latex -*-\n\n% ---\n% symbols:\n%   x: D x 1\n% ---\n"),
    ("a.tex", "\n%---\n%symbols:\n%  x: D x 1\n%---\n"),
    ("a.ipynb", json.dumps({"cells": [{"cell_type": "markdown", "source": SETTING.splitlines(keepends=True)}]})),
    ("a.ipynb", json.dumps({"cells": [{"cell_type": "raw", "source": SETTING}]})),
    ("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "import a"}, {"source": SETTING}]})),
    ("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "%%derive\n" + SETTING}]})),
]
NOT_HOLDING = [
    ("README.md", "# A project\n\n```yaml\nmodel:\n  a: b\n```\n"),
    ("empty.md", ""),
    ("rule.md", "---\n\nmodel:\n"),
    ("post.md", "---\ntitle: A post\nlayout: post\ntags: [a, b]\n---\n\n$$x = y$$\n"),
    ("card.md", "---\nlicense: mit\nmodel: a-model\nbase_model: b\nmodel-index:\n- name: c\n---\n"),
    ("below.md", "---\ntitle: a\n---\n\nsymbols:\n"),
    ("inner.md", "---\nparams:\n  model:\n    a: b\n---\n"),
    ("a.txt", SETTING),
    ("a.tex", "\\documentclass{article}\n% ---\n% symbols:\n% ---\n"),
    ("a.tex", "% model:\n"),
    ("a.ipynb", json.dumps({"cells": [{"source": "# A title"}, {"source": SETTING}]})),
    ("a.ipynb", json.dumps({"cells": [{"source": "---\ntitle: a\n---"}]})),
    *(("a.ipynb", text) for text in ('["---"]', '{"cells": "---"}', '{"cells": ["---"]}', '"---', '{"a": "---"}')),
    ("a.ipynb", '{"cells": [{"source": 1, "a": "---"}]}'),
    ("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "%%time\n" + SETTING}]})),
    ("a.ipynb", '"---' + "[" * 100_000),
]


@pytest.mark.parametrize("name, text", HOLDING)
def test_a_setting_is_seen(tmp_path, name, text):
    (tmp_path / name).write_bytes(text.encode())
    assert holds_setting(tmp_path / name)


@pytest.mark.parametrize("name, text", NOT_HOLDING)
def test_what_is_no_setting_is_none(tmp_path, name, text):
    (tmp_path / name).write_bytes(text.encode())
    assert not holds_setting(tmp_path / name)


def test_what_can_not_be_read_holds_none(tmp_path):
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "binary.md").write_bytes(b"\xff\xfe\x00---\n")
    (tmp_path / "binary.ipynb").write_bytes(b"\xff\xfe\x00---\n")
    for name in ("folder.md", "none.md", "binary.md", "binary.ipynb"):
        assert not holds_setting(tmp_path / name)
