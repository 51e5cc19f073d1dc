"""Findings as one log of the Static Analysis Results Interchange Format, SARIF 2.1.0 (OASIS).

Paths are relative to where the command ran; a finding is known again by its formula, whatever its line.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from derive.writing.findings import LEVELS, Finding, Outcome, Rule, findings

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "deriveStep/v1"

# rule: its name, what it says in one sentence
RULES: Mapping[Rule, tuple[str, str]] = {
    "refuted": ("RefutedStep", "The two sides of a step differ."),
    "unreadable": ("UnreadableStep", "The mathematics of a step could not be read."),
    "unexpected": ("UnexpectedVerdict", "A step has another verdict than its author expects of it."),
    "unknown": ("UndecidedStep", "A step could neither be proved nor refuted."),
    "question": ("MissingDeclaration", "A document leaves out what a name is."),
    "document": ("UnusableDocument", "A document or its setting can not be used."),
}


def to_sarif(outcomes: Iterable[Outcome], version: str) -> str:
    """The log, with the line's end of its last line."""
    return json.dumps(log(outcomes, version), indent=2) + "\n"


def log(outcomes: Iterable[Outcome], version: str) -> dict[str, Any]:
    """The log as data for JSON."""
    seen = Counter[str]()
    driver = {"name": "derive", "version": version, "rules": [_rule(name) for name in RULES]}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, seen) for finding in findings(outcomes)],
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    name, sentence = RULES[rule]
    return {
        "id": rule,
        "name": name,
        "shortDescription": {"text": sentence},
        "defaultConfiguration": {"level": LEVELS[rule]},
    }


def _result(finding: Finding, seen: Counter[str]) -> dict[str, Any]:
    """One finding. `seen` counts the fingerprints, so that two alike in one document have different ones."""
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.document.replace("\\", "/"))}}
    if finding.place is not None:
        location["region"] = {"startLine": finding.place[0], "startColumn": finding.place[1]}
    said = (
        finding.message
        if finding.step is None
        else f"{finding.title[:1].upper()}{finding.title[1:]}. {finding.message}"
    )
    return {
        "ruleId": finding.rule,
        "ruleIndex": list(RULES).index(finding.rule),
        "level": finding.level,
        "message": {"text": _literal(said)},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {FINGERPRINT: _fingerprint(finding, seen)},
    }


def _literal(text: str) -> str:
    """A text as messages spell it: a brace by itself stands for an argument there."""
    return text.replace("{", "{{").replace("}", "}}")


def _fingerprint(finding: Finding, seen: Counter[str]) -> str:
    """A digest of the document's name, the rule and the formula without its spaces, and which of those alike it is."""
    step = finding.step
    said = [finding.message] if step is None else [step.lhs, step.relation, step.rhs]
    alike = json.dumps([finding.document, finding.rule, *("".join(text.split()) for text in said)])
    seen[alike] += 1
    return sha256(f"{alike} {seen[alike]}".encode()).hexdigest()
