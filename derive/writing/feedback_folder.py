"""The feedback for a whole class: written by several processes, and only where it is not there already."""

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from joblib import Parallel, delayed

from derive.grading.results import Marked
from derive.writing.feedback import write_feedback
from derive.writing.file_names import file_name
from derive.writing.files import write_whole
from derive.writing.marks import marks_json

INDEX = ".written.json"
WORTH_A_PROCESS = 100
"""So many submissions take a process longer to write than to start."""
AT_ONCE = 50


def write_class_feedback(
    marked: Sequence[Marked],
    directory: Path,
    *,
    title: str,
    names: Mapping[str, str],
    processes: int = 1,
) -> None:
    """Write the feedback for all submissions into `feedback/`. What was written of the same marks stays."""
    folder = directory / "feedback"
    folder.mkdir(parents=True, exist_ok=True)
    written = _read_index(folder / INDEX)
    wanted = {one.submission: _digest(one, title, names.get(one.submission, "")) for one in marked}
    stale = [
        one for one in marked if wanted[one.submission] != written.get(one.submission) or not _is_there(folder, one)
    ]
    number = min(processes, len(stale) // WORTH_A_PROCESS)
    if number < 2:
        write_feedback(stale, directory, title=title, names=names)
    else:
        pieces = [stale[at : at + AT_ONCE] for at in range(0, len(stale), AT_ONCE)]
        Parallel(n_jobs=number)(delayed(_write_piece)(piece, str(directory), title, dict(names)) for piece in pieces)
    if stale:
        write_whole(folder / INDEX, json.dumps(wanted, indent=0) + "\n")


def _write_piece(marked: Sequence[Marked], directory: str, title: str, names: Mapping[str, str]) -> None:
    write_feedback(marked, directory, title=title, names=names)


def _digest(marked: Marked, title: str, name: str) -> str:
    said = json.dumps([_writers(), title, name, marks_json(marked)])
    return sha256(said.encode("ascii")).hexdigest()


@cache
def _writers() -> str:
    """A digest of what writes feedback: other templates, other feedback."""
    found = sha256()
    for path in sorted(Path(__file__).parent.rglob("*.*")):
        if path.suffix != ".pyc" and path.is_file():
            found.update(path.read_bytes())
    return found.hexdigest()


def _is_there(folder: Path, marked: Marked) -> bool:
    return all(os.path.isfile(folder / f"{file_name(marked.submission)}.{ending}") for ending in ("html", "md"))


def _read_index(path: Path) -> Mapping[str, str]:
    """What was written, as far as that is known."""
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return index if isinstance(index, dict) else {}
