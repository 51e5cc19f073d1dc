"""The setting: YAML that is text with places, and one clear line for everything that can be wrong with it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.documents import read_document
from derive.documents.document import AsideList, AsideMapping, Setting
from derive.documents.setting import LARGEST_SETTING, make_setting, read_entries
from derive.errors import DocumentError
from derive.source import Source, Text


def setting_of(yaml_text: str) -> Setting:
    source = Source("s.yaml", yaml_text)
    return make_setting(read_entries(Text(yaml_text, source, 0)))


def problem_of(yaml_text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        setting_of(yaml_text)
    return str(caught.value)


FULL = r"""title: Two-layer network,
  with a folded title
source: 'it''s a book: chapter 2'
dims: {N: 2, D: , H: null, C}
symbols:
  X: N x D   # the data
  \mathbf{W}^{(1)}: D x H
  y: labels N of C
  "\\ell": hot index of y
model:
  z^{[1]}: W^{[1]T} x + b^{[1]}
  J: -\sum_{j=1}^{k} \vec{y}_j \log(\hat{y}_j)
  L: 'f: a'
  M': |
    \frac{1}{N}
    \sum_i x_i
loss: J
notation:
  M': \frac{\partial a}{\partial s}
layout: numerator
vectors: row
index_base: 0
kink: 0.5
allow: [one-term, broadcast, one-term]
parts:
  - {id: a, ask: '\frac{\partial L}{\partial W}', points: 4}
