"""Documents checked as the command checks them: what SymPy has certified in this run is not certified again."""

from typing import Any

from derive.certificates import Store, default_directory
from derive.checking import check
from derive.checking.results import DocumentResult
from derive.documents.document import Document


def check_document(document: Document, **options: Any) -> DocumentResult:
    """The verdicts on a document, with the folder of certificates that all tests of a run share."""
    return check.check_document(document, store=Store(default_directory()), **options)
