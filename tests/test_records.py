"""Records mean what the standard library's dataclasses mean."""

import copy
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


@pytest.mark.parametrize("dataclass", KINDS)
@pytest.mark.parametrize("frozen", [True, False])
def test_constructors_take_and_refuse_the_same(dataclass, frozen):
    options = {"frozen": True} if frozen else {}

    @dataclass(**options)
    class Base:
        first: int
        also: str = field(default="also", kw_only=True)

    @dataclass(**options)
    class Made(Base):
        """Something."""

        names: list[str] = field(default_factory=list)
        count: int = field(init=False, default=3)
        known: dict[str, int] = field(init=False, default_factory=dict)
        found: list[int] = field(default_factory=list, kw_only=True)

        def __post_init__(self) -> None:
            self.known["post"] = len(self.names)

    made = Made(1, ["a"])
    assert [getattr(made, one.name) for one in dataclasses.fields(Made)] == [1, "also", ["a"], 3, {"post": 1}, []]
    assert Made(1).names is not Made(1).names
    assert (Made(1, also="b").also, Made(first=2).first, Made(1, found=[2]).found) == ("b", 2, [2])
    assert dataclasses.replace(made, first=5).first == 5
    assert (Base(1) == Base(1), Base(1) == Made(1), made == Made(1, ["a"])) == (True, False, True)
    for wrong in (Made, lambda: Made(1, [], "also"), lambda: Made(1, count=4), lambda: Made(1, second=2)):
        with pytest.raises(TypeError):
            wrong()


@pytest.mark.parametrize("dataclass", KINDS)
def test_what_is_not_frozen_changes_and_has_no_hash(dataclass):
    @dataclass
    class Plain:
        x: int = 0

    plain = Plain(1)
    plain.x = 2
    assert plain == Plain(2)
    with pytest.raises(TypeError, match="unhashable"):
        hash(plain)


def test_what_is_said_of_a_record_is_remembered_for_this_very_one():
    asked = []

    @records.dataclass(frozen=True)
    class Word:
        text: str
        at: int = field(default=0, compare=False)

    @records.remembered
    def place(word):
        asked.append(word)
        return word.at

    first, second = Word("a", 1), Word("a", 2)
    assert first == second
    assert [place(first), place(second), place(first)] == [1, 2, 1]
    assert len(asked) == 2


def test_other_options_are_left_to_the_standard_library():
    @records.dataclass(frozen=True, order=True)
    class Ordered:
        x: int

    assert Ordered(1) < Ordered(2)
    assert Ordered.__init__.__annotations__["x"] is int


def test_the_hash_of_a_record_is_kept_but_never_copied():
    """In another process the hash of the same text is another one."""

    @records.dataclass(frozen=True)
    class Word:
        text: str

    word = Word("a")
    assert hash(word) == hash(word) == word.__dict__["_hash"]
    copied = copy.copy(word)
    assert "_hash" not in copied.__dict__
    assert (copied, hash(copied)) == (word, hash(word))
    assert "_hash" not in dataclasses.replace(word, text="b").__dict__