policy: {convention: full}
"""


def test_every_key_is_read():
    setting = setting_of(FULL)
    assert setting.title == "Two-layer network, with a folded title"
    assert setting.source_note == "it's a book: chapter 2"
    assert {name: size for name, (size, _) in setting.dims.items()} == {"N": 2, "D": None, "H": None, "C": None}
    assert [(name.value, declared.value) for name, declared in setting.symbols] == [
        ("X", "N x D"),
        (r"\mathbf{W}^{(1)}", "D x H"),
        ("y", "labels N of C"),
        (r"\ell", "hot index of y"),
    ]
    assert [(name.value, formula.value) for name, formula in setting.model] == [
        ("z^{[1]}", "W^{[1]T} x + b^{[1]}"),
        ("J", r"-\sum_{j=1}^{k} \vec{y}_j \log(\hat{y}_j)"),
        ("L", "f: a"),
        ("M'", "\\frac{1}{N}\n    \\sum_i x_i"),
    ]
    assert setting.loss is not None
    assert setting.loss.value == "J"
    assert [name.value for name, _ in setting.notation] == ["M'"]
    assert (setting.layout, setting.vectors, setting.index_base, setting.kink) == ("numerator", "row", 0, "1/2")
    assert setting.allow == ("one-term", "broadcast")
    assert list(setting.aside) == ["parts", "policy"]
    parts = setting.aside["parts"]
    assert isinstance(parts, AsideList)
    assert isinstance(parts.items[0], AsideMapping)
    assert parts.items[0].get("ask").value == r"\frac{\partial L}{\partial W}"


def test_values_stand_in_the_source_character_by_character():
    setting = setting_of(FULL)
    for name, value in (*setting.symbols, *setting.model, *setting.notation):
        for text in (name, value):
            if text.value != r"\ell":
                assert FULL[text.start : text.start + len(text.value)] == text.value


def test_an_empty_setting_has_the_defaults():
    for text in ("", "\n# nothing\n", "symbols:\nmodel: ~\ndims:\nallow:\ntitle:\n"):
        assert setting_of(text) == Setting()


def test_dimensions_may_be_a_list_of_names():
    assert {name: size for name, (size, _) in setting_of("dims: [N, D]\n").dims.items()} == {"N": None, "D": None}


@pytest.mark.parametrize("written, kink", [("0", "0"), ("-1", "-1"), ("1/2", "1/2"), ("0.25", "1/4"), ("2/4", "1/2")])
def test_the_kink_is_a_rational_number(written, kink):
    assert setting_of(f"kink: {written}").kink == kink


QUOTES = "put the value in single quotes"

WRONG = [
    # the keys
    ("dim: {N: 2}", "s.yaml:1:1: unknown key 'dim'; did you mean 'dims'?"),
    ("title: x\nSymbols: {}", "s.yaml:2:1: unknown key 'Symbols'; did you mean 'symbols'?"),
    ("author: me", "s.yaml:1:1: unknown key 'author'"),
    ("zzz" * 40 + ": 1", "s.yaml:1:1: unknown key 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz...'"),
    ("loss: L\ntitle: x\nloss: J", "s.yaml:3:1: 'loss' stands twice, here and in line 1"),
    ("symbols:\n  X: N x D\n  Y: N\n  X: D x N", "s.yaml:4:3: 'X' stands twice, here and in line 2"),
    ("dims: [N, D, N]", "s.yaml:1:14: 'N' stands twice, here and in line 1"),
    ("parts: [{id: a, id: b}]", "s.yaml:1:17: 'id' stands twice, here and in line 1"),
    # the kinds of value
    ("just text", "s.yaml:1:1: the setting is not a mapping; expected lines such as 'dims: {N: 2}'"),
    ("- a\n- b", "s.yaml:1:1: the setting is not a mapping; expected lines such as 'dims: {N: 2}'"),
    ("symbols: X", "s.yaml:1:10: 'symbols' is text; expected a mapping of names, 'name: value'"),
    ("model: [a, b]", "s.yaml:1:8: 'model' is a list; expected a mapping of names, 'name: value'"),
    (
        "title: {a: b}",
        "s.yaml:1:8: 'title' is a mapping; expected text; put LaTeX that begins with { or [ in single quotes",
    ),
    (
        "model:\n  J: [a]",
        "s.yaml:2:6: 'J' in 'model' is a list; expected text; put LaTeX that begins with { or [ in single quotes",
    ),
    ("model:\n  J:\n    K: a", "s.yaml:3:5: 'J' in 'model' is a mapping; expected text"),
    ("symbols:\n  X:", "s.yaml:2:3: 'X' in 'symbols' has no value"),
    ("symbols:\n  '': N x D", "s.yaml:2:4: a name is missing before this ':'"),
    (
        "symbols:\n  {W}: N x D",
        "s.yaml:2:3: a name can not be a mapping; put LaTeX that begins with { or [ in single quotes",
    ),
    ("allow: {a: b}", "s.yaml:1:8: 'allow' holds a mapping; expected a list of names"),
    ("allow: [[a]]", "s.yaml:1:9: 'allow' holds a list; expected a list of names"),
    # dimensions
    ("dims: {N: two}", "s.yaml:1:11: the size of dimension 'N' is 'two'; expected 1, 2, 3, ..."),
    ("dims: {N: 0}", "s.yaml:1:11: the size of dimension 'N' is '0'; expected 1, 2, 3, ..."),
    ("dims: {N: -1}", "s.yaml:1:11: the size of dimension 'N' is '-1'; expected 1, 2, 3, ..."),
    ("dims: {N: 2.0}", "s.yaml:1:11: the size of dimension 'N' is '2.0'; expected 1, 2, 3, ..."),
    ("dims: {N: ²}", "s.yaml:1:11: the size of dimension 'N' is '²'; expected 1, 2, 3, ..."),
    (
        "dims: {N: 51}",
        "s.yaml:1:11: the size of dimension 'N' is 51; sizes up to 50 are checked, and small ones are as good",
    ),
    (
        "dims: {N: 1" + "0" * 5000 + "}",
        "s.yaml:1:11: the size of dimension 'N' is 1000000000000000000000000000000000000...; "
        "sizes up to 50 are checked, and small ones are as good",
    ),
    # choices
    (
        "layout: denominater",
        "s.yaml:1:9: 'layout' is 'denominater'; expected gradient, numerator or denominator; "
        "did you mean 'denominator'?",
    ),
    ("vectors: rows", "s.yaml:1:10: 'vectors' is 'rows'; expected column or row; did you mean 'row'?"),
    ("index_base: 2", "s.yaml:1:13: 'index_base' is '2'; expected 1 or 0"),
    ("kink: half", "s.yaml:1:7: 'kink' is 'half'; expected a number such as 0, 1/2 or 0.5"),
    ("kink: 1/0", "s.yaml:1:7: 'kink' is '1/0'; expected a number such as 0, 1/2 or 0.5"),
    ("kink: 1/00", "s.yaml:1:7: 'kink' is '1/00'; expected a number such as 0, 1/2 or 0.5"),
    ("kink: 1e9", "s.yaml:1:7: 'kink' is '1e9'; expected a number such as 0, 1/2 or 0.5"),
    ("allow: [one-tern]", "s.yaml:1:9: unknown convention 'one-tern'; did you mean 'one-term'?"),
    (
        "allow: xyzzy",
        "s.yaml:1:8: unknown convention 'xyzzy'; known are transposed, layout, kink, local-factor, operator-scope, "
        "entrywise, entrywise-product, stacked, held-fixed, one-term, broadcast, distinct-index",
    ),
    # YAML
    ("model:\n  L: a: b", f"s.yaml:2:7: invalid YAML: a second ': ' in one line; {QUOTES}"),
    (
        'model:\n  L: "\\sum_i"',
        "s.yaml:2:8: invalid YAML: a backslash in double quotes begins an escape; use single quotes for LaTeX",
    ),
    ("model:\n\tL: a", "s.yaml:2:1: invalid YAML: a tab where only spaces may indent"),
    ("model:\n  L: @a", f"s.yaml:2:6: invalid YAML: a value can not begin with this character; {QUOTES}"),
    ("model:\n  L: 'a", "s.yaml:2:8: invalid YAML: a quoted value is never closed"),
    (
        "dims: {N: 2",
        f"s.yaml:1:12: invalid YAML: a {{...}} that is not closed or misses a comma; if it is LaTeX, {QUOTES}",
    ),
    ("dims: [N", f"s.yaml:1:9: invalid YAML: a [...] that is not closed or misses a comma; if it is LaTeX, {QUOTES}"),
    ("title: x\nloss", "s.yaml:2:5: invalid YAML: a line without ':'; expected 'name: value'"),
    (
        "model:\n  L: 'a'b",
        "s.yaml:2:9: invalid YAML: this line does not fit the lines above it; look at its indentation and quotes",
    ),
    ("model:\n  L: |x|", f"s.yaml:2:7: invalid YAML: a value that begins with | or > is a YAML block; {QUOTES}"),
    ("title: a\x07b", "s.yaml:1:9: invalid YAML: the character U+0007 is not allowed"),
    # what YAML can do and a setting must not
    (
        "model:\n  L: *x",
        "s.yaml:2:6: '*x' is a YAML alias, which is not supported; put LaTeX that begins with * in single quotes",
    ),
    (
        "model: &m\n  L: a",
        "s.yaml:1:8: '&m' is a YAML anchor, which is not supported; put LaTeX that begins with & in single quotes",
    ),
    (
        "title: !!python/object:os.system x",
        "s.yaml:1:8: 'tag:yaml.org,2002:python/object:os.sy...' is a YAML tag, which is not supported; "
        "put LaTeX that begins with ! in single quotes",
    ),
    ("title: a\n---\ntitle: b", "s.yaml:2:1: a second YAML document begins here; expected one"),
    ("parts: " + "[" * 1000, "s.yaml:1:19: nested more than 12 deep"),
    ("title: " + "x" * LARGEST_SETTING, "s.yaml:1:1: the setting has 100007 characters; at most 100000 are read"),
]


@pytest.mark.parametrize("yaml_text, message", WRONG, ids=[text[:20] for text, _ in WRONG])
def test_what_is_wrong_is_said_in_one_line(yaml_text, message):
    assert problem_of(yaml_text) == message


@given(st.text(alphabet=st.sampled_from("abN: {}[],'\"\\\n-|>*&!#%@`~0123=+_^\t\x00\x85\u2028é"), max_size=60))
def test_any_text_is_a_setting_or_one_line(text):
    try:
        setting_of(text)
    except DocumentError as error:
        assert "\n" not in str(error)


LATEX = st.text(alphabet=st.sampled_from("abxW_1^{}\\()[]+-=|&*'\"<>.,;:!?/ λ"), min_size=1, max_size=30).map(str.strip)


@given(LATEX.filter(bool))
def test_latex_in_single_quotes_is_read_as_it_stands(latex):
    quoted = "'" + latex.replace("'", "''") + "'"
    ((name, formula),) = setting_of(f"model:\n  {quoted}: {quoted}\n").model
    assert name.value.split() == formula.value.split()
    assert formula.value.split() == latex.split() or "''" in formula.value


# --- Settings from elsewhere ---------------------------------------------------------------------

HEAD = """---
title: Mine
symbols:
  X: N x D
