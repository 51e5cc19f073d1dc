"""What holds in all tests: certificates are remembered in a folder of their own, never in the user's."""

import os
import tempfile

import pytest

os.environ["DERIVE_CACHE_DIR"] = tempfile.mkdtemp(prefix="derive-tests-")

# Documents in this folder are what tests read; `pytest exercises/` shows documents that are tests themselves.
collect_ignore_glob = ["*.md", "*.tex", "*.ipynb"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Neighbouring tests on one process, where a document that several of them ask for is checked once."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)
