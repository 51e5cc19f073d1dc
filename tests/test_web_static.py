"""Scripts, style sheets and templates of pages, as texts: what they load is there, nothing goes round the policy."""

import re
from importlib.resources import files

import pytest

from derive.web.pages import static_file

WEB = files("derive.web")
FILES = sorted(path.name for path in (WEB / "static").iterdir())
SCRIPTS = [name for name in FILES if name.endswith(".js")]
STYLES = [name for name in FILES if name.endswith(".css")]
TEMPLATES = sorted(path.name for path in (WEB / "templates").iterdir())

EXPORT = r"^export (?:async )?(?:function\*?|class|const) (\w+)"
IMPORT = r"import \{([^}]*)\} from \"\./([\w-]+\.js)\";"
ROUND_THE_POLICY = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc"
KEEPING = r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\."
ELSEWHERE = r"https?://(?!www\.w3\.org/)|//cdn|@import|url\("


def _text(folder, name):
    return (WEB / folder / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_says_what_it_is_and_keeps_to_the_policy(name):
    script = _text("static", name)
    assert re.match(r"// [A-Z]", script)
    found = set(re.findall(ROUND_THE_POLICY, script))
    assert found == ({"innerHTML"} if name == "trusted.js" else set())
    assert re.findall(KEEPING, script) == []
    assert max(map(len, script.split("\n"))) <= 140


def _exports(name):
    script = _text("static", name)
    listed = re.findall(r"^export \{([^}]*)\};", script, re.MULTILINE)
    return {*re.findall(EXPORT, script, re.MULTILINE), *(each.strip() for names in listed for each in names.split(","))}


def _imports(name):
    found = re.findall(IMPORT, _text("static", name))
    return {(module, each.strip()) for names, module in found for each in names.split(",")}


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_a_script_imports_is_used(name):
    script = _text("static", name)
    assert [each for _, each in _imports(name) if len(re.findall(rf"\b{each}\b", script)) < 2] == []


def test_every_import_is_exported_and_every_export_imported():
    imported = set().union(*map(_imports, SCRIPTS))
    assert imported == {(name, each) for name in SCRIPTS for each in _exports(name)}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_no_script_or_style_of_its_own_and_loads_what_is_there(name):
    template = _text("templates", name)
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)", template) == []
    for loaded in re.findall(r'(?:src|href)="/static/([^"]+)"', template):
        assert static_file(loaded) is not None, loaded


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_served_and_loads_nothing_from_elsewhere(name):
    served = static_file(name)
    assert served is not None
    assert served.text == _text("static", name)
    assert re.findall(ELSEWHERE, served.text) == []


def test_every_element_that_the_page_looks_for_is_there():
    there = set(re.findall(r'\bid="([\w-]+)"', _text("templates", "check.html")))
    wanted = set(re.findall(r'part\("([\w-]+)"\)', _text("static", "check.js")))
    styled = set(re.findall(r"#([a-z][\w-]*)(?![^{]*;)", _text("static", "check.css")))
    assert (wanted | styled) - there == set()
