"""Certificates: what they are about, where they are kept, and that nothing but a sound one is ever believed."""

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from derive import certificates
from derive.certificates import LARGEST_FILE, LARGEST_NUMBER, Certificate, Store, default_directory, key_of
from derive.documents.document import Setting
from derive.documents.setting import make_setting, read_entries
from derive.source import Source, Text

CERTIFICATE = Certificate.of((r"\frac{\partial L}{\partial W_1}", "W_2"), "1.14.0")
KEY = "0123456789abcdef" * 4
OTHER_KEY = "f" * 64

HEAD = """\
title: A title
source: Somewhere
dims: {N: 2, D: 3}
symbols: {X: N x D, w: D x 1, y: N x 1}
model:
  r: X w - y
  L: \\|r\\|^2
loss: L
notation: {\\delta: '\\frac{\\partial L}{\\partial r}'}
layout: gradient
vectors: column
index_base: 1
kink: 0
allow: [one-term]
"""

only_posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions are those of POSIX")


def setting_of(text: str) -> Setting:
    return make_setting(read_entries(Text(text, Source("a.yaml", text), 0)))


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "cache" / "certificates")


@pytest.fixture
def file(store) -> Path:
    """The file of a certificate that was remembered."""
    store.remember(KEY, CERTIFICATE)
    assert store.recall(KEY) == CERTIFICATE
    return store.directory / f"{KEY}.json"


# --- What a certificate is about -----------------------------------------------------------------


def test_a_certificate_is_about_names():
    assert CERTIFICATE.names == (r"\frac{\partial L}{\partial W_1}", "W_2")
    assert CERTIFICATE.sympy == "1.14.0"


@pytest.mark.parametrize(
    "old, new",
    [
        ("D: 3", "D: 4"),
        ("X: N x D", "X: positive N x D"),
        ("y: N x 1", "t: N x 1"),
        ("X w - y", "X w + y"),
        ("loss: L", "loss: r"),
        ("loss: L\n", ""),
        ("{\\delta:", "{\\epsilon:"),
        ("layout: gradient", "layout: numerator"),
        ("vectors: column", "vectors: row"),
        ("index_base: 1", "index_base: 0"),
        ("kink: 0", "kink: 1/2"),
        ("symbols: {X: N x D, w: D x 1,", "symbols: {w: D x 1, X: N x D,"),
    ],
)
def test_another_model_has_another_key(old, new):
    assert old in HEAD
    assert key_of(setting_of(HEAD)) != key_of(setting_of(HEAD.replace(old, new)))


@pytest.mark.parametrize(
    "old, new",
    [
        ("A title", "Another"),
        ("Somewhere", "Elsewhere"),
        ("allow: [one-term]", "allow: [broadcast]"),
        ("allow: [one-term]\n", "parts:\n  - {id: a, ask: L}\n"),
        ("model:\n", "model:  # the forward pass\n"),
    ],
)
def test_what_is_no_mathematics_leaves_the_key(old, new):
    assert old in HEAD
    assert key_of(setting_of(HEAD)) == key_of(setting_of(HEAD.replace(old, new)))


def test_a_name_and_its_declaration_do_not_run_together():
    assert key_of(setting_of("symbols: {a: bc x 1}")) != key_of(setting_of("symbols: {ab: c x 1}"))
    assert key_of(setting_of("symbols: {a: scalar}")) != key_of(setting_of("notation: {a: scalar}"))


def test_another_program_has_another_key(tmp_path, monkeypatch):
    key = key_of(Setting())
    found = {}
    for name, content in {"same": "x = 1\n", "again": "x = 1\n", "changed": "x = 2\n", "compiled": "x = 1\n"}.items():
        folder = tmp_path / name / "derive"
        (folder / "__pycache__").mkdir(parents=True)
        (folder / "a.py").write_text(content)
        (folder / "__pycache__" / "a.pyc").write_text(name)
        monkeypatch.setattr(certificates, "_PROGRAM", str(folder))
        certificates.program_digest.cache_clear()
        found[name] = key_of(Setting())
    monkeypatch.undo()
    certificates.program_digest.cache_clear()
    assert found["same"] == found["again"] == found["compiled"]
    assert len({found["same"], found["changed"], key}) == 3
    assert key_of(Setting()) == key


def test_a_program_that_can_not_be_read_trusts_nothing(monkeypatch):
    monkeypatch.setattr(certificates, "_PROGRAM", "/none/derive.zip/derive")
    certificates.program_digest.cache_clear()
    first = key_of(Setting())
    certificates.program_digest.cache_clear()
    assert key_of(Setting()) != first
    monkeypatch.undo()
    certificates.program_digest.cache_clear()


# --- Where certificates are kept -----------------------------------------------------------------


