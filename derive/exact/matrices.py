"""Determinants and adjugates of small matrices of scalars, by expansion."""

from collections.abc import Sequence

from derive.exact.scalars import ONE, ZERO, Scalar, add

Rows = Sequence[Sequence[Scalar]]


def determinant(rows: Rows) -> Scalar:
    """`det A = Σ_j ± A_1j det A without row 1 and column j`, each minor once."""
    size = len(rows)
    minors: dict[frozenset[int], Scalar] = {frozenset(): ONE}

    def minor(columns: frozenset[int]) -> Scalar:
        """The determinant of the last rows and these columns."""
        if columns not in minors:
            row = rows[size - len(columns)]
            minors[columns] = add(
                *(
                    (-1) ** place * row[column] * minor(columns - {column})
                    for place, column in enumerate(sorted(columns))
                    if row[column] is not ZERO
                )
            )
        return minors[columns]

    return minor(frozenset(range(size)))


def adjugate(rows: Rows) -> list[list[Scalar]]:
    """`adj(A)_ij = (-1)^(i + j) det A without row j and column i`."""
    size = range(len(rows))
    return [
        [(-1) ** (i + j) * determinant([[rows[r][c] for c in size if c != i] for r in size if r != j]) for j in size]
        for i in size
    ]
