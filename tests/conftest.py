"""What holds in all tests: what is remembered and where, and in which order and on which process files are run."""

import gc
import os
import shutil
import sys
import tempfile

import pytest
from thoroughness import CHOICES, CHOSEN, VARIABLE

# One folder for the whole run, never the user's: what one process has derived by SymPy is there for the others.
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
if not IS_WORKER:
    os.environ["DERIVE_CACHE_DIR"] = tempfile.mkdtemp(prefix="derive-tests-")

# The processes of a run load the same modules, some hundred times: none of them compiles what another one has.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Documents in this folder are what tests read; `pytest exercises/` shows documents that are tests themselves.
collect_ignore_glob = ["*.md", "*.tex", "*.ipynb"]

# The files that take longest, in this order. They come first, so that none is left over when the rest is done.
LONGEST = (
    "test_sheet_round_trip.py", "test_implementations_corpus.py", "test_homework.py", "test_kernels_agree.py",
    "test_public.py", "test_fuzzing.py", "test_gradients.py", "test_variants.py", "test_lint.py", "test_readme.py",
    "test_mutants.py", "test_packaging.py", "test_web_hostile.py", "test_mistakes.py", "test_subjects.py",
    "test_sources.py", "test_browser_files.py", "test_exercises.py", "test_recurrences.py",
    "test_browser_exercises.py", "test_kernel_backends.py", "test_differentials.py", "test_browser_reach.py",
    "test_figures_geometry.py", "test_web_api.py", "test_web_workers.py", "test_gallery.py", "test_inference.py",
    "test_browser_writing.py", "test_following.py", "test_web_load.py", "test_pytest_plugin.py",
    "test_indexed_forms.py", "test_web_openapi.py", "test_layers.py", "test_sheets.py", "test_memory.py",
    "test_answers_by_cases.py", "test_grade_run.py", "test_written_diagonals.py", "test_closed_forms.py",
    "test_kinks.py", "test_cascade.py", "test_sheet_latex.py", "test_documents_latex.py", "test_browser_report.py",
    "test_variant_rules.py", "test_architecture.py", "test_marking.py", "test_families.py", "test_round_trip.py",
    "test_soundness.py", "test_browser_hostile.py", "test_code_draws.py", "test_scalars.py", "test_code_truth.py",
)  # fmt: skip


def pytest_configure():
    if CHOSEN not in CHOICES:
        raise pytest.UsageError(f"{VARIABLE} is {CHOSEN!r}; expected one of {', '.join(CHOICES)}")


def pytest_collection_modifyitems(items):
    """The longest files first; the tests of a file stay in their order."""
    rank = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


def pytest_collection_finish():
    """What is loaded by now stays until the end, so the collector of garbage need not look at it again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A file on one process, where what several of its tests ask for is worked out once."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False  # the order is ours
    return LoadFileScheduling(config, log)


def pytest_unconfigure():
    if not IS_WORKER:
        shutil.rmtree(os.environ["DERIVE_CACHE_DIR"], ignore_errors=True)


@pytest.fixture
def outside(tmp_path, monkeypatch):
    """A folder with something in it, in which the run is started, and in which temporary files would lie."""
    (tmp_path / "exercise.md").write_text("marks: 10", encoding="utf-8")
    (tmp_path / "temporary").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    before = _files(tmp_path)
    yield tmp_path
    assert _files(tmp_path) == before


def _files(folder):
    return {path: path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}
