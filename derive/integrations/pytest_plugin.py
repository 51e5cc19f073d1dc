"""The pytest plugin `derive`: documents are tests, and each of their steps is one.

A Markdown, LaTeX or notebook file is collected if it holds a setting, or if its path matches `derive_files` in pytest's
configuration. A step fails that is refuted or unreadable, or is not what the setting expects of it (`expect`). One that
is unknown is skipped with its reason; under `derive_strict` or `--derive-strict` it fails.

Every run of pytest loads this module, so what checks is loaded when a document was found.
"""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from derive.integrations.recognition import holds_setting, is_document


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin's options, on the command line and in the configuration."""
    strict = "a step that is neither proved nor refuted fails; else it is skipped"
    parser.getgroup("derive").addoption("--derive-strict", action="store_true", default=False, help=strict)
    parser.addini("derive_strict", type="bool", default=False, help=strict)
    files = "patterns of paths: documents (.md, .tex, .ipynb) to check even if they hold no setting"
    parser.addini("derive_files", type="args", default=[], help=files)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The document in a file, if it is one that is to be checked."""
    if not is_document(file_path) or not (_is_asked_for(file_path, parent.config) or holds_setting(file_path)):
        return None
    from derive.integrations.pytest_items import DerivationFile  # noqa: PLC0415

    return DerivationFile.from_parent(parent, path=file_path)


def _is_asked_for(path: Path, config: pytest.Config) -> bool:
    """Whether a path, relative to pytest's root, matches a pattern; one without a slash is matched with the name."""
    try:
        relative = path.relative_to(config.rootpath).as_posix()
    except ValueError:
        relative = path.as_posix()
    patterns = [pattern.replace("**/", "") for pattern in config.getini("derive_files")]
    return any(fnmatchcase(relative if "/" in pattern else path.name, pattern) for pattern in patterns)
