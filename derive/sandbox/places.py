"""What of the file system code may see: Python, the libraries under it, the packages that it is given."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from derive.records import dataclass

FOLDER = "/sandbox"
"""Where the code works: empty, in memory, gone with it, and by no name that we have. Nothing else can be written to."""

LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64")
LOADER = ("/etc/ld.so.cache", "/etc/alternatives")  # where the loader looks up libraries, where there are such files


@dataclass(frozen=True)
class Places:
    """The files that Python with some packages needs.

    `libraries` are folders in which the folders `hidden` must be empty, since all that is installed lies there;
    `packages` are what is shown of it; `search` are the folders in which Python finds the packages.
    """

    interpreter: str
    libraries: tuple[str, ...]
    hidden: tuple[str, ...]
    packages: tuple[str, ...]
    search: tuple[str, ...]

    @property
    def readable(self) -> list[str]:
        """What code may open: all that there is to read and to write."""
        return [self.interpreter, *self.libraries, *self.packages, *self.search, FOLDER, os.devnull]


def places(packages: Sequence[str]) -> Places:
    """The places of the Python that runs this program, and of packages as this program would import them.

    What the packages need must be named as well. One that is not installed is left out.
    """
    interpreter = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    prefix = Path(sys.base_prefix).resolve()
    libraries = _outermost([*LIBRARIES, str(prefix / "lib"), str(prefix / "lib64")])
    found = [_found(name) for name in packages]
    search = dict.fromkeys(str(folder) for folder, shown in found if shown)
    shown = [str(path) for _, paths in found for path in paths]
    hidden = [folder for folder in _installations() if _lies_in(folder, libraries)]
    return Places(interpreter, tuple(libraries), tuple(hidden), tuple(shown), tuple(search))


def _found(package: str) -> tuple[Path, list[Path]]:
    """The folder in which a package lies and what belongs to it there: nothing if it is not installed."""
    for folder in _searched():
        whole = [folder / package, folder / f"{package}.libs"]
        if whole[0].is_dir():
            return folder, [path for path in whole if path.is_dir()]
        if (folder / f"{package}.py").is_file():
            return folder, [folder / f"{package}.py"]
    return Path(), []


def _searched() -> Iterator[Path]:
    """Where this program finds what is installed: not in the folder that it happens to be started in."""
    here = Path.cwd()
    return (path for path in map(Path, sys.path) if path.is_absolute() and path != here)


def _installations() -> list[str]:
    """The folders into which packages are installed."""
    known = [*sys.path, str(Path(os.__file__).with_name("site-packages")), "/usr/lib/python3/dist-packages"]
    folders = [os.path.realpath(path) for path in known if os.path.basename(path) in {"site-packages", "dist-packages"}]
    return [folder for folder in dict.fromkeys(folders) if os.path.isdir(folder)]


def _outermost(folders: Sequence[str]) -> list[str]:
    """The folders that there are, without those that lie in another."""
    there = [folder for folder in dict.fromkeys(folders) if os.path.isdir(folder)]
    return [one for one in there if not any(one.startswith(other + "/") for other in there)]


def _lies_in(path: str, folders: Sequence[str]) -> bool:
    return any(path.startswith(folder + "/") for folder in folders)
