"""Score derive on the documents of tests/public: what of the true is accepted, what of the false, what is not read.

Every document says in `expect:` of its setting which of its steps are not meant to be accepted; a step without a key is
true. Run it as `python tests/public_score.py [NAME...]`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

PUBLIC = Path(__file__).parent / "public"
ENDINGS = (".md", ".tex", ".ipynb")
ACCEPTED = {"definition", "proved", "convention"}
NOT_READ = {"unreadable", "unknown"}


@dataclass
class Score:
    """What became of the steps of one document. `open` steps are those that may be read in more than one way."""

    name: str
    true: int = 0
    accepted: int = 0
    false: int = 0
    false_accepted: int = 0
    open: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def line(self) -> str:
        return (
            f"{self.name:36} true {self.accepted:3}/{self.true:<3} false accepted {self.false_accepted}/{self.false:<3}"
            f" open {self.open:<2} of the true: "
            + ", ".join(f"{word} {self.verdicts[word]}" for word in ("unreadable", "unknown", "refuted"))
        )


def setting(path: Path) -> Mapping[str, Any]:
    """The front matter of a document, as its author wrote it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "".join(json.loads(text)["cells"][0]["source"])
    if path.suffix == ".tex":
        text = "".join(line.removeprefix("% ") for line in text.splitlines(keepends=True) if line.startswith("% "))
    return yaml.load(text.split("---\n")[1], yaml.BaseLoader)


def matches(key: str, step: Mapping[str, Any]) -> bool:
    """Whether a key of `expect:` names this step: a tag or `#7`, perhaps with `/2` behind it."""
    name, _, number = key.partition("/")
    named = name == f"#{step['equation']}" or fnmatchcase(step["tag"] or "", name)
    return named and number in ("", str(step["step"]))


def expected(expectations: Mapping[str, Any], step: Mapping[str, Any]) -> set[str]:
    for key, verdicts in expectations.items():
        if matches(key, step):
            return {verdicts} if isinstance(verdicts, str) else set(verdicts)
    return {"accepted"}


def reports(paths: Sequence[Path]) -> Iterator[tuple[Path, list[dict[str, Any]], str]]:
    """Each document with its steps, and with what the command said of it where it gave no report."""
    command = [sys.executable, "-m", "derive", "check", *map(str, paths), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = {report["document"]: report["steps"] for report in map(json.loads, done.stdout.splitlines())}
    for path in paths:
        said = [line for line in done.stderr.splitlines() if path.name in line]
        yield path, found.get(str(path), found.get(path.name, [])), "; ".join(said)


def add(score: Score, step: Mapping[str, Any], wanted: set[str], place: str) -> None:
    """Count one step, and note it where it is not what it should be."""
    accepted = step["verdict"] in ACCEPTED
    number = f"#{step['equation']}/{step['step']}"
    miss = f"  {place} {number} {step['verdict']}: {step['lhs']} {step['relation']} {step['rhs']}"
    if not wanted & (NOT_READ | {"refuted"}):
        score.true += 1
        score.accepted += accepted
        score.verdicts[step["verdict"]] += 1
    elif wanted & (ACCEPTED | {"accepted"}) and wanted & NOT_READ:
        score.open += 1
        return
    elif "refuted" in wanted:
        score.false += 1
        score.false_accepted += accepted and "convention" not in wanted
    if step["verdict"] not in wanted and not (accepted and "accepted" in wanted):
        score.misses.append(f"{miss}\n      {step['message']}")


def scored(path: Path, steps: Sequence[Mapping[str, Any]], said: str) -> Score:
    score = Score(path.name)
    expectations = setting(path).get("expect", {})
    for step in steps:
        add(score, step, expected(expectations, step), f"{path.name}:{step['line']}")
    for key in expectations:
        if not any(matches(key, step) for step in steps):
            score.misses.append(f"  {path.name}: the key {key} of expect names no step")
    if not steps:
        count = next((entry["steps"] for entry in sources() if entry["file"] == path.name), "?")
        score.misses.append(f"  {path.name}: no step of {count} was read: {said or 'no steps'}")
    return score


def sources() -> list[dict[str, str]]:
    return yaml.load((PUBLIC / "sources.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)


def summary(scores: Sequence[Score]) -> str:
    true, accepted = sum(score.true for score in scores), sum(score.accepted for score in scores)
    false, wrongly = sum(score.false for score in scores), sum(score.false_accepted for score in scores)
    unread = [score.name for score in scores if not score.true + score.false + score.open]
    return (
        f"{len(scores)} documents: {accepted} of {true} true steps accepted, {wrongly} of {false} false ones; "
        f"{len(unread)} documents not read at all: {' '.join(unread) or 'none'}"
    )


def main(names: Sequence[str]) -> None:
    paths = sorted(path for path in PUBLIC.iterdir() if path.suffix in ENDINGS)
    chosen = [path for path in paths if not names or any(path.name.startswith(name) for name in names)]
    scores = [scored(*report) for report in reports(chosen)]
    print(*(score.line() for score in scores), sep="\n")
    print(*(miss for score in scores for miss in score.misses), sep="\n")
    print(summary(scores))


if __name__ == "__main__":
    main(sys.argv[1:])
