"""What is wrong with an exercise, found before a student sees it: one small function for each finding, in one table.

A finding is no error: the exercise can be used. It says what its author would regret to have overlooked.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from derive.certificates import Store
from derive.grading.linting.answers import given_in_text, slow_to_check
from derive.grading.linting.asks import (
    always_zero,
    asked_twice,
    given_by_setting,
    unreadable_parts,
    without_closed_form,
)
from derive.grading.linting.finding import Finding, Found
from derive.grading.linting.keys import idle_policy, lenient_conventions, unused_symbols, without_points, without_prompt
from derive.grading.linting.sizes import equal_sizes, sizes_like_factors, sizes_of_one
from derive.grading.linting.subject import Subject, read_subject
from derive.records import dataclass

__all__ = ["CHECKS", "Check", "Finding", "lint"]


@dataclass(frozen=True)
class Check:
    """A kind of finding: its code, what finds it, and why it matters in one sentence."""

    code: str
    find: Callable[[Subject], Iterator[Found]]
    because: str


CHECKS: tuple[Check, ...] = (
    Check("unreadable-part", unreadable_parts, "A part that cannot be read stops the marking of all parts."),
    Check("always-zero", always_zero, "What is asked does not depend on what it is differentiated by."),
    Check("asked-twice", asked_twice, "Two parts with one answer give double points for it."),
    Check("given-by-setting", given_by_setting, "A name that equals what is asked is an answer without any work."),
    Check("given-in-text", given_in_text, "The text that students read holds the answer."),
    Check("no-closed-form", without_closed_form, "A right answer may not be provable, and is then for a person."),
    Check("slow-answer", slow_to_check, "A class waits for it, or an answer is not decided in time."),
    Check("equal-sizes", equal_sizes, "Where two sizes are equal, a wrong transpose has shapes that fit."),
    Check("size-one", sizes_of_one, "At size 1 a sum and its only term are one."),
    Check("size-like-factor", sizes_like_factors, "Where N is 2, a lost 1/N and a lost 2 are one mistake."),
    Check("lenient-convention", lenient_conventions, "What `allow` says makes a wrong answer right."),
    Check("unused-symbol", unused_symbols, "What nothing uses was forgotten in the model, or is left over."),
    Check("no-points", without_points, "A part without points is worth 1, one with 0 nothing."),
    Check("no-prompt", without_prompt, "Students are shown the prompt, in the rubric and beside their marks."),
    Check("idle-policy", idle_policy, "A word that has no effect is one that was meant otherwise."),
)


def lint(path: str | Path, store: Store | None = None) -> tuple[Finding, ...]:
    """All findings on the exercise in a file, in the order of their places. `store` remembers what is certified.

    Raises `DocumentError` where it is no exercise, or where its setting cannot be used.
    """
    subject = read_subject(path, store or Store(None))
    found = (Finding.of(check.code, one) for check in CHECKS for one in check.find(subject))
    return tuple(sorted(found, key=lambda finding: (finding.cell or 0, finding.line, finding.column)))
