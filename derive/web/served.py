"""The exercises in a folder, by the names under which programs ask for them."""

from collections.abc import Mapping
from pathlib import Path

ENDINGS = (".md", ".markdown", ".tex", ".ipynb")
OTHERS = "submissions"
"""A folder of this name beside an exercise holds what was handed in to it."""
MOST_EXERCISES = 1000


def served(folder: Path | None) -> Mapping[str, Path]:
    """The documents in a folder and in those below it: `ridge/exercise.md` as `ridge`, `week-1/svm.tex` as itself
    without its ending."""
    found: dict[str, Path] = {}
    for path in [] if folder is None else sorted(folder.rglob("*")):
        inside = path.relative_to(folder or path)
        if path.suffix.lower() in ENDINGS and OTHERS not in inside.parts[:-1] and path.is_file():
            short = inside.parent if inside.stem == "exercise" and len(inside.parts) > 1 else inside.with_suffix("")
            found.setdefault(short.as_posix(), path)
        if len(found) >= MOST_EXERCISES:
            break
    return found
