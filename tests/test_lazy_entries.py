"""Entries are computed when they are asked for, each once, and are the same as if all were."""

from derive.exact.entries import Array, Lazy
from derive.exact.scalars import number, symbols


def test_an_entry_is_computed_when_it_is_asked_for() -> None:
    asked = []

    def entry(i: int, j: int):
        asked.append((i, j))
        return number(10 * i + j)

    array = Lazy((2, 3), entry)
    assert asked == []
    assert array.at(1, 2) is number(12)
    assert array.at(1, 2) is number(12)
    assert asked == [(1, 2)]
    assert array.entries == tuple(map(number, (0, 1, 2, 10, 11, 12)))
    assert asked == [(1, 2), (0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]
    assert array.transposed.at(2, 1) is number(12)
    assert array.transposed.sizes == (3, 2)


def test_what_is_broadcast_repeats() -> None:
    a, b, c = symbols("a b c")
    for row in (Array((1, 3), (a, b, c)), Lazy((1, 3), lambda i, j: (a, b, c)[j])):
        assert [row.at(5, j) for j in range(3)] == [a, b, c]
    for scalar in (Array((), (a,)), Lazy((), lambda: a)):
        assert scalar.at(3, 4) is a
        assert scalar.entries == (a,)
