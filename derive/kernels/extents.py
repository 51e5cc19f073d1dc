"""How long axes are: of two arrays together, of what is left after a sum, of products and of blocks."""

from derive.kernels.operations import Axes, Extent


def joined(first: Axes, second: Axes) -> Axes:
    """The axes of an operation on two arrays with as many axes as each other, or a number."""
    if not first or not second:
        return first or second
    return tuple(y if x == 1 else x for x, y in zip(first, second, strict=True))


def without(axes: Axes, dropped: tuple[int, ...]) -> Axes:
    """The axes but for some."""
    return tuple(extent for axis, extent in enumerate(axes) if axis not in dropped)


def times(first: Extent, second: Extent) -> Extent:
    """The extent of a product of two dimensions."""
    if first == 1 or second == 1:
        return second if first == 1 else first
    if isinstance(first, int) and isinstance(second, int):
        return first * second
    return f"{_grouped(first)} * {_grouped(second)}"


def plus(*extents: Extent) -> Extent:
    """The extent of blocks beside one another."""
    known = sum(one for one in extents if isinstance(one, int))
    texts = [one for one in extents if isinstance(one, str)]
    if not texts:
        return known
    return " + ".join([*texts, str(known)] if known else texts)


def _grouped(extent: Extent) -> str:
    text = str(extent)
    return f"({text})" if " + " in text or " - " in text else text
