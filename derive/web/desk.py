"""What a worker keeps between jobs: one checker for each page that is open, and what was certified."""

from collections import OrderedDict
from dataclasses import field

from derive.certificates import Store, default_directory
from derive.checking.rechecking import Rechecker
from derive.records import dataclass

MOST_PAGES = 24
"""A worker forgets the page that was idle longest when it is asked about more; that one is checked anew later."""


@dataclass
class Desk:
    """The open pages of a worker, the one used last at the end."""

    store: Store = field(default_factory=lambda: Store(default_directory()))
    _checkers: "OrderedDict[str, Rechecker]" = field(default_factory=OrderedDict)

    def checker(self, page: str) -> Rechecker:
        """The checker of a page, which knows what stood there before; one that knows nothing for an empty name."""
        if not page:
            return Rechecker(self.store)
        found = self._checkers.pop(page, None) or Rechecker(self.store)
        self._checkers[page] = found
        while len(self._checkers) > MOST_PAGES:
            self._checkers.popitem(last=False)
        return found
