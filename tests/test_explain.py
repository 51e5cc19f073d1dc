"""`derive explain`: every mistake and every convention with an example that the checker confirms."""

import ast
import inspect
import json
import re
from html.parser import HTMLParser

import pytest
from claimed import last

from derive import cli
from derive.checking.conventions import CONVENTIONS
from derive.checking.conventions_explained import EXPLAINED
from derive.implementations import behaviour, breaks, comparing, confusions, naming, results, rules_of_statements
from derive.mistakes.catalogue import CATALOGUE
from derive.mistakes.of_code import ALL_OF_CODE, RESULTS
from derive.writing.explaining import to_html, to_markdown, to_text
from derive.writing.topics import GROUPS, in_groups, topic, topics


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "80")

    def called(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["explain", *arguments])
        return status, *capsys.readouterr()

    return called


# ── what there is to explain ──


def test_every_convention_is_explained():
    assert list(EXPLAINED) == list(CONVENTIONS)


@pytest.mark.parametrize("name", EXPLAINED)
def test_the_example_of_a_convention_holds_under_it(name):
    step = last(EXPLAINED[name].setting, EXPLAINED[name].example)
    assert (step.verdict, step.conventions) == ("convention", (name,))


@pytest.mark.parametrize("name", EXPLAINED)
def test_what_is_said_plainly_holds_without_a_convention(name):
    step = last(EXPLAINED[name].setting, EXPLAINED[name].plainly)
    assert (step.verdict, step.conventions) == ("proved", ())


@pytest.mark.parametrize("name", [name for name in EXPLAINED if "allow" in EXPLAINED[name].setting])
def test_what_has_to_be_allowed_is_refuted_where_it_is_not(name):
    setting, _, _ = EXPLAINED[name].setting.partition("allow:")
    assert last(setting, EXPLAINED[name].example).verdict == "refuted"


def test_every_mistake_is_in_one_group():
    grouped = [code for _, codes in GROUPS for code in codes]
    assert sorted(grouped) == sorted(mistake.code for mistake in CATALOGUE)


def test_every_code_is_there_once():
    codes = [one.code for one in topics()]
    assert len(codes) == len(set(codes)) == len(CATALOGUE) + len(CONVENTIONS) + len(ALL_OF_CODE)
    assert [group for group, _ in in_groups(topics())][-2:] == [
        "Conventions that are used where a step needs one",
        "Conventions that a setting has to allow",
    ]


def test_everything_that_marking_code_may_say_is_explained():
    explained = {one.code for one in topics()}
    assert behaviour.MESSAGES.keys() - {"earlier-inputs"} <= explained  # that one is told as hidden-state
    assert {*comparing.CONVENTIONS.values(), results.DIGITS, naming.EXCHANGED, naming.TRANSPOSED} <= explained
    modules = (breaks, confusions, rules_of_statements)
    words = {
        word for module in modules for word in re.findall(r'yield "([a-z]+(?:-[a-z]+)+)"', inspect.getsource(module))
    }
    assert len(words) > 30
    assert words - explained == set()


def test_the_examples_of_code_are_python():
    for one in ALL_OF_CODE:
        for text in (one.looks_like, one.instead):
            ast.parse(f"def f():\n    {text}{' pass' if text.endswith(':') else ''}")
    assert [one.code for one in RESULTS if one.message == one.title] == []


@pytest.mark.parametrize("written", ["missing-mean", "MISSING-MEAN", "missing_mean", " Missing mean "])
def test_a_code_is_known_however_it_is_spelled(written):
    assert topic(written).code == "missing-mean"


# ── the command ──


def test_a_mistake(run):
    assert run("missing-mean") == (
        0,
        "missing-mean  the factor of a mean is missing\n"
        "mistake: Sums and means\n"
        "\n"
        "The loss is a mean over the examples. Is your derivative one, too?\n"
        "\n"
        "  ✗ ∂L/∂W₂ = Aᵀ (P - Y)\n"
        "  ✓ ∂L/∂W₂ = (1/N) Aᵀ (P - Y)\n"
        "\n"
        "L = (1/N) ∑_i L_i divides by the number of examples. A constant factor stays\n"
        "where it is when one differentiates: every derivative of L has the factor 1/N as\n"
        "well, save those of terms that stand outside of the mean, as a penalty on the\n"
        "weights does.\n",
        "",
    )


