"""What is remembered between two runs: that the closed forms of a model were held against SymPy's exact Jacobians.

A certificate is a small JSON file in the user's cache. Its name is a digest of all that the closed forms follow from:
the model, and this program's own files (so that their version needs no mention). It says which names it is about.
All that a certificate can do is to spare a second certification of the very same
text; nothing in it is run or shown. What is damaged, foreign or out of reach is as if it were not there.
"""

import json
import os
import re
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b, sha256
from pathlib import Path

from derive.documents.document import Setting
from derive.records import dataclass
from derive.source import Text

SCHEMA = "derive.certificate/2"
LARGEST_NUMBER = 500
LARGEST_FILE = 64_000
SECONDS_FOR_A_WRITE = 3600.0

_PROGRAM = os.path.dirname(os.path.abspath(__file__))
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_VERSION = re.compile(r"[\w.+!-]{1,60}", re.ASCII)
_KEYS = {"schema", "key", "names", "when", "sympy"}


@dataclass(frozen=True)
class Certificate:
    """That the closed forms of some names equal the exact Jacobians of one SymPy."""

    names: tuple[str, ...]
    sympy: str
    when: str

    @classmethod
    def of(cls, names: Iterable[str], sympy: str) -> "Certificate":
        """The certificate for the closed forms of names, which were certified just now."""
        return cls(tuple(names), sympy, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))


def key_of(setting: Setting) -> str:
    """A digest of all that a setting's closed forms follow from: its mathematics and the program, not its title."""
    return _digest(
        [
            SCHEMA,
            program_digest(),
            [(name, size) for name, (size, _) in setting.dims.items()],
            *([(name.value, text.value) for name, text in group] for group in _pairs(setting)),
            None if setting.loss is None else setting.loss.value,
            [setting.layout, setting.vectors, setting.index_base, setting.kink, sorted(setting.own)],
        ]
    )


def _pairs(setting: Setting) -> Iterator[tuple[tuple[Text, Text], ...]]:
    yield from (setting.symbols, setting.model, setting.notation)


def _digest(value: object) -> str:
    return sha256(json.dumps(value, ensure_ascii=True).encode("ascii")).hexdigest()


@cache
def program_digest() -> str:
    """A digest of the program's own files: a certificate of another program, were it by one letter, is not found."""
    digest = blake2b(digest_size=32)  # twice as fast as SHA-256, and every start waits for it
    try:
        for path in sorted(_files(_PROGRAM)):
            content = _bytes_of(path)
            digest.update(f"{path.removeprefix(_PROGRAM)} {len(content)}\n".encode("utf-8", "surrogateescape"))
            digest.update(content)
    except OSError:  # a program that cannot be read, as in an archive, knows no certificate
        return os.urandom(32).hex()
    return digest.hexdigest()


def _files(folder: str) -> Iterator[str]:
    """The files in a folder and below, without compiled ones and those that only hand on what was found."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name not in ("__pycache__", "writing", "integrations"):
                    yield from _files(entry.path)
            elif not entry.name.startswith("."):
                yield entry.path


def _bytes_of(path: str) -> bytes:
    """The content of a file, with as few calls of the system as there can be: many are read at every start."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        pieces = []
        while piece := os.read(descriptor, 1 << 18):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def default_directory() -> Path | None:
    """Where the user's certificates are kept: below `DERIVE_CACHE_DIR`, else in the system's place for caches."""
    chosen = os.environ.get("DERIVE_CACHE_DIR")
    if chosen:
        return Path(chosen) / "certificates"
    try:
        return _cache_of_the_user() / "derive" / "certificates"
    except RuntimeError:  # a user without a home
        return None


def _cache_of_the_user() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(xdg):
        return Path(xdg)
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")


class Store:
    """Certificates in a directory, which is made when the first one is remembered; null remembers nothing."""

    def __init__(self, directory: Path | None) -> None:
        self.directory = directory

    def recall(self, key: str) -> Certificate | None:
        """The certificate that was remembered under a key; null where there is none, or none to be trusted."""
        if self.directory is None or not _is_own_directory(self.directory):
            return None
        try:
            return _read(self._path(self.directory, key), key)
        except (OSError, ValueError, RecursionError):
            return None

    def remember(self, key: str, certificate: Certificate) -> None:
        """Keep a certificate for later runs; where that cannot be, nothing is kept."""
        if self.directory is None:
            return
        path = self._path(self.directory, key)
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_own_directory(self.directory):
                _write(path, _content(key, certificate))
                _prune(self.directory)
        except (OSError, ValueError):
            return

    @staticmethod
    def _path(directory: Path, key: str) -> Path:
        if not _DIGEST.fullmatch(key):
            raise AssertionError(f"{key!r} is no key")
        return directory / f"{key}.json"


def _is_own_directory(directory: Path) -> bool:
    """Whether it is a directory, no link to one, that its user alone can write to."""
    try:
        status = os.lstat(directory)
    except (OSError, ValueError):
        return False
    return stat.S_ISDIR(status.st_mode) and _is_own(status)


def _is_own(status: os.stat_result) -> bool:
    """Whether a file is the user's own and nobody else can write to it. (Windows keeps that in other ways.)"""
    if sys.platform == "win32":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _content(key: str, certificate: Certificate) -> bytes:
    kept = {
        "schema": SCHEMA,
        "key": key,
        "names": list(certificate.names),
        "when": certificate.when,
        "sympy": certificate.sympy,
    }
    return json.dumps(kept, indent=1).encode("ascii") + b"\n"


def _read(path: Path, key: str) -> Certificate | None:
    """The certificate in a file, null where any of it is not as it was written. Raises what reading raises."""
    descriptor = os.open(
        path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or not _is_own(status) or status.st_size > LARGEST_FILE:
            return None
        kept = json.loads(os.read(descriptor, LARGEST_FILE))
    finally:
        os.close(descriptor)
    if not isinstance(kept, dict) or set(kept) != _KEYS or (kept["schema"], kept["key"]) != (SCHEMA, key):
        return None
    names = kept["names"]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    forms = {"when": _MOMENT, "sympy": _VERSION}
    if not all(isinstance(kept[one], str) and form.fullmatch(kept[one]) for one, form in forms.items()):
        return None
    return Certificate(tuple(names), kept["sympy"], kept["when"])


def _write(path: Path, content: bytes) -> None:
    """Put a file in its place whole: whoever reads at the same time reads the old one or the new one."""
    if len(content) > LARGEST_FILE:
        return
    temporary = path.with_name(f".{path.stem}.{os.urandom(8).hex()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _prune(directory: Path) -> None:
    """Remove the oldest of too many certificates, and what a write that was cut off has left."""
    kept: list[tuple[float, str]] = []
    now = time.time()
    with os.scandir(directory) as entries:
        for entry in entries:
            if not entry.is_file(follow_symlinks=False):
                continue
            age = now - entry.stat(follow_symlinks=False).st_mtime
            if entry.name.endswith(".tmp") and age > SECONDS_FOR_A_WRITE:
                os.unlink(entry.path)
            elif _DIGEST.fullmatch(entry.name.removesuffix(".json")):
                kept.append((age, entry.path))
    for _, path in sorted(kept)[LARGEST_NUMBER:]:
        os.unlink(path)
