"""Another reader of the same formulas, latex2sympy2, which may doubt our reading and never decides anything."""
