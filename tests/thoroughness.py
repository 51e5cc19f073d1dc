"""How much is tried where much of one kind can be: a sample each time, all of it where that is asked for.

`DERIVE_TESTS=thorough .venv/bin/pytest -n 2` tries all; without it, or with `quick`, every test still runs, on fewer
random examples, mutants, variants and sizes. What is tried quickly is always a part of what is tried thoroughly.
"""

import os

VARIABLE = "DERIVE_TESTS"
CHOICES = ("quick", "thorough")
CHOSEN = os.environ.get(VARIABLE) or "quick"
THOROUGH = CHOSEN == "thorough"

FEWEST = 25
"""At least so many random examples of one kind."""


def examples(most: int) -> int:
    """How many random examples of one kind are tried, of so many at most."""
    return most if THOROUGH else min(most, max(FEWEST, most // 4))
