"""The rules by which the nodes of trees become operations."""

from derive.kernels.lowered_entries import ENTRIES
from derive.kernels.lowered_indices import INDICES
from derive.kernels.lowered_matrices import MATRICES
from derive.kernels.lowering import Rules

LOWERED: Rules = {**ENTRIES, **MATRICES, **INDICES}
