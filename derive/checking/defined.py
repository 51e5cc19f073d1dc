"""The model that the text of a document defines, where its setting has none."""

from dataclasses import replace

from derive.certificates import Store
from derive.checking.check import check_document
from derive.checking.observing import Observed
from derive.documents.document import Document
from derive.models import Model


def model_of_text(document: Document) -> Model | None:
    """The names of a document's setting and those that its text defines; null for a text without formulas."""
    found: list[Model] = []

    def observe(observed: Observed) -> None:
        found[:] = [replace(observed.session.model, table=observed.session.table)]

    check_document(document, store=Store(None), observer=observe)
    return found[0] if found else None