model:
  Y: X
---
"""


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def problem_with(**paths: str) -> str:
    with pytest.raises(DocumentError) as caught:
        read_document(**paths)
    return str(caught.value)


def names(pairs) -> list[str]:
    return [name.value for name, _ in pairs]


def test_a_settings_file_fills_what_the_front_matter_leaves_out(tmp_path):
    document = write(tmp_path, "a.md", HEAD)
    given_file = write(
        tmp_path, "s.yaml", "dims: {N: 2}\nsymbols:\n  W: D x D\n  X: N  x D\nlayout: numerator\ntitle: Mine\n"
    )
    setting = read_document(document, given_file).setting
    assert (setting.title, setting.layout, names(setting.symbols)) == ("Mine", "numerator", ["W", "X"])


def test_a_settings_file_that_contradicts_the_front_matter_is_an_error(tmp_path):
    document = write(tmp_path, "a.md", HEAD)
    for text, expected in [
        ("title: Other", f"{document}:2:1: 'title' is given differently in {{file}}:1:1"),
        ("symbols:\n  X: D x N", f"{document}:4:3: 'X' is given differently in {{file}}:2:3"),
        ("symbols:\n  Y: D x N", f"{document}:6:3: 'Y' is given differently in {{file}}:2:3"),
    ]:
        given_file = write(tmp_path, "s.yaml", text)
        assert problem_with(path=document, setting_file=given_file) == expected.format(file=given_file)


EXERCISE = """---
title: Exercise
dims: {N: 2, D: 3}
symbols:
  X: N x D
  W_{1}: D x D
