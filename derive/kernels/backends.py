"""What the code of a kernel is written with: NumPy, or a library whose arrays do the same.

A backend is a table: how each kind of operation is spelled, how a result is written over an array, what a module
imports and which helpers it carries.
"""

from collections.abc import Callable, Mapping
from dataclasses import field

from derive.kernels.spelling import Spell
from derive.records import dataclass


@dataclass(frozen=True)
class Backend:
    """One library of arrays.

    `kept` spells a reduction along axes that stay with extent 1, `over` the functions that write into an array that is
    given (none: nothing is written over), `less_one` the lines that take 1 away at some places of an array, `copy` an
    array of its own. `types` are the names `Array` and `Labels` in annotations, `helpers` functions that a module
    carries where it calls them, by their names.
    """

    name: str
    imports: tuple[str, ...]
    types: Mapping[str, str]
    dtype: str
    spellings: Mapping[str, Spell]
    kept: Callable[[str, str, str], str]
    copy: Callable[[str], str]
    less_one: Callable[[str, str], str]
    over: Mapping[str, str] = field(default_factory=dict)
    writes_over: bool = True
    helpers: Mapping[str, str] = field(default_factory=dict)
