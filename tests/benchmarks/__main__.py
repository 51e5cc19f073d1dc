"""The command: `python tests/benchmarks` measures and prints the table, `--write` puts it into README.md."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

import pytest  # noqa: E402

from benchmarks.table import in_text, table  # noqa: E402

README = FOLDER.parents[1] / "README.md"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python tests/benchmarks", description="How long verdicts take.")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    parser.add_argument("--json", type=Path, help="keep pytest-benchmark's results here, or use those that are here")
    parser.add_argument("-k", dest="only", default="", help="measure those alone whose name matches, as in pytest")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = options.json or Path(folder) / "results.json"
        if not results.exists():
            arguments = [
                str(FOLDER / "speed.py"),
                "--benchmark-only",
                f"--benchmark-json={results}",
                "-k",
                options.only,
            ]
            status = pytest.main([*arguments, "--benchmark-columns=median,iqr,rounds", "-p", "no:cacheprovider"])
            if status:
                return int(status)
        made = table(json.loads(results.read_text(encoding="utf-8")))
    if options.write:
        README.write_text(in_text(README.read_text(encoding="utf-8"), made), encoding="utf-8")
    else:
        print(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
