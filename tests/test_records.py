"""Records mean what the standard library's frozen dataclasses mean."""

import dataclasses
from dataclasses import field

import pytest

from derive import records

KINDS = [records.dataclass, dataclasses.dataclass]


def classes(dataclass):
    @dataclass(frozen=True)
    class Base:
        span: int | None = field(default=None, compare=False, repr=False, kw_only=True)

    @dataclass(frozen=True)
    class Leaf(Base):
        pass

    @dataclass(frozen=True)
    class Pair(Base):
        left: object
        right: object = field(default="", compare=False)

    @dataclass(frozen=True)
    class Twin(Base):
        left: object
        right: object = ""

    @dataclass(frozen=True)
    class Own(Base):
        text: str

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "own"

    return Leaf, Pair, Twin, Own


@pytest.mark.parametrize("dataclass", KINDS)
def test_both_kinds_mean_the_same(dataclass):
    leaf, pair, twin, own = classes(dataclass)
    assert leaf() == leaf(span=3) != pair(1)
    assert pair(1, 2) == pair(1, 3, span=5) != pair(2, 2)
    assert twin(1, 2) == twin(1, 2, span=5) != twin(1, 3)
    assert pair(1) != twin(1)
    assert pair(1).__eq__(twin(1)) is NotImplemented
    assert len({pair(1), pair(1, 2), twin(1), twin(1, ""), leaf(), leaf()}) == 3
    assert (own("a") == 3, hash(own("a")), repr(own("a"))) == (True, 7, "own")
    prefix = "classes.<locals>."
    assert repr(twin(leaf(span=1), "b")) == f"{prefix}Twin(left={prefix}Leaf(), right='b')"
    assert dataclasses.replace(twin(1, 2), right=4) == twin(1, 4)
    assert twin.__match_args__ == ("left", "right")
    with pytest.raises(dataclasses.FrozenInstanceError):
        pair(1).left = 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(pair([]))


def test_other_options_are_left_to_the_standard_library():
    @records.dataclass
    class Plain:
        x: int

    @records.dataclass(frozen=True, order=True)
    class Ordered:
        x: int

    plain = Plain(1)
    plain.x = 2
    assert plain == Plain(2)
    assert Ordered(1) < Ordered(2)
