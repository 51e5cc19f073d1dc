"""Exact entries, their derivatives, normal forms and balls: the room in which SymPy and FLINT work."""
