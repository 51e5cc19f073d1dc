"""A class of any size, made of the sample submissions of an exercise: how long it takes to mark, whole and in two runs.

    python tests/benchmarks/classroom.py exercises/homework/linear-regression -n 1000 --jobs 2

Every synthetic submission is a sample in another hand: other words around it, other spellings of the same notation. So
all that come of one sample must get the same marks, and the table must be the same to the byte whether the run was
interrupted or not. Marks are told from a cold start: no certificate is known, no process runs.
"""

import argparse
import csv
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from random import Random

SPELLINGS = (
    (r"\^\{T\}|\^T(?![a-zA-Z])", ("^T", "^{T}")),
    (r"(?<![a-z])d?frac\{", ("frac{", "dfrac{")),
    (r"(?<= )=(?= )", ("=", " = ")),
)
WORDS = ("As we saw in class,", "By the chain rule", "and so", "Hence", "it follows that", "with some care", "we get")


def make_class(exercise: Path, number: int, folder: Path) -> dict[str, str]:
    """Write the submissions; the sample behind each, by its name."""
    samples = sorted((exercise / "submissions").iterdir())
    sources = {}
    for index in range(number):
        sample, random = samples[index % len(samples)], Random(index)
        name = f"student-{index:05}"
        (folder / f"{name}{sample.suffix}").write_text(in_another_hand(sample, name, random), encoding="utf-8")
        sources[name] = sample.name
    return sources


def in_another_hand(sample: Path, name: str, random: Random) -> str:
    """The same mathematics, spelled and introduced otherwise."""
    text = sample.read_text(encoding="utf-8")
    for pattern, spellings in SPELLINGS:
        spelling = random.choice(spellings)
        text = re.sub(pattern, lambda _, chosen=spelling: chosen, text)
    words = " ".join(random.choices(WORDS, k=12))
    if sample.suffix == ".ipynb":
        return text
    if sample.suffix == ".tex":
        return text.replace(r"\begin{document}", rf"\begin{{document}} {name}: {words}." + "\n", 1)
    return f"{text}\n\n{name}: {words}.\n"


def grade(arguments: list[str], cache: Path, killed_after: float | None = None) -> float:
    """Run the command; the seconds that it took."""
    began = time.monotonic()
    environment = {**os.environ, "DERIVE_CACHE_DIR": str(cache)}
    process = subprocess.Popen([sys.executable, "-m", "derive", "grade", *arguments], env=environment)
    try:
        process.wait(killed_after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    return time.monotonic() - began


def points_of(table: Path) -> dict[str, str]:
    with open(table, encoding="utf-8", newline="") as file:
        return {row["submission"]: f"{row['total']} {row['status']}" for row in csv.DictReader(file)}


def main() -> int:
    parser = argparse.ArgumentParser(description="How long a class takes.")
    parser.add_argument("exercise", type=Path, help="a folder with exercise.md and submissions")
    parser.add_argument("-n", type=int, default=1000, dest="number")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--no-interruption", action="store_true", help="measure the whole run alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "class").mkdir()
        sources = make_class(options.exercise, options.number, place / "class")
        common = [str(options.exercise / "exercise.md"), str(place / "class"), "--jobs", str(options.jobs), "-o"]
        seconds = grade([*common, str(place / "whole")], place / "cache")
        print(f"{options.number} submissions, {options.jobs} processes: {seconds:.1f} s", flush=True)
        found = defaultdict(set)
        for name, points in points_of(place / "whole/grades.csv").items():
            found[sources[name]].add(points)
        torn = {sample: points for sample, points in found.items() if len(points) > 1}
        print(f"samples whose variants differ in their marks: {torn or 'none'}")
        if options.no_interruption:
            return bool(torn)
        grade([*common, str(place / "twice")], place / "other cache", killed_after=seconds / 2)
        rest = grade([*common, str(place / "twice")], place / "other cache")
        same = (place / "whole/grades.csv").read_bytes() == (place / "twice/grades.csv").read_bytes()
        print(
            f"interrupted after {seconds / 2:.1f} s, then {rest:.1f} s: {'the same' if same else 'ANOTHER'} grades.csv"
        )
    return bool(torn) or not same


if __name__ == "__main__":
    sys.exit(main())
