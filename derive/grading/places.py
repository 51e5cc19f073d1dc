"""A place in a file as marks keep it, `12:5` or `cell 3:12:5` -> the words for it, for the file's author."""


def line_of(where: str) -> str:
    """The line alone, which is what a writer looks for.

    >>> line_of("12:5"), line_of("cell 3:12:5"), line_of("7")
    ('line 12', 'cell 3, line 12', 'line 7')
    """
    cell, line, _ = _taken_apart(where)
    return f"{cell}line {line}"


def place_of(where: str) -> str:
    """The line and the column, where a line may hold several formulas and one of them is meant.

    >>> place_of("12:5"), place_of("cell 3:12:5"), place_of("7")
    ('line 12, column 5', 'cell 3, line 12, column 5', 'line 7')
    """
    _, _, column = _taken_apart(where)
    return f"{line_of(where)}, column {column}" if column else line_of(where)


def _taken_apart(where: str) -> tuple[str, str, str]:
    """`cell 3, ` or nothing, the line, the column or nothing."""
    cell, is_cell, rest = where.partition(":") if where.startswith("cell ") else ("", "", where)
    line, _, column = rest.partition(":")
    return f"{cell}, " if is_cell else "", line, column
