"""The pages of the server: templates with their values, and the files that they load."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined

from derive.records import dataclass
from derive.web.setup import Setup
from derive.writing.equations import equation_style
from derive.writing.html import scoped
from derive.writing.pages import style_sheet

SHARED: Mapping[str, Callable[[], str]] = {
    "colours.css": lambda: style_sheet(("colours.css",)),
    "base.css": lambda: style_sheet(("base.css",)),
    "equations.css": equation_style,
    "sheet.css": lambda: scoped(style_sheet(("sheet.css",)), ".sheet"),
    "feedback.css": lambda: scoped(style_sheet(("marks.css", "feedback.css")), ".feedback"),
}
"""The style sheets of reports that pages share."""
MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "md": "text/markdown"}


@dataclass(frozen=True)
class StaticFile:
    """A file that a page loads."""

    text: str
    media_type: str


def check_page(setup: Setup) -> str:
    """The page on which a derivation is typed."""
    name, text = setup.document or ("notes.md", "")
    return render("check.html", setup=setup, title="derive", name=name, text=text, exercise=None)


def render(template: str, /, **values: object) -> str:
    """A page: a template with its values."""
    return environment().get_template(template).render(values)


@cache
def static_file(name: str) -> StaticFile | None:
    """A file of the folder `static`, or a style sheet that pages share with reports; null where there is none."""
    ending = name.rpartition(".")[2]
    if name in SHARED:
        return StaticFile(SHARED[name](), MEDIA_TYPES["css"])
    known = {each.name for each in (files("derive.web") / "static").iterdir()}
    if name not in known or ending not in MEDIA_TYPES:
        return None
    return StaticFile((files("derive.web") / "static" / name).read_text("utf-8"), MEDIA_TYPES[ending])


@cache
def environment() -> Environment:
    """The templates of pages, in which every text is escaped."""
    return Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template(name: str) -> str | None:
    found = files("derive.web") / "templates" / name
    return found.read_text("utf-8") if found.is_file() else None
