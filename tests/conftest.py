"""What holds in all tests: certificates are remembered in a folder of their own, never in the user's."""

import os
import tempfile

os.environ["DERIVE_CACHE_DIR"] = tempfile.mkdtemp(prefix="derive-tests-")

# Documents in this folder are what tests read; `pytest exercises/` shows documents that are tests themselves.
collect_ignore_glob = ["*.md", "*.tex", "*.ipynb"]
