"""When two records are the same in every respect, also where comparing them leaves something out.

Dimensions are equal if their sizes are, and formulas wherever they stand. To somebody who reads a proof for all
dimensions, or a message that points at a place, they are not the same.
"""

from collections.abc import Hashable, Mapping
from typing import Any


def in_full(value: Any, *, with_places: bool = True) -> Hashable:
    """All that a record says, and all records in it, as something that is equal for no other."""
    if isinstance(value, tuple):
        return tuple([in_full(one, with_places=with_places) for one in value])
    if isinstance(value, Mapping):
        return tuple([(name, in_full(one, with_places=with_places)) for name, one in value.items()])
    fields = getattr(value, "__dataclass_fields__", None)
    if fields is None:
        return value  # type: ignore[no-any-return]
    said = value.__dict__
    names = fields if with_places else (name for name in fields if name != "span")
    return (type(value).__qualname__, *[in_full(said[name], with_places=with_places) for name in names])
