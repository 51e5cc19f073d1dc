"""A student's NumPy implementation, called at small examples and held against what the exercise's model says."""
