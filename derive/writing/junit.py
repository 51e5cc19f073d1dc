"""Results as one file of JUnit's XML: a suite for each document, a case for each step.

What is refuted, unreadable or not as expected is a failure, what is unknown is skipped, a document that can not be used
is an error.
"""

from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from derive.checking.results import DocumentResult, StepResult
from derive.errors import DocumentError
from derive.writing.cells import printable
from derive.writing.findings import Outcome, relation, step_names
from derive.writing.lines import step_to_text

WIDTH = 100


def to_junit(outcomes: Iterable[Outcome]) -> str:
    """The file's text, with the line's end of its last line."""
    root = Element("testsuites", name="derive")
    for outcome in outcomes:
        root.append(_suite_of_error(outcome) if isinstance(outcome, DocumentError) else _suite(outcome))
    _count(root)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(result: DocumentResult) -> Element:
    """A document with its steps."""
    suite = Element("testsuite", name=printable(result.document))
    for step, name in zip(result.steps, step_names(result), strict=True):
        title = printable(f"({name}) {relation(step)}")
        case = _case(suite, result.document, title, step.line)
        if step.concern == "unknown":
            SubElement(case, "skipped", message=printable(f"unknown: {step.message}"))
        elif step.concern is not None:
            _failure(case, result, step)
    _count(suite)
    return suite


def _failure(case: Element, result: DocumentResult, step: StepResult) -> None:
    failure = SubElement(case, "failure", type=step.concern or "", message=printable(step.surprise or step.message))
    failure.text = printable(step_to_text(result, step, WIDTH, "utf-8"))


def _suite_of_error(error: DocumentError) -> Element:
    """A document that could not be used."""
    suite = Element("testsuite", name=printable(error.name))
    case = _case(suite, error.name, "document", 1 if error.place is None else error.place.line)
    SubElement(case, "error", type="document", message=printable(error.problem)).text = printable(str(error))
    _count(suite)
    return suite


def _case(suite: Element, document: str, name: str, line: int) -> Element:
    file = printable(document)
    return SubElement(suite, "testcase", classname=file, name=name, file=file, line=str(line))


def _count(suite: Element) -> None:
    """How many cases there are below, and how many of them are not good."""
    for name, path in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(1 for _ in suite.iter(path))))