@pytest.mark.parametrize(
    "platform, variables, directory",
    [
        ("linux", {}, "/home/ada/.cache/derive/certificates"),
        ("linux", {"XDG_CACHE_HOME": "/var/ada"}, "/var/ada/derive/certificates"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/ada/.cache/derive/certificates"),
        ("darwin", {}, "/home/ada/Library/Caches/derive/certificates"),
        ("darwin", {"XDG_CACHE_HOME": "/var/ada"}, "/var/ada/derive/certificates"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/derive/certificates"),
        ("win32", {}, "/home/ada/AppData/Local/derive/certificates"),
        ("linux", {"DERIVE_CACHE_DIR": "/here", "XDG_CACHE_HOME": "/var/ada"}, "/here/certificates"),
        ("win32", {"DERIVE_CACHE_DIR": "/here", "LOCALAPPDATA": "/local"}, "/here/certificates"),
    ],
)
def test_the_directory_of_the_user(monkeypatch, platform, variables, directory):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "DERIVE_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(certificates.sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ada"))
    assert default_directory() == Path(directory)


def test_a_user_without_a_home_has_no_store(monkeypatch):
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("DERIVE_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    assert default_directory() is None
    Store(None).remember(KEY, CERTIFICATE)
    assert Store(None).recall(KEY) is None


def test_what_is_remembered_is_recalled(store):
    assert store.recall(KEY) is None
    assert not store.directory.exists()
    store.remember(KEY, CERTIFICATE)
    assert Store(store.directory).recall(KEY) == CERTIFICATE
    assert store.recall(OTHER_KEY) is None
    other = Certificate.of({"b": "1"}, "1.15.dev0")
    store.remember(KEY, other)
    assert store.recall(KEY) == other
    assert [path.name for path in store.directory.iterdir()] == [f"{KEY}.json"]


@only_posix
def test_files_are_the_users_alone(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("key", ["", "../" * 20 + "etc/passwd", KEY.upper(), KEY + "\n", KEY[:-1], "a/" * 32])
def test_a_key_is_a_digest(store, key):
    store.remember(KEY, CERTIFICATE)
    with pytest.raises(AssertionError, match="is no key"):
        store.recall(key)
    with pytest.raises(AssertionError, match="is no key"):
        store.remember(key, CERTIFICATE)


def test_the_oldest_of_too_many_go(store, monkeypatch):
    monkeypatch.setattr(certificates, "LARGEST_NUMBER", 3)
    assert LARGEST_NUMBER >= 100
    keys = [f"{number:064x}" for number in range(6)]
    store.remember(OTHER_KEY, CERTIFICATE)
    for age, key in enumerate(keys):
        store.remember(key, CERTIFICATE)
        moment = time.time() - 1000 + 10 * age
        os.utime(store.directory / f"{key}.json", (moment, moment))
        os.utime(store.directory / f"{OTHER_KEY}.json") if age < 2 else None
    assert [key for key in keys if store.recall(key)] == keys[-2:]
    assert store.recall(OTHER_KEY) == CERTIFICATE


def test_what_a_broken_write_has_left_goes_after_a_while_and_foreign_files_stay(store, file):
    old, new, foreign = (file.parent / name for name in (".a.tmp", ".b.tmp", "notes.txt"))
    for path in (old, new, foreign):
        path.write_text("")
    os.utime(old, (0, 0))
    os.utime(foreign, (0, 0))
    store.remember(OTHER_KEY, CERTIFICATE)
    assert not old.exists()
    assert new.exists()
    assert foreign.exists()


# --- What is not believed ------------------------------------------------------------------------


def content(**changes: object) -> str:
    sound = {
        "schema": "derive.certificate/2",
        "key": KEY,
        "names": list(CERTIFICATE.names),
        "when": CERTIFICATE.when,
        "sympy": CERTIFICATE.sympy,
    }
    return json.dumps({name: value for name, value in (sound | changes).items() if value is not ...})


def test_a_file_of_the_same_content_is_believed(store, file):
    file.write_text(content())
    assert store.recall(KEY) == CERTIFICATE


TAMPERED = [
    content(schema="derive.certificate/1"),
    content(key=OTHER_KEY),
    content(key=None),
    content(names="W_1"),
    content(names=[1]),
    content(names={"W_1": 1}),
    content(when="yesterday"),
    content(when=1),
    content(sympy="\x1b[31m1.14"),
    content(sympy="__import__('os')"),
    content(sympy="1" * 1000),
    content(sympy=...),
    content(more=1),
    content(digest="0" * 64),
    content()[:-1],
    content() + content(),
    content() + " " * LARGEST_FILE,
    "",
    "null",
    "[]",
    "[" * 50_000,
    '{"a":' * 9_000,
    "\udcff\udcfe",
    "\x80\x04\x95",
    "NaN",
    "9" * 10_000,
]


@pytest.mark.parametrize("text", TAMPERED, ids=lambda text: ascii(text[:40]))
def test_a_damaged_or_foreign_file_is_as_if_it_were_not_there(store, file, text):
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert store.recall(KEY) is None
    store.remember(KEY, CERTIFICATE)
    assert store.recall(KEY) == CERTIFICATE


@only_posix
def test_what_is_not_believed_leaves_nothing_open(store, file):
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    file.unlink()
    file.mkdir()
    store.recall(KEY)
    store.remember(KEY, CERTIFICATE)
    assert os.open(os.devnull, os.O_RDONLY) == descriptor
    os.close(descriptor)


def test_a_directory_or_a_link_is_no_certificate(store, file, tmp_path):
    file.unlink()
    file.mkdir()
    assert store.recall(KEY) is None
    store.remember(KEY, CERTIFICATE)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    file.rmdir()
    (tmp_path / "elsewhere").write_text(content())
    (tmp_path / "elsewhere").chmod(0o600)
    file.symlink_to(tmp_path / "elsewhere")
    assert store.recall(KEY) is None
    store.remember(KEY, CERTIFICATE)
    assert not file.is_symlink()
    assert store.recall(KEY) == CERTIFICATE


@only_posix
def test_a_pipe_does_not_make_the_program_wait(store, file):
    file.unlink()
    os.mkfifo(file, 0o600)
    assert store.recall(KEY) is None


@only_posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_believed(store, file, mode):
    file.chmod(mode)
    assert store.recall(KEY) is None


@only_posix
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
def test_a_directory_that_others_may_write_is_not_used(store, file, mode):
    file.parent.chmod(mode)
    assert store.recall(KEY) is None
    store.remember(OTHER_KEY, CERTIFICATE)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@only_posix
def test_what_belongs_to_somebody_else_is_not_believed(store, file, monkeypatch):
    monkeypatch.setattr(certificates.os, "geteuid", lambda: os.getuid() + 1)
    assert store.recall(KEY) is None


def test_a_link_in_place_of_the_directory_is_not_followed(store, file, tmp_path):
    file.parent.rename(tmp_path / "moved")
    store.directory.symlink_to(tmp_path / "moved", target_is_directory=True)
    assert store.recall(KEY) is None
    store.remember(OTHER_KEY, CERTIFICATE)
    assert len(list((tmp_path / "moved").iterdir())) == 1


# --- Where nothing can be written ----------------------------------------------------------------


@only_posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_can_only_be_read_is_read(store, file):
    file.parent.chmod(0o500)
    store.remember(OTHER_KEY, CERTIFICATE)
    assert store.recall(OTHER_KEY) is None
    assert store.recall(KEY) == CERTIFICATE
    file.parent.chmod(0o700)


@pytest.mark.parametrize("failing", ["open", "replace", "scandir"])
def test_a_system_that_refuses_to_write_is_no_error(store, file, monkeypatch, failing):
    def refused(*_arguments: object, **_named: object) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as refusing:
        refusing.setattr(certificates.os, failing, refused)
        store.remember(OTHER_KEY, CERTIFICATE)
    assert store.recall(KEY) == CERTIFICATE
    assert {path.suffix for path in file.parent.iterdir()} == {".json"}


def test_a_file_in_the_way_of_the_directory_is_no_error(tmp_path):
    (tmp_path / "cache").write_text("")
    for directory in (tmp_path / "cache", tmp_path / "cache" / "certificates", tmp_path / "nul\0"):
        Store(directory).remember(KEY, CERTIFICATE)
        assert Store(directory).recall(KEY) is None


def test_more_names_than_a_file_holds_are_not_kept(store):
    store.remember(KEY, Certificate.of({"x" * 100 + str(n): "" for n in range(1000)}, "1.14"))
    assert store.recall(KEY) is None
    assert list(store.directory.iterdir()) == []


# --- Several processes at once -------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from derive.certificates import Certificate, Store
store = Store(Path(sys.argv[1]))
for number in range(150):
    for key in (sys.argv[2] * 64, "f" * 64):
        store.remember(key, Certificate.of({"W": "x" * (50 * number), "who": sys.argv[2]}, "1.14"))
        assert store.recall(key).names == ("W", "who")
"""


def test_two_processes_write_and_read_whole_files(store):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(store.directory), who], stderr=subprocess.PIPE)
        for who in ("a", "b")
    ]
    assert [writer.communicate()[1] for writer in writers] == [b"", b""]
    assert sorted(path.name[:1] for path in store.directory.iterdir()) == ["a", "b", "f"]
