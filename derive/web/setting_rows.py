"""What is known of a document's names, row by row: written in its setting, inferred from its text, or asked for.

Of each row: section (`symbols`, `dims` or `model`), name, html, declaration, origin (`written`, `inferred` or `asked`),
because (HTML), line. A declaration of the model is LaTeX, and `shown` is its HTML; the others can be corrected.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from derive.checking.results import DocumentResult
from derive.documents.document import Document
from derive.source import Text
from derive.writing.pages import code, formula, words

Row = Mapping[str, Any]

CHOSEN = "chosen, since the setting says no size"
NO_DECLARATIONS = frozenset({"the loss", "row"})
"""What is inferred besides declarations: which name is the loss, how vectors stand."""
LONGEST_SHOWN = 400


def setting_rows(document: Document, result: DocumentResult) -> Sequence[Row]:
    """The rows, the names first, then what is computed, then the sizes."""
    return [*_names(document, result), *_computed(document), *_sizes(document, result)]


def _names(document: Document, result: DocumentResult) -> Iterator[Row]:
    for name, declaration in document.setting.symbols:
        yield _row("symbols", name.value, declaration.value, "written", "", _line(name))
    for found in result.inferred:
        if found.declaration not in NO_DECLARATIONS:
            yield _row("symbols", found.name, found.declaration, "inferred", found.because, found.line)
    for question in result.questions:
        yield _row("symbols", question.name, "", "asked", question.message, question.line)


def _computed(document: Document) -> Iterator[Row]:
    for name, value in document.setting.model:
        latex = " ".join(value.value.split())
        row = _row("model", name.value, latex, "written", "", _line(name))
        yield {**row, "shown": _formula(latex) if len(latex) <= LONGEST_SHOWN else str(code(latex[:LONGEST_SHOWN]))}


def _sizes(document: Document, result: DocumentResult) -> Iterator[Row]:
    written = {name: at for name, (size, at) in document.setting.dims.items() if size is not None}
    for name, size in result.dims.items():
        at = written.get(name)
        if at is None:
            yield _row("dims", name, str(size or ""), "inferred", CHOSEN, None)
        else:
            yield _row("dims", name, str(size), "written", "", _line(at))


def _row(section: str, name: str, declaration: str, origin: str, because: str, line: int | None) -> Row:
    return {
        "section": section,
        "name": name,
        "html": _formula(name),
        "declaration": declaration,
        "origin": origin,
        "because": _words(because),
        "line": line,
    }


def _line(text: Text) -> int:
    return text.place().line


@lru_cache(maxsize=2000)
def _formula(latex: str) -> str:
    return str(formula(latex))


@lru_cache(maxsize=2000)
def _words(text: str) -> str:
    return str(words(text))