def test_a_convention_where_the_terminal_has_no_unicode():
    assert to_text([topic("broadcast")], 60, "ascii", is_list=False) == (
        "broadcast  the sum over the batch is left to broadcasting\n"
        "convention: Conventions that a setting has to allow\n"
        "\n"
        "The sides are equal after the sum over the batch that\n"
        "broadcasting implies.\n"
        "\n"
        "  ~ \\frac{\\partial L}{\\partial b_2} = \\frac{1}{N} (P - Y)\n"
        "  + \\frac{\\partial L}{\\partial b_2} = \\frac{1}{N}\n"
        "    \\mathbf{1}^T (P - Y)\n"
        "\n"
        "A bias is added to every row of the batch, so its gradient\n"
        "is the sum over the rows. Some notes leave this sum to the\n"
        "reader. As a student's answer it is a mistake, so a setting\n"
        "has to allow it.\n"
    )


def test_all_of_them_are_listed_in_groups(run):
    status, out, err = run()
    assert (status, err) == (0, "")
    lines = out.splitlines()
    at = lines.index("Signs and differences")
    assert lines[at + 1 : at + 4] == [
        "  wrong-sign                      a sign is wrong",
        "  difference-reversed             a difference stands the wrong way round",
        "  missing-target                  the target was not subtracted",
    ]
    assert lines[-1] == "derive explain CODE shows one of them with an example."
    assert [one.code for one in topics() if not any(line.startswith(f"  {one.code} ") for line in lines)] == []


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_wider_than_the_terminal(width):
    assert [line for line in to_text(topics(), width, "utf-8", is_list=False).splitlines() if len(line) > width] == []


def test_colours_at_a_terminal(run, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("kink")[1]


@pytest.mark.parametrize(
    "code, said",
    [
        ("layot", "no mistake and no convention is called 'layot'; did you mean 'layout'?"),
        ("misisng-mean", "no mistake and no convention is called 'misisng-mean'; did you mean 'missing-mean'?"),
        ("xyzzy", "no mistake and no convention is called 'xyzzy'; derive explain lists all that there are"),
        ("a\nb", "no mistake and no convention is called 'a b'; derive explain lists all that there are"),
    ],
)
def test_an_unknown_code_is_one_line(run, code, said):
    assert run(code) == (2, "", f"derive explain: {said}\n")


def test_json_is_one_object(run):
    found = json.loads(run("wrong-sign", "--json")[1])
    assert found["schema"] == "derive.explain/1"
    (one,) = found["topics"]
    assert (one["kind"], one["code"], one["group"]) == ("mistake", "wrong-sign", "Signs and differences")
    assert one["example"] == r"\frac{\partial L}{\partial w} = -X^T (X w - y)"
    assert len(json.loads(run("--json")[1])["topics"]) == len(topics())


def test_the_page_of_reference_as_markdown(run):
    text = run("--markdown")[1]
    assert text == to_markdown(topics())
    assert text.startswith("# Mistakes and conventions\n\n## Products and transposes\n\n### `missing-transpose`: ")
    assert (
        "\n### `transposed`: one side is the other one transposed\n\n"
        "The two sides are equal after one of them is transposed.\n\n"
        "- Holds under it: $r^T = X w - y$\n- Holds without it: $r = X w - y$\n\nA row and a column"
    ) in text


class Page(HTMLParser):
    """The ids, the links and the elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.elements: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        self.elements.append(tag)
        self.ids += [said["id"]] if "id" in said else []
        self.links += [said["href"]] if "href" in said else []


def test_the_page_of_reference_as_html(run, tmp_path):
    assert run("--html", "page.html") == (0, "", "")
    page = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert {one.code for one in topics()} <= set(page.ids)
    assert [link for link in page.links if not (link.startswith("#") and link[1:] in page.ids)] == []
    assert page.elements.count("math") > 2 * len([one for one in topics() if one.kind != "code"])
    named = sum(f"{one.title} {one.message} {one.because}".count("`") // 2 for one in topics())
    examples = 2 * len(ALL_OF_CODE)
    assert page.elements.count("code") == len(topics()) + named + examples  # every formula is rendered


def test_a_page_on_one_of_them_has_no_list():
    page = Page(to_html([topic("kink")]))
    assert (page.elements.count("nav"), page.elements.count("article")) == (0, 1)


def test_a_page_that_cannot_be_written_is_one_line(run):
    assert run("--html", "no/page.html") == (
        2,
        "",
        "no/page.html: the page can not be written (No such file or directory)\n",
    )
