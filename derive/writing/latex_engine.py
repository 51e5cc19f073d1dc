"""LaTeX -> PDF, by an engine that is installed: the one place of the program that starts another process.

The engine gets a list of arguments and no shell, runs no command of the text, reads and writes nothing outside the
temporary folder in which it works and its own installation, and is ended when it takes too long.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

Engine = Literal["pdflatex", "lualatex", "xelatex"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
"""The engines, the one that is taken first in front: it is the fastest."""

SECONDS = 120
RUNS = 3
"""A text is set again until its references are settled, and no more often than that."""

INSTALL: Mapping[str, str] = {
    "linux": "install TeX Live, on Debian or Ubuntu: apt-get install texlive-latex-extra texlive-pictures lmodern",
    "darwin": "install MacTeX, with Homebrew: brew install --cask mactex-no-gui",
    "win32": "install MiKTeX: winget install MiKTeX.MiKTeX",
}
"""What to do where no engine is installed, by the system."""

# What an engine is told beside its text. Of the user's own variables it gets those that it needs to find itself.
SAFETY = {"openin_any": "p", "openout_any": "p", "shell_escape": "f", "max_print_line": "1000"}
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "PROGRAMDATA")

_ERROR = re.compile(r"^! (.+)$", re.MULTILINE)
_LINE = re.compile(r"^l\.(\d+) ", re.MULTILINE)
_UNSETTLED = re.compile(r"Rerun to get|There were undefined references|No file \S+\.aux")


class LatexError(Exception):
    """No PDF could be made; the message says why on one line."""


def compile_to_pdf(source: str, destination: Path, *, engine: str | None = None, inputs: Path | None = None) -> None:
    """Set a text and put the PDF at a path, whole or not at all. Raises `LatexError`, and `OSError` of the path.

    `inputs` is a folder whose files the text may use by their names, as a template its logo.
    """
    command = find_engine(engine)
    with TemporaryDirectory(prefix="derive-") as folder:
        place = Path(folder)
        (place / "sheet.tex").write_text(source, encoding="utf-8", newline="\n")
        for _ in range(RUNS):
            log = _run(command, place, inputs)
            if not _UNSETTLED.search(log):
                break
        unfinished = destination.with_name(f".{destination.name}.part")
        shutil.copyfile(place / "sheet.pdf", unfinished)
        os.replace(unfinished, destination)


def find_engine(engine: str | None = None) -> str:
    """The path of an engine: of the named one, else of the first that is installed. Raises `LatexError`."""
    wanted = ENGINES if engine is None else (engine,)
    found = next((path for name in wanted if (path := shutil.which(name)) is not None), None)
    if found is None:
        which = "no LaTeX engine is installed" if engine is None else f"{engine} is not installed"
        hint = INSTALL.get(sys.platform, INSTALL["linux"])
        raise LatexError(f"{which}; {hint}; or write a .tex, .md or .html file")
    return found


def _run(command: str, folder: Path, inputs: Path | None) -> str:
    """One run of the engine in a folder; its log."""
    arguments = [command, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"]
    try:
        done = subprocess.run(
            arguments,
            cwd=folder,
            env=_environment(folder, inputs),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LatexError(f"{Path(command).name} took more than {SECONDS} seconds and was ended") from None
    except OSError as error:
        raise LatexError(f"{command} can not be started ({error.strerror or error})") from None
    log = _log(folder)
    if done.returncode != 0 or not (folder / "sheet.pdf").is_file():
        raise LatexError(f"{Path(command).name} stopped: {_complaint(log)}")
    return log


def _environment(folder: Path, inputs: Path | None) -> dict[str, str]:
    """The variables of an engine: little of the user's own, and what keeps it in its folder."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    found = {} if inputs is None else {"TEXINPUTS": os.pathsep.join([".", str(inputs.resolve()), ""])}
    return {**kept, **SAFETY, **found, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}


def _log(folder: Path) -> str:
    try:
        return (folder / "sheet.log").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _complaint(log: str) -> str:
    """The first error of a log, with the line of the text that it is about."""
    error = _ERROR.search(log)
    if error is None:
        return "it wrote no PDF and does not say why"
    line = _LINE.search(log, error.end())
    return error[1].rstrip(".") + ("" if line is None else f" (line {line[1]} of the LaTeX; -o FILE.tex shows it)")