model:
  L: X
parts: [{id: a, ask: L}]
---
"""


def test_a_submission_takes_the_exercise_and_adds_to_it(tmp_path):
    exercise = write(tmp_path, "ex.md", EXERCISE)
    submission = write(tmp_path, "sub.md", "---\ntitle: Ada\nlayout: gradient\nnotation:\n  G: L\n---\n$$L = X$$\n")
    document = read_document(submission, exercise=exercise)
    assert document.setting.title == "Ada"
    assert names(document.setting.symbols) == ["X", "W_{1}"]
    assert names(document.setting.notation) == ["G"]
    assert document.exercise == exercise
    assert len(document.passages) == 1
    assert read_document(write(tmp_path, "bare.md", "$$L = X$$"), exercise=exercise).setting.title is None


OVERRIDES = [
    ("symbols: {X: D x N}", "2:11: 'X' is given by the exercise in {ex}:5:3, and a submission can not change it"),
    ("symbols: {W_1: N x N}", "2:11: 'W_1' is given by the exercise in {ex}:6:3, and a submission can not change it"),
    ("model: {X: L}", "2:9: 'X' is given by the exercise in {ex}:5:3, and a submission can not change it"),
    ("notation: {L: X}", "2:12: 'L' is given by the exercise in {ex}:8:3, and a submission can not change it"),
    ("dims: {D: 1}", "2:8: 'D' is given by the exercise in {ex}:3:14, and a submission can not change it"),
    ("layout: numerator", "2:1: the exercise leaves 'layout' at gradient, and a submission can not change it"),
    ("allow: [one-term]", "2:9: the exercise does not allow 'one-term', and a submission can not"),
    ("parts: []", "2:1: 'parts' belongs to an exercise; a submission can not give it"),
]


@pytest.mark.parametrize("line, expected", OVERRIDES)
def test_a_submission_overrides_nothing(tmp_path, line, expected):
    exercise = write(tmp_path, "ex.md", EXERCISE)
    submission = write(tmp_path, "sub.md", f"---\n{line}\n---\n")
    problem = problem_with(path=submission, exercise=exercise)
    assert problem == f"{submission}:{expected.format(ex=exercise)}"


def test_an_exercise_has_a_setting(tmp_path):
    exercise = write(tmp_path, "ex.md", "# Nothing\n")
    submission = write(tmp_path, "sub.md", "$$a = b$$")
    expected = f"{exercise}: an exercise has a setting at its head, and this document has none"
    assert problem_with(path=submission, exercise=exercise) == expected
