"""What the author of an exercise says of its sheet: the key `sheet` of a setting.

```yaml
sheet:
  conventions: [local-factor, entrywise]  # what holds under these is written too, each time with its convention
  chain: rows                             # gradients of columns are multiplied as rows, from the loss on, and turned
  names: given                            # results are written with what is given, too
```
"""

from typing import Literal, cast

from derive.checking.conventions import CONVENTIONS
from derive.documents.document import Aside, AsideList, AsideMapping
from derive.grading.policy import error_at, nearest
from derive.records import dataclass
from derive.source import Text

WRITTEN = ("transposed", "layout", "local-factor", "entrywise", "one-term")
"""The conventions under which there is another form to write: the others only excuse a form."""

_CHOICES = {"chain": ("gradients", "rows"), "names": ("computed", "given")}


@dataclass(frozen=True)
class SheetSetting:
    """Under which conventions results are written beside the plain ones, how chains multiply, which names end them."""

    conventions: frozenset[str] = frozenset()
    chain: Literal["gradients", "rows"] = "gradients"
    names: Literal["computed", "given"] = "computed"


def read_sheet_setting(aside: Aside | None) -> SheetSetting:
    """The settings of a sheet. Raises `DocumentError` with the place of what is wrong in them."""
    if aside is None:
        return SheetSetting()
    if not isinstance(aside, AsideMapping):
        raise error_at(aside, "'sheet' is not a mapping; expected lines such as 'conventions: [local-factor]'")
    for key, _ in aside.pairs:
        if key.value not in ("conventions", *_CHOICES):
            known = ("conventions", *_CHOICES)
            raise error_at(key, f"unknown key '{key.value[:40]}' in 'sheet'{nearest(key.value, known)}")
    return SheetSetting(
        _conventions(aside.get("conventions")),
        cast(Literal["gradients", "rows"], _choice(aside, "chain")),
        cast(Literal["computed", "given"], _choice(aside, "names")),
    )


def _conventions(aside: Aside | None) -> frozenset[str]:
    items = aside.items if isinstance(aside, AsideList) else () if aside is None else (aside,)
    return frozenset(_convention(item) for item in items)


def _convention(item: Aside) -> str:
    if not isinstance(item, Text):
        raise error_at(item, "'conventions' of a sheet is a list of names, such as [local-factor, entrywise]")
    if item.value not in CONVENTIONS:
        raise error_at(item, f"unknown convention '{item.value[:40]}'{nearest(item.value, WRITTEN)}")
    if item.value not in WRITTEN:
        problem = f"a sheet has no other form to write under '{item.value}'; those that it has are {', '.join(WRITTEN)}"
        raise error_at(item, problem)
    return item.value


def _choice(aside: AsideMapping, key: str) -> str:
    """One of the words that a key takes, the first where it is left out."""
    value = aside.get(key)
    if value is None:
        return _CHOICES[key][0]
    if not isinstance(value, Text) or value.value not in _CHOICES[key]:
        found = f" '{value.value[:40]}'" if isinstance(value, Text) else ""
        raise error_at(value, f"unknown '{key}'{found} of a sheet; expected {' or '.join(_CHOICES[key])}")
    return value.value
