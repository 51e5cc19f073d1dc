"""The command: `python tests/benchmarks/rechecking.py` measures how long verdicts take after a change of a document.

Each change is one character of a random formula, typed, deleted or replaced, in a document that was checked before
with its certificate at hand; then it is taken back. Beside it stands a check from scratch of the same text, made right
behind it: what else the machine does meets both alike. Told are the times of the processor until all verdicts are
there, and until all refuted steps are explained as well.
"""

import argparse
import re
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import median, quantiles

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parents[1])]

from derive.certificates import Store  # noqa: E402
from derive.checking.check import check_document  # noqa: E402
from derive.checking.rechecking import Rechecker  # noqa: E402
from derive.documents.document import Document  # noqa: E402
from derive.documents.reading import READERS, read_text  # noqa: E402
from derive.errors import DocumentError  # noqa: E402
from derive.source import Source  # noqa: E402

EXERCISES = FOLDER.parents[1] / "exercises"
DOCUMENTS = [EXERCISES / "two-layer-relu-softmax-one-example.md", EXERCISES / "two-layer-sigmoid-softmax-columns.md"]
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
FRONT_MATTER = re.compile(r"---\n.*?\n---\n", re.DOTALL)
CHARACTERS = "abxyzWHSTNik012+-=^_{}() "


class Clock:
    """Notes when each verdict is there for the first time."""

    def __init__(self) -> None:
        self.began = time.process_time()
        self.anew = 0
        self._verdicts: dict[int, float] = {}

    def pending(self, passage: object, chain: object) -> None:
        """One chain more is decided anew."""
        self.anew += 1

    def judged(self, steps: tuple, is_final: bool) -> None:
        """The verdicts on a chain."""
        self._verdicts.setdefault(steps[0].equation, time.process_time() - self.began)

    def decided(self) -> None:
        """What follows explains."""

    @property
    def verdicts(self) -> float:
        """Seconds until all were there."""
        return max(self._verdicts.values(), default=0.0)


def document(path: Path, text: str) -> Document:
    return read_text(Source(path.name, text), READERS[path.suffix])[0]


def edited(random: Random, text: str) -> str:
    """The text with one character of a formula typed, deleted or replaced."""
    front = FRONT_MATTER.match(text)
    found = random.choice(list(FORMULA.finditer(text, front.end() if front else 0)))
    at = random.randrange(found.start() + 1, found.end() - 1)
    typed = random.choice(("", random.choice(CHARACTERS)))
    return text[:at] + typed + text[at + random.choice((0, 1)) if typed else at + 1 :]


def measured(path: Path, edits: int, store: Store) -> tuple[list[tuple[float, float, float]], int]:
    """For each edit the seconds until all verdicts, until the end, and from scratch; how many steps there are."""
    random, text = Random(path.name), path.read_text(encoding="utf-8")
    checker, found = Rechecker(store), []
    steps = len(checker.check(document(path, text), Clock()).steps)
    while len(found) < edits:
        change = edited(random, text)
        try:
            clock = Clock()
            result = checker.check(document(path, change), clock)
            end = time.process_time() - clock.began
            began = time.process_time()
            again = check_document(document(path, change), store=store)
        except DocumentError:  # one that cannot be used, such as an expectation without its step
            continue
        found.append((clock.verdicts, end, time.process_time() - began))
        if again != result:
            raise SystemExit(f"{path.name}: a check from scratch says something else of\n{change}")
        checker.check(document(path, text), Clock())
    return found, steps


def main() -> int:
    parser = argparse.ArgumentParser(prog="python tests/benchmarks/rechecking.py")
    parser.add_argument("documents", nargs="*", type=Path, default=DOCUMENTS)
    parser.add_argument("--edits", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for path in options.documents:
            found, steps = measured(path, options.edits, Store(Path(folder)))
            print(f"{path.name}: {steps} steps, {len(found)} edits; median and 95th percentile in milliseconds")
            columns = zip(*found, strict=True)
            for name, values in zip(("verdicts", "with explanations", "from scratch"), columns, strict=True):
                print(f"  {name:18} {median(values) * 1e3:6.0f} {quantiles(values, n=20)[-1] * 1e3:6.0f}")
            print(f"  verdicts, times faster: {median(scratch / verdicts for verdicts, _, scratch in found):.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
