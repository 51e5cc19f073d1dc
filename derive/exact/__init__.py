"""Exact entries, their derivatives, fingerprints, balls and normal forms: the room in which FLINT and SymPy work."""
