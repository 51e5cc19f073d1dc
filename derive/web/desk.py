"""What a worker keeps between jobs: one checker for each page that is open, what was certified, exercises."""

from collections import OrderedDict
from dataclasses import field
from pathlib import Path

from derive.certificates import Store, default_directory
from derive.checking.memory import Memory
from derive.checking.rechecking import Rechecker
from derive.grading.parts import ExerciseDocument
from derive.implementations.preparing import Prepared, prepare
from derive.records import dataclass
from derive.web.drawn import Drawn
from derive.web.shelf import Shelf

MOST_PAGES = 24
"""A worker forgets the page that was idle longest when it is asked about more; that one is checked anew later."""
MOST_PREPARED = 4
"""Exercises to which code is handed in: those used last are kept ready."""


@dataclass
class Desk:
    """The open pages of a worker, the one used last at the end; the folder of exercises that it was asked for."""

    store: Store = field(default_factory=lambda: Store(default_directory()))
    _checkers: "OrderedDict[str, Rechecker]" = field(default_factory=OrderedDict)
    _drawn: "OrderedDict[str, Drawn]" = field(default_factory=OrderedDict)
    _shelves: dict[str, Shelf] = field(default_factory=dict)
    _prepared: list[Prepared] = field(default_factory=list)

    def checker(self, page: str, memory: Memory | None = None) -> Rechecker:
        """The checker of a page, which knows what stood there before; one that knows nothing for an empty name.

        A page on which an exercise is answered shares the memory of the exercise.
        """
        if not page:
            return Rechecker(self.store, memory)
        found = self._checkers.pop(page, None)
        if found is None or (memory is not None and found.memory is not memory):
            found = Rechecker(self.store, memory)
        self._checkers[page] = found
        while len(self._checkers) > MOST_PAGES:
            self._checkers.popitem(last=False)
        return found

    def drawn(self, page: str) -> Drawn:
        """The equations of a page as they were drawn last; nothing for an empty name."""
        if not page:
            return Drawn()
        found = self._drawn.pop(page) if page in self._drawn else Drawn()
        self._drawn[page] = found
        while len(self._drawn) > MOST_PAGES:
            self._drawn.popitem(last=False)
        return found

    def shelf(self, folder: str) -> Shelf:
        """The exercises in a folder."""
        return self._shelves.setdefault(folder, Shelf(Path(folder)))

    def prepared(self, exercise: ExerciseDocument) -> Prepared:
        """What marking code needs of an exercise. Raises `DocumentError` where it asks for no code."""
        found = next((known for known in self._prepared if known.exercise is exercise), None) or prepare(exercise)
        others = [known for known in self._prepared if known is not found]
        self._prepared = [found, *others][:MOST_PREPARED]
        return found
